"""Taxes: value-added tax each month, corporate income tax each December, both stated and paid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.declare import Column, Mechanism, Outcome, Step
from sim.kernel.compiled import compiled, equation
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i8, typed
from sim.model.state.accounts import INCOME_TAX, TICKS, VAT, on_grid, ticks, transfer_block
from sim.model.state.enterprises import FREE, INCUMBENT, OPERATING, reads, writes
from sim.model.state.taxation import Rules, income_tax, tax_paid, value_added_tax
from sim.model.state.world import World

STATED, PAID, PAID_STARTUPS = 0, 1, 2


@reads
class Reads(NamedTuple):
    status: i1
    origin: i1
    site: i2
    started: i2
    revenue: f8
    exports: f8


@writes
class Writes(NamedTuple):
    profit_year: f8
    losses: f8
    cash: f8


@equation
def losses_carried_forward(taxable: float, p: Rules) -> float:
    """Losses carried forward: they decay evenly instead of lapsing by year."""
    return max(0.0, -taxable) * (1.0 - 1.0 / p.loss_years)


@typed
class Sums(NamedTuple):
    """Ticks of tax."""

    totals: i8  # stated, paid, paid by startups
    at_sites: i8  # paid by tenants, by site
    flows: i8


@compiled
def levy_vat(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, relief: float, input_share: float,
    sums: Sums,
) -> None:  # fmt: skip
    """Levy the month's value-added tax on every operating enterprise."""
    stated, paid = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            k = i - first
            tax = value_added_tax(r.revenue[i], r.exports[i], input_share, p) if r.status[i] == OPERATING else 0.0
            stated[k] = on_grid(tax)
            paid[k] = on_grid(tax_paid(tax, month - r.started[i], relief, p))
            w.profit_year[i] -= paid[k]
        collect(first, last, stated, paid, r, w.cash, sums, VAT)


@compiled
def levy_income(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, relief: float, sums: Sums
) -> None:  # fmt: skip
    """Levy the year's income tax on every enterprise, after losses carried forward."""
    stated, paid = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            k = i - first
            taxable = w.profit_year[i] - w.losses[i]
            tax = income_tax(taxable, p) if r.status[i] != FREE else 0.0
            stated[k] = on_grid(tax)
            paid[k] = on_grid(tax_paid(tax, month - r.started[i], relief, p))
            w.losses[i] = losses_carried_forward(taxable, p)
            w.profit_year[i] = 0.0
        collect(first, last, stated, paid, r, w.cash, sums, INCOME_TAX)


@compiled
def collect(first: Index, last: Index, stated: f8, paid: f8, r: Reads, cash: f8, sums: Sums, purpose: int) -> None:
    """Book the taxes of a block of rows, and sum those stated, paid, paid by startups and paid at each site."""
    all_stated, all_paid, startups = 0, 0, 0
    for i in range(first, last):
        all_stated += ticks(stated[i - first])
        all_paid += ticks(paid[i - first])
        startups += ticks(paid[i - first]) if r.origin[i] != INCUMBENT else 0
    if len(sums.at_sites) > 0:
        for i in range(first, last):
            if r.site[i] >= 0:
                sums.at_sites[r.site[i]] += ticks(paid[i - first])
    sums.totals[STATED] += all_stated
    sums.totals[PAID] += all_paid
    sums.totals[PAID_STARTUPS] += startups
    for k in range(last - first):
        paid[k] = -paid[k]
    transfer_block(first, last, paid, cash, sums.flows, purpose)


def apply(world: World) -> None:
    """A month of taxes; those of tenants are added to their site's."""
    world.taxes[:] = 0
    rules = world.rules("taxes")
    if not rules.enabled:
        return
    world.site_taxes[:] = 0
    relief, input_share = world.group("levers").tax_relief, world.group("market").input_share
    sums = Sums(world.taxes, world.site_taxes, world.books.flows)
    world.loop(levy_vat, Reads, Writes, rules, relief, input_share, sums=sums)
    if world.is_december:
        world.loop(levy_income, Reads, Writes, rules, relief, sums=sums)
    for site in world.sites:
        paid = int(world.site_taxes[site.index])
        site.taxes += paid
        site.taxes_year = [*site.taxes_year[1:], paid]


OUTCOMES = (
    Outcome("taxes", "million yuan", "taxes paid since the start", 1, True, lambda m: m.taxes(PAID)),
    Outcome("taxes_stated", "million yuan", "taxes stated since the start", value=lambda m: m.taxes(STATED)),
    Outcome("taxes_startups", "million yuan", "taxes paid by startups since the start", 1,
            value=lambda m: m.taxes(PAID_STARTUPS)),
    Outcome("vat", "million yuan a month", "value-added tax paid", value=lambda m: -m.flow(VAT)),
    Outcome("income_tax", "million yuan a month", "corporate income tax paid", value=lambda m: -m.flow(INCOME_TAX)),
    Outcome("site_taxes", "million yuan", "taxes paid by tenants since opening", 1, True,
            lambda m: m.site("taxes") / TICKS),
    Outcome("site_taxes_12", "million yuan", "taxes paid by tenants in the last 12 months", 1,
            value=lambda m: m.weight * m["sites_taxes_12"] / TICKS),
)  # fmt: skip

LOSSES = Column("losses", "f8", "million yuan", "losses carried forward for income tax")

LEVY = Step(
    "levy",
    apply,
    loops=(levy_vat, levy_income),
    groups=("levers", "market"),
    transfers=("vat", "income_tax"),
    state=("sites.taxes", "sites.taxes_year", "world.site_taxes", "world.taxes"),
)

MECHANISM = Mechanism("taxes", Rules, steps=(LEVY,), columns=(LOSSES,), outcomes=OUTCOMES)
