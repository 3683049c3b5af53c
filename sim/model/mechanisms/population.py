"""The starting population: lognormal body, truncated Pareto tail, traits drawn with spread.

Draws are stratified over quantiles: enterprise i of n takes point i of a rank-1 lattice (additive recurrence; Roberts
2018) shifted by the seed, so that class counts and shares vary little between worlds.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Mechanism, assumption, parameter, switch
from sim.kernel import draws, maths, threads
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.types import Index, f4, f8, f8_2d, i1, i2, i4, i8, typed
from sim.model.state.accounts import ENTERPRISES, HOUSEHOLDS, OPENING_BALANCE, TICKS, UNEMPLOYED, ticks, transfer
from sim.model.state.cohort import assets_per_worker
from sim.model.state.enterprises import INCUMBENT, NEVER, OPERATING, classify, reads, writes
from sim.model.state.sectors import MAX_SECTORS, attraction, relative_price
from sim.model.state.world import World
from sim.parameters import Market, Population, numbers
from sim.scenario import months
from sim.scenario.register import parse

lattice_shift = block("population", 0, "first", "second", "third", "fourth", number=0)
_PARTS = 16  # steps of the integral over a stratum of the tail
_UNEVEN_FROM = 0.9  # quantile from which strata are integrated; below it staff hardly varies within one
OLDEST = 30_000  # months; ages are two bytes
_AT_A_TIME = 8_192  # enterprises whose lattice points are in memory at once
ROOT = 0  # parent of the opening population
_GOLDEN_3 = 1.2207440846057596  # root of x^4 = x + 1: revenue per worker, capital intensity, taste for exporting
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # square roots: slopes of the other traits


@typed
class Rules(NamedTuple):
    """Starting population."""

    enabled: bool = switch()
    register: str = parameter(
        "", "", "firms at the start, a line each after the names staff, revenue, assets, sector, founded; empty draws them",
        assumption("a choice"),
    )  # fmt: skip


@typed
class ListedFirms(NamedTuple):
    """The firms of a register, from the smallest: empty where they are drawn; 0, -1 for what it does not say."""

    staff: i8
    revenue: f8  # million yuan a year
    assets: f8  # million yuan
    sector: i8
    age: i8  # months


@writes
class Opening(NamedTuple):
    identity: i8
    status: i1
    origin: i1
    sector: i1
    platform: i2
    site: i2
    born: i2
    started: i2
    project_began: i2
    asked: i2
    staff: i4
    staff_year_ago: i4
    talent: i4
    size_class: i1
    productivity: f8
    quality: f8
    appeal: f8
    lines: i4
    line_size: f8
    worker_revenue: f8
    capital_intensity: f4
    assets: f8
    revenue: f8
    revenue_12: f8
    floor: i4
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8
    cash: f8


@reads
class Selling(NamedTuple):
    status: i1
    sector: i1
    staff: i4
    quality: f8
    productivity: f8
    appeal: f8
    revenue_12: f8


@typed
class SectorSums(NamedTuple):
    """Sums by sector: yearly revenue and pull (ticks), staff."""

    revenue: i8
    pull: i8
    staff: i8


@compiled
def staff_quantile(u: float, p: Population) -> float:
    """Staff at quantile ``u``: lognormal below ``tail_from``, Pareto truncated at ``largest_staff`` above."""
    body = 0.5 * math.erfc(-(maths.log(p.tail_from / p.staff_median)) / p.staff_log_sd / math.sqrt(2.0))
    if u < body:
        return p.staff_median * maths.exp(p.staff_log_sd * draws.normal(u))
    v = (u - body) / (1.0 - body)
    kept = 1.0 - maths.exp(p.tail_exponent * maths.log(p.tail_from / p.largest_staff))
    return p.tail_from * maths.exp(-maths.log(1.0 - v * kept) / p.tail_exponent)


@compiled
def stratum_staff(u: float, width: float, p: Population) -> float:
    """Mean staff of the stratum of ``width`` around quantile ``u``; strata of the tail are integrated."""
    if u < _UNEVEN_FROM:
        return staff_quantile(u, p)
    total = 0.0
    for part in range(_PARTS):
        total += staff_quantile(u + width * ((part + 0.5) / _PARTS - 0.5), p)
    return total / _PARTS


@equation
def mean_age(staff: int, p: Population) -> float:
    """Mean age (months) of firms of a size: larger firms are older."""
    return p.mean_age * maths.exp(p.age_elasticity * maths.log(staff / 100.0))


@typed
class Rows(NamedTuple):
    """Enterprises of the opening and their rows."""

    lo: int  # the first enterprise
    hi: int  # the one after the last
    row: int  # of the first
    month: int  # of the opening


@compiled
def fill(
    rows: Rows, e: Opening, points: f8_2d, p: Population, m: Market, known: f8_2d, g: ListedFirms, flows: i8
) -> None:
    """Fill the rows of enterprises from their lattice points, shape (hi - lo, 16)."""
    for k in range(rows.lo, rows.hi):
        u, i = points[k - rows.lo], rows.row + k - rows.lo
        staff = max(1, int(stratum_staff(u[0], 1.0 / p.enterprises, p)))
        host = k == 0 and p.host_staff > 0
        listed = k < len(g.staff) and not host
        if listed:
            staff = int(g.staff[k])
        if host:
            staff = int(p.host_staff)
        size = maths.log(staff / 100.0)
        per_worker = p.worker_revenue * maths.exp(
            p.worker_revenue_elasticity * size + p.worker_revenue_log_sd * draws.normal(u[1])
        )
        if listed and g.revenue[k] > 0.0:
            per_worker = g.revenue[k] / staff
        revenue = staff * per_worker
        sector = int(u[13] * p.sectors)
        if listed and g.sector[k] >= 0:
            sector = int(g.sector[k])
        e.identity[i] = draws.child_identity(ROOT, 0, 0, k)
        e.status[i] = OPERATING
        e.origin[i] = INCUMBENT
        e.sector[i] = sector
        e.platform[i] = -1
        e.site[i] = -1
        e.born[i] = rows.month - 1 - min(OLDEST, int(-mean_age(staff, p) * maths.log(u[4])))
        if listed and g.age[k] >= 0:
            e.born[i] = rows.month - 1 - int(g.age[k])
        e.started[i] = e.born[i]
        e.project_began[i] = NEVER
        e.asked[i] = NEVER
        e.staff[i] = staff
        e.staff_year_ago[i] = staff
        share = p.talent_share * maths.exp(p.talent_elasticity * size)
        e.talent[i] = min(staff, draws.round_stochastically(staff * share, u[5]))
        e.size_class[i] = classify(staff, revenue, p)
        e.productivity[i] = maths.exp(p.productivity_log_sd * draws.normal(u[7]))
        e.quality[i] = maths.exp(p.quality_log_sd * draws.normal(u[8]))
        pull = attraction(e.quality[i], e.productivity[i], m.rivalry, m.price_share)
        e.appeal[i] = revenue / pull
        lines = maths.exp(p.lines_exponent * maths.log(staff / p.line_staff))
        e.lines[i] = max(1, draws.round_stochastically(lines, u[6]))
        e.line_size[i] = e.appeal[i] / e.lines[i]
        price = relative_price(e.productivity[i], m.price_share)
        e.worker_revenue[i] = per_worker / (e.productivity[i] * price)
        e.capital_intensity[i] = assets_per_worker(u[1], u[2], p)
        if listed and g.assets[k] > 0.0:
            e.capital_intensity[i] = g.assets[k] / staff / maths.exp(p.capital_intensity_elasticity * size)
        e.assets[i] = float(e.capital_intensity[i]) * staff * maths.exp(p.capital_intensity_elasticity * size)
        e.revenue[i] = revenue / 12.0
        e.revenue_12[i] = revenue
        e.floor[i] = maths.floor(staff * p.floor_per_job)
        e.knowledge_0[i] = knowledge(known[sector, 0], u[10], p)
        e.knowledge_1[i] = knowledge(known[sector, 1], u[11], p)
        e.knowledge_2[i] = knowledge(known[sector, 2], u[12], p)
        transfer(i, p.cash_months * revenue / 12.0, e.cash, flows, OPENING_BALANCE)


@equation
def knowledge(base: float, u: float, p: Population) -> float:
    """Knowledge on one axis: normal around the sector's base, from 0 to ``most_knowledge``."""
    return min(p.most_knowledge, max(0.0, base + p.knowledge_spread * draws.normal(u)))


