"""Letting of sites: tenants are newborns or firms that move in; capacity binds, and the rent adjusts.

A site is considered where a move is expected to gain more than the search for one costs. The gain is the inclusive value
of the choice between staying and moving (McFadden 1978); costs of search differ among enterprises and months, not with
size, so that small ones search less. Every enterprise has a lasting match with each site and each place outside, all of
one distribution; outside it has the best of several.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i4, i8, typed
from sim.model.record.reading import counted, share
from sim.model.record.tally import SITES_APART
from sim.model.state.accounts import (
    ELSEWHERE,
    MOVING,
    OPENING_BALANCE,
    RENT,
    RENT_SUBSIDY,
    SITE_EQUITY,
    SITE_RENT,
    TENANT_SERVICES,
    UTILITIES,
    on_grid,
    transfer,
    transfer_block,
)
from sim.model.state.enterprises import BIG, INCUMBENT, NEVER, OPERATING, TENANT, NoWrites, reads, writes
from sim.model.state.sites import Admission, SiteState, admission_of, is_admissible, lasting_match, match
from sim.model.state.world import World, with_none

EVENTS = Counters(
    "tenants_newborn", "tenants_moved", "graduated", "site_applicants", "tenants_from_beyond", "jobs_from_beyond"
)  # fmt: skip
TENANTS_NEWBORN, TENANTS_MOVED, GRADUATED, APPLICANTS, FROM_BEYOND, JOBS_FROM_BEYOND = EVENTS

seeking = block("letting", 0, "considers", "stay", "priority", number=12)
beyond_luck = block("letting", 2, "number", number=39)
seeking_of = seeking.of

NEWBORN, MOVER, LEAVES, RETURNS, STAYS = 1, 2, 3, 4, 5  # decisions; who stays where it is has considered the site
ARRIVALS = 64  # channel of identities that come from beyond the catchment, plus the site's index


@typed
class Rules(NamedTuple):
    """Letting."""

    enabled: bool = switch()
    consider: float = parameter(
        0.3, "1/year", "hazard at which an operating enterprise considers moving", assumption("leases of years"),
        bounds=(0, 12), plausible=(0.08, 0.33),
    )  # fmt: skip
    most_considering: float = parameter(
        0.95, "1/year", "upper bound of the probability of considering a move within a year",
        assumption("some never move"), bounds=(0.01, 0.99), plausible=(0.8, 0.99),
    )  # fmt: skip
    awareness: float = parameter(
        0.5,
        "share",
        "share of those that consider the site",
        assumption("information"),
        bounds=(0, 1),
        plausible=(0.2, 1.0),
    )
    moving_cost: float = parameter(
        0.01, "million yuan a person", "cost of moving", assumption("a month's value added"), bounds=(0, 1),
        plausible=(0.003, 0.03),
    )  # fmt: skip
    renewal: float = parameter(
        0.6, "share", "tenants that stay for another term", assumption("graduation rules are soft"), bounds=(0, 1),
        plausible=(0.3, 0.9),
    )  # fmt: skip
    crowding: float = parameter(
        1.3, "", "needed floor over let floor above which a tenant has outgrown its site",
        assumption("teams can move closer for a while"), bounds=(1, 100), plausible=(1.1, 1.6),
    )  # fmt: skip
    horizon: float = parameter(
        3.0, "year", "years of rent that a mover compares", assumption("a term"), bounds=(0.1, 30), plausible=(1, 5)
    )
    search_cost: float = parameter(
        0.1, "million yuan", "mean cost of searching for other premises, of any size",
        assumption("an agent's fee, and weeks of a manager's time"), bounds=(1e-6, 100), plausible=(0.02, 0.5),
    )  # fmt: skip
    attachment: float = parameter(
        0.01, "million yuan a person", "scale of the lasting match of an enterprise with a place",
        assumption("customers, commutes and rooms that fit: a fifth of a year's wage"), bounds=(1e-6, 10),
        plausible=(0.003, 0.03),
    )  # fmt: skip
    places: float = parameter(
        10.0, "places", "places outside, of which an enterprise or a founder has the best",
        assumption("firms visit a handful to a few dozen premises"), bounds=(1, 1e6), plausible=(3, 30),
    )  # fmt: skip
    beyond: float = parameter(
        0.0, "enterprises", "enterprises beyond the catchment of a place that consider its sites as often as those in it",
        assumption("0: movers come from the catchment alone"), bounds=(0, 1e7), plausible=(0, 20_000),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    size_class: i1
    origin: i1
    sector: i1
    born: i2
    started: i2
    site: i2
    staff: i4
    talent: i4
    floor: i4
    let_until: i2


@reads
class Team(NamedTuple):
    staff: i4


@reads
class StaffReads(NamedTuple):
    status: i1
    site: i2
    staff: i4


@writes
class Floor(NamedTuple):
    floor: i4


@writes
class Tenants(NamedTuple):
    site: i2
    floor: i4
    let_until: i2
    free_until: i2
    moved_in: i1
    funded: i1
    cash: f8
    profit_year: f8


@typed
class Terms(NamedTuple):
    """A site's terms this month, and the cost of floor elsewhere."""

    site: int
    rent: float  # million yuan a m2 and year, with utilities, less the subsidy and rent-free months
    worth: float  # million yuan a year, of neighbours
    worth_per_job: float  # million yuan a year, of contacts and services
    largest_tenant: float  # m2
    rule: Admission
    term: int  # months
    rent_free: int  # months
    ticket: float  # million yuan
    weight: float  # real tenants that one represents
    floor_per_job: float  # m2
    outside_floor_per_job: float  # m2
    outside_rent: float  # million yuan a m2 and year


