"""The one door to numba: compiled loops over enterprises' columns.

Numba's cache looks at a kernel's own file only and goes on serving old machine code after a change in a function
which that file imports. So the cache lives in a folder named by the digest of the sources that can change a world.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


# Rooms above a world: what is written there runs worlds and reads what came out. Seeds of replicates are given in one
# of their files, which counts among the model's.
_ABOVE = ("runs/", "studies/", "report/", "commands/", "api.py", "cli.py", "events.py", "__main__.py", "__init__.py")
_SEEDS = "runs/replicate.py"


@cache
def sources_digest() -> str:
    """Digest (16 hexadecimal digits) of the sources that can change a world: a part of the model's version."""
    root = Path(__file__).parent
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    digest = hashlib.sha256()
    for name in names:
        if name == _SEEDS or not name.startswith(_ABOVE):
            digest.update(name.encode() + b"\0" + (root / name).read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "sim" / sources_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="sim-"))  # private: numba unpickles what it finds there


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(_cache_folder())  # type: ignore[attr-defined]


def compiled(function: Function) -> Function:
    """Compile ``function``: it releases the interpreter's lock, is cached on disk and divides as numpy does."""
    dispatcher: Any = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    return dispatcher


def equation(function: Function) -> Function:
    """Compile an expression of numbers that becomes a part of each loop that uses it.

    A loop over rows can only be worked on several rows at a time where it calls nothing.
    """
    dispatcher: Any = numba.njit(nogil=True, cache=True, error_model="numpy", forceinline=True)(function)
    return dispatcher


def is_warm() -> bool:
    """Whether compiled kernels of these very sources are on disk already."""
    folder = Path(str(numba.config.CACHE_DIR))  # type: ignore[attr-defined]
    return folder.is_dir() and any(folder.rglob("*.nbi"))
