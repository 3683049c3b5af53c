"""Studies as they stand in their folders: what was asked, and every replicate of every point."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyarrow import parquet

from sim.runs.ensemble import Request
from sim.runs.errors import ResultError
from sim.runs.replicate import Cells
from sim.runs.store import MANIFEST, SCENARIO, Store
from sim.scenario import Scenario, ScenarioError, load
from sim.studies.points import REPLICATES, Point
from sim.studies.sensitivity import ANSWER, Sensitivity, read_answer


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
        raise ResultError(
            f"{folder}: {MANIFEST} or what it names lacks {error}; give the command of the study again to mend it"
        ) from None


def intact(store: Store, name: str) -> None:
    """``ResultError`` where an output is not what the manifest says."""
    if not store.intact(name):
        raise ResultError(
            f"{store.path / name}: damaged or half-written (its digest is not that of {MANIFEST}); "
            "give the command of the study again to mend it"
        )


def open_scenario(store: Store) -> Scenario:
    """The scenario that a study starts from."""
    intact(store, SCENARIO)
    try:
        return load(store.path / SCENARIO)
    except ScenarioError as error:
        model = store.manifest()["model"]
        raise ResultError(
            f"{store.path}: written by model {model}, whose parameters this version does not know:\n{error}"
        ) from None


def open_sensitivity(folder: Path) -> tuple[Stored, list[Sensitivity], dict[str, Any]]:
    """A study of sensitivity: where it stands, its answer by outcome, and the same as one object."""
    store = Store(folder)
    intact(store, ANSWER)
    scenario = open_scenario(store)
    answer = json.loads((folder / ANSWER).read_bytes())
    study = Stored(folder, store.manifest(), scenario, (), {}, np.empty((0, 0, 0)))
    with readable(folder):
        return study, [read_answer(folder, answer, name) for name in answer["outcomes"]], answer


def open_sweep(folder: Path) -> Stored:
    """A sweep, its baseline as point 0; ``ResultError`` where it is damaged, half-written or of another kind."""
    store = Store(folder)
    manifest = store.manifest()
    scenario = open_scenario(store)
    intact(store, REPLICATES)
    with readable(folder):
        keys = [axis["key"] for axis in manifest["design"]["keys"]]
        changes = [{}, *(dict(zip(keys, point, strict=True)) for point in manifest["design"]["points"])]
        version, count = str(manifest["model"]), int(manifest["replicates"])
    digests = [Request(Point(scenario, it).scenario, version).digest for it in changes]
    table = parquet.ParquetFile(folder / REPLICATES).read()
    fields = [field for field in table.schema if field.name not in ("digest", "replicate")]
    rows = np.column_stack([table.column(field.name).to_numpy() for field in fields])
    cells = np.full((len(digests), count, len(fields)), np.nan)
    place: dict[str, list[int]] = {}
    for number, digest in enumerate(digests):
        place.setdefault(digest, []).append(number)
    at = zip(table.column("digest").to_pylist(), table.column("replicate").to_pylist(), rows, strict=True)
    for digest, replicate, row in at:
        if replicate < count:
            cells[place.get(digest, []), replicate] = row
    if not np.isfinite(cells[0]).any():
        raise ResultError(f"{folder}: no replicate of the baseline is finished; give the command of the sweep again")
    units = {field.name: (field.metadata or {}).get(b"unit", b"").decode() for field in fields}
    return Stored(folder, manifest, scenario, tuple(units), units, cells)
