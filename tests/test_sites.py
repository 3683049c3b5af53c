"""What a scenario says of a site and of newcomers is what happens: schedules, charges, samples, teams, customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import different_outcomes, run, scenario, town

from sim.agents.model import EcosystemModel
from sim.model.mechanisms import letting
from sim.model.state.accounts import ELSEWHERE, RENT_SUBSIDY, SITE_RENT, TENANT_SERVICES, UTILITIES, Books
from sim.model.state.cohort import staff_planned
from sim.model.state.enterprises import FREE, INCUMBENT, OPERATING, REGISTERED, SPIN_OFF
from sim.model.state.sites import EVERYONE
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

SITE = "sites__shougang__"


def place(**overrides: Any) -> Scenario:
    """A small catchment whose site is let from the first year on."""
    early = {
        "population__enterprises": 600, "run__spin_up": 0, "mechanisms__letting__beyond": 0.0,
        f"{SITE}opens": "2011-03", f"{SITE}floor": 60_000.0,
    }  # fmt: skip
    return scenario("shougang", **early | overrides)


def months_of(settings: Scenario, months: int) -> tuple[EcosystemModel, list[Any]]:
    """A run, and what its site was like after each month."""
    model, seen = EcosystemModel(settings, rng=1), []
    for _ in range(months):
        model.step()
        site = model.world.sites[0]
        seen.append({"rent": site.rent, "fund": site.fund, "floor": site.floor, "idle": site.idle, "let": site.let})
    return model, seen


# --- sites


def test_the_owners_rent_follows_its_schedule() -> None:
    still = {f"{SITE}rent_response": 0.0}
    _, seen = months_of(place(**still, **{f"{SITE}rent": {"2011-01": 0.0003, "2011-09": 0.0006}}), 12)
    assert [round(month["rent"], 6) for month in seen[3:]] == [0.0003] * 5 + [0.0006] * 4


def test_occupancy_moves_the_posted_rent_beside_the_schedule() -> None:
    """The control: with a response the rent is the schedule's times what occupancy adds or takes."""
    model, seen = months_of(place(**{f"{SITE}rent": {"2011-01": 0.0003, "2011-09": 0.0006}}), 12)
    site = model.world.sites[0]
    assert site.tightness != 1.0
    assert seen[-1]["rent"] == 0.0006 * site.tightness


def test_more_floor_and_more_money_come_when_they_are_said_to() -> None:
    schedules = {f"{SITE}floor": {"2011-01": 60_000.0, "2011-06": 90_000.0}, f"{SITE}ticket": 0.0,
                 f"{SITE}fund": {"2011-01": 1.0, "2011-07": 5.0}}  # fmt: skip
    _, seen = months_of(place(**schedules), 8)
    assert [month["floor"] for month in seen] == [60_000] * 5 + [90_000] * 3
    assert [month["fund"] for month in seen] == [1.0] * 6 + [5.0] * 2


@pytest.mark.parametrize(("key", "value", "better"), [("utilities", 0.0004, False), ("rent_subsidy", 0.0002, True)])
def test_charges_and_subsidies_of_a_site_reach_its_tenants(key: str, value: float, better: bool) -> None:
    plain, other = run(place(), 24, ledger=True), run(place(**{f"{SITE}{key}": value}), 24, ledger=True)
    let = (plain.record["site_enterprises"][-1], other.record["site_enterprises"][-1])
    assert let[1] > let[0] if better else let[1] < let[0]
    if better:
        assert other.record["fiscal_cost"][-1] > plain.record["fiscal_cost"][-1] == 0.0


def test_a_tenant_that_cannot_grow_leaves() -> None:
    crowded = {"mechanisms__letting__renewal": 1.0, f"{SITE}largest_tenant": 1e6, f"{SITE}floor": 12_000.0}
    patient = run(place(**crowded, mechanisms__letting__crowding=100.0), 36)
    hasty = run(place(**crowded, mechanisms__letting__crowding=1.05), 36)
    assert hasty.record["graduated"][-1] > patient.record["graduated"][-1] == 0.0


def newcomers_talent(settings: Scenario, months: int) -> list[int]:
    """Skilled staff of each tenant at the end of the month in which it moved in from elsewhere."""
    model, seen = EcosystemModel(settings, rng=1), []
    for _ in range(months):
        before = set(model.enterprises.identity[model.enterprises.site == 0].tolist())
        model.step()
        table = model.enterprises
        came = (table.site == 0) & (table.moved_in == 1) & ~np.isin(table.identity, list(before))
        seen += table.talent[came].tolist()
    return seen


