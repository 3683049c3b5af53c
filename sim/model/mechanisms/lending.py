"""Lending: enterprises let equipment, laboratories, data and specialists' time that they do not need this month.

Each kind has a posted price, which moves with excess demand as rents do. An enterprise offers what its own staff,
projects and sales leave idle. Others ask for what their project or equipment lacks, and take it where it gains more than
its price, the one that gains most first. Payments go from enterprise to enterprise.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, parameter
from sim.kernel import maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.types import Index, f4, f8, f8_2d, i1, i2, i4, i8, i8_2d, typed
from sim.model.record.reading import counted, share
from sim.model.state.accounts import LENDING, TICKS, on_grid, ticks, transfer
from sim.model.state.enterprises import CLASSES, NEVER, OPERATING, NoWrites, reads, writes
from sim.model.state.idle import DATA, EQUIPMENT, IDLE_KINDS, LABORATORY, SPECIALIST
from sim.model.state.plans import needed_staff, target_assets, target_staff, target_talent
from sim.model.state.research import Rules as Research
from sim.model.state.research import effort, gain, hours_left, project_size, project_staff, solve_probability
from sim.model.state.world import IDLE, LENT, World
from sim.parameters import Labour, Market, Population

EVENTS = Counters(
    *(f"{kind}_offered" for kind in IDLE_KINDS),
    *(f"{kind}_sought" for kind in IDLE_KINDS),
    *(f"{kind}_let" for kind in IDLE_KINDS),
    *(f"lending_income_{name}" for name in CLASSES),
    *(f"lending_paid_{name}" for name in CLASSES),
)
OFFERED, SOUGHT, LET = 0, len(IDLE_KINDS), 2 * len(IDLE_KINDS)  # each the first of four
INCOME = 3 * len(IDLE_KINDS)
PAID = INCOME + len(CLASSES)
COMPONENTS = 3  # of a project


@typed
class Rules(NamedTuple):
    """Lending of idle resources at posted prices."""

    enabled: bool = parameter(
        False, "", "whether idle resources are let at posted prices; otherwise big enterprises lend equipment hours at no price",
        assumption("switch"),
    )  # fmt: skip
    equipment_price: float = parameter(
        0.00004, "million yuan an hour", "price of an hour of equipment at the start", assumption("machine rates near 100 yuan an hour"),
        bounds=(1e-6, 1), plausible=(0.00001, 0.0001),
    )  # fmt: skip
    laboratory_price: float = parameter(
        0.00005, "million yuan an hour", "price of an hour of a laboratory at the start",
        assumption("shared instruments: tens to hundreds of yuan an hour"), bounds=(1e-6, 1), plausible=(0.00001, 0.0005),
    )  # fmt: skip
    data_price: float = parameter(
        0.001, "million yuan", "price of a set of data for a month at the start", assumption("a day or two of a specialist"),
        bounds=(1e-6, 1), plausible=(0.0002, 0.01),
    )  # fmt: skip
    specialist_price: float = parameter(
        0.0001, "million yuan an hour", "price of an hour of a specialist at the start",
        assumption("twice the hourly cost of skilled staff"), bounds=(1e-6, 1), plausible=(0.00005, 0.0004),
    )  # fmt: skip
    least: float = parameter(
        0.2, "share", "price below which owners offer nothing, over that at the start",
        assumption("supervision, insurance and wear"), bounds=(0.001, 1), plausible=(0.05, 0.5),
    )  # fmt: skip
    response: float = parameter(
        0.1, "1/month", "response of the logarithm of a price to what is sought less what is offered, over both",
        assumption("prices of short lets follow within a year"), bounds=(0, 2), plausible=(0.03, 0.3),
    )  # fmt: skip
    spare: float = parameter(
        0.1, "share", "part of equipment that is idle at usual sales", assumption("batches and peaks; utilisation near 75%"),
        bounds=(0, 1), plausible=(0.03, 0.25),
    )  # fmt: skip
    assets_an_hour: float = parameter(
        0.004, "million yuan", "assets that give one hour of equipment a month",
        assumption("assets of 0.64 million yuan per worker over 160 hours"), bounds=(1e-5, 10), plausible=(0.001, 0.01),
    )  # fmt: skip
    hours_a_person: float = parameter(
        160.0, "hours a month", "hours that a specialist works", assumption("twenty days of eight hours"), bounds=(1, 744),
        plausible=(140, 180),
    )  # fmt: skip
    laboratory_hours: float = parameter(
        40.0, "hours a month a person", "laboratory hours that skilled staff at work on a project use; who has a full team has them",
        assumption("a quarter of the time"), bounds=(0, 744), plausible=(10, 80),
    )  # fmt: skip
    laboratory_worth: float = parameter(
        0.002, "million yuan", "budget of a project that an hour of a laboratory a month replaces",
        assumption("half of what an hour of equipment stands for"), bounds=(0, 10), plausible=(0.0005, 0.005),
    )  # fmt: skip
    data_hours: float = parameter(
        20.0, "hours a month", "hours of measuring and searching that another enterprise's set of data saves a team",
        assumption("two or three days"), bounds=(0, 744), plausible=(5, 60),
    )  # fmt: skip
    horizon: float = parameter(
        3.0, "year", "years over which a team counts the gain of a success", assumption("horizon of plans"), bounds=(0.1, 30),
        plausible=(2, 5),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    status: i1
    staff: i4
    talent: i4
    lines: i4
    project_began: i2
    solved: i1
    breadth: i1
    productivity: f8
    worker_revenue: f8
    capital_intensity: f4
    revenue: f8
    assets: f8
    cash: f8


@reads
class ClassReads(NamedTuple):
    size_class: i1


@writes
class Writes(NamedTuple):
    borrowed_hours: i4
    borrowed_budget: f4
    borrowed_people: f4
    profit_year: f8
    cash: f8


@typed
class Terms(NamedTuple):
    """What owners and borrowers consider this month."""

    research: Research
    market: Market
    population: Population
    labour: Labour
    crew: float
    talent_wage: float  # relative to a worker's
    cost_of_capital: float  # a year
    chance: float  # monthly probability that full effort solves a component
    prices: f8  # million yuan a unit, by kind


@typed
class Table(NamedTuple):
    """Units offered, asked for or let, and what one gains, by row and kind."""

    offered: i8_2d
    asked: i8_2d
    gain: f8_2d  # million yuan a unit


@typed
class Lets(NamedTuple):
    """Posted prices by kind, and units let and got by row and kind."""

    prices: f8
    let: i8_2d
    got: i8_2d


@equation
def idle_equipment(assets: float, needed: float, p: Rules) -> float:
    """Equipment hours that this month's sales do not need: of surplus assets, and part of those in use."""
    return maths.floor(max(0.0, assets - (1.0 - p.spare) * needed) / p.assets_an_hour)


