"""A forest plot: of several variants the difference of each outcome with its interval, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from sim.formats import MINUS, signed
from sim.report.figures.canvas import BLUE, FAINT, GREY, HALO, INK, heading, number_axis, page, style
from sim.studies.questions.compare import Comparison, Difference

if TYPE_CHECKING:
    from sim.report.comparison_sheets import Words

_ROW = 0.24  # of a panel's usual height, for one variant


def draw_forest(comparison: Comparison, outcomes: Sequence[str], words: Words) -> dict[str, bytes]:
    """PNG and SVG by file name: a panel an outcome, in it a line a variant, in their order."""
    month = comparison.baseline.scenario.calendar(comparison.baseline.months - 1)

    def short(name: str) -> str:
        return name.removeprefix(f"{comparison.label}-")

    with style():
        made = page(
            f"Differences to {comparison.label}",
            f"{month}: mean of each variant less {comparison.label}",
            [("mark", BLUE, "mean difference, clear of 0"), ("mark", GREY, "not distinguishable from 0"),
             ("line", BLUE, "95% interval")],
            (f"{words.seeds}; 95% intervals: {comparison.interval_kind}.", *words.source),
            len(outcomes),
            tall=0.3 + _ROW * len(comparison.variants),
        )  # fmt: skip
        for place, name in enumerate(outcomes):
            axes = made.axes(place)
            _panel(axes, [(short(variant.label), variant[name]) for variant in comparison.variants])
        return made.files("forest")


def _panel(axes: Axes, rows: Sequence[tuple[str, Difference]]) -> None:
    first = rows[0][1]
    words: Any = {"transform": axes.get_yaxis_transform(), "fontsize": 6.5, "va": "center", "path_effects": HALO}
    heading(axes, first.outcome, first.unit)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=FAINT, linewidth=0.5)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    ends = [0.0]
    for place, (name, it) in enumerate(rows):
        colour = BLUE if it.verdict in {"more", "less"} else GREY
        if np.isfinite(it.difference):
            ends += [end for end in (it.difference, it.low, it.high) if np.isfinite(end)]
            axes.plot([it.low, it.high], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
            axes.plot([it.difference], [place], marker="D", markersize=4, color=colour, markeredgecolor="white",
                      markeredgewidth=0.6)  # fmt: skip
        said = signed(it.difference) if np.isfinite(it.difference) else "no value"
        axes.text(0.0, place - 0.36, name, color=INK, **words)
        axes.text(1.0, place - 0.36, said.replace("-", MINUS), color=colour, ha="right", **words)
    room = 0.08 * (max(ends) - min(ends)) or 1.0
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.set_ylim(len(rows) - 0.6, -0.7)
    axes.set_yticks([])
    number_axis(axes.xaxis)
