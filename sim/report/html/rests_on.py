"""What the results rest on: the parameters in force, by kind of source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.formats import plain
from sim.report.html.charts import share_bar
from sim.report.html.headline import words_of
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.scenario import Row, Scenario, Schedule, describe
from sim.studies.rests import in_force
from sim.studies.stored_sensitivity import Sensitivity
from sim.units import plausible, quantity, scheduled

_WORDS = {"assumption": "assumed", "seed": "luck of the seed"}
KINDS = {
    "article": "from the article",
    "evidence": "from evidence",
    "fitted": "fitted to the article's figures or to facts",
    "assumption": "assumed",
}


def kind_badge(kind: str) -> Markup:
    return tag("span", kind, class_=f"kind {kind}")


def parameters_by_kind(name: str, scenario: Scenario) -> Markup:
    """How many parameters rest on each kind of source, as a bar and in words, with a table of each kind."""
    force = in_force(scenario)
    rows = [row for row in describe(scenario) if row.key in force]
    by_kind = {kind: [row for row in rows if row.kind == kind] for kind in KINDS}
    said = ", ".join(f"{len(found)} {KINDS[kind]}" for kind, found in by_kind.items() if found)
    words = f"{name}: of {len(rows)} parameters in force, {said}."
    parts = [
        (kind, len(found) / len(rows), f"{len(found)} {_WORDS.get(kind, kind)}")
        for kind, found in by_kind.items()
        if found
    ]
    heads = ("parameter", "value", "range", "source", "meaning")
    folds = [
        fold(
            join(kind_badge(kind), f" {len(found)} parameters {KINDS[kind]}"),
            table(heads, [_row(row, scenario) for row in found], (1, 2), f"{name}: {KINDS[kind]}"),
        )
        for kind, found in by_kind.items() if found
    ]  # fmt: skip
    return join(tag("p", words), share_bar(words, parts), folds)


def variance(found: Sequence[Sensitivity]) -> Markup:
    """The shares of each outcome's variance by kind of source, ``seed`` among them, as a bar and in words."""
    return join([_variance(it) for it in found])


def _variance(it: Sensitivity) -> Markup:
    kinds = {kind: share for kind, share in it.kinds.items() if math.isfinite(share)}
    said = ", ".join(f"{share:.0%} {_WORDS.get(kind, kind)}" for kind, share in kinds.items())
    of = f"the difference in {words_of(it.outcome)} from {it.against}" if it.against else words_of(it.outcome)
    words = (
        f"Variance of {of} over {len(it.parameters)} parameters moved within their ranges ({it.method}, "
        f"{it.points} points x {it.replicates} seeds): {said}."
    )
    parts = [(kind, max(0.0, share), f"{_WORDS.get(kind, kind)} {share:.0%}") for kind, share in kinds.items()]
    return join(tag("p", words), share_bar(words, parts))


def _row(row: Row, scenario: Scenario) -> tuple[Any, ...]:
    held = scenario.values[row.key]
    if isinstance(held, Schedule):
        value = scheduled(held, row.unit, scenario.calendar)
    else:
        value = plain(row.value) if isinstance(held, str | bool) else quantity(held, row.unit)
    bounds = plausible(row.plausible, row.unit) if row.plausible else ""
    return (tag("code", row.key), value, bounds, row.source, row.meaning)
