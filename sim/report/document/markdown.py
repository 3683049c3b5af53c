"""Tables of Markdown, one row a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.formats import exact


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the text of a cell is put on one line."""
    lines = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    for row in rows:
        cells = (" ".join(text.split()).replace("|", "\\|") for text in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def codes(names: Iterable[str]) -> str:
    """Names in a row, each as code."""
    return ", ".join(map(code, names))


def sentence(text: str | None) -> str:
    """The first paragraph of a docstring, on one line; code in it as Markdown has it."""
    return " ".join((text or "").partition("\n\n")[0].split()).replace("``", "`")


def span(low: float | None, high: float | None) -> str:
    """A range in words; empty where there is none."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"from {exact(low)}" if low is not None else f"to {exact(high or 0)}"
    return f"{exact(low)} to {exact(high)}"
