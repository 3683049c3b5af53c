"""Declarations: a parameter, a column or an outcome is declared once, and everything else is read off it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["article", "evidence", "fitted", "assumption"]
Value = float | int | bool | str


@dataclass(frozen=True)
class Source:
    """Where a number comes from: a kind, words that a reader can check, and the names of the facts it rests on.

    A name is that of a fact in ``evidence.toml``, or of a table of facts, which stands for all in it.
    """

    kind: Kind
    text: str
    facts: tuple[str, ...] = ()


def article(text: str = "the source article of 2016-04-25") -> Source:
    return Source("article", text, ("article.claims",))


def evidence(text: str, *facts: str) -> Source:
    return Source("evidence", text, facts)


def fitted(text: str, *facts: str) -> Source:
    return Source("fitted", text, facts)


def assumption(text: str = "no source found", *facts: str) -> Source:
    return Source("assumption", text, facts)


@dataclass(frozen=True)
class Parameter:
    """One parameter: its default, unit, hard bounds, plausible range, meaning and source."""

    default: Value
    unit: str
    meaning: str
    source: Source
    low: float | None = None
    high: float | None = None
    plausible: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()

    @property
    def type(self) -> type:
        return type(self.default)


def parameter(
    default: Value,
    unit: str,
    meaning: str,
    source: Source,
    *,
    bounds: tuple[float | None, float | None] = (None, None),
    plausible: tuple[float, float] | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a parameter as the default of a field of a ``NamedTuple``; ``declared`` reads it back."""
    if source.kind == "assumption" and plausible is None and type(default) in (int, float):
        raise ValueError(f"an assumption needs a plausible range: {meaning}")
    return Parameter(default, unit, meaning, source, bounds[0], bounds[1], plausible, choices)


def declared(group: type) -> dict[str, Parameter]:
    """The parameters of a group, by field name, in the order of their declaration."""
    return dict(group._field_defaults)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Column:
    """One column of the table of enterprises: name, numpy type, unit and meaning."""

    name: str
    dtype: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Outcome:
    """One outcome, recorded every month: name, unit, meaning; ``better`` is +1, -1, or 0 where neither is."""

    name: str
    unit: str
    meaning: str
    better: int = 0
    headline: bool = False
