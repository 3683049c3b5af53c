"""The files of a scenario: the search for a name, and the chain of ``extends``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from sim.scenario.faults import Fault, shown
from sim.scenario.keys import meant
from sim.scenario.reading import Document, read

SUFFIX = ".toml"


def folders(folder: str | Path | None = None) -> list[Path]:
    """The folders that are searched for named scenarios, in order."""
    package = Path(__file__).resolve().parents[1]
    # The last is that of a wheel; in a source tree they are beside the package.
    found = [Path("scenarios"), package.parent / "scenarios", package / "_scenarios"]
    return [Path(folder), *found] if folder is not None else found


def shipped_files(folder: str | Path | None = None) -> dict[str, Path]:
    """The files of all named scenarios, by name."""
    found: dict[str, Path] = {}
    for directory in folders(folder):
        if directory.is_dir():
            for file in sorted(directory.glob(f"*{SUFFIX}")):
                found.setdefault(file.stem, file)
    return dict(sorted(found.items()))


def find(path_or_name: str, folder: str | Path | None = None) -> Document:
    """Read the file of a path, or of a bare name such as ``shougang``."""
    if not _is_name(path_or_name):
        return read(path_or_name)
    if named := _named(path_or_name, folder):
        return read(str(named))
    if path_or_name and _exists(Path(path_or_name)):
        return read(path_or_name)
    message = f"no scenario of this name, {meant(path_or_name, shipped_files(folder))}"
    return Document(path_or_name, faults=(Fault(path_or_name or '""', 1, "file", message),), whole=False)


def chain(path_or_name: str, folder: str | Path | None = None) -> list[Document]:
    """A file and those that it extends, in this order; the documents hold faults of the chain."""
    documents = [find(path_or_name, folder)]
    seen = [_identity(documents[0].path)]
    while "extends" in documents[-1].table:
        child = documents[-1]
        parent = child.table["extends"]
        if not isinstance(parent, str):
            break  # its type is checked with all other keys
        document = _parent(child, parent, folder)
        if document is None:
            allowed = "allowed: a path relative to this file, or a name from `sim list`"
            documents[-1] = _with_fault(child, f"{shown(parent)} does not exist, {allowed}")
            break
        identity = _identity(document.path)
        if identity in seen:
            first = seen.index(identity)
            names = [Path(there.path).name for there in documents[first:]]
            message = f"goes in a circle ({' -> '.join([*names, names[0]])}), allowed: a chain that ends"
            documents[first] = _with_fault(documents[first], message)
            break
        documents.append(document)
        seen.append(identity)
    return documents


def _parent(child: Document, parent: str, folder: str | Path | None) -> Document | None:
    beside = Path(child.path).parent
    for name in (parent, f"{parent}{SUFFIX}"):
        if parent and _exists(beside / name):
            return read(str(beside / name))
    named = _named(parent, folder) if _is_name(parent) else None
    return read(str(named)) if named else None


def _named(name: str, folder: str | Path | None) -> Path | None:
    files = (directory / f"{name}{SUFFIX}" for directory in folders(folder))
    return next((file for file in files if name and _exists(file)), None)


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # an impossible file name
        return False


def _is_name(text: str) -> bool:
    return not text.endswith(SUFFIX) and "/" not in text and os.sep not in text


def _identity(path: str) -> object:
    """Device and inode: equal for two names of one file."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return path
    return status.st_dev, status.st_ino


def _with_fault(document: Document, message: str) -> Document:
    return replace(document, faults=(*document.faults, document.fault(("extends",), message)), whole=False)
