"""Charts on an axis of bands: values of any unit on one axis, 0 at their band's lower end and 1 at its upper one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from sim.formats import band_text
from sim.language import is_chinese, later, tr, trc
from sim.report.html.markup import Markup, join, picture, tag
from sim.report.text.rotations import asked_text, band_of, row_unit, target_words, wanted_text
from sim.report.text.validation import fact_words, verdict_text, verdict_unit
from sim.studies.questions.rotation import Row
from sim.studies.questions.validate import Verdict
from sim.units import Everyday

Band = tuple[float, float]


class _Layout(NamedTuple):
    """Where things are, in units of the picture: texts are beside the bands, or on a phone above them."""

    width: int
    left: int
    right: int
    above: int  # each line
    class_: str

    def middle(self, index: int, tall: int) -> float:
        """Of a line's bands."""
        return (self.above + tall) * index + self.above + tall / 2

    def x(self, value: float) -> float:
        within = min(max(value, _FROM), _TO)
        return round(self.left + (self.width - self.left - self.right) * (within - _FROM) / (_TO - _FROM), 1)


_BOTTOM = 30
_LAYOUTS = (_Layout(360, 44, 44, 32, "tornado narrow"), _Layout(980, 330, 280, 0, "tornado bands"))
_ONE, _TWO = 28, 38  # units of the picture a line, with one interval and with two
_APART = 7  # units of the picture by which a fitted and a predicted value are above and below their line
_FROM, _TO = -1.0, 2.0  # of the axis, in bands
_LONGEST = 52  # letters of a title in a chart
_ENDS = (
    (-1, later("one width below")), (0, later("lower end")), (1, later("upper end")), (2, later("one width above")),
)  # fmt: skip
SIGNS = later(
    "grey: the band; line: 90% of seeds; ● median, pass; ✕ median, fail; ◆ what the source says; ▸ beyond the axis"
)
ROTATION_SIGNS = later(
    "grey: the band; above: fitted to it; below, coloured: predicted without its group; line: 90% of the posterior; "
    "● median in the band; ✕ median out of it; ◆ what was asked for; ▸ beyond the axis"
)


def in_bands(band: Band, value: float, size: float) -> float:
    """A value in units of its band.

    Of a band with one end the unit is that end's distance from zero, or ``size`` where the end is zero.
    """
    low, high = band
    if math.isinf(high):
        return (value - low) / (abs(low) or size)
    return 1.0 + (value - high) / (abs(high) or size) if math.isinf(low) else (value - low) / (high - low)


def band_chart(name: str, group: str, verdicts: Sequence[Verdict]) -> Markup:
    """Each fact on a line: its band, and the model's median and interval in units of that band."""

    def drawn(on: _Layout) -> Iterator[Markup]:
        for index, it in enumerate(verdicts):
            y, colour = on.middle(index, _ONE), "s0" if it.passed else "s1"
            told = _numbers(verdict_unit(it), it.value, it.low, it.high)
            yield from _texts(on, fact_words(it, it.check.title), told, y, _ONE)
            yield from _line(on, it.check.band, it.check.value, (it.low, it.high), y, _ONE)
            yield from _interval(on, it.check.band, (it.value, it.low, it.high), y, colour, good=it.passed)

    words = trc("between changes", "; ").join(
        tr("{fact} {value}, band {band}, {verdict}", fact=fact_words(it, it.check.title),
           value=_numbers(unit, it.value, it.low, it.high), band=band_text(*map(unit.of, it.check.band)),
           verdict=verdict_text(it))
        for it in verdicts for unit in (verdict_unit(it),)
    )  # fmt: skip
    return _pictures(name, tr("{name}: {said}", name=group, said=words), len(verdicts), _ONE, drawn)


def pair_chart(name: str, title: str, rows: Sequence[Row], first: str, second: str) -> Markup:
    """Each target on a line: its band, and above one another what it is in two ways, such as fitted and predicted."""

    def drawn(on: _Layout) -> Iterator[Markup]:
        for index, row in enumerate(rows):
            y, band, last = on.middle(index, _TWO), band_of(row), row[second]
            told = _numbers(row_unit(row), last["median"], last["low"], last["high"])
            yield from _texts(on, target_words(row), told, y, _TWO)
            yield from _line(on, band, row["value"], (last["low"], last["high"]), y, _TWO)
            for kind, at in ((first, y - _APART), (second, y + _APART)):
                one = row[kind]
                colour = "s4" if kind == first else "s0" if one["within"] else "s1"
                yield from _interval(on, band, (one["median"], one["low"], one["high"]), at, colour, good=one["within"])

    words = trc("between changes", "; ").join(
        tr("{target}, asked for {value}, band {band}: {first} {one}, {second} {other}", target=target_words(row),
           value=asked_text(row), band=wanted_text(row), first=tr(first), one=_median(row, first), second=tr(second),
           other=_median(row, second))
        for row in rows
    )  # fmt: skip
    return _pictures(name, tr("{name}: {said}", name=title, said=words), len(rows), _TWO, drawn)


