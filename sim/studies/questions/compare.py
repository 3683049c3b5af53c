"""Two results or more beside each other: what was changed, and what that changed, seed by seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formats import counted, seeds_text
from sim.language import Sentence, in_english
from sim.letters import cut
from sim.notebooks import in_notebooks
from sim.runs.ensemble import folder_name
from sim.runs.errors import Incompatible
from sim.runs.kept import Drawn
from sim.runs.posterior_sample import intervals_text
from sim.runs.replicate import Cells
from sim.runs.result import Result
from sim.runs.seeds import begins, own_seeds
from sim.runs.summary import median_interval
from sim.studies.changes import Change, changes
from sim.studies.estimators.influence import influences
from sim.studies.estimators.intervals import (
    difference_interval,
    interval_kind,
    moments,
    variance_reduction,
    with_values,
)
from sim.studies.estimators.signs import CLEAR, Sign, replicate_words, sign_of, sign_words
from sim.studies.rests import rests_on, rests_text, shares_text
from sim.studies.stored_sensitivity import variance_by_kind

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.studies.questions.appraise import Decision

_LONGEST = 120  # letters of a folder's name


@dataclass(frozen=True)
class Difference:
    """One outcome of two results in the last month, in the outcome's unit; None where results are not paired.

    Attributes
    ----------
    outcome, unit
        Name and unit.
    baseline, variant
        Means over seeds.
    difference, low, high
        Mean of variant less baseline, with its 95% interval.
    better_share
        Share of seeds in which the variant is better; None where neither direction is.
    paired, seeds
        Whether seeds are paired, and their number.
    deviation, skewness
        Standard deviation and skewness of the paired differences.
    median, median_low, median_high
        Median of the paired differences, with its own 95% interval.
    variance_reduction
        How many times as many runs the same interval takes on independent seeds.
    left_out, left_out_value
        The replicate without which the verdict changes, or else the one that moves the mean most, and its own
        difference; None below six seeds.
    without, without_low, without_high
        Mean difference of the others, with its 95% interval.
    hangs_on_one
        Whether that replicate decides if the interval leaves 0 out.

    Examples
    --------
    >>> found = sim.what_if("shougang", {"levers.entry_cost_cut": 0.5}, replicates=3, months=12, workers=1)
    >>> difference = found.variants[0]["startups"]
    >>> difference.low < difference.difference < difference.high
    True
    >>> difference.verdict
    'more'
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
    variance_reduction: float | None = None
    left_out: int | None = None
    left_out_value: float | None = None
    without: float | None = None
    without_low: float | None = None
    without_high: float | None = None
    hangs_on_one: bool = False

    @property
    def robust(self) -> bool:
        """Whether the interval leaves 0 out, whichever seed is left out."""
        return self.sign in CLEAR and not self.hangs_on_one

    @property
    def width(self) -> float:
        """Width of the interval from end to end; NaN where there is none."""
        return self.high - self.low

    @property
    def sign(self) -> Sign:
        """What the interval says of the sign, as a code; or why it says nothing."""
        told = sign_of(self.difference, self.low, self.high)
        if told is Sign.EQUAL and not self.paired:
            return Sign.ALIKE
        if told is Sign.NO_INTERVAL:
            return Sign.ONE_SEED if self.seeds == 1 else Sign.NO_VALUE
        return told

    @property
    def verdict(self) -> str:
        """``more``, ``less`` or ``not distinguishable from 0``; or why there is no interval.

        A difference whose interval leaves 0 out only with one replicate is ``more, only with replicate 7``.
        """
        return sign_words(self.sign, self.which if self.hangs_on_one else None)

    @property
    def which(self) -> Sentence:
        """The name of the replicate that is left out."""
        return replicate_words(self.left_out or 0)


