"""The headline: what came out, in a sentence, with the number and its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.formats import amount, counted, label, people, percent
from sim.language import is_chinese, later, listed, month_text, tr, trc
from sim.report.html.markup import Markup, join, tag
from sim.report.shown import change_words, difference_unit, is_nothing, row_unit, told, told_span, verdict_words
from sim.report.text.appraisal import is_none, unit_of, unsure
from sim.report.text.left_out import without_one
from sim.report.text.run import verdict
from sim.runs.replicate import Cells
from sim.runs.result import Result
from sim.runs.summary import Row
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.signs import CLEAR, Sign
from sim.studies.questions.appraise import Appraisal
from sim.studies.questions.compare import ComparedVariant, Comparison, Difference
from sim.units import Everyday, with_unit

_COUNTS = frozenset({"enterprises", "people"})  # units that an outcome's name implies: "210 startups"
_FIRST = 3  # outcomes in the sentence on one result
# What a variant does to an outcome that is counted in people or enterprises, and to another.
_COUNTED = {
    Sign.MORE: later("{variant} adds {value} {name} (95%: {span}) after {months} months, {seeds}, against {baseline}"),
    Sign.LESS: later(
        "{variant} takes away {value} {name} (95%: {span}) after {months} months, {seeds}, against {baseline}"
    ),
    Sign.EQUAL: later("{variant} leaves {name} as they are after {months} months, {seeds}, against {baseline}"),
}
_MEASURED = {
    Sign.MORE: later(
        "{variant} raises {name} by {value} (95%: {span}) after {months} months, {seeds}, against {baseline}"
    ),
    Sign.LESS: later(
        "{variant} lowers {name} by {value} (95%: {span}) after {months} months, {seeds}, against {baseline}"
    ),
    Sign.EQUAL: later("{variant} leaves {name} as it is after {months} months, {seeds}, against {baseline}"),
}
_ONE_SEED = later(
    "{variant} moves {name} only with one seed: {value} (95%: {span}) after {months} months, {seeds}, against "
    "{baseline}"
)
_UNCLEAR = later(
    "{variant} does not move {name} distinguishably: {value} (95%: {span}) after {months} months, {seeds}, against "
    "{baseline}"
)
_NOT_JUDGED = later(
    "{variant} cannot be judged on {name}: {verdict} after {months} months, {seeds}, against {baseline}"
)
# How many of the article's figures a result meets, alone on a page and beside others.
_MEETS = {
    "one": (later("Meets the article's figure."), later("{name} meets the article's figure.")),
    "not": (later("Meets not the article's figure."), later("{name} meets not the article's figure.")),
    "all": (later("Meets all of the article's {count} figures."),
            later("{name} meets all of the article's {count} figures.")),
    "none": (later("Meets none of the article's {count} figures."),
             later("{name} meets none of the article's {count} figures.")),
    "some": (later("Meets {met} of the article's {count} figures."),
             later("{name} meets {met} of the article's {count} figures.")),
}  # fmt: skip


def lead(variant: ComparedVariant, names: Sequence[str]) -> Difference:
    """The outcome of the first sentence.

    Of ``names`` the first that both worlds have and whose difference can be told from 0, whichever seed is left out;
    else the first that differs so; else the first. (What one world lacks altogether differs trivially.)
    """
    known = {it.outcome: it for it in variant.differences}
    found = [known[name] for name in names if name in known] or list(variant.differences)
    told = [it for it in found if it.robust]
    return next((it for it in told if it.baseline and it.variant), (told or found)[0])


def difference_sentence(comparison: Comparison, variant: ComparedVariant, it: Difference) -> str:
    """One difference in words: ``X adds 211 startups (95%: 198 to 224) after 64 months, on 30 common seeds``."""
    unit = difference_unit(it)
    words = _COUNTED if it.unit in _COUNTS else _MEASURED
    span, value = told_span(it, unit), said_difference(it)
    nothing = is_nothing(it)
    if it.robust and not nothing:
        said = words[it.sign]
        span = unit.span(*sorted((abs(it.low), abs(it.high))))
        value = unit.number(abs(it.difference))
        if it.unit not in _COUNTS or is_chinese():
            value = with_unit_of(value, unit)
    elif nothing or it.sign in (Sign.EQUAL, Sign.ALIKE):
        said = words[Sign.EQUAL]
    elif it.sign in CLEAR:
        said = _ONE_SEED
    else:
        said = _UNCLEAR if it.sign is Sign.UNCLEAR else _NOT_JUDGED
    seeds = tr("on {seeds}", seeds=counted(it.seeds, "common seed"))
    if not comparison.paired:
        counts = len(comparison.baseline.replicates), len(variant.result.replicates)
        seeds = tr("on {one} and {other} seeds, not paired", one=counts[0], other=counts[1])
    sentence = tr(
        said, variant=variant.label, name=words_of(it.outcome), value=value, span=span, seeds=seeds,
        months=comparison.baseline.months, baseline=comparison.label, verdict=tr(it.verdict),
    )  # fmt: skip
    if it.hangs_on_one and not nothing:
        return tr("{sentence}: {without}.", sentence=sentence, without=without_one(it))
    return tr("{sentence}.", sentence=sentence)


def decision_sentence(found: Appraisal, variant: str, baseline: str) -> str:
    """What a decision brings and costs, in words: net jobs, outlays and society's balance with their intervals."""
    scale, unit = unit_of(found)
    jobs = found.interval(found.net("jobs"))

    def money(words: str, values: Cells) -> str:
        it = found.interval(values / scale)
        return _with_span(words, amount(it.mean), unit, (amount(it.low), amount(it.high)), it)

    outlays = [money(tr("public cost"), found.outlay["public"])]
    private = found.outlay["site_owner"] + found.outlay["platforms"]
    if private.any():
        outlays.append(money(tr("outlay of sites and platforms"), private))
    what = [
        _with_span(tr("net jobs"), people(jobs.mean), "", (people(jobs.low), people(jobs.high)), jobs),
        *outlays, money(tr("society’s balance"), found.value),
    ]  # fmt: skip
    return tr(
        "{variant} against {baseline}, {month}: {what}; on {seeds}.", variant=variant, baseline=baseline,
        month=month_text(found.baseline.calendar(found.baseline.months - 1)),
        what=trc("between changes", "; ").join(what), seeds=counted(found.seeds, "common seed"),
    )  # fmt: skip


