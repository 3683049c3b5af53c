"""Statistics of shape on samples whose answer is known, with a control that each tells apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import optimize, special, stats

from sim.statistics import digamma, hill_exponent, spread_slope, subbotin_shape, subbotin_slope

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
