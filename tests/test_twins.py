"""Twins: compiled loops and the same functions in plain Python give the same bits."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from command import plain_python
from worlds import LEFT_OFF, different, nation, run, state, town

from sim.agents import BigEnterprise
from sim.agents.model import EcosystemModel
from sim.kernel import draws, maths
from sim.model.mechanisms import demand, finance, growth, jobs, projects, taxes
from sim.model.state.accounts import TICKS, on_grid, ticks
from sim.model.state.enterprises import INCUMBENT, NEVER, OPERATING
from sim.model.state.sectors import attraction

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

PLAIN = """
import json, os, sys
import numba
assert numba.config.DISABLE_JIT
from worlds import run, state, town
print(json.dumps(state(run(town(**json.loads(sys.argv[1])), int(sys.argv[2])))))
"""
MONTHS = 14  # a December among them
WORLDS: dict[str, dict[str, Any]] = {
    "nation": {"population__world": "nation"},
    "place": {"population__world": "place"},
    "all mechanisms": LEFT_OFF,
}


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_is_the_same_in_plain_python(world: str) -> None:
    """Every column, account, counter, sector, platform, site, link and outcome, to the last bit."""
    compiled = run(town(**WORLDS[world]), MONTHS)
    assert len(compiled.platforms) > 2
    assert all(site.admitted for site in compiled.world.sites)
    assert compiled.enterprises.prepared.any() == (world == "all mechanisms")
    assert not different(state(compiled), plain_python(PLAIN, json.dumps(WORLDS[world]), str(MONTHS)))


def test_the_comparison_sees_a_last_bit() -> None:
    """The control: one bit of one row in one column."""
    model = run(nation(), 2)
    before = state(model)
    model.enterprises.quality[5] = np.nextafter(model.enterprises.quality[5], 2.0)
    assert different(before, state(model)) == ["world.enterprises.quality"]


# --- the loop's own scalar functions, agent by agent


@pytest.fixture(scope="module")
def grown() -> EcosystemModel:
    return run(town(), 12)


@pytest.fixture
def twins(grown: EcosystemModel) -> tuple[EcosystemModel, EcosystemModel]:
    """Two copies of a world: one for the compiled loop, one for plain Python by way of its agents."""
    return copy.deepcopy(grown), copy.deepcopy(grown)


def operating(model: EcosystemModel) -> Any:
    return model.agents.select(lambda agent: getattr(agent, "status", 0) == OPERATING)


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    return function.py_func  # type: ignore[attr-defined, no-any-return]


def book(model: EcosystemModel, agent: Any, amount: float, purpose: str) -> float:
    """Book a named transfer as anybody would outside a loop; the amount on the grid."""
    model.transfer(agent, amount, purpose)
    return float(plain(ticks)(amount) / TICKS)


def assert_same_columns(one: EcosystemModel, other: EcosystemModel) -> None:
    names = different(state(one), state(other))
    assert not [name for name in names if name.startswith("world.enterprises")]


def assert_same_books(one: EcosystemModel, other: EcosystemModel) -> None:
    one.world.books.settle()
    assert np.array_equal(one.world.books.accounts, other.world.books.accounts)
    assert np.array_equal(one.world.books.month, other.world.books.month)


def test_sales_agent_by_agent(twins: tuple[EcosystemModel, EcosystemModel]) -> None:
    loop, hand = twins
    market, industries = hand.world.group("market"), hand.world.rules("industries")
    for model in twins:
        demand.set_demand(model.world, market, model.world.group("levers"))
    pulls = np.zeros_like(loop.world.pulls)
    factor = loop.world.sectors.sales_factor
    modes = demand.Modes(industries.mode_demand, industries.mode_cost)
    sums = demand.Sums(pulls, loop.world.books.flows)
    loop.world.loop(demand.sell, demand.SalesReads, demand.SalesWrites, market, modes, factor, sums=sums)

    def sell(agent: Any) -> None:
        agent.revenue = agent.exports = 0.0
        if agent.status != OPERATING or agent.appeal <= 0.0:
            return
        pull = agent.appeal * plain(attraction)(agent.quality, agent.productivity, market.rivalry, market.price_share)
        sold = plain(demand.sales)(pull, float(factor[agent.sector]), agent.mode, modes)
        agent.revenue = book(hand, agent, sold, "sales_home")
        inputs = book(hand, agent, -market.input_share * agent.revenue, "inputs")
        commission = book(hand, agent, -(agent.mode * industries.mode_cost * agent.revenue), "inputs")
        agent.revenue_year += agent.revenue
        agent.profit_year += agent.revenue + inputs + commission

    hand.agents.select(lambda agent: hasattr(agent, "appeal")).do(sell)
    assert_same_columns(loop, hand)
    assert_same_books(loop, hand)
    assert sum(hand.agents_by_type[BigEnterprise].get("revenue")) > 0.0


def test_lines_agent_by_agent(twins: tuple[EcosystemModel, EcosystemModel]) -> None:
    loop, hand = twins
    rules, saturation = loop.world.rules("demand"), loop.world.sectors.saturation
    loop.world.loop(demand.update_lines, demand.LinesReads, demand.LinesWrites, rules, saturation)

    def renew(agent: Any) -> None:
        if agent.lines == 0:
            return
        u = demand.lines_change(hand.seed, agent.unique_id, hand.month)
        size = demand.line_sizes(hand.seed, agent.unique_id, hand.month)
        rate = plain(demand.birth_rate)(float(saturation[agent.sector]), rules)
        lost = plain(demand.lines_lost)(u.lost, agent.lines, rules)
        born = plain(demand.lines_born)(u.born, agent.lines, rate)
        if lost:
            agent.appeal *= 1.0 - plain(demand.share_lost)(size.lost, lost, agent.lines - lost, rules)
        agent.lines += born - lost
        agent.appeal += plain(demand.total_size)(size.born, born, rules.line_log_sd) * agent.line_size
        if agent.lines and agent.appeal:
            one = plain(demand.stationary_variance)(rules)
            shocks = plain(demand.shock_variance)(agent.lines, maths.exp(one), rules)
            settled = plain(demand.sum_log_variance)(agent.lines, one)
            speed = plain(demand.reversion_speed)(hand.month - agent.started, shocks, settled, rules)
            gap = plain(demand.gap_to_maturity)(agent.appeal, agent.lines, agent.line_size)
            agent.appeal *= plain(demand.appeal_factor)(gap, speed, shocks, draws.normal(u.shock))

    operating(hand).do(renew)
    assert_same_columns(loop, hand)


def test_staff_agent_by_agent(twins: tuple[EcosystemModel, EcosystemModel]) -> None:
    loop, hand = twins
    world = hand.world
    rules, labour, population = world.rules("jobs"), world.group("labour"), world.settings.group("population")
    price_share = world.group("market").price_share
    wage, fill = world.posted.talent_wage, world.posted.talent_fill
    wanted_staff = operating(hand).map(
        lambda agent: plain(jobs.target_staff)(
            plain(jobs.needed_staff)(agent.revenue, agent.worker_revenue, agent.productivity, price_share), rules.crew
        )
    )
    jobs.apply(loop.world)

    for agent, wanted in zip(operating(hand), wanted_staff, strict=True):
        u_hire, u_talent, u_shed, u_granted = jobs.rounding(hand.seed, agent.unique_id, hand.month)
        skilled = plain(jobs.target_talent)(wanted, wage, population, labour)
        settled = agent.distress == 0
        hired = plain(draws.round_stochastically)(rules.hire * max(0.0, wanted - agent.staff), u_hire) if settled else 0
        young = hand.month - agent.started < rules.patience
        shed = 0 if young else plain(draws.round_stochastically)(rules.shed * max(0.0, agent.staff - wanted), u_shed)
        asked = plain(draws.round_stochastically)(rules.hire * max(0.0, skilled - agent.talent), u_talent)
        granted = min(
            plain(draws.round_stochastically)(asked * fill, u_granted), agent.staff + hired - shed - agent.talent
        )
        left = min(agent.talent, plain(draws.round_stochastically)(shed * agent.talent / max(agent.staff, 1), u_hire))
        agent.staff += int(hired - shed)
        agent.talent = min(agent.staff, agent.talent + int(max(granted, 0) - left))
    for name in ("staff", "talent"):
        assert np.array_equal(getattr(loop.enterprises, name), getattr(hand.enterprises, name))
    assert loop.world.counts.sum() > 0


def test_value_added_tax_agent_by_agent(twins: tuple[EcosystemModel, EcosystemModel]) -> None:
    loop, hand = twins
    world = hand.world
    assert not world.is_december
    rules, relief = world.rules("taxes"), world.group("levers").tax_relief
    input_share = world.group("market").input_share
    taxes.apply(loop.world)

    def pay(agent: Any) -> float:
        stated = plain(taxes.value_added_tax)(agent.revenue, agent.exports, input_share, rules)
        due = plain(taxes.tax_paid)(stated, hand.month - agent.started, relief, rules)
        paid = -book(hand, agent, -due, "vat")
        agent.profit_year -= paid
        return paid

    paid = operating(hand).map(pay)
    assert sum(paid) > 0.0
    assert_same_columns(loop, hand)
    assert_same_books(loop, hand)
    assert sum(plain(ticks)(amount) for amount in paid) == int(loop.world.taxes[taxes.PAID])


def test_finance_agent_by_agent(twins: tuple[EcosystemModel, EcosystemModel]) -> None:
    loop, hand = twins
    world = hand.world
    rules, wage, hurdle = world.rules("finance"), world.group("labour").wage, world.posted.hurdle
    finance.fund(loop.world)
    given = 0

    def ask(agent: Any) -> None:
        nonlocal given
        if agent.origin == INCUMBENT or agent.funded:
            return
        if plain(finance.runway)(agent.cash, agent.staff, wage) >= rules.asking_months:
            return
        u = finance.request_luck(hand.seed, agent.unique_id, hand.month)
        if plain(finance.merit)(u.merit, agent.quality, agent.productivity, rules) >= hurdle:
            agent.funded = 1
            given += 1
            book(hand, agent, plain(finance.ticket)(u.ticket, agent.staff, wage, rules), "outside_equity")

    operating(hand).do(ask)
    assert given
    assert_same_columns(loop, hand)
    assert_same_books(loop, hand)


def test_investment_agent_by_agent(twins: tuple[EcosystemModel, EcosystemModel]) -> None:
    """Some have idle assets to sell, some cash for all they want, and some need others' money."""
    loop, hand = twins
    market, population, wage = (hand.world.group("market"), hand.settings.group("population"),
                                hand.world.group("labour").wage)  # fmt: skip
    finance.invest(loop.world)
    sold, raised_by, owed = [], [], []

    def invest(agent: Any) -> None:
        interest = plain(on_grid)(plain(finance.monthly_interest)(agent.cash, market.overdraft_rate))
        agent.profit_year -= interest
        book(hand, agent, -interest, "interest")
        owed.append(interest > 0.0)
        elasticity, months = population.capital_intensity_elasticity, population.cash_months
        worn = agent.assets * market.depreciation / 12.0
        wanted = plain(finance.target_assets)(agent.staff, float(agent.capital_intensity), elasticity)
        wanted = worn + market.investment_speed * (wanted - (agent.assets - worn))
        idle, cash, revenue = max(0.0, -wanted), agent.cash, agent.revenue
        saved = plain(on_grid)(min(max(0.0, wanted), max(0.0, cash - market.working_months * revenue)))
        raised = plain(on_grid)(market.outside_capital * max(0.0, wanted - saved) if cash >= 0.0 else 0.0)
        spent = saved + raised - plain(on_grid)(market.resale * idle)
        paid = plain(on_grid)(
            plain(finance.dividend)(cash + raised - spent, revenue, agent.staff, wage, months, market)
        )
        agent.assets += saved + raised - worn - idle
        agent.profit_year -= worn + (1.0 - market.resale) * idle
        for amount, purpose in ((raised, "outside_equity"), (-spent, "investment"), (-paid, "dividends")):
            book(hand, agent, amount, purpose)
        sold.append(idle > 0.0)
        raised_by.append(raised > 0.0)

    operating(hand).do(invest)
    assert 0 < sum(owed) < len(owed)
    assert 0 < sum(sold) < len(sold)
    assert 0 < sum(raised_by) < len(raised_by)
    assert_same_columns(loop, hand)
    assert_same_books(loop, hand)


