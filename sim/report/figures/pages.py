"""Pages of outcomes over the months: fans, the article's figures, differences with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from sim.formats import bound_text
from sim.language import tr
from sim.letters import cells as width_of
from sim.report.figures.axes import calendar_axis, dress, mark, note, note_of_difference, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, FAINT, GREY, HALO, INK, SERIES, VERMILION, light
from sim.report.sheets import Mark, Panel, Sheet, axis_ends, percentiles
from sim.runs.replicate import Cells

_SINGLE_RUNS = 5
_BLENDED = 3  # bands whose colours can no longer be told apart
_APART, _WIDE = "   ", 50  # between words below a title, and the letters of a line of them
Ends = tuple[float, float, bool]  # of an axis, and whether the first year goes beyond them
_LETTER, _TALL = 0.028, 0.13  # part of a panel's width that a letter of a label takes, and of its height
_ALONE = 1.9  # times as tall as others is a panel that is alone


def draw(sheet: Sheet) -> dict[str, bytes]:
    """One page as PNG and SVG, by file name."""
    with style():
        made = comparison_page(sheet) if sheet.panels[0].differences else run_page(sheet)
        return made.files(sheet.stem)


def run_page(sheet: Sheet) -> Page:
    key: list[KeyEntry] = [("line", BLUE, tr("median")), ("band", light(BLUE, 0.45), tr("middle 50% of seeds")),
           ("band", light(BLUE, 0.22), tr("middle 90%")), ("thin", GREY, tr("single seeds"))]  # fmt: skip
    if len(sheet.panels[0].series[0]) == 1:
        key = [("line", BLUE, tr("the only seed"))]
    panels = [panel.shown for panel in sheet.panels]
    fans = [percentiles(panel.series[0]) for panel in panels]
    ends = [_ends([bands], panel.series[0], panel.mark) for bands, panel in zip(fans, panels, strict=True)]
    made = page(sheet.title, sheet.subtitle, key + _key_of_marks(sheet), sheet.footer, len(panels),
                tall=1.0 if len(panels) > 1 else _ALONE, lines=_lines(panels, ends))  # fmt: skip
    for index, (panel, bands, end) in enumerate(zip(panels, fans, ends, strict=True)):
        axes, cells = made.axes(index), panel.series[0]
        _fan(axes, cells, bands)
        _limit(axes, end, panel.mark)
        dress(axes, panel.title, _below(panel, end), sheet.start, cells.shape[1], whole=panel.counts)
        if panel.mark:
            _article(axes, cells.shape[1], panel.mark, bands[[0, 4]])
    return made


def comparison_page(sheet: Sheet) -> Page:
    colours = [SERIES[index % len(SERIES)] for index in range(len(sheet.labels))]
    filled = len(sheet.labels) < _BLENDED
    spread = tr("middle 90% of seeds; below, 95% interval of the mean difference")
    if not filled:
        spread = tr("middle 90% of {name}'s seeds; below, 95% interval of the mean difference", name=sheet.labels[0])
    key: list[KeyEntry] = [("line", colour, name) for name, colour in zip(sheet.labels, colours, strict=True)]
    key += [("band", light(GREY if filled else BLUE, 0.3), spread)]
    panels = [panel.shown for panel in sheet.panels]
    fans = [[percentiles(cells) for cells in panel.series] for panel in panels]
    drawn = [its if filled else [its[0], *(it[[2] * 5] for it in its[1:])] for its in fans]  # bands, or medians alone
    ends = [_ends(its, panel.series[0][:0], panel.mark) for its, panel in zip(drawn, panels, strict=True)]
    made = page(sheet.title, sheet.subtitle, key + _key_of_marks(sheet), sheet.footer, len(panels), tall=1.75,
                columns=fewest_empty(len(panels)), lines=_lines(panels, ends))  # fmt: skip
    for index, (panel, bands, end) in enumerate(zip(panels, fans, ends, strict=True)):
        upper, lower = made.pair(index)
        months = panel.series[0].shape[1]
        for order, (cells, its, colour) in enumerate(zip(panel.series, bands, colours, strict=True)):
            # Of two equal lines the later one is thinner, so that both are seen.
            _overlaid(upper, its, colour, 1.2 if order else 2.4, banded=len(cells) > 1 and (filled or not order))
        if not any(np.isfinite(cells).any() for cells in panel.series):
            _nothing(upper)
        _limit(upper, end, panel.mark)
        dress(upper, panel.title, _below(panel, end), sheet.start, months, below=True, whole=panel.counts)
        if panel.mark:
            _article(upper, months, panel.mark, np.vstack([its[[0, 4]] for its in drawn[index]]))
        lower.axhline(0.0, color=INK, linewidth=0.7)
        for interval, colour in zip(panel.differences, colours[1:], strict=True):
            if filled:
                lower.fill_between(range(months), interval.low, interval.high, color=light(colour, 0.3), linewidth=0)
            else:  # outlines: of several bands the later ones would cover the others
                lower.fill_between(range(months), interval.low, interval.high, color=colour, alpha=0.08, linewidth=0)
                lower.plot(np.transpose((interval.low, interval.high)), color=colour, linewidth=0.6, alpha=0.8)
            lower.plot(interval.mean, color=colour, linewidth=1.2)
        calendar_axis(lower, sheet.start, months)
        number_axis(lower.yaxis, 3)
        if not any(np.nan_to_num(interval.mean).any() for interval in panel.differences):
            lower.set_ylim(-1, 1)
            lower.set_yticks([0.0])
            if not any(np.isfinite(interval.mean).any() for interval in panel.differences):
                _nothing(lower, tr("no seed with a value in both"), 0.72)  # above the line of zero
        note_of_difference(lower, panel.unit)
    return made


def fewest_empty(panels: int) -> int:
    """Four columns, or three where they leave fewer cells empty."""
    return min(panels, min((4, 3), key=lambda columns: -panels % columns))


def _lines(panels: Sequence[Panel], ends: Sequence[Ends | None]) -> int:
    """The most lines of a title, with those that the words below it take beyond one."""
    return max(
        panel.title.count("\n") + 1 + _below(panel, end).count("\n") for panel, end in zip(panels, ends, strict=True)
    )


def _below(panel: Panel, ends: Ends | None) -> str:
    """Unit and name; and where an axis does not begin at 0, or the first year goes beyond it."""
    said = [panel.below]
    if ends is not None:
        said += [tr("axis not from 0")] * (not ends[0] <= 0.0 <= ends[1])
        said += [tr("first year beyond the axis")] * ends[2]
    line = _APART.join(said)
    return line if width_of(line) <= _WIDE else "\n".join((said[0], _APART.join(said[1:])))


def _key_of_marks(sheet: Sheet) -> list[KeyEntry]:
    return [("mark", VERMILION, tr("the article's figure"))] if any(panel.mark for panel in sheet.panels) else []


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


def _overlaid(axes: Axes, bands: Cells, colour: str, width: float, *, banded: bool) -> None:
    """Median of one scenario among others, and its band where it can be told from theirs."""
    low, _, middle, _, high = bands
    if banded:
        axes.fill_between(range(len(low)), low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(np.transpose((low, high)), color=colour, linewidth=0.5, alpha=0.6)
    axes.plot(middle, color=colour, linewidth=width, solid_capstyle="round")


def _nothing(axes: Axes, words: str = "", height: float = 0.5) -> None:
    axes.text(
        0.5, height, words or tr("no value in any seed"), transform=axes.transAxes, color=GREY, ha="center", va="center"
    )


def _ends(bands: list[Cells], runs: Cells, given: Mark | None) -> Ends | None:
    """Least and largest of the 90% bands, the medians, the first single runs and the article's figure."""
    always = [*([given.value] if given else []), *(value for its in bands for value in its[2])]
    return axis_ends([*(its[[0, 4]] for its in bands), runs[:_SINGLE_RUNS]], always)


