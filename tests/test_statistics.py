"""Statistics of shape on samples whose answer is known, with a control that each tells apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import optimize, special, stats

from sim.kernel.statistics import (
    against_gaussian,
    against_lognormal,
    digamma,
    distance_from_pareto,
    exponent_of,
    hill_exponent,
    log_gamma,
    log_gaps,
    log_spread,
    median,
    mills_ratio,
    normalised,
    shape_of,
    slope_of_sums,
    spread_slope,
    subbotin_shape,
    subbotin_slope,
    tail_of,
    truncated_lognormal,
)
from sim.model.state.economy import TICKS

SEEDS = (1, 2, 3)


def rng(seed: int) -> Any:
    return np.random.default_rng(seed)


# --- the shape of growth rates


@pytest.mark.parametrize("seed", SEEDS)
def test_laplace_is_1_and_gaussian_2(seed: int) -> None:
    laplace, gaussian = rng(seed).laplace(size=20_000), rng(seed).normal(size=20_000)
    assert subbotin_shape(laplace) == pytest.approx(1.0, abs=0.05)
    assert subbotin_shape(gaussian) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("shape", [0.6, 1.0, 1.5, 2.0, 3.0])
def test_the_shape_of_a_subbotin_sample_is_found(shape: float) -> None:
    sample = stats.gennorm.rvs(shape, size=20_000, random_state=7)
    assert subbotin_shape(sample) == pytest.approx(shape, rel=0.08)


def test_a_uniform_sample_is_neither_a_tent_nor_gaussian() -> None:
    """The control."""
    assert subbotin_shape(rng(1).uniform(size=20_000)) > 4.0


def test_the_shape_hangs_on_neither_place_nor_scale_nor_order() -> None:
    sample = rng(5).laplace(size=4001)
    shape = subbotin_shape(sample)
    assert subbotin_shape(sample[::-1]) == shape
    assert subbotin_shape(0.3 + 8.0 * sample) == pytest.approx(shape, abs=1e-6)


def test_the_slope_is_that_of_scipys_likelihood_at_its_best_scale() -> None:
    sample = rng(3).laplace(scale=0.4, size=500)
    logs = np.log(np.abs(sample))

    def likelihood(b: float) -> float:
        scale = (b * np.mean(np.abs(sample) ** b)) ** (1.0 / b)
        return float(stats.gennorm.logpdf(sample, b, scale=scale).mean())

    for b in (0.7, 1.0, 1.9, 4.0):
        slope = b * b * (likelihood(b + 1e-5) - likelihood(b - 1e-5)) / 2e-5
        assert subbotin_slope(logs, b)[0] == pytest.approx(slope, abs=1e-7)
        steepness = (subbotin_slope(logs, b + 1e-5)[0] - subbotin_slope(logs, b - 1e-5)[0]) / 2e-5
        assert subbotin_slope(logs, b)[1] == pytest.approx(steepness, rel=0.02)


def test_points_in_the_middle_count_in_number_only() -> None:
    sample = rng(4).laplace(size=999)
    doubled = np.concatenate([sample, np.full(400, np.median(sample))])
    theirs = optimize.minimize_scalar(
        lambda b: (
            -stats.gennorm.logpdf(
                doubled, b, np.median(sample), (b * np.mean(np.abs(doubled - np.median(sample)) ** b)) ** (1.0 / b)
            ).sum()
        ),
        bounds=(0.2, 5.0),
        method="bounded",
        options={"xatol": 1e-9},
    ).x
    assert subbotin_shape(doubled) == pytest.approx(theirs, abs=1e-5)


def test_digamma_is_scipys() -> None:
    for x in (0.05, 0.3, 1.0, 1.2, 2.0, 6.0, 7.99, 8.0, 40.0):
        assert digamma(x) == pytest.approx(special.digamma(x), abs=1e-11)
        assert digamma(x) == digamma.py_func(x)


@pytest.mark.parametrize("sample", [[], [0.1] * 100, list(range(49))])
def test_too_few_or_all_the_same_have_no_shape(sample: list[float]) -> None:
    assert math.isnan(subbotin_shape(sample))


# --- the tent against the Gaussian


def gaussian_ratio(sample: Any) -> float:
    gaps = log_gaps(sample)
    return against_gaussian(gaps, shape_of(gaps))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tent_rejects_the_gaussian_and_a_gaussian_does_not(seed: int) -> None:
    assert gaussian_ratio(rng(seed).laplace(size=2000)) > 5.0
    assert 0.0 <= gaussian_ratio(rng(seed).normal(size=2000)) < 1.64


def test_gaussians_are_seldom_rejected() -> None:
    ratios = np.array([gaussian_ratio(rng(seed).normal(size=300)) for seed in range(300)])
    assert (ratios > 1.64).mean() < 0.01
    assert np.median(ratios) == pytest.approx(0.5 * stats.norm.ppf(0.75), abs=0.06)  # half of a normal's size


def test_the_ratio_is_that_of_scipys_likelihoods() -> None:
    sample = rng(3).laplace(scale=0.4, size=501)
    gaps, middle = log_gaps(sample), np.median(sample)
    shape = shape_of(gaps)

    def points(b: float) -> Any:
        scale = (b * np.mean(np.abs(sample - middle) ** b)) ** (1.0 / b)
        return stats.gennorm.logpdf(sample, b, middle, scale)

    ratios = points(shape) - points(2.0)
    assert against_gaussian(gaps, shape) == pytest.approx(ratios.sum() / ratios.std() / math.sqrt(501), rel=1e-9)
    assert math.isnan(against_gaussian(log_gaps([0.1] * 100), math.nan))


def test_log_gamma_is_scipys() -> None:
    for x in (0.05, 0.3, 1.0, 1.2, 2.0, 6.0, 7.99, 8.0, 40.0):
        assert log_gamma(x) == pytest.approx(special.gammaln(x), abs=1e-11)
        assert log_gamma(x) == log_gamma.py_func(x)


# --- the size tail


@pytest.mark.parametrize("exponent", [0.9, 1.06, 1.5, 2.5])
def test_the_exponent_of_a_pareto_sample_is_found(exponent: float) -> None:
    sample = 3.0 * (1.0 + rng(2).pareto(exponent, size=40_000))
    assert hill_exponent(sample) == pytest.approx(exponent, rel=0.06)
    assert hill_exponent(sample, top=0.01) == pytest.approx(exponent, rel=0.12)
    assert hill_exponent(sample[::-1]) == hill_exponent(sample)


def test_a_lognormal_has_no_exponent_of_its_own() -> None:
    """The control: what is found rises with the threshold, where a Pareto sample's stays."""
    sample = rng(2).lognormal(sigma=1.0, size=200_000)
    assert hill_exponent(sample, top=0.002) > 1.3 * hill_exponent(sample, top=0.1)
    pareto = 1.0 + rng(2).pareto(1.5, size=200_000)
    assert hill_exponent(pareto, top=0.002) == pytest.approx(hill_exponent(pareto, top=0.1), rel=0.15)


