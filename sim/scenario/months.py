"""Calendar months: ``YYYY-MM`` to the number of months since year 0, and back."""

from __future__ import annotations

import re

PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
_MONTH = re.compile(PATTERN)


def is_month(text: str) -> bool:
    """Whether the text is a calendar month such as 2011-01."""
    return _MONTH.fullmatch(text) is not None


def number(text: str) -> int:
    """Months since January of year 0; ValueError if the text is not a calendar month."""
    if not is_month(text):
        raise ValueError(f"{text!r} is not a month, allowed: YYYY-MM")
    return int(text[:4]) * 12 + int(text[5:]) - 1


def text(number: int) -> str:
    """The calendar month, YYYY-MM, of a number of months since January of year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
