"""Charts on an axis of bands: values of any unit on one axis, 0 at their band's lower end and 1 at its upper one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.formats import band_text
from sim.language import is_chinese, later, tr, trc
from sim.report.html.markup import Markup, picture, tag
from sim.report.text.rotations import asked_text, band_of, row_unit, target_words, wanted_text
from sim.report.text.validation import fact_words, verdict_text, verdict_unit
from sim.studies.questions.rotation import Row
from sim.studies.questions.validate import Verdict
from sim.units import Everyday

Band = tuple[float, float]

_WIDTH, _LEFT, _RIGHT, _BOTTOM = 980, 330, 280, 30
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
    drawn: list[Markup] = []
    for index, it in enumerate(verdicts):
        y = _ONE * (index + 0.5)
        drawn += _line(fact_words(it, it.check.title), it.check.band, it.check.value, (it.low, it.high), y, _ONE)
        drawn += _interval(it.check.band, (it.value, it.low, it.high), y, "s0" if it.passed else "s1", good=it.passed)
        drawn.append(_told(_numbers(verdict_unit(it), it.value, it.low, it.high), y))
    words = trc("between changes", "; ").join(
        tr("{fact} {value}, band {band}, {verdict}", fact=fact_words(it, it.check.title),
           value=_numbers(unit, it.value, it.low, it.high), band=band_text(*map(unit.of, it.check.band)),
           verdict=verdict_text(it))
        for it in verdicts for unit in (verdict_unit(it),)
    )  # fmt: skip
    return _picture(name, tr("{name}: {said}", name=group, said=words), _ONE * len(verdicts), drawn)


def pair_chart(name: str, title: str, rows: Sequence[Row], first: str, second: str) -> Markup:
    """Each target on a line: its band, and above one another what it is in two ways, such as fitted and predicted."""
    drawn: list[Markup] = []
    for index, row in enumerate(rows):
        y, band, last = _TWO * (index + 0.5), band_of(row), row[second]
        drawn += _line(target_words(row), band, row["value"], (last["low"], last["high"]), y, _TWO)
        for kind, at in ((first, y - _APART), (second, y + _APART)):
            one = row[kind]
            colour = "s4" if kind == first else "s0" if one["within"] else "s1"
            drawn += _interval(band, (one["median"], one["low"], one["high"]), at, colour, good=one["within"])
        drawn.append(_told(_numbers(row_unit(row), last["median"], last["low"], last["high"]), y))
    words = trc("between changes", "; ").join(
        tr("{target}, asked for {value}, band {band}: {first} {one}, {second} {other}", target=target_words(row),
           value=asked_text(row), band=wanted_text(row), first=tr(first), one=_median(row, first), second=tr(second),
           other=_median(row, second))
        for row in rows
    )  # fmt: skip
    return _picture(name, tr("{name}: {said}", name=title, said=words), _TWO * len(rows), drawn)


def _picture(name: str, words: str, tall: int, drawn: Sequence[Markup]) -> Markup:
    height = tall + _BOTTOM
    axis: list[Markup] = []
    for end, label in _ENDS:
        axis += [tag("path", d=f"M{_x(end)} 0V{height - _BOTTOM + 4}", class_="grid"),
                 tag("text", tr(label), x=_x(end), y=height - 8, class_="tick x")]  # fmt: skip
    return picture(name, words, _WIDTH, height, [*axis, *drawn], "tornado bands")


def _line(
    title: str, band: Band, said: float | None, ends: tuple[float | None, float | None], y: float, tall: int
) -> list[Markup]:  # fmt: skip
    """Title and band of one line, and the stated or target value if it is on the axis."""
    (low, high), half = band, tall // 2 - 5
    left, right = (_FROM if math.isinf(low) else 0.0), (_TO if math.isinf(high) else 1.0)
    longest = _LONGEST // 2 if is_chinese() else _LONGEST  # its letters are twice as wide
    short = title if len(title) <= longest else f"{title[: longest - 1]}…"
    drawn = [
        tag("text", short, x=_LEFT - 12, y=y + 4, class_="tick y"),
        tag("path", d=f"M{_x(left)} {y - half}H{_x(right)}v{2 * half}H{_x(left)}Z", class_="band s4"),
    ]
    if said is not None and _FROM <= (at := in_bands(band, said, _size(ends))) <= _TO:
        drawn.append(tag("path", d=f"M{_x(at)} {y - 7}l5 7l-5 7l-5 -7Z", class_="mark"))
    return drawn


def _interval(
    band: Band, found: tuple[float | None, float | None, float | None], y: float, colour: str, *, good: bool
) -> list[Markup]:  # fmt: skip
    """A median with its interval, if there is one."""
    value, low, high = found
    if value is None or low is None or high is None:
        return []
    size = _size((low, high))
    left, right = (_x(in_bands(band, end, size)) for end in (low, high))
    whisker = tag("path", d=f"M{left} {y}H{right}", class_=f"whisker {colour}")
    return [whisker, _point(in_bands(band, value, size), y, colour, good=good)]


def _point(middle: float, y: float, colour: str, *, good: bool) -> Markup:
    """The median: a dot or a cross; an arrowhead where it lies beyond the axis."""
    x = _x(middle)
    if not _FROM <= middle <= _TO:
        way = 7 if middle > _TO else -7
        return tag("path", d=f"M{x} {y - 6}l{way} 6l{-way} 6Z", class_=f"dot here {colour}")
    if good:
        return tag("circle", cx=x, cy=y, r=5, class_=f"dot here {colour}")
    return tag("path", d=f"M{x - 5} {y - 5}l10 10M{x + 5} {y - 5}l-10 10", class_=f"line {colour}")


def _told(words: str, y: float) -> Markup:
    return tag("text", words, x=_WIDTH - _RIGHT + 14, y=y + 4, class_="tick first")


def _numbers(unit: Everyday, value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return tr("no value")
    return tr("{value} ({span})", value=unit.told(value), span=unit.span(low, high))


def _median(row: Row, kind: str) -> str:
    """A target's median with its interval."""
    return _numbers(row_unit(row), *(row[kind][part] for part in ("median", "low", "high")))


def _size(ends: tuple[float | None, float | None]) -> float:
    return max(abs(end or 0.0) for end in ends) or 1.0


def _x(value: float) -> float:
    within = min(max(value, _FROM), _TO)
    return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * (within - _FROM) / (_TO - _FROM), 1)