@equation
def missing_equipment(assets: float, target: float, p: Rules) -> float:
    """Equipment hours that would replace the assets that an enterprise lacks for its staff."""
    return maths.floor(max(0.0, target - assets) / p.assets_an_hour)


@equation
def cost_of_owning(rate: float, depreciation: float, p: Rules) -> float:
    """What an hour of own equipment a month costs (million yuan): interest and depreciation of its assets."""
    return p.assets_an_hour * (rate + depreciation) / 12.0


@equation
def idle_laboratory(talent: float, at_work: float, team: float, p: Rules) -> float:
    """Laboratory hours of a full team that no project uses."""
    return maths.floor((talent - at_work) * p.laboratory_hours) if talent >= team else 0.0


@equation
def missing_laboratory(at_work: float, talent: float, team: float, p: Rules) -> float:
    """Laboratory hours of those at work on a project of an enterprise without a full team, which has no laboratory."""
    return maths.floor(at_work * p.laboratory_hours) if talent < team else 0.0


@equation
def idle_specialists(talent: float, wanted: float, at_work: float, p: Rules) -> float:
    """Hours of skilled staff that neither this month's sales nor a project needs."""
    return maths.floor(max(0.0, talent - max(wanted, at_work)) * p.hours_a_person)


@equation
def missing_specialists(talent: float, size: float, p: Rules, research: Research) -> float:
    """Hours of specialists that a project lacks for its largest team."""
    return maths.floor(max(0.0, research.most_teams * research.team * size - talent) * p.hours_a_person)