def test_a_site_may_ask_for_skilled_staff() -> None:
    calm = {"mechanisms__jobs__enabled": False, "mechanisms__resources__enabled": False}
    open_to_all = newcomers_talent(place(**calm), 24)
    asking = newcomers_talent(place(**calm, **{f"{SITE}least_talent": 2.0}), 24)
    assert min(open_to_all) < 2 <= min(asking)
    assert 0 < len(asking) < len(open_to_all)


def test_founders_whose_plan_is_too_small_do_not_count_on_the_site() -> None:
    """0.15 of the planned staff are skilled, and nobody plans the 1,000 people of whom 150 are."""
    record = run(place(**{f"{SITE}least_talent": 150.0}), 24).record
    assert record["site_tenants"][-1] == record["startups_tenant"][-1] == 0
    assert record["startups"][-1] > 0


@pytest.mark.parametrize(("renovated", "floor", "let"), [(1000, [270, 108, 54], 432), (338, [202, 81, 54], 337)])
def test_tenants_share_what_is_vacant(renovated: int, floor: list[int], let: int) -> None:
    """Two have outgrown 100 and 40 m2, where 27 m2 a job are needed; one of 90 m2 gives some back."""
    staff, own = np.array([10, 4, 2], np.int32), np.array([100, 40, 90], np.int32)
    assert letting.resize(np.arange(3), staff, own, 27.0, renovated) == (let, 16)
    assert own.tolist() == floor


def test_a_site_of_a_nation_is_the_same_in_any_sample() -> None:
    """Floor is shared by enterprises that stand for more of their kind where the sample is smaller."""
    torch = SITE.replace("shougang", "torch")
    settings = {"run__months": 60, f"{torch}floor": 20_000_000.0, f"{torch}budget": 20_000.0}
    jobs = []
    for number in (1500, 6000):
        several = [run(scenario("incubators", **settings, population__enterprises=number), 60, rng=s) for s in (1, 2)]
        jobs.append(np.mean([model.world.sites[0].jobs * model.world.weight for model in several]))
        for model in several:
            assert abs(model.world.sites[0].floor * model.world.weight - 20_000_000.0) <= model.world.weight
    assert abs(jobs[0] / jobs[1] - 1.0) < 0.15


# --- what a site offers, and who considers it

SEARCH = {
    "mechanisms__letting__awareness": 0.8,
    f"{SITE}fund": 0.0,
    f"{SITE}neighbours": 0.0,
}
OPEN = {
    f"{SITE}budget": 1000.0,
    f"{SITE}floor": 1e6,
    f"{SITE}rent_response": 0.0,
}  # floor for all, at a rent that is held
EQUAL, DEAR = 0.0005, 0.0008  # million yuan a m2 and year: as outside, and 60% above


def let_in(months: int = 36, name: str = "site_enterprises", **overrides: Any) -> float:
    """An outcome of the place at the end, mean of two worlds, with a site that is searched for."""
    settings = place(**SEARCH | OPEN | overrides)
    return float(np.mean([run(settings, months, rng=seed).record[name][-1] for seed in (1, 2)]))


def test_the_inclusive_value_is_the_log_of_the_sum() -> None:
    for odds in (-700.0, -3.0, 0.0, 0.4, 30.0, 5000.0):
        assert letting.inclusive_value(odds) == pytest.approx(np.logaddexp(0.0, odds), rel=1e-12)


def test_equal_offers_give_each_place_its_part() -> None:
    """Of those that know the site, one in places + 1 likes it better than the best of the places outside."""
    rules = place(**SEARCH, mechanisms__letting__places=4.0).group("mechanisms.letting")
    gains = [letting.match_gain(1, identity, 9, TERMS, rules) for identity in range(1, 8001)]
    assert np.mean(np.array(gains) > 0.0) == pytest.approx(0.2, abs=0.015)
    assert gains[:9] == [letting.match_gain(1, identity, 9, TERMS, rules) for identity in range(1, 10)]  # it lasts


TERMS = letting.Terms(
    site=0, rent=0.0005, worth=0.0, worth_per_job=0.0, largest_tenant=4000.0, rule=EVERYONE, term=36, rent_free=0,
    ticket=0.0, weight=1.0, floor_per_job=27.0, outside_floor_per_job=27.0, outside_rent=0.0005,
)  # fmt: skip


def test_lower_rent_brings_more_tenants() -> None:
    came = [let_in(**{f"{SITE}rent": rent}) for rent in (0.0, 0.0002, 0.0004)]
    assert came[0] > 1.2 * came[1] > 1.2 * 1.2 * came[2] > 0.0


