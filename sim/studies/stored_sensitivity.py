"""The answer of a sensitivity study about one outcome: what it says, as JSON, and read back from where it is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.formats import counted
from sim.runs.store import MANIFEST, Store
from sim.scenario import Scenario
from sim.studies.estimators.indices import Estimate, Index, Split
from sim.studies.uncertain import uncertain

ANSWER = "sensitivity.json"


@dataclass(frozen=True)
class VariedParameter:
    """A parameter that was moved.

    Attributes
    ----------
    key, unit
        Key and unit.
    kind, source
        Kind of source, and the source.
    value
        The scenario's own value; None where it changes over the months.
    low, high
        The range.
    share
        Share of the outcome's variance: its part of all parameters' total effects, times the parameters' share.
    index
        Indices of the method.
    """

    key: str
    unit: str
    kind: str
    source: str
    value: float | None
    low: float
    high: float
    share: float
    index: Index


@dataclass(frozen=True)
class SignChange:
    """A part of a parameter's range in which a difference has the other sign.

    Attributes
    ----------
    key, unit
        Key and unit.
    low, high
        The part of the range.
    mean
        Mean difference there.
    """

    key: str
    unit: str
    low: float
    high: float
    mean: Estimate


@dataclass(frozen=True)
class Sensitivity:
    """The variance of one outcome by parameter and seed.

    Attributes
    ----------
    path
        Folder of the study.
    scenario, against
        Name of the scenario, and of the one that differences are taken from (or empty).
    outcome, unit, month
        Name and unit of the outcome, and the calendar month.
    method, samples
        ``morris`` or ``sobol``, and its trajectories or base sample.
    model
        Version of the model.
    seed, replicates, points
        Seed, seeds at every point, and number of points.
    baseline, mean
        Mean of the scenario as it is, and over the design, in the outcome's unit.
    split
        Shares of the variance that are due to parameters and to the seed.
    parameters
        The parameters, the largest share first.
    other_sign
        Share of points at which a difference has the other sign; NaN without ``against``.
    flips
        Where in a parameter's range the sign changes.

    Examples
    --------
    >>> found = sim.sensitivity(
    ...     "shougang", ["startups"], keys=["levers.entry_cost_cut=0:1", "market.growth"], samples=2, replicates=2,
    ...     months=12, workers=1,
    ... ).outcomes["startups"]
    >>> found.parameters[0].key, found.parameters[0].low, found.parameters[0].high
    ('levers.entry_cost_cut', 0.0, 1.0)
    """

    path: Path
    scenario: str
    against: str
    outcome: str
    unit: str
    month: str
    method: str
    model: str
    seed: int
    replicates: int
    samples: int
    points: int
    baseline: float
    mean: float
    split: Split
    parameters: tuple[VariedParameter, ...]
    other_sign: float = math.nan
    flips: tuple[SignChange, ...] = ()

    def __repr__(self) -> str:
        return f"<Sensitivity of {self.outcome}: {counted(len(self.parameters), 'parameter')}, {self.points} points>"

    @property
    def kinds(self) -> dict[str, float]:
        """Shares of the variance by kind of source, and ``seed``; with few seeds, of the parameters' variance alone."""
        found: dict[str, float] = {}
        for it in self.parameters:
            found[it.kind] = found.get(it.kind, 0.0) + it.share
        return dict(sorted(found.items(), key=lambda it: -it[1])) | {"seed": self.split.seed.value}