def base_knowledge(p: Population) -> Any:
    """Base knowledge, shape (sectors, 3): sectors lie on a circle in the space of knowledge."""
    middle, radius, wave = p.knowledge_middle, p.knowledge_circle, p.knowledge_wave
    angle = [2.0 * math.pi * sector / p.sectors for sector in range(p.sectors)]
    return np.array(
        [[middle + radius * math.cos(a), middle + radius * math.sin(a), middle + wave * math.cos(2 * a)] for a in angle]
    )


def lattice(seed: int, number: int, lo: int, hi: int) -> Any:
    """Points ``lo`` to ``hi`` of ``number`` in (0, 1), shape (hi - lo, 16).

    Strata of staff, then Kronecker recurrences shifted by the seed. The traits on which shares depend most have their
    own recurrence in three dimensions, which is even over any run of neighbouring strata, and so over big enterprises.
    """
    shift = [word for part in range(4) for word in lattice_shift(seed, ROOT, part)]
    slope = [_GOLDEN_3**-k for k in (1, 2, 3)] + [math.sqrt(prime) for prime in _PRIMES]
    index = np.arange(lo, hi)[:, None]
    points = np.modf(index * np.array(slope) + np.array(shift[1:]))[0]
    strata = (index + 0.5) / number
    return np.clip(np.hstack([strata, points]), 2.0**-33, 1.0 - 2.0**-33)


