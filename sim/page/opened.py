"""Scenarios of a visitor: shipped ones by name, and a file that was opened; the variants that are asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.letters import cut, file_word
from sim.model.catalogue import load
from sim.page.asked import FILE, Asked, Changed, Unclear, refuse_half_letters
from sim.page.controls import leaf_of
from sim.runs.branch import branched
from sim.runs.names import made_up
from sim.scenario import Fault, Scenario, ScenarioError
from sim.scenario.extending import shipped_files
from sim.scenario.reading import LARGEST
from sim.studies.questions.what_if import Variant
from sim.studies.questions.what_if import asked as asked_of
from sim.units import parameter_unit, with_unit

MOST_ENTERPRISES = 100_000  # of a scenario: its worlds are kept in memory
MOST_MONTHS = 720
_MOST_FILES = 5  # of a visitor
_LONGEST_NAME = 60  # letters of the name of one


class NotOpen(Unclear):
    """A file of a visitor's own that is asked for and is not open."""


class Files:
    """The scenarios that a visitor may open: shipped ones, the one that the command named, and one of their own."""

    def __init__(self, named: Mapping[str, Path]) -> None:
        self._named = dict(named)
        self._folder: TemporaryDirectory[str] | None = None
        self._own: dict[str, Path] = {}

    def close(self) -> None:
        """Remove the files that were opened."""
        self._own.clear()
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def add(self, name: str, text: str) -> str:
        """Open a file of the visitor's own; the name by which it is asked for."""
        refuse_half_letters([name, text])
        if len(text.encode()) > LARGEST:
            raise Unclear(f"{name}: has over {LARGEST:,} bytes, allowed: at most {LARGEST:,}")
        try:
            parent = tomllib.loads(text).get("extends", "")
        except (ValueError, RecursionError):
            parent = ""  # said with its line when it is loaded, as is one that is no text
        if isinstance(parent, str) and parent and parent not in shipped_files():
            message = f'"{parent}" is not on this page, allowed: a name from the list of scenarios'
            raise ScenarioError([Fault(name, 0, "extends", message)])
        self._folder = self._folder or TemporaryDirectory(prefix="sim-app-")
        path = Path(self._folder.name) / f"{cut(file_word(name), _LONGEST_NAME)}.toml"
        path.write_text(text, encoding="utf-8")
        self._own[f"{FILE}{path.name}"] = path
        while len(self._own) > _MOST_FILES:  # the last ones stay: where this one is wrong, the one before is asked for
            self._own.pop(next(iter(self._own))).unlink(missing_ok=True)
        return f"{FILE}{path.name}"

    def path(self, name: str) -> str:
        """What is loaded for a name; raises Unclear where it is not there."""
        if found := self._own.get(name) or self._named.get(name):
            return str(found)
        if name.startswith(FILE):
            message = "is not open here, and a link carries no file, allowed: open it, and the link is followed"
            raise NotOpen(f"{name.removeprefix(FILE)}: {message}")
        if name not in shipped_files():
            raise Unclear(f"{name}: no scenario of this name, allowed: one from the list, or a file that is opened")
        return name

    def load(self, name: str, changes: Mapping[str, Any] | None = None, months: int = 0) -> Scenario:
        """A scenario, over its own months or so many; ScenarioError with its faults, which name no folder."""
        path = self.path(name)
        if months > MOST_MONTHS:  # the page's own limit, before that of a scenario file
            raise ScenarioError([_too_many(name, "run.months", months, MOST_MONTHS)])
        try:
            return self._fitting(load(path, {**(changes or {}), **_months(months)}), name)
        except ScenarioError as error:
            raise ScenarioError([replace(it, file=Path(it.file).name) for it in error.faults]) from None

    @staticmethod
    def _fitting(scenario: Scenario, name: str) -> Scenario:
        """The scenario, where the page can hold its worlds."""
        size, months = int(scenario.group("population").enterprises), scenario.months
        limits = (("population.enterprises", size, MOST_ENTERPRISES), ("run.months", months, MOST_MONTHS))
        if faults := [_too_many(name, key, value, most) for key, value, most in limits if value > most]:
            raise ScenarioError(faults)
        return scenario

    def variants(self, base: Scenario, asked: Asked) -> list[tuple[Scenario, int]]:
        """Each variant's scenario and the first month in which it may differ; ScenarioError with the faults of all."""
        found, faults = [], []
        for it in asked.variants:
            try:
                found.append(self._variant(base, asked, it))
            except ScenarioError as error:
                faults += [replace(fault, file=it.name) for fault in error.faults]
        if faults:
            raise ScenarioError(faults)
        return found

    def _variant(self, base: Scenario, asked: Asked, it: Changed) -> tuple[Scenario, int]:
        start = self.load(it.of, months=asked.months) if it.of else base
        if faults := [fault for key, value in it.changes.items() if (fault := _fault(start, it.name, key, value))]:
            raise ScenarioError(faults)
        if it.since:
            return self._branch(base, asked, it)
        if not it.changes and not it.of:
            return base, 0
        given = dict(it.changes) if not it.of else self.load(it.of, it.changes, asked.months)
        (made,), _ = asked_of(base, [Variant(given)], (), ())
        if it.of and it.changes:
            made = replace(made, name=made_up(made.name, it.changes))
        return self._fitting(made, it.name), 0

    def _branch(self, base: Scenario, asked: Asked, it: Changed) -> tuple[Scenario, int]:
        """The baseline with the changes from a month on; its past is the baseline's."""
        month = base.month_of(it.since)
        if it.of:
            message = "is another scenario, allowed: changes of the baseline, where they are from a month on"
            raise ScenarioError([Fault(it.name, 0, it.of, message)])
        if not 0 < month < base.months:
            message = f"is not within the run, allowed: {base.calendar(1)} to {base.calendar(base.months - 1)}"
            raise ScenarioError([Fault(it.name, 0, it.since, message)])
        name = made_up(base.name, {**it.changes, "from": it.since})
        changes = {**it.changes, **_months(asked.months)}
        return branched(Path(self.path(asked.scenario)), base.catalogue, name, month, changes), month


def _too_many(place: str, key: str, value: int, most: int) -> Fault:
    return Fault(place, 0, key, f"{value:,} is too many for the page, allowed: at most {most:,}; sim run takes more")


def _months(months: int) -> dict[str, int]:
    return {"run.months": months} if months else {}


def _fault(scenario: Scenario, place: str, key: str, value: Any) -> Fault | None:
    """A number out of its bounds, said in the everyday unit; all else is left to loading."""
    leaf = leaf_of(scenario, key)
    if leaf is None:
        return Fault(place, 0, key, "is not in this scenario, allowed: a key that it has")
    if key.startswith("run."):
        return Fault(place, 0, key, "is the same in all that are compared, allowed: any other key")
    it = leaf.parameter
    numbers = [part for part in (value.values() if isinstance(value, dict) else [value])
               if isinstance(part, int | float) and not isinstance(part, bool)]  # fmt: skip
    if it.type not in (int, float):
        return None
    for number in numbers:
        if (it.low is not None and number < it.low) or (it.high is not None and number > it.high):
            unit = parameter_unit(it.unit, [number, *(it.plausible or ())])
            ends = [with_unit(unit.number(end), unit.unit) for end in (it.low, it.high) if end is not None]
            side = "least" if it.low is not None else "most"
            allowed = " to ".join(ends) if len(ends) == 2 else f"at {side} {ends[0]}"
            said = with_unit(unit.number(number), unit.unit)
            return Fault(place, 0, key, f"{said} is out of bounds, allowed: {allowed}")
    return None
