"""13 Lines and demand: lines die and are born, revert and are shocked; lines share their sector's demand.

Lines are kept as a count and a sum of sizes. A lost bundle of lines takes a share X / (X + rest) with X freshly drawn,
a new one adds its draw; ``tests/test_lines.py`` holds this to explicit lines. No growth rate is drawn anywhere: the
shape of growth rates follows from lines (Bottazzi & Secchi 2006 for the idea of independent opportunities).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import draws
from sim.compiled import compiled
from sim.economy import INPUTS, SALES_HOME, TICKS, attraction, relative_price, ticks, transfer
from sim.enterprises import OPERATING
from sim.world import World

MOST_SALES = 5.0  # sales for a pull, relative to the opening: the few left in a sector cannot serve all of it


class LinesReads(NamedTuple):
    identity: Any
    status: Any
    sector: Any
    started: Any
    line_size: Any


class LinesWrites(NamedTuple):
    lines: Any
    appeal: Any


class SalesReads(NamedTuple):
    status: Any
    sector: Any
    mode: Any
    quality: Any
    productivity: Any
    appeal: Any


class SalesWrites(NamedTuple):
    revenue: Any
    exports: Any
    revenue_year: Any
    profit_year: Any
    cash: Any
    booked: Any


@compiled
def bundle_variance(lines: int, log_variance: float) -> float:
    """Variance of the logarithm of ``lines`` lines together: a lognormal with the sum's two moments (Fenton 1960)."""
    return math.log1p(math.expm1(log_variance) / lines)


@compiled
def bundle(u: float, lines: int, log_sd: float) -> float:
    """Size of ``lines`` new lines together, in mean lines."""
    if lines <= 0:
        return 0.0
    variance = bundle_variance(lines, log_sd * log_sd)
    return lines * math.exp(math.sqrt(variance) * draws.normal(u) - 0.5 * variance)


@compiled
def settled_variance(p: Any) -> float:
    """Variance to which the logarithm of one line's size settles under reversion and shocks."""
    return 0.5 * p.shock * p.shock / max(p.reversion, 1e-9)


@compiled
def lines_lost(u: float, lines: int, p: Any) -> int:
    """Lines that die this month."""
    return draws.binomial(u, lines, p.line_loss)


@compiled
def lines_born(u: float, lines: int, saturation: float, p: Any) -> int:
    """Lines born this month: rarer as the sector saturates."""
    return draws.poisson(u, lines * p.line_birth * math.exp(-p.saturation * math.log(saturation)))


@compiled
def share_lost(u: float, lost: int, remaining: int, p: Any) -> float:
    """Part of the sum of sizes that goes with ``lost`` lines."""
    if remaining == 0:
        return 1.0
    one = settled_variance(p)
    gone, kept = bundle_variance(lost, one), bundle_variance(remaining, one)
    log_ratio = math.log(lost / remaining) - 0.5 * (gone - kept) + math.sqrt(gone + kept) * draws.normal(u)
    return 1.0 / (1.0 + math.exp(-log_ratio))


@compiled
def reverted(u: float, appeal: float, lines: int, line_size: float, age: int, p: Any) -> float:
    """Sum of sizes after a month's reversion and Gaussian shocks; young firms ramp up faster.

    The sum of lognormal lines is taken as lognormal (Fenton 1960) with mean ``lines * line_size`` once settled.
    """
    speed = p.reversion if age >= 36 else p.ramp
    settled = bundle_variance(lines, settled_variance(p))
    gap = math.log(lines * line_size / appeal) - 0.5 * settled * p.reversion / max(speed, 1e-9)
    return appeal * math.exp(speed * gap + math.sqrt(2.0 * p.reversion * settled) * draws.normal(u))


@compiled
def renew(lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, saturation: Any) -> None:
    """Lines of every operating enterprise, for a month."""
    for i in range(lo, hi):
        if r.status[i] != OPERATING or w.lines[i] == 0:
            continue
        u_lost, u_born, u_share, u_new = draws.uniforms(seed, r.identity[i], month, draws.LINES)
        u_shock, _, _, _ = draws.uniforms(seed, r.identity[i], month, draws.DEMAND)
        lost = lines_lost(u_lost, w.lines[i], p)
        born = lines_born(u_born, w.lines[i], saturation[r.sector[i]], p)
        kept = w.appeal[i] * (1.0 - share_lost(u_share, lost, w.lines[i] - lost, p)) if lost > 0 else w.appeal[i]
        w.lines[i] += born - lost
        w.appeal[i] = kept + bundle(u_new, born, p.line_log_sd) * r.line_size[i]
        if w.lines[i] > 0:
            w.appeal[i] = reverted(u_shock, w.appeal[i], w.lines[i], r.line_size[i], month - r.started[i], p)


