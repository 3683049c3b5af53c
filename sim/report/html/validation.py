"""The page on facts: each against its band, what is predicted and what was fitted apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.report.html.limits import HEADING, limits_list
from sim.report.html.markup import Markup, download, fold, join, table, tag
from sim.report.html.page import Section, document
from sim.report.html.reproduce import reproduction
from sim.report.html.results import SOURCES
from sim.report.validation import (
    band_text,
    count_text,
    facts_csv,
    headline,
    how,
    measured_text,
    parts,
    verdict_text,
)
from sim.runs.summary import number, span
from sim.studies.validate import Validation, Verdict

_WIDTH, _STEP, _LEFT, _RIGHT, _BOTTOM = 900, 28, 330, 190, 30
_FROM, _TO = -1.0, 2.0  # of the axis, in bands: 0 is a band's lower end and 1 its upper one
_LONGEST = 52  # letters of a title in a chart
_ENDS = ((-1, "one width below"), (0, "lower end"), (1, "upper end"), (2, "one width above"))
_WORDS = {
    "predicted": "What the model was not fitted to. A failure here is a finding about the model.",
    "fitted": "What parameters were fitted to: that these are met says that the fit worked, and no more.",
}
_JUDGED = (
    "Of each fact the value is taken in every world; median and 90% interval (5th to 95th percentile) are over seeds, "
    "of one set of parameters. A fact passes where the median lies in its band. A figure of the article passes where "
    "the interval covers it, or lies wholly on the allowed side of a bound, and is narrow enough to say something; the "
    "score is then the continuous ranked probability score, in the fact's unit. Bands were set from the evidence."
)


def validation_page(found: Validation, command: str) -> bytes:
    """The file; ``command`` makes it again."""
    results = [result for result in found.results.values() if result.replicates]
    sections = [
        *(Section(name, name.capitalize(), _part(name, verdicts)) for name, verdicts in parts(found)),
        Section("judged", "How facts are judged", tag("p", _JUDGED)),
        Section("limits", HEADING, limits_list()),
        Section("reproduce", "How to reproduce it", reproduction(results, [command])),
        Section("data", "Data", tag("p", download("facts.csv", facts_csv(found), "all facts"))),
    ]
    cards = tag("ul", [_card(name, verdicts) for name, verdicts in parts(found)], class_="cards")
    eyebrow = f"sim validate · {found.seeds} seeds · model {found.model}"
    footer = f"Written by sim validate from {', '.join(it.path.name for it in results)}. {SOURCES}"
    leads = [headline(found)]
    return document(
        "The model against facts",
        eyebrow,
        leads,
        join(tag("p", how(found), class_="note"), cards),
        sections,
        {},
        footer,
    )


def _card(name: str, verdicts: Sequence[Verdict]) -> Markup:
    said = f"{sum(it.passed for it in verdicts)} / {len(verdicts)}"
    return tag("li", tag("h3", name.capitalize()), tag("p", tag("b", said), " ", tag("span", "pass"), class_="value"))


def _part(name: str, verdicts: Sequence[Verdict]) -> Markup:
    groups = dict.fromkeys(it.check.group for it in verdicts)
    made = [tag("p", f"{_WORDS[name]} {count_text(verdicts)}.")]
    for place, group in enumerate(groups):
        some = [it for it in verdicts if it.check.group == group]
        caption = tag("figcaption", tag("b", group.capitalize()), " ", tag("span", f"{count_text(some)}; {_SIGNS}"))
        figure = tag("figure", caption, band_chart(f"{name}{place}", group, some), class_="wide")
        made += [tag("h3", group.capitalize()), figure, _table(some, group, fitted=name == "fitted")]
    return join(made)


_SIGNS = "grey: the band; line: 90% of seeds; ● median, pass; ✕ median, fail; ◆ what the source says; ▸ beyond the axis"


def band_chart(name: str, group: str, verdicts: Sequence[Verdict]) -> Markup:
    """Each fact on a line: its band, and the model's median and interval in units of that band."""
    height = _STEP * len(verdicts) + _BOTTOM
    drawn: list[Markup | None] = []
    for end, label in _ENDS:
        drawn += [tag("path", d=f"M{_x(end)} 0V{height - _BOTTOM + 4}", class_="grid"),
                  tag("text", label, x=_x(end), y=height - 8, class_="tick x")]  # fmt: skip
    for place, it in enumerate(verdicts):
        drawn += _row(it, _STEP * place + _STEP / 2)
    words = f"{group}: " + "; ".join(
        f"{it.check.title} {number(it.value)} ({span(it.low, it.high)}), band {band_text(it.check.band)}, "
        f"{verdict_text(it)}" for it in verdicts
    )  # fmt: skip
    return tag("svg", tag("title", words, id=f"{name}-title"), drawn, viewBox=f"0 0 {_WIDTH} {height}", role="img",
               aria_labelledby=f"{name}-title", class_="tornado")  # fmt: skip


