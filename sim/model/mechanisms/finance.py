"""Finance and exit: outside equity above a posted hurdle, investment, dividends; stops, resumptions, strike-offs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, evidence, fitted, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f4, f8, i1, i2, i4, i8, i8_2d, i8_3d, typed
from sim.model.record.reading import counted, share
from sim.model.state.accounts import (
    DEFAULT,
    DIVIDENDS,
    INTEREST,
    INVESTMENT,
    LIQUIDATION,
    MAKER_DIVIDENDS,
    OUTSIDE_EQUITY,
    PLATFORM_EQUITY,
    PLATFORM_INCOME,
    STAFF,
    TALENT,
    TICKS,
    on_grid,
    ticks,
    transfer,
    transfer_block,
)
from sim.model.state.cohort import life_luck
from sim.model.state.enterprises import FREE, INCUMBENT, NEVER, OPERATING, SUSPENDED, gather, reads, writes
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
from sim.model.state.plans import target_assets
from sim.model.state.world import World
from sim.parameters import Market, Population

EVENTS = Counters("stopped", "resumed", "deregistered", "startups_stopped", "finance_asked", "finance_given")
STOPPED, RESUMED, _, STARTUPS_STOPPED, ASKED, GIVEN = EVENTS
STOP, STRIKE_OFF = range(2)  # ends

request_luck = block("finance", 0, "merit", "ticket", number=20)
request_luck_of, life_luck_of = request_luck.of, life_luck.of


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
        0.3, "", "spread of the logarithm of investors' error about merit", assumption("merit of young firms is hard to observe"),
        bounds=(0, 3), plausible=(0.1, 0.6),
    )  # fmt: skip
    tickets: float = parameter(
        1.2, "a year per 1,000 enterprises", "tickets that outside investors can give", assumption("thin market"),
        bounds=(0, 1e6), plausible=(0.3, 5.0),
    )  # fmt: skip
    asking_months: float = parameter(
        6.0, "month", "months of wages in cash below which a young enterprise applies", assumption("runway"), bounds=(0, 60),
        plausible=(3, 12),
    )  # fmt: skip
    hurdle_response: float = parameter(
        0.1, "", "monthly response of the hurdle to tickets given relative to supply", assumption("posted threshold"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    opening_hurdle: float = parameter(
        1.0, "", "merit from which outside finance is given at the start", assumption("merit of a sector's average enterprise"),
        bounds=(0.001, 1000), plausible=(0.7, 1.5),
    )  # fmt: skip
    most_pressure: float = parameter(
        20.0, "", "tickets given over supply, less one, above which the hurdle rises no faster",
        assumption("investors take a month to see how many ask"), bounds=(0, 1000), plausible=(5, 50),
    )  # fmt: skip
    least_hurdle: float = parameter(
        0.05, "", "least hurdle, at any demand", assumption("investors never finance what is worth nothing"),
        bounds=(0.001, 1), plausible=(0.01, 0.3),
    )  # fmt: skip
    most_hurdle: float = parameter(
        50.0, "", "most hurdle, at any demand", assumption("beyond any merit"), bounds=(1, 10_000),
        plausible=(10, 100),
    )  # fmt: skip
    give_up: float = parameter(
        0.01521, "1/month", "hazard at which operation stops while cash is below zero", fitted("operating survival, and hazards of the register", "survival.eu.y1", "survival.eu.y5", "survival.us_1994_cohort"),
        bounds=(0, 1),
    )  # fmt: skip
    closure: float = parameter(
        0.02, "1/year", "hazard at which operation ends at any size, for reasons other than cash or lost customers",
        assumption("owners retire, firms are taken over: few firms a year, of any size"), bounds=(0, 1),
        plausible=(0.01, 0.04),
    )  # fmt: skip
    foreclosure: float = parameter(
        0.01344, "1/month", "hazard at which banks end the operation of an enterprise whose debt exceeds its assets",
        fitted("operating survival; banks act within some years", "survival.eu.y5", "survival.us_1994_cohort"), bounds=(0, 1),
    )  # fmt: skip
    host_shares: bool = parameter(
        True,
        "",
        "whether a maker pays the share of its dividends that its platform's fund bought to the platform's host",
        assumption("switch; else the fund gives and gets nothing back"),
    )
    resume: float = parameter(
        0.02, "1/month", "hazard at which a suspended enterprise resumes", assumption("rare"), bounds=(0, 1),
        plausible=(0.005, 0.05),
    )  # fmt: skip
    restart_staff: float = parameter(
        2.0, "people", "staff with which a suspended enterprise resumes", assumption("its founders"), bounds=(1, 100),
        plausible=(1, 4),
    )  # fmt: skip
    deregister_stopped: float = parameter(
        0.02385, "1/month", "hazard at which a suspended enterprise is struck off",
        fitted("register's hazards by year of life, SAIC 2013", "survival.china_hazard_by_year_of_life"), bounds=(0, 1),
    )  # fmt: skip
    deregister_idle: float = parameter(
        0.003099, "1/month", "hazard at which a registered one that never started is struck off, after its months of grace",
        fitted("register's hazards by year of life, SAIC 2013", "survival.china_hazard_by_year_of_life"), bounds=(0, 1),
    )  # fmt: skip
    idle_grace: float = parameter(
        6.0, "month", "months that a registered enterprise may take to start before it can be struck off",
        assumption("company law allows to revoke a licence after six months without business (from memory)"),
        bounds=(0, 1200), plausible=(6, 12),
    )  # fmt: skip


@reads
class FinanceReads(NamedTuple):
    identity: i8
    status: i1
    born: i2
    quality: f8
    productivity: f8
    staff: i4


@writes
class FinanceWrites(NamedTuple):
    funded: i1
    cash: f8


@reads
class OwnersReads(NamedTuple):
    status: i1
    staff: i4
    borrowed_hours: i4
    revenue: f8
    capital_intensity: f4


@writes
class OwnersWrites(NamedTuple):
    assets: f8
    profit_year: f8
    cash: f8


@reads
class StatusReads(NamedTuple):
    identity: i8
    size_class: i1
    origin: i1
    born: i2
    started: i2
    cash: f8
    assets: f8
    line_size: f8
    revenue_12: f8


@writes
class StatusWrites(NamedTuple):
    status: i1
    exporter: i1
    distress: i2
    lines: i4
    appeal: f8
    staff: i4
    talent: i4
    staff_year_ago: i4
    borrowed_hours: i4
    project_began: i2
    asked: i2
    revenue: f8
    exports: f8


@typed
class OwnersTerms(NamedTuple):
    """The wage and the worth of borrowed equipment at which owners invest and pay dividends."""

    wage: float  # million yuan a year
    hour: float  # assets that an hour of borrowed equipment a month stands for, 0 where hours have no price


@typed
class FundTerms(NamedTuple):
    """Terms of outside finance this month."""

    wage: float  # million yuan a year
    hurdle: float  # merit from which finance is given
    since: int  # month from which on enterprises were born in the model


@typed
class Investments(NamedTuple):
    """Sums of a month of outside finance: events, and ticks by named transfer."""

    events: i8
    flows: i8


@typed
class StatusMarks(NamedTuple):
    """Marks of rows: struck off, stopped this month."""

    leaves: i1
    stops: i1


@typed
class Ends(NamedTuple):
    """Sums of ends: people laid off (staff, talent), ends by kind and group, lives, jobs lost by group, events."""

    laid_off: i8
    ended: i8_2d
    lives: i8_3d
    lost: i8
    events: i8


@equation
def runway(cash: float, staff: int, wage: float) -> float:
    """Months of wages that cash covers."""
    return cash / max(staff * wage / 12.0, 1e-9)


@equation
def merit(u: float, quality: float, productivity: float, p: Rules) -> float:
    """Merit as an investor observes it: quality times productivity, with noise."""
    return quality * productivity * maths.exp(p.merit_noise * draws.normal(u))


@compiled
def give_outside_equity(
    lo: Index, hi: Index, seed: int, month: int, r: FinanceReads, w: FinanceWrites, p: Rules,
    terms: FundTerms, sums: Investments,
) -> None:  # fmt: skip
    """Enterprises born in the model and short of cash apply; those with observed merit above the posted hurdle get a ticket."""
    asks, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    quality, productivity, seen = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            may_ask = (r.status[i] == OPERATING) & (r.born[i] >= terms.since) & (w.funded[i] == 0)
            asks[i - first] = may_ask & (runway(w.cash[i], r.staff[i], terms.wage) < p.asking_months)
        number = gather(asks, first, last, r.identity, rows, identity)
        sums.events[ASKED] += number
        u = request_luck_of(seed, identity, 0, number, month)
        for k in range(number):
            quality[k], productivity[k] = r.quality[rows[k]], r.productivity[rows[k]]
        for k in range(number):
            seen[k] = merit(u.merit[k], quality[k], productivity[k], p)
        for k in range(number):
            if seen[k] >= terms.hurdle:
                i = rows[k]
                w.funded[i] = 1
                sums.events[GIVEN] += 1
                transfer(i, ticket(u.ticket[k], r.staff[i], terms.wage, p), w.cash, sums.flows, OUTSIDE_EQUITY)


@equation
def ticket(u: float, staff: int, wage: float, p: Rules) -> float:
    """Size of a ticket (million yuan): lognormal around years of the team's wages, at most the largest."""
    return min(p.ticket, p.ticket_years * staff * wage * maths.exp(p.ticket_log_sd * draws.normal(u)))


