"""Hostile inputs: how many of each kind are tried, and what may come of one.

An input may be refused with an error that the program declares, and nothing else: no other exception, no more than two
seconds, no more than 500 MB, and nobody let in. ``entries`` says what each kind is. Kinds that cost less are tried more
often.
"""

from __future__ import annotations

import random
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.letters import printable
from sim.runs.errors import ResultError
from sim.scenario import ScenarioError
from soak.clock import Turn
from soak.entries import entries

SECONDS, MEMORY = 2.0, 500.0  # MiB
TRIES = 3  # a slow machine may be slow once
HANGS = 30  # seconds after which an input is left
# Of a thousand inputs.
SHARES = {
    "scenario": 40, "override": 150, "quantity": 200, "register": 30, "claims": 8, "result": 10, "study": 2,
    "journal": 30, "command": 4, "link": 250, "message": 184, "visit": 4, "address": 8, "name": 80,
}  # fmt: skip


class Hangs(Exception):
    """An input that takes too long to wait for."""


@dataclass
class Hostile:
    """What was tried and what came of it."""

    tried: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    most_memory: float = 0.0  # MiB that one input needed more than any before
    wrong: list[str] = field(default_factory=list)


def turns() -> list[str]:
    """The kinds of a thousand inputs, mixed, each as often as its share; every kind is among the first of them."""
    mixed = [name for name, share in SHARES.items() for _ in range(share - 1)]
    random.Random(1).shuffle(mixed)
    return [*SHARES, *mixed]


def attack(turn: Turn, space: Path) -> Hostile:
    """Try inputs of all kinds; the number of one is what it is mutated with."""
    found, order = Hostile(), turns()
    with entries(space) as kinds, warnings.catch_warnings(), limited():
        warnings.simplefilter("error")
        before = memory_peak()
        for number in turn.numbers(lambda: found.tried):
            name = order[number % len(order)]
            try_once(name, kinds[name], number, found)
            peak = memory_peak()
            found.most_memory = max(found.most_memory, peak - before)
            if peak - before > MEMORY:
                found.wrong.append(f"{name} {number}: takes {peak - before:.0f} MiB")
            before = peak
    return found


def memory_peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def limited() -> Iterator[None]:
    """An input that hangs is left."""

    def left(*_: Any) -> None:
        raise Hangs(f"more than {HANGS} s")

    before = signal.signal(signal.SIGALRM, left)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)


def try_once(name: str, use: Callable[[random.Random], object], seed: int, found: Hostile) -> None:
    found.tried += 1
    found.by_kind[name] = found.by_kind.get(name, 0) + 1
    taken = SECONDS
    for _ in range(TRIES):
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, HANGS)
        try:
            use(random.Random(seed))
        except (ScenarioError, ResultError) as error:
            if not (said := str(error)) or said != printable(said):
                found.wrong.append(f"{name} {seed}: a message that cannot be printed: {said!r}")
        except Exception:  # noqa: BLE001  it is what is looked for
            found.wrong.append(f"{name} {seed}: {' | '.join(traceback.format_exc().splitlines()[-3:])}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        taken = min(taken, time.monotonic() - began)
        if taken < SECONDS:
            break
    found.slowest = max(found.slowest, taken)
    if taken >= SECONDS:
        found.wrong.append(f"{name} {seed}: takes more than {SECONDS:g} s")