def test_growth_agent_by_agent(twins: tuple[EcosystemModel, EcosystemModel]) -> None:
    loop, hand = twins
    rules, saturation = hand.world.rules("growth"), hand.world.sectors.saturation
    growth.apply(loop.world)
    hit = []

    def grow(agent: Any) -> None:
        u = growth.growth_luck(hand.seed, agent.unique_id, hand.month)
        age, crowded = max(0, hand.month - agent.started), float(saturation[agent.sector])
        shock = plain(growth.shock)(u.comes, u.size, plain(growth.shock_scale)(agent.staff, rules), rules)
        factor = plain(maths.exp)(plain(growth.drift)(age, crowded, rules) + shock)
        agent.line_size *= factor
        agent.appeal *= factor
        hit.append(shock != 0.0)

    operating(hand).do(grow)
    assert 0 < sum(hit) < len(hit)
    assert_same_columns(loop, hand)


def test_beginnings_of_projects_agent_by_agent(twins: tuple[EcosystemModel, EcosystemModel]) -> None:
    loop, hand = twins
    rules = hand.world.rules("projects")
    idle = loop.enterprises.project_began == NEVER
    projects.apply(loop.world)

    def begins(agent: Any) -> bool:
        if agent.talent == 0 or agent.project_began != NEVER:
            return False
        u_begin = projects.project(hand.seed, agent.unique_id, hand.month).begins
        return bool(u_begin < plain(projects.begin_probability)(agent.talent, agent.cash, rules))

    chosen = operating(hand)
    begun = {agent.unique_id for agent, it in zip(chosen, chosen.map(begins), strict=True) if it}
    rows = idle & (loop.enterprises.project_began == loop.month)
    assert begun == set(loop.enterprises.identity[rows].tolist()) != set()
