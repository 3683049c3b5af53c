"""Files that are kept: written aside, synced and moved into place, so that neither a kill nor a power loss tears one.

A file is synced before it takes its name, and its folder after it. What a later step relies on is therefore on the disk
before that step. An error of the disk names the file.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path


def write_whole(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write a file aside, sync it, move it into place, and sync its folder.

    Without ``sync`` a power loss may tear the file: for what is checked when it is read and can be made again.
    """
    make_folder(path.parent)
    _move_in(path, data, sync=sync)
    if sync:
        sync_folder(path.parent)


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by name into a folder, which is synced once after them."""
    made = {folder / name: data for name, data in files.items()}
    folders = dict.fromkeys(path.parent for path in made)
    for it in folders:
        make_folder(it)
    for path, data in made.items():
        _move_in(path, data)
    for it in folders:
        sync_folder(it)


def append(path: Path, data: bytes, *, sync: bool) -> None:
    """Append to a file, which is made where there is none; ``sync`` says whether it is on the disk after that."""
    new = not path.exists()
    with naming(path), path.open("ab", buffering=0) as file:
        _write(file.fileno(), data)
        if sync or new:
            os.fsync(file.fileno())
    if new:
        sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each synced into the one that holds it."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        if path == path.parent:
            break
        path = path.parent
    for it in reversed(missing):
        it.mkdir(exist_ok=True)
        sync_folder(it.parent)


def remove_asides(folder: Path) -> None:
    """Remove what stopped processes wrote aside and did not move into place."""
    for file in folder.glob(".*"):
        if file.suffix[1:].isdigit():
            file.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Sync the names that a folder holds; nothing on a system that syncs no folders."""
    with contextlib.suppress(OSError):
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in an error of the system that names none, such as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise type(error)(error.errno, error.strerror, str(path)) from None
        raise


def _move_in(path: Path, data: bytes, *, sync: bool = True) -> None:
    # Two threads, and processes of two machines that share a folder, may write one file at once.
    aside = path.with_name(f".{path.name}.{os.getpid()}{secrets.randbelow(10**9):09}")
    try:
        aside.unlink(missing_ok=True)
        with naming(path):
            file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)  # through no link
            try:
                _write(file, data)
                if sync:
                    os.fsync(file)
            finally:
                os.close(file)
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