def _with_span(words: str, value: str, unit: str, ends: tuple[str, str], it: Interval) -> str:
    """A value with its unit and interval, and whether there may be none of it."""
    value = with_unit(value, unit) if unit else value
    if is_none(it):
        return tr("{what} none", what=words)
    if not math.isfinite(it.low):
        return tr("{what} {value}", what=words, value=value)
    said = tr("{what} {value} (95%: {low} to {high})", what=words, value=value, low=ends[0], high=ends[1])
    return tr("{said}, may be none", said=said) if unsure(it) else said


def said_difference(it: Difference) -> str:
    """A difference with its sign and unit."""
    unit = difference_unit(it)
    return with_unit_of(unit.signed(told(it)), unit)


def with_unit_of(value: str, unit: Everyday) -> str:
    """A difference, written already, with its unit."""
    return with_unit(value, unit.of_difference) if is_chinese() else f"{value} {unit.of_difference}".rstrip()


def result_sentence(result: Result, names: Sequence[str]) -> str:
    """One result in words: median and 90% interval of the first outcomes, and the article's figures met."""
    rows = {row.outcome: row for row in result.rows}
    with_figure = [name for name in names if rows[name].article is not None]
    first = list(dict.fromkeys((*with_figure, *names)))[:_FIRST]
    months = {rows[name].month for name in first}
    said = trc("between changes", "; ").join(_said(rows[name], alone=len(months) > 1) for name in first)
    if len(months) == 1:
        said = tr("In {month}: {said}.", month=month_text(months.pop()), said=said)
    else:
        said = tr("{said}.", said=said)
    seeds = counted(len(result.replicates), "seed")
    count = tr("Median of {seeds}.", seeds=seeds)
    if len(result.replicates) > 1:
        count = tr("Median and 90% interval of {seeds}.", seeds=seeds)
    return sentences(said, count, figures_sentence([result], [result.name]))


def sentences(*said: str) -> str:
    """Sentences one after the other; Chinese has no space between them."""
    return ("" if is_chinese() else " ").join(filter(None, said))


def changes_sentence(variant: ComparedVariant) -> str:
    """What a variant changes, if that fits in a sentence."""
    if not 0 < len(variant.changed) <= _FIRST:
        return ""
    said = (f"{it.key} {change_words(it.old, it.new, it.unit)}" for it in variant.changed)
    between = trc("between changes", "; ")
    return tr("{variant} changes {changes}.", variant=variant.label, changes=between.join(said))


