"""Yearly statistics, each December: distributions of size and growth, and enterprises a year after registration."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.kernel import maths
from sim.kernel.compiled import compiled
from sim.kernel.statistics import (
    against_gaussian,
    against_lognormal,
    deciles,
    distance_from_pareto,
    exponent_of,
    hill_exponent,
    log_gaps,
    log_spread,
    median,
    shape_of,
    spread_slope,
    tail_of,
)
from sim.kernel.types import f8, i1, i2, i8
from sim.model.state.cohort import Cohort, cohort_of, staff_at_start
from sim.model.state.enterprises import OPERATING, reads
from sim.model.state.world import World

LEAST_REVENUE = 0.001  # million yuan a year; a newborn with less counts as without revenue


@reads
class Sold(NamedTuple):
    status: i1
    revenue_12: f8
    revenue_year: f8


@compiled
def opening_staff(seed: int, rows: i8, identity: i8, started: i2, p: Cohort) -> int:
    """Staff with which the enterprises of these rows started, in all."""
    people = 0
    for i in rows:
        people += staff_at_start(seed, identity[i], started[i], p)
    return people


def year_old(world: World) -> dict[str, float]:
    """Number, staff and sales of operating enterprises registered 10 to 12 months ago, before the review clears them.

    Staff at the start follows the present rules. Sales are the calendar year's, without a first month in the December
    before.
    """
    table, month = world.enterprises, world.month
    if month < 12:
        return {}
    rows = np.flatnonzero((table.born >= month - 12) & (table.born <= month - 10) & (table.status == OPERATING))
    number = len(rows)
    revenue = table.revenue_year[rows]
    sold = revenue[revenue > LEAST_REVENUE]
    rules = cohort_of(world.rules("newborns"))
    at_start = opening_staff(world.seed, rows, table.identity, table.started, rules) if number else 0
    return {
        "newborns_operating": float(number),
        "newborn_staff_start": at_start / number if number else math.nan,
        "newborn_staff": int(table.staff[rows].sum()) / number if number else math.nan,
        "newborn_with_revenue": len(sold) / number if number else math.nan,
        "newborn_revenue_median": median(sold),
        "newborn_revenue_log_sd": log_spread(sold),
    }


def shapes_of_size(world: World) -> dict[str, float]:
    """The tails of staff and of the year's revenue."""
    table = world.enterprises
    operating = table.status == OPERATING
    tail = tail_of(table.staff[operating])
    return {
        "size_tail": exponent_of(tail),
        "size_tail_ks": distance_from_pareto(tail),
        "size_tail_lognormal": against_lognormal(tail),
        "size_tail_exporters": hill_exponent(table.staff[operating & (table.exporter == 1)], top=0.25),
        "size_tail_revenue": hill_exponent(table.revenue_12[operating & (table.revenue_12 > 0.0)]),
    }


def spread_of_productivity(world: World) -> dict[str, float]:
    """The ratio of the ninth to the first decile of the year's sales per worker."""
    table = world.enterprises
    here = (table.status == OPERATING) & (table.revenue_12 > 0.0) & (table.staff > 0)
    tenth, ninth = deciles(table.revenue_12[here] / table.staff[here])
    return {"labour_productivity_90_10": ninth / tenth}


@compiled
def growth_of(size: int, r: Sold) -> tuple[f8, f8]:
    """Log growth of revenue of enterprises with sales in both years, and their revenue in the year before."""
    number = 0
    for i in range(size):
        number += (r.status[i] == OPERATING) & (r.revenue_12[i] > 0.0) & (r.revenue_year[i] > 0.0)
    growth, before = np.empty(number), np.empty(number)
    k: Any = np.uint64(0)
    for i in range(size):
        if (r.status[i] == OPERATING) & (r.revenue_12[i] > 0.0) & (r.revenue_year[i] > 0.0):
            growth[k], before[k] = r.revenue_year[i], r.revenue_12[i]
            k += np.uint64(1)
    for k in range(np.uint64(number)):
        growth[k] = maths.log(growth[k] / before[k])
    return growth, before


def shapes_of_growth(growth: f8, before: f8) -> dict[str, float]:
    """The shape of a year's growth rates, and the slope of their spread on revenue in the year before."""
    year = {"growth_spread_slope": spread_slope(before, growth)}
    gaps = log_gaps(growth)
    year["growth_shape"] = shape_of(gaps)
    year["growth_gaussian"] = against_gaussian(gaps, year["growth_shape"])
    return year
