"""What an appraisal assumes beyond the model, declared with source and range in ``assumptions.toml``."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from sim.scenario import Fault, ScenarioError
from sim.scenario.values import InvalidValue
from sim.studies.quantities import amount

_OPTION = "--assume"


@dataclass(frozen=True)
class Assumption:
    """One assumption beyond the model.

    Attributes
    ----------
    name
        Its name, as ``assume`` takes it.
    value, unit
        The value that is used, and its unit.
    low, high
        The range of what it may be.
    meaning, source
        What it means, and where it comes from.
    changed
        Whether ``assume`` set it.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    changed: bool = False


@cache
def declared_assumptions() -> Mapping[str, Assumption]:
    """All assumptions at their declared values."""
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        name: Assumption(name, it["value"], it["unit"], it["range"][0], it["range"][1], it["meaning"], it["source"])
        for name, it in read.items()
    }


def assumptions(given: Mapping[str, float | str] | Sequence[str] = ()) -> dict[str, Assumption]:
    """The assumptions with those that are given, by name or as ``NAME=VALUE``; ScenarioError with all faults."""
    pairs = given.items() if isinstance(given, Mapping) else [it.partition("=")[::2] for it in given]
    found, faults, named = dict(declared_assumptions()), [], set()
    for name, text in ((str(name).strip(), text) for name, text in pairs):
        if name not in found:
            near = difflib.get_close_matches(name, found, 1)
            hint = f", nearest: {near[0]}" if near else ""
            faults.append(Fault(_OPTION, 0, name, f"is not known{hint}, allowed: {', '.join(found)}"))
            continue
        if name in named:
            faults.append(Fault(_OPTION, 0, name, "is given twice, allowed: once"))
            continue
        named.add(name)
        it = found[name]
        try:
            value = amount(text, it.unit) if isinstance(text, str) else float(text)
        except InvalidValue as wrong:
            faults.append(Fault(_OPTION, 0, name, str(wrong)))
            continue
        except ValueError:
            value = float("nan")
        if not it.low <= value <= it.high:
            faults.append(Fault(_OPTION, 0, name, f'"{text}" is not allowed, allowed: {it.low:g} to {it.high:g}'))
            continue
        found[name] = replace(it, value=value, changed=value != it.value)
    if faults:
        raise ScenarioError(faults)
    return found