@typed
class Left(NamedTuple):
    """A site's vacant floor and money for newcomers."""

    vacant: int  # m2
    fund: float  # million yuan


@reads
class RentReads(NamedTuple):
    status: i1
    site: i2
    floor: i4
    free_until: i2


@writes
class RentWrites(NamedTuple):
    profit_year: f8
    cash: f8


@typed
class Rents(NamedTuple):
    """Rents (million yuan a m2 and year): elsewhere, and at each site, with a last element for none."""

    outside: float
    posted: f8
    subsidies: f8
    utilities: f8


@equation
def floor_needed(staff: int, floor_per_job: float) -> float:
    """Floor for this staff, in whole m2."""
    return 0.0 - maths.floor(-staff * floor_per_job)


@equation
def saved_by_moving(staff: int, floor: float, terms: Terms, p: Rules) -> float:
    """Rent saved at the site over the horizon (million yuan), with that of floor not needed there."""
    more = floor_needed(staff, terms.outside_floor_per_job) - floor
    return p.horizon * floor * (terms.outside_rent - terms.rent) + p.horizon * more * terms.outside_rent


@equation
def worth(staff: int, terms: Terms, p: Rules) -> float:
    """Worth of neighbours, contacts and services at the site over the horizon (million yuan)."""
    return p.horizon * terms.worth + p.horizon * terms.worth_per_job * staff


@equation
def expected_gain(staff: int, floor: float, terms: Terms, p: Rules) -> float:
    """Gain of moving to the site but for the match (million yuan): rent saved and worth over the horizon, less cost."""
    return saved_by_moving(staff, floor, terms, p) + worth(staff, terms, p) - p.moving_cost * staff


@equation
def expected_loss(staff: int, floor: float, terms: Terms, p: Rules) -> float:
    """Gain of leaving the site but for the match (million yuan): what moving there gained, and the cost again."""
    return -saved_by_moving(staff, floor, terms, p) - worth(staff, terms, p) - p.moving_cost * staff


@compiled
def match_gain(seed: int, identity: int, staff: int, terms: Terms, p: Rules) -> float:
    """Lasting match with the site less that with the best place outside (million yuan)."""
    here, outside = lasting_match(seed, identity, terms.site)
    return p.attachment * staff * (here - outside - maths.log(p.places))


