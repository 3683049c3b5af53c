"""New industries and modes: rarely, a big enterprise opens a new sector or a new mode of selling."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, b1, f8, i1, i2, i8, typed
from sim.model.record.reading import added, counted
from sim.model.record.tally import NEW_MODE
from sim.model.state.accounts import OPENING_INDUSTRY, TICKS
from sim.model.state.enterprises import BIG, OPERATING, reads, writes
from sim.model.state.platforms import FOREIGN
from sim.model.state.sectors import MAX_SECTORS
from sim.model.state.world import World, with_none

EVENTS = Counters("sectors_opened", "modes_opened", "followers")
_OPENED_SECTORS, _OPENED_MODES, FOLLOWERS = EVENTS
_NEW_SECTOR, _NEW_MODE = 1, 2

# Opens a sector or mode, which of the two, follows into a sector, follows into a mode.
scanning_of = block("industries", 0, "opens", "which", "into_sector", "into_mode", number=26)


@typed
class Rules(NamedTuple):
    """New industries and modes."""

    enabled: bool = switch()
    opening: float = parameter(
        0.004, "1/year", "hazard at which a big enterprise that scans opens a new sector or mode", assumption("rare"),
        bounds=(0, 1), plausible=(0.001, 0.02),
    )  # fmt: skip
    scanning: float = parameter(
        50.0, "enterprises", "big enterprises of a nation that scan for new industries, whatever the sample; in a "
        "place all do", assumption("the few at the front"), bounds=(0, 1e5), plausible=(20, 200),
    )  # fmt: skip
    abroad: float = parameter(
        1.5, "", "factor on that hazard for members of platforms with foreign experts",
        assumption("the article: learn from foreign experience", "article.claims"), bounds=(0, 20), plausible=(1.0, 3.0),
    )  # fmt: skip
    size: float = parameter(
        0.06, "share", "mature demand of a new sector, relative to all demand at the start", assumption("a new industry"),
        bounds=(0, 1), plausible=(0.02, 0.15),
    )  # fmt: skip
    taken: float = parameter(
        0.4, "share", "part of a new sector's demand that old sectors lose", assumption("substitution"), bounds=(0, 1),
        plausible=(0.1, 0.8),
    )  # fmt: skip
    midpoint: float = parameter(
        60.0, "month", "months until half of the mature demand", assumption("S-curve"), bounds=(1, 600),
        plausible=(36, 120),
    )  # fmt: skip
    steepness: float = parameter(
        0.07, "1/month", "steepness of the S-curve", assumption("S-curve"), bounds=(0.001, 1), plausible=(0.03, 0.12)
    )
    follow: float = parameter(
        0.03, "1/year", "hazard at which a follower enters a new sector at double sales for its pull",
        assumption("followers are drawn"), bounds=(0, 5), plausible=(0.01, 0.1),
    )  # fmt: skip
    cost: float = parameter(
        0.05, "share of yearly sales", "cost of opening a sector or mode", assumption("set-up"), bounds=(0, 5),
        plausible=(0.01, 0.2),
    )  # fmt: skip
    mode_demand: float = parameter(
        0.08, "share", "demand that lines sold in the new mode find beyond the old", assumption("reach of the new mode"),
        bounds=(0, 2), plausible=(0.02, 0.2),
    )  # fmt: skip
    mode_cost: float = parameter(
        0.01, "share of sales", "running cost of the new mode", assumption("commissions"), bounds=(0, 1),
        plausible=(0.0, 0.03),
    )  # fmt: skip
    sector_share: float = parameter(
        0.5, "share", "openings of a new sector; the others are of a new mode", assumption("each as likely"),
        bounds=(0, 1), plausible=(0.3, 0.7),
    )  # fmt: skip
    most_a_year: float = parameter(
        0.9, "1/year", "most probability of opening, or of following, within a year", assumption("some never move"),
        bounds=(0.01, 0.99), plausible=(0.7, 0.99),
    )  # fmt: skip
    least_left: float = parameter(
        0.1, "share", "part of its opening demand that an old sector keeps", assumption("some customers stay"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    step: float = parameter(
        0.15, "", "distance of a new sector's base knowledge ahead of the old sector's on each axis",
        assumption("unit-free space"), bounds=(0, 1), plausible=(0.05, 0.25),
    )  # fmt: skip
    most_base: float = parameter(
        1.0, "", "upper bound of a new sector's base knowledge on each axis",
        assumption("unit-free space: the frontier of what is known to all"), bounds=(0.1, 10), plausible=(0.8, 1.2),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    size_class: i1
    platform: i2


@writes
class Writes(NamedTuple):
    sector: i1
    mode: i1


@typed
class SectorsGrowing(NamedTuple):
    """Arrays of sectors for the growth of new ones."""

    opened: i8
    opening_demand: f8
    mature_demand: f8
    taken_from: i8
    demand: f8


@typed
class Chances(NamedTuple):
    """Probabilities of opening and following this month."""

    scanning: float  # enterprises that scan, per big one
    foreign: b1  # whether a platform has foreign experts; the last element is for enterprises without a platform
    newest: int  # sector, -1 if none is new
    into_sector: f8  # monthly probability of following into the newest sector, by sector
    into_mode: f8  # of following into the sector's new mode


@compiled
def opening_probability(foreign: bool, scanning: float, p: Rules) -> float:
    """Monthly probability that a big enterprise opens a sector or mode; higher with foreign experts."""
    return draws.monthly(min(p.most_a_year, scanning * p.opening * (p.abroad if foreign else 1.0)))


@compiled
def following_probability(advantage: float, p: Rules) -> float:
    """Monthly probability of following, where the same pull sells ``advantage`` times as much."""
    return draws.monthly(min(p.most_a_year, p.follow * max(0.0, advantage - 1.0)))


@equation
def mature_part(age: float, p: Rules) -> float:
    """Share of mature demand that a new sector has reached at this age (months): a logistic curve from 0."""
    start = 1.0 / (1.0 + maths.exp(p.steepness * p.midpoint))
    now = 1.0 / (1.0 + maths.exp(-p.steepness * (age - p.midpoint)))
    return (now - start) / (1.0 - start)


@compiled
def scan(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, chances: Chances, openings: i1,
    events: i8,
) -> None:  # fmt: skip
    """Enterprises open (marked in ``openings``), or follow into the newest sector or their sector's new mode."""
    opening = opening_probability(False, chances.scanning, p)
    abroad = opening_probability(True, chances.scanning, p)
    most_sector, most_mode = np.max(chances.into_sector), np.max(chances.into_mode)
    moves = np.empty(BLOCK, np.int8)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            u = scanning_of(seed, r.identity[i], month)
            opens = (r.size_class[i] == BIG) & (u.opens < max(opening, abroad))
            moves[i - first] = opens | (u.into_sector < most_sector) | (u.into_mode < most_mode)
        for i in range(first, last):
            if not moves[i - first] or r.status[i] != OPERATING:
                continue
            u = scanning_of(seed, r.identity[i], month)
            s = w.sector[i]
            if r.size_class[i] == BIG and u.opens < (abroad if chances.foreign[r.platform[i]] else opening):
                openings[i] = _NEW_SECTOR if u.which < p.sector_share else _NEW_MODE
                continue
            if u.into_sector < chances.into_sector[s]:
                w.sector[i] = chances.newest
                events[FOLLOWERS] += 1
            if w.mode[i] == 0 and u.into_mode < chances.into_mode[s]:
                w.mode[i] = 1
                events[FOLLOWERS] += 1


