"""A difference in parts, as text and as JSON."""

from __future__ import annotations

from typing import Any

from sim.language import listed, month_text, tr
from sim.report.shown import outcome_name
from sim.report.text.changes import changes_text
from sim.report.text.columns import columns
from sim.studies.questions.explain import Explanation
from sim.studies.rests import rests_on, rests_text, source_of
from sim.units import Everyday, everyday, with_unit


def explanation_text(explanation: Explanation) -> str:
    """The parts as a table, the largest first, with what each of them changes."""
    it, names = explanation, explanation.names
    rests, unit = _kinds_of_parts(it), outcome_unit(it)
    how = tr("all {count} combinations run", count=it.combinations)
    if it.orders:
        how = tr("{orders} orders drawn, {count} combinations run", orders=it.orders, count=it.combinations)
    rows = [
        (part.group, unit.signed(part.value), unit.span(part.low, part.high), unit.unit,
         listed(map(tr, rests[part.group])))
        for part in it.parts
    ]  # fmt: skip
    rows.append((tr("total"), unit.signed(it.total.mean), unit.span(it.total.low, it.total.high), unit.unit, ""))
    said = tr(
        "{outcome} in {month}: {variant} less {baseline}, {seeds} seeds, paired seed by seed; {how}",
        outcome=outcome_name(it.outcome), month=month_text(it.month), variant=names[1], baseline=names[0],
        seeds=it.seeds, how=how,
    )  # fmt: skip
    lines = [
        said,
        with_unit(f"{unit.number(it.baseline)} -> {unit.number(it.variant)}", unit.unit),
        "",
        columns((tr("part"), tr("adds"), tr("95% interval"), tr("unit"), tr("its values rest on")), rows, right=(1, 2)),
        "",
        *changes_text([change for part in it.parts for change in part.changed]),
        "",
        tr("what is the same in both rests on {kinds}", kinds=rests_text(rest_of_it(it))),
    ]
    return "\n".join(lines)


def outcome_unit(it: Explanation) -> Everyday:
    """The everyday unit of both means and of the difference and its parts."""
    return everyday(it.unit, it.baseline, it.variant, it.total.mean)


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """The same as one object."""
    it = explanation
    rests = _kinds_of_parts(it)
    return {
        "outcome": it.outcome, "unit": it.unit, "month": it.month,
        "first": str(it.first.path), "second": str(it.second.path),
        "model": it.first.manifest["model"], "seed": it.first.seed, "seeds": it.seeds,
        "combinations": it.combinations, "orders": it.orders,
        "baseline": it.baseline, "variant": it.variant,
        "total": it.total.mean, "low": it.total.low, "high": it.total.high,
        "parts": {
            part.group: {
                "value": part.value, "low": part.low, "high": part.high,
                "rests_on": rests[part.group], "changed": [vars(change) for change in part.changed],
            }
            for part in it.parts
        },
        "rests_on": rest_of_it(it), "results": str(it.path),
    }  # fmt: skip


def _kinds_of_parts(explanation: Explanation) -> dict[str, list[str]]:
    """The kinds of source of each part's values in the second scenario, or in the first where only that has the key."""
    one, other = explanation.first.scenario, explanation.second.scenario

    def kind(key: str) -> str:
        return source_of(other if key in other.values else one, key).kind

    return {part.group: sorted({kind(change.key) for change in part.changed}) for part in explanation.parts}


def rest_of_it(explanation: Explanation) -> dict[str, int]:
    """The number of parameters equal in both scenarios, by kind of source."""
    differing = [change.key for part in explanation.parts for change in part.changed]
    return rests_on(explanation.first.scenario, explanation.second.scenario, but=differing)
