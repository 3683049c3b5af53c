"""One layer of a scenario: the keys of a file, or the overrides, checked against the catalogue."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from sim.declare import DeprecatedKey, Source, Value
from sim.letters import is_plain
from sim.scenario import keys, months, values
from sim.scenario.deprecated import renamed
from sim.scenario.faults import OVERRIDE, Fault, key_text, printable, shown
from sim.scenario.keys import Known, Leaf, Path
from sim.scenario.values import InvalidValue

LONGEST = 40  # letters of the name of a platform or site
_MOST_SUGGESTIONS = 50  # a search takes long in a file of thousands of unknown keys


@dataclass(frozen=True)
class Points:
    """A schedule as written: months, values, and the value before the first (None: that of the layer below)."""

    months: tuple[str, ...]
    values: tuple[Value, ...]
    linear: bool
    before: Value | None


@dataclass
class Layer:
    """What a file or the overrides set: values by path, names of tables, paths with a fault, and the faults."""

    file: str  # as the user gave it, or "--set"
    line: Callable[[Path], int] = lambda _: 0
    whole: bool = True  # whether all of the file could be read
    entries: dict[Path, Value | Points | tuple[str, ...]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    names: dict[str, dict[str, None]] = field(default_factory=dict)
    removed: list[Path] = field(default_factory=list)  # tables of a parent that are left out
    wrong: set[Path] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    written: dict[Path, Path] = field(default_factory=dict)  # the old name of a key that is given under it

    def __post_init__(self) -> None:
        """A key that is given under its old name has that one's line."""
        written, line = self.written, self.line
        self.line = lambda path: line(written.get(path, path))

    @property
    def name(self) -> str:
        """The file without its folder."""
        return printable(PurePath(self.file).name)

    def location(self, path: Path) -> str:
        """The file and line that set a key, such as ``shougang.toml:12``."""
        return f"{self.name}:{self.line(path)}" if self.line(path) else self.name

    def refuse(self, path: Path, message: str, line_of: Path | None = None) -> None:
        """Record a fault of one key, on its line or on that of another key."""
        self.wrong.add(path)
        self.faults.append(Fault(self.file, self.line(line_of or path), key_text(path), message))


def fill(layer: Layer, table: dict[str, Any], known: Known) -> Layer:
    """Check every key of a table and put the valid ones into the layer."""
    _Checker(layer, known).table((), table)
    return layer


