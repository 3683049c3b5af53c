"""What was changed between scenarios: old value, new value, unit, and what each rests on."""

from __future__ import annotations

from typing import Any

from sim.formats import value_words
from sim.language import meaning, tr
from sim.report.html.markup import Markup, table, tag
from sim.report.html.rests_on import kind_badge
from sim.report.shown import source_words
from sim.scenario import Scenario, describe
from sim.studies.questions.compare import ComparedVariant
from sim.units import quantities


def changed_keys(baseline: Scenario, variant: ComparedVariant) -> Markup:
    """A row a key: old → new, unit, and the source of each value."""
    if not variant.changed:
        return tag("p", tr("{variant}: no parameter was changed.", variant=variant.label))
    before = {row.key: row for row in describe(baseline)}
    after = {row.key: row for row in describe(variant.result.scenario)}

    def source(rows: dict[str, Any], key: str) -> Any:
        row = rows.get(key)
        return [kind_badge(row.kind), " ", source_words(row.source)] if row else tr("(no such key)")

    meanings = {key: f" {meaning(key, row.meaning)}" for key, row in (before | after).items()}
    rows = [
        (
            [tag("code", it.key), tag("small", meanings.get(it.key, ""))],
            *_values(it.old, it.new, it.unit), source(before, it.key), source(after, it.key),
        )
        for it in variant.changed
    ]  # fmt: skip
    heads = (
        tr("parameter"), tr("old"), tr("new"), tr("unit"), tr("the old value rests on"), tr("the new value rests on"),
    )  # fmt: skip
    return table(heads, rows, (1, 2), tr("What {variant} changes", variant=variant.label))


def _values(old: Any, new: Any, unit: str) -> list[str]:
    """Two values in one unit, and the unit; a switch is on or off."""
    if isinstance(old, bool) or isinstance(new, bool):
        return [value_words(old, switch=True), value_words(new, switch=True), ""]
    return quantities((old, new), unit)
