"""Parameters that belong to no single mechanism."""

from __future__ import annotations

from sim.kernel.types import numbers
from sim.parameters.world import Labour, Levers, Market, Platform, Population, Run, Site

GROUPS: dict[str, type] = {"run": Run, "population": Population, "market": Market, "labour": Labour, "levers": Levers}

NAMED: dict[str, type] = {"platforms": Platform, "sites": Site}

FIXED = frozenset({"run", "population"})  # cannot change over months

__all__ = [
    "FIXED", "GROUPS", "NAMED", "Labour", "Levers", "Market", "Platform", "Population", "Run", "Site", "numbers",
]  # fmt: skip
