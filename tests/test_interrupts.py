"""Ctrl-C at any moment ends a command with 130 and a line, and no process of its own prints a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from command import ROOT, python, surroundings
from soak import interrupts

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

DURING_IMPORTS = """
import sys
class Interrupted:
    def find_spec(self, name, path, target=None):
        if name == "sim.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
from sim.__main__ import main
main()
"""
SERVER = """
from multiprocessing import forkserver
from pathlib import Path
from sim.runs.executor import Workers
with Workers(2) as workers:
    workers.start()
    status = Path(f"/proc/{forkserver._forkserver._forkserver_pid}/status").read_text()
    held = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigBlk", "SigIgn"))]
    print(any(it & 2 for it in held))  # SIGINT is signal 2: bit 1
"""


# Interrupted while it waits for its first worker, whose server still imports: the worker is forked after its end.
STARTING = """
import os, signal, threading
from sim.runs.executor import Workers
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    with Workers(2, ["slow"]) as workers:
        print(list(workers.run(abs, [(1,), (2,)])))
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_during_imports_ends_as_one_later_does() -> None:
    done = python("-c", DURING_IMPORTS, code=130)
    assert done.stderr == "interrupted\n"


def test_the_server_of_workers_never_sees_an_interrupt() -> None:
    """Starting multiprocessing's tracker unblocks the signal, so that must not be while the server starts."""
    assert python("-c", SERVER).stdout == "True\n"


def test_a_worker_that_starts_after_its_owners_end_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(4)\n")
    done = python("-c", STARTING, env=surroundings(ROOT, tmp_path))
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


def test_an_error_of_a_workers_start_is_shown() -> None:
    done = python("-c", "import sim.runs.begun; raise RuntimeError('planted')", code=1)
    assert "RuntimeError: planted" in done.stderr
    assert python("-c", "import sim.runs.begun; raise FileNotFoundError('semaphore')", code=1).stderr == ""


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_an_interrupt_of_the_whole_group_gives_one_line(share: float) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own has too long a name for the sockets of workers
        found = interrupts.interrupted("run", Path(folder) / "it", share * interrupts.SECONDS)
    assert found == []


def test_a_temporary_folder_of_too_long_a_name_is_named(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    done = python("-c", SERVER, env=surroundings(TMPDIR=str(folder)), code=1)
    assert f"OSError: {folder}: too long a name for the sockets of workers; set TMPDIR to a shorter one" in done.stderr
