"""December's review: classes by the 2011 standard, last year's revenue, job flows, shapes of size and growth."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import maths
from sim.compiled import compiled
from sim.enterprises import CLASSES, OPERATING, classify
from sim.groups import GROUPS, add_to_groups, age_group, was_micro
from sim.statistics import hill_exponent, spread_slope, subbotin_shape
from sim.world import World

YOUNG = 60  # months: young firms are younger than five years
CREATED, DESTROYED, BOTH = range(3)  # jobs, by group


class Reads(NamedTuple):
    status: Any
    origin: Any
    exporter: Any
    staff: Any
    born: Any
    started: Any
    revenue: Any


class Writes(NamedTuple):
    size_class: Any
    staff_year_ago: Any
    revenue_12: Any
    revenue_year: Any


@compiled
def review(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, months: int, growth: Any, changed: Any, flows: Any,
    young: Any,
) -> None:  # fmt: skip
    """Review every enterprise; ``growth`` gets the log growth of revenue of those that sold in both years.

    ``flows`` are jobs by group, of the class that an enterprise was in over the year; ``young`` are those that young
    enterprises created. A free row is all zero, and stays so.
    """
    for i in range(lo, hi):
        if r.staff[i] > 0 or w.staff_year_ago[i] > 0:
            count_jobs(i, month, r, w, flows, young)
        w.staff_year_ago[i] = r.staff[i]
        revenue = w.revenue_year[i] * 12.0 / months
        sold = (r.status[i] == OPERATING) & (w.revenue_12[i] > 0.0) & (revenue > 0.0)
        growth[i] = maths.log(revenue / w.revenue_12[i]) if sold else math.nan
        w.revenue_12[i] = revenue
        w.revenue_year[i] = 0.0
        before = w.size_class[i]
        w.size_class[i] = classify(r.staff[i], revenue)
        changed[i] = before != w.size_class[i]


@compiled
def count_jobs(i: int, month: int, r: Any, w: Any, flows: Any, young: Any) -> None:
    """Jobs that one enterprise won or lost since last December; its two Decembers weigh the same (DHS)."""
    change = int(r.staff[i]) - int(w.staff_year_ago[i])
    won = max(change, 0)
    young[0] += won if month - r.started[i] < YOUNG else 0
    c, o, exporter, age = w.size_class[i], r.origin[i], r.exporter[i], age_group(month - r.born[i])
    micro = was_micro(r.staff[i], 12.0 * r.revenue[i], w.staff_year_ago[i], w.revenue_12[i])
    add_to_groups(flows[CREATED], c, micro, o, exporter, age, won)
    add_to_groups(flows[DESTROYED], c, micro, o, exporter, age, won - change)
    add_to_groups(flows[BOTH], c, micro, o, exporter, age, int(r.staff[i]) + int(w.staff_year_ago[i]))


def apply(world: World) -> Any:
    """Review in December; the rows whose class changed."""
    world.year_months += 1
    if not world.is_december:
        return np.zeros(0, np.int64)
    table = world.enterprises
    growth, changed = np.zeros(table.size), world.marks()
    flows, young = np.zeros((3, len(GROUPS)), np.int64), np.zeros(1, np.int64)
    last = table.revenue_12.copy()
    world.loop(review, Reads, Writes, world.year_months, growth, changed, sums=(flows, young))
    full = world.year_months == 12
    world.year_months = 0
    flows[DESTROYED] += world.year_lost
    flows[BOTH] += world.year_lost
    world.year_lost = np.zeros_like(world.year_lost)
    world.job_flows = flows if full else np.zeros_like(flows)
    created, destroyed, both = (int(number) for number in flows[:, : len(CLASSES)].sum(axis=1))
    nothing = math.nan
    operating = table.status == OPERATING
    grown = ~np.isnan(growth)
    sample, size = growth[grown], last[grown]
    world.year = {
        "job_creation_rate": 2.0 * created / both if full and both else nothing,
        "job_destruction_rate": 2.0 * destroyed / both if full and both else nothing,
        "young_creation_share": int(young[0]) / max(1, created) if full else nothing,
        "size_tail": hill_exponent(table.staff[operating]),
        "growth_shape": subbotin_shape(sample) if full else nothing,
        "growth_spread_slope": spread_slope(size, sample) if full else nothing,
    }
    identities = table.identity[table.alive]
    identities.sort()
    if (identities[1:] == identities[:-1]).any():
        raise RuntimeError("two enterprises share one identity: choose another seed")
    return world.marked(changed)
