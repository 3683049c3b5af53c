"""The section on rotations: each target as it was fitted, and as a fit to the others predicts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.language import later, meaning, tr
from sim.report.html.bands import ROTATION_SIGNS, pair_chart
from sim.report.html.markup import Markup, join, table, tag
from sim.report.html.page import Section
from sim.report.text.rotations import (
    asked_text,
    calibration_words,
    count_text,
    made_text,
    remarks,
    row_unit,
    target_words,
    wanted_text,
)
from sim.studies.questions.rotation import Rotation, Row

HEADING = later("Rotation: each target as predicted by a fit to the others")
WORDS = later(
    "Targets of a calibration stand in groups. In a rotation each group is left out in turn, parameters are fitted to "
    "the others, and what that fit predicts of the group is held to its bands. Medians and 90% intervals are of the "
    "posterior, over means of a few seeds, so of the parameters alone."
)


def rotation_sections(rotations: Sequence[Rotation], model: str) -> list[Section]:
    """The section, or an empty list without a rotation."""
    if not rotations:
        return []
    return [Section("rotation", tr(HEADING), join(tag("p", tr(WORDS)), [_rotation(it, model) for it in rotations]))]


def _rotation(it: Rotation, model: str) -> Markup:
    said = tr("{count}; {made}.", count=count_text(it), made=made_text(it))
    warnings = [tag("p", tr("{said}.", said=f"{words[0].upper()}{words[1:]}"), class_="warning")
                for words in remarks(it, model)]  # fmt: skip
    title = calibration_words(it.title) or it.name
    return join(tag("h3", title), tag("p", said), warnings, rotation_parts(it.name, it.rows))


def rotation_parts(name: str, rows: Sequence[Row]) -> Markup:
    """Figure and table."""
    heads = (
        tr("target"), tr("left out with"), tr("asked for"), tr("fitted"), tr("in the band"), tr("predicted"),
        tr("predicted in the band"), tr("effective sample size"),
    )  # fmt: skip
    caption = tr("{name}: fitted and predicted", name=name)
    numbers = table(heads, [_cells(row) for row in rows], (2, 3, 5, 7), caption)
    chart = pair_chart(f"rotation-{name}", name, rows, "fitted", "predicted")
    return chart_and_table(tr("Fitted and predicted"), tr(ROTATION_SIGNS), chart, numbers)


def chart_and_table(title: str, signs: str, chart: Markup, numbers: Markup) -> Markup:
    """A figure of targets under its caption, and the table of the same numbers."""
    caption = tag("figcaption", tag("b", title), " ", tag("span", signs))
    return join(tag("figure", caption, chart, class_="wide", tabindex=0), tag("div", numbers, class_="rotated"))


def asked_cell(row: Row) -> Markup:
    """A target's value and tolerance, band and unit."""
    band = tr("band {band}", band=wanted_text(row))
    return join(asked_text(row), tag("small", band), tag("small", row_unit(row).unit))


def median_cells(row: Row, kind: str) -> list[Markup]:
    """A median with its interval, and whether it lies in the band."""
    one, unit = row[kind], row_unit(row)
    said, kind = (tr("✓ in"), "yes") if one["within"] else (tr("✗ out"), "no")
    badge = tag("span", said, class_=f"badge {kind}")
    return [join(unit.number(one["median"]), tag("small", unit.span(one["low"], one["high"]))), badge]


def _cells(row: Row) -> list[Any]:
    cells: list[Any] = [
        join(target_words(row), tag("small", f"{row['scenario']}: {row['reading']}")),
        meaning("group", row["group"]), asked_cell(row),
    ]  # fmt: skip
    return [*cells, *median_cells(row, "fitted"), *median_cells(row, "predicted"), f"{row['predicted']['ess']:.0f}"]