@equation
def inclusive_value(odds: float) -> float:
    """Expected gain of a choice with these log odds, in units of the match's scale: ln(1 + e^odds)."""
    return max(odds, 0.0) + maths.log(1.0 + maths.exp(-abs(odds)))


@equation
def searching(value: float, p: Rules) -> float:
    """Share of enterprises to which a search of this value (million yuan) is worth its cost; costs are exponential."""
    return 1.0 - maths.exp(-value / p.search_cost)


@compiled
def considers(u: float, gain: float, staff: int, more: float, awareness: float, p: Rules) -> bool:
    """Whether an enterprise considers to move this month: it knows where to, and a search is worth its cost.

    ``gain`` is expected but for the match (million yuan), ``more`` the logarithm of the number of places to go to.
    """
    scale = p.attachment * max(staff, 1)
    value = scale * inclusive_value(gain / scale + more)
    return u < draws.monthly(min(p.most_considering, p.consider)) * awareness * searching(value, p)


@equation
def term_ends(month: int, let_until: int, term: int) -> bool:
    """Whether a term of a tenancy ends this month."""
    return month >= let_until and (month - let_until) % term == 0


@equation
def outgrows(staff: int, floor: int, terms: Terms, p: Rules) -> bool:
    """Whether a tenant needs more floor than it can have, or far more than it has."""
    return floor_needed(staff, terms.floor_per_job) > min(terms.largest_tenant, p.crowding * floor)


@compiled
def use_floor(lo: Index, hi: Index, seed: int, month: int, r: StaffReads, w: Floor, floor_per_job: float) -> None:
    """Set the floor of every operating enterprise outside sites to what its staff needs."""
    for i in range(lo, hi):
        if (r.status[i] == OPERATING) & (r.site[i] < 0):
            w.floor[i] = floor_needed(r.staff[i], floor_per_job)


@compiled
def decide_moves(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: NoWrites, p: Rules, terms: Terms, decisions: i1, events: i8
) -> None:  # fmt: skip
    """Mark newborns, movers, leaving tenants and those who considered the site in vain in ``decisions``.

    A vectorised loop marks the tenants and the enterprises that may want to move; a second one decides for those that
    consider a move, or have to leave.
    """
    chance = draws.monthly(min(p.most_considering, p.consider))
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        u = seeking_of(seed, r.identity, first, last, month)
        for i in range(first, last):
            seeks = (r.size_class[i] != BIG) & (u.considers[i - first] < chance * p.awareness)
            newborn = (r.origin[i] == TENANT) & (r.started[i] == month)
            tenant, outside = r.site[i] == terms.site, (r.site[i] < 0) & (newborn | seeks)
            decisions[i] = (r.status[i] == OPERATING) & (outside | tenant)
        for i in range(first, last):
            if decisions[i] == 0:
                continue
            u_considers, u_stay = u.considers[i - first], u.stay[i - first]
            ends = term_ends(month, r.let_until[i], terms.term) or outgrows(r.staff[i], r.floor[i], terms, p)
            if r.site[i] == terms.site and not ends and u_considers >= chance:
                decisions[i] = 0
                continue
            decisions[i] = move_decision(i, u_considers, u_stay, seed, month, r, p, terms)
            events[GRADUATED] += (decisions[i] == LEAVES) | (decisions[i] == RETURNS)
            events[APPLICANTS] += (decisions[i] == NEWBORN) | (decisions[i] == MOVER)


