"""What the results rest on: the parameters in force, by kind of source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.formats import percent, value_words
from sim.language import later, listed, meaning, tr
from sim.report.html.charts import share_bar
from sim.report.html.headline import words_of
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.shown import source_words
from sim.scenario import Row, Scenario, Schedule, describe
from sim.studies.rests import in_force
from sim.studies.stored_sensitivity import Sensitivity
from sim.units import plausible, quantity, scheduled

# A number of parameters, or a share of a variance, of each kind of source.
_COUNTED = {
    "article": later("{count} article"), "evidence": later("{count} evidence"), "fitted": later("{count} fitted"),
    "assumption": later("{count} assumed"),
}  # fmt: skip
_SHARED = {
    "article": later("{share} article"), "evidence": later("{share} evidence"), "fitted": later("{share} fitted"),
    "assumption": later("{share} assumed"), "seed": later("{share} seed"),
}  # fmt: skip
_SHARES = {
    "article": later("article {share}"), "evidence": later("evidence {share}"), "fitted": later("fitted {share}"),
    "assumption": later("assumed {share}"), "seed": later("seed {share}"),
}  # fmt: skip
_IN_WORDS = {
    "article": later("{count} from the article"),
    "evidence": later("{count} from evidence"),
    "fitted": later("{count} fitted to the article's figures or to facts"),
    "assumption": later("{count} assumed"),
}
KINDS = {
    "article": later("from the article"),
    "evidence": later("from evidence"),
    "fitted": later("fitted to the article's figures or to facts"),
    "assumption": later("assumed"),
}
_PARAMETERS = {
    "article": later(" {count} parameters from the article"),
    "evidence": later(" {count} parameters from evidence"),
    "fitted": later(" {count} parameters fitted to the article's figures or to facts"),
    "assumption": later(" {count} parameters assumed"),
}


def kind_badge(kind: str) -> Markup:
    return tag("span", tr(kind), class_=f"kind {kind}")


def parameters_by_kind(name: str, scenario: Scenario) -> Markup:
    """How many parameters rest on each kind of source, as a bar and in words, with a table of each kind."""
    force = in_force(scenario)
    rows = [row for row in describe(scenario) if row.key in force]
    by_kind = {kind: [row for row in rows if row.kind == kind] for kind in KINDS}
    said = listed(tr(_IN_WORDS[kind], count=len(found)) for kind, found in by_kind.items() if found)
    words = tr("{name}: of {count} parameters in force, {said}.", name=name, count=len(rows), said=said)
    parts = [
        (kind, len(found) / len(rows), tr(_COUNTED[kind], count=len(found))) for kind, found in by_kind.items() if found
    ]
    heads = (tr("parameter"), tr("value"), tr("range"), tr("source"), tr("meaning"))
    folds = [
        fold(
            join(kind_badge(kind), tr(_PARAMETERS[kind], count=len(found))),
            table(heads, [_row(row, scenario) for row in found], (1, 2),
                  tr("{name}: {kind}", name=name, kind=KINDS[kind])),
        )
        for kind, found in by_kind.items() if found
    ]  # fmt: skip
    return join(tag("p", words), share_bar(words, parts), folds)


def variance(found: Sequence[Sensitivity]) -> Markup:
    """The shares of each outcome's variance by kind of source, ``seed`` among them, as a bar and in words."""
    return join([_variance(it) for it in found])


def _variance(it: Sensitivity) -> Markup:
    kinds = {kind: share for kind, share in it.kinds.items() if math.isfinite(share)}
    said = listed(tr(_SHARED[kind], share=percent(share)) for kind, share in kinds.items())
    of = words_of(it.outcome)
    if it.against:
        of = tr("the difference in {outcome} from {other}", outcome=of, other=it.against)
    words = tr(
        "Variance of {outcome} over {count} parameters moved within their ranges ({method}, {points} points x {seeds} "
        "seeds): {said}.", outcome=of, count=len(it.parameters), method=it.method, points=it.points,
        seeds=it.replicates, said=said,
    )  # fmt: skip
    parts = [(kind, max(0.0, share), tr(_SHARES[kind], share=percent(share))) for kind, share in kinds.items()]
    return join(tag("p", words), share_bar(words, parts))


def _row(row: Row, scenario: Scenario) -> tuple[Any, ...]:
    held = scenario.values[row.key]
    if isinstance(held, Schedule):
        value = scheduled(held, row.unit, scenario.calendar)
    else:
        value = value_words(row.value) if isinstance(held, str | bool) else quantity(held, row.unit)
    bounds = plausible(row.plausible, row.unit) if row.plausible else ""
    return (tag("code", row.key), value, bounds, source_words(row.source), meaning(row.key, row.meaning))
