"""Drawing pages: fans of outcomes over the months, the article's figures, differences with their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from sim.formats import bound_text
from sim.report.figures.canvas import (
    BLUE,
    FAINT,
    GREY,
    HALO,
    INK,
    SERIES,
    VERMILION,
    KeyEntry,
    Page,
    calendar_axis,
    dress,
    months_as_years,
    number_axis,
    page,
    style,
)
from sim.report.sheets import Mark, Sheet, percentiles
from sim.runs.replicate import Cells

Years = NDArray[np.float64]

SINGLE_RUNS = 5


def draw(sheet: Sheet) -> dict[str, bytes]:
    """One page as ``png`` and ``svg``."""
    with style():
        made = comparison_page(sheet) if sheet.panels[0].differences else run_page(sheet)
        return {"png": made.png(), "svg": made.svg()}


def run_page(sheet: Sheet) -> Page:
    marked = any(panel.mark for panel in sheet.panels)
    key: list[KeyEntry] = [("line", BLUE, "median"), ("band", _light(BLUE, 0.45), "middle 50% of seeds"),
           ("band", _light(BLUE, 0.22), "middle 90%"), ("thin", GREY, "single seeds")]  # fmt: skip
    if len(sheet.panels[0].series[0]) == 1:
        key = [("line", BLUE, "the only seed")]
    if marked:
        key.append(("mark", VERMILION, "the article's figure"))
    made = page(sheet.title, sheet.subtitle, key, sheet.footer, len(sheet.panels))
    for place, panel in enumerate(sheet.panels):
        axes = made.axes(place)
        years, bands = months_as_years(sheet.start, panel.series[0].shape[1]), percentiles(panel.series[0])
        _fan(axes, years, panel.series[0], bands, BLUE)
        _limits(axes, [bands], panel.series[0], panel.mark)
        below = place + made.columns < len(sheet.panels)
        dress(axes, panel.outcome, panel.unit, _span(years), below=below)
        if panel.mark:
            _article(axes, years, panel.mark, bands[2, panel.mark.month])
    return made


def comparison_page(sheet: Sheet) -> Page:
    colours = [SERIES[place % len(SERIES)] for place in range(len(sheet.labels))]
    key: list[KeyEntry] = [("line", colour, name) for name, colour in zip(sheet.labels, colours, strict=True)]
    key += [("band", _light(GREY, 0.3), "middle 90% of seeds; below, 95% interval of the mean difference")]
    if any(panel.mark for panel in sheet.panels):
        key.append(("mark", VERMILION, "the article's figure"))
    made = page(sheet.title, sheet.subtitle, key, sheet.footer, len(sheet.panels), tall=1.75)
    for place, panel in enumerate(sheet.panels):
        upper = made.axes(place, bottom=made.panel * 0.42)
        lower = made.axes(place, top=made.panel * 0.66)
        years = months_as_years(sheet.start, panel.series[0].shape[1])
        bands = [percentiles(cells) for cells in panel.series]
        for place_, (cells, its, colour) in enumerate(zip(panel.series, bands, colours, strict=True)):
            # Where two lines lie on each other, the later one is the thinner: both are seen.
            _overlaid(upper, years, its, colour, 2.4 if place_ == 0 else 1.2, alone=len(cells) == 1)
        if not any(np.isfinite(cells).any() for cells in panel.series):
            _nothing(upper)
        _limits(upper, bands, panel.series[0][:0], panel.mark)
        dress(upper, panel.outcome, panel.unit, _span(years), below=True)
        if panel.mark:
            _article(upper, years, panel.mark, bands[0][2, panel.mark.month])
        lower.axhline(0.0, color=INK, linewidth=0.7)
        for interval, colour in zip(panel.differences, colours[1:], strict=True):
            lower.fill_between(years, interval.low, interval.high, color=_light(colour, 0.3), linewidth=0)
            lower.plot(years, interval.mean, color=colour, linewidth=1.2)
        calendar_axis(lower, _span(years))
        number_axis(lower.yaxis, 3)
        if not any(np.nan_to_num(interval.mean).any() for interval in panel.differences):
            lower.set_ylim(-1, 1)
            lower.set_yticks([0.0])
            if not any(np.isfinite(interval.mean).any() for interval in panel.differences):
                _nothing(lower, "no seed with a value in both")
        words = f"difference, {panel.unit}" if panel.unit else "difference"
        lower.annotate(words, (0, 1), (0, 3), textcoords="offset points", xycoords="axes fraction",
                       fontsize=7, color=GREY)  # fmt: skip
    return made


def _fan(axes: Axes, years: Years, cells: Cells, bands: Cells, colour: str) -> None:
    """Median, bands and the first single runs of one scenario."""
    if not np.isfinite(bands).any():
        _nothing(axes)
        return
    if len(cells) > 1:
        axes.fill_between(years, bands[0], bands[4], color=_light(colour, 0.22), linewidth=0)
        axes.fill_between(years, bands[1], bands[3], color=_light(colour, 0.45), linewidth=0)
        lines = [np.column_stack((years, line)) for line in cells[:SINGLE_RUNS]]
        axes.add_collection(LineCollection(lines, colors=GREY, linewidths=0.4, alpha=0.55), autolim=False)
    axes.plot(years, bands[2], color=colour, linewidth=1.5, solid_capstyle="round")


def _overlaid(axes: Axes, years: Years, bands: Cells, colour: str, width: float, *, alone: bool) -> None:
    """Median and 90% band of one scenario among others: what lies below shows through; one seed has no band."""
    low, _, middle, _, high = bands
    if not alone:
        axes.fill_between(years, low, high, color=colour, alpha=0.18, linewidth=0)
        for edge in (low, high):
            axes.plot(years, edge, color=colour, linewidth=0.5, alpha=0.6)
    axes.plot(years, middle, color=colour, linewidth=width, solid_capstyle="round")


def _nothing(axes: Axes, words: str = "no value in any seed") -> None:
    axes.text(0.5, 0.5, words, transform=axes.transAxes, color=GREY, ha="center", va="center")


def _light(colour: str, part: float) -> tuple[float, float, float]:
    """The colour mixed with white: no transparency, which prints badly."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (1 - part * (1 - channel) for channel in channels)
    return red, green, blue