@compiled
def move_decision(
    i: Index, u_considers: float, u_stay: float, seed: int, month: int, r: Reads, p: Rules, terms: Terms
) -> int:
    """The decision of a tenant, a newborn or a firm that may consider the site."""
    floor = floor_needed(r.staff[i], terms.floor_per_job)
    if r.site[i] == terms.site:
        over = term_ends(month, r.let_until[i], terms.term) and u_stay >= p.renewal
        if over or outgrows(r.staff[i], r.floor[i], terms, p):
            return LEAVES
        return RETURNS if wants_back(i, u_considers, floor, seed, month, r, p, terms) else 0
    if floor > terms.largest_tenant:
        return 0
    newborn = r.origin[i] == TENANT and r.started[i] == month  # it chose the site as an idea
    talent = terms.rule.least_talent if newborn else float(r.talent[i])
    if not is_admissible(r.staff[i], talent, month - r.born[i], r.sector[i], terms.rule):
        return 0
    if newborn:
        return NEWBORN
    gain = expected_gain(r.staff[i], floor, terms, p)
    if not considers(u_considers, gain, r.staff[i], -maths.log(p.places), p.awareness, p):
        return 0
    return MOVER if gain + match_gain(seed, r.identity[i], r.staff[i], terms, p) > 0.0 else STAYS


@compiled
def wants_back(
    i: Index, u_considers: float, floor: float, seed: int, month: int, r: Reads, p: Rules, terms: Terms
) -> bool:
    """Whether a tenant considers to leave, and has a better place outside, of which it knows."""
    gain = expected_loss(r.staff[i], floor, terms, p)
    if not considers(u_considers, gain, r.staff[i], maths.log(p.places), 1.0, p):
        return False
    return gain > match_gain(seed, r.identity[i], r.staff[i], terms, p)


@compiled
def arriving(
    rows: i8, decisions: i1, seed: int, month: int, r: Reads, p: Rules, terms: Terms, per_row: float
) -> tuple[i8, i8]:
    """Enterprises beyond the catchment that want to move to the site: the row that each is like, and its identity.

    They are ``per_row`` times as many as those in it that consider the site, like these, with matches of their own.
    """
    like, identities, most = [np.int64(0) for _ in range(0)], [np.int64(0) for _ in range(0)], 0
    for k in range(len(rows)):
        i = rows[k]
        if decisions[i] != MOVER and decisions[i] != STAYS:
            continue
        most = int(draws.round_stochastically(per_row, beyond_luck(seed, r.identity[i], month).number))
        gain = expected_gain(r.staff[i], floor_needed(r.staff[i], terms.floor_per_job), terms, p)
        for ordinal in range(most):
            identity = draws.child_identity(r.identity[i], month, ARRIVALS + terms.site, ordinal)
            if gain + match_gain(seed, identity, r.staff[i], terms, p) > 0.0:
                like.append(i)
                identities.append(identity)
    return np.array(like, np.int64), np.array(identities, np.int64)


@compiled
def priorities(seed: int, month: int, rows: i8, identity: i8) -> f8:
    """The keyed priority of each applicant; the lowest is first."""
    keys = np.empty(len(rows))
    for k in range(len(rows)):
        keys[k] = seeking(seed, identity[rows[k]], month).priority
    return keys


@compiled
def resize(rows: i8, staff: i4, floor: i4, floor_per_job: float, renovated: int) -> tuple[int, int]:
    """Tenants return floor that they do not need; those that need more share what is vacant, before newcomers.

    Returns floor let and jobs.
    """
    let, more, jobs = 0, 0, 0
    for k in range(len(rows)):
        i = rows[k]
        needed = floor_needed(staff[i], floor_per_job)
        floor[i] = min(floor[i], needed)
        let += int(floor[i])
        more += int(needed - floor[i])
        jobs += int(staff[i])
    share = min(1.0, (renovated - let) / max(more, 1))
    for k in range(len(rows)):
        i = rows[k]
        taken = int(share * (floor_needed(staff[i], floor_per_job) - floor[i]))
        floor[i] += taken
        let += taken
    return let, jobs


