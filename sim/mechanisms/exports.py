"""17 Exports: the share of sales that goes abroad is a logit in staff and productivity; demand abroad is elastic."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim import draws, maths
from sim.compiled import compiled, equation
from sim.economy import INPUTS, SALES_ABROAD, SALES_HOME, on_grid, ticks
from sim.enterprises import OPERATING
from sim.world import World


class Reads(NamedTuple):
    export_taste: Any
    status: Any
    staff: Any
    productivity: Any


class Writes(NamedTuple):
    exporter: Any
    exports: Any
    revenue: Any
    revenue_year: Any
    profit_year: Any
    cash: Any


@equation
def export_share(u: float, staff: float, productivity: float, p: Any) -> float:
    """Share of sales that goes abroad: a fractional logit in staff, productivity and the firm's lasting taste.

    Papke and Wooldridge (1996) for the fractional logit.
    """
    size = p.staff_slope * maths.log(max(staff, 1.0) / 100.0)
    score = p.intercept + size + p.productivity_slope * maths.log(productivity) + p.taste * draws.normal(u)
    return 1.0 / (1.0 + maths.exp(-score))


@equation
def demand_abroad(productivity: float, p: Any) -> float:
    """Demand abroad relative to that at productivity 1: the world price is elastic."""
    return p.demand * maths.exp(p.price_elasticity * maths.log(productivity))


@compiled
def export(lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, input_share: float, flows: Any) -> None:
    """Exports of every operating enterprise: part of its sales turns abroad, more or less than it gives up at home."""
    given_up, earned, bought = 0, 0, 0
    for i in range(lo, hi):
        part = export_share(r.export_taste[i], r.staff[i], r.productivity[i], p)
        exports = (r.status[i] == OPERATING) & (w.revenue[i] > 0.0) & (part >= p.least)
        turned = on_grid(part * w.revenue[i]) if exports else 0.0
        abroad = on_grid(turned * demand_abroad(r.productivity[i], p))
        more = abroad - turned
        inputs = on_grid(input_share * more)
        w.exporter[i] = exports
        w.exports[i] = abroad
        w.revenue[i] += more
        w.revenue_year[i] += more
        w.profit_year[i] += more - inputs
        w.cash[i] += more - inputs
        given_up += ticks(turned)
        earned += ticks(abroad)
        bought += ticks(inputs)
    flows[SALES_HOME] -= given_up
    flows[SALES_ABROAD] += earned
    flows[INPUTS] -= bought


def apply(world: World) -> None:
    rules = world.rules("exports")
    if rules.enabled:
        share = world.group("market").input_share
        world.loop(export, Reads, Writes, rules, share, sums=(world.books.flows,))