class _Checker:
    def __init__(self, layer: Layer, known: Known) -> None:
        self.layer = layer
        self.known = known
        self.suggestions = 0

    def table(self, path: Path, table: dict[str, Any]) -> None:
        for name, value in table.items():
            self.key((*path, name), value)

    def present(self, path: Path) -> Path:
        """The key that is meant, with a remark where it is given under its old name."""
        found = None if self.known.leaf(path) else renamed(path)
        if found is None:
            return path
        now, entry = found
        if now in self.layer.entries:
            self.layer.refuse(path, f"is the old name of {key_text(now)}, which is given too, allowed: one of them")
        self.layer.written[now] = path
        warnings.warn(
            f"{self.layer.location(now)}: {key_text(path)} is now {key_text(now)}; sim {entry.gone} will not know the "
            "old name",
            DeprecatedKey,
            stacklevel=2,
        )
        return now

    def key(self, path: Path, value: Any) -> None:
        path = self.present(path)
        leaf = self.known.leaf(path)
        if path == ("headline",):
            self.headline(path, value)
        elif leaf:
            self.leaf(path, leaf, value)
        elif not self.known.is_table(path):
            self.unknown(path, value)
        elif value is False and self.may_be_removed(path):
            self.layer.removed.append(path)
        elif not isinstance(value, dict):
            removed = ", or false to leave out a parent's" if self.may_be_removed(path) else ""
            self.layer.refuse(path, f"{shown(value)} is no table, allowed: a table, [{key_text(path)}]{removed}")
        elif path == (keys.SOURCES,):
            for key, text in _flat((), value):
                self.source(key, text)
        elif len(path) == 2 and path[0] in (*self.known.named, keys.FIGURES):
            self.name(path, value)
        else:
            self.table(path, value)

    def may_be_removed(self, path: Path) -> bool:
        """Whether ``false`` stands for no such platform, site or figure: not in an override, which extends nothing."""
        return len(path) == 2 and path[0] in (*self.known.named, keys.FIGURES) and self.layer.file != OVERRIDE

    def name(self, path: Path, table: dict[str, Any]) -> None:
        kind, name = path
        outcomes = self.known.outcomes
        if kind == keys.FIGURES and name not in outcomes:
            self.layer.refuse(path, f"{shown(name)} is no outcome, {self.meant(name, outcomes)}")
        elif not is_plain(name, LONGEST):
            allowed = f"allowed: at most {LONGEST} letters, digits, - and _, a letter first"
            self.layer.refuse(path, f"{shown(name)} is not a plain word, {allowed}")
        else:
            self.layer.names.setdefault(kind, {})[name] = None
            self.table(path, table)

    def unknown(self, path: Path, value: Any) -> None:
        what = "table" if isinstance(value, dict) else "key"
        near = self.known.nearest(path) if self.may_suggest() else ""
        allowed = ", ".join(self.known.names_in(path[:-1]))
        message = f"unknown {what}, " + (f"did you mean {near}?" if near else f"allowed here: {allowed}")
        if path[:-1] == ("mechanisms",):
            message += " A mechanism of your own is known where its file is given: --with FILE"
        self.layer.refuse(path, message)

    def may_suggest(self) -> bool:
        self.suggestions += 1
        return self.suggestions <= _MOST_SUGGESTIONS

    def meant(self, word: str, allowed: Collection[str]) -> str:
        return keys.meant(word, allowed) if self.may_suggest() else "allowed: the name of an outcome"

    def leaf(self, path: Path, leaf: Leaf, value: Any) -> None:
        if isinstance(value, dict) and path[0] not in (*keys.ABOUT, keys.FIGURES):
            self.schedule(path, leaf, value)
        elif (found := self.part(path, leaf, value)) is not None:
            self.layer.entries[path] = found

    def headline(self, path: Path, value: Any) -> None:
        known = self.known.outcomes
        try:
            self.layer.entries[path] = names = values.names(value, 'an array such as ["startups", "jobs"]')
        except InvalidValue as wrong:
            self.layer.refuse(path, str(wrong))
            return
        for name in names:
            if name not in known:
                self.layer.refuse(path, f"{shown(name)} is no outcome, {self.meant(name, known)}")

    def schedule(self, path: Path, leaf: Leaf, table: dict[str, Any]) -> None:
        if not leaf.scheduled:
            self.layer.refuse(path, f"cannot change over the months, allowed: {values.allowed(leaf)}")
            return
        faults = len(self.layer.faults)
        shape = table.get("shape", "step")
        if shape not in ("step", "linear"):
            self.layer.refuse((*path, "shape"), f'{shown(shape)} is no shape, allowed: "step" or "linear"')
        elif shape == "linear" and leaf.parameter.type is not float:
            self.layer.refuse((*path, "shape"), '"linear" is for numbers with decimals, allowed: "step"')
        before = self.part((*path, "before"), leaf, table["before"]) if "before" in table else None
        points = {date: value for date, value in table.items() if date not in ("shape", "before")}
        if not points:
            self.layer.refuse(path, 'is a schedule without a month, allowed: { "2013-01" = value, ... }')
            return
        dates = self.dates(path, points)
        found = [self.part((*path, date), leaf, value) for date, value in points.items()]
        if len(self.layer.faults) == faults:
            complete = tuple(value for value in found if value is not None)
            self.layer.entries[path] = Points(dates, complete, shape == "linear", before)

    def dates(self, path: Path, points: dict[str, Any]) -> tuple[str, ...]:
        latest = ""
        for date in points:
            if not months.is_month(date):
                allowed = 'allowed: months such as "2013-01", and shape and before'
                self.layer.refuse((*path, date), f"{shown(date)} is not a month, {allowed}")
            elif date < latest:
                self.layer.refuse((*path, date), f"comes after {latest}, allowed: months in order")
            else:
                latest = date
        return tuple(points)

    def part(self, path: Path, leaf: Leaf, value: Any) -> Value | None:
        try:
            return values.checked(value, leaf)
        except InvalidValue as wrong:
            self.layer.refuse(path, str(wrong))
            return None

    def source(self, path: Path, text: Any) -> None:
        path_of_source = (keys.SOURCES, *path)
        parameter = tuple(part for name in path for part in name.split("."))
        if parameter[0] in (*keys.ABOUT, keys.FIGURES, "headline") or not self.known.leaf(parameter):
            near = self.known.nearest(parameter) if len(parameter) > 1 and self.may_suggest() else ""
            mean = f"did you mean {near}?" if near else "allowed: the key of a parameter"
            self.layer.refuse(path_of_source, f"{shown('.'.join(parameter))} is no parameter, {mean}")
            return
        said, _, words = text.partition(":") if isinstance(text, str) else ("", "", "")
        kind = next((kind for kind in keys.KINDS if kind == said.strip()), None)
        if kind is None or not words.strip():
            allowed = f'allowed: "KIND: words", where KIND is {" or ".join(keys.KINDS)}'
            self.layer.refuse(path_of_source, f"{shown(text)} names no kind of source with words, {allowed}")
        else:
            self.layer.sources[".".join(parameter)] = Source(kind, " ".join(words.split()))


def _flat(path: Path, table: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The keys of [sources], written as "a.b" or as nested tables."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat((*path, name), value)
        else:
            yield (*path, name), value
