"""What if: a scenario and variants of it on common seeds, as many as the question needs."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.language import later, tr
from sim.letters import is_word
from sim.model.catalogue import load
from sim.runs.names import made_up
from sim.runs.seeds import own_seeds, with_seeds
from sim.scenario import Fault, Scenario, ScenarioError
from sim.scenario.faults import OVERRIDE
from sim.studies.changes import as_plain
from sim.studies.designs import outcome_faults
from sim.studies.estimators.intervals import interval_reach
from sim.studies.questions.compare import Comparison, Difference

FEWEST = 30  # seeds before a width is judged: of fewer, a narrow interval is too often chance
MOST = 500  # seeds that a wish for narrow intervals may take, unless told otherwise
_ENDLESS = 10**9  # seeds: no forecast goes beyond
_OF_THE_RUN = {"run.seed", "run.months", "run.replicates", "run.start"}
_LONGEST = 80  # letters of a variant's name


class Variant(NamedTuple):
    """A variant of a scenario, with a name of its own.

    Parameters
    ----------
    given
        Values by key, or a scenario (loaded, name or file).
    name
        Its name; empty for one made from the values.

    Examples
    --------
    >>> from sim.studies.questions.what_if import Variant
    >>> easier = Variant({"levers.entry_cost_cut": 0.5}, "easier")
    >>> sim.what_if("shougang", easier, replicates=3, months=12, workers=1).variants[0].label
    'easier'
    """

    given: Mapping[str, Any] | Scenario | str | Path
    name: str = ""


@dataclass(frozen=True)
class Width:
    """A wish: the interval of an outcome's difference no wider than ``limit``, from end to end.

    ``limit`` is in the outcome's unit or, where ``relative``, a share of the baseline's mean.
    """

    outcome: str
    limit: float
    relative: bool

    def wanted(self, baseline: float) -> float:
        """The width in the outcome's unit."""
        return self.limit * abs(baseline) if self.relative else self.limit


def asked(
    base: Scenario, variants: Sequence[Variant], widths: Sequence[str], outcomes: Collection[str]
) -> tuple[list[Scenario], list[Width]]:
    """The scenario of each variant, with all that the baseline's run and overrides say, and the wishes for widths.

    Raises ScenarioError with the faults of all of them.
    """
    faults: list[Fault] = []
    scenarios: list[Scenario] = []
    wishes: list[Width] = []
    taken = {base.name}
    for variant in variants:
        try:
            scenario = _variant_of(base, variant)
            if variant.name and scenario.name in taken:
                raise _fault("--name", variant.name, "is taken, allowed: a name of its own for each variant")
            taken.add(scenario.name)
            scenarios.append(scenario)
        except ScenarioError as error:
            faults += error.faults
    for text in widths:
        try:
            wishes.append(_width_of(text, outcomes))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return scenarios, wishes


