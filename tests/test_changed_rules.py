"""Rules that end within a run leave nothing behind, and values at the ends of their bounds give no wrong state."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import last, nation, run, scenario, town

from sim.model.state.enterprises import MAKER

pytestmark = pytest.mark.once


def test_a_wage_that_no_longer_moves_is_that_of_the_start() -> None:
    tight = {"2013-01": 0.5, "2014-06": 0.0}
    assert last(run(nation(labour__tightness=tight), 12), "worker_wage") != 1.0
    after = run(nation(labour__tightness=tight), 20)
    assert last(after, "worker_wage") == 1.0
    assert after.world.posted.staff_fill == 1.0


def test_a_cycle_of_demand_fades_when_shocks_end() -> None:
    shocks = {"2013-01": 0.4, "2014-01": 0.0}
    during, after = (
        np.abs(run(nation(market__sector_shock=shocks, market__sector_reversion=1.2), months).world.sectors.cycle)
        for months in (12, 24)
    )
    assert during.any()
    shaken = during > 0.0
    assert after[shaken] == pytest.approx(during[shaken] * 0.9**12)


def test_growth_at_another_rate_goes_on_from_where_it_was() -> None:
    """No past month is counted at a rate that holds later."""
    world = run(town(market__growth={"2011-01": 0.0, "2012-01": 0.12}), 12).world
    assert world.grown("market.growth") == 1.0
    world.month = 18
    assert world.grown("market.growth") == pytest.approx(1.12**0.5)
    steady = run(town(market__growth=0.12), 0).world
    steady.month = 18
    assert steady.grown("market.growth") == pytest.approx(1.12**1.5)


def test_the_oldest_enterprise_has_an_age_that_its_column_holds() -> None:
    old = scenario("economy", population__enterprises=2000, population__mean_age=1000.0, population__age_elasticity=1.0)
    born = run(old, 0).enterprises.born
    assert born.max() < 0
    assert born.min() == -30_001


def test_a_maker_that_needs_no_money_gives_no_share_away() -> None:
    free = {
        "mechanisms__entry__capital_per_job": 0.0, "mechanisms__newborns__runway": 0.0, "levers__entry_cost_cut": 1.0,
        "mechanisms__entry__by_gain": False,
    }  # fmt: skip
    table = run(scenario("haier", population__enterprises=300, run__spin_up=0, **free), 24).enterprises
    makers = table.origin == MAKER
    assert makers.any()
    assert (table.host_stake[makers] == 0.0).all()


def test_a_ticket_of_nothing_is_no_finance() -> None:
    """A newborn of a site that gives no tickets may ask investors as one of a site without a fund."""
    no_ticket, no_fund = (
        run(town(**{f"sites__{site}__{key}": 0.0 for site in ("mill", "yard")}), 24) for key in ("ticket", "fund")
    )
    assert last(no_ticket, "finance_asked") == last(no_fund, "finance_asked")
