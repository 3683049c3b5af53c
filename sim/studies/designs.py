"""Designs: which values of which keys are combined.

A grid tries all combinations; a Latin hypercube and a scrambled Sobol sequence (scipy.stats.qmc) spread fewer points
evenly. The same seed gives the same design. Designs whose answers give indices are in
``sim.studies.estimators.unit_cube``.
"""

from __future__ import annotations

import difflib
import itertools
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.declare import Value
from sim.scenario import Fault, Scenario, ScenarioError, Schedule, keys, overrides
from sim.scenario.faults import shown
from sim.scenario.keys import RUN, Leaf, meant
from sim.scenario.rules import contradictions
from sim.scenario.values import InvalidValue, checked
from sim.studies.estimators.unit_cube import Unit

DESIGNS = ("grid", "latin", "sobol")
SAMPLES = 64
MOST_POINTS = 100_000
_OPTION = "--vary"
# What a comma between thousands would part: up to three digits, and three with a unit.
_FEW, _THREE = re.compile(r"\s*[-+]?\d{1,3}"), re.compile(r"\d{3}(\.\d+)?\s*[^\d\s.].*")
_MOST_FAULTS = 5  # points that contradict themselves, named one by one


@dataclass(frozen=True)
class Axis:
    """A key with the values to try.

    Attributes
    ----------
    key, unit
        The key and its declared unit.
    levels
        The values one by one; empty for a range.
    low, high
        The ends of a range; NaN for levels.
    whole
        Whether the values of a range are whole numbers.
    """

    key: str
    unit: str
    levels: tuple[Value, ...] = ()
    low: float = math.nan
    high: float = math.nan
    whole: bool = False

    def at(self, share: float) -> Value:
        """The value at ``share`` of the axis, from 0 to 1."""
        if self.levels:
            return self.levels[min(int(share * len(self.levels)), len(self.levels) - 1)]
        if self.whole:
            return int(min(self.low + math.floor(share * (self.high - self.low + 1)), self.high))
        return float(self.low + share * (self.high - self.low))

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers, which a figure can show along an axis."""
        return not self.levels or all(type(value) in (int, float) for value in self.levels)

    def asked(self) -> dict[str, Any]:
        """The axis in JSON."""
        where = {"levels": list(self.levels)} if self.levels else {"low": self.low, "high": self.high}
        return {"key": self.key, "unit": self.unit, **where}


def parse_vary(texts: Iterable[str], option: str = _OPTION, forms: str = "") -> dict[str, str]:
    """The axes of command-line arguments KEY=VALUES; ScenarioError with every one that is not of that form."""
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for text in texts:
        key, equals, values = (part.strip() for part in text.partition("="))
        if not equals or not key or not values:
            faults.append(Fault(option, 0, text, f"varies nothing, {forms or _FORMS}"))
        elif key in found:
            faults.append(Fault(option, 0, key, "is given twice, allowed: each key once"))
        else:
            found[key] = values
    if faults:
        raise ScenarioError(faults)
    return found


_FORMS = "allowed: KEY=start:stop:n or KEY=a,b,c"


def axes(
    given: Mapping[str, str | Sequence[Value]], scenario: Scenario, design: str, option: str = _OPTION, forms: str = ""
) -> list[Axis]:
    """The axes: values as a sequence, or as text ``start:stop:n``, ``start:stop`` (not on a grid) or ``a,b,c``.

    ScenarioError with every key and value that the scenario cannot take.
    """
    faults, found = [], []
    if not given:
        faults.append(Fault(option, 0, "nothing is varied", forms or _FORMS))
    for key, values in given.items():
        try:
            found.append(_axis(key, leaf_of(key, scenario), values, design))
        except InvalidValue as wrong:
            faults.append(Fault(option, 0, key, str(wrong)))
    if faults:
        raise ScenarioError(faults)
    return found


def leaf_of(key: str, scenario: Scenario) -> Leaf:
    """The declaration of a key that may be varied; raises InvalidValue with the nearest one."""
    path = tuple(key.split("."))
    known = keys.known(scenario.catalogue)
    leaf = known.leaf(path) if key in scenario.values else None
    if leaf is None:
        near = known.nearest(path)
        near = near if near in scenario.values else ""
        raise InvalidValue(f"unknown key, {f'did you mean {near}?' if near else 'sim describe lists what there is'}")
    if path[0] == RUN:
        raise InvalidValue("says how a scenario is run, allowed: a key of the model")
    return leaf


def points(axes: Sequence[Axis], design: str, samples: int | None, seed: int) -> list[dict[str, Value]]:
    """The points of a design, each a value for every key, none twice; ScenarioError where it cannot be made."""
    if design == "grid":
        if samples is not None:
            raise _wrong("--samples", samples, "is for --design latin or sobol, a grid has the points of its values")
        count = math.prod(len(axis.levels) for axis in axes)
        if count > MOST_POINTS:
            raise _wrong("--design", "grid", f"has {count:,} points, allowed: at most {MOST_POINTS:,}")
        rows: Iterable[Sequence[Value]] = itertools.product(*(axis.levels for axis in axes))
    else:
        wanted = SAMPLES if samples is None else samples
        if not 1 <= wanted <= MOST_POINTS:
            raise _wrong("--samples", wanted, f"is out of bounds, allowed: a whole number from 1 to {MOST_POINTS:,}")
        if design == "sobol" and (fault := power_of_two_fault(wanted)):
            raise _wrong("--samples", wanted, fault)
        rows = [[axis.at(share) for axis, share in zip(axes, row, strict=True)]
                for row in _spread(design, len(axes), wanted, seed)]  # fmt: skip
    keys = [axis.key for axis in axes]
    return [dict(zip(keys, row, strict=True)) for row in dict.fromkeys(map(tuple, rows))]


def choice_faults(option: str, word: str, allowed: Sequence[str]) -> list[Fault]:
    """A fault where a word is none of those allowed."""
    return [] if word in allowed else [Fault(option, 0, word, f"is not known, {meant(word, allowed)}")]


def outcome_faults(option: str, names: Iterable[str], outcomes: Collection[str]) -> list[Fault]:
    """A fault for every name that is no outcome."""
    found = []
    for name in names:
        if name not in outcomes:
            near = difflib.get_close_matches(name, outcomes, n=1)
            hint = f"did you mean {near[0]}?" if near else "sim run SCENARIO --all shows them"
            found.append(Fault(option, 0, name, f"is no outcome, {hint}"))
    return found


def refuse_contradictions(scenarios: Iterable[Scenario]) -> None:
    """ScenarioError where the valid values of a point contradict each other."""
    faults: dict[Fault, None] = {}
    for scenario in scenarios:
        for it in contradictions(scenario):
            if not it.keys[0].startswith("figures."):  # a shorter run is no fault of the point
                faults[Fault(_OPTION, 0, it.keys[0], it.message)] = None
        if len(faults) >= _MOST_FAULTS:
            break
    if faults:
        raise ScenarioError(faults)


def rounded(value: float) -> float:
    """The number without rounding errors of divided ranges: 0.3, not 0.30000000000000004."""
    return float(f"{value:.12g}")


def power_of_two_fault(samples: int) -> str:
    """What is wrong with a number of samples that a Sobol sequence needs to be a power of two; empty where right."""
    below = 1 << (max(samples, 1).bit_length() - 1)
    unbalanced = f"unbalances a Sobol sequence, allowed: a power of two such as {below} or {2 * below}"
    return unbalanced if samples < 1 or samples & (samples - 1) else ""


def _spread(design: str, count: int, samples: int, seed: int) -> Unit:
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube if design == "latin" else qmc.Sobol
    return np.asarray(sampler(count, rng=np.random.default_rng(seed)).random(samples), dtype=np.float64)


def _axis(key: str, leaf: Leaf, values: str | Sequence[Value], design: str) -> Axis:
    parameter = leaf.parameter
    if isinstance(values, str) and ":" in values and parameter.type in (int, float):
        return _range(key, leaf, values.split(":"), design)
    parts = [_value(key, part) for part in _parts(values)] if isinstance(values, str) else list(values)
    if not parts:
        raise InvalidValue(f"has no values, {_FORMS}")
    return Axis(key, parameter.unit, tuple(dict.fromkeys(checked(part, leaf) for part in parts)))


def _parts(values: str) -> list[str]:
    """The values of ``a,b,c``; InvalidValue where ``10,000 m2`` may be one number or two."""
    parts = values.split(",")
    for before, part in itertools.pairwise(parts):
        if _FEW.fullmatch(before) and _THREE.fullmatch(part):
            raise InvalidValue(
                f'"{before},{part}" may be one value or two, allowed: no comma between thousands, a unit behind each'
            )
    return parts


def _range(key: str, leaf: Leaf, parts: list[str], design: str) -> Axis:
    whole, unit = leaf.parameter.type is int, leaf.parameter.unit
    if len(parts) not in (2, 3):
        raise InvalidValue(f'"{":".join(parts)}" is no range, {_FORMS}')
    low, high = (checked(_value(key, part), leaf) for part in parts[:2])
    assert not isinstance(low, str)
    assert not isinstance(high, str)
    if low == high:
        raise InvalidValue(f"a range from {low:g} to {high:g} holds one value, allowed: two different ends")
    if len(parts) == 2:
        if design == "grid":
            raise InvalidValue(f'"{":".join(parts)}" has no number of values, allowed on a grid: {":".join(parts)}:n')
        return Axis(key, unit, (), min(low, high), max(low, high), whole)
    count = parts[2].strip()
    if not count.isdecimal() or len(count) > len(str(MOST_POINTS)) or not 2 <= int(count) <= MOST_POINTS:
        allowed = f"allowed: a whole number from 2 to {MOST_POINTS:,}"
        raise InvalidValue(f"{shown(parts[2])} is no number of values, {allowed}")
    line = np.linspace(low, high, int(count))
    levels = [round(float(it)) if whole else rounded(float(it)) for it in line]
    return Axis(key, unit, tuple(dict.fromkeys(levels)))


def _value(key: str, text: str) -> Any:
    try:
        return overrides([f"{key}={text}"])[key]
    except ScenarioError as error:
        raise InvalidValue(error.faults[0].message) from None


def _wrong(option: str, value: object, message: str) -> ScenarioError:
    return ScenarioError([Fault(option, 0, str(value), message)])


def scheduled(axes: Iterable[Axis], scenario: Scenario) -> list[str]:
    """The keys whose schedule is replaced by one value over all months."""
    return [axis.key for axis in axes if isinstance(scenario.values[axis.key], Schedule)]
