"""Exports: the share of sales exported is a logit in staff and productivity; demand abroad is elastic."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Mechanism, Outcome, Step, assumption, fitted, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f4, f8, f8_2d, i1, i4, i8, typed
from sim.model.record.reading import share
from sim.model.record.tally import EXPORTS
from sim.model.state.accounts import INPUTS, SALES_ABROAD, SALES_HOME, on_grid, transfer_block
from sim.model.state.enterprises import OPERATING, reads, writes
from sim.model.state.groups import GROUPS
from sim.model.state.world import World

taste_of_newcomer = block("exports", 0, "taste", number=31)
TASTE = 3  # index of the lattice point of the taste for exporting


@typed
class Rules(NamedTuple):
    """Exports."""

    enabled: bool = switch()
    intercept: float = parameter(
        -2.6, "", "logit of the share of sales abroad at 100 staff and productivity 1",
        assumption("exports near a ninth of sales"), bounds=(-20, 20), plausible=(-4, -1.5),
    )  # fmt: skip
    staff_slope: float = parameter(
        0.186,
        "",
        "logit's slope in the logarithm of staff",
        fitted("57% of exports from big enterprises", "article.big_export_share"),
        bounds=(-5, 5),
    )
    taste: float = parameter(
        0.5, "", "spread of firms' lasting taste for exporting, in the logit", assumption("most sell little abroad"),
        bounds=(0, 5), plausible=(0.3, 1.2),
    )  # fmt: skip
    least: float = parameter(
        0.05, "share of sales", "share of sales below which an enterprise does not export", assumption("fixed costs"),
        bounds=(0, 1), plausible=(0.01, 0.1),
    )  # fmt: skip
    fixed_cost: float = parameter(
        1.0, "million yuan a year", "cost of selling abroad at all; an enterprise exports where its gain is no less",
        assumption("so that few small firms export; Melitz 2003, Roberts & Tybout 1997"), bounds=(0, 1000),
        plausible=(0.3, 2.0),
    )  # fmt: skip
    productivity_slope: float = parameter(
        1.0, "", "logit's slope in the logarithm of productivity", assumption("exporters are more productive"),
        bounds=(-5, 10), plausible=(0.3, 2.0),
    )  # fmt: skip
    price_elasticity: float = parameter(
        1.5, "", "elasticity of demand abroad on productivity", assumption("the world price is elastic"), bounds=(0, 10),
        plausible=(0.5, 4),
    )  # fmt: skip
    demand: float = parameter(
        1.0, "", "factor on demand abroad", assumption("1 is no change"), bounds=(0, 10), plausible=(0.7, 1.3)
    )


@reads
class Reads(NamedTuple):
    export_taste: f4
    status: i1
    staff: i4
    productivity: f8


@writes
class Writes(NamedTuple):
    exporter: i1
    exports: f8
    revenue: f8
    revenue_year: f8
    profit_year: f8
    cash: f8


@equation
def export_share(staff: float, log_productivity: float, taste: float, p: Rules) -> float:
    """Share of sales exported: a fractional logit (Papke & Wooldridge 1996) in staff, productivity and a lasting taste.

    ``taste`` is a standard normal deviate.
    """
    size = p.staff_slope * maths.log(max(staff, 1.0) / 100.0)
    score = p.intercept + size + p.productivity_slope * log_productivity + p.taste * taste
    return 1.0 / (1.0 + maths.exp(-score))


@equation
def demand_abroad(log_productivity: float, p: Rules) -> float:
    """Demand abroad relative to that at productivity 1."""
    return p.demand * maths.exp(p.price_elasticity * log_productivity)


@equation
def yearly_gain(share: float, revenue: float, log_productivity: float, input_share: float, p: Rules) -> float:
    """Value added (million yuan a year) won by selling this share of a month's sales abroad and not at home."""
    return 12.0 * (1.0 - input_share) * share * revenue * (demand_abroad(log_productivity, p) - 1.0)


@equation
def pays(share: float, revenue: float, log_productivity: float, input_share: float, p: Rules) -> bool:
    """Whether exporting pays its fixed cost, so that productive enterprises export (Melitz 2003)."""
    free = p.fixed_cost <= 0.0
    return free or yearly_gain(share, revenue, log_productivity, input_share, p) >= p.fixed_cost


