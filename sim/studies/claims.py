"""Claims as files: a question about two scenarios, and for each claim the outcome, its sign and what should carry it.

::

    title = "A vacated site"
    scenario = "shougang"
    control = "shougang-idle"
    assumptions = ["sites.shougang.rent", "market.outside_rent=0.0003:0.0009"]

    [claims.startups]
    claim = "Idle space lets enterprises emerge."
    outcome = "startups_net"
    unit = "enterprises"
    sign = "more"
    mechanisms = ["letting"]

``assumptions`` are keys, patterns such as ``market.*``, or ``KEY=low:high``; where the file has none, all numbers in
force whose source is an assumption or a fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.catalogue import Catalogue
from sim.declare import Outcome, Parameter, Source
from sim.model.catalogue import load
from sim.scenario import Fault, Scenario, ScenarioError
from sim.scenario.extending import SUFFIX, folders
from sim.scenario.keys import Leaf, meant
from sim.scenario.reading import Document, read
from sim.scenario.values import Wrong, checked, names
from sim.studies.designs import outcome_faults

FOLDER = "claims"  # of the scenarios' folder
SIGNS = {"more": 1, "less": -1}
_ROOT = ("title", "scenario", "control", "assumptions", "claims")
_CLAIM = ("claim", "outcome", "unit", "sign", "mechanisms")


@dataclass(frozen=True)
class Claim:
    """That a scenario has more or less of an outcome than its control, because of some mechanisms."""

    name: str
    text: str
    outcome: str
    unit: str
    sign: int
    mechanisms: tuple[str, ...]


@dataclass(frozen=True)
class Claims:
    """A file of claims as resolved, all about the same two scenarios."""

    name: str
    title: str
    scenario: Scenario
    control: Scenario
    assumptions: tuple[str, ...]
    claims: tuple[Claim, ...]

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """All mechanisms that some claim names."""
        return tuple(dict.fromkeys(name for claim in self.claims for name in claim.mechanisms))


def files_of(asked: Sequence[str] = ()) -> list[Path]:
    """The files of claims of these names or paths; all that are shipped where none is named.

    Raises
    ------
    ScenarioError
        Where a name is none of them.

    """
    shipped: dict[str, Path] = {}
    for place in folders():
        for file in sorted((place / FOLDER).glob(f"*{SUFFIX}")):
            shipped.setdefault(file.stem, file)
    if not asked:
        return list(shipped.values())
    unknown = [it for it in asked if it not in shipped and not it.endswith(SUFFIX)]
    if unknown:
        raise ScenarioError(
            Fault("claims", 0, it, f"no claims of this name, {meant(it, shipped)}, or a file in TOML") for it in unknown
        )
    return [shipped.get(it, Path(it)) for it in asked]


def read_claims(file: Path, catalogue: Catalogue, outcomes: Mapping[str, Outcome], given: Mapping[str, Any]) -> Claims:
    """Read a file of claims; ``given`` values stand for those of both scenarios.

    Raises
    ------
    ScenarioError
        With every fault of the file and of its scenarios.

    """
    document = read(str(file))
    if document.faults:
        raise ScenarioError(document.faults)
    return _Reader(document, catalogue, outcomes, given).all(file.stem)


class _Reader:
    def __init__(
        self, document: Document, catalogue: Catalogue, outcomes: Mapping[str, Outcome], given: Mapping[str, Any]
    ) -> None:
        self.document, self.catalogue, self.outcomes, self.given = document, catalogue, outcomes, given
        self.faults: list[Fault] = []

    def all(self, name: str) -> Claims:
        table = self.document.table
        self.unknown((), table, _ROOT)
        title = self.text((), "title", table)
        sides = [self.scenario(table, side) for side in ("scenario", "control")]
        assumptions = self.names((), "assumptions", table, "an array of keys") if "assumptions" in table else ()
        claims = [self.claim(it) for it in self.tables(table)]
        scenario, control = sides
        if scenario and control and scenario.calendar(0) != control.calendar(0):
            self.refuse(("control",), f"starts in {control.calendar(0)}, allowed: {scenario.calendar(0)} as scenario")
        if self.faults:
            raise ScenarioError(self.faults)
        assert scenario
        assert control
        return Claims(name, title, scenario, control, assumptions, tuple(claims))

    def refuse(self, path: tuple[str, ...], message: str) -> None:
        self.faults.append(self.document.fault(path, message))

    def unknown(self, path: tuple[str, ...], table: Mapping[str, Any], allowed: Sequence[str]) -> None:
        for name in table:
            if name not in allowed:
                self.refuse((*path, name), f"unknown key, {meant(name, allowed)}")

    def text(self, path: tuple[str, ...], name: str, table: Mapping[str, Any], *choices: str) -> str:
        """A text that the file must have."""
        leaf = Leaf(Parameter("", "", name, Source("assumption", "the claims' author"), choices=choices))
        if name not in table:
            self.refuse((*path, name), f"is missing, allowed: {', '.join(choices) or 'text'}")
            return ""
        try:
            return str(checked(table[name], leaf))
        except Wrong as wrong:
            self.refuse((*path, name), str(wrong))
            return ""

    def names(self, path: tuple[str, ...], name: str, table: Mapping[str, Any], allowed: str) -> tuple[str, ...]:
        """An array of texts that the file must have."""
        if name not in table:
            self.refuse((*path, name), f"is missing, allowed: {allowed}")
            return ()
        try:
            return names(table[name], allowed)
        except Wrong as wrong:
            self.refuse((*path, name), str(wrong))
            return ()

    def scenario(self, table: Mapping[str, Any], side: str) -> Scenario | None:
        """The scenario that the file names: one of the list, or a file relative to this one."""
        name = self.text((), side, table)
        if not name:
            return None
        beside = Path(self.document.path).parent / name
        try:
            return load(beside if name.endswith(SUFFIX) else name, self.given, catalogue=self.catalogue)
        except ScenarioError as error:
            self.faults += error.faults
            return None

    def tables(self, table: Mapping[str, Any]) -> list[str]:
        found = table.get("claims")
        if not isinstance(found, dict) or not found:
            self.refuse(("claims",), "has no claim, allowed: at least one [claims.NAME]")
            return []
        for name, inner in found.items():
            if not isinstance(inner, dict):
                self.refuse(("claims", name), f"is no table, allowed: [claims.{name}]")
        return [name for name, inner in found.items() if isinstance(inner, dict)]

    def claim(self, name: str) -> Claim:
        path, table = ("claims", name), self.document.table["claims"][name]
        self.unknown(path, table, _CLAIM)
        said = self.text(path, "claim", table)
        outcome = self.text(path, "outcome", table)
        unit = self.text(path, "unit", table)
        sign = self.text(path, "sign", table, *SIGNS)
        switches = {
            key.split(".")[1]: key
            for key, _ in self.catalogue.parameters()
            if key.startswith("mechanisms.") and key.endswith(".enabled")
        }
        mechanisms = self.names(path, "mechanisms", table, "an array of mechanisms")
        if "mechanisms" in table and not mechanisms and isinstance(table["mechanisms"], list):
            self.refuse((*path, "mechanisms"), "names none, allowed: the mechanisms that should carry it")
        for one in mechanisms:
            if one not in switches:
                self.refuse((*path, "mechanisms"), f"{one} is no mechanism with a switch, {meant(one, switches)}")
        if outcome:
            unknown = outcome_faults("", [outcome], self.outcomes)
            for fault in unknown:
                self.refuse((*path, "outcome"), f'"{outcome}" {fault.message}')
            if not unknown and unit and unit != self.outcomes[outcome].unit:
                self.refuse((*path, "unit"), f'"{unit}" is not the outcome\'s, allowed: {self.outcomes[outcome].unit}')
        return Claim(name, said, outcome, unit, SIGNS.get(sign, 0), mechanisms)
