"""What can be said of a claim about a difference: five verdicts, each by a rule on arrays alone.

- **not distinguishable**: the difference's interval holds zero, or holds it when one seed is left out.
- **contradicted**: the difference has the other sign than the claim.
- **asserted**: the difference stays when the mechanisms named are off, or is proportional to one number put in.
- **fragile**: fewer than 95% of joint draws of the assumptions have the claimed sign.
- **robust**: none of these.

The first rule that applies decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.runs.replicate import Cells
from sim.studies.estimators.influence import Influence
from sim.studies.estimators.intervals import Interval, mean_interval


class Verdict(StrEnum):
    """What can be said of a claim; its code is the word in files of results."""

    ROBUST = "robust"
    FRAGILE = "fragile"
    ASSERTED = "asserted"
    NOT_DISTINGUISHABLE = "not distinguishable"
    CONTRADICTED = "contradicted"


ENOUGH = 0.95  # share of joint draws with the claimed sign
GONE = 0.1  # of the difference: what remains below it is nothing
PROPORTIONAL = (0.9, 1.1)  # elasticities, and ratios to what proportion would give
APART = 1.4  # ratio of a range's ends from which an elasticity can be measured: over less, chance gives any


class Crossing(NamedTuple):
    """Where a difference changes its sign: beyond ``value`` of one parameter, upwards or downwards."""

    parameter: int
    value: float
    upwards: bool


def effect(differences: Cells) -> Interval:
    """The mean of differences with a value, with its 95% interval; NaN where there is none."""
    finite = differences[np.isfinite(differences)]
    if not len(finite):
        return Interval(math.nan, math.nan, math.nan)
    return Interval(*(float(it) for it in mean_interval(finite)))


def is_distinct(it: Interval) -> bool:
    """Whether an interval leaves zero out."""
    return bool(it.low > 0 or it.high < 0)


def is_gone(remaining: Interval, whole: Interval) -> bool:
    """Whether a difference does not remain: no value, an interval with zero, the other sign, or under a tenth of it."""
    return not is_distinct(remaining) or remaining.mean * whole.mean < GONE * whole.mean**2


def elasticity(low: float, high: float, at_low: float, at_high: float) -> float:
    """Percent by which a difference grows for each percent of a parameter, over its range.

    NaN where it cannot be measured: ends of two signs, too near to one another, or a difference of two signs.
    """
    if low <= 0 or high < APART * low or at_low * at_high <= 0:
        return math.nan
    return math.log(at_high / at_low) / math.log(high / low)


def is_proportional(values: tuple[float, float, float], means: tuple[float, float, float]) -> bool:
    """Whether a difference is proportional to a parameter at both ends and at its value, within a tenth."""
    (low, own, high), (at_low, at_own, at_high) = values, means
    least, most = PROPORTIONAL
    if not least <= elasticity(low, high, at_low, at_high) <= most:
        return False
    ratios = (at_own * end / (at_end * own) for end, at_end in ((low, at_low), (high, at_high)))
    return all(least <= ratio <= most for ratio in ratios)


def crossing_at_ends(
    values: Sequence[tuple[float, float, float]], means: Sequence[tuple[float, float, float]]
) -> Crossing | None:
    """Where the difference crosses zero as one parameter moves from its value to an end of its range.

    Parameters
    ----------
    values
        Of each parameter the low end, the value as it is, the high end.
    means
        The mean difference at each of these.

    Returns
    -------
    Crossing or None
        By linear interpolation, of the parameter whose crossing is the smallest part of its range away; None where
        no end has the other sign.

    """
    found = []
    for index, ((low, own, high), (at_low, at_own, at_high)) in enumerate(zip(values, means, strict=True)):
        for end, at_end in ((low, at_low), (high, at_high)):
            if at_own * at_end < 0:
                value = own + (end - own) * at_own / (at_own - at_end)
                found.append((abs(value - own) / (high - low), Crossing(index, value, end > own)))
    return min(found)[1] if found else None


def crossing_in_draws(drawn: NDArray[Any], right: NDArray[np.bool_]) -> Crossing | None:
    """The threshold of one parameter that best tells draws with the claimed sign from those without.

    Parameters
    ----------
    drawn
        Draws of the parameters, draws x parameters.
    right
        Whether each draw has the claimed sign.

    Returns
    -------
    Crossing or None
        The split with the highest balanced accuracy (a decision tree of one node); None where all draws are alike.

    """
    if right.all() or not right.any():
        return None
    best = (-1.0, Crossing(0, math.nan, upwards=True))
    for index, column in enumerate(drawn.T):
        levels = np.unique(column)
        for value in (levels[1:] + levels[:-1]) / 2:
            above = column > value
            score = float(np.mean(above[~right]) + np.mean(~above[right])) / 2
            for accuracy, upwards in ((score, True), (1.0 - score, False)):
                if accuracy > best[0]:
                    best = (accuracy, Crossing(index, float(value), upwards))
    return best[1] if best[0] > 0 else None


def judge(
    sign: int, difference: Interval, left_out: Influence | None, remaining: Interval, proportional: bool, right: float
) -> Verdict:
    """The verdict on a claim.

    Parameters
    ----------
    sign
        +1 where the claim says more, -1 where it says less.
    difference
        Mean difference over seeds with its interval.
    left_out
        The seed on which it hangs most.
    remaining
        The difference when the claim's mechanisms are off in both scenarios.
    proportional
        Whether the difference is proportional to one of the assumptions.
    right
        Share of joint draws with the claimed sign.

    Returns
    -------
    Verdict
        The code of the first rule that applies.

    """
    if not is_distinct(difference) or (left_out is not None and not is_distinct(left_out.without)):
        return Verdict.NOT_DISTINGUISHABLE
    if difference.mean * sign < 0:
        return Verdict.CONTRADICTED
    if proportional or not is_gone(remaining, difference):
        return Verdict.ASSERTED
    return Verdict.ROBUST if right >= ENOUGH else Verdict.FRAGILE
