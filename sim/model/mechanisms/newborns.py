"""3 Newborns: the cohort of 2015; registered, then started at a hazard; a team that fills up and finds customers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Step, assumption, evidence, fitted, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.threads import BLOCK
from sim.kernel.types import typed
from sim.model.mechanisms.population import assets_per_worker
from sim.model.record.reading import counted
from sim.model.state.accounts import (
    ENTRY_COST,
    FOUNDERS_EQUITY,
    INVESTMENT,
    OUTSIDE_EQUITY,
    PLATFORM_EQUITY,
    transfer,
)
from sim.model.state.cohort import first_sales, founders_means, has_customers, staff_at_start, staff_planned
from sim.model.state.enterprises import (
    INCUMBENT,
    INDEPENDENT,
    MAKER,
    NEVER,
    OPERATING,
    REGISTERED,
    SPIN_OFF,
    AllColumns,
    gather,
)
from sim.model.state.sectors import attraction, relative_price
from sim.model.state.world import World
from sim.parameters import numbers

EVENTS = Counters(
    "started",
    "started_at_once",
    "hours_asked",
    "hours_lent",
)
_STARTED, _AT_ONCE = EVENTS.place("started"), EVENTS.place("started_at_once")
_HOURS_ASKED, _HOURS_LENT = EVENTS.place("hours_asked"), EVENTS.place("hours_lent")
_COHORT = "SAIC survey of the cohort founded in 2015 Q3"


@typed
class Rules(NamedTuple):
    """Newborns: the cohort of 2015."""

    enabled: bool = switch()
    staff_mean: float = parameter(
        9.27, "people", "mean staff that founders plan; larger plans find finance less often",
        fitted(f"6.2 staff at the start, {_COHORT}", "new_firm_cohort_2015q3.staff.at_start"), bounds=(1, 1000),
    )  # fmt: skip
    staff_log_sd: float = parameter(
        0.8, "", "spread of the logarithm of staff", assumption("not published"), bounds=(0, 3), plausible=(0.5, 1.2)
    )
    opening_team: float = parameter(
        0.9431, "share", "part of the planned team that is there at the start",
        fitted(f"staff of 6.2 at the start and 7.0 a year later, {_COHORT}", "new_firm_cohort_2015q3.staff"), bounds=(0, 1),
    )  # fmt: skip
    joining: float = parameter(
        0.15, "1/month", "part of the missing team that joins in a month", evidence("hiring: 0.05 to 0.3 a month"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    settling: float = parameter(
        24.0, "month", "months after the start in which a team fills up and finds first customers",
        assumption("founders' patience"), bounds=(1, 240), plausible=(12, 36),
    )  # fmt: skip
    with_revenue: float = parameter(
        0.8266, "share", "newborns that sell from their start on", fitted(f"82.7% with revenue within a year, {_COHORT}", "new_firm_cohort_2015q3.with_revenue"),
        bounds=(0, 1),
    )  # fmt: skip
    first_sale: float = parameter(
        0.03, "1/month", "hazard at which a young team without customers finds its first", assumption("slow starts"),
        bounds=(0, 1), plausible=(0.01, 0.1),
    )  # fmt: skip
    runway: float = parameter(
        0.437, "year", "wages that founders put in beyond the capital they need", fitted("survival of the first year", "survival.eu.y1", "survival.us_1994_cohort.y1"),
        bounds=(0, 10),
    )  # fmt: skip
    talent_share: float = parameter(
        0.15, "share of staff", "skilled staff of a newcomer", assumption("founders are skilled more often"), bounds=(0, 1),
        plausible=(0.05, 0.3),
    )  # fmt: skip
    revenue_median: float = parameter(
        0.01242, "million yuan a year", "median rate of sales at the start",
        fitted(f"median first-year revenue 0.089, {_COHORT}", "new_firm_cohort_2015q3.revenue_first_year.median"), bounds=(0.0001, 1000),
    )  # fmt: skip
    revenue_log_sd: float = parameter(
        3.682, "", "spread of the logarithm of the rate of sales at the start",
        fitted(f"spread of 2.08 of first-year revenue, {_COHORT}", "new_firm_cohort_2015q3.revenue_first_year.log_sd"), bounds=(0, 5),
    )  # fmt: skip
    revenue_staff_correlation: float = parameter(
        0.4, "", "correlation of the logarithms of staff and revenue", assumption("jointly drawn"), bounds=(-1, 1),
        plausible=(0.2, 0.7),
    )  # fmt: skip
    operating_at_registration: float = parameter(
        0.404,
        "share",
        "newborns that operate at once",
        evidence(_COHORT, "new_firm_cohort_2015q3.operating_at_registration"),
        bounds=(0, 1),
    )
    start_hazard: float = parameter(
        0.09749, "1/month", "hazard at which a registered newborn starts",
        fitted(f"69.9% operating after a year net of stops, {_COHORT}", "new_firm_cohort_2015q3.operating_after_a_year"), bounds=(0, 1),
    )  # fmt: skip
    worker_revenue: float = parameter(
        0.85, "", "revenue per worker at maturity, relative to the sector's", assumption("entrants are less productive"),
        bounds=(0.01, 5), plausible=(0.5, 1.0),
    )  # fmt: skip
    worker_revenue_log_sd: float = parameter(
        0.5, "", "spread of the logarithm of revenue per worker at maturity, around that mean",
        assumption("near that of the stock"), bounds=(0, 2), plausible=(0.3, 0.9),
    )  # fmt: skip
    productivity_log_sd: float = parameter(
        0.1, "", "spread of the logarithm of productivity around the sector's", assumption("as the stock's"), bounds=(0, 1),
        plausible=(0.05, 0.25),
    )  # fmt: skip
    quality_log_sd: float = parameter(
        0.1, "", "spread of the logarithm of quality around the sector's", assumption("as the stock's"), bounds=(0, 1),
        plausible=(0.05, 0.25),
    )  # fmt: skip
    energy_log_sd: float = parameter(
        0.3, "", "spread of the logarithm of energy and material per output", assumption("as the stock's"), bounds=(0, 2),
        plausible=(0.2, 0.6),
    )  # fmt: skip
    most_lines: int = parameter(
        2, "lines", "most product lines of a newborn, each number from one on as likely", assumption("one product or two"),
        bounds=(1, 100), plausible=(1, 3),
    )  # fmt: skip


class Reads(NamedTuple):
    identity: Any
    born: Any


class Writes(NamedTuple):
    status: Any
    started: Any
    staff: Any
    talent: Any


class TeamReads(NamedTuple):
    identity: Any
    status: Any
    origin: Any
    started: Any
    quality: Any
    productivity: Any
    lines: Any
    line_size: Any


class TeamWrites(NamedTuple):
    staff: Any
    talent: Any
    appeal: Any


@compiled
def start_probability(age: int, p: Any) -> float:
    """Probability that a registered enterprise starts this month: the cohort's share at once, then a hazard."""
    return p.operating_at_registration if age == 0 else p.start_hazard


