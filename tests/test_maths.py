"""Our own exponential and logarithm: within one unit in the last place of exact values, exact where they must be."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import pytest

from sim.kernel import maths


def units_off(function: Callable[[float], float], exact: Callable[[Decimal], Decimal], points: list[float]) -> float:
    """The largest error over ``points`` in units of the last place, against 40 digits."""
    worst = 0.0
    with localcontext() as context:
        context.prec = 40
        for x in points:
            true = exact(Decimal(x))
            worst = max(worst, abs(float((Decimal(float(function(x))) - true) / Decimal(math.ulp(float(true))))))
    return worst


def test_exponential() -> None:
    points = np.random.default_rng(1).uniform(-700.0, 700.0, 3000).tolist()
    points += [*np.random.default_rng(2).normal(0.0, 0.3, 3000).tolist(), 0.0, 1.0, -1.0, 1e-09, -1e-300]
    assert units_off(maths.exp, Decimal.exp, points) < 1.0


def test_logarithm() -> None:
    points = np.exp(np.random.default_rng(1).uniform(-700.0, 700.0, 3000)).tolist()
    points += [*(1.0 + np.random.default_rng(2).normal(0.0, 0.05, 3000)).tolist(), 2.0 ** (-33), 1.0 - 2.0 ** (-33)]
    assert units_off(maths.log, Decimal.ln, points) < 1.0
    assert maths.log(1.0) == 0.0


def test_a_coarser_series_would_be_seen() -> None:
    """The control: the library's function with 1e-15 of its size added."""
    assert units_off(lambda x: math.exp(x) * (1.0 + 1e-15), Decimal.exp, [0.1 * k for k in range(1, 100)]) > 1.0


def test_beyond_its_range_the_exponential_stays_finite_and_positive() -> None:
    assert 0.0 < maths.exp(-1e9) < 1e-300
    assert 1e300 < maths.exp(1e9) < math.inf


@pytest.mark.parametrize("x", [0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 1e9 + 0.5, -7.25, 3.999999999, 2.0**50 + 1.0])
def test_rounding(x: float) -> None:
    assert maths.nearest(x) == round(x)
    assert maths.whole_number(x) == round(x)
    assert maths.floor(x) == math.floor(x)


@pytest.mark.parametrize("name", ["exp", "log", "nearest", "floor"])
def test_plain_python_gives_the_same_bits(name: str) -> None:
    function = getattr(maths, name)
    for x in np.random.default_rng(3).lognormal(0.0, 2.0, 200).tolist():
        assert function(x) == function.py_func(x)


def test_power() -> None:
    assert maths.power(1.7, 0.3) == pytest.approx(1.7**0.3, rel=1e-14)
    assert maths.power(0.02, -2.5) == pytest.approx(0.02**-2.5, rel=1e-13)
