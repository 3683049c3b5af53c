"""Stored studies: their design, and every replicate of every point."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim.runs.ensemble import Request
from sim.runs.errors import ResultError
from sim.runs.replicate import Cells
from sim.runs.result import intact_bytes, stored_scenario
from sim.runs.store import MANIFEST, Store, clean
from sim.scenario import Scenario
from sim.studies.estimators.posterior import Floats, quantiles
from sim.studies.points import REPLICATES, Point, cells_of, rows_of
from sim.studies.questions.calibrate import AS_IT_IS, EVALUATIONS, FITTED, INTERVAL, POSTERIOR, ROTATION, SAMPLE
from sim.studies.questions.rotation import lies_within, wanted_band
from sim.studies.stored_sensitivity import ANSWER, Sensitivity, read_answer
from sim.studies.targets import FreeParameter

REMEDY = "give the command of the study again"


@dataclass(frozen=True, eq=False)
class Stored:
    """A study: ``cells`` is points x replicates x outcomes in the last month, NaN where there is no value."""

    path: Path
    manifest: dict[str, Any]
    scenario: Scenario
    names: tuple[str, ...]
    units: dict[str, str]
    cells: Cells

    @property
    def name(self) -> str:
        return str(self.manifest["name"])

    @property
    def replicates(self) -> int:
        return int(self.cells.shape[1])


@dataclass(frozen=True, eq=False)
class StoredCalibration:
    """A calibration. ``posterior`` has each key's values, ``weights`` theirs; ``rows`` are the targets.

    Of a row ``as it is`` and ``fitted`` have median and ends, of the scenarios as they are and of the posterior, and
    ``mean`` and ``error`` are those of the fitted values. ``rotation`` is empty where there was none.
    """

    path: Path
    manifest: dict[str, Any]
    keys: tuple[FreeParameter, ...]
    posterior: dict[str, Floats]
    weights: Floats
    rows: tuple[dict[str, Any], ...]
    rotation: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return str(self.manifest["name"])


def kind_of(folder: Path) -> str:
    """What kind of study a folder holds; empty where it holds none."""
    kind = Store(folder).manifest().get("kind", "")
    return kind if isinstance(kind, str) else ""


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """``ResultError`` where what should be in a study's files is not."""
    try:
        yield
    except (KeyError, TypeError, IndexError) as error:
        raise ResultError(f"{folder}: {MANIFEST} or what it names lacks {error}; {REMEDY} to mend it") from None


def open_sensitivity(folder: Path) -> tuple[Stored, list[Sensitivity], dict[str, Any]]:
    """A study of sensitivity: the study, its answer by outcome, and the answer as one object."""
    store = Store(folder)
    answer = json.loads(intact_bytes(store, ANSWER, REMEDY))
    study = open_design(folder)
    with readable(folder):
        return study, [read_answer(folder, answer, name) for name in answer["outcomes"]], answer


def open_design(folder: Path) -> Stored:
    """What pages of studies that keep no cells need of them: manifest and scenario."""
    store = Store(folder)
    return Stored(folder, store.manifest(), stored_scenario(store, REMEDY), (), {}, np.empty((0, 0, 0)))


def open_calibration(folder: Path) -> StoredCalibration:
    """A calibration; ``ResultError`` where it is damaged or half-written."""
    store = Store(folder)
    manifest = store.manifest()
    with readable(folder):
        names = [name for name in (EVALUATIONS, POSTERIOR, ROTATION) if name != ROTATION or name in manifest["outputs"]]
        for name in (*names, *(it for it in manifest["outputs"] if it.endswith(".toml"))):
            intact_bytes(store, name, REMEDY)
        drawn = parquet.ParquetFile(folder / POSTERIOR).read()
        tried = parquet.ParquetFile(folder / EVALUATIONS).read().to_pylist()
        keys = tuple(
            FreeParameter(key, it["unit"], it["low"], it["high"], it["scale"] == "log",
                  pa.types.is_integer(drawn.schema.field(key).type), tuple(it["scenarios"]), inherited=False)
            for key, it in manifest["design"]["keys"].items()
        )  # fmt: skip
        rows = _target_rows(manifest, [it for it in tried if not it["left_out"]], drawn.to_pylist(), keys)
        rotation = json.loads((folder / ROTATION).read_bytes())["targets"] if ROTATION in names else []
        for row in rotation:
            _ = row["title"], row["unit"], row["wanted"], row["predicted"]["median"]
    posterior = {it.key: drawn.column(it.key).to_numpy() for it in keys}
    return StoredCalibration(
        folder, manifest, keys, posterior, drawn.column("weight").to_numpy(), tuple(rows), tuple(rotation)
    )


def _target_rows(
    manifest: dict[str, Any], tried: list[dict[str, Any]], drawn: list[dict[str, Any]], keys: Sequence[FreeParameter]
) -> list[dict[str, Any]]:
    """Each target: its value as asked, before fitting, and with the posterior's weights."""
    weights: dict[tuple[Any, ...], list[float]] = {}
    for row in drawn:
        weights.setdefault(tuple(row[it.key] for it in keys), []).append(row["weight"])
    carried = [
        (row, found.pop()) for row in tried if row["stage"] == SAMPLE
        if (found := weights.get(tuple(row[it.key] for it in keys)))
    ]  # fmt: skip
    before, after = (next(row for row in tried if row["stage"] == stage) for stage in (AS_IT_IS, FITTED))
    units, rows = manifest.get("units", {}), []
    for name, asked in manifest["design"]["targets"].items():
        wanted = wanted_band(asked)
        values, shares = (
            np.array(part) for part in zip(*((row[name], weight) for row, weight in carried), strict=True)
        )
        low, middle, high = quantiles(values, shares, (INTERVAL[0], 0.5, INTERVAL[1]))
        was = before[name]
        rows.append({
            "target": name, "title": name, "unit": units.get(name, ""), **asked, "wanted": [*wanted],
            "mean": after[name], "error": after[f"{name} error"],
            "as it is": {"median": was, "low": was, "high": was, "within": lies_within(wanted, was)},
            "fitted": {"median": middle, "low": low, "high": high, "within": lies_within(wanted, middle)},
        })  # fmt: skip
    return [clean(row) for row in rows]


def open_sweep(folder: Path) -> Stored:
    """A sweep, its baseline as point 0; ``ResultError`` where it is damaged, half-written or of another kind."""
    store = Store(folder)
    manifest = store.manifest()
    scenario = stored_scenario(store, REMEDY)
    data = intact_bytes(store, REPLICATES, REMEDY)
    with readable(folder):
        keys = [axis["key"] for axis in manifest["design"]["keys"]]
        changes = [{}, *(dict(zip(keys, point, strict=True)) for point in manifest["design"]["points"])]
        version, count = str(manifest["model"]), int(manifest["replicates"])
    digests = [Request(Point(scenario, it).scenario, version).digest for it in changes]
    fields = [it for it in parquet.read_schema(pa.BufferReader(data)) if it.name not in ("digest", "replicate")]
    units = {field.name: (field.metadata or {}).get(b"unit", b"").decode() for field in fields}
    cells = cells_of(rows_of(data, tuple(units)), digests, count, len(units))
    if not np.isfinite(cells[0]).any():
        raise ResultError(f"{folder}: no replicate of the baseline is finished; give the command of the sweep again")
    return Stored(folder, manifest, scenario, tuple(units), units, cells)
