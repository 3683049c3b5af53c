"""A month's tally: sums over enterprises in whole numbers, and all that a month leaves for outcomes to be read from."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import maths
from sim.compiled import compiled
from sim.economy import ACCOUNTS, FEE_SUPPORT, MAX_SECTORS, PEOPLE, RENT_SUBSIDY, TRANSFERS, ticks
from sim.enterprises import BIG, CLASSES, INCUMBENT, MEDIUM, OPERATING, ORIGINS, SMALL, STATUSES
from sim.threads import BLOCK
from sim.world import COUNT, COUNTS, KINDS, World

_ASKED, _HIRED = COUNT["talent_asked"], COUNT["talent_hired"]
ALL, SURVEY = 0, 1  # populations
REVENUE, ASSETS, EXPORTS = 0, 1, 2
MICRO_STAFF, MICRO_REVENUE = 20, 3.0  # below either, an enterprise is micro (2011 standard)
YOUNG = 60  # months
_SUPPLY = np.int64(0x9249)  # sectors whose number is a multiple of 3, as bits
YEAR = (
    "job_creation_rate", "job_destruction_rate", "young_creation_share", "size_tail", "growth_shape",
    "growth_spread_slope",
)  # fmt: skip
SITE = ("admitted", "admitted_newborn", "tenants", "jobs", "taxes", "idle", "renovated", "let")

INCUMBENTS, STARTUPS, SUPPLIERS = 0, 1, 2  # groups
PRODUCTIVITY, QUALITY, NUMBER = 0, 1, 2
MEAN, SQUARE, ENERGY, EXPORTERS, NEW_MODE, MICRO_FIRMS, MICRO_JOBS, YOUNG_JOBS = range(8)
# Sums over operating enterprises, in ticks where they are no counts.
SUMS = {
    "firms": (len(CLASSES), len(ORIGINS), len(STATUSES)),  # of all statuses
    "staff": (len(CLASSES), len(ORIGINS), len(STATUSES)),
    "sectors": (MAX_SECTORS,),  # revenue of the month
    "money": (2, len(CLASSES), 3),  # by population: revenue of the month, assets, exports of the month
    "talent": (len(CLASSES),),
    "members": (len(CLASSES),),
    "traits": (3, 3),  # by group: logs of productivity and quality (not of suppliers), number
    "other": (8,),  # mean knowledge and its square, energy used; exporters, new mode, micro firms; micro and young jobs
}
# What a month leaves behind: outcomes are worked out from it when somebody asks for them.
SNAPSHOT = np.dtype(
    [(name, "i8", shape) for name, shape in SUMS.items()]
    + [
        ("total", "i8", (len(COUNTS),)),  # events since the start
        ("talent_unmet", "i8"),
        ("taxes", "i8", (3,)),  # since the start: stated, paid, paid by startups; ticks
        ("fiscal", "i8"),  # public spending since the start, ticks
        ("flows", "i8", (len(TRANSFERS),)),  # of the month, ticks
        ("accounts", "i8", (len(ACCOUNTS),)),
        ("people", "i8", (len(PEOPLE),)),
        ("hours_lent", "i8"),
        ("opened", "?", (MAX_SECTORS,)),  # sectors opened in the run
        ("platforms", "i8"),
        ("resources", "i8", (len(KINDS),)),  # on named platforms
        ("sites", "i8", (len(SITE),)),  # added up over sites
        ("sites_taxes_12", "i8"),
        ("sites_rent", "f8"),
        ("talent_wage", "f8"),
        ("year", "f8", (len(YEAR),)),
    ],
    align=True,
)


class Reads(NamedTuple):
    status: Any
    size_class: Any
    origin: Any
    sector: Any
    exporter: Any
    platform: Any
    staff: Any
    talent: Any
    started: Any
    revenue: Any
    revenue_12: Any
    assets: Any
    exports: Any
    productivity: Any
    quality: Any
    energy: Any
    knowledge_0: Any
    knowledge_1: Any
    knowledge_2: Any
    mode: Any


class Writes(NamedTuple):
    """Nothing: a tally is made of sums."""


@compiled
def tally_up(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, survey: float,
    firms: Any, staff: Any, sectors: Any, money: Any, talent: Any, members: Any, traits: Any, other: Any,
) -> None:  # fmt: skip
    """Add every enterprise to the sums."""
    for first in range(lo, hi, BLOCK):
        last: Any = min(first + BLOCK, hi)
        add_cells(first, last, r, firms, staff, sectors)
        add_money(first, last, r, survey, r.revenue, REVENUE, money)
        add_money(first, last, r, survey, r.assets, ASSETS, money)
        add_money(first, last, r, survey, r.exports, EXPORTS, money)
        add_people(first, last, r, talent, members)
        add_traits(first, last, r, traits)
        add_other(first, last, month, r, other)


@compiled
def add_cells(first: int, last: int, r: Any, firms: Any, staff: Any, sectors: Any) -> None:
    """Enterprises and staff by class, origin and status; revenue by sector."""
    cell, revenue = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    for i in range(first, last):
        c, o, s = np.int64(r.size_class[i]), np.int64(r.origin[i]), np.int64(r.status[i])
        cell[i - first] = (c * len(ORIGINS) + o) * len(STATUSES) + s
        revenue[i - first] = ticks(r.revenue[i]) if r.status[i] == OPERATING else 0
    flat_firms, flat_staff = firms.reshape(-1), staff.reshape(-1)
    for i in range(first, last):
        k = cell[i - first]
        flat_firms[k] += 1
        flat_staff[k] += r.staff[i]
        sectors[r.sector[i]] += revenue[i - first]


@compiled
def add_money(first: int, last: int, r: Any, survey: float, amounts: Any, kind: int, money: Any) -> None:
    """One kind of money by class, of all and of the survey's population; small enterprises are the rest."""
    total, medium, big = 0, 0, 0
    surveyed, surveyed_medium, surveyed_big = 0, 0, 0
    for i in range(first, last):
        amount = ticks(amounts[i]) if r.status[i] == OPERATING else 0
        seen = amount if r.revenue_12[i] >= survey else 0
        total += amount
        medium += amount if r.size_class[i] == MEDIUM else 0
        big += amount if r.size_class[i] == BIG else 0
        surveyed += seen
        surveyed_medium += seen if r.size_class[i] == MEDIUM else 0
        surveyed_big += seen if r.size_class[i] == BIG else 0
    money[ALL, SMALL, kind] += total - medium - big
    money[ALL, MEDIUM, kind] += medium
    money[ALL, BIG, kind] += big
    money[SURVEY, SMALL, kind] += surveyed - surveyed_medium - surveyed_big
    money[SURVEY, MEDIUM, kind] += surveyed_medium
    money[SURVEY, BIG, kind] += surveyed_big


