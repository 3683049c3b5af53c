"""A scenario as text and as JSON: every parameter with its source."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from sim.formats import plain
from sim.report.text.columns import WIDTH
from sim.scenario import ReportedFigure, Row, Scenario, Schedule, describe
from sim.units import plausible, quantity, scheduled

_WIDEST = 24  # letters of a value in a column


def description_text(scenario: Scenario) -> str:
    """Every parameter of a scenario: value and unit, and below them range, where the value is set, and its source."""
    described = describe(scenario)
    names = max(len(row.key) for row in described)
    table = [line for row in described for line in _lines(row, scenario, names)]
    figures = []
    for it in scenario.reported_figures.values():
        source = ": ".join(filter(None, (it.source.kind, it.source.text)))
        inherited = f", inherited from {it.stated}" if it.stated else ""
        known = scenario.catalogue.outcomes.get(it.name)
        value = quantity(it.value, known.unit if known else "")
        figures.append(f"  {it.name}: {it.bound} {value} in {it.month} ({source}){inherited}")
    lines = [f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name]
    lines += textwrap.wrap(scenario.summary, WIDTH)
    lines += ["", "must meet:", *figures] if figures else []
    return "\n".join([*lines, "", *table])


def _lines(row: Row, scenario: Scenario, names: int) -> Iterator[str]:
    """A parameter's value in its everyday unit, and below it its range, where it is set, and its source."""
    held = scenario.values[row.key]
    is_number = isinstance(held, int | float) and not isinstance(held, bool)
    value = quantity(held, row.unit) if is_number else plain(row.value)
    if isinstance(held, Schedule):
        value = scheduled(held, row.unit, scenario.calendar)
    long = not is_number and len(value) > _WIDEST
    line = f"{row.key:{names}}  {'schedule' if long else value}"
    fits = len(line) <= WIDTH
    yield line if fits else line.partition(" (")[0]
    if long:
        yield from _wrapped(value)
    range_ = plausible(row.plausible, row.unit) if row.plausible else _bounds(row)
    source = ": ".join(filter(None, (row.kind, row.source)))
    unit = "" if fits or range_ else row.unit
    yield from _wrapped("; ".join(filter(None, (unit, range_, row.location or row.origin, source))))


def _bounds(row: Row) -> str:
    """The allowed values in words, in the everyday unit."""
    low, high = row.bounds
    if low is not None and high is not None:
        return plausible((low, high), row.unit)
    words = "of at least" if low is not None else "of at most"
    return "" if low is None and high is None else f"{words} {quantity(high if low is None else low, row.unit)}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="      ", break_long_words=False)


def description_json(scenario: Scenario) -> dict[str, Any]:
    """The same as one object."""
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "summary": scenario.summary,
        "digest": scenario.digest(),
        "headline": list(scenario.headline),
        "figures": {name: _figure_json(it) for name, it in scenario.reported_figures.items()},
        # Scripts read the field under its first name, "place".
        "parameters": [
            {"place" if name == "location" else name: value for name, value in row._asdict().items()}
            for row in describe(scenario)
        ],
    }


def _figure_json(it: ReportedFigure) -> dict[str, Any]:
    said = {"value": it.value, "month": it.month, "bound": it.bound}
    return said | {"kind": it.source.kind, "source": it.source.text, "stated": it.stated}
