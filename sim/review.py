"""December's review: classes by the 2011 standard, last year's revenue, job flows, shapes of size and growth."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import maths
from sim.compiled import compiled
from sim.enterprises import OPERATING, classify
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
    """Review every enterprise; ``growth`` gets the log growth of revenue of those that sold in both years.

    A free row is all zero, and stays so.
    """
    created, destroyed, created_young, stock, last_stock = 0, 0, 0, 0, 0
    for i in range(lo, hi):
        change = int(r.staff[i]) - int(w.staff_year_ago[i])
        won = max(change, 0)
        created += won
        destroyed += won - change
        created_young += won if month - r.started[i] < YOUNG else 0
        stock += int(r.staff[i])
        last_stock += int(w.staff_year_ago[i])
        w.staff_year_ago[i] = r.staff[i]
        revenue = w.revenue_year[i] * 12.0 / months
        sold = (r.status[i] == OPERATING) & (w.revenue_12[i] > 0.0) & (revenue > 0.0)
        growth[i] = maths.log(revenue / w.revenue_12[i]) if sold else math.nan
        w.revenue_12[i] = revenue
        w.revenue_year[i] = 0.0
        before = w.size_class[i]
        w.size_class[i] = classify(r.staff[i], revenue)
        changed[i] = before != w.size_class[i]
    flows[CREATED] += created
    flows[DESTROYED] += destroyed
    flows[CREATED_YOUNG] += created_young
    flows[STOCK] += stock
    flows[LAST_STOCK] += last_stock


def apply(world: World) -> Any:
    """Review in December; the rows whose class changed."""
    world.year_months += 1
    if not world.is_december:
        return np.zeros(0, np.int64)
    table = world.enterprises
    growth, changed, flows = np.zeros(table.size), world.marks(), np.zeros(5, np.int64)
    last = table.revenue_12.copy()
    world.loop(review, Reads, Writes, world.year_months, growth, changed, sums=(flows,))
    full = world.year_months == 12
    world.year_months = 0
    destroyed = int(flows[DESTROYED]) + world.year_destroyed
    before = int(flows[LAST_STOCK]) + world.year_destroyed
    world.year_destroyed = 0
    both = 0.5 * (int(flows[STOCK]) + before)
    nothing = math.nan
    operating = table.status == OPERATING
    grown = ~np.isnan(growth)
    sample = growth[grown]
    del growth  # shapes want as much again
    size = last[grown]
    del last
    world.year = {
        "job_creation_rate": int(flows[CREATED]) / both if full and both else nothing,
        "job_destruction_rate": destroyed / both if full and both else nothing,
        "young_creation_share": int(flows[CREATED_YOUNG]) / max(1, int(flows[CREATED])) if full else nothing,
        "size_tail": hill_exponent(table.staff[operating]),
        "growth_shape": subbotin_shape(sample) if full else nothing,
        "growth_spread_slope": spread_slope(size, sample) if full else nothing,
    }
    identities = table.identity[table.alive]
    identities.sort()
    if (identities[1:] == identities[:-1]).any():
        raise RuntimeError("two enterprises share one identity: choose another seed")
    return world.marked(changed)
