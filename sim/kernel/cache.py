"""Where machine code is kept: in a folder named by the digest of the sources that can change a world.

Numba's cache looks at a loop's own file only and goes on serving old machine code after a change in a function which
that file imports. A change of any source has a folder of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path

from sim.version import sources_digest


@cache
def cache_folder() -> Path | None:
    """Where loops of these very sources are kept, which can be written; None where there is no such place.

    Below ``NUMBA_CACHE_DIR`` where that is set, else ``XDG_CACHE_HOME/sim``, else ``~/.cache/sim``. Where that cannot
    be written it is a private folder among the system's temporary ones, the same for each process of a user.
    """
    wanted = _wanted()
    if _writable(wanted):
        return wanted
    fallback = Path(tempfile.gettempdir()) / f"sim-{_user()}-{sources_digest()}"
    new = _made_private(fallback)
    if _is_private(fallback) and _writable(fallback):
        if new:
            _report(f"{wanted} cannot be written: machine code is kept in {fallback}")
        return fallback
    if multiprocessing.parent_process() is None:
        _report(f"neither {wanted} nor {fallback} can be written: each process compiles the model for itself")
    return None


def _wanted() -> Path:
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given) / sources_digest()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else _home() / ".cache") / "sim" / sources_digest()


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user whom the system does not know
        return Path(os.devnull)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _made_private(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700)
    except OSError:
        return False
    return True


def _is_private(folder: Path) -> bool:
    """Whether nobody else can put anything there: numba unpickles what it finds."""
    try:
        found = folder.lstat()  # of a link, and not of what it leads to
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == _user() and not stat.S_IMODE(found.st_mode) & 0o077


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
