"""Loops whose annotations are not all precise yet: machine code is looked up by the types that they are called with.

Once all are annotated this file goes. A class of named columns is taken to hold the same types in all its instances,
which nothing checks unless it is ``typed``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy import ndarray


def call_by_type(kernel: Any) -> Callable[..., Any]:
    """The method of a class for this loop alone."""
    known: dict[tuple[Any, ...], Callable[..., Any]] = {}  # machine code by kinds of arguments

    def looked_up(kinds: tuple[Any, ...], given: tuple[Any, ...]) -> Any:
        """What numba itself answers; where it is plain which machine code that was, it is called from now on.

        An array that is not contiguous or is read-only and a plain tuple are left to numba for good.
        """
        from numba import typeof

        dispatcher = kernel.dispatcher
        answer, found = dispatcher(*given), None
        if ndarray not in kinds and tuple not in kinds:
            found = dispatcher.overloads.get(tuple(map(typeof, given)))
        known[kinds] = found.entry_point if found else dispatcher
        return answer

    def call(self: Any, *given: Any) -> Any:  # noqa: ARG001
        kinds = tuple([it.dtype if type(it) is ndarray and it.flags.carray else type(it) for it in given])
        found = known.get(kinds)
        return looked_up(kinds, given) if found is None else found(*given)

    return call
