"""Many scenarios, few numbers each: the replicates of a study's points, run once and kept in the study's folder.

A result of its own for each of thousands of points would be thousands of folders. Here a replicate leaves its
outcomes of the last month only, a row of ``replicates.parquet`` found by the point's digest (that of the result which
``sim run`` would make of it). While a study runs, rows are added one by one to a journal: an interrupt loses none.
What other studies and results beside it hold of the same points is taken from there.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import compute, parquet

from sim.declare import Value
from sim.kernel.draws import seed_of
from sim.runs.batch import compile_first
from sim.runs.declarations import command_of_world, declarations
from sim.runs.ensemble import Request, Watcher
from sim.runs.executor import Failure, Workers
from sim.runs.provenance import provenance
from sim.runs.replicate import Cells, Model
from sim.runs.store import MANIFEST, SCENARIO, Say, Store, digest_of, to_json
from sim.scenario import Scenario

REPLICATES = "replicates.parquet"
VARIANT = "variant.toml"
LIMIT = 600.0  # seconds of estimated time above which a study is started only when that is agreed to
JOURNAL = ".replicates/journal"

Rows = dict[tuple[str, int], Cells]


class TooLarge(ValueError):
    """A study that would take longer than was agreed to."""


class Point(NamedTuple):
    """A scenario, and the values that stand in it for its own."""

    base: Scenario
    changes: Mapping[str, Value]

    @property
    def scenario(self) -> Scenario:
        return replace(self.base, values={**self.base.values, **self.changes})


@dataclass(frozen=True)
class Cost:
    """What is still to be run of a study: worlds of so many months, seconds each as measured, over some workers."""

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
        left = "" if self.worlds == asked else f", {asked - self.worlds:,} of them kept already"
        return (
            f"{self.points:,} points x {self.replicates} replicates x {self.months} months = {asked:,} worlds{left}: "
            f"about {span_text(self.seconds)} ({self.each:.2g} s a world measured, {self.workers} at once)"
        )


@dataclass(frozen=True)
class Study:
    """What is asked for: a kind of study of a scenario, the points, and the design in words of JSON.

    ``scenario`` gives seed, months, replicates and the name; ``variant`` is the other base of points, where there is
    one. The design must fix the points.
    """

    kind: str
    scenario: Scenario
    design: Mapping[str, Any]
    points: Sequence[Point]
    variant: Scenario | None = None

    def folder(self, version: str) -> str:
        """KIND-NAME-DIGEST. The digest has ten digits, a result's twelve: none is taken for the other."""
        return f"{self.kind}-{re.sub(r'[^A-Za-z0-9_.-]+', '-', self.scenario.name)}-{self.digest(version)}"

    def digest(self, version: str) -> str:
        """Of all that can change a number of the study; the number of replicates is not in it."""
        bases = [Request(it, version).digest for it in (self.scenario, self.variant) if it]
        asked = (self.kind, bases, self.design)
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:10]


@dataclass(frozen=True, eq=False)
class Runs:
    """What came out: ``cells`` is points x replicates x outcomes in the last month, NaN where there is no value."""

    path: Path
    manifest: dict[str, Any]
    cells: Cells

    @property
    def failures(self) -> list[dict[str, Any]]:
        return list(self.manifest["failures"])


