"""The version of the package, and of the model: the digest of the sources that can change a world."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

__version__ = "1.0.0"

# What can change a world, and nothing else: an edit anywhere else leaves every result valid.
_SOURCES = ("declare.py", "catalogue.py", "kernel", "parameters", "scenario", "model")


@cache
def sources_digest() -> str:
    """Digest (16 hexadecimal digits) of the sources that can change a world: a part of the model's version."""
    root = Path(__file__).parent
    files = [file for name in _SOURCES for file in (root / name, *(root / name).rglob("*.py")) if file.is_file()]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
