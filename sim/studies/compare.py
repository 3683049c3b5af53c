"""Two results or more beside each other: what was changed, and what that changed, seed by seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import stdtrit

from sim.declare import declared
from sim.parameters import GROUPS, NAMED
from sim.runs.errors import Incompatible
from sim.runs.replicate import Cells
from sim.runs.result import Result
from sim.runs.store import pictures

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.scenario import Scenario

CONFIDENCE = 0.95
_UNCOMPARED = frozenset({"run.replicates"})  # how often a scenario is run is no part of what it is


class Interval(NamedTuple):
    """A mean with its 95% interval; NaN where too few numbers give one."""

    mean: Any
    low: Any
    high: Any


@dataclass(frozen=True)
class Difference:
    """One outcome in two results, in its unit: means over seeds, and variant less baseline with its 95% interval.

    ``better_share`` is the share of seeds in which the variant is better; None where neither direction is, or where
    seeds are not paired.
    """

    outcome: str
    unit: str
    baseline: float
    variant: float
    difference: float
    low: float
    high: float
    better_share: float | None
    paired: bool
    seeds: int

    @property
    def verdict(self) -> str:
        """What can be said of the sign."""
        if self.difference == self.low == self.high == 0:
            return "equal on every seed" if self.paired else "equal"
        if not np.isfinite(self.low):
            return "no interval from one seed" if self.seeds == 1 else "no value"
        if self.low <= 0 <= self.high:
            return "not distinguishable from 0"
        return "more" if self.difference > 0 else "less"


@dataclass(frozen=True)
class Change:
    """A key whose resolved values differ; None where a scenario has no such key."""

    key: str
    old: Any
    new: Any
    unit: str


@dataclass(frozen=True, eq=False)
class Variant:
    """A result held against the baseline."""

    label: str
    result: Result
    changed: tuple[Change, ...]
    differences: tuple[Difference, ...]
    same_model: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """Variants against a baseline in their last month; ``path`` is the folder of its figures and table."""

    path: Path
    label: str
    baseline: Result
    variants: tuple[Variant, ...]
    paired: bool

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row for every variant and outcome."""
        return [
            {"scenario": variant.label, **vars(it), "verdict": it.verdict}
            for variant in self.variants
            for it in variant.differences
        ]

    @cached_property
    def table(self) -> DataFrame:
        """The rows as pandas."""
        from pandas import DataFrame

        return DataFrame(self.rows)

    @property
    def figures(self) -> list[Path]:
        """The pictures in the folder."""
        return pictures(self.path)


def compare_results(
    results: Sequence[Result], out: Path, better: Mapping[str, int], *, unpaired: bool = False
) -> Comparison:
    """Every other result against the first, on the seeds that they have in common.

    ``better`` says of an outcome whether more of it is better (+1) or worse (-1).
    ``Incompatible`` where seeds or months differ; with ``unpaired`` differing seeds are allowed, and intervals are
    Welch's. The outcomes are those that all have.
    """
    if len(results) < 2:
        raise ValueError("a comparison needs two results")
    first, *others = results
    labels = _labels(results)
    for other in others:
        _same_months(first, other)
        if not unpaired and first.seed != other.seed:
            raise Incompatible(
                f"{first.path} has seed {first.seed} and {other.path} has seed {other.seed}: they cannot be paired "
                "seed by seed (run one of them with the other's --seed, or compare with --unpaired)"
            )
    names = [name for name in first.table.names if all(name in other.table.names for other in others)]
    variants = []
    for label, other in zip(labels[1:], others, strict=True):
        old, new = (first, other) if unpaired else _in_common(first, other)
        differences = tuple(
            _difference(name, old.table.unit(name), old.table.of(name)[:, -1], new.table.of(name)[:, -1],
                        better.get(name, 0), not unpaired)
            for name in names
        )  # fmt: skip
        same_model = first.manifest["model"] == other.manifest["model"]
        variants.append(Variant(label, other, changes(first.scenario, other.scenario), differences, same_model))
    parts = "-vs-".join(dict.fromkeys(result.name for result in results))
    which = hashlib.sha256("".join(f"{r.path.name} {r.replicates} {unpaired}\n" for r in results).encode())
    return Comparison(out / f"compare-{parts}-{which.hexdigest()[:8]}", labels[0], first, tuple(variants), not unpaired)


def pairs(first: Result, other: Result, name: str, paired: bool) -> tuple[Cells, Cells]:
    """One outcome in two results, seeds x months each: rows are pairs where seeds are paired."""
    old, new = _in_common(first, other) if paired else (first, other)
    return old.table.of(name), new.table.of(name)


