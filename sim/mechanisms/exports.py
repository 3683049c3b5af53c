"""17 Exports: the share of sales that goes abroad is a logit in staff and productivity; demand abroad is elastic."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from sim import draws
from sim.compiled import compiled
from sim.economy import INPUTS, SALES_ABROAD, SALES_HOME, transfer
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
    booked: Any


@compiled
def export_share(u: float, staff: float, productivity: float, p: Any) -> float:
    """Share of sales that goes abroad: a fractional logit in staff, productivity and the firm's lasting taste.

    Papke and Wooldridge (1996) for the fractional logit.
    """
    size = p.staff_slope * math.log(max(staff, 1.0) / 100.0)
    score = p.intercept + size + p.productivity_slope * math.log(productivity) + p.taste * draws.normal(u)
    return 1.0 / (1.0 + math.exp(-score))


@compiled
def demand_abroad(productivity: float, p: Any) -> float:
    """Demand abroad relative to that at productivity 1: the world price is elastic."""
    return p.demand * math.exp(p.price_elasticity * math.log(productivity))


@compiled
def export(lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, input_share: float, flows: Any) -> None:
    """Exports of every operating enterprise: part of its sales turns abroad, more or less than it gives up at home."""
    for i in range(lo, hi):
        w.exporter[i] = 0
        if r.status[i] != OPERATING or w.revenue[i] <= 0.0:
            continue
        part = export_share(r.export_taste[i], r.staff[i], r.productivity[i], p)
        if part < p.least:
            continue
        w.exporter[i] = 1
        turned = part * w.revenue[i]
        given_up = transfer(i, -turned, w.cash, w.booked, flows, SALES_HOME)
        abroad = turned * demand_abroad(r.productivity[i], p)
        w.exports[i] = transfer(i, abroad, w.cash, w.booked, flows, SALES_ABROAD)
        more = w.exports[i] + given_up
        inputs = transfer(i, -input_share * more, w.cash, w.booked, flows, INPUTS)
        w.revenue[i] += more
        w.revenue_year[i] += more
        w.profit_year[i] += more + inputs


def apply(world: World) -> None:
    rules = world.rules("exports")
    if rules.enabled:
        share = world.group("market").input_share
        world.loop(export, Reads, Writes, rules, share, world.books.flows)
