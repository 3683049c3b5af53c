"""12 Letting: tenants are newborns, spin-offs and existing firms that move in; capacity binds and the rent answers."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import draws
from sim.compiled import compiled
from sim.economy import MOVING, RENT, RENT_SUBSIDY, SITE_EQUITY, SITE_RENT, transfer
from sim.enterprises import BIG, OPERATING, TENANT
from sim.world import COUNT, SiteState, World

_APPLICANTS, _GRADUATED = COUNT["site_applicants"], COUNT["graduated"]
NEWBORN, MOVER = 1, 2
LEAVES = 3


class Reads(NamedTuple):
    identity: Any
    status: Any
    size_class: Any
    origin: Any
    started: Any
    site: Any
    staff: Any
    floor: Any
    let_until: Any


class Wishes(NamedTuple):
    moved_in: Any


class RentReads(NamedTuple):
    status: Any
    site: Any
    floor: Any


class RentWrites(NamedTuple):
    profit_year: Any
    cash: Any
    booked: Any


@compiled
def floor_needed(staff: int, floor_per_job: float) -> float:
    """Floor for this staff, in whole m2."""
    return math.ceil(staff * floor_per_job)


@compiled
def gain_of_moving(
    u: float, staff: int, floor: float, outside_rent: float, rent: float, neighbours_worth: float, p: Any
) -> float:
    """What a move to the site is worth (million yuan): rent saved over the horizon, neighbours, cost, taste."""
    saved = p.horizon * floor * (outside_rent - rent)
    return saved + p.horizon * neighbours_worth - p.moving_cost * staff + p.taste * draws.gumbel(u)


@compiled
def term_ends(month: int, let_until: int, term: float) -> bool:
    """Whether a term of a tenancy, the first or a renewed one, ends this month."""
    return month >= let_until and (month - let_until) % int(term) == 0


@compiled
def wish(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, s: Any, number: int, rent: float, subsidy: float,
    outside_rent: float, tenants: int, floor_per_job: float, wishes: Any, events: Any,
) -> None:  # fmt: skip
    """Who wants in and who goes, marked in ``wishes``: newborn, mover, leaving tenant."""
    neighbours_worth = s.neighbours * tenants / 100.0
    for i in range(lo, hi):
        if r.status[i] != OPERATING:
            continue
        u_look, u_taste, u_stay, _ = draws.uniforms(seed, r.identity[i], month, draws.LETTING)
        floor = floor_needed(r.staff[i], floor_per_job)
        if r.site[i] == number:
            if floor > s.largest_tenant or (term_ends(month, r.let_until[i], s.term) and u_stay >= p.renewal):
                wishes[i] = LEAVES
                events[_GRADUATED] += 1
            continue
        if r.site[i] >= 0 or floor > s.largest_tenant:
            continue
        if r.origin[i] == TENANT and r.started[i] == month:
            wishes[i] = NEWBORN
        elif r.size_class[i] != BIG and u_look < draws.monthly(min(0.95, p.consider)) * p.awareness:
            if (
                gain_of_moving(u_taste, r.staff[i], floor, outside_rent, max(0.0, rent - subsidy), neighbours_worth, p)
                > 0.0
            ):
                wishes[i] = MOVER
        events[_APPLICANTS] += wishes[i] > 0


@compiled
def pay_rents(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, outside_rent: float, rents: Any, subsidy: float, flows: Any
) -> None:
    """Rent of every operating enterprise for a month: to other landlords or, less the subsidy, to the site."""
    for i in range(lo, hi):
        if r.status[i] != OPERATING:
            continue
        if r.site[i] >= 0:
            rent = rents[r.site[i]]
            paid = transfer(i, -rent * r.floor[i] / 12.0, w.cash, w.booked, flows, SITE_RENT)
            paid += transfer(i, min(rent, subsidy) * r.floor[i] / 12.0, w.cash, w.booked, flows, RENT_SUBSIDY)
        else:
            paid = transfer(i, -outside_rent * r.floor[i] / 12.0, w.cash, w.booked, flows, RENT)
        w.profit_year[i] += paid


def pay(world: World) -> None:
    """A month of rents."""
    rents = np.array([*[site.rent for site in world.sites], 0.0])
    outside, subsidy = world.group("market").outside_rent, world.group("levers").rent_subsidy
    world.loop(pay_rents, RentReads, RentWrites, outside, rents, subsidy, world.books.flows)


def apply(world: World) -> None:
    """A month of letting at every site that is open, and floor for everyone else."""
    rules = world.rules("letting")
    table = world.enterprises
    per_job = world.settings.group("population").floor_per_job
    outside = (table.status == OPERATING) & (table.site < 0)
    table.floor[outside] = np.ceil(table.staff[outside] * per_job)
    for site in world.sites:
        if rules.enabled and world.site_is_open(site):
            let_site(world, site, rules, per_job)


def let_site(world: World, site: SiteState, rules: Any, per_job: float) -> None:
    """A month at one site: goings, changes of floor, comings by keyed priority, and the posted rent."""
    table, s = world.enterprises, world.site_rules(site)
    wishes = world.marks()
    world.loop(
        wish, Reads, Wishes, rules, s, site.number, site.rent, world.group("levers").rent_subsidy,
        world.group("market").outside_rent, site.tenants, per_job, wishes, world.counts,
    )  # fmt: skip
    world.vacate(np.flatnonzero(wishes == LEAVES))
    resize(world, site, per_job)
    applicants = np.flatnonzero((wishes == NEWBORN) | (wishes == MOVER))
    priority = [world.uniforms(int(table.identity[row]), draws.LETTING)[3] for row in applicants.tolist()]
    for row in applicants[np.argsort(np.array(priority), kind="stable")].tolist() if len(applicants) else []:
        floor = int(floor_needed(int(table.staff[row]), per_job))
        if floor <= site.vacant:
            move_in(world, site, row, floor, wishes[row] == MOVER, s)
    asked = sum(int(floor_needed(int(table.staff[row]), per_job)) for row in applicants.tolist())
    site.admission = min(1.0, site.vacant / asked) if asked else 1.0
    site.rent *= math.exp(s.rent_response * (site.occupancy - s.target_occupancy))
    here = table.site == site.number
    site.tenants = int(np.count_nonzero(here))
    site.jobs = int(table.staff[here].sum())


def resize(world: World, site: SiteState, per_job: float) -> None:
    """Tenants give back floor they no longer need; they take more only where there is enough for all who want it."""
    table = world.enterprises
    rows = np.flatnonzero(table.site == site.number)
    needed = np.ceil(table.staff[rows] * per_job)
    table.floor[rows] = np.minimum(table.floor[rows], needed)
    site.let = int(table.floor[rows].sum())
    more = needed - table.floor[rows]
    if int(more.sum()) <= site.vacant:
        table.floor[rows] = needed
        site.let += int(more.sum())


def move_in(world: World, site: SiteState, row: int, floor: int, moved: bool, s: Any) -> None:
    """One tenant comes; a newborn may get a start from the site's fund."""
    table = world.enterprises
    table.site[row] = site.number
    table.floor[row] = floor
    table.let_until[row] = world.month + int(s.term)
    table.moved_in[row] = int(moved)
    site.let += floor
    site.admitted += 1
    site.admitted_newborn += not moved
    world.count("tenants_moved" if moved else "tenants_newborn")
    if moved:
        cost = world.rules("letting").moving_cost * int(table.staff[row])
        table.profit_year[row] += transfer(row, -cost, table.cash, table.booked, world.books.flows, MOVING)
    elif site.fund > 0.0 and table.funded[row] == 0:
        amount = min(site.fund / world.weight, s.ticket)
        table.funded[row] = 1
        given = transfer(row, amount, table.cash, table.booked, world.books.flows, SITE_EQUITY)
        site.fund -= given * world.weight
