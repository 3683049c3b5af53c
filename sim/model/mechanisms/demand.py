"""Product lines and demand: lines are lost and born, revert and are shocked, and share their sector's demand.

An enterprise stores the number of its lines and the sum of their sizes. Lost lines take a share X / (X + rest) of the
sum, with X drawn anew; new lines add their draw. ``tests/test_lines.py`` compares this with explicit lines. No growth
rate is drawn: the distribution of growth rates follows from lines, as independent opportunities (Bottazzi & Secchi 2006).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Mechanism, Outcome, Step, assumption, evidence, fitted, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f4, f8, i1, i2, i4, i8, i8_2d, typed, u4
from sim.model.state.accounts import ENERGY, INPUTS, SALES_HOME, TICKS, on_grid, ticks, transfer_block
from sim.model.state.enterprises import OPERATING, reads, writes
from sim.model.state.sectors import attraction_of_logs, relative_price
from sim.model.state.world import World
from sim.parameters import Levers, Market

lines_change = block("demand", 0, "lost", "born", "shock", number=28)
line_sizes = block("demand", 1, "lost", "born", number=34)
sector_luck = block("demand", 2, "demand", number=45)  # by index of the sector
lines_change_of, line_sizes_of = lines_change.of, line_sizes.of


@typed
class Rules(NamedTuple):
    """Lines and demand."""

    enabled: bool = switch()
    line_loss: float = parameter(
        0.008798, "1/month", "hazard at which a line is lost", fitted("operating survival of the EU and US cohorts", "survival.eu.y1", "survival.eu.y5", "survival.us_1994_cohort"),
        bounds=(0, 1),
    )  # fmt: skip
    line_birth: float = parameter(
        0.008798, "1/month", "lines born for each line while the sector is as saturated as at the start",
        assumption("as many as are lost: firms grow by shocks to all their lines"),
        bounds=(0, 1), plausible=(0.006, 0.011),
    )  # fmt: skip
    saturation: float = parameter(
        0.0, "", "elasticity of births of lines on the sector's saturation",
        assumption("0: crowding slows the growth of whole firms instead"),
        bounds=(0, 10), plausible=(0, 1),
    )  # fmt: skip
    line_log_sd: float = parameter(
        1.2, "", "standard deviation of the logarithm of line sizes", evidence("0.8 to 1.6"), bounds=(0, 3),
        plausible=(0.8, 1.6),
    )  # fmt: skip
    shock: float = parameter(
        0.16, "", "monthly Gaussian shock to the logarithm of one line's size", assumption("with the reversion, sizes of lines spread by 0.8"),
        bounds=(0, 1), plausible=(0.10, 0.30),
    )  # fmt: skip
    reversion: float = parameter(
        0.02, "1/month", "speed at which sizes of lines revert", assumption("two to five years"), bounds=(0, 1),
        plausible=(0.01, 0.05),
    )  # fmt: skip
    ramp: float = parameter(
        0.09381, "1/month", "speed at which a young firm's sales close the gap to maturity",
        fitted("spread of first-year revenue and survival", "new_firm_cohort_2015q3.revenue_first_year.log_sd",
               "survival.eu.y5"), bounds=(0, 1), plausible=(0.02, 0.2),
    )  # fmt: skip
    ramp_months: int = parameter(
        36, "month", "months after the start in which a firm's sales close the gap at that speed",
        assumption("young firms settle within three years"), bounds=(0, 1200), plausible=(12, 60),
    )  # fmt: skip


@reads
class LinesReads(NamedTuple):
    identity: i8
    status: i1
    sector: i1
    started: i2
    line_size: f8


@writes
class LinesWrites(NamedTuple):
    lines: i4
    appeal: f8


@reads
class SalesReads(NamedTuple):
    status: i1
    sector: i1
    mode: i1
    quality: f8
    productivity: f8
    appeal: f8


@writes
class SalesWrites(NamedTuple):
    revenue: f8
    exports: f8
    revenue_year: f8
    profit_year: f8
    cash: f8


@reads
class EnergyReads(NamedTuple):
    status: i1
    energy: f4
    revenue: f8


@writes
class EnergyWrites(NamedTuple):
    profit_year: f8
    cash: f8


@typed
class Modes(NamedTuple):
    """Gain and cost of the new mode of selling: parameters of new industries and modes."""

    mode_demand: float
    mode_cost: float


@typed
class Sums(NamedTuple):
    """Sums of a month's sales, in ticks."""

    pulls: i8_2d  # by sector: pull, and pull times the logarithms of productivity and quality
    flows: i8


