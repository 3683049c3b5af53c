"""Two results or more beside each other: what was changed, and what that changed, seed by seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.runs.drawn import intervals_text
from sim.runs.errors import Incompatible
from sim.runs.replicate import Cells
from sim.runs.result import Result
from sim.runs.store import pictures
from sim.runs.summary import median_interval
from sim.studies.rests import rests_on, rests_text, shares_text, source_of, variance_by_kind

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.scenario import Scenario

CONFIDENCE = 0.95
SKEWED_FROM = 10  # seeds: of fewer a third moment cannot be told, and an interval by it is lopsided by chance
EQUAL, NO_INTERVAL = "equal on every seed", "no interval"
_ROUNDING = 1e-24  # a variance that is this part of another is rounding
_LONGEST = 120  # letters of a folder's name
_UNCOMPARED = frozenset({"run.replicates"})  # how often a scenario is run is no part of what it is


class Interval(NamedTuple):
    """A mean with its 95% interval; NaN where too few numbers give one."""

    mean: Any
    low: Any
    high: Any


@dataclass(frozen=True)
class Difference:
    """One outcome in two results, in its unit: means over seeds, and variant less baseline with its 95% interval.

    ``deviation``, ``skewness`` and ``median``, this with its own 95% interval, are of the paired differences.
    ``better_share`` is the share of seeds in which the variant is better; None where neither direction is. ``power``
    tells what pairing is worth: how many times as many runs the same interval would take on independent seeds. Of
    results that are not paired these are None.
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
    deviation: float | None = None
    skewness: float | None = None
    median: float | None = None
    median_low: float | None = None
    median_high: float | None = None
    power: float | None = None

    @property
    def width(self) -> float:
        """Of the interval, from end to end; NaN where there is none."""
        return self.high - self.low

    @property
    def verdict(self) -> str:
        """What can be said of the sign."""
        told = verdict(self.difference, self.low, self.high)
        if told == EQUAL and not self.paired:
            return "equal"
        if told == NO_INTERVAL:
            return f"{told} from one seed" if self.seeds == 1 else "no value"
        return told


@dataclass(frozen=True)
class Change:
    """A key whose resolved values differ, and the old one's source; None where a scenario has no such key."""

    key: str
    old: Any
    new: Any
    unit: str
    kind: str = ""
    source: str = ""


@dataclass(frozen=True, eq=False)
class Variant:
    """A result held against the baseline; ``rests_on`` counts the parameters behind both by their kind of source.

    Values that differ between the two are what is asked, and are not counted.
    """

    label: str
    result: Result
    changed: tuple[Change, ...]
    differences: tuple[Difference, ...]
    same_model: bool
    rests_on: dict[str, int]

    def __getitem__(self, outcome: str) -> Difference:
        return next(it for it in self.differences if it.outcome == outcome)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Variants against a baseline in their last month; ``path`` is the folder of its figures and table.

    ``until`` says what became of a wish for narrow intervals, an entry an outcome; empty where there was none.
    ``variance`` has, of outcomes about which a sensitivity study of the baseline is kept, the shares of the variance
    by kind of source, and ``seed``.
    """

    path: Path
    label: str
    baseline: Result
    variants: tuple[Variant, ...]
    paired: bool
    variance: dict[str, dict[str, float]] = field(default_factory=dict)
    until: tuple[dict[str, Any], ...] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row for every variant and outcome."""
        return [
            {
                "scenario": variant.label,
                **vars(it),
                "verdict": it.verdict,
                "rests_on": rests_text(variant.rests_on),
                "variance_by_kind": shares_text(self.variance.get(it.outcome, {})),
            }
            for variant in self.variants
            for it in variant.differences
        ]

    @property
    def seeds(self) -> int:
        """The most seeds of any difference."""
        return max((it.seeds for variant in self.variants for it in variant.differences), default=0)

    @property
    def interval_kind(self) -> str:
        """What the intervals are, in words."""
        return interval_kind(self.seeds, self.paired)

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
    results: Sequence[Result],
    out: Path,
    better: Mapping[str, int],
    *,
    unpaired: bool = False,
    labels: Sequence[str] | None = None,
) -> Comparison:
    """Every other result against the first, on the seeds that they have in common; ``labels`` stand for their names.

    ``better`` says of an outcome whether more of it is better (+1) or worse (-1).
    ``Incompatible`` where seeds or months differ; with ``unpaired`` differing seeds are allowed, and intervals are
    Welch's. The outcomes are those that all have.
    """
    if len(results) < 2:
        raise ValueError("a comparison needs two results")
    first, *others = results
    labels = labels or _labels(results)
    for other in others:
        _same_months(first, other)
        _same_draws(first, other)
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
        changed = changes(first.scenario, other.scenario)
        asked = {it.key for it in changed if it.old is not None and it.new is not None}
        behind = rests_on(first.scenario, other.scenario, but=asked)
        variants.append(Variant(label, other, changed, differences, same_model, behind))
    parts = "-vs-".join(dict.fromkeys(result.name for result in results))[:_LONGEST]
    which = hashlib.sha256("".join(f"{r.path.name} {r.replicates} {unpaired}\n" for r in results).encode())
    folder = out / f"compare-{parts}-{which.hexdigest()[:8]}"
    shares = variance_by_kind(out, first.scenario, names, first.manifest["model"])
    return Comparison(folder, labels[0], first, tuple(variants), not unpaired, shares)


