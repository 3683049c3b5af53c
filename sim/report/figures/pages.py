"""Pages of outcomes over the months: fans, the article's figures, differences with their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from sim.formats import bound_text
from sim.report.figures.axes import calendar_axis, dress, mark, note, note_of_difference, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, FAINT, GREY, HALO, INK, SERIES, VERMILION, light
from sim.report.sheets import Mark, Sheet, percentiles
from sim.runs.replicate import Cells

_SINGLE_RUNS = 5
_BLENDED = 3  # bands whose colours can no longer be told apart
_CUT = "   axis not from 0"
_BESIDE = 0.25  # part of the months that a label of a mark covers


def draw(sheet: Sheet) -> dict[str, bytes]:
    """One page as PNG and SVG, by file name."""
    with style():
        made = comparison_page(sheet) if sheet.panels[0].differences else run_page(sheet)
        return made.files(sheet.stem)


def run_page(sheet: Sheet) -> Page:
    key: list[KeyEntry] = [("line", BLUE, "median"), ("band", light(BLUE, 0.45), "middle 50% of seeds"),
           ("band", light(BLUE, 0.22), "middle 90%"), ("thin", GREY, "single seeds")]  # fmt: skip
    if len(sheet.panels[0].series[0]) == 1:
        key = [("line", BLUE, "the only seed")]
    made = page(sheet.title, sheet.subtitle, key + _key_of_marks(sheet), sheet.footer, len(sheet.panels))
    for place, panel in enumerate(sheet.panels):
        axes, cells = made.axes(place), panel.series[0]
        bands = percentiles(cells)
        _fan(axes, cells, bands)
        cut = _limits(axes, [bands], cells, panel.mark)
        dress(axes, panel.title, panel.below + cut, sheet.start, cells.shape[1], whole=panel.counts)
        if panel.mark:
            _article(axes, cells.shape[1], panel.mark, bands[2])
    return made


def comparison_page(sheet: Sheet) -> Page:
    colours = [SERIES[place % len(SERIES)] for place in range(len(sheet.labels))]
    which = "middle" if len(sheet.labels) < _BLENDED else "edges of the middle"
    key: list[KeyEntry] = [("line", colour, name) for name, colour in zip(sheet.labels, colours, strict=True)]
    key += [
        (
            "band",
            light(GREY, 0.3),
            f"{which} 90% of seeds; below, 95% interval of the mean difference",
        )
    ]
    made = page(sheet.title, sheet.subtitle, key + _key_of_marks(sheet), sheet.footer, len(sheet.panels), tall=1.75)
    for place, panel in enumerate(sheet.panels):
        upper, lower = made.pair(place)
        months = panel.series[0].shape[1]
        bands = [percentiles(cells) for cells in panel.series]
        for order, (cells, its, colour) in enumerate(zip(panel.series, bands, colours, strict=True)):
            # Of two equal lines the later one is thinner, so that both are seen.
            _overlaid(upper, its, colour, 1.2 if order else 2.4, alone=len(cells) == 1, filled=len(bands) < _BLENDED)
        if not any(np.isfinite(cells).any() for cells in panel.series):
            _nothing(upper)
        cut = _limits(upper, bands, panel.series[0][:0], panel.mark)
        dress(upper, panel.title, panel.below + cut, sheet.start, months, below=True, whole=panel.counts)
        if panel.mark:
            _article(upper, months, panel.mark, bands[0][2])
        lower.axhline(0.0, color=INK, linewidth=0.7)
        for interval, colour in zip(panel.differences, colours[1:], strict=True):
            lower.fill_between(range(months), interval.low, interval.high, color=light(colour, 0.3), linewidth=0)
            lower.plot(interval.mean, color=colour, linewidth=1.2)
        calendar_axis(lower, sheet.start, months)
        number_axis(lower.yaxis, 3)
        if not any(np.nan_to_num(interval.mean).any() for interval in panel.differences):
            lower.set_ylim(-1, 1)
            lower.set_yticks([0.0])
            if not any(np.isfinite(interval.mean).any() for interval in panel.differences):
                _nothing(lower, "no seed with a value in both")
        note_of_difference(lower, panel.unit)
    return made


def _key_of_marks(sheet: Sheet) -> list[KeyEntry]:
    return [("mark", VERMILION, "the article's figure")] if any(panel.mark for panel in sheet.panels) else []


def _fan(axes: Axes, cells: Cells, bands: Cells) -> None:
    """Median, bands and the first single runs of one scenario."""
    if not np.isfinite(bands).any():
        _nothing(axes)
        return
    if len(cells) > 1:
        months = np.arange(cells.shape[1])
        axes.fill_between(months, bands[0], bands[4], color=light(BLUE, 0.22), linewidth=0)
        axes.fill_between(months, bands[1], bands[3], color=light(BLUE, 0.45), linewidth=0)
        lines = [np.column_stack((months, line)) for line in cells[:_SINGLE_RUNS]]
        axes.add_collection(LineCollection(lines, colors=GREY, linewidths=0.4, alpha=0.55), autolim=False)
    axes.plot(bands[2], color=BLUE, linewidth=1.5, solid_capstyle="round")


def _overlaid(axes: Axes, bands: Cells, colour: str, width: float, *, alone: bool, filled: bool) -> None:
    """Median and band of one scenario among others; one seed has no band, and only the edges of many are drawn."""
    low, _, middle, _, high = bands
    if not alone:
        if filled:
            axes.fill_between(range(len(low)), low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(np.transpose((low, high)), color=colour, linewidth=0.5, alpha=0.6)
    axes.plot(middle, color=colour, linewidth=width, solid_capstyle="round")


def _nothing(axes: Axes, words: str = "no value in any seed") -> None:
    axes.text(0.5, 0.5, words, transform=axes.transAxes, color=GREY, ha="center", va="center")


def _limits(axes: Axes, bands: list[Cells], runs: Cells, given: Mark | None) -> str:
    """Room for the 90% bands, the first single runs and the article's figure; from zero where that is near.

    Words that say where an axis does not begin at 0.
    """
    shown = [its[[0, 4]].ravel() for its in bands]
    values = np.concatenate([*shown, runs[:_SINGLE_RUNS].ravel(), np.array([given.value] if given else [])])
    values = values[np.isfinite(values)]
    if not len(values):
        axes.set_ylim(0, 1)
        return ""
    low, high = float(values.min()), float(values.max())
    if 0 <= low <= 0.5 * high:
        low = 0.0
    elif 0.5 * low <= high <= 0:
        high = 0.0
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    axes.set_ylim(low - (room if low else 0.0), high + (3 if given and given.bound == "at least" else 1) * room)
    if low <= 0.0 <= high:
        axes.axhline(0.0, color=GREY if low else FAINT, linewidth=0.5)
        return ""
    return _CUT


def _article(axes: Axes, months: int, given: Mark, median: Cells) -> None:
    """The article's figure, its label on the side where the median is not, if there is room."""
    at = (float(given.month), given.value)
    mark(axes, *at, VERMILION, clip_on=False)
    if given.bound in ("at least", "at most"):
        arrow: Any = {"arrowstyle": "<-", "color": VERMILION, "linewidth": 1.1, "shrinkB": 2, "shrinkA": 0}
        note(axes, "", at, (0, 15 if given.bound == "at least" else -15), arrowprops=arrow, zorder=6)
    right = given.month > months / 2
    bottom, top = axes.get_ylim()
    wide = max(1, round(_BESIDE * months))
    beside = median[max(0, given.month - wide) : given.month] if right else median[given.month + 1 :][:wide]
    under = bool(np.nanmax(beside, initial=bottom) > given.value > bottom + 0.2 * (top - bottom))
    note(
        axes, bound_text(given.bound, given.value), at, (-6 if right else 6, -14 if under else 5), color=VERMILION,
        ha="right" if right else "left", fontweight="bold", path_effects=HALO, zorder=7,
    )  # fmt: skip