def _pictures(
    name: str, words: str, lines: int, tall: int, drawn: Callable[[_Layout], Iterable[Markup]]
) -> Markup:  # fmt: skip
    """The picture in each layout; the style shows the one for which there is room."""
    made: list[Markup] = []
    for on in _LAYOUTS:
        height = (on.above + tall) * lines + _BOTTOM
        axis: list[Markup] = []
        for end, label in _ENDS:
            axis += [tag("path", d=f"M{on.x(end)} 0V{height - _BOTTOM + 4}", class_="grid"),
                     tag("text", tr(label), x=on.x(end), y=height - 8, class_="tick x")]  # fmt: skip
        named = f"{name}-narrow" if on.above else name
        made.append(picture(named, words, on.width, height, [*axis, *drawn(on)], on.class_))
    return join(made)


def _texts(on: _Layout, title: str, told: str, y: float, tall: int) -> list[Markup]:
    """What a line is called, and its numbers."""
    longest = _LONGEST // 2 if is_chinese() else _LONGEST  # its letters are twice as wide
    short = title if len(title) <= longest else f"{title[: longest - 1]}…"
    if on.above:
        top = y - tall / 2
        return [tag("text", short, x=0, y=top - 16, class_="tick first name"),
                tag("text", told, x=0, y=top - 1, class_="tick first")]  # fmt: skip
    return [tag("text", short, x=on.left - 12, y=y + 4, class_="tick y"),
            tag("text", told, x=on.width - on.right + 14, y=y + 4, class_="tick first")]  # fmt: skip


def _line(
    on: _Layout, band: Band, said: float | None, ends: tuple[float | None, float | None], y: float, tall: int
) -> list[Markup]:  # fmt: skip
    """The band of one line, and the stated or target value if it is on the axis."""
    (low, high), half = band, tall // 2 - 5
    left, right = (_FROM if math.isinf(low) else 0.0), (_TO if math.isinf(high) else 1.0)
    drawn = [
        tag("path", d=f"M{on.x(left)} {y - half}H{on.x(right)}v{2 * half}H{on.x(left)}Z", class_="band s4"),
    ]
    if said is not None and _FROM <= (at := in_bands(band, said, _size(ends))) <= _TO:
        drawn.append(tag("path", d=f"M{on.x(at)} {y - 7}l5 7l-5 7l-5 -7Z", class_="mark"))
    return drawn


def _interval(
    on: _Layout, band: Band, found: tuple[float | None, float | None, float | None], y: float, colour: str, *,
    good: bool,
) -> list[Markup]:  # fmt: skip
    """A median with its interval, if there is one."""
    value, low, high = found
    if value is None or low is None or high is None:
        return []
    size = _size((low, high))
    left, right = (on.x(in_bands(band, end, size)) for end in (low, high))
    whisker = tag("path", d=f"M{left} {y}H{right}", class_=f"whisker {colour}")
    return [whisker, _point(on, in_bands(band, value, size), y, colour, good=good)]


def _point(on: _Layout, middle: float, y: float, colour: str, *, good: bool) -> Markup:
    """The median: a dot or a cross; an arrowhead where it lies beyond the axis."""
    x = on.x(middle)
    if not _FROM <= middle <= _TO:
        way = 7 if middle > _TO else -7
        return tag("path", d=f"M{x} {y - 6}l{way} 6l{-way} 6Z", class_=f"dot here {colour}")
    if good:
        return tag("circle", cx=x, cy=y, r=5, class_=f"dot here {colour}")
    return tag("path", d=f"M{x - 5} {y - 5}l10 10M{x + 5} {y - 5}l-10 10", class_=f"line {colour}")


def _numbers(unit: Everyday, value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return tr("no value")
    return tr("{value} ({span})", value=unit.told(value), span=unit.span(low, high))


def _median(row: Row, kind: str) -> str:
    """A target's median with its interval."""
    return _numbers(row_unit(row), *(row[kind][part] for part in ("median", "low", "high")))


def _size(ends: tuple[float | None, float | None]) -> float:
    return max(abs(end or 0.0) for end in ends) or 1.0
