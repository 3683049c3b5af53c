"""What can be tried at a place: each a variant that changes one thing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sim import units
from sim.language import is_chinese, later


@dataclass(frozen=True)
class Trial:
    """One thing to try: the usual and the most amount in an everyday unit, and the key that it is set to.

    NaN stands for a part, ``CUT``, of the place's rent.
    ``title`` and ``summary`` are said of it, the latter with the amount and its unit. ``key`` is that of the site, or
    of the levers, from the start or from the month of the first letting.
    """

    name: str
    title: str
    amount: float
    most: float
    unit: str
    summary: str
    scope: Literal["site", "start", "opening"]
    key: str

    def quantity(self, amount: float) -> str:
        """An amount with its unit."""
        return quantity(amount, self.unit)

    def told(self, amount: float) -> str:
        """An amount with its unit within a sentence."""
        return units.quantity(amount, self.unit) if is_chinese() else self.quantity(amount)


def quantity(amount: float, unit: str) -> str:
    """A number with its unit, as scenario files take it: ``25 yuan/m2/month``."""
    text = f"{amount:,.10g}"
    return f"{text}{'' if unit == '%' else ' '}{unit}"


CUT = 0.8  # of the rent, where no other is tried
RENT, COST = "yuan/m2/month", "yuan/m2"
TRIALS = {
    it.name: it
    for it in (
        Trial("rent-subsidy", later("rent subsidy"), 10, 8000, RENT,
              later("Government pays tenants {amount}."), "opening", "rent_subsidy"),
        Trial("rent", later("rent"), math.nan, 8000, RENT,
              later("The owner asks for {amount}."), "site", "rent"),
        Trial("grant", later("grant"), 200, 100_000, COST,
              later("Government pays {amount} of what is renovated."), "start", "conversion_grant"),
        Trial("fund", later("fund"), 20, 1_000_000, "million yuan",
              later("A fund of {amount} invests in firms founded there."), "site", "fund"),
        Trial("entry-cost", later("entry cost"), 50, 100, "%",
              later("Reform removes {amount} of the cost of founding."), "opening", "entry_cost_cut"),
        Trial("tax-relief", later("tax relief"), 30, 100, "%",
              later("{amount} of young firms' taxes are not collected."), "opening", "tax_relief"),
        Trial("finance", later("finance"), 50, 1000, "%",
              later("Outside finance is {amount} more."), "opening", "finance"),
    )
}  # fmt: skip
