"""The keys that a scenario file may have, with their declarations, from a catalogue."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import get_args

from sim.catalogue import Catalogue
from sim.declare import Kind, Parameter, Source, declared
from sim.scenario.faults import key_text

Path = tuple[str, ...]

MONTH = "YYYY-MM"
KINDS: tuple[Kind, ...] = get_args(Kind)
BOUNDS = ("about", "at least", "at most")
_USER = Source("assumption", "the scenario's author")
_WORD_CUTOFF = 0.6
_KEY_CUTOFF = 0.8  # higher, as keys share the names of their tables
_LONGEST_WORD = 60  # a longer name is no typing error, and takes long to compare

# What a file may state about itself, beside the parameters.
ABOUT = {
    "extends": Parameter("", "", "scenario that this one builds on: a path relative to this file, or a name", _USER),
    "title": Parameter("", "", "what the scenario shows, in one line", _USER),
    "summary": Parameter("", "", "the same in a few lines", _USER),
}
HEADLINE = Parameter("", "", "names of the outcomes to show first", _USER)
REPORTED_FIGURE = {
    "value": Parameter(0.0, "unit of the outcome", "the figure that the outcome must meet", _USER),
    "month": Parameter("", MONTH, "month for which the figure is stated", _USER),
    "bound": Parameter("about", "", "whether the figure is a value or a bound", _USER, choices=BOUNDS),
    "source": Parameter("article", "", "kind of source", _USER, choices=KINDS),
    "text": Parameter("", "", "the source in words", _USER),
    "stated": Parameter("", "", "file of the parent that states the figure; empty where this file does", _USER),
}
FIGURES, SOURCES, RUN = "figures", "sources", "run"
START = f"{RUN}.start"


@dataclass(frozen=True)
class Leaf:
    """One key: its declaration, whether it may be a schedule, and whether the month "" (never) is allowed."""

    parameter: Parameter
    scheduled: bool = False
    never: bool = False


@dataclass(frozen=True)
class Known:
    """All keys that a scenario file may have."""

    groups: Mapping[str, type]
    named: Mapping[str, type]
    fixed: frozenset[str]
    outcomes: Mapping[str, str]  # unit by name
    _leaves: dict[Path, Leaf] = field(init=False, repr=False, compare=False, default_factory=dict)
    _fields: dict[str, dict[str, Leaf]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _tables: dict[Path, list[str]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name, parameter in ABOUT.items():
            self._add((name,), Leaf(parameter))
        self._add(("headline",), Leaf(HEADLINE))
        for prefix, group in self.groups.items():
            for name, parameter in declared(group).items():
                self._add((*prefix.split("."), name), self._leaf(prefix, name, parameter))
        for kind, group in self.named.items():
            self._fields[kind] = {name: self._leaf(kind, name, it) for name, it in declared(group).items()}
        self._fields[FIGURES] = {name: Leaf(parameter) for name, parameter in REPORTED_FIGURE.items()}
        for kind in (*self._fields, SOURCES):
            self._tables[(kind,)] = []
            self._tables[()].append(kind)

    def _leaf(self, prefix: str, name: str, parameter: Parameter) -> Leaf:
        key = f"{prefix}.{name}"
        fixed = any(key == part or key.startswith(f"{part}.") for part in self.fixed)
        structural = parameter.type is str or (parameter.type is bool and name != "enabled")
        return Leaf(parameter, scheduled=not fixed and not structural, never=key != START)

    def _add(self, path: Path, leaf: Leaf) -> None:
        self._leaves[path] = leaf
        for length in range(len(path)):
            names = self._tables.setdefault(path[:length], [])
            if path[length] not in names:
                names.append(path[length])

    def leaf(self, path: Path) -> Leaf | None:
        """The declaration of a key; None if the path is a table or unknown."""
        if len(path) == 3 and path[0] in self._fields:
            return self._fields[path[0]].get(path[2])
        return self._leaves.get(path)

    def is_table(self, path: Path) -> bool:
        """Whether the path is that of a table."""
        return path in self._tables or (len(path) == 2 and path[0] in self._fields)

    def names_in(self, path: Path) -> list[str]:
        """The names in a table; none where the user chooses them."""
        if len(path) == 2 and path[0] in self._fields:
            return list(self._fields[path[0]])
        return self._tables.get(path, [])

    def parameters(self, names: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Leaf]]:
        """Every parameter's key and declaration, in order, with the platforms and sites of these names."""
        for prefix, group in self.groups.items():
            for name in declared(group):
                yield f"{prefix}.{name}", self._leaves[(*prefix.split("."), name)]
        for kind in self.named:
            for chosen in names.get(kind, ()):
                for name, leaf in self._fields[kind].items():
                    yield f"{kind}.{chosen}.{name}", leaf

    def nearest(self, path: Path) -> str:
        """The known key most similar to an unknown one; empty if none is similar."""
        table, word = path[:-1], path[-1]
        if len(word) > _LONGEST_WORD:
            return ""
        here = difflib.get_close_matches(word, self.names_in(table), n=1, cutoff=_WORD_CUTOFF)
        if here:
            return key_text((*table, here[0]))
        # The right name in another table, or with part of the table's name left out.
        ends = [key_text(known) for known in (*self._leaves, *self._tables) if known and known[-1] == word]
        near = difflib.get_close_matches(key_text(path), ends, n=1, cutoff=0.0)
        near = near or difflib.get_close_matches(key_text(path), map(key_text, self._leaves), n=1, cutoff=_KEY_CUTOFF)
        return near[0] if near else ""


def meant(word: str, allowed: Collection[str]) -> str:
    """The end of a message about an unknown name: the most similar one, or all that are allowed."""
    near = difflib.get_close_matches(word, allowed, n=1, cutoff=_WORD_CUTOFF) if len(word) <= _LONGEST_WORD else []
    return f"did you mean {near[0]}?" if near else f"allowed: {', '.join(allowed) or 'none'}"


@cache
def known(catalogue: Catalogue) -> Known:
    """The keys that a scenario file of this catalogue may have."""
    units = {name: outcome.unit for name, outcome in catalogue.outcomes.items()}
    return Known(catalogue.parameter_groups, catalogue.named, catalogue.fixed, units)


@lru_cache(maxsize=64)
def types(catalogue: Catalogue, platforms: tuple[str, ...], sites: tuple[str, ...]) -> dict[str, type]:
    """The declared type of every key of a scenario with these platforms and sites."""
    named = {"platforms": platforms, "sites": sites}
    return {key: leaf.parameter.type for key, leaf in known(catalogue).parameters(named)}
