"""The one door to numba: compiled loops over enterprises' columns.

Numba's cache looks at a kernel's own file only and goes on serving old machine code after a change in a function
which that file imports. So the cache lives in a folder named by the digest of every source under ``sim/``.
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


@cache
def sources_digest() -> str:
    """Digest of every source file under ``sim/`` (16 hexadecimal digits): a part of the model's version."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
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


def is_warm() -> bool:
    """Whether compiled kernels of these very sources are on disk already."""
    folder = Path(str(numba.config.CACHE_DIR))  # type: ignore[attr-defined]
    return folder.is_dir() and any(folder.rglob("*.nbi"))