@typed
class SectorsSelling(NamedTuple):
    open: i1
    opened: i8
    demand: f8
    opening_demand: f8
    cycle: f8
    pull: f8
    opening_pull: f8
    price: f8
    sales_factor: f8
    saturation: f8


@typed
class SectorsPosted(NamedTuple):
    open: i1
    pull: f8
    productivity: f8
    quality: f8
    price: f8


@equation
def sum_log_variance(lines: int, log_variance: float) -> float:
    """Log variance of the sum of ``lines`` lines: of a lognormal with the sum's first two moments (Fenton 1960)."""
    return maths.log(1.0 + (maths.exp(log_variance) - 1.0) / lines)


@equation
def total_size(u: float, lines: int, log_sd: float) -> float:
    """Total size of ``lines`` new lines, in mean lines."""
    if lines <= 0:
        return 0.0
    variance = sum_log_variance(lines, log_sd * log_sd)
    return lines * maths.exp(math.sqrt(variance) * draws.normal(u) - 0.5 * variance)


@equation
def stationary_variance(p: Rules) -> float:
    """Stationary variance of the logarithm of one line's size."""
    return 0.5 * p.shock * p.shock / max(p.reversion, 1e-9)


@compiled
def lines_lost(u: float, lines: int, p: Rules) -> int:
    """Lines lost this month."""
    return draws.binomial(u, lines, p.line_loss)


@equation
def birth_rate(saturation: float, p: Rules) -> float:
    """Monthly births per line: fewer as the sector saturates."""
    return p.line_birth * maths.exp(-p.saturation * maths.log(saturation))


@compiled
def lines_born(u: float, lines: int, rate: float) -> int:
    """Lines born this month."""
    return draws.poisson(u, lines * rate)


@equation
def may_change(u: float, lines: int, rate: float) -> bool:
    """Whether any line may be lost, or born, at this rate; below the bound the count is 0."""
    return u >= 1.0 - lines * rate


@equation
def share_lost(u: float, lost: int, remaining: int, p: Rules) -> float:
    """Share of the sum of sizes of ``lost`` lines."""
    if remaining == 0:
        return 1.0
    one = stationary_variance(p)
    gone, kept = sum_log_variance(lost, one), sum_log_variance(remaining, one)
    log_ratio = maths.log(lost / remaining) - 0.5 * (gone - kept) + math.sqrt(gone + kept) * draws.normal(u)
    return 1.0 / (1.0 + maths.exp(-log_ratio))


@equation
def gap_to_maturity(appeal: float, lines: int, line_size: float) -> float:
    """Logarithm of the stationary sum of line sizes over the present one."""
    return maths.log(lines * line_size / appeal)


@equation
def shock_variance(lines: int, spread: float, p: Rules) -> float:
    """Variance of a month's shock to the log sum of ``lines`` lines; ``spread`` is e^v, with v one line's variance.

    One line's shock variance times the expected sum of squared shares of lognormal lines.
    """
    return p.shock * p.shock * spread / (lines + spread - 1.0)


@equation
def reversion_speed(age: int, shocks: float, settled: float, p: Rules) -> float:
    """Part of the gap that closes in a month: it keeps the variance at ``settled``; young firms' gap closes faster."""
    grown_up = 0.5 * shocks / settled if settled > 0.0 else p.reversion
    return grown_up if age >= p.ramp_months else p.ramp


@equation
def appeal_factor(gap: float, speed: float, shocks: float, shock: float) -> float:
    """Factor of a month's reversion and Gaussian shocks on the sum of sizes; ``shock`` is a standard normal deviate.

    The sum of lognormal lines is taken as lognormal (Fenton 1960) with stationary mean ``lines * line_size``. Shocks and
    reversion reproduce the variance and autocorrelation of the sum of explicit lines.
    """
    return maths.exp(speed * gap - 0.25 * shocks + math.sqrt(shocks) * shock)


