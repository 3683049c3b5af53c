"""The headline: what came out, in a sentence, with the number and its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.formats import counted, label
from sim.report.html.markup import Markup, join, tag
from sim.report.shown import difference_unit, row_unit
from sim.report.text.left_out import without_one
from sim.report.text.run import verdict
from sim.runs.result import Result
from sim.runs.summary import Row
from sim.studies.estimators.signs import TOLD, Sign
from sim.studies.questions.compare import ComparedVariant, Comparison, Difference
from sim.units import change

_COUNTS = frozenset({"enterprises", "people"})  # units that an outcome's name implies: "210 startups"
_FIRST = 3  # outcomes in the sentence on one result


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
    name, unit = words_of(it.outcome), difference_unit(it)
    interval = f"(95%: {unit.span(it.low, it.high)})"
    if it.robust:
        verb = ("adds", "takes away") if it.unit in _COUNTS else ("raises", "lowers")
        what = f"{unit.number(abs(it.difference))} {name}" if it.unit in _COUNTS else name
        by = "" if it.unit in _COUNTS else f" by {unit.number(abs(it.difference))} {unit.of_difference}".rstrip()
        low, high = sorted((abs(it.low), abs(it.high)))
        said = f"{verb[it.sign is Sign.LESS]} {what}{by} (95%: {unit.span(low, high)})"
    elif it.sign in (Sign.EQUAL, Sign.ALIKE):
        said = f"leaves {name} as they are" if it.unit in _COUNTS else f"leaves {name} as it is"
    elif it.sign in TOLD:
        said = f"moves {name} only with one seed: {_said_difference(it)}" + f" {interval}"
    elif it.sign is Sign.UNTOLD:
        said = f"does not move {name} distinguishably: {_said_difference(it)}" + f" {interval}"
    else:
        said = f"cannot be judged on {name}: {it.verdict}"
    months = comparison.baseline.months
    seeds = f"on {counted(it.seeds, 'common seed')}"
    if not comparison.paired:
        seeds = f"on {len(comparison.baseline.replicates)} and {len(variant.result.replicates)} seeds, not paired"
    without = f": {without_one(it)}" if it.hangs_on_one else ""
    return f"{variant.label} {said} after {months} months, {seeds}, against {comparison.label}{without}."


def _said_difference(it: Difference) -> str:
    unit = difference_unit(it)
    return f"{unit.signed(it.difference)} {unit.of_difference}".rstrip()


def result_sentence(result: Result, names: Sequence[str]) -> str:
    """One result in words: median and 90% interval of the first outcomes, and the article's figures met."""
    rows = {row.outcome: row for row in result.rows}
    with_figure = [name for name in names if rows[name].article is not None]
    first = list(dict.fromkeys((*with_figure, *names)))[:_FIRST]
    months = {rows[name].month for name in first}
    said = "; ".join(_said(rows[name], alone=len(months) > 1) for name in first)
    when = f"In {months.pop()}: " if len(months) == 1 else ""
    seeds = len(result.replicates)
    count = f"Median{' and 90% interval' * (seeds > 1)} of {counted(seeds, 'seed')}."
    return f"{when}{said}. {count} {figures_sentence([result], [result.name])}".strip()


def changes_sentence(variant: ComparedVariant) -> str:
    """What a variant changes, if that fits in a sentence."""
    if not 0 < len(variant.changed) <= _FIRST:
        return ""
    said = (f"{it.key} {change(it.old, it.new, it.unit).replace('->', '→')}" for it in variant.changed)
    return f"{variant.label} changes {'; '.join(said)}."


def figures_sentence(results: Sequence[Result], labels: Sequence[str]) -> str:
    """How many of the article's figures are met, in each result that has some."""
    said = []
    for name, result in zip(labels, results, strict=True):
        given = [row for row in result.rows if row.article is not None]
        met = sum(row.met is True for row in given)
        whose = f"{name} meets " if len(results) > 1 else "Meets "
        if len(given) == 1:
            said.append(f"{whose}{'' if met else 'not '}the article's figure.")
        elif given:
            count = "all" if met == len(given) else str(met) if met else "none"
            said.append(f"{whose}{count} of the article's {len(given)} figures.")
    return " ".join(said)


def result_cards(result: Result, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """A card for each outcome: median, unit, interval, the article's figure."""
    rows = {row.outcome: row for row in result.rows}
    cards = []
    for name in names:
        row, unit = rows[name], row_unit(rows[name])
        interval = f"90%: {unit.span(row.low, row.high)}" if row.replicates > 1 else "one seed"
        value = unit.number(row.median)
        cards.append(_card(name, value, unit.unit, interval, figure_badge(row), meanings.get(name, "")))
    return tag("ul", cards, class_="cards")


def difference_cards(variant: ComparedVariant, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """A card for each outcome: paired difference, unit, interval, verdict on the sign."""
    known = {it.outcome: it for it in variant.differences}
    cards = []
    for name in names:
        it = known[name]
        told = it.robust
        better = "" if it.better_share is None else f"better in {it.better_share:.0%} of seeds"
        unit = difference_unit(it)
        none = "no interval yet" if it.seeds > 1 else "one seed: no interval"
        interval = f"95%: {unit.span(it.low, it.high)}" if math.isfinite(it.low) else none
        badge = tag("span", (better or it.verdict) if told else it.verdict, class_="badge" + " told" * told)
        value = unit.signed(it.difference)
        cards.append(_card(name, value, unit.of_difference, interval, badge, meanings.get(name, "")))
    return tag("ul", cards, class_="cards")


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
    interval = f" ({it.span(row.low, row.high)})" if row.replicates > 1 else ""
    unit = "" if row.unit in _COUNTS else f"{it.unit} of "
    what = f"{it.number(row.median)} {unit}{words_of(row.outcome)}"
    if it.unit.startswith("%"):
        what = f"{words_of(row.outcome)} {it.number(row.median)}{it.unit}"
    return f"{what}{interval}" + (f" in {row.month}" if alone else "")
