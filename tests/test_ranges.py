"""State that leaves its range fails the world, and says which column, enterprise and month."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import call
from soak import bounds
from worlds import run, town

from sim.agents.model import EcosystemModel
from sim.model.record.ranges import MOST_FLOW, MOST_INDEX, MOST_MONEY, MOST_WHOLE, OutOfRange, Reads, check_ranges
from sim.model.state.accounts import INPUTS, TICKS, ticks

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

WHOLE = ("lines", "staff", "talent", "floor", "borrowed_hours")
INDEX = ("productivity", "quality")
MONEY = tuple(name for name in Reads._fields if name not in WHOLE + INDEX)


@pytest.fixture
def model() -> EcosystemModel:
    return run(town(), 2)


def wrong_values() -> list[Any]:
    found = [(name, value) for name in WHOLE for value in (-1, MOST_WHOLE + 1)]
    found += [(name, value) for name in INDEX for value in (-0.5, 2 * MOST_INDEX, math.nan, math.inf)]
    found += [(name, value) for name in MONEY for value in (2 * MOST_MONEY, math.nan, math.inf, -math.inf)]
    return found + [(name, -1.0) for name in MONEY if name != "cash"]


@pytest.mark.parametrize(("name", "value"), wrong_values())
def test_a_number_outside_of_its_range_is_named(model: EcosystemModel, name: str, value: float) -> None:
    check_ranges(model.world)
    table = model.enterprises
    row = int(np.flatnonzero(table.alive)[7])
    getattr(table, name)[row] = value
    with pytest.raises(OutOfRange) as caught:
        check_ranges(model.world)
    said = str(caught.value)
    assert said.startswith(f"{name} of enterprise {int(table.identity[row])} is ")
    assert model.world.settings.calendar(model.world.month) in said


def test_the_largest_numbers_allowed_pass(model: EcosystemModel) -> None:
    row = int(np.flatnonzero(model.enterprises.alive)[0])
    for name in Reads._fields:
        most = MOST_WHOLE if name in WHOLE else MOST_INDEX if name in INDEX else MOST_MONEY
        getattr(model.enterprises, name)[row] = most
    model.enterprises.cash[row] = -MOST_MONEY
    check_ranges(model.world)


def test_a_sum_that_is_no_longer_exact_is_named(model: EcosystemModel) -> None:
    books = model.world.books
    books.month[INPUTS] = -MOST_FLOW - 2**20
    with pytest.raises(OutOfRange, match=r"^inputs of all enterprises: -2,147,483,649 million yuan .*no longer exact$"):
        check_ranges(model.world)
    books.month[:] = 0
    books.accounts[1] = 2**61
    with pytest.raises(OutOfRange, match=r"no longer exact$"):
        check_ranges(model.world)


def test_a_sum_of_pulls_that_is_no_longer_exact_is_named(model: EcosystemModel) -> None:
    model.world.pulls[2, 0] = MOST_FLOW
    check_ranges(model.world)
    model.world.pulls[2, 0] += TICKS
    with pytest.raises(OutOfRange, match=r"^pull in sector 3 of all enterprises: .*no longer exact$"):
        check_ranges(model.world)


# Bounds at which sales of month 13 would come between 2^51 and 2^52 ticks, where amounts are rounded to ticks wrongly.
BETWEEN = {
    "mechanisms.exports.price_elasticity": 0.0,
    "mechanisms.projects.routine": 1.0,
    "market.demand": 10.0,
    "mechanisms.projects.cost": 10.0,
    "population.host_staff": 1_000_000,
    "mechanisms.demand.line_birth": 1.0,
}


@pytest.mark.parametrize("ledger", [False, True])
def test_a_world_stops_before_an_amount_is_rounded_wrongly(ledger: bool) -> None:
    model = EcosystemModel(bounds.town(BETWEEN), rng=399, ledger=ledger)
    with pytest.raises(OutOfRange, match=r"^pull in sector 5 .* in 2016-01, beyond 2,147,483,648: .*no longer exact$"):
        model.run_for(24)
    assert model.enterprises.revenue.max() * TICKS < MOST_FLOW


def test_amounts_in_range_are_whole_ticks() -> None:
    """The control: from 2^51 ticks on they are not."""
    assert [ticks(sign * (MOST_FLOW - 1) / TICKS) for sign in (-1, 1)] == [1 - MOST_FLOW, MOST_FLOW - 1]
    assert ticks((MOST_FLOW + 1) / TICKS) != MOST_FLOW + 1


def test_a_month_that_overflows_is_a_failed_replicate_and_no_number(tmp_path: Path) -> None:
    settings = ("--set", "mechanisms.demand.line_birth=1", "--set", "population.enterprises=50", "--replicates", "2")
    found = call("run", "place", "--months", "40", *settings, "--workers", "1", "--out", tmp_path, code=3)
    assert "pull in sector" in found.stderr
    assert "sums are no longer exact" in found.stderr
    assert "2 of 2 replicates failed" in found.stderr
