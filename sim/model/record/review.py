"""The review in December: classes by the size standard, yearly revenue, job flows and the year's statistics."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Mechanism, Step
from sim.kernel import maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.statistics import slope_of_sums
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i4, i8, i8_2d, typed
from sim.model.record.yearly import Sold, growth_of, shapes_of_growth, shapes_of_size, spread_of_productivity, year_old
from sim.model.state.accounts import TICKS, ticks
from sim.model.state.enterprises import CLASSES, NEVER, OPERATING, classify, reads, writes
from sim.model.state.groups import CELLS, GROUPS, YOUNG, add_to_groups, age_group, cell_of, kind_of_cell, was_micro
from sim.model.state.world import World
from sim.parameters import Population

CREATED, DESTROYED, BOTH = range(3)  # jobs, by group
WON, TWICE, BEFORE = range(3)  # jobs by cell: created, in both Decembers, in the last one
# Jobs created by young enterprises, jobs at those below a year, enterprises that do research, jobs kept for a year.
YOUNG_CREATED, STARTUP_JOBS, RESEARCHING, KEPT = range(4)
NUMBER, SIZE, GROWTH, SIZE_SIZE, SIZE_GROWTH = range(5)  # sums over mature enterprises, in ticks


@reads
class Reads(NamedTuple):
    status: i1
    origin: i1
    exporter: i1
    staff: i4
    born: i2
    started: i2
    project_began: i2
    revenue: f8


@writes
class Writes(NamedTuple):
    researched: i1
    size_class: i1
    staff_year_ago: i4
    staff_two_years_ago: i4
    revenue_12: f8
    revenue_year: f8


@typed
class Sums(NamedTuple):
    cells: i8_2d  # jobs by cell, with classes of the year that ends
    other: i8
    mature: i8


@compiled
def review(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, months: int, standard: Population, changed: i1,
    sums: Sums,
) -> None:  # fmt: skip
    """Review every enterprise; ``changed`` marks those with a new class.

    A free row is all zero and stays so.
    """
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        count_jobs(first, last, month, r, w, standard, sums.cells, sums.other)
        add_mature(first, last, month, r, w, sums.mature)
        researching, kept = 0, 0
        for i in range(first, last):
            under_way = (w.researched[i] == 1) | (r.project_began[i] != NEVER)
            researching += 1 if under_way & (r.status[i] == OPERATING) else 0
            w.researched[i] = 0
            kept += jobs_kept(w.staff_two_years_ago[i], w.staff_year_ago[i], r.staff[i])
            w.staff_two_years_ago[i] = w.staff_year_ago[i]
            w.staff_year_ago[i] = r.staff[i]
            w.revenue_12[i] = w.revenue_year[i] * 12.0 / months
            w.revenue_year[i] = 0.0
        sums.other[RESEARCHING] += researching
        sums.other[KEPT] += kept
        for i in range(first, last):
            before = w.size_class[i]
            w.size_class[i] = classify(r.staff[i], w.revenue_12[i], standard)
            changed[i] = before != w.size_class[i]


@equation
def jobs_kept(two_years_ago: int, year_ago: int, now: int) -> int:
    """Jobs that an enterprise created in the year before and still has (Davis, Haltiwanger & Schuh 1996)."""
    return max(0, min(year_ago, now) - two_years_ago)


@compiled
def count_jobs(
    first: Index, last: Index, month: int, r: Reads, w: Writes, standard: Population, cells: i8_2d, other: i8
) -> None:  # fmt: skip
    """Jobs created and lost by a block of rows since last December, relative to the mean of both Decembers (DHS)."""
    cell, won, both = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    young_created: Any = 0
    startup_jobs: Any = 0
    for i in range(first, last):
        micro = was_micro(r.staff[i], 12.0 * r.revenue[i], w.staff_year_ago[i], w.revenue_12[i], standard)
        age = age_group(month - r.born[i])
        cell[i - first] = cell_of(w.size_class[i], micro, r.origin[i], r.exporter[i], age)
    for i in range(first, last):
        staff, before = np.int64(r.staff[i]), np.int64(w.staff_year_ago[i])
        won[i - first], both[i - first] = max(staff - before, 0), staff + before
        young_created += max(staff - before, 0) if month - r.started[i] < YOUNG else 0
        startup_jobs += staff if month - r.started[i] < 12 else 0
    for i in range(first, last):
        k = cell[i - first]
        cells[k, WON] += won[i - first]
        cells[k, TWICE] += both[i - first]
        cells[k, BEFORE] += w.staff_year_ago[i]
    other[YOUNG_CREATED] += young_created
    other[STARTUP_JOBS] += startup_jobs


@compiled
def gather_jobs(cells: i8_2d, flows: i8_2d) -> None:
    """Sum cells to jobs by group: created, destroyed, in both Decembers."""
    for cell in range(len(cells)):
        won, both, before = cells[cell, WON], cells[cell, TWICE], cells[cell, BEFORE]
        c, micro, o, exporter, age = kind_of_cell(cell)
        add_to_groups(flows[CREATED], c, micro, o, exporter, age, won)
        add_to_groups(flows[DESTROYED], c, micro, o, exporter, age, won - (both - 2 * before))
        add_to_groups(flows[BOTH], c, micro, o, exporter, age, both)


@compiled
def add_mature(first: Index, last: Index, month: int, r: Reads, w: Writes, mature: i8) -> None:
    """Add a block's mature enterprises: log of both years' mean staff, and growth over that mean (DHS)."""
    number, sizes, grown, squares, across = 0, 0, 0, 0, 0
    for i in range(first, last):
        here = (r.staff[i] > 0) & (w.staff_year_ago[i] > 0) & (month - r.started[i] >= YOUNG)
        both = 0.5 * (r.staff[i] + w.staff_year_ago[i]) if here else 1.0
        size = maths.log(both)
        growth = (r.staff[i] - w.staff_year_ago[i]) / both if here else 0.0
        number += 1 if here else 0
        sizes += ticks(size)
        grown += ticks(growth)
        squares += ticks(size * size)
        across += ticks(size * growth)
    mature[NUMBER] += number
    mature[SIZE] += sizes
    mature[GROWTH] += grown
    mature[SIZE_SIZE] += squares
    mature[SIZE_GROWTH] += across


def apply(world: World) -> None:
    """Review enterprises in December; ``world.reclassed`` are the rows whose class changed."""
    world.year_months += 1
    world.reclassed = np.zeros(0, np.int64)
    if not world.is_december:
        return
    table = world.enterprises
    year = year_old(world)
    if world.year_months == 12:
        year |= shapes_of_growth(*growth_of(table.size, table.view(Sold)))
    operating, changed = int(np.count_nonzero(table.status == OPERATING)), world.marks()
    flows, other = np.zeros((3, len(GROUPS)), np.int64), np.zeros(4, np.int64)
    cells, mature = np.zeros((CELLS, 3), np.int64), np.zeros(5, np.int64)
    world.loop(review, Reads, Writes, world.year_months, world.standard, changed, sums=Sums(cells, other, mature))
    gather_jobs(cells, flows)
    year["rd_share"] = int(other[RESEARCHING]) / operating if operating else math.nan
    staff = int(table.staff.sum())
    year["startup_job_share"] = int(other[STARTUP_JOBS]) / staff if staff else math.nan
    flows[DESTROYED] += world.year_lost
    flows[BOTH] += world.year_lost
    created_before = int(world.job_flows[CREATED, : len(CLASSES)].sum())
    world.job_flows = np.zeros_like(flows)
    if world.year_months == 12:
        created, destroyed, both = (int(number) for number in flows[:, : len(CLASSES)].sum(axis=1))
        year["growth_size_slope"] = slope_of_sums(*mature.tolist(), unit=int(TICKS))
        year["job_creation_rate"] = 2.0 * created / both if both else math.nan
        year["job_destruction_rate"] = 2.0 * destroyed / both if both else math.nan
        year["job_creation_kept"] = int(other[KEPT]) / created_before if created_before else math.nan
        year["job_reallocation_excess"] = 4.0 * min(created, destroyed) / both if both else math.nan
        year["young_creation_share"] = int(other[YOUNG_CREATED]) / max(1, created)
        world.job_flows = flows
    year |= shapes_of_size(world) | spread_of_productivity(world)
    world.year, world.year_months, world.year_lost = year, 0, np.zeros_like(world.year_lost)
    if world.ring.has_twice(table):
        raise RuntimeError("two enterprises share one identity: choose another seed")
    world.reclassed = world.marked(changed)


DECEMBER = Step(
    "december",
    apply,
    loops=(review, growth_of),
    groups=("mechanisms.newborns", "population"),
    state=("world.job_flows", "world.year", "world.year_lost", "world.year_months"),
)

STAFF_BEFORE = Column("staff_two_years_ago", "i4", "people", "staff in the month of the review before last year's")

MECHANISM = Mechanism("review", steps=(DECEMBER,), columns=(STAFF_BEFORE,))
