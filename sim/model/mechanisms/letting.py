"""Letting of sites: tenants are newborns or firms that move in; capacity binds, and the rent adjusts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i4, i8, typed
from sim.model.record.reading import counted, share
from sim.model.state.accounts import (
    MOVING,
    RENT,
    RENT_SUBSIDY,
    SITE_EQUITY,
    SITE_RENT,
    UTILITIES,
    on_grid,
    transfer,
    transfer_block,
)
from sim.model.state.enterprises import BIG, OPERATING, TENANT, NoWrites, reads, writes
from sim.model.state.sites import SiteState
from sim.model.state.world import World, with_none

EVENTS = Counters("tenants_newborn", "tenants_moved", "graduated", "site_applicants")
TENANTS_NEWBORN, TENANTS_MOVED, GRADUATED, APPLICANTS = EVENTS

seeking = block("letting", 0, "look", "taste", "stay", "priority", number=12)

NEWBORN, MOVER, LEAVES = 1, 2, 3


@typed
class Rules(NamedTuple):
    """Letting."""

    enabled: bool = switch()
    consider: float = parameter(
        0.15, "1/year", "hazard at which an operating enterprise considers moving", assumption("leases of years"),
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
    taste: float = parameter(
        0.10, "million yuan", "scale of the taste for the site", assumption("unseen reasons"), bounds=(0, 10),
        plausible=(0.03, 0.3),
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


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    size_class: i1
    origin: i1
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
    moved_in: i1
    funded: i1
    cash: f8
    profit_year: f8


@typed
class Terms(NamedTuple):
    """A site's terms this month, and the cost of floor elsewhere."""

    site: int
    rent: float  # million yuan a m2 and year, with utilities, less the subsidy
    neighbours_worth: float  # million yuan a year
    largest_tenant: float  # m2
    least_talent: float  # people
    term: int  # months
    ticket: float  # million yuan
    weight: float  # real tenants that one represents
    floor_per_job: float  # m2
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


@compiled
def gain_of_moving(u: float, staff: int, floor: float, terms: Terms, p: Rules) -> float:
    """Utility of moving to the site (million yuan): rent saved and neighbours over the horizon, cost, taste."""
    saved = p.horizon * floor * (terms.outside_rent - terms.rent)
    return saved + p.horizon * terms.neighbours_worth - p.moving_cost * staff + p.taste * draws.gumbel(u)


@compiled
def term_ends(month: int, let_until: int, term: int) -> bool:
    """Whether a term of a tenancy ends this month."""
    return month >= let_until and (month - let_until) % term == 0


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
    """Mark newborns, movers and leaving tenants in ``decisions``.

    A vectorised loop marks the enterprises that may want to move; a second one decides.
    """
    look = draws.monthly(min(p.most_considering, p.consider)) * p.awareness
    for i in range(lo, hi):
        u = seeking(seed, r.identity[i], month)
        newborn = (r.origin[i] == TENANT) & (r.started[i] == month)
        outside = (r.site[i] < 0) & (newborn | ((r.size_class[i] != BIG) & (u.look < look)))
        decisions[i] = (r.status[i] == OPERATING) & (outside | (r.site[i] == terms.site))
    for i in range(lo, hi):
        if decisions[i]:
            decisions[i] = move_decision(i, seed, month, r, p, terms)
            events[GRADUATED] += decisions[i] == LEAVES
            events[APPLICANTS] += (decisions[i] == NEWBORN) | (decisions[i] == MOVER)


@compiled
def move_decision(i: Index, seed: int, month: int, r: Reads, p: Rules, terms: Terms) -> int:
    """The decision of a tenant, a newborn or a firm that considers the site."""
    u = seeking(seed, r.identity[i], month)
    floor = floor_needed(r.staff[i], terms.floor_per_job)
    if r.site[i] == terms.site:
        over = term_ends(month, r.let_until[i], terms.term) and u.stay >= p.renewal
        outgrown = floor > min(terms.largest_tenant, p.crowding * r.floor[i])
        return LEAVES if outgrown or over else 0
    if floor > terms.largest_tenant:
        return 0
    if r.origin[i] == TENANT and r.started[i] == month:  # it chose the site as an idea
        return NEWBORN
    if r.talent[i] < terms.least_talent:
        return 0
    return MOVER if gain_of_moving(u.taste, r.staff[i], floor, terms, p) > 0.0 else 0


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
        moved = decisions[i] == MOVER
        e.moved_in[i] = moved
        newborns += not moved
        events[TENANTS_MOVED if moved else TENANTS_NEWBORN] += 1
        if moved:
            e.profit_year[i] += transfer(i, -p.moving_cost * r.staff[i], e.cash, flows, MOVING)
        elif fund > 0.0 and e.funded[i] == 0:
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
                paid = transfer(i, -rents.posted[r.site[i]] * r.floor[i] / 12.0, w.cash, flows, SITE_RENT)
                paid += transfer(i, -rents.utilities[r.site[i]] * r.floor[i] / 12.0, w.cash, flows, UTILITIES)
                paid += transfer(i, rents.subsidies[r.site[i]] * r.floor[i] / 12.0, w.cash, flows, RENT_SUBSIDY)
                w.profit_year[i] += paid