def difference_interval(old: Cells, new: Cells, paired: bool) -> Interval:
    """Mean of ``new`` less ``old`` (seeds x anything) with its 95% t-interval, by pairs or by Welch's method.

    All must be finite. Differences that are zero on every seed give exactly zero, and an interval of no width.
    """
    if paired:
        return _t_interval(*_moments(new - old))
    (mean_0, var_0, n_0), (mean_1, var_1, n_1) = _moments(old), _moments(new)
    share_0, share_1 = var_0 / n_0, var_1 / n_1
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (share_0 + share_1) ** 2 / (share_0**2 / (n_0 - 1) + share_1**2 / (n_1 - 1))
    return _interval(mean_1 - mean_0, np.sqrt(share_0 + share_1), np.where(share_0 + share_1 > 0, freedom, 1.0))


def difference_over_months(old: Cells, new: Cells, paired: bool) -> Interval:
    """Mean difference with its interval for each month, of the seeds that have a value; NaN where none has."""
    if np.isfinite(old).all() and np.isfinite(new).all():
        return difference_interval(old, new, paired)
    found = []
    for before, after in zip(old.T, new.T, strict=True):
        some = with_value(before, after, paired)
        found.append(difference_interval(*some, paired) if all(map(len, some)) else (np.nan, np.nan, np.nan))
    return Interval(*np.array(found, dtype=np.float64).T)


def with_value(old: Cells, new: Cells, paired: bool) -> tuple[Cells, Cells]:
    """Of the seeds of one month those that have a value: where they are paired, in both."""
    here, there = np.isfinite(old), np.isfinite(new)
    return (old[here & there], new[here & there]) if paired else (old[here], new[there])


def changes(old: Scenario, new: Scenario) -> tuple[Change, ...]:
    """Keys whose resolved values differ, in the order of declaration."""
    keys = dict.fromkeys((*old.values, *new.values))
    return tuple(
        Change(key, _plain(old, key), _plain(new, key), _unit(key))
        for key in keys
        if key not in _UNCOMPARED and _plain(old, key) != _plain(new, key)
    )


def _difference(name: str, unit: str, old: Cells, new: Cells, better: int, paired: bool) -> Difference:
    old, new = with_value(old, new, paired)
    if not len(old) or not len(new):
        nan = float("nan")
        return Difference(name, unit, nan, nan, nan, nan, nan, None, paired, 0)
    mean, low, high = (float(x) for x in difference_interval(old, new, paired))
    share = float(np.mean((new - old) * better > 0)) if better and paired else None
    return Difference(
        name, unit, float(np.mean(old)), float(np.mean(new)), mean, low, high, share, paired, min(len(old), len(new))
    )


def _moments(cells: Cells) -> tuple[Any, Any, int]:
    count = len(cells)
    variance = np.var(cells, axis=0, ddof=1) if count > 1 else np.full(cells.shape[1:], np.nan)
    return np.mean(cells, axis=0), variance, count


def _t_interval(mean: Any, variance: Any, count: int) -> Interval:
    return _interval(mean, np.sqrt(variance / count), np.asarray(float(count - 1)))


def _interval(mean: Any, error: Any, freedom: Any) -> Interval:
    half = np.where(error > 0, stdtrit(np.maximum(freedom, 1e-9), 0.5 + CONFIDENCE / 2) * error, error)
    return Interval(mean, mean - half, mean + half)


def _in_common(first: Result, other: Result) -> tuple[Result, Result]:
    common = sorted(set(first.replicates) & set(other.replicates))
    if not common:
        raise Incompatible(f"{first.path} and {other.path} have no replicate in common")
    return _only(first, common), _only(other, common)


def _only(result: Result, replicates: list[int]) -> Result:
    return Result(result.path, result.scenario, result.manifest, result.table.only(replicates))


def _same_months(first: Result, other: Result) -> None:
    def span(result: Result) -> str:
        return f"{result.months} months from {result.manifest['start']}"

    if span(first) != span(other):
        raise Incompatible(
            f"{first.path} has {span(first)} and {other.path} has {span(other)}: they cannot be compared month by month"
        )


def _labels(results: Sequence[Result]) -> list[str]:
    names = [result.name for result in results]
    return [name if names.count(name) == 1 else result.path.name for name, result in zip(names, results, strict=True)]


def _plain(scenario: Scenario, key: str) -> Any:
    """A value as JSON has it: a schedule as values by month, with its shape where that is linear."""
    value = scenario.values.get(key)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    points = {scenario.calendar(month): point for month, point in zip(value.months, value.values, strict=True)}
    return {"before": value.before, **points, **({"shape": "linear"} if value.linear else {})}


def _unit(key: str) -> str:
    prefix, _, field = key.rpartition(".")
    group = GROUPS.get(prefix) or NAMED.get(prefix.partition(".")[0])
    return declared(group)[field].unit if group and field in declared(group) else ""
