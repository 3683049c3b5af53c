"""The one door to numba: compiled loops over enterprises' columns.

What a loop is handed is declared by its annotations (``sim.kernel.types``), and machine code is made for just that.
A call from Python is checked against it and goes straight to the machine code. Calls from other compiled code go by
the types that numba finds there, and convert nothing.
"""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, TypeVar, get_type_hints

from sim.kernel import machine
from sim.kernel.checks import Kind, checked_call, kind_of

Function = TypeVar("Function", bound=Callable[..., Any])
LOOPS: dict[str, list[Kernel]] = {}  # loops and expressions by the module that they stand in


class Kernel:
    """A function that numba compiles, or takes from the disk, when it is first called."""

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        update_wrapper(self, function)
        self.py_func = function
        self.options = options

    def __call__(self, *given: Any) -> Any:
        """The first call; it makes a class for this loop alone, whose calls look nothing up."""
        return self.loaded()(*given)

    def loaded(self) -> Kernel:
        """The same, with its machine code at hand."""
        # Two threads that come at once both find the same machine code. No lock of ours is held while numba compiles:
        # it has one itself, and asks for the dispatchers of other loops while it holds it.
        if not self.is_loaded:
            name = self.py_func.__qualname__
            if (kinds := self.declared) is None:
                raise TypeError(f"{self.__module__}.{name}: not every argument is declared, see sim.kernel.types")
            call = checked_call(name, kinds, machine.entry(self.dispatcher, list(kinds.values())))
            self.__class__ = type("Kernel", (Kernel,), {"__call__": call, "__module__": __name__})
        return self

    @property
    def is_loaded(self) -> bool:
        """Whether its machine code is in this process."""
        return type(self) is not Kernel

    @cached_property
    def declared(self) -> dict[str, Kind] | None:
        """What each argument is, by its name; None where not all of them are declared."""
        where = f"{self.__module__}.{self.py_func.__qualname__}"
        hints = get_type_hints(self.py_func, include_extras=True)
        names = inspect.signature(self.py_func).parameters
        kinds = {name: kind_of(hints.get(name, Any), f"{where}: {name}") for name in names}
        known = {name: kind for name, kind in kinds.items() if kind is not None}
        return known if len(known) == len(kinds) else None

    @cached_property
    def dispatcher(self) -> Any:
        """What numba made of the function."""
        with _MAKING:  # two threads that ask at once get the same one
            if "dispatcher" not in self.__dict__:
                self.__dict__["dispatcher"] = machine.dispatcher_of(self.py_func, **self.options)
            return self.__dict__["dispatcher"]

    @property
    def _numba_type_(self) -> Any:
        """What another kernel that calls this one sees of it."""
        return self.dispatcher._numba_type_

    def __getattr__(self, name: str) -> Any:
        """Anything else that is asked of a compiled function."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.dispatcher, name)


_MAKING = threading.RLock()


def compiled(function: Function) -> Function:
    """Compile ``function``: it releases the interpreter's lock, is cached on disk and divides as numpy does.

    Where ``NUMBA_DISABLE_JIT`` is set it stays the Python function that it is.
    """
    return _made(function)


def equation(function: Function) -> Function:
    """Compile an expression of numbers that becomes a part of each loop that uses it.

    A loop over rows can only be worked on several rows at a time where it calls nothing; and on many processors it is
    only so where it reads all rows alike: what a choice may leave out is read before the choice.
    """
    return _made(function, forceinline=True)


def _made(function: Function, **options: Any) -> Function:
    if is_jit_disabled():
        return function
    kernel: Any = Kernel(function, **options)
    LOOPS.setdefault(function.__module__, []).append(kernel)
    return kernel


def is_jit_disabled() -> bool:
    """Whether loops are to stay the Python functions that they are."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"
