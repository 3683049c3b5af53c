"""The parameter tree: every key a scenario may set, each declared once with unit, bounds, meaning and source."""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import Any

from sim.declare import declared
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


def _numeric(group: type) -> Any:
    """A group's parameters that are no text, as a tuple of that many names."""
    names = [name for name, parameter in declared(group).items() if parameter.type is not str]
    return namedtuple(f"{group.__name__}Numbers", names, module=__name__)


# Compiled loops are handed numbers alone: text takes them ten times as long. Machine code is kept by the names of these
# types, so they stand in this module.
PopulationNumbers, SiteNumbers = _numeric(Population), _numeric(Site)
_NUMBERS = {Population: PopulationNumbers, Site: SiteNumbers}


@lru_cache(maxsize=256)
def numbers(group: Any) -> Any:
    """The parameters of a population or site without those that are text."""
    kind = _NUMBERS[type(group)]
    return kind(*[getattr(group, name) for name in kind._fields])


__all__ = [
    "FIXED", "GROUPS", "NAMED", "Labour", "Levers", "Market", "Platform", "Population", "Run", "Site", "numbers",
]  # fmt: skip
