"""A difference in parts, as text and as JSON."""

from __future__ import annotations

from typing import Any

from sim.report.text.changes import changes_text
from sim.report.text.columns import columns
from sim.studies.questions.explain import Explanation
from sim.studies.rests import rests_on, rests_text, source_of
from sim.units import Everyday, everyday, with_unit


def explanation_text(explanation: Explanation) -> str:
    """The parts as a table, the largest first, with what each of them changes."""
    it, names = explanation, explanation.names
    rests, unit = _kinds_of_parts(it), outcome_unit(it)
    how = f"all {it.combinations} combinations run"
    if it.orders:
        how = f"{it.orders} orders drawn, {it.combinations} combinations run"
    rows = [
        (part.group, unit.signed(part.value), unit.span(part.low, part.high), unit.unit, ", ".join(rests[part.group]))
        for part in it.parts
    ]
    rows.append(("total", unit.signed(it.total.mean), unit.span(it.total.low, it.total.high), unit.unit, ""))
    said = f"{it.outcome} in {it.month}: {names[1]} less {names[0]}, {it.seeds} seeds, paired seed by seed; {how}"
    lines = [
        said,
        with_unit(f"{unit.number(it.baseline)} -> {unit.number(it.variant)}", unit.unit),
        "",
        columns(("part", "adds", "95% interval", "unit", "its values rest on"), rows, right=(1, 2)),
        "",
        *changes_text([change for part in it.parts for change in part.changed]),
        "",
        f"what is the same in both rests on {rests_text(rest_of_it(it))}",
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
