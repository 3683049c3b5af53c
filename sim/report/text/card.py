"""The decision card, which opens what compares a policy, a platform or a site: is it worth it, at whose cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import letters
from sim.formats import amount
from sim.language import is_chinese, listed, month_text, tr, trc
from sim.report.text.appraisal import (
    RESOURCE_WORDS,
    WIDTH,
    CardLine,
    aligned,
    amount_line,
    chain_lines,
    cost_text,
    drawn_lines,
    left_floor,
    mind_text,
    payback_text,
    said_of_rivals,
    signed_amount,
    title_line,
    unit_of,
    unsure,
)
from sim.studies.appraisal.welfare import WHO
from sim.studies.estimators.intervals import Interval
from sim.studies.money import money_year
from sim.studies.questions.appraise import Appraisal, Decision

_INDENT = "  "


def decision_lines(decision: Decision | None) -> list[str]:
    """The card of a decision; why there is none; nothing where the scenarios differ in an assumption."""
    if decision is None:
        return []
    if decision.appraisal is None:
        command = [f"{_INDENT}{decision.command}"] if decision.command else []
        return [*letters.wrapped(no_card_text(decision), WIDTH, subsequent_indent=_INDENT), *command]
    return decision_card(decision.appraisal)


def no_card_text(decision: Decision) -> str:
    """Why there is no card."""
    return tr("NO DECISION CARD: {reason}", reason=tr(decision.reason))


def decision_card(it: Appraisal) -> list[str]:
    """What to decide by, in at most 16 lines of 78 columns; one more where parameters were drawn too."""
    numbers, sentences = card_parts(it)
    return [line.rstrip() for line in [title_line(it), *aligned(numbers), *sentences]]


def card_parts(it: Appraisal) -> tuple[list[CardLine], list[str]]:
    """The card's lines of numbers, from gross to net and to the balance, and those of words."""
    scale, unit = unit_of(it)

    def valued(words: str, values: Any, *after: str) -> CardLine:
        return amount_line(words, Interval(*(x / scale for x in it.interval(values))), *after)

    private = it.outlay["site_owner"] + it.outlay["platforms"]
    owners, some = amount(float(np.mean(private)) / scale), it.outlay["public"].any()
    owners = owners if some else f"{owners} {unit}"
    also = tr("sites and platforms {value}", value=owners) if private.any() else ""
    value = it.interval(it.value)
    money = tr(
        "in {unit} of {year}, worth in {month} at {rate}% a year", unit=unit, year=money_year(it.baseline),
        month=month_text(it.baseline.calendar(it.base)), rate=f"{100 * it.assumptions['discount'].value:.3g}",
    )  # fmt: skip
    numbers = [
        *chain_lines(it),
        valued(tr("PUBLIC COST"), it.outlay["public"], unit if some else "", also),
        valued(tr("SOCIETY'S BALANCE"), it.value, unsure(value), unit),
    ]
    sentences = [
        *_parts(tr("by resource"), {tr(RESOURCE_WORDS[name]): part for name, part in it.resources.items()}, scale),
        *_parts(tr("by who"), {tr(WHO[name]): part for name, part in it.who.items()}, scale),
        f"{_INDENT}{money}",
        cost_text(it),
        *drawn_lines(it, scale),
        tr("PAYBACK  {when}", when=payback_text(it)),
        _not_told(it),
        mind_text(it, scale),
    ]
    return numbers, sentences


def _not_told(it: Appraisal) -> str:
    """What the model cannot tell, as far as one line holds it."""
    said = [] if it.treatments else [said_of_rivals(it)]  # the chain says it of others' gain or loss
    if left_floor(it):
        said.append(tr("whether floor left elsewhere stays empty"))
    if not it.assumptions["horizon"].value:
        said.append(tr("what comes after the run"))
    said = list(filter(None, [*said, tr("gains outside the books")]))
    between = trc("between changes", "; ")
    while letters.cells(line := tr("CANNOT TELL  {what}", what=between.join(said))) > WIDTH:
        said.pop()
    return line


def _parts(words: str, parts: dict[str, Any], scale: float) -> list[str]:
    """Means of the parts of a balance, the largest first, as far as one line holds them; then the rest."""
    means = {name: float(np.mean(values)) / scale for name, values in parts.items()}
    order = sorted(means, key=lambda name: -abs(means[name]))
    shown = [name for name in order if amount(means[name]) != "0"]
    if not shown:
        return []
    for count in range(len(shown), 0, -1):
        rest = sum(means[name] for name in order if name not in shown[:count])
        texts = [f"{name} {signed_amount(means[name])}" for name in shown[:count]]
        more = [tr("rest {value}", value=signed_amount(rest))] if count < len(shown) else []
        line = f"{_INDENT}{words}{'：' if is_chinese() else ': '}{listed(texts + more)}"
        if letters.cells(line) <= WIDTH:
            break
    return [line]
