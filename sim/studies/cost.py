"""What runs cost: measured on the first worlds, reported before the others start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sim.formats import span_text
from sim.language import ENGLISH, speaking, tr
from sim.runs.batch import compile_first
from sim.runs.errors import TooLarge
from sim.runs.executor import Workers
from sim.runs.options import RunOptions
from sim.runs.replicate import Model, run_checked
from sim.scenario import Scenario

LIMIT = 600.0  # seconds of estimated time above which runs start only with consent


@dataclass(frozen=True)
class Cost:
    """What is left to run of a study: ``worlds``, each of ``each`` seconds as measured, over ``workers``."""

    points: int
    replicates: int
    months: int
    worlds: int
    each: float
    workers: int

    @property
    def seconds(self) -> float:
        return self.worlds * self.each / self.workers

    def __str__(self) -> str:
        asked = self.points * self.replicates
        places = {
            "points": f"{self.points:,}", "replicates": self.replicates, "months": self.months, "worlds": f"{asked:,}",
            "time": span_text(self.seconds), "each": f"{self.each:.2g}", "workers": self.workers,
        }  # fmt: skip
        if self.worlds == asked:
            return tr("{points} points x {replicates} replicates x {months} months = {worlds} worlds: about {time} "
                      "({each} s a world measured, {workers} at once)", **places)  # fmt: skip
        return tr("{points} points x {replicates} replicates x {months} months = {worlds} worlds, {stored} of them "
                  "stored already: about {time} ({each} s a world measured, {workers} at once)",
                  stored=f"{asked - self.worlds:,}", **places)  # fmt: skip


def report_cost(cost: object, seconds: float, options: RunOptions, smaller: str) -> None:
    """Report a cost; TooLarge where it exceeds ``LIMIT`` without consent. ``smaller`` is what to ask for instead."""
    if seconds > LIMIT and not options.allow_long:
        with speaking(ENGLISH):
            raise TooLarge(f"{cost}\nmore than {span_text(LIMIT)}: start it with --yes, or ask for {smaller}")
    options.watcher.say(str(cost))


def run_timed(
    function: Callable[..., Any],
    tasks: Sequence[tuple[Any, ...]],
    scenario: Scenario,
    model: Model,
    options: RunOptions,
    timed: list[float],
    report: Callable[[float], None],
) -> Iterator[tuple[int, Any]]:
    """Index and value, or failure, of each task; ``report`` gets the seconds of a world before the bulk starts.

    Two worlds run first, one after the other: the first one loads the model, the second one is measured. ``timed``
    holds the seconds of those that ran before; ``report`` is called after each call that adds to it.
    """
    workers = options.workers
    here = workers if workers.remote else Workers(1)
    if not timed and not workers.remote:
        compile_first(model, scenario.catalogue, options.watcher)
    done = 0
    while done < len(tasks) and len(timed) < 2:
        value, seconds = _timed(here, function, tasks[done])
        timed.append(seconds)
        yield done, value
        done += 1
    if done:
        report(timed[-1])
    for index, value in workers.run(function, tasks[done:]):
        yield done + index, value


def seconds_a_world(scenario: Scenario, model: Model, workers: Workers) -> float:
    """Seconds that a world of the scenario takes on one core: the second of two, as the first one loads the model."""
    here = workers if workers.remote else Workers(1)
    task = (model.run, scenario, scenario.seed, scenario.months, len(model.outcomes))
    return [_timed(here, run_checked, task)[1] for _ in range(2)][-1]


def _timed(here: Workers, function: Callable[..., Any], task: tuple[Any, ...]) -> tuple[Any, float]:
    """The value of a task, and its seconds: of processor time where a world uses several cores of this process."""
    began, used = time.perf_counter(), time.process_time()
    value = next(here.run(function, [task]))[1]
    return value, max(time.perf_counter() - began, time.process_time() - used)
