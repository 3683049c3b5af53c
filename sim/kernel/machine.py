"""Every use of numba's private interfaces, which ``tests/test_compiled.py`` watches for changes.

- ``overloads[types].entry_point`` is machine code that takes Python objects. Calling it directly saves numba's type
  inspection of each field of each tuple, which takes longer than a loop over a small world.
- ``_cache`` sets where a dispatcher stores code. ``NUMBA_CACHE_DIR`` cannot: numba reads it again whenever such a
  variable of the environment changes, and without it writes beside the sources.
- ``get_call_template`` takes the types of a call from another loop, a type for each constant among them.
- ``_cache_file`` reads and writes code by its key. Numba's own numbers the files of a function, so two processes that
  compile it at once for two keys can write one number, and each later process runs the code of another key.
- ``FunctionIdentity._unique_ids`` numbers functions; the number is in the name of their machine code. Numba starts at 1
  in each process, so that two processes give one name to two functions made by one factory, such as the blocks of
  random numbers. A third process that links both gets the code of one of them for both.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import pickle
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from sim.kernel.cache import cache_folder
from sim.kernel.checks import Array, Kind, Named, Number, Text, Tuple

_silent = threading.local()
_announced: list[str] = []


def dispatcher_of(function: Callable[..., Any], *, from_python: bool, **options: Any) -> Any:
    """Numba's dispatcher of a function: it releases the GIL, divides as numpy does and is cached on disk.

    Code that only other loops call has no entry for Python. An entry unpacks each field of each tuple and holds a copy
    of all that is inlined, so it takes as long to compile as the function itself.
    """
    numba = _numba()
    made = numba.njit(
        nogil=True, error_model="numpy", no_cpython_wrapper=not from_python, no_cfunc_wrapper=True, **options
    )(function)
    made._cache = (_silent_cache_class() if cache_folder() is None else _cache_class(from_python))(function)
    made.get_call_template = partial(_without_constants, made.get_call_template)
    return made


def _without_constants(template: Callable[..., Any], given: Sequence[Any], named: dict[str, Any]) -> Any:
    """Numba's template of a call, the same for each constant: numba would compile the function for each of them."""
    unliteral = _numba().types.unliteral
    return template([unliteral(it) for it in given], {name: unliteral(it) for name, it in named.items()})


def entry(dispatcher: Any, kinds: Sequence[Kind]) -> Callable[..., Any]:
    """The machine code for arguments of these kinds, compiled or loaded from disk."""
    types = machine_types(kinds)
    dispatcher.compile(types)
    return dispatcher.overloads[types].entry_point


def files(dispatcher: Any, kinds: Sequence[Kind]) -> list[Path]:
    """The cache files of the machine code for arguments of these kinds; empty if there are none."""
    kept = dispatcher._cache
    if cache_folder() is None:
        return []
    found: Path = kept._cache_file.file_of(kept._index_key(machine_types(kinds), dispatcher.targetctx.codegen()))
    return [found] if found.is_file() else []


def machine_types(kinds: Sequence[Kind]) -> tuple[Any, ...]:
    """Numba's types for arguments of these kinds, as it would infer them."""
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
            raise TypeError("machine code does not take text")


def _scalar(dtype: str) -> Any:
    return _numba().from_dtype(np.dtype(dtype))


@contextmanager
def quietly() -> Iterator[None]:
    """Suppress this thread's message about compiling."""
    before, _silent.now = getattr(_silent, "now", False), True
    try:
        yield
    finally:
        _silent.now = before


def _announce() -> None:
    """Tell the user, once in a process, that it compiles."""
    if not getattr(_silent, "now", False) and not _announced:
        _announced.append("")
        print("compiling parts of the model, once for this version", file=sys.stderr, flush=True)


@cache
def _numba() -> Any:
    """Numba, imported when the first loop is called: the import takes longer than reading a result."""
    import numba
    from llvmlite import binding  # type: ignore[import-untyped]

    # Two vectors at a time: in a logarithm or a deviate each operation waits for the one before.
    binding.set_option("sim", "--force-vector-interleave=2")
    _number_apart()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_number_apart)
    return numba