@compiled
def admit(
    rows: i8, decisions: i1, month: int, r: Team, e: Tenants, p: Rules, terms: Terms, left: Left, events: i8, flows: i8
) -> tuple[int, int, int, int, int, float]:  # fmt: skip
    """Applicants move in, in this order, while floor is vacant; a newborn may get a ticket from the site's fund.

    Returns floor requested and let, new tenants, newborns among them, their jobs, and the rest of the fund.
    """
    asked, let, came, newborns, jobs, fund = 0, 0, 0, 0, 0, left.fund
    for k in range(len(rows)):
        i = rows[k]
        floor = int(floor_needed(r.staff[i], terms.floor_per_job))
        asked += floor
        if floor > left.vacant - let:
            continue
        let += floor
        came += 1
        jobs += int(r.staff[i])
        e.site[i] = terms.site
        e.floor[i] = floor
        e.let_until[i] = month + terms.term
        e.free_until[i] = month + terms.rent_free if terms.rent_free > 0 else 0
        moved = decisions[i] == MOVER
        e.moved_in[i] = moved
        newborns += not moved
        events[TENANTS_MOVED if moved else TENANTS_NEWBORN] += 1
        if moved:
            e.profit_year[i] += transfer(i, -p.moving_cost * r.staff[i], e.cash, flows, MOVING)
        elif fund > 0.0 and terms.ticket > 0.0 and e.funded[i] == 0:
            e.funded[i] = 1
            fund -= transfer(i, min(fund / terms.weight, terms.ticket), e.cash, flows, SITE_EQUITY) * terms.weight
    return asked, let, came, newborns, jobs, fund


@compiled
def pay_rents(
    lo: Index, hi: Index, seed: int, month: int, r: RentReads, w: RentWrites, rents: Rents, flows: i8
) -> None:  # fmt: skip
    """Every operating enterprise pays a month's rent: to other landlords, or to its site, with utilities and subsidy."""
    rent = np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            elsewhere = (r.status[i] == OPERATING) & (r.site[i] < 0)
            rent[i - first] = -on_grid(rents.outside * r.floor[i] / 12.0) if elsewhere else 0.0
            w.profit_year[i] += rent[i - first]
        transfer_block(first, last, rent, w.cash, flows, RENT)
    if len(rents.posted) > 1:
        for i in range(lo, hi):
            if r.status[i] == OPERATING and r.site[i] >= 0:
                floor = 0.0 if month < r.free_until[i] else float(r.floor[i])  # on which rent is due
                paid = transfer(i, -rents.posted[r.site[i]] * floor / 12.0, w.cash, flows, SITE_RENT)
                paid += transfer(i, -rents.utilities[r.site[i]] * r.floor[i] / 12.0, w.cash, flows, UTILITIES)
                paid += transfer(i, rents.subsidies[r.site[i]] * floor / 12.0, w.cash, flows, RENT_SUBSIDY)
                w.profit_year[i] += paid


def pay(world: World) -> None:
    """A month of rents, and of services that sites' owners buy for their tenants."""
    for site in world.sites:
        if site.jobs and (services := float(world.site_rules(site).services)):
            world.books.pay(TENANT_SERVICES, site.jobs * services / 12.0)
    charges = [world.charge(site) for site in world.sites]
    rents = Rents(
        world.group("market").outside_rent,
        with_none(charge.rent for charge in charges),
        with_none(charge.subsidy for charge in charges),
        with_none(charge.utilities for charge in charges),
    )
    world.loop(pay_rents, RentReads, RentWrites, rents, sums=(world.books.flows,))


def apply(world: World) -> None:
    """A month of letting at every open site, and floor of all other enterprises."""
    rules = world.rules("letting")
    per_job = world.settings.group("population").floor_per_job
    world.loop(use_floor, StaffReads, Floor, per_job)
    for site in world.sites:
        if rules.enabled and world.site_is_open(site):
            let_site(world, site, rules, per_job)


