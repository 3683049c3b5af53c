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
    """Source of a number. ``article``, ``evidence``, ``fitted`` and ``assumption`` each make one.

    Parameters
    ----------
    kind
        ``article``, ``evidence``, ``fitted`` or ``assumption``.
    text
        The citation, or the reason for the value.
    facts
        Names of facts in ``evidence.toml`` on which the number rests. The name of a table means all facts in it.

    Examples
    --------
    >>> from sim.declare import Source
    >>> Source("evidence", "census of 2013")
    Source(kind='evidence', text='census of 2013', facts=())

    """

    kind: Kind
    text: str
    facts: tuple[str, ...] = ()


def article(text: str = "the source article of 2016-04-25") -> Source:
    """Source of a number that the article states.

    Parameters
    ----------
    text
        The citation.

    Returns
    -------
    Source
        With the article's claims as its facts.

    Examples
    --------
    >>> from sim.declare import article
    >>> article().facts
    ('article.claims',)

    """
    return Source("article", text, ("article.claims",))


def evidence(text: str, *facts: str) -> Source:
    """Source of a number that a study or a statistic reports.

    Parameters
    ----------
    text
        The citation.
    facts
        Names of facts in ``evidence.toml``.

    Returns
    -------
    Source
        Of kind ``evidence``.

    Examples
    --------
    >>> from sim.declare import evidence
    >>> evidence("Bass 1969", "stylised_facts.adoption.imitation_q").kind
    'evidence'

    """
    return Source("evidence", text, facts)


def fitted(text: str, *facts: str) -> Source:
    """Source of a number that is fitted to facts.

    Parameters
    ----------
    text
        What it is fitted to.
    facts
        Names of these facts in ``evidence.toml``.

    Returns
    -------
    Source
        Of kind ``fitted``.

    Examples
    --------
    >>> from sim.declare import fitted
    >>> fitted("survival of the EU cohorts", "survival.eu.y1").facts
    ('survival.eu.y1',)

    """
    return Source("fitted", text, facts)


def assumption(text: str = "no source found", *facts: str) -> Source:
    """Source of a number for which there is none: the reason why it was chosen.

    Parameters
    ----------
    text
        The reason.
    facts
        Names of facts in ``evidence.toml`` that support it.

    Returns
    -------
    Source
        Of kind ``assumption``; a number with it needs a plausible range.

    Examples
    --------
    >>> from sim.declare import assumption
    >>> assumption("plans are made once a year").text
    'plans are made once a year'

    """
    return Source("assumption", text, facts)


@dataclass(frozen=True)
class Parameter:
    """One parameter, which ``parameter`` declares.

    Parameters
    ----------
    default
        Its value where a scenario sets none.
    unit
        Unit of its values, empty for a plain number.
    meaning
        What it is, in a few words.
    source
        Where the default is from.
    low, high
        Hard bounds; None where there is none. A scenario with a value beyond them is refused.
    plausible
        Least and most plausible value, between which studies vary it.
    choices
        Texts that are allowed, of a parameter whose values are texts.

    Examples
    --------
    >>> from sim.declare import assumption, parameter
    >>> parameter(3.0, "year", "years of a plan", assumption(), plausible=(2, 5)).plausible
    (2, 5)

    """

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
        """Type of its values: that of the default."""
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
    """Declare a parameter, as the default of a field of a ``NamedTuple``; ``declared`` returns all of a class.

    Parameters
    ----------
    default
        Its value where a scenario sets none; values have its type.
    unit
        Unit of its values, empty for a plain number.
    meaning
        What it is, in a few words.
    source
        Where the default is from.
    bounds
        Hard bounds; None where there is none. A scenario with a value beyond them is refused.
    plausible
        Least and most plausible value, between which studies vary it. An assumed number needs them.
    choices
        Texts that are allowed, of a parameter whose values are texts.

    Returns
    -------
    Parameter
        Typed ``Any``, so that a field of any type takes it as its default.

    Raises
    ------
    ValueError
        If the number is an assumption and has no plausible range.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> from sim.declare import assumption, declared, parameter
    >>> class Rules(NamedTuple):
    ...     horizon: float = parameter(
    ...         3.0, "year", "years of a plan", assumption("horizon of plans"), bounds=(0.1, 30), plausible=(2, 5)
    ...     )
    >>> declared(Rules)["horizon"].high
    30

    """
    if source.kind == "assumption" and plausible is None and type(default) in (int, float):
        raise ValueError(f"an assumption needs a plausible range: {meaning}")
    return Parameter(default, unit, meaning, source, bounds[0], bounds[1], plausible, choices)


