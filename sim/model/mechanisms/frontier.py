"""The frontier: it moves on, firms that stand still fall back, and those behind the frontier of their sector catch up.

Productivity and quality are relative to a trend that the frontier abroad follows: who stands still falls back. Below the
frontier firms take over what is known (Griffith, Redding & Simpson 2009); leaders lose nothing to them, and where they
move beyond the frontier abroad they carry their sector's with them. Both change at random, so that firms differ for long
(Foster, Haltiwanger & Syverson 2008), and low productivity costs customers and cash.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Mechanism, Step, assumption, evidence, parameter
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i8, typed
from sim.model.state.enterprises import OPERATING, reads, writes
from sim.model.state.sectors import MAX_SECTORS
from sim.model.state.world import World

shock_luck = block("frontier", 0, "productivity", "quality", number=37)
shock_luck_of = shock_luck.of


@typed
class Rules(NamedTuple):
    """The frontier."""

    enabled: bool = parameter(True, "", "whether the mechanism runs", assumption("switch"))
    trend: float = parameter(
        0.03, "1/year", "growth of productivity and quality abroad, by which all that stands still falls back",
        assumption("firms' own growth, so that productivity relative to the frontier is at rest"), bounds=(0, 0.2),
        plausible=(0.01, 0.04),
    )  # fmt: skip
    abroad: float = parameter(
        0.42, "", "logarithm of productivity and quality at the frontier abroad, relative to the sector's at the start",
        assumption("so that productivity rests near the sector's at the start"), bounds=(-1, 4), plausible=(0.3, 0.9),
    )  # fmt: skip
    best: float = parameter(
        0.95, "share", "share of a sector's enterprises below its own frontier",
        evidence("the leading 5% of firms: Andrews, Criscuolo & Gal 2016"), bounds=(0.5, 0.999),
    )  # fmt: skip
    catch_up: float = parameter(
        0.1, "1/year", "part of the gap to the frontier that closes in a year",
        assumption("order of 0.1: Griffith, Redding & Simpson 2009 (from memory)"), bounds=(0, 1), plausible=(0.05, 0.2),
    )  # fmt: skip
    protected_lead: float = parameter(
        0.2, "", "gap to the frontier that imitation does not close", assumption("leaders keep what is hard to copy"),
        bounds=(0, 3), plausible=(0.0, 0.4),
    )  # fmt: skip
    shock: float = parameter(
        0.06, "", "spread of a year's lasting random change of the logarithms of productivity and quality",
        assumption("management, methods and tastes change"), bounds=(0, 1), plausible=(0.03, 0.12),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    sector: i1


@writes
class Writes(NamedTuple):
    productivity: f8
    quality: f8


@reads
class PostReads(NamedTuple):
    status: i1
    sector: i1


@equation
def step_of_month(own: float, frontier: float, deviate: float, p: Rules) -> float:
    """Change of the logarithm of productivity or quality in a month: catching up, less the trend, and random change.

    ``deviate`` is a standard normal deviate.
    """
    gap = max(0.0, frontier - p.protected_lead - own)
    return (p.catch_up * gap - p.trend) / 12.0 + p.shock / math.sqrt(12.0) * deviate


@compiled
def move(lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, frontier: tuple[f8, f8]) -> None:
    """Move productivity and quality of every operating enterprise; ``frontier`` has their logarithms by sector."""
    deviate, change = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        u = shock_luck_of(seed, r.identity, first, last, month)
        draws.normals(u.productivity, deviate, last - first)
        change_of(first, last, r, w.productivity, deviate, p, frontier[0], change)
        draws.normals(u.quality, deviate, last - first)
        change_of(first, last, r, w.quality, deviate, p, frontier[1], change)


@compiled
def change_of(first: Index, last: Index, r: Reads, trait: f8, deviate: f8, p: Rules, frontier: f8, change: f8) -> None:
    """Change one trait of a block of rows."""
    for i in range(first, last):
        change[i - first] = maths.log(trait[i]) if r.status[i] == OPERATING else 0.0
    for i in range(first, last):
        k = i - first
        change[k] = step_of_month(change[k], frontier[np.uint8(r.sector[i])], deviate[k], p)
    for i in range(first, last):
        trait[i] *= maths.exp(change[i - first]) if r.status[i] == OPERATING else 1.0


def apply(world: World) -> None:
    """A month of catching up with the frontiers of last December, or of the opening."""
    rules = world.rules("frontier")
    if not rules.enabled:
        return
    if world.month == world.first_month:
        post(world)
    sectors = world.sectors
    world.loop(move, Reads, Writes, rules, (sectors.best_productivity, sectors.best_quality))


def post(world: World) -> None:
    """Post each sector's frontiers: its own, where that is beyond the frontier abroad."""
    rules, table, sectors = world.rules("frontier"), world.enterprises, world.sectors
    if not rules.enabled or not (world.is_december or world.month == world.first_month):
        return
    columns, ends = table.view(PostReads), np.zeros(MAX_SECTORS + 1, np.int64)
    for trait, best in ((table.productivity, sectors.best_productivity), (table.quality, sectors.best_quality)):
        grouped = by_sector(table.size, columns, trait, ends)
        for s in range(MAX_SECTORS):
            best[s] = frontier_of(grouped[ends[s] : ends[s + 1]], rules)


@compiled
def by_sector(size: int, r: PostReads, trait: f8, ends: i8) -> f8:
    """A trait of the operating enterprises, grouped by sector; each group ends where the next one of ``ends`` is."""
    ends[:] = 0
    for i in range(np.uint64(size)):
        ends[r.sector[i] + 1] += r.status[i] == OPERATING
    for s in range(1, len(ends)):
        ends[s] += ends[s - 1]
    grouped, free = np.empty(ends[-1]), ends.copy()
    for i in range(np.uint64(size)):
        if r.status[i] == OPERATING:
            grouped[free[r.sector[i]]] = trait[i]
            free[r.sector[i]] += 1
    return grouped


def frontier_of(trait: Any, rules: Any) -> float:
    """Logarithm of the frontier: of the best enterprises of a sector, or abroad where they are none."""
    if not len(trait):
        return float(rules.abroad)
    rank = min(len(trait) - 1, int(rules.best * len(trait)))
    return max(float(rules.abroad), float(maths.log(float(np.partition(trait, rank)[rank]))))


MECHANISM = Mechanism(
    "frontier", Rules, draws=(shock_luck,), steps=(
        Step("move", apply, loops=(move,), draws=(shock_luck,), state=("sectors.best_productivity", "sectors.best_quality")),
        Step("post", post, loops=(by_sector,), state=("sectors.best_productivity", "sectors.best_quality")),
    ),
)  # fmt: skip