def test_few_come_without_an_advantage_and_next_to_nobody_to_a_dear_site() -> None:
    offered, equal, dear = (let_in(**{f"{SITE}rent": rent}) for rent in (0.0002, EQUAL, DEAR))
    assert dear <= 0.05 * offered
    assert dear < equal < 0.15 * offered


@pytest.mark.parametrize(
    ("key", "value"),
    [("services", 0.002), ("contacts", 0.002), ("neighbours", 0.05), ("rent_free", 18.0), ("space", 0.8)],
)
def test_what_a_site_offers_brings_tenants(key: str, value: float) -> None:
    assert let_in(**{f"{SITE}{key}": value}) > 1.05 * let_in()


def test_a_tenant_returns_when_the_rent_rises() -> None:
    """None graduates; who moved in for a low rent leaves again, and pays for the move."""
    stays = {"mechanisms__letting__renewal": 1.0, "mechanisms__letting__crowding": 100.0, f"{SITE}largest_tenant": 1e6}
    rise = {f"{SITE}rent": {"2011-01": 0.0, "2013-01": 0.003}}
    cheap, dear = (run(place(**SEARCH | OPEN | stays | more), 48, ledger=True) for more in ({f"{SITE}rent": 0.0}, rise))
    assert dear.record["graduated"][-1] > 5 * cheap.record["graduated"][-1] + 5
    assert dear.record["site_tenants"][-1] < 0.5 * dear.record["site_tenants"][23]


# --- from beyond the catchment


def test_a_larger_catchment_brings_less_than_in_proportion() -> None:
    """With enterprises beyond it; the control: without these, twice as many bring about twice as many."""
    half, whole = ({"population__enterprises": number} for number in (800, 1600))
    alone = let_in(**whole) / let_in(**half)
    among_others = {"mechanisms__letting__beyond": 1600.0}
    together = let_in(**whole, **among_others) / let_in(**half, **among_others)
    assert alone > 1.75
    assert together < 1.6


def test_arrivals_bring_their_jobs_from_elsewhere() -> None:
    beyond = {"mechanisms__letting__beyond": 2000.0}
    settings = place(**SEARCH | OPEN | beyond)
    model, came, jobs = EcosystemModel(settings, rng=1, ledger=True), 0, 0
    for _ in range(24):
        known = set(model.enterprises.identity.tolist())
        elsewhere = int(model.world.books.people[ELSEWHERE])
        watched: dict[str, Any] = {}

        def watch(mechanism: str, world: Any, known: Any = known, watched: Any = watched) -> None:
            table = world.enterprises
            if mechanism == "newborns":
                known |= set(table.identity.tolist())
                watched["before"] = int(world.books.people[ELSEWHERE])
            if mechanism == "letting" and "rows" not in watched:
                rows = np.flatnonzero(table.alive & ~np.isin(table.identity, list(known)))
                watched |= {"rows": rows, "staff": int(table.staff[rows].sum()), "site": table.site[rows].copy(),
                            "origin": table.origin[rows].copy(),
                            "after": int(world.books.people[ELSEWHERE])}  # fmt: skip

        model.watchers[:] = [watch]
        model.step()
        assert watched["before"] - watched["after"] == watched["staff"]
        assert (watched["site"] == 0).all()
        assert (watched["origin"] == INCUMBENT).all()
        came, jobs = came + len(watched["rows"]), jobs + watched["staff"]
    assert elsewhere < 0
    assert came == model.record["tenants_from_beyond"][-1] > 10
    assert jobs == model.record["jobs_from_beyond"][-1]
    inside = model.record["site_enterprises"][-1] - model.record["site_enterprises_newborn"][-1] - came
    assert 2.0 < came / inside < 6.0  # 2000 beyond, and near 600 inside


def test_nobody_comes_from_beyond_a_nation_or_to_a_site_without_floor() -> None:
    nation_wide = scenario("incubators", population__enterprises=1500, mechanisms__letting__beyond=1e6)
    assert run(nation_wide, 24).record["tenants_from_beyond"][-1] == 0.0
    one, other = (
        run(place(**{f"{SITE}renovation": False, "mechanisms__letting__beyond": beyond}), 18) for beyond in (0.0, 1e4)
    )
    assert not different_outcomes(one, other)


