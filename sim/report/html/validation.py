"""The page on facts: each against its band, predicted and fitted ones apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.formats import band_text, number
from sim.language import in_english
from sim.report.html.bands import SIGNS, band_chart
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.html.page import Section, document
from sim.report.html.reproduce import reproduction
from sim.report.html.rotation import rotation_sections
from sim.report.text.rotations import rotation_csv
from sim.report.text.validation import (
    UNKNOWN,
    count_text,
    facts_csv,
    headline,
    how,
    measured_text,
    parts,
    verdict_text,
    verdict_unit,
)
from sim.studies.questions.validate import Validation, Verdict

_WORDS = {
    "predicted": "What the model was not fitted to. A failure here is a finding about the model.",
    "fitted": "What parameters were fitted to: that these are met says that the fit worked, and no more.",
    "rest": "What a world in which nothing is switched on leaves as it is. One that drifts moves by itself.",
}
_JUDGED = (
    "Of each fact the value is taken in every world; median and 90% interval (5th to 95th percentile) are over seeds, "
    "of one set of parameters. A fact passes where the median lies in its band. A figure of the article passes where "
    "the interval covers it, or lies wholly on the allowed side of a bound, and is narrow enough to say something; the "
    "score is then the continuous ranked probability score, in the fact's unit. Bands were set from the evidence. "
    "A statistic is at rest where the logarithm of each five years' mean over that of the first five stays within its "
    "tolerance, with two standard errors over seeds; where these reach beyond it, the verdict is unresolved, no pass."
)


@in_english
def validation_page(found: Validation, command: str) -> bytes:
    """The file; ``command`` makes it again."""
    results = [result for result in found.results.values() if result.replicates]
    sections = [
        *(Section(name, name.capitalize(), _part(name, verdicts)) for name, verdicts in parts(found)),
        *rotation_sections(found.rotations, found.model),
        Section("judged", "How facts are judged", tag("p", _JUDGED)),
    ]
    counts = [(name.capitalize(), [it.passed for it in verdicts]) for name, verdicts in parts(found)]
    if found.rotations:
        counts.append(
            ("Predicted in rotation", [row["predicted"]["within"] for it in found.rotations for row in it.rows])
        )
    cards = tag("ul", [_card(heading, passed) for heading, passed in counts], class_="cards")
    eyebrow = f"sim validate · {found.seeds} seeds · model {found.model}"
    files = [("facts.csv", facts_csv(found), "all facts")]
    if found.rotations:
        files.append(("rotation.csv", rotation_csv(found.rotations), "all targets of the rotations"))
    source = f"sim validate from {', '.join(it.path.name for it in results)}"
    opening = join(tag("p", how(found), class_="note"), cards)
    return document("The model against facts", eyebrow, [headline(found)], sections, reproduction(results, [command]),
                    files, source, opening=opening)  # fmt: skip


def _card(heading: str, passed: Sequence[bool]) -> Markup:
    said = tag("p", tag("b", f"{sum(passed)} / {len(passed)}"), " ", tag("span", "pass"), class_="value")
    return tag("li", tag("p", heading, class_="name"), said)


def _part(name: str, verdicts: Sequence[Verdict]) -> Markup:
    groups = dict.fromkeys(it.check.group for it in verdicts)
    made = [tag("p", f"{_WORDS[name]} {count_text(verdicts)}.")]
    for place, group in enumerate(groups):
        some = [it for it in verdicts if it.check.group == group]
        caption = tag("figcaption", tag("b", group.capitalize()), " ", tag("span", f"{count_text(some)}; {SIGNS}"))
        figure = tag("figure", caption, band_chart(f"{name}{place}", group, some), class_="wide", tabindex=0)
        made += [tag("h3", group.capitalize()), figure, _table(some, f"{group}, {name}")]
    return join(made)


def _table(verdicts: Sequence[Verdict], which: str) -> Markup:
    at_rest = verdicts[0].check.rule == "rest"
    value = "change, two standard errors" if at_rest else "median, 90% interval"
    heads = ("fact", value, "band", "verdict", "evidence")
    rows = [_cells(it) for it in verdicts]
    return tag("div", table(heads, rows, (1, 2), f"{which}: the numbers"), class_="facts")


def _cells(it: Verdict) -> list[Any]:
    check = it.check
    sign, kind = ("✓ ", "yes") if it.passed else ("✗ ", "no")
    badge = tag("span", f"{sign}{verdict_text(it)}", class_=f"badge {kind}")
    score = tag("small", f"score {verdict_unit(it).number(it.crps)}") if it.crps is not None else None
    finding = None if it.passed else tag("small", UNKNOWN)
    if check.finding and not it.passed:
        finding = fold("why, and what next", tag("small", check.finding))
    fitted = fold("fitted by", tag("small", it.fitted)) if it.fitted else None
    said = "" if check.value is None else f"{number(check.value)} {check.value_unit}".rstrip() + ": "
    unit = verdict_unit(it)
    return [
        join(check.title, tag("small", measured_text(it)), tag("small", check.note)),
        join(unit.number(it.value), tag("small", unit.span(it.low, it.high)), tag("small", unit.unit)),
        band_text(*map(unit.of, check.band)),
        join(badge, score, finding),
        join(tag("small", f"{said}{check.source} ({check.trust or 'given by the user'})"), fitted),
    ]  # fmt: skip
