"""Claims as tests: is a difference there, what carries it, and on which assumptions does its sign rest.

Of the two scenarios of a file of claims are run, always on common seeds: both as they are; both with each mechanism
that a claim names off, and with all that it names off; both with each assumption at either end of its range; both at a
Latin hypercube of all assumptions; and, where the scenario has a posterior, both at draws from it.

The folder ``claims-NAME-DIGEST`` holds ``replicates.parquet`` (as a sweep's), ``scenario.toml``, ``variant.toml`` (the
control), ``manifest.json`` and ``claims.json``: see ``findings_json``.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.declare import Value
from sim.language import later, tr
from sim.notebooks import in_notebooks
from sim.runs.options import RunOptions
from sim.runs.posterior_sample import POSTERIOR, read_sample
from sim.runs.replicate import Cells, Model
from sim.runs.seals import to_json
from sim.runs.store import Store, clean
from sim.scenario import Row, Scenario, ScenarioError
from sim.studies.changes import changes
from sim.studies.claims import Claim, Claims
from sim.studies.designs import Axis, points, refuse_contradictions
from sim.studies.estimators.indices import TAILS
from sim.studies.estimators.influence import Influence, influence
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.verdicts import (
    Verdict,
    crossing_at_ends,
    crossing_in_draws,
    effect,
    elasticity,
    is_proportional,
    judge,
)
from sim.studies.points import Point, Runs, Study, run_points
from sim.studies.uncertain import uncertain

ANSWER = "claims.json"
REPLICATES = 30  # seeds of the difference as it is
CASE_REPLICATES = 8  # seeds of each other case
SAMPLES = 64  # joint draws of the assumptions
POSTERIOR_DRAWS = 32

Values = Mapping[str, Value]


class Range(NamedTuple):
    """An assumption over its range.

    Attributes
    ----------
    key, unit
        The parameter and its unit.
    kind
        Kind of its source.
    value
        Its value in the scenario.
    low, high
        Ends of its range.
    at_low, at_high
        The difference at either end, with its 95% interval.
    elasticity
        Percent by which the difference grows for each percent of the parameter; NaN where it cannot be measured.
    proportional
        Whether the elasticity lies between 0.9 and 1.1, and the difference at the value itself is in proportion too.
    """

    key: str
    unit: str
    kind: str
    value: float
    low: float
    high: float
    at_low: Interval
    at_high: Interval
    elasticity: float
    proportional: bool


class Flip(NamedTuple):
    """The assumption that changes the sign of a difference.

    Attributes
    ----------
    key, unit
        The parameter and its unit.
    value
        The value at which the sign changes.
    upwards
        Whether the other sign is above it.
    """

    key: str
    unit: str
    value: float
    upwards: bool


@dataclass(frozen=True)
class Finding:
    """A claim with its verdict, and what that rests on. Intervals are 95%.

    Attributes
    ----------
    claim
        The claim.
    verdict
        One of ``sim.studies.estimators.verdicts.Verdict``.
    difference
        Mean difference over seeds with its interval, in the outcome's unit.
    seeds
        Seeds with a value.
    left_out
        The replicate on which the difference hangs most, and the interval without it; None below six seeds.
    posterior
        Mean and percentiles over draws from the posterior; None where there is none.
    off
        The difference without each mechanism, by name.
    remaining
        The difference without all of them.
    ranges
        Each assumption over its range.
    draws
        Joint draws of the assumptions with a value.
    right
        Share of them with the claimed sign.
    flip
        The assumption that changes the sign; None where none was found.

    Examples
    --------
    >>> (found,) = sim.claims(["lever-conversion-grant"], samples=2, replicates=2, months=12, workers=1)
    >>> found.findings[0].difference.mean, sorted(found.findings[0].off)
    (0.0, ['idle_space'])
    """

    claim: Claim
    verdict: Verdict
    difference: Interval
    seeds: int
    left_out: Influence | None
    posterior: Interval | None
    off: Mapping[str, Interval]
    remaining: Interval
    ranges: tuple[Range, ...]
    draws: int
    right: float
    flip: Flip | None

    def __repr__(self) -> str:
        return f"<Finding {self.claim.name}: {self.verdict}>"

    @property
    def proportional(self) -> tuple[Range, ...]:
        """The assumptions to which the difference is proportional."""
        return tuple(it for it in self.ranges if it.proportional)


@in_notebooks
@dataclass(frozen=True, eq=False)
class Findings:
    """What was found about the claims of one file.

    Attributes
    ----------
    claims
        The file as read: scenario, control, assumptions, claims.
    findings
        One for each claim.
    runs
        The worlds of the difference, and of all other cases.
    remarks
        Assumptions that were not moved, and why.
    month
        The month of all outcomes.

    Examples
    --------
    >>> (found,) = sim.claims(["lever-conversion-grant"], samples=2, replicates=2, months=12, workers=1)
    >>> found.month, len(found.findings), found.failures
    ('2011-12', 2, [])
    """

    claims: Claims
    findings: tuple[Finding, ...]
    runs: tuple[Runs, Runs]
    remarks: tuple[str, ...]
    month: str

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{it.claim.name} {it.verdict}" for it in self.findings)
        return f"<Findings: {textwrap.shorten(verdicts, 120, placeholder=' ...')}, {self.path}>"

    @property
    def path(self) -> Path:
        """The folder of the study."""
        return self.runs[1].path

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The replicates that failed."""
        return [failure for runs in self.runs for failure in runs.failures]


