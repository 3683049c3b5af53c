"""Tables of Markdown, one row a line, and how values stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sim.declare import Value


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what stands in a cell is text of one line."""
    lines = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join(lines)


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def codes(names: Iterable[str]) -> str:
    """Names in a row, each as code."""
    return ", ".join(map(code, names))


def sentence(text: str | None) -> str:
    """The first paragraph of a docstring, on one line; code in it as Markdown has it."""
    return " ".join((text or "").partition("\n\n")[0].split()).replace("``", "`")


def number(value: Value | date) -> str:
    """A value as a reader writes it: numbers without a useless fraction, thousands apart."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


def span(low: float | None, high: float | None) -> str:
    """A range in words; empty where there is none."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"from {number(low)}" if low is not None else f"to {number(high or 0)}"
    return f"{number(low)} to {number(high)}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
