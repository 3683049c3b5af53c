"""What an outcome rests on, in figures: a tornado of effects, the indices, and whose the variance is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.catalogue import Catalogue
from sim.formats import percent, short
from sim.language import later, month_text, paragraph, tr
from sim.letters import cells
from sim.report.figures.axes import note, number_axis
from sim.report.figures.canvas import Page, page, style
from sim.report.figures.colours import BLUE, FAINT, GREEN, GREY, INK, ORANGE, PURPLE, VERMILION
from sim.report.sheets import and_unit, cut_words, source_words
from sim.report.shown import key_words, outcome_words
from sim.report.text.sensitivities import MOST_ROWS, how_text, outcome_unit, percent_text, range_text
from sim.runs.store import Say, Store
from sim.studies.questions.sensitivity import Sensitivities
from sim.studies.stored_sensitivity import Sensitivity, VariedParameter
from sim.units import with_unit

_LETTERS = 50  # of a parameter's meaning
_SIDES = ((1, 1), (-1, 1), (1, -1), (-1, -1))  # of a point, for its number
_KIND_WORDS = {
    "assumption": later("assumed"), "fitted": later("fitted"), "evidence": later("evidence"),
    "article": later("article"), "seed": later("seed"),
}  # fmt: skip
_KIND_COLOURS = {"assumption": ORANGE, "fitted": BLUE, "evidence": GREEN, "article": PURPLE, "seed": FAINT}


def draw_sensitivities(made: Sensitivities, say: Say) -> None:
    """Draw every outcome's page, in the study's folder."""
    with style():
        files = {
            name: data
            for stem, it in made.outcomes.items()
            for name, data in _page(it, made.scenario.catalogue).files(stem).items()
        }
    Store(made.path).ensure(files, say)


def _page(it: Sensitivity, catalogue: Catalogue) -> Page:
    rows = it.parameters[:MOST_ROWS]
    split = not math.isnan(it.split.parameters.value)
    kinds = [kind for kind in it.kinds if split or kind in {row.kind for row in rows}]
    key: list[Any] = [("band", _KIND_COLOURS[kind], _kind_words(kind)) for kind in kinds]
    what = tr("{outcome}: what it rests on", outcome=outcome_words(catalogue, it.outcome))
    left = len(it.parameters) - len(rows)
    shown = tr("{count} parameters", count=len(rows))
    if left:
        shown = tr("the {count} largest of {all} parameters", count=len(rows), all=len(it.parameters))
    words = tr("Lines: 95% intervals, over resamples of the design.")
    footer = (
        paragraph(tr("{design}.", design=how_text(it)), words),
        source_words(it.model, "indices.parquet", [it.path.name]),
    )
    rest = 0.5 + 0.24 * len(rows)  # inches below the strip, of which there is none where the variance is not split
    strip = 0.56 if split else 0.12
    of = tr("{variant} less {baseline}", variant=it.scenario, baseline=it.against) if it.against else it.scenario
    said = tr(
        "{scenario} in {month}: {outcome}; {shown}", scenario=of, month=month_text(it.month), outcome=it.outcome,
        shown=shown,
    )  # fmt: skip
    labels = [_row_label(catalogue, index, row) for index, row in enumerate(rows, 1)]
    made = page(what, said, key, footer, 1, tall=(rest + strip) / 1.42, columns=1, left=3.9, right=0.3, below=0.35,
                lines=0)  # fmt: skip
    grid = made.grid[0].subgridspec(
        2,
        2,
        height_ratios=(0.16 if split else 0.01, rest),
        width_ratios=(4.1, 3.9),
        hspace=(0.8 if split else 0.22) / rest,
        wspace=0.14,
    )
    tornado, indices = (made.figure.add_subplot(grid[1, column]) for column in (0, 1))
    if split:
        _strip(made.figure.add_subplot(grid[0, :]), it)
    _tornado(tornado, it, rows, labels)
    if it.method == "morris":
        _scatter(indices, it, rows)
    else:
        _dots(indices, rows)
    return made


def _row_label(catalogue: Catalogue, index: int, row: VariedParameter) -> str:
    """A parameter's meaning and rank, and below its key and its range in the everyday unit."""
    words = cut_words(key_words(catalogue, row.key), _LETTERS)
    ends, unit = range_text(row)
    said = tr("{key}, {range}", key=short(row.key), range=with_unit(ends, unit))
    return f"{words}  {index}\n{said if cells(said) <= _LETTERS + 8 else with_unit(ends, unit)}"


def _kind_words(kind: str) -> str:
    return tr(_KIND_WORDS[kind])


def _strip(axes: Axes, it: Sensitivity) -> None:
    """The variance as one bar, by kind of source, with the seed at the end."""
    begin = 0.0
    for kind, share in it.kinds.items():
        axes.barh(0, share, left=begin, color=_KIND_COLOURS[kind], edgecolor="white", linewidth=0.8)
        words = f"{_kind_words(kind)} {percent(share)}"
        if share > 0.0085 * cells(words):
            axes.text(begin + share / 2, 0, words, ha="center", va="center", fontsize=7,
                      color="white" if kind == "fitted" else INK)  # fmt: skip
        elif share > 0.005:
            note(axes, words, (begin + share / 2, 0.4), (0, 3), ha="center", va="bottom", fontsize=7)
        begin += share
    axes.set_xlim(0, 1)
    axes.set_axis_off()
    words = tr(
        "variance: parameters {parameters},\nseed {seed}",
        parameters=percent_text(it.split.parameters), seed=percent_text(it.split.seed),
    )  # fmt: skip
    axes.text(-0.015, 0, words, ha="right", va="center", fontsize=7, color=GREY)


