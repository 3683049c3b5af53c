"""Users' mechanisms: a file that declares one is read, checked, stored by its digest and imported.

Only a user names such a file, on the command line or in Python; a scenario or a result never does.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from sim.catalogue import USER_BLOCKS, CatalogueError, SourceFile
from sim.declare import Column, Mechanism
from sim.kernel.cache import cache_folder
from sim.model.state.enterprises import nearest_name

_NAME = "MECHANISM"
_PREFIX = "sim_mechanism_"  # of the names under which these files are imported


def source_of(given: Mechanism | str | Path) -> SourceFile:
    """The file that declares a mechanism, as name, digest and bytes; CatalogueError if it cannot be used."""
    if isinstance(given, Mechanism):
        if not given.file or not Path(given.file).is_file():
            raise CatalogueError(
                f"{given.name}: is declared in no file, allowed: a mechanism of a file of its own, as results record "
                "the file's digest and other processes import it"
            )
        path = Path(given.file)
    else:
        path = Path(given)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{path}: {error.strerror or error}, allowed: a Python file") from None
    return SourceFile(path.name, hashlib.sha256(data).hexdigest()[:16], data)


@cache
def imported(source: SourceFile) -> Mechanism:
    """The ``MECHANISM`` of a file, imported under a name with the file's digest."""
    faults = list(_faults(source))
    if faults:
        raise CatalogueError("\n".join(faults))
    module = _module(source)
    found = getattr(module, _NAME, None)
    if not isinstance(found, Mechanism):
        raise CatalogueError(f"{source.name}: declares no {_NAME}, allowed: {_NAME} = Mechanism(...)")
    for block in found.draws:
        if block.number < USER_BLOCKS:
            raise CatalogueError(
                f"{source.name}: {block} has a number of its own, allowed: none, as it follows from the name"
            )
    return found


def column_faults(source: SourceFile, columns: Sequence[Column]) -> Iterator[str]:
    """Faults of the column tuples that a file declares."""
    return (f"{source.name}: {fault}" for fault in faults_of_tuples(_module(source), columns))


def faults_of_tuples(module: ModuleType, columns: Sequence[Column]) -> Iterator[str]:
    """Faults of a module's own column tuples: unknown columns, or another type."""
    known = {column.name: np.dtype(column.dtype) for column in columns}
    for kind in vars(module).values():
        if not hasattr(kind, "intent") or kind.__module__ != module.__name__:
            continue
        for name, declared in kind._kinds_.items():
            if name not in known:
                near = nearest_name(name, known)
                yield f"{kind.__name__}: there is no column {name}" + (f", did you mean {near}?" if near else "")
            elif np.dtype(declared.dtype) != known[name]:
                found = np.dtype(declared.dtype).name
                yield f"{kind.__name__}: the column {name} holds {known[name].name}, and not {found}"


def module_name(source: SourceFile) -> str:
    return f"{_PREFIX}{_stem(source)}_{source.digest}"


def _stem(source: SourceFile) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in Path(source.name).stem)


def _module(source: SourceFile) -> ModuleType:
    stem, name = _stem(source), module_name(source)
    if name in sys.modules:
        return sys.modules[name]
    file = _kept_in() / "mechanisms" / source.digest / f"{stem}.py"
    if not file.is_file() or file.read_bytes() != source.data:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f"{stem}.{os.getpid()}")
        aside.write_bytes(source.data)
        aside.replace(file)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # unpickling cached machine code finds its tuples by the module's name
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        where = _line_in(error, file)
        why = " ".join(str(error).split())
        raise CatalogueError(f"{source.name}{where}: {type(error).__name__}: {why}") from error
    return module


@cache
def _kept_in() -> Path:
    """The folder of these files: that of machine code, or a temporary one."""
    return cache_folder() or Path(tempfile.mkdtemp(prefix="sim-"))


def _line_in(error: BaseException, file: Path) -> str:
    """The last line of the file at which an error was raised, as ``:12``."""
    line, at = 0, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == str(file):
            line = at.tb_lineno
        at = at.tb_next
    return f":{line}" if line else ""


def _faults(source: SourceFile) -> Iterator[str]:
    """Imports that are neither ``sim`` nor installed, and syntax errors."""
    try:
        tree = ast.parse(source.data, source.name)
    except (SyntaxError, ValueError) as error:
        yield f"{source.name}:{getattr(error, 'lineno', None) or 1}: is not Python ({error})"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." if node.level else str(node.module)]
        else:
            continue
        for name in names:
            if not _is_installed(name.partition(".")[0]):
                yield (
                    f"{source.name}:{node.lineno}: imports {name or '.'}, allowed: sim and installed packages, which "
                    "other processes have"
                )


def _is_installed(name: str) -> bool:
    """Whether a name is this package, in the standard library or an installed package."""
    if name == "sim" or name in sys.stdlib_module_names:
        return True
    spec = importlib.util.find_spec(name) if name else None
    if spec is None:
        return False
    locations = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
    installed = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    return all(any(str(location).startswith(folder) for folder in installed) for location in locations)