@compiled
def update_lines(
    lo: Index, hi: Index, seed: int, month: int, r: LinesReads, w: LinesWrites, p: Rules, saturation: f8
) -> None:
    """Update the lines of every operating enterprise for a month; ``saturation`` is by sector.

    First the few enterprises that lose or win lines, then reversion and shocks of all.
    """
    rates: Any = np.empty(len(saturation))
    for s in range(len(saturation)):
        rates[s] = birth_rate(saturation[s], p)
    one, most = stationary_variance(p), rates.max()
    spread = maths.exp(one)
    changing: Any = np.empty(BLOCK, np.uint32)
    shock, gap, settled = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        u = lines_change_of(seed, r.identity, first, last, month)
        count = 0
        for i in range(first, last):
            u_lost, u_born = u.lost[i - first], u.born[i - first]
            changing[count] = i
            may = may_change(u_lost, w.lines[i], p.line_loss) | may_change(u_born, w.lines[i], most)
            count += (r.status[i] == OPERATING) & may
        change_lines(changing[:count], first, u.lost, u.born, seed, month, r, w, p, rates)
        draws.normals(u.shock, shock, last - first)
        for i in range(first, last):
            settled[i - first] = sum_log_variance(max(w.lines[i], 1), one)
        for i in range(first, last):
            there = (r.status[i] == OPERATING) & (w.lines[i] > 0) & (w.appeal[i] > 0.0)
            gap[i - first] = gap_to_maturity(w.appeal[i], w.lines[i], r.line_size[i]) if there else 0.0
        for i in range(first, last):
            k = i - first
            there = (r.status[i] == OPERATING) & (w.lines[i] > 0) & (w.appeal[i] > 0.0)
            shocks = shock_variance(max(w.lines[i], 1), spread, p)
            speed = reversion_speed(month - r.started[i], shocks, settled[k], p)
            step = appeal_factor(gap[k], speed, shocks, shock[k])
            w.appeal[i] *= step if there else 1.0


@compiled
def change_lines(
    rows: u4, first: Index, u_lost: f8, u_born: f8, seed: int, month: int, r: LinesReads, w: LinesWrites, p: Rules,
    rates: f8,
) -> None:  # fmt: skip
    """Lose and win lines of ``rows``, in a block that begins at row ``first``."""
    size = len(rows)
    row, identity = np.empty(size, np.uint32), np.empty(size, np.int64)
    lost, born, before = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    count = 0
    for k in range(size):
        i = rows[k]
        lose, bear, lines = u_lost[i - first], u_born[i - first], w.lines[i]
        gone = lines_lost(lose, lines, p) if may_change(lose, lines, p.line_loss) else 0
        rate = rates[r.sector[i]]
        new = lines_born(bear, lines, rate) if may_change(bear, lines, rate) else 0
        row[count], identity[count], before[count] = i, r.identity[i], lines
        lost[count], born[count] = gone, new
        count += gone + new > 0
    kept, won = np.empty(count), np.empty(count)
    sizes = line_sizes_of(seed, identity, 0, count, month)
    for k in range(count):
        kept[k] = 1.0 - share_lost(sizes.lost[k], lost[k], before[k] - lost[k], p) if lost[k] > 0 else 1.0
    for k in range(count):
        won[k] = total_size(sizes.born[k], born[k], p.line_log_sd)
    for k in range(count):
        i = row[k]
        w.lines[i] += born[k] - lost[k]
        w.appeal[i] = w.appeal[i] * kept[k] + won[k] * r.line_size[i]


@equation
def sales(pull: float, factor: float, mode: int, modes: Modes) -> float:
    """Monthly sales (million yuan): the enterprise's pull times its sector's yearly sales for a pull of 1."""
    return pull * factor / 12.0 * (1.0 + mode * modes.mode_demand)


@compiled
def sell(
    lo: Index, hi: Index, seed: int, month: int, r: SalesReads, w: SalesWrites, m: Market, modes: Modes, factor: f8,
    sums: Sums,
) -> None:  # fmt: skip
    """Sales of every operating enterprise in a month; ``factor`` is by sector."""
    productivity, quality = np.empty(BLOCK), np.empty(BLOCK)  # logarithms
    pull, here = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            productivity[i - first] = maths.log(r.productivity[i])
        for i in range(first, last):
            quality[i - first] = maths.log(r.quality[i])
        for i in range(first, last):
            k = i - first
            on = (r.status[i] == OPERATING) & (r.appeal[i] > 0.0)
            unit = attraction_of_logs(quality[k], productivity[k], m.rivalry, m.price_share)
            pull[k] = r.appeal[i] * unit if on else 0.0
        for i in range(first, last):
            here[i - first] = factor[np.uint8(r.sector[i])]
        book_sales(first, last, r, w, m.input_share, modes, pull, here, sums.flows)
        add_pulls(first, last, r, pull, productivity, quality, sums.pulls)


