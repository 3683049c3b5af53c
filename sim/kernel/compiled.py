"""The one door to numba: compiled loops over enterprises' columns.

Numba's cache looks at a kernel's own file only and goes on serving old machine code after a change in a function
which that file imports. So the cache lives in a folder named by the digest of the sources that can change a world.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from functools import cache, cached_property, update_wrapper
from pathlib import Path
from typing import Any, TypeVar

from numpy import ndarray

from sim.version import sources_digest

Function = TypeVar("Function", bound=Callable[..., Any])


def _made_folder() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "sim" / sources_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="sim-"))  # private: numba unpickles what it finds there


class Kernel:
    """A function that numba compiles, or takes from its cache, when it is first called.

    Importing numba takes longer than reading a result: who calls no loop does not wait for it. And numba looks at each
    field of each tuple whenever it is called, which takes longer than a loop over a small world. What the fields of a
    ``NamedTuple`` class hold is declared, so that the class tells it as well.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        update_wrapper(self, function)
        self.py_func = function
        self._options = options
        self._known: dict[tuple[Any, ...], Callable[..., Any]] = {}  # machine code by kinds of arguments

    def __call__(self, *given: Any) -> Any:
        kinds = tuple([it.dtype if type(it) is ndarray and it.flags.carray else type(it) for it in given])
        found = self._known.get(kinds)
        return self._looked_up(kinds, given) if found is None else found(*given)

    def _looked_up(self, kinds: tuple[Any, ...], given: tuple[Any, ...]) -> Any:
        """What numba itself answers; where it is plain which machine code that was, it is called directly from now on.

        An array that is not contiguous or is read-only and a plain tuple are left to numba for good.
        """
        answer, found = self.dispatcher(*given), None
        if ndarray not in kinds and tuple not in kinds:
            found = self.dispatcher.overloads.get(tuple(map(_numba().typeof, given)))
        self._known[kinds] = found.entry_point if found else self.dispatcher
        return answer

    @cached_property
    def dispatcher(self) -> Any:
        """What numba made of the function."""
        with _MAKING:  # two threads that ask at once get the same one
            if "dispatcher" not in self.__dict__:
                made = _numba().njit(nogil=True, cache=True, error_model="numpy", **self._options)(self.py_func)
                self.__dict__["dispatcher"] = made
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


_MAKING = threading.Lock()


@cache
def cache_folder() -> str:
    """Where compiled kernels of these very sources are kept."""
    return os.environ.get("NUMBA_CACHE_DIR") or str(_made_folder())


@cache
def _numba() -> Any:
    import numba
    from llvmlite import binding  # type: ignore[import-untyped]

    numba.config.CACHE_DIR = cache_folder()  # type: ignore[attr-defined]
    # Two vectors of rows at a time, as in a logarithm or a deviate each step waits for the one before.
    binding.set_option("sim", "--force-vector-interleave=2")
    return numba


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
    kernel: Any = Kernel(function, **options)
    return function if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0" else kernel


def is_warm() -> bool:
    """Whether compiled kernels of these very sources are on disk already."""
    folder = Path(cache_folder())
    return folder.is_dir() and any(folder.rglob("*.nbi"))