def apply(world: World) -> None:
    """A month of new industries: growth of demand, openings, followers."""
    rules = world.rules("industries")
    if not rules.enabled:
        return
    sectors, table = world.sectors, world.enterprises
    grow_sectors(sectors.view(SectorsGrowing), world.month, rules)
    foreign = with_none((platform.counts[FOREIGN].sum() > 0 for platform in world.platforms), False)
    newest = int(np.argmax(sectors.opened)) if np.max(sectors.opened) >= 0 else -1
    openings = world.marks()
    into = following(newest, sectors.sales_factor, sectors.mode_open, rules)
    chances = Chances(part_that_scans(world, rules), foreign, newest, *into)
    world.loop(scan, Reads, Writes, rules, chances, openings, sums=(world.counters("industries"),))
    for row in world.marked_by_identity(openings):
        old = int(table.sector[row])
        free = [s for s in range(old % 3, MAX_SECTORS, 3) if not sectors.open[s]]
        if openings[row] == _NEW_SECTOR and free:
            open_sector(world, row, old, free[0], rules)
        elif not sectors.mode_open[old]:
            sectors.mode_open[old] = 1
            table.mode[row] = 1
            world.count("modes_opened")
        else:
            continue
        world.transfer(row, -rules.cost * table.revenue_12[row], OPENING_INDUSTRY)


def part_that_scans(world: World, rules: Rules) -> float:
    """Scanning enterprises per big one: in a nation their number does not depend on the sample."""
    if not world.is_nation:
        return 1.0
    table = world.enterprises
    big = int(np.count_nonzero((table.size_class == BIG) & (table.status == OPERATING)))
    return float(rules.scanning) / max(1, big)


