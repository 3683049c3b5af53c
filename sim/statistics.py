"""Statistics of shape, on sorted samples so that no order of rows matters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.compiled import compiled


@compiled
def log_gamma(x: float) -> float:
    """Log of the gamma function for x > 0 to 1e-12: Stirling's series above 12, reached by recurrence.

    The one of plain Python and the one of compiled code differ in their last bit.
    """
    below = 0.0
    while x < 12.0:
        below += math.log(x)
        x += 1.0
    u = 1.0 / x
    series = u * (1.0 / 12.0 - u * u * (1.0 / 360.0 - u * u * (1.0 / 1260.0 - u * u / 1680.0)))
    return (x - 0.5) * math.log(x) - x + 0.91893853320467274 + series - below


@compiled
def subbotin_log_likelihood(sample: Any, middle: float, b: float) -> float:
    """Log-likelihood a point of the Subbotin family at its best scale (Bottazzi & Secchi 2006)."""
    total = 0.0
    for x in sample:
        gap = abs(x - middle)
        if gap > 0.0:
            total += math.exp(b * math.log(gap))
    scale = math.exp(math.log(max(total / len(sample), 1e-300)) / b)
    return -math.log(2.0 * scale) - math.log(b) / b - log_gamma(1.0 + 1.0 / b) - 1.0 / b


def subbotin_shape(sample: Any) -> float:
    """Shape b of the Subbotin family by maximum likelihood: 1 is Laplace (a tent), 2 is Gaussian; NaN below 50."""
    values = np.sort(np.asarray(sample, float))
    if len(values) < 50 or values[0] == values[-1]:
        return math.nan
    middle = float(values[len(values) // 2])
    low, high = 0.2, 5.0
    for _ in range(40):  # golden section on a function with one peak
        left, right = high - 0.618034 * (high - low), low + 0.618034 * (high - low)
        if subbotin_log_likelihood(values, middle, left) < subbotin_log_likelihood(values, middle, right):
            low = left
        else:
            high = right
    return 0.5 * (low + high)


@compiled
def _mean_log_excess(largest: Any, threshold: float) -> float:
    total = 0.0
    for x in largest:
        total += math.log(x / threshold)
    return total / len(largest)


def hill_exponent(sample: Any, top: float = 0.05) -> float:
    """Hill's exponent of the distribution function's tail over the top share; NaN below 20 in the tail."""
    values = np.sort(np.asarray(sample, float))
    number = int(len(values) * top)
    if number < 20:
        return math.nan
    excess = _mean_log_excess(values[-number:], float(values[-number - 1]))
    return 1.0 / excess if excess > 0 else math.nan


def spread_slope(size: Any, growth: Any, bins: int = 5) -> float:
    """Slope of the logarithm of the spread of growth on the logarithm of size, over bins of equal number."""
    if len(size) < 20 * bins:
        return math.nan
    order = np.lexsort((growth, size))
    parts = np.array_split(order, bins)
    x = [math.log(float(np.median(size[part]))) for part in parts]
    y = [
        math.log(max(float(np.quantile(growth[part], 0.75) - np.quantile(growth[part], 0.25)), 1e-9)) for part in parts
    ]
    x_mean, y_mean = sum(x) / bins, sum(y) / bins
    below = sum((a - x_mean) * (a - x_mean) for a in x)
    return sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / below if below > 0 else math.nan