@equation
def dividend(cash: float, revenue: float, staff: int, wage: float, reserve_months: float, m: Market) -> float:
    """Monthly dividends: part of the cash above a reserve of months of sales or years of the team's wages."""
    reserve = max(reserve_months * revenue, m.reserve_years * staff * wage)
    return m.payout * max(0.0, cash - reserve)


@equation
def internal_funds(wanted: float, cash: float, revenue: float, m: Market) -> float:
    """Part of a wanted investment paid from cash (million yuan); months of sales stay as working capital."""
    return min(max(0.0, wanted), max(0.0, cash - m.working_months * revenue))


@equation
def external_funds(wanted: float, internal: float, cash: float, m: Market) -> float:
    """Outside equity for the rest of a wanted investment (million yuan); none for an enterprise in debt."""
    return m.outside_capital * max(0.0, wanted - internal) if cash >= 0.0 else 0.0


@compiled
def invest_and_pay_dividends(
    lo: Index, hi: Index, seed: int, month: int, r: OwnersReads, w: OwnersWrites, m: Market, o: Population,
    terms: OwnersTerms, flows: i8,
) -> None:  # fmt: skip
    """Depreciation, investment or disposal of assets, and dividends of every operating enterprise in a month."""
    raised, spent, paid = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            k, here = i - first, r.status[i] == OPERATING
            depreciation = w.assets[i] * m.depreciation / 12.0
            target = target_assets(r.staff[i], float(r.capital_intensity[i]), o.capital_intensity_elasticity)
            target = max(0.0, target - terms.hour * r.borrowed_hours[i])  # staff may have left since it was borrowed
            wanted = depreciation + m.investment_speed * (target - (w.assets[i] - depreciation))
            disposed = max(0.0, -wanted)
            internal = on_grid(internal_funds(wanted, w.cash[i], r.revenue[i], m))
            external = on_grid(external_funds(wanted, internal, w.cash[i], m))
            cost = internal + external - on_grid(m.resale * disposed)
            dividends = dividend(w.cash[i] + external - cost, r.revenue[i], r.staff[i], terms.wage, o.cash_months, m)
            w.assets[i] += internal + external - depreciation - disposed if here else 0.0
            w.profit_year[i] -= depreciation + (1.0 - m.resale) * disposed if here else 0.0
            raised[k] = external if here else 0.0
            spent[k] = -cost if here else 0.0
            paid[k] = -dividends if here else 0.0
        transfer_block(first, last, raised, w.cash, flows, OUTSIDE_EQUITY)
        transfer_block(first, last, spent, w.cash, flows, INVESTMENT)
        transfer_block(first, last, paid, w.cash, flows, DIVIDENDS)


