"""Platforms with two sides, foreign experts, and what large enterprises have: each part beside a world without any."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from worlds import different, different_outcomes, last, run, scenario, state

from sim.agents.model import EcosystemModel
from sim.kernel import threads
from sim.model.mechanisms import projects, resources
from sim.model.state.enterprises import BIG, MAKER, OPERATING
from sim.parameters import numbers
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

MONTHS = 24
EXPERTS = "platforms.market-of-experts"
OTHER = "platforms.university-alliance"
# Every part off.
NONE = {
    "mechanisms.resources.cloud_edge": 0.0, "mechanisms.resources.request_pull": 0.0,
    "mechanisms.resources.patience": 0.0, "mechanisms.resources.habit": 0.0, "mechanisms.matching.foreign_months": 0.0,
    "mechanisms.adoption.considers": 0.0, "mechanisms.adoption.by_answers": 0.0, "mechanisms.adoption.secrecy": 0.0,
    "mechanisms.projects.by_market": False, "mechanisms.projects.cover": 0.0, "mechanisms.projects.parallel": 0.0,
    "mechanisms.projects.routine": 0.0, "mechanisms.projects.past_years": 0.0, "mechanisms.projects.abandon": 0.047,
    "mechanisms.entry.by_gain": False, "mechanisms.finance.host_shares": False,
    f"{EXPERTS}.fee_step": 0.0, f"{OTHER}.fee_step": 0.0, f"{EXPERTS}.reserve": 0.0, f"{OTHER}.reserve": 0.0,
}  # fmt: skip
# Many projects and members, so that a small world shows what a mechanism does.
BUSY = NONE | {
    "population.enterprises": 300, "run.spin_up": 0, "mechanisms.projects.begin": 3.0, f"{OTHER}.opens": "2013-01",
    "mechanisms.adoption.innovation": 1.0, "mechanisms.adoption.imitation": 2.0,
    "mechanisms.adoption.small_factor": 1.0, "mechanisms.adoption.most_own": 0, "mechanisms.adoption.worth": 0.05,
}  # fmt: skip


def exchange(**given: Any) -> Scenario:
    """A nation of 300 with two busy platforms of third parties; two underscores stand for a dot."""
    return scenario("third-party", **BUSY | given)


def pair(months: int = MONTHS, rng: int = 1, shared: dict[str, Any] | None = None, **given: Any) -> Any:
    """A world without and with what is given, on one seed, with the books checked after every step."""
    settings = (exchange(**shared or {}), exchange(**(shared or {}) | given))
    return tuple(run(it, months, rng, ledger=True) for it in settings)


def both(**given: Any) -> dict[str, Any]:
    """The same for both platforms."""
    return {f"{it}.{name}": value for it in (EXPERTS, OTHER) for name, value in given.items()}


def added(name: str, seeds: int = 4, **given: Any) -> float:
    """The mean change of an outcome on some seeds."""
    found = [pair(rng=rng, **given) for rng in range(1, seeds + 1)]
    return float(np.mean([last(on, name) - last(off, name) for off, on in found]))


# --- nulls

# What is set but has nothing to act on.
IDLE = {
    f"{EXPERTS}.fee_review": 1, f"{EXPERTS}.least_fee": 0.5, f"{EXPERTS}.most_fee": 0.6, f"{EXPERTS}.real_time": True,
    "mechanisms.finance.host_shares": True, "mechanisms.entry.by_gain": True,
}  # fmt: skip


def test_switches_without_anything_to_act_on_change_nothing() -> None:
    """No fee is reviewed, no answer comes late, and these platforms have no makers."""
    off, on = pair(**IDLE)
    assert different_outcomes(off, on) == []


@pytest.mark.parametrize(
    "key",
    [
        "mechanisms.resources.cloud_edge=0.2", "mechanisms.resources.request_pull=2.0",
        "mechanisms.resources.patience=3.0", "mechanisms.resources.habit=3.0",
        "mechanisms.matching.foreign_months=3.0", "mechanisms.adoption.by_answers=1.0",
        "mechanisms.adoption.secrecy=0.5", "mechanisms.adoption.considers=2.0", f"{EXPERTS}.fee_step=0.2",
    ],
)  # fmt: skip
def test_each_part_acts_where_there_is_a_platform_and_only_there(key: str) -> None:
    """The knock-out: without platforms it changes no bit; with them it changes the world."""
    name, _, value = key.partition("=")
    none = {f"{EXPERTS}.enabled": False, f"{OTHER}.enabled": False}
    assert different_outcomes(*pair(12, shared=none, **{name: float(value)})) == []
    assert len(different_outcomes(*pair(**{name: float(value)}))) > 3


EVERYTHING = {
    "mechanisms.resources.cloud_edge": 0.2, "mechanisms.resources.request_pull": 0.5,
    "mechanisms.resources.patience": 24.0, "mechanisms.resources.habit": 6.0,
    "mechanisms.matching.foreign_months": 1.0, "mechanisms.adoption.considers": 2.0,
    "mechanisms.adoption.by_answers": 0.5, "mechanisms.adoption.secrecy": 0.1,
    "mechanisms.projects.by_market": True, "mechanisms.projects.cover": 3.0,
    "mechanisms.projects.parallel": 0.1, "mechanisms.projects.routine": 0.1,
}  # fmt: skip


def test_with_everything_on_a_world_is_the_same_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """In pieces of a few rows each: compiled, a world of ten thousands takes long."""
    monkeypatch.setattr(threads, "BLOCK", np.uint64(64))
    monkeypatch.setattr(threads, "LEAST", 64)
    states = []
    for number in ("1", "2"):
        monkeypatch.setenv(threads.VARIABLE, number)
        states.append(state(run(exchange(**EVERYTHING), 12)))
    assert not different(*states)


# --- foreign experts and users


def test_foreign_experts_know_cells_ahead_that_domestic_resources_leave_empty() -> None:
    rules = exchange(mechanisms__resources__cloud_edge=0.2).group("mechanisms.resources")
    domestic, foreign, users = resources.kind_weights(rules)
    plain = resources.kind_weights(rules._replace(cloud_edge=0.0))
    assert not np.any((domestic > 0.0) & (foreign > 0.0))
    assert domestic.sum() == pytest.approx(1.0)
    assert foreign.sum() == pytest.approx(1.0)
    middles = np.array(resources.MIDDLES)
    assert (middles[foreign > 0.0].sum(axis=1) > 3 * rules.middle).all()
    assert middles[:, 0] @ foreign > middles[:, 0] @ plain[1]
    assert np.array_equal(users, plain[2])
    assert (plain[0] > 0.0).all()


def test_a_cloud_without_an_edge_ahead_leaves_foreign_experts_as_they_are() -> None:
    rules = exchange(mechanisms__resources__cloud_edge=1e-9).group("mechanisms.resources")
    assert np.array_equal(resources.kind_weights(rules), resources.kind_weights(rules._replace(cloud_edge=0.0)))


FOREIGN = both(foreign_share=0.6, user_share=0.0) | {"mechanisms.resources.cloud_edge": 0.2}


def test_foreign_answers_come_later_unless_in_real_time() -> None:
    shared = FOREIGN | {"mechanisms.matching.foreign_months": 6.0}
    late, at_once = pair(shared=shared, **both(real_time=True))
    never_late = run(exchange(**FOREIGN), MONTHS)
    assert last(at_once, "answers_foreign") > 2 * last(late, "answers_foreign")
    assert last(at_once, "first_answer_time") < last(late, "first_answer_time")
    assert different_outcomes(at_once, never_late) == []


def test_a_partner_who_knows_markets_turns_successes_to_quality() -> None:
    """Users know more of markets than the enterprises that they answer; without partners nothing changes."""
    users = both(user_share=1.0, foreign_share=0.0)
    off, on = pair(shared=users, **{"mechanisms.projects.by_market": True})
    assert last(on, "quality_share") > last(off, "quality_share") + 0.02
    alone = {"mechanisms.matching.enabled": False}
    assert different_outcomes(*pair(shared=alone, **{"mechanisms.projects.by_market": True})) == []


def test_successes_are_told_apart_by_the_partner() -> None:
    model = run(exchange(), MONTHS)
    counters = model.world.catalogue.counters
    total = model.recorder.months[-1]["total"]
    of_kinds = sum(int(total[counters[f"succeeded_{kind}"]]) for kind in ("domestic", "foreign", "user"))
    assert 0 < of_kinds < total[counters["succeeded_reached"]]
    by_class = sum(int(total[counters[f"abandoned_{name}"]]) for name in ("small", "medium", "big"))
    assert by_class == total[counters["projects_abandoned"]]


# --- awareness, secrecy, answers


def test_enterprises_hear_of_platforms_from_members_whom_they_meet() -> None:
    shared = {"mechanisms.adoption.innovation": 0.3, "mechanisms.adoption.imitation": 0.0}
    off, on = pair(shared=shared, **{"mechanisms.adoption.considers": 3.0})
    assert last(on, "heard_of_platforms") > 10
    assert last(on, "adopted") > last(off, "adopted")
    heard, member = on.enterprises.heard, on.enterprises.platform >= 0
    assert (heard[member] > 0).mean() > 0.9  # but for who searched for one without joining, and joined nothing else
    assert set(np.unique(heard).tolist()) <= {0, 1, 2, 3}


def test_without_contacts_nobody_hears_of_a_platform() -> None:
    """The knock-out: no links and no sites; who joins has searched."""
    alone = {"mechanisms.chain.enabled": False, "mechanisms.adoption.considers": 3.0}
    assert last(run(exchange(**alone), MONTHS), "heard_of_platforms") == 0.0
    strangers = {"mechanisms.absorption.contact": 0.0, "mechanisms.adoption.considers": 3.0}
    assert last(run(exchange(**strangers), MONTHS), "heard_of_platforms") == 0.0


def test_imitation_plays_no_part_where_platforms_are_heard_of() -> None:
    shared = {"mechanisms.adoption.considers": 1.0}
    assert different_outcomes(*pair(shared=shared, **{"mechanisms.adoption.imitation": 3.0})) == []
    assert different_outcomes(*pair(**{"mechanisms.adoption.imitation": 3.0}))


def test_who_knows_more_than_members_stays_away_where_secrecy_matters() -> None:
    off, on = pair(**{"mechanisms.adoption.secrecy": 2.0})
    assert last(on, "platform_members") < last(off, "platform_members")

    def knowing(model: EcosystemModel) -> float:
        table = model.enterprises
        known = table.knowledge_0 + table.knowledge_1 + table.knowledge_2
        here = table.status == OPERATING
        return float(known[here & (table.platform >= 0)].mean() - known[here & (table.platform < 0)].mean())

    assert knowing(on) < knowing(off)


def test_a_platform_that_answers_nothing_is_worth_less() -> None:
    """At requests that nobody meets; where all of the worth is in answers, hardly anybody joins."""
    silent = {"mechanisms.matching.rate": 0.0}
    off, on = pair(shared=silent, **{"mechanisms.adoption.by_answers": 1.0})
    assert last(on, "platform_members") < 0.5 * last(off, "platform_members")


# --- fees and closing


def fees_of(settings: Scenario, months: int) -> list[tuple[float, int]]:
    """Fee and members of the first platform at the end of each month."""
    model = EcosystemModel(settings, rng=1)
    found = []
    for _ in range(months):
        model.step()
        found.append((model.world.platforms[0].fee, model.world.platforms[0].members))
    return found


def test_a_fee_rises_while_membership_holds_and_is_cut_where_it_falls() -> None:
    rule = {f"{EXPERTS}.fee_step": 0.2, f"{EXPERTS}.fee_review": 1, f"{EXPERTS}.most_fee": 40.0}
    rule |= {f"{EXPERTS}.fee": 2.0, "mechanisms.adoption.quit": 0.9}
    found = fees_of(exchange(**rule), 20)
    moved = [(later > fee, later < fee) for (fee, _), (later, _) in pairwise(found)]
    held = [later >= members for (_, members), (_, later) in pairwise([(0.0, 0), *found])][:-1]
    assert [up for up, _ in moved] == held
    assert any(up for up, _ in moved)
    assert any(down for _, down in moved)
    bounded = fees_of(exchange(**rule | {f"{EXPERTS}.most_fee": 2.1}), 4)
    assert max(fee for fee, _ in bounded) == 2.1


def test_a_third_party_closes_a_platform_that_fees_do_not_pay() -> None:
    off, on = pair(shared={f"{EXPERTS}.fee": 0.0}, **{f"{EXPERTS}.reserve": 20.0})
    assert last(off, "platforms_closed") == 0.0
    assert last(on, "platforms_closed") == 1.0
    closed, other = on.world.platforms
    assert closed.closed
    assert closed.resources == closed.members == 0
    assert not (on.enterprises.platform == closed.index).any()
    assert other.members > 0
    staff = 400.0 * 0.055 / 12.0  # million yuan a month
    assert -20.0 - staff <= closed.balance < -20.0


def test_fees_that_cover_the_cost_keep_a_platform_open() -> None:
    """The control."""
    model = run(exchange(**{f"{EXPERTS}.reserve": 20.0, f"{EXPERTS}.fee": 0.2}), MONTHS)
    assert last(model, "platforms_closed") == 0.0
    assert model.world.platforms[0].balance > 0.0


# --- resources


def test_resources_come_for_requests_and_leave_without() -> None:
    quiet = {"mechanisms.projects.enabled": False}
    left_off, left_on = pair(shared=quiet, **{"mechanisms.resources.patience": 3.0})
    assert last(left_on, "platform_resources") < 0.3 * last(left_off, "platform_resources")
    asked_off, asked_on = pair(**{"mechanisms.resources.patience": 3.0})
    kept = last(asked_on, "platform_resources") / last(asked_off, "platform_resources")
    assert kept > last(left_on, "platform_resources") / last(left_off, "platform_resources")
    none = different_outcomes(*pair(shared=quiet, **{"mechanisms.resources.request_pull": 5.0}))
    assert none == []
    assert added("platform_resources", 1, **{"mechanisms.resources.request_pull": 5.0}) > 0.0


def test_who_comes_for_a_request_knows_what_is_asked() -> None:
    only = both(interface_staff=0.0, member_pull=0.0) | {"mechanisms.resources.request_pull": 5.0}
    model = run(exchange(**only), 6)
    asked = resources.questions(model.world, model.world.rules("resources")).sum(axis=0)
    there = sum(platform.counts.sum(axis=0) for platform in model.world.platforms)
    assert there.sum() > 50
    assert np.corrcoef(asked, there)[0, 1] > 0.5


def test_resources_that_nobody_asks_stop_looking_at_questions() -> None:
    model = run(exchange(**{"mechanisms.resources.habit": 3.0}), MONTHS)
    for platform in model.world.platforms:
        requests = resources.questions(model.world, model.world.rules("resources"))[platform.index]
        busy, idle = requests > 0, requests == 0
        assert platform.ready[:, busy].mean() > platform.ready[:, idle].mean()
        assert platform.answering.sum() < platform.counts.sum()
    assert added("answers", 2, **{"mechanisms.resources.habit": 3.0}) < 0.0


# --- makers and hosts

HAIER = {
    "population.enterprises": 300, "run.spin_up": 0, "platforms.haier.opens": "2013-01",
    "platforms.haier.ideas_a_month": 40.0, "platforms.haier.maker_fund": 60.0, "population.host_staff": 20_000,
    "market.reserve_years": 0.0,
}  # fmt: skip


def haier(months: int, **given: Any) -> EcosystemModel:
    none = {key: value for key, value in NONE.items() if key.startswith("mechanisms.")}
    return run(scenario("haier", **none | HAIER | given), months, ledger=True)


def test_hosts_share_in_what_makers_pay_out() -> None:
    off, on = (haier(36, **{"mechanisms.finance.host_shares": it}) for it in (False, True))
    assert sum(off.record["maker_dividends"]) == 0.0
    assert sum(on.record["maker_dividends"]) > 0.0
    assert last(on, "maker_return") > 0.0
    makers = on.enterprises.origin == MAKER
    assert (on.enterprises.host_stake[makers] > 0.0).any()
    assert (on.enterprises.host_stake <= 1.0).all()
    assert (on.enterprises.host_stake[~makers] == 0.0).all()


def test_platforms_that_invest_by_expected_gain_back_better_makers() -> None:
    off, on = (haier(24, **{"mechanisms.entry.by_gain": it}) for it in (False, True))

    def size(model: EcosystemModel) -> float:
        table = model.enterprises
        makers = (table.origin == MAKER) & (table.platform >= 0)
        assert makers.sum() > 10
        return float(np.median((table.lines * table.line_size)[makers]))

    assert size(on) > 1.2 * size(off)


# --- what large enterprises have


def rate_gap(model: EcosystemModel) -> float:
    """Success of big enterprises less that of small ones."""
    return last(model, "success_rate_big") - last(model, "success_rate_small")


def test_teams_that_try_ways_of_their_own_help_who_has_several() -> None:
    found = [pair(rng=rng, **{"mechanisms.projects.parallel": 0.5}) for rng in (1, 2, 3)]
    assert np.mean([rate_gap(on) - rate_gap(off) for off, on in found]) > 0.1
    small = [last(on, "success_rate_small") - last(off, "success_rate_small") for off, on in found]
    assert abs(np.mean(small)) < 0.03


def test_cash_carries_projects_on() -> None:
    off, on = pair(**{"mechanisms.projects.cover": 2.0})
    assert last(on, "projects_abandoned") < 0.6 * last(off, "projects_abandoned")
    poor_off, poor_on = pair(shared={"population.cash_months": 0.01}, **{"mechanisms.projects.cover": 2.0})
    kept = [last(a, "projects_abandoned") / last(b, "projects_abandoned") for a, b in ((on, off), (poor_on, poor_off))]
    assert kept[0] < kept[1]


def test_routine_costs_those_with_many_lines() -> None:
    found = [pair(rng=rng, **{"mechanisms.projects.routine": 0.3}) for rng in (1, 2, 3)]
    assert np.mean([rate_gap(on) - rate_gap(off) for off, on in found]) < -0.03


def test_past_research_puts_old_and_large_enterprises_ahead() -> None:
    rare = {"mechanisms.projects.begin": 0.1}
    off, on = (run(exchange(**rare, **{"mechanisms.projects.past_years": it}), 1) for it in (0.0, 20.0))
    table = on.enterprises
    more = table.knowledge_0 - off.enterprises.knowledge_0
    assert more.min() > -1e-6
    assert more[table.size_class == BIG].mean() > more[table.size_class != BIG].mean() > 0.0
    rules = numbers(exchange().group("mechanisms.projects"))
    ten, twenty, small = (
        projects.known_before(talent, 10.0, years, 0.1, rules) for talent, years in ((60.0, 10), (60.0, 20), (6.0, 10))
    )
    assert 0.0 < small < ten < twenty < rules.lead + 3 * rules.reach