def test_a_tail_of_a_few_has_no_exponent() -> None:
    assert math.isnan(hill_exponent(range(1, 399)))
    assert not math.isnan(hill_exponent(range(1, 402)))
    assert math.isnan(hill_exponent([7.0] * 1000))


# --- the Pareto against the lognormal


def pareto(exponent: float, size: int, seed: int = 2) -> Any:
    return 40.0 * (1.0 + rng(seed).pareto(exponent, size=size))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exponent", [1.0, 1.5])
def test_a_pareto_tail_is_one(exponent: float, seed: int) -> None:
    tail = tail_of(pareto(exponent, 40_000, seed))
    assert len(tail.excess) == 2000
    assert distance_from_pareto(tail) < 1.25 / math.sqrt(2000)  # 99% of exponentials of fitted mean (Lilliefors 1969)
    assert against_lognormal(tail) > 1.0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spread", [0.6, 1.0])
def test_a_lognormal_tail_is_none(spread: float, seed: int) -> None:
    """The control."""
    tail = tail_of(rng(seed).lognormal(5.0, spread, size=100_000))
    assert distance_from_pareto(tail) > 1.25 / math.sqrt(5000)
    assert against_lognormal(tail) < -1.64


def test_the_distance_is_scipys() -> None:
    tail = tail_of(np.floor(pareto(1.2, 4000)))  # whole numbers of people, some of them equal
    theirs = stats.kstest(tail.excess, stats.expon(scale=1.0 / exponent_of(tail)).cdf).statistic
    assert distance_from_pareto(tail) == pytest.approx(theirs, abs=1e-12)


def log_likelihood(excess: Any, z: float, t: float) -> Any:
    """Of log excesses over the threshold of a lognormal cut off ``z`` deviations above its median."""
    return stats.truncnorm.logpdf(excess, z, np.inf, loc=-z / t, scale=1.0 / t)


def test_the_lognormal_that_is_cut_off_is_found_and_likeliest() -> None:
    sample = rng(1).lognormal(5.0, 0.9, size=400_000)
    tail = tail_of(sample)
    mean, square, log_threshold = tail.excess.mean(), (tail.excess**2).mean(), math.log(tail.threshold)
    z, t = truncated_lognormal(mean, square, log_threshold)
    assert log_threshold - z / t == pytest.approx(5.0, abs=0.5)
    assert 1.0 / t == pytest.approx(0.9, abs=0.08)
    best = log_likelihood(tail.excess, z, t).sum()
    for other in ((z + 0.02, t), (z - 0.02, t), (z, 1.01 * t), (z, 0.99 * t), (z + 0.1, t * z / (z + 0.1))):
        assert log_likelihood(tail.excess, *other).sum() < best
    ratios = stats.expon.logpdf(tail.excess, scale=mean) - log_likelihood(tail.excess, z, t)
    assert against_lognormal(tail) == pytest.approx(ratios.sum() / ratios.std() / math.sqrt(len(ratios)), rel=1e-6)


