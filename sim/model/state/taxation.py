"""Tax rules and the taxes that they state, as founders foresee them and the tax office levies them."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.declare import assumption, evidence, parameter, switch
from sim.kernel.compiled import equation
from sim.kernel.types import typed


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
