"""The uncertain parameters of a scenario, with the range of each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from sim.declare import Value
from sim.language import later
from sim.scenario import Fault, Row, Scenario, ScenarioError, describe
from sim.scenario.keys import Leaf
from sim.scenario.quantities import is_quantity
from sim.scenario.values import InvalidValue, checked
from sim.studies.designs import Axis, leaf_of
from sim.studies.rests import in_force

KEYS = "--keys"
AROUND = 0.2  # of a value that has no declared range, or lies outside it: the range is so much below and above it
UNCERTAIN = ("assumption", "fitted")
# The resolution of the model is a choice, and not uncertain.
_RESOLUTION = ("population.enterprises", "population.represents", "population.sectors", "sites.*.parts")


def uncertain(scenario: Scenario, keys: Sequence[str] = ()) -> tuple[list[tuple[Row, Axis]], tuple[str, ...]]:
    """The parameters to move with their ranges, and remarks on those left out.

    By default all in force whose source is an assumption or a fit: numbers that do not change over the months, of
    mechanisms that are on, of levers that are used. ``keys`` are keys, patterns such as ``market.*``, or
    ``KEY=low:high``. The range is the declared plausible one where the value lies in it, else 20% below and above the
    value, within bounds.
    """
    rows = {row.key: row for row in describe(scenario)}
    chosen: dict[str, str] = {}
    faults = []
    for text in keys:
        pattern, _, span = (part.strip() for part in text.partition("="))
        matched = [key for key in rows if fnmatchcase(key, pattern) and not key.startswith("run.")]
        matched = [key for key in matched if key == pattern or _is_number(scenario, rows[key])]
        if not matched:
            try:
                leaf_of(pattern, scenario)
                faults.append(Fault(KEYS, 0, pattern, "nothing of this can be moved, allowed: keys of numbers"))
            except InvalidValue as wrong:
                faults.append(Fault(KEYS, 0, pattern or "key", str(wrong)))
        chosen |= dict.fromkeys(matched, span)
    found, left = [], []
    for key in chosen if keys else _open_questions(scenario, rows.values()):
        try:
            if axis := _axis(scenario, rows[key], chosen.get(key, "")):
                found.append((rows[key], axis))
            elif keys:
                faults.append(Fault(KEYS, 0, key, "has no range to be moved in, allowed: KEY=low:high"))
            else:
                left.append(key)
        except InvalidValue as wrong:
            faults.append(Fault(KEYS, 0, key, str(wrong)))
    if faults:
        raise ScenarioError(faults)
    return found, (
        later("not moved, as no range is declared and the value gives none: {keys}", keys=", ".join(left)),
    ) if left else ()


def _open_questions(scenario: Scenario, rows: Iterable[Row]) -> list[str]:
    force = in_force(scenario)
    uncertain = [row for row in rows if row.key in force and row.kind in UNCERTAIN and _is_number(scenario, row)]
    return [row.key for row in uncertain if not any(fnmatchcase(row.key, it) for it in _RESOLUTION)]


def _is_number(scenario: Scenario, row: Row) -> bool:
    return type(scenario.values[row.key]) in (int, float)


def _number(text: str, leaf: Leaf) -> Value:
    """A number as written, or a quantity as it is."""
    parameter = leaf.parameter
    return text if is_quantity(text, parameter.unit) else parameter.type(text)


def _axis(scenario: Scenario, row: Row, span: str) -> Axis | None:
    value = scenario.values[row.key]
    if span:
        ends = span.split(":")
        leaf = leaf_of(row.key, scenario)
        try:
            low, high = (checked(_number(end, leaf), leaf) for end in ends)
        except (TypeError, ValueError) as error:
            raise (
                error if isinstance(error, InvalidValue) else InvalidValue(f'"{span}" is no range, allowed: low:high')
            ) from None
        assert not isinstance(low, str)
        assert not isinstance(high, str)
    elif not isinstance(value, int | float) or isinstance(value, bool):
        return None
    elif row.plausible and row.plausible[0] <= value <= row.plausible[1]:
        low, high = row.plausible
    else:
        least, most = (math.inf * sign if it is None else it for it, sign in zip(row.bounds, (-1, 1), strict=True))
        low, high = (min(max(value + side * abs(value) * AROUND, least), most) for side in (-1, 1))
    whole = isinstance(value, int)
    if whole:
        low, high = math.ceil(low), math.floor(high)
    return Axis(row.key, row.unit, (), low, high, whole) if low < high else None