@equation
def worth_of_component(revenue: float, margin: float, p: Rules, research: Research) -> float:
    """Worth of a solved component (million yuan): a third of value added by a mean success over the horizon."""
    return p.horizon * 12.0 * revenue * margin * gain(math.sqrt(1.0 / 3.0), research) / 3.0


@equation
def affordable(units: float, cash: float, price: float) -> float:
    """Units asked for that cash can pay for."""
    return min(units, maths.floor(max(0.0, cash) / price))


@equation
def next_price(price: float, sought: float, offered: float, opening: float, p: Rules) -> float:
    """Next month's posted price: it moves with excess demand, not below what lending is worth to owners."""
    pressure = (sought - offered) / max(sought + offered, 1.0)
    return max(p.least * opening, price * maths.exp(p.response * pressure))


@compiled
def consider(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: NoWrites, p: Rules, terms: Terms, table: Table
) -> None:
    """What each operating enterprise offers and asks for, and what a unit of each kind gains."""
    for i in range(lo, hi):
        if r.status[i] == OPERATING:
            sold = needed_staff(r.revenue[i], r.worker_revenue[i], r.productivity[i], terms.market.price_share)
            staff_wanted = target_staff(sold, terms.crew)
            of_equipment(i, staff_wanted, r, p, terms, table)
            of_research(i, staff_wanted, r, p, terms, table)


@compiled
def of_equipment(i: int, staff_wanted: float, r: Reads, p: Rules, terms: Terms, table: Table) -> None:
    """Equipment offered or asked for by one enterprise."""
    m, elasticity = terms.market, terms.population.capital_intensity_elasticity
    staff = min(float(r.staff[i]), staff_wanted)
    needed = target_assets(int(maths.floor(staff)), float(r.capital_intensity[i]), elasticity) if staff >= 1.0 else 0.0
    table.offered[i, EQUIPMENT] = int(idle_equipment(r.assets[i], needed, p))
    if table.offered[i, EQUIPMENT] == 0 and r.staff[i] > 0:
        target = target_assets(r.staff[i], float(r.capital_intensity[i]), elasticity)
        rate = m.overdraft_rate if r.cash[i] < 0.0 else terms.cost_of_capital
        hours = missing_equipment(r.assets[i], target, p)
        table.asked[i, EQUIPMENT] = int(affordable(hours, r.cash[i], terms.prices[EQUIPMENT]))
        table.gain[i, EQUIPMENT] = cost_of_owning(rate, m.depreciation, p)


@compiled
def of_research(i: int, staff_wanted: float, r: Reads, p: Rules, terms: Terms, table: Table) -> None:
    """Laboratories, data and specialists offered or asked for by one enterprise."""
    research, talent, cash = terms.research, float(r.talent[i]), r.cash[i]
    wanted = target_talent(staff_wanted, terms.talent_wage, terms.population, terms.labour)
    if r.project_began[i] == NEVER:
        table.offered[i, LABORATORY] = int(idle_laboratory(talent, 0.0, research.team, p))
        table.offered[i, SPECIALIST] = int(idle_specialists(talent, wanted, 0.0, p))
        table.offered[i, DATA] = r.lines[i]
        return
    size = project_size(talent, research)
    at_work = project_staff(talent, size, research)
    table.offered[i, LABORATORY] = int(idle_laboratory(talent, at_work, research.team, p))
    table.offered[i, SPECIALIST] = int(idle_specialists(talent, wanted, at_work, p))
    left = 0
    for component in range(COMPONENTS):
        left += (r.solved[i] >> component) & 1 == 0
    before = effort(talent / size, cash / size, research)
    worth = worth_of_component(r.revenue[i], 1.0 - terms.market.input_share, p, research)
    worth *= terms.chance * left * hours_left(r.breadth[i], research)
    hours = missing_laboratory(at_work, talent, research.team, p)
    with_it = effort(talent / size, (cash + hours * p.laboratory_worth) / size, research)
    ask(i, LABORATORY, hours, worth * (with_it - before), cash, terms, table)
    sets = float(left)
    with_it = effort((talent + sets * p.data_hours / p.hours_a_person) / size, cash / size, research)
    ask(i, DATA, sets, worth * (with_it - before), cash, terms, table)
    hours = missing_specialists(talent, size, p, research)
    with_it = effort((talent + hours / p.hours_a_person) / size, cash / size, research)
    ask(i, SPECIALIST, hours, worth * (with_it - before), cash, terms, table)


