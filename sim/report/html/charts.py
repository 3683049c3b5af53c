"""Charts as inline SVG: fans over the months, differences, shares. Colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.formats import bound_text, minus, number, signed, tick_labels
from sim.language import tr
from sim.report.html.markup import Markup, join, picture, tag
from sim.report.sheets import Mark, axis_ends, year_ticks
from sim.runs.replicate import Cells
from sim.studies.estimators.intervals import Interval

if TYPE_CHECKING:
    from sim.studies.estimators.indices import Estimate  # scipy takes longer to import than a page to write

Numbers = NDArray[np.float64]

WIDTH, FAN, DIFFERENCE = 360, 210, 124  # units of the picture: about a pixel each
LEFT, RIGHT, TOP, BOTTOM = 48, 58, 12, 24
RUNS = 20  # single runs drawn faintly, of each scenario
_LETTERS = 7  # of a label that fits beside the axis
_LABEL = 13  # units between two labels at the lines' ends


@dataclass(frozen=True)
class Line:
    """One scenario in a chart: its percentiles (5, 25, 50, 75, 95) x months, and single runs x months."""

    name: str
    bands: Cells
    runs: Cells


@dataclass(frozen=True)
class Frame:
    """Where months and values lie in a picture."""

    months: int
    low: float
    high: float
    height: int

    def x(self, month: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (month + 0.5) / self.months

    def y(self, value: float) -> float:
        """Of a value beyond the axis the nearer end."""
        within = min(max(value, self.low), self.high)
        return TOP + (self.height - TOP - BOTTOM) * (self.high - within) / (self.high - self.low)

    def path(self, values: Numbers) -> str:
        """A line through the months that have a value."""
        words, pen = [], "M"
        for month, value in enumerate(values):
            if math.isfinite(value):
                words.append(f"{pen}{_short(self.x(month))} {_short(self.y(float(value)))}")
                pen = "L"
            else:
                pen = "M"
        return "".join(words)

    def area(self, low: Numbers, high: Numbers) -> str:
        """The area between two lines, over the months in which both have a value."""
        words = []
        known = np.flatnonzero(np.isfinite(low + high))
        for months in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1) if len(known) else ():
            there = [f"{_short(self.x(int(m)))} {_short(self.y(float(high[m])))}" for m in months]
            back = [f"{_short(self.x(int(m)))} {_short(self.y(float(low[m])))}" for m in months[::-1]]
            words.append("M" + "L".join(there + back) + "Z")
        return "".join(words)


def fan_chart(
    name: str, words: str, lines: Sequence[Line], start: tuple[int, int], mark: Mark | None
) -> tuple[Markup, bool]:  # fmt: skip
    """Medians, bands and faint runs over the months, and whether the first year goes beyond the axis.

    ``words`` describe them to screen readers.
    """
    months = lines[0].bands.shape[1]
    always = [*([mark.value] if mark else []), *(value for line in lines for value in line.bands[2])]
    low, high, beyond = value_range([*(line.bands for line in lines), *(line.runs for line in lines)], always)
    frame = Frame(months, low, high, FAN)
    drawn: list[Markup | None] = [*_axes(frame, start)]
    for index, line in enumerate(lines):
        kind = f"s{index}"
        drawn.append(
            tag("path", d="".join(map(frame.path, line.runs)), class_=f"runs {kind}") if len(line.runs) else None
        )
        drawn += [tag("path", d=frame.area(line.bands[0], line.bands[4]), class_=f"band {kind}"),
                  tag("path", d=frame.area(line.bands[1], line.bands[3]), class_=f"band inner {kind}")]  # fmt: skip
    drawn += [tag("path", d=frame.path(line.bands[2]), class_=f"line s{index}") for index, line in enumerate(lines)]
    if mark:
        drawn += _mark(frame, mark)
    if not any(np.isfinite(line.bands).any() for line in lines):
        drawn.append(tag("text", tr("no value"), x=WIDTH / 2, y=frame.height / 2, class_="none"))
    at_end = [(line.bands[2], number(_last(line.bands[2]))) for line in lines]
    return _picture(name, words, FAN, [*drawn, *_ends(frame, at_end, 0)]), beyond


def difference_chart(name: str, words: str, intervals: Sequence[Interval], start: tuple[int, int]) -> Markup:
    """Mean differences by month with their intervals, and the line of no difference; words where there are none."""
    if not any(np.isfinite(one.mean).any() for one in intervals):
        return tag("p", tr("no seed with a value in both"), class_="note")
    months = len(intervals[0][0])
    cells = [np.vstack([*one, np.zeros(months)]) for one in intervals]
    low, high, _ = value_range([part.T for part in cells])  # worlds with a common past: the first year stays
    frame = Frame(months, low, high, DIFFERENCE)
    drawn = [*_axes(frame, start, 3)]
    for index, one in enumerate(intervals, 1):
        drawn.append(tag("path", d=frame.area(one.low, one.high), class_=f"band s{index}"))
    drawn.append(tag("path", d=f"M{LEFT} {_short(frame.y(0))}H{WIDTH - RIGHT}", class_="zero"))
    drawn += [tag("path", d=frame.path(mean), class_=f"line s{index}") for index, (mean, *_) in enumerate(intervals, 1)]
    ends = [(mean, signed(_last(mean))) for mean, *_ in intervals]
    return _picture(name, words, DIFFERENCE, [*drawn, *_ends(frame, ends, 1)])


def share_bar(words: str, parts: Sequence[tuple[str, float, str]]) -> Markup:
    """Parts of a whole side by side, and a key of them all: class, share and label of each."""
    drawn, x = [], 0.0
    for kind, share, _ in parts:
        width = 720 * share
        drawn.append(tag("rect", x=_short(x), y=0, width=_short(max(1.5, width - 2)), height=30, class_=kind, rx=2))
        x += width
    bar = tag("svg", tag("title", words), drawn, viewBox="0 0 720 30", role="img", class_="shares",
              preserveAspectRatio="none")  # fmt: skip
    key = [tag("li", tag("i", class_=f"swatch {kind}"), label) for kind, _, label in parts]
    return join(bar, tag("ul", key, class_="key"))


def ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers within a range, about ``count`` of them."""
    step = 10.0 ** math.floor(math.log10((high - low) / count))
    step *= min((1, 2, 5, 10), key=lambda it: abs(math.log((high - low) / (it * step) / count)))
    return [index * step for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _picture(name: str, words: str, height: int, drawn: Sequence[Markup | None]) -> Markup:
    cursor = tag("path", d=f"M0 {TOP}V{height - BOTTOM}", class_="cursor")
    return picture(name, words, WIDTH, height, [*drawn, cursor], "chart", id=name, tabindex=0)


def _axes(frame: Frame, start: tuple[int, int], count: int = 4) -> list[Markup]:
    found = ticks(frame.low, frame.high, count)
    drawn = []
    labels = tick_labels(found)
    if max(map(len, labels), default=0) > _LETTERS:
        labels = [minus(f"{value or 0.0:g}") for value in found]
    for value, label in zip(found, labels, strict=True):
        y = _short(frame.y(value))
        drawn += [tag("path", d=f"M{LEFT} {y}H{WIDTH - RIGHT}", class_="grid"),
                  tag("text", label, x=LEFT - 6, y=_short(frame.y(value) + 3.5), class_="tick y")]  # fmt: skip
    marks = year_ticks(start, frame.months, 7)
    for at, label in marks:
        x = frame.x(at - 0.5) if len(label) == 4 else frame.x(at)
        anchor = "y" if at == frame.months - 1 and len(marks) > 1 else "first" if len(label) > 4 else "x"
        drawn += [tag("path", d=f"M{_short(x)} {frame.height - BOTTOM}v4", class_="axis"),
                  tag("text", label, x=_short(x), y=frame.height - 5, class_=f"tick {anchor}")]  # fmt: skip
    return drawn


def _ends(frame: Frame, lines: Sequence[tuple[Numbers, str]], first: int) -> list[Markup]:
    """The last values right of the lines' ends, apart from one another."""
    known = [(at, values, words) for at, (values, words) in enumerate(lines) if math.isfinite(_last(values))]
    known.sort(key=lambda it: -_last(it[1]))
    places: list[float] = []
    for _, values, _ in known:
        y = frame.y(_last(values)) + 4
        places.append(max(y, places[-1] + _LABEL) if places else y)
    over = max(0.0, places[-1] - (frame.height - BOTTOM + 4)) if places else 0.0
    return [tag("text", words, x=WIDTH - RIGHT + 6, y=_short(y - over), class_=f"end s{first + at}")
            for (at, _, words), y in zip(known, places, strict=True)]  # fmt: skip


def _mark(frame: Frame, mark: Mark) -> list[Markup]:
    x, y = frame.x(mark.month), frame.y(mark.value)
    words = bound_text(mark.bound, mark.value)
    return [tag("path", d=f"M{_short(x)} {_short(y - 5)}l5 5l-5 5l-5 -5Z", class_="mark"),
            tag("text", words, x=_short(x - 8), y=_short(max(y - 5, TOP)), class_="marked")]  # fmt: skip


def value_range(cells: Sequence[Cells], always: Sequence[float] = ()) -> tuple[float, float, bool]:
    """The ends of an axis over months, zero where it is near, and whether the first year goes beyond them.

    Values of ``always`` are shown whatever their month.
    """
    found = axis_ends(cells, always)
    if found is None:
        return 0.0, 1.0, False
    low, high, beyond = found
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        room = abs(high) * 0.05 or 1.0
        return low - room, high + room, beyond
    room = 0.06 * (high - low)
    return (low if low == 0 else low - room), high + room, beyond


def _last(values: Numbers) -> float:
    return float(values[-1])


def _short(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


def effect_chart(name: str, words: str, bars: Sequence[tuple[str, str, Estimate]], *, narrow: bool = False) -> Markup:
    """A tornado: for each parameter its name, kind of source, and effect with interval, the largest first.

    ``narrow`` fits a phone: names are above the bars.
    """
    width, step, left, head = (360, 42, 16, 16.0) if narrow else (760, 26, 300, 0.0)
    ends = [end for *_, it in bars for end in it if math.isfinite(end)]  # one seed gives no interval
    low, high = min(0.0, *ends, 0.0), max(0.0, *ends, 0.0)
    if high - low <= 0:
        low, high = -1.0, 1.0
    height = step * len(bars) + 26

    def x(value: float) -> float:
        return left + (width - left - 16) * (value - low) / (high - low)

    drawn: list[Markup] = []
    found = ticks(low, high, 3 if narrow else 5)
    for value, text in zip(found, tick_labels(found), strict=True):
        drawn += [tag("path", d=f"M{_short(x(value))} 0V{height - 22}", class_="grid"),
                  tag("text", text, x=_short(x(value)), y=height - 6, class_="tick x")]  # fmt: skip
    for index, (key, kind, (value, below, above)) in enumerate(bars):
        y = step * index + head + (step - head) / 2
        start, end = sorted((x(0.0), x(value if math.isfinite(value) else 0.0)))
        drawn += [
            tag("text", key, x=0, y=_short(y - 13), class_="tick first") if narrow
            else tag("text", key, x=left - 10, y=_short(y + 4), class_="tick y"),
            tag("rect", x=_short(start), y=_short(y - 8), width=_short(max(0.6, end - start)), height=16, rx=1.5,
                class_=kind),
            tag("path", d=f"M{_short(x(below))} {_short(y)}H{_short(x(above))}", class_="interval-line")
            if math.isfinite(below) and math.isfinite(above) else Markup(""),
        ]  # fmt: skip
    drawn.append(tag("path", d=f"M{_short(x(0.0))} 0V{height - 22}", class_="zero"))
    return picture(name, words, width, height, drawn, "tornado narrow" if narrow else "tornado")
