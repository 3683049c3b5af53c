"""Taxes: value-added tax each month, corporate income tax each December, both stated and paid."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Mechanism, Outcome, Step, assumption, evidence, parameter, switch
from sim.kernel.compiled import compiled, equation
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i8, typed
from sim.model.state.accounts import INCOME_TAX, TICKS, VAT, on_grid, ticks, transfer_block
from sim.model.state.enterprises import FREE, INCUMBENT, OPERATING, reads, writes
from sim.model.state.world import World

STATED, PAID, PAID_STARTUPS = 0, 1, 2


@typed
class Rules(NamedTuple):
    """Taxes."""

    enabled: bool = switch()
    vat: float = parameter(
        0.17,
        "",
        "standard rate of value-added tax",
        evidence("rate in force to 2018", "tax_and_policy.vat.standard"),
        bounds=(0, 1),
    )
    vat_small: float = parameter(
        0.03,
        "",
        "rate on sales of small-scale payers",
        evidence("rate in force from 2009", "tax_and_policy.vat.small_scale"),
        bounds=(0, 1),
    )
    small_scale: float = parameter(
        0.8, "million yuan a year", "sales up to which a payer is small-scale", evidence("0.5 industry, 0.8 trade"),
        bounds=(0, 100),
    )  # fmt: skip
    exempt: float = parameter(
        0.005, "million yuan a month", "sales up to which a small trader is exempt",
        evidence("5,000 yuan from 2009; up to 20,000 from November 2011; 20,000 from August 2013; 30,000 from October 2014", "tax_and_policy.vat.exempt_below_yuan_a_month"), bounds=(0, 1),
    )  # fmt: skip
    invoiced: float = parameter(
        0.8, "share", "part of value added and profit that is declared and taxed", assumption("exemptions, deductions, gaps"),
        bounds=(0, 1), plausible=(0.3, 1.0),
    )  # fmt: skip
    income_tax: float = parameter(
        0.25,
        "",
        "standard rate of corporate income tax",
        evidence("law of 2008", "tax_and_policy.corporate_income_tax.standard"),
        bounds=(0, 1),
    )
    low_profit_rate: float = parameter(
        0.10,
        "",
        "effective rate of low-profit enterprises",
        evidence("half the base at 20%", "tax_and_policy.corporate_income_tax.low_profit"),
        bounds=(0, 1),
    )
    low_profit_ceiling: float = parameter(
        0.03, "million yuan a year", "taxable profit up to which it applies",
        evidence("0.03 in 2010, 0.06 in 2012, 0.10 in 2014, 0.20 in January and 0.30 in October 2015", "tax_and_policy.corporate_income_tax.low_profit_ceiling_yuan"), bounds=(0, 100),
    )  # fmt: skip
    loss_years: float = parameter(
        5.0, "year", "years over which losses are carried forward, as an even decay", evidence("five years"),
        bounds=(1, 100),
    )  # fmt: skip
    young: float = parameter(
        60.0, "month", "age up to which relief for young enterprises holds", assumption("five years"), bounds=(0, 1200),
        plausible=(24, 96),
    )  # fmt: skip


def rules_of(rules: Any) -> Rules:
    """The parameters of taxes, among those of a mechanism that may replace them."""
    return rules if type(rules) is Rules else Rules(*[getattr(rules, name) for name in Rules._fields])


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
def value_added_tax(revenue: float, exports: float, input_share: float, p: Rules) -> float:
    """Value-added tax stated for a month: exempt, on sales of small-scale payers, or on value added.

    Exports are zero-rated.
    """
    at_home = revenue - exports
    small = p.vat_small * at_home
    standard = p.vat * p.invoiced * max(0.0, at_home - input_share * at_home)
    return 0.0 if revenue <= p.exempt else (small if 12.0 * revenue <= p.small_scale else standard)


@equation
def income_tax(profit: float, p: Rules) -> float:
    """Corporate income tax stated for a year on taxable profit (million yuan), after losses."""
    if profit <= 0.0:
        return 0.0
    rate = p.low_profit_rate if profit <= p.low_profit_ceiling else p.income_tax
    return rate * p.invoiced * profit


@equation
def tax_paid(stated: float, age: int, relief: float, p: Rules) -> float:
    """Tax paid: stated tax, less relief for young enterprises."""
    return stated * (1.0 - relief) if age < p.young else stated


@equation
def taxes_of_plan(sales: float, profit: float, relief: float, input_share: float, p: Rules) -> float:
    """Taxes of a year (million yuan) on a newcomer's planned sales and profit."""
    vat = 12.0 * value_added_tax(sales / 12.0, 0.0, input_share, p)
    return tax_paid(vat + income_tax(profit - vat, p), 0, relief, p) if p.enabled else 0.0


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
