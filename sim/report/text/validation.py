"""The model against facts, as text, as JSON and as a table of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from sim.evidence.facts import CALIBRATED, LAST
from sim.formats import band_text, number, seeds_text, span
from sim.language import in_english, later, listed, meaning, month_text, recalled, tr, trc
from sim.letters import wrapped
from sim.report.text.columns import WIDTH, Cell, cell, columns
from sim.report.text.rotations import rotations_json, rotations_text
from sim.runs.summary import COVERED, csv_bytes, judge
from sim.studies.questions.validate import Validation, Verdict, beside_band
from sim.units import Everyday, everyday

UNKNOWN = later("no reason is given")
PARTS = {"predicted": later("predicted"), "fitted": later("fitted"), "rest": later("rest")}
_FIELDS = ("name", "title", "group", "value", "low", "high", "unit", "band", "pass", "whole", "reason", "fitted")


def validation_text(found: Validation) -> str:
    """The facts as tables, predicted, fitted and at rest, with counts and the findings on failures."""
    lines = [headline(found), how(found)]
    for heading, verdicts in parts(found):
        lines += [
            "",
            tr("{part}: {count}", part=PARTS[heading], count=count_text(verdicts)),
            "",
            _rest_table(verdicts) if heading == "rest" else _table(verdicts),
        ]
    if found.rotations:
        lines += ["", rotations_text(found.rotations, found.model)]
    if failed := [it for it in found.verdicts if not it.passed]:
        lines += ["", tr("of the failures:")]
        for it in failed:
            why = fact_words(it, it.check.finding) or tr(UNKNOWN)
            said = "  " + tr("{name}: {said}", name=it.check.name, said=why)
            lines += wrapped(said, WIDTH, subsequent_indent="    ", break_long_words=False)
    return "\n".join(lines)


def headline(found: Validation) -> str:
    """How many facts pass, and how many of those not fitted to."""
    places = {"passed": _of(found.verdicts), "predicted": _of(found.predicted)}
    if found.fitted and found.predicted:
        return tr("{passed} facts pass; of those it was not fitted to, {predicted}.", **places)
    return tr("{passed} facts pass.", **places)


def fact_words(it: Verdict, text: str) -> str:
    """What a fact's declaration says, in the reader's language."""
    return meaning(f"fact {it.check.name}", text)


def group_words(group: str) -> str:
    """The name of a group of facts or targets, in the reader's language."""
    return meaning("group", group)


def fitted_text(it: Verdict) -> str:
    """What the model was fitted to this fact by, in the reader's language."""
    by = it.check.fitted_by
    rest = it.fitted.removeprefix(by).removeprefix("; ").split("; ") if by else it.fitted.split("; ")
    said = (tr(recalled(part, [CALIBRATED])) for part in rest)
    return trc("between changes", "; ").join(filter(None, (fact_words(it, by), *said)))


def how(found: Validation) -> str:
    """Seeds, kind of interval, scenarios and version of the model."""
    scenarios = listed(dict.fromkeys(ran.scenario.name for ran in found.results.values()))
    seed = next(iter(found.results.values())).scenario.seed
    return tr(
        "Median and 90% interval over {seeds}: stochastic, of one set of parameters. Scenarios: {scenarios}. Model "
        "{model}.", seeds=seeds_text(found.seeds, seed).lower(), scenarios=scenarios, model=found.model,
    )  # fmt: skip


def parts(found: Validation) -> list[tuple[str, tuple[Verdict, ...]]]:
    """The verdicts under their headings; a part without any is left out."""
    all_parts = (("predicted", found.predicted), ("fitted", found.fitted), ("rest", found.rest))
    return [(heading, verdicts) for heading, verdicts in all_parts if verdicts]


def count_text(verdicts: Sequence[Verdict]) -> str:
    return tr("{count} pass", count=_of(verdicts))


def verdict_text(it: Verdict) -> Cell:
    """Pass or fail, and why; of a figure met or not."""
    return cell(_verdict_words(it), "good" if it.passed else "bad")


def _verdict_words(it: Verdict) -> str:
    if not it.passed:
        return tr("fail: {reason}", reason=reason_text(it))
    if it.check.rule == "figure":
        return tr("pass") if it.reason == COVERED else tr("pass: {reason}", reason=tr(it.reason))
    if it.check.rule == "rest":
        return tr("pass: holds")
    return tr("pass") if it.whole else tr("pass, but not the whole interval")


def verdict_unit(it: Verdict) -> Everyday:
    """The everyday unit of a fact: median, interval and band."""
    known = [end for end in it.check.band if math.isfinite(end)]
    return everyday(it.unit, max(map(abs, known), default=it.value))


