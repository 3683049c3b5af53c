"""Newborns, after the cohort of 2015: they are registered, start at a hazard, hire and find customers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Step
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f4, f8, f8_2d, i1, i2, i4, i8, typed
from sim.model.record.reading import counted
from sim.model.state.accounts import (
    ENTRY_COST,
    FOUNDERS_EQUITY,
    INVESTMENT,
    OUTSIDE_EQUITY,
    PLATFORM_EQUITY,
    STAFF,
    TALENT,
    transfer,
)
from sim.model.state.cohort import (
    Cohort,
    Ideas,
    assets_per_worker,
    entry_cost,
    first_sales,
    founder_wealth,
    has_customers,
    idea_luck,
    inherited,
    life_luck,
    plan_luck,
    skill,
    skill_luck,
    staff_at_start,
    staff_planned,
    team_luck,
    trait_luck,
)
from sim.model.state.enterprises import (
    INDEPENDENT,
    MAKER,
    NEVER,
    OPERATING,
    REGISTERED,
    SPIN_OFF,
    gather,
    reads,
    writes,
)
from sim.model.state.sectors import attraction, relative_price
from sim.model.state.world import LENT, World
from sim.parameters import Market, Population

EVENTS = Counters("started", "started_at_once", "hours_asked", "hours_lent")
STARTED, AT_ONCE, HOURS_ASKED, HOURS_LENT = EVENTS

team_luck_of = team_luck.of


@reads
class Reads(NamedTuple):
    identity: i8
    born: i2


@writes
class Writes(NamedTuple):
    status: i1
    started: i2
    staff: i4
    talent: i4


@reads
class TeamReads(NamedTuple):
    identity: i8
    status: i1
    born: i2
    started: i2
    quality: f8
    productivity: f8
    lines: i4
    line_size: f8


@writes
class TeamWrites(NamedTuple):
    staff: i4
    talent: i4
    appeal: f8


@writes
class Newborn(NamedTuple):
    identity: i8
    host: i8
    status: i1
    origin: i1
    sector: i1
    platform: i2
    site: i2
    born: i2
    started: i2
    project_began: i2
    asked: i2
    lines: i4
    productivity: f8
    quality: f8
    worker_revenue: f8
    line_size: f8
    appeal: f8
    capital_intensity: f4
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8
    borrowed_hours: i4
    funded: i1
    host_stake: f4
    cash: f8
    assets: f8


@typed
class Parameters(NamedTuple):
    """Parameters of newcomers: of their cohort, the opening population and the market."""

    cohort: Cohort
    population: Population
    market: Market


@typed
class Terms(NamedTuple):
    """Terms of founding this month."""

    wage: float  # million yuan a year
    entry_cost: float  # million yuan
    capital_per_job: float  # million yuan
    wealth_median: float  # million yuan
    wealth_log_sd: float
    inheritance: float  # share of the parent's knowledge and revenue per worker
    ticket: float  # million yuan that platforms invest in one maker
    fund: float  # million yuan that platforms have for makers
    hours_per_job: float  # equipment hours requested, a month
    hours_worth: float  # million yuan of capital that one hour a month replaces
    hours_fill: float  # share of requested hours that is lent
    hours: float  # hours a month still to be lent
    assets_an_hour: float  # million yuan of equipment that an hour at the posted price replaces


@typed
class Sectors(NamedTuple):
    """Sectors' attributes that newcomers inherit."""

    worker_revenue: f8
    productivity: f8
    quality: f8
    base_knowledge: f8_2d


@compiled
def start_probability(age: int, p: Cohort) -> float:
    """Probability that a registered enterprise starts this month: a share at registration, then a hazard."""
    return p.operating_at_registration if age == 0 else p.start_hazard