@compiled
def add_people(first: int, last: int, r: Any, talent: Any, members: Any) -> None:
    """Skilled staff and members of platforms by class."""
    skilled, skilled_medium, skilled_big = 0, 0, 0
    joined, joined_medium, joined_big = 0, 0, 0
    for i in range(first, last):
        here = r.status[i] == OPERATING
        people = int(r.talent[i]) if here else 0
        member = 1 if here & (r.platform[i] >= 0) else 0
        skilled += people
        skilled_medium += people if r.size_class[i] == MEDIUM else 0
        skilled_big += people if r.size_class[i] == BIG else 0
        joined += member
        joined_medium += member if r.size_class[i] == MEDIUM else 0
        joined_big += member if r.size_class[i] == BIG else 0
    talent[SMALL] += skilled - skilled_medium - skilled_big
    talent[MEDIUM] += skilled_medium
    talent[BIG] += skilled_big
    members[SMALL] += joined - joined_medium - joined_big
    members[MEDIUM] += joined_medium
    members[BIG] += joined_big


@compiled
def add_traits(first: int, last: int, r: Any, traits: Any) -> None:
    """Logs of productivity and quality: of incumbents, startups, suppliers."""
    productivity, quality, number = 0, 0, 0
    new_productivity, new_quality, new_number = 0, 0, 0
    supplier, suppliers = 0, 0
    for i in range(first, last):
        here = r.status[i] == OPERATING
        new = here & (r.origin[i] != INCUMBENT)
        supplies = here & (((_SUPPLY >> r.sector[i]) & 1) == 1)
        log_productivity = ticks(maths.log(r.productivity[i])) if here else 0
        log_quality = ticks(maths.log(r.quality[i])) if here else 0
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
def add_other(first: int, last: int, month: int, r: Any, other: Any) -> None:
    """Knowledge, energy, exporters, the new mode, micro enterprises and the young."""
    sum_mean, square, energy, exporters, new_mode = 0, 0, 0, 0, 0
    micro_firms, micro_jobs, young_jobs = 0, 0, 0
    for i in range(first, last):
        here = r.status[i] == OPERATING
        mean = (r.knowledge_0[i] + r.knowledge_1[i] + r.knowledge_2[i]) / 3.0
        micro = here & ((r.staff[i] < MICRO_STAFF) | (12.0 * r.revenue[i] < MICRO_REVENUE))
        young = here & (month - r.started[i] < YOUNG)
        sum_mean += ticks(mean) if here else 0
        square += ticks(mean * mean) if here else 0
        energy += ticks(r.energy[i] * r.revenue[i]) if here else 0
        exporters += 1 if here & (r.exporter[i] == 1) else 0
        new_mode += 1 if here & (r.mode[i] == 1) else 0
        micro_firms += 1 if micro else 0
        micro_jobs += int(r.staff[i]) if micro else 0
        young_jobs += int(r.staff[i]) if young else 0
    other[MEAN] += sum_mean
    other[SQUARE] += square
    other[ENERGY] += energy
    other[EXPORTERS] += exporters
    other[NEW_MODE] += new_mode
    other[MICRO_FIRMS] += micro_firms
    other[MICRO_JOBS] += micro_jobs
    other[YOUNG_JOBS] += young_jobs


