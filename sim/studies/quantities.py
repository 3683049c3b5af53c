"""Numbers that users write as text, plain or as quantities such as ``25 yuan/m2/month``."""

from __future__ import annotations

from sim.scenario.faults import shown
from sim.scenario.quantities import InvalidQuantity, converted, is_quantity
from sim.scenario.values import InvalidValue


def amount(text: str, unit: str) -> float:
    """The number of a text in a unit; InvalidValue says what is wrong with a quantity, ValueError that it is none."""
    if not is_quantity(text, unit):
        return float(text)
    try:
        return converted(text, unit)
    except InvalidQuantity as wrong:
        raise InvalidValue(f"{shown(text)} {wrong}") from None