@compiled
def following(newest: int, factor: f8, mode_open: i1, p: Rules) -> tuple[f8, f8]:
    """Monthly probabilities by sector of following into the newest sector of the same stage, and into a new mode."""
    into_sector, into_mode = np.zeros(MAX_SECTORS), np.zeros(MAX_SECTORS)
    for s in range(MAX_SECTORS):
        if newest >= 0 and s != newest and s % 3 == newest % 3 and factor[s] > 0.0:
            into_sector[s] = following_probability(factor[newest] / factor[s], p)
        if mode_open[s] == 1:
            into_mode[s] = following_probability(1.0 + p.mode_demand - p.mode_cost, p)
    return into_sector, into_mode


def open_sector(world: World, row: int, old: int, new: int, rules: Rules) -> None:
    """Open sector ``new`` with the enterprise of ``row``; it will take part of its demand from ``old``.

    In a nation the demand of the opener's customers moves with it.
    """
    sectors, table = world.sectors, world.enterprises
    sectors.open[new] = 1
    sectors.opened[new] = world.month
    sectors.taken_from[new] = old
    sectors.mature_demand[new] = rules.size * float(sectors.opening_demand.sum())
    sectors.base_knowledge[new] = np.minimum(rules.most_base, sectors.base_knowledge[old] + rules.step)
    ratio = sectors.opening_pull[old] / max(sectors.opening_demand[old], 1e-9)
    seed_demand = float(table.revenue_12[row])
    if world.is_nation:
        least = rules.least_left * sectors.opening_demand[old]
        seed_demand = min(seed_demand, max(0.0, sectors.demand[old] - least))
        sectors.demand[old] -= seed_demand
    sectors.opening_demand[new] = seed_demand
    sectors.opening_pull[new] = seed_demand * ratio
    sectors.demand[new] = seed_demand
    sectors.pull[new] = max(float(table.appeal[row]), 1e-6)
    sectors.worker_revenue[new] = sectors.worker_revenue[old]
    sectors.sales_factor[new] = sectors.sales_factor[old]
    table.sector[row] = new
    world.count("sectors_opened")


@compiled
def grow_sectors(sectors: SectorsGrowing, month: int, p: Rules) -> None:
    """Grow the demand of new sectors by a month; the declared part of it comes from old sectors."""
    for s in range(MAX_SECTORS):
        if sectors.opened[s] < 0:
            continue
        old, age = sectors.taken_from[s], float(month - sectors.opened[s])
        wanted = sectors.opening_demand[s] + sectors.mature_demand[s] * mature_part(age, p)
        more = max(0.0, wanted - sectors.demand[s])
        sectors.demand[s] += more
        sectors.demand[old] = max(p.least_left * sectors.opening_demand[old], sectors.demand[old] - p.taken * more)


OUTCOMES = (
    counted("followers", "followers into new sectors and modes", 1),
    Outcome("sectors_opened", "sectors", "sectors opened since the start", 1, value=lambda m: m.cumulative("sectors_opened")),
    Outcome("modes_opened", "modes", "new ways of selling opened since the start", 1,
            value=lambda m: m.cumulative("modes_opened")),
    Outcome("new_mode_firms", "enterprises", "enterprises that sell in the new mode", 1,
            value=lambda m: m.other(NEW_MODE)),
    Outcome("new_sector_sales", "million yuan a month", "sales of sectors opened in the run", 1,
            value=lambda m: m.weight * added(m["sectors"] * m["opened"]) / TICKS),
)  # fmt: skip

MODE = Column("mode", "i1", "", "way of selling: 0 the old one, 1 the new one")

OPEN = Step(
    "open",
    apply,
    loops=(scan,),
    writes=("sector", "mode", "cash", "profit_year"),
    groups=("population",),
    transfers=("opening_industry",),
    draws=(scanning_of,),
    state=(
        "sectors.base_knowledge", "sectors.demand", "sectors.mature_demand", "sectors.mode_open", "sectors.open",
        "sectors.opened", "sectors.opening_demand", "sectors.opening_pull", "sectors.pull", "sectors.sales_factor",
        "sectors.taken_from", "sectors.worker_revenue",
    ),
)  # fmt: skip

MECHANISM = Mechanism(
    "industries", Rules, steps=(OPEN,), columns=(MODE,), counters=EVENTS, draws=(scanning_of,), outcomes=OUTCOMES
)
