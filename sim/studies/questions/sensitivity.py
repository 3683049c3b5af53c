"""What an outcome rests on: every uncertain parameter moved within its range, all on the same seeds.

Its folder, ``sensitivity-NAME-DIGEST``, holds ``replicates.parquet`` (as a sweep's), ``indices.parquet`` (a row an
outcome and parameter), ``scenario.toml`` (and ``variant.toml``, where a difference was asked about), figures,
``manifest.json`` and ``sensitivity.json``::

    {"scenario", "digest", "against", "model", "seed", "replicates", "months", "month", "method", "samples", "points",
     "outcomes": {NAME: {
        "unit", "baseline", "mean",                        the scenario as it is; the mean over the design
        "variance": {"parameters": E, "seed": E, "luck_in_means"},     E is {"value", "low", "high"}; shares, sum 1
        "kinds": {KIND: share, "seed": share},             of the whole variance, by kind of source; sum 1
        "parameters": [{"key", "unit", "kind", "source", "value", "low", "high", "share", "effect": E,
                        "mu_star": E, "sigma": E, "first": E, "total": E}],    the largest share first
        "other_sign": share of points, "flips": [{"key", "unit", "low", "high", "mean": E}]}}}

A number that there is not is null. ``sim.studies.stored_sensitivity`` reads it back.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.language import later, tr
from sim.notebooks import in_notebooks
from sim.runs.errors import ResultError
from sim.runs.kept import Drawn
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, Model
from sim.runs.seals import to_json
from sim.runs.store import Store, clean
from sim.runs.table import to_parquet
from sim.scenario import Fault, Row, Scenario, ScenarioError
from sim.studies.changes import changes
from sim.studies.designs import (
    Axis,
    choice_faults,
    outcome_faults,
    power_of_two_fault,
    refuse_contradictions,
)
from sim.studies.estimators.indices import Band, Estimate, bands, morris_indices, sobol_indices, split
from sim.studies.estimators.unit_cube import Unit, saltelli, trajectories
from sim.studies.points import Point, Runs, Study, run_points
from sim.studies.stored_sensitivity import ANSWER, Sensitivity, SignChange, VariedParameter, outcome_json
from sim.studies.uncertain import KEYS, uncertain

SAMPLES = {"morris": 10, "sobol": 64}  # by method: trajectories; rows of the base sample
REPLICATES = 8  # a mean over few seeds at many points says more here than many seeds at few points
INDICES = "indices.parquet"


@in_notebooks
@dataclass(frozen=True, eq=False)
class Sensitivities(Drawn):
    """A sensitivity study of one or more outcomes.

    Attributes
    ----------
    path
        Folder of the study.
    scenario
        The scenario.
    outcomes
        A ``Sensitivity`` by outcome.
    runs
        Values of single replicates.
    remarks
        Notes on parameters that were not moved.

    Examples
    --------
    >>> found = sim.sensitivity(
    ...     "shougang", ["startups"], keys=["levers.entry_cost_cut=0:1", "market.growth"], samples=2, replicates=2,
    ...     months=12, workers=1,
    ... )
    >>> found.outcomes["startups"].points
    6
    """

    path: Path
    scenario: Scenario
    outcomes: dict[str, Sensitivity]
    runs: Runs
    remarks: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        names = textwrap.shorten(", ".join(self.outcomes), 80, placeholder=" ...")
        return f"<Sensitivities of {self.scenario.name}: {names}, {self.path}>"

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Replicates that failed."""
        return self.runs.failures


