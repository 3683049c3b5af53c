"""What outcomes rest on, as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.formats import percent, seeds_text
from sim.language import later, listed, month_text, tr, trc
from sim.report.shown import outcome_name
from sim.report.text.columns import columns
from sim.studies.estimators.indices import Estimate
from sim.studies.questions.sensitivity import Sensitivities
from sim.studies.stored_sensitivity import Sensitivity, VariedParameter
from sim.units import Everyday, brief, everyday, parameter_unit, with_unit

MOST_ROWS = 15  # parameters of a table or a figure
KIND_WORDS = {"assumption": later("assumed"), "seed": later("seed")}


def sensitivities_text(made: Sensitivities, *, everything: bool = False) -> str:
    """For every outcome: whose the variance is, the parameters by their share, and where a sign flips."""
    parts = [_text(it, everything) for it in made.outcomes.values()]
    return "\n\n".join([*parts, tr("results: {path}", path=made.path)])


def _text(it: Sensitivity, everything: bool) -> str:
    rows = it.parameters if everything else it.parameters[:MOST_ROWS]
    hidden = len(it.parameters) - len(rows)
    unit = outcome_unit(it)
    of = it.scenario
    places = {"mean": with_unit(unit.number(it.mean), unit.unit), "own": unit.number(it.baseline)}
    if it.against:
        of = tr("{variant} less {baseline}", variant=it.scenario, baseline=it.against)
        means = tr("mean over the design {mean}, it is {own} with both as they are", **places)
    else:
        means = tr("mean over the design {mean}, the scenario as it is has {own}", **places)
    lines = [
        tr("{scenario}: {outcome} in {month}: {how}", scenario=of, outcome=outcome_name(it.outcome),
           month=month_text(it.month), how=how_text(it)),
        means,
        *_variance_text(it),
        "",
        _table(it, rows),
        *([tr("{count} more parameters: --all, or indices.parquet", count=hidden)] if hidden else []),
    ]  # fmt: skip
    if it.against:
        lines += ["", *_flips_text(it)]
    return "\n".join(lines)


def outcome_unit(it: Sensitivity) -> Everyday:
    """The everyday unit of the outcome, its effects and their intervals."""
    return everyday(it.unit, it.mean, it.baseline, *(row.index.effect.value for row in it.parameters[:1]))


def how_text(it: Sensitivity) -> str:
    places = {
        "count": len(it.parameters), "samples": it.samples, "points": f"{it.points:,}",
        "seeds": seeds_text(it.replicates, it.seed),
    }  # fmt: skip
    if it.method == "morris":
        return tr("Morris, {count} parameters, {samples} trajectories, {points} points, {seeds} at each", **places)
    return tr("Sobol, {count} parameters, a base sample of {samples}, {points} points, {seeds} at each", **places)


def _variance_text(it: Sensitivity) -> list[str]:
    if math.isnan(it.split.parameters.value):
        return [tr("the variance is not split: that takes three seeds and three blocks of the design")]
    kinds = listed(f"{tr(KIND_WORDS.get(kind, kind))} {percent(share)}" for kind, share in it.kinds.items())
    split = {"parameters": percent_text(it.split.parameters), "seed": percent_text(it.split.seed)}
    lines = [
        tr("variance: parameters {parameters}, seed {seed}", **split),
        tr("by kind of source: {kinds}", kinds=kinds),
    ]
    if it.split.seed_in_means >= 0.01:
        share = percent(it.split.seed_in_means)
        lines.append(
            tr("{share} of what differs between points comes from the seeds, of which there are {seeds}", share=share,
               seeds=it.replicates)
        )  # fmt: skip
    return lines


def _table(it: Sensitivity, rows: Sequence[VariedParameter]) -> str:
    head = (tr("parameter"), tr("range"), tr("unit"), tr("kind"), tr("low to high"), tr("95% interval"))
    morris, unit = it.method == "morris", outcome_unit(it)
    told = unit if morris else Everyday("")  # indices of Sobol are shares of the variance
    indices = ("mu*", "95%", "sigma") if morris else (trc("index", "first"), "95%", trc("index", "total"), "95%")
    heads = (*head, *indices, tr("share"))
    body = []
    for row in rows:
        index = row.index
        known = (index.mu_star, index.sigma) if morris else (index.first, index.total)
        one, two = (estimate or Estimate(math.nan, math.nan, math.nan) for estimate in known)
        found = [told.number(one.value), _span(one, told), told.number(two.value)]
        found += [] if morris else [_span(two, told)]
        body.append((row.key, *range_text(row), tr(row.kind), unit.signed(index.effect.value),
                     _span(index.effect, unit), *found, percent(row.share, 1)))  # fmt: skip
    return columns(heads, body, right=(1, *range(4, len(heads))))


def range_text(row: VariedParameter) -> tuple[str, str]:
    """The range within which a parameter was moved, and its everyday unit."""
    unit = parameter_unit(row.unit, (row.low, row.high))
    return tr("{low} to {high}", low=brief(row.low, unit), high=brief(row.high, unit)), unit.unit


def _flips_text(it: Sensitivity) -> list[str]:
    lines = [tr("the difference has the other sign than its mean at {share} of points", share=percent(it.other_sign))]
    for flip in it.flips:
        outcome, unit = outcome_unit(it), parameter_unit(flip.unit, (flip.low, flip.high))
        lines.append(
            tr(
                "the sign flips when {key} is in {range}: {mean} ({span})", key=flip.key,
                range=with_unit(unit.span(flip.low, flip.high), unit.unit),
                mean=outcome.signed(flip.mean.value), span=_span(flip.mean, outcome),
            )
        )  # fmt: skip
    if not it.flips:
        lines.append(tr("the sign flips in no fifth of any parameter's range, the others being anywhere in theirs"))
    return lines


def percent_text(estimate: Estimate) -> str:
    return tr("{value} ({low} to {high})", value=percent(estimate.value), low=percent(estimate.low),
              high=percent(estimate.high))  # fmt: skip


def _span(estimate: Estimate, unit: Everyday) -> str:
    return unit.span(estimate.low, estimate.high)