def _number_apart() -> None:
    """Number this process's functions from a start that no other process has."""
    from numba.core.bytecode import FunctionIdentity

    FunctionIdentity._unique_ids = itertools.count(secrets.randbits(48))


class CodeFiles:
    """The machine code of a function on disk: a file for each key, which holds the key and a digest of the code.

    Processes that write at once write different files or the same code, so no lock is needed.

    Parameters
    ----------
    folder, base
        The folder, and how the names of the function's files begin.
    stamp
        Time and size of its source file, as numba gives them.
    """

    def __init__(self, folder: Path, base: str, stamp: Any) -> None:
        self.folder, self.base, self.stamp = folder, base, stamp

    def file_of(self, key: Any) -> Path:
        """The file of a key, there or not: types of one name share it, and only one of them finds its code."""
        of = repr((_numba().__version__, key))
        return self.folder / f"{self.base}.{hashlib.sha256(of.encode()).hexdigest()[:16]}.nbc"

    def load(self, key: Any) -> Any:
        """The code of a key; None where there is none, or what is there is damaged or of another source file."""
        try:
            found = self.file_of(key).read_bytes()
        except OSError:
            return None
        digest, held = found[:32], found[32:]
        if hashlib.sha256(held).digest() != digest:
            return None
        stream = io.BytesIO(held)
        return pickle.load(stream) if pickle.load(stream) == (key, self.stamp) else None  # noqa: S301  a private folder

    def save(self, key: Any, code: Any) -> None:
        """Write the code of a key in one step."""
        from numba.core.caching import _cache_log
        from numba.core.serialize import dumps

        held = dumps((key, self.stamp)) + dumps(code)  # type: ignore[no-untyped-call]
        file = self.file_of(key)
        new = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            new.write_bytes(hashlib.sha256(held).digest() + held)
            new.replace(file)
            _cache_log("[cache] data saved to %r", str(file))  # type: ignore[no-untyped-call]
        except OSError:  # a full disk: this process has the code, the next one compiles again
            new.unlink(missing_ok=True)


def _named_module(function: str) -> bytes:
    """The bitcode of a module with an empty function of this name: numba reads from it which names there are.

    It stands for the bitcode of the whole function, which is read to be linked into other functions only, and takes
    longer to read than the machine code.
    """
    from llvmlite import binding

    module = binding.parse_assembly(f'define void @"{function}"() {{ ret void }}')
    return bytes(module.as_bitcode())


@cache
def _cache_class(from_python: bool) -> Any:
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

        def get_filename_base(self, fullname: str, abiflags: str) -> str:
            found: str = super().get_filename_base(fullname, abiflags)  # type: ignore[no-untyped-call]
            return found if from_python else f"{found}.within"

        def reduce(self, result: Any) -> Any:
            """What is stored of a compiled function; of one that Python calls without what only other loops need."""
            library, about, environment, signature, *rest = super().reduce(result)  # type: ignore[no-untyped-call]
            if from_python:
                name, kind, (code, _) = library
                library = name, kind, (code, _named_module(about.llvm_cpython_wrapper_name))
            return library, about, environment, signature, *rest

    class Kept(caching.FunctionCache):
        _impl_class = Impl

        def __init__(self, function: Any) -> None:
            super().__init__(function)  # type: ignore[no-untyped-call]
            kept: Any = self
            kept._cache_file = CodeFiles(
                Path(self.cache_path), self._impl.filename_base, self._impl.locator.get_source_stamp()
            )

        def load_overload(self, sig: Any, context: Any) -> Any:
            found = self._stored(sig, context)
            if found is None:
                _announce()
            return found

        def _stored(self, sig: Any, context: Any) -> Any:
            try:
                return super().load_overload(sig, context)  # type: ignore[no-untyped-call]
            except (ModuleNotFoundError, AttributeError):  # compiled for an earlier version of a user's mechanism
                return None

    return Kept


@cache
def _silent_cache_class() -> Any:
    """A cache that stores nothing, also not beside the sources, where numba would."""
    from numba.core import caching

    class Nowhere(caching.NullCache):
        def __init__(self, _: Any) -> None:
            pass

        def load_overload(self, sig: Any, context: Any) -> Any:  # noqa: ARG002
            _announce()

    return Nowhere