def run_until(
    compared: Callable[[int], Comparison],
    widths: Sequence[Width],
    start: int,
    at_most: int,
    say: Callable[[str], None],
) -> Comparison:
    """The comparison on as many seeds as make every interval as narrow as wished, or on ``at_most``.

    ``compared`` gives the comparison on so many seeds. The first look is at ``start`` seeds, ``FEWEST`` at least; each
    next one at as many as the widths seen forecast. Stopping when the interval happens to be narrow costs coverage:
    with few looks and this start it stays within 93 to 97% where 95% are claimed (measured in the tests).
    """
    seeds = min(max(start, FEWEST), at_most)
    while True:
        comparison = compared(seeds)
        states = [_state(width, comparison, label, it) for width in widths for label, it in _of(comparison, width)]
        for state in states:
            if not state["seeds"]:
                state["stopped"] = later("as no seed gives it a value")
        enough = all(state["reached"] or state["stopped"] for state in states)
        asked = max(state["forecast"] for state in states)
        if enough or seeds >= at_most:
            for state in states:
                if not state["reached"]:
                    state["stopped"] = state["stopped"] or later("by the cap of {seeds} seeds", seeds=at_most)
            return replace(comparison, until=tuple(states))
        for state in states:
            if not state["reached"]:
                say(_forecast_text(state, at_most))
        seeds = min(at_most, max(asked, seeds + max(2, seeds // 10)))


def forecast(seeds: int, deviation: float, skewness: float, wanted: float) -> int:
    """How many seeds, above ``seeds``, an interval of ``wanted`` width takes where differences are of this shape."""

    def is_narrow(count: int) -> bool:
        return bool(sum(interval_reach(deviation, skewness, count)) <= wanted)

    above = seeds + 1
    while not is_narrow(above) and above < _ENDLESS:
        above *= 2
    return bisect_left(range(above), x=True, lo=seeds + 1, key=is_narrow)


def _of(comparison: Comparison, width: Width) -> list[tuple[str, Difference]]:
    return [(variant.label, variant[width.outcome]) for variant in comparison.variants]


def _state(width: Width, comparison: Comparison, label: str, it: Difference) -> dict[str, Any]:
    """How far a wish has come on the seeds there are."""
    wanted = width.wanted(it.baseline)
    known = bool(np.isfinite(it.width) and np.isfinite(wanted))
    reached = known and it.width <= wanted
    shape = it.deviation or 0.0, it.skewness or 0.0
    if width.relative and it.seeds and wanted == 0:
        raise _fault("--until-width", width.outcome, "has a baseline of 0, allowed: a width in the outcome's unit")
    seeds = len(comparison.baseline.replicates)
    # Without a value in enough seeds there is nothing to forecast from: look again at twice as many.
    return {
        "outcome": width.outcome,
        "variant": label,
        "unit": it.unit,
        "wanted": wanted,
        "width": it.width,
        "seeds": it.seeds,
        "reached": reached,
        "forecast": seeds if reached else 2 * max(1, seeds) if not known else forecast(it.seeds, *shape, wanted),
        "stopped": "",
    }


def _forecast_text(state: Mapping[str, Any], at_most: int) -> str:
    places = {key: state[key] for key in ("outcome", "variant", "seeds")}
    if not np.isfinite(state["width"]):
        return tr("{outcome} in {variant}: no interval from {seeds} seeds yet", **places)
    places |= {"width": f"{state['width']:.4g}", "wanted": f"{state['wanted']:.4g}"}
    places |= {"forecast": f"{state['forecast']:,}", "cap": at_most}
    if state["forecast"] > at_most:
        return tr("{outcome} in {variant}: interval {width} wide on {seeds} seeds, {wanted} wanted: about {forecast} "
                  "seeds, the cap is {cap}", **places)  # fmt: skip
    return tr("{outcome} in {variant}: interval {width} wide on {seeds} seeds, {wanted} wanted: about {forecast} "
              "seeds", **places)  # fmt: skip


def _variant_of(base: Scenario, variant: Variant) -> Scenario:
    given, name = variant.given, variant.name
    if name and not is_word(name, _LONGEST):
        raise _fault("--name", name, "is no name, allowed: letters, digits, _, - and .")
    common = {key: base.values[key] for key in ("run.seed", "run.months", "run.replicates")}
    if isinstance(given, Mapping):
        made = replace(_varied(base, given, name), name=made_up(base.name, given))
    elif isinstance(given, Scenario):
        made = replace(given, values={**given.values, **common})
    else:
        made = load(given, _overridden(base) | common, catalogue=base.catalogue)
    if made.values["run.start"] != base.values["run.start"]:
        message = (
            f"is {made.values['run.start']} and the baseline's is {base.values['run.start']}: "
            "the two cannot be compared month by month"
        )
        raise _fault(made.path, "run.start", message)
    made = with_seeds(made, own_seeds(base))
    return replace(made, name=name) if name else made


def _varied(base: Scenario, given: Mapping[str, Any], name: str) -> Scenario:
    """The baseline with other values, checked as its file is; faults say which variant they are of."""
    place = f"--variant {name}" if name else "--set"
    if not given:
        raise _fault(place, name or base.name, "changes nothing, allowed: KEY=VALUE")
    message = "cannot be what differs, allowed: another for all of them (--seed, --months, --replicates)"
    faults = [Fault(place, 0, key, message) for key in given if key in _OF_THE_RUN]
    try:
        settings = _overridden(base) | {key: given[key] for key in given if key not in _OF_THE_RUN}
        made = load(base.path, settings, catalogue=base.catalogue)
    except ScenarioError as error:
        faults += [replace(it, file=place) if it.file == OVERRIDE else it for it in error.faults]
    if faults:
        raise ScenarioError(faults)
    return made


def _overridden(base: Scenario) -> dict[str, Any]:
    """What was overridden in the baseline, and so is in its variants."""
    return {key: as_plain(base, key) for key, origin in base.origins.items() if origin.kind == "override"}


def _width_of(text: str, outcomes: Collection[str]) -> Width:
    """The wish of a text such as ``startups=5%`` or ``startups=20``."""
    name, _, value = (part.strip() for part in text.partition("="))
    if faults := outcome_faults("--until-width", [name or text], outcomes):
        raise ScenarioError(faults)
    try:
        limit = float(value.removesuffix("%"))
    except ValueError:
        limit = math.nan
    if not 0 < limit < math.inf:
        message = f'"{value}" is no width, allowed: a number above 0 in the outcome\'s unit, or one followed by %'
        raise _fault("--until-width", name, message)
    return Width(name, limit / 100 if value.endswith("%") else limit, value.endswith("%"))


def _fault(place: str, key: str, message: str) -> ScenarioError:
    return ScenarioError([Fault(place, 0, key, message)])