def all_stored(
    out: Path, scenario: Scenario, outcomes: Sequence[str], version: str, moved: Collection[str] = ()
) -> dict[str, Sensitivity]:
    """The newest answers kept under ``out`` about outcomes of this very scenario in its last month, of those there are.

    Differences are left aside, and so is what another ``version`` of the model gave, and a study that did not move all
    of ``moved``.
    """
    asked = version, scenario.calendar(scenario.months - 1), scenario.digest()
    found: dict[str, Sensitivity] = {}
    for file in sorted(out.glob(f"sensitivity-*/{MANIFEST}"), key=lambda it: (it.stat().st_mtime_ns, it.parent.name)):
        store = Store(file.parent)
        manifest = store.manifest()
        about = tuple(manifest.get(name) for name in ("model", "month", "scenario"))
        if about != asked or not store.intact(ANSWER):
            continue
        answer = json.loads((store.path / ANSWER).read_bytes())
        if answer["against"]:
            continue
        for outcome in answer["outcomes"].keys() & set(outcomes):
            it = read_answer(store.path, answer, outcome)
            if set(moved) <= {row.key for row in it.parameters}:
                found[outcome] = it  # the newest comes last
    return {outcome: found[outcome] for outcome in outcomes if outcome in found}


def outcome_json(it: Sensitivity) -> dict[str, Any]:
    def estimate(value: Estimate | None) -> dict[str, float] | None:
        return None if value is None else value._asdict()

    return {
        "unit": it.unit,
        "replicates": it.replicates,
        "points": it.points,
        "baseline": it.baseline,
        "mean": it.mean,
        "variance": {
            "parameters": estimate(it.split.parameters),
            "seed": estimate(it.split.seed),
            "luck_in_means": it.split.seed_in_means,
        },
        "kinds": it.kinds,
        "parameters": [
            {key: value for key, value in vars(row).items() if key != "index"}
            | {name: value if name == "share" else estimate(value) for name, value in vars(row.index).items()}
            | {"share": row.share}
            for row in it.parameters
        ],
        "other_sign": it.other_sign,
        "flips": [{**asdict(flip), "mean": estimate(flip.mean)} for flip in it.flips],
    }


def read_answer(path: Path, answer: dict[str, Any], outcome: str) -> Sensitivity:
    """One outcome of a kept answer."""

    def number(value: float | None) -> float:
        return math.nan if value is None else value

    def estimate(value: dict[str, float | None] | None) -> Estimate | None:
        return None if value is None else Estimate(*(number(value[name]) for name in Estimate._fields))

    def sure(value: dict[str, float | None]) -> Estimate:
        return estimate(value) or Estimate(math.nan, math.nan, math.nan)

    it = answer["outcomes"][outcome]
    variance = it["variance"]
    parts = Split(sure(variance["parameters"]), sure(variance["seed"]), number(variance["luck_in_means"]))
    of_all = parts.parameters.value
    rows = []
    for row in it["parameters"]:
        inner = row["share"] if math.isnan(of_all) else row["share"] / of_all if of_all else 0.0
        optional = {name: estimate(row[name]) for name in ("mu_star", "sigma", "first", "total")}
        index = Index(effect=sure(row["effect"]), share=inner, **optional)
        known = {name: row[name] for name in ("key", "unit", "kind", "source", "value", "low", "high", "share")}
        rows.append(VariedParameter(**known, index=index))
    flips = tuple(SignChange(**{**flip, "mean": sure(flip["mean"])}) for flip in it["flips"])
    head = {name: answer[name] for name in ("scenario", "against", "month", "method", "model", "seed", "samples")}
    return Sensitivity(
        path=path, outcome=outcome, unit=it["unit"], replicates=it["replicates"], points=it["points"],
        baseline=number(it["baseline"]), mean=number(it["mean"]), split=parts, parameters=tuple(rows),
        other_sign=number(it["other_sign"]), flips=flips, **head,
    )  # fmt: skip


def variance_by_kind(
    out: Path, scenario: Scenario, outcomes: Sequence[str], version: str
) -> dict[str, dict[str, float]]:
    """Of outcomes about which ``out`` keeps a sensitivity study of the scenario: shares of the variance by kind.

    Studies of some keys only say nothing of the others' shares, and are left aside.
    """
    if not any(out.glob("sensitivity-*")):
        return {}
    moved = [row.key for row, _ in uncertain(scenario)[0]]
    return {name: study.kinds for name, study in all_stored(out, scenario, outcomes, version, moved).items()}
