"""The monthly tally: integer sums over enterprises, and the snapshot of a month from which outcomes are computed."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.catalogue import Catalogue
from sim.kernel import maths
from sim.kernel.compiled import compiled
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f4, f8, i1, i2, i4, i8, i8_2d, i8_3d, typed
from sim.model.state.accounts import ACCOUNTS, FEE_SUPPORT, PEOPLE, RENT_SUBSIDY, TICKS, TRANSFERS, ticks
from sim.model.state.enterprises import (
    BIG,
    CLASSES,
    FREE,
    INCUMBENT,
    MEDIUM,
    OPERATING,
    ORIGINS,
    SMALL,
    STATUSES,
    NoWrites,
    reads,
)
from sim.model.state.groups import (
    CELLS,
    GROUPS,
    LIVES,
    YOUNG,
    add_to_groups,
    age_group,
    cell_of,
    is_micro,
    kind_of_cell,
)
from sim.model.state.idle import IDLE_KINDS
from sim.model.state.platforms import KINDS
from sim.model.state.sectors import MAX_SECTORS
from sim.model.state.world import LENT, World
from sim.parameters import Population

REVENUE, ASSETS, EXPORTS = 0, 1, 2
_SUPPLY = np.int64(0x9249)  # bits of the sectors of suppliers, 0, 3, 6...
YEAR = (
    "job_creation_rate", "job_destruction_rate", "young_creation_share", "startup_job_share", "size_tail",
    "size_tail_ks", "size_tail_lognormal", "size_tail_revenue", "growth_shape", "growth_gaussian",
    "growth_spread_slope", "growth_size_slope", "rd_share", "newborns_operating", "newborn_staff_start",
    "newborn_staff", "newborn_with_revenue", "newborn_revenue_median", "newborn_revenue_log_sd",
    "labour_productivity_90_10", "job_creation_kept", "job_reallocation_excess", "size_tail_exporters",
)  # fmt: skip
SITE = ("admitted", "admitted_newborn", "tenants", "jobs", "taxes", "idle", "renovated", "let")
SITES_APART = 3  # sites with outcomes of their own, in the order of the scenario

INCUMBENTS, STARTUPS, SUPPLIERS = 0, 1, 2  # groups by trait
PRODUCTIVITY, QUALITY, NUMBER = 0, 1, 2
MEAN, SQUARE, ENERGY, NEW_MODE, YOUNG_JOBS = range(5)
COHORT = ("registered", "operating", "jobs", "revenue", "exporters", "medium", "big")
# Sums over operating enterprises, in ticks unless they are counts.
SUMS = {
    "sectors": (MAX_SECTORS,),  # revenue of the month
    "survey": (3, len(CLASSES)),  # revenue of the month, assets, exports of the month of the survey's population
    "exporting": (2,),  # the survey's population, exporters among them
    "exports": (len(CLASSES),),  # of the month
    "talent": (len(CLASSES),),
    "members": (len(CLASSES),),
    "traits": (3, 3),  # by group: logs of productivity and quality (not of suppliers), number
    "other": (5,),  # mean knowledge and its square, energy used; new mode; jobs at young enterprises
    "cohort": (len(COHORT),),  # of the named cohort
}
# Of each cell and status; cells are summed to groups once a month.
PER_CELL = 4  # enterprises, staff, revenue of the month and assets
PER_GROUP = ("registered", "firms", "jobs", "revenue", "assets")  # the first of all statuses, the others of operating


def snapshot(catalogue: Catalogue) -> Any:
    """The record of a month as a numpy type, from which outcomes are computed on demand."""
    return np.dtype(
        [(name, "i8", shape) for name, shape in SUMS.items()]
        + [
            ("firms", "i8", (len(CLASSES), len(ORIGINS), len(STATUSES))),  # of all statuses
            ("staff", "i8", (len(CLASSES), len(ORIGINS), len(STATUSES))),
            ("groups", "i8", (len(PER_GROUP), len(GROUPS))),
            ("ended", "i8", (2, len(GROUPS))),  # since the start: stopped, struck off
            ("job_flows", "i8", (3, len(GROUPS))),  # of the last year: jobs created, destroyed, in both Decembers
            ("lives", "i8", LIVES),  # since the start
            ("total", "i8", (len(catalogue.counters),)),  # events since the start
            ("recorded", "i8", (len(catalogue.recorded),)),
            ("talent_unmet", "i8"),
            ("taxes", "i8", (3,)),  # since the start: stated, paid, paid by startups; ticks
            ("fiscal", "i8"),  # public spending since the start, ticks
            ("flows", "i8", (len(TRANSFERS),)),  # of the month, ticks
            ("accounts", "i8", (len(ACCOUNTS),)),
            ("people", "i8", (len(PEOPLE),)),
            ("hours_lent", "i8"),
            ("idle_prices", "f8", (len(IDLE_KINDS),)),  # million yuan a unit
            ("opened", "?", (MAX_SECTORS,)),  # sectors opened in the run
            ("adopted", "f8", (MAX_SECTORS,)),  # share of their buyers who have taken them up
            ("platforms", "i8"),
            ("resources", "i8", (len(KINDS),)),  # on named platforms
            ("sites", "i8", (len(SITE),)),  # added up over sites
            ("sites_taxes_12", "i8"),
            ("sites_rent", "f8"),
            ("site_apart", "i8", (SITES_APART, len(SITE))),
            ("site_rent_apart", "f8", (SITES_APART,)),
            ("talent_wage", "f8"),
            ("returned", "f8"),
            ("wage", "f8"),
            ("input_share", "f8"),
            ("year", "f8", (len(YEAR),)),
        ],
        align=True,
    )


@reads
class Reads(NamedTuple):
    status: i1
    size_class: i1
    origin: i1
    sector: i1
    exporter: i1
    platform: i2
    staff: i4
    talent: i4
    born: i2
    started: i2
    revenue: f8
    revenue_12: f8
    assets: f8
    exports: f8
    productivity: f8
    quality: f8
    energy: f4
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8
    mode: i1


@typed
class Sums(NamedTuple):
    """Sums by cell and status, and the sums of ``SUMS``."""

    cells: i8_2d
    sectors: i8
    survey: i8_2d
    exporting: i8
    exports: i8
    talent: i8
    members: i8
    traits: i8_2d
    other: i8
    cohort: i8


@compiled
def tally_up(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: NoWrites, standard: Population, cohort_from: int,
    cohort_to: int, sums: Sums,
) -> None:  # fmt: skip
    """Add every enterprise to the sums."""
    for first in range(lo, hi, BLOCK):
        last: Any = min(first + BLOCK, hi)
        add_cells(first, last, month, r, standard, sums.cells, sums.sectors)
        add_money(first, last, r, standard.survey_revenue, r.revenue, sums.survey[REVENUE])
        add_money(first, last, r, standard.survey_revenue, r.assets, sums.survey[ASSETS])
        add_money(first, last, r, standard.survey_revenue, r.exports, sums.survey[EXPORTS])
        count_exporting(first, last, r, standard.survey_revenue, sums.exporting)
        add_money(first, last, r, 0.0, r.exports, sums.exports)
        add_people(first, last, r, sums.talent, sums.members)
        add_traits(first, last, r, sums.traits)
        add_other(first, last, month, r, sums.other)
        if cohort_from < cohort_to:
            add_cohort(first, last, r, cohort_from, cohort_to, sums.cohort)


@compiled
def add_cells(
    first: Index, last: Index, month: int, r: Reads, standard: Population, cells: i8_2d, sectors: i8
) -> None:  # fmt: skip
    """Enterprises, staff, revenue and assets by cell; revenue by sector."""
    cell, amounts = np.empty(BLOCK, np.uint32), np.empty((PER_CELL, BLOCK), np.int64)
    for i in range(first, last):
        micro = is_micro(r.staff[i], 12.0 * r.revenue[i], standard)
        kind = cell_of(r.size_class[i], micro, r.origin[i], r.exporter[i], age_group(month - r.born[i]))
        cell[i - first] = np.int64(r.status[i]) * CELLS + kind
    for i in range(first, last):
        here = r.status[i] == OPERATING
        amounts[0, i - first] = 1
        amounts[1, i - first] = r.staff[i]
        amounts[2, i - first] = ticks(r.revenue[i]) if here else 0
        amounts[3, i - first] = ticks(r.assets[i]) if here else 0
    for i in range(first, last):
        k, j = cell[i - first], i - first
        cells[k, 0] += amounts[0, j]
        cells[k, 1] += amounts[1, j]
        cells[k, 2] += amounts[2, j]
        cells[k, 3] += amounts[3, j]
        sectors[np.uint8(r.sector[i])] += amounts[2, j]


@compiled
def gather_cells(cells: i8_2d, firms: i8_3d, staff: i8_3d, groups: i8_2d) -> None:
    """Sum cells to enterprises and staff by class, origin and status, and to groups."""
    for index in range(len(cells)):
        cell = cells[index]
        if cell[0] == 0:
            continue
        status = index // CELLS
        c, micro, o, exporter, age = kind_of_cell(index % CELLS)
        if status == FREE:
            continue
        firms[c, o, status] += cell[0]
        staff[c, o, status] += cell[1]
        add_to_groups(groups[0], c, micro, o, exporter, age, cell[0])
        if status == OPERATING:
            for k in range(PER_CELL):
                add_to_groups(groups[1 + k], c, micro, o, exporter, age, cell[k])


@compiled
def add_money(first: Index, last: Index, r: Reads, least: float, amounts: f8, money: i8) -> None:
    """One kind of money by class, of enterprises with sales of ``least`` in the last full year."""
    ticks_of = np.empty(BLOCK, np.int64)
    for i in range(first, last):
        counts = (r.status[i] == OPERATING) & (r.revenue_12[i] >= least)
        ticks_of[i - first] = ticks(amounts[i]) if counts else 0
    add_by_class(first, last, r, ticks_of, money)


@compiled
def count_exporting(first: Index, last: Index, r: Reads, least: float, exporting: i8) -> None:
    """Count enterprises with sales of ``least`` in the last full year, and those that export."""
    number, abroad = 0, 0
    for i in range(first, last):
        here = (r.status[i] == OPERATING) & (r.revenue_12[i] >= least)
        number += here
        abroad += here & (r.exports[i] > 0.0)
    exporting[0] += number
    exporting[1] += abroad


@compiled
def add_people(first: Index, last: Index, r: Reads, talent: i8, members: i8) -> None:
    """Skilled staff and members of platforms by class."""
    skilled, member = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    for i in range(first, last):
        here = r.status[i] == OPERATING
        skilled[i - first] = r.talent[i] if here else 0
        member[i - first] = 1 if here & (r.platform[i] >= 0) else 0
    add_by_class(first, last, r, skilled, talent)
    add_by_class(first, last, r, member, members)


@compiled
def add_by_class(first: Index, last: Index, r: Reads, amounts: i8, sums: i8) -> None:
    """Add the amounts of a block of rows to sums by class; small enterprises have the rest of the total."""
    total, medium, big = 0, 0, 0
    for i in range(first, last):
        amount = amounts[i - first]
        total += amount
        medium += amount if r.size_class[i] == MEDIUM else 0
        big += amount if r.size_class[i] == BIG else 0
    sums[SMALL] += total - medium - big
    sums[MEDIUM] += medium
    sums[BIG] += big


@compiled
def add_traits(first: Index, last: Index, r: Reads, traits: i8_2d) -> None:
    """Sums of log productivity and quality: of incumbents, startups, suppliers."""
    productivity, quality, number = 0, 0, 0
    new_productivity, new_quality, new_number = 0, 0, 0
    supplier, suppliers = 0, 0
    for i in range(first, last):
        here = r.status[i] == OPERATING
        new = here & (r.origin[i] != INCUMBENT)
        supplies = here & (((_SUPPLY >> r.sector[i]) & 1) == 1)
        log_productivity = ticks(maths.log(r.productivity[i] if here else 1.0))  # 0 elsewhere
        log_quality = ticks(maths.log(r.quality[i] if here else 1.0))
        productivity += log_productivity
        quality += log_quality
        number += 1 if here else 0
        new_productivity += log_productivity if new else 0
        new_quality += log_quality if new else 0
        new_number += 1 if new else 0
        supplier += log_productivity if supplies else 0
        suppliers += 1 if supplies else 0
    traits[INCUMBENTS, PRODUCTIVITY] += productivity - new_productivity
    traits[INCUMBENTS, QUALITY] += quality - new_quality
    traits[INCUMBENTS, NUMBER] += number - new_number
    traits[STARTUPS, PRODUCTIVITY] += new_productivity
    traits[STARTUPS, QUALITY] += new_quality
    traits[STARTUPS, NUMBER] += new_number
    traits[SUPPLIERS, PRODUCTIVITY] += supplier
    traits[SUPPLIERS, NUMBER] += suppliers


@compiled
def add_other(first: Index, last: Index, month: int, r: Reads, other: i8) -> None:
    """Knowledge, energy, the new mode and jobs at young enterprises."""
    sum_mean, square, energy, new_mode, young_jobs = 0, 0, 0, 0, 0
    for i in range(first, last):
        here = r.status[i] == OPERATING
        staff, used = int(r.staff[i]), ticks(r.energy[i] * r.revenue[i])
        mean = (r.knowledge_0[i] + r.knowledge_1[i] + r.knowledge_2[i]) / 3.0
        young = here & (month - r.started[i] < YOUNG)
        sum_mean += ticks(mean) if here else 0
        square += ticks(mean * mean) if here else 0
        energy += used if here else 0
        new_mode += 1 if here & (r.mode[i] == 1) else 0
        young_jobs += staff if young else 0
    other[MEAN] += sum_mean
    other[SQUARE] += square
    other[ENERGY] += energy
    other[NEW_MODE] += new_mode
    other[YOUNG_JOBS] += young_jobs


@compiled
def add_cohort(first: Index, last: Index, r: Reads, born_from: int, born_to: int, cohort: i8) -> None:
    """Sums over the enterprises registered in a range of months, in the order of ``COHORT``."""
    for i in range(first, last):
        if r.status[i] == FREE or not born_from <= r.born[i] < born_to:
            continue
        cohort[0] += 1
        if r.status[i] == OPERATING:
            cohort[1] += 1
            cohort[2] += r.staff[i]
            cohort[3] += ticks(r.revenue[i])
            cohort[4] += r.exporter[i]
            cohort[5] += r.size_class[i] == MEDIUM
            cohort[6] += r.size_class[i] == BIG


def cohort_months(settings: Any) -> tuple[int, int]:
    """First month of the named cohort's registration, and the month after the last; (0, 0) without a cohort."""
    run = settings.group("run")
    first = settings.month_of(run.cohort) if run.cohort else 0
    return (first, first + run.cohort_months) if run.cohort else (0, 0)


