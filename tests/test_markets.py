"""Markets of labour, of exports, of platforms' services and of sectors: off by default, and each as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from worlds import last, nation, run, town

from sim.model.mechanisms import adoption, demand, exports, jobs
from sim.model.record.review import jobs_kept
from sim.model.state.accounts import ELSEWHERE, UNEMPLOYED
from sim.model.state.enterprises import OPERATING
from sim.model.state.sectors import wage_of_worker
from sim.parameters import numbers

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

TIGHT = {"labour.tightness": 0.05}


# --- labour


def test_wages_rise_with_staff_that_cannot_be_found_and_fall_with_unemployment() -> None:
    p = numbers(nation(**TIGHT).group("labour"))
    assert jobs.next_wage(1.0, 1.0, 0.0, p) == pytest.approx(1.0)
    assert jobs.next_wage(1.0, 0.6, 0.0, p) == pytest.approx(math.exp(0.05 * 0.4))
    assert jobs.next_wage(1.0, 1.0, 0.1, p) == pytest.approx(math.exp(-0.05 * 0.1))
    assert jobs.next_wage(2.9, 0.0, -0.05, p._replace(tightness=1.0)) == 3.0
    assert jobs.arrivals(2.0, 1200.0, p._replace(mobility=0.5)) == pytest.approx(50.0)
    assert jobs.arrivals(0.5, 1200.0, p._replace(mobility=0.5)) == pytest.approx(-50.0)


def test_a_nation_whose_labour_is_finite_hires_no_more_than_there_are() -> None:
    more = {"market.growth": 0.15, "labour.tightness": 0.0, "mechanisms.entry.enabled": False}
    endless, finite = (
        run(nation(**given), 48, ledger=True) for given in (more, more | TIGHT | {"labour.mobility": 0.0})
    )
    assert last(finite, "jobs") < last(endless, "jobs")
    assert last(finite, "worker_wage") > 1.0
    assert last(endless, "worker_wage") == 1.0
    here = finite.world.books
    assert here.people[UNEMPLOYED] >= 0
    assert -here.people[ELSEWHERE] < 0.005 * here.residents  # who restarts a firm brings its first people


def test_people_come_to_a_place_where_wages_rise() -> None:
    more = {"market.growth": 0.15, "population.world": "place"}
    none, some = (run(nation(**more, **TIGHT, **{"labour.mobility": it}), 48) for it in (0.0, 2.0))
    assert last(some, "people_from_elsewhere") > last(none, "people_from_elsewhere") + 10
    assert last(some, "jobs") > last(none, "jobs")
    assert last(some, "worker_wage") < last(none, "worker_wage")


def test_a_firm_keeps_and_bears_part_of_its_rents() -> None:
    p = numbers(nation().group("labour"))._replace(wage=12.0, wage_elasticity=0.6)
    shared, kept = (p._replace(rents_kept=it) for it in (0.0, 0.75))
    assert wage_of_worker(2.0, 1.0, 1.0, shared) == pytest.approx(2.0**0.6)
    assert wage_of_worker(2.0, 1.0, 1.0, kept) == pytest.approx(2.0**0.15)
    assert wage_of_worker(2.0, 2.0, 1.0, kept) == pytest.approx(2.0**0.6)  # its usual revenue: kind of work, no rent


# --- exports


def test_the_productive_and_the_large_export_where_it_has_a_fixed_cost() -> None:
    p = numbers(
        nation(**{"mechanisms.exports.fixed_cost": 0.5, "mechanisms.exports.price_elasticity": 2.0}).group(
            "mechanisms.exports"
        )
    )
    sells = 10.0  # million yuan a month
    gain = 12.0 * 0.25 * 0.1 * sells * (math.exp(2.0 * 0.1) - 1.0)
    assert exports.yearly_gain(0.1, sells, 0.1, 0.75, p) == pytest.approx(gain)
    assert exports.pays(0.1, sells, 0.1, 0.75, p) == (gain >= 0.5)
    assert exports.pays(0.1, 10 * sells, 0.1, 0.75, p)
    assert not exports.pays(0.1, sells, 0.01, 0.75, p)
    assert not exports.pays(0.1, 10 * sells, -0.1, 0.75, p)
    assert exports.pays(0.1, sells, -0.1, 0.75, p._replace(fixed_cost=0.0))


def test_a_fixed_cost_leaves_fewer_and_more_productive_exporters() -> None:
    def exporters(**given: float) -> tuple[int, float]:
        table = run(nation(population__productivity_log_sd=0.4, **given), 3).enterprises
        sell = (table.status == OPERATING) & (table.exports > 0.0)
        return int(sell.sum()), float(np.log(table.productivity[sell]).mean())

    (many, usual), (few, better) = (exporters(mechanisms__exports__fixed_cost=it) for it in (0.0, 1.0))
    assert few < 0.6 * many
    assert better > usual + 0.2


# --- platforms


def test_who_expects_more_than_the_fee_joins_and_support_helps() -> None:
    p = numbers(nation(**{"mechanisms.adoption.worth": 0.002}).group("mechanisms.adoption"))
    worth = adoption.expected_worth(1.0, 1.0, 25.0, p)
    assert adoption.joining_probability(worth, 0.05, p) == pytest.approx(0.5)
    assert adoption.joining_probability(worth, 0.025, p) == pytest.approx(2.0 / 3.0)
    assert adoption.joining_probability(worth, 0.0, p) == 1.0
    assert adoption.joining_probability(0.0, 0.05, p._replace(worth=0.0)) == 1.0
    joined = [
        last(run(town(mechanisms__adoption__worth=0.001, levers__platform_support=it), 20), "platform_members")
        for it in (0.0, 1.0)
    ]
    assert joined[0] < joined[1]


# --- sectors


def test_demand_of_sectors_moves_and_returns() -> None:
    m = numbers(nation(**{"market.sector_shock": 0.06, "market.sector_reversion": 0.5}).group("market"))
    cycle, path = np.zeros(16), []
    for month in range(12_000):
        demand.move_demand(3, month, cycle, m)
        path.append(cycle.copy())
    moves = np.array(path)[600:]
    month = 0.5 / 12.0
    expected = 0.06 / math.sqrt(12.0) / math.sqrt(1.0 - (1.0 - month) ** 2)
    assert moves.std() == pytest.approx(expected, rel=0.1)
    assert abs(np.corrcoef(moves[:, 0], moves[:, 1])[0, 1]) < 0.25
    quiet, restless = (run(nation(**{"market.sector_shock": it}), 24) for it in (0.0, 0.1))
    assert not quiet.world.sectors.cycle.any()
    assert restless.world.sectors.cycle.any()
    assert last(quiet, "revenue") != last(restless, "revenue")


# --- job flows


@pytest.mark.parametrize(
    ("staff", "kept"), [((2, 10, 12), 8), ((2, 10, 5), 3), ((2, 10, 1), 0), ((10, 2, 20), 0), ((0, 7, 0), 0)]
)
def test_jobs_created_a_year_before_are_kept_as_far_as_they_are_still_there(
    staff: tuple[int, int, int], kept: int
) -> None:
    assert jobs_kept(*staff) == kept


def test_part_of_the_jobs_created_in_a_year_are_there_a_year_later() -> None:
    model = run(nation(), 36)
    part = np.asarray(model.record["job_creation_kept"], float)
    assert np.isnan(part[:23]).all()
    assert (part[23:] > 0.2).all()
    assert (part[23:] < 1.0).all()
    created, destroyed = last(model, "job_creation_rate"), last(model, "job_destruction_rate")
    assert last(model, "job_reallocation_excess") == pytest.approx(2.0 * min(created, destroyed))
