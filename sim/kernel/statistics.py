"""Statistics of distributions, on sorted samples so that the order of rows does not matter."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.kernel import maths, threads
from sim.kernel.compiled import compiled
from sim.kernel.types import f8, i1, i8

_LANES: Any = np.uint64(512)  # partial sums, so that sums vectorise
_NO_GAP = -3500.0
_FLATTEST, _SHARPEST = 5.0, 0.2  # bounds of the search for a shape
_LOG_TAU = 1.8378770664093453  # of 2 pi
_BELOW, _ABOVE = -10.0, 100.0  # bounds of the search for a threshold, in deviations above a lognormal's median


@compiled
def digamma(x: float) -> float:
    """Derivative of the log gamma function, x > 0, to 1e-12: recurrence to 8, then an asymptotic series."""
    below = 0.0
    while x < 8.0:
        below += 1.0 / x
        x += 1.0
    u = 1.0 / (x * x)
    series = u * (
        1.0 / 12.0 - u * (1.0 / 120.0 - u * (1.0 / 252.0 - u * (1.0 / 240.0 - u * (1.0 / 132.0 - u / 47.409))))
    )
    return maths.log(x) - 0.5 / x - series - below


@compiled
def log_gamma(x: float) -> float:
    """Logarithm of the gamma function, x > 0, to 1e-12: recurrence to 8, then Stirling's series."""
    below = 0.0
    while x < 8.0:
        below += maths.log(x)
        x += 1.0
    u = 1.0 / (x * x)
    series = (1.0 / 12.0 - u * (1.0 / 360.0 - u * (1.0 / 1260.0 - u * (1.0 / 1680.0 - u / 1188.0)))) / x
    return (x - 0.5) * maths.log(x) - x + 0.5 * _LOG_TAU + series - below


@compiled
def subbotin_slope(logs: f8, b: float) -> tuple[float, float]:
    """Slope in ``b``, times b^2, of the mean log-likelihood of the Subbotin family at its best scale; slope of that.

    ``logs`` are log distances from the median; the likelihood is that of Bottazzi and Secchi (2006). The second value
    only steers the search, and is right to a hundredth.
    """
    powers, moments, squares = np.zeros(_LANES), np.zeros(_LANES), np.zeros(_LANES)
    for first in range(np.uint64(0), np.uint64(len(logs)), _LANES):
        for k in range(first, min(first + _LANES, np.uint64(len(logs)))):
            power = maths.exp(b * logs[k])
            powers[k - first] += power
            moments[k - first] += power * logs[k]
            squares[k - first] += power * logs[k] * logs[k]
    total, moment, square = 0.0, 0.0, 0.0
    for lane in range(_LANES):
        total += powers[lane]
        moment += moments[lane]
        square += squares[lane]
    mean, x = moment / total, 1.0 + 1.0 / b
    trigamma = 1.0 / x + 0.5 / (x * x) + (1.0 - 0.2 / (x * x)) / (6.0 * x * x * x)
    slope = maths.log(total / len(logs)) - b * mean + maths.log(b) + digamma(x)
    return slope, b * (mean * mean - square / total) + 1.0 / b - trigamma / (b * b)


@compiled
def _to_log_gaps(values: f8, middle: float) -> None:
    """Replace each value by the log of its distance from the middle; of none by one whose powers are negligible."""
    for k in range(np.uint64(len(values))):
        gap = abs(values[k] - middle)
        values[k] = maths.log(gap) if gap > 0.0 else _NO_GAP


def _sorted(sample: Any) -> Any:
    values = np.array(sample, float)
    threads.sort(values)
    return values