def _same_draws(first: Result, other: Result) -> None:
    """Incompatible where parameters are drawn in one and not in the other, or from another posterior."""
    told = [it.manifest.get("parameters", {}) for it in (first, other)]
    if len({(it.get("posterior"), it.get("intervals")) for it in told}) > 1:
        said = [f"{it.path}: {intervals_text(it.intervals)}" for it in (first, other)]
        raise Incompatible(f"parameters are drawn differently ({'; '.join(said)}): run both with the same --parameters")


def pairs(first: Result, other: Result, name: str, paired: bool) -> tuple[Cells, Cells]:
    """One outcome in two results, seeds x months each: rows are pairs where seeds are paired."""
    old, new = _in_common(first, other) if paired else (first, other)
    return old.table.of(name), new.table.of(name)


def difference_interval(old: Cells, new: Cells, paired: bool) -> Interval:
    """Mean of ``new`` less ``old`` (seeds x anything) with its 95% interval, by pairs or by Welch's method.

    All must be finite. Differences that are zero on every seed give exactly zero, and an interval of no width.
    """
    if paired:
        return mean_interval(new - old)
    (mean_0, var_0, n_0), (mean_1, var_1, n_1) = _moments(old), _moments(new)
    share_0, share_1 = var_0 / n_0, var_1 / n_1
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (share_0 + share_1) ** 2 / (share_0**2 / (n_0 - 1) + share_1**2 / (n_1 - 1))
    error = np.sqrt(share_0 + share_1)
    half = np.where(error > 0, _t(np.where(error > 0, freedom, 1.0)) * error, error)
    return Interval(mean_1 - mean_0, mean_1 - mean_0 - half, mean_1 - mean_0 + half)


def mean_interval(drawn: Cells) -> Interval:
    """Mean of a sample (seeds x anything) with its 95% interval: Student's t, corrected for skewness.

    On skewed samples of this size the plain t-interval covers too seldom: 90% at 10 exponential draws, 93% at 30. The
    correction is the cubic transformation of Hall (1992), "On the removal of skewness by transformation", Journal of
    the Royal Statistical Society B 54; where the sample is symmetric it changes nothing. Below 10 draws no
    third moment can be told, and the correction would make an interval lopsided by chance: there it is the plain
    t-interval, which covers 94% on 8 draws of a skewness of 1, and 90% on exponential ones.
    """
    mean, deviation, skewness = shape_of(drawn)
    below, above = reach_of(deviation, skewness, len(drawn))
    return Interval(mean, mean - below, mean + above)


