"""A comparison as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.formats import counted, percent, ratio_text
from sim.language import in_english, month_text, tr
from sim.report.sheets import chosen
from sim.report.shown import difference_unit, outcome_name, told, told_span, verdict_words
from sim.report.text.appraisal import appraisal_json
from sim.report.text.card import decision_card, decision_lines
from sim.report.text.changes import changes_text
from sim.report.text.columns import columns, sign_cell
from sim.report.text.left_out import notes_without_one
from sim.runs.posterior_sample import borrowed_lines, intervals_text
from sim.studies.estimators.signs import Sign
from sim.studies.questions.compare import ComparedVariant, Comparison, Difference
from sim.studies.rests import rests_text, shares_text


def variant_text(
    comparison: Comparison, variant: ComparedVariant, headline: Sequence[str], *, everything: bool = False,
    only: bool = False,
) -> str:  # fmt: skip
    """One variant against the baseline: what was changed, the differences, and what they rest on.

    With ``only`` the outcomes of ``headline`` alone, without those that have a figure of the article.
    """
    first, differences = comparison.baseline, {it.outcome: it for it in variant.differences}
    shown = chosen(differences, headline, () if only else first.scenario.reported_figures, everything=everything)
    paired, variance = comparison.paired, comparison.variance
    how = tr("paired seed by seed") if paired else tr("not paired: two sets of worlds, whatever their seeds")
    heads = [
        tr("outcome"), comparison.label, variant.label, tr("difference"), tr("95% interval"), tr("unit"),
        tr("better in"), tr("pairing"), tr("verdict"), *([tr("variance by source")] if variance else []),
    ]  # fmt: skip
    rows = [
        [
            outcome_name(it.outcome), unit.number(it.baseline), unit.number(it.variant), unit.signed(told(it)),
            told_span(it, unit), unit.unit, _better(it), ratio_text(it.variance_reduction),
            sign_cell(verdict_words(it), it.sign),
            *([shares_text(variance.get(it.outcome, {}))] if variance else []),
        ]
        for it, unit in ((differences[name], difference_unit(differences[name])) for name in shown)
    ]  # fmt: skip
    table = columns(heads, rows, right=(1, 2, 3, 4, 6, 7))
    hidden = len(differences) - len(shown)
    last = first.scenario.calendar(first.months - 1)
    card = decision_lines(variant.decision)
    lines = [
        *card,
        *([""] if card else []),
        tr(
            "{variant} against {baseline}: {seeds}, {how}; means in {month}", variant=variant.label,
            baseline=comparison.label, seeds=counted(comparison.seeds, "seed"), how=how, month=month_text(last),
        ),
        *([] if variant.same_model else [tr("the two were run by different versions of the model")]),
        "",
        *changes_text(variant.changed),
        "",
        table,
        "",
        *notes_without_one(differences[name] for name in shown),
        tr("intervals: {kind}", kind=tr(comparison.interval_kind)),
        tr("over worlds: {kind}", kind=tr(intervals_text(first.intervals))),
        *borrowed_lines(first.manifest.get("parameters", {})),
        *([tr("pairing: how many times fewer runs the interval takes than on independent seeds")] if paired else []),
        rests_line(variant.rests_on),
        *[width_text(it, differences[it["outcome"]]) for it in comparison.until if it["variant"] == variant.label],
        *([tr("{count} more outcomes: --all, or comparison.csv", count=hidden)] if hidden else []),
    ]  # fmt: skip
    return "\n".join(lines)


def rests_line(counts: Mapping[str, int]) -> str:
    """The number of parameters behind a comparison by kind of source."""
    count = sum(counts.values())
    return tr("each rests on {count} parameters in force: {kinds}", count=count, kinds=rests_text(counts))


def width_text(state: Mapping[str, Any], it: Difference) -> str:
    """Whether the wanted width of an interval was reached."""
    unit = difference_unit(it)
    places = {
        "outcome": state["outcome"], "width": unit.told(state["width"]), "wanted": unit.told(state["wanted"]),
    }  # fmt: skip
    if state["reached"]:
        return tr("{outcome}: interval {width} wide, {wanted} wanted: reached on {seeds}",
                  seeds=counted(state["seeds"], "seed"), **places)  # fmt: skip
    places["stopped"] = tr(state["stopped"])
    if state["width"] > state["wanted"]:
        return tr("{outcome}: interval {width} wide, {wanted} wanted: not reached, stopped {stopped}, about {seeds} "
                  "would do", seeds=f"{state['forecast']:,}", **places)  # fmt: skip
    return tr("{outcome}: interval {width} wide, {wanted} wanted: not reached, stopped {stopped}", **places)


@in_english
def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison as one object; several variants are under ``variants`` by label."""
    first = comparison.baseline
    about = {
        "comparison": str(comparison.path),
        "baseline": str(first.path),
        "month": first.scenario.calendar(first.months - 1),
        "intervals": first.intervals,
        **({"parameters": drawn} if (drawn := first.manifest.get("parameters")) else {}),
    }
    until = {"until_width": list(comparison.until)} if comparison.until else {}
    if len(comparison.variants) == 1:
        return about | variant_json(comparison, comparison.variants[0]) | until
    return about | {"variants": {it.label: variant_json(comparison, it) for it in comparison.variants}} | until


def variant_json(comparison: Comparison, variant: ComparedVariant) -> dict[str, Any]:
    return {
        "variant": str(variant.result.path),
        "name": variant.label,
        "seeds": max((it.seeds for it in variant.differences), default=0),
        "same_model": variant.same_model,
        "changed": [vars(it) for it in variant.changed],
        **_decision_json(variant),
        "outcomes": {
            it.outcome: {key: value for key, value in vars(it).items() if key != "outcome"}
            | {
                "verdict": it.verdict,
                "rests_on": variant.rests_on,
                "variance_by_kind": comparison.variance.get(it.outcome),
            }
            for it in variant.differences
        },
    }


def _decision_json(variant: ComparedVariant) -> dict[str, Any]:
    """The appraisal that the card sums up; or why there is none."""
    decision = variant.decision
    if decision is None:
        return {}
    if decision.appraisal is None:
        return {"decision": {"none": decision.reason, "command": decision.command}}
    told = appraisal_json(decision.appraisal)
    return {
        "decision": {key: it for key, it in told.items() if key != "results"}
        | {"card": decision_card(decision.appraisal)}
    }


def _better(it: Difference) -> str:
    """In how many of the seeds the variant is better; nothing where all are equal."""
    return "" if it.better_share is None or it.sign is Sign.EQUAL else percent(it.better_share)
