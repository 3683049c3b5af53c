"""The worlds of a study: many scenarios, each run on the same seeds, of which few numbers are stored.

A result for each of thousands of points would be thousands of folders. A study stores in ``replicates.parquet`` the
outcomes of the last month, a row for each world, found by the digest that the point's result would have. Until it is
written, rows are in the journal. Worlds that other studies and results in the same folder have are not run again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import compute, parquet

from sim.declare import Value
from sim.runs.batch import runs_of
from sim.runs.declarations import declarations, failure_of_world
from sim.runs.ensemble import Request, folder_name
from sim.runs.executor import Failure
from sim.runs.kept import Kept
from sim.runs.options import RunOptions
from sim.runs.provenance import provenance
from sim.runs.replicate import Cells, Model, run_checked
from sim.runs.seals import digest_of
from sim.runs.seeds import own_seeds, world_seed
from sim.runs.store import SCENARIO, Rows, Say, Store, short_digest
from sim.runs.table import to_parquet
from sim.scenario import Scenario
from sim.studies.cost import Cost, report_cost, run_timed

REPLICATES = "replicates.parquet"
VARIANT = "variant.toml"


class Point(NamedTuple):
    """A scenario, and the values that stand in it for its own."""

    base: Scenario
    changes: Mapping[str, Value]

    @property
    def scenario(self) -> Scenario:
        return replace(self.base, values={**self.base.values, **self.changes})


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
        return f"{self.kind}-{folder_name(self.scenario.name)}-{self.digest(version)}"

    def digest(self, version: str) -> str:
        """Of all that can change a number of the study; the number of replicates is not in it."""
        bases = [Request(it, version).digest for it in (self.scenario, self.variant) if it]
        return short_digest((self.kind, bases, self.design))


@dataclass(frozen=True, eq=False, repr=False)
class Runs(Kept):
    """What came out at the points of a study.

    Attributes
    ----------
    path
        Folder of the study.
    manifest
        What ``manifest.json`` holds.
    cells
        Values in the last month, of shape (points, replicates, outcomes); NaN where there is no value.
    """

    path: Path
    manifest: dict[str, Any]
    cells: Cells


def run_points(study: Study, model: Model, options: RunOptions) -> Runs:
    """Run what is missing of a study in its folder, every point on the same seeds.

    The cost is reported first; TooLarge where it exceeds ``LIMIT`` without consent. All replicates of all points are
    one queue of tasks, so no core waits for the last replicate of a point.
    """
    asked = range(study.scenario.replicates)
    say = options.watcher.say
    digests = [Request(point.scenario, model.version).digest for point in study.points]
    store = Store(options.out / study.folder(model.version))
    with store.locked(say):
        if options.fresh:
            store.clear()
        began = time.perf_counter()
        points = dict(zip(reversed(digests), reversed(study.points), strict=True))
        journal = store.journal((len(model.outcomes),), say)
        own = store.trusted(REPLICATES, say)
        kept = (rows_of(own, tuple(model.outcomes)) if own else {}) | journal.read()
        if not options.fresh and any((digest, number) not in kept for digest in points for number in asked):
            kept = _stored_in_others(store.path, points, study, model, say) | kept
        missing = [(digest, number) for digest in dict.fromkeys(digests) for number in asked]
        missing = [it for it in missing if it not in kept]
        failures: dict[tuple[str, int], str] = {}
        if missing:
            _write_bases(store, study)
            for it, value in _run(study, points, missing, model, options):
                if isinstance(value, Failure):
                    failures[it] = value.message
                else:
                    journal.add(it, value)
                    kept[it] = value
        seconds = time.perf_counter() - began
        manifest = _publish(study, model, store, digests, kept, failures, seconds, options.workers.count)
    return Runs(store.path, manifest, cells_of(kept, digests, len(asked), len(model.outcomes)))


def _run(
    study: Study, points: Mapping[str, Point], missing: Sequence[tuple[str, int]], model: Model, options: RunOptions
) -> Iterator[tuple[tuple[str, int], Any]]:
    """Every missing replicate and its outcomes in the last month."""
    scenario, watcher = study.scenario, options.watcher
    each = runs_of(model.run, [point.scenario for point in points.values()], model, options)
    run_of = dict(zip(points, each, strict=True))
    tasks = [
        (run_of[digest], *points[digest], world_seed(scenario, number), scenario.months, len(model.outcomes))
        for digest, number in missing
    ]
    timed: list[float] = []
    worlds = len(points) * scenario.replicates
    begun = False

    def report(each: float) -> None:
        nonlocal begun
        cost = Cost(len(points), scenario.replicates, scenario.months, len(tasks), each, options.workers.count)
        report_cost(cost, cost.seconds, options, "less of one of these")
        if len(tasks) > len(timed):
            watcher.begin(f"{study.kind} {scenario.name}", worlds - len(tasks) + len(timed), worlds)
            begun = True

    try:
        for index, value in run_timed(_last_month, tasks, scenario, model, options, timed, report):
            yield missing[index], value
            if begun:
                watcher.advance()
    finally:
        if begun:
            watcher.end()


def _last_month(run: Any, base: Scenario, changes: Mapping[str, Value], seed: int, months: int, outcomes: int) -> Cells:
    """The outcomes of one world in its last month."""
    return run_checked(run, Point(base, changes).scenario, seed, months, outcomes)[-1].copy()


def _stored_in_others(own: Path, points: Mapping[str, Point], study: Study, model: Model, say: Say) -> Rows:
    """The worlds of these points that other studies and results in the same folder have."""
    found: Rows = {}
    names = tuple(model.outcomes)
    for file in own.parent.glob(f"*/{REPLICATES}"):
        store = Store(file.parent)
        if file.parent != own and store.manifest().get("model") == model.version and store.intact(REPLICATES):
            found |= rows_of(file.read_bytes(), names, points)
    stem = folder_name(study.scenario.name)
    for digest in points:
        folder = own.parent / f"{stem}-{digest}"
        table = Store(folder).table(say) if folder.is_dir() else None
        if table is not None and table.names == names and table.months == study.scenario.months:
            found |= {(digest, number): row for number, row in zip(table.replicates, table.cells[:, -1], strict=True)}
    return {it: row for it, row in found.items() if it[1] < study.scenario.replicates}


def rows_of(data: bytes, names: tuple[str, ...], wanted: Iterable[str] | None = None) -> Rows:
    """The rows of a table of worlds as ``rows_table`` writes it; only those of ``wanted`` digests where given."""
    try:
        opened = parquet.ParquetFile(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        return {}
    if tuple(opened.schema_arrow.names) != ("digest", "replicate", *names):
        return {}
    table = opened.read()
    if wanted is not None:
        table = table.filter(compute.is_in(table.column("digest"), pa.array(list(wanted), pa.string())))
    cells = np.column_stack([table.column(name).to_numpy() for name in names])
    keys = zip(table.column("digest").to_pylist(), table.column("replicate").to_pylist(), strict=True)
    return dict(zip(keys, cells, strict=True))


def cells_of(rows: Rows, digests: Sequence[str], replicates: int, width: int) -> Cells:
    """Rows as points x replicates x numbers, NaN where there is none."""
    nothing = np.full(width, np.nan)
    return np.array([[rows.get((digest, number), nothing) for number in range(replicates)] for digest in digests])


def rows_table(order: Sequence[tuple[str, int]], rows: Rows, units: Mapping[str, str]) -> bytes:
    """A table of worlds in Parquet: digest, replicate, and a column for each name of ``units``."""
    cells = np.array([rows[it] for it in order]).reshape(len(order), len(units))
    fields = [pa.field("digest", pa.string(), nullable=False), pa.field("replicate", pa.int64(), nullable=False)]
    fields += [pa.field(name, pa.float64(), nullable=False, metadata={"unit": unit}) for name, unit in units.items()]
    columns = [pa.array([it[0] for it in order], pa.string()), pa.array([it[1] for it in order], pa.int64())]
    return to_parquet(pa.Table.from_arrays([*columns, *map(pa.array, cells.T)], schema=pa.schema(fields)))


def _publish(
    study: Study, model: Model, store: Store, digests: Sequence[str], kept: Rows, failed: Mapping[tuple[str, int], str],
    seconds: float, workers: int,
) -> dict[str, Any]:  # fmt: skip
    """Bring table and manifest up to what the folder holds; the manifest first, which names the table it replaces."""
    scenario, before = study.scenario, store.manifest()
    index = {digest: number for number, digest in reversed(list(enumerate(digests)))}
    order = sorted((it for it in kept if it[0] in index), key=lambda it: (index[it[0]], it[1]))
    data = rows_table(order, kept, {name: it.unit for name, it in model.outcomes.items()})
    failures = []
    for (digest, number), message in sorted(failed.items(), key=lambda it: (index[it[0][0]], it[0][1])):
        point, seed = study.points[index[digest]], world_seed(scenario, number)
        name = VARIANT if point.base is study.variant else SCENARIO
        entry = failure_of_world(name, scenario, point.changes, number, seed, message)
        failures.append({"point": index[digest], **entry})
    if before.get("outputs", {}).get(REPLICATES) == digest_of(data) and before["failures"] == failures:
        if not store.intact(REPLICATES):
            store.write(REPLICATES, data)
        store.tidy()
        return before
    manifest = {
        "kind": study.kind,
        "name": scenario.name,
        "digest": study.digest(model.version),
        "scenario": scenario.digest(),
        "model": model.version,
        "seed": scenario.seed,
        **({"own_seeds": seeds} if (seeds := own_seeds(scenario)) else {}),
        "start": scenario.calendar(0),
        "months": scenario.months,
        "month": scenario.calendar(scenario.months - 1),
        "points": len(study.points),
        "replicates": scenario.replicates,
        "design": study.design,
        "failures": failures,
        "outputs": _write_bases(store, study) | {REPLICATES: digest_of(data)},
        "wall_seconds": round(seconds, 3),
        "workers": workers,
        **declarations(scenario.catalogue),
        **provenance(),
    }
    published = store.publish(manifest, REPLICATES, data)
    store.tidy()
    return published


def _write_bases(store: Store, study: Study) -> dict[str, str]:
    """Write the scenarios that the points start from; their digests."""
    bases = {SCENARIO: study.scenario} | ({VARIANT: study.variant} if study.variant else {})
    return {name: store.write(name, base.to_toml().encode()) for name, base in bases.items()}
