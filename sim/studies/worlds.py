"""The worlds of a calibration: each is run once and leaves the numbers that the targets need.

Rows are in the journal while a calibration runs, and in ``worlds.parquet`` after it: a row for each digest of a world
and replicate, a column for each reading. Other calibrations with the same readings take them from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.declare import Value
from sim.runs.declarations import failure_of_world
from sim.runs.ensemble import Request
from sim.runs.executor import Failure
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, Model, run_checked
from sim.runs.seeds import world_seed
from sim.runs.store import Rows, Store
from sim.scenario import Scenario, months
from sim.scenario.rules import contradictions
from sim.studies.cost import report_cost, run_timed, span_text
from sim.studies.points import Point, rows_of, rows_table
from sim.studies.targets import Reading

WORLDS = "worlds.parquet"

Asked = tuple[str, Mapping[str, Value]]  # a scenario's name, and the values that replace its own


class Worlds:
    """The worlds that are stored, and a way to run more of them.

    ``expected`` is the most worlds that the whole calibration may run, for its cost.
    """

    def __init__(
        self, scenarios: Mapping[str, Scenario], readings: Sequence[Reading], model: Model, store: Store,
        options: RunOptions, *, expected: int,
    ) -> None:  # fmt: skip
        self.failures: dict[tuple[str, int], dict[str, Any]] = {}
        self._scenarios, self._readings, self._model = scenarios, tuple(readings), model
        self._options, self._watcher, self._expected = options, options.watcher, expected
        self._names = tuple(map(str, readings))
        self._journal = store.journal((len(self._names),), self._watcher.say)
        self._rows: Rows = {}
        for file in [] if options.fresh else store.path.parent.glob(f"*/{WORLDS}"):
            other = Store(file.parent)
            if other.manifest().get("model") == model.version and other.intact(WORLDS):
                self._rows |= rows_of(file.read_bytes(), self._names)
        self._rows |= self._journal.read()
        self._used: dict[tuple[str, int], None] = {}
        self._timed: list[float] = []

    def of(self, asked: Sequence[Asked]) -> list[list[Cells]]:
        """Of each scenario with its values the readings on every seed; NaN where a world failed, or cannot be."""
        points = [Point(self._scenarios[name], changes) for name, changes in asked]
        digests = [Request(point.scenario, self._model.version).digest for point in points]
        wanted = {
            (digest, number): point
            for digest, point in zip(digests, points, strict=True)
            for number in range(point.base.replicates)
            if not any(it for it in contradictions(point.scenario) if not it.keys[0].startswith("figures."))
        }
        missing = [it for it in wanted if it not in self._rows and it not in self.failures]
        for _ in range(len(wanted) - len(missing)):
            self._watcher.advance()
        for it, value in self._run(wanted, missing):
            self._watcher.advance()
            if isinstance(value, Failure):
                self.failures[it] = self._failure(wanted[it], it[1], value.message)
            else:
                self._journal.add(it, value)
                self._rows[it] = value
        self._used |= dict.fromkeys(it for it in wanted if it in self._rows)
        nothing = np.full(len(self._names), np.nan)
        return [
            [self._rows.get((digest, number), nothing) for number in range(point.base.replicates)]
            for digest, point in zip(digests, points, strict=True)
        ]

    def parquet(self) -> bytes:
        """The worlds that were asked for."""
        return rows_table(sorted(self._used), self._rows, dict.fromkeys(self._names, ""))

    def _run(self, wanted: Mapping[tuple[str, int], Point], missing: Sequence[tuple[str, int]]) -> Any:
        points = [(*wanted[it], world_seed(wanted[it].base, it[1])) for it in missing]
        tasks = [(self._model.run, *point, tuple(self._model.outcomes), self._readings) for point in points]
        base = next(iter(self._scenarios.values()))
        for index, value in run_timed(read_world, tasks, base, self._model, self._options, self._timed, self._report):
            yield missing[index], value

    def _report(self, each: float) -> None:
        if len(self._timed) < 2:
            return  # the first world also loads the model
        workers = self._options.workers.count
        seconds = each * self._expected / workers
        cost = (
            f"at most {self._expected:,} worlds: about {span_text(seconds)} "
            f"({each:.2g} s a world measured, {workers} at once)"
        )
        report_cost(cost, seconds, self._options, "a smaller budget")

    def _failure(self, point: Point, number: int, message: str) -> dict[str, Any]:
        base, seed = point.base, world_seed(point.base, number)
        return {"scenario": base.name, **failure_of_world(base.path, base, point.changes, number, seed, message)}


def read_world(
    run: Callable[[Any, int, int], Cells], base: Scenario, changes: Mapping[str, Value], seed: int,
    outcomes: Sequence[str], readings: Sequence[Reading],
) -> Cells:  # fmt: skip
    """The readings of one world."""
    scenario = Point(base, changes).scenario
    cells = run_checked(run, scenario, seed, scenario.months, len(outcomes))
    columns = {name: column for column, name in enumerate(outcomes)}
    start = months.number(scenario.calendar(0))
    return np.array([it.of(cells, columns, start) for it in readings])
