"""What a scenario says of a site and of newcomers is what happens: schedules, charges, samples, teams, customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import run, scenario, town

from sim.agents.model import EcosystemModel
from sim.model.mechanisms import letting
from sim.model.state.cohort import staff_planned
from sim.model.state.enterprises import FREE, INCUMBENT, OPERATING, REGISTERED, SPIN_OFF
from sim.scenario import Scenario

SITE = "sites__shougang__"


def place(**overrides: Any) -> Scenario:
    """A small catchment whose site is let from the first year on."""
    early = {"population__enterprises": 600, f"{SITE}opens": "2011-03", f"{SITE}floor": 60_000.0}
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
