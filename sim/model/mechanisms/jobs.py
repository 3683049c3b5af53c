"""Jobs: staff adjust to sales over labour productivity, with separate speeds up and down; talent is rationed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Outcome, Step, assumption, fitted, parameter, switch
from sim.kernel import maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block, round_stochastically
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i4, i8, typed
from sim.model.record.reading import counted
from sim.model.state.accounts import (
    ELSEWHERE,
    STAFF,
    TALENT,
    TICKS,
    UNEMPLOYED,
    WAGES,
    on_grid,
    ticks,
    transfer_block,
)
from sim.model.state.enterprises import OPERATING, reads, writes
from sim.model.state.plans import needed_staff, target_staff, target_talent
from sim.model.state.sectors import wage_of_worker
from sim.model.state.world import World
from sim.parameters import Labour, Population

EVENTS = Counters("hired", "shed", "talent_asked", "talent_hired", "staff_sought")
HIRED, SHED, TALENT_ASKED, TALENT_HIRED, SOUGHT = EVENTS

# For rounding: people hired, or talent shed; talent requested, people shed, talent granted.
rounding = block("jobs", 0, "hire", "talent", "shed", "granted", number=30)
rounding_of = rounding.of


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
def wage_bill(staff: float, talent: float, wage: float, talent_wage: float) -> float:
    """Wages of a month (million yuan)."""
    return wage * (staff + talent * (talent_wage - 1.0))


@typed
class Terms(NamedTuple):
    """Terms of employment this month."""

    labour: Labour
    price_share: float
    wage: float  # of workers, relative to the start
    staff_fill: float  # share of the staff sought that can be hired
    talent_wage: float  # relative to a worker's
    talent_fill: float  # share of requests for talent that is granted
    sector_revenue: f8  # million yuan a year and worker, by sector


@typed
class Sums(NamedTuple):
    people: i8  # staff and talent hired, net
    events: i8
    flows: i8


@compiled
def employ(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, o: Population, terms: Terms, sums: Sums
) -> None:  # fmt: skip
    """Hire, shed and pay in every operating enterprise, for a month.

    Several short loops are faster than one: their values fit in registers.
    """
    wanted, skilled_wanted, wage = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            here = r.status[i] == OPERATING
            needed = (
                needed_staff(r.revenue[i], r.worker_revenue[i], r.productivity[i], terms.price_share) if here else 0.0
            )
            wanted[i - first] = target_staff(needed, p.crew)
        for i in range(first, last):
            skilled_wanted[i - first] = target_talent(wanted[i - first], terms.talent_wage, o, terms.labour)
        if p.enabled:
            change_staff(first, last, seed, month, r, w, p, terms, (wanted, skilled_wanted), sums)
        for i in range(first, last):
            wage[i - first] = terms.sector_revenue[np.uint8(r.sector[i])]
        for i in range(first, last):
            per_worker = 12.0 * r.revenue[i] / max(float(w.staff[i]), 1.0)
            wage[i - first] = wage_of_worker(per_worker, r.worker_revenue[i], wage[i - first], terms.labour)
        for i in range(first, last):
            wage[i - first] *= terms.wage
        pay(first, last, r, w, wage, terms.talent_wage, sums.flows)


@compiled
def change_staff(
    first: Index, last: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, terms: Terms,
    wanted: tuple[f8, f8], sums: Sums,
) -> None:  # fmt: skip
    """Hire and shed whole people in a block of rows, towards the staff and talent ``wanted``."""
    u, (staff_wanted, talent_wanted) = rounding_of(seed, r.identity, first, last, month), wanted
    all_hired, all_shed, all_asked, all_granted, all_sought, skilled = 0, 0, 0, 0, 0, 0
    for i in range(first, last):
        k = i - first
        here = r.status[i] == OPERATING
        staff, talent = float(w.staff[i]), float(w.talent[i])
        hires, sheds = here & (r.distress[i] == 0), here & (month - r.started[i] >= p.patience)
        sought = p.hire * max(0.0, staff_wanted[k] - staff) if hires else 0.0
        hired = round_stochastically(sought * terms.staff_fill, u.hire[k])
        shed = round_stochastically(p.shed * max(0.0, staff - staff_wanted[k]), u.shed[k]) if sheds else 0.0
        asked = round_stochastically(p.hire * max(0.0, talent_wanted[k] - talent), u.talent[k]) if here else 0.0
        granted = round_stochastically(asked * terms.talent_fill, u.granted[k])
        granted = max(0.0, min(granted, staff + hired - shed - talent))
        left = round_stochastically(
            shed * talent / max(staff, 1.0), u.hire[k]
        )  # shared: nobody sheds and hires at once
        left = min(talent, left)
        staff += hired - shed
        talent = min(staff, talent + granted - left)
        skilled += maths.whole_number(talent) - w.talent[i]
        w.staff[i] = np.int32(staff)
        w.talent[i] = np.int32(talent)
        all_hired += maths.whole_number(hired)
        all_shed += maths.whole_number(shed)
        all_sought += ticks(sought)
        all_asked += maths.whole_number(asked)
        all_granted += maths.whole_number(granted)
    sums.people[STAFF] += all_hired - all_shed
    sums.people[TALENT] += skilled
    sums.events[HIRED] += all_hired
    sums.events[SHED] += all_shed
    sums.events[SOUGHT] += all_sought
    sums.events[TALENT_ASKED] += all_asked
    sums.events[TALENT_HIRED] += all_granted


@compiled
def pay(first: Index, last: Index, r: Reads, w: Writes, wage: f8, talent_wage: float, flows: i8) -> None:
    """Pay the wages of a block of rows."""
    paid = np.empty(BLOCK)
    for i in range(first, last):
        bill = wage_bill(float(w.staff[i]), float(w.talent[i]), wage[i - first], talent_wage)
        wages = on_grid(bill) if r.status[i] == OPERATING else 0.0
        w.profit_year[i] -= wages
        paid[i - first] = -wages
    transfer_block(first, last, paid, w.cash, flows, WAGES)


def apply(world: World) -> None:
    """Jobs and wages of a month, at the posted wage and rationing of talent."""
    posted, population = world.posted, world.standard
    terms = Terms(
        world.group("labour"), world.group("market").price_share, posted.wage, posted.staff_fill, posted.talent_wage,
        posted.talent_fill, world.sectors.worker_revenue,
    )  # fmt: skip
    sums = Sums(np.zeros(2, np.int64), world.counters("jobs"), world.books.flows)
    world.loop(employ, Reads, Writes, world.rules("jobs"), population, terms, sums=sums)
    world.hire_people(int(sums.people[STAFF]), int(sums.people[TALENT]))


@equation
def next_wage(wage: float, fill: float, more_unemployed: float, labour: Labour) -> float:
    """Workers' wage relative to the start: it rises with staff that cannot be found.

    It falls with unemployment, a share of residents, above that at the start.
    """
    pressure = (1.0 - fill) - more_unemployed
    return min(labour.most_wage, max(labour.least_wage, wage * maths.exp(labour.tightness * pressure)))


@equation
def arrivals(wage: float, residents: float, labour: Labour) -> float:
    """People who come to work here in a month, net of those who go; in proportion to the wage's logarithm."""
    return labour.mobility / 12.0 * residents * maths.log(wage) / maths.log(2.0)


