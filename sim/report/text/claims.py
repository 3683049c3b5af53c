"""Claims with their verdicts, as text."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from sim.formats import counted, percent
from sim.language import Sentence, later, meaning, month_text, tr
from sim.letters import wrapped
from sim.report.text.columns import WIDTH, Cell, Says, cell, columns
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.signs import replicate_words
from sim.studies.estimators.verdicts import Verdict, is_distinct
from sim.studies.questions.claims import Finding, Findings, Flip, Range
from sim.units import Everyday, everyday, parameter_unit, with_unit

VERDICT_WORDS = {
    Verdict.ROBUST: later("robust"), Verdict.FRAGILE: later("fragile"), Verdict.ASSERTED: later("asserted"),
    Verdict.NOT_DISTINGUISHABLE: later("not distinguishable"), Verdict.CONTRADICTED: later("contradicted"),
}  # fmt: skip
_SAYS: dict[Verdict, Says] = {
    Verdict.ROBUST: "good", Verdict.CONTRADICTED: "bad", Verdict.NOT_DISTINGUISHABLE: "unclear",
}  # fmt: skip


def claims_text(answer: Findings, *, everything: bool = False) -> str:
    """A table of the claims of one file, and for each the reasons of its verdict; with ``everything`` all ranges."""
    claims, cases = answer.claims, answer.runs[1]
    draws = counted(max(it.draws for it in answer.findings), "joint draw")
    key = f"claims {claims.name}"
    rows = [(it.claim.name, *_told(it), _percent(it), _verdict(it)) for it in answer.findings]
    heads = (tr("claim"), tr("difference"), tr("95% interval"), tr("unit"), tr("right sign"), tr("verdict"))
    lines = [
        tr(
            "{title}: {scenario} less {control} in {month}", title=meaning(key, claims.title),
            scenario=claims.scenario.name, control=claims.control.name, month=month_text(answer.month),
        ),
        tr(
            "{count} seeds from seed {seed}, {few} for each other case; {draws} of the assumptions",
            count=claims.scenario.replicates, seed=claims.scenario.seed, few=cases.cells.shape[1], draws=draws,
        ),
        "",
        columns(heads, rows, (1, 2, 4)),
    ]  # fmt: skip
    for it in answer.findings:
        said = tr("{name}: {claim}", name=it.claim.name, claim=meaning(key, it.claim.text))
        lines += ["", *_wrapped(said, "")]
        for reason in reasons(it):
            lines += _wrapped(reason, "  ")
        if everything and it.ranges:
            lines += ["", _ranges(it)]
    return "\n".join([*lines, "", tr("results: {path}", path=answer.path)])


def claims_table(answers: Sequence[Findings]) -> str:
    """One table of the claims of several files, without the reasons of their verdicts."""
    lines: list[str] = []
    rows: list[tuple[str | Cell, ...]] = []
    for answer in answers:
        claims = answer.claims
        said = tr(
            "{scenario} less {control} in {month}, {seeds} seeds: {title}", scenario=claims.scenario.name,
            control=claims.control.name, month=month_text(answer.month), seeds=claims.scenario.replicates,
            title=meaning(f"claims {claims.name}", claims.title),
        )  # fmt: skip
        lines += wrapped(said, WIDTH, subsequent_indent="  ")
        rows += [(f"{claims.name}: {it.claim.name}", _verdict(it), *measured(it)) for it in answer.findings]
    heads = (
        tr("claim"), tr("verdict"), tr("difference"), tr("95% interval"), tr("unit"), tr("over the posterior"),
        tr("right sign"),
    )  # fmt: skip
    note = tr("right sign: share of joint draws of the assumptions in which the difference has the claimed sign")
    return "\n".join([*lines, "", columns(heads, rows, (2, 3, 5, 6)), "", *wrapped(note, WIDTH)])


def _verdict(it: Finding) -> Cell:
    return cell(tr(VERDICT_WORDS[it.verdict]), _SAYS.get(it.verdict, ""))


def measured(it: Finding) -> tuple[str, str, str, str, str]:
    """The difference, its interval and unit, the interval over the posterior, and the joint draws with the sign."""
    posterior = _span(it.posterior, outcome_unit(it)) if it.posterior else "-"
    return *_told(it), posterior, _percent(it)


def _told(it: Finding) -> tuple[str, str, str]:
    """The difference, its interval and their unit."""
    unit = outcome_unit(it)
    return unit.signed(it.difference.mean), _span(it.difference, unit), unit.of_difference


def reasons(it: Finding, *, verdict: bool = True, which: Callable[[int], Sentence] = replicate_words) -> Iterator[str]:
    """What the verdict rests on, a sentence each; without ``verdict`` as far as it is known, whatever it will be.

    ``which`` names a replicate.
    """
    outcome = outcome_unit(it)
    unit = outcome.of_difference

    def effect(found: Interval) -> dict[str, str]:
        return {"effect": _effect(found, outcome), "unit": unit}

    if verdict:
        yield tr("{verdict}: {effect} {unit} on {seeds}", verdict=tr(VERDICT_WORDS[it.verdict]),
                 seeds=counted(it.seeds, "seed"), **effect(it.difference))  # fmt: skip
        yield from _doubts(it, outcome, which)
    else:
        yield tr("{effect} {unit} on {seeds}", seeds=counted(it.seeds, "seed"), **effect(it.difference))
    for name, found in it.off.items():
        yield tr("without {name}: {effect} {unit}", name=name, **effect(found))
    if not verdict:
        return
    if len(it.off) > 1:
        yield tr("without all of these: {effect} {unit}", **effect(it.remaining))
    for one in it.proportional:
        yield tr("proportional to {key} ({kind}): {elasticity}% for each 1% of it", key=one.key, kind=tr(one.kind),
                 elasticity=f"{one.elasticity:.2f}")  # fmt: skip
    if it.draws:
        yield tr("the claimed sign in {share} of {draws} joint draws", share=percent(it.right), draws=it.draws)
    if it.flip and it.verdict is not Verdict.ROBUST:
        yield tr("the sign flips {where}", where=flip_words(it.flip))
    if it.posterior:
        yield tr("over the posterior: {effect} {unit}", **effect(it.posterior))


def _doubts(it: Finding, outcome: Everyday, which: Callable[[int], Sentence]) -> Iterator[str]:
    if it.verdict is Verdict.NOT_DISTINGUISHABLE and it.left_out and is_distinct(it.difference):
        without = _span(it.left_out.without, outcome)
        yield tr("without {which} the interval is {span}: it hangs on one seed",
                 which=tr(which(it.left_out.replicate)), span=without)  # fmt: skip
    if it.verdict is Verdict.CONTRADICTED:
        yield tr("the claim is that there is more") if it.claim.sign > 0 else tr("the claim is that there is less")


def flip_words(it: Flip) -> str:
    unit = parameter_unit(it.unit, [it.value])
    value = with_unit(unit.number(it.value), unit.unit)
    if it.upwards:
        return tr("where {key} is above {value}", key=it.key, value=value)
    return tr("where {key} is below {value}", key=it.key, value=value)


def _ranges(it: Finding) -> str:
    """The difference at both ends of each assumption's range, the widest first."""
    heads = (tr("assumption"), tr("kind"), tr("at its low"), tr("at its high"), tr("elasticity"), tr("range"))
    return columns(heads, range_rows(it), (2, 3, 4))


def range_rows(it: Finding) -> list[tuple[str, ...]]:
    """A row for each assumption, the widest first: its name, kind, difference at either end, elasticity, range."""
    found = sorted(it.ranges, key=lambda one: -_width(one))
    outcome = outcome_unit(it)
    return [
        (key, tr(kind), outcome.signed(at_low.mean), outcome.signed(at_high.mean), _elasticity(elasticity),
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
    return percent(it.right) if it.draws else "-"


def outcome_unit(it: Finding) -> Everyday:
    """The everyday unit of the claim's difference."""
    return everyday(it.claim.unit, it.difference.mean)


def _span(it: Interval, unit: Everyday) -> str:
    return unit.span(it.low, it.high) if it.mean == it.mean else tr("no value")


def _effect(it: Interval, unit: Everyday) -> str:
    if it.mean != it.mean:
        return tr("no value")
    interval = _span(it, unit)
    return tr("{value} ({span})", value=unit.signed(it.mean), span=interval) if interval else unit.signed(it.mean)


def _wrapped(text: str, indent: str) -> list[str]:
    return wrapped(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False)