@reads
class MakerReads(NamedTuple):
    status: i1
    host: i8
    staff: i4
    revenue: f8
    host_stake: f4


@equation
def host_dividend(stake: float, dividends: float) -> float:
    """The host's part of a maker's dividends (million yuan a month): it is paid first, the owners from the rest."""
    return stake * dividends


@compiled
def share_with_hosts(
    size: int, r: MakerReads, cash: f8, o: Population, m: Market, wage: float, hosts: i8, paid: i8, flows: i8
) -> None:
    """Makers in the first ``size`` rows pay shares of a month's dividends; ``paid`` sums the ticks to each of ``hosts``."""
    for i in range(size):
        if r.host_stake[i] <= 0.0 or r.status[i] != OPERATING:
            continue
        dividends = dividend(cash[i], r.revenue[i], r.staff[i], wage, o.cash_months, m)
        amount = transfer(i, -host_dividend(float(r.host_stake[i]), dividends), cash, flows, MAKER_DIVIDENDS)
        for k in range(len(hosts)):
            if hosts[k] == r.host[i]:
                paid[k] += ticks(-amount)
                break


@reads
class DebtReads(NamedTuple):
    status: i1


@writes
class DebtWrites(NamedTuple):
    profit_year: f8
    cash: f8


@equation
def monthly_interest(cash: float, rate: float) -> float:
    """Interest of a month (million yuan) on cash below zero."""
    return max(0.0, -cash) * rate / 12.0


