"""An approximate posterior over parameters of a model that can only be run: population Monte Carlo.

The posterior of a point x of the unit cube, all points being equally likely beforehand, is taken as
``exp(-misfit(x) / 2)`` up to a factor. With a misfit of squared deviations in tolerances that is approximate Bayesian
computation with a Gaussian kernel, as Wilkinson (2013) reads it ("Approximate Bayesian computation (ABC) gives exact
results under the assumption of model error", Statistical Applications in Genetics and Molecular Biology 12): exact
where the tolerances are the standard deviations of what the model and the data are wrong by.

Points are drawn in generations from a mixture that is adapted to what came before (Beaumont et al. 2009, "Adaptive
approximate Bayesian computation", Biometrika 96), flattened as long as few points would carry all the weight (tempering
by effective sample size: Del Moral, Doucet and Jasra 2012, "An adaptive sequential Monte Carlo method for approximate
Bayesian computation", Statistics and Computing 22). Every point of every generation counts in the end, weighted by the
mixture of all generations (Cornuet et al. 2012, "Adaptive multiple importance sampling", Scandinavian Journal of
Statistics 39): runs are dear. Most of each mixture is the posterior itself as quadratics of the targets, fitted to what
was run, have it; a tenth is uniform, so that no weight is without bound. What is proposed changes how much a number of
runs can tell, and not what they tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

UNIFORM = 0.1  # part of a proposal that is uniform over the cube
WIDE = 0.1  # part that is Gaussian, twice as wide as what was seen
GUESSED = 0.6  # part that is the posterior as a quadratic guess of the targets has it
INFLATED = 1.25  # of the variances seen: a proposal narrower than its target gives weights without bound
ENOUGH = 0.2  # share of the points that should carry weight when a proposal is adapted to them
# Of the walk over the guess, which costs no run: half its chains, steps of a half for each dimension, and steps between
# those that are kept of its second half.
_CHAINS, _STEPS, _KEPT = 24, 30, 10
_TOLD = 400  # points for each dimension that tell the integral of the guess
_CENTRES = 100  # of those visited, which these points lie around
_RIDGES = (1e-6, 0.1, 1.0, 10.0, 1e6)  # on products of two coordinates: 1e6 is without them
FEWEST = 20.0  # effective sample size below which a posterior is not shown at all
TRUSTED = 100.0  # effective sample size: of fewer, the 5% that lie beyond an interval's end are five points or less

Drawn = list[tuple["_Proposal", int]]  # proposals, and how often each was drawn from, outside the cube too


@dataclass(frozen=True, eq=False)
class Posterior:
    """A weighted sample of an approximate posterior.

    Attributes
    ----------
    points
        Points of the unit cube, of shape (draws, keys), in the order in which they were drawn.
    misfits, weights
        Misfit of each point, and its weight; weights sum to 1.
    acceptance
        How many of the points a rejection sampler with this kernel would have kept.
    tempers
        Powers of the posterior to which the proposals of each generation were adapted.
    drawn
        The proposals of each generation.
    """

    points: Floats
    misfits: Floats
    weights: Floats
    acceptance: float
    tempers: tuple[float, ...]
    drawn: Drawn

    @property
    def effective(self) -> float:
        """Effective sample size (Kong 1992): so many independent draws would tell as much of a mean."""
        return effective(self.weights)


@dataclass(frozen=True, eq=False)
class _Kernels:
    """A Gaussian around each of some centres, all of one covariance, whose lower Cholesky factor is ``lower``."""

    centres: Floats
    weights: Floats
    lower: Floats

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        places = np.searchsorted(np.cumsum(self.weights), rng.random(count) * self.weights.sum(), side="right")
        noise = rng.standard_normal((count, len(self.lower)))
        spread = np.einsum("ij,nj->ni", self.lower, noise, optimize=False)
        return np.asarray(self.centres[np.minimum(places, len(self.centres) - 1)] + spread, dtype=np.float64)

    def density(self, points: Floats) -> Floats:
        here, there = _whitened(points, self.lower), _whitened(self.centres, self.lower)
        distance = np.zeros((len(here), len(there)))
        for row in range(len(self.lower)):
            gap = here[:, row, None] - there[:, row]
            distance += gap * gap
        scale = math.sqrt(2.0 * math.pi) ** len(self.lower) * math.prod(float(it) for it in np.diag(self.lower))
        return np.asarray(np.sum(np.exp(-distance / 2) * self.weights, axis=1) / scale, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Guess:
    """The posterior as quadratics of the targets have it: points that a walk over it visited, and its density."""

    misfit: Callable[[Floats], Floats]
    visited: Floats
    least: float  # misfit, of those visited
    integral: float = 1.0  # of the density, with the least misfit taken off

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        return np.asarray(self.visited[rng.integers(len(self.visited), size=count)], dtype=np.float64)

    def density(self, points: Floats) -> Floats:
        return np.asarray(np.exp((self.least - self.misfit(points)) / 2) / self.integral, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Proposal:
    """A mixture: uniform over the cube, and others, each with its part of what is left."""

    parts: tuple[tuple[float, _Kernels | _Guess], ...]
    dimensions: int

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Floats, int]:
        """So many points inside the cube, and how many were drawn for them: those outside have no weight."""
        shares = np.cumsum([UNIFORM, *(part for part, _ in self.parts)])
        found, tries = np.empty((0, self.dimensions)), 0
        while len(found) < count:
            kinds = np.minimum(np.searchsorted(shares, rng.random(count), side="right"), len(self.parts))
            points = rng.random((count, self.dimensions))
            for kind, (_, part) in enumerate(self.parts, 1):
                points[kinds == kind] = part.draw(int(np.count_nonzero(kinds == kind)), rng)
            inside = np.flatnonzero(((points >= 0.0) & (points < 1.0)).all(axis=1))[: count - len(found)]
            found = np.vstack((found, points[inside]))
            tries += count if len(found) < count else int(inside[-1]) + 1
        return found, tries

    def density(self, points: Floats) -> Floats:
        """Of points inside the cube."""
        return UNIFORM + np.sum([part * it.density(points) for part, it in self.parts], axis=0)


def sample(
    deviations: Callable[[Floats], Floats], start: Floats, found: Floats, size: int, generations: int, seed: int,
    before: tuple[Posterior, Floats] | None = None,
) -> Posterior:  # fmt: skip
    """Draw ``size`` points in ``generations``, each of which ``deviations`` is given at once, points x parameters.

    It gives points x targets, what each is off in tolerances; the misfit is the sum of their squares. ``start`` are
    points tried before with their deviations ``found``: the first proposal is adapted to them, and they have no weight
    in the end, as nobody knows how likely they were to be tried. The points of a posterior ``before``, with their
    deviations from the targets of this one, count like those that are drawn.
    """
    generations = min(generations, size)
    points, off = np.empty((0, start.shape[1])), np.empty((0, found.shape[1]))
    drawn: Drawn = []
    tempers: list[float] = []
    seen, misfits, proposed = start, misfits_of(found), np.ones(len(start))
    if before is not None:
        points, off, drawn = before[0].points, before[1], [*before[0].drawn]
        seen, misfits, proposed = points, misfits_of(off), _density(drawn, points)
    known = len(points)
    for generation in range(generations):
        rng = np.random.default_rng([seed, len(drawn)])
        tempers.append(_temper(misfits, proposed))
        tried, missed = np.vstack((start, points)), np.vstack((found, off))
        proposal = _proposal(seen, weighted(misfits, proposed, tempers[-1]), tried, missed, rng)
        new, tries = proposal.draw(size * (generation + 1) // generations - (len(points) - known), rng)
        drawn.append((proposal, tries))
        points, off = np.vstack((points, new)), np.vstack((off, deviations(new)))
        seen, misfits, proposed = points, misfits_of(off), _density(drawn, points)
    acceptance = float(np.mean(np.exp(-misfits / 2)))
    return Posterior(points, misfits, weighted(misfits, proposed), acceptance, tuple(tempers), drawn)


def _density(drawn: Drawn, points: Floats) -> Floats:
    """Of points inside the cube, in the mixture of all proposals."""
    tried = sum(number for _, number in drawn)
    return np.asarray(np.sum([number / tried * it.density(points) for it, number in drawn], axis=0), dtype=np.float64)


def _proposal(seen: Floats, weights: Floats, tried: Floats, missed: Floats, rng: np.random.Generator) -> _Proposal:
    """Where to draw next: around what was seen to be likely, and where what was tried says that it will be."""
    dimensions = seen.shape[1]
    local, wide = _adapted(seen, weights)
    misfit = surrogate(tried, missed)
    if misfit is None:
        return _Proposal(((WIDE, wide), (1 - UNIFORM - WIDE, local)), dimensions)
    visited = _walk(misfit, tried, misfits_of(missed), rng)
    guess = _Guess(misfit, visited, float(np.min(misfit(visited))))
    some = visited[:: -(-len(visited) // _CENTRES)]
    around, _ = _adapted(some, np.full(len(some), 1.0 / len(some)))
    told = _Proposal(((1 - UNIFORM, around),), dimensions)
    points, tries = told.draw(_TOLD * dimensions, rng)
    there, here = (guess.density(at) / told.density(at) for at in (points, visited))
    guess = replace(guess, integral=bridged(there, tries, here))
    return _Proposal(((WIDE, wide), (GUESSED, guess), (1 - UNIFORM - WIDE - GUESSED, local)), dimensions)


def bridged(there: Floats, tries: int, here: Floats) -> float:
    """Integral of a density by bridge sampling (Meng and Wong 1996, Statistica Sinica 6).

    ``there`` is the density over a known one at points drawn from that, in ``tries``, of which the others lie where the
    density is nothing; ``here`` is the same at points drawn from the density itself.
    """
    part = len(here) / (len(here) + tries)
    integral = float(np.sum(there)) / tries
    for _ in range(500):
        mixed = part * there + (1 - part) * integral, part * here + (1 - part) * integral
        integral = float(np.sum(there / mixed[0]) / tries / np.mean(1.0 / mixed[1]))
    return integral


def misfits_of(deviations: Floats) -> Floats:
    return np.asarray(np.sum(deviations * deviations, axis=1), dtype=np.float64)


def surrogate(points: Floats, deviations: Floats) -> Callable[[Floats], Floats] | None:
    """A guess of the misfit from the better half of the points: a quadratic for every target, by ridge regression.

    Each squared guess is divided by 1 and the variance of what the quadratic gets wrong of a point that it is not
    fitted to, so that a bad one says little. It only tells where to try: weights are of what was run. None where too
    few points have all deviations, or there are no targets.
    """
    known = np.isfinite(deviations).all(axis=1)
    points, deviations = points[known], deviations[known]
    count = 2 * points.shape[1] + 1
    if len(points) < 2 * count or not deviations.shape[1]:
        return None
    best = np.argsort(misfits_of(deviations), kind="stable")[: max(len(points) // 2, 4 * count)]
    features = _features(points[best])
    penalised = np.arange(features.shape[1]) >= count
    square = np.einsum("ni,nj->ij", features, features, optimize=False)
    aim = np.einsum("ni,nj->ij", features, deviations[best], optimize=False)
    penalties = [np.diag(np.where(penalised, ridge, 1e-6)) for ridge in _RIDGES]
    fits = [_ridge(features, deviations[best], square + penalty, aim) for penalty in penalties]
    wrong = np.array([it for _, it in fits])
    chosen = np.argmin(wrong, axis=0)
    slopes = np.column_stack([fits[ridge][0][:, target] for target, ridge in enumerate(chosen)])
    trust = 1.0 + np.min(wrong, axis=0)

    def guess(at: Floats) -> Floats:
        off = np.einsum("ni,ij->nj", _features(at), slopes, optimize=False)
        return np.asarray(np.sum(off * off / trust, axis=1), dtype=np.float64)

    return guess


def _ridge(features: Floats, values: Floats, square: Floats, aim: Floats) -> tuple[Floats, Floats]:
    """Slopes, features x targets, and the mean squared error of a point left out (Allen's PRESS), by target."""
    inverse = np.linalg.inv(square)
    slopes = np.einsum("ij,jk->ik", inverse, aim, optimize=False)
    left = values - np.einsum("ni,ij->nj", features, slopes, optimize=False)
    hat = np.sum(np.einsum("ni,ij->nj", features, inverse, optimize=False) * features, axis=1)
    off = left / np.maximum(1.0 - hat, 1e-3)[:, None]
    return slopes, np.asarray(np.mean(off * off, axis=0), dtype=np.float64)


def _features(points: Floats) -> Floats:
    """1, every coordinate, every square, and every product of two."""
    off = 2.0 * points - 1.0
    one, other = _pairs(off.shape[1])
    return np.hstack((np.ones((len(points), 1)), off, off * off, off[:, one] * off[:, other]))


@cache
def _pairs(dimensions: int) -> tuple[Places, Places]:
    one, other = np.tril_indices(dimensions, -1)
    return one, other


def _walk(guess: Callable[[Floats], Floats], points: Floats, misfits: Floats, rng: np.random.Generator) -> Floats:
    """Points as likely as the guess says: differential evolution Markov chains, in two halves.

    ter Braak (2006), "A Markov chain Monte Carlo version of the genetic algorithm Differential Evolution: easy Bayesian
    computing for real parameter spaces", Statistics and Computing 16.
    """
    dimensions = points.shape[1]
    half = max(_CHAINS, 3 * dimensions)
    order = np.argsort(misfits, kind="stable")[: 2 * half]
    chains = np.clip(points[np.resize(order, 2 * half)] + 0.01 * rng.standard_normal((2 * half, dimensions)), 0.0, 1.0)
    now = guess(chains)
    kept = []
    steps = _STEPS * dimensions
    for step in range(steps):
        mine, others = (slice(0, half), slice(half, None))[:: 1 if step % 2 else -1]
        pool = chains[others]
        first, second = rng.integers(half, size=half), rng.integers(half, size=half)
        scale = 1.0 if step % 10 == 9 else 2.38 / math.sqrt(2.0 * dimensions)
        tried = chains[mine] + scale * (pool[first] - pool[second]) + 1e-4 * rng.standard_normal((half, dimensions))
        inside = ((tried >= 0.0) & (tried < 1.0)).all(axis=1)
        then = guess(np.clip(tried, 0.0, 1.0))
        taken = inside & (np.log(rng.random(half)) < (now[mine] - then) / 2)
        chains[mine] = np.where(taken[:, None], tried, chains[mine])
        now[mine] = np.where(taken, then, now[mine])
        if step < steps // 2 and step % _KEPT == 0:
            lost = now > np.min(now) + 4 * dimensions  # chains left where hardly anything of the posterior is
            now[lost], chains[lost] = np.min(now), chains[np.argmin(now)]
        if step >= steps // 2 and step % _KEPT < 2:
            kept.append(chains[mine].copy())
    return np.vstack(kept)


def weighted(misfits: Floats, proposed: Floats, power: float = 1.0) -> Floats:
    """Importance weights, which sum to 1, for a power of the posterior; equal ones where no point has a misfit."""
    finite = np.isfinite(misfits)
    if not finite.any():
        return np.full(len(misfits), 1.0 / len(misfits))
    raw = np.zeros(len(misfits))
    raw[finite] = np.exp(-power * (misfits[finite] - np.min(misfits[finite])) / 2) / proposed[finite]
    return np.asarray(raw / raw.sum(), dtype=np.float64)


def distances(points: Floats, sampled: Floats, weights: Floats) -> Floats:
    """Squared distance of points from a weighted sample's mean, in its standard deviations (Mahalanobis)."""
    mean = weights @ sampled / weights.sum()
    spread = np.atleast_2d(np.cov(sampled.T, aweights=weights))
    off = points - mean
    found: Floats = np.einsum("ij,jk,ik->i", off, np.linalg.pinv(spread), off)
    return found


def effective(weights: Floats) -> float:
    return float(1.0 / np.sum(weights * weights)) if len(weights) else 0.0


def quantiles(values: Floats, weights: Floats, shares: tuple[float, ...]) -> list[float]:
    """The values below which such shares of the weight lie; NaN where no value has a weight."""
    known = np.isfinite(values) & (weights > 0)
    if not known.any():
        return [math.nan] * len(shares)
    order = np.argsort(values[known], kind="stable")
    ranked, below = values[known][order], np.cumsum(weights[known][order])
    middle = (below - weights[known][order] / 2) / below[-1]
    return [float(np.interp(share, middle, ranked)) for share in shares]


def _temper(misfits: Floats, proposed: Floats) -> float:
    """The highest power, at most 1, at which enough points carry weight; where none gives that, the best one."""
    powers = [0.5 ** (step / 2) for step in range(30)]
    sizes = [effective(weighted(misfits, proposed, power)) for power in powers]
    enough = (power for power, size in zip(powers, sizes, strict=True) if size >= ENOUGH * len(misfits))
    return next(enough, powers[int(np.argmax(sizes))])


def _adapted(points: Floats, weights: Floats) -> tuple[_Kernels, _Kernels]:
    """A kernel density with the moments of the weighted points (Liu and West 2001), and one wide Gaussian."""
    count = points.shape[1]
    mean = np.sum(weights[:, None] * points, axis=0)
    off = points - mean
    spread = np.einsum("n,ni,nj->ij", weights, off, off, optimize=False)
    # Of few effective points a covariance is noise: its off-diagonal shrinks towards nothing.
    covariance = INFLATED * spread * min(1.0, effective(weights) / (5.0 * count))
    covariance[np.diag_indices(count)] = INFLATED * np.diag(spread) + 1e-6
    silverman = (4.0 / (count + 2.0) / max(effective(weights), 2.0)) ** (1.0 / (count + 4.0))
    h = min(1.0, silverman)
    kept = weights > 1e-6 * np.max(weights)
    centres = mean + math.sqrt(1.0 - h * h) * (points[kept] - mean)
    local = _Kernels(centres, weights[kept] / weights[kept].sum(), np.linalg.cholesky(h * h * covariance))
    return local, _Kernels(mean[None, :], np.ones(1), np.linalg.cholesky(4.0 * covariance))


def _whitened(off: Floats, lower: Floats) -> Floats:
    """Coordinates in which a Gaussian with covariance ``lower`` times its transpose is round: forward substitution."""
    found = np.zeros_like(off)
    for row in range(len(lower)):
        known = np.sum(lower[row, :row] * found[:, :row], axis=1)
        found[:, row] = (off[:, row] - known) / lower[row, row]
    return found
