"""Changes: the keys in which two scenarios differ, with both values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.scenario.writing import toml_value
from sim.studies.rests import source_of

if TYPE_CHECKING:
    from sim.scenario import Scenario

_UNCOMPARED = frozenset({"run.replicates"})  # the number of worlds is not part of a scenario's content


@dataclass(frozen=True)
class Change:
    """A key whose values differ between two scenarios.

    Attributes
    ----------
    key, unit
        Key and unit.
    old, new
        The values; None where a scenario has no such key.
    kind, source
        Kind of source, and source, of the old value.
    """

    key: str
    old: Any
    new: Any
    unit: str
    kind: str = ""
    source: str = ""


def changes(old: Scenario, new: Scenario) -> tuple[Change, ...]:
    """Keys whose resolved values differ, in the order of declaration."""
    keys = dict.fromkeys((*old.values, *new.values))
    return tuple(
        Change(key, as_plain(old, key), as_plain(new, key), *_unit_and_source(old, key))
        for key in keys
        if key not in _UNCOMPARED and as_plain(old, key) != as_plain(new, key)
    )


def as_setting(key: str, value: Any) -> str:
    """``KEY=VALUE`` as ``--set`` takes it; a schedule, as values by month, as an inline table.

    >>> as_setting("levers.demand", {"2014-01": 0.1, "shape": "linear"})
    'levers.demand={ "2014-01" = 0.1, "shape" = "linear" }'
    """
    if not isinstance(value, Mapping):
        return f"{key}={value if isinstance(value, str) else toml_value(value)}"
    return f"{key}={{ {', '.join(f'{toml_value(month)} = {toml_value(it)}' for month, it in value.items())} }}"


def as_plain(scenario: Scenario, key: str) -> Any:
    """A value as JSON has it: a schedule as values by month, with its shape where that is linear."""
    value = scenario.values.get(key)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    points = {scenario.calendar(month): point for month, point in zip(value.months, value.values, strict=True)}
    return {"before": value.before, **points, **({"shape": "linear"} if value.linear else {})}


def _unit_and_source(scenario: Scenario, key: str) -> tuple[str, str, str]:
    known = scenario.catalogue.declaration(key)
    unit = known.unit if known else ""
    if key not in scenario.values:
        return unit, "", ""
    source = source_of(scenario, key)
    return unit, source.kind, source.text