@compiled
def charge_interest(
    lo: Index, hi: Index, seed: int, month: int, r: DebtReads, w: DebtWrites, rate: float, flows: i8
) -> None:
    """Every operating enterprise in debt pays interest to its bank; unpaid interest adds to the debt."""
    paid = np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            interest = on_grid(monthly_interest(w.cash[i], rate)) if r.status[i] == OPERATING else 0.0
            w.profit_year[i] -= interest
            paid[i - first] = -interest
        transfer_block(first, last, paid, w.cash, flows, INTEREST)


@equation
def stop_probability(distress: int, cash: float, assets: float, p: Rules) -> float:
    """Monthly probability that operation stops: while cash is below zero, while debt exceeds assets, and at any time."""
    debt = (p.give_up if distress > 0 else 0.0) + (p.foreclosure if cash < -assets else 0.0)
    return debt + p.closure / 12.0


@equation
def strike_off_probability(status: int, age: int, p: Rules) -> float:
    """Monthly probability that an enterprise which stopped, or never started, is struck off the register."""
    return p.deregister_stopped if status == SUSPENDED else (p.deregister_idle if age >= p.idle_grace else 0.0)


@equation
def leaves_survey(revenue_12: float, least: float) -> bool:
    """Whether the last full year's sales were below the least of the survey's population."""
    return 0.0 < revenue_12 < least


@compiled
def count_end(i: int, end: int, month: int, r: StatusReads, w: StatusWrites, o: Population, sums: Ends) -> None:
    """Count the end of one enterprise's operation or registration, and its jobs of last December."""
    age = age_group(month - r.born[i])
    micro = was_micro(w.staff[i], 12.0 * w.revenue[i], w.staff_year_ago[i], r.revenue_12[i], o)
    add_to_groups(sums.ended[end], r.size_class[i], micro, r.origin[i], w.exporter[i], age, 1)
    add_to_groups(sums.lost, r.size_class[i], micro, r.origin[i], w.exporter[i], age, w.staff_year_ago[i])
    if r.origin[i] != INCUMBENT and end == STOP:
        add_to_lives(sums.lives, kind_of_startup(r.origin[i]), ENDED, month - r.started[i])
    elif r.origin[i] != INCUMBENT:
        add_to_lives(sums.lives, REGISTER, ENDED, month - r.born[i])


@compiled
def stop(i: int, w: StatusWrites, laid_off: i8) -> None:
    """One enterprise stops: its people are laid off, and its project and requests end."""
    laid_off[STAFF] += w.staff[i]
    laid_off[TALENT] += w.talent[i]
    w.status[i] = SUSPENDED
    w.staff[i] = 0
    w.talent[i] = 0
    w.staff_year_ago[i] = 0
    w.borrowed_hours[i] = 0
    w.project_began[i] = NEVER
    w.asked[i] = NEVER
    w.revenue[i] = 0.0
    w.exports[i] = 0.0


@compiled
def resume(i: int, r: StatusReads, w: StatusWrites, laid_off: i8, p: Rules) -> None:
    """One suspended enterprise operates again, with at least one line of its former size."""
    w.status[i] = OPERATING
    w.exporter[i] = 0
    w.lines[i] = max(w.lines[i], 1)
    w.appeal[i] = max(w.appeal[i], r.line_size[i])
    w.staff[i] = int(p.restart_staff)
    laid_off[STAFF] -= w.staff[i]


