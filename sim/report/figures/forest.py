"""A forest plot: the difference of each outcome in several variants, with its interval, a line a variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from sim.formats import label, minus, signed
from sim.report.figures.axes import heading, mark, number_axis
from sim.report.figures.canvas import page, style
from sim.report.figures.colours import BLUE, GREY, HALO, INK
from sim.studies.questions.compare import Comparison, Difference

if TYPE_CHECKING:
    from sim.report.comparison_sheets import Words

_ROW = 0.24  # of a panel's usual height, for one variant


def draw_forest(comparison: Comparison, outcomes: Sequence[str], words: Words) -> dict[str, bytes]:
    """PNG and SVG by file name: a panel an outcome."""
    month = comparison.baseline.scenario.calendar(comparison.baseline.months - 1)
    with style():
        made = page(
            f"Differences to {comparison.label}",
            f"{month}: mean of each variant less {comparison.label}",
            [("mark", BLUE, "mean difference, clear of 0"), ("mark", GREY, "not distinguishable, or only by one seed"),
             ("line", BLUE, "95% interval")],
            (f"{words.seeds}; 95% intervals: {comparison.interval_kind}.", *words.source),
            len(outcomes),
            tall=0.3 + _ROW * len(comparison.variants),
        )  # fmt: skip
        names = [variant.label.removeprefix(f"{comparison.label}-") for variant in comparison.variants]
        for place, outcome in enumerate(outcomes):
            _panel(made.axes(place), names, [variant[outcome] for variant in comparison.variants])
        return made.files("forest")


def _panel(axes: Axes, names: Sequence[str], differences: Sequence[Difference]) -> None:
    first = differences[0]
    words: Any = {"transform": axes.get_yaxis_transform(), "fontsize": 6.5, "va": "center", "path_effects": HALO}
    heading(axes, label(first.outcome), first.unit)
    axes.grid(axis="x")
    axes.axvline(0.0, color=INK, linewidth=0.7)
    ends = [0.0]
    for place, (name, it) in enumerate(zip(names, differences, strict=True)):
        colour = BLUE if it.robust else GREY
        if np.isfinite(it.difference):
            ends += [end for end in (it.difference, it.low, it.high) if np.isfinite(end)]
            axes.plot([it.low, it.high], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
            mark(axes, it.difference, place, colour)
        said = signed(it.difference) if np.isfinite(it.difference) else "no value"
        axes.text(0.0, place - 0.36, name, color=INK, **words)
        axes.text(1.0, place - 0.36, minus(said), color=colour, ha="right", **words)
    room = 0.08 * (max(ends) - min(ends)) or 1.0
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(len(names) - 0.6, -0.7)
    axes.set_yticks([])
    number_axis(axes.xaxis)