def let_site(world: World, site: SiteState, rules: Rules, per_job: float) -> None:
    """A month at one site: tenants leave, change floor and come by keyed priority; the rent is posted."""
    table, s = world.enterprises, world.site_rules(site)
    site.rent = s.rent * site.tightness
    terms = Terms(
        site.index, world.rent_asked(site, rules.horizon), world.neighbours_worth(site, 1.0), world.worth_per_job(site, 1.0), s.largest_tenant,
        admission_of(s), int(s.term), int(s.rent_free), s.ticket, world.weight, per_job * s.space, per_job,
        world.group("market").outside_rent,
    )  # fmt: skip
    decisions = np.empty(table.size, np.int8)
    world.loop(decide_moves, Reads, NoWrites, rules, terms, decisions, sums=(world.counters("letting"),))
    marked = world.marked(decisions)
    leave(world, marked[decisions[marked] == LEAVES], marked[decisions[marked] == RETURNS], rules)
    tenants, applicants = (table.site == site.index).nonzero()[0], marked[decisions[marked] <= MOVER]
    site.let, stayed = resize(tenants, table.staff, table.floor, terms.floor_per_job, site.renovated)
    arrivals, like = arrive(world, marked, decisions, rules, terms)
    decisions = np.concatenate([decisions, np.zeros(table.size - len(decisions), np.int8)])
    decisions[arrivals] = MOVER
    applicants = np.concatenate([applicants, arrivals])
    order = np.argsort(priorities(world.seed, world.month, applicants, table.identity), kind="stable")
    asked, let, came, newborns, jobs, site.fund = admit(
        applicants[order], decisions, world.month, table.view(Team), table.view(Tenants), rules, terms,
        Left(site.vacant, float(site.fund)), world.counters("letting"), world.books.flows,
    )  # fmt: skip
    settle(world, arrivals, like)
    site.let += let
    site.admitted += came
    site.admitted_newborn += newborns
    site.tenants, site.jobs = len(tenants) + came, stayed + jobs
    site.admission = min(1.0, site.vacant / asked) if asked else 1.0
    site.tightness *= maths.exp(s.rent_response * (site.occupancy - s.target_occupancy))
    site.rent = s.rent * site.tightness


def leave(world: World, ending: Any, returning: Any, rules: Rules) -> None:
    """End tenancies; who returns of its own accord pays for the move."""
    table = world.enterprises
    for row in returning.tolist():
        world.transfer(row, -rules.moving_cost * int(table.staff[row]), MOVING)
    if len(ending) + len(returning):
        world.vacate(np.concatenate([ending, returning]))


def arrive(world: World, marked: Any, decisions: Any, rules: Rules, terms: Terms) -> tuple[Any, Any]:
    """Rows of applicants from beyond the catchment of a place, and those that they are like; cash comes later."""
    table, none = world.enterprises, np.zeros(0, np.int64)
    if rules.beyond == 0.0 or world.is_nation:
        return none, none
    inside = (table.status == OPERATING) & (table.size_class != BIG) & (table.site < 0)
    per_row = rules.beyond / max(1, int(np.count_nonzero(inside)))
    like, identity = arriving(
        marked, decisions, world.seed, world.month, table.view(Reads), rules, terms, per_row
    )  # fmt: skip
    rows = table.add(len(like))
    for values in table.columns.values():
        values[rows] = values[like]
    for name, value in AS_NEW.items():
        table.columns[name][rows] = value
    table.identity[rows] = identity
    world.counters("letting")[APPLICANTS] += len(rows)
    return rows, like


def settle(world: World, arrivals: Any, like: Any) -> None:
    """Book cash and people of the arrivals that were admitted, and free the rows of the others."""
    table, books, counts = world.enterprises, world.books, world.counters("letting")
    admitted = table.site[arrivals] >= 0
    for row, other in zip(arrivals[admitted].tolist(), like[admitted].tolist(), strict=True):
        transfer(row, float(table.cash[other]), table.cash, books.flows, OPENING_BALANCE)
    staff, talent = int(table.staff[arrivals[admitted]].sum()), int(table.talent[arrivals[admitted]].sum())
    books.people[ELSEWHERE] -= staff
    books.skilled[ELSEWHERE] -= talent
    counts[FROM_BEYOND] += int(np.count_nonzero(admitted))
    counts[JOBS_FROM_BEYOND] += staff
    table.release(arrivals[~admitted])


