"""The facts that the model rests on or is judged by, each with unit, source and trust; read from ``evidence.toml``."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

Trust = Literal["article", "read", "derived", "weak"]
Scalar = int | float | str | date

_INHERITED = ("source", "trust", "note")


class UnknownFact(LookupError):
    """No fact has this name; the message gives the nearest one."""


@dataclass(frozen=True)
class Fact:
    """One fact: ``value`` in ``unit`` (a tuple where it has several parts), and the range of the value."""

    name: str
    value: Scalar | tuple[Scalar, ...]
    unit: str
    source: str
    trust: Trust
    range: tuple[float, float] | None = None
    note: str = ""


def fact(name: str) -> Fact:
    """The fact of this dotted name, such as ``article.big_asset_share``."""
    known = _all()
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        raise UnknownFact(f"no fact {name!r}; the nearest is {nearest[0]!r}")
    return known[name]


def facts() -> Iterator[Fact]:
    """All facts, in the order of the file."""
    return iter(_all().values())


@cache
def _all() -> MappingProxyType[str, Fact]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return MappingProxyType({found.name: found for found in facts_in(tomllib.loads(text), "", {})})


def facts_in(table: dict[str, Any], name: str, outer: dict[str, str]) -> Iterator[Fact]:
    """The facts in a table and in the tables within it; ``outer`` is what it inherits from the table around it."""
    said = outer | {key: table[key] for key in _INHERITED if key in table}
    if "value" in table:
        yield _read(table, name, said)
        return
    for key, inner in table.items():
        if key in _INHERITED:
            continue
        place = f"{name}.{key}" if name else key
        if not isinstance(inner, dict):
            raise ValueError(f"evidence.toml: {place}: neither a fact nor a table of facts")
        yield from facts_in(inner, place, said)


def _read(table: dict[str, Any], name: str, said: dict[str, str]) -> Fact:
    if unknown := set(table) - {"value", "unit", "range", *_INHERITED}:
        raise ValueError(f"evidence.toml: {name}: unknown {', '.join(sorted(unknown))}")
    if missing := [key for key in ("unit", "source", "trust") if key not in table | said]:
        raise ValueError(f"evidence.toml: {name}: no {', '.join(missing)}")
    trust: Any = said["trust"]
    if trust not in get_args(Trust):
        raise ValueError(f"evidence.toml: {name}: trust is {trust!r}, not one of {', '.join(get_args(Trust))}")
    value = table["value"]
    low_high = table.get("range")
    return Fact(
        name=name,
        value=tuple(value) if isinstance(value, list) else value,
        unit=table["unit"],
        source=said["source"],
        trust=trust,
        range=(low_high[0], low_high[1]) if low_high else None,
        note=said.get("note", ""),
    )
