"""The event log of a result: ``events.parquet``, a row for each event, consistent with the outcomes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import compute, parquet

from sim.disk import write_whole
from sim.runs.batch import run_batch
from sim.runs.ensemble import Request
from sim.runs.executor import Failure
from sim.runs.noted import refuse_links
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, Model
from sim.runs.result import Result
from sim.runs.seals import digest_of
from sim.runs.seeds import world_seed
from sim.runs.store import EVENTS, Store
from sim.runs.table import to_parquet

if TYPE_CHECKING:
    from sim.runs.event_log import EventLog
    from sim.scenario import Scenario

_PARTS = ".events"  # logs of single replicates, by seed, until ``events.parquet`` has them
_DIGITS = 64  # of a digest


def run_with_events(scenario: Scenario, model: Model, options: RunOptions) -> Result:
    """The result of a scenario as ``run_batch`` gives it, with the event log of its replicates in its folder.

    Replicates that are stored without their events are run again.
    """
    watcher, fresh = options.watcher, options.fresh
    store = Store(options.out / Request(scenario, model.version).folder)
    refuse_links(store.path)
    if fresh:
        shutil.rmtree(store.path / _PARTS, ignore_errors=True)
    held = None if fresh else read_events(store)  # before a new replicate publishes another manifest
    watching = replace(model, run=partial(run_logged, store.path / _PARTS), recorded=None)
    result = run_batch([scenario], watching, options)[0]
    if not result.replicates:
        return result
    if held is not None and set(result.replicates) <= replicates_of(held) and store.intact(EVENTS):
        return result
    with store.locked(watcher.say):
        known = set() if held is None else replicates_of(held)
        parts = {number: _part(store, scenario, number) for number in result.replicates if number not in known}
        missing = [number for number, part in parts.items() if part is None]
        if missing:
            watcher.begin(f"{scenario.name}: events", len(parts) - len(missing), len(parts))
            try:
                tasks = [(scenario, world_seed(scenario, number), scenario.months) for number in missing]
                for index, value in options.workers.run(watching.run, tasks):
                    if isinstance(value, Failure):
                        raise RuntimeError(f"events of replicate {missing[index]}: {value.message}")
                    parts[missing[index]] = _part(store, scenario, missing[index])
                    watcher.advance()
            finally:
                watcher.end()
        store.add({EVENTS: _bytes([*_numbered(held, parts)], Request(scenario, model.version))})
        shutil.rmtree(store.path / _PARTS, ignore_errors=True)
    return replace(result, manifest=store.manifest())


def run_logged(folder: Path, scenario: Scenario, seed: int, months: int) -> Cells:
    """A replicate's outcomes, months x outcomes; its events are left in ``folder`` under its seed."""
    from sim.agents.model import EcosystemModel
    from sim.runs.event_log import EventLog

    model = EcosystemModel(scenario, rng=seed)
    log = EventLog(model)
    model.run_for(months)
    data = to_parquet(event_table(log))
    write_whole(_part_of(folder, seed), digest_of(data).encode() + data)
    cells: Cells = model.record.cells()
    return cells


def event_table(log: EventLog) -> pa.Table:
    """A log with names instead of indices; null for none."""
    from sim.model.state.enterprises import CLASSES, ORIGINS
    from sim.runs.event_log import EVENTS as KINDS

    columns, world = log.columns(), log.world
    details = [word for kind in KINDS for word in kind.words]
    firsts = np.cumsum([0, *[len(kind.words) for kind in KINDS]])[columns["event"]]
    said = np.where(columns["detail"] < 0, -1, firsts + columns["detail"])
    return pa.table({
        "month": columns["month"],
        "mechanism": _named(columns["mechanism"], log.mechanisms),
        "event": _named(columns["event"], [kind.name for kind in KINDS]),
        "identity": columns["identity"],
        "detail": _named(said, details),
        "amount": pa.array(columns["amount"], from_pandas=True),
        "origin": _named(columns["origin"], ORIGINS),
        "size_class": _named(columns["size_class"], CLASSES),
        "sector": columns["sector"],
        "staff": columns["staff"],
        "host": pa.array(columns["host"], mask=columns["host"] == 0),
        "platform": _named(columns["platform"], [platform.name for platform in world.platforms]),
        "site": _named(columns["site"], [site.name for site in world.sites]),
    })  # fmt: skip


def read_events(store: Store) -> pa.Table | None:
    """The event log of a folder; None where it is missing or damaged."""
    return _table((store.path / EVENTS).read_bytes()) if store.intact(EVENTS) else None


def _named(indices: Any, names: Any) -> pa.Array:
    """Names by index, null for negative ones."""
    words = pa.array(list(names), pa.string())
    return words.take(pa.array(indices, pa.int64(), mask=indices < 0))


def _part(store: Store, scenario: Scenario, replicate: int) -> pa.Table | None:
    try:
        read = _part_of(store.path / _PARTS, world_seed(scenario, replicate)).read_bytes()
    except OSError:
        return None
    digest, data = read[:_DIGITS], read[_DIGITS:]
    return _table(data) if digest == digest_of(data).encode() else None


def _part_of(folder: Path, seed: int) -> Path:
    """File of the log of one replicate: its digest, then Parquet."""
    return folder / f"{seed}.part"


def _table(data: bytes) -> pa.Table | None:
    with suppress(OSError, pa.ArrowException):
        return parquet.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
    return None


def replicates_of(table: pa.Table) -> set[int]:
    """The replicates whose events a log has."""
    said = (table.schema.metadata or {}).get(b"replicates", b"")
    return {int(number) for number in said.split()}


def _numbered(held: pa.Table | None, parts: dict[int, pa.Table | None]) -> Iterator[tuple[int, pa.Table]]:
    """Number and table of each replicate, in order: those stored before and those run now."""
    for number in sorted({*parts, *(() if held is None else replicates_of(held))}):
        part = parts.get(number)
        if part is not None:
            yield number, part.add_column(0, "replicate", pa.array(np.full(len(part), number, np.int64)))
        elif held is not None:
            yield number, held.filter(compute.equal(held["replicate"], number))


def _bytes(tables: list[tuple[int, pa.Table]], request: Request) -> bytes:
    """Parquet: the same events give the same bytes."""
    about = {"model": request.version, "replicates": " ".join(str(number) for number, _ in tables)}
    table = pa.concat_tables([table for _, table in tables]).combine_chunks().replace_schema_metadata(about)
    return to_parquet(table)
