"""Everyday units: what people say for a declared unit, the same going in and coming out.

Rents are declared in million yuan a m2 and year, and said in yuan/m2/month. Texts, tables, figures and pages print
everyday units, and scenario files and ``--set`` take what is printed. JSON, CSV and stored files keep declared units.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sim.formats import number, plain, signed, span, value_words, whole
from sim.language import is_chinese, listed, meaning, month_text, tr
from sim.scenario.quantities import takes_quantities
from sim.scenario.schedule import Schedule

_MONEY = "million yuan"
_BILLION_FROM, _BILLION_LEAST = 1e4, 50.0  # million yuan: of the largest value, and of the smallest
_YUAN_BELOW, _PRICE_BELOW = 0.1, 1.0  # million yuan: of an outcome, and of a parameter
_WRITTEN, _HELD = 0.005, 1e-12  # million yuan on a decision card; the part of a value that sums of floats lose
_YEARS_FROM = 36  # months
_DIGITS = 10  # most digits of a parameter's value
_THOUSANDS_FROM = 10_000
_SHORT, _BRIEF = 7, 4  # letters of a number that is short, and digits of one that is not
_SMALL = ("m2", "person", "job", "firm", "enterprise")  # money for each of these is said in yuan
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?|[^,]+")  # all commas between thousands, or none
_DIFFERENCE = {"%": "percentage points"}
_IN_YUAN = {"million yuan": 1e6, "billion yuan": 1e9}
# Money within a unit: what Chinese statistics use in its place, and what a value is multiplied by.
CHINESE_UNITS = {"tce per million yuan / 1000": ("tce per ten thousand yuan", 10.0)}
RATIO = " / "  # between the units of two outcomes, one over the other
_CHINESE_SIZES = ((1e8, "亿"), (1e4, "万"))


class Everyday(NamedTuple):
    """An everyday unit, and what a value in the declared unit is multiplied by."""

    unit: str
    factor: float = 1.0

    def of(self, value: float | None) -> float | None:
        """A declared value in this unit; None stays None."""
        return None if value is None else value * self.factor

    def number(self, value: float | None) -> str:
        """A declared value in this unit, as ``formats.number`` writes it."""
        return number(self.of(value))

    def signed(self, value: float) -> str:
        """A declared difference in this unit, with its sign."""
        return signed(value * self.factor)

    def span(self, low: float | None, high: float | None) -> str:
        """An interval in this unit; empty where an end is missing."""
        return span(self.of(low), self.of(high))

    def told(self, value: float | None) -> str:
        """A declared value within words: with the sign of a share, without another unit."""
        text = self.number(value)
        return f"{text}%" if self.unit.startswith("%") else text

    @property
    def of_difference(self) -> str:
        """The unit of a difference: shares differ by percentage points."""
        sign = self.unit[:1]
        if sign == "%" and is_chinese():
            return _in_words(f"{_DIFFERENCE[sign]}{self.unit[1:]}")
        return _DIFFERENCE.get(sign, sign) + self.unit[1:]


def everyday(unit: str, *values: float | None, yuan_below: float = _YUAN_BELOW) -> Everyday:
    """The everyday unit of values in a declared unit; money is in yuan, million or billion yuan by their sizes.

    >>> everyday("million yuan a m2 and year")
    Everyday(unit='yuan/m2/month', factor=83333.33333333333)
    >>> everyday("million yuan", 83_000, 2_400)
    Everyday(unit='billion yuan', factor=0.001)
    >>> everyday("share").unit, everyday("share a year").unit, everyday("events").unit
    ('%', '%/year', 'events')
    """
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value) and value]
    found = _everyday(unit, sizes, yuan_below)
    return _chinese(found, max(sizes, default=0.0)) if is_chinese() else found


def _everyday(unit: str, sizes: Sequence[float], yuan_below: float) -> Everyday:
    """The everyday unit in English of values of these sizes."""
    if unit.startswith((_MONEY, "yuan")) and RATIO not in unit:
        return _money(unit, sizes, yuan_below)
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


def is_rounding(unit: str, value: float, *of: float) -> bool:
    """Whether a difference between values is less than what money is written to beside them, or what floats hold.

    Examples
    --------
    >>> is_rounding("million yuan", -4.48e-06, 5200.0), is_rounding("million yuan", -4.48e-06, 0.01)
    (True, False)
    >>> is_rounding("million yuan", 0.00104, 0.328), is_rounding("million yuan", 0.00026, 0.328)
    (False, True)
    """
    largest = max(map(abs, of), default=0.0)
    if abs(value) < _HELD * largest:
        return True
    is_written = _everyday(unit, [largest], _YUAN_BELOW).unit.startswith((_MONEY, "billion yuan"))
    if not is_written or not _YUAN_BELOW <= largest < math.inf:  # nor where there is no value
        return False
    digit = 10.0 ** (math.floor(math.log10(largest)) - 2)  # the last of three that a table writes
    return abs(value) < min(_WRITTEN, digit / 2)


def shown_in(unit: str, values: Iterable[Any]) -> Everyday:
    """The everyday unit of what is drawn on one axis or listed in one column: that of its largest values."""
    sizes = [abs(value) for value in values if isinstance(value, int | float) and math.isfinite(value)]
    largest = max(sizes, default=0.0)
    if unit == "month" and largest >= _YEARS_FROM:
        return Everyday(_in_words("years"), 1 / 12)
    return everyday(unit, largest)


def typed_number(text: str) -> float:
    """A number as somebody types it; NaN where it is none, or a comma in it is not between thousands.

    >>> typed_number("1,500.5"), typed_number("25,5"), typed_number("-5")
    (1500.5, nan, -5.0)
    """
    if not _THOUSANDS.fullmatch(text.strip()):
        return math.nan
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return math.nan


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


def plausible(ends: tuple[float, float], unit: str) -> str:
    """A range of a parameter in one unit: ``8.3 to 125 yuan/m2/month``."""
    low, high, said = quantities(ends, unit)
    return _joined(tr("{low} to {high}", low=low, high=high), said)


def scheduled(value: Schedule, unit: str, calendar: Callable[[int], str]) -> str:
    """A schedule in words and in one unit: ``0, from 2013-01 25, from 2015-01 33 yuan/m2/month``."""
    *texts, said = quantities([value.before, *value.values], unit)
    points = [
        tr("at {month} {value}", month=month_text(calendar(month)), value=text)
        if value.linear
        else tr("from {month} {value}", month=month_text(calendar(month)), value=text)
        for month, text in zip(value.months, texts[1:], strict=True)
    ]
    values = _joined(listed([texts[0], *points]), said)
    return tr("{values}, linear between", values=values) if value.linear else values


def quantities(values: Sequence[Any], unit: str) -> list[str]:
    """Values of one parameter without their unit, and then that unit; text and switches have none."""
    found = parameter_unit(unit, values)
    return [*(_value(value, found) for value in values), found.unit]


def parameter_unit(unit: str, values: Iterable[Any]) -> Everyday:
    """The everyday unit of values of one parameter; text and switches have none."""
    points = [point for value in values for point in _points(value)]
    return everyday(unit, *points, yuan_below=_PRICE_BELOW) if points else Everyday("")


def brief(value: Any, it: Everyday) -> str:
    """A parameter's value in a table or on an axis: as it may be typed where that is short, else to four digits."""
    text = _value(value, it)
    return text if len(text) <= _SHORT or not _points(value) else f"{float(value) * it.factor:.{_BRIEF}g}"


