"""Jobs: staff follow sales over labour productivity, at different speeds up and down; talent is rationed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Outcome, Step, assumption, fitted, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.threads import BLOCK
from sim.kernel.types import f8, i1, i2, i4, i8, typed
from sim.model.state.economy import UNEMPLOYED, WAGES, on_grid, relative_price, ticks, wage_of_worker
from sim.model.state.enterprises import OPERATING, reads, writes
from sim.model.state.world import World
from sim.parameters import numbers

EVENTS = Counters(
    "hired",
    "shed",
    "talent_asked",
    "talent_hired",
)
_HIRED, _SHED, _ASKED, _TALENT = (EVENTS.place(n) for n in ("hired", "shed", "talent_asked", "talent_hired"))


@typed
class Rules(NamedTuple):
    """Jobs."""

    enabled: bool = switch()
    hire: float = parameter(
        0.05337, "1/month", "part of missing staff hired in a month",
        fitted("gross job creation of 0.10 a year; elsewhere 0.05 to 0.3 a month", "stylised_facts.job_flows.creation"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    shed: float = parameter(
        0.06434, "1/month", "part of staff in excess shed in a month",
        fitted("gross job destruction of 0.10 a year; elsewhere 0.05 to 0.3 a month", "stylised_facts.job_flows.destruction"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    crew: float = parameter(
        2.0, "people", "founders and minimum crew", assumption("smallest team"), bounds=(1, 100), plausible=(1, 4)
    )
    patience: float = parameter(
        24.0, "month", "age until which a young team is not cut", assumption("founders' patience"), bounds=(1, 240),
        plausible=(12, 36),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    sector: i1
    started: i2
    distress: i2
    revenue: f8
    productivity: f8
    worker_revenue: f8


@writes
class Writes(NamedTuple):
    staff: i4
    talent: i4
    profit_year: f8
    cash: f8


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
    return staff * min(labour.most_talent_share, share * labour.talent_premium / talent_wage)


@equation
def wage_bill(staff: float, talent: float, wage: float, talent_wage: float) -> float:
    """Wages of a month (million yuan)."""
    return wage * (staff + talent * (talent_wage - 1.0))


@compiled
def employ(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, o: Any, labour: Any, price_share: float,
    talent_wage: float, talent_fill: float, sector_revenue: Any, people: Any, counts: Any, flows: Any,
) -> None:  # fmt: skip
    """Hire, shed and pay in every operating enterprise, for a month; ``people`` gathers staff and talent won, net.

    What is wanted, then draws, then changes, then wages: short loops keep what they need in registers.
    """
    wanted, skilled_wanted, wage = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    u = np.empty((4, BLOCK))
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            here = r.status[i] == OPERATING
            needed = needed_staff(r.revenue[i], r.worker_revenue[i], r.productivity[i], price_share) if here else 0.0
            wanted[i - first] = wanted_staff(needed, p.crew)
        for i in range(first, last):
            skilled_wanted[i - first] = wanted_talent(wanted[i - first], talent_wage, o, labour)
        if p.enabled:
            draws.fill(u, seed, r.identity, first, last, month, draws.JOBS)
            change_staff(first, last, month, r, w, p, talent_fill, wanted, skilled_wanted, u, people, counts)
        for i in range(first, last):
            wage[i - first] = sector_revenue[np.uint8(r.sector[i])]
        for i in range(first, last):
            per_worker = 12.0 * r.revenue[i] / max(float(w.staff[i]), 1.0)
            wage[i - first] = wage_of_worker(per_worker, wage[i - first], labour)
        flows[WAGES] -= pay(first, last, r, w, wage, talent_wage)


@compiled
def change_staff(
    first: int, last: int, month: int, r: Any, w: Any, p: Any, talent_fill: float, wanted: Any, skilled_wanted: Any,
    u: Any, people: Any, counts: Any,
) -> None:  # fmt: skip
    """Hire and shed in a block of rows, in whole people."""
    all_hired, all_shed, all_asked, all_granted, skilled = 0, 0, 0, 0, 0
    for i in range(first, last):
        k = i - first
        here = r.status[i] == OPERATING  # who does not operate has no staff, and gets none
        staff, talent = float(w.staff[i]), float(w.talent[i])
        hires, sheds = here & (r.distress[i] == 0), here & (month - r.started[i] >= p.patience)
        hired = draws.whole(p.hire * max(0.0, wanted[k] - staff), u[0, k]) if hires else 0.0
        shed = draws.whole(p.shed * max(0.0, staff - wanted[k]), u[2, k]) if sheds else 0.0
        asked = draws.whole(p.hire * max(0.0, skilled_wanted[k] - talent), u[1, k]) if here else 0.0
        granted = max(0.0, min(draws.whole(asked * talent_fill, u[3, k]), staff + hired - shed - talent))
        left = min(talent, draws.whole(shed * talent / max(staff, 1.0), u[0, k]))  # who sheds does not hire
        staff += hired - shed
        talent = min(staff, talent + granted - left)
        skilled += maths.whole_number(talent) - w.talent[i]
        w.staff[i] = np.int32(staff)
        w.talent[i] = np.int32(talent)
        all_hired += maths.whole_number(hired)
        all_shed += maths.whole_number(shed)
        all_asked += maths.whole_number(asked)
        all_granted += maths.whole_number(granted)
    people[0] += all_hired - all_shed
    people[1] += skilled
    counts[_HIRED] += all_hired
    counts[_SHED] += all_shed
    counts[_ASKED] += all_asked
    counts[_TALENT] += all_granted


@compiled
def pay(first: int, last: int, r: Any, w: Any, wage: Any, talent_wage: float) -> int:
    """Pay the wages of a block of rows; the ticks paid."""
    paid = 0
    for i in range(first, last):
        bill = wage_bill(float(w.staff[i]), float(w.talent[i]), wage[i - first], talent_wage)
        wages = on_grid(bill) if r.status[i] == OPERATING else 0.0
        w.profit_year[i] -= wages
        w.cash[i] -= wages
        paid += ticks(wages)
    return paid


def apply(world: World) -> None:
    """Jobs and wages for a month; the talent's wage answers last month's requests."""
    labour, people = world.group("labour"), np.zeros(2, np.int64)
    world.loop(
        employ, Reads, Writes, world.rules("jobs"), numbers(world.settings.group("population")), labour,
        world.group("market").price_share, world.posted.talent_wage, world.posted.talent_fill,
        world.sectors.worker_revenue, sums=(people, world.counters("jobs"), world.books.flows),
    )  # fmt: skip
    world.hire_people(int(people[0]), int(people[1]))


def close(world: World) -> None:
    """Next month's wage and rationing of talent, from this month's requests and the talent without work."""
    labour = world.group("labour")
    if not world.group("market").coupled:
        return
    asked = int(world.counters("jobs")[_ASKED])
    there = int(world.books.skilled[UNEMPLOYED])
    fill = min(1.0, there / asked) if asked else 1.0
    slack = there / max(1, world.books.residents_skilled)
    pressure = (1.0 - fill) - max(0.0, slack - labour.talent_slack)
    wage = world.posted.talent_wage * maths.exp(labour.wage_response * pressure)
    wage = min(labour.most_talent_wage, max(labour.least_talent_wage, wage))
    world.posted = world.posted._replace(talent_wage=wage, talent_fill=fill)


OUTCOMES = (
    Outcome("hired", "people", "people hired since the start", value=lambda m: m.w * m.since("hired")),
    Outcome("shed", "people", "people shed since the start", value=lambda m: m.w * m.since("shed")),
    Outcome("talent_wage", "workers' wages", "wage of talent", value=lambda m: m["talent_wage"]),
    Outcome("talent_unmet", "people", "unmet requests for talent, this month", -1,
            value=lambda m: m.w * m["talent_unmet"]),
)  # fmt: skip

MECHANISM = Mechanism(
    "jobs", Rules, steps=(Step("employ", apply), Step("post", close)), counters=EVENTS, outcomes=OUTCOMES
)
