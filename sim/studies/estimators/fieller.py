"""Fieller's interval of a ratio of two paired means."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.runs.replicate import Cells
from sim.studies.estimators.intervals import t_quantile


class Ratio(NamedTuple):
    """A ratio of means with its 95% interval.

    Attributes
    ----------
    value
        The ratio.
    low, high
        Its 95% interval.
    told
        Whether the interval has ends: the denominator may be 0 where it has none.
    """

    value: float
    low: float
    high: float
    told: bool


def ratio_of_means(above: Cells, below: Cells) -> Ratio:
    """The mean of ``above`` over that of ``below`` with Fieller's interval (1954), from paired draws.

    Where the mean below cannot be told from 0, the ratios that the draws allow have no end, and ``told`` is False.
    Means of ratios would be biased.
    """
    count = len(above)
    top, bottom = float(np.mean(above)), float(np.mean(below))
    value = top / bottom if bottom else math.nan
    if count < 2:
        return Ratio(value, math.nan, math.nan, told=False)
    (s_top, s_both), (_, s_bottom) = np.cov(np.array([above, below], np.float64), ddof=1) / count
    t = float(t_quantile(count - 1))
    # (top - r bottom)^2 <= t^2 (s_top - 2 r s_both + r^2 s_bottom)
    a, b, c = bottom**2 - t**2 * s_bottom, top * bottom - t**2 * s_both, top**2 - t**2 * s_top
    if a <= 0:
        return Ratio(value, math.nan, math.nan, told=False)
    half = math.sqrt(max(0.0, b * b - a * c)) / a
    return Ratio(value, b / a - half, b / a + half, told=True)
