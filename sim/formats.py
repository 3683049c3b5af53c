"""How numbers, values, counts and names are written, in every text, table, page and figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sim.language import is_chinese, later, listed, meaning, month_text, tr

MINUS = "\N{MINUS SIGN}"
# What is counted: Chinese has a measure word for each.
_COUNTED = (
    later("{count} seed"), later("{count} common seed"), later("{count} replicate"), later("{count} lever"),
    later("{count} mix"), later("{count} key"), later("{count} point"), later("{count} month"), later("{count} world"),
    later("{count} part"), later("{count} result"), later("{count} row"), later("{count} thread"),
    later("{count} assumed or fitted value"), later("{count} case"), later("{count} assumption"),
    later("{count} joint draw"), later("{count} outcome"), later("{count} parameter"), later("{count} fact"),
)  # fmt: skip
_BOUNDS = {"at least": "≥ ", "at most": "≤ "}
_SHORT = {"rd": "R&D", "vat": "VAT"}
_MOST_RANGES = 6
_SIZES = ((1e9, " bn"), (1e6, " m"))


def number(x: float | None) -> str:
    """Three digits, four from 100, whole numbers from 1,000; "-" where there is no number."""
    if x is None or not math.isfinite(x):
        return "-"
    if x == 0:
        return "0"
    if abs(x) >= 999.95 or float(x).is_integer():
        return whole(x)
    return f"{x:.1f}" if abs(x) >= 100 else f"{x:.3g}"


def whole(x: float) -> str:
    """A number without decimals, thousands apart."""
    return f"{x:,.0f}"


def percent(share: float, decimals: int = 0) -> str:
    """A share as a percentage."""
    return f"{share:.{decimals}%}"


def signed(x: float) -> str:
    """A difference with its sign; zero has none."""
    return f"+{number(x)}" if x > 0 else number(x)


def people(x: float) -> str:
    """A number of people or enterprises; a decimal below 10."""
    text = whole(x) if abs(x) >= 9.95 or float(x).is_integer() else f"{x:.1f}"
    return "-" if not math.isfinite(x) else text if text.strip("-0.") else "0"


def amount(x: float) -> str:
    """Money or people with few digits: none after the point from 10 on."""
    if not math.isfinite(x):
        return "-"
    text = whole(x) if abs(x) >= 10 else f"{x:.1f}" if abs(x) >= 0.95 else f"{x:.2f}" if abs(x) >= 0.005 else "0"
    return text if text.strip("-0.,") else "0"


def minus(text: str) -> str:
    """A number as figures write it, with the sign of subtraction."""
    return text.replace("-", MINUS)


def span(low: float | None, high: float | None) -> str:
    """An interval; empty where an end is missing."""
    ends = number(low), number(high)
    return "" if "-" in ends else tr("{low} to {high}", low=ends[0], high=ends[1])


def bound_text(bound: str, value: float) -> str:
    """A value with the sign of its bound: ``≥ 630``."""
    return f"{_BOUNDS.get(bound, '')}{number(value)}"


def band_text(low: float | None, high: float | None) -> str:
    """A band that may be open at one end, where it is None or infinite."""
    if low is None or math.isinf(low):
        return tr("at most {value}", value=number(high))
    return tr("at least {value}", value=number(low)) if high is None or math.isinf(high) else span(low, high)


def ratio_text(ratio: float | None) -> str:
    """How many times as much: ``2.5x``, ``12x``; empty where unknown."""
    if ratio is None:
        return ""
    return tr("{ratio}x", ratio=whole(ratio) if ratio >= 10 else f"{ratio:.1f}")


def plain(value: Any) -> str:
    """A parameter's value as it is typed."""
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items())
    return str(value) if value != "" else '""'