def run_claims(claims: Claims, model: Model, options: RunOptions, *, samples: int = SAMPLES) -> Findings:
    """Test every claim of a file.

    Raises
    ------
    ScenarioError
        Where an assumption is no key that can be moved, or a point contradicts itself.
    TooLarge
        Where it would take more than ten minutes and ``allow_long`` is not given.

    """
    cases = cases_of(claims, samples)
    for remark in cases.remarks:
        options.watcher.say(tr(remark))

    def run(part: str, wanted: Sequence[Values], replicates: int) -> Runs:
        scenario, control = (_of_seeds(it, replicates) for it in (claims.scenario, claims.control))
        listed = [Point(scenario, cases.held(it, scenario)) for it in wanted]
        listed += [Point(control, cases.held(it, control, control=True)) for it in wanted]
        refuse_contradictions(point.scenario for point in listed)
        design = {"part": part, "cases": [dict(it) for it in wanted], "posterior": cases.posterior}
        return run_points(Study("claims", scenario, design, listed, control), model, options)

    seeds = claims.scenario.replicates
    runs = (run("difference", [{}], seeds), run("cases", cases.values, min(seeds, CASE_REPLICATES)))
    whole, others = (it.cells[: len(it.cells) // 2] - it.cells[len(it.cells) // 2 :] for it in runs)
    findings = findings_of(claims, cases, list(model.outcomes), whole[0], others)
    month = claims.scenario.calendar(claims.scenario.months - 1)
    found = Findings(claims, findings, runs, cases.remarks, month)
    Store(found.path).ensure({ANSWER: to_json(findings_json(found))}, options.watcher.say)
    return found


@dataclass(frozen=True)
class Cases:
    """What is moved in both scenarios of a file of claims to test them; ``values`` are all cases in order.

    ``assumptions`` are moved to either end of their range (``ends``, low and high of each), ``off`` are mechanisms
    that are off together, ``joint`` and ``drawn`` joint draws and draws from the posterior.
    """

    assumptions: Sequence[tuple[Row, Axis]]
    off: Sequence[tuple[str, ...]]
    joint: Sequence[Values]
    drawn: Sequence[Values]
    posterior: str
    differing: Collection[str]
    remarks: tuple[str, ...] = ()

    @property
    def ends(self) -> list[Values]:
        """Each assumption at its low and at its high end."""
        return [{axis.key: axis.at(share)} for _, axis in self.assumptions for share in (0.0, 1.0)]

    @property
    def values(self) -> list[Values]:
        """The two scenarios as they are, mechanisms off, ends of ranges, joint draws, draws from the posterior."""
        off = [{f"mechanisms.{name}.enabled": False for name in names} for names in self.off]
        return [{}, *off, *self.ends, *self.joint, *self.drawn]

    def held(self, values: Values, scenario: Scenario, *, control: bool = False) -> Values:
        """Those of a case's values that a scenario takes: the control none of the keys in which the two differ."""
        but = self.differing if control else ()
        return {key: value for key, value in values.items() if key in scenario.values and key not in but}


def cases_of(claims: Claims, samples: int, *, posterior: bool = True) -> Cases:
    """The cases of a file of claims, with so many joint draws."""
    assumptions, remarks = _assumptions(claims)
    axes = [axis for _, axis in assumptions]
    off = list(
        dict.fromkeys(
            [*((name,) for name in claims.mechanisms), *(it.mechanisms for it in claims.claims if it.mechanisms)]
        )
    )
    joint = points(axes, "latin", samples, claims.scenario.seed) if axes else []
    drawn, digest = _posterior(claims) if posterior else ([], "")
    return Cases(assumptions, off, joint, drawn, digest, _differing(claims), remarks)


def findings_of(
    claims: Claims, cases: Cases, outcomes: Sequence[str], whole: Cells, others: Cells
) -> tuple[Finding, ...]:
    """A finding for each claim.

    Parameters
    ----------
    claims, cases
        The claims and what was moved.
    outcomes
        Names of the columns.
    whole
        Differences of the scenarios as they are, seeds x outcomes.
    others
        Differences of all cases, cases x seeds x outcomes; NaN where a world was not run.

    """
    parts = np.cumsum([1, len(cases.off), len(cases.ends), len(cases.joint)])
    findings = []
    for claim in claims.claims:
        outcome = outcomes.index(claim.outcome)
        own, mechanisms, at_ends, at_draws, at_posterior = np.split(others[:, :, outcome], parts)
        findings.append(
            _finding(
                claim, whole[:, outcome], own[0], dict(zip(cases.off, mechanisms, strict=True)), cases.assumptions,
                at_ends, cases.joint, at_draws, at_posterior,
            )
        )  # fmt: skip
    return tuple(findings)


def _of_seeds(scenario: Scenario, replicates: int) -> Scenario:
    return replace(scenario, values={**scenario.values, "run.replicates": replicates})


def _differing(claims: Claims) -> set[str]:
    """Keys in which the two scenarios differ: what is asked about, moved in the scenario alone."""
    return {it.key for it in changes(claims.scenario, claims.control)}


def _assumptions(claims: Claims) -> tuple[list[tuple[Row, Axis]], tuple[str, ...]]:
    """The assumptions to move; those in which the two scenarios differ only where the file names them."""
    rows, remarks = uncertain(claims.scenario, claims.assumptions)
    differing = _differing(claims)
    named = {it.partition("=")[0].strip() for it in claims.assumptions}
    left = [row.key for row, _ in rows if row.key in differing and row.key not in named]
    if left:
        remarks += (later("not moved, as the two scenarios differ in it: {keys}", keys=", ".join(left)),)
    return [it for it in rows if it[0].key not in left], remarks


def _posterior(claims: Claims) -> tuple[list[Values], str]:
    """Draws from the scenario's posterior, each for both scenarios, and its digest; none where it has none."""
    try:
        found = read_sample(POSTERIOR, claims.scenario)
    except ScenarioError:
        return [], ""
    return [found.values(claims.scenario, number) for number in range(POSTERIOR_DRAWS)], found.digest


def _finding(
    claim: Claim, whole: Cells, own: Cells, off: Mapping[tuple[str, ...], Cells],
    assumptions: Sequence[tuple[Row, Axis]], at_ends: Cells, joint: Sequence[Values], at_draws: Cells,
    at_posterior: Cells,
) -> Finding:  # fmt: skip
    """One claim: ``whole`` are its differences by seed, ``own`` those on the seeds of all other cases."""
    difference, here, left_out = effect(whole), effect(own), influence(whole)
    effects = list(map(effect, at_ends))
    both = zip(effects[::2], effects[1::2], strict=True)
    ranges = tuple(_range(*it, *ends, here.mean) for it, ends in zip(assumptions, both, strict=True))
    means = np.array([effect(it).mean for it in at_draws])
    known = np.isfinite(means)
    right = means[known] * claim.sign > 0
    share = float(right.mean()) if len(right) else float(difference.mean * claim.sign > 0)
    remaining = effect(off[claim.mechanisms]) if claim.mechanisms else Interval(math.nan, math.nan, math.nan)
    proportional = any(it.proportional for it in ranges)
    drawn = np.array([[float(it[row.key]) for row, _ in assumptions] for it in joint])
    return Finding(
        claim=claim,
        verdict=judge(claim.sign, difference, left_out, remaining, proportional, share),
        difference=difference,
        seeds=int(np.isfinite(whole).sum()),
        left_out=left_out,
        posterior=_percentiles(at_posterior),
        off={name: effect(off[name,]) for name in claim.mechanisms},
        remaining=remaining,
        ranges=ranges,
        draws=len(right),
        right=share,
        flip=_flip(ranges, here.mean, drawn[known] if len(drawn) else drawn, right),
    )


def _range(row: Row, axis: Axis, at_low: Interval, at_high: Interval, at_own: float) -> Range:
    low, own, high = float(axis.at(0.0)), float(row.value), float(axis.at(1.0))
    return Range(
        row.key, row.unit, row.kind, own, low, high, at_low, at_high,
        elasticity(low, high, at_low.mean, at_high.mean),
        is_proportional((low, own, high), (at_low.mean, at_own, at_high.mean)),
    )  # fmt: skip


def _percentiles(at_posterior: Cells) -> Interval | None:
    """The mean difference over draws of the posterior, with percentiles of the draws' means over seeds."""
    means = np.array([effect(it).mean for it in at_posterior])
    means = means[np.isfinite(means)]
    if not len(means):
        return None
    low, high = np.percentile(means, TAILS)
    return Interval(float(means.mean()), float(low), float(high))


def _flip(ranges: Sequence[Range], own: float, drawn: NDArray[np.float64], right: NDArray[np.bool_]) -> Flip | None:
    """Where the sign changes: at an end of one assumption's range, or else between joint draws."""
    values = [(it.low, it.value, it.high) for it in ranges]
    found = crossing_at_ends(values, [(it.at_low.mean, own, it.at_high.mean) for it in ranges])
    found = found or (crossing_in_draws(drawn, right) if len(drawn) else None)
    if found is None:
        return None
    return Flip(ranges[found.parameter].key, ranges[found.parameter].unit, found.value, found.upwards)


def findings_json(found: Findings) -> dict[str, Any]:
    """What was found as one object of JSON; a number that there is not is null."""
    claims = found.claims
    head = {
        "name": claims.name,
        "title": claims.title,
        "scenario": claims.scenario.name,
        "control": claims.control.name,
        "model": found.runs[1].manifest["model"],
        "seed": claims.scenario.seed,
        "months": claims.scenario.months,
        "month": found.month,
    }
    return clean(head | {"claims": {it.claim.name: _finding_json(it) for it in found.findings}})


def _finding_json(it: Finding) -> dict[str, Any]:
    return {
        "claim": it.claim.text,
        "outcome": it.claim.outcome,
        "unit": it.claim.unit,
        "sign": it.claim.sign,
        "verdict": it.verdict,
        "difference": it.difference._asdict(),
        "seeds": it.seeds,
        "left_out": it.left_out and {"replicate": it.left_out.replicate, **it.left_out.without._asdict()},
        "posterior": it.posterior and it.posterior._asdict(),
        "off": {name: found._asdict() for name, found in it.off.items()},
        "remaining": it.remaining._asdict(),
        "draws": it.draws,
        "right": it.right,
        "flip": it.flip and it.flip._asdict(),
        "assumptions": [
            found._asdict() | {"at_low": found.at_low._asdict(), "at_high": found.at_high._asdict()}
            for found in it.ranges
        ],
    }