@compiled
def ask(i: int, kind: int, units: float, gains: float, cash: float, terms: Terms, table: Table) -> None:
    """Ask for units of a kind that together gain this much (million yuan), as far as cash can pay for them."""
    table.asked[i, kind] = int(affordable(units, cash, terms.prices[kind]))
    table.gain[i, kind] = gains / units if units > 0.0 else 0.0


@compiled
def settle(
    lo: Index, hi: Index, seed: int, month: int, r: ClassReads, w: Writes, p: Rules, lets: Lets, counts: i8, flows: i8
) -> None:  # fmt: skip
    """Each borrower uses what it got and pays the posted price for it; each owner is paid for what it let."""
    prices, let, got = lets
    for i in range(lo, hi):
        w.borrowed_hours[i] = got[i, EQUIPMENT]
        w.borrowed_budget[i] = got[i, LABORATORY] * p.laboratory_worth
        w.borrowed_people[i] = (got[i, SPECIALIST] + got[i, DATA] * p.data_hours) / p.hours_a_person
        income, paid = 0.0, 0.0
        for kind in range(len(prices)):
            income += let[i, kind] * prices[kind]
            paid += got[i, kind] * prices[kind]
        if income > 0.0 or paid > 0.0:
            w.profit_year[i] += transfer(i, income - paid, w.cash, flows, LENDING)
            counts[INCOME + r.size_class[i]] += ticks(income)
            counts[PAID + r.size_class[i]] += ticks(paid)


def clear(offered: Any, asked: Any, gains: Any, identity: Any, price: float) -> tuple[Any, Any, int]:
    """Units let by each row and units got, and units sought: asked for where one gains at least its price.

    Who gains most is served first. Owners let in proportion to what they offer, whole units in the order of identities.
    """
    offer, let, got = int(offered.sum()), np.zeros_like(offered), np.zeros_like(asked)
    seek = np.flatnonzero((asked > 0) & (gains >= price))
    seek = seek[np.lexsort((identity[seek], -gains[seek]))]
    total = np.cumsum(asked[seek])
    got[seek] = np.diff(np.minimum(total, offer), prepend=0)
    number = int(got.sum())
    owners = np.flatnonzero(offered)
    owners = owners[np.argsort(identity[owners])]
    if number > 0:
        running = np.floor(np.cumsum(offered[owners]) * (number / offer)).astype(np.int64)
        running[-1] = number
        let[owners] = np.diff(running, prepend=0)
    return let, got, int(total[-1]) if len(total) else 0


