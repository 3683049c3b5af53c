"""December's review: classes by the size standard, last year's revenue, job flows, and the year's statistics."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import maths
from sim.compiled import compiled
from sim.economy import ticks
from sim.enterprises import CLASSES, NEVER, OPERATING, classify
from sim.groups import GROUPS, add_to_groups, age_group, was_micro
from sim.statistics import slope_of_sums
from sim.world import World
from sim.yearly import shapes_of_growth, shapes_of_size, year_old

YOUNG = 60  # months: young firms are younger than five years
CREATED, DESTROYED, BOTH = range(3)  # jobs, by group
YOUNG_CREATED, STARTUP_JOBS, RESEARCHING = range(3)  # jobs that young enterprises created, jobs at those below a year
NUMBER, SIZE, GROWTH, SIZE_SIZE, SIZE_GROWTH = range(5)  # sums over mature enterprises, in ticks


class Reads(NamedTuple):
    status: Any
    origin: Any
    exporter: Any
    staff: Any
    born: Any
    started: Any
    project_began: Any
    revenue: Any


class Writes(NamedTuple):
    researched: Any
    size_class: Any
    staff_year_ago: Any
    revenue_12: Any
    revenue_year: Any


@compiled
def review(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, months: int, standard: Any, growth: Any, changed: Any,
    flows: Any, other: Any, mature: Any,
) -> None:  # fmt: skip
    """Review every enterprise; ``growth`` gets the log growth of revenue of those that sold in both years.

    ``flows`` are jobs by group, of the class that an enterprise was in over the year. A free row is all zero, and
    stays so.
    """
    for i in range(lo, hi):
        if r.staff[i] > 0 or w.staff_year_ago[i] > 0:
            count_jobs(i, month, r, w, standard, flows, other)
        if r.staff[i] > 0 and w.staff_year_ago[i] > 0 and month - r.started[i] >= YOUNG:
            add_mature(r.staff[i], w.staff_year_ago[i], mature)
        under_way = (w.researched[i] == 1) | (r.project_began[i] != NEVER)
        other[RESEARCHING] += 1 if under_way & (r.status[i] == OPERATING) else 0
        w.researched[i] = 0
        w.staff_year_ago[i] = r.staff[i]
        revenue = w.revenue_year[i] * 12.0 / months
        sold = (r.status[i] == OPERATING) & (w.revenue_12[i] > 0.0) & (revenue > 0.0)
        growth[i] = maths.log(revenue / w.revenue_12[i]) if sold else math.nan
        w.revenue_12[i] = revenue
        w.revenue_year[i] = 0.0
        before = w.size_class[i]
        w.size_class[i] = classify(r.staff[i], revenue, standard)
        changed[i] = before != w.size_class[i]


@compiled
def count_jobs(i: int, month: int, r: Any, w: Any, standard: Any, flows: Any, other: Any) -> None:
    """Jobs that one enterprise won or lost since last December; its two Decembers weigh the same (DHS)."""
    change = int(r.staff[i]) - int(w.staff_year_ago[i])
    won = max(change, 0)
    other[YOUNG_CREATED] += won if month - r.started[i] < YOUNG else 0
    other[STARTUP_JOBS] += int(r.staff[i]) if month - r.started[i] < 12 else 0
    c, o, exporter, age = w.size_class[i], r.origin[i], r.exporter[i], age_group(month - r.born[i])
    micro = was_micro(r.staff[i], 12.0 * r.revenue[i], w.staff_year_ago[i], w.revenue_12[i], standard)
    add_to_groups(flows[CREATED], c, micro, o, exporter, age, won)
    add_to_groups(flows[DESTROYED], c, micro, o, exporter, age, won - change)
    add_to_groups(flows[BOTH], c, micro, o, exporter, age, int(r.staff[i]) + int(w.staff_year_ago[i]))


@compiled
def add_mature(staff: int, staff_year_ago: int, mature: Any) -> None:
    """Size, as the logarithm of both years' mean staff, and growth over that mean (DHS) of one mature enterprise."""
    both = 0.5 * (staff + staff_year_ago)
    size, grown = maths.log(both), (staff - staff_year_ago) / both
    mature[NUMBER] += 1
    mature[SIZE] += ticks(size)
    mature[GROWTH] += ticks(grown)
    mature[SIZE_SIZE] += ticks(size * size)
    mature[SIZE_GROWTH] += ticks(size * grown)


def apply(world: World) -> Any:
    """Review in December; the rows whose class changed."""
    world.year_months += 1
    if not world.is_december:
        return np.zeros(0, np.int64)
    table = world.enterprises
    year = year_old(world)
    operating = int(np.count_nonzero(table.status == OPERATING))
    growth, changed, last = np.zeros(table.size), world.marks(), table.revenue_12.copy()
    flows, other = np.zeros((3, len(GROUPS)), np.int64), np.zeros(3, np.int64)
    mature = np.zeros(5, np.int64)
    world.loop(review, Reads, Writes, world.year_months, world.standard, growth, changed, sums=(flows, other, mature))
    year |= {"rd_share": int(other[RESEARCHING]) / operating if operating else math.nan} | shapes_of_size(world)
    staff = int(table.staff.sum())
    year["startup_job_share"] = int(other[STARTUP_JOBS]) / staff if staff else math.nan
    flows[DESTROYED] += world.year_lost
    flows[BOTH] += world.year_lost
    world.job_flows = np.zeros_like(flows)
    if world.year_months == 12:
        created, destroyed, both = (int(number) for number in flows[:, : len(CLASSES)].sum(axis=1))
        grown = ~np.isnan(growth)
        sample = growth[grown]
        del growth  # shapes want as much again
        before = last[grown]
        del last
        year |= shapes_of_growth(sample, before)
        year["growth_size_slope"] = slope_of_sums(*mature.tolist())
        year["job_creation_rate"] = 2.0 * created / both if both else math.nan
        year["job_destruction_rate"] = 2.0 * destroyed / both if both else math.nan
        year["young_creation_share"] = int(other[YOUNG_CREATED]) / max(1, created)
        world.job_flows = flows
    world.year, world.year_months, world.year_lost = year, 0, np.zeros_like(world.year_lost)
    identities = table.identity[table.alive]
    identities.sort()
    if (identities[1:] == identities[:-1]).any():
        raise RuntimeError("two enterprises share one identity: choose another seed")
    return world.marked(changed)
