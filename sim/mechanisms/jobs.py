"""14 Jobs: staff follow sales over labour productivity, at different speeds up and down; talent is rationed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim import draws, maths
from sim.compiled import compiled, equation
from sim.declare import numbers
from sim.economy import UNEMPLOYED, WAGES, on_grid, relative_price, ticks
from sim.enterprises import OPERATING
from sim.threads import BLOCK
from sim.world import COUNT, World

_HIRED, _SHED, _ASKED, _TALENT = (COUNT[n] for n in ("hired", "shed", "talent_asked", "talent_hired"))


class Reads(NamedTuple):
    identity: Any
    status: Any
    sector: Any
    started: Any
    distress: Any
    revenue: Any
    productivity: Any
    worker_revenue: Any


class Writes(NamedTuple):
    staff: Any
    talent: Any
    profit_year: Any
    cash: Any


@equation
def needed_staff(revenue: float, worker_revenue: float, productivity: float, price_share: float) -> float:
    """Staff that this month's sales need (people): volume sold over what a worker makes.

    Volume is sales over the relative price productivity^-price_share.
    """
    return 12.0 * revenue / (worker_revenue * productivity * relative_price(productivity, price_share))


@equation
def wanted_staff(needed: float, crew: float) -> float:
    """Founders and minimum crew, and more once sales need more than the crew makes."""
    return crew + max(0.0, needed - crew)


@equation
def wanted_talent(staff: float, talent_wage: float, p: Any, labour: Any) -> float:
    """Skilled staff wanted: a share rising with size, falling with the talent's wage."""
    share = p.talent_share * maths.exp(p.talent_elasticity * maths.log(max(staff, 1.0) / 100.0))
    return staff * min(0.9, share * labour.talent_premium / talent_wage)


@equation
def wage_bill(
    staff: float, talent: float, per_worker: float, sector_mean: float, talent_wage: float, labour: Any
) -> float:
    """Wages of a month (million yuan), with part of a firm's revenue per worker shared with its staff."""
    relative = min(4.0, max(0.02, per_worker / sector_mean))
    wage = labour.wage / 12.0 * maths.exp(labour.wage_elasticity * maths.log(relative))
    return wage * (staff + talent * (talent_wage - 1.0))


@compiled
def employ(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, o: Any, labour: Any, price_share: float,
    talent_wage: float, talent_fill: float, sector_revenue: Any, people: Any, counts: Any, flows: Any,
) -> None:  # fmt: skip
    """Hire, shed and pay in every operating enterprise, for a month; ``people`` gathers staff and talent won, net."""
    here = np.empty(BLOCK)
    all_hired, all_shed, all_asked, all_granted, skilled, paid = 0, 0, 0, 0, 0, 0
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            here[i - first] = sector_revenue[r.sector[i]]
        for i in range(first, last):
            if r.status[i] != OPERATING:
                continue
            u_hire, u_talent, u_shed, u_leave = draws.uniforms(seed, r.identity[i], month, draws.JOBS)
            staff, talent = float(w.staff[i]), float(w.talent[i])
            needed = needed_staff(r.revenue[i], r.worker_revenue[i], r.productivity[i], price_share)
            wanted = wanted_staff(needed, p.crew)
            skilled_wanted = wanted_talent(wanted, talent_wage, o, labour)
            hires = p.enabled and r.distress[i] == 0
            sheds = p.enabled and month - r.started[i] >= p.patience
            hired = draws.whole(p.hire * max(0.0, wanted - staff), u_hire) if hires else 0.0
            shed = draws.whole(p.shed * max(0.0, staff - wanted), u_shed) if sheds else 0.0
            asked = draws.whole(p.hire * max(0.0, skilled_wanted - talent), u_talent) if p.enabled else 0.0
            granted = max(0.0, min(draws.whole(asked * talent_fill, u_leave), staff + hired - shed - talent))
            left = min(talent, draws.whole(shed * talent / max(staff, 1.0), u_leave))
            staff += hired - shed
            talent = min(staff, talent + granted - left)
            per_worker = 12.0 * r.revenue[i] / max(staff, 1.0)
            wages = on_grid(wage_bill(staff, talent, per_worker, here[i - first], talent_wage, labour))
            skilled += maths.whole_number(talent) - w.talent[i]
            w.staff[i] = np.int32(staff)
            w.talent[i] = np.int32(talent)
            w.profit_year[i] -= wages
            w.cash[i] -= wages
            all_hired += maths.whole_number(hired)
            all_shed += maths.whole_number(shed)
            all_asked += maths.whole_number(asked)
            all_granted += maths.whole_number(granted)
            paid += ticks(wages)
    people[0] += all_hired - all_shed
    people[1] += skilled
    counts[_HIRED] += all_hired
    counts[_SHED] += all_shed
    counts[_ASKED] += all_asked
    counts[_TALENT] += all_granted
    flows[WAGES] -= paid


def apply(world: World) -> None:
    """Jobs and wages for a month; the talent's wage answers last month's requests."""
    labour, people = world.group("labour"), np.zeros(2, np.int64)
    world.loop(
        employ, Reads, Writes, world.rules("jobs"), numbers(world.settings.group("population")), labour,
        world.group("market").price_share, world.posted.talent_wage, world.posted.talent_fill,
        world.sectors.worker_revenue, sums=(people, world.counts, world.books.flows),
    )  # fmt: skip
    world.hire_people(int(people[0]), int(people[1]))


def close(world: World) -> None:
    """Next month's wage and rationing of talent, from this month's requests and the talent without work."""
    labour = world.group("labour")
    if not world.group("market").coupled:
        return
    asked = int(world.counts[_ASKED])
    there = int(world.books.skilled[UNEMPLOYED])
    fill = min(1.0, there / asked) if asked else 1.0
    slack = there / max(1, world.books.residents_skilled)
    pressure = (1.0 - fill) - max(0.0, slack - labour.talent_slack)
    wage = world.posted.talent_wage * maths.exp(labour.wage_response * pressure)
    world.posted = world.posted._replace(talent_wage=min(6.0, max(1.0, wage)), talent_fill=fill)