@compiled
def start(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, talent_share: float, totals: Any, events: Any
) -> None:
    """Starts of a month; ``totals`` gathers the staff and talent that start with them."""
    for i in range(lo, hi):
        if w.status[i] != REGISTERED:
            continue
        u_start, _, _, _ = draws.uniforms(seed, r.identity[i], month, draws.START)
        if u_start >= start_probability(month - r.born[i], p):
            continue
        _, _, u_talent, _ = draws.uniforms(seed, r.identity[i], month, draws.TEAM)
        w.status[i] = OPERATING
        w.started[i] = month
        w.staff[i] = staff_at_start(seed, r.identity[i], month, p)
        w.talent[i] = min(w.staff[i], draws.whole(talent_share * w.staff[i], u_talent))
        totals[0] += w.staff[i]
        totals[1] += w.talent[i]
        events[_STARTED] += 1
        events[_AT_ONCE] += 1 if r.born[i] == month else 0


@equation
def who_join(planned: int, staff: int, u: float, p: Any) -> int:
    """People who join a young team this month: part of those who are missing from what its founders planned."""
    return int(draws.whole(p.joining * max(0, planned - staff), u))


@compiled
def settle_in(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, m: Any, talent_share: float, totals: Any
) -> None:
    """Young teams fill up, and those without customers may find their first; ``totals`` gathers who join."""
    young, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    u, planned = np.empty((4, BLOCK)), np.empty(BLOCK, np.int64)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            age = month - r.started[i]
            starts_up = (r.status[i] == OPERATING) & (r.origin[i] != INCUMBENT)
            young[i - first] = starts_up & (age >= 1) & (age <= p.settling)
        number = gather(young, first, last, r.identity, rows, identity)
        draws.fill(u, seed, identity, 0, number, month, draws.TEAM)
        for k in range(number):
            planned[k] = staff_planned(seed, identity[k], p)
        for k in range(number):
            i = rows[k]
            joined = who_join(planned[k], w.staff[i], u[1, k], p)
            skilled = min(joined, draws.whole(talent_share * joined, u[2, k]))
            w.staff[i] += joined
            w.talent[i] += skilled
            totals[0] += joined
            totals[1] += skilled
            if w.appeal[i] == 0.0 and u[3, k] < p.first_sale:
                pull = attraction(r.quality[i], r.productivity[i], m.rivalry, m.price_share)
                w.appeal[i] = min(r.lines[i] * r.line_size[i], first_sales(seed, identity[k], 1.0, p) / pull)


