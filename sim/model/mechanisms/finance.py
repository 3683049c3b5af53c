"""15 Finance and exit: outside finance by a posted hurdle, investment, dividends; stops, resumptions, the register."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, evidence, fitted, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.threads import BLOCK
from sim.kernel.types import typed
from sim.model.record.reading import counted
from sim.model.state.accounts import (
    DEFAULT,
    DIVIDENDS,
    INVESTMENT,
    LIQUIDATION,
    OUTSIDE_EQUITY,
    on_grid,
    ticks,
    transfer,
)
from sim.model.state.enterprises import FREE, INCUMBENT, NEVER, OPERATING, SUSPENDED, gather
from sim.model.state.groups import (
    AT_RISK,
    ENDED,
    REGISTER,
    add_to_groups,
    add_to_lives,
    age_group,
    kind_of_startup,
    was_micro,
)
from sim.model.state.world import World

EVENTS = Counters(
    "stopped",
    "resumed",
    "deregistered",
    "startups_stopped",
    "finance_asked",
    "finance_given",
)
_ASKED, _GIVEN = EVENTS.place("finance_asked"), EVENTS.place("finance_given")
_STOPPED, _RESUMED = EVENTS.place("stopped"), EVENTS.place("resumed")
_STARTUPS_STOPPED = EVENTS.place("startups_stopped")
_STOP, _STRIKE_OFF = 0, 1  # ends


@typed
class Rules(NamedTuple):
    """Finance and exit."""

    enabled: bool = switch()
    ticket: float = parameter(
        5.0, "million yuan", "largest ticket", evidence("Zhongguancun Inno Way: mean near 5 million yuan", "zhongguancun_inno_way.first_year.mean_ticket"),
        bounds=(0, 1000),
    )  # fmt: skip
    ticket_years: float = parameter(
        2.0, "year", "wages of the team that a middling ticket pays", assumption("a round lasts 18 to 24 months"),
        bounds=(0, 100), plausible=(1.0, 3.0),
    )  # fmt: skip
    ticket_log_sd: float = parameter(
        0.5, "", "spread of the logarithm of a ticket around that", assumption("terms differ widely"), bounds=(0, 3),
        plausible=(0.3, 0.8),
    )  # fmt: skip
    merit_noise: float = parameter(
        0.3, "", "spread of the logarithm of merit as investors see it", assumption("merit of the young is hard to see"),
        bounds=(0, 3), plausible=(0.1, 0.6),
    )  # fmt: skip
    tickets: float = parameter(
        1.2, "a year per 1,000 enterprises", "tickets that outside investors can give", assumption("thin market"),
        bounds=(0, 1e6), plausible=(0.3, 5.0),
    )  # fmt: skip
    asking_months: float = parameter(
        6.0, "month", "months of costs in cash under which a young enterprise asks", assumption("runway"), bounds=(0, 60),
        plausible=(3, 12),
    )  # fmt: skip
    hurdle_response: float = parameter(
        0.1, "", "monthly response of the hurdle to tickets asked above those there", assumption("posted threshold"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    opening_hurdle: float = parameter(
        1.0, "", "merit from which outside finance is given at the start", assumption("what a sector's usual enterprise has"),
        bounds=(0.001, 1000), plausible=(0.7, 1.5),
    )  # fmt: skip
    most_pressure: float = parameter(
        20.0, "", "tickets given over those there, less one, above which the hurdle rises no faster",
        assumption("investors take a month to see how many ask"), bounds=(0, 1000), plausible=(5, 50),
    )  # fmt: skip
    least_hurdle: float = parameter(
        0.05, "", "least hurdle, however little is asked for", assumption("nobody backs what is worth nothing"),
        bounds=(0.001, 1), plausible=(0.01, 0.3),
    )  # fmt: skip
    most_hurdle: float = parameter(
        50.0, "", "most hurdle, however much is asked for", assumption("beyond any merit"), bounds=(1, 10_000),
        plausible=(10, 100),
    )  # fmt: skip
    give_up: float = parameter(
        0.02237, "1/month", "hazard at which operation stops while cash is below zero", fitted("operating survival", "survival.eu.y1", "survival.eu.y5", "survival.us_1994_cohort"),
        bounds=(0, 1),
    )  # fmt: skip
    resume: float = parameter(
        0.02, "1/month", "hazard at which a suspended enterprise resumes", assumption("rare"), bounds=(0, 1),
        plausible=(0.005, 0.05),
    )  # fmt: skip
    restart_staff: float = parameter(
        2.0, "people", "staff with which a suspended enterprise resumes", assumption("its founders"), bounds=(1, 100),
        plausible=(1, 4),
    )  # fmt: skip
    deregister_stopped: float = parameter(
        0.03073, "1/month", "hazard at which a suspended enterprise is struck off",
        fitted("register's hazards by year of life, SAIC 2013", "survival.china_hazard_by_year_of_life"), bounds=(0, 1),
    )  # fmt: skip
    deregister_idle: float = parameter(
        0.002293, "1/month", "hazard at which a registered one that never started is struck off, after its months of grace",
        fitted("register's hazards by year of life, SAIC 2013", "survival.china_hazard_by_year_of_life"), bounds=(0, 1),
    )  # fmt: skip
    idle_grace: float = parameter(
        6.0, "month", "months that a registered enterprise may take to start before it can be struck off",
        assumption("company law allows to revoke a licence after six months without business (from memory)"),
        bounds=(0, 1200), plausible=(6, 12),
    )  # fmt: skip


class FinanceReads(NamedTuple):
    identity: Any
    status: Any
    origin: Any
    quality: Any
    productivity: Any
    staff: Any


class FinanceWrites(NamedTuple):
    funded: Any
    cash: Any


class OwnersReads(NamedTuple):
    status: Any
    staff: Any
    revenue: Any
    capital_intensity: Any


class OwnersWrites(NamedTuple):
    assets: Any
    profit_year: Any
    cash: Any


class StatusReads(NamedTuple):
    identity: Any
    size_class: Any
    origin: Any
    born: Any
    started: Any
    cash: Any
    line_size: Any
    revenue_12: Any


class StatusWrites(NamedTuple):
    status: Any
    exporter: Any
    distress: Any
    lines: Any
    appeal: Any
    staff: Any
    talent: Any
    staff_year_ago: Any
    borrowed_hours: Any
    project_began: Any
    asked: Any
    revenue: Any
    exports: Any


@equation
def runway(cash: float, staff: int, wage: float) -> float:
    """Months of wages that cash covers."""
    return cash / max(staff * wage / 12.0, 1e-9)


@equation
def merit(u: float, quality: float, productivity: float, p: Any) -> float:
    """Merit that an investor sees: quality and productivity through noise."""
    return quality * productivity * maths.exp(p.merit_noise * draws.normal(u))


@compiled
def invest(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, wage: float, hurdle: float, counts: Any, flows: Any
) -> None:
    """Young enterprises short of cash ask; those whose seen merit passes the posted hurdle get a ticket."""
    asks, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    u, quality, productivity, seen = np.empty((4, BLOCK)), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            may_ask = (r.status[i] == OPERATING) & (r.origin[i] != INCUMBENT) & (w.funded[i] == 0)
            asks[i - first] = may_ask & (runway(w.cash[i], r.staff[i], wage) < p.asking_months)
        number = gather(asks, first, last, r.identity, rows, identity)
        counts[_ASKED] += number
        draws.fill(u, seed, identity, 0, number, month, draws.FINANCE)
        for k in range(number):
            quality[k], productivity[k] = r.quality[rows[k]], r.productivity[rows[k]]
        for k in range(number):
            seen[k] = merit(u[0, k], quality[k], productivity[k], p)
        for k in range(number):
            if seen[k] >= hurdle:
                i = rows[k]
                w.funded[i] = 1
                counts[_GIVEN] += 1
                transfer(i, ticket(u[1, k], r.staff[i], wage, p), w.cash, flows, OUTSIDE_EQUITY)


@equation
def ticket(u: float, staff: int, wage: float, p: Any) -> float:
    """Size of a ticket (million yuan): years of the team's wages, give or take, at most the largest."""
    return min(p.ticket, p.ticket_years * staff * wage * maths.exp(p.ticket_log_sd * draws.normal(u)))


