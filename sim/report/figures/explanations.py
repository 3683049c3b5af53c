"""A difference in parts: its table and its figure, a waterfall, in its folder."""

from __future__ import annotations

import math
from typing import Any

from sim.formats import minus, seeds_text
from sim.language import listed, month_text, paragraph, tr
from sim.letters import cells, decoded
from sim.report.figures.axes import note, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, GREY, INK, VERMILION
from sim.report.sheets import and_unit, source_words
from sim.report.shown import outcome_words
from sim.report.text.explanations import outcome_unit, rest_of_it
from sim.runs.noted import write_noted
from sim.runs.seeds import begins
from sim.runs.summary import csv_bytes
from sim.studies.estimators.intervals import interval_kind
from sim.studies.questions.explain import Explanation
from sim.studies.rests import rests_text
from sim.units import with_unit


def draw_explanation(explanation: Explanation) -> None:
    """Write the table of parts and draw the waterfall, in the explanation's folder."""
    rows = [(part.group, part.value, part.low, part.high) for part in explanation.parts]
    parts = csv_bytes(("part", "value", "low", "high"), [*rows, ("total", *explanation.total)])
    with style():
        files = {"parts.csv": parts, **waterfall(explanation).files("waterfall")}
    write_noted(explanation.path, files)


def waterfall(it: Explanation) -> Page:
    """Bars from the first scenario's mean to the second's, one part after another, with their intervals."""
    one, other = it.names
    names = [one, *(part.group for part in it.parts), other]
    unit, catalogue = outcome_unit(it), it.first.scenario.catalogue
    seeds = seeds_text(it.seeds, begins(it.first.scenario))
    if it.orders:
        whiskers = tr(
            "Mean over {seeds}, paired. Whiskers: 95% intervals over seeds and {orders} orders drawn (Student's t).",
            seeds=seeds, orders=it.orders,
        )  # fmt: skip
    else:
        whiskers = tr(
            "Mean over {seeds}, paired. Whiskers: 95% intervals over seeds, every combination run ({kind}).",
            seeds=seeds, kind=interval_kind(),
        )  # fmt: skip
    both = [decoded(one.path.name) for one in (it.first, it.second)]
    mixed = it.combinations - 2
    results = tr("{first}, {second} and {count} mixtures", first=both[0], second=both[1], count=mixed)
    results = results if mixed else listed(both)  # a single part has none
    adds = tr("Parts are Shapley values: on every seed they add up to the difference.")
    footer = (
        paragraph(whiskers, adds),
        paragraph(
            tr("Rests on {rests}.", rests=rests_text(rest_of_it(it))),
            source_words(it.first.manifest["model"], "outcomes.parquet", [results]),
        ),
    )
    title = tr("{outcome}: what made the difference", outcome=outcome_words(catalogue, it.outcome))
    total = minus(with_unit(unit.signed(it.total.mean), unit.of_difference))
    said = tr(
        "{second} less {first} in {month}: {total}   {outcome}",
        second=other, first=one, month=month_text(it.month), total=total, outcome=it.outcome,
    )  # fmt: skip
    key: list[KeyEntry] = [("band", BLUE, tr("adds"))] if any(part.value >= 0 for part in it.parts) else []
    key += [("band", VERMILION, tr("takes away"))] if any(part.value < 0 for part in it.parts) else []
    made = page(title, said, [*key, ("band", GREY, tr("all together"))], footer, 1, tall=0.24 * len(names) + 0.13,
                columns=1, left=0.3 + 0.075 * max(map(cells, names)), right=2.4, below=0.15, lines=0)  # fmt: skip
    axes = made.axes(0)
    axes.grid(visible=False)
    axes.tick_params(axis="y", labelsize=8.5, labelcolor=INK)
    beside: Any = {"xycoords": axes.get_yaxis_transform(), "va": "center", "fontsize": 8}  # right of the axes
    last, at = len(names) - 1, 0.0
    bars = [(part.value, part.low, part.high, BLUE if part.value >= 0 else VERMILION) for part in it.parts]
    axes.plot([0, 0], [-0.31, 1.31], color=GREY, linewidth=0.6)
    for index, (mean, below, above, colour) in enumerate([*bars, (*it.total, GREY)], 1):
        value, low, high = (end * unit.factor for end in (mean, below, above))
        at = 0.0 if index == last else at
        axes.barh(index, value, left=at, height=0.62, color=colour)
        if math.isfinite(low):  # one seed gives no interval
            axes.plot([at + low, at + high], [index, index], color=INK, linewidth=1.0)
        said = minus(unit.signed(mean))
        if index == last:
            said = tr("{difference}, to a mean of {mean}", difference=said, mean=unit.number(it.variant))
        note(axes, said, (1.0, index), (5, 0), color=INK, **beside)
        at += value
        if index < last:
            axes.plot([at, at], [index - 0.31, index + 1.31], color=GREY, linewidth=0.6)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    note(axes, tr("a mean of {mean}", mean=unit.number(it.baseline)), (1.0, 0), (5, 0), **beside)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(last + 0.6, -0.6)
    below = tr("difference from {name}", name=one)
    axes.set_xlabel(and_unit(below, unit.of_difference), fontsize=8)
    number_axis(axes.xaxis, 7)
    return made
