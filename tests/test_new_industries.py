"""New industries by choice: founders and followers choose sectors, buyers take them up, answers prepare openings."""

from __future__ import annotations

from statistics import mean
from typing import Any

import numpy as np
import pytest
from worlds import CHOICES, different_outcomes, last, nation, run, town

from sim.agents.model import EcosystemModel
from sim.model.mechanisms import industries
from sim.model.state.sectors import MAX_SECTORS

pytestmark = pytest.mark.once

BUSY = {"mechanisms__industries__opening": 0.9, "population__enterprises": 400}
SEEDS = range(1, 5)


def means(name: str, months: int = 24, **overrides: Any) -> float:
    """The last value of an outcome, mean over a few seeds."""
    return mean(last(run(town(**BUSY, **overrides), months, rng=seed), name) for seed in SEEDS)


@pytest.fixture(scope="module")
def chosen() -> EcosystemModel:
    return run(town(**BUSY, **CHOICES), 24, ledger=True)


def test_sectors_that_nobody_opened_change_no_choice_of_followers_and_buyers() -> None:
    """A null: without an opening there is nothing to follow, to take up or to be prepared for."""
    none = {"mechanisms__industries__opening": 0.0}
    switches = [name for name in CHOICES if "industries" in name]
    off, on = (run(nation(**none, **dict.fromkeys(switches, it)), 14) for it in (False, True))
    assert not different_outcomes(off, on)


@pytest.mark.parametrize("switch", CHOICES)
def test_each_switch_is_seen(switch: str) -> None:
    """The control of the null, and each mechanism's knock-out."""
    others = {name: True for name in CHOICES if name != switch}
    assert different_outcomes(run(town(**BUSY, **others), 20), run(town(**BUSY, **CHOICES), 20))


def test_demand_of_a_nation_is_conserved_while_buyers_take_up_new_sectors(chosen: EcosystemModel) -> None:
    sectors = chosen.world.sectors
    new = sectors.opened >= 0
    assert new.any()
    assert (sectors.adopted[new & (sectors.opened < 23)] > 0.0).all()
    before = run(town(**BUSY, **CHOICES), 0).world.sectors.demand.sum()
    assert sectors.demand.sum() == pytest.approx(before, rel=1e-12)


def test_a_curve_of_age_adds_demand_to_a_nation() -> None:
    """The control."""
    model = run(town(**BUSY), 24)
    opening = run(town(**BUSY), 0).world.sectors.demand.sum()
    assert model.world.sectors.demand.sum() > opening * 1.0001


def buyers(nation: bool, taken: float = 0.4) -> Any:
    """Sector 3 opened from sector 0, at the same place in the chain; its buyers take it up for a month."""
    opened = np.full(MAX_SECTORS, -9999)
    opened[3] = 0
    demand = np.zeros(MAX_SECTORS)
    demand[:4] = 100.0, 80.0, 60.0, 10.0
    is_open = np.zeros(MAX_SECTORS, np.int8)
    is_open[:4] = 1
    mature = np.zeros(MAX_SECTORS)
    mature[3] = 30.0
    s = industries.SectorsTaken(is_open, opened, demand.copy(), mature, np.zeros(MAX_SECTORS), demand)
    rules = industries.Rules(*(it.default for it in industries.Rules._field_defaults.values()))  # type: ignore[attr-defined]
    industries.take_up(s, nation, rules._replace(innovation=0.12, taken=taken))
    return s


def test_buyers_move_their_spending_from_named_sectors() -> None:
    s = buyers(nation=True)
    assert s.adopted[3] == pytest.approx(0.01)
    assert s.demand[:4].tolist() == pytest.approx([99.7, 80.0, 60.0, 10.3])


def test_in_a_place_the_rest_comes_from_the_market_outside() -> None:
    s = buyers(nation=False)
    assert s.adopted[3] == pytest.approx(0.01)
    assert s.demand[:4].tolist() == pytest.approx([99.88, 80.0, 60.0, 10.3])


def test_founders_enter_new_sectors_only_where_they_choose() -> None:
    assert means("founded_new_sector", mechanisms__entry__choosing=False) == 0.0
    assert means("founded_new_sector", mechanisms__entry__choosing=True) > 0.0


def test_founders_stay_in_their_trade_where_knowledge_does_not_carry() -> None:
    near = {"mechanisms__entry__choosing": True, "mechanisms__industries__unfit": 0.0}
    far = near | {"mechanisms__industries__unfit": 50.0}
    assert means("founded_new_sector", **far) < 0.5 * means("founded_new_sector", **near)


def test_followers_are_fewer_where_a_move_costs_more() -> None:
    cheap = {"mechanisms__industries__weighing": True, "mechanisms__industries__mode_demand": 0.0}
    dear = cheap | {"mechanisms__industries__cost": 5.0}
    assert means("followers", **cheap) > 0.0
    assert means("followers", **dear) < means("followers", **cheap)


def test_followers_are_fewer_where_their_knowledge_does_not_fit() -> None:
    fits = {"mechanisms__industries__weighing": True, "mechanisms__industries__mode_demand": 0.0}
    assert means("followers", **fits, mechanisms__industries__unfit=50.0) < means("followers", **fits)


def test_answers_shorten_the_time_to_an_opening() -> None:
    """At the same rates, what partners teach brings openings forward; without answers nothing is prepared."""
    slow = {"mechanisms__industries__preparing": True, "mechanisms__industries__gap_scale": 0.05}
    slow |= {"mechanisms__industries__opening": 1.0, "mechanisms__industries__sector_share": 1.0}
    taught = slow | {"mechanisms__industries__taught": 1.0}
    none = slow | {"mechanisms__industries__taught": 0.0}
    few = [
        mean(last(run(town(**(BUSY | it)), 18, rng=seed), "sectors_opened") for seed in SEEDS) for it in (none, taught)
    ]
    assert few[0] < few[1]
    assert not run(town(**(BUSY | none)), 12).enterprises.prepared.any()