def reason_text(it: Verdict) -> str:
    """Why a fact fails, in its everyday unit."""
    unit, rule = verdict_unit(it), it.check.rule
    if it.value is None or it.low is None or it.high is None or rule == "rest":
        return tr(it.reason)
    if rule == "figure" and it.check.value is not None:
        return tr(judge(it.low, it.high, len(it.values), it.unit, it.check.value, it.check.bound, unit.told)[1])
    return tr(beside_band(it.check.band, it.value, unit.told) or it.reason)


def measured_text(it: Verdict) -> str:
    """On what the fact is measured: scenario, outcome and months."""
    check = it.check
    what = f"{check.outcome} / {check.per}" if check.per else check.outcome
    if check.than:
        what = tr("{what} to {one} / {other}", what=what, one=check.than[0], other=check.than[1])
    first, last = map(month_text, check.months)
    if check.rule == "rest":
        when = tr("five-year means from {first} to {last}", first=first, last=last)
    elif first == LAST:
        when = tr("last month")
    elif first == last:
        when = tr("in {month}", month=first)
    else:
        when = tr("mean of {first} to {last}", first=first, last=last)
    if check.against:
        return tr("{scenario}: {what}, {when}, {form} against {against}", scenario=it.scenario, what=what, when=when,
                  form=tr(check.form), against=check.against)  # fmt: skip
    return tr("{scenario}: {what}, {when}", scenario=it.scenario, what=what, when=when)


_FORMS = (later("value"), later("difference"), later("relative"), later("appraisal"))


@in_english
def validation_json(found: Validation) -> dict[str, Any]:
    """The same as one object; an end of a band that is infinite is null."""
    return {
        "facts": [_fact(it) for it in found.verdicts],
        "counts": {
            part: {"pass": sum(it.passed for it in verdicts), "of": len(verdicts)}
            for part, verdicts in (("predicted", found.predicted), ("fitted", found.fitted), ("rest", found.rest))
        },
        "rotations": rotations_json(found.rotations, found.model),
        "interval": "stochastic: 5th to 95th percentile over seeds",
        "model": found.model,
        "validation": str(found.path),
        "results": {name: str(ran.path) for name, ran in found.results.items()},
        "failures": [{"scenario": name, **entry} for name, entry in found.failures],
    }


@in_english
def facts_csv(found: Validation) -> bytes:
    """A row a fact, numbers in full."""
    rows = [{**_fact(it), "band": band_text(*it.check.band)} for it in found.verdicts]
    heads = (*_FIELDS, "replicates", "crps", "source")
    return csv_bytes(heads, ([row[key] for key in heads] for row in rows))


def _fact(it: Verdict) -> dict[str, Any]:
    check = it.check
    return {
        "name": check.name, "value": it.value, "low": it.low, "high": it.high, "band": list(check.band),
        "pass": it.passed, "fitted": bool(it.fitted), "source": check.source, "title": check.title,
        "group": check.group, "unit": it.unit, "whole": it.whole, "reason": it.reason, "test": it.test,
        "fitted_by": it.fitted, "said": check.value, "trust": check.trust, "note": check.note,
        "finding": "" if it.passed else check.finding, "crps": it.crps, "replicates": len(it.values),
        "scenario": it.scenario, "outcome": check.outcome, "per": check.per, "than": list(check.than),
        "against": check.against, "form": check.form, "months": list(check.months),
    }  # fmt: skip


def _table(verdicts: Iterable[Verdict]) -> str:
    heads = (
        tr("fact"), tr("median"), tr("90% interval"), tr("band"), tr("unit"), "", tr("score"), tr("group"),
        tr("source"),
    )  # fmt: skip
    rows = (
        (
            fact_words(it, it.check.title), unit.number(it.value),
            unit.span(it.low, it.high), band_text(*map(unit.of, it.check.band)),
            unit.unit, verdict_text(it), unit.number(it.crps) if it.crps is not None else "",
            group_words(it.check.group),
            it.check.source,
        )
        for it in verdicts
        for unit in (verdict_unit(it),)
    )  # fmt: skip
    return columns(heads, rows, right=(1, 6))


def _rest_table(verdicts: Iterable[Verdict]) -> str:
    """Changes of logarithms between blocks of years, with two standard errors on either side."""
    heads = (tr("fact"), tr("change"), tr("two standard errors"), tr("tolerance"), "")
    rows = (
        (
            fact_words(it, it.check.title),
            number(it.value),
            span(it.low, it.high),
            number(it.check.band[1]),
            verdict_text(it),
        )
        for it in verdicts
    )  # fmt: skip
    return columns(heads, rows, right=(1, 3))


def _of(verdicts: Sequence[Verdict]) -> str:
    return tr("{part} of {whole}", part=sum(it.passed for it in verdicts), whole=len(verdicts))