@equation
def wanted_assets(staff: int, intensity: float, elasticity: float) -> float:
    """Assets (million yuan) that this staff works with: intensity at 100 staff times (staff/100)^elasticity a head."""
    return staff * intensity * maths.exp(elasticity * maths.log(max(staff, 1) / 100.0))


@equation
def dividend(cash: float, revenue: float, staff: int, wage: float, reserve_months: float, m: Any) -> float:
    """Dividends of a month: part of the cash above months of sales and above years of the team's wages."""
    reserve = max(reserve_months * revenue, m.reserve_years * staff * wage)
    return m.payout * max(0.0, cash - reserve)


@equation
def own_means(wanted: float, cash: float, revenue: float, m: Any) -> float:
    """Part of a wanted investment that own cash pays for (million yuan): months of sales stay as working capital."""
    return min(max(0.0, wanted), max(0.0, cash - m.working_months * revenue))


@equation
def outside_means(wanted: float, own: float, cash: float, m: Any) -> float:
    """What owners and investors put in (million yuan) where own means fall short; nothing to who is in debt."""
    return m.outside_capital * max(0.0, wanted - own) if cash >= 0.0 else 0.0


@compiled
def own(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, m: Any, elasticity: float, reserve_months: float,
    wage: float, flows: Any,
) -> None:  # fmt: skip
    """Depreciation, investment or sale of assets, and dividends of every operating enterprise, for a month."""
    all_raised, all_spent, all_paid = 0, 0, 0
    for i in range(lo, hi):
        here = r.status[i] == OPERATING
        worn = w.assets[i] * m.depreciation / 12.0
        gap = wanted_assets(r.staff[i], float(r.capital_intensity[i]), elasticity) - (w.assets[i] - worn)
        wanted = worn + m.investment_speed * gap
        sold = max(0.0, -wanted)
        saved = on_grid(own_means(wanted, w.cash[i], r.revenue[i], m))
        raised = on_grid(outside_means(wanted, saved, w.cash[i], m))
        bought = saved + raised
        spent = bought - on_grid(m.resale * sold)
        paid = on_grid(dividend(w.cash[i] + raised - spent, r.revenue[i], r.staff[i], wage, reserve_months, m))
        grown, lost, left = bought - worn - sold, worn + (1.0 - m.resale) * sold, raised - spent - paid
        w.assets[i] += grown if here else 0.0
        w.profit_year[i] -= lost if here else 0.0
        w.cash[i] += left if here else 0.0
        all_raised += ticks(raised) if here else 0
        all_spent += ticks(spent) if here else 0
        all_paid += ticks(paid) if here else 0
    flows[OUTSIDE_EQUITY] += all_raised
    flows[INVESTMENT] -= all_spent
    flows[DIVIDENDS] -= all_paid


