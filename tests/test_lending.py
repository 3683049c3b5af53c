"""Idle resources at posted prices: what is offered, who gets it, what it costs, and that money only changes hands."""

from __future__ import annotations

from statistics import mean
from typing import Any

import numpy as np
import pytest
from worlds import LENDING, different_outcomes, last, run, town

from sim.agents.model import EcosystemModel
from sim.model.mechanisms import lending
from sim.model.state.accounts import LENDING as PURPOSE
from sim.model.state.enterprises import NEVER, OPERATING
from sim.model.state.idle import IDLE_KINDS

pytestmark = pytest.mark.once

SEEDS = range(1, 5)


@pytest.fixture(scope="module")
def lent() -> EcosystemModel:
    return run(town(**LENDING), 24, ledger=True)


def test_prices_that_nobody_reads_change_nothing() -> None:
    """A null: with the market off its parameters have no effect."""
    other = {f"mechanisms__lending__{kind}_price": 0.003 for kind in IDLE_KINDS} | {"mechanisms__lending__spare": 0.5}
    assert not different_outcomes(run(town(), 14), run(town(**other), 14))


def test_nothing_to_borrow_is_as_if_nothing_were_lent() -> None:
    """A knock-out: at prices that nobody pays, no project and no balance has anything from others."""
    dear = {f"mechanisms__lending__{kind}_price": 1.0 for kind in IDLE_KINDS} | {"mechanisms__lending__least": 1.0}
    model = run(town(**LENDING, **dear), 14, ledger=True)
    assert not any(last(model, f"{kind}_let") for kind in IDLE_KINDS)
    assert not model.enterprises.borrowed_people.any()
    assert last(model, "lending_income_big") == 0.0
    assert last(model, "founded_borrowing") == 0.0


def test_every_kind_is_let_and_paid_for_between_enterprises(lent: EcosystemModel) -> None:
    """The ledger held in every month, and the purpose adds up to 0 in each."""
    assert all(last(lent, f"{kind}_let") > 0.0 for kind in IDLE_KINDS)
    assert not lent.recorder.months["flows"][:, PURPOSE].any()
    income, paid = (
        sum(int(lent.recorder.months["total"][-1, start + k]) for k in range(3)) for start in _columns(lent)
    )
    assert income == paid > 0


def _columns(model: EcosystemModel) -> tuple[int, int]:
    index = model.world.catalogue.counters
    return index["lending_income_small"], index["lending_paid_small"]


def test_no_more_is_let_than_is_offered_and_sought(lent: EcosystemModel) -> None:
    for kind in IDLE_KINDS:
        assert last(lent, f"{kind}_let") <= min(last(lent, f"{kind}_offered"), last(lent, f"{kind}_sought"))


def test_who_has_a_project_offers_no_data_and_who_has_none_borrows_none(lent: EcosystemModel) -> None:
    table, (offered, asked) = lent.enterprises, sides(lent)
    busy = (table.project_began != NEVER) & (table.status == OPERATING)
    assert offered[:, lending.DATA].any()
    assert not offered[busy, lending.DATA].any()
    assert not asked[~busy][:, lending.LABORATORY :].any()
    assert not ((offered > 0) & (asked > 0)).any()


def sides(model: EcosystemModel) -> tuple[Any, Any]:
    """What is offered and asked for in the present state, by row and kind."""
    world, kinds = model.world, len(IDLE_KINDS)
    size = world.enterprises.size
    table = lending.Table(*(np.zeros((size, kinds), np.int64) for _ in range(2)), np.zeros((size, kinds)))
    terms = lending.terms_of(world, world.idle.prices)
    world.loop(lending.consider, lending.Reads, lending.NoWrites, world.rules("lending"), terms, table)
    return table.offered, table.asked


def test_who_gains_most_is_served_first_and_nobody_pays_more_than_it_gains() -> None:
    offered, asked = np.array([6, 0, 0, 0, 3]), np.array([0, 4, 4, 4, 0])
    gains, identity = np.array([0.0, 2.0, 3.0, 0.5, 0.0]), np.array([5, 4, 3, 2, 1])
    let, got, sought = lending.clear(offered, asked, gains, identity, 1.0)
    assert got.tolist() == [0, 4, 4, 0, 0]
    assert sought == 8
    assert let.tolist() == [6, 0, 0, 0, 2]  # the owner of the lower identity is counted first
    let, got, sought = lending.clear(offered // 2, asked, gains, identity, 1.0)
    assert got.tolist() == [0, 0, 4, 0, 0]
    assert (let.sum(), sought) == (4, 8)
    assert not lending.clear(offered, asked, gains, identity, 5.0)[0].any()


def test_a_scarce_kind_rises_in_price_and_an_idle_one_falls(lent: EcosystemModel) -> None:
    spare = run(town(**LENDING, mechanisms__lending__spare=0.25), 12)
    tight = run(town(**LENDING, mechanisms__lending__spare=0.0), 12)
    assert last(spare, "equipment_price") < last(tight, "equipment_price")
    assert last(lent, "equipment_price") < 40.0


def test_borrowed_equipment_lets_founders_start_who_could_not_pay_for_their_own() -> None:
    poor = {"mechanisms__entry__wealth_median": 0.1}
    with_it = [run(town(**LENDING, **poor), 18, rng=seed) for seed in SEEDS]
    free = [run(town(**poor), 18, rng=seed) for seed in SEEDS]
    assert all(last(model, "net_borrowing") > 0.0 for model in with_it)
    assert all(last(model, "founded_borrowing") == 0.0 for model in free)
    assert mean(last(it, "ideas_unfinanced") for it in with_it) < mean(last(it, "ideas_unfinanced") for it in free)


def test_borrowed_specialists_laboratories_and_data_shorten_projects() -> None:
    """Equipment is out of reach in both, so that the same enterprises are founded."""
    many = {"mechanisms__projects__begin": 6.0, "population__enterprises": 600, "mechanisms__lending__least": 1.0}
    dear = {f"mechanisms__lending__{kind}_price": 1.0 for kind in IDLE_KINDS}
    cheap = {f"mechanisms__lending__{kind}_price": 1e-6 for kind in IDLE_KINDS if kind != "equipment"}
    cycle = [
        mean(last(run(town(**LENDING, **many, **(dear | it)), 18, rng=seed), "rd_cycle") for seed in SEEDS)
        for it in (cheap, {})
    ]
    assert cycle[0] < cycle[1]
