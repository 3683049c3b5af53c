"""What a mix of levers is sought for: an outcome or a total of its appraisal, limits on others, and a budget."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.declare import Outcome
from sim.scenario import Fault
from sim.scenario.quantities import InvalidQuantity, converted, is_quantity
from sim.studies.appraisal.totals import COST, TOTALS
from sim.units import typed_number

AT_LEAST, AT_MOST, BUDGET = "--at-least", "--at-most", "--budget"
_MONEY = "million yuan"
_SHORT_MONEY = re.compile(r"(?P<number>.*\d)\s*(?P<size>[MmKk])$")
_SIZES = {"m": "million", "k": "thousand"}


class Aim(NamedTuple):
    """An outcome of the last month, or a total of the appraisal against the scenario as it is.

    Attributes
    ----------
    name, unit
        Its name and unit.
    total
        Whether it is one of ``sim.studies.appraisal.totals.TOTALS``.
    """

    name: str
    unit: str
    total: bool


class Limit(NamedTuple):
    """A bound on the mean of an outcome or a total over seeds.

    Attributes
    ----------
    aim
        What is bounded.
    sign
        1 for at most, -1 for at least.
    value
        The bound, in its unit.
    """

    aim: Aim
    sign: int
    value: float

    def over(self, mean: float) -> float:
        """By how much a mean is beyond the bound; at most 0 where it holds."""
        return self.sign * (mean - self.value)

    @property
    def asked(self) -> list[Any]:
        """The bound in JSON."""
        return [self.aim.name, self.sign, self.value]


def aims(outcomes: Mapping[str, Outcome]) -> dict[str, Aim]:
    """All that a mix can be sought for, by name."""
    of_model = {name: Aim(name, it.unit, total=False) for name, it in outcomes.items()}
    return of_model | {name: Aim(name, unit, total=True) for name, (unit, _) in TOTALS.items()}


def aim_of(option: str, name: str, known: Mapping[str, Aim], faults: list[Fault]) -> Aim | None:
    """The aim of a name; a fault with the nearest one where there is none."""
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(TOTALS)}, or an outcome (sim run --all)"
    faults.append(Fault(option, 0, name or "outcome", f"is no outcome, {hint}"))
    return None


def limits_of(
    option: str, given: Mapping[str, Any] | Sequence[str], known: Mapping[str, Aim], faults: list[Fault]
) -> list[Limit]:
    """The bounds of ``NAME=VALUE`` texts or of values by name; faults with all that are none."""
    pairs: Iterable[tuple[str, Any]] = given.items() if isinstance(given, Mapping) else map(_pair, given)
    found = []
    for name, value in pairs:
        aim = aim_of(option, name, known, faults)
        if aim is not None and (number := amount_of(option, aim, value, faults)) is not None:
            found.append(Limit(aim, 1 if option == AT_MOST else -1, number))
    return found


def budget_of(given: str | float | None, known: Mapping[str, Aim], faults: list[Fault]) -> Limit | None:
    """The bound on the sponsors' outlay."""
    if given is None:
        return None
    number = amount_of(BUDGET, known[COST], given, faults)
    if number is not None and number < 0:
        faults.append(Fault(BUDGET, 0, str(given), "is below 0, allowed: an amount such as 50M (million yuan)"))
        return None
    return None if number is None else Limit(known[COST], 1, number)


def amount_of(option: str, aim: Aim, value: Any, faults: list[Fault]) -> float | None:
    """A number in an aim's unit: as a number, a quantity, or of money with M for million; a fault where it is none."""
    text = str(value).strip()
    example = "50M or 50 million yuan" if aim.unit == _MONEY else "a number"
    number = typed_number(text)
    if math.isfinite(number):
        return number
    try:
        if aim.unit == _MONEY and (short := _SHORT_MONEY.fullmatch(text)):
            text = f"{short['number']} {_SIZES[short['size'].lower()]}"
        if aim.unit == _MONEY and is_quantity(text, aim.unit) and "yuan" not in text and "rmb" not in text.lower():
            text += " yuan"
        if is_quantity(text, aim.unit):
            return converted(text, aim.unit)
        faults.append(Fault(option, 0, aim.name, f'"{value}" is no amount, allowed: {example} ({aim.unit})'))
    except InvalidQuantity as wrong:
        faults.append(Fault(option, 0, aim.name, f'"{value}" {wrong}'))
    return None


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()
