"""What an outcome rests on, in figures: a tornado of effects, the indices, and whose the variance is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.formats import label, short
from sim.report.figures.axes import note, number_axis
from sim.report.figures.canvas import Page, page, style
from sim.report.figures.colours import BLUE, FAINT, GREEN, GREY, INK, ORANGE, PURPLE, VERMILION
from sim.report.text.sensitivities import KIND_WORDS, MOST_ROWS, how_text, percent_text
from sim.runs.store import Say, Store
from sim.studies.questions.sensitivity import Sensitivities
from sim.studies.stored_sensitivity import Sensitivity, VariedParameter

_KIND_COLOURS = {"assumption": ORANGE, "fitted": BLUE, "evidence": GREEN, "article": PURPLE, "seed": FAINT}


def draw_sensitivities(made: Sensitivities, say: Say) -> None:
    """Draw every outcome's page, in the study's folder."""
    with style():
        files = {name: data for stem, it in made.outcomes.items() for name, data in _page(it).files(stem).items()}
    Store(made.path).ensure(files, say)


def _page(it: Sensitivity) -> Page:
    rows = it.parameters[:MOST_ROWS]
    kinds = [kind for kind in it.kinds if kind != "seed"]
    key: list[Any] = [("band", _KIND_COLOURS[kind], kind) for kind in kinds]
    what = f"{label(it.outcome)}, {it.scenario}{f' less {it.against}' if it.against else ''}: what it rests on"
    left = len(it.parameters) - len(rows)
    shown = f"the {len(rows)} largest of {len(it.parameters)} parameters" if left else f"{len(rows)} parameters"
    words = "Lines: 95% intervals, over resamples of the design."
    footer = (f"{how_text(it)}. {words}", f"Model {it.model}. Source: indices.parquet of {it.path.name}.")
    rest = 0.5 + 0.24 * len(rows)  # inches below the strip
    made = page(what, f"{it.month}; {shown}", key, footer, 1, tall=(rest + 0.56) / 1.42, columns=1, left=2.9,
                right=0.3, below=0.35)  # fmt: skip
    grid = made.grid[0].subgridspec(2, 2, height_ratios=(0.16, rest), width_ratios=(4.3, 3.7), hspace=0.8 / rest)
    tornado, indices = (made.figure.add_subplot(grid[1, column]) for column in (0, 1))
    if not math.isnan(it.split.parameters.value):
        _strip(made.figure.add_subplot(grid[0, :]), it)
    _tornado(tornado, it, rows)
    if it.method == "morris":
        _scatter(indices, it, rows)
    else:
        _dots(indices, rows)
    return made


def _strip(axes: Axes, it: Sensitivity) -> None:
    """The variance as one bar, by kind of source, with luck at the end."""
    begin = 0.0
    for kind, share in it.kinds.items():
        axes.barh(0, share, left=begin, color=_KIND_COLOURS[kind], edgecolor="white", linewidth=0.8)
        if share > 0.06:
            axes.text(begin + share / 2, 0, f"{KIND_WORDS.get(kind, kind)} {share:.0%}", ha="center", va="center",
                      fontsize=7, color="white" if kind == "fitted" else INK)  # fmt: skip
        begin += share
    axes.set_xlim(0, 1)
    axes.set_axis_off()
    words = f"variance: parameters {percent_text(it.split.parameters)},\nseed {percent_text(it.split.seed)}"
    axes.text(-0.015, 0, words, ha="right", va="center", fontsize=7, color=GREY)


def _tornado(axes: Axes, it: Sensitivity, rows: Sequence[VariedParameter]) -> None:
    heights = -np.arange(len(rows))
    for height, row in zip(heights, rows, strict=True):
        effect = row.index.effect
        axes.barh(height, effect.value, height=0.66, color=_KIND_COLOURS[row.kind])
        axes.plot([effect.low, effect.high], [height, height], color=INK, linewidth=0.8)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    axes.set_yticks(heights, [short(row.key) for row in rows], color=INK)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    unit = f", {it.unit}" if it.unit else ""
    _label(axes, f"change from the low to the high end of the range, mean slope{unit}")
    number_axis(axes.xaxis)


def _scatter(axes: Axes, it: Sensitivity, rows: Sequence[VariedParameter]) -> None:
    """Morris's plane: how much a parameter matters against how much that depends on the others."""
    for place, row in enumerate(rows):
        mu, sigma = row.index.mu_star, row.index.sigma
        if mu is None or sigma is None:
            continue
        axes.plot([mu.low, mu.high], [sigma.value] * 2, color=FAINT, linewidth=0.8, zorder=1)
        axes.plot([mu.value] * 2, [sigma.low, sigma.high], color=FAINT, linewidth=0.8, zorder=1)
        axes.plot(mu.value, sigma.value, "o", color=_KIND_COLOURS[row.kind], markersize=4.5)
        if place < 6:
            note(axes, short(row.key), (mu.value, sigma.value), (4, 3), fontsize=6.5, color=INK)
    most = max(axes.get_xlim()[1], 1e-300)
    axes.plot([0, most], [0, most], color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))
    axes.set_xlim(0, most)
    axes.set_ylim(bottom=0)
    _label(axes, f"mu*: mean size of the effect{f', {it.unit}' if it.unit else ''}")
    axes.set_title("sigma: how much it depends on the others\nabove the dashed line: more than it matters by itself",
                   fontsize=7, color=GREY, loc="left")  # fmt: skip
    number_axis(axes.xaxis)
    number_axis(axes.yaxis)


def _dots(axes: Axes, rows: Sequence[VariedParameter]) -> None:
    """First-order and total indices beside each other."""
    for place, row in enumerate(rows):
        for estimate, up, mark in ((row.index.first, 0.16, "o"), (row.index.total, -0.16, "s")):
            if estimate is None:
                continue
            colour = BLUE if mark == "o" else VERMILION
            axes.plot([estimate.low, estimate.high], [up - place] * 2, color=colour, linewidth=1)
            axes.plot(estimate.value, up - place, mark, color=colour, markersize=4)
    if rows and (first := rows[0].index.first) and (total := rows[0].index.total):
        note(axes, "first order", (first.value, 0.16), (0, 6), ha="center", fontsize=7, color=BLUE)
        note(axes, "total", (total.value, -0.16), (0, -10), ha="center", fontsize=7, color=VERMILION)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_yticks([])
    _label(axes, "share of the variance between points: first order alone, total with interactions")


def _label(axes: Axes, words: str) -> None:
    axes.set_xlabel(words)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x")
