"""Worlds of millions of enterprises: what they need of the machine is estimated on a sample, and said first."""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import psutil

from sim.formats import counted, span_text
from sim.language import tr
from sim.runs.errors import TooLarge

if TYPE_CHECKING:
    from sim.scenario import Scenario

LARGE = 1_000_000  # enterprises: a larger world runs without the records of an appraisal, which double its memory
SAMPLE = 400_000  # enterprises: their columns no longer fit into a processor's cache, as those of a large world do not
_MONTHS = 4  # of the sample; the first one touches memory that later ones find ready
_GIB = 1 << 30


def is_large(scenario: Scenario) -> bool:
    """Whether a world of the scenario has more than ``LARGE`` enterprises, and none of a file."""
    return _enterprises(scenario) > LARGE and not scenario.values["mechanisms.population.register"]


def _enterprises(scenario: Scenario) -> int:
    return int(scenario.group("population").enterprises)


@dataclass(frozen=True)
class Needs:
    """What the worlds of a scenario need: bytes of memory of all that run at once, and seconds."""

    name: str
    enterprises: int
    months: int
    memory: float
    seconds: float

    def __str__(self) -> str:
        return tr(
            "{name}: {enterprises} enterprises, {months}: about {time} and {memory} GiB of memory "
            "(measured on {sample} enterprises)",
            name=self.name, enterprises=f"{self.enterprises:,}", months=counted(self.months, "month"),
            time=span_text(self.seconds), memory=f"{self.memory / _GIB:.1f}", sample=f"{SAMPLE:,}",
        )  # fmt: skip


def needs(scenario: Scenario, worlds: int, at_once: int) -> Needs:
    """What ``worlds`` worlds of a scenario need, of which ``at_once`` run at the same time.

    A world of ``SAMPLE`` enterprises is founded and run for some months; time and memory are in proportion.
    """
    from sim.model.ecosystem import Ecosystem

    times = _enterprises(scenario) / SAMPLE
    sample, little = (replace(scenario, values=scenario.values | {"population.enterprises": n}) for n in (SAMPLE, 500))
    Ecosystem(little, scenario.seed).run_for(1)  # loads the machine code
    loaded = psutil.Process().memory_info().rss
    tracemalloc.start()
    try:
        began = time.perf_counter()
        world = Ecosystem(sample, scenario.seed)
        founded = time.perf_counter() - began
        world.run_for(1)
        _, memory = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    began = time.perf_counter()
    world.run_for(_MONTHS)
    month = (time.perf_counter() - began) / _MONTHS
    at_once = min(worlds, at_once)
    seconds = times * (founded + scenario.months * month) * worlds / at_once
    return Needs(scenario.name, _enterprises(scenario), scenario.months, at_once * (loaded + times * memory), seconds)


def refuse_too_large(found: Needs) -> None:
    """Raise TooLarge where worlds need more memory than this machine has left."""
    left = psutil.virtual_memory().available
    if found.memory > left:
        raise TooLarge(f"{found}\nthis machine has {left / _GIB:.1f} GiB left: ask for fewer --workers or "
                       "--set population.enterprises")  # fmt: skip
