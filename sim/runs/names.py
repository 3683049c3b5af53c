"""Names of results: what is overridden in a scenario is part of its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.letters import cut, word

if TYPE_CHECKING:
    from sim.scenario import Scenario

_MOST = 80  # letters
_OF_THE_RUN = ("run.months", "run.seed", "run.start")  # a shorter run, or on other seeds, keeps its name


def own_name(scenario: Scenario) -> Scenario:
    """The scenario under a name that says what is overridden, such as ``shougang-rent-0.0004``."""
    changed = {
        key: scenario.values[key]
        for key in overridden(scenario)
        if not key.startswith("run.") and key in scenario.values
    }
    return replace(scenario, name=made_up(scenario.name, changed)) if changed else scenario


def overridden(scenario: Scenario) -> list[str]:
    """The keys whose values are no file's, but an option's or a call's; not the number of replicates."""
    return [
        key
        for key, origin in scenario.origins.items()
        if origin.kind == "override" and (not key.startswith("run.") or key in _OF_THE_RUN)
    ]


def made_up(name: str, changed: Mapping[str, Any]) -> str:
    """A name made of another and of what is changed; of values by month only the key."""
    parts = [name]
    for key, value in changed.items():
        parts.append(str(key).rpartition(".")[2])
        plain = value is None or isinstance(value, (bool, int, float, str))
        parts += [str(value)] if plain else []
    return cut(word("-".join(parts)), _MOST).strip("-.")