@compiled
def export(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, input_share: float, flows: i8
) -> None:
    """Exports of every operating enterprise: sales abroad replace part of sales at home."""
    productivity, part = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            productivity[i - first] = maths.log(r.productivity[i])
        for i in range(first, last):
            part[i - first] = export_share(float(r.staff[i]), productivity[i - first], float(r.export_taste[i]), p)
        for i in range(first, last):
            sells, before = (r.status[i] == OPERATING) & (w.revenue[i] > 0.0), w.exporter[i]
            worth = pays(part[i - first], w.revenue[i], productivity[i - first], input_share, p)
            exports = sells & (part[i - first] >= p.least) & worth
            part[i - first] = part[i - first] if exports else 0.0
            w.exporter[i] = exports if sells else before  # an exporter that stops was one
        book_exports(first, last, w, p, input_share, part, productivity, flows)


@compiled
def book_exports(
    first: Index, last: Index, w: Writes, p: Rules, input_share: float, part: f8, log_productivity: f8, flows: i8
) -> None:
    """Book the exports of a block of rows: sales given up at home, sales abroad and their inputs."""
    home, abroad, bought = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for i in range(first, last):
        k = i - first
        given_up = on_grid(part[k] * w.revenue[i])
        exports = on_grid(given_up * demand_abroad(log_productivity[k], p))
        more = exports - given_up
        fixed = p.fixed_cost / 12.0 if exports > 0.0 else 0.0
        inputs = on_grid(input_share * more + fixed)
        w.exports[i] = exports
        w.revenue[i] += more
        w.revenue_year[i] += more
        w.profit_year[i] += more - inputs
        home[k], abroad[k], bought[k] = -given_up, exports, -inputs
    transfer_block(first, last, home, w.cash, flows, SALES_HOME)
    transfer_block(first, last, abroad, w.cash, flows, SALES_ABROAD)
    transfer_block(first, last, bought, w.cash, flows, INPUTS)


def apply(world: World) -> None:
    """Export part of a month's sales."""
    rules = world.rules("exports")
    if rules.enabled:
        share = world.group("market").input_share
        world.loop(export, Reads, Writes, rules, share, sums=(world.books.flows,))


@compiled
def taste_at_founding(lo: int, hi: int, points: f8_2d, taste: f4) -> None:
    """Lasting taste for exporting of rows ``lo`` to ``hi`` of the opening population, from their lattice points."""
    for i in range(lo, hi):
        taste[i] = draws.normal(points[i - lo, TASTE])


@compiled
def taste_at_birth(seed: int, rows: i8, identity: i8, taste: f4) -> None:
    """Lasting taste for exporting of newcomers."""
    for i in rows:
        taste[i] = draws.normal(taste_of_newcomer(seed, identity[i], 0).taste)


def at_founding(world: World, lo: int, hi: int, points: Any) -> None:
    """Draw the taste of the opening population."""
    taste_at_founding(lo, hi, points, world.enterprises.export_taste)


def at_birth(world: World, rows: Any) -> None:
    """Draw the taste of newcomers."""
    taste_at_birth(world.seed, rows, world.enterprises.identity, world.enterprises.export_taste)


OUTCOMES = (
    Outcome("exports", "million yuan a month", "exports", 1, True, lambda m: m.money(EXPORTS)),
    Outcome("exporters", "enterprises", "exporters", 1, value=lambda m: m.groups[1, GROUPS.index("exporter")]),
    Outcome("exporter_share", "share", "part of the survey population that exports",
            value=lambda m: share(m["exporting"][:, 1], m["exporting"][:, 0])),
    Outcome("big_export_share", "share", "big enterprises' part of exports, survey population", 0, True,
            lambda m: m.big_share(EXPORTS)),
    Outcome("big_export_share_all", "share", "big enterprises' part of exports, all",
            value=lambda m: m.big_share_of_all(EXPORTS)),
)  # fmt: skip

EXPORT_TASTE = Column("export_taste", "f4", "", "lasting taste for exporting, a standard normal deviate")

MECHANISM = Mechanism(
    "exports",
    Rules,
    steps=(
        Step("export", apply, loops=(export,), groups=("market",), transfers=("sales_home", "sales_abroad", "inputs")),
    ),
    columns=(EXPORT_TASTE,),
    draws=(taste_of_newcomer,),
    outcomes=OUTCOMES,
    founding=at_founding,
    birth=at_birth,
)
