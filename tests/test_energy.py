"""Energy is bought: what it costs, and that projects save it where that pays."""

from __future__ import annotations

from statistics import mean
from typing import Any

import numpy as np
import pytest
from worlds import ENERGY, different_outcomes, last, run, town

pytestmark = pytest.mark.once

SEEDS = range(1, 4)
MANY = {"mechanisms__projects__begin": 6.0}


def at_price(name: str, price: float) -> float:
    models = (run(town(**ENERGY, **MANY, market__energy_price=price), 18, rng=seed) for seed in SEEDS)
    return mean(last(model, name) for model in models)


def test_a_price_that_nobody_pays_changes_nothing() -> None:
    assert not different_outcomes(run(town(), 14), run(town(market__energy_price=5.0), 14))


def test_without_a_price_nobody_saves_and_nobody_pays() -> None:
    model = run(town(**ENERGY, **MANY, market__energy_price=0.0), 18, ledger=True)
    assert last(model, "projects_succeeded") > 0.0
    assert last(model, "saving_projects") == last(model, "energy_saved") == 0.0
    assert not np.any(model.record["energy_cost"])


def test_energy_is_paid_for_by_what_sales_take() -> None:
    model = run(town(**ENERGY, market__energy_price=0.5), 6, ledger=True)
    used = np.array(model.record["energy_intensity"]) * np.array(model.record["revenue"])
    assert model.record["energy_cost"] == pytest.approx(0.5 * used, rel=0.01)


def test_a_higher_price_gives_more_saving_projects_and_a_lower_index() -> None:
    prices = (0.05, 0.5, 2.0)
    saving: list[Any] = [at_price("saving_projects", price) / at_price("projects_succeeded", price) for price in prices]
    index = [at_price("energy_intensity", price) for price in prices]
    assert saving == sorted(saving)
    assert saving[0] < saving[-1]
    assert index[-1] < index[0]
