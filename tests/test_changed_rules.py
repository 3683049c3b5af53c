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


def test_growth_abroad_at_another_rate_counts_past_months_at_theirs() -> None:
    """Productivity is relative to that abroad, of which the decomposition of growth takes account."""
    trend = {"2011-01": 0.03, "2012-01": 0.01}
    world = run(town(mechanisms__frontier__trend=trend), 12).world
    world.month = 36
    assert world.since_start("mechanisms.frontier.trend") == pytest.approx(0.03 + 2 * 0.01)


def test_a_sector_that_can_spare_no_demand_opens_no_other() -> None:
    """In its place a mode opens; the control opens sectors."""
    busy = {"mechanisms__industries__opening": 0.9, "mechanisms__industries__sector_share": 1.0}
    spares, keeps = (run(town(**busy, mechanisms__industries__least_left=left), 20) for left in (0.1, 1.0))
    assert last(spares, "sectors_opened") > 0.0
    assert last(keeps, "sectors_opened") == 0.0
    assert last(keeps, "modes_opened") > 0.0


def test_a_platform_waits_for_an_enterprise_that_hosts_none() -> None:
    world = run(scenario("haier", population__enterprises=20, run__spin_up=0), 0).world
    world.month = 40  # the platform is due
    world.ring.sort(world.enterprises)
    for row in world.ring.row.tolist():
        world.host_platform(row)
    number = len(world.platforms)
    world.launch_platforms()
    assert len(world.platforms) == number
    world.platforms.pop()  # its host hosts none now
    world.launch_platforms()
    assert world.platforms[-1].name == "haier"


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