def log_gaps(sample: Any) -> Any:
    """Log distances of a sorted sample from its median; empty below 50 values or if all are equal."""
    values = _sorted(sample)
    if len(values) < 50 or values[0] == values[-1]:
        return np.zeros(0)
    _to_log_gaps(values, values[len(values) // 2])
    return values


def subbotin_shape(sample: Any) -> float:
    """Shape b of the Subbotin family by maximum likelihood: 1 is Laplace, 2 is Gaussian; NaN below 50 values."""
    return shape_of(log_gaps(sample))


def shape_of(logs: Any) -> float:
    """The same from log distances: the root of the likelihood's slope, by Newton's method between bounds."""
    if not len(logs):
        return math.nan
    low, high = _SHARPEST, _FLATTEST
    b, before = 1.0, 0.0
    while abs(b - before) > 1e-9:
        slope, steepness = subbotin_slope(logs, b)
        low, high = (b, high) if slope > 0.0 else (low, b)
        before, b = b, b - slope / steepness if steepness < 0.0 else high
        if not low < b < high:
            b = 0.5 * (low + high)
    return b


@compiled
def _subbotin_constants(logs: f8, b: float) -> tuple[float, float]:
    """Constants of a point's log-likelihood at the best scale: minus the first, minus the second times distance^b."""
    total, powers = 0.0, np.empty(_LANES)
    for first in range(np.uint64(0), np.uint64(len(logs)), _LANES):
        last = min(first + _LANES, np.uint64(len(logs)))
        for k in range(first, last):
            powers[k - first] = maths.exp(b * logs[k])
        for power in powers[: last - first]:
            total += power
    mean = total / len(logs)
    return 0.6931471805599453 + (maths.log(mean) + maths.log(b)) / b + log_gamma(1.0 + 1.0 / b), 1.0 / (b * mean)


@compiled
def _over_gaussian(logs: f8, b: float) -> f8:
    """Log-likelihood of each point under the Subbotin of shape ``b``, less that under the Gaussian."""
    less, scale = _subbotin_constants(logs, b)
    less_gaussian, scale_gaussian = _subbotin_constants(logs, 2.0)
    ratios = np.empty(len(logs))
    for k in range(np.uint64(len(logs))):
        gaussian = less_gaussian + scale_gaussian * maths.exp(2.0 * logs[k])
        ratios[k] = gaussian - less - scale * maths.exp(b * logs[k])
    return ratios


def against_gaussian(logs: Any, shape: float) -> float:
    """Normalised likelihood ratio (Vuong 1989) of the Subbotin of this shape against the Gaussian, from log distances.

    The Gaussian is in the family, so the ratio of the best shape is not negative. For a Gaussian sample it is half a
    standard normal deviate in size, and above 1.64 once in a thousand.
    """
    return normalised(_over_gaussian(logs, shape)) if len(logs) else math.nan


@compiled
def normalised(ratios: f8) -> float:
    """The sum of log-likelihood ratios over its standard deviation (Vuong 1989); NaN if all are equal."""
    total, squares = 0.0, 0.0
    for ratio in ratios:
        total += ratio
    mean = total / len(ratios)
    for ratio in ratios:
        squares += (ratio - mean) * (ratio - mean)
    return total / math.sqrt(squares) if squares > 0.0 else math.nan


class Tail(NamedTuple):
    """The top share of a sample."""

    threshold: float  # the greatest value below the tail
    excess: Any  # logs of the tail's values over the threshold, ascending


@compiled
def _log_excess(largest: f8, threshold: float) -> f8:
    excess = np.empty(len(largest))
    for k in range(len(largest)):
        excess[k] = maths.log(largest[k] / threshold)
    return excess


@compiled
def _mean(values: f8) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


@compiled
def _mean_square(values: f8) -> float:
    total = 0.0
    for value in values:
        total += value * value
    return total / len(values)


def tail_of(sample: Any, top: float = 0.05) -> Tail:
    """The tail of a sample of positive numbers; empty if it has fewer than 20 values or all are equal."""
    values = np.asarray(sample)
    number = int(len(values) * top)
    if number < 20:
        return Tail(math.nan, np.zeros(0))
    largest = np.sort(np.partition(values, len(values) - number - 1)[-number - 1 :]).astype(float)
    if largest[-1] <= largest[0]:
        return Tail(math.nan, np.zeros(0))
    threshold = float(largest[0])
    return Tail(threshold, _log_excess(largest[1:], threshold))


def hill_exponent(sample: Any, top: float = 0.05) -> float:
    """Hill's exponent of the tail; NaN below 20 values in it."""
    return exponent_of(tail_of(sample, top))


def exponent_of(tail: Tail) -> float:
    """The same from the tail: the likeliest exponent of a Pareto."""
    return 1.0 / _mean(tail.excess) if len(tail.excess) else math.nan


@compiled
def _distance(excess: f8, exponent: float) -> float:
    """Greatest distance of the distribution function of ascending log excesses from an exponential's."""
    greatest = 0.0
    for k in range(len(excess)):
        below = 1.0 - maths.exp(-exponent * excess[k])
        greatest = max(greatest, below - k / len(excess), (k + 1) / len(excess) - below)
    return greatest


def distance_from_pareto(tail: Tail) -> float:
    """Kolmogorov-Smirnov distance of the tail from the likeliest Pareto."""
    return _distance(tail.excess, exponent_of(tail)) if len(tail.excess) else math.nan


@compiled
def mills_ratio(z: float) -> float:
    """The standard normal's upper tail at ``z`` over its density there, for z > -30.

    Laplace's continued fraction above 1.5; below, one half less a series.
    """
    if z > 1.5:
        below = z
        for step in range(100, 0, -1):
            below = z + step / below
        return 1.0 / below
    term, series, odd = z, z, 1.0
    while abs(term) > 1e-17 * abs(series):
        odd += 2.0
        term *= z * z / odd
        series += term
    return 0.5 * maths.exp(0.5 * (z * z + _LOG_TAU)) - series


@compiled
def inverse_scale(z: float, mean: float, square: float) -> float:
    """Likeliest 1/sigma of a lognormal with its threshold ``z`` deviations above the median, from moments of excess.

    The root of the likelihood's slope: square t^2 + z mean t = 1.
    """
    return (math.sqrt(z * z * mean * mean + 4.0 * square) - z * mean) / (2.0 * square)


@compiled
def _slope_free(z: float, mean: float, square: float) -> float:
    """Slope in ``z`` of the mean log-likelihood of the truncated lognormal at the best scale."""
    return 1.0 / mills_ratio(z) - z - mean * inverse_scale(z, mean, square)


@compiled
def _slope_bound(z: float, mean: float, square: float, log_threshold: float) -> float:
    """The same for a median of 1, where sigma is the threshold's logarithm over ``z``."""
    lean = 2.0 * mean / log_threshold + square / (log_threshold * log_threshold)
    return 1.0 / mills_ratio(z) - z - z * lean + 1.0 / z


@compiled
def truncated_lognormal(mean: float, square: float, log_threshold: float) -> tuple[float, float]:
    """The likeliest lognormal cut off at the threshold: its threshold in deviations above the median, and 1/sigma.

    The median is at least 1. Without that bound it tends to the Pareto, which is the limit of lognormals of ever lower
    median (Malevergne, Pisarenko & Sornette 2011). The likelihood has one peak, found by bisection.
    """
    low, high = _BELOW, _ABOVE
    for _ in range(80):
        z = 0.5 * (low + high)
        low, high = (z, high) if _slope_free(z, mean, square) > 0.0 else (low, z)
    t = inverse_scale(low, mean, square)
    if low <= t * log_threshold:
        return low, t
    low, high = 1e-9, _ABOVE
    for _ in range(80):
        z = 0.5 * (low + high)
        low, high = (z, high) if _slope_bound(z, mean, square, log_threshold) > 0.0 else (low, z)
    return low, low / log_threshold


@compiled
def _over_lognormal(excess: f8, z: float, t: float) -> f8:
    """Log-likelihood of each value under the Pareto, less that under the truncated lognormal."""
    exponent = 1.0 / _mean(excess)
    constant = maths.log(exponent) - maths.log(t) + maths.log(mills_ratio(z))
    ratios = np.empty(len(excess))
    for k in range(len(excess)):
        ratios[k] = constant + (z * t - exponent) * excess[k] + 0.5 * t * t * excess[k] * excess[k]
    return ratios


def against_lognormal(tail: Tail) -> float:
    """Normalised likelihood ratio (Vuong 1989) of the Pareto against the lognormal cut off at the tail's threshold.

    Positive favours the Pareto (Clauset, Shalizi & Newman 2009). NaN unless the threshold is above 1, the least median
    of the lognormal, in the unit of the sample (people).
    """
    if not tail.threshold > 1.0:
        return math.nan
    z, t = truncated_lognormal(_mean(tail.excess), _mean_square(tail.excess), float(maths.log(tail.threshold)))
    return float(normalised(_over_lognormal(tail.excess, z, t)))


@compiled
def _logs(values: f8) -> f8:
    logs = np.empty(len(values))
    for k in range(len(values)):
        logs[k] = maths.log(values[k])
    return logs


def log_spread(sample: Any) -> float:
    """Standard deviation of the logarithms of positive numbers; NaN below two values."""
    if len(sample) < 2:
        return math.nan
    logs = _logs(np.sort(np.asarray(sample, float)))
    return math.sqrt(_mean_square(logs - _mean(logs)) * len(logs) / (len(logs) - 1))


def median(sample: Any) -> float:
    """Median; NaN of an empty sample."""
    return _median(np.sort(sample)) if len(sample) else math.nan


def deciles(sample: Any) -> tuple[float, float]:
    """First and ninth decile; NaN of an empty sample."""
    if not len(sample):
        return math.nan, math.nan
    values = _partitioned(np.array(sample), 0.1, 0.9)
    return _quantile(values, 0.1), _quantile(values, 0.9)


def _partitioned(values: Any, *shares: float) -> Any:
    """The values, partitioned in place, so that those of which ``_quantile`` reads are where sorting puts them."""
    positions = [int(share * (len(values) - 1)) for share in shares]
    values.partition(sorted({min(it + more, len(values) - 1) for it in positions for more in (0, 1)}))
    return values


def slope_of_sums(number: int, x: int, y: int, xx: int, xy: int, *, unit: int) -> float:
    """Least-squares slope of y on x from integer sums, which are exact; NaN without spread in ``x``.

    Sums of ``x``, ``y`` and of the products ``xx`` and ``xy`` are multiples of 1/``unit``.
    """
    denominator = number * xx * unit - x * x
    return (number * xy * unit - x * y) / denominator if number > 2 and denominator > 0 else math.nan


def _median(values: Any) -> float:
    """Median of sorted values."""
    return 0.5 * float(values[(len(values) - 1) // 2] + values[len(values) // 2])


def _quantile(values: Any, share: float) -> float:
    """Quantile of values sorted, or partitioned for it, linear between neighbours."""
    position = share * (len(values) - 1)
    low = int(position)
    a, b, t = float(values[low]), float(values[min(low + 1, len(values) - 1)]), position - low
    return b - (b - a) * (1.0 - t) if t >= 0.5 else a + (b - a) * t


def _bins(size: Any, growth: Any, by_size: Any, edges: Any) -> Any:
    """The bin of each point by size, ties by growth; ``edges`` are the first ranks of all bins but the first."""
    firsts = by_size[edges]
    bin_of = np.zeros(len(size), np.int8)
    for first in firsts:
        bin_of += size >= first
    for first in set(firsts.tolist()):
        equal = np.flatnonzero(size == first)
        rank = np.searchsorted(by_size, first) + np.arange(len(equal))
        bin_of[equal[np.argsort(growth[equal])]] = np.searchsorted(edges, rank, side="right")
    return bin_of


@compiled
def _grouped(values: f8, bin_of: i1, edges: i8) -> f8:
    """The values, ordered by bin."""
    out = np.empty(len(values))
    free = np.zeros(len(edges), np.int64)
    free[1:] = edges[:-1]
    for k in range(len(values)):
        out[free[bin_of[k]]] = values[k]
        free[bin_of[k]] += 1
    return out


def spread_slope(size: Any, growth: Any, bins: int = 5) -> float:
    """Slope of the logarithm of the spread of growth on the logarithm of size, over bins of equal number."""
    if len(size) < 20 * bins:
        return math.nan
    by_size = _sorted(size)
    ends = np.arange(1, bins + 1)
    edges = ends * (len(size) // bins) + np.minimum(ends, len(size) % bins)
    bin_of = _bins(size, growth, by_size, edges[:-1])
    x = [maths.log(_median(part)) for part in np.split(by_size, edges[:-1])]
    del by_size  # to save memory
    parts = np.split(_grouped(growth, bin_of, edges), edges[:-1])
    for part in parts:
        _partitioned(part, 0.25, 0.75)
    y = [maths.log(max(_quantile(part, 0.75) - _quantile(part, 0.25), 1e-9)) for part in parts]
    x_mean, y_mean = math.fsum(x) / bins, math.fsum(y) / bins
    denominator = math.fsum((a - x_mean) * (a - x_mean) for a in x)
    numerator = math.fsum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    return numerator / denominator if denominator > 0 else math.nan