@compiled
def inherited(own: float, of_parent: float, share: float) -> float:
    """What a newcomer knows, or earns with a worker, that takes part of its parent's way along."""
    return max(own, (1.0 - share) * own + share * of_parent)


@compiled
def equity(u_wealth: float, need: float, wages: float, p: Any) -> float:
    """What founders put in (million yuan): the need and ``wages`` to begin with, as far as their means go."""
    return max(need, min(founders_means(u_wealth, p), need + wages))


@compiled
def be_born(
    seed: int, month: int, rows: Any, ideas: Any, chosen: Any, e: Any, n: Any, p: Any, o: Any, m: Any, wage: float,
    entry_cost: float, fund: Any, hours_fill: float, ticket: float,
    sector_revenue: Any, productivity: Any, quality: Any, base: Any,
    events: Any, flows: Any,
) -> None:  # fmt: skip
    """Fill the rows of newcomers; ``chosen`` are the places of their ideas, ``fund`` what platforms have for makers."""
    for k in range(len(rows)):
        i, idea = rows[k], chosen[k]
        identity, s, merit = ideas.identity[idea], ideas.sector[idea], ideas.merit[idea]
        parent, channel = ideas.parent[idea], ideas.channel[idea]
        _, _, u_wealth, _ = draws.uniforms(seed, identity, month, draws.IDEA)
        u_lines, u_productivity, u_energy, u_intensity = draws.uniforms(seed, identity, month, draws.NEWBORN_TRAITS)
        u_0, u_1, u_2, u_quality = draws.uniforms(seed, identity, month, draws.KNOWLEDGE)
        _, _, _, u_spread = draws.uniforms(seed, identity, 0, draws.NEWBORN)
        jobs = staff_planned(seed, identity, n)
        e.identity[i] = identity
        e.host[i] = e.identity[parent] if parent >= 0 and channel != INDEPENDENT else 0
        e.status[i] = REGISTERED
        e.origin[i] = channel
        e.sector[i] = s
        e.platform[i] = ideas.platform[idea] if channel == MAKER else -1
        e.site[i] = -1
        e.born[i] = month
        e.started[i] = NEVER
        e.project_began[i] = NEVER
        e.asked[i] = NEVER
        e.lines[i] = 1 + int(n.most_lines * u_lines)
        e.productivity[i] = productivity[s] * maths.exp(n.productivity_log_sd * draws.normal(u_productivity))
        e.quality[i] = quality[s] * maths.exp(n.quality_log_sd * draws.normal(u_quality))
        pull = attraction(e.quality[i], e.productivity[i], m.rivalry, m.price_share)
        spread = n.worker_revenue_log_sd
        luck = maths.exp(spread * draws.normal(u_spread) - 0.5 * spread * spread)
        e.worker_revenue[i] = sector_revenue[s] * n.worker_revenue * luck
        if parent >= 0 and channel == SPIN_OFF:  # its founders know how their former employer earns its money
            e.worker_revenue[i] = inherited(e.worker_revenue[i], e.worker_revenue[parent], p.inheritance)
        price = relative_price(e.productivity[i], m.price_share)
        mature = merit * jobs * e.worker_revenue[i] * e.productivity[i] * price
        e.line_size[i] = mature / pull / e.lines[i]
        known = channel == SPIN_OFF or has_customers(seed, identity, n)
        sales = first_sales(seed, identity, merit, n) if known else 0.0
        e.appeal[i] = min(mature, sales) / pull
        e.capital_intensity[i] = assets_per_worker(u_spread, u_intensity, o)
        e.energy[i] = o.energy * maths.exp(n.energy_log_sd * draws.normal(u_energy))
        e.knowledge_0[i] = max(0.0, base[s, 0] + o.knowledge_spread * draws.normal(u_0))
        e.knowledge_1[i] = max(0.0, base[s, 1] + o.knowledge_spread * draws.normal(u_1))
        e.knowledge_2[i] = max(0.0, base[s, 2] + o.knowledge_spread * draws.normal(u_2))
        if parent >= 0 and channel in (SPIN_OFF, MAKER):
            e.knowledge_0[i] = inherited(e.knowledge_0[i], e.knowledge_0[parent], p.inheritance)
            e.knowledge_1[i] = inherited(e.knowledge_1[i], e.knowledge_1[parent], p.inheritance)
            e.knowledge_2[i] = inherited(e.knowledge_2[i], e.knowledge_2[parent], p.inheritance)
        need = jobs * p.capital_per_job
        asked = maths.floor(jobs * p.hours_per_job)
        events[_HOURS_ASKED] += int(asked)
        lent = min(float(fund[1]), maths.floor(asked * hours_fill))
        fund[1] -= lent
        events[_HOURS_LENT] += int(lent)
        e.borrowed_hours[i] = lent
        need = max(0.0, need - lent * p.hours_worth)
        put_in = equity(u_wealth, need + entry_cost, n.runway * jobs * wage, p)
        if channel == MAKER and e.platform[i] >= 0 and fund[0] > 0.0:
            backed = min(ticket, fund[0], put_in)
            fund[0] -= transfer(i, backed, e.cash, flows, PLATFORM_EQUITY)
            put_in -= backed
            e.funded[i] = 1
        own_money = min(put_in, founders_means(u_wealth, p))
        transfer(i, own_money, e.cash, flows, FOUNDERS_EQUITY)
        if put_in > own_money:
            transfer(i, put_in - own_money, e.cash, flows, OUTSIDE_EQUITY)
            e.funded[i] = 1
        transfer(i, -entry_cost, e.cash, flows, ENTRY_COST)
        e.assets[i] = -transfer(i, -need, e.cash, flows, INVESTMENT)


