"""Provenance of a result: versions of Python and packages, the platform, the state of the repository."""

from __future__ import annotations

import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

_PACKAGES = ("mesa", "numba", "numpy", "pandas", "pyarrow", "scipy", "matplotlib")


def provenance() -> dict[str, Any]:
    """Versions, platform and git state, for a manifest; no path and no name of the machine."""
    return {
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "platform": {"system": platform.system(), "machine": platform.machine()},
        "git": git_state(Path(__file__).resolve().parents[2]),
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def git_state(root: Path) -> dict[str, Any] | None:
    """Commit, and whether files differ from it, of the repository at ``root``; None without one or without git."""
    if not (root / ".git").exists():
        return None

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), "--no-optional-locks", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return None