def of_site(index: int) -> tuple[Outcome, ...]:
    """The outcomes of one site, numbered from 1 in the order of the scenario."""
    name, which = f"site_{index + 1}", f"site {index + 1} in the order of the scenario"
    counts = (
        ("admitted", "enterprises", "enterprises", "enterprises ever admitted", 1),
        ("tenants", "tenants", "enterprises", "tenants that operate", 1),
        ("jobs", "jobs", "people", "jobs of tenants", 1),
        ("let", "floor_let", "m2", "floor let", 1),
    )
    return (
        *(
            Outcome(f"{name}_{what}", unit, f"{meaning}, {which}", better,
                    value=lambda m, k=key: m.one_site(index, k))  # type: ignore[misc]
            for key, what, unit, meaning, better in counts
        ),
        Outcome(f"{name}_floor_vacant", "m2", f"floor renovated and not let, {which}", -1,
                value=lambda m: m.one_site(index, "renovated") - m.one_site(index, "let")),
        Outcome(f"{name}_rent", "yuan a m2 and month", f"posted rent, {which}", value=lambda m: m.rent_of_site(index)),
    )  # fmt: skip


OUTCOMES = (
    counted("graduated", "tenants that left an idle site running"),
    Outcome("site_enterprises", "enterprises", "enterprises ever admitted to idle sites", 1, True,
            lambda m: m.site("admitted")),
    Outcome("site_enterprises_newborn", "enterprises", "of those, admitted as newborns", 1,
            value=lambda m: m.site("admitted_newborn")),
    counted("tenants_from_beyond", "of those admitted, enterprises from beyond the catchment", unit="enterprises"),
    counted("jobs_from_beyond", "jobs that they brought from there, and that are missing there", unit="people"),
    Outcome("site_tenants", "enterprises", "tenants that operate at idle sites", 1, value=lambda m: m.site("tenants")),
    Outcome("site_jobs", "people", "jobs of tenants at idle sites", 1, True, lambda m: m.site("jobs")),
    Outcome("site_floor_let", "m2", "floor let", 1, value=lambda m: m.site("let")),
    Outcome("site_occupancy", "share", "floor let of floor renovated", 1,
            value=lambda m: share(m.site("let"), m.site("renovated"))),
    Outcome("site_rent", "yuan a m2 and month", "posted rent, mean of sites",
            value=lambda m: share(m["sites_rent"] / 12.0 * 1e6, np.full(len(m.months), m.sites))),
    *(outcome for index in range(SITES_APART) for outcome in of_site(index)),
)  # fmt: skip

# What an enterprise that comes from beyond the catchment does not bring, or brings when it is admitted.
AS_NEW = {
    "host": 0, "origin": INCUMBENT, "platform": -1, "site": -1, "project_began": NEVER, "asked": NEVER, "solved": 0,
    "breadth": 0, "reached": 0, "researched": 0, "borrowed_hours": 0, "cash": 0.0, "profit_year": 0.0,
}  # fmt: skip

COLUMNS = (
    Column("moved_in", "i1", "", "1 for a firm that moved in to a site as an existing one"),
    Column("let_until", "i2", "month", "month in which the tenancy at a site ends"),
    Column("free_until", "i2", "month", "month until which a tenant pays no rent"),
)

LET = Step(
    "let",
    apply,
    loops=(use_floor, decide_moves, arriving, admit),
    writes=("site", "floor"),
    groups=("market", "population", "levers", "sites"),
    transfers=("site_equity", "moving", "opening_balance"),
    draws=(seeking, match, beyond_luck),
    state=(
        "people", "sites.admission", "sites.admitted", "sites.admitted_newborn", "sites.fund", "sites.jobs", "sites.let",
        "sites.rent", "sites.tenants", "sites.tightness",
    ),
)  # fmt: skip
PAY = Step(
    "pay",
    pay,
    loops=(pay_rents,),
    groups=("market", "levers", "sites"),
    transfers=("rent", "site_rent", "utilities", "rent_subsidy"),
    state=("accounts",),
)

MECHANISM = Mechanism(
    "letting", Rules, steps=(LET, PAY), columns=COLUMNS, counters=EVENTS,
    draws=(seeking, match, beyond_luck), outcomes=OUTCOMES,
)  # fmt: skip