def _limits(axes: Axes, bands: list[Cells], runs: Cells, mark: Mark | None) -> None:
    """Room for the 90% bands, the first single runs and the article's figure; from zero where that is near."""
    shown = [its[[0, 4]].ravel() for its in bands]
    values = np.concatenate([*shown, runs[:SINGLE_RUNS].ravel(), np.array([mark.value] if mark else [])])
    values = values[np.isfinite(values)]
    if not len(values):
        axes.set_ylim(0, 1)
        return
    low, high = float(values.min()), float(values.max())
    if 0 <= low <= 0.5 * high:
        low = 0.0
    elif 0.5 * low <= high <= 0:
        high = 0.0
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    axes.set_ylim(low - (room if low else 0.0), high + (3 if mark and mark.bound == "at least" else 1) * room)
    if low <= 0.0 <= high:
        axes.axhline(0.0, color=GREY if low else FAINT, linewidth=0.5)


def _article(axes: Axes, years: Years, mark: Mark, median: float) -> None:
    """The article's figure, its label on the side of it where the median is not, if there is room."""
    at = float(years[mark.month])
    axes.plot([at], [mark.value], marker="D", markersize=4, color=VERMILION, markeredgecolor="white",
              markeredgewidth=0.6, clip_on=False, zorder=6)  # fmt: skip
    if mark.bound in ("at least", "at most"):
        length = 15 if mark.bound == "at least" else -15
        axes.annotate(
            "",
            (at, mark.value),
            (0, length),
            textcoords="offset points",
            annotation_clip=False,
            zorder=6,
            arrowprops={"arrowstyle": "<-", "color": VERMILION, "linewidth": 1.1, "shrinkB": 2, "shrinkA": 0},
        )
    right = mark.month > len(years) / 2
    bottom, top = axes.get_ylim()
    under = median > mark.value > bottom + 0.2 * (top - bottom)
    axes.annotate(
        bound_text(mark.bound, mark.value), (at, mark.value), (-6 if right else 6, -14 if under else 5),
        textcoords="offset points", ha="right" if right else "left", fontsize=7.5, fontweight="bold",
        color=VERMILION, path_effects=HALO, annotation_clip=False, zorder=7,
    )  # fmt: skip


def _span(years: Years) -> tuple[float, float]:
    half: Any = 0.5 / 12.0
    return float(years[0] - half), float(years[-1] + half)
