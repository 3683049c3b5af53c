"""Files of a folder that no manifest names, such as figures of a comparison: ``.digests`` beside them has theirs."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sim.disk import make_folder, remove_asides, write_all, write_whole
from sim.runs.errors import ResultError
from sim.runs.seals import digest_of, sealed, unsealed

DIGESTS = ".digests"


def refuse_links(folder: Path) -> None:
    """ResultError where a folder of ours is a link, or has one: files elsewhere would be written or removed."""
    links = [folder] if folder.is_symlink() else []
    if folder.is_dir():
        links += [Path(it.path) for it in os.scandir(folder) if it.is_symlink()]
    if links:
        raise ResultError(f"{min(links)}: is a link, and a result is written through none; remove it")


def write_noted(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by name into a folder, and their digests into its list of them."""
    refuse_links(folder)
    make_folder(folder)
    new = {name: digest_of(data) for name, data in files.items()}
    with _alone(folder):
        remove_asides(folder)
        known = noted(folder)
        kept = {name: it for name, it in known.items() if new.get(name, it) == it}
        if kept != known:  # a kill between a file and the list leaves it without a digest, and not with a wrong one
            write_whole(folder / DIGESTS, sealed(kept))
        write_all(folder, files)
        if (whole := kept | new) != kept:
            write_whole(folder / DIGESTS, sealed(dict(sorted(whole.items()))))


def noted(folder: Path) -> dict[str, str]:
    """Digests by name; empty where there is no list, or it was changed."""
    try:
        return unsealed((folder / DIGESTS).read_bytes())
    except OSError:
        return {}


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