def shape_of(drawn: Cells) -> tuple[Any, Any, Any]:
    """Mean, standard deviation and skewness of a sample (seeds x anything); no skewness where nothing varies."""
    mean, variance, _ = _moments(drawn)
    spread = np.sqrt(np.mean((drawn - mean) ** 2, axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = np.where(spread > 0, np.mean((drawn - mean) ** 3, axis=0) / spread**3, 0.0)
    return mean, np.sqrt(variance), skewness


def reach_of(deviation: Any, skewness: Any, count: int) -> tuple[Any, Any]:
    """How far below and above the mean of so many draws its 95% interval reaches; see ``mean_interval``."""
    skewness = skewness if count >= SKEWED_FROM else np.zeros_like(skewness)
    reach = _t(np.asarray(count - 1.0)) / np.sqrt(count)
    return deviation * _unskewed(reach, skewness, count), -deviation * _unskewed(-reach, skewness, count)


def verdict(difference: float, low: float, high: float) -> str:
    """What can be said of a paired difference's sign."""
    if difference == low == high == 0:
        return EQUAL
    if not np.isfinite(low):
        return NO_INTERVAL
    if low <= 0 <= high:
        return "not distinguishable from 0"
    return "more" if difference > 0 else "less"


def interval_kind(seeds: int, paired: bool = True) -> str:
    """What the 95% intervals of differences on so many seeds are, in words."""
    if not paired:
        return "Welch's t"
    if seeds < SKEWED_FROM:
        return f"plain Student's t, of fewer than {SKEWED_FROM} seeds"
    return "Student's t, corrected for skewness"


def power(old: Cells, new: Cells) -> float | None:
    """How many times as many runs the same interval would take if seeds were independent.

    That is the variance of a difference of independent runs by the variance of the paired one. None where pairs do
    not vary, or are fewer than three.
    """
    if len(old) < 3:
        return None
    paired, apart = np.var(new - old, ddof=1), np.var(old, ddof=1) + np.var(new, ddof=1)
    return float(apart / paired) if paired > _ROUNDING * apart else None


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
        Change(key, as_plain(old, key), as_plain(new, key), _unit(old, key), *_source(old, key))
        for key in keys
        if key not in _UNCOMPARED and as_plain(old, key) != as_plain(new, key)
    )


def _difference(name: str, unit: str, old: Cells, new: Cells, better: int, paired: bool) -> Difference:
    old, new = with_value(old, new, paired)
    if not len(old) or not len(new):
        nan = float("nan")
        return Difference(name, unit, nan, nan, nan, nan, nan, None, paired, 0)
    mean, low, high = (float(x) for x in difference_interval(old, new, paired))
    share = float(np.mean((new - old) * better > 0)) if better and paired else None
    found = Difference(
        name, unit, float(np.mean(old)), float(np.mean(new)), mean, low, high, share, paired, min(len(old), len(new))
    )
    if not paired:
        return found
    _, deviation, skewness = (float(x) for x in shape_of(new - old))
    middle, lower, upper = median_interval(new - old)
    return replace(
        found, deviation=deviation, skewness=skewness, median=middle, median_low=lower, median_high=upper,
        power=power(old, new),
    )  # fmt: skip


def _moments(cells: Cells) -> tuple[Any, Any, int]:
    count = len(cells)
    variance = np.var(cells, axis=0, ddof=1) if count > 1 else np.full(cells.shape[1:], np.nan)
    return np.mean(cells, axis=0), variance, count


def _t(freedom: Any) -> Any:
    from scipy.special import stdtrit  # a table of one run needs none of it

    return stdtrit(np.maximum(freedom, 1e-9), 0.5 + CONFIDENCE / 2)


def _unskewed(reach: Any, skewness: Any, count: int) -> Any:
    """Inverse of Hall's transformation; ``reach`` itself where there is no skewness."""
    some = np.abs(skewness) > 1e-6
    by = np.where(some, skewness, 1.0)
    return np.where(some, (np.cbrt(1.0 + by * (reach - by / (6.0 * count))) - 1.0) * 3.0 / by, reach)


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


def as_plain(scenario: Scenario, key: str) -> Any:
    """A value as JSON has it: a schedule as values by month, with its shape where that is linear."""
    value = scenario.values.get(key)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    points = {scenario.calendar(month): point for month, point in zip(value.months, value.values, strict=True)}
    return {"before": value.before, **points, **({"shape": "linear"} if value.linear else {})}


def _unit(scenario: Scenario, key: str) -> str:
    known = scenario.catalogue.declaration(key)
    return known.unit if known else ""


def _source(scenario: Scenario, key: str) -> tuple[str, str]:
    if key not in scenario.values:
        return "", ""
    source = source_of(scenario, key)
    return source.kind, source.text