def _limit(axes: Axes, ends: Ends | None, given: Mark | None) -> None:
    """Room for all between the ends, from zero where that is near, and for a mark's label."""
    low, high = ends[:2] if ends else (0.0, 1.0)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    top = room if high or not low else 0.0
    axes.set_ylim(low - (room if low else 0.0), high + (4 if given else 1) * top)
    if low <= 0.0 <= high:
        axes.axhline(0.0, color=GREY if low else FAINT, linewidth=0.5)


def _article(axes: Axes, months: int, given: Mark, bands: Cells) -> None:
    """The article's figure, its label where no band is, if there is room; ``bands`` are low and high ends in turn."""
    at = (float(given.month), given.value)
    mark(axes, *at, VERMILION, clip_on=False)
    if given.bound in ("at least", "at most"):
        arrow: Any = {"arrowstyle": "<-", "color": VERMILION, "linewidth": 1.1, "shrinkB": 2, "shrinkA": 0}
        note(axes, "", at, (0, 15 if given.bound == "at least" else -15), arrowprops=arrow, zorder=6)
    words = bound_text(given.bound, given.value)
    bottom, top = axes.get_ylim()
    wide, tall = _LETTER * width_of(words) * months, _TALL * (top - bottom)

    def hidden(place: tuple[bool, bool, int]) -> tuple[int, int, bool, bool]:
        """Months in which a band is behind the label; then the nearest place, and the usual side first."""
        left, above, away = place
        ends = (given.month - wide, given.month) if left else (given.month + 1, given.month + 1 + wide)
        low = given.value + tall * (away if above else -1 - away)
        high = low + tall
        inside = slice(max(0, int(ends[0])), max(0, int(ends[1])))
        outside = ends[0] < 0 or ends[1] > months or high > top or low < bottom
        behind = (bands[::2, inside] < high) & (bands[1::2, inside] > low)
        return int(behind.any(axis=0).sum()) + months * outside, away, left != (given.month > months / 2), not above

    sides = (True, False)
    left, above, away = min(((left, above, away) for left in sides for above in sides for away in range(3)), key=hidden)
    beside = (at[0], at[1] + tall * (away if above else -away))
    note(
        axes, words, beside, (-6 if left else 6, 4 if above else -12), color=VERMILION,
        ha="right" if left else "left", fontweight="bold", path_effects=HALO, zorder=7,
    )  # fmt: skip
