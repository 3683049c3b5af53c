"""A difference in parts: its table and its figure, a waterfall, in its folder."""

from __future__ import annotations

import math

from sim.formats import number, seeds_text, signed
from sim.report.figures.axes import note, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, GREY, INK, VERMILION
from sim.report.text.explanations import rest_of_it
from sim.runs.seeds import begins
from sim.runs.store import write_all
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
    write_all(explanation.path, files)


def _waterfall(it: Explanation) -> Page:
    """Bars from the first scenario's mean to the second's, one part after another, with their intervals."""
    one, other = it.names
    names = [one, *(part.group for part in it.parts), other]
    drawn = f" over seeds and {it.orders} orders drawn (Student's t)"
    if not it.orders:
        drawn = f" over seeds, every combination run ({interval_kind(it.seeds)})"
    results = f"{it.first.path.name}, {it.second.path.name} and {it.combinations - 2} mixtures"
    adds = "Parts are Shapley values: on every seed they add up to the difference."
    rests = rests_text(rest_of_it(it))
    footer = (
        f"Mean over {seeds_text(it.seeds, begins(it.first.scenario))}, paired. Whiskers: 95% intervals{drawn}. {adds}",
        f"Rests on {rests}. Model {it.first.manifest['model']}. Source: outcomes.parquet of {results}.",
    )
    title = f"What made the difference in {it.outcome.replace('_', ' ')}"
    said = f"{other} less {one}, {it.month}: {signed(it.total.mean)} {it.unit}"
    key: list[KeyEntry] = [("band", BLUE, "adds")] if any(part.value >= 0 for part in it.parts) else []
    key += [("band", VERMILION, "takes away")] if any(part.value < 0 for part in it.parts) else []
    made = page(title, said, [*key, ("band", GREY, "all together")], footer, 1, tall=0.24 * len(names) + 0.13,
                columns=1, left=0.3 + 0.075 * max(map(len, names)), right=2.2, below=0.15)  # fmt: skip
    axes = made.axes(0)
    axes.grid(visible=False)
    axes.tick_params(axis="y", labelsize=8.5, labelcolor=INK)
    last, at = len(names) - 1, 0.0
    bars = [(part.value, part.low, part.high, BLUE if part.value >= 0 else VERMILION) for part in it.parts]
    axes.plot([0, 0], [-0.31, 1.31], color=GREY, linewidth=0.6)
    for place, (value, low, high, colour) in enumerate([*bars, (*it.total, GREY)], 1):
        at = 0.0 if place == last else at
        axes.barh(place, value, left=at, height=0.62, color=colour)
        if math.isfinite(low):  # one seed gives no interval
            axes.plot([at + low, at + high], [place, place], color=INK, linewidth=1.0)
        right = max(at, at + value, at + high)
        said = f"{signed(value)}, to a mean of {number(it.variant)}" if place == last else signed(value)
        note(axes, said, (right, place), (5, 0), va="center", fontsize=8, color=INK)
        at += value
        if place < last:
            axes.plot([at, at], [place - 0.31, place + 1.31], color=GREY, linewidth=0.6)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    note(axes, f"mean {number(it.baseline)}", (0.0, 0), (5, 0), va="center", fontsize=8)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(last + 0.6, -0.6)
    axes.set_xlabel(f"difference from {one}, {it.unit}" if it.unit else f"difference from {one}", fontsize=8)
    number_axis(axes.xaxis, 7)
    return made