@compiled
def update_status(
    lo: Index, hi: Index, seed: int, month: int, r: StatusReads, w: StatusWrites, p: Rules, o: Population,
    marks: StatusMarks, sums: Ends,
) -> None:  # fmt: skip
    """Stops, resumptions and strike-offs; every enterprise born in the run counts as at risk for the month.

    A vectorised loop marks the rows whose status may change, and those that count as at risk.
    """
    most = max(p.deregister_stopped, p.deregister_idle)
    may_change, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        u = life_luck_of(seed, r.identity, first, last, month)
        for i in range(first, last):
            k, operates = i - first, w.status[i] == OPERATING
            w.distress[i] = w.distress[i] + 1 if operates & (r.cash[i] < 0.0) else 0
            chance = stop_probability(w.distress[i], r.cash[i], r.assets[i], p)
            stops = (w.lines[i] == 0) | (u.stops[k] < chance) | (r.revenue_12[i] < o.least_revenue)
            changes = stops if operates else (u.resumes[k] < p.resume) | (u.struck_off[k] < most)
            may_change[k] = (w.status[i] != FREE) & (changes | (r.origin[i] != INCUMBENT))
        number = gather(may_change, first, last, r.identity, rows, identity)
        for i in rows[:number]:
            k = i - first
            if r.origin[i] != INCUMBENT:
                add_to_lives(sums.lives, REGISTER, AT_RISK, month - r.born[i])
                if w.status[i] == OPERATING:
                    add_to_lives(sums.lives, kind_of_startup(r.origin[i]), AT_RISK, month - r.started[i])
            if w.status[i] == OPERATING:
                chance = stop_probability(w.distress[i], r.cash[i], r.assets[i], p)
                if p.enabled and (w.lines[i] == 0 or u.stops[k] < chance):
                    count_end(i, STOP, month, r, w, o, sums)
                    marks.stops[i] = 1
                    stop(i, w, sums.laid_off)
                    sums.events[STOPPED] += 1
                    sums.events[STARTUPS_STOPPED] += r.origin[i] != INCUMBENT
                elif p.enabled and leaves_survey(r.revenue_12[i], o.least_revenue):
                    marks.leaves[i] = 1
            elif w.status[i] == SUSPENDED and r.cash[i] >= 0.0 and u.resumes[k] < p.resume:
                resume(i, r, w, sums.laid_off, p)
                sums.events[RESUMED] += 1
            elif p.enabled and u.struck_off[k] < strike_off_probability(w.status[i], month - r.born[i], p):
                marks.leaves[i] = 1


def fund(world: World) -> None:
    """A month of outside finance; the hurdle responds to tickets given relative to supply."""
    rules = world.rules("finance")
    if not rules.enabled:
        return
    events = world.counters("finance")
    asked_before, given_before = int(events[ASKED]), int(events[GIVEN])
    terms = FundTerms(world.group("labour").wage, world.posted.hurdle, world.first_month)
    sums = Investments(events, world.books.flows)
    world.loop(give_outside_equity, FinanceReads, FinanceWrites, rules, terms, sums=sums)
    asked, given = int(events[ASKED]) - asked_before, int(events[GIVEN]) - given_before
    there = rules.tickets / 12.0 * world.opening_enterprises / 1000.0 * (1.0 + world.group("levers").finance)
    if world.group("market").coupled:
        pressure = min(rules.most_pressure, given / there - 1.0) if there > 0.0 else rules.most_pressure
        hurdle = world.posted.hurdle * maths.exp(rules.hurdle_response * pressure)
        hurdle = min(rules.most_hurdle, max(rules.least_hurdle, hurdle))
        world.posted = world.posted._replace(hurdle=hurdle, finance_fill=given / asked if asked else 0.0)


def invest(world: World) -> None:
    """Interest on debts, investment and dividends of a month."""
    wage = world.group("labour").wage
    market, population = world.group("market"), world.standard
    if market.overdraft_rate > 0.0:
        world.loop(charge_interest, DebtReads, DebtWrites, market.overdraft_rate, sums=(world.books.flows,))
    rules = world.rules("finance")
    if rules.enabled and rules.host_shares:
        pay_hosts(world, wage, market, population)
    lending = world.rules("lending")
    hour = float(lending.assets_an_hour) if lending.enabled else 0.0
    terms = OwnersTerms(wage, hour)
    world.loop(
        invest_and_pay_dividends, OwnersReads, OwnersWrites, market, population, terms, sums=(world.books.flows,)
    )


def pay_hosts(world: World, wage: float, market: Any, population: Any) -> None:
    """Makers pay dividends to the platforms' account, which passes them on to hosts that still operate, free of tax."""
    table, flows = world.enterprises, world.books.flows
    hosts = sorted({platform.host for platform in world.platforms if platform.host})
    paid = np.zeros(len(hosts), np.int64)
    given = table.view(MakerReads), table.cash, population, market, wage
    share_with_hosts(table.size, *given, np.array(hosts, np.int64), paid, flows)
    for host, amount in zip(hosts, paid.tolist(), strict=True):
        if amount and (row := world.row_of(host)) >= 0:
            transfer(row, amount / TICKS, table.cash, flows, PLATFORM_INCOME)