@compiled
def book_sales(
    first: Index, last: Index, r: SalesReads, w: SalesWrites, input_share: float, modes: Modes, pull: f8, factor: f8,
    flows: i8,
) -> None:  # fmt: skip
    """Book the sales of a block of rows and what they cost."""
    sold, bought = np.empty(BLOCK), np.empty(BLOCK)
    for i in range(first, last):
        k = i - first
        revenue = on_grid(sales(pull[k], factor[k], r.mode[i], modes))
        inputs = on_grid(input_share * revenue)
        commission = on_grid(r.mode[i] * modes.mode_cost * revenue)
        w.revenue[i] = revenue
        w.exports[i] = 0.0
        w.revenue_year[i] += revenue
        w.profit_year[i] += revenue - inputs - commission
        sold[k], bought[k] = revenue, -(inputs + commission)
    transfer_block(first, last, sold, w.cash, flows, SALES_HOME)
    transfer_block(first, last, bought, w.cash, flows, INPUTS)


@compiled
def add_pulls(first: Index, last: Index, r: SalesReads, pull: f8, productivity: f8, quality: f8, pulls: i8_2d) -> None:
    """Add the pulls of a block of rows to ``pulls``, shape (sectors, 3), in ticks."""
    whole = np.empty((3, BLOCK), np.int64)
    for k in range(last - first):
        whole[0, k] = ticks(pull[k])
        whole[1, k] = ticks(pull[k] * productivity[k])
        whole[2, k] = ticks(pull[k] * quality[k])
    for i in range(first, last):
        s = np.uint8(r.sector[i])
        pulls[s, 0] += whole[0, i - first]
        pulls[s, 1] += whole[1, i - first]
        pulls[s, 2] += whole[2, i - first]


@equation
def energy_cost(revenue: float, energy: float, price: float) -> float:
    """Energy and material bought for sales (million yuan)."""
    return price * energy * revenue


@compiled
def buy_energy(
    lo: Index, hi: Index, seed: int, month: int, r: EnergyReads, w: EnergyWrites, price: float, flows: i8
) -> None:
    """Every operating enterprise buys the energy of its month's sales."""
    bought = np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            cost = on_grid(energy_cost(r.revenue[i], float(r.energy[i]), price)) if r.status[i] == OPERATING else 0.0
            w.profit_year[i] -= cost
            bought[i - first] = -cost
        transfer_block(first, last, bought, w.cash, flows, ENERGY)


def burn(world: World) -> None:
    """A month of energy, where it is bought."""
    market = world.group("market")
    if market.energy_bought:
        world.loop(buy_energy, EnergyReads, EnergyWrites, market.energy_price, sums=(world.books.flows,))


def apply(world: World) -> None:
    """A month of lines and sales; last month's pulls and prices set this month's sales for a pull of 1."""
    rules, market, levers = world.rules("demand"), world.group("market"), world.group("levers")
    sectors = world.sectors
    set_demand(world, market, levers)
    if rules.enabled:
        world.loop(update_lines, LinesReads, LinesWrites, rules, sectors.saturation)
    world.pulls[:] = 0
    industries = world.rules("industries")
    modes = Modes(industries.mode_demand, industries.mode_cost)
    world.loop(
        sell, SalesReads, SalesWrites, market, modes, sectors.sales_factor, sums=Sums(world.pulls, world.books.flows)
    )


def set_demand(world: World, market: Market, levers: Levers) -> None:
    """Set sales for a pull of 1 from the path of real demand; outside a place, rivals' pull grows each year.

    Spending out of incomes adds to demand, where the closure says so.
    """
    path = world.grown("market.growth") * market.demand * world.posted.returned
    rivals = 1.0 if world.is_nation else world.grown("market.rivals_growth")
    columns = world.sectors.view(SectorsSelling)
    if market.sector_shock > 0.0 or columns.cycle.any():  # a cycle of earlier months fades
        move_demand(world.seed, world.month, columns.cycle, market)
    set_sales_factors(columns, path, rivals, bool(world.is_nation and market.coupled), market, levers)


