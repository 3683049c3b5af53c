"""What the worlds at rest add, off elsewhere: each parameter does what it says, or nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from worlds import last, nation, run, scenario, town

from sim.kernel.draws import child_identity
from sim.model.mechanisms import demand, finance, growth
from sim.model.mechanisms.population import mean_age
from sim.model.state.accounts import INTEREST
from sim.model.state.enterprises import OPERATING
from sim.model.state.taxation import taxes_of_plan
from sim.parameters import numbers

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

FIRMS = 20_000
FINANCE = "mechanisms.finance"
OFF = {"mechanisms.growth.enabled": False}


def grown(staff: int, months: int = 12, saturation: float = 1.0, age: int = 10_000, **rules: float) -> Any:
    """Log growth of line size over some months of firms of one size and age."""
    p = numbers(nation().group("mechanisms.growth"))._replace(**rules)
    identity = np.array([child_identity(7, 0, 0, ordinal) for ordinal in range(FIRMS)])
    reads = growth.Reads(
        identity, np.full(FIRMS, OPERATING, np.int8), np.zeros(FIRMS, np.int8), np.full(FIRMS, -age, np.int16),
        np.full(FIRMS, staff, np.int32),
    )  # fmt: skip
    writes = growth.Writes(np.ones(FIRMS), np.full(FIRMS, 3.0))
    for month in range(months):
        growth.grow(0, FIRMS, 1, month, reads, writes, p, np.full(16, saturation))
    np.testing.assert_allclose(writes.appeal, 3.0 * writes.line_size, rtol=1e-12)
    return np.log(writes.line_size)


def test_yearly_growth_has_the_shocks_variance_and_no_mean() -> None:
    steps = grown(100, shocks=0.6, spread=0.2, young=0.0)
    variance = 0.6 * 2.0 * 0.2**2  # of a Laplace deviate: twice its scale squared
    assert abs(steps.mean()) < 4.0 * math.sqrt(variance / FIRMS)
    assert np.var(steps) == pytest.approx(variance, rel=0.1)
    none = (steps == 0.0).mean()
    assert none == pytest.approx((1.0 - 0.6 / 12.0) ** 12, abs=0.02)


def test_larger_firms_have_smaller_shocks() -> None:
    small, large = (np.abs(grown(staff, spread_exponent=0.2, young=0.0)).mean() for staff in (10, 1000))
    assert large / small == pytest.approx(100.0**-0.2, rel=0.1)


def test_young_firms_grow_and_crowded_sectors_slow_growth() -> None:
    quiet: dict[str, float] = {"shocks": 0.0, "young": 0.1, "crowding": 0.3}
    assert grown(100, age=0, **quiet)[0] == pytest.approx(0.1, rel=0.15)  # fades over the year
    assert grown(100, age=10_000, **quiet)[0] == pytest.approx(0.0, abs=1e-12)
    assert grown(100, saturation=2.0, **quiet)[0] == pytest.approx(-0.3 * math.log(2.0))


def test_without_growth_the_parameters_of_growth_change_nothing() -> None:
    plain, set_otherwise = (run(nation(**given), 6) for given in (OFF, OFF | {"mechanisms.growth.spread": 0.5}))
    assert last(plain, "jobs") == last(set_otherwise, "jobs")
    assert last(run(nation(), 6), "jobs") != last(plain, "jobs")


def test_firms_close_at_the_hazard_of_closure_at_any_size() -> None:
    months, hazard = 12, 0.3
    settled = {"mechanisms.demand.line_loss": 0.0, "mechanisms.finance.give_up": 0.0, "mechanisms.entry.enabled": False}
    before, after = (
        run(town(**settled, **{"mechanisms.finance.closure": it, "mechanisms.finance.resume": 0.0}), months)
        for it in (0.0, hazard)
    )
    left = last(after, "firms_operating") / last(before, "firms_operating")
    assert left == pytest.approx((1.0 - hazard / 12.0) ** months, abs=0.05)


def test_banks_end_the_operation_of_firms_whose_debt_exceeds_their_assets() -> None:
    p = numbers(nation(**{"mechanisms.finance.foreclosure": 0.1, "mechanisms.finance.closure": 0.12}).group(FINANCE))
    assert finance.stop_probability(0, 5.0, 1.0, p) == pytest.approx(0.01)
    assert finance.stop_probability(1, -0.5, 1.0, p) == pytest.approx(0.01 + p.give_up)
    assert finance.stop_probability(1, -1.5, 1.0, p) == pytest.approx(0.11 + p.give_up)


def test_debtors_pay_interest_to_banks_and_the_books_balance() -> None:
    model = run(town(**{"market.overdraft_rate": 0.1}), 12, ledger=True)
    world = model.world
    assert world.books.month[INTEREST] < 0  # of the last month: from enterprises
    table = world.enterprises
    assert finance.monthly_interest(-12.0, 0.1) == pytest.approx(0.1)
    assert finance.monthly_interest(5.0, 0.1) == 0.0
    assert (table.cash[table.status == OPERATING] < 0.0).any()


def test_firms_below_the_surveys_least_sales_leave_it_after_the_review() -> None:
    model = run(nation(**{"population.least_revenue": 20.0}), 14)
    table = model.enterprises
    reviewed = (table.status == OPERATING) & (table.revenue_12 > 0.0)
    assert reviewed.any()
    assert (table.revenue_12[reviewed] >= 20.0).all()


def test_larger_firms_are_older_where_ages_depend_on_size() -> None:
    p = numbers(nation(**{"population.age_elasticity": 0.5}).group("population"))
    assert mean_age(400, p) == pytest.approx(2.0 * mean_age(100, p))
    assert mean_age(100, p) == p.mean_age


def test_local_demand_is_shared_in_the_place() -> None:
    assert demand.shared_pull(100.0, 100.0, 0.5) == pytest.approx(100.0)
    assert demand.shared_pull(100.0, 200.0, 0.0) == pytest.approx(100.0)
    assert demand.shared_pull(100.0, 200.0, 1.0) == pytest.approx(200.0)  # twice the rivals, half the sales


def test_newcomers_take_sales_from_others_where_demand_is_local() -> None:
    """Sales of a place rise less with more founders the more of its demand is local."""
    more = {"mechanisms.entry.ideas_per_thousand": 120.0}
    gains = []
    for local in (0.0, 0.9):
        few, many = (
            run(town(**given, **{"population.world": "place", "market.local_share": local}), 36) for given in ({}, more)
        )
        gains.append(last(many, "revenue") / last(few, "revenue") - 1.0)
    assert gains[0] > 0.0
    assert gains[1] < 0.6 * gains[0]


def founded(foresight: float, relief: float) -> float:
    """Startups within a year of a nation's founders, before those who start change what others find."""
    given = {"mechanisms.entry.foresight": foresight, "levers.tax_relief": relief, "population.enterprises": 1000}
    return last(run(scenario("economy", **given), 3), "startups")


def test_relief_reaches_founders_who_foresee_taxes_and_no_others() -> None:
    blind, taxed, relieved = founded(0.0, 0.0), founded(1.0, 0.0), founded(1.0, 1.0)
    assert taxed < blind
    assert relieved == blind  # relief of all taxes: as if there were none
    assert founded(0.5, 0.0) > taxed


def test_taxes_of_a_plan_are_those_of_the_rules() -> None:
    p = numbers(scenario("economy").group("mechanisms.taxes"))
    sales, profit, inputs = 6.0, 1.0, 0.5
    vat = p.vat * p.invoiced * sales * (1.0 - inputs)
    assert taxes_of_plan(sales, profit, 0.0, inputs, p) == pytest.approx(
        vat + p.income_tax * p.invoiced * (profit - vat)
    )
    assert taxes_of_plan(sales, profit, 1.0, inputs, p) == 0.0
