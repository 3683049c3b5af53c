"""Everyday units: what people say for a declared unit, the same going in and coming out.

Rents are declared in million yuan a m2 and year, and said in yuan/m2/month. Texts, tables, figures and pages print
everyday units, and scenario files and ``--set`` take what is printed. JSON, CSV and stored files keep declared units.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sim.formats import plain
from sim.scenario.quantities import takes_quantities
from sim.scenario.schedule import Schedule

_MONEY = "million yuan"
_BILLION_FROM, _BILLION_LEAST = 1e4, 50.0  # million yuan: of the largest value, and of the smallest
_YUAN_BELOW = 0.1  # million yuan
_YEARS_FROM = 36  # months
_DIGITS = 10  # most digits of a parameter's value
_THOUSANDS_FROM = 10_000
_SMALL = ("m2", "person", "job", "firm", "enterprise")  # money for each of these is said in yuan
_DIFFERENCE = {"%": "percentage points"}


class Everyday(NamedTuple):
    """An everyday unit, and what a value in the declared unit is multiplied by."""

    unit: str
    factor: float = 1.0

    @property
    def of_difference(self) -> str:
        """The unit of a difference: shares differ by percentage points."""
        sign = self.unit[:1]
        return _DIFFERENCE.get(sign, sign) + self.unit[1:]


def everyday(unit: str, *values: float | None) -> Everyday:
    """The everyday unit of values in a declared unit; money is in yuan, million or billion yuan by their sizes.

    >>> everyday("million yuan a m2 and year")
    Everyday(unit='yuan/m2/month', factor=83333.33333333333)
    >>> everyday("million yuan", 83_000, 2_400)
    Everyday(unit='billion yuan', factor=0.001)
    >>> everyday("share").unit, everyday("share a year").unit, everyday("events").unit
    ('%', '%/year', 'events')
    """
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value) and value]
    if unit.startswith((_MONEY, "yuan")) and " / " not in unit:
        return _money(unit, sizes)
    if unit == "share" or unit.startswith(("share of ", "share a ")):
        return Everyday(f"%{_slashed(unit.removeprefix('share'))}", 100.0)
    if re.fullmatch(r"1/\w+", unit):
        return Everyday(f"%{unit[1:]}", 100.0)
    if unit == "month":
        long = bool(sizes) and max(sizes) >= _YEARS_FROM and all(float(size / 12).is_integer() for size in sizes)
        return Everyday("years", 1 / 12) if long else Everyday("month" if sizes == [1.0] else "months")
    if unit == "year":
        return Everyday("year" if sizes == [1.0] else "years")
    return Everyday(_slashed(unit) if takes_quantities(unit) else unit)


def shown_in(unit: str, values: Iterable[Any]) -> Everyday:
    """The everyday unit of what is drawn on one axis or listed in one column: that of its largest values."""
    sizes = [abs(value) for value in values if isinstance(value, int | float) and math.isfinite(value)]
    largest = max(sizes, default=0.0)
    if unit == "month" and largest >= _YEARS_FROM:
        return Everyday("years", 1 / 12)
    return everyday(unit, largest)


def quantity(value: Any, unit: str) -> str:
    """A parameter's value as it may be typed: ``25 yuan/m2/month``, ``57%``, ``0.3``, ``true``.

    A unit that cannot be typed follows in brackets. Value and digits are those that give the declared value again.
    """
    number, said = quantities([value], unit)
    return _joined(number, said)


def change(old: Any, new: Any, unit: str) -> str:
    """Two values of a parameter in one unit: ``25 -> 33 yuan/m2/month``."""
    one, other, said = quantities([old, new], unit)
    return _joined(f"{one} -> {other}", said)


def quantities(values: Sequence[Any], unit: str) -> list[str]:
    """Values of one parameter without their unit, and then that unit; text and switches have none."""
    points = [point for value in values for point in _points(value)]
    if not points or unit == "YYYY-MM":
        return [*map(plain, values), unit if points else ""]
    found = everyday(unit, *points)
    return [*(_value(value, found) for value in values), found.unit]


def with_unit(text: str, unit: str) -> str:
    """A number with its unit: ``57%``, ``25 yuan/m2/month``."""
    return f"{text}{unit}" if unit.startswith("%") else f"{text} {unit}".rstrip()


def typed(value: float, it: Everyday) -> str:
    """A number in its everyday unit, with the digits from which the declared value follows."""
    if value == 0 or not it.unit or not math.isfinite(value):
        return plain(value)
    wanted = min(_DIGITS, len(f"{abs(value):.{_DIGITS}e}".partition("e")[0].replace(".", "").rstrip("0")) or 1)
    scaled = value * it.factor
    enough = next(
        digits
        for digits in range(min(2, wanted + 1), 18)
        if digits == 17 or f"{float(f'{scaled:.{digits}g}') / it.factor:.{wanted}g}" == f"{value:.{wanted}g}"
    )
    exact = f"{scaled:.{_DIGITS}g}"
    text = exact if len(re.sub(r"\D", "", exact).strip("0")) <= enough + 1 else f"{scaled:.{enough}g}"
    number = float(text)
    if it.unit and abs(number) >= _THOUSANDS_FROM and takes_quantities(it.unit):
        return f"{number:,.0f}" if number.is_integer() else f"{number:,}"
    return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:.12g}"


def _value(value: Any, it: Everyday) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(inner, it)}" for key, inner in value.items())
    return typed(value, it) if _points(value) else plain(value)


def _points(value: Any) -> list[float]:
    """The numbers of a value: those of a schedule, or the one."""
    if isinstance(value, dict):
        return [point for inner in value.values() for point in _points(inner)]
    if isinstance(value, Schedule):
        return [point for inner in (value.before, *value.values) for point in _points(inner)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _joined(text: str, unit: str) -> str:
    return with_unit(text, unit) if not unit or takes_quantities(unit) else f"{text} ({unit})"


def _money(unit: str, sizes: Sequence[float]) -> Everyday:
    head = _MONEY if unit.startswith(_MONEY) else "yuan"
    each = _slashed(unit.removeprefix(head))
    factor, largest = (1.0 if head == _MONEY else 1e-6), max(sizes, default=0.0)
    if "/m2" in each and each.endswith("/year"):
        each, factor = each.removesuffix("/year") + "/month", factor / 12
    if any(f"/{it}" in each for it in _SMALL) or 0 < largest * factor < _YUAN_BELOW:
        return Everyday(f"yuan{each}", factor * 1e6)
    if largest * factor >= _BILLION_FROM and min(sizes) * factor >= _BILLION_LEAST:
        return Everyday(f"billion yuan{each}", factor / 1000)
    return Everyday(f"{_MONEY}{each}", factor)


def _slashed(unit: str) -> str:
    """A unit in signs: ``hours a month a person`` is ``hours/month/person``."""
    return re.sub(r"\s+(a|an|per|and)\s+", "/", unit)