@compiled
def sales(pull: float, factor: float, mode: int, p: Any) -> float:
    """Sales of a month (million yuan): the enterprise's pull times its sector's sales for a pull of 1."""
    return pull * factor / 12.0 * (1.0 + mode * p.mode_demand)


@compiled
def sell(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, m: Any, i_rules: Any, factor: Any, pulls: Any, flows: Any
) -> None:
    """Sales of every operating enterprise, for a month; pull and its logs of productivity and quality in ticks."""
    for i in range(lo, hi):
        w.revenue[i] = 0.0
        w.exports[i] = 0.0
        if r.status[i] != OPERATING or r.appeal[i] <= 0.0:
            continue
        s = r.sector[i]
        pull = r.appeal[i] * attraction(r.quality[i], r.productivity[i], m.rivalry, m.price_share)
        w.revenue[i] = transfer(i, sales(pull, factor[s], r.mode[i], i_rules), w.cash, w.booked, flows, SALES_HOME)
        inputs = transfer(i, -m.input_share * w.revenue[i], w.cash, w.booked, flows, INPUTS)
        fee = r.mode[i] * i_rules.mode_cost * w.revenue[i]
        commission = transfer(i, -fee, w.cash, w.booked, flows, INPUTS)
        w.revenue_year[i] += w.revenue[i]
        w.profit_year[i] += w.revenue[i] + inputs + commission
        pulls[0, s] += ticks(pull)
        pulls[1, s] += ticks(pull * math.log(r.productivity[i]))
        pulls[2, s] += ticks(pull * math.log(r.quality[i]))


def apply(world: World) -> None:
    """A month of lines and sales; last month's pulls and prices have set this month's sales for a pull of 1."""
    rules, market, levers = world.rules("demand"), world.group("market"), world.group("levers")
    sectors = world.sectors
    set_demand(world, market, levers)
    if rules.enabled:
        world.loop(renew, LinesReads, LinesWrites, rules, sectors.saturation)
    world.pulls[:] = 0
    industries = world.rules("industries")
    world.loop(sell, SalesReads, SalesWrites, market, industries, sectors.sales_factor, world.pulls, world.books.flows)


def set_demand(world: World, market: Any, levers: Any) -> None:
    """Real demand path times (relative price)^-elasticity, shared by last month's pulls."""
    sectors, month = world.sectors, world.month
    nation = world.settings.group("population").world == "nation"
    for s in np.flatnonzero(sectors.open).tolist():
        path = math.exp(math.log1p(market.growth) * month / 12.0) * market.demand * (1.0 + levers.demand)
        pull = sectors.opening_pull[s]
        if nation and market.coupled:
            pull = max(sectors.pull[s], 1.0 / TICKS)
        else:
            # Others fill a new sector as its demand grows, and rivals outside a place pull more each year.
            filled = sectors.demand[s] / max(sectors.opening_demand[s], 1.0 / TICKS) if sectors.opened[s] >= 0 else 1.0
            rivals = 0.0 if nation else market.rivals_growth
            pull *= filled * math.exp(math.log1p(rivals) * month / 12.0)
        price = sectors.price[s] if nation and market.coupled else 1.0
        value = sectors.demand[s] * path * math.exp((1.0 - market.price_elasticity) * math.log(price))
        opening = sectors.opening_pull[s] / max(sectors.opening_demand[s], 1.0 / TICKS)
        sectors.sales_factor[s] = value / max(pull, value * opening / MOST_SALES, 1.0 / TICKS)
        sectors.saturation[s] = 1.0 / max(1e-6, sectors.sales_factor[s] * opening) if opening > 0.0 else 1.0


def close(world: World) -> None:
    """Aggregates on which next month's market clears; they stay at their opening values where nothing is coupled."""
    if not world.group("market").coupled:
        return
    sectors = world.sectors
    pull = world.pulls[0] / TICKS
    price_share = world.group("market").price_share
    for s in np.flatnonzero(sectors.open).tolist():
        sectors.pull[s] = pull[s]
        if world.pulls[0, s] > 0:
            sectors.productivity[s] = math.exp(world.pulls[1, s] / world.pulls[0, s])
            sectors.quality[s] = math.exp(world.pulls[2, s] / world.pulls[0, s])
            sectors.price[s] = relative_price(sectors.productivity[s], price_share)
