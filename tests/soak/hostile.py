"""Hostile inputs: how many of each kind are tried, and what may come of one.

An input may be refused with an error that the program declares, and nothing else: no other exception, no more than two
seconds of the processor, no more than 500 MB, and nobody let in. ``entries`` says what each kind is. Hypothesis makes
the choices of which an input is the outcome, and looks for the smallest input that gives the same traceback. Kinds that
cost less are tried more often.
"""

from __future__ import annotations

import random
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import randoms

from sim.letters import printable
from sim.runs.errors import ResultError
from sim.scenario import ScenarioError
from soak.clock import Turn
from soak.entries import Use, entries

SECONDS, MEMORY = 2.0, 500.0  # MiB
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


def attack(turn: Turn, space: Path, shares: Mapping[str, int] = SHARES) -> Hostile:
    """Try inputs of all kinds, by the shares in each round; its number is what their choices come from."""
    found = Hostile()
    with entries(space) as kinds, strict():
        for number in turn.numbers(lambda: found.tried):
            for name, most in shares.items():
                search(f"{name} {number}", kinds[name], most, number, found)
    return found


def search(name: str, use: Use, most: int, number: int, found: Hostile) -> None:
    """Try so many inputs of a kind, and reduce one that gives a traceback."""
    limits = settings(
        max_examples=most, database=None, deadline=None, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    try:
        seed(number)(limits(driven(name, use, found)))()
    except BaseExceptionGroup as errors:
        found.wrong += [f"{name}: {told(it)}" for it in errors.exceptions]
    except Exception as error:  # noqa: BLE001  it is what is looked for
        found.wrong.append(f"{name}: {told(error)}")


def driven(name: str, use: Use, found: Hostile) -> Callable[[], None]:
    """Hypothesis's test of a kind; a traceback fails it, time and memory are noted."""

    @given(randoms(use_true_random=False))
    def test(rng: random.Random) -> None:
        before, began = memory_peak(), time.process_time()
        signal.setitimer(signal.ITIMER_REAL, HANGS)
        try:
            use(rng)
        except (ScenarioError, ResultError) as error:
            if not (said := str(error)) or said != printable(said):
                raise AssertionError(f"a message that cannot be printed: {said!r}") from None
        except Hangs as error:
            found.wrong.append(f"{name}: {error}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        taken, more = time.process_time() - began, memory_peak() - before
        found.tried += 1
        kind = name.split(maxsplit=1)[0]
        found.by_kind[kind] = found.by_kind.get(kind, 0) + 1
        found.slowest, found.most_memory = max(found.slowest, taken), max(found.most_memory, more)
        found.wrong += [f"{name}: takes {taken:.1f} s"] if taken >= SECONDS else []
        found.wrong += [f"{name}: takes {more:.0f} MiB"] if more > MEMORY else []

    return test


def told(error: BaseException) -> str:
    """An error, where it was raised, and the pieces of the smallest input that gives it."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    pieces = [it for it in getattr(error, "__notes__", ()) if not it.startswith("Failing")]
    return " | ".join([f"{type(error).__name__}: {error}", f"{Path(at.filename).name}:{at.lineno}", *pieces])


def memory_peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def strict() -> Iterator[None]:
    """A warning is an error, and an input that hangs is left."""

    def left(*_: Any) -> None:
        raise Hangs(f"more than {HANGS} s")

    before = signal.signal(signal.SIGALRM, left)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        signal.signal(signal.SIGALRM, before)