def close(world: World) -> None:
    """A month of stops, resumptions and the register."""
    marks, ends = StatusMarks(*np.zeros((2, world.enterprises.size), np.int8)), ends_of(world)
    world.loop(update_status, StatusReads, StatusWrites, world.rules("finance"), world.standard, marks, sums=ends)
    world.release_people(int(ends.laid_off[STAFF]), int(ends.laid_off[TALENT]))
    world.vacate(world.marked(marks.stops))
    leave(world, world.marked(marks.leaves))


def ends_of(world: World) -> Ends:
    """The world's sums of ends, with people laid off from 0."""
    return Ends(np.zeros(2, np.int64), world.ended, world.lives, world.year_lost, world.counters("finance"))


@compiled
def strike_off(
    rows: i8, month: int, r: StatusReads, w: StatusWrites, cash: f8, o: Population, sums: Ends, flows: i8
) -> None:  # fmt: skip
    """Count the ends of enterprises that leave, and of the operation of those that still operate.

    People are laid off, cash goes to the owners, and banks write off debts.
    """
    for i in rows:
        if w.status[i] == OPERATING:
            count_end(i, STOP, month, r, w, o, sums)
            w.staff_year_ago[i] = 0
        count_end(i, STRIKE_OFF, month, r, w, o, sums)
        sums.laid_off[STAFF] += w.staff[i]
        sums.laid_off[TALENT] += w.talent[i]
        w.staff[i] = 0
        w.talent[i] = 0
        w.borrowed_hours[i] = 0
        transfer(i, -cash[i], cash, flows, LIQUIDATION if cash[i] >= 0.0 else DEFAULT)


def leave(world: World, rows: Any) -> None:
    """Strike enterprises off the register, with all bookings."""
    table = world.enterprises
    rows = np.asarray(rows, np.int64)
    if not len(rows):
        return
    ends, columns = ends_of(world), (table.view(StatusReads), table.view(StatusWrites))
    strike_off(rows, world.month, *columns, table.cash, world.standard, ends, world.books.flows)
    world.release_people(int(ends.laid_off[STAFF]), int(ends.laid_off[TALENT]))
    world.vacate(rows)
    world.count("deregistered", len(rows))
    world.links.drop(rows, table.size)
    world.struck_off = np.concatenate([world.struck_off, rows])


OUTCOMES = (
    counted("startups_stopped", "startups that stopped", -1, unit="enterprises"),
    counted("stopped", "enterprises that stopped", -1),
    counted("resumed", "enterprises that resumed", 1),
    counted("deregistered", "enterprises struck off"),
    counted("finance_asked", "requests for outside finance"),
    counted("finance_given", "tickets of outside finance", 1),
    Outcome("maker_dividends", "million yuan a month", "dividends of makers to the hosts of their platforms", 1,
            value=lambda m: 0.0 - m.flow(MAKER_DIVIDENDS)),
    Outcome("maker_return", "share", "dividends of makers to hosts over what platforms' funds invested in makers, since the start", 1,
            value=lambda m: share(-m.spent(MAKER_DIVIDENDS), m.spent(PLATFORM_EQUITY))),
    Outcome("outside_equity", "million yuan a month", "outside investors' money", 1,
            value=lambda m: m.flow(OUTSIDE_EQUITY)),
)  # fmt: skip

DISTRESS = Column("distress", "i2", "month", "months in a row with cash below zero")

MECHANISM = Mechanism(
    "finance",
    Rules,
    steps=(
        Step(
            "fund",
            fund,
            loops=(give_outside_equity,),
            groups=("labour", "levers", "market"),
            transfers=("outside_equity",),
            draws=(request_luck,),
            state=("posted.finance_fill", "posted.hurdle"),
        ),
        Step(
            "invest",
            invest,
            loops=(charge_interest, share_with_hosts, invest_and_pay_dividends),
            writes=("cash",),
            groups=("labour", "market", "mechanisms.lending", "population"),
            transfers=("interest", "maker_dividends", "platform_income", "outside_equity", "investment", "dividends"),
        ),
        Step(
            "close",
            close,
            loops=(update_status, strike_off),
            writes=("cash", "site", "floor"),
            groups=("population",),
            transfers=("liquidation", "default"),
            draws=(life_luck,),
            state=("links", "people", "sites.let", "world.struck_off", "world.year_lost"),
        ),
    ),
    columns=(DISTRESS,),
    counters=EVENTS,
    draws=(request_luck, life_luck),
    outcomes=OUTCOMES,
)
