"""Ctrl-C: an interrupt of a command's whole group at a random moment ends it with 130 and a line, and leaves nothing.

The same command then goes on to the same files.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from soak.clock import Turn, at_once
from soak.kills import THREADS, Wholes, faults, hear_interrupts, prepare, start

NAMES = ("run", "sweep", "events", "sensitivity")
SECONDS = 4.0  # of a command at most that is interrupted where nobody knows how long it takes
_PATIENCE = 60
_LAST = re.compile(r"interrupted(: finished replicates are kept, and the same command continues from there)?")


@dataclass
class Interrupts:
    """What was interrupted and what came of it."""

    interrupts: int = 0
    in_time: int = 0  # the command had not ended by itself
    wrong: list[str] = field(default_factory=list)


def interrupted(name: str, folder: Path, after: float) -> list[str]:
    """What is wrong with how a command ends that is interrupted after so many seconds."""
    prepare(folder)
    process = start(name, folder)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGINT)
    try:
        code = process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return [f"runs on for {_PATIENCE} s"]
    said = (folder / "said").read_text(encoding="utf-8")
    wrong = [f"exit code {code}: {said[-300:]}"] if code not in (0, 130, -signal.SIGINT) else []
    if code == 130 and not _LAST.fullmatch(said.rstrip("\n").rpartition("\n")[2]):
        wrong.append(f"its last line is {said.rstrip().splitlines()[-1:]}")
    if "Traceback" in said or "leaked" in said:
        wrong.append(f"says {said[-600:]!r}")
    return wrong


def attack(turn: Turn, folder: Path) -> Interrupts:
    """Interrupt the commands in turn; a number says which, and seeds the moment."""
    found, wholes = Interrupts(), Wholes(NAMES, folder)
    hear_interrupts()  # from the main thread

    def struck(number: int) -> tuple[bool, list[str]]:
        name = NAMES[number % len(NAMES)]
        wanted, seconds = wholes[name]
        at = folder / f"{name}-{number}"
        said = interrupted(name, at, random.Random(number).uniform(0.05, 0.95) * seconds)
        in_time = "interrupted" in (at / "said").read_text(encoding="utf-8")
        return in_time, [f"{name} {number}: {it}" for it in said + faults(name, at, wanted)]

    for in_time, wrong in at_once(turn, struck, THREADS):
        found.interrupts += 1
        found.in_time += in_time
        found.wrong += wrong
    return found
