"""The replicate on which a mean depends most: the mean and its interval when one is left out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.runs.replicate import Cells
from sim.studies.estimators.intervals import Interval, interval_reach

FEWEST = 6  # replicates: of fewer, leaving out any one makes the interval too wide to say anything of that one
_ROUNDING = 1e-12  # a mean that is this part of the largest value, or a sum of squares of the whole one, is rounding


class Influence(NamedTuple):
    """The replicate without which the verdict changes, or else the one that moves the mean most.

    Parameters
    ----------
    replicate
        Its number.
    value
        Its value.
    without
        Mean of the others, with its 95% interval.
    decides
        Whether the interval holds zero with it and not without it, or the other way round.

    """

    replicate: Any
    value: Any
    without: Interval
    decides: Any


def influence(drawn: Cells) -> Influence | None:
    """The replicate on which a mean depends most; None where fewer than six have a value."""
    found = influences(drawn[:, None])
    if found.replicate[0] < 0:
        return None
    without = Interval(*(float(it[0]) for it in found.without))
    return Influence(int(found.replicate[0]), float(found.value[0]), without, bool(found.decides[0]))


def influences(drawn: Cells) -> Influence:
    """The same for each column of a sample (replicates x columns, NaN without a value); -1 and NaN where None.

    Means and moments without a replicate follow from those of all, so that many columns take no longer than few.
    """
    known = np.isfinite(drawn)
    count = known.sum(axis=0)
    enough = count >= FEWEST
    n = np.where(enough, count, FEWEST)
    values = np.where(known, drawn, 0.0)
    mean = values.sum(axis=0) / n
    apart = np.where(known, drawn - mean, 0.0)
    square, cube = (apart**2).sum(axis=0), (apart**3).sum(axis=0)
    whole = _interval(mean, square, cube, n)

    shift = -apart / (n - 1)
    left = mean + shift
    left = np.where(np.abs(left) <= _ROUNDING * np.abs(values).max(axis=0), 0.0, left)
    squares, cubes = square - apart**2, cube - apart**3
    squares, cubes = squares - (n - 1) * shift**2, cubes - 3 * shift * squares + 2 * (n - 1) * shift**3
    alike = squares <= _ROUNDING * square  # the others do not differ: what is left of the squares is rounding
    without = _interval(left, np.where(alike, 0.0, squares), np.where(alike, 0.0, cubes), n - 1)
    decides = known & (_sign(without) != _sign(whole))
    weight = np.where(known, np.abs(shift), -1.0)
    weight += np.where(decides, 1.0 + weight.max(axis=0), 0.0)
    replicate = weight.argmax(axis=0)

    def chosen(cells: Any) -> Any:
        return np.where(enough, np.take_along_axis(cells, replicate[None], axis=0)[0], np.nan)

    return Influence(
        np.where(enough, replicate, -1), chosen(drawn), Interval(*map(chosen, without)), chosen(decides) == 1
    )


def _interval(mean: Any, square: Any, cube: Any, count: Any) -> Interval:
    """From sums of squares and cubes about the mean."""
    variance = np.maximum(square, 0.0) / count
    with np.errstate(divide="ignore", invalid="ignore"):
        skewness = np.where(variance > 0, cube / count / variance**1.5, 0.0)
    below, above = interval_reach(np.sqrt(variance * count / (count - 1)), skewness, count)
    return Interval(mean, mean - below, mean + above)


def _sign(it: Interval) -> Any:
    return np.where(it.low > 0, 1, np.where(it.high < 0, -1, 0))