@dataclass(frozen=True, eq=False)
class ComparedVariant:
    """A result that is compared with the baseline; ``variant[name]`` is the ``Difference`` of an outcome.

    Attributes
    ----------
    label
        Its name in the comparison.
    result
        The result.
    changed
        Keys whose values differ from the baseline's (``Change``).
    differences
        A ``Difference`` for each outcome.
    same_model
        Whether the same version of the model gave both results.
    rests_on
        Number of parameters behind both results by kind of source, without those that differ.
    decision
        Its appraisal, where it differs in a policy, a platform or a site; or why there is none.

    Examples
    --------
    >>> found = sim.what_if("shougang", {"levers.entry_cost_cut": 0.5}, replicates=3, months=12, workers=1)
    >>> [(it.key, it.old, it.new) for it in found.variants[0].changed]
    [('levers.entry_cost_cut', 0.0, 0.5)]
    """

    label: str
    result: Result
    changed: tuple[Change, ...]
    differences: tuple[Difference, ...]
    same_model: bool
    rests_on: dict[str, int]
    decision: Decision | None = None

    def __repr__(self) -> str:
        return f"<ComparedVariant {self.label}: {counted(len(self.differences), 'outcome')}, {self.result.path}>"

    def __getitem__(self, outcome: str) -> Difference:
        return next(it for it in self.differences if it.outcome == outcome)


@in_notebooks
@dataclass(frozen=True, eq=False)
class Comparison(Drawn):
    """Variants compared with a baseline in the last month.

    Attributes
    ----------
    path
        Folder of the table and the figures.
    label
        Name of the baseline.
    baseline
        Its result.
    variants
        The results compared with it.
    paired
        Whether seeds are paired.
    variance
        By outcome of which a sensitivity study of the baseline is kept: shares of the variance by kind of source.
    until
        For each outcome of ``until_width``: the width asked for and reached, and why no more seeds were run.

    Examples
    --------
    >>> found = sim.what_if("shougang", {"levers.entry_cost_cut": 0.5}, replicates=3, months=12, workers=1)
    >>> found.table.set_index("outcome").loc["startups", ["unit", "verdict"]].tolist()
    ['enterprises', 'more']
    >>> found.seeds, found.paired
    (3, True)
    """

    path: Path
    label: str
    baseline: Result
    variants: tuple[ComparedVariant, ...]
    paired: bool
    variance: dict[str, dict[str, float]] = field(default_factory=dict)
    until: tuple[dict[str, Any], ...] = ()

    def __repr__(self) -> str:
        labels = ", ".join(it.label for it in self.variants)
        return f"<Comparison of {labels} with {self.label}: {counted(self.seeds, 'seed')}, {self.path}>"

    @property
    @in_english
    def rows(self) -> list[dict[str, Any]]:
        """A row for each variant and outcome."""
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
        """The largest number of seeds of any difference."""
        return max((it.seeds for variant in self.variants for it in variant.differences), default=0)

    @property
    def interval_kind(self) -> str:
        """The kind of the intervals, in words."""
        return interval_kind(self.paired)

    @cached_property
    def table(self) -> DataFrame:
        """The rows as pandas."""
        from pandas import DataFrame

        return DataFrame(self.rows)


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
        if not unpaired and own_seeds(first.scenario) != own_seeds(other.scenario):
            said = [seeds_text(len(it.replicates), begins(it.scenario)) for it in (first, other)]
            raise Incompatible(
                f"{first.path} has {said[0]} and {other.path} has {said[1]}: they cannot be paired "
                "seed by seed (run one of them with the other's --seeds, or compare with --unpaired)"
            )
        if not unpaired and first.seed != other.seed:
            raise Incompatible(
                f"{first.path} has seed {first.seed} and {other.path} has seed {other.seed}: they cannot be paired "
                "seed by seed (run one of them with the other's --seed, or compare with --unpaired)"
            )
    names = [name for name in first.table.names if all(name in other.table.names for other in others)]
    variants = []
    for label, other in zip(labels[1:], others, strict=True):
        old, new = (first, other) if unpaired else _in_common(first, other)
        differences = [
            _difference(name, old.table.unit(name), old.table.of(name)[:, -1], new.table.of(name)[:, -1],
                        better.get(name, 0), not unpaired)
            for name in names
        ]  # fmt: skip
        if not unpaired:
            differences = _with_left_out(differences, old, new)
        same_model = first.manifest["model"] == other.manifest["model"]
        changed = changes(first.scenario, other.scenario)
        asked = {it.key for it in changed if it.old is not None and it.new is not None}
        behind = rests_on(first.scenario, other.scenario, but=asked)
        variants.append(ComparedVariant(label, other, changed, tuple(differences), same_model, behind))
    parts = cut("-vs-".join(dict.fromkeys(folder_name(result.name) for result in results)), _LONGEST)
    which = hashlib.sha256("".join(f"{r.path.name} {r.replicates} {unpaired}\n" for r in results).encode())
    folder = out / f"compare-{parts}-{which.hexdigest()[:8]}"
    shares = variance_by_kind(out, first.scenario, names, first.manifest["model"])
    return Comparison(folder, labels[0], first, tuple(variants), not unpaired, shares)


