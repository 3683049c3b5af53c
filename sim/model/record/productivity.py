"""Growth of productivity over ten years by its sources, and its spread.

Foster, Haltiwanger & Krizan (2001): enterprises that stay become more productive (within), the more productive gain
sales (between), both together (cross), newcomers are better than the average was (entry), leavers were worse (exit).
Enterprises are weighted by sales.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step
from sim.kernel import maths
from sim.kernel.compiled import compiled
from sim.kernel.types import Index, f8, i1, i8
from sim.model.record.reading import share
from sim.model.state.accounts import TICKS, ticks
from sim.model.state.enterprises import OPERATING, reads, writes
from sim.model.state.world import World

YEARS = 10
EVENTS = Counters(
    "decades", "growth_within", "growth_between", "growth_cross", "growth_entry", "growth_exit"
)  # fmt: skip
# Sums over enterprises of sales, and of sales times a logarithm of productivity: of all now; of stayers, with their
# sales at the base or now and their productivity at the base or now.
ALL, ALL_NOW, BASE, BASE_THEN, BASE_NOW, STAY, STAY_THEN, STAY_NOW = range(8)


@reads
class Reads(NamedTuple):
    status: i1
    productivity: f8
    revenue_12: f8


@writes
class Writes(NamedTuple):
    base_productivity: f8
    base_sales: f8


@compiled
def compare(lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, trend: float, sums: i8) -> None:
    """Sum sales and productivity now and at the base, then make the present the next base; leavers have no base.

    ``trend`` is the logarithm of productivity abroad, to which the enterprises' is relative.
    """
    for i in range(lo, hi):
        here = (r.status[i] == OPERATING) & (r.revenue_12[i] > 0.0)
        log_now, sales = trend + maths.log(r.productivity[i]) if here else 0.0, r.revenue_12[i] if here else 0.0
        log_then, base = w.base_productivity[i], w.base_sales[i]
        sums[ALL] += ticks(sales)
        sums[ALL_NOW] += ticks(sales * log_now)
        if here & (base > 0.0):
            sums[BASE] += ticks(base)
            sums[BASE_THEN] += ticks(base * log_then)
            sums[BASE_NOW] += ticks(base * log_now)
            sums[STAY] += ticks(sales)
            sums[STAY_THEN] += ticks(sales * log_then)
            sums[STAY_NOW] += ticks(sales * log_now)
        w.base_productivity[i] = log_now
        w.base_sales[i] = sales


def sources_of_growth(base: Any, sums: Any) -> tuple[float, float, float, float, float]:
    """Growth of mean log productivity from the base, by source: within, between, cross, entry, exit.

    ``base`` has the sums of all at the base, ``sums`` those of now.
    """
    s, whole, before = [float(it) for it in sums], float(base[ALL]), float(base[ALL_NOW]) / float(base[ALL])
    within = (s[BASE_NOW] - s[BASE_THEN]) / whole
    between = s[STAY_THEN] / s[ALL] - s[BASE_THEN] / whole - before * (s[STAY] / s[ALL] - s[BASE] / whole)
    cross = (s[STAY_NOW] - s[STAY_THEN]) / s[ALL] - within
    entry = (s[ALL_NOW] - s[STAY_NOW] - before * (s[ALL] - s[STAY])) / s[ALL]
    exit_ = (s[BASE_THEN] - before * s[BASE]) / whole
    return within, between, cross, entry, exit_


def apply(world: World) -> None:
    """Compare productivity with that of ten years before, each tenth December."""
    if not world.is_december or (world.month // 12) % YEARS:
        return
    sums: Any = np.zeros(8, np.int64)
    frontier = world.rules("frontier")
    trend = world.since_start("mechanisms.frontier.trend") if frontier.enabled else 0.0
    world.loop(compare, Reads, Writes, trend, sums=(sums,))
    base = world.kept.get("productivity")
    if base is not None and base[ALL] and sums[ALL]:
        world.count("decades")
        for name, growth in zip(EVENTS.names[1:], sources_of_growth(base, sums), strict=True):
            world.count(name, int(ticks(growth)))
    world.kept["productivity"] = sums


def source(words: str, name: str) -> Outcome:
    """The outcome of one source of growth."""
    return Outcome(
        f"productivity_{name}", "1/year", f"growth of productivity over past decades {words}, mean over sales", 1,
        value=lambda m: share(m.cumulative(f"growth_{name}") / TICKS / YEARS, m.cumulative("decades")),
    )  # fmt: skip


OUTCOMES = (
    Outcome("productivity_growth", "1/year", "growth of productivity over past decades, mean over sales", 1,
            value=lambda m: share(sum(m.cumulative(name) for name in EVENTS.names[1:]) / TICKS / YEARS, m.cumulative("decades"))),
    source("within enterprises that stay", "within"),
    source("as the more productive gain sales", "between"),
    source("as those gain sales that become more productive", "cross"),
    source("by newcomers better than the average was", "entry"),
    source("by leavers worse than the average was", "exit"),
)  # fmt: skip

COLUMNS = (
    Column("base_productivity", "f8", "", "logarithm of productivity when growth was last decomposed"),
    Column("base_sales", "f8", "million yuan", "sales of that year, 0 without"),
)

MECHANISM = Mechanism(
    "productivity", columns=COLUMNS, counters=EVENTS, outcomes=OUTCOMES,
    steps=(Step("decompose", apply, loops=(compare,), groups=("mechanisms.frontier",), state=("world.kept",)),),
)  # fmt: skip
