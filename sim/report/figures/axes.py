"""Axes of figures: titles, numbers, months, notes and marks."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.ticker import FixedFormatter, FixedLocator, Formatter, MaxNLocator

from sim.formats import tick_labels
from sim.language import tr
from sim.report.figures.colours import GREY, INK
from sim.report.sheets import year_ticks
from sim.units import Everyday

_YEARS = 5  # labels of an axis


def dress(
    axes: Axes, title: str, unit: str, start: tuple[int, int], months: int, *, below: bool = False, whole: bool = False
) -> None:
    """Title and unit above, plain numbers, and months below unless a panel ``below`` has them."""
    heading(axes, title, unit)
    calendar_axis(axes, start, months, labels=not below)
    number_axis(axes.yaxis, whole=whole)


def heading(axes: Axes, title: str, unit: str) -> None:
    """Title and unit above a panel; both may have several lines."""
    up = 17 + 10 * unit.count("\n")
    note(axes, title, (0, 1), (0, up), xycoords="axes fraction", fontsize=8, fontweight="bold", color=INK,
         linespacing=1.25)  # fmt: skip
    if unit:
        note(axes, unit, (0, 1), (0, 7), xycoords="axes fraction", fontsize=7)


def note(axes: Axes, words: str, at: tuple[float, float], offset: tuple[float, float], **how: Any) -> None:
    """Words some points away from a place, never clipped."""
    how = {"color": GREY, "fontsize": 7.5, "textcoords": "offset points", "annotation_clip": False, **how}
    axes.annotate(words, at, offset, **how)


def note_of_difference(axes: Axes, unit: str) -> None:
    """What the lower axes of a pair show."""
    unit = Everyday(unit).of_difference
    words = tr("difference, {unit}", unit=unit) if unit else tr("difference")
    note(axes, words, (0, 1), (0, 3), xycoords="axes fraction", fontsize=7)


def mark(axes: Axes, x: float, y: float, colour: str, marker: str = "D", **how: Any) -> None:
    """A diamond with a white edge, above the lines."""
    how = {"markersize": 4, "markeredgewidth": 0.6, "zorder": 6, **how}
    axes.plot([x], [y], marker=marker, color=colour, markeredgecolor="white", linewidth=0, **how)


def calendar_axis(axes: Axes, start: tuple[int, int], months: int, *, labels: bool = True) -> None:
    """Months since the start, with few labels: a year at its January; a run without two Januaries has its ends."""
    axes.set_xlim(-0.5, months - 0.5)
    marks = year_ticks(start, months, _YEARS)
    # set_xticks would make every tick at once, which takes ten times as long.
    axes.xaxis.set_major_locator(FixedLocator([at - 0.5 * (len(words) == 4) for at, words in marks]))
    if labels:
        axes.xaxis.set_major_formatter(FixedFormatter([words for _, words in marks]))
    else:
        axes.tick_params(axis="x", labelbottom=False)


def number_axis(axis: XAxis | YAxis, count: int = 4, *, whole: bool = False) -> None:
    """About ``count`` ticks, their numbers without offset or power of ten; ``whole`` numbers only, of counts."""
    axis.set_major_locator(MaxNLocator(count, integer=whole))
    axis.set_major_formatter(_Numbers())
    if axis.axis_name == "y":
        axis.set_tick_params(pad=2)


class _Numbers(Formatter):
    """All ticks of an axis with the same decimals."""

    def format_ticks(self, values: Any) -> list[str]:
        return tick_labels([float(value) for value in values])

    def __call__(self, x: float, pos: Any = None) -> str:  # noqa: ARG002  matplotlib's signature
        return self.format_ticks([x])[0]
