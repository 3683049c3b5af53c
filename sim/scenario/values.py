"""Check a value against its declaration: pydantic checks, the messages are written here.

Pydantic is imported when the first value is checked: the import takes long, and listing scenarios does not need it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from sim.declare import Parameter, Value
from sim.scenario import months
from sim.scenario.faults import shown
from sim.scenario.keys import MONTH, Leaf
from sim.scenario.quantities import InvalidQuantity, converted, is_quantity

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_KINDS: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


class InvalidValue(ValueError):
    """A value that its declaration does not allow; the message states the fault and what is allowed."""


def checked(value: object, leaf: Leaf) -> Value:
    """The value in its declared type; raises InvalidValue."""
    from pydantic import ValidationError

    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):  # a numpy scalar, from an override in Python
        value = value.item()
    it = leaf.parameter
    given, value = value, _amount(value, it)
    checker = _checker(it.type, it.low, it.high, it.choices, it.unit == MONTH, leaf.never)
    try:
        result: Value = checker.validate_python(value)
    except ValidationError as error:
        raise InvalidValue(f"{_wrong(error.errors()[0]['type'], given, it)}, allowed: {allowed(leaf)}") from None
    # -0.0 equals 0.0, but would change the scenario's digest.
    return result + 0.0 if isinstance(result, float) else result


def _amount(value: object, it: Parameter) -> object:
    """A quantity such as "8 ha" in the declared unit, and any other value as it is."""
    if not isinstance(value, str) or it.type not in (int, float) or not is_quantity(value, it.unit):
        return value
    try:
        amount = converted(value, it.unit)
    except InvalidQuantity as wrong:
        raise InvalidValue(f"{shown(value)} {wrong}") from None
    return int(amount) if it.type is int and amount.is_integer() else amount


def names(value: object, allowed_names: str) -> tuple[str, ...]:
    """An array of names; raises InvalidValue."""
    from pydantic import Field, TypeAdapter, ValidationError

    given = list(value) if isinstance(value, tuple) else value
    try:
        return tuple(TypeAdapter(Annotated[list[str], Field(strict=True)]).validate_python(given))
    except ValidationError:
        what = "holds what is not text" if isinstance(given, list) else f"{shown(value)} is no array"
        raise InvalidValue(f"{what}, allowed: {allowed_names}") from None


@lru_cache(maxsize=512)
def _checker(
    kind: type, low: float | None, high: float | None, choices: tuple[str, ...], month: bool, never: bool
) -> TypeAdapter[Any]:
    from pydantic import Field, TypeAdapter

    if choices:
        pattern = "|".join(map(re.escape, choices))
        return TypeAdapter(Annotated[str, Field(strict=True, pattern=f"^({pattern})$")])
    if month:
        pattern = f"{months.PATTERN}|^$" if never else months.PATTERN
        return TypeAdapter(Annotated[str, Field(strict=True, pattern=pattern)])
    if kind is float:
        return TypeAdapter(Annotated[float, Field(strict=True, ge=low, le=high, allow_inf_nan=False)])
    if kind is int:
        # Columns are int64.
        low, high = (-(2**63) if low is None else low), (2**63 - 1 if high is None else high)
        return TypeAdapter(Annotated[int, Field(strict=True, ge=low, le=high)])
    if kind is bool:
        return TypeAdapter(Annotated[bool, Field(strict=True)])
    return TypeAdapter(Annotated[str, Field(strict=True)])


def _wrong(problem: str, value: object, parameter: Parameter) -> str:
    if problem == "finite_number":
        return f"{shown(value)} is not a finite number"
    if problem in {"greater_than_equal", "less_than_equal"}:
        return f"{shown(value)} is out of bounds"
    if problem == "string_pattern_mismatch":
        return f"{shown(value)} is {'not a month' if parameter.unit == MONTH else 'not among these'}"
    if problem == "int_type" and isinstance(value, str) and is_quantity(value, parameter.unit):
        return f"{shown(value)} is no whole number"
    return f"{shown(value)} is {_kind(value)}" if not isinstance(value, dict | list) else f"is {_kind(value)}"


def _kind(value: object) -> str:
    for kind, words in (
        (bool, "a switch"),
        (int, "a whole number"),
        (float, "a decimal number"),
        (str, "text"),
        (dict, "a table"),
        (list, "an array"),
    ):
        if isinstance(value, kind):
            return words
    return f"a {type(value).__name__}"


def allowed(leaf: Leaf) -> str:
    """The allowed values of a key, in words."""
    parameter: Parameter = leaf.parameter
    if parameter.choices:
        return " or ".join(f'"{choice}"' for choice in parameter.choices)
    if parameter.unit == MONTH:
        return 'a month such as "2011-01"' + (', or "" for never' if leaf.never else "")
    words = _KINDS[parameter.type]
    limits = range_text(parameter.low, parameter.high)
    unit = f" ({parameter.unit})" if parameter.unit else ""
    return f"{words} {limits}{unit}" if limits else f"{words}{unit}"


def range_text(low: float | None, high: float | None) -> str:
    """Bounds in words; empty without any."""
    if low is not None and high is not None:
        return f"from {number_text(low)} to {number_text(high)}"
    if low is not None:
        return f"of at least {number_text(low)}"
    return f"of at most {number_text(high)}" if high is not None else ""


def number_text(number: float) -> str:
    """A number without needless decimals: 1000000 and not 1000000.0."""
    return str(int(number)) if float(number).is_integer() and abs(number) < 10**15 else str(number)
