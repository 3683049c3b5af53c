"""What outcomes rest on, as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.formats import seeds_text
from sim.report.text.columns import columns
from sim.studies.estimators.indices import Estimate
from sim.studies.questions.sensitivity import Sensitivities
from sim.studies.stored_sensitivity import Sensitivity, VariedParameter
from sim.units import Everyday, brief, everyday, parameter_unit, with_unit

MOST_ROWS = 15  # parameters of a table or a figure
KIND_WORDS = {"assumption": "assumed", "seed": "luck"}


def sensitivities_text(made: Sensitivities, *, everything: bool = False) -> str:
    """For every outcome: whose the variance is, the parameters by their share, and where a sign flips."""
    parts = [_text(it, everything) for it in made.outcomes.values()]
    return "\n\n".join([*parts, f"results: {made.path}"])


def _text(it: Sensitivity, everything: bool) -> str:
    rows = it.parameters if everything else it.parameters[:MOST_ROWS]
    hidden = len(it.parameters) - len(rows)
    unit = outcome_unit(it)
    of, said, own = it.scenario, "the scenario as it is has", unit.number(it.baseline)
    if it.against:
        of, said, own = f"{it.scenario} less {it.against}", "it is", f"{own} with both as they are"
    lines = [
        f"{of}: {it.outcome} in {it.month}: {how_text(it)}",
        f"mean over the design {with_unit(unit.number(it.mean), unit.unit)}, {said} {own}",
        *_variance_text(it),
        "",
        _table(it, rows),
        *([f"{hidden} more parameters: --all, or indices.parquet"] if hidden else []),
    ]
    if it.against:
        lines += ["", *_flips_text(it)]
    return "\n".join(lines)


def outcome_unit(it: Sensitivity) -> Everyday:
    """The everyday unit of the outcome, its effects and their intervals."""
    return everyday(it.unit, it.mean, it.baseline, *(row.index.effect.value for row in it.parameters[:1]))


def how_text(it: Sensitivity) -> str:
    design = f"{it.samples} trajectories" if it.method == "morris" else f"a base sample of {it.samples}"
    return (
        f"{it.method.capitalize()}, {len(it.parameters)} parameters, {design}, {it.points:,} points, "
        f"{seeds_text(it.replicates, it.seed)} at each"
    )


def _variance_text(it: Sensitivity) -> list[str]:
    if math.isnan(it.split.parameters.value):
        return ["the variance is not split: that takes three seeds and three blocks of the design"]
    kinds = ", ".join(f"{KIND_WORDS.get(kind, kind)} {share:.0%}" for kind, share in it.kinds.items())
    lines = [
        f"variance: parameters {percent_text(it.split.parameters)}, seed {percent_text(it.split.seed)}",
        f"by kind of source: {kinds}",
    ]
    if it.split.luck_in_means >= 0.01:
        lines.append(
            f"{it.split.luck_in_means:.0%} of what differs between points is luck that {it.replicates} seeds leave"
        )
    return lines


def _table(it: Sensitivity, rows: Sequence[VariedParameter]) -> str:
    head = ("parameter", "range", "unit", "kind", "low to high", "95% interval")
    morris, unit = it.method == "morris", outcome_unit(it)
    told = unit if morris else Everyday("")  # indices of Sobol are shares of the variance
    heads = (*head, *(("mu*", "95%", "sigma") if morris else ("first", "95%", "total", "95%")), "share")
    body = []
    for row in rows:
        index = row.index
        known = (index.mu_star, index.sigma) if morris else (index.first, index.total)
        one, two = (estimate or Estimate(math.nan, math.nan, math.nan) for estimate in known)
        found = [told.number(one.value), _span(one, told), told.number(two.value)]
        found += [] if morris else [_span(two, told)]
        body.append((row.key, *range_text(row), row.kind, unit.signed(index.effect.value),
                     _span(index.effect, unit), *found, f"{row.share:.1%}"))  # fmt: skip
    return columns(heads, body, right=(1, *range(4, len(heads))))


def range_text(row: VariedParameter) -> tuple[str, str]:
    """The range within which a parameter was moved, and its everyday unit."""
    unit = parameter_unit(row.unit, (row.low, row.high))
    return f"{brief(row.low, unit)} to {brief(row.high, unit)}", unit.unit


def _flips_text(it: Sensitivity) -> list[str]:
    lines = [f"the difference has the other sign than its mean at {it.other_sign:.0%} of points"]
    for flip in it.flips:
        outcome, unit = outcome_unit(it), parameter_unit(flip.unit, (flip.low, flip.high))
        mean = f"{outcome.signed(flip.mean.value)} ({_span(flip.mean, outcome)})"
        where = f"{flip.key} is in {with_unit(unit.span(flip.low, flip.high), unit.unit)}"
        lines.append(f"the sign flips when {where}: {mean}")
    if not it.flips:
        lines.append("the sign flips in no fifth of any parameter's range, the others being anywhere in theirs")
    return lines


def percent_text(estimate: Estimate) -> str:
    return f"{estimate.value:.0%} ({estimate.low:.0%} to {estimate.high:.0%})"


def _span(estimate: Estimate, unit: Everyday) -> str:
    return unit.span(estimate.low, estimate.high)