def run_points(
    study: Study,
    model: Model,
    out: Path,
    workers: Workers,
    watcher: Watcher,
    *,
    allow_long: bool = False,
    fresh: bool = False,
    is_compiled: Callable[[], bool] = lambda: True,
) -> Runs:
    """Run what is missing of a study in its folder under ``out``, every point on the same seeds.

    The cost is said before it is spent; ``TooLarge`` where it is above ``LIMIT`` and not ``allow_long``. All replicates
    of all points are one queue of tasks, so that no core waits for the last replicate of a point.
    """
    asked = range(study.scenario.replicates)
    digests = [Request(point.scenario, model.version).digest for point in study.points]
    store = Store(out / study.folder(model.version))
    with store.locked(watcher.say):
        if fresh:
            store.clear()
            (store.path / REPLICATES).unlink(missing_ok=True)
        began = time.perf_counter()
        of = dict(zip(reversed(digests), reversed(study.points), strict=True))
        journal = Journal(store.path / JOURNAL, len(model.outcomes))
        kept = _kept(store, model, watcher.say) | journal.read()
        if not fresh and any((digest, number) not in kept for digest in of for number in asked):
            kept = _elsewhere(store.path, of, study, model, watcher.say) | kept
        missing = [(digest, number) for digest in dict.fromkeys(digests) for number in asked]
        missing = [it for it in missing if it not in kept]
        failures: dict[tuple[str, int], str] = {}
        if missing:
            _write_bases(store, study)
            for it, value in _run(study, of, missing, model, workers, watcher, allow_long, is_compiled):
                if isinstance(value, Failure):
                    failures[it] = value.message
                else:
                    journal.add(it, value)
                    kept[it] = value
        manifest = _publish(study, model, store, digests, kept, failures, time.perf_counter() - began, workers.count)
    nothing = np.full(len(model.outcomes), np.nan)
    cells = np.array([[kept.get((digest, number), nothing) for number in asked] for digest in digests])
    return Runs(store.path, manifest, cells)


def complaints(failures: Sequence[Mapping[str, Any]], path: Path, most: int = 5) -> list[str]:
    """What to say of replicates that failed, and how each is repeated."""
    lines = [f"{path}: {len(failures)} replicates failed"] if failures else []
    for failure in failures[:most]:
        lines.append(f"point {failure['point']}, replicate {failure['replicate']}: {failure['message']}")
        lines.append(f"  repeat it in that folder: {failure['command']}")
    if len(failures) > most:
        lines.append(f"and {len(failures) - most} more: see {path / MANIFEST}")
    return lines


def span_text(seconds: float) -> str:
    """A time as a reader wants it."""
    for size, word in ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word}" if seconds >= 10 * size else f"{seconds / size:.1f} {word}"
    return f"{seconds:.0f} seconds" if seconds >= 2 else "a second or two"


def _run(
    study: Study, of: Mapping[str, Point], missing: Sequence[tuple[str, int]], model: Model, workers: Workers,
    watcher: Watcher, allow_long: bool, is_compiled: Callable[[], bool],
) -> Iterator[tuple[tuple[str, int], Any]]:  # fmt: skip
    """Every missing replicate and its outcomes; one of the first tells what the others will cost."""
    scenario = study.scenario
    tasks = [
        (model.run, *of[digest], seed_of(scenario.seed, number), scenario.months, len(model.outcomes))
        for digest, number in missing
    ]
    here = workers if workers.remote else Workers(1)
    if not workers.remote:
        compile_first(watcher, is_compiled, scenario.catalogue)
    done, each = 0, 0.0
    for task in tasks[:2]:  # the first one loads the model, the second one shows what a world takes
        value, each = timed(here, _last_month, task)
        yield missing[done], value
        done += 1
    cost = Cost(len(of), scenario.replicates, scenario.months, len(tasks), each, workers.count)
    if cost.seconds > LIMIT and not allow_long:
        raise TooLarge(f"{cost}\nmore than {span_text(LIMIT)}: say --yes to start it, or ask for less of one of these")
    watcher.say(str(cost))
    if done == len(tasks):
        return
    worlds = len(of) * scenario.replicates
    watcher.begin(f"{study.kind} {scenario.name}", worlds - len(tasks) + done, worlds)
    try:
        for place, value in workers.run(_last_month, tasks[done:]):
            yield missing[done + place], value
            watcher.advance()
    finally:
        watcher.end()


def seconds_a_world(scenario: Scenario, model: Model, workers: Workers) -> float:
    """What a world of the scenario takes on one core, as measured: the second of two, the first one loads the model."""
    here = workers if workers.remote else Workers(1)
    task: tuple[Any, ...] = (model.run, scenario, {}, scenario.seed, scenario.months, len(model.outcomes))
    return [timed(here, _last_month, task)[1] for _ in range(2)][-1]


