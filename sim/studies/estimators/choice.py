"""Which of many mixes is the best, when all that is known of each are values on common seeds.

Values are mixes x seeds, more is better, NaN where a seed has none. Two mixes are compared by their difference on each
seed: what a seed does to both alike is no difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.runs.replicate import Cells
from sim.studies.estimators.intervals import moments
from sim.studies.estimators.verdicts import effect, is_distinct


class Regret(NamedTuple):
    """What a mix misses where the world is another than thought.

    Attributes
    ----------
    kind
        What the draws are of.
    draws
        Their number.
    best
        Share of them in which no other candidate has more.
    mean, p95
        Mean and 95th percentile, over draws, of the best candidate's value less that of the mix.
    gain
        Mean over draws of the mix's value less that of the scenario as it is.
    worse
        Share of draws in which the scenario as it is has more than the mix.
    holds
        Share of draws in which the mix is within all limits.
    """

    kind: str
    draws: int
    best: float
    mean: float
    p95: float
    gain: float
    worse: float
    holds: float


def beaten(values: Cells, index: int) -> NDArray[np.bool_]:
    """Which mixes have less than the one at ``index``, distinguishably: the others are as good within noise."""
    return np.array([effect(values[index] - row).low > 0 if np.isfinite(row).any() else True for row in values])


def first_unbeaten(values: Cells, order: Sequence[int]) -> int:
    """The first of an order that none of the others distinguishably beats."""
    for index in order:
        if not any(effect(values[other] - values[index]).low > 0 for other in order if other != index):
            return index
    return order[0]


def seeds_to_tell(differences: Cells) -> int | None:
    """About how many seeds it takes to tell a mean difference like this from 0; None where none does."""
    finite = differences[np.isfinite(differences)]
    if len(finite) < 2:
        return None
    mean, deviation, _ = (float(it) for it in moments(finite))
    if mean == 0 or not math.isfinite(deviation):
        return None
    count = 4 * (deviation / mean) ** 2  # two standard errors
    return max(len(finite) + 1, math.ceil(count)) if count < 1e7 else None


def told(differences: Cells) -> bool:
    """Whether a mean difference can be told from 0."""
    return is_distinct(effect(differences))


def regret(kind: str, values: Cells, chosen: int, holds: Sequence[bool]) -> Regret:
    """The regret of a candidate over draws.

    Parameters
    ----------
    kind
        What the draws are of.
    values
        Mean over seeds of each candidate in each draw, less that of the scenario as it is: draws x candidates. Draws in
        which one is NaN are left out.
    chosen
        The candidate's index.
    holds
        Whether it is within all limits, for each draw.
    """
    known = np.isfinite(values).all(axis=1)
    left, within = values[known], np.asarray(holds, bool)[known]
    if not len(left):
        return Regret(kind, 0, *[math.nan] * 6)
    own = left[:, chosen]
    missed: Any = left.max(axis=1) - own
    return Regret(
        kind,
        len(left),
        float(np.mean(missed <= 0)),
        float(missed.mean()),
        float(np.percentile(missed, 95)),
        float(own.mean()),
        float(np.mean(own < 0)),
        float(within.mean()),
    )