@equation
def next_cycle(cycle: float, deviate: float, m: Market) -> float:
    """Next month's logarithm of a sector's demand over its path; ``deviate`` is a standard normal deviate."""
    return cycle * (1.0 - m.sector_reversion / 12.0) + m.sector_shock / math.sqrt(12.0) * deviate


@compiled
def move_demand(seed: int, month: int, cycle: f8, m: Market) -> None:
    """Move the demand of all sectors by a month."""
    for s in range(len(cycle)):
        cycle[s] = next_cycle(cycle[s], draws.normal(sector_luck(seed, s, month).demand), m)


@equation
def shared_pull(outside: float, local: float, local_share: float) -> float:
    """Pull with which an enterprise shares demand: part of it with rivals outside, part with those in the place only."""
    return 1.0 / ((1.0 - local_share) / outside + local_share / local)


@equation
def added_demand(sector: int, levers: Levers) -> float:
    """Factor on a sector's demand by the lever, which acts in all sectors or in one."""
    return 1.0 + levers.demand if (levers.demand_sector < 0) | (levers.demand_sector == sector) else 1.0


@compiled
def set_sales_factors(
    sectors: SectorsSelling, path: float, rivals: float, coupled: bool, m: Market, levers: Levers
) -> None:  # fmt: skip
    """Real demand times (relative price)^-price_elasticity, over last month's pull, in each open sector."""
    for s in range(len(sectors.open)):
        if sectors.open[s] == 0:
            continue
        if coupled:
            pull = max(sectors.pull[s], 1.0 / TICKS)
        else:
            # Others enter a new sector as its demand grows.
            filled = sectors.demand[s] / max(sectors.opening_demand[s], 1.0 / TICKS) if sectors.opened[s] >= 0 else 1.0
            pull = sectors.opening_pull[s] * (filled * rivals)
            if m.local_share > 0.0:
                pull = shared_pull(pull, max(sectors.pull[s], 1.0 / TICKS), m.local_share)
        price = sectors.price[s] if coupled else 1.0
        demand = sectors.demand[s] * (path * added_demand(s, levers)) * maths.exp(sectors.cycle[s])
        value = demand * maths.exp((1.0 - m.price_elasticity) * maths.log(price))
        opening = sectors.opening_pull[s] / max(sectors.opening_demand[s], 1.0 / TICKS)
        sectors.sales_factor[s] = value / max(pull, value * opening / m.most_sales, 1.0 / TICKS)
        sectors.saturation[s] = 1.0 / max(1e-6, sectors.sales_factor[s] * opening) if opening > 0.0 else 1.0


def close(world: World) -> None:
    """Post aggregates for next month's market; without coupling they stay at their opening values."""
    if world.group("market").coupled:
        post_pulls(world.sectors.view(SectorsPosted), world.pulls, world.group("market").price_share)


@compiled
def post_pulls(sectors: SectorsPosted, pulls: i8_2d, price_share: float) -> None:
    """Pull of each open sector, and its pull-weighted productivity, quality and price."""
    for s in range(len(sectors.open)):
        if sectors.open[s] == 0:
            continue
        sectors.pull[s] = pulls[s, 0] / TICKS
        if pulls[s, 0] > 0:
            sectors.productivity[s] = maths.exp(pulls[s, 1] / pulls[s, 0])
            sectors.quality[s] = maths.exp(pulls[s, 2] / pulls[s, 0])
            sectors.price[s] = relative_price(sectors.productivity[s], price_share)


MECHANISM = Mechanism(
    "demand", Rules, draws=(lines_change, line_sizes, sector_luck), outcomes=(
        Outcome("energy_cost", "million yuan a month", "energy and material bought", -1, value=lambda m: -m.flow(ENERGY)),
    ), steps=(
        Step(
            "sell", apply, loops=(update_lines, sell), groups=("market", "levers", "population", "mechanisms.industries"),
            transfers=("sales_home", "inputs"), draws=(lines_change, line_sizes, sector_luck),
            state=("sectors.cycle", "sectors.sales_factor", "sectors.saturation", "world.pulls"),
        ),
        Step("burn", burn, loops=(buy_energy,), groups=("market",), transfers=("energy",)),
        Step(
            "post", close, groups=("market",),
            state=("sectors.price", "sectors.productivity", "sectors.pull", "sectors.quality"),
        ),
    ),
)  # fmt: skip