def with_unit(text: str, unit: str) -> str:
    """A number with its unit: ``57%``, ``25 yuan/m2/month``."""
    return f"{text}{unit}" if unit.startswith("%") or not unit.isascii() else f"{text} {unit}".rstrip()


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
    least = _THOUSANDS_FROM if it.unit.isascii() else 1_000  # what is not typed is as in tables
    if it.unit and abs(number) >= least and _takes(it.unit):
        return whole(number) if number.is_integer() else f"{number:,}"
    return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:.12g}"


def _value(value: Any, it: Everyday) -> str:
    return value_words(value, lambda number: typed(number, it))


def _points(value: Any) -> list[float]:
    """The numbers of a value: those of a schedule, or the one."""
    if isinstance(value, dict):
        return [point for inner in value.values() for point in _points(inner)]
    if isinstance(value, Schedule):
        return [point for inner in (value.before, *value.values) for point in _points(inner)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _joined(text: str, unit: str) -> str:
    return with_unit(text, unit) if not unit or _takes(unit) else f"{text} ({unit})"


def _money(unit: str, sizes: Sequence[float], yuan_below: float) -> Everyday:
    head = _MONEY if unit.startswith(_MONEY) else "yuan"
    each = _slashed(unit.removeprefix(head))
    factor, largest = (1.0 if head == _MONEY else 1e-6), max(sizes, default=0.0)
    if "/m2" in each and each.endswith("/year"):
        each, factor = each.removesuffix("/year") + "/month", factor / 12
    if any(f"/{it}" in each for it in _SMALL) or 0 < largest * factor < yuan_below:
        return Everyday(f"yuan{each}", factor * 1e6)
    if largest * factor >= _BILLION_FROM and min(sizes) * factor >= _BILLION_LEAST:
        return Everyday(f"billion yuan{each}", factor / 1000)
    return Everyday(f"{_MONEY}{each}", factor)


def _chinese(it: Everyday, largest: float) -> Everyday:
    """The unit in Chinese; money is in 元, 万元 or 亿元 by the largest value."""
    if it.unit in CHINESE_UNITS:
        unit, factor = CHINESE_UNITS[it.unit]
        return Everyday(_in_words(unit), it.factor * factor)
    over, slash, under = it.unit.partition(RATIO)
    if slash:
        above, below = _chinese(Everyday(over, it.factor), largest), _chinese(Everyday(under), 1.0)
        return Everyday(f"{above.unit}/{below.unit}", above.factor / below.factor)
    head, yuan, each = it.unit.partition("yuan")
    if not yuan or (head and f"{head}yuan" not in _IN_YUAN):
        return Everyday(_in_words(it.unit), it.factor)
    factor = it.factor * _IN_YUAN.get(f"{head}yuan", 1.0)
    size = largest * factor
    scale, word = next(((least, word) for least, word in _CHINESE_SIZES if size >= least), (1.0, ""))
    return Everyday(word + _in_words(f"yuan{each}"), factor / scale)


def _in_words(unit: str) -> str:
    """A unit in the reader's language; what is no share of anything may stand as a sign."""
    return meaning("unit", unit)


def _takes(unit: str) -> bool:
    """Whether a unit stands behind a number as it is."""
    return not unit.isascii() or takes_quantities(unit)


def _slashed(unit: str) -> str:
    """A unit in signs: ``hours a month a person`` is ``hours/month/person``."""
    return re.sub(r"\s+(a|an|per|and)\s+", "/", unit)
