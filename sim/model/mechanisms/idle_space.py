"""Relocation, idle space and equipment: a relocation vacates floor, which is renovated; idle hours are lent."""

from __future__ import annotations

from typing import NamedTuple

from sim.declare import Column, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled
from sim.kernel.draws import block
from sim.kernel.types import Index, i1, i2, i4, i8, typed
from sim.model.state.accounts import CONVERSION_GRANT, ELSEWHERE, LEAVERS, RENOVATION, UNEMPLOYED
from sim.model.state.enterprises import BIG, OPERATING, reads, writes
from sim.model.state.sites import SiteState
from sim.model.state.world import IDLE, LENT, World
from sim.parameters import Site, numbers

renovating = block("idle_space", 0, "cost", number=32)  # of the next building


@typed
class Rules(NamedTuple):
    """Relocation, idle space and equipment."""

    enabled: bool = switch()
    idle_hours: float = parameter(
        1.0, "hours a month a person", "equipment hours that a big enterprise has idle for each member of staff",
        assumption("utilisation near 75%"), bounds=(0, 500), plausible=(0.2, 5.0),
    )  # fmt: skip
    lent_share: float = parameter(
        0.1, "share", "idle hours that hosts offer", assumption("early stage"), bounds=(0, 1), plausible=(0.02, 0.3)
    )
    borrowing_months: int = parameter(
        36, "month", "months after the start in which an enterprise may use borrowed equipment hours",
        assumption("the term of a tenancy in incubators"), bounds=(0, 1200), plausible=(12, 60),
    )  # fmt: skip
    leavers_stay: float = parameter(
        0.96, "1/month", "leavers of a relocated enterprise who are still potential founders a month later",
        assumption("two years"), bounds=(0, 1), plausible=(0.9, 0.99),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    status: i1
    size_class: i1
    staff: i4
    started: i2


@writes
class Writes(NamedTuple):
    idle_hours: i4
    borrowed_hours: i4


@compiled
def idle_hours(staff: int, p: Rules) -> float:
    """Idle equipment hours of a big enterprise, in whole hours a month."""
    return maths.floor(staff * p.idle_hours)


@compiled
def update_hours(lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, hours: i8) -> None:
    """Idle hours of big enterprises and hours lent to young ones, with their totals."""
    for i in range(lo, hi):
        if r.status[i] == OPERATING and month - r.started[i] > p.borrowing_months:
            w.borrowed_hours[i] = 0.0
        w.idle_hours[i] = idle_hours(r.staff[i], p) if r.status[i] == OPERATING and r.size_class[i] == BIG else 0.0
        hours[IDLE] += int(w.idle_hours[i])
        hours[LENT] += int(w.borrowed_hours[i])


@compiled
def building_cost(u: float, s: Site) -> float:
    """Cost of renovating one building (million yuan): floor times a lognormal cost a m2."""
    return s.building * s.conversion_cost * maths.exp(s.conversion_log_sd * draws.normal(u))


def relocate(world: World, site: SiteState) -> None:
    """The relocation: floor becomes idle, and people leave the relocated enterprise."""
    people = int(world.site_rules(site).released_staff / world.weight)
    site.idle = site.floor
    site.relocated = True
    world.books.people[ELSEWHERE] -= people
    world.books.people[LEAVERS] += people


def release(world: World, site: SiteState) -> None:
    """Add floor and money for tenants where a site's schedules have grown."""
    rules = world.site_rules(site)
    more_floor = max(0, int(rules.floor / world.weight) - site.floor)
    more_fund = max(0.0, float(rules.fund) - site.fund_paid_in)
    site.floor += more_floor
    site.idle += more_floor if site.relocated else 0
    site.fund_paid_in += more_fund
    site.fund += more_fund


def renovate(world: World, site: SiteState) -> None:
    """A month of renovation: the budget pays for buildings at cost less grant, in money of the real site."""
    rules, grant_a_m2 = world.site_rules(site), world.group("levers").conversion_grant
    if not rules.renovation or site.idle == 0:
        return
    world.books.pay(RENOVATION, rules.budget / world.weight)
    site.work += rules.budget
    while site.idle > 0:
        floor = min(max(1, int(rules.building / world.weight)), site.idle)
        real = floor * world.weight
        u = renovating(world.seed, site.identity, site.buildings)
        cost = building_cost(u.cost, numbers(rules)) * real / rules.building
        grant = min(cost, grant_a_m2 * real)
        if site.work < cost - grant:
            return
        site.work -= cost - grant
        world.books.pay(CONVERSION_GRANT, grant / world.weight)
        world.books.pay(RENOVATION, grant / world.weight)
        site.idle -= floor
        site.renovated += floor
        site.buildings += 1


def apply(world: World) -> None:
    """A month of idle space and idle hours."""
    rules = world.rules("idle_space")
    if not rules.enabled:
        return
    people = world.books.people
    gone = int(people[LEAVERS] * (1.0 - rules.leavers_stay))
    people[LEAVERS] -= gone
    people[UNEMPLOYED] += gone
    for site in world.sites:
        release(world, site)
        if world.month == max(0, site.vacated):
            relocate(world, site)
        if world.month >= site.vacated:
            renovate(world, site)
    if world.rules("lending").enabled:  # which says what is offered and let
        return
    world.hours[:] = 0
    world.loop(update_hours, Reads, Writes, rules, sums=(world.hours,))
    offered = int(rules.lent_share * int(world.hours[IDLE]))
    offered += sum(
        int(world.site_rules(site).equipment_hours / world.weight)
        for site in world.sites
        if world.month >= site.vacated
    )
    world.hours_offered = max(offered, int(world.hours[LENT]))


OUTCOMES = (
    Outcome("site_floor_idle", "m2", "floor idle at idle sites", -1, value=lambda m: m.site("idle")),
    Outcome("site_floor_renovated", "m2", "floor renovated", 1, value=lambda m: m.site("renovated")),
    Outcome("hours_lent_now", "hours a month", "equipment hours lent", 1, value=lambda m: m.weight * m["hours_lent"]),
)

IDLE_HOURS = Column("idle_hours", "i4", "hours a month", "idle equipment hours")

RENOVATE = Step(
    "renovate",
    apply,
    loops=(update_hours,),
    groups=("levers", "mechanisms.lending", "sites"),
    draws=(renovating,),
    state=(
        "accounts", "people", "sites.buildings", "sites.floor", "sites.fund", "sites.idle", "sites.fund_paid_in",
        "sites.relocated", "sites.renovated", "sites.work", "world.hours", "world.hours_offered",
    ),
)  # fmt: skip

MECHANISM = Mechanism(
    "idle_space", Rules, steps=(RENOVATE,), columns=(IDLE_HOURS,), draws=(renovating,), outcomes=OUTCOMES
)
