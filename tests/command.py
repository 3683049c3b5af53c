"""The program as a user starts it: a command in this process, or Python in another one."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from typer.testing import CliRunner, Result

from sim import cli

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
# Of `sim calibrate shougang`, in no time.
TARGETS = """[keys."mechanisms.entry.ideas_per_thousand"]
low = 0.3
high = 2.0
[targets.startups]
outcome = "startups"
months = "2011-12"
value = 180
tolerance = 10
"""


def call(*arguments: object, code: int = 0) -> Result:
    """A ``sim`` command that ends with this exit code."""
    found = CliRunner().invoke(cli.app, [str(it) for it in arguments])
    assert found.exit_code == code, found.output
    return found


def call_json(*arguments: object, code: int = 0) -> Any:
    """The object that a command prints with ``--json``."""
    return json.loads(call(*arguments, "--json", code=code).stdout)


def surroundings(*path: Path, **environment: str) -> dict[str, str]:
    """The environment of a new process that imports from ``path``: the tests and this package if none is given."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path or (TESTS, ROOT)))} | environment


def python(*arguments: object, code: int | None = 0, **how: Any) -> subprocess.CompletedProcess[str]:
    """A Python process and what it prints; it ends with this exit code, unless ``code`` is None."""
    how = {"env": surroundings(), "stdin": subprocess.DEVNULL, "timeout": 300} | how
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)
    assert code in (None, done.returncode), done.stdout[-3000:] + done.stderr[-3000:]
    return done


def script(file: Path) -> ModuleType:
    """A script of the project as a module, whose dataclasses find it by its name."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[file.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain_python(code: str, *arguments: str) -> Any:
    """What ``code`` prints as JSON if numba compiles nothing; a warning is an error."""
    return json.loads(python("-W", "error", "-c", code, *arguments, env=surroundings(NUMBA_DISABLE_JIT="1")).stdout)


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)