def post_wage(world: World, labour: Labour) -> None:
    """Post the wage and the share of staff sought that can be hired next month; people come and go."""
    books = world.books
    residents = max(1, books.residents - int(books.people[ELSEWHERE]))
    sought, idle = int(world.counters("jobs")[SOUGHT]) / TICKS, int(books.people[UNEMPLOYED])
    fill = min(1.0, idle / sought) if sought > 0.0 else 1.0
    usual = world.settings.group("labour").unemployment  # at the start
    wage = float(next_wage(world.posted.wage, fill, idle / residents - usual, labour))
    free = idle - int(books.skilled[UNEMPLOYED])
    come = max(-free, round(float(arrivals(wage, float(residents), labour))))
    books.people[UNEMPLOYED] += come
    books.people[ELSEWHERE] -= come
    world.posted = world.posted._replace(wage=wage, staff_fill=fill)


def close(world: World) -> None:
    """Post next month's wages and rationing, from this month's requests and the unemployed."""
    labour = world.group("labour")
    if not world.group("market").coupled:
        return
    if labour.tightness > 0.0:
        post_wage(world, labour)
    else:
        world.posted = world.posted._replace(wage=1.0, staff_fill=1.0)
    asked = int(world.counters("jobs")[TALENT_ASKED])
    there = int(world.books.skilled[UNEMPLOYED])
    fill = min(1.0, there / asked) if asked else 1.0
    slack = there / max(1, world.books.residents_skilled)
    pressure = (1.0 - fill) - max(0.0, slack - labour.talent_slack)
    wage = world.posted.talent_wage * maths.exp(labour.wage_response * pressure)
    wage = min(labour.most_talent_wage, max(labour.least_talent_wage, wage))
    world.posted = world.posted._replace(talent_wage=wage, talent_fill=fill)


OUTCOMES = (
    counted("hired", "people hired", unit="people"),
    counted("shed", "people shed", unit="people"),
    Outcome("worker_wage", "index", "wage of workers, relative to the start", value=lambda m: m["wage"]),
    Outcome("people_from_elsewhere", "people", "people at work here who came from elsewhere, net of residents who left",
            value=lambda m: -m.weight * m["people"][:, ELSEWHERE]),
    Outcome("jobs_of_residents", "people", "jobs, less those of people who came from elsewhere", 1,
            value=lambda m: m.jobs() + m.weight * m["people"][:, ELSEWHERE]),
    Outcome("talent_wage", "workers' wages", "wage of talent", value=lambda m: m["talent_wage"]),
    Outcome("talent_unmet", "people", "unmet requests for talent, this month", -1,
            value=lambda m: m.weight * m["talent_unmet"]),
)  # fmt: skip

EMPLOY = Step(
    "employ",
    apply,
    loops=(employ,),
    groups=("labour", "market", "population"),
    transfers=("wages",),
    draws=(rounding,),
    state=("people",),
)
POST = Step(
    "post", close, groups=("labour", "market"),
    state=("people", "posted.staff_fill", "posted.talent_fill", "posted.talent_wage", "posted.wage"),
)  # fmt: skip

MECHANISM = Mechanism(
    "jobs", Rules, steps=(EMPLOY, POST), counters=EVENTS, draws=(rounding,), outcomes=OUTCOMES
)  # fmt: skip