def pay(world: World) -> None:
    """A month of rents."""
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
        site.index, world.charge(site).net, world.neighbours_worth(site, 1.0), s.largest_tenant, s.least_talent,
        int(s.term), s.ticket, world.weight, per_job, world.group("market").outside_rent,
    )  # fmt: skip
    decisions = np.empty(table.size, np.int8)
    world.loop(decide_moves, Reads, NoWrites, rules, terms, decisions, sums=(world.counters("letting"),))
    wishing = world.marked(decisions)
    leaving = decisions[wishing] == LEAVES
    if leaving.any():
        world.vacate(wishing[leaving])
    tenants, applicants = (table.site == site.index).nonzero()[0], wishing[~leaving]
    site.let, stayed = resize(tenants, table.staff, table.floor, per_job, site.renovated)
    order = np.argsort(priorities(world.seed, world.month, applicants, table.identity), kind="stable")
    asked, let, came, newborns, jobs, site.fund = admit(
        applicants[order], decisions, world.month, table.view(Team), table.view(Tenants), rules, terms,
        Left(site.vacant, float(site.fund)), world.counters("letting"), world.books.flows,
    )  # fmt: skip
    site.let += let
    site.admitted += came
    site.admitted_newborn += newborns
    site.tenants, site.jobs = len(tenants) + came, stayed + jobs
    site.admission = min(1.0, site.vacant / asked) if asked else 1.0
    site.tightness *= maths.exp(s.rent_response * (site.occupancy - s.target_occupancy))
    site.rent = s.rent * site.tightness


OUTCOMES = (
    counted("graduated", "tenants that left an idle site running"),
    Outcome("site_enterprises", "enterprises", "enterprises ever admitted to idle sites", 1, True,
            lambda m: m.site("admitted")),
    Outcome("site_enterprises_newborn", "enterprises", "of those, admitted as newborns", 1,
            value=lambda m: m.site("admitted_newborn")),
    Outcome("site_tenants", "enterprises", "tenants that operate at idle sites", 1, value=lambda m: m.site("tenants")),
    Outcome("site_jobs", "people", "jobs of tenants at idle sites", 1, True, lambda m: m.site("jobs")),
    Outcome("site_floor_let", "m2", "floor let", 1, value=lambda m: m.site("let")),
    Outcome("site_occupancy", "share", "floor let of floor renovated", 1,
            value=lambda m: share(m.site("let"), m.site("renovated"))),
    Outcome("site_rent", "yuan a m2 and month", "posted rent, mean of sites",
            value=lambda m: share(m["sites_rent"] / 12.0 * 1e6, np.full(len(m.months), m.sites))),
)  # fmt: skip

COLUMNS = (
    Column("moved_in", "i1", "", "1 for a firm that moved in to a site as an existing one"),
    Column("let_until", "i2", "month", "month in which the tenancy at a site ends"),
)

LET = Step(
    "let",
    apply,
    loops=(use_floor, decide_moves, admit),
    writes=("site", "floor"),
    groups=("market", "population", "levers", "sites"),
    transfers=("site_equity", "moving"),
    draws=(seeking,),
    state=(
        "sites.admission", "sites.admitted", "sites.admitted_newborn", "sites.fund", "sites.jobs", "sites.let",
        "sites.rent", "sites.tenants", "sites.tightness",
    ),
)  # fmt: skip
PAY = Step(
    "pay",
    pay,
    loops=(pay_rents,),
    groups=("market", "levers", "sites"),
    transfers=("rent", "site_rent", "utilities", "rent_subsidy"),
)

MECHANISM = Mechanism(
    "letting", Rules, steps=(LET, PAY), columns=COLUMNS, counters=EVENTS, draws=(seeking,), outcomes=OUTCOMES
)  # fmt: skip