def test_of_a_pareto_the_lognormals_median_stays_at_1_and_is_likeliest_there() -> None:
    tail = tail_of(pareto(1.2, 40_000))
    log_threshold = math.log(tail.threshold)
    z, t = truncated_lognormal(tail.excess.mean(), (tail.excess**2).mean(), log_threshold)
    assert z / t == pytest.approx(log_threshold, rel=1e-12)
    best = log_likelihood(tail.excess, z, t).sum()
    for other in (z * 1.01, z * 0.99):
        assert log_likelihood(tail.excess, other, other / log_threshold).sum() < best


def test_mills_ratio_is_scipys() -> None:
    for z in (-10.0, -3.0, -0.4, 0.0, 0.7, 1.4999, 1.5, 1.5001, 3.0, 20.0, 100.0):
        assert mills_ratio(z) == pytest.approx(math.sqrt(math.pi / 2.0) * special.erfcx(z / math.sqrt(2.0)), rel=1e-11)
        assert mills_ratio(z) == mills_ratio.py_func(z)


def test_a_tail_that_is_no_sample_of_people_has_no_ratio() -> None:
    assert math.isnan(against_lognormal(tail_of(range(1, 399))))
    assert math.isnan(against_lognormal(tail_of(pareto(1.2, 4000) / 1e4)))
    assert math.isnan(distance_from_pareto(tail_of([7.0] * 1000)))
    assert math.isnan(normalised(np.full(5, 0.3)))


# --- spread and slope


def test_the_spread_of_logarithms_and_the_median_are_numpys() -> None:
    sample = rng(4).lognormal(sigma=2.0, size=1001)
    assert log_spread(sample) == pytest.approx(np.log(sample).std(ddof=1), rel=1e-12)
    assert log_spread(sample[::-1]) == log_spread(sample)
    assert median(sample[:1000]) == np.median(sample[:1000])
    assert math.isnan(log_spread([1.0]))
    assert math.isnan(median([]))


@pytest.mark.parametrize("slope", [-0.05, 0.0, 0.03])
def test_a_slope_of_whole_number_sums_is_least_squares(slope: float) -> None:
    x = rng(5).normal(5.0, 1.5, size=3000)
    y = 0.1 + slope * x + rng(6).normal(0.0, 0.3, size=3000)
    sums = [int(np.rint(TICKS * part).sum()) for part in (x, y, x * x, x * y)]
    found = slope_of_sums(3000, *sums, unit=int(TICKS))
    assert found == pytest.approx(np.polyfit(x, y, 1)[0], abs=1e-7)
    assert abs(found - slope) < 0.012
    assert abs(found - slope - 0.05) > 0.03, "the control"
    assert math.isnan(slope_of_sums(3, 3 * int(TICKS), 5, 3 * int(TICKS), 7, unit=int(TICKS)))


# --- the spread of growth by size


@pytest.mark.parametrize("slope", [-0.3, -0.15, 0.0])
def test_a_planted_slope_of_spread_on_size_is_found(slope: float) -> None:
    size = rng(4).lognormal(mean=3.0, sigma=1.5, size=50_000)
    growth = rng(5).laplace(size=50_000) * np.exp(slope * np.log(size))
    # The widest bins mix sizes, which makes the slope found a little steeper than the one within them.
    assert spread_slope(size, growth) == pytest.approx(slope, abs=0.01 + 0.08 * abs(slope))
    order = rng(6).permutation(len(size))
    assert spread_slope(size[order], growth[order]) == spread_slope(size, growth)


def test_another_slope_is_told_apart() -> None:
    """The control."""
    size = rng(4).lognormal(mean=3.0, sigma=1.5, size=50_000)
    growth = rng(5).laplace(size=50_000) * np.exp(-0.3 * np.log(size))
    assert abs(spread_slope(size, growth) + 0.15) > 0.1


def test_bins_are_those_of_size_then_growth_among_equals() -> None:
    size = rng(7).integers(1, 9, size=503).astype(float)
    growth = rng(8).normal(size=503)
    x, y = [], []
    for part in np.array_split(np.lexsort((growth, size)), 5):
        x.append(np.log(np.median(size[part])))
        y.append(np.log(np.quantile(growth[part], 0.75) - np.quantile(growth[part], 0.25)))
    assert spread_slope(size, growth) == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-9)


def test_too_few_or_one_size_have_no_slope() -> None:
    assert math.isnan(spread_slope(np.arange(1.0, 100.0), np.arange(1.0, 100.0)))
    assert math.isnan(spread_slope(np.full(200, 3.0), rng(1).normal(size=200)))