class Recorder:
    """Snapshots of the months done, and running totals."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done = 0
        self._months = np.zeros(16, SNAPSHOT)
        self._total = np.zeros(len(COUNTS), np.int64)
        self._taxes = np.zeros(3, np.int64)
        self._fiscal = 0

    @property
    def months(self) -> Any:
        """The snapshots, one a month done."""
        return self._months[: self.done]

    def record(self) -> None:
        """Keep what the month that just passed leaves behind."""
        world, books = self.world, self.world.books
        if self.done == len(self._months):
            self._months = np.concatenate([self._months, np.zeros_like(self._months)])
        now = self._months[self.done]
        sums = tuple(now[name] for name in SUMS)
        world.loop(tally_up, Reads, Writes, world.settings.group("population").survey_revenue, sums=sums)
        self._total += world.counts
        self._taxes += world.taxes
        self._fiscal += books.fiscal_cost + int(books.month[FEE_SUPPORT]) + int(books.month[RENT_SUBSIDY])
        now["total"] = self._total
        now["talent_unmet"] = world.counts[_ASKED] - world.counts[_HIRED]
        now["taxes"], now["fiscal"] = self._taxes, self._fiscal
        now["flows"], now["accounts"], now["people"] = books.month, books.accounts, books.people
        now["hours_lent"], now["opened"] = world.hours[1], world.sectors.opened >= 0
        now["platforms"], now["talent_wage"] = len(world.platforms), world.posted.talent_wage
        named = world.settings.platforms
        for platform in world.platforms if named else ():
            if platform.name in named:
                now["resources"] += platform.counts.sum(axis=1)
        if world.sites:
            now["sites"] = [sum(getattr(site, name) for site in world.sites) for name in SITE]
            now["sites_taxes_12"] = sum(sum(site.taxes_year) for site in world.sites)
            now["sites_rent"] = sum(site.rent for site in world.sites)
        now["year"] = [world.year.get(name, math.nan) for name in YEAR]
        self.done += 1
