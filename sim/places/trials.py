"""What can be tried at a place: each a variant that changes one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Trial:
    """One thing to try: the most and the usual amount in an everyday unit, and the line that sets it.

    ``summary`` is filled with the amount. ``key`` is set to ``value`` of the amount: of the site, or of the levers,
    from the start or from the month of the first letting.
    """

    name: str
    amount: float
    most: float
    summary: str
    scope: Literal["site", "start", "opening"]
    key: str
    unit: str
    value: Callable[[float], float]


def yearly(yuan_a_month: float) -> float:
    """Yuan a month in million yuan a year."""
    return float(f"{yuan_a_month * 12 / 1e6:.6g}")


def _share(per_cent: float) -> float:
    return per_cent / 100


_RENT = "million yuan a m2 and year"
TRIALS = {
    it.name: it
    for it in (
        Trial(
            "rent-subsidy", 10, 8000, "Government pays tenants {} yuan a m2 and month.",
            "opening", "rent_subsidy", _RENT, yearly,
        ),
        Trial("rent", 20, 8000, "The owner asks for {} yuan a m2 and month.", "site", "rent", _RENT, yearly),
        Trial(
            "grant", 200, 100_000, "Government pays {} yuan for each m2 that is renovated.",
            "start", "conversion_grant", "million yuan a m2", lambda yuan: yuan / 1e6,
        ),
        Trial(
            "fund", 20, 1_000_000, "A fund of {} million yuan invests in firms founded at the site.",
            "site", "fund", "million yuan", float,
        ),
        Trial(
            "entry-cost", 50, 100, "Reform removes {}% of the administrative cost of founding.",
            "opening", "entry_cost_cut", "share", _share,
        ),
        Trial(
            "tax-relief", 30, 100, "{}% of young firms' taxes are not collected.",
            "opening", "tax_relief", "share", _share,
        ),
        Trial("finance", 50, 1000, "Outside finance is {}% more.", "opening", "finance", "share", _share),
    )
}  # fmt: skip