def timed(here: Workers, function: Callable[..., Any], task: tuple[Any, ...]) -> tuple[Any, float]:
    """The value of a task and its seconds; in this process a world may use all cores, so their times are added."""
    began, used = time.perf_counter(), time.process_time()
    value = next(here.run(function, [task]))[1]
    return value, max(time.perf_counter() - began, time.process_time() - used)


def _last_month(
    run: Callable[[Any, int, int], Cells], base: Scenario, changes: Mapping[str, Value], seed: int, months: int,
    outcomes: int,
) -> Cells:  # fmt: skip
    """The outcomes of one world in its last month; ValueError where the model gives another shape."""
    cells = np.asarray(run(Point(base, changes).scenario, seed, months), dtype=np.float64)
    if cells.shape != (months, outcomes):
        raise ValueError(f"the model gave outcomes of shape {cells.shape}, not {(months, outcomes)}")
    return np.ascontiguousarray(cells[-1])


class Journal:
    """Rows as they come, each with its check sum; what a killed process left half-written at the end is cut off."""

    def __init__(self, path: Path, outcomes: int) -> None:
        self._path = path
        self._row = np.dtype([("digest", "<u8"), ("number", "<u4"), ("check", "<u4"), ("cells", "<f8", (outcomes,))])

    def read(self) -> Rows:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        size, rows = self._row.itemsize, {}
        whole = np.frombuffer(data[: len(data) // size * size], self._row)
        good = 0
        for row in whole:
            if _check(row) != row["check"]:
                break
            rows[f"{int(row['digest']):012x}", int(row["number"])] = row["cells"].copy()
            good += 1
        if good * size != len(data):
            with self._path.open("r+b") as file:
                file.truncate(good * size)
        return rows

    def add(self, it: tuple[str, int], cells: Cells) -> None:
        row = np.zeros((), self._row)
        row["digest"], row["number"], row["cells"] = int(it[0], 16), it[1], cells
        row["check"] = _check(row)
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("ab") as file:
            file.write(row.tobytes())


def _check(row: Any) -> int:
    return zlib.crc32(b"".join(row[name].tobytes() for name in ("digest", "number", "cells")))


def _kept(store: Store, model: Model, say: Say) -> Rows:
    """The rows of the folder's own table, where it can be trusted."""
    file = store.path / REPLICATES
    if not file.exists():
        return {}
    manifest = store.manifest()
    if digest_of(file.read_bytes()) in (manifest.get("outputs", {}).get(REPLICATES), manifest.get("replaces")):
        return rows_of(file, tuple(model.outcomes), None)
    say(f"{file}: damaged or half-written (its digest is not that of {MANIFEST}): not used, run again")
    return {}


def _elsewhere(own: Path, of: Mapping[str, Point], study: Study, model: Model, say: Say) -> Rows:
    """What studies and results in the same folder hold of these points."""
    found: Rows = {}
    names = tuple(model.outcomes)
    for file in sorted(own.parent.glob(f"*/{REPLICATES}")):
        store = Store(file.parent)
        if file.parent != own and store.manifest().get("model") == model.version and store.intact(REPLICATES):
            found |= rows_of(file, names, of)
    stem = study.folder(model.version).removeprefix(f"{study.kind}-").rpartition("-")[0]
    for digest in of:
        folder = own.parent / f"{stem}-{digest}"
        table = Store(folder).table(say) if folder.is_dir() else None
        if table is not None and table.names == names and table.months == study.scenario.months:
            found |= {(digest, number): row for number, row in zip(table.replicates, table.cells[:, -1], strict=True)}
    return {it: row for it, row in found.items() if it[1] < study.scenario.replicates}


def rows_of(file: Path, names: tuple[str, ...], wanted: Iterable[str] | None) -> Rows:
    """The rows of a table of replicates; those of some digests only, where these are given."""
    opened = parquet.ParquetFile(file)
    if tuple(opened.schema_arrow.names) != ("digest", "replicate", *names):
        return {}
    if wanted is not None:
        held = compute.is_in(opened.read(["digest"]).column("digest"), pa.array(list(wanted), pa.string()))
        if not compute.any(held).as_py():
            return {}
    table = opened.read() if wanted is None else opened.read().filter(held)
    cells = np.column_stack([table.column(name).to_numpy() for name in names])
    keys = zip(table.column("digest").to_pylist(), table.column("replicate").to_pylist(), strict=True)
    return dict(zip(keys, cells, strict=True))


def _publish(
    study: Study, model: Model, store: Store, digests: Sequence[str], kept: Rows, failed: Mapping[tuple[str, int], str],
    seconds: float, workers: int,
) -> dict[str, Any]:  # fmt: skip
    """Bring table and manifest up to what the folder holds; the manifest first, which names the table it replaces."""
    scenario, before = study.scenario, store.manifest()
    place = {digest: number for number, digest in reversed(list(enumerate(digests)))}
    order = sorted((it for it in kept if it[0] in place), key=lambda it: (place[it[0]], it[1]))
    data = _table([*order], kept, model)
    failures = [
        {
            "point": place[digest],
            "replicate": number,
            "seed": seed_of(scenario.seed, number),
            "message": message,
            "command": _command(study, study.points[place[digest]], seed_of(scenario.seed, number)),
        }
        for (digest, number), message in sorted(failed.items(), key=lambda it: (place[it[0][0]], it[0][1]))
    ]
    if before.get("outputs", {}).get(REPLICATES) == digest_of(data) and before["failures"] == failures:
        if digest_of((store.path / REPLICATES).read_bytes()) != digest_of(data):
            store.write(REPLICATES, data)
        store.tidy(())
        return before
    manifest = {
        "kind": study.kind,
        "name": scenario.name,
        "digest": study.digest(model.version),
        "scenario": scenario.digest(),
        "model": model.version,
        "seed": scenario.seed,
        "start": scenario.calendar(0),
        "months": scenario.months,
        "month": scenario.calendar(scenario.months - 1),
        "points": len(study.points),
        "replicates": scenario.replicates,
        "design": study.design,
        "failures": failures,
        "outputs": _write_bases(store, study) | {REPLICATES: digest_of(data)},
        "replaces": before.get("outputs", {}).get(REPLICATES),
        "wall_seconds": round(seconds, 3),
        "workers": workers,
        **declarations(scenario.catalogue),
        **provenance(),
    }
    store.write(MANIFEST, to_json(manifest))
    store.write(REPLICATES, data)
    store.tidy(())
    return manifest


def _table(order: Sequence[tuple[str, int]], kept: Rows, model: Model) -> bytes:
    cells = np.array([kept[it] for it in order]).reshape(len(order), len(model.outcomes))
    fields = [pa.field("digest", pa.string(), nullable=False), pa.field("replicate", pa.int64(), nullable=False)]
    fields += [pa.field(it.name, pa.float64(), nullable=False, metadata={"unit": it.unit})
               for it in model.outcomes.values()]  # fmt: skip
    columns = [pa.array([it[0] for it in order]), pa.array([it[1] for it in order], pa.int64())]
    columns += [pa.array(column) for column in cells.T]
    return to_parquet(pa.Table.from_arrays(columns, schema=pa.schema(fields)))


def to_parquet(table: pa.Table) -> bytes:
    """Parquet: the same table gives the same bytes."""
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def _write_bases(store: Store, study: Study) -> dict[str, str]:
    """Write the scenarios that the points start from; their digests."""
    bases = {SCENARIO: study.scenario} | ({VARIANT: study.variant} if study.variant else {})
    return {name: store.write(name, base.to_toml().encode()) for name, base in bases.items()}


def _command(study: Study, point: Point, seed: int) -> str:
    name = VARIANT if point.base is study.variant else SCENARIO
    return command_of_world(name, dict(point.changes), seed, study.scenario.months, study.scenario.catalogue)
