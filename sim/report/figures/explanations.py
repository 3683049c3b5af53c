"""A difference in parts: its table and its figure, a waterfall, in its folder."""

from __future__ import annotations

import math
from typing import Any

from sim.formats import number, signed
from sim.report.figures.canvas import BLUE, GREY, INK, VERMILION, KeyEntry, Page, number_axis, page, style, write_figure
from sim.report.text.explanations import rest_of_it
from sim.runs.store import write_whole
from sim.runs.summary import csv_bytes
from sim.studies.estimators.intervals import interval_kind
from sim.studies.questions.explain import Explanation
from sim.studies.rests import rests_text


def draw_explanation(explanation: Explanation) -> None:
    """Write the table of parts and draw the waterfall, in the explanation's folder."""
    rows = [(part.group, part.value, part.low, part.high) for part in explanation.parts]
    parts = csv_bytes(("part", "value", "low", "high"), [*rows, ("total", *explanation.total)])
    write_whole(explanation.path / "parts.csv", parts)
    with style():
        write_figure(explanation.path, "waterfall", _waterfall(explanation))


def _waterfall(explanation: Explanation) -> Page:
    """Bars from the first scenario's mean to the second's, one part after another, with their intervals."""
    it = explanation
    one, other = it.names
    names = [one, *(part.group for part in it.parts), other]
    adds = "Parts are Shapley values: on every seed they add up to the difference."
    drawn = f" over seeds and {it.orders} orders drawn (Student's t)"
    if not it.orders:
        drawn = f" over seeds, every combination run ({interval_kind(it.seeds)})"
    results = f"{it.first.path.name}, {it.second.path.name} and {it.combinations - 2} mixtures"
    rests = rests_text(rest_of_it(it))
    footer = (
        f"Mean over {it.seeds} seeds from seed {it.first.seed}, paired. Whiskers: 95% intervals{drawn}. {adds}",
        f"Rests on {rests}. Model {it.first.manifest['model']}. Source: outcomes.parquet of {results}.",
    )
    title = f"What made the difference in {it.outcome.replace('_', ' ')}"
    said = f"{other} less {one}, {it.month}: {signed(it.total.mean)} {it.unit}"
    key: list[KeyEntry] = [("band", BLUE, "adds")] if any(part.value >= 0 for part in it.parts) else []
    key += [("band", VERMILION, "takes away")] if any(part.value < 0 for part in it.parts) else []
    made = page(title, said, [*key, ("band", GREY, "all together")], footer, 1, tall=0.24 * len(names))
    width, height = made.figure.get_size_inches()
    low, high = 0.62 + 0.12 * len(footer), made.height - 1.15
    left = 0.3 + 0.075 * max(map(len, names))
    axes = made.figure.add_axes((left / width, low / height, (width - left - 1.0) / width, (high - low) / height))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=8.5, labelcolor=INK)
    at = 0.0
    marks = []
    for place, part in enumerate(it.parts, 1):
        axes.barh(place, part.value, left=at, height=0.62, color=BLUE if part.value >= 0 else VERMILION)
        _whisker(axes, place, at + part.low, at + part.high)
        marks.append((place, max(at, at + part.value, at + part.high), part.value))
        at += part.value
        axes.plot([at, at], [place - 0.31, place + 1.31], color=GREY, linewidth=0.6)
    axes.plot([0, 0], [-0.31, 1.31], color=GREY, linewidth=0.6)
    last = len(names) - 1
    axes.barh(last, it.total.mean, height=0.62, color=GREY)
    _whisker(axes, last, it.total.low, it.total.high)
    marks.append((last, max(0.0, it.total.mean, it.total.high), it.total.mean))
    for place, right, value in marks:
        axes.annotate(signed(value), (right, place), (5, 0), textcoords="offset points", va="center", fontsize=8,
                      color=INK, annotation_clip=False)  # fmt: skip
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.annotate(f"mean {number(it.baseline)}", (0.0, 0), (5, 0), textcoords="offset points", va="center", fontsize=8,
                  color=GREY, annotation_clip=False)  # fmt: skip
    axes.annotate(f"mean {number(it.variant)}", (1.0, last), (8, 0), xycoords=axes.get_yaxis_transform(),
                  textcoords="offset points", va="center", fontsize=8, color=GREY, annotation_clip=False)  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(last + 0.6, -0.6)
    axes.set_xlabel(f"difference from {one}, {it.unit}" if it.unit else f"difference from {one}",
                    fontsize=8, color=GREY)  # fmt: skip
    number_axis(axes.xaxis, 7)
    return made


def _whisker(axes: Any, place: int, low: float, high: float) -> None:
    if math.isfinite(low):  # one seed gives no interval
        axes.plot([low, high], [place, place], color=INK, linewidth=1.0)