def in_common_months(results: Sequence[Result]) -> list[Result]:
    """The results, each cut off after the last month that all of them have."""
    months = min(it.months for it in results)
    return [it if it.months == months else _cut(it, months) for it in results]


def _cut(result: Result, months: int) -> Result:
    """The first months of a result; figures of the article for later months are dropped."""
    scenario, table = result.scenario, result.table
    figures = {name: it for name, it in scenario.reported_figures.items() if scenario.month_of(it.month) < months}
    values = {**scenario.values, "run.months": months}
    return Result(
        result.path,
        replace(scenario, values=values, reported_figures=figures),
        {**result.manifest, "months": months},
        replace(table, cells=table.cells[:, :months]),
    )


def _same_draws(first: Result, other: Result) -> None:
    """Incompatible where both have other draws: of one only, though both have its value, or of another posterior."""
    told = [it.manifest.get("parameters", {}) for it in (first, other)]
    advice = "run both with the same --parameters"
    if len({(it.get("posterior"), it.get("intervals")) for it in told}) > 1:
        said = [f"{it.path}: {intervals_text(it.intervals)}" for it in (first, other)]
        raise Incompatible(f"parameters are drawn differently ({'; '.join(said)}): {advice}")
    one, two = (set(it.get("keys", ())) for it in told)
    if one != two and (alone := (one ^ two) - {it.key for it in changes(first.scenario, other.scenario)}):
        keys = ", ".join(sorted(alone))
        raise Incompatible(f"{keys}: drawn in only one of {first.path} and {other.path}: {advice}")


def pairs(first: Result, other: Result, name: str, paired: bool) -> tuple[Cells, Cells]:
    """One outcome in two results, seeds x months each: rows are pairs where seeds are paired."""
    old, new = _in_common(first, other) if paired else (first, other)
    return old.table.of(name), new.table.of(name)


def _difference(name: str, unit: str, old: Cells, new: Cells, better: int, paired: bool) -> Difference:
    old, new = with_values(old, new, paired)
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
    _, deviation, skewness = (float(x) for x in moments(new - old))
    middle, lower, upper = median_interval(new - old)
    return replace(
        found, deviation=deviation, skewness=skewness, median=middle, median_low=lower, median_high=upper,
        variance_reduction=variance_reduction(old, new),
    )  # fmt: skip


def _with_left_out(differences: Sequence[Difference], old: Result, new: Result) -> list[Difference]:
    """The differences, each with the replicate on which it depends most."""
    apart = [new.table.of(it.outcome)[:, -1] - old.table.of(it.outcome)[:, -1] for it in differences]
    found = influences(np.column_stack(apart))
    return [
        it if index < 0 else replace(
            it, left_out=old.table.replicates[index], left_out_value=float(found.value[at]),
            without=float(found.without.mean[at]), without_low=float(found.without.low[at]),
            without_high=float(found.without.high[at]), hangs_on_one=bool(found.decides[at]),
        )
        for at, (it, index) in enumerate(zip(differences, found.replicate, strict=True))
    ]  # fmt: skip


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
            f"{first.path} has {span(first)} and {other.path} has {span(other)}: they cannot be compared month by "
            "month (--common-months compares the months that both have)"
        )


def _labels(results: Sequence[Result]) -> list[str]:
    names = [result.name for result in results]
    return [name if names.count(name) == 1 else result.path.name for name, result in zip(names, results, strict=True)]
