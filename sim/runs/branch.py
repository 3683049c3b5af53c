"""The scenario of a branch: that of its past, with the changes scheduled from the month in which it continues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.catalogue import Catalogue
from sim.model.catalogue import load
from sim.scenario import NEVER, Fault, Origin, Scenario, ScenarioError, Schedule, keys

if TYPE_CHECKING:
    from sim.declare import Value

_FREE = ("run.months", "run.replicates")  # they change how many months and worlds are run, not a world

# Keys that could be scheduled, and that a world reads once: at its founding, or when a platform is launched.
AT_FOUNDING = (
    "labour.unemployment", "mechanisms.population.enabled", "mechanisms.adoption.at_start",
    "mechanisms.finance.opening_hurdle",
)  # fmt: skip
AT_LAUNCH = ("platforms.*.enabled", "platforms.*.fee", "platforms.*.services", "platforms.*.interface_staff")
AT_VACATION = ("sites.*.released_staff",)


def first_part(scenario: Scenario, until: int | str, after: int = 0) -> Scenario:
    """The scenario up to a month: a number of months, or the first month YYYY-MM that is not run.

    Reported figures of later months are dropped. Raises ScenarioError where the month is not in the run, or not later
    than ``after`` months.
    """
    text = str(until)
    try:
        found = int(text) if text.isdecimal() else scenario.month_of(text)
    except ValueError:
        found = 0
    if not after < found <= scenario.months:
        first, last = scenario.calendar(after + 1), scenario.calendar(scenario.months)
        allowed = f"{after + 1} to {scenario.months} months, or a month from {first} to {last}"
        raise ScenarioError(
            [Fault("--until", 0, text, f"is not within the run of {scenario.name}, allowed: {allowed}")]
        )
    return replace(
        scenario,
        values={**scenario.values, "run.months": found},
        origins={**scenario.origins, "run.months": Origin("override", "--until")},
        reported_figures={
            name: it for name, it in scenario.reported_figures.items() if scenario.month_of(it.month) < found
        },
    )


def branched(past: Path, catalogue: Catalogue, name: str, month: int, settings: Mapping[str, Any]) -> Scenario:
    """The scenario file ``past`` under ``name``, with ``settings`` in force from ``month`` on.

    Before that month every value is the past's. Raises ScenarioError with every setting that cannot change in a branch.
    """
    before = load(past, catalogue=catalogue)
    after, faults = _overridden(past, before, settings)
    values = dict(after.values)
    for key, new in after.values.items():
        old = before.values[key]
        if old == new or key in _FREE:
            continue
        if why := _closed(before, key, month) or _rewritten(before, old, new, month):
            faults.append(Fault("--set", 0, key, why))
        else:
            values[key] = _joined(old, new, month)
    if after.months <= month:
        ended = f"{after.months} leaves nothing to run, allowed: more than the {month} months of the past"
        faults.append(Fault("--months", 0, "run.months", ended))
    if faults:
        raise ScenarioError(faults)
    same = {
        key: before.origins[key] for key, value in values.items() if value == before.values[key] and key not in _FREE
    }
    return replace(after, name=name, values=values, origins={**after.origins, **same})


def _overridden(past: Path, before: Scenario, settings: Mapping[str, Any]) -> tuple[Scenario, list[Fault]]:
    """The past with the valid settings, and the faults of the others."""
    try:
        return load(past, settings, catalogue=before.catalogue) if settings else before, []
    except ScenarioError as error:
        faults = list(error.faults)
    wrong = [fault.key for fault in faults]
    right = {key: it for key, it in settings.items() if not any(f"{at}.".startswith(f"{key}.") for at in wrong)}
    if len(right) == len(settings):  # the fault is in their combination
        raise ScenarioError(faults)
    after, more = _overridden(past, before, right)
    return after, [*faults, *more]


def _rewritten(scenario: Scenario, old: Value | Schedule, new: Value | Schedule, month: int) -> str:
    """Why a schedule would change months that are over; empty where it does not."""
    if not isinstance(new, Schedule):
        return ""
    first = new.months[0]
    if new.before == _before(old) and all(new.at(m) == _at(old, m) for m in range(first, month)):
        return ""
    return f"has other values before the branch, allowed: months from {scenario.calendar(month)} on"


def _closed(scenario: Scenario, key: str, month: int) -> str:
    """Why a key cannot be changed from a month on; empty where it can."""
    now, first = scenario.calendar(month), scenario.calendar(0)
    otherwise = f"before the branch in {now}, allowed: in a run from the start"
    known = keys.known(scenario.catalogue)
    leaf = known.leaf(tuple(key.split(".")))
    assert leaf is not None, key
    group, _, rest = key.partition(".")
    pattern = f"{group}.*.{rest.rpartition('.')[2]}" if group in known.named else key
    if group in scenario.catalogue.fixed or pattern in AT_FOUNDING:
        return f"is read at the founding in {first}, {otherwise}"
    if not leaf.scheduled:
        return "cannot change over the months, allowed: in a run from the start"
    named = key.rpartition(".")[0]
    if pattern in AT_LAUNCH and (launched := _launch(scenario, named)) < month:
        return f"is read at the platform's launch in {scenario.calendar(launched)}, {otherwise}"
    if pattern in AT_VACATION and (vacated := max(0, _month(scenario, f"{named}.vacated"))) < month:
        return f"is read when the site is vacated in {scenario.calendar(vacated)}, {otherwise}"
    return ""


def _month(scenario: Scenario, key: str) -> int:
    """The number of a key's month; beyond any run where it says never."""
    return scenario.month_of(str(scenario.values[key]))


def _launch(scenario: Scenario, platform: str) -> int:
    opens, enabled = max(0, _month(scenario, f"{platform}.opens")), scenario.values[f"{platform}.enabled"]
    if not isinstance(enabled, Schedule):
        return opens if enabled else NEVER
    turns = [opens, *(month for month in enabled.months if month > opens)]
    return next((month for month in turns if enabled.at(month)), NEVER)


def _joined(old: Value | Schedule, new: Value | Schedule, month: int) -> Schedule:
    """The old value before a month, or before the first one of a new schedule, and then the new value."""
    if isinstance(new, Schedule):
        month = max(month, new.months[0])
        if all(new.at(m) == _at(old, m) for m in range(month)):
            return new
    points = [*_steps(old, None, month), (month, _at(new, month)), *_steps(new, month, None)]
    return Schedule(tuple(m for m, _ in points), tuple(value for _, value in points), False, _before(old))


def _steps(value: Value | Schedule, after: int | None, before: int | None) -> Iterator[tuple[int, Value]]:
    """The points of a schedule after one month and before another; for a linear one, every month."""
    if not isinstance(value, Schedule):
        return
    months = range(value.months[0], value.months[-1] + 1) if value.linear else value.months
    for month in months:
        if (after is None or month > after) and (before is None or month < before):
            yield month, value.at(month)


def _at(value: Value | Schedule, month: int) -> Value:
    return value.at(month) if isinstance(value, Schedule) else value


def _before(value: Value | Schedule) -> Value:
    return value.before if isinstance(value, Schedule) else value