@compiled
def start(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Cohort, people: i8, events: i8
) -> None:  # fmt: skip
    """Start registered enterprises; ``people`` sums their staff and talent."""
    for i in range(lo, hi):
        if w.status[i] != REGISTERED:
            continue
        if life_luck(seed, r.identity[i], month).starts >= start_probability(month - r.born[i], p):
            continue
        u_talent = team_luck(seed, r.identity[i], month).skilled
        w.status[i] = OPERATING
        w.started[i] = month
        w.staff[i] = staff_at_start(seed, r.identity[i], month, p)
        w.talent[i] = min(w.staff[i], draws.round_stochastically(p.talent_share * w.staff[i], u_talent))
        people[STAFF] += w.staff[i]
        people[TALENT] += w.talent[i]
        events[STARTED] += 1
        events[AT_ONCE] += 1 if r.born[i] == month else 0


@equation
def joining_staff(planned: int, staff: int, u: float, p: Cohort) -> int:
    """People who join a young team this month: part of the gap to its planned staff."""
    return int(draws.round_stochastically(p.joining * max(0, planned - staff), u))


@compiled
def grow_young_teams(
    lo: Index, hi: Index, seed: int, month: int, r: TeamReads, w: TeamWrites, p: Cohort, m: Market, since: int,
    people: i8,
) -> None:  # fmt: skip
    """Young teams born ``since`` hire, and those without customers may find their first; ``people`` sums who join."""
    young, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    planned = np.empty(BLOCK, np.int64)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            age = month - r.started[i]
            starts_up = (r.status[i] == OPERATING) & (r.born[i] >= since)
            young[i - first] = starts_up & (age >= 1) & (age <= p.settling)
        number = gather(young, first, last, r.identity, rows, identity)
        u = team_luck_of(seed, identity, 0, number, month)
        for k in range(number):
            planned[k] = staff_planned(seed, identity[k], p)
        for k in range(number):
            i = rows[k]
            joined = joining_staff(planned[k], w.staff[i], u.joins[k], p)
            skilled = min(joined, draws.round_stochastically(p.talent_share * joined, u.skilled[k]))
            w.staff[i] += joined
            w.talent[i] += skilled
            people[STAFF] += joined
            people[TALENT] += skilled
            if w.appeal[i] == 0.0 and u.first_customer[k] < p.first_sale:
                pull = attraction(r.quality[i], r.productivity[i], m.rivalry, m.price_share)
                w.appeal[i] = min(r.lines[i] * r.line_size[i], first_sales(seed, identity[k], 1.0, p) / pull)


@compiled
def equity(wealth: float, need: float, wages: float) -> float:
    """Founding equity (million yuan): the need, plus initial ``wages`` as far as the founder's wealth allows."""
    return max(need, min(wealth, need + wages))