@equation
def gives_up(distress: int, u: float, p: Any) -> bool:
    """Whether operation stops in a month with cash below zero: banks, suppliers or the owners lose patience."""
    return distress > 0 and u < p.give_up


@equation
def strike_off_probability(status: int, age: int, p: Any) -> float:
    """Monthly probability of the register striking off an enterprise that stopped, or one that never started."""
    return p.deregister_stopped if status == SUSPENDED else (p.deregister_idle if age >= p.idle_grace else 0.0)


@compiled
def count_end(i: int, end: int, month: int, r: Any, w: Any, standard: Any, ended: Any, lives: Any, lost: Any) -> None:
    """Count the end of one enterprise's operation or registration, and the jobs of last December that go with it."""
    age = age_group(month - r.born[i])
    micro = was_micro(w.staff[i], 12.0 * w.revenue[i], w.staff_year_ago[i], r.revenue_12[i], standard)
    add_to_groups(ended[end], r.size_class[i], micro, r.origin[i], w.exporter[i], age, 1)
    add_to_groups(lost, r.size_class[i], micro, r.origin[i], w.exporter[i], age, w.staff_year_ago[i])
    if r.origin[i] != INCUMBENT and end == _STOP:
        add_to_lives(lives, kind_of_startup(r.origin[i]), ENDED, month - r.started[i])
    elif r.origin[i] != INCUMBENT:
        add_to_lives(lives, REGISTER, ENDED, month - r.born[i])


