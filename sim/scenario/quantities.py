"""Values with units, such as ``"25 yuan/m2/month"``: converted into the unit that a parameter declares.

Pint is imported when the first one is read: the import takes long, and most files have none.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pint import UnitRegistry

# What begins with a number and goes on may be a quantity.
_QUANTITY = re.compile(r"\s*(?P<number>[-+]?\d[\d,_]*(\.\d+)?(e[-+]?\d+)?)\s*(?P<unit>[^\d\s.,_].*)", re.IGNORECASE)
PATTERN = r"^\s*[-+]?[0-9][0-9,_]*(\.[0-9]+)?([eE][-+]?[0-9]+)?\s*[A-Za-z%][A-Za-z0-9 /*%²]*$"  # for editors
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?|[^,]+")
_LONGEST = 60
_DIGITS = 12  # kept of a converted value, so that 25 yuan/m2/month is 0.0003
_DEFINITIONS = """
yuan = [money] = yuan = rmb = CNY
m2 = [area] = m2 = sqm = square_metre = square_meter
year = [time] = year = yr
person = [people] = person = people = job = worker = employee
hour = [hours] = hour
enterprise = [enterprises] = enterprise = firm = company = companies
ha = 1e4 * m2 = ha = hectare
mu = 666.6666666666667 * m2
km2 = 1e6 * m2
month = year / 12
quarter = year / 4
percent = 0.01
thousand = 1e3
wan = 1e4
million = 1e6 = million = mn = mio
billion = 1e9 = billion = bn
"""
_COMMON = "yuan, m2, ha, year, month, people, firms, hours, %, thousand, wan, million, bn"


class InvalidQuantity(ValueError):
    """A text that is no quantity of the wanted unit; the message states the fault and what is wanted."""


def is_quantity(text: str, unit: str) -> bool:
    """Whether a text may be a quantity, and the declared unit is one of those that have quantities."""
    return len(text) <= _LONGEST and bool(_QUANTITY.fullmatch(text)) and takes_quantities(unit)


@lru_cache(maxsize=256)
def takes_quantities(unit: str) -> bool:
    """Whether a declared unit is made of money, area, time, people, enterprises, hours and shares."""
    return _unknown(_expression(unit)) is None


def converted(text: str, unit: str) -> float:
    """The value of a quantity in a declared unit; InvalidQuantity says what is wrong."""
    found = _QUANTITY.fullmatch(text)
    assert found, text
    number, given = found["number"].replace("_", ""), _expression(found["unit"])
    if not _THOUSANDS.fullmatch(number):
        raise InvalidQuantity(f"has commas that are not between thousands, allowed: {_wanted(unit)}")
    if (unknown := _unknown(given)) is not None:
        what = f"has the unit {unknown}, which is not known" if unknown else "has a unit that cannot be read"
        raise InvalidQuantity(f"{what}, allowed: {_wanted(unit)}, of {_COMMON}")
    units = _registry()
    quantity: Any = float(number.replace(",", "")) * units.parse_expression(given) * units.Quantity(1.0)
    ratio: Any = (quantity / units.parse_expression(_expression(unit))).to_base_units()
    if not ratio.dimensionless:
        raise InvalidQuantity(f"is {_dimension(quantity)}, allowed: {_wanted(unit)}")
    return float(f"{ratio.magnitude:.{_DIGITS}g}")


def _unknown(expression: str) -> str | None:
    """The first factor of an expression that is no unit; None if all are."""
    return next((part for part in re.split(r"[*/]", expression) if part not in _WORDS and part != "1"), None)


def _wanted(unit: str) -> str:
    units = _registry()
    dimension = _dimension(units.parse_expression(_expression(unit)) * units.Quantity(1.0))
    return f"{dimension} ({unit or 'a plain number'})"


def _dimension(quantity: Any) -> str:
    """A dimension in words: money / area / time."""
    powers = dict(quantity.dimensionality)
    over = " * ".join(sorted(_power(name, power) for name, power in powers.items() if power > 0))
    under = sorted(_power(name, -power) for name, power in powers.items() if power < 0)
    return " / ".join([over or "1", *under]) if powers else "a plain number"


def _power(name: str, power: float) -> str:
    return name.strip("[]") + (f"^{power:g}" if power != 1 else "")


def _expression(unit: str) -> str:
    """A unit as pint reads it: ``million yuan a m2 and year`` is ``million*yuan/m2/year``."""
    text = re.sub(r" of \w+( \w+)?", "", unit.strip())
    text = re.sub(r"^share\b", "1", text)
    text = re.sub(r"\s+(a|an|per|and)\s+", "/", text).replace("%", "percent").replace("²", "2")
    text = re.sub(r"^(a|an|per)\s+", "1/", text)
    return re.sub(r"(?<=\w)\s+(?=\w)", "*", text) or "1"


@cache
def _registry() -> UnitRegistry[Any]:
    from pint import UnitRegistry

    return UnitRegistry(_DEFINITIONS.strip().splitlines(), cache_folder=None)


_WORDS = frozenset(re.findall(r"[^\W\d]\w*", re.sub(r"\[\w+\]|\d+e\d+", "", _DEFINITIONS))) | {
    f"{name}s" for name in ("year", "hour", "month", "quarter", "job", "worker", "employee", "enterprise", "firm")
}