def recorded_sums(world: World) -> list[int]:
    """Sums over operating enterprises of the recorded columns, in 2^-20 of their unit."""
    operating = world.enterprises.status == OPERATING
    columns = (getattr(world.enterprises, it.name)[operating] for it in world.catalogue.recorded)
    return [int(np.rint(column * TICKS).astype(np.int64).sum()) for column in columns]


class Recorder:
    """Snapshots of the months done, and running totals."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done = 0
        self._months = np.zeros(16, snapshot(world.catalogue))
        self._total = np.zeros(len(world.counts), np.int64)
        self._taxes = np.zeros(3, np.int64)
        self._fiscal = 0

    @property
    def months(self) -> Any:
        """The snapshots, one a month done."""
        return self._months[: self.done]

    def record(self) -> None:
        """Record the month just done."""
        world, books = self.world, self.world.books
        if self.done == len(self._months):
            self._months = np.concatenate([self._months, np.zeros_like(self._months)])
        now = self._months[self.done]
        cells = np.zeros((len(STATUSES) * CELLS, PER_CELL), np.int64)
        sums = Sums(cells, **{name: now[name] for name in SUMS})
        world.loop(tally_up, Reads, NoWrites, world.standard, *cohort_months(world.settings), sums=sums)
        gather_cells(cells, now["firms"], now["staff"], now["groups"])
        self._total += world.counts
        self._taxes += world.taxes
        self._fiscal += books.fiscal_cost + int(books.month[FEE_SUPPORT]) + int(books.month[RENT_SUBSIDY])
        now["total"] = self._total
        counter = world.catalogue.counters
        now["talent_unmet"] = world.counts[counter["talent_asked"]] - world.counts[counter["talent_hired"]]
        now["recorded"] = recorded_sums(world)
        now["ended"], now["job_flows"], now["lives"] = world.ended, world.job_flows, world.lives
        now["taxes"], now["fiscal"] = self._taxes, self._fiscal
        now["flows"], now["accounts"], now["people"] = books.month, books.accounts, books.people
        now["hours_lent"], now["opened"] = world.hours[LENT], world.sectors.opened >= 0
        now["adopted"], now["idle_prices"] = world.sectors.adopted, world.idle.prices
        now["platforms"], now["talent_wage"] = len(world.platforms), world.posted.talent_wage
        now["returned"] = world.posted.returned
        now["wage"] = world.posted.wage
        now["input_share"] = world.group("market").input_share
        named = world.settings.platforms
        for platform in world.platforms if named else ():
            if platform.name in named:
                now["resources"] += platform.counts.sum(axis=1)
        if world.sites:
            now["sites"] = [sum(getattr(site, name) for site in world.sites) for name in SITE]
            now["sites_taxes_12"] = sum(sum(site.taxes_year) for site in world.sites)
            now["sites_rent"] = sum(site.rent for site in world.sites)
            for index, site in enumerate(world.sites[:SITES_APART]):
                now["site_apart"][index] = [getattr(site, name) for name in SITE]
                now["site_rent_apart"][index] = site.rent
        now["year"] = [world.year.get(name, math.nan) for name in YEAR]
        self.done += 1
