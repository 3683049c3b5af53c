"""Claims with their verdicts, as text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence

from sim.formats import counted
from sim.report.text.columns import WIDTH, columns
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.verdicts import Verdict, is_distinct
from sim.studies.questions.claims import Finding, Findings, Flip, Range
from sim.units import Everyday, everyday, parameter_unit, with_unit

VERDICT_WORDS = {
    Verdict.ROBUST: "robust", Verdict.FRAGILE: "fragile", Verdict.ASSERTED: "asserted",
    Verdict.NOT_DISTINGUISHABLE: "not distinguishable", Verdict.CONTRADICTED: "contradicted",
}  # fmt: skip


def claims_text(answer: Findings, *, everything: bool = False) -> str:
    """A table of the claims of one file, and for each the reasons of its verdict; with ``everything`` all ranges."""
    claims, cases = answer.claims, answer.runs[1]
    draws = counted(max(it.draws for it in answer.findings), "joint draw")
    seeds = f"{claims.scenario.replicates} seeds from seed {claims.scenario.seed}"
    rows = [(it.claim.name, *_told(it), _percent(it), VERDICT_WORDS[it.verdict]) for it in answer.findings]
    lines = [
        f"{claims.title}: {claims.scenario.name} less {claims.control.name} in {answer.month}",
        f"{seeds}, {cases.cells.shape[1]} for each other case; {draws} of the assumptions",
        "",
        columns(("claim", "difference", "95% interval", "unit", "right sign", "verdict"), rows, (1, 2, 4)),
    ]
    for it in answer.findings:
        lines += ["", *_wrapped(f"{it.claim.name}: {it.claim.text}", "")]
        for reason in reasons(it):
            lines += _wrapped(reason, "  ")
        if everything and it.ranges:
            lines += ["", _ranges(it)]
    return "\n".join([*lines, "", f"results: {answer.path}"])


def claims_table(answers: Sequence[Findings]) -> str:
    """One table of the claims of several files, without the reasons of their verdicts."""
    lines, rows = [], []
    for answer in answers:
        claims = answer.claims
        lines += textwrap.wrap(
            f"{claims.scenario.name} less {claims.control.name} in {answer.month}, {claims.scenario.replicates} seeds: "
            f"{claims.title}", WIDTH, subsequent_indent="  ",
        )  # fmt: skip
        for it in answer.findings:
            posterior = _span(it.posterior, outcome_unit(it)) if it.posterior else "-"
            name = f"{claims.scenario.name}: {it.claim.name}"
            rows.append((name, VERDICT_WORDS[it.verdict], *_told(it), posterior, _percent(it)))
    heads = ("claim", "verdict", "difference", "95% interval", "unit", "over the posterior", "right sign")
    note = "right sign: share of joint draws of the assumptions in which the difference has the claimed sign"
    return "\n".join([*lines, "", columns(heads, rows, (2, 3, 5, 6)), "", *textwrap.wrap(note, WIDTH)])


def _told(it: Finding) -> tuple[str, str, str]:
    """The difference, its interval and their unit."""
    unit = outcome_unit(it)
    return unit.signed(it.difference.mean), _span(it.difference, unit), unit.of_difference


def reasons(it: Finding, *, verdict: bool = True) -> Iterator[str]:
    """What the verdict rests on, a sentence each; without ``verdict`` as far as it is known, whatever it will be."""
    outcome = outcome_unit(it)
    unit = outcome.of_difference
    told = f"{VERDICT_WORDS[it.verdict]}: " if verdict else ""
    yield f"{told}{_effect(it.difference, outcome)} {unit} on {counted(it.seeds, 'seed')}"
    if verdict:
        yield from _doubts(it, outcome)
    for name, found in it.off.items():
        yield f"without {name}: {_effect(found, outcome)} {unit}"
    if not verdict:
        return
    if len(it.off) > 1:
        yield f"without all of these: {_effect(it.remaining, outcome)} {unit}"
    for one in it.proportional:
        yield f"proportional to {one.key} ({one.kind}): {one.elasticity:.2f}% for each 1% of it"
    if it.draws:
        yield f"the claimed sign in {it.right:.0%} of {it.draws} joint draws"
    if it.flip and it.verdict is not Verdict.ROBUST:
        yield f"the sign flips {flip_words(it.flip)}"
    if it.posterior:
        yield f"over the posterior: {_effect(it.posterior, outcome)} {unit}"


def _doubts(it: Finding, outcome: Everyday) -> Iterator[str]:
    if it.verdict is Verdict.NOT_DISTINGUISHABLE and it.left_out and is_distinct(it.difference):
        without = _span(it.left_out.without, outcome)
        yield f"without replicate {it.left_out.replicate} the interval is {without}: it hangs on one seed"
    if it.verdict is Verdict.CONTRADICTED:
        yield f"the claim is that there is {'more' if it.claim.sign > 0 else 'less'}"


def flip_words(it: Flip) -> str:
    unit = parameter_unit(it.unit, [it.value])
    return f"where {it.key} is {'above' if it.upwards else 'below'} {with_unit(unit.number(it.value), unit.unit)}"


def _ranges(it: Finding) -> str:
    """The difference at both ends of each assumption's range, the widest first."""
    heads = ("assumption", "kind", "at its low", "at its high", "elasticity", "range")
    return columns(heads, range_rows(it), (2, 3, 4))


def range_rows(it: Finding) -> list[tuple[str, ...]]:
    """A row for each assumption, the widest first: its name, kind, difference at either end, elasticity, range."""
    found = sorted(it.ranges, key=lambda one: -_width(one))
    outcome = outcome_unit(it)
    return [
        (key, kind, outcome.signed(at_low.mean), outcome.signed(at_high.mean), _elasticity(elasticity),
         with_unit(in_unit.span(low, high), in_unit.unit))
        for key, unit, kind, _, low, high, at_low, at_high, elasticity, _ in found
        for in_unit in (parameter_unit(unit, (low, high)),)
    ]  # fmt: skip


def _width(it: Range) -> float:
    """How far the difference moves over a range; -1 where it has no value at an end."""
    width = abs(it.at_high.mean - it.at_low.mean)
    return -1.0 if math.isnan(width) else width


def _elasticity(it: float) -> str:
    return "" if math.isnan(it) else f"{it:.2f}"


def _percent(it: Finding) -> str:
    return f"{it.right:.0%}" if it.draws else "-"


def outcome_unit(it: Finding) -> Everyday:
    """The everyday unit of the claim's difference."""
    return everyday(it.claim.unit, it.difference.mean)


def _span(it: Interval, unit: Everyday) -> str:
    return unit.span(it.low, it.high) if it.mean == it.mean else "no value"


def _effect(it: Interval, unit: Everyday) -> str:
    if it.mean != it.mean:
        return "no value"
    interval = _span(it, unit)
    return f"{unit.signed(it.mean)} ({interval})" if interval else unit.signed(it.mean)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False)
