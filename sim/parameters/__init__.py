"""The parameter tree: every key a scenario may set, each declared once with unit, bounds, meaning and source."""

from __future__ import annotations

from sim.kernel.types import numbers, typed
from sim.parameters import mechanisms as _mechanisms
from sim.parameters.world import Labour, Levers, Market, Platform, Population, Run, Site

GROUPS: dict[str, type] = {
    "run": Run,
    "population": Population,
    "market": Market,
    "labour": Labour,
    "levers": Levers,
    **{f"mechanisms.{name}": group for name, group in _mechanisms.MECHANISMS.items()},
}

NAMED: dict[str, type] = {"platforms": Platform, "sites": Site}

FIXED = frozenset({"run", "population"})  # cannot change over months


for _group in (*GROUPS.values(), *NAMED.values()):
    typed(_group)

__all__ = [
    "FIXED", "GROUPS", "NAMED", "Labour", "Levers", "Market", "Platform", "Population", "Run", "Site", "numbers",
]  # fmt: skip
