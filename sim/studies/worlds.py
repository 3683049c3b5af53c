"""The worlds of a study that decides as it goes which ones to run, as a calibration does.

Each is run once and leaves the numbers that the study needs. Rows are in the journal while the study runs, and in its
table after it: a row for each digest of a world and replicate. Other studies that need the same numbers take them from
there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.declare import Value
from sim.formats import span_text
from sim.language import tr
from sim.runs.batch import Run, runs_of
from sim.runs.declarations import failure_of_world
from sim.runs.ensemble import Request
from sim.runs.executor import Failure
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, Model, run_checked
from sim.runs.seeds import world_seed
from sim.runs.store import Rows, Store
from sim.scenario import Scenario, months
from sim.scenario.rules import contradictions
from sim.studies.cost import report_cost, run_timed
from sim.studies.points import Point, rows_of, rows_table
from sim.studies.targets import Reading

WORLDS = "worlds.parquet"

Asked = tuple[str, Mapping[str, Value]]  # a scenario's name, and the values that replace its own
World = tuple[str, int]  # digest of a request, and number of the replicate


def can_be(scenario: Scenario) -> bool:
    """Whether no values of a scenario contradict each other; a shorter run is no fault of a point."""
    return all(it.keys[0].startswith("figures.") for it in contradictions(scenario))


class StoredWorlds:
    """Worlds of which a row of numbers is stored, and a way to run more of them.

    ``table`` is the file that holds them, ``width`` the numbers of a row, ``expected`` the most worlds that the whole
    study may run, for its cost; ``smaller`` is what to ask for where that is too much.
    """

    def __init__(
        self, base: Scenario, model: Model, store: Store, options: RunOptions, *, table: str, width: int, expected: int,
        smaller: str,
    ) -> None:  # fmt: skip
        self.failures: dict[World, dict[str, Any]] = {}
        self._base, self._model, self._width = base, model, width
        self._options, self._watcher, self._expected, self._smaller = options, options.watcher, expected, smaller
        self._journal = store.journal((width,), self._watcher.say)
        self._rows: Rows = {}
        for file in [] if options.fresh else store.path.parent.glob(f"*/{table}"):
            other = Store(file.parent)
            if other.manifest().get("model") == model.version and other.intact(table):
                self._rows |= self._rows_of(file.read_bytes())
        self._rows |= self._journal.read()
        self._used: dict[World, None] = {}
        self._timed: list[float] = []

    def rows(self, points: Sequence[Point], numbers: Sequence[Sequence[int]]) -> list[Cells]:
        """Of each point the rows on its seeds, by number of the replicate; NaN where a world failed, or cannot be."""
        digests = [Request(point.scenario, self._model.version).digest for point in points]
        wanted = {
            (digest, number): point
            for digest, point, on in zip(digests, points, numbers, strict=True)
            if can_be(point.scenario)
            for number in on
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
        nothing = np.full(self._width, np.nan)
        return [
            np.array([self._rows.get((digest, number), nothing) for number in on])
            for digest, on in zip(digests, numbers, strict=True)
        ]

    def parquet(self) -> bytes:
        """The worlds that were asked for."""
        raise NotImplementedError

    def _rows_of(self, data: bytes) -> Rows:
        """The rows of a table, if they have the same numbers."""
        raise NotImplementedError

    def _read(self) -> tuple[Callable[..., Cells], Run, tuple[Any, ...]]:
        """What reads a world in a worker, of a scenario, its changes, a seed, a run, and more arguments."""
        raise NotImplementedError

    def _run(self, wanted: Mapping[World, Point], missing: Sequence[World]) -> Any:
        read, run, more = self._read()
        points = {digest: wanted[digest, number].scenario for digest, number in missing}
        run_of = dict(zip(points, runs_of(run, list(points.values()), self._model, self._options), strict=True))
        tasks = [(*wanted[it], world_seed(wanted[it].base, it[1]), run_of[it[0]], *more) for it in missing]
        for index, value in run_timed(read, tasks, self._base, self._model, self._options, self._timed, self._report):
            yield missing[index], value

    def _report(self, each: float) -> None:
        if len(self._timed) < 2:
            return  # the first world also loads the model
        workers = self._options.workers.count
        seconds = each * self._expected / workers
        cost = tr(
            "at most {worlds} worlds: about {time} ({each} s a world measured, {workers} at once)",
            worlds=f"{self._expected:,}", time=span_text(seconds), each=f"{each:.2g}", workers=workers,
        )  # fmt: skip
        report_cost(cost, seconds, self._options, self._smaller)

    def _failure(self, point: Point, number: int, message: str) -> dict[str, Any]:
        base, seed = point.base, world_seed(point.base, number)
        return {"scenario": base.name, **failure_of_world(base.path, base, point.changes, number, seed, message)}


class Worlds(StoredWorlds):
    """The worlds of a calibration: their numbers are readings of its targets."""

    def __init__(
        self, scenarios: Mapping[str, Scenario], readings: Sequence[Reading], model: Model, store: Store,
        options: RunOptions, *, expected: int,
    ) -> None:  # fmt: skip
        self._scenarios, self._readings = scenarios, tuple(readings)
        self._names = tuple(map(str, readings))
        base = next(iter(scenarios.values()))
        super().__init__(
            base, model, store, options, table=WORLDS, width=len(self._names), expected=expected,
            smaller="a smaller budget",
        )  # fmt: skip

    def of(self, asked: Sequence[Asked]) -> list[Cells]:
        """Of each scenario with its values the readings on every seed; NaN where a world failed, or cannot be."""
        points = [Point(self._scenarios[name], changes) for name, changes in asked]
        return self.rows(points, [range(point.base.replicates) for point in points])

    def parquet(self) -> bytes:
        return rows_table(sorted(self._used), self._rows, dict.fromkeys(self._names, ""))

    def _rows_of(self, data: bytes) -> Rows:
        return rows_of(data, self._names)

    def _read(self) -> tuple[Callable[..., Cells], Run, tuple[Any, ...]]:
        return read_world, self._model.run, (tuple(self._model.outcomes), self._readings)


def read_world(
    base: Scenario, changes: Mapping[str, Value], seed: int, run: Callable[[Any, int, int], Cells],
    outcomes: Sequence[str], readings: Sequence[Reading],
) -> Cells:  # fmt: skip
    """The readings of one world."""
    scenario = Point(base, changes).scenario
    cells = run_checked(run, scenario, seed, scenario.months, len(outcomes))
    columns = {name: column for column, name in enumerate(outcomes)}
    start = months.number(scenario.calendar(0))
    return np.array([it.of(cells, columns, start) for it in readings])
