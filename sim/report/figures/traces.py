"""Two worlds that part: their tables and their figure, in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.formats import number
from sim.report.figures.canvas import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Page,
    dress,
    months_as_years,
    page,
    style,
    write_figure,
)
from sim.report.text.traces import FATE, MOST_MECHANISMS, fate_json, mechanisms_of, trace_rests
from sim.runs.store import write_whole
from sim.runs.summary import csv_bytes
from sim.studies.questions.trace import Trace
from sim.studies.rests import rests_text


def draw_trace(trace: Trace, folder: Path) -> None:
    """Write the tables of months and enterprises and draw how far the worlds part, in ``folder``."""
    fates = [fate_json(trace, fate) for fate in trace.fates if fate.diverged]
    heads = list(FATE)
    write_whole(folder / "enterprises.csv", csv_bytes(heads, ([fate[head] for head in heads] for fate in fates)))
    mechanisms = mechanisms_of(trace)
    write_whole(
        folder / "months.csv",
        csv_bytes(
            ("month", "alive", "differing", "only_first", "only_second", "other_staff", *mechanisms),
            (
                (trace.scenario.calendar(row.month), row.alive, row.differing, row.only_first, row.only_second,
                 row.other_staff, *(row.by_mechanism.get(name, 0) for name in mechanisms))
                for row in trace.months
            ),
        ),
    )  # fmt: skip
    with style():
        write_figure(folder, "parting", _parting_page(trace))


def _parting_page(trace: Trace) -> Page:
    """Share of enterprises that differ, by the mechanism in which each first did; enterprises of one world only."""
    it = trace
    colours: tuple[str, ...] = (BLUE, ORANGE, GREEN, PURPLE, SKY)
    shown = mechanisms_of(it)[:MOST_MECHANISMS]
    years = months_as_years(it.scenario.start, len(it.months))
    alive = np.array([max(1, row.alive) for row in it.months])
    parts = [np.array([row.by_mechanism.get(name, 0) for row in it.months]) for name in shown]
    others = np.array([row.differing for row in it.months]) - sum(parts, np.zeros(len(it.months)))
    names = list(shown)
    if others.any():
        parts, names, colours = [*parts, others], [*names, "others"], (*colours[: len(shown)], GREY)
    names_of = it.first_name, it.second_name
    rests = rests_text(trace_rests(it))
    counted = "An enterprise counts under the mechanism in which a state of it first differed."
    footer = (
        f"One pair of worlds, replicate {it.replicate} of seed {it.seed}: one seed has no interval. {counted}",
        f"Rests on {rests}. Model {it.version}. Source: months.csv in {it.folder}.",
    )
    first = it.first_enterprise
    said = (
        "no enterprise ever differs"
        if first is None
        else f"first in {it.scenario.calendar(first.month)}, in {first.mechanism}"
    )
    made = page(f"{names_of[1]} beside {names_of[0]}: where two worlds part", said, (), footer, 2, tall=1.9)
    axes = made.axes(0)
    box = axes.get_position()
    axes.set_position((box.x0, box.y0, 0.8 * box.width, box.height))  # room for the labels
    if parts:
        axes.stackplot(years, [100.0 * part / alive for part in parts], colors=colours, linewidth=0)
    dress(axes, "enterprises that differ", "% of those alive in either world", (years[0], years[-1]))
    axes.set_ylim(0, max(1.0, 105.0 * max(row.differing / max(1, row.alive) for row in it.months)))
    below = 0.0
    top = axes.get_ylim()[1]
    placed = -top
    for name, part in zip(names, parts, strict=True):
        height = 100.0 * part[-1] / alive[-1]
        placed = max(below + height / 2, placed + 0.055 * top)
        axes.annotate(f"{name} {height:.1f}%", (1.0, placed), (4, 0), xycoords=axes.get_yaxis_transform(),
                      textcoords="offset points", va="center", fontsize=7.5, color=INK,
                      annotation_clip=False)  # fmt: skip
        below += height
    axes = made.axes(1)
    ends = []
    for name, colour, counts in zip(
        names_of, (BLUE, VERMILION), ([row.only_first for row in it.months], [row.only_second for row in it.months]),
        strict=True,
    ):  # fmt: skip
        axes.plot(years, counts, color=colour, linewidth=1.5)
        ends.append((counts[-1], name, colour))
    dress(axes, "alive in one world only", "enterprises", (years[0], years[-1]))
    axes.set_ylim(0, 1.05 * max(1, *(count for count, _, _ in ends), axes.get_ylim()[1] / 1.05))
    placed = -axes.get_ylim()[1]
    for count, name, colour in sorted(ends):
        placed = max(count, placed + 0.06 * axes.get_ylim()[1])
        axes.annotate(f"{name} {number(count)}", (1.0, placed), (-3, 5), xycoords=axes.get_yaxis_transform(),
                      textcoords="offset points", ha="right", fontsize=8, color=colour,
                      annotation_clip=False)  # fmt: skip
    return made
