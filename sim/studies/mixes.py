"""A question about a mix of levers, as checked: what is sought, within which ranges and limits, and at which draws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.declare import Value
from sim.runs.errors import Incompatible
from sim.runs.posterior_sample import POSTERIOR, read_sample
from sim.runs.replicate import Model
from sim.scenario import Fault, Scenario, ScenarioError
from sim.studies.aims import AT_LEAST, AT_MOST, Aim, Limit, aim_of, aims, budget_of, limits_of
from sim.studies.appraisal.assumptions import Assumption
from sim.studies.appraisal.treated import is_decided, of_measures
from sim.studies.designs import Axis, axes, points
from sim.studies.estimators.search import Shares
from sim.studies.points import Point
from sim.studies.uncertain import uncertain
from sim.studies.worlds import can_be

LEVERS = "--levers"
FORMS = "allowed: KEY=LOW:HIGH or KEY=a,b,c"
POSTERIOR_DRAWS, ASSUMPTION_DRAWS = "posterior", "assumptions"
_DIGITS = 4  # of a lever's value: more would claim more than is known

Values = Mapping[str, Value]


@dataclass(frozen=True)
class Question:
    """What is sought, as checked.

    Attributes
    ----------
    scenario
        The scenario.
    levers
        The levers, with the values to try of each.
    aim, sign
        What is to be high (``sign`` 1) or low (-1).
    budget
        The most that sponsors may spend; None without a budget.
    limits
        Limits on means.
    assumed
        What is assumed beyond the model, by name.
    followed
        Whether costs and net effects are known.
    """

    scenario: Scenario
    levers: tuple[Axis, ...]
    aim: Aim
    sign: int
    budget: Limit | None
    limits: tuple[Limit, ...]
    assumed: Mapping[str, Assumption]
    followed: bool  # whether costs are known

    @property
    def bounds(self) -> tuple[Limit, ...]:
        """The budget, if there is one, and the limits."""
        return (*([self.budget] if self.budget else []), *self.limits)


def read_question(
    scenario: Scenario, levers: Mapping[str, str | Sequence[Value]], model: Model, *, maximise: str | None,
    minimise: str | None, budget: str | float | None, at_least: Mapping[str, Any] | Sequence[str],
    at_most: Mapping[str, Any] | Sequence[str], assumed: Mapping[str, Assumption],
) -> Question:  # fmt: skip
    """What is asked, checked; ScenarioError with every fault of it.

    Raises
    ------
    Incompatible
        Where costs or net effects are asked for and a lever is one that nobody decides.
    """
    faults: list[Fault] = []
    known = aims(model.outcomes)
    lines = lever_axes(levers, scenario, faults)
    faults += [
        Fault(LEVERS, 0, it.key, f'"{it.levels[0]}" is one value, {FORMS}') for it in lines if len(it.levels) == 1
    ]
    if maximise is not None and minimise is not None:
        faults.append(Fault("--maximise", 0, maximise, "is asked for with --minimise, allowed: one of them"))
    option, name, sign = ("--minimise", minimise, -1) if minimise is not None else ("--maximise", maximise, 1)
    aim = aim_of(option, "net_jobs" if name is None else name, known, faults)
    bound = budget_of(budget, known, faults)
    limits = [*limits_of(AT_LEAST, at_least, known, faults), *limits_of(AT_MOST, at_most, known, faults)]
    if faults:
        raise ScenarioError(faults)
    assert aim is not None
    money = aim.total or bound is not None or any(it.aim.total for it in limits)
    undecided = undecided_levers(scenario, lines)
    refuse_undecided(scenario, undecided, model, money=money)
    followed = not undecided and model.recorded is not None
    return Question(scenario, tuple(lines), aim, sign, bound, tuple(limits), assumed, followed)


def lever_axes(
    levers: Mapping[str, str | Sequence[Value]], scenario: Scenario, faults: list[Fault]
) -> list[Axis]:  # fmt: skip
    """The levers with what to try of each; none, and faults, where one cannot be moved so."""
    try:
        return axes(levers, scenario, "latin", LEVERS, FORMS)
    except ScenarioError as error:
        faults += error.faults
        return []


def undecided_levers(scenario: Scenario, lines: Sequence[Axis]) -> list[str]:
    """The levers that nobody decides."""
    found = []
    for it in lines:
        moved = [Point(scenario, {it.key: it.at(share)}).scenario for share in (0.0, 1.0)]
        found += [it.key] if any(of_measures(scenario, one)[1] for one in moved) else []
    return found


def refuse_undecided(scenario: Scenario, undecided: Sequence[str], model: Model, *, money: bool) -> None:
    """Incompatible where net effects or costs are asked for and cannot be said."""
    if money and undecided:
        raise Incompatible(
            f"{scenario.name}: {', '.join(undecided)}: no policy, platform or site, which somebody decides, so that "
            "there is no net effect and no cost, allowed: an outcome of the model (sim run --all), without a budget"
        )
    if money and model.recorded is None:
        raise Incompatible("this model keeps no records of enterprises, so that there is no net effect and no cost")


def own_shares(q: Question) -> Shares | None:
    """Where the scenario as it is lies in the cube; None where it lies outside."""
    shares = [share_of(axis, q.scenario.values[axis.key]) for axis in q.levers]
    return tuple(shares) if all(0 <= it <= 1 for it in shares) else None


def share_of(axis: Axis, value: Any) -> float:
    """Where a value lies along an axis, from 0 to 1; NaN for a schedule or another value."""
    if axis.levels:
        return (axis.levels.index(value) + 0.5) / len(axis.levels) if value in axis.levels else math.nan
    if not isinstance(value, int | float):
        return math.nan
    return (float(value) - axis.low) / (axis.high - axis.low)


def rounded(axis: Axis, value: Value) -> Value:
    """A lever's value in as many digits as it deserves."""
    if axis.levels or axis.whole or not isinstance(value, float):
        return value
    digits = max(_DIGITS, 1 + math.ceil(math.log10(max(abs(axis.low), abs(axis.high)) / (axis.high - axis.low))) + 2)
    return min(max(float(f"{value:.{digits}g}"), axis.low), axis.high)


def draws_of(q: Question, count: int) -> dict[str, list[Values]]:
    """Draws of the posterior, where there is one, and of the assumptions that nobody decides; without the levers."""
    if not count:
        return {}
    keys = {it.key for it in q.levers}
    found: dict[str, list[Values]] = {}
    try:
        sample = read_sample(POSTERIOR, q.scenario)
        drawn = [sample.values(q.scenario, number) for number in range(count)]
        found[POSTERIOR_DRAWS] = [{key: value for key, value in it.items() if key not in keys} for it in drawn]
    except ScenarioError:
        pass
    rows, _ = uncertain(q.scenario)
    fitted = POSTERIOR_DRAWS in found
    moved = [
        axis
        for row, axis in rows
        if axis.key not in keys and not is_decided(axis.key) and not (fitted and row.kind == "fitted")
    ]
    if moved:
        found[ASSUMPTION_DRAWS] = [dict(it) for it in points(moved, "latin", count, q.scenario.seed)]
    return {kind: [it for it in drawn if can_be(Point(q.scenario, it).scenario)] for kind, drawn in found.items()}