# --- rules of admission


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ({"oldest": 60.0}, lambda table, month: month - table.born > 60),
        ({"least_staff": 8.0, "most_staff": 20.0}, lambda table, _: (table.staff < 8) | (table.staff > 20)),
        ({"first_sector": 2, "last_sector": 3}, lambda table, _: (table.sector < 2) | (table.sector > 3)),
    ],
)  # fmt: skip
def test_a_site_admits_whom_its_rule_admits(rule: dict[str, Any], wrong: Any) -> None:
    calm = {"mechanisms__jobs__enabled": False, "mechanisms__newborns__joining": 0.0,
            "mechanisms__industries__enabled": False}  # fmt: skip
    found = {}
    for name, rules in (("open", {}), ("asking", rule)):
        given = {f"{SITE}{key}": value for key, value in rules.items()}
        model, seen, faulty = EcosystemModel(place(**calm, **given), rng=1), 0, 0
        for month in range(24):
            before = model.enterprises.identity[model.enterprises.site == 0]
            model.step()
            table = model.enterprises
            came = (table.site == 0) & ~np.isin(table.identity, before)
            seen, faulty = seen + int(came.sum()), faulty + int((came & wrong(table, month)).sum())
        found[name] = seen, faulty
    assert found["asking"][1] == 0 < found["open"][1]
    assert 0 < found["asking"][0] < found["open"][0]


def test_founders_whose_plan_the_rule_does_not_admit_do_not_count_on_the_site() -> None:
    record = run(place(**{f"{SITE}first_sector": 14, f"{SITE}last_sector": 15}), 24).record
    assert record["site_tenants"][-1] == record["startups_tenant"][-1] == 0
    assert record["startups"][-1] > 0


# --- terms, and outcomes of each site


def test_the_first_months_are_free_of_rent_for_each_tenant() -> None:
    """Utilities are due; with months without end nobody pays rent, and nobody gets a subsidy of it."""
    given = {f"{SITE}utilities": 0.0001, f"{SITE}rent_subsidy": 0.0001}
    paid = {}
    for months in (0.0, 6.0, 600.0):
        model = run(place(**given, **{f"{SITE}rent_free": months}), 30, ledger=True)
        flows = model.recorder.months["flows"].sum(axis=0)
        paid[months] = [int(flows[of]) for of in (SITE_RENT, UTILITIES, RENT_SUBSIDY)]
    assert paid[600.0][0] == paid[600.0][2] == 0 > paid[600.0][1]
    assert paid[0.0][0] < paid[6.0][0] < 0 < paid[6.0][2] < paid[0.0][2]


def test_services_are_paid_by_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, serving = (run(place(**{f"{SITE}services": worth}), 24, ledger=True) for worth in (0.0, 0.002))
    site = [sum(model.record["site_tenants"]) for model in (plain, serving)]
    assert site[1] > site[0]
    assert serving.record["balance_sites"][-1] < plain.record["balance_sites"][-1]
    paid: list[tuple[int, int, float]] = []
    monkeypatch.setattr(Books, "pay", lambda _, *told: paid.append(told))
    for model in (plain, serving):
        letting.pay(model.world)
    jobs = serving.world.sites[0].jobs
    assert jobs > 0
    assert paid == [(TENANT_SERVICES, pytest.approx(jobs * 0.002 / 12.0))]  # a site without services pays for none


def test_each_site_has_its_outcomes() -> None:
    record = run(town(), 24).record
    for name in ("enterprises", "tenants", "jobs", "floor_let"):
        each = [np.array(record[f"site_{number}_{name}"]) for number in (1, 2)]
        assert (each[0] + each[1] == np.array(record[f"site_{name}"])).all()
        assert min(each[0][-1], each[1][-1]) > 0.0
        assert np.isnan(record[f"site_3_{name}"]).all()
    vacant = sum(np.array(record[f"site_{number}_floor_vacant"]) for number in (1, 2))
    assert (vacant == np.array(record["site_floor_renovated"]) - np.array(record["site_floor_let"])).all()
    rents = [np.array(record[f"site_{number}_rent"]) for number in (1, 2)]
    assert np.allclose(sum(rents) / 2.0, record["site_rent"])


def test_a_nations_incubators_do_not_fill_whatever_floor_there_is() -> None:
    """Where only young technology enterprises are admitted and search, twice the floor lets hardly more."""
    torch = SITE.replace("shougang", "torch")
    rules = {"run__months": 96, "population__enterprises": 1500, f"{torch}oldest": 24.0,
             f"{torch}rent_response": 0.0}  # fmt: skip
    let = []
    for times in (1.0, 2.0):
        floor = {f"{torch}floor": times * 43e6, f"{torch}budget": times * 20_000.0}
        let.append(run(scenario("incubators", **rules, **floor), 96).record)
    assert let[1]["site_floor_let"][-1] < 1.3 * let[0]["site_floor_let"][-1]


