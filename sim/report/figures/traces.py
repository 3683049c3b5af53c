"""Two worlds that diverge: their tables and figure, in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sim.formats import number
from sim.language import later, meaning, month_text, paragraph, tr
from sim.report.figures.axes import dress, note
from sim.report.figures.canvas import Page, page, style
from sim.report.figures.colours import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION
from sim.report.text.traces import FATE, MOST_MECHANISMS, fate_json, mechanisms_of, trace_rests
from sim.runs.noted import write_noted
from sim.runs.summary import csv_bytes
from sim.studies.questions.trace import Trace
from sim.studies.rests import rests_text

OTHERS = later("other mechanisms")


def draw_trace(trace: Trace, folder: Path) -> None:
    """Write the tables of months and enterprises and draw how far the worlds part, in ``folder``."""
    fates = [fate_json(trace, fate) for fate in trace.fates if fate.diverged]
    mechanisms = mechanisms_of(trace)
    heads = ("month", "alive", "differing", "only_first", "only_second", "other_staff", *mechanisms)
    months = [
        (trace.scenario.calendar(row.month), row.alive, row.differing, row.only_first, row.only_second,
         row.other_staff, *(row.by_mechanism.get(name, 0) for name in mechanisms))
        for row in trace.months
    ]  # fmt: skip
    tables = {
        "enterprises.csv": csv_bytes(FATE, ([fate[head] for head in FATE] for fate in fates)),
        "months.csv": csv_bytes(heads, months),
    }
    with style():
        write_noted(folder, tables | _parting_page(trace).files("parting"))


def _through(name: str) -> str:
    """A mechanism as such: ``jobs`` alone would read as an outcome."""
    return tr(OTHERS) if name == OTHERS else tr("mechanism {name}", name=meaning("mechanism", name))


def _parting_page(it: Trace) -> Page:
    """Share of enterprises that differ, by the mechanism in which each first did; enterprises of one world only."""
    names = mechanisms_of(it)[:MOST_MECHANISMS]
    colours = [BLUE, ORANGE, GREEN, PURPLE, SKY][: len(names)]
    alive = np.array([max(1, row.alive) for row in it.months])
    parts = [np.array([row.by_mechanism.get(name, 0) for row in it.months]) for name in names]
    others = np.array([row.differing for row in it.months]) - sum(parts, np.zeros(len(it.months)))
    if others.any():
        parts, names, colours = [*parts, others], [*names, OTHERS], [*colours, GREY]
    counted = tr("An enterprise counts under the mechanism in which a state of it first differed.")
    one = tr(
        "One pair of worlds, replicate {replicate} of seed {seed}: one seed has no interval.",
        replicate=it.replicate, seed=it.seed,
    )  # fmt: skip
    rests = tr("Rests on {rests}.", rests=rests_text(trace_rests(it)))
    source = tr("Model {model}. Source: {data} in {folder}.", model=it.version, data="months.csv", folder=it.folder)
    footer = (paragraph(one, counted), paragraph(rests, source))
    first = it.first_enterprise
    said = tr("no enterprise ever differs")
    if first is not None:
        said = tr(
            "the first enterprise differs in {month}, in the mechanism {name}",
            month=month_text(it.scenario.calendar(first.month)), name=meaning("mechanism", first.mechanism),
        )  # fmt: skip
    title = tr("{second} beside {first}: where two worlds part", second=it.second_name, first=it.first_name)
    made = page(title, said, (), footer, 2, tall=1.9, between=0.72, right=1.7)
    axes = made.figure.add_subplot(made.grid[0].subgridspec(1, 2, width_ratios=(0.66, 0.34))[0])  # room for the labels
    months = len(it.months)
    if parts:
        axes.stackplot(range(months), [100.0 * part / alive for part in parts], colors=colours, linewidth=0)
    dress(axes, tr("Enterprises that differ, by the mechanism that came first"),
          tr("% of those alive in either world"), it.scenario.start, months)  # fmt: skip
    axes.set_xlim(-0.5, months - 1)  # the first year's tick is at -0.5
    top = max(1.0, 105.0 * max(row.differing / max(1, row.alive) for row in it.months))
    axes.set_ylim(0, top)
    how: Any = {"xycoords": axes.get_yaxis_transform(), "color": INK, "va": "center"}
    below, placed = 0.0, -top
    for name, part in zip(names, parts, strict=True):
        height = 100.0 * part[-1] / alive[-1]
        placed = max(below + height / 2, placed + 0.055 * top)
        note(axes, f"{_through(name)} {height:.1f}%", (1.0, placed), (4, 0), **how)
        below += height
    axes = made.axes(1)
    ends = []
    for name, colour, counts in (
        (it.first_name, BLUE, [row.only_first for row in it.months]),
        (it.second_name, VERMILION, [row.only_second for row in it.months]),
    ):
        axes.plot(counts, color=colour, linewidth=1.5)
        ends.append((counts[-1], name, colour))
    dress(axes, tr("Alive in one world only"), meaning("unit", "enterprises"), it.scenario.start, months, whole=True)
    axes.set_xlim(-0.5, months - 1)
    top = 1.05 * max(1, *(count for count, _, _ in ends), axes.get_ylim()[1] / 1.05)
    axes.set_ylim(0, top)
    how = {"xycoords": axes.get_yaxis_transform(), "va": "center", "fontsize": 8}
    placed = -top
    for count, name, colour in sorted(ends):
        placed = max(count, placed + 0.06 * top)
        note(axes, tr("{count} in {name}", count=number(count), name=name), (1.0, placed), (5, 0), color=colour, **how)
    return made
