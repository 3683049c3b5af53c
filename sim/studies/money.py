"""The year of a scenario's money: the model has no inflation, so that all amounts are of one year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario import Scenario

PRICES = 2015  # of the data that the shipped worlds rest on
_OWN = "place.toml:"  # where a place of one's own takes what it does not set
_SAID = re.compile(r"(?:money|prices|yuan) of (\d{4})", re.IGNORECASE)


def money_year(scenario: Scenario) -> int:
    """The year of a scenario's money.

    That which its title or summary says (``Money of 2023.``); else the first year of a place of one's own, whose
    amounts are of its time; else 2015, as in the data behind the shipped worlds.

    >>> from sim.model.catalogue import load
    >>> money_year(load("shougang")), money_year(load("place"))
    (2015, 2025)
    """
    said = _SAID.search(f"{scenario.title} {scenario.summary}")
    if said:
        return int(said[1])
    first = scenario.start[0]
    own = any(origin.location.startswith(_OWN) for origin in scenario.origins.values())
    return first if own or first > PRICES else PRICES  # a stored scenario does not name the files that it was made of