def value_words(value: Any, said: Callable[[Any], str] | None = None, *, switch: bool = False) -> str:
    """A parameter's value as a reader is told it, its numbers as ``said`` writes them.

    Switches, months, and what has no value are in the reader's language; with ``switch`` true and false are on and off.
    """
    if isinstance(value, dict):  # a schedule
        return listed(f"{_point(key)} {value_words(inner, said, switch=switch)}" for key, inner in value.items())
    if isinstance(value, bool):
        if switch:
            return tr("on") if value else tr("off")
        return tr("true") if value else tr("false")
    if value is None or value == "linear":
        return tr("(none)") if value is None else tr("linear")
    return said(value) if said and not isinstance(value, str) else plain(value)


def _point(key: str) -> str:
    return {"before": tr("before"), "shape": tr("shape")}.get(key) or month_text(key)


def brief(value: Any, digits: int = 4) -> str:
    """A value to few digits."""
    return f"{value:.{digits}g}" if isinstance(value, float) else plain(value)


def exact(value: float | str | date) -> str:
    """A value with all its digits: no trailing fraction, no exponent, thousands apart from 10,000."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


def tick_labels(values: Sequence[float]) -> list[str]:
    """Labels of an axis, all with as many decimals as the finest needs."""
    largest = max(map(abs, values), default=0.0)
    size, word = next(((size, word) for size, word in _SIZES if largest >= 10 * size), (1.0, ""))
    scaled = [value / size for value in values]
    decimals = next((n for n in range(9) if all(abs(x - round(x, n)) <= 1e-6 * largest / size for x in scaled)), 9)
    return [minus(f"{x or 0.0:,.{decimals}f}{word if x else ''}") for x in scaled]


def counted(count: int, word: str, plural: str = "s") -> str:
    """A count with its noun: ``1 seed``, ``2 seeds``; ``plural`` is the ending of the plural."""
    if is_chinese():
        return tr(f"{{count}} {word}", count=count)
    return f"{count} {word}" if count == 1 else f"{count} {word}{plural}"


def seeds_text(count: int, seed: int | Sequence[int]) -> str:
    """How many seeds, and which: those that follow from a first one, or a user's own."""
    if not isinstance(seed, int):
        return tr("{seeds} ({which})", seeds=counted(count, "seed"), which=ranges_text(seed))
    if count != 1:
        return tr("{count} seeds from seed {seed}", count=count, seed=seed)
    return tr("One seed, from seed {seed}", seed=seed)


def span_text(seconds: float) -> str:
    """A time in words."""
    for size, words in (
        (86_400.0, later("{count} days")), (3_600.0, later("{count} hours")), (60.0, later("{count} minutes")),
    ):  # fmt: skip
        if seconds >= 2 * size:
            count = f"{seconds / size:.0f}" if seconds >= 10 * size else f"{seconds / size:.1f}"
            return tr(words, count=count)
    return tr("{count} seconds", count=f"{seconds:.0f}") if seconds >= 2 else tr("a second or two")


def ranges_text(numbers: Iterable[int], between: str = "", apart: str = "", most: int = _MOST_RANGES) -> str:
    """Whole numbers, three or more in a row as their ends; of many the first ones and the last."""
    between, apart = between or ("至" if is_chinese() else " to "), apart or ("、" if is_chinese() else ", ")
    parts: list[list[int]] = []
    for one in numbers:
        if parts and one == parts[-1][1] + 1:
            parts[-1][1] = one
        else:
            parts.append([one, one])
    said: list[str] = []
    for first, last in parts:
        said += [f"{first}{between}{last}"] if last - first > 1 else dict.fromkeys((str(first), str(last)))
    return apart.join(said if len(said) <= most else [*said[: most - 2], "...", said[-1]])


def label(name: str) -> str:
    """An outcome's name as words."""
    words = " ".join(_SHORT.get(word, word) for word in name.split("_"))
    return meaning(name, words[:1].upper() + words[1:])


def short(key: str) -> str:
    """The last two parts of a parameter's key."""
    return ".".join(key.split(".")[-2:])
