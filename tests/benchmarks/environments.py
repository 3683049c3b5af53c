"""An environment for each peer: made once under ``.bench/``, with the versions that its requirements file pins."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import ROOT

FOLDER = ROOT / ".bench"
MINUTES = 10  # that an installation may take


class NotInstalled(Exception):
    """The environment could not be made; says why in a line."""


def python_of(requirements: Path) -> Path:
    """The interpreter of the environment with what ``requirements`` pins: made where it is missing or out of date."""
    folder = FOLDER / requirements.stem.removeprefix("requirements-")
    python = folder / "bin" / "python"
    marker = folder / "installed"
    wanted = hashlib.sha256(sys.version.encode() + requirements.read_bytes()).hexdigest()
    if python.exists() and marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return python
    print(f"making {folder.relative_to(ROOT)}", file=sys.stderr)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    _do([sys.executable, "-m", "venv", str(folder)])
    _do([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)])
    marker.write_text(wanted, encoding="utf-8")
    return python


def downloaded(package: str) -> None:
    """Fetch a package without what it depends on, and drop it; NotInstalled where there is none for this machine."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        _do([*pip, "--only-binary", ":all:", "-d", folder, package])


def surroundings() -> dict[str, str]:
    """What a peer's process sees of ours: nothing that points into our own environment."""
    return {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}


def _do(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60 * MINUTES, check=False, env=surroundings()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(str(error)) from error
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise NotInstalled(errors[-1] if errors else f"exit code {done.returncode}")