@compiled
def initialise_newborns(
    seed: int, month: int, rows: i8, ideas: Ideas, e: Newborn, parameters: Parameters, terms: Terms, sectors: Sectors,
    events: i8, flows: i8,
) -> tuple[float, float]:  # fmt: skip
    """Fill the rows of newcomers, one per idea; returns the rest of the makers' fund and of equipment hours."""
    n, o, m = parameters
    fund, hours = terms.fund, terms.hours
    for k in range(len(rows)):
        i, identity, s, merit = rows[k], ideas.identity[k], ideas.sector[k], ideas.merit[k]
        parent, channel = ideas.parent[k], ideas.channel[k]
        trait, skills = trait_luck(seed, identity, month), skill_luck(seed, identity, month)
        known_at_home = sectors.base_knowledge[ideas.home[k]]
        u_spread = plan_luck(seed, identity, 0).worker_revenue
        wealth = founder_wealth(idea_luck(seed, identity, month).wealth, terms.wealth_median, terms.wealth_log_sd)
        jobs = staff_planned(seed, identity, n)
        e.identity[i] = identity
        e.host[i] = e.identity[parent] if parent >= 0 and channel != INDEPENDENT else 0
        e.status[i] = REGISTERED
        e.origin[i] = channel
        e.sector[i] = s
        e.platform[i] = ideas.platform[k] if channel == MAKER else -1
        e.site[i] = -1
        e.born[i] = month
        e.started[i] = NEVER
        e.project_began[i] = NEVER
        e.asked[i] = NEVER
        e.lines[i] = 1 + int(n.most_lines * trait.lines)
        u_productivity, u_quality = draws.normal(trait.productivity), draws.normal(skills.quality)
        e.productivity[i] = sectors.productivity[s] * maths.exp(n.productivity_log_sd * u_productivity - n.gap)
        e.quality[i] = sectors.quality[s] * maths.exp(n.quality_log_sd * u_quality - n.gap)
        pull = attraction(e.quality[i], e.productivity[i], m.rivalry, m.price_share)
        spread = n.worker_revenue_log_sd
        factor = maths.exp(spread * draws.normal(u_spread) - 0.5 * spread * spread)
        e.worker_revenue[i] = sectors.worker_revenue[s] * n.worker_revenue * factor
        if parent >= 0 and channel == SPIN_OFF:  # founders take their employer's methods along
            e.worker_revenue[i] = inherited(e.worker_revenue[i], e.worker_revenue[parent], terms.inheritance)
        price = relative_price(e.productivity[i], m.price_share)
        mature = merit * jobs * e.worker_revenue[i] * e.productivity[i] * price
        e.line_size[i] = mature / pull / e.lines[i]
        known = channel == SPIN_OFF or has_customers(seed, identity, n)
        sales = first_sales(seed, identity, merit, n) if known else 0.0
        e.appeal[i] = min(mature, sales) / pull
        e.capital_intensity[i] = assets_per_worker(u_spread, trait.capital_intensity, o)
        e.knowledge_0[i] = skill(known_at_home[0], skills.knowledge_0, o.knowledge_spread)
        e.knowledge_1[i] = skill(known_at_home[1], skills.knowledge_1, o.knowledge_spread)
        e.knowledge_2[i] = skill(known_at_home[2], skills.knowledge_2, o.knowledge_spread)
        if parent >= 0 and channel in (SPIN_OFF, MAKER):
            e.knowledge_0[i] = inherited(e.knowledge_0[i], e.knowledge_0[parent], terms.inheritance)
            e.knowledge_1[i] = inherited(e.knowledge_1[i], e.knowledge_1[parent], terms.inheritance)
            e.knowledge_2[i] = inherited(e.knowledge_2[i], e.knowledge_2[parent], terms.inheritance)
        need = jobs * terms.capital_per_job
        asked = maths.floor(jobs * terms.hours_per_job)
        events[HOURS_ASKED] += int(asked)
        lent = min(hours, maths.floor(asked * terms.hours_fill))
        hours -= lent
        events[HOURS_LENT] += int(lent)
        e.borrowed_hours[i] = lent
        need = max(0.0, need - lent * terms.hours_worth - ideas.hours[k] * terms.assets_an_hour)
        contribution = equity(wealth, need + terms.entry_cost, n.runway * jobs * terms.wage)
        if channel == MAKER and e.platform[i] >= 0 and fund > 0.0 and contribution > 0.0:
            backed = min(terms.ticket, fund, contribution)
            fund -= transfer(i, backed, e.cash, flows, PLATFORM_EQUITY)
            e.host_stake[i] = backed / contribution
            contribution -= backed
            e.funded[i] = 1
        own_contribution = min(contribution, wealth)
        transfer(i, own_contribution, e.cash, flows, FOUNDERS_EQUITY)
        if contribution > own_contribution:
            transfer(i, contribution - own_contribution, e.cash, flows, OUTSIDE_EQUITY)
            e.funded[i] = 1
        transfer(i, -terms.entry_cost, e.cash, flows, ENTRY_COST)
        e.assets[i] = -transfer(i, -need, e.cash, flows, INVESTMENT)
    return fund, hours


