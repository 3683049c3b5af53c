"""Spin-up: the opening becomes consistent with the dynamics; levers, platforms and sites have no part in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import different, last, nation, run, state, town

from sim.model.ecosystem import Ecosystem
from sim.model.state.accounts import ENTERPRISES, HOUSEHOLDS, TICKS
from sim.model.state.enterprises import INCUMBENT
from sim.runs.follow import FollowedWorld
from sim.runs.profile import ProfiledModel
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

SPIN_UP: dict[str, Any] = {"run.spin_up": 36}


def opened(settings: Scenario, seed: int = 1) -> Ecosystem:
    return Ecosystem(settings, seed, ledger=True)


def test_the_run_begins_at_month_0_with_incumbents_and_new_accounts() -> None:
    model = opened(town(**SPIN_UP))
    table, books = model.enterprises, model.world.books
    assert model.month == 0
    assert len(model.record["jobs"]) == 0
    assert (table.origin[table.alive] == INCUMBENT).all()
    assert (table.born[table.alive] < 0).all()
    held = int((table.cash[table.alive] * TICKS).astype(np.int64).sum())
    assert (books.accounts[ENTERPRISES], books.accounts[HOUSEHOLDS]) == (held, -held)
    assert not model.world.platforms
    assert not any(site.relocated for site in model.world.sites)


def test_projects_ages_and_links_are_there_from_the_first_month() -> None:
    bare, settled = (run(nation(**given), 3) for given in ({}, SPIN_UP))
    assert last(bare, "projects_succeeded") < 0.5 * last(settled, "projects_succeeded")
    young = settled.enterprises.started[settled.enterprises.alive]
    assert ((young < 0) & (young > -36)).any()
    assert last(settled, "startups") < 0.5 * (settled.enterprises.born > -36).sum() * settled.world.weight


def test_what_levers_platforms_and_sites_do_shares_its_past() -> None:
    """Whatever a policy is, enterprises at month 0 are the same, bit for bit; an assumption's differ."""
    base = state_of(town(**SPIN_UP))
    policy = {"levers.tax_relief": 0.5, "levers.rent_subsidy": 0.001, "mechanisms.adoption.innovation": 0.9}
    assert not different(base, state_of(town(**SPIN_UP, **policy)))
    assert different(base, state_of(town(**SPIN_UP, **{"mechanisms.projects.solve": 0.3})))


def test_worlds_that_are_recorded_or_timed_have_the_same_past() -> None:
    settings = town(**SPIN_UP)
    worlds = Ecosystem(settings, 1), FollowedWorld(settings, 1), ProfiledModel(settings, 1)
    for world in worlds:
        world.run_for(2)
    bare, *others = (state(world) for world in worlds)
    assert others == [bare, bare]
    assert len(worlds[1].followed().streams) == 2


def state_of(settings: Scenario) -> dict[str, str]:
    """The digests of all columns at month 0, by name."""
    table = opened(settings).enterprises
    return {name: column[: table.size].tobytes().hex()[:4096] for name, column in table.columns.items()}


def test_the_host_of_a_place_has_its_declared_size_at_month_0() -> None:
    settings = town(population__world="place", population__host_staff=700, **SPIN_UP)
    table = opened(settings).enterprises
    assert (table.staff == 700).sum() == 1


def test_a_host_that_stopped_before_month_0_is_founded_again_and_is_there_once() -> None:
    stops = {"mechanisms.finance.closure": 0.9, "mechanisms.finance.resume": 0.0}
    stays = {"mechanisms.finance.deregister_stopped": 0.0}
    table = opened(town(population__world="place", population__host_staff=700, **SPIN_UP, **stops, **stays)).enterprises
    identities = table.identity[table.alive]
    assert len(set(identities.tolist())) == len(identities)
    assert (table.staff == 700).sum() == 1


def test_a_run_goes_on_after_spin_up_with_all_books_balanced() -> None:
    for world in ("nation", "place"):
        model = opened(town(population__world=world, **SPIN_UP))
        model.run_for(14)
        assert model.record["startups"][-1] > 0
    assert state(run(town(**SPIN_UP), 2)) == state(run(town(**SPIN_UP), 2))


def test_without_spin_up_nothing_runs_before_month_0() -> None:
    assert opened(nation()).world.first_month == 0
    with pytest.raises(Exception, match="spin_up"):
        nation(**{"run.spin_up": -1})
