"""16 Taxes: value-added tax each month, corporate income tax each December; stated beside paid."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.compiled import compiled
from sim.economy import INCOME_TAX, VAT, ticks, transfer
from sim.enterprises import FREE, INCUMBENT, OPERATING
from sim.world import World

STATED, PAID, PAID_STARTUPS = 0, 1, 2


class Reads(NamedTuple):
    status: Any
    origin: Any
    site: Any
    started: Any
    revenue: Any
    exports: Any


class Writes(NamedTuple):
    profit_year: Any
    losses: Any
    cash: Any
    booked: Any


@compiled
def value_added_tax(revenue: float, exports: float, input_share: float, p: Any) -> float:
    """Tax stated for a month: exempt, a rate on sales of small-scale payers, or the standard rate on value added.

    Exports are rated zero.
    """
    at_home = revenue - exports
    if revenue <= p.exempt:
        return 0.0
    if 12.0 * revenue <= p.small_scale:
        return p.vat_small * at_home
    return p.vat * p.invoiced * max(0.0, at_home - input_share * at_home)


@compiled
def income_tax(profit: float, p: Any) -> float:
    """Tax stated for a year on taxable profit (million yuan), after losses."""
    if profit <= 0.0:
        return 0.0
    rate = p.low_profit_rate if profit <= p.low_profit_ceiling else p.income_tax
    return rate * p.invoiced * profit


@compiled
def collected(stated: float, age: int, relief: float, p: Any) -> float:
    """Part of the stated tax that is paid: relief takes its share from young enterprises."""
    return stated * (1.0 - relief) if age < p.young else stated


@compiled
def levy(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, relief: float, input_share: float, december: bool,
    totals: Any, at_sites: Any, flows: Any,
) -> None:  # fmt: skip
    """Taxes of every operating enterprise; totals in ticks: stated, paid, paid by startups; paid at each site."""
    for i in range(lo, hi):
        if r.status[i] == FREE:
            continue
        age = month - r.started[i]
        paid = 0.0
        if r.status[i] == OPERATING:
            stated = value_added_tax(r.revenue[i], r.exports[i], input_share, p)
            due = collected(stated, age, relief, p)
            paid = -transfer(i, -due, w.cash, w.booked, flows, VAT)
            w.profit_year[i] -= paid
            totals[STATED] += ticks(stated - due)
        if december:
            # Losses decay evenly instead of lapsing by vintage.
            taxable = w.profit_year[i] - w.losses[i]
            w.losses[i] = max(0.0, -taxable) * (1.0 - 1.0 / p.loss_years)
            w.profit_year[i] = 0.0
            stated = income_tax(taxable, p)
            due = collected(stated, age, relief, p)
            paid -= transfer(i, -due, w.cash, w.booked, flows, INCOME_TAX)
            totals[STATED] += ticks(stated - due)
        totals[STATED] += ticks(paid)
        totals[PAID] += ticks(paid)
        if r.origin[i] != INCUMBENT:
            totals[PAID_STARTUPS] += ticks(paid)
        if r.site[i] >= 0:
            at_sites[r.site[i]] += ticks(paid)


def apply(world: World) -> None:
    """A month of taxes; what tenants pay is added to their site's account."""
    world.taxes[:] = 0
    rules = world.rules("taxes")
    if not rules.enabled:
        return
    world.site_taxes[:] = 0
    relief = world.group("levers").tax_relief
    world.loop(
        levy, Reads, Writes, rules, relief, world.group("market").input_share, world.is_december, world.taxes,
        world.site_taxes, world.books.flows,
    )  # fmt: skip
    for site in world.sites:
        paid = int(world.site_taxes[site.number])
        site.taxes += paid
        site.taxes_year = [*site.taxes_year[1:], paid]
