"""Appraisals: the chain and the balance are identities on every seed, and toys give the known answers."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from command import ROOT, call
from hypothesis import HealthCheck, given, settings, strategies
from worlds import scenario, town

import sim
from sim.evidence.facts import APPRAISED
from sim.formats import people
from sim.kernel.draws import seed_of
from sim.model.ecosystem import Ecosystem
from sim.model.state.accounts import ACCOUNTS, TICKS, TRANSFERS
from sim.report.text.appraisal import (
    appraisal_card,
    appraisal_json,
    appraisal_text,
    cost_text,
    over_cost_text,
    payback_text,
    residents_text,
    said_of_rivals,
)
from sim.runs import follow
from sim.runs.errors import Incompatible
from sim.runs.follow import STREAMS, Firms, Followed, FollowedWorld
from sim.runs.options import Watcher
from sim.scenario import Scenario, ScenarioError
from sim.scenario.extending import chain
from sim.studies.appraisal.assumptions import assumptions, declared_assumptions
from sim.studies.appraisal.paired import GROUPS
from sim.studies.appraisal.payers import TAXES, WORLDS
from sim.studies.appraisal.sellers import OTHER, SALES, SAME
from sim.studies.appraisal.terms import CHANGES, MEASURES, NAMES, chains
from sim.studies.appraisal.treated import (
    FOUNDED,
    MEMBERS,
    PLATFORM,
    SITE,
    TENANTS,
    Treated,
    Treatment,
    of_measures,
    treated,
    treatments,
)
from sim.studies.appraisal.welfare import annuity, by_resources, by_who, columns, discounts, outlay, pace, payback
from sim.studies.estimators.fieller import ratio_of_means
from sim.studies.questions.appraise import Appraisal

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

MONTHS = {"bundle": 42, "policy of a nation": 36}  # their levers act from the fourth and the third year on
SHORT = 24
EARLY = {"sites.shougang.vacated": "2011-01", "sites.shougang.opens": "2011-06"}
SUBSIDY = {"levers.rent_subsidy": 0.00018, "levers.conversion_grant": 0.0004}
GIFTS = {"levers.tax_relief": 0.3, "levers.finance": 1.0, "levers.entry_cost_cut": 0.5, "levers.platform_support": 0.5}
PAIRS: dict[str, tuple[str, str | dict[str, Any]]] = {
    "site": ("shougang-idle", "shougang"),
    "platform": ("haier-closed", "haier"),
    "lever": ("shougang", SUBSIDY),
    "gifts": ("haier", GIFTS),
    "bundle": ("together-apart", "together"),
    "policy of a nation": ("early-stage-economy", "early-stage-policy"),
    "platforms of a nation": ("third-party-none", "third-party"),
    "talent": ("early-stage", "early-stage-talent"),
    "market": ("early-stage", "early-stage-market"),
}
LEVERS = {
    path.stem: Path(chain(str(path))[1].path).stem for path in sorted((ROOT / "scenarios").glob("lever-*.toml"))
}  # with parent
FEW: dict[str, dict[str, Any]] = {  # smaller worlds, in which each lever acts
    "early-stage": {"population.enterprises": 800, "run.months": 36},
    "early-stage-economy": {"population.enterprises": 2000, "run.months": 36, "run.spin_up": 24},
    "shougang": EARLY | {"population.enterprises": 1000, "run.months": 42},
}
SMALLER = {"shougang": EARLY, "shougang-idle": EARLY, "early-stage-economy": {"run.spin_up": 24}}  # and shorter pasts
SEEDS = (0, 1)
VALUES = {name: it.value for name, it in declared_assumptions().items()}
TWICE = '''"""Taxes twice."""

from dataclasses import replace

from sim.model.mechanisms import taxes


def apply(world):
    taxes.apply(world)
    taxes.apply(world)


MECHANISM = replace(taxes.MECHANISM, name="twice", replaces="taxes", steps=(replace(taxes.LEVY, apply=apply),))
'''
OTHERWISE = VALUES | {"sigma": 0.3, "sigma_others": 0.9, "rho": 0.4, "lambda": 1.2, "floor_left": 0.5}


@cache
def pair(name: str) -> tuple[Scenario, Scenario]:
    if name in LEVERS:
        parent = LEVERS[name]
        return sim.load(parent, FEW[parent]), sim.load(name, FEW[parent])
    first, second = PAIRS[name]
    given: dict[str, Any] = {"run.months": MONTHS.get(name, SHORT)} | SMALLER.get(first, {})
    other = sim.load(first, given | second) if isinstance(second, dict) else sim.load(second, given)
    return sim.load(first, given), other


class Watched(NamedTuple):
    """A world and its record."""

    model: FollowedWorld
    record: Followed

    @property
    def streams(self) -> Any:
        return self.record.streams

    @property
    def firms(self) -> Firms:
        return self.record.firms


def run_pair(first: Scenario, second: Scenario, seed: int, months: int) -> tuple[Watched, Watched]:
    models = [FollowedWorld(it, seed) for it in (first, second)]
    for model in models:
        model.run_for(months)
    return Watched(models[0], models[0].followed()), Watched(models[1], models[1].followed())


def terms(first: Scenario, second: Scenario, one: Watched, other: Watched) -> dict[str, int]:
    chosen = treatments(first, second)
    reached, without = (treated(chosen, first, second, it.record) for it in (other, one))
    return chains(one.firms, other.firms, reached, without.identity)


@cache
def worlds(name: str, number: int) -> tuple[Watched, Watched]:
    first, second = pair(name)
    return run_pair(first, second, seed_of(first.seed, number), first.months)


each = pytest.mark.parametrize("name", PAIRS)
each_lever_too = pytest.mark.parametrize("name", [*PAIRS, *LEVERS])
each_seed = pytest.mark.parametrize("number", SEEDS)


# --- the identities


def test_every_shipped_pair_is_one_of_these() -> None:
    """A pair is a scenario and one that it extends which differ in measures alone, whichever is the control."""
    shipped = {path.stem: sim.load(path.stem) for path in sorted((ROOT / "scenarios").glob("*.toml"))}
    found = set()
    for name, child in shipped.items():
        for parent in [Path(it.path).stem for it in chain(child.path)][1:]:
            measures, others = of_measures(shipped[parent], child)
            if measures and not others:
                found.add(frozenset((parent, name)))
    tested = {frozenset((first, second)) for first, second in PAIRS.values() if isinstance(second, str)}
    assert found <= tested | {frozenset((parent, name)) for name, parent in LEVERS.items()}
    assert len(found) >= 16


@each_lever_too
@each_seed
def test_the_parts_of_the_chain_are_whole_and_add_up_to_the_net(name: str, number: int) -> None:
    one, other = worlds(name, number)
    found = terms(*pair(name), one, other)
    assert set(found) == set(NAMES)
    assert all(type(value) is int for value in found.values())
    a, b = columns(one.streams), columns(other.streams)
    known = {
        "jobs": b["jobs"][-1] - a["jobs"][-1],
        "enterprises": len(other.model.enterprises.status[other.model.enterprises.status == 2])
        - len(one.model.enterprises.status[one.model.enterprises.status == 2]),
        "value_added": sum((b[it] - a[it]).sum() for it in ("sales_home", "sales_abroad", "inputs")),
        "taxes": -sum((b[it] - a[it]).sum() for it in ("vat", "income_tax")),
    }
    for measure in MEASURES:
        direct = sum(found[f"{measure}.direct_{it}"] for it in CHANGES)
        others = sum(found[f"{measure}.others_{it}"] for it in CHANGES)
        gross, moved, anyway = (found[f"{measure}.{it}"] for it in ("gross", "moved_in", "there_anyway"))
        assert gross - moved - anyway == direct
        assert direct + others == found[f"{measure}.with"] - found[f"{measure}.without"] == known[measure]
    for measure in ("jobs", "enterprises"):
        assert sum(found[f"{measure}.net_{group}"] for group in GROUPS) == known[measure]


@each_lever_too
@each_seed
def test_taxes_by_kind_and_payer_are_those_of_the_accounts(name: str, number: int) -> None:
    both = worlds(name, number)
    found = terms(*pair(name), *both)
    for world, it in zip(WORLDS, both, strict=True):
        streams = columns(it.streams)
        paid = {kind: [found[f"{kind}.paid_{world}_{group}"] for group in GROUPS] for kind in TAXES}
        stated = sum(found[f"{kind}.stated_{world}_{group}"] for kind in TAXES for group in GROUPS)
        assert {kind: sum(it) for kind, it in paid.items()} == {kind: -streams[kind].sum() for kind in TAXES}
        assert sum(map(sum, paid.values())) == found[f"taxes.{world}"] > 0
        assert stated - found[f"taxes.{world}"] == streams["tax_relief"].sum()
        firms = it.firms
        for kind, of in zip(("vat", "income_tax"), ("vat_stated", "income_stated"), strict=True):
            assert (getattr(firms, of) >= getattr(firms, kind)).all()
        assert (firms.vat + firms.income_tax == firms.taxes).all()


@each_lever_too
@each_seed
def test_sales_that_the_treated_gain_and_others_lose_are_all_sales_that_change(name: str, number: int) -> None:
    one, other = worlds(name, number)
    found, change = terms(*pair(name), one, other), columns(other.streams - one.streams)
    for where in SALES:
        others = sum(found[f"{where}.{sector}_{group}"] for sector in (SAME, OTHER) for group in GROUPS)
        assert found[f"{where}.treated"] + others == change[where].sum()
    assert found["treated"] or not any(found[f"{where}.{SAME}_{group}"] for where in SALES for group in GROUPS)


def test_relief_is_of_the_young_and_of_each_tax() -> None:
    one, other = worlds("lever-tax-relief", 0)
    found = terms(*pair("lever-tax-relief"), one, other)
    relief = {
        (kind, world): sum(found[f"{kind}.stated_{world}_{it}"] - found[f"{kind}.paid_{world}_{it}"] for it in GROUPS)
        for kind in TAXES
        for world in WORLDS
    }
    assert all((relief[kind, "with"] > 0) == (relief[kind, "without"] == 0) for kind in TAXES)
    firms = other.firms
    assert ((firms.vat_stated > firms.vat) <= np.isin(firms.identity, other.record.reached.identity)).all()


@each_lever_too
@each_seed
@pytest.mark.parametrize("values", [VALUES, OTHERWISE], ids=["declared", "otherwise"])
def test_resources_are_what_parties_have_in_every_month_to_the_tick(
    name: str, number: int, values: dict[str, float]
) -> None:
    one, other = worlds(name, number)
    streams, pay = other.streams - one.streams, columns(other.streams)["worker_pay"]
    for end in (True, False):
        resources, who = (view(streams, pay, values, end=end) for view in (by_resources, by_who))
        assert all(part.dtype == np.int64 for part in [*resources.values(), *who.values()])
        assert (sum(resources.values()) == sum(who.values())).all()
    assert streams.any()
    assert columns(streams)["other_resources"].sum() == 0  # every payment has a name


@each
def test_net_jobs_are_those_of_residents_and_of_people_from_elsewhere(name: str) -> None:
    one, other = worlds(name, 0)
    change = columns(other.streams - one.streams)
    assert (change["jobs"] == change["residents_at_work"] + change["from_elsewhere"]).all()


def test_taxes_of_a_mechanism_of_ones_own_are_not_split(tmp_path: Path) -> None:
    """One that levies twice what the model does: what it takes is followed, and not said to be of a kind."""
    file = tmp_path / "twice.py"
    file.write_text(TWICE)
    world = FollowedWorld(sim.load("shougang", {"population.enterprises": 300}, mechanisms=[file]), 1)
    world.run_for(2)
    firms = world.followed().firms
    assert firms.taxes.sum() > 0
    assert not any(getattr(firms, it).any() for it in ("vat", "income_tax", "vat_stated", "income_stated"))


@each
def test_watching_changes_no_world_and_loses_no_enterprise(name: str) -> None:
    first, _ = pair(name)
    watched, plain = worlds(name, 0)[0], Ecosystem(first, seed_of(first.seed, 0))
    plain.run_for(first.months)
    assert watched.model.record.cells().tobytes() == plain.record.cells().tobytes()
    firms = watched.firms
    assert len(set(firms.identity.tolist())) == len(firms.identity)
    streams = columns(watched.streams)
    assert firms.value_added.sum() == sum(streams[it].sum() for it in ("sales_home", "sales_abroad", "inputs"))
    assert firms.taxes.sum() == -(streams["vat"] + streams["income_tax"]).sum()


def _lever(most: float) -> Any:
    return strategies.one_of(strategies.just(0.0), strategies.floats(0.0, most))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    levers=strategies.fixed_dictionaries(
        {
            "levers.rent_subsidy": _lever(0.0003), "levers.conversion_grant": _lever(0.001),
            "levers.entry_cost_cut": _lever(1.0), "levers.tax_relief": _lever(1.0), "levers.finance": _lever(3.0),
            "levers.platform_support": _lever(1.0), "levers.talent_supply": _lever(0.2),
            "levers.knowledge_programme": _lever(1.0), "levers.demand": _lever(0.2),
        }
    ),
    seed=strategies.integers(0, 2**32),
    values=strategies.sampled_from([VALUES, OTHERWISE]),
)  # fmt: skip
def test_both_identities_hold_whatever_is_done(levers: dict[str, float], seed: int, values: dict[str, float]) -> None:
    first, second = town(), town(**{key.replace(".", "__"): value for key, value in levers.items()})
    one, other = run_pair(first, second, seed, 18)
    found = terms(first, second, one, other)
    for measure in MEASURES:
        parts = sum(found[f"{measure}.{group}_{it}"] for group in ("direct", "others") for it in CHANGES)
        assert parts == found[f"{measure}.with"] - found[f"{measure}.without"]
    streams, pay = other.streams - one.streams, columns(other.streams)["worker_pay"]
    resources, who = (view(streams, pay, values, end=True) for view in (by_resources, by_who))
    assert (sum(resources.values()) == sum(who.values())).all()


# --- who is treated


def test_who_is_treated_follows_from_what_differs() -> None:
    assert treatments(*pair("site")) == (Treatment(SITE, "shougang"),)
    assert treatments(*pair("platform")) == (Treatment(PLATFORM, "haier"),)
    assert {it.kind for it in treatments(*pair("lever"))} == {TENANTS}
    assert treatments(*pair("talent")) == ()
    assert {it.kind for it in treatments(*pair("policy of a nation"))} >= {FOUNDED, MEMBERS}


def test_tenants_are_the_gross_of_a_site() -> None:
    one, other = worlds("site", 0)
    table, found = other.model.enterprises, terms(*pair("site"), one, other)
    tenants = int((table.site[table.status == 2] >= 0).sum())
    assert tenants <= found["enterprises.gross"] <= found["treated"]
    admitted = int(other.model.record["site_enterprises"][-1])
    assert admitted - 3 <= found["treated"] <= admitted  # few leave and are admitted again
    newborn = int(other.model.record["site_enterprises_newborn"][-1])
    assert found["treated"] - found["treated_moved_in"] == newborn


def test_without_a_treatment_nothing_is_gross_and_the_chain_starts_at_net() -> None:
    one, other = worlds("talent", 0)
    found = terms(*pair("talent"), one, other)
    assert found["treated"] == found["jobs.gross"] == 0
    assert found["jobs.others_grew"] != 0


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"market.growth": 0.05}, "market.growth"),
        ({"sites.shougang.conversion_cost": 0.003, "levers.rent_subsidy": 0.0001}, "sites.shougang.conversion_cost"),
        ({"mechanisms.entry.administrative_cost": 0.1}, "mechanisms.entry.administrative_cost"),
    ],
)
def test_a_difference_of_assumption_is_refused_with_the_reason(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(Incompatible, match=f"{named}: an assumption is no measure"):
        treatments(sim.load("shougang"), sim.load("shougang", settings))


def test_two_equal_scenarios_are_refused() -> None:
    with pytest.raises(Incompatible, match="nothing to appraise"):
        treatments(sim.load("shougang"), sim.load("shougang"))


# --- toys with known answers


def _firms(**columns_: list[int]) -> Firms:
    number = len(columns_["identity"])
    given = {name: [0] * number for name in Firms._fields if name not in columns_}
    given |= {"operating": [int(it > 0) for it in columns_["jobs"]]} | columns_
    return Firms(**{name: np.array(given[name], bool if name == "newcomer" else np.int64) for name in Firms._fields})


def test_a_toy_town_has_the_chain_that_was_counted_by_hand() -> None:
    # 1 moves in and grows by 2; 2 is founded because of it; 3 would be founded anyway; 4 survives because of it;
    # 5 is outside and loses 3; 6 is outside and dies; 7 is founded only without it; 8 is treated and dies.
    a = _firms(
        identity=[1, 3, 4, 5, 6, 7, 8], jobs=[10, 4, 0, 9, 2, 1, 6], value_added=[5, 1, 1, 5, 1, 1, 3],
        taxes=[1, 0, 0, 1, 0, 0, 1],
    )  # fmt: skip
    b = _firms(
        identity=[1, 2, 3, 4, 5, 6, 8], jobs=[12, 7, 4, 3, 6, 0, 0], value_added=[6, 3, 1, 2, 4, 0, 2],
        taxes=[1, 1, 0, 0, 1, 0, 1],
    )  # fmt: skip
    reached = Treated(np.array([1, 2, 3, 4, 8]), np.array([True, False, False, False, False]))
    found = {
        name.removeprefix("jobs."): value
        for name, value in chains(a, b, reached, [3, 8, 9]).items()
        if name.startswith("jobs.")
    }
    assert found["gross"] == 26
    assert found["brought_in"] == 12 + 7 + 3  # 3 and 8 would be in the place without it
    assert found["moved_in"] == 10
    assert found["there_anyway"] == 10
    assert [found[f"direct_{it}"] for it in CHANGES] == [7, 3, 2, -6, 0]
    assert [found[f"others_{it}"] for it in CHANGES] == [0, 0, -3, -2, -1]
    assert found["with"] - found["without"] == 0
    assert found["largest"] == 7


def test_a_toy_market_says_who_loses_the_sales_that_the_treated_gain() -> None:
    # 1 is treated and gains 6 in sector 0; 2 and 3 lose 5 there, 2 of them abroad; 4 gains 2 in sector 1.
    same = {"identity": [1, 2, 3, 4], "jobs": [1, 1, 1, 1], "value_added": [0] * 4, "taxes": [0] * 4,
            "sector": [0, 0, 0, 1], "size_class": [0, 0, 2, 1], "newcomer": [0, 1, 0, 0]}  # fmt: skip
    a = _firms(**same, sales_home=[4, 9, 9, 5], sales_abroad=[0, 0, 4, 0])
    b = _firms(**same, sales_home=[10, 7, 8, 7], sales_abroad=[0, 0, 2, 0])
    found = chains(a, b, Treated(np.array([1]), np.array([False])), [])
    told = {name: value for name, value in found.items() if name.startswith("sales_") and value}
    assert told == {
        "sales_home.treated": 6, "sales_home.same_small_newcomer": -2, "sales_home.same_big_incumbent": -1,
        "sales_home.other_medium_incumbent": 2, "sales_abroad.same_big_incumbent": -2,
    }  # fmt: skip


def _streams(months: int = 2, **given: list[float]) -> Any:
    streams = np.zeros((months, len(STREAMS)), np.int64)
    for name, values in given.items():
        streams[:, STREAMS.index(name)] = values
    return streams


@pytest.mark.parametrize("name", TRANSFERS)
def test_every_transfer_is_a_resource_or_moves_money_between_parties(name: str) -> None:
    party = ACCOUNTS[TRANSFERS[name]]
    # What enterprises pay each other leaves their account as it is.
    accounts = {} if party == "enterprises" else {"account_enterprises": [7], f"account_{party}": [-7]}
    moved = _streams(1, **{name: [7]}, **accounts)
    resources, who = (view(moved, 0, VALUES, end=False) for view in (by_resources, by_who))
    assert sum(resources.values()) == sum(who.values())


def test_rivals_are_modelled_as_far_as_they_share_demand(tmp_path: Path) -> None:
    def said(local: float) -> str:
        base = scenario("shougang", market__local_share=local)
        change = {"levers.rent_subsidy": 0.0002}
        return said_of_rivals(sim.appraise(base, change, replicates=1, months=3, workers=1, out=tmp_path))

    assert said(0.0) == "rivals' sales left out"
    assert said(0.5) == "rivals outside left out"


def test_a_toy_subsidy_is_a_transfer_and_costs_society_only_what_raising_it_costs() -> None:
    paid = _streams(rent_subsidy=[100, 100], account_government=[-100, -100], account_enterprises=[100, 100])
    for extra, lost in ((1.0, 0), (1.3, -60)):
        values = VALUES | {"lambda": extra}
        resources, who = (view(paid, 0, values, end=True) for view in (by_resources, by_who))
        assert sum(part.sum() for part in resources.values()) == lost
        assert who["firms"].sum() == 200
        assert who["state"].sum() == -200 + lost
    assert {name: part.sum() for name, part in outlay(paid).items()} == {"public": 200, "site_owner": 0, "platforms": 0}


def test_a_toy_job_of_an_unskilled_resident_costs_half_his_wage() -> None:
    hired = _streams(
        1, wages=[-90], account_enterprises=[-90], account_households=[90], residents_at_work=[2], unskilled_idle=[-2],
    )  # fmt: skip
    resources, who = (view(hired, 40, VALUES, end=False) for view in (by_resources, by_who))
    assert who["workers"] == [40]  # half of two wages of 40; the third part of 10 is for somebody who had work
    assert resources["labour"] == [-50]
    assert who["firms"] == [-90]


def test_floor_left_behind_is_worth_what_its_next_tenant_pays() -> None:
    left = _streams(1, rent=[80], account_enterprises=[80], account_economy=[-80])
    for rho, landlords in ((1.0, 0), (0.0, -80), (0.25, -60)):
        resources, who = (view(left, 0, VALUES | {"rho": rho}, end=False) for view in (by_resources, by_who))
        assert who["landlords"] == [landlords]
        assert resources["outside_rent"] == [80 + landlords]


def test_present_values_and_payback_are_those_of_the_formula() -> None:
    assert discounts(25, 0, 0.08)[[0, 12, 24]] == pytest.approx([1, 1 / 1.08, 1 / 1.08**2])
    assert discounts(25, 12, 0.08)[[0, 12, 24]] == pytest.approx([1, 1, 1 / 1.08])
    assert annuity(1, 0.08, 0.05)[-1] == pytest.approx(0.95 / 1.08)
    none = VALUES | {"discount": 0.0, "decay": 0.0}
    assert payback(np.array([-2.0, 1.0, 2.0, 1.0]), 0.0, 0, none) == (2, True)
    assert payback(np.array([-2.0, 1.0]), 0.5, 0, none) == (4, False)
    assert payback(np.array([-2.0, 1.0]), 0.0, 0, none) == (None, False)


def test_the_pace_at_the_end_has_no_building_and_keeps_both_views_equal() -> None:
    one, other = worlds("lever", 0)
    streams, pay = (other.streams - one.streams)[None], columns(other.streams)["worker_pay"][None]
    assert columns(streams)["conversion_grant"].any()
    month, wage = pace(streams, pay)
    values = columns(month)
    assert values["renovation"] == values["conversion_grant"] == 0
    resources, who = (view(month, wage, VALUES, end=False) for view in (by_resources, by_who))
    assert sum(resources.values()) == pytest.approx(sum(who.values()), abs=len(STREAMS))  # of means, rounded


def test_fieller_covers_a_ratio_and_has_no_ends_where_the_mean_below_may_be_0() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        jobs = rng.normal(50.0, 30.0, 12)
        it = ratio_of_means(100.0 + 0.5 * jobs + rng.normal(0.0, 20.0, 12), jobs)
        inside += it.low <= 125.0 / 50.0 <= it.high if it.told else 1
    assert 0.92 <= inside / 400 <= 0.98
    few = ratio_of_means(np.array([10.0, 11.0, 12.0]), np.array([-5.0, 4.0, 2.0]))
    assert not few.told
    assert few.value == pytest.approx(33.0)
    assert not ratio_of_means(np.array([1.0]), np.array([1.0])).told


# --- the answer


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("appraisals")


def _appraised(results: Path, name: str, **how: Any) -> Appraisal:
    first, second = pair(name)
    return sim.appraise(first, second, replicates=2, workers=1, out=results, **how)


@pytest.fixture(scope="module")
def site(results: Path) -> Appraisal:
    return _appraised(results, "site")


@each
def test_a_card_has_at_most_16_lines_of_78_columns(results: Path, name: str) -> None:
    found = _appraised(results, name)
    card = appraisal_card(found)
    assert len(card) <= 16
    assert max(map(len, card)) <= 78
    assert max(map(len, appraisal_text(found).splitlines())) <= 80
    said = name in ("site", "platform", "lever", "gifts", "bundle")  # of places, which share a part of demand
    assert ("rivals outside left out" in "\n".join(card)) == said


def test_drawn_parameters_stand_beside_the_seeds(tmp_path: Path) -> None:
    def appraised(**how: Any) -> Appraisal:
        how |= {"replicates": 3, "months": 40, "workers": 1, "out": tmp_path}
        return sim.appraise("shougang-idle", "shougang", **how)

    alone, found = appraised(), appraised(parameters="posterior")
    drawn = found.drawn
    assert drawn is not None
    assert (found.net("jobs") == alone.net("jobs")).all()  # its own seeds are those of an appraisal without draws
    assert alone.drawn is None
    assert alone.path != found.path
    assert (drawn.net("jobs") != found.net("jobs")).any()
    assert drawn.value == pytest.approx(sum(drawn.who.values()))
    low, high = drawn.range(drawn.net("jobs"))[1:]
    assert min(drawn.net("jobs")) <= low < high <= max(drawn.net("jobs"))
    card = appraisal_card(found)
    assert f"net jobs {people(low)} to {people(high)}" in "\n".join(card)
    assert len(card) <= 17
    assert max(map(len, card)) <= 78
    assert max(map(len, appraisal_text(found).splitlines())) <= 80
    assert "90% of draws" in appraisal_text(found)
    assert appraisal_json(found)["drawn"]["net"]["jobs"]["low"] == low
    assert {"seeds.csv", "drawn.csv"} <= {path.name for path in found.path.iterdir()}


def test_multipliers_of_both_closures_stand_side_by_side(results: Path) -> None:
    orders: dict[str, Any] = EARLY | {"mechanisms.orders.enabled": True, "run.months": SHORT}
    first, second = (sim.load(name, orders) for name in PAIRS["site"] if isinstance(name, str))
    found = sim.appraise(first, second, closures=True, replicates=2, workers=1, out=results)
    assert found.sales_add_up  # sales to other enterprises are sales too
    given, income = found.closures.values()
    assert list(found.closures) == ["given", "income"]
    assert given is found
    assert income.net("jobs").mean() > given.net("jobs").mean() > 0.0
    assert income.multiplier.value > given.multiplier.value
    assert "incomes return" in appraisal_text(found)
    told = appraisal_json(found)["closures"]
    assert told["income"]["others_jobs_per_direct_job"]["value"] == income.multiplier.value
    assert (found.path / "income.csv").is_file()


def test_a_fact_is_measured_on_an_appraisal(tmp_path: Path) -> None:
    """The medians over seeds are those of the appraisal of the same two scenarios."""
    first, second = pair("site")
    for name, it in (("without", first), ("with", second)):
        (tmp_path / f"{name}.toml").write_text(it.to_toml())
    measured = {
        "brought_in_share": lambda it: it.brought_in("enterprises") / it.gross("enterprises"),
        "moved_in_share": lambda it: it.moved_in("enterprises") / it.gross("enterprises"),
        "moved_in_jobs_share": lambda it: it.moved_in("jobs") / it.gross("jobs"),
        "others_per_direct_job": lambda it: it.others("jobs") / it.direct("jobs"),
        "outlay_per_gross_job": lambda it: it.cost / it.gross("jobs"),
    }
    assert set(measured) == set(APPRAISED)
    lines = [
        f'[{name}]\ntitle = "{name}"\nsource = "a book"\nscenario = "with.toml"\nagainst = "without.toml"\n'
        f'form = "appraisal"\noutcome = "{name}"\nmonths = "last"\nband = [-9.0, 9.0]\n'
        for name in measured
    ]
    (tmp_path / "facts.toml").write_text("\n".join(lines))
    found = sim.validate(facts=tmp_path / "facts.toml", replicates=2, workers=1, out=tmp_path)
    base, changed = (str(tmp_path / f"{name}.toml") for name in ("without", "with"))
    appraisal = sim.appraise(base, changed, replicates=2, workers=1, out=tmp_path)
    for verdict, (name, value) in zip(found.verdicts, measured.items(), strict=True):
        assert verdict.value == pytest.approx(np.median(value(appraisal)))
        assert verdict.unit == APPRAISED[name]
        assert not verdict.fitted


def test_a_fact_on_an_appraisal_is_of_whole_runs_and_of_one_of_its_figures(tmp_path: Path) -> None:
    lines = [
        "[wrong]", 'title = "wrong"', 'source = "a book"', 'scenario = "shougang"', 'against = "shougang-idle"',
        'form = "appraisal"', 'outcome = "jobs"', 'per = "startups"', 'months = "2016-04"', "band = [0, 1]",
    ]  # fmt: skip
    (tmp_path / "facts.toml").write_text("\n".join(lines))
    with pytest.raises(ScenarioError) as caught:
        sim.validate(facts=tmp_path / "facts.toml")
    said = str(caught.value)
    assert 'wrong.outcome: "jobs" is no outcome' in said
    assert 'wrong.per: is given and form is "appraisal"' in said
    assert 'wrong.months: form is "appraisal", which is of whole runs, allowed: "last"' in said


def test_an_appraisal_agrees_with_the_outcomes_of_its_results(results: Path, site: Appraisal) -> None:
    compared = sim.what_if(*pair("site")[:1], pair("site")[1], replicates=2, workers=1, out=results)
    for measure, outcome in (("jobs", "jobs"), ("taxes", "taxes")):
        assert site.interval(site.net(measure)).mean == pytest.approx(compared.variants[0][outcome].difference)
    assert site.value == pytest.approx(sum(site.who.values()))


def test_stored_seeds_are_not_run_again_whatever_is_assumed(results: Path, site: Appraisal) -> None:
    class Counter(Watcher):
        ran = 0

        def advance(self) -> None:
            self.ran += 1

    again = Counter()
    other = _appraised(results, "site", assume={"rho": 0.0, "discount": 0.05}, watcher=again)
    assert again.ran == 0
    assert other.path == site.path
    assert other.value.mean() < site.value.mean()
    assert other.other_rates[0.05] == pytest.approx(other.value)
    assert other.assumptions["rho"].changed
    first, second = pair("site")
    more = Counter()
    sim.appraise(first, second, replicates=3, workers=1, out=results, watcher=more)
    assert more.ran == 2  # both worlds of the third seed


def test_a_horizon_counts_later_years_and_no_assets(results: Path, site: Appraisal) -> None:
    later = _appraised(results, "site", assume=["horizon=10"])
    assert not later.resources["assets_left"].any()
    assert later.resources["sales"].mean() > site.resources["sales"].mean()
    assert later.resources["renovation"] == pytest.approx(site.resources["renovation"])
    assert later.value == pytest.approx(sum(later.who.values()), abs=1e-3)


def test_who_pays_which_tax_and_who_loses_sales_is_told(results: Path, site: Appraisal) -> None:
    text, told = appraisal_text(site), appraisal_json(site)
    assert site.taxes_add_up
    assert site.sales_add_up
    taxes = told["taxes_by_kind_and_payer"]
    for measure, world in ((site.chain["taxes.without"], "without"), (site.chain["taxes.with"], "with")):
        assert sum(it[f"paid_{world}"]["mean"] for kind in taxes.values() for it in kind.values()) == pytest.approx(
            measure.mean()
        )
    sales = told["sales_lost"]
    others = [
        it["sales_home"]["mean"] for sector in (SAME, OTHER) for it in sales[f"others_in_{sector}_sectors"].values()
    ]
    assert sales["treated"]["sales_home"]["mean"] + sum(others) == pytest.approx(sales["all"]["sales_home"]["mean"])
    assert sales["rivals_outside_the_place"]["mean"] == pytest.approx(-sales["all"]["sales_home"]["mean"])
    assert "who pays which tax" in text
    assert "relief" not in text
    assert "rivals outside the place, which are no firms of the model" in text
    gifts = _appraised(results, "gifts")
    assert "relief: stated and not paid" in appraisal_text(gifts)
    nobody = replace(site, taxes_add_up=False, sales_add_up=False)
    assert "a mechanism of your own levies taxes otherwise" in appraisal_text(nobody)
    assert appraisal_json(nobody)["taxes_by_kind_and_payer"] is appraisal_json(nobody)["sales_lost"] is None
    manifest = json.loads((site.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["told"] == {"taxes_by_kind_and_payer": True, "sales_lost": True}


def test_two_figures_and_the_tables_are_kept(site: Appraisal) -> None:
    assert {path.name for path in site.figures} == {"chain.png", "chain.svg", "who.png", "who.svg"}
    rows = (site.path / "seeds.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) >= 3
    assert "jobs.gross" in rows[0]
    assert "discount,0.08,1/year" in (site.path / "assumptions.csv").read_text(encoding="utf-8")
    manifest = json.loads((site.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "appraise"


def test_the_cost_of_a_job_is_not_told_where_there_may_be_none(site: Appraisal) -> None:
    some = replace(site, chain={**site.chain, "jobs.with": site.chain["jobs.without"] + np.array([3.0, -2.0])})
    assert "cannot be told: net jobs may be none" in cost_text(some)
    assert "one seed" in cost_text(replace(site, replicates=(0,)))
    free = {name: 0.0 * it for name, it in site.outlay.items()}
    assert "sponsors earn as much" in cost_text(replace(site, outlay=free))
    fewer = replace(site, chain={**site.chain, "jobs.with": site.chain["jobs.without"] - np.array([30.0, 31.0])})
    assert "net jobs are fewer" in cost_text(fewer)
    for floor, said in ((6_200.0, "6,000 m2"), (14_600.0, "15,000 m2"), (38_000.0, "40,000 m2")):
        there = replace(site, floor_left_behind=np.full(2, floor))
        assert said in "\n".join(appraisal_card(there)), "to the nearest thousand where there is little"
    lost = replace(site, from_elsewhere=1.2 * site.net("jobs"))
    assert residents_text(lost) == "-20% residents'", "that they lose jobs is not that they gain none"
    assert residents_text(replace(site, from_elsewhere=site.net("jobs"))) == "none residents'"
    earned = {**site.outlay, "public": np.full(2, 6.0), "site_owner": np.full(2, -7.0)}
    assert over_cost_text(replace(site, outlay=earned)) == "", "the state spends 6 million yuan"
    assert over_cost_text(replace(site, outlay=free)) == "No outlay."
    many = {**site.chain, "jobs.with": site.chain["jobs.without"] + np.array([30.0, 31.0])}
    assert "per job-year" in cost_text(replace(site, chain=many, job_years=np.array([30.0, 31.0])))
    assert "per job-year" not in cost_text(replace(site, chain=many, job_years=np.array([-30.0, -31.0])))
    assert "Paid back in 2011-06" in payback_text(replace(site, payback=(5, True)))
    assert "Not paid back by 2012; in 2013" in payback_text(replace(site, payback=(30, False)))


# --- the command


def test_the_command_prints_the_card_first_and_json_on_request(tmp_path: Path) -> None:
    asked = ("appraise", "shougang", "--set", "levers.rent_subsidy=0.0001", "--months", "15", "--replicates", "2",
             "--given", "sites.shougang.opens=2012-01", "--workers", "1", "--out", tmp_path)  # fmt: skip
    lines = call(*asked).stdout.splitlines()
    assert lines[0].startswith("shougang-rent_subsidy-0.0001 against shougang")
    assert lines[0].endswith("2011-01 to 2012-03, 2 seeds")
    assert any(line.startswith("NET JOBS") for line in lines[:16])
    told = json.loads(call(*asked, "--assume", "discount=0.05,sigma=0.8", "--json").stdout)
    assert told["card"][0] == lines[0]
    assert told["assumptions"]["discount"]["value"] == 0.05
    assert told["outlay"]["public"]["mean"] > 0
    assert told["base"] == "2012-01"
    assert told["net_present_value"]["mean"] == pytest.approx(sum(it["mean"] for it in told["by_who"].values()))


def test_a_seed_that_fails_is_told_and_the_others_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fails = {seed_of(pair("site")[0].seed, 1)}

    def failing(scenario: Scenario, seed: int, *past: Any) -> FollowedWorld:
        if seed in fails:
            raise ValueError("made up")
        return FollowedWorld(scenario, seed, *past)

    monkeypatch.setattr(follow, "FollowedWorld", failing)
    asked = ("appraise", "shougang-idle", "shougang", "--months", "6", "--workers", "1", "--out", tmp_path)
    told = call(*asked, "--replicates", "2", code=3)
    assert "1 of 2 seeds failed" in told.stderr
    assert "replicate 1" in told.stderr
    assert "ValueError: made up" in told.stderr
    assert "2011-01 to 2011-06, 1 seed" in told.stdout.splitlines()[0]
    fails.add(seed_of(7, 0))
    assert "every seed failed" in call(*asked, "--replicates", "1", "--seed", "7", code=3).stderr


def test_a_lever_for_which_the_model_charges_nobody_has_no_known_cost(tmp_path: Path) -> None:
    found = sim.appraise(town(), {"levers.entry_cost_cut": 0.9}, replicates=2, months=12, workers=1, out=tmp_path)
    assert "the model charges nobody for this lever" in cost_text(found)
    assert "its own cost is missing" in appraisal_card(found)[-1]


def test_a_measure_that_does_nothing_says_so(tmp_path: Path) -> None:
    asked = ("appraise", "shougang", "--set", "levers.rent_subsidy=0.0001", "--months", "3", "--replicates", "2")
    said = call(*asked, "--workers", "1", "--out", tmp_path).stdout
    assert "the worlds do not differ in this run" in said


def test_faults_say_what_would_be_right(tmp_path: Path) -> None:
    asked = ("appraise", "shougang", "--out", tmp_path)
    assert "a scenario after the baseline, or --set" in call(*asked, code=2).stderr
    assert "an assumption is no measure" in call(*asked, "--set", "market.growth=0.1", code=2).stderr
    wrong = call(*asked, "shougang-idle", "--assume", "rhoo=1", "--assume", "sigma=2", code=2).stderr
    assert "rhoo: is not known, nearest: rho" in wrong
    assert '"2" is not allowed, allowed: 0.25 to 0.8' in wrong
    twice = call(*asked, "shougang-idle", "--assume", "rho=0.9", "--assume", "rho=1", code=2).stderr
    assert "rho: is given twice, allowed: once" in twice
    with pytest.raises(ScenarioError, match="discount"):
        assumptions({"discount": "much"})


def test_every_assumption_is_declared_with_source_and_range() -> None:
    for it in declared_assumptions().values():
        assert it.low <= it.value <= it.high
        assert it.source
        assert it.meaning
    assert TICKS * 1e-6 > 1  # a tick is about a yuan
