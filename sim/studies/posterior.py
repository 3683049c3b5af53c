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
Statistics 39): runs are dear. Half of each mixture lies where a quadratic, fitted to each target by least squares, is
likely to meet them; a tenth is uniform, so that no weight is without bound. What is proposed changes how much a number
of runs can tell, and not what they tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UNIFORM = 0.1  # part of a proposal that is uniform over the cube
WIDE = 0.1  # part that is Gaussian, twice as wide as what was seen
GUESSED = 0.5  # part that is around what a quadratic guess of the targets finds likely
INFLATED = 1.25  # of the variances seen: a proposal narrower than its target gives weights without bound
ENOUGH = 0.2  # share of the points that should carry weight when a proposal is adapted to them
_CHAINS, _STEPS = 24, 160  # of the walk over the guess, which costs no run: half its chains, and steps of a half
TRUSTED = 100.0  # effective sample size: of fewer, the 5% that lie beyond an interval's end are five points or less


@dataclass(frozen=True, eq=False)
class Posterior:
    """Points of the unit cube with weights that sum to 1, and their misfits, in the order in which they were drawn.

    ``acceptance`` is how many of the points a rejection sampler with this kernel would have kept; ``tempers`` are the
    powers of the posterior to which the generations' proposals were adapted.
    """

    points: Floats
    misfits: Floats
    weights: Floats
    acceptance: float
    tempers: tuple[float, ...]

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

    def draw(self, rng: np.random.Generator) -> Floats:
        place = int(np.searchsorted(np.cumsum(self.weights), rng.random() * self.weights.sum(), side="right"))
        noise = rng.standard_normal(len(self.lower))
        return self.centres[min(place, len(self.centres) - 1)] + np.sum(self.lower * noise, axis=1)

    def density(self, points: Floats) -> Floats:
        here, there = _whitened(points, self.lower), _whitened(self.centres, self.lower)
        distance = np.zeros((len(here), len(there)))
        for row in range(len(self.lower)):
            gap = here[:, row, None] - there[:, row]
            distance += gap * gap
        scale = math.sqrt(2.0 * math.pi) ** len(self.lower) * math.prod(float(it) for it in np.diag(self.lower))
        return np.asarray(np.sum(np.exp(-distance / 2) * self.weights, axis=1) / scale, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Proposal:
    """A mixture: uniform over the cube, and kernels, each with its part of what is left."""

    parts: tuple[tuple[float, _Kernels], ...]

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Floats, int]:
        """So many points inside the cube, and how many were drawn for them: those outside have no weight."""
        found: list[Floats] = []
        drawn = 0
        dimensions = len(self.parts[0][1].lower)
        while len(found) < count:
            drawn += 1
            left = rng.random() - UNIFORM
            point = rng.random(dimensions)
            if left >= 0:
                shares = np.cumsum([part for part, _ in self.parts])
                place = min(int(np.searchsorted(shares, left, side="right")), len(self.parts) - 1)
                point = self.parts[place][1].draw(rng)
            if ((point >= 0.0) & (point < 1.0)).all():
                found.append(point)
        return np.array(found), drawn

    def density(self, points: Floats) -> Floats:
        """Of points inside the cube."""
        return UNIFORM + np.sum([part * kernels.density(points) for part, kernels in self.parts], axis=0)


def sample(
    deviations: Callable[[Floats], Floats], start: Floats, found: Floats, size: int, generations: int, seed: int
) -> Posterior:
    """Draw ``size`` points in ``generations``, each of which ``deviations`` is given at once, points x parameters.

    It gives points x targets, what each is off in tolerances; the misfit is the sum of their squares. ``start`` are
    points tried before with their deviations ``found``: the first proposal is adapted to them, and they have no weight
    in the end, as nobody knows how likely they were to be tried.
    """
    generations = min(generations, size)
    points, off = np.empty((0, start.shape[1])), np.empty((0, found.shape[1]))
    proposals: list[tuple[_Proposal, int]] = []
    tempers: list[float] = []
    seen, misfits, proposed = start, misfits_of(found), np.ones(len(start))
    for generation in range(generations):
        rng = np.random.default_rng([seed, generation])
        temper = _temper(misfits, proposed)
        tempers.append(temper)
        local, wide = _adapted(seen, weighted(misfits, proposed, temper))
        guess = surrogate(np.vstack((start, points)), np.vstack((found, off)))
        parts = [(WIDE, wide), (1 - UNIFORM - WIDE, local)]
        if guess is not None:
            likely = _walk(guess, np.vstack((start, points)), misfits_of(np.vstack((found, off))), rng)
            by_guess, _ = _adapted(likely, np.full(len(likely), 1.0 / len(likely)))
            parts = [(WIDE, wide), (GUESSED, by_guess), (1 - UNIFORM - WIDE - GUESSED, local)]
        proposal = _Proposal(tuple(parts))
        drawn, tries = proposal.draw(size * (generation + 1) // generations - len(points), rng)
        proposals.append((proposal, tries))
        points, off = np.vstack((points, drawn)), np.vstack((off, deviations(drawn)))
        tried = sum(number for _, number in proposals)
        mixture = np.sum([number / tried * it.density(points) for it, number in proposals], axis=0)
        seen, misfits, proposed = points, misfits_of(off), np.asarray(mixture, dtype=np.float64)
    weights = weighted(misfits, proposed)
    return Posterior(points, misfits, weights, float(np.mean(np.exp(-misfits / 2))), tuple(tempers))


def misfits_of(deviations: Floats) -> Floats:
    return np.asarray(np.sum(deviations * deviations, axis=1), dtype=np.float64)


def surrogate(points: Floats, deviations: Floats) -> Callable[[Floats], Floats] | None:
    """A guess of the misfit from the better half of the points: a quadratic for every target, by least squares.

    Each squared guess is divided by 1 and the variance of what the quadratic leaves, so that a bad one says little. It
    only tells where to try: weights are of what was run. None where too few points have all deviations.
    """
    known = np.isfinite(deviations).all(axis=1)
    points, deviations = points[known], deviations[known]
    cross = len(points) >= 4 * _features(points[:1], cross=True).shape[1]
    count = _features(points[:1], cross=cross).shape[1]
    if len(points) < 2 * count:
        return None
    best = np.argsort(misfits_of(deviations), kind="stable")[: max(len(points) // 2, 2 * count)]
    known_features = _features(points[best], cross=cross)
    square = np.einsum("ni,nj->ij", known_features, known_features, optimize=False)
    square[np.diag_indices(count)] += 1e-6
    aim = np.einsum("ni,nj->ij", known_features, deviations[best], optimize=False)
    slopes = np.linalg.solve(square, aim)
    left = deviations[best] - np.einsum("ni,ij->nj", known_features, slopes, optimize=False)
    trust = 1.0 + np.sum(left * left, axis=0) / (len(best) - count)

    def guess(at: Floats) -> Floats:
        off = np.einsum("ni,ij->nj", _features(at, cross=cross), slopes, optimize=False)
        return np.asarray(np.sum(off * off / trust, axis=1), dtype=np.float64)

    return guess


def _features(points: Floats, *, cross: bool) -> Floats:
    """1, every coordinate, every square, and every product of two where ``cross``."""
    off = 2.0 * points - 1.0
    columns = [np.ones(len(points)), *off.T, *(off * off).T]
    if cross:
        columns += [off[:, i] * off[:, j] for i in range(off.shape[1]) for j in range(i)]
    return np.column_stack(columns)


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
    for step in range(_STEPS):
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
        if step >= _STEPS - 40 and step % 8 < 2:
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
