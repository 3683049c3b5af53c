"""A scenario as text and as JSON: every parameter with its source."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sim import letters
from sim.formats import value_words
from sim.language import later, meaning, month_text, tr, trc
from sim.report.shown import outcome_name, source_words, title_words
from sim.report.text.columns import WIDTH, columns, wrapped
from sim.report.text.run import bound_words
from sim.scenario import ReportedFigure, Row, Scenario, Schedule, describe
from sim.units import plausible, quantity, scheduled

_WIDEST = 24  # letters of a value in a column


def description_text(scenario: Scenario, kept: Collection[str] | None = None) -> str:
    """Every parameter of a scenario, or those of ``kept``: value and unit, below them range, place, source, meaning."""
    described = _described(scenario, kept)
    names = max(letters.cells(row.key) for row in described)
    table = [line for row in described for line in _lines(row, scenario, names)]
    return "\n".join([*_heading(scenario), "", *table])


def _heading(scenario: Scenario) -> list[str]:
    """What a scenario is, and what it must meet."""
    figures = []
    for it in scenario.reported_figures.values():
        known = scenario.catalogue.outcomes.get(it.name)
        places = {
            "outcome": outcome_name(it.name), "month": month_text(it.month), "file": it.stated,
            "value": bound_words(it.bound, quantity(it.value, known.unit if known else "")),
            "source": _source(it.source.kind, it.source.text),
        }  # fmt: skip
        if it.stated:
            said = tr("{outcome}: {value} in {month} ({source}), inherited from {file}", **places)
        else:
            said = tr("{outcome}: {value} in {month} ({source})", **places)
        figures.append(f"  {said}")
    lines = [f"{scenario.name}: {title_words(scenario.title)}" if scenario.title else scenario.name]
    lines += [title_words(scenario.summary)] if scenario.summary else []
    return [*lines, "", tr("must meet:"), *figures] if figures else lines


def _source(kind: str, text: str) -> str:
    """The kind of a source, and the source."""
    if kind and text:
        return tr("{kind}: {source}", kind=tr(kind), source=source_words(text))
    return tr(kind) or source_words(text)


_ORIGINS = (later("default"), later("file"), later("override"))


def _lines(row: Row, scenario: Scenario, names: int) -> Iterator[str]:
    """A parameter's value in its everyday unit; below it its range, where it is set, its source, and its meaning."""
    held = scenario.values[row.key]
    is_number = isinstance(held, int | float) and not isinstance(held, bool)
    value = quantity(held, row.unit) if is_number else value_words(row.value)
    if isinstance(held, Schedule):
        value = scheduled(held, row.unit, scenario.calendar)
    long = not is_number and len(value) > _WIDEST
    line = f"{letters.left(row.key, names)}  {tr('schedule') if long else value}"
    fits = letters.cells(line) <= WIDTH
    yield line if fits else line.partition(" (")[0]
    if long:
        yield from wrapped(value)
    range_ = plausible(row.plausible, row.unit) if row.plausible else _bounds(row)
    unit = "" if fits or range_ else row.unit
    told = (unit, range_, row.location or tr(row.origin), _source(row.kind, row.source))
    yield from wrapped(trc("between changes", "; ").join(filter(None, told)))
    yield from wrapped(meaning(row.key, row.meaning))


def _bounds(row: Row) -> str:
    """The allowed values in words, in the everyday unit."""
    low, high = row.bounds
    if low is not None and high is not None:
        return plausible((low, high), row.unit)
    if low is not None:
        return tr("of at least {value}", value=quantity(low, row.unit))
    return "" if high is None else tr("of at most {value}", value=quantity(high, row.unit))


def _described(scenario: Scenario, kept: Collection[str] | None) -> list[Row]:
    return [row for row in describe(scenario) if kept is None or row.key in kept]


def overview_text(scenario: Scenario, most: int) -> str:
    """A scenario in short: what it must meet, and the parameters that it sets itself, a row each."""
    described = describe(scenario)
    own = [row for row in described if row.origin != "default"]
    rows = [
        (row.key, _short_value(row, scenario), row.location or tr(row.origin),
         _source(row.kind, row.source))
        for row in own[:most]
    ]  # fmt: skip
    rest = len(described) - len(rows)
    lines = [
        *_heading(scenario),
        tr(
            "{count} replicates of {months} months from {month}",
            count=scenario.replicates,
            months=scenario.months,
            month=month_text(scenario.calendar(0)),
        ),
    ]
    lines += ["", columns((tr("parameter"), tr("value"), tr("set at"), tr("source")), rows)] if rows else []
    return "\n".join([*lines, "", tr("{count} more parameters: sim.parameters(scenario)", count=rest)])


def _short_value(row: Row, scenario: Scenario) -> str:
    held = scenario.values[row.key]
    is_number = isinstance(held, int | float) and not isinstance(held, bool)
    return quantity(held, row.unit) if is_number else value_words(row.value)


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