@compiled
def stop(i: int, w: Any, totals: Any) -> None:
    """One enterprise stops: its people go, and all that hangs on its operation ends."""
    totals[0] += w.staff[i]
    totals[1] += w.talent[i]
    w.status[i] = SUSPENDED
    w.staff[i] = 0
    w.talent[i] = 0
    w.staff_year_ago[i] = 0
    w.borrowed_hours[i] = 0.0
    w.project_began[i] = NEVER
    w.asked[i] = NEVER
    w.revenue[i] = 0.0
    w.exports[i] = 0.0


@compiled
def resume(i: int, r: Any, w: Any, totals: Any, p: Any) -> None:
    """One enterprise that stopped operates again, with a line of its old size at least."""
    w.status[i] = OPERATING
    w.exporter[i] = 0
    w.lines[i] = max(w.lines[i], 1)
    w.appeal[i] = max(w.appeal[i], r.line_size[i])
    w.staff[i] = int(p.restart_staff)
    totals[0] -= w.staff[i]


@compiled
def review(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, standard: Any, leaves: Any, stops: Any,
    totals: Any, ended: Any, lives: Any, lost: Any, counts: Any,
) -> None:  # fmt: skip
    """Stops and resumptions; ``leaves`` marks rows struck off, ``stops`` rows that stopped this month.

    ``totals`` gathers staff and talent let go; whoever was born in the run is at risk for the month.
    """
    looks, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    u = np.empty((4, BLOCK))
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            short = (w.status[i] == OPERATING) & (r.cash[i] < 0.0)
            w.distress[i] = w.distress[i] + 1 if short else 0
            unsettled = (w.status[i] != OPERATING) | (r.origin[i] != INCUMBENT) | (w.lines[i] == 0) | short
            looks[i - first] = (w.status[i] != FREE) & unsettled
        number = gather(looks, first, last, r.identity, rows, identity)
        draws.fill(u, seed, identity, 0, number, month, draws.START)
        for k in range(number):
            i = rows[k]
            if r.origin[i] != INCUMBENT:
                add_to_lives(lives, REGISTER, AT_RISK, month - r.born[i])
                if w.status[i] == OPERATING:
                    add_to_lives(lives, kind_of_startup(r.origin[i]), AT_RISK, month - r.started[i])
            if w.status[i] == OPERATING:
                if p.enabled and (w.lines[i] == 0 or gives_up(w.distress[i], u[3, k], p)):
                    count_end(i, _STOP, month, r, w, standard, ended, lives, lost)
                    stops[i] = 1
                    stop(i, w, totals)
                    counts[_STOPPED] += 1
                    counts[_STARTUPS_STOPPED] += r.origin[i] != INCUMBENT
            elif w.status[i] == SUSPENDED and r.cash[i] >= 0.0 and u[1, k] < p.resume:
                resume(i, r, w, totals, p)
                counts[_RESUMED] += 1
            elif p.enabled and u[2, k] < strike_off_probability(w.status[i], month - r.born[i], p):
                leaves[i] = 1


def finance(world: World) -> None:
    """A month of outside finance; the hurdle answers what was asked for against what there is."""
    rules = world.rules("finance")
    if not rules.enabled:
        return
    before = world.counters("finance")[_ASKED], world.counters("finance")[_GIVEN]
    world.loop(
        invest, FinanceReads, FinanceWrites, rules, world.group("labour").wage, world.posted.hurdle,
        sums=(world.counters("finance"), world.books.flows),
    )  # fmt: skip
    asked, given = (
        int(world.counters("finance")[_ASKED] - before[0]),
        int(world.counters("finance")[_GIVEN] - before[1]),
    )
    there = rules.tickets / 12.0 * world.opening_enterprises / 1000.0 * (1.0 + world.group("levers").finance)
    if world.group("market").coupled:
        pressure = min(rules.most_pressure, given / there - 1.0) if there > 0.0 else rules.most_pressure
        hurdle = world.posted.hurdle * maths.exp(rules.hurdle_response * pressure)
        hurdle = min(rules.most_hurdle, max(rules.least_hurdle, hurdle))
        world.posted = world.posted._replace(hurdle=hurdle, finance_fill=given / asked if asked else 0.0)


