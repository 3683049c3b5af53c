"""Everyday units: what is printed of a parameter may be typed, and gives its declared value again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sim import units
from sim.language import speaking
from sim.model.catalogue import model_catalogue
from sim.scenario import load, overrides, shipped
from sim.scenario.keys import known
from sim.scenario.quantities import converted, is_quantity, takes_quantities
from sim.scenario.schedule import Schedule
from sim.scenario.values import checked
from sim.units import change, everyday, quantities, quantity, shown_in

CATALOGUE = model_catalogue()
NUMBERS = [(key, it) for key, it in CATALOGUE.parameters() if it.type in (int, float)]
UNITS = sorted({it.unit for _, it in NUMBERS} | {it.unit for it in CATALOGUE.outcomes.values()})
RENT = "million yuan a m2 and year"


def values() -> Iterator[tuple[str, float | int]]:
    """Every number of every shipped scenario, and every default, bound and end of a range, with its key."""
    for key, it in NUMBERS:
        for value in (it.default, it.low, it.high, *(it.plausible or ())):
            if value is not None and not isinstance(value, bool | str):
                yield key.replace(".NAME.", ".one."), it.type(value)
    for listed in shipped():
        for key, value in load(listed.name, CATALOGUE).values.items():
            points = (value.before, *value.values) if isinstance(value, Schedule) else (value,)
            yield from ((key, point) for point in points if type(point) in (int, float))


def digits(value: float) -> int:
    """The digits in which a value is declared."""
    return len(f"{abs(value):.15g}".partition("e")[0].replace(".", "").strip("0")) or 1


def test_what_is_printed_may_be_typed_and_gives_the_declared_value() -> None:
    leaves = known(CATALOGUE)
    seen = 0
    for key, value in dict.fromkeys(values()):
        leaf = leaves.leaf(tuple(key.split(".")))
        assert leaf is not None, key
        text, unit = quantity(value, leaf.parameter.unit), leaf.parameter.unit
        if not is_quantity(text, unit):  # without a unit that can be typed: the number alone
            assert "(" in text or not unit, text
            text = text.partition(" (")[0]
        given = overrides([f"{key}={text}"])[key]
        back = checked(given, leaf)
        assert type(back) is leaf.parameter.type
        wanted = min(10, digits(value))
        assert f"{back:.{wanted}g}" == f"{value:.{wanted}g}", f"{key}: {value} is printed as {text}, which is {back}"
        seen += 1
    assert seen > 800


@pytest.mark.parametrize(("value", "unit", "text"), [
    (0.0003, RENT, "25 yuan/m2/month"),
    (0.00045, RENT, "37.5 yuan/m2/month"),
    (0.04, "million yuan a year", "40,000 yuan/year"),
    (400.0, "million yuan a year", "400 million yuan/year"),
    (25_000.0, "million yuan", "25 billion yuan"),
    (0.57, "share of sales", "57% of sales"),
    (0.1652, "1/month", "16.52%/month"),
    (120.0, "month", "10 years"),
    (64, "month", "64 months"),
    (0.3, "", "0.3"),
    (500.0, "ideas a month", "500 (ideas a month)"),
    (True, "", "true"),
])  # fmt: skip
def test_the_everyday_unit(value: object, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_two_values_have_one_unit() -> None:
    assert change(0.0003, 0.0004, RENT) == "25 -> 33 yuan/m2/month"
    assert change(0.5, 20.0, "million yuan") == "0.5 -> 20 million yuan"
    assert change(None, 0.2, "share") == "(none) -> 20%"
    assert quantities([{"before": 0.0, "2015-01": 0.1}], "share") == ["before 0, 2015-01 10", "%"]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("size", [0.001, 1.0, 48.0, 30_000.0])
def test_the_factor_is_that_of_the_unit(unit: str, size: float) -> None:
    """Pint knows how much the one unit is of the other."""
    for found in (everyday(unit, size), shown_in(unit, [size])):
        if not takes_quantities(unit):
            assert found.factor == 1.0
            continue
        text = units.with_unit("1", found.unit)
        one = converted(text, unit) if is_quantity(text, unit) else 1.0
        assert found.factor == pytest.approx(1 / one)


def test_a_difference_keeps_the_unit_of_both_values() -> None:
    assert everyday("million yuan", 83_000, 82_990, 10).unit == "million yuan", "10 million is not 0.01 billion"
    assert everyday("share").of_difference == "percentage points"
    assert everyday("share a year").of_difference == "percentage points/year"
    assert everyday("people").of_difference == "people"


@pytest.mark.parametrize(
    ("unit", "said", "factor"),
    [
        ("people / enterprises", "人/家", 1.0),
        ("million yuan / person", "万元/人", 100.0),
        ("people / million yuan", "人/万元", 0.01),
        ("million yuan / million yuan", "万元/万元", 1.0),
        ("tce per million yuan / 1000", "吨标准煤/万元", 10.0),
    ],
)
def test_a_ratio_of_two_units_is_said_in_chinese_side_by_side(unit: str, said: str, factor: float) -> None:
    with speaking("zh"):
        assert everyday(unit, 3.0) == (said, factor)
    assert everyday(unit, 3.0).factor == 1.0