def run_sensitivity(
    scenario: Scenario,
    outcomes: Sequence[str],
    model: Model,
    options: RunOptions,
    *,
    method: str = "morris",
    keys: Sequence[str] = (),
    samples: int | None = None,
    against: Scenario | None = None,
) -> Sensitivities:
    """Move every uncertain parameter (or those of ``keys``) and say what the outcomes, or differences, rest on.

    With ``against`` the outcome is the paired difference of the scenario from that one, both at the same point; keys
    in which the two differ stay as they are. ScenarioError with every fault of what is asked, TooLarge as a sweep,
    ResultError where an outcome has no value at too many points.
    """
    count = SAMPLES.get(method, 0) if samples is None else samples
    rows, remarks = _checked(scenario, outcomes, model, keys, method, count, against)
    lines = [axis for _, axis in rows]
    design = (trajectories if method == "morris" else saltelli)(len(lines), count, scenario.seed)
    places = design.reshape(-1, len(lines))
    moved = [{axis.key: axis.at(x) for axis, x in zip(lines, place, strict=True)} for place in places]
    bases = [scenario, against] if against else [scenario]
    points = [Point(base, {key: it[key] for key in it if key in base.values}) for base in bases for it in ({}, *moved)]
    refuse_contradictions(point.scenario for point in points)
    for remark in remarks:
        options.watcher.say(tr(remark))
    asked = {"method": method, "samples": count, "keys": [axis.asked() for axis in lines]}
    study = Study("sensitivity", scenario, asked, points, against)
    runs = run_points(study, model, options)
    cells = runs.cells
    if against:
        cells = cells[: len(cells) // 2] - cells[len(cells) // 2 :]
    names = list(model.outcomes)
    found = {}
    for name in dict.fromkeys(outcomes):
        drawn = cells[:, :, names.index(name)]
        blocks = drawn[1:].reshape(*design.shape[:2], -1)
        found[name] = _answer(study, runs, name, model, method, count, rows, design, drawn[0], blocks)
    made = Sensitivities(runs.path, scenario, found, runs, remarks)
    files = {INDICES: to_parquet(_table(found.values())), ANSWER: to_json(answer_json(made))}
    Store(made.path).ensure(files, options.watcher.say)
    return made


def _checked(
    scenario: Scenario, outcomes: Sequence[str], model: Model, keys: Sequence[str], method: str, samples: int,
    against: Scenario | None,
) -> tuple[list[tuple[Row, Axis]], tuple[str, ...]]:  # fmt: skip
    faults = [
        *choice_faults("--method", method, tuple(SAMPLES)),
        *outcome_faults("--outcome", outcomes, model.outcomes),
    ]
    if not outcomes:
        faults.append(Fault("--outcome", 0, "none is given", "allowed: the name of an outcome"))
    if method == "sobol" and (fault := power_of_two_fault(samples)):
        faults.append(Fault("--samples", 0, f"{samples}", fault))
    if method == "morris" and samples < 2:
        faults.append(Fault("--samples", 0, f"{samples}", "is too few, allowed: two trajectories or more"))
    if against and (against.calendar(0), against.months) != (scenario.calendar(0), scenario.months):
        faults.append(Fault("--against", 0, against.name, "has another start or other months, allowed: the same"))
    rows: list[tuple[Row, Axis]] = []
    remarks: tuple[str, ...] = ()
    try:
        rows, remarks = uncertain(scenario, keys)
    except ScenarioError as error:
        faults += error.faults
    if against:
        differing = {it.key for it in changes(scenario, against)}
        fixed = [row.key for row, _ in rows if row.key in differing]
        rows = [it for it in rows if it[0].key not in differing]
        remarks += (
            (later("not moved, as the two scenarios differ in it: {keys}", keys=", ".join(fixed)),) if fixed else ()
        )
    if not faults and not rows:
        faults.append(Fault(KEYS, 0, "nothing is left to move", "allowed: keys of numbers in force"))
    if faults:
        raise ScenarioError(faults)
    return rows, remarks


def _answer(
    study: Study, runs: Runs, name: str, model: Model, method: str, samples: int, rows: Sequence[tuple[Row, Axis]],
    design: Unit, baseline: Cells, cells: Cells,
) -> Sensitivity:  # fmt: skip
    design, cells = _usable(design, cells, name, runs.path)
    means = cells.mean(axis=2)
    if method == "morris":
        parts, indices = split(cells), morris_indices(design, means)
    else:
        parts, indices = split(cells[:, [0, -1]]), sobol_indices(design, means)
    of_all = 1.0 if math.isnan(parts.parameters.value) else parts.parameters.value
    varied = [
        VariedParameter(
            row.key, row.unit, row.kind, row.source, row.value if isinstance(row.value, int | float) else None,
            axis.low, axis.high, index.share * of_all, index,
        )
        for (row, axis), index in zip(rows, indices, strict=True)
    ]  # fmt: skip
    finite = baseline[np.isfinite(baseline)]
    mean = float(means.mean())
    scenario = study.scenario
    return Sensitivity(
        path=runs.path,
        scenario=scenario.name,
        against=study.variant.name if study.variant else "",
        outcome=name,
        unit=model.outcomes[name].unit,
        month=scenario.calendar(scenario.months - 1),
        method=method,
        model=model.version,
        seed=scenario.seed,
        replicates=cells.shape[2],
        samples=samples,
        points=design.shape[0] * design.shape[1],
        baseline=float(finite.mean()) if len(finite) else math.nan,
        mean=mean,
        split=parts,
        parameters=tuple(sorted(varied, key=lambda it: -it.share)),
        other_sign=float(np.mean(means * mean < 0)) if study.variant else math.nan,
        flips=tuple(_flips(design, means, [axis for _, axis in rows])) if study.variant else (),
    )


def _usable(design: Unit, cells: Cells, name: str, path: Path) -> tuple[Unit, Cells]:
    """The blocks with a value at every point, and of the seeds those with a value at all of these."""
    finite: NDArray[np.bool_] = np.isfinite(cells)
    whole = np.all(np.any(finite, axis=2), axis=1)
    seeds = np.all(finite[whole], axis=(0, 1))
    if whole.sum() < 2 or not seeds.any():
        none = int((~finite.any(axis=2)).sum())
        raise ResultError(
            f"{path}: {name} has no value in any seed at {none} of {finite.shape[0] * finite.shape[1]} points, and "
            f"at all others in {int(seeds.sum())} of {finite.shape[2]} seeds: choose another outcome or a later month"
        )
    return design[whole], cells[whole][:, :, seeds]


def _flips(design: Unit, means: Cells, lines: Sequence[Axis]) -> Iterable[SignChange]:
    """Parts of ranges in which the mean's whole interval is on the other side of zero than the mean over all."""
    sign = np.sign(means.mean())
    for k, axis in enumerate(lines):
        other: list[Band] = []
        for it in (*bands(design, means, k), None):
            if it is not None and max(sign * it.mean.low, sign * it.mean.high) < 0:
                other.append(it)
            elif other:
                worst = min(other, key=lambda band: sign * band.mean.value)
                span = axis.high - axis.low
                ends = (axis.low + span * other[0].begin, axis.low + span * other[-1].end)
                yield SignChange(axis.key, axis.unit, *ends, worst.mean)
                other = []


def answer_json(made: Sensitivities) -> dict[str, Any]:
    """The answer as one object of JSON, as the module's first lines have it."""
    first = next(iter(made.outcomes.values()))
    manifest = made.runs.manifest
    head = {
        "scenario": first.scenario,
        "digest": manifest["scenario"],
        "against": first.against,
        "model": first.model,
        "seed": first.seed,
        "replicates": made.runs.cells.shape[1],
        "months": manifest["months"],
        "month": first.month,
        "method": first.method,
        "samples": first.samples,
        "points": first.points,
    }
    return clean(head | {"outcomes": {name: outcome_json(it) for name, it in made.outcomes.items()}})


def _table(found: Iterable[Sensitivity]) -> pa.Table:
    rows = []
    for it in found:
        for row in outcome_json(it)["parameters"]:
            flat: dict[str, Any] = {"outcome": it.outcome}
            for name, value in row.items():
                if name in ("effect", "mu_star", "sigma", "first", "total"):
                    for part in Estimate._fields:
                        column = name if part == "value" else f"{name}_{part}"
                        flat[column] = math.nan if value is None else float(value[part])
                else:
                    numeric = name in ("value", "low", "high", "share")
                    flat[name] = (math.nan if value is None else float(value)) if numeric else value
            rows.append(flat)
    return pa.Table.from_pylist(rows)