def invest_and_pay_owners(world: World) -> None:
    """Investment and dividends of a month."""
    population = world.settings.group("population")
    world.loop(
        own, OwnersReads, OwnersWrites, world.group("market"), population.capital_intensity_elasticity,
        population.cash_months, world.group("labour").wage, sums=(world.books.flows,),
    )  # fmt: skip


def stop_and_strike_off(world: World) -> None:
    """A month of stops, resumptions and the register."""
    rules = world.rules("finance")
    size = world.enterprises.size
    leaves, stops, totals = np.zeros(size, np.int8), np.zeros(size, np.int8), np.zeros(2, np.int64)
    sums = totals, world.ended, world.lives, world.year_lost, world.counters("finance")
    world.loop(review, StatusReads, StatusWrites, rules, world.standard, leaves, stops, sums=sums)
    world.release_people(int(totals[0]), int(totals[1]))
    world.vacate(world.marked(stops))
    leave(world, world.marked(leaves))


@compiled
def strike_off(
    rows: Any, month: int, r: Any, w: Any, cash: Any, standard: Any, totals: Any, ended: Any, lives: Any, lost: Any,
    flows: Any,
) -> None:  # fmt: skip
    """Count the ends of enterprises that leave, first that of the operation of those that operate yet.

    Their people go (``totals``), cash goes to their owners, debts stay with the banks.
    """
    for i in rows:
        if w.status[i] == OPERATING:
            count_end(i, _STOP, month, r, w, standard, ended, lives, lost)
            w.staff_year_ago[i] = 0
        count_end(i, _STRIKE_OFF, month, r, w, standard, ended, lives, lost)
        totals[0] += w.staff[i]
        totals[1] += w.talent[i]
        w.staff[i] = 0
        w.talent[i] = 0
        w.borrowed_hours[i] = 0
        transfer(i, -cash[i], cash, flows, LIQUIDATION if cash[i] >= 0.0 else DEFAULT)


def leave(world: World, rows: Any) -> None:
    """Strike enterprises off: people to the unemployed, cash to owners, debts to the banks, rows free."""
    table = world.enterprises
    rows = np.asarray(rows, np.int64)
    if not len(rows):
        return
    totals, ends = np.zeros(2, np.int64), (world.ended, world.lives, world.year_lost)
    strike_off(
        rows, world.month, table.view(StatusReads), table.view(StatusWrites), table.cash, world.standard, totals,
        *ends, world.books.flows,
    )  # fmt: skip
    world.release_people(int(totals[0]), int(totals[1]))
    world.vacate(rows)
    world.count("deregistered", len(rows))
    world.links.drop(rows, table.size)
    world.left = np.concatenate([world.left, rows])


OUTCOMES = (
    Outcome("startups_stopped", "enterprises", "startups that stopped since the start", -1,
            value=lambda m: m.w * m.since("startups_stopped")),
    counted("stopped", "enterprises that stopped", -1),
    counted("resumed", "that resumed", 1),
    counted("deregistered", "struck off"),
    counted("finance_asked", "requests for outside finance"),
    counted("finance_given", "tickets of outside finance", 1),
    Outcome("outside_equity", "million yuan a month", "outside investors' money", 1,
            value=lambda m: m.flow(OUTSIDE_EQUITY)),
)  # fmt: skip

DISTRESS = Column("distress", "i2", "month", "months in a row with cash below zero")

MECHANISM = Mechanism(
    "finance",
    Rules,
    steps=(
        Step("fund", finance),
        Step("invest", invest_and_pay_owners),
        Step("close", stop_and_strike_off),
    ),
    columns=(DISTRESS,),
    counters=EVENTS,
    outcomes=OUTCOMES,
)
