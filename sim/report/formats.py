"""How numbers, values, names and counts are written, in texts and in figures."""

from __future__ import annotations

from typing import Any

from sim.runs.summary import number

_SHORT = {"rd": "R&D", "vat": "VAT"}


def label(name: str) -> str:
    """An outcome's name as words."""
    words = " ".join(_SHORT.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def short(key: str) -> str:
    """The last two names of a key: enough to know it by."""
    return ".".join(key.split(".")[-2:])


def signed(x: float) -> str:
    """A difference with its sign; zero has none."""
    return f"+{number(x)}" if x > 0 else number(x)


def plain(value: Any) -> str:
    """A value of a parameter as text, numbers in full."""
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items())
    return str(value) if value != "" else '""'


def counted(count: int, word: str) -> str:
    """A count with its word: ``1 seed``, ``2 seeds``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def seeds_text(count: int, seed: int) -> str:
    return f"{count} seeds from seed {seed}" if count != 1 else f"One seed, from seed {seed}"