def apply(world: World) -> None:
    """A month of lending at the posted prices, which are posted anew."""
    rules = world.rules("lending")
    if not rules.enabled:
        return
    size, kinds, idle = world.enterprises.size, len(IDLE_KINDS), world.idle
    opening = np.array([float(getattr(rules, f"{kind}_price")) for kind in IDLE_KINDS])
    idle.prices[:] = np.where(idle.prices > 0.0, idle.prices, opening)
    prices = np.array([on_grid(max(price, 1.0 / TICKS)) for price in idle.prices.tolist()])
    table = Table(np.zeros((size, kinds), np.int64), np.zeros((size, kinds), np.int64), np.zeros((size, kinds)))
    world.loop(consider, Reads, NoWrites, rules, terms_of(world, prices), table)
    counts, identity = world.counters("lending"), world.enterprises.identity
    let, got = np.zeros((size, kinds), np.int64), np.zeros((size, kinds), np.int64)
    for kind in range(kinds):
        sides = table.offered[:, kind], table.asked[:, kind], table.gain[:, kind]
        let[:, kind], got[:, kind], sought = clear(*sides, identity, float(prices[kind]))
        offered, number = int(table.offered[:, kind].sum()), int(got[:, kind].sum())
        counts[OFFERED + kind] += offered
        counts[SOUGHT + kind] += sought
        counts[LET + kind] += number
        idle.fill[kind] = number / sought if sought else 1.0
        if world.group("market").coupled:
            given = float(idle.prices[kind]), float(sought), float(offered), float(opening[kind])
            idle.prices[kind] = next_price(*given, rules)
    world.loop(settle, ClassReads, Writes, rules, Lets(prices, let, got), sums=(counts, world.books.flows))
    world.hours[IDLE], world.hours[LENT] = int(table.offered[:, EQUIPMENT].sum()), int(got[:, EQUIPMENT].sum())
    world.hours_offered = int(world.hours[IDLE])


def terms_of(world: World, prices: Any) -> Terms:
    """What owners and borrowers consider this month: a team expects a gap of the lead of needs over its sector's base."""
    research = world.rules("projects")
    chance = float(solve_probability(math.sqrt(3.0) * research.lead, 1.0, research))
    return Terms(
        research, world.group("market"), world.standard, world.group("labour"), world.rules("jobs").crew,
        world.posted.talent_wage, world.rules("entry").cost_of_capital, chance, prices,
    )  # fmt: skip


def of_kind(index: int, kind: str) -> tuple[Outcome, ...]:
    """The outcomes of one kind of resource."""
    what, unit = ("sets of data", "sets") if index == DATA else (f"hours of {_NAMES[kind]}", "hours")
    return (
        counted(f"{kind}_offered", f"idle {what} offered at the posted price", unit=unit),
        counted(f"{kind}_sought", f"{what} sought at the posted price", unit=unit),
        counted(f"{kind}_let", f"idle {what} let", 1, unit),
        Outcome(f"{kind}_price", "yuan", f"posted price of one of the {what}", value=lambda m: 1e6 * m["idle_prices"][:, index]),
    )  # fmt: skip


_NAMES = {"equipment": "equipment", "laboratory": "laboratories", "data": "data", "specialist": "specialists"}
OUTCOMES = (
    *(outcome for index, kind in enumerate(IDLE_KINDS) for outcome in of_kind(index, kind)),
    *(
        Outcome(f"lending_{what}_{name}", "million yuan", f"{words} {name} enterprises since the start", better,
                value=lambda m, c=f"lending_{what}_{name}": m.weight * m.cumulative(c) / TICKS)  # type: ignore[misc]
        for what, words, better in (("income", "income from idle resources of", 1), ("paid", "rent of idle resources paid by", 0))
        for name in CLASSES
    ),
    Outcome("equipment_let_share", "share", "idle equipment hours let of those offered, since the start", 1,
            value=lambda m: share(m.cumulative("equipment_let"), m.cumulative("equipment_offered"))),
)  # fmt: skip

COLUMNS = (
    Column("borrowed_budget", "f4", "million yuan", "budget of its project that borrowed laboratories replace"),
    Column(
        "borrowed_people", "f4", "people", "skilled staff of its project that borrowed specialists and data stand for"
    ),
)

LEND = Step(
    "lend",
    apply,
    loops=(consider, settle),
    groups=("labour", "market", "population", "mechanisms.entry", "mechanisms.jobs", "mechanisms.projects"),
    transfers=("lending",),
    state=("world.hours", "world.hours_offered", "world.idle"),
)

MECHANISM = Mechanism(
    "lending", Rules, steps=(LEND,), columns=COLUMNS, counters=EVENTS, outcomes=OUTCOMES
)  # fmt: skip