def declared(group: type) -> dict[str, Parameter]:
    """The parameters of a group, by field name, in the order of their declaration.

    Parameters
    ----------
    group
        A ``NamedTuple`` class whose fields are parameters.

    Returns
    -------
    dict of str to Parameter
        Each field with its parameter.

    Examples
    --------
    >>> from sim.declare import declared
    >>> from sim.parameters import Population
    >>> declared(Population)["enterprises"].low
    20

    """
    return dict(group._field_defaults)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Column:
    """One column of the table of enterprises. A mechanism declares the columns that it alone writes.

    Parameters
    ----------
    name
        A plain word; the attribute of an enterprise has it too.
    dtype
        The numpy type: ``i1``, ``i2``, ``i4``, ``i8``, ``f4`` or ``f8``.
    unit
        Unit of its values, empty for a plain number.
    meaning
        What it is, in a few words.
    founding, birth, exit
        Values in the opening population, of a newcomer and in a free row.
    recorded
        Whether the sum over operating enterprises is stored each month, for outcomes.

    Examples
    --------
    >>> from sim.declare import Column
    >>> Column("mentored", "i2", "meetings", "meetings with a mentor so far", recorded=True).birth
    0

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
    """Events that one mechanism counts each month; unpacking gives their indices in the mechanism's array.

    Parameters
    ----------
    names
        A plain word for each event.

    Examples
    --------
    >>> from sim.declare import Counters
    >>> EVENTS = Counters("met", "helped")
    >>> MET, HELPED = EVENTS
    >>> HELPED
    1

    """

    def __init__(self, *names: str) -> None:
        self.names = names

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.names)))

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Outcome:
    """One outcome, with a value each month.

    Parameters
    ----------
    name
        A plain word.
    unit
        Unit of its values, empty for a plain number.
    meaning
        What it is, in a few words.
    better
        1 where more is better, -1 where less is, 0 where neither is.
    headline
        Whether reports show it first.
    value
        Computes it from the record of all months (``sim.model.record.reading.Months``): one number a month.

    Examples
    --------
    >>> from sim.declare import Outcome
    >>> Outcome("mentored", "meetings", "meetings of an enterprise, mean", value=lambda m: m.mean_of("mentored")).better
    0

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

    Parameters
    ----------
    name
        A plain word.
    apply
        Called with the world once a month.
    after
        The step that it follows, as ``mechanism.step``; a mechanism means its last step. Steps that
        ``sim.model.month.MONTH`` lists have none.
    loops
        Its compiled loops, which declare the columns that they read and write.
    writes
        Other columns that it changes.
    groups
        Groups of parameters that it reads besides its mechanism's.
    transfers
        Named transfers that it books.
    draws
        Its blocks of random numbers.
    state
        What else it changes.

    Examples
    --------
    >>> from sim.declare import Step
    >>> Step("meet", lambda world: None, after="absorption").after
    'absorption'

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
    """A part of the model, with all that it declares.

    Parameters
    ----------
    name
        A plain word; its parameters are set under ``mechanisms.NAME``, or under ``prefix``.
    rules
        A ``NamedTuple`` of parameters, among them ``enabled`` where the mechanism can be switched off.
    steps
        Its steps of the month.
    columns
        Columns that it alone writes.
    counters
        Events that it counts.
    draws
        Its blocks of random numbers.
    outcomes
        Outcomes that it adds.
    founding, birth
        Called as ``founding(world, lo, hi, points)`` for rows of the opening population with their lattice points, and
        as ``birth(world, rows)`` for newcomers, after all other columns are filled.
    replaces
        The mechanism that this one replaces; it declares at least the same names.
    prefix
        What its keys begin with: ``mechanisms.NAME``, unless given.
    file, meaning
        The declaring file and the first paragraph of its docstring, unless given.

    Examples
    --------
    >>> from sim.declare import Mechanism, Step
    >>> MECHANISM = Mechanism("mentoring", steps=(Step("meet", lambda world: None, after="absorption"),))
    >>> MECHANISM.prefix
    'mechanisms.mentoring'

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
    """The parameter ``enabled`` of a mechanism: True by default.

    Returns
    -------
    Parameter
        Typed ``Any``, so that a field takes it as its default.

    Examples
    --------
    >>> from sim.declare import switch
    >>> switch().meaning
    'whether the mechanism runs'

    """
    return parameter(True, "", "whether the mechanism runs", assumption("switch"))
