"""A difference in parts: its table and its figure, a waterfall, in its folder."""

from __future__ import annotations

import math
from typing import Any

from sim.formats import minus, seeds_text
from sim.report.figures.axes import note, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, GREY, INK, VERMILION
from sim.report.shown import outcome_words
from sim.report.text.explanations import outcome_unit, rest_of_it
from sim.runs.noted import write_noted
from sim.runs.seeds import begins
from sim.runs.summary import csv_bytes
from sim.studies.estimators.intervals import interval_kind
from sim.studies.questions.explain import Explanation
from sim.studies.rests import rests_text


def draw_explanation(explanation: Explanation) -> None:
    """Write the table of parts and draw the waterfall, in the explanation's folder."""
    rows = [(part.group, part.value, part.low, part.high) for part in explanation.parts]
    parts = csv_bytes(("part", "value", "low", "high"), [*rows, ("total", *explanation.total)])
    with style():
        files = {"parts.csv": parts, **_waterfall(explanation).files("waterfall")}
    write_noted(explanation.path, files)


def _waterfall(it: Explanation) -> Page:
    """Bars from the first scenario's mean to the second's, one part after another, with their intervals."""
    one, other = it.names
    names = [one, *(part.group for part in it.parts), other]
    unit, catalogue = outcome_unit(it), it.first.scenario.catalogue
    drawn = f" over seeds and {it.orders} orders drawn (Student's t)"
    if not it.orders:
        drawn = f" over seeds, every combination run ({interval_kind()})"
    results = f"{it.first.path.name}, {it.second.path.name} and {it.combinations - 2} mixtures"
    adds = "Parts are Shapley values: on every seed they add up to the difference."
    rests = rests_text(rest_of_it(it))
    footer = (
        f"Mean over {seeds_text(it.seeds, begins(it.first.scenario))}, paired. Whiskers: 95% intervals{drawn}. {adds}",
        f"Rests on {rests}. Model {it.first.manifest['model']}. Source: outcomes.parquet of {results}.",
    )
    title = f"{outcome_words(catalogue, it.outcome)}: what made the difference"
    total = minus(f"{unit.signed(it.total.mean)} {unit.of_difference}".rstrip())
    said = f"{other} less {one} in {it.month}: {total}   {it.outcome}"
    key: list[KeyEntry] = [("band", BLUE, "adds")] if any(part.value >= 0 for part in it.parts) else []
    key += [("band", VERMILION, "takes away")] if any(part.value < 0 for part in it.parts) else []
    made = page(title, said, [*key, ("band", GREY, "all together")], footer, 1, tall=0.24 * len(names) + 0.13,
                columns=1, left=0.3 + 0.075 * max(map(len, names)), right=2.4, below=0.15, lines=0)  # fmt: skip
    axes = made.axes(0)
    axes.grid(visible=False)
    axes.tick_params(axis="y", labelsize=8.5, labelcolor=INK)
    beside: Any = {"xycoords": axes.get_yaxis_transform(), "va": "center", "fontsize": 8}  # right of the axes
    last, at = len(names) - 1, 0.0
    bars = [(part.value, part.low, part.high, BLUE if part.value >= 0 else VERMILION) for part in it.parts]
    axes.plot([0, 0], [-0.31, 1.31], color=GREY, linewidth=0.6)
    for place, (mean, below, above, colour) in enumerate([*bars, (*it.total, GREY)], 1):
        value, low, high = (end * unit.factor for end in (mean, below, above))
        at = 0.0 if place == last else at
        axes.barh(place, value, left=at, height=0.62, color=colour)
        if math.isfinite(low):  # one seed gives no interval
            axes.plot([at + low, at + high], [place, place], color=INK, linewidth=1.0)
        said = minus(unit.signed(mean))
        said += f", to a mean of {unit.number(it.variant)}" if place == last else ""
        note(axes, said, (1.0, place), (5, 0), color=INK, **beside)
        at += value
        if place < last:
            axes.plot([at, at], [place - 0.31, place + 1.31], color=GREY, linewidth=0.6)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    note(axes, f"a mean of {unit.number(it.baseline)}", (1.0, 0), (5, 0), **beside)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(last + 0.6, -0.6)
    axes.set_xlabel(", ".join(filter(None, (f"difference from {one}", unit.of_difference))), fontsize=8)
    number_axis(axes.xaxis, 7)
    return made