# --- newcomers


def young(model: EcosystemModel, months: int) -> Any:
    table = model.enterprises
    age = model.month - 1 - table.started
    return (table.status == OPERATING) & (table.origin != INCUMBENT) & (age <= months)


def test_teams_fill_up_to_what_was_planned() -> None:
    still = {"mechanisms__jobs__enabled": False, "mechanisms__finance__resume": 0.0}
    model = run(town(mechanisms__newborns__opening_team=0.5, mechanisms__newborns__joining=0.5, **still), 20)
    table, rules, rows = model.enterprises, model.world.rules("newborns"), np.flatnonzero(young(model, 19))
    planned = np.array([staff_planned(model.seed, identity, rules) for identity in table.identity[rows].tolist()])
    age, staff = model.month - 1 - table.started[rows], table.staff[rows]
    assert (staff <= planned).all()
    assert (staff[age >= 12] == planned[age >= 12]).mean() > 0.95
    assert staff[age == 0].sum() < 0.7 * planned[age == 0].sum()


def test_who_has_no_customers_finds_the_first_at_a_hazard() -> None:
    none = {"mechanisms__newborns__with_revenue": 0.0, "mechanisms__demand__line_birth": 0.0}
    never = run(town(**none, mechanisms__newborns__first_sale=0.0, mechanisms__projects__enabled=False), 18)
    soon = run(town(**none, mechanisms__newborns__first_sale=0.5, mechanisms__projects__enabled=False), 18)
    rows = young(never, 17) & (never.enterprises.started > 0)
    # An enterprise that stopped and resumed has a line again.
    assert rows.sum() > 20
    assert (never.enterprises.revenue[rows] == 0.0).mean() > 0.9
    rows = young(soon, 17) & (soon.month - 1 - soon.enterprises.started > 6)
    assert (soon.enterprises.revenue[rows] > 0.0).mean() > 0.9


def test_patience_in_distress() -> None:
    """Who never gives up stops for want of lines only; who gives up at once is not seen with debts for long."""
    alone: dict[str, float] = {
        "mechanisms.demand.line_loss": 0.0, "mechanisms.finance.closure": 0.0, "mechanisms.finance.foreclosure": 0.0,
    }  # fmt: skip
    patient, hasty = (run(town(**alone, **{"mechanisms.finance.give_up": it}), 18) for it in (0.0, 1.0))
    assert patient.record["stopped"][-1] == 0.0 < hasty.record["stopped"][-1]
    assert ((hasty.enterprises.status == OPERATING) & (hasty.enterprises.distress > 0)).sum() == 0
    assert (patient.enterprises.distress > 6).sum() > 0


def test_a_nations_openings_do_not_hang_on_its_sample() -> None:
    opened = []
    for number, seeds in ((400, range(8)), (3200, range(8))):
        worlds = [run(scenario("new-industries", population__enterprises=number), 60, rng=seed) for seed in seeds]
        opened.append(sum(m.record["sectors_opened"][-1] + m.record["modes_opened"][-1] for m in worlds))
        assert all((m.enterprises.status != FREE).any() for m in worlds)
    assert opened[0] > 0
    assert 0.4 < opened[0] / opened[1] < 2.5


def test_a_spin_off_knows_its_parents_business() -> None:
    """Revenue per worker is part of its parent's where that is higher, and there are customers from the start."""
    rules = {"mechanisms__entry__talent_rate": 0.01, "mechanisms__newborns__with_revenue": 0.0}
    born = []
    for share in (0.0, 1.0):
        model = EcosystemModel(town(**rules, mechanisms__entry__inheritance=share), rng=1)
        table = model.enterprises
        for _ in range(6):
            model.step()
        new = (table.status >= REGISTERED) & (table.origin == SPIN_OFF)
        row_of = {int(identity): row for row, identity in enumerate(table.identity)}
        born.append({
            int(table.identity[row]): (float(table.worker_revenue[row]), float(table.worker_revenue[row_of[host]]))
            for row in np.flatnonzero(new) if (host := int(table.host[row])) in row_of
        })  # fmt: skip
        assert len(born[-1]) > 5
        assert (table.appeal[new & (table.lines > 0)] > 0.0).all()
    for identity in born[0].keys() & born[1].keys():
        own, parent = born[0][identity]
        assert born[1][identity][0] == max(own, parent)
