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
Statistics 39): runs are dear. A tenth of each mixture is uniform, so that no weight is without bound.
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
INFLATED = 1.25  # of the variances seen: a proposal narrower than its target gives weights without bound
ENOUGH = 0.2  # share of the points that should carry weight when a proposal is adapted to them
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
class _Proposal:
    """A mixture: uniform over the cube, one wide Gaussian, and a Gaussian around each of some centres."""

    centres: Floats
    weights: Floats
    kernel: Floats  # lower Cholesky factor of the kernels' covariance
    mean: Floats
    wide: Floats  # that of the wide Gaussian

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Floats, int]:
        """So many points inside the cube, and how many were drawn for them: those outside have no weight."""
        found: list[Floats] = []
        drawn = 0
        while len(found) < count:
            drawn += 1
            part = rng.random()
            noise = rng.standard_normal(len(self.mean))
            place = int(np.searchsorted(np.cumsum(self.weights), rng.random() * self.weights.sum(), side="right"))
            centre = self.centres[min(place, len(self.centres) - 1)]
            if part < UNIFORM:
                point = rng.random(len(self.mean))
            elif part < UNIFORM + WIDE:
                point = self.mean + _times(self.wide, noise)
            else:
                point = centre + _times(self.kernel, noise)
            if ((point >= 0.0) & (point < 1.0)).all():
                found.append(point)
        return np.array(found), drawn

    def density(self, points: Floats) -> Floats:
        """Of points inside the cube."""
        near = np.zeros(len(points))
        for centre, weight in zip(self.centres, self.weights, strict=True):
            near += weight * _gaussian(points - centre, self.kernel)
        return UNIFORM + WIDE * _gaussian(points - self.mean, self.wide) + (1 - UNIFORM - WIDE) * near


def sample(
    misfit: Callable[[Floats], Floats], start: Floats, found: Floats, size: int, generations: int, seed: int
) -> Posterior:
    """Draw ``size`` points in ``generations``; ``misfit`` is given each generation at once, points x parameters.

    ``start`` are points tried before with their misfits ``found``: the first proposal is adapted to them, and they have
    no weight in the end, as nobody knows how likely they were to be tried.
    """
    generations = min(generations, size)
    points, misfits = np.empty((0, start.shape[1])), np.empty(0)
    proposals: list[tuple[_Proposal, int]] = []
    tempers: list[float] = []
    seen, at, proposed = start, found, np.ones(len(start))
    for generation in range(generations):
        rng = np.random.default_rng([seed, generation])
        temper = _temper(at, proposed)
        tempers.append(temper)
        proposal = _adapted(seen, weighted(temper * at, proposed))
        count = size * (generation + 1) // generations - len(points)
        drawn, tries = proposal.draw(count, rng)
        proposals.append((proposal, tries))
        points = np.vstack((points, drawn))
        misfits = np.concatenate((misfits, misfit(drawn)))
        tried = sum(number for _, number in proposals)
        mixture = sum(number / tried * it.density(points) for it, number in proposals)
        seen, at, proposed = points, misfits, np.asarray(mixture, dtype=np.float64)
    weights = weighted(misfits, proposed)
    return Posterior(points, misfits, weights, float(np.mean(np.exp(-misfits / 2))), tuple(tempers))


def weighted(misfits: Floats, proposed: Floats) -> Floats:
    """Importance weights, which sum to 1; equal ones where no point has a misfit."""
    finite = np.isfinite(misfits)
    if not finite.any():
        return np.full(len(misfits), 1.0 / len(misfits))
    raw = np.where(finite, np.exp(-(misfits - misfits[finite].min()) / 2), 0.0) / proposed
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
    """The highest power, at most 1, at which enough points carry weight."""
    wanted = max(misfits.shape[0] * ENOUGH, 2.0)
    if effective(weighted(misfits, proposed)) >= wanted:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if effective(weighted(middle * misfits, proposed)) >= wanted:
            low = middle
        else:
            high = middle
    return low


def _adapted(points: Floats, weights: Floats) -> _Proposal:
    """A kernel density with the moments of the weighted points, somewhat widened (West 1993, Liu and West 2001)."""
    count = points.shape[1]
    mean = np.sum(weights[:, None] * points, axis=0)
    off = points - mean
    spread = np.einsum("n,ni,nj->ij", weights, off, off, optimize=False)
    # Of fewer effective points than it has entries a covariance is noise: its off-diagonal shrinks towards nothing.
    shrunk = spread * min(1.0, effective(weights) / (5.0 * count))
    shrunk[np.diag_indices(count)] = np.diag(spread) + 1e-6
    covariance = INFLATED * shrunk
    silverman = (4.0 / (count + 2.0) / max(effective(weights), 2.0)) ** (1.0 / (count + 4.0))
    h = min(1.0, silverman)
    kept = weights > 1e-6 * weights.max()
    centres = mean + math.sqrt(1.0 - h * h) * (points[kept] - mean)
    return _Proposal(
        centres, weights[kept] / weights[kept].sum(), _cholesky(h * h * covariance), mean, _cholesky(4.0 * covariance)
    )


def _cholesky(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def _times(lower: Floats, noise: Floats) -> Floats:
    return np.asarray(np.sum(lower * noise, axis=1), dtype=np.float64)


def _gaussian(off: Floats, lower: Floats) -> Floats:
    """Density of a Gaussian with covariance ``lower`` times its transpose, at points ``off`` its centre."""
    whitened = np.zeros_like(off)
    for row in range(len(lower)):  # forward substitution
        known = np.sum(lower[row, :row] * whitened[:, :row], axis=1)
        whitened[:, row] = (off[:, row] - known) / lower[row, row]
    scale = math.sqrt(2.0 * math.pi) ** len(lower) * math.prod(float(it) for it in np.diag(lower))
    return np.asarray(np.exp(-np.sum(whitened * whitened, axis=1) / 2) / scale, dtype=np.float64)
