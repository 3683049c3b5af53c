"""A scenario as text and as JSON: every parameter with its source."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sim.formats import number, plain, span
from sim.report.text.columns import WIDTH, columns, wrapped
from sim.scenario import ReportedFigure, Row, Scenario, describe, range_text

_WIDEST = 24  # letters of a value in a column


def description_text(scenario: Scenario, kept: Collection[str] | None = None) -> str:
    """Every parameter of a scenario, or those of ``kept``: value and unit, below them range, place, source, meaning."""
    described = _described(scenario, kept)
    names = max(len(row.key) for row in described)
    table = [line for row in described for line in _lines(row, names)]
    return "\n".join([*_heading(scenario), "", *table])


def _heading(scenario: Scenario) -> list[str]:
    """What a scenario is, and what it must meet."""
    figures = []
    for it in scenario.reported_figures.values():
        source = ": ".join(filter(None, (it.source.kind, it.source.text)))
        inherited = f", inherited from {it.stated}" if it.stated else ""
        figures.append(f"  {it.name}: {it.bound} {number(it.value)} in {it.month} ({source}){inherited}")
    lines = [f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name]
    lines += [scenario.summary] if scenario.summary else []
    return [*lines, "", "must meet:", *figures] if figures else lines


def _described(scenario: Scenario, kept: Collection[str] | None) -> list[Row]:
    return [row for row in describe(scenario) if kept is None or row.key in kept]


def overview_text(scenario: Scenario, most: int) -> str:
    """A scenario in short: what it must meet, and the parameters that it sets itself, a row each."""
    described = describe(scenario)
    own = [row for row in described if row.origin != "default"]
    rows = [
        (
            row.key,
            plain(row.value),
            row.unit,
            row.location or row.origin,
            ": ".join(filter(None, (row.kind, row.source))),
        )
        for row in own[:most]
    ]
    rest = len(described) - len(rows)
    lines = [
        *_heading(scenario),
        f"{scenario.replicates} replicates of {scenario.months} months from {scenario.calendar(0)}",
    ]
    lines += ["", columns(("parameter", "value", "unit", "set at", "source"), rows)] if rows else []
    return "\n".join([*lines, "", f"{rest} more parameters: sim.parameters(scenario)"])


def _lines(row: Row, names: int) -> Iterator[str]:
    """A parameter's value and unit, and below them its range, where it is set, its source, and its meaning."""
    value = "schedule" if _long(row.value) else plain(row.value)
    line = f"{row.key:{names}}  {value} {row.unit}".rstrip()
    fits = len(line) <= WIDTH
    yield line if fits else f"{row.key:{names}}  {value}"
    if _long(row.value):
        yield from wrapped(str(row.value))
    range_ = span(*row.plausible) if row.plausible else range_text(*row.bounds)
    source = ": ".join(filter(None, (row.kind, row.source)))
    said = "; ".join(filter(None, ("" if fits else row.unit, range_, row.location or row.origin, source)))
    yield from wrapped(said)
    yield from wrapped(row.meaning)


def description_json(scenario: Scenario, kept: Collection[str] | None = None) -> dict[str, Any]:
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
            for row in _described(scenario, kept)
        ],
    }


def _figure_json(it: ReportedFigure) -> dict[str, Any]:
    said = {"value": it.value, "month": it.month, "bound": it.bound}
    return said | {"kind": it.source.kind, "source": it.source.text, "stated": it.stated}


def _long(value: Any) -> bool:
    """Whether a value would make its column too wide: a schedule of several months."""
    return isinstance(value, str) and len(value) > _WIDEST
