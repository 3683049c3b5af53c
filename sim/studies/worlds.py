"""Worlds of a calibration: each is run once, and leaves the few numbers that some target asks of it.

Rows are kept in a journal while a calibration runs, so that an interrupt loses none, and in ``worlds.parquet`` after
it: a row a world's digest and replicate, a column a reading. Other calibrations with the same readings take from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sim.declare import Value
from sim.kernel.draws import seed_of
from sim.runs.batch import compile_first
from sim.runs.declarations import command_of_world
from sim.runs.ensemble import Request, Watcher
from sim.runs.executor import Failure, Workers
from sim.runs.replicate import Cells, Model
from sim.runs.store import Store
from sim.scenario import Scenario, months
from sim.scenario.rules import contradictions
from sim.studies.points import JOURNAL, LIMIT, Journal, Point, Rows, TooLarge, rows_of, span_text, timed, to_parquet
from sim.studies.targets import Reading

WORLDS = "worlds.parquet"

Asked = tuple[str, Mapping[str, Value]]  # a scenario's name, and the values that stand in it for its own


class Worlds:
    """The worlds that are there, and a way to more of them.

    ``expected`` is how many worlds the whole calibration may take: the first two that are run tell how long that is.
    """

    def __init__(
        self, scenarios: Mapping[str, Scenario], readings: Sequence[Reading], model: Model, store: Store,
        workers: Workers, watcher: Watcher, *, expected: int, allow_long: bool, fresh: bool,
        is_compiled: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.failures: dict[tuple[str, int], dict[str, Any]] = {}
        self._scenarios, self._readings, self._model = scenarios, tuple(readings), model
        self._workers, self._watcher, self._warm = workers, watcher, is_compiled
        self._expected, self._agreed = expected, allow_long
        self._names = tuple(map(str, readings))
        self._journal = Journal(store.path / JOURNAL, len(self._names))
        self._rows: Rows = {}
        for file in [] if fresh else sorted(store.path.parent.glob(f"*/{WORLDS}")):
            other = Store(file.parent)
            if other.manifest().get("model") == model.version and other.intact(WORLDS):
                self._rows |= rows_of(file, self._names, None)
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
        order = sorted(self._used)
        cells = np.array([self._rows[it] for it in order]).reshape(len(order), len(self._names))
        columns: dict[str, Any] = {"digest": pa.array([it[0] for it in order], pa.string())}
        columns["replicate"] = pa.array([it[1] for it in order], pa.int64())
        return to_parquet(pa.table(columns | dict(zip(self._names, cells.T, strict=True))))

    def _run(self, wanted: Mapping[tuple[str, int], Point], missing: Sequence[tuple[str, int]]) -> Any:
        tasks = [
            (
                self._model.run,
                *wanted[it],
                seed_of(wanted[it].base.seed, it[1]),
                tuple(self._model.outcomes),
                self._readings,
            )
            for it in missing
        ]
        place = 0
        while place < len(tasks) and len(self._timed) < 2:  # the first one loads the model, the second tells the cost
            here = self._workers if self._workers.remote else Workers(1)
            if not self._timed and not self._workers.remote:
                compile_first(self._watcher, self._warm, wanted[missing[0]].base.catalogue)
            value, seconds = timed(here, read_world, tasks[place])
            self._timed.append(seconds)
            yield missing[place], value
            place += 1
            if len(self._timed) == 2:
                self._tell(self._timed[-1])
        for number, value in self._workers.run(read_world, tasks[place:]):
            yield missing[place + number], value

    def _tell(self, each: float) -> None:
        seconds = each * self._expected / self._workers.count
        cost = (
            f"at most {self._expected:,} worlds: about {span_text(seconds)} "
            f"({each:.2g} s a world measured, {self._workers.count} at once)"
        )
        if seconds > LIMIT and not self._agreed:
            raise TooLarge(f"{cost}\nmore than {span_text(LIMIT)}: say --yes to start it, or ask for a smaller budget")
        self._watcher.say(cost)

    def _failure(self, point: Point, number: int, message: str) -> dict[str, Any]:
        seed = seed_of(point.base.seed, number)
        base = point.base
        command = command_of_world(base.path, dict(point.changes), seed, base.months, base.catalogue)
        return {"scenario": point.base.name, "replicate": number, "seed": seed, "message": message, "command": command}


def read_world(
    run: Callable[[Any, int, int], Cells], base: Scenario, changes: Mapping[str, Value], seed: int,
    outcomes: Sequence[str], readings: Sequence[Reading],
) -> Cells:  # fmt: skip
    """The readings of one world; ValueError where the model gives another shape."""
    scenario = Point(base, changes).scenario
    cells = np.asarray(run(scenario, seed, scenario.months), dtype=np.float64)
    if cells.shape != (scenario.months, len(outcomes)):
        raise ValueError(f"the model gave outcomes of shape {cells.shape}, not {(scenario.months, len(outcomes))}")
    places = {name: place for place, name in enumerate(outcomes)}
    start = months.number(scenario.calendar(0))
    return np.array([it.of(cells, places, start) for it in readings])
