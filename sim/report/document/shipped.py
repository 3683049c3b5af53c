"""The shipped scenarios as tables: their controls, figures, values and fitted values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sim.evidence.evidence import facts
from sim.formats import exact
from sim.model.catalogue import load, model_catalogue
from sim.report.document.markdown import code, codes, table
from sim.scenario import ReportedFigure, Row, Scenario, describe
from sim.scenario.extending import chain, folders

_CONTROL_OF = re.compile(r"^The control of ([\w-]+):")
_CONTROL = re.compile(r"Control: ([\w-]+)\.")


class Shipped(NamedTuple):
    """A scenario with the name of the one that it extends, empty where it extends none."""

    scenario: Scenario
    parent: str


def place() -> Path:
    """The folder of the shipped scenarios, never the user's own."""
    return next(folder for folder in folders()[1:] if folder.is_dir())


@cache
def shipped() -> dict[str, Shipped]:
    """The scenarios that come with the package, by name."""
    found = {}
    for file in sorted(place().glob("*.toml"), key=lambda file: file.stem):
        parent = str(chain(str(file))[0].table.get("extends", ""))
        found[file.stem] = Shipped(load(file), parent.removesuffix(".toml"))
    return found


def scenarios() -> str:
    """Every scenario: its world and length, what it extends, its control, and its figures of the article."""
    summaries = {name: it.scenario.summary for name, it in shipped().items()}
    controls = {found[1]: name for name, said in summaries.items() if (found := _CONTROL_OF.match(said))}
    controls |= {name: found[1] for name, said in summaries.items() if (found := _CONTROL.search(said))}
    rows = []
    for name, (scenario, parent) in shipped().items():
        population = scenario.group("population")
        figures = [f"`{key}`{_inherited(key, parent)}" for key in scenario.reported_figures]
        run = f"{scenario.calendar(0)}, {scenario.months} months, {scenario.replicates} worlds"
        world = f"{population.world} of {exact(population.enterprises)}"
        rows.append(
            (code(name), scenario.summary, world, run, code(parent), code(controls.get(name, "")), ", ".join(figures))
        )
    return table(("scenario", "what it shows", "world", "run", "extends", "control", "figures"), rows)


def _inherited(figure: str, parent: str) -> str:
    return " (inherited)" if parent and figure in shipped()[parent].scenario.reported_figures else ""


def figures() -> str:
    """Every figure that a scenario's own file states, and the fact that it is."""
    rows = (
        (code(name), code(it.name), exact(it.value), it.bound, it.month, code(fact_of(it)) or it.source.text)
        for name, it in own_figures()
    )
    return table(("scenario", "outcome", "value", "bound", "month", "fact"), rows)


def own_figures() -> Iterator[tuple[str, ReportedFigure]]:
    """The figures of every scenario that it does not inherit."""
    for name, (scenario, parent) in shipped().items():
        for figure in scenario.reported_figures.values():
            if not _inherited(figure.name, parent):
                yield name, figure


def fact_of(figure: ReportedFigure) -> str:
    """The fact that a figure states: that of the article which has its outcome's name and its value."""
    known = {fact.name: fact.value for fact in facts()}
    name = f"{figure.source.kind}.{figure.name}"
    return name if known.get(name) == figure.value else ""


def values() -> str:
    """Every value that a scenario's own file sets, and the default."""
    catalogue = model_catalogue()
    rows = []
    for name, row in own_values():
        known = catalogue.declaration(row.key)
        assert known is not None, row.key
        rows.append((code(name), code(row.key), _value(row), exact(known.default), row.unit, row.kind, row.source))
    return table(("scenario", "key", "value", "default", "unit", "kind", "source"), rows)


def own_values() -> Iterator[tuple[str, Row]]:
    """The values of every scenario that its own file sets."""
    for name, (scenario, _) in shipped().items():
        for row in describe(scenario):
            if row.origin == "file":
                yield name, row


def fitted() -> str:
    """Every value that was fitted, and to what: declared ones first, then those of scenarios."""
    rows = [
        (code(key), "", exact(it.default), it.source.text, codes(it.source.facts))
        for key, it in model_catalogue().parameters()
        if it.source.kind == "fitted"
    ]
    rows += [(code(it.key), code(name), _value(it), it.source, "") for name, it in own_values() if it.kind == "fitted"]
    return table(("key", "in", "value", "fitted to", "facts"), rows)


def _value(row: Row) -> str:
    return row.value if isinstance(row.value, str) else exact(row.value)
