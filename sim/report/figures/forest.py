"""A forest plot: the difference of each outcome in several variants, with its interval, a line a variant."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from sim.formats import minus
from sim.language import later, month_text, paragraph, tr
from sim.letters import cells, shortened
from sim.report.figures.axes import heading, mark, note, number_axis
from sim.report.figures.canvas import page, style
from sim.report.figures.colours import BLUE, GREY, INK
from sim.report.sheets import title_of
from sim.report.shown import outcome_words
from sim.studies.questions.compare import Comparison, Difference
from sim.units import everyday

if TYPE_CHECKING:
    from sim.report.comparison_sheets import Words

_ROW = 0.2  # of a panel's usual height, for one variant
_COLUMNS = 3
_LETTER, _NUMBER = 0.066, 0.62  # inches: a letter of a variant's name, and a difference right of its line
_FAR = 5.0  # times as far from 0 as the next variant, from which one goes beyond the axis
_BEYOND = later("Triangles: beyond the axis, so that the other variants can be told apart.")
_CHARACTERS = 26  # of a name


def draw_forest(comparison: Comparison, outcomes: Sequence[str], words: Words) -> dict[str, bytes]:
    """PNG and SVG by file name: a panel an outcome."""
    month = comparison.baseline.scenario.calendar(comparison.baseline.months - 1)
    names = [_short(variant.label.removeprefix(f"{comparison.label}-")) for variant in comparison.variants]
    catalogue = comparison.baseline.scenario.catalogue
    titles = [title_of(outcome_words(catalogue, outcome)) for outcome in outcomes]
    left = 0.3 + _LETTER * max(map(cells, names))
    drawn = [[variant[outcome] for variant in comparison.variants] for outcome in outcomes]
    beyond = tr(_BEYOND) if any(map(_goes_beyond, drawn)) else ""
    below = tr("{seeds}; 95% intervals: {kind}.", seeds=words.seeds, kind=comparison.interval_kind)
    with style():
        made = page(
            tr("Differences to {baseline}", baseline=comparison.label),
            tr("{month}: mean of each variant less {baseline}", month=month_text(month), baseline=comparison.label),
            [("mark", BLUE, tr("mean difference, clear of 0")),
             ("mark", GREY, tr("not distinguishable, or only by one seed")), ("line", BLUE, tr("95% interval"))],
            (paragraph(below, beyond), *words.source),
            len(outcomes),
            tall=0.14 + _ROW * len(comparison.variants), columns=min(_COLUMNS, len(outcomes)), left=left,
            right=_NUMBER + 0.2, between=left + _NUMBER, lines=max(title.count("\n") + 1 for title in titles),
        )  # fmt: skip
        for index, (title, differences) in enumerate(zip(titles, drawn, strict=True)):
            _panel(made.axes(index), title, names, differences)
        return made.files("forest")


def _short(name: str) -> str:
    return shortened(name, _CHARACTERS, "…")


def _panel(axes: Axes, title: str, names: Sequence[str], differences: Sequence[Difference]) -> None:
    """Names left of the axes, differences right of them, lines and intervals between."""
    first = differences[0]
    unit = everyday(first.unit, *(it.difference for it in differences))
    heading(axes, title, unit.of_difference)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x")
    axes.axvline(0.0, color=INK, linewidth=0.7)
    ends = [np.array([it.low, it.difference, it.high]) * unit.factor for it in differences]
    most = farthest([float(np.nanmax(np.abs(its), initial=0.0)) for its in ends])
    shown = [0.0, *(end for its in ends for end in its if np.isfinite(end) and abs(end) <= most)]
    room = 0.08 * (max(shown) - min(shown)) or 1.0
    least, most = min(shown) - room, max(shown) + room
    for index, (it, (low, middle, high)) in enumerate(zip(differences, ends, strict=True)):
        colour = BLUE if it.robust else GREY
        said = minus(unit.signed(it.difference)) if np.isfinite(middle) else tr("no value")
        note(axes, said, (1.0, index), (5, 0), xycoords=axes.get_yaxis_transform(), va="center", color=colour)
        if not np.isfinite(middle):
            continue
        if least <= middle <= most:
            axes.plot(np.clip([low, high], least, most), [index, index], color=colour, linewidth=1.6,
                      solid_capstyle="butt")  # fmt: skip
            mark(axes, middle, index, colour)
        else:
            edge, sign = (most, ">") if middle > 0 else (least, "<")
            mark(axes, edge, index, colour, sign, markersize=6, clip_on=False)
    axes.set_xlim(least, most)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", labelsize=7.5, labelcolor=INK)
    number_axis(axes.xaxis)


def _goes_beyond(differences: Sequence[Difference]) -> bool:
    """Whether an axis leaves a difference out."""
    ends = [[it.low, it.difference, it.high] for it in differences]
    most = farthest([float(np.nanmax(np.abs(its), initial=0.0)) for its in ends])
    return any(np.isfinite(it.difference) and abs(it.difference) > most for it in differences)


def farthest(sizes: Sequence[float]) -> float:
    """The largest size that an axis shows: those of at most half of the variants, far from the others, go beyond it."""
    known = sorted((size for size in sizes if size > 0), reverse=True)
    far = 0
    for index, (size, following) in enumerate(pairwise(known[: len(known) // 2 + 1]), 1):
        far = index if size > _FAR * following else far
    return known[far] if known else 1.0
