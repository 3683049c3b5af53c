"""What can be tried at a place: each a variant that changes one thing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Trial:
    """One thing to try: the usual and the most amount in an everyday unit, and the key that it is set to.

    NaN stands for a part, ``CUT``, of the place's rent.
    ``summary`` is filled with the amount and its unit. ``key`` is that of the site, or of the levers, from the start or
    from the month of the first letting.
    """

    name: str
    amount: float
    most: float
    unit: str
    summary: str
    scope: Literal["site", "start", "opening"]
    key: str

    def quantity(self, amount: float) -> str:
        """An amount with its unit."""
        return quantity(amount, self.unit)


def quantity(amount: float, unit: str) -> str:
    """A number with its unit, as scenario files take it: ``25 yuan/m2/month``."""
    text = f"{amount:,.10g}"
    return f"{text}{'' if unit == '%' else ' '}{unit}"


CUT = 0.8  # of the rent, where no other is tried
RENT, COST = "yuan/m2/month", "yuan/m2"
TRIALS = {
    it.name: it
    for it in (
        Trial("rent-subsidy", 10, 8000, RENT, "Government pays tenants {}.", "opening", "rent_subsidy"),
        Trial("rent", math.nan, 8000, RENT, "The owner asks for {}.", "site", "rent"),
        Trial("grant", 200, 100_000, COST, "Government pays {} of what is renovated.", "start", "conversion_grant"),
        Trial("fund", 20, 1_000_000, "million yuan", "A fund of {} invests in firms founded there.", "site", "fund"),
        Trial("entry-cost", 50, 100, "%", "Reform removes {} of the cost of founding.", "opening", "entry_cost_cut"),
        Trial("tax-relief", 30, 100, "%", "{} of young firms' taxes are not collected.", "opening", "tax_relief"),
        Trial("finance", 50, 1000, "%", "Outside finance is {} more.", "opening", "finance"),
    )
}
