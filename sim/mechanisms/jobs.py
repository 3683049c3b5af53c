"""14 Jobs: staff follow sales over labour productivity, at different speeds up and down; talent is rationed."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from sim import draws
from sim.compiled import compiled
from sim.economy import UNEMPLOYED, WAGES, relative_price, transfer
from sim.enterprises import OPERATING
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
    booked: Any


@compiled
def needed_staff(revenue: float, worker_revenue: float, productivity: float, price_share: float) -> float:
    """Staff that this month's sales need (people): volume sold over what a worker makes.

    Volume is sales over the relative price productivity^-price_share.
    """
    return 12.0 * revenue / (worker_revenue * productivity * relative_price(productivity, price_share))


@compiled
def wanted_staff(needed: float, crew: float) -> float:
    """Founders and minimum crew, and more once sales need more than the crew makes."""
    return crew + max(0.0, needed - crew)


@compiled
def wanted_talent(staff: float, talent_wage: float, p: Any, labour: Any) -> float:
    """Skilled staff wanted: a share rising with size, falling with the talent's wage."""
    share = p.talent_share * math.exp(p.talent_elasticity * math.log(max(staff, 1.0) / 100.0))
    return staff * min(0.9, share * labour.talent_premium / talent_wage)


@compiled
def wage_bill(staff: int, talent: int, per_worker: float, sector_mean: float, talent_wage: float, labour: Any) -> float:
    """Wages of a month (million yuan), with part of a firm's revenue per worker shared with its staff."""
    relative = min(4.0, max(0.02, per_worker / sector_mean))
    wage = labour.wage / 12.0 * math.exp(labour.wage_elasticity * math.log(relative))
    return wage * (staff + talent * (talent_wage - 1.0))


@compiled
def employ(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, o: Any, labour: Any, price_share: float,
    talent_wage: float, talent_fill: float, sector_revenue: Any, counts: Any, flows: Any,
) -> None:  # fmt: skip
    """Hire, shed and pay in every operating enterprise, for a month."""
    for i in range(lo, hi):
        if r.status[i] != OPERATING:
            continue
        u_hire, u_talent, u_shed, u_leave = draws.uniforms(seed, r.identity[i], month, draws.JOBS)
        if p.enabled:
            needed = needed_staff(r.revenue[i], r.worker_revenue[i], r.productivity[i], price_share)
            wanted = wanted_staff(needed, p.crew)
            skilled_wanted = wanted_talent(wanted, talent_wage, o, labour)
            young = month - r.started[i] < p.patience
            hired = draws.whole(p.hire * max(0.0, wanted - w.staff[i]), u_hire) if r.distress[i] == 0 else 0
            shed = 0 if young else draws.whole(p.shed * max(0.0, w.staff[i] - wanted), u_shed)
            asked = draws.whole(p.hire * max(0.0, skilled_wanted - w.talent[i]), u_talent)
            granted = min(draws.whole(asked * talent_fill, u_leave), w.staff[i] + hired - shed - w.talent[i])
            granted = max(granted, 0)
            left = min(w.talent[i], draws.whole(shed * w.talent[i] / max(w.staff[i], 1), u_leave))
            w.staff[i] += hired - shed
            w.talent[i] = min(w.staff[i], w.talent[i] + granted - left)
            counts[_HIRED] += hired
            counts[_SHED] += shed
            counts[_ASKED] += asked
            counts[_TALENT] += granted
        per_worker = 12.0 * r.revenue[i] / max(w.staff[i], 1)
        wages = wage_bill(w.staff[i], w.talent[i], per_worker, sector_revenue[r.sector[i]], talent_wage, labour)
        w.profit_year[i] += transfer(i, -wages, w.cash, w.booked, flows, WAGES)


def apply(world: World) -> None:
    """Jobs and wages for a month; the talent's wage answers last month's requests."""
    table, books, labour = world.enterprises, world.books, world.group("labour")
    before = int(table.staff.sum()), int(table.talent.sum())
    world.loop(
        employ, Reads, Writes, world.rules("jobs"), world.settings.group("population"), labour,
        world.group("market").price_share, world.posted.talent_wage, world.posted.talent_fill,
        world.sectors.worker_revenue, world.counts, books.flows,
    )  # fmt: skip
    world.hire_people(int(table.staff.sum()) - before[0], int(table.talent.sum()) - before[1])


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
    wage = world.posted.talent_wage * math.exp(labour.wage_response * pressure)
    world.posted = world.posted._replace(talent_wage=min(6.0, max(1.0, wage)), talent_fill=fill)
