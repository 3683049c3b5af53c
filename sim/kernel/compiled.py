"""Compiled loops over enterprises' columns.

A loop's annotations (``sim.kernel.types``) declare its signature, for which alone it is compiled. A call from Python is
checked against it and then enters the machine code directly. Calls from other compiled code use numba's types and
convert nothing.
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
LOOPS: dict[str, list[Kernel]] = {}  # by module


class Kernel:
    """A function that numba compiles, or loads from disk, when it is first called."""

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        update_wrapper(self, function)
        self.py_func = function
        self.options = options

    def __call__(self, *given: Any) -> Any:
        """The first call: it replaces the class by one for this loop, whose calls need no lookup."""
        return self.loaded()(*given)

    def loaded(self) -> Kernel:
        """The same, with its machine code loaded."""
        # Two threads at once get the same machine code. No lock is held while numba compiles: it holds its own, and
        # asks for the dispatchers of other loops meanwhile.
        if not self.is_loaded:
            name = self.py_func.__qualname__
            if (kinds := self.declared) is None:
                raise TypeError(f"{self.__module__}.{name}: an argument has no declared type, see sim.kernel.types")
            call = checked_call(name, kinds, machine.entry(self.dispatcher, list(kinds.values())))
            self.__class__ = type("Kernel", (Kernel,), {"__call__": call, "__module__": __name__})
        return self

    @property
    def is_loaded(self) -> bool:
        """Whether its machine code is loaded in this process."""
        return type(self) is not Kernel

    @cached_property
    def declared(self) -> dict[str, Kind] | None:
        """The kind of each argument by name; None unless all are declared."""
        where = f"{self.__module__}.{self.py_func.__qualname__}"
        hints = get_type_hints(self.py_func, include_extras=True)
        names = inspect.signature(self.py_func).parameters
        kinds = {name: kind_of(hints.get(name, Any), f"{where}: {name}") for name in names}
        known = {name: kind for name, kind in kinds.items() if kind is not None}
        return known if len(known) == len(kinds) else None

    @cached_property
    def dispatcher(self) -> Any:
        """Numba's dispatcher of the function for calls from Python."""
        return self._dispatcher("dispatcher", from_python=True)

    @cached_property
    def within(self) -> Any:
        """Numba's dispatcher of the function for calls from other loops."""
        return self._dispatcher("within", from_python=False)

    def _dispatcher(self, name: str, *, from_python: bool) -> Any:
        with _MAKING:  # two threads at once get the same one
            if name not in self.__dict__:
                self.__dict__[name] = machine.dispatcher_of(self.py_func, from_python=from_python, **self.options)
            return self.__dict__[name]

    @property
    def _numba_type_(self) -> Any:
        """Numba's type of this function, for other kernels that call it."""
        return self.within._numba_type_

    def __getattr__(self, name: str) -> Any:
        """Any other attribute is the dispatcher's."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.dispatcher, name)


_MAKING = threading.RLock()


def compiled(function: Function) -> Function:
    """Compile ``function``: it releases the GIL, is cached on disk and divides as numpy does.

    With ``NUMBA_DISABLE_JIT`` set it stays a Python function.
    """
    return _made(function)


def equation(function: Function) -> Function:
    """Compile an expression that is inlined into each loop that uses it.

    A loop is vectorised only without calls and, on many processors, only if it reads every row: so values are read
    before a condition that may not need them.
    """
    return _made(function, forceinline=True)


def _made(function: Function, **options: Any) -> Function:
    if is_jit_disabled():
        return function
    kernel: Any = Kernel(function, **options)
    LOOPS.setdefault(function.__module__, []).append(kernel)
    return kernel


def is_jit_disabled() -> bool:
    """Whether loops stay Python functions."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"
