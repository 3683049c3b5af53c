"""The folder of cached machine code, named by the digest of the sources that can change a world.

Numba's cache depends on a loop's own file only, so it would serve stale code after a change in an imported function.
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
    """The writable folder for the loops of these sources; None without one.

    It is below ``NUMBA_CACHE_DIR``, else ``XDG_CACHE_HOME/sim``, else ``~/.cache/sim``; where that is not writable, a
    private temporary folder, the same for all processes of a user.
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
    except RuntimeError:  # a user without an account
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
    """Whether only this user can write there: numba unpickles what it finds."""
    try:
        found = folder.lstat()  # does not follow a link
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == _user() and not stat.S_IMODE(found.st_mode) & 0o077


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
