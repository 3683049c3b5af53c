"""A scenario written out as TOML."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from sim.declare import Value
from sim.scenario.faults import printable
from sim.scenario.scenario import Origin, Scenario
from sim.scenario.schedule import Schedule

_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')


def written(scenario: Scenario) -> str:
    """The whole scenario, each key with a comment that tells its origin.

    Figures for months outside the run, which no file may have, are left out.
    """
    return "\n".join(_lines(scenario)) + "\n"


def toml_value(value: Value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return toml_text(value) if isinstance(value, str) else repr(value)


def _lines(scenario: Scenario) -> Iterator[str]:
    yield f"title = {toml_text(scenario.title)}"
    yield f"summary = {toml_text(scenario.summary)}"
    yield f"headline = [{', '.join(map(toml_text, scenario.headline))}]"
    for table, keys in itertools.groupby(scenario.values, key=lambda key: key.rpartition(".")[0]):
        yield f"\n[{table}]"
        for key in keys:
            yield f"{key.rpartition('.')[2]} = {_value(scenario, key)}  # {_origin(scenario.origins[key])}"
    for figure in scenario.figures.values():
        if not 0 <= scenario.month_of(figure.month) < scenario.months:
            continue
        yield f"\n[figures.{figure.name}]"
        yield f"value = {figure.value!r}"
        yield f"month = {toml_text(figure.month)}"
        yield f"bound = {toml_text(figure.bound)}"
        yield f"source = {toml_text(figure.source.kind)}"
        yield f"text = {toml_text(figure.source.text)}"
    if scenario.sources:
        yield "\n[sources]"
    for key, source in scenario.sources.items():
        yield f"{toml_text(key)} = {toml_text(f'{source.kind}: {source.text}')}"


def _value(scenario: Scenario, key: str) -> str:
    value = scenario.values[key]
    if not isinstance(value, Schedule):
        return toml_value(value)
    points = zip(value.months, value.values, strict=True)
    parts = [f"before = {toml_value(value.before)}"]
    parts += [f"{toml_text(scenario.calendar(month))} = {toml_value(point)}" for month, point in points]
    if value.linear:
        parts.append('shape = "linear"')
    return f"{{ {', '.join(parts)} }}"


def _origin(origin: Origin) -> str:
    return printable(f"{origin.kind} {origin.place}".strip())


def toml_text(text: str) -> str:
    """A text as TOML writes it."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    letter = found.group()
    return f"\\{letter}" if letter in '"\\' else f"\\u{ord(letter):04x}"
