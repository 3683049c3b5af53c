"""Intervals of means and of differences: over seeds that are paired, or not, and what can be said of a sign."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.language import later
from sim.runs.replicate import Cells

CONFIDENCE = 0.95
WHOLE_FROM = 30  # seeds from which a sample's skewness counts whole: of fewer it is mostly chance, and counts in part
_ROUNDING = 1e-24  # a variance that is this part of another is rounding


class Interval(NamedTuple):
    """A mean with its 95% interval; NaN where too few numbers give one.

    Attributes
    ----------
    mean
        The mean.
    low, high
        The interval.
    """

    mean: Any
    low: Any
    high: Any


def difference_interval(old: Cells, new: Cells, paired: bool) -> Interval:
    """Mean of ``new`` less ``old`` (seeds x anything) with its 95% interval, by pairs or by Welch's method.

    All must be finite. Differences that are zero on every seed give exactly zero, and an interval of no width.
    """
    if paired:
        return mean_interval(new - old)
    (mean_0, var_0, n_0), (mean_1, var_1, n_1) = _mean_variance(old), _mean_variance(new)
    share_0, share_1 = var_0 / n_0, var_1 / n_1
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (share_0 + share_1) ** 2 / (share_0**2 / (n_0 - 1) + share_1**2 / (n_1 - 1))
    error = np.sqrt(share_0 + share_1)
    half = np.where(error > 0, t_quantile(np.where(error > 0, freedom, 1.0)) * error, error)
    return Interval(mean_1 - mean_0, mean_1 - mean_0 - half, mean_1 - mean_0 + half)


def mean_interval(drawn: Cells) -> Interval:
    """Mean of a sample (seeds x anything) with its 95% interval: Student's t, corrected for skewness.

    On skewed samples of this size the plain t-interval covers too seldom: 90% at 10 exponential draws, 93% at 30. The
    correction is the cubic transformation of Hall (1992), "On the removal of skewness by transformation", Journal of
    the Royal Statistical Society B 54; where the sample is symmetric it changes nothing. The third moment of few draws
    is mostly chance, and an interval by it is lopsided by chance, so of n draws n / 30 of the skewness counts: one
    definition from few draws on, by which an interval does not widen as a draw is added.
    """
    mean, deviation, skewness = moments(drawn)
    below, above = interval_reach(deviation, skewness, len(drawn))
    return Interval(mean, mean - below, mean + above)


def moments(drawn: Cells) -> tuple[Any, Any, Any]:
    """Mean, standard deviation and skewness of a sample (seeds x anything); no skewness where nothing varies."""
    mean, variance, _ = _mean_variance(drawn)
    spread = np.sqrt(np.mean((drawn - mean) ** 2, axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = np.where(spread > 0, np.mean((drawn - mean) ** 3, axis=0) / spread**3, 0.0)
    return mean, np.sqrt(variance), skewness


def interval_reach(deviation: Any, skewness: Any, count: Any) -> tuple[Any, Any]:
    """How far below and above the mean of so many draws its 95% interval reaches; see ``mean_interval``."""
    skewness = skewness * np.minimum(1.0, count / WHOLE_FROM)
    reach = t_quantile(np.asarray(count - 1.0)) / np.sqrt(count)
    return deviation * _unskewed(reach, skewness, count), -deviation * _unskewed(-reach, skewness, count)


def interval_kind(paired: bool = True) -> str:
    """What the 95% intervals of differences are, in words."""
    if not paired:
        return later("Welch's t")
    return later("Student's t, corrected for skewness")


def variance_reduction(old: Cells, new: Cells) -> float | None:
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
        some = with_values(before, after, paired)
        found.append(difference_interval(*some, paired) if all(map(len, some)) else (np.nan, np.nan, np.nan))
    return Interval(*np.array(found, dtype=np.float64).T)


def with_values(old: Cells, new: Cells, paired: bool) -> tuple[Cells, Cells]:
    """Of the seeds of one month those that have a value: where they are paired, in both."""
    here, there = np.isfinite(old), np.isfinite(new)
    return (old[here & there], new[here & there]) if paired else (old[here], new[there])


def _mean_variance(cells: Cells) -> tuple[Any, Any, int]:
    count = len(cells)
    variance = np.var(cells, axis=0, ddof=1) if count > 1 else np.full(cells.shape[1:], np.nan)
    return np.mean(cells, axis=0), variance, count


def t_quantile(freedom: Any) -> Any:
    """The quantile of Student's t to which a two-sided 95% interval reaches."""
    from scipy.special import stdtrit  # a table of one run needs none of it

    return stdtrit(np.maximum(freedom, 1e-9), 0.5 + CONFIDENCE / 2)


def _unskewed(reach: Any, skewness: Any, count: Any) -> Any:
    """Inverse of Hall's transformation; ``reach`` itself where there is no skewness."""
    some = np.abs(skewness) > 1e-6
    by = np.where(some, skewness, 1.0)
    return np.where(some, (np.cbrt(1.0 + by * (reach - by / (6.0 * count))) - 1.0) * 3.0 / by, reach)
