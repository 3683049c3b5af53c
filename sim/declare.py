"""Declarations of parameters, columns, counters, outcomes and mechanisms: each once, for everything that uses it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["article", "evidence", "fitted", "assumption"]
Value = float | int | bool | str


class DeprecatedKey(FutureWarning):
    """A scenario or an override has a key under its old name."""


@dataclass(frozen=True)
class Source:
    """Source of a number: its kind, a citation, and names of the facts in ``evidence.toml`` that it rests on.

    The name of a table of facts means all facts in it.
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
    """Declare a parameter, as the default of a field of a ``NamedTuple``; ``declared`` returns all of a class."""
    if source.kind == "assumption" and plausible is None and type(default) in (int, float):
        raise ValueError(f"an assumption needs a plausible range: {meaning}")
    return Parameter(default, unit, meaning, source, bounds[0], bounds[1], plausible, choices)


def declared(group: type) -> dict[str, Parameter]:
    """The parameters of a group, by field name, in the order of their declaration."""
    return dict(group._field_defaults)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Column:
    """One column of the table of enterprises: name, numpy type, unit and meaning.

    A mechanism declares the columns that it alone writes. ``founding`` is the value in the opening population,
    ``birth`` that of a newcomer, ``exit`` that of a free row. With ``recorded`` the sum over operating enterprises is
    stored each month, for outcomes.
    """

    name: str
    dtype: str
    unit: str
    meaning: str
    founding: float = 0
    birth: float = 0
    exit: float = 0
    recorded: bool = False


class Counters:
    """Events that one mechanism counts each month, by name; unpacking gives their indices in the mechanism's array.

    >>> EVENTS = Counters("met", "helped")
    >>> MET, HELPED = EVENTS
    """

    def __init__(self, *names: str) -> None:
        self.names = names

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.names)))

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Outcome:
    """One outcome with a value each month; ``better`` is +1 where more is better, -1 where less is, else 0.

    ``value`` computes it from the record of all months (``sim.model.record.reading.Months``): one number a month.
    """

    name: str
    unit: str
    meaning: str
    better: int = 0
    headline: bool = False
    value: Callable[[Any], Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Step:
    """One step of the month: a function of the world, and what it may read and change.

    A step that ``sim.model.month.MONTH`` does not list runs ``after`` another one: ``mechanism.step``, or a mechanism,
    which means its last step. ``loops`` are its compiled loops, which declare the columns that they read and write.
    ``writes`` are other columns that it changes, ``groups`` other parameters than its mechanism's that it reads,
    ``transfers`` what it books, ``draws`` its blocks of random numbers, ``state`` what else it changes.
    """

    name: str
    apply: Callable[[Any], Any]
    after: str = ""
    loops: tuple[Any, ...] = ()
    writes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    transfers: tuple[str, ...] = ()
    draws: tuple[Any, ...] = ()
    state: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Mechanism:
    """A part of the model with its parameters, columns, counters, draws, outcomes and steps.

    Parameters
    ----------
    name
        A plain word; its parameters are set under ``mechanisms.NAME``, or under ``prefix``.
    rules
        A ``NamedTuple`` of parameters, among them ``enabled`` where the mechanism can be switched off.
    founding, birth
        Called as ``founding(world, lo, hi, points)`` for rows of the opening population with their lattice points, and
        as ``birth(world, rows)`` for newcomers, after all other columns are filled.
    replaces
        The mechanism that this one replaces; it declares at least the same names.
    file, meaning
        The declaring file and the first paragraph of its docstring, unless given.

    """

    name: str
    rules: type | None = None
    steps: tuple[Step, ...] = ()
    columns: tuple[Column, ...] = ()
    counters: Counters = field(default_factory=Counters)
    draws: tuple[Any, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    founding: Callable[..., None] | None = None
    birth: Callable[..., None] | None = None
    replaces: str = ""
    prefix: str = ""
    file: str = ""
    meaning: str = ""

    def __post_init__(self) -> None:
        """Take file and meaning from the declaring module; a copy keeps them."""
        declaring = sys._getframe(2).f_globals
        text = str(declaring.get("__doc__") or "").strip()
        object.__setattr__(self, "file", self.file or str(declaring.get("__file__") or ""))
        object.__setattr__(self, "meaning", self.meaning or " ".join(text.partition("\n\n")[0].split()))
        object.__setattr__(self, "prefix", self.prefix or f"mechanisms.{self.name}")


def switch() -> Any:
    """The parameter ``enabled`` of a mechanism."""
    return parameter(True, "", "whether the mechanism runs", assumption("switch"))
