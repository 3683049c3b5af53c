"""A search for the best mix within ranges, and for the frontier of cost against outcome.

Optuna's tree-structured Parzen estimator (Bergstra et al. 2011; for several objectives Ozaki et al. 2022) asks for
points of the unit cube in batches of one size: five of eight look for the highest value within the limits, three for
the frontier, high values at low cost. What is asked for next depends on the seed and on what was found so far alone:
not on the number of workers, nor on where a search was interrupted.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import optuna

BATCH = 8
_FIRST = 0.3  # of all points: a Latin hypercube, before anything is known
_APART = 0.1  # of a range: points nearer than this are one and the same proposal

Shares = tuple[float, ...]  # a place in the unit cube


class Score(NamedTuple):
    """What a point is worth.

    Parameters
    ----------
    value
        What is to be high; NaN where there is none.
    cost
        What it costs; NaN where costs do not count.
    over
        By how much each limit is exceeded, the budget first; at most 0 where it holds.
    """

    value: float
    cost: float = math.nan
    over: tuple[float, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether there is a value, and it is within all limits."""
        return math.isfinite(self.value) and all(it <= 0 for it in self.over)

    @property
    def holds_but_cost(self) -> bool:
        """The same but for the budget."""
        return math.isfinite(self.value) and all(it <= 0 for it in self.over[1:])


Evaluate = Callable[[Sequence[Shares]], Sequence[Score]]


def search(
    dimensions: int, size: int, seed: int, evaluate: Evaluate, known: Sequence[tuple[Shares, Score]] = ()
) -> list[tuple[Shares, Score]]:
    """Points of the unit cube with their scores, in the order in which they were tried.

    Parameters
    ----------
    dimensions
        Of the cube.
    size
        Points to try.
    seed
        Of the search.
    evaluate
        Gives the scores of a batch of points.
    known
        Points whose scores are known beforehand; the search learns from them.
    """
    from scipy.stats import qmc

    latin = qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed))
    first = [tuple(map(float, row)) for row in latin.random(min(size, max(BATCH, round(_FIRST * size))))]
    found: list[tuple[Shares, Score]] = []
    while len(found) < size:
        room = min(BATCH, size - len(found))
        if len(found) < len(first):
            batch = first[len(found) : len(found) + room]
        else:
            batch = _asked(dimensions, room, seed + len(found), [*known, *found])
        found += zip(batch, evaluate(batch), strict=True)
    return found


def ranking(scores: Sequence[Score]) -> list[int]:
    """The places of scores, the best first: those within the limits by value, then the others by how far they are off.

    Of equal values the cheaper comes first, then the earlier. Those without a value are left out.
    """
    off = _off(scores)
    told = [index for index, it in enumerate(scores) if math.isfinite(it.value)]

    def order(index: int) -> tuple[float, float, float, int]:
        it = scores[index]
        return off[index], -it.value, it.cost if math.isfinite(it.cost) else 0.0, index

    return sorted(told, key=order)


def frontier(scores: Sequence[Score]) -> list[int]:
    """The places of scores than which no other gives as much at a lower cost, from cheap to dear; budget or not."""
    usable = [it for it, score in enumerate(scores) if score.holds_but_cost and math.isfinite(score.cost)]
    found: list[int] = []
    for index in sorted(usable, key=lambda it: (scores[it].cost, -scores[it].value, it)):
        if not found or scores[index].value > scores[found[-1]].value:
            found.append(index)
    return found


def apart(order: Sequence[int], places: Sequence[Shares], count: int) -> list[int]:
    """The first ``count`` of an order that are proposals of their own; near ones only where there are no others."""
    chosen: list[int] = []
    for it in order:
        if len(chosen) < count and all(_distance(places[it], places[other]) >= _APART for other in chosen):
            chosen.append(it)
    rest = [it for it in order if it not in chosen]
    return sorted([*chosen, *rest[: count - len(chosen)]], key=list(order).index)


def spread(order: Sequence[int], count: int) -> list[int]:
    """So many of an order, evenly, with both ends."""
    if len(order) <= count:
        return list(order)
    return [order[round(it)] for it in np.linspace(0, len(order) - 1, count)]


def _distance(one: Shares, other: Shares) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _off(scores: Sequence[Score]) -> list[float]:
    """How far each is off its limits: of every limit the excess as a part of the largest."""
    count = max((len(it.over) for it in scores), default=0)
    worst = [max((it.over[n] for it in scores if n < len(it.over)), default=0.0) for n in range(count)]
    return [
        sum(max(over, 0.0) / most if most > 0 else 0.0 for over, most in zip(it.over, worst, strict=False))
        for it in scores
    ]


def _asked(dimensions: int, room: int, seed: int, known: Sequence[tuple[Shares, Score]]) -> list[Shares]:
    """The next batch: TPE reads values by their order alone, so it is told ranks."""
    scores = [score for _, score in known]
    order = ranking(scores)
    ranks = {index: float(rank) for rank, index in enumerate(order)}
    single = [(known[index][0], (rank,)) for index, rank in ranks.items()]
    usable = [index for index in order if scores[index].holds_but_cost and math.isfinite(scores[index].cost)]
    several = [(known[index][0], (-scores[index].value, scores[index].cost)) for index in usable]
    half = room * 3 // 8 if len(usable) > 2 else 0
    return [*_tpe(dimensions, room - half, seed, single, 1), *_tpe(dimensions, half, seed, several, 2)]


def _tpe(
    dimensions: int, count: int, seed: int, told: Sequence[tuple[Shares, tuple[float, ...]]], objectives: int
) -> list[Shares]:
    import optuna

    if not count:
        return []
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    cube: dict[str, optuna.distributions.BaseDistribution] = {
        f"x{n}": optuna.distributions.FloatDistribution(0.0, 1.0) for n in range(dimensions)
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what optuna calls experimental is fixed by constraints.txt
        sampler = optuna.samplers.TPESampler(
            seed=seed % 2**32, multivariate=True, constant_liar=True, n_startup_trials=2
        )
        study = optuna.create_study(directions=["minimize"] * objectives, sampler=sampler)
        trial = optuna.trial.create_trial
        study.add_trials(
            [trial(params=dict(zip(cube, at, strict=True)), distributions=cube, values=values) for at, values in told]
        )
        trials = [study.ask(cube) for _ in range(count)]
    return [tuple(float(it.params[name]) for name in cube) for it in trials]