def apply(world: World) -> None:
    """Found the ideas pursued, start registered enterprises, and grow young teams."""
    rules, market, events = world.rules("newborns"), world.group("market"), world.counters("newborns")
    ideas, world.ideas = world.ideas, None
    if ideas is not None:
        pursued = ideas.channel.nonzero()[0]
        found(world, Ideas(*(column[pursued] for column in ideas)))
    people = np.zeros(2, np.int64)
    world.loop(start, Reads, Writes, rules, sums=(people, events))
    if rules.enabled:
        world.loop(grow_young_teams, TeamReads, TeamWrites, rules, market, world.first_month, sums=(people,))
    world.hire_people(int(people[STAFF]), int(people[TALENT]))


def found(world: World, ideas: Ideas) -> None:
    """Found the ideas pursued; platforms pay for makers, and hours requested set next month's share lent."""
    table, market, events = world.enterprises, world.group("market"), world.counters("newborns")
    rows = table.add(len(ideas.identity))
    parameters = Parameters(world.rules("newborns"), world.standard, market)
    terms = terms_of(world)
    fund, hours = initialise_newborns(
        world.seed, world.month, rows, ideas, table.view(Newborn), parameters, terms, world.sectors.view(Sectors), events,
        world.books.flows,
    )  # fmt: skip
    world.complete_newborns(rows)
    spend_funds(world, float(terms.fund - fund) * world.weight)
    asked = int(events[HOURS_ASKED])
    fill = min(1.0, (hours + int(events[HOURS_LENT])) / asked) if asked else 1.0
    if market.coupled:
        world.posted = world.posted._replace(hours_fill=fill)


def terms_of(world: World) -> Terms:
    """The month's terms of founding, most of them rules of entry."""
    entry, lending = world.rules("entry"), world.rules("lending")
    return Terms(
        wage=world.group("labour").wage,
        entry_cost=entry_cost(entry, world.group("levers")),
        capital_per_job=entry.capital_per_job,
        wealth_median=entry.wealth_median,
        wealth_log_sd=entry.wealth_log_sd,
        inheritance=entry.inheritance,
        ticket=entry.maker_ticket,
        fund=sum(platform.fund for platform in world.platforms) / world.weight,
        hours_per_job=0.0 if lending.enabled else entry.hours_per_job,
        hours_worth=entry.hours_worth,
        hours_fill=world.posted.hours_fill,
        hours=float(max(0, world.hours_offered - int(world.hours[LENT]))),
        assets_an_hour=lending.assets_an_hour,
    )


def spend_funds(world: World, spent: float) -> None:
    """Take the makers' tickets from the platforms' funds, the largest first."""
    for platform in sorted(world.platforms, key=lambda platform: (-platform.fund, platform.index)):
        part = min(spent, platform.fund)
        platform.fund -= part
        spent -= part


OUTCOMES = (
    counted("hours_lent", "equipment hours granted", 1, "hours"),
    counted("hours_asked", "equipment hours requested", unit="hours"),
)

HOST_STAKE = Column(
    "host_stake", "f4", "share", "share of a maker that the fund of its platform bought: its part of what was paid in"
)

DRAWS = idea_luck, plan_luck, trait_luck, skill_luck, life_luck, team_luck

MECHANISM = Mechanism(
    "newborns",
    Cohort,
    steps=(
        Step(
            "start",
            apply,
            loops=(initialise_newborns, start, grow_young_teams),
            groups=("labour", "levers", "market", "mechanisms.entry", "mechanisms.lending", "population"),
            transfers=("platform_equity", "founders_equity", "outside_equity", "entry_cost", "investment"),
            draws=DRAWS,
            state=("people", "platforms.fund", "posted.hours_fill"),
        ),
    ),
    columns=(HOST_STAKE,),
    counters=EVENTS,
    draws=DRAWS,
    outcomes=OUTCOMES,
)