def _tornado(axes: Axes, it: Sensitivity, rows: Sequence[VariedParameter], labels: Sequence[str]) -> None:
    heights, unit = -np.arange(len(rows)), outcome_unit(it)
    for height, row in zip(heights, rows, strict=True):
        low, value, high = (end * unit.factor for end in (row.index.effect.low, row.index.effect.value,
                                                          row.index.effect.high))  # fmt: skip
        axes.barh(height, value, height=0.66, color=_KIND_COLOURS[row.kind])
        axes.plot([low, high], [height, height], color=INK, linewidth=0.8)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    axes.set_yticks(heights, labels, color=INK, fontsize=7, linespacing=1.2)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    said = tr("mean change from the low to the high end of the range")
    _label(axes, and_unit(said, unit.of_difference if unit.unit else ""))
    number_axis(axes.xaxis)


def _scatter(axes: Axes, it: Sensitivity, rows: Sequence[VariedParameter]) -> None:
    """Morris's plane: how much a parameter matters against how much that depends on the others; points by rank."""
    unit = outcome_unit(it)
    points: list[tuple[int, VariedParameter, float, float]] = []
    ends: list[tuple[float, float]] = []  # of the intervals
    for index, row in enumerate(rows, 1):
        mu_star, spread = row.index.mu_star, row.index.sigma
        if mu_star is not None and spread is not None:
            points.append((index, row, mu_star.value * unit.factor, spread.value * unit.factor))
            across, up = (
                [end * unit.factor for end in (part.low, part.value, part.high)] for part in (mu_star, spread)
            )
            axes.plot(across[::2], up[1:2] * 2, color=FAINT, linewidth=0.8, zorder=1)
            axes.plot(across[1:2] * 2, up[::2], color=FAINT, linewidth=0.8, zorder=1)
            ends.append((across[2], up[2]))
    most = max((mu for mu, _ in ends), default=1.0) * 1.05 or 1.0
    top = max((sigma for _, sigma in ends), default=1.0) * 1.08 or 1.0
    taken: list[tuple[float, float]] = []
    for index, row, mu, sigma in points:
        axes.plot(mu, sigma, "o", color=_KIND_COLOURS[row.kind], markersize=4.5)
        at = mu / most, sigma / top
        # Where points are close their numbers go to the side that is free; where none is, the tornado has them.
        side = next(((x, y) for x, y in _SIDES if _free((at[0] + 0.03 * x, at[1] + 0.05 * y), taken)), None)
        if side:
            taken.append((at[0] + 0.03 * side[0], at[1] + 0.05 * side[1]))
            note(axes, str(index), (mu, sigma), (6 * side[0], 6 * side[1]), ha="center", va="center", fontsize=7,
                 color=INK)  # fmt: skip
        taken.append(at)
    axes.plot([0, most], [0, most], color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))
    axes.set_xlim(0, most)
    axes.set_ylim(0, top)
    said = tr("mu*: mean size of the effect")
    _label(axes, and_unit(said, unit.of_difference if unit.unit else ""))
    words = tr(
        "sigma: how much it depends on the others; numbers as listed\n"
        "above the dashed line: more than it matters by itself"
    )
    note(axes, words, (0, 1), (0, 6), xycoords="axes fraction", fontsize=7)
    number_axis(axes.xaxis)
    number_axis(axes.yaxis)


def _free(at: tuple[float, float], taken: Sequence[tuple[float, float]]) -> bool:
    """Whether a number has room at a place in a panel, both as parts of its width and height."""
    return all(abs(at[0] - x) > 0.025 or abs(at[1] - y) > 0.045 for x, y in taken) and at[1] > 0.02


def _dots(axes: Axes, rows: Sequence[VariedParameter]) -> None:
    """First-order and total indices beside each other."""
    for index, row in enumerate(rows):
        for estimate, up, mark in ((row.index.first, 0.16, "o"), (row.index.total, -0.16, "s")):
            if estimate is None:
                continue
            colour = BLUE if mark == "o" else VERMILION
            axes.plot([estimate.low, estimate.high], [up - index] * 2, color=colour, linewidth=1)
            axes.plot(estimate.value, up - index, mark, color=colour, markersize=4)
    if rows and (first := rows[0].index.first) and (total := rows[0].index.total):
        note(axes, tr("first order"), (first.value, 0.16), (0, 6), ha="center", fontsize=7, color=BLUE)
        note(axes, tr("total"), (total.value, -0.16), (0, -10), ha="center", fontsize=7, color=VERMILION)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_yticks([])
    _label(axes, tr("share of the variance between points: alone, and with interactions"))


def _label(axes: Axes, words: str) -> None:
    axes.set_xlabel(words)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x")
