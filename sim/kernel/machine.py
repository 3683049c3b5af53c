"""All that is asked of numba beside what it promises; nothing else of the package knows how numba is made.

It promises to compile a function for the types of the arguments that it is first called with, and to cache what it
compiled. Three things of it are its own business, and ``tests/test_compiled.py`` sees them change:

- ``overloads[types].entry_point`` is machine code that takes Python's objects. To call it spares that numba looks at
  each field of each tuple at each call, which takes longer than a loop over a small world.
- ``_cache`` is where a dispatcher keeps code on disk. ``NUMBA_CACHE_DIR`` cannot say where: numba reads it again
  whenever any such variable of the environment has changed, and without it writes beside the sources.
- The name of the file that holds what was compiled for some types, which tells whether it is there without numba.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.kernel.cache import cache_folder
from sim.kernel.checks import Array, Kind, Named, Number, Text, Tuple

_silent = threading.local()
_announced: list[str] = []


def dispatcher_of(function: Callable[..., Any], **options: Any) -> Any:
    """What numba makes of a function: releases the interpreter's lock, divides as numpy does, is kept on disk."""
    numba = _numba()
    made = numba.njit(nogil=True, error_model="numpy", **options)(function)
    made._cache = _cache_class()(function) if cache_folder() is not None else _silent_cache_class()(function)
    return made


def entry(dispatcher: Any, kinds: Sequence[Kind]) -> Callable[..., Any]:
    """The machine code for arguments of these kinds: compiled, or taken from the disk."""
    types = machine_types(kinds)
    dispatcher.compile(types)
    return dispatcher.overloads[types].entry_point


def files(dispatcher: Any, kinds: Sequence[Kind]) -> list[Path]:
    """The files that keep the machine code for arguments of these kinds; none where it is not on disk."""
    kept = dispatcher._cache
    if cache_folder() is None:
        return []
    context = dispatcher.targetctx
    name = kept._cache_file._load_index().get(kept._index_key(machine_types(kinds), context.codegen()))
    found = [Path(kept._cache_file._index_path), Path(kept._cache_file._data_path(name or ""))]
    return found if name is not None and all(it.is_file() for it in found) else []


def machine_types(kinds: Sequence[Kind]) -> tuple[Any, ...]:
    """Numba's types for arguments of these kinds: those that it would itself give them."""
    return tuple([_machine_type(kind) for kind in kinds])


def _machine_type(kind: Kind) -> Any:
    types = _numba().types
    match kind:
        case Array():
            return types.Array(_scalar(kind.dtype), kind.dimensions, "C")
        case Number():
            return _scalar(kind.dtype)
        case Named():
            fields = machine_types(list(kind.machine._kinds_.values()))
            return types.BaseTuple.from_types(fields, kind.machine)
        case Tuple():
            return types.BaseTuple.from_types(machine_types(kind.kinds))
        case Text():
            raise TypeError("text is not for machine code")


def _scalar(dtype: str) -> Any:
    return _numba().from_dtype(np.dtype(dtype))


@contextmanager
def quietly() -> Iterator[None]:
    """Say nothing of what this thread compiles: someone else does."""
    before, _silent.now = getattr(_silent, "now", False), True
    try:
        yield
    finally:
        _silent.now = before


def _announce() -> None:
    """Say once in a process that it compiles what nobody has compiled before."""
    if not getattr(_silent, "now", False) and not _announced:
        _announced.append("")
        print("compiling parts of the model, once for this version", file=sys.stderr, flush=True)


@cache
def _numba() -> Any:
    """Importing numba takes longer than reading a result, so it is imported when the first loop is called."""
    import numba
    from llvmlite import binding  # type: ignore[import-untyped]

    # Two vectors of rows at a time, as in a logarithm or a deviate each step waits for the one before.
    binding.set_option("sim", "--force-vector-interleave=2")
    return numba


@cache
def _cache_class() -> Any:
    from numba.core import caching

    folder = str(cache_folder())

    class Locator(caching.UserProvidedCacheLocator):
        """As if ``NUMBA_CACHE_DIR`` were the folder of these sources."""

        def __init__(self, function: Any, file: str) -> None:
            super().__init__(function, file)  # type: ignore[no-untyped-call]
            self._cache_path = str(Path(folder) / self.get_suitable_cache_subpath(file))  # type: ignore[no-untyped-call]

        @classmethod
        def from_function(cls, function: Any, file: str) -> Any:
            found = cls(function, file)
            found.ensure_cache_path()  # type: ignore[no-untyped-call]
            return found

    class Impl(caching.CompileResultCacheImpl):
        _locator_classes: list[type[object]] = [Locator]  # noqa: RUF012

    class Kept(caching.FunctionCache):
        _impl_class = Impl

        def load_overload(self, sig: Any, context: Any) -> Any:
            found = super().load_overload(sig, context)  # type: ignore[no-untyped-call]
            if found is None:
                _announce()
            return found

    return Kept


@cache
def _silent_cache_class() -> Any:
    """For where nothing can be kept: not beside the sources either, where numba would put it."""
    from numba.core import caching

    class Nowhere(caching.NullCache):
        def __init__(self, _: Any) -> None:
            pass

        def load_overload(self, sig: Any, context: Any) -> Any:  # noqa: ARG002
            _announce()

    return Nowhere
