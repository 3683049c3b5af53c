"""A scenario as text and as JSON: every parameter with its source."""

from __future__ import annotations

from typing import Any

from sim.formats import number, plain, span
from sim.report.text.columns import columns
from sim.scenario import ReportedFigure, Scenario, describe, range_text

_WIDEST = 24  # letters of a value in a column


def description_text(scenario: Scenario) -> str:
    """Every parameter of a scenario: value, unit, range, where the value came from, and its source."""
    heads = ("parameter", "value", "unit", "range", "from", "kind", "source")
    described = describe(scenario)
    rows = (
        (
            row.key, "schedule" if _long(row.value) else plain(row.value), row.unit,
            span(*row.plausible) if row.plausible else range_text(*row.bounds),
            row.location or row.origin, row.kind, row.source,
        )
        for row in described
    )  # fmt: skip
    head, *lines = columns(heads, rows, right=(1,)).split("\n")
    table = [head]
    for row, line in zip(described, lines, strict=True):
        table += [line, f"    {row.value}"] if _long(row.value) else [line]
    figures = []
    for it in scenario.reported_figures.values():
        source = ": ".join(filter(None, (it.source.kind, it.source.text)))
        figures.append(f"  {it.name}: {it.bound} {number(it.value)} in {it.month} ({source})")
    lines = [f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name]
    lines += [scenario.summary] if scenario.summary else []
    lines += ["", "must meet:", *figures] if figures else []
    return "\n".join([*lines, "", *table])


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
    return said | {"kind": it.source.kind, "source": it.source.text}


def _long(value: Any) -> bool:
    """Whether a value would make its column too wide: a schedule of several months."""
    return isinstance(value, str) and len(value) > _WIDEST
