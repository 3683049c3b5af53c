"""The page on facts: each against its band, predicted and fitted ones apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.formats import band_text
from sim.language import later, listed, paragraph, tr
from sim.report.html.bands import SIGNS, band_chart
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.html.page import Section, document
from sim.report.html.reproduce import reproduction
from sim.report.html.rotation import rotation_sections
from sim.report.money import declared_unit
from sim.report.text.rotations import rotation_csv
from sim.report.text.validation import (
    PARTS,
    UNKNOWN,
    count_text,
    fact_words,
    facts_csv,
    fitted_text,
    group_words,
    headline,
    how,
    measured_text,
    parts,
    verdict_text,
    verdict_unit,
)
from sim.studies.questions.validate import Validation, Verdict

_WORDS = {
    "predicted": later("What the model was not fitted to. A failure here is a finding about the model."),
    "fitted": later("What parameters were fitted to: that these are met says that the fit worked, and no more."),
    "rest": later("What a world in which nothing is switched on leaves as it is. One that drifts moves by itself."),
}
_JUDGED = later(
    "Of each fact the value is taken in every world; median and 90% interval (5th to 95th percentile) are over seeds, "
    "of one set of parameters. A fact passes where the median lies in its band. A figure of the article passes where "
    "the interval covers it, or lies wholly on the allowed side of a bound, and is narrow enough to say something; the "
    "score is then the continuous ranked probability score, in the fact's unit. Bands were set from the evidence. "
    "A statistic is at rest where the logarithm of each five years' mean over that of the first five stays within its "
    "tolerance, with two standard errors over seeds; where these reach beyond it, the verdict is unresolved, no pass."
)
_TRUST = {"article": later("article"), "read": later("read"), "derived": later("derived"), "weak": later("weak")}


def validation_page(found: Validation, command: str) -> bytes:
    """The file; ``command`` makes it again."""
    results = [result for result in found.results.values() if result.replicates]
    sections = [
        *(Section(name, _heading(name), _part(name, verdicts)) for name, verdicts in parts(found)),
        *rotation_sections(found.rotations, found.model),
        Section("judged", tr("How facts are judged"), tag("p", tr(_JUDGED))),
    ]
    counts = [(_heading(name), [it.passed for it in verdicts]) for name, verdicts in parts(found)]
    if found.rotations:
        counts.append(
            (tr("Predicted in rotation"), [row["predicted"]["within"] for it in found.rotations for row in it.rows])
        )
    cards = tag("ul", [_card(heading, passed) for heading, passed in counts], class_="cards")
    eyebrow = tr("sim validate · {seeds} seeds · model {model}", seeds=found.seeds, model=found.model)
    files = [("facts.csv", facts_csv(found), tr("all facts"))]
    if found.rotations:
        files.append(("rotation.csv", rotation_csv(found.rotations), tr("all targets of the rotations")))
    source = tr("sim validate from {folders}", folders=listed(it.path.name for it in results))
    opening = join(tag("p", how(found), class_="note"), cards)
    return document(
        tr("The model against facts"), eyebrow, [headline(found)], sections, reproduction(results, [command]), files,
        source, opening=opening,
    )  # fmt: skip


def _heading(name: str) -> str:
    return tr(PARTS[name]).capitalize()


def _card(heading: str, passed: Sequence[bool]) -> Markup:
    said = tag("p", tag("b", f"{sum(passed)} / {len(passed)}"), " ", tag("span", tr("pass")), class_="value")
    return tag("li", tag("p", heading, class_="name"), said)


def _part(name: str, verdicts: Sequence[Verdict]) -> Markup:
    groups = dict.fromkeys(it.check.group for it in verdicts)
    made = [tag("p", paragraph(tr(_WORDS[name]), tr("{said}.", said=count_text(verdicts))))]
    for index, group in enumerate(groups):
        some = [it for it in verdicts if it.check.group == group]
        words = group_words(group)
        signs = tr("{count}; {signs}", count=count_text(some), signs=tr(SIGNS))
        caption = tag("figcaption", tag("b", words.capitalize()), " ", tag("span", signs))
        figure = tag("figure", caption, band_chart(f"{name}{index}", words, some), class_="wide", tabindex=0)
        made += [tag("h3", words.capitalize()), figure, _table(some, listed((words, tr(PARTS[name]))))]
    return join(made)


def _table(verdicts: Sequence[Verdict], which: str) -> Markup:
    at_rest = verdicts[0].check.rule == "rest"
    value = tr("change, two standard errors") if at_rest else tr("median, 90% interval")
    heads = (tr("fact"), value, tr("band"), tr("verdict"), tr("evidence"))
    rows = [_cells(it) for it in verdicts]
    return tag("div", table(heads, rows, (1, 2), tr("{which}: the numbers", which=which)), class_="facts")


def _cells(it: Verdict) -> list[Any]:
    check = it.check
    sign, kind = ("✓ ", "yes") if it.passed else ("✗ ", "no")
    badge = tag("span", f"{sign}{verdict_text(it)}", class_=f"badge {kind}")
    score = None
    if it.crps is not None:
        score = tag("small", tr("score {value}", value=verdict_unit(it).number(it.crps)))
    finding = None if it.passed else tag("small", tr(UNKNOWN))
    if check.finding and not it.passed:
        finding = fold(tr("why, and what next"), tag("small", fact_words(it, check.finding)))
    fitted = fold(tr("fitted by"), tag("small", fitted_text(it))) if it.fitted else None
    trust = tr(_TRUST.get(check.trust, check.trust)) or tr("given by the user")
    evidence = tr("{source} ({trust})", source=check.source, trust=trust)
    if check.value is not None:
        of_value = declared_unit(check.value_unit)
        stated = f"{of_value.number(check.value)} {of_value.unit}".rstrip()
        evidence = tr("{stated}: {evidence}", stated=stated, evidence=evidence)
    unit = verdict_unit(it)
    return [
        join(fact_words(it, check.title), tag("small", measured_text(it)), tag("small", fact_words(it, check.note))),
        join(unit.number(it.value), tag("small", unit.span(it.low, it.high)), tag("small", unit.unit)),
        band_text(*map(unit.of, check.band)),
        join(badge, score, finding),
        join(tag("small", evidence), fitted),
    ]  # fmt: skip