def figures_sentence(results: Sequence[Result], labels: Sequence[str]) -> str:
    """How many of the article's figures are met, in each result by which some are judged.

    One seed judges none, nor does a run that ends before a figure's month.
    """
    said = []
    for name, result in zip(labels, results, strict=True):
        given = [row for row in result.rows if row.article is not None]
        met = sum(row.met is True for row in given)
        if not any(row.met is not None for row in given):
            continue
        how = "all" if met == len(given) else "some" if met else "none"
        if len(given) == 1:
            how = "one" if met else "not"
        said.append(tr(_MEETS[how][len(results) > 1], name=name, met=met, count=len(given)))
    return sentences(*said)


def result_cards(result: Result, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """A card for each outcome: median, unit, interval, the article's figure."""
    rows = {row.outcome: row for row in result.rows}
    cards = []
    for name in names:
        row, unit = rows[name], row_unit(rows[name])
        interval = tr("90%: {span}", span=unit.span(row.low, row.high)) if row.replicates > 1 else tr("one seed")
        value = unit.number(row.median)
        cards.append(_card(name, value, unit.unit, interval, figure_badge(row), meanings.get(name, "")))
    return tag("ul", cards, class_="cards")


def difference_cards(
    comparison: Comparison, variant: ComparedVariant, names: Sequence[str], meanings: dict[str, str]
) -> Markup:
    """A card for each outcome: paired difference, unit, interval, verdict on the sign."""
    known = {it.outcome: it for it in variant.differences}
    cards = []
    for name in names:
        it = known[name]
        robust = it.robust and not is_nothing(it)
        unit = difference_unit(it)
        interval = (
            tr("95%: {span}", span=told_span(it, unit))
            if math.isfinite(it.low)
            else (_no_interval(comparison, variant, it))
        )
        badge = tag("span", _with_share(it) if robust else verdict_words(it), class_="badge" + " told" * robust)
        value = unit.signed(told(it))
        cards.append(_card(name, value, unit.of_difference, interval, badge, meanings.get(name, "")))
    return tag("ul", cards, class_="cards")


def _with_share(it: Difference) -> str:
    """More or less, and in which share of the seeds that is better; where neither is better, no share."""
    said, share = tr(it.verdict), it.better_share
    if share is None:
        return said
    if share == 0:
        return tr("{verdict}: better in no seed", verdict=said)
    if share == 1:
        return tr("{verdict}: better in every seed", verdict=said)
    return tr("{verdict}: better in {share} of seeds", verdict=said, share=percent(share))


def _no_interval(comparison: Comparison, variant: ComparedVariant, it: Difference) -> str:
    """Why a difference has no interval: a result without a value, one seed, or too few so far."""
    sides = {comparison.label: comparison.baseline, variant.label: variant.result}
    lacking = [name for name, side in sides.items() if not np.isfinite(side.table.of(it.outcome)[:, -1]).any()]
    if lacking:
        return tr("no value in {names}", names=listed(lacking))
    return tr("one seed: no interval") if it.seeds == 1 else tr("no interval yet")


def words_of(name: str) -> str:
    """An outcome's name within a sentence."""
    words = label(name)
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def figure_badge(row: Row) -> Markup | None:
    if row.article is None:
        return None
    kind = {True: "yes", False: "no", None: ""}[row.met]
    sign = {True: "✓ ", False: "✗ ", None: ""}[row.met]
    return tag("span", f"{sign}{verdict(row)}", class_=f"badge {kind}".strip())


def _card(name: str, value: str, unit: str, interval: str, badge: Markup | None, meaning: str) -> Markup:
    return tag(
        "li", tag("p", label(name), class_="name"),
        tag("p", tag("b", value), join(" ", tag("span", unit)), class_="value"),
        tag("p", interval, class_="interval"), badge, title=meaning or None,
    )  # fmt: skip


def _said(row: Row, *, alone: bool) -> str:
    it = row_unit(row)
    places = {
        "name": words_of(row.outcome), "value": it.number(row.median), "unit": it.unit,
        "span": it.span(row.low, row.high), "month": month_text(row.month),
    }  # fmt: skip
    if is_chinese():
        places["value"], places["unit"] = with_unit(places["value"], it.unit), ""
    if it.unit.startswith("%"):
        what = tr("{name} {value}{unit}", **places)
    else:
        what = tr("{value} {name}", **places) if row.unit in _COUNTS else tr("{value} {unit} of {name}", **places)
    if row.replicates > 1:
        what = tr("{what} ({span})", what=what, span=places["span"])
    return tr("{what} in {month}", what=what, month=places["month"]) if alone else what