def apply(world: World) -> None:
    """Births of the ideas pursued, then starts of all that are registered, and what becomes of young teams."""
    rules, entry, table = world.rules("newborns"), world.rules("entry"), world.enterprises
    population, sectors = world.settings.group("population"), world.sectors
    ideas, world.ideas = world.ideas, None
    if ideas is not None:
        chosen = ideas.channel.nonzero()[0]
        rows = table.add(len(chosen))
        entry_cost = entry.administrative_cost * (1.0 - world.group("levers").entry_cost_cut)
        lent_now = int(world.hours[1])
        fund = np.array(
            [
                sum(platform.fund for platform in world.platforms) / world.weight,
                float(max(0, world.hours_offered - lent_now)),
            ]
        )
        before = fund[0]
        be_born(
            world.seed, world.month, rows, ideas, chosen, table.view(AllColumns), rules, entry,
            numbers(population),
            world.group("market"), world.group("labour").wage, entry_cost, fund,
            world.posted.hours_fill, entry.maker_ticket, sectors.worker_revenue, sectors.productivity,
            sectors.quality, sectors.base_knowledge, world.counters("newborns"), world.books.flows,
        )  # fmt: skip
        world.complete_newborns(rows)
        spend_funds(world, float(before - fund[0]) * world.weight)
        asked = int(world.counters("newborns")[_HOURS_ASKED])
        fill = min(1.0, (fund[1] + int(world.counters("newborns")[_HOURS_LENT])) / asked) if asked else 1.0
        if world.group("market").coupled:
            world.posted = world.posted._replace(hours_fill=fill)
    totals = np.zeros(2, np.int64)
    world.loop(start, Reads, Writes, rules, rules.talent_share, sums=(totals, world.counters("newborns")))
    if rules.enabled:
        market = world.group("market")
        world.loop(settle_in, TeamReads, TeamWrites, rules, market, rules.talent_share, sums=(totals,))
    world.hire_people(int(totals[0]), int(totals[1]))


def spend_funds(world: World, spent: float) -> None:
    """Take what makers got from the platforms' funds, fullest first."""
    for platform in sorted(world.platforms, key=lambda platform: (-platform.fund, platform.number)):
        part = min(spent, platform.fund)
        platform.fund -= part
        spent -= part


OUTCOMES = (
    counted("hours_lent", "equipment hours granted", 1),
    counted("hours_asked", "equipment hours asked for"),
)

MECHANISM = Mechanism("newborns", Rules, steps=(Step("start", apply),), counters=EVENTS, outcomes=OUTCOMES)
