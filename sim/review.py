"""December's review: classes by the 2011 standard, last year's revenue, job flows, shapes of size and growth."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.enterprises import FREE, OPERATING, classify
from sim.statistics import hill_exponent, spread_slope, subbotin_shape
from sim.world import World

YOUNG = 60  # months: young firms are younger than five years
CREATED, DESTROYED, CREATED_YOUNG, STOCK, LAST_STOCK = range(5)


class Reads(NamedTuple):
    status: Any
    staff: Any
    started: Any


class Writes(NamedTuple):
    size_class: Any
    staff_year_ago: Any
    revenue_12: Any
    revenue_year: Any


@compiled
def review(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, months: int, growth: Any, changed: Any, flows: Any
) -> None:
    """Review every enterprise; ``growth`` gets the log growth of revenue of those that sold in both years."""
    for i in range(lo, hi):
        growth[i] = math.nan
        if r.status[i] == FREE:
            continue
        change = r.staff[i] - w.staff_year_ago[i]
        flows[CREATED if change > 0 else DESTROYED] += abs(change)
        if change > 0 and month - r.started[i] < YOUNG:
            flows[CREATED_YOUNG] += change
        flows[STOCK] += r.staff[i]
        flows[LAST_STOCK] += w.staff_year_ago[i]
        w.staff_year_ago[i] = r.staff[i]
        revenue = w.revenue_year[i] * 12.0 / months
        if r.status[i] == OPERATING and w.revenue_12[i] > 0.0 and revenue > 0.0:
            growth[i] = math.log(revenue / w.revenue_12[i])
        w.revenue_12[i] = revenue
        w.revenue_year[i] = 0.0
        before = w.size_class[i]
        w.size_class[i] = classify(r.staff[i], revenue)
        changed[i] = before != w.size_class[i]


def apply(world: World) -> Any:
    """Review in December; the rows whose class changed."""
    world.year_months += 1
    if not world.is_december:
        return np.zeros(0, np.int64)
    table = world.enterprises
    growth, changed, flows = np.zeros(table.size), world.marks(), np.zeros(5, np.int64)
    last = table.revenue_12.copy()
    world.loop(review, Reads, Writes, world.year_months, growth, changed, flows)
    full = world.year_months == 12
    world.year_months = 0
    destroyed = int(flows[DESTROYED]) + world.year_destroyed
    before = int(flows[LAST_STOCK]) + world.year_destroyed
    world.year_destroyed = 0
    both = 0.5 * (int(flows[STOCK]) + before)
    nothing = math.nan
    operating = table.status == OPERATING
    grown = ~np.isnan(growth)
    sample, size = growth[grown], last[grown]
    world.year = {
        "job_creation_rate": int(flows[CREATED]) / both if full and both else nothing,
        "job_destruction_rate": destroyed / both if full and both else nothing,
        "young_creation_share": int(flows[CREATED_YOUNG]) / max(1, int(flows[CREATED])) if full else nothing,
        "size_tail": hill_exponent(table.staff[operating]),
        "growth_shape": subbotin_shape(sample) if full else nothing,
        "growth_spread_slope": spread_slope(size, sample) if full else nothing,
    }
    if len(np.unique(table.identity[table.alive])) != len(table):
        raise RuntimeError("two enterprises share one identity: choose another seed")
    return np.flatnonzero(changed)
