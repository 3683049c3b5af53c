"""Statistics of shape, on sorted samples so that no order of rows matters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim import maths
from sim.compiled import compiled

_LANES: Any = np.uint64(512)  # partial sums side by side, which a processor can work on several at a time
_NO_GAP = -3500.0
_FLATTEST, _SHARPEST = 5.0, 0.2  # shapes that are looked for lie between


@compiled
def digamma(x: float) -> float:
    """Derivative of the log of the gamma function for x > 0 to 1e-12: an asymptotic series above 8, by recurrence."""
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
def subbotin_slope(logs: Any, b: float) -> tuple[float, float]:
    """Slope in ``b``, times b^2, of the log-likelihood a point of the Subbotin family at its best scale; its own slope.

    ``logs`` are the logarithms of the gaps from the middle; the likelihood is that of Bottazzi and Secchi (2006).
    The second answer only steers, and is right to a hundredth.
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
def _to_log_gaps(values: Any, middle: float) -> None:
    """Put in each value's place the logarithm of its gap from the middle; of no gap one whose powers do not count."""
    for k in range(np.uint64(len(values))):
        gap = abs(values[k] - middle)
        values[k] = maths.log(gap) if gap > 0.0 else _NO_GAP


def subbotin_shape(sample: Any) -> float:
    """Shape b of the Subbotin family by maximum likelihood: 1 is Laplace (a tent), 2 is Gaussian; NaN below 50.

    The root of the likelihood's slope by Newton's method, kept between bounds.
    """
    values = np.sort(np.asarray(sample, float))
    if len(values) < 50 or values[0] == values[-1]:
        return math.nan
    _to_log_gaps(values, values[len(values) // 2])
    low, high = _SHARPEST, _FLATTEST
    b, before = 1.0, 0.0
    while abs(b - before) > 1e-9:
        slope, steepness = subbotin_slope(values, b)
        low, high = (b, high) if slope > 0.0 else (low, b)
        before, b = b, b - slope / steepness if steepness < 0.0 else high
        if not low < b < high:
            b = 0.5 * (low + high)
    return b


@compiled
def _mean_log_excess(largest: Any, threshold: float) -> float:
    total = 0.0
    for x in largest:
        total += maths.log(x / threshold)
    return total / len(largest)


def hill_exponent(sample: Any, top: float = 0.05) -> float:
    """Hill's exponent of the distribution function's tail over the top share; NaN below 20 in the tail."""
    values = np.sort(np.asarray(sample))
    number = int(len(values) * top)
    if number < 20:
        return math.nan
    excess = _mean_log_excess(values[-number:], float(values[-number - 1]))
    return 1.0 / excess if excess > 0 else math.nan


def _median(values: Any) -> float:
    """Median of sorted values."""
    return 0.5 * float(values[(len(values) - 1) // 2] + values[len(values) // 2])


def _quantile(values: Any, share: float) -> float:
    """Quantile of sorted values, straight between neighbours."""
    place = share * (len(values) - 1)
    low = int(place)
    a, b, t = float(values[low]), float(values[min(low + 1, len(values) - 1)]), place - low
    return b - (b - a) * (1.0 - t) if t >= 0.5 else a + (b - a) * t


def _bins(size: Any, growth: Any, by_size: Any, edges: Any) -> Any:
    """The bin of each point by size, growth among equals; ``edges`` are the first ranks of all bins but the first."""
    firsts = by_size[edges]
    place = np.zeros(len(size), np.int8)
    for first in firsts:
        place += size >= first
    for first in set(firsts.tolist()):
        equal = np.flatnonzero(size == first)
        rank = np.searchsorted(by_size, first) + np.arange(len(equal))
        place[equal[np.argsort(growth[equal])]] = np.searchsorted(edges, rank, side="right")
    return place


@compiled
def _grouped(values: Any, place: Any, edges: Any) -> Any:
    """The values, those of one bin together."""
    out = np.empty(len(values))
    free = np.zeros(len(edges), np.int64)
    free[1:] = edges[:-1]
    for k in range(len(values)):
        out[free[place[k]]] = values[k]
        free[place[k]] += 1
    return out


def spread_slope(size: Any, growth: Any, bins: int = 5) -> float:
    """Slope of the logarithm of the spread of growth on the logarithm of size, over bins of equal number."""
    if len(size) < 20 * bins:
        return math.nan
    by_size = np.sort(size)
    ends = np.arange(1, bins + 1)
    edges = ends * (len(size) // bins) + np.minimum(ends, len(size) % bins)
    place = _bins(size, growth, by_size, edges[:-1])
    x = [maths.log(_median(part)) for part in np.split(by_size, edges[:-1])]
    del by_size  # as much is needed again
    parts = np.split(_grouped(growth, place, edges), edges[:-1])
    for part in parts:
        part.sort()
    y = [maths.log(max(_quantile(part, 0.75) - _quantile(part, 0.25), 1e-9)) for part in parts]
    x_mean, y_mean = math.fsum(x) / bins, math.fsum(y) / bins
    below = math.fsum((a - x_mean) * (a - x_mean) for a in x)
    across = math.fsum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    return across / below if below > 0 else math.nan
