"""A scenario: every value that a run needs, with its origin."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sim.catalogue import Catalogue
from sim.declare import Source, Value
from sim.scenario import keys, months
from sim.scenario.faults import Fault, ScenarioError, printable, shown
from sim.scenario.schedule import Schedule
from sim.scenario.writing import toml_table, toml_text, toml_value

NEVER = 10**9  # a month beyond any run

Bound = Literal["about", "at least", "at most"]
NOT_DIGESTED = ("run.replicates", "run.seed", "run.months")


@dataclass(frozen=True)
class Origin:
    """Origin of a value.

    Parameters
    ----------
    kind
        ``default``, ``parent``, ``file`` or ``override``.
    location
        Such as ``shougang.toml:12`` or ``--set``; empty for a default.

    """

    kind: Literal["default", "parent", "file", "override"]
    location: str = ""

    def __str__(self) -> str:
        return printable(f"{self.kind} {self.location}".strip())


@dataclass(frozen=True)
class ReportedFigure:
    """A figure that the article reports, which an outcome must meet in a month.

    Parameters
    ----------
    name
        The outcome.
    value
        The figure, in the outcome's unit.
    month
        The calendar month, as YYYY-MM.
    bound
        Whether the outcome is to be ``about``, ``at least`` or ``at most`` the figure.
    source
        Where the article states it.
    stated
        The file of the parent that states it, empty where the scenario's own file does.

    """

    name: str
    value: float
    month: str
    bound: Bound
    source: Source
    stated: str = ""


@dataclass(frozen=True)
class Scenario:
    """All values that a run needs, each with its origin; ``sim.load`` returns one. Equality ignores origins.

    Parameters
    ----------
    name
        Name of the file, without its ending.
    title, summary
        What it is, in a line and in a few sentences.
    path
        The file as it was given.
    headline
        The outcomes that reports show first.
    values
        Every value by its key, in the order of declaration.
    origins
        Where each value was set.
    sources
        Sources of the values that are not the declared defaults.
    reported_figures
        Figures of the article by outcome.
    platforms, sites
        Names of its platforms and idle sites.
    catalogue
        The declarations of the model whose keys these are.

    Raises
    ------
    ScenarioError
        If a value has another type than its key declares.

    Examples
    --------
    >>> import sim
    >>> shougang = sim.load("shougang", overrides={"run.months": 24})
    >>> shougang.months, shougang.values["run.start"], str(shougang.origins["run.months"])
    (24, '2011-01', 'override --set')
    >>> shougang.calendar(23), shougang.month_of("2012-12")
    ('2012-12', 23)

    """

    name: str = field(compare=False)
    title: str
    summary: str
    path: str = field(compare=False)
    headline: tuple[str, ...]
    values: dict[str, Value | Schedule]
    origins: dict[str, Origin] = field(compare=False, repr=False)
    sources: dict[str, Source] = field(repr=False)  # of values that are not the declared defaults
    reported_figures: dict[str, ReportedFigure]
    platforms: tuple[str, ...]
    sites: tuple[str, ...]
    catalogue: Catalogue = field(compare=False, repr=False)  # of the model whose keys these are
    _groups: dict[Any, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Convert every value to its declared type."""
        types = keys.types(self.catalogue, self.platforms, self.sites)
        other = [key for key, value in self.values.items() if type(value) is not types[key]]
        if other:
            kept = {key: self._typed(types[key], key, self.values[key]) for key in other}
            object.__setattr__(self, "values", self.values | kept)

    @staticmethod
    def _typed(kind: type, key: str, value: Value | Schedule) -> Value | Schedule:
        if isinstance(value, Schedule):
            points = tuple(_as(kind, point, key) for point in value.values)
            return replace(value, values=points, before=_as(kind, value.before, key))
        return _as(kind, value, key)

    @property
    def start(self) -> tuple[int, int]:
        """Year and month (1 to 12) of month 0."""
        first = months.number(str(self.values["run.start"]))
        return first // 12, first % 12 + 1

    @property
    def months(self) -> int:
        """Months to run."""
        return self._whole("run.months")

    @property
    def replicates(self) -> int:
        """Worlds to run."""
        return self._whole("run.replicates")

    @property
    def seed(self) -> int:
        """Seed of the first world."""
        return self._whole("run.seed")

    def _whole(self, key: str) -> int:
        value = self.values[key]
        assert isinstance(value, int), key  # the declaration's type, which loading has checked
        return value

    def month_of(self, calendar: str) -> int:
        """Months from the start to a calendar month.

        Parameters
        ----------
        calendar
            The month as YYYY-MM, or an empty text.

        Returns
        -------
        int
            Negative before the start; ``NEVER`` for an empty text.

        """
        return NEVER if not calendar else months.number(calendar) - months.number(str(self.values["run.start"]))

    def calendar(self, offset: int) -> str:
        """The calendar month of a month of the run.

        Parameters
        ----------
        offset
            Months from the start, possibly negative.

        Returns
        -------
        str
            The month as YYYY-MM.

        """
        return months.text(months.number(str(self.values["run.start"])) + offset)

    def group(self, prefix: str, month: int = 0) -> Any:
        """The values of a group of parameters in a month.

        Parameters
        ----------
        prefix
            What the keys of the group begin with: ``levers``, ``platforms.haier``.
        month
            Month of the run.

        Returns
        -------
        NamedTuple
            An instance of the group's class: the same object until one of its values changes.

        Raises
        ------
        KeyError
            If there is no such group.

        Examples
        --------
        >>> import sim
        >>> sim.load("shougang").group("run").months
        64

        """
        cache = self._groups
        found = cache.get(prefix)
        if found is None:
            found = cache.get((prefix, month))
        return self._made(prefix, month) if found is None else found

    def scheduled(self, prefix: str) -> bool:
        """Whether any value of a group changes over the months.

        Parameters
        ----------
        prefix
            What the keys of the group begin with.

        Returns
        -------
        bool
            True where one of its values is a ``Schedule``.

        """
        return any(
            isinstance(self.values[f"{prefix}.{name}"], Schedule) for name in self.catalogue.group(prefix)._fields
        )

    def _made(self, prefix: str, month: int) -> Any:
        group = self.catalogue.group(prefix)
        given = [self.values[f"{prefix}.{name}"] for name in group._fields]
        made = group(*(value.at(month) if isinstance(value, Schedule) else value for value in given))
        if not any(isinstance(value, Schedule) for value in given):
            self._groups[prefix] = made
            return made
        same = self._groups.setdefault((prefix, "made"), {}).setdefault(made, made)
        self._groups[prefix, month] = same
        return same

    def digest(self) -> str:
        """A hex digest of all that can change a run's results, except its length and seeds.

        Titles, reported figures, sources, origins, months, replicates and seed do not count.
        """
        lines = [f"{kind}={','.join(names)}" for kind, names in (("platforms", self.platforms), ("sites", self.sites))]
        lines += [f"{key}={value!r}" for key, value in sorted(self.values.items()) if key not in NOT_DIGESTED]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def to_toml(self) -> str:
        """The scenario as one self-contained file, each key with its origin; loading it gives an equal scenario.

        Reported figures for months outside the run, which a file may not have, are left out.
        """
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"title = {toml_text(self.title)}"
        yield f"summary = {toml_text(self.summary)}"
        yield f"headline = [{', '.join(map(toml_text, self.headline))}]"
        for table, inner in itertools.groupby(self.values, key=lambda key: key.rpartition(".")[0]):
            yield f"\n{toml_table(table)}"
            for key in inner:
                yield f"{key.rpartition('.')[2]} = {self._written(key)}  # {self.origins[key]}"
        for figure in self.reported_figures.values():
            if not 0 <= self.month_of(figure.month) < self.months:
                continue
            yield f"\n{toml_table(f'figures.{figure.name}')}"
            yield f"value = {figure.value!r}"
            yield f"month = {toml_text(figure.month)}"
            yield f"bound = {toml_text(figure.bound)}"
            yield f"source = {toml_text(figure.source.kind)}"
            yield f"text = {toml_text(figure.source.text)}"
            if figure.stated:
                yield f"stated = {toml_text(figure.stated)}"
        if self.sources:
            yield "\n[sources]"
        for key, source in self.sources.items():
            yield f"{toml_text(key)} = {toml_text(f'{source.kind}: {source.text}')}"

    def _written(self, key: str) -> str:
        value = self.values[key]
        if not isinstance(value, Schedule):
            return toml_value(value)
        points = zip(value.months, value.values, strict=True)
        parts = [f"before = {toml_value(value.before)}"]
        parts += [f"{toml_text(self.calendar(month))} = {toml_value(point)}" for month, point in points]
        if value.linear:
            parts.append('shape = "linear"')
        return f"{{ {', '.join(parts)} }}"

    def __hash__(self) -> int:
        return hash(self.digest())

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_groups": {}}


def _as(kind: type, value: Value, key: str) -> Value:
    """A value in its declared type: an int becomes a float where one is declared."""
    if type(value) is kind:
        return value
    if kind is float and type(value) is int:
        return float(value)
    message = f"{shown(value)} is a {type(value).__name__}, allowed: a {kind.__name__}"
    raise ScenarioError([Fault("Scenario", 0, key, message)])