def found(world: World) -> None:
    """Make the starting population, its sectors' opening demand and its resident people."""
    population: Population = world.settings.group("population")
    table = world.enterprises
    sectors = world.sectors
    sectors.open[: population.sectors] = 1
    sectors.base_knowledge[: population.sectors] = base_knowledge(population)
    if not world.rules("population").enabled:
        return
    number = population.enterprises
    table.add(number)
    columns, market, given = table.view(Opening), world.group("market"), listed_firms(world)
    for lo in range(0, number, _AT_A_TIME):
        hi = min(lo + _AT_A_TIME, number)
        points = lattice(world.seed, number, lo, hi)
        rows = Rows(lo, hi, lo, world.month)
        fill(rows, columns, points, numbers(population), market, sectors.base_knowledge, given, world.books.flows)
        world.complete_opening(lo, hi, points)
    world.books.settle()
    open_sectors(world)
    gather_people(world)


def begin_anew(world: World) -> None:
    """End a spin-up: all are incumbents, the host has its declared size, and accounts, people and counts begin anew."""
    table, books = world.enterprises, world.books
    table.origin[table.alive] = INCUMBENT
    set_host(world)
    world.counts[:] = 0
    world.ended[:] = 0
    world.lives[:] = 0
    books.accounts[:] = 0
    books.accounts[ENTERPRISES] = int((table.cash[table.alive] * TICKS).astype(np.int64).sum())
    books.accounts[HOUSEHOLDS] = -books.accounts[ENTERPRISES]
    books.began[:] = books.accounts
    books.month[:] = 0
    books.payments[:] = 0
    books.people[:] = 0
    books.skilled[:] = 0
    gather_people(world)


def set_host(world: World) -> None:
    """Give the enterprise that hosts the place's platform or site its declared size after a spin-up, or found it again."""
    population: Population = world.settings.group("population")
    if not population.host_staff:
        return
    table, identity = world.enterprises, int(draws.child_identity(ROOT, 0, 0, 0))
    there = np.flatnonzero(table.alive & (table.identity == identity))  # it may have stopped
    row = int(there[0]) if len(there) else int(table.add(1)[0])
    world.links.drop(np.array([row]), table.size)
    points = lattice(world.seed, population.enterprises, 0, 1)
    flows = np.zeros_like(world.books.flows)  # accounts begin anew
    table.cash[row] = 0.0
    given = table.view(Opening), points, numbers(population), world.group("market"), world.sectors.base_knowledge
    fill(Rows(0, 1, row, world.month), *given, listed_firms(world), flows)
    world.complete_opening(row, row + 1, points)


def listed_firms(world: World) -> ListedFirms:
    """The firms of the scenario's register; none where they are drawn."""
    text, settings = world.rules("population").register, world.settings
    first = settings.calendar(0)
    firms = parse(text, settings.group("population").sectors, first) if text else []
    ages = [months.number(first) - 1 - it.founded if it.founded >= 0 else -1 for it in firms]
    return ListedFirms(
        np.array([it.staff for it in firms], np.int64),
        np.nan_to_num(np.array([it.revenue for it in firms], np.float64)),
        np.nan_to_num(np.array([it.assets for it in firms], np.float64)),
        np.array([it.sector for it in firms], np.int64),
        np.minimum(np.array(ages, np.int64), OLDEST),
    )


def open_sectors(world: World) -> None:
    """Set the sectors' demand and pull at the opening, from the starting population."""
    table, sectors, market = world.enterprises, world.sectors, world.group("market")
    revenue, pull, staff = sums = SectorSums(*(np.zeros(MAX_SECTORS, np.int64) for _ in range(3)))
    threads.run(sum_sectors, table.size, sums, (table.view(Selling), market))
    sectors.opening_demand[:] = revenue / TICKS
    sectors.demand[:] = sectors.opening_demand
    sectors.opening_pull[:] = pull / TICKS
    sectors.pull[:] = sectors.opening_pull
    elsewhere = float(world.settings.group("population").worker_revenue)
    sectors.worker_revenue[:] = np.where(staff > 0, revenue / TICKS / np.maximum(staff, 1), elsewhere)


@compiled
def sum_sectors(lo: Index, hi: Index, r: Selling, m: Market, sums: SectorSums) -> None:
    """Yearly revenue, pull and staff by sector."""
    for i in range(lo, hi):
        if r.status[i] == OPERATING:
            s = r.sector[i]
            pull = r.appeal[i] * attraction(r.quality[i], r.productivity[i], m.rivalry, m.price_share)
            sums.revenue[s] += ticks(r.revenue_12[i])
            sums.pull[s] += ticks(pull)
            sums.staff[s] += r.staff[i]


def gather_people(world: World) -> None:
    """Residents are the staff of the opening population and the unemployed; talent is part of both."""
    labour, books, table = world.group("labour"), world.books, world.enterprises
    staff, talent = int(table.staff.sum()), int(table.talent.sum())
    books.people[UNEMPLOYED] = round(staff * labour.unemployment / (1.0 - labour.unemployment))
    books.skilled[UNEMPLOYED] = min(round(talent * labour.talent_slack), int(books.people[UNEMPLOYED]))
    books.residents = staff + int(books.people.sum())
    books.residents_skilled = talent + int(books.skilled.sum())


MECHANISM = Mechanism("population", Rules, draws=(lattice_shift,))
