"""Every parameter of a scenario as a row: value, meaning, origin and source."""

from __future__ import annotations

from typing import NamedTuple

from sim.declare import Value
from sim.scenario import keys
from sim.scenario.scenario import Scenario
from sim.scenario.schedule import Schedule
from sim.scenario.writing import toml_value


class Row(NamedTuple):
    """One parameter; a schedule's ``value`` is text; ``kind`` and ``source`` belong to this value."""

    key: str
    value: Value
    unit: str
    plausible: tuple[float, float] | None
    bounds: tuple[float | None, float | None]
    kind: str
    source: str
    origin: str
    location: str
    meaning: str


def describe(scenario: Scenario) -> list[Row]:
    """A row for every parameter, in order of declaration."""
    names = {"platforms": scenario.platforms, "sites": scenario.sites}
    return [_row(scenario, key, leaf) for key, leaf in keys.known(scenario.catalogue).parameters(names)]


def schedule_text(scenario: Scenario, schedule: Schedule) -> str:
    """A schedule in words, such as ``0.0, from 2013-01 0.1, from 2015-01 0.2``."""
    word = "at" if schedule.linear else "from"
    points = zip(schedule.months, schedule.values, strict=True)
    said = [f"{word} {scenario.calendar(month)} {toml_value(value)}" for month, value in points]
    return ", ".join([toml_value(schedule.before), *said]) + (", linear between" if schedule.linear else "")


def _shown(value: Value) -> Value:
    """A value, of a text of many lines their number."""
    lines = value.strip().count("\n") if isinstance(value, str) else 0
    return f"{lines + 1:,} lines" if lines else value


def _row(scenario: Scenario, key: str, leaf: keys.Leaf) -> Row:
    value, origin, parameter = scenario.values[key], scenario.origins[key], leaf.parameter
    source = scenario.sources.get(key, parameter.source)
    return Row(
        key=key,
        value=schedule_text(scenario, value) if isinstance(value, Schedule) else _shown(value),
        unit=parameter.unit,
        plausible=parameter.plausible,
        bounds=(parameter.low, parameter.high),
        kind=source.kind,
        source=source.text,
        origin=origin.kind,
        location=origin.location,
        meaning=parameter.meaning,
    )
