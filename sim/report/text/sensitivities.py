"""What outcomes rest on, as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.formats import number, plain, seeds_text, signed, span
from sim.report.text.columns import columns
from sim.studies.estimators.indices import Estimate
from sim.studies.questions.sensitivity import Sensitivities
from sim.studies.stored_sensitivity import Sensitivity, VariedParameter

MOST_ROWS = 15  # parameters of a table or a figure
KIND_WORDS = {"assumption": "assumed", "seed": "luck"}


def sensitivities_text(made: Sensitivities, *, everything: bool = False) -> str:
    """For every outcome: whose the variance is, the parameters by their share, and where a sign flips."""
    parts = [_text(it, everything) for it in made.outcomes.values()]
    return "\n\n".join([*parts, f"results: {made.path}"])


def _text(it: Sensitivity, everything: bool) -> str:
    rows = it.parameters if everything else it.parameters[:MOST_ROWS]
    hidden = len(it.parameters) - len(rows)
    unit = f" {it.unit}" if it.unit else ""
    of, said, own = it.scenario, "the scenario as it is has", number(it.baseline)
    if it.against:
        of, said, own = f"{it.scenario} less {it.against}", "it is", f"{own} with both as they are"
    lines = [
        f"{of}: {it.outcome} in {it.month}: {how_text(it)}",
        f"mean over the design {number(it.mean)}{unit}, {said} {own}",
        *_variance_text(it),
        "",
        _table(it, rows),
        *([f"{hidden} more parameters: --all, or indices.parquet"] if hidden else []),
    ]
    if it.against:
        lines += ["", *_flips_text(it)]
    return "\n".join(lines)


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
    morris = it.method == "morris"
    heads = (*head, *(("mu*", "95%", "sigma") if morris else ("first", "95%", "total", "95%")), "share")
    body = []
    for row in rows:
        index = row.index
        known = (index.mu_star, index.sigma) if morris else (index.first, index.total)
        one, two = (estimate or Estimate(math.nan, math.nan, math.nan) for estimate in known)
        found = [number(one.value), _span(one), number(two.value), *([] if morris else [_span(two)])]
        body.append((row.key, f"{plain(row.low)} to {plain(row.high)}", row.unit, row.kind, signed(index.effect.value),
                     _span(index.effect), *found, f"{row.share:.1%}"))  # fmt: skip
    return columns(heads, body, right=(1, *range(4, len(heads))))


def _flips_text(it: Sensitivity) -> list[str]:
    lines = [f"the difference has the other sign than its mean at {it.other_sign:.0%} of points"]
    for flip in it.flips:
        mean = f"{signed(flip.mean.value)} ({_span(flip.mean)})"
        where = f"{flip.key} is in {span(flip.low, flip.high)} {flip.unit}".rstrip()
        lines.append(f"the sign flips when {where}: {mean}")
    if not it.flips:
        lines.append("the sign flips in no fifth of any parameter's range, the others being anywhere in theirs")
    return lines


def percent_text(estimate: Estimate) -> str:
    return f"{estimate.value:.0%} ({estimate.low:.0%} to {estimate.high:.0%})"


def _span(estimate: Estimate) -> str:
    return span(estimate.low, estimate.high)