def in_bands(band: tuple[float, float], value: float, size: float) -> float:
    """A value in units of its band, 0 at the lower end and 1 at the upper one.

    Of a band with one end the unit is that end's distance from zero, or ``size`` where the end is zero.
    """
    low, high = band
    if math.isinf(high):
        return (value - low) / (abs(low) or size)
    return 1.0 + (value - high) / (abs(high) or size) if math.isinf(low) else (value - low) / (high - low)


def _row(it: Verdict, y: float) -> list[Markup | None]:
    """One fact's line: title, band, interval, median, and the numbers at the right."""
    low, high = it.check.band
    title = it.check.title if len(it.check.title) <= _LONGEST else f"{it.check.title[: _LONGEST - 1]}…"
    left, right = (_FROM if math.isinf(low) else 0.0), (_TO if math.isinf(high) else 1.0)
    drawn: list[Markup | None] = [
        tag("text", title, x=_LEFT - 12, y=y + 4, class_="tick y"),
        tag("path", d=f"M{_x(left)} {y - 9}H{_x(right)}v18H{_x(left)}Z", class_="band s4"),
    ]
    if it.value is None or it.low is None or it.high is None:
        return [*drawn, tag("text", "no value", x=_WIDTH - _RIGHT + 14, y=y + 4, class_="tick first")]
    size = max(abs(it.low), abs(it.high)) or 1.0
    ends = [in_bands(it.check.band, value, size) for value in (it.low, it.high)]
    middle = in_bands(it.check.band, it.value, size)
    kind = "s0" if it.passed else "s1"
    if it.check.value is not None and _FROM <= (said := in_bands(it.check.band, it.check.value, size)) <= _TO:
        drawn.append(tag("path", d=f"M{_x(said)} {y - 7}l5 7l-5 7l-5 -7Z", class_="mark"))
    drawn.append(tag("path", d=f"M{_x(ends[0])} {y}H{_x(ends[1])}", class_=f"whisker {kind}"))
    drawn.append(_point(middle, y, kind, passed=it.passed))
    said_text = f"{number(it.value)} ({span(it.low, it.high)})"
    return [*drawn, tag("text", said_text, x=_WIDTH - _RIGHT + 14, y=y + 4, class_="tick first")]


def _point(middle: float, y: float, kind: str, *, passed: bool) -> Markup:
    """The median: a dot or a cross; an arrowhead where it lies beyond the axis."""
    x = _x(middle)
    if not _FROM <= middle <= _TO:
        way = 7 if middle > _TO else -7
        return tag("path", d=f"M{x} {y - 6}l{way} 6l{-way} 6Z", class_=f"dot here {kind}")
    if passed:
        return tag("circle", cx=x, cy=y, r=5, class_=f"dot here {kind}")
    return tag("path", d=f"M{x - 5} {y - 5}l10 10M{x + 5} {y - 5}l-10 10", class_=f"line {kind}")


def _x(value: float) -> float:
    within = min(max(value, _FROM), _TO)
    return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * (within - _FROM) / (_TO - _FROM), 1)


def _table(verdicts: Sequence[Verdict], group: str, *, fitted: bool) -> Markup:
    heads = ["fact", "median", "90% interval", "unit", "band", "", "evidence", *(["fitted by"] if fitted else [])]
    rows = [_cells(it, fitted=fitted) for it in verdicts]
    return tag("div", table(heads, rows, (1, 2, 4), f"{group}: the numbers"), class_="facts")


def _cells(it: Verdict, *, fitted: bool) -> list[Any]:
    check = it.check
    sign, kind = ("✓ ", "yes") if it.passed else ("✗ ", "no")
    badge = tag("span", f"{sign}{verdict_text(it)}", class_=f"badge {kind}")
    score = tag("small", f"score {number(it.crps)}") if it.crps is not None else None
    finding = fold("why, and what next", tag("small", check.finding)) if check.finding and not it.passed else None
    said = "" if check.value is None else f"{number(check.value)} {check.value_unit}".rstrip() + ": "
    return [
        join(check.title, tag("small", measured_text(it)), tag("small", check.note)), number(it.value),
        span(it.low, it.high), it.unit, band_text(it.check.band), join(badge, score, finding),
        tag("small", f"{said}{check.source} ({check.trust or 'given by the user'})"),
        *([tag("small", it.fitted)] if fitted else []),
    ]  # fmt: skip
