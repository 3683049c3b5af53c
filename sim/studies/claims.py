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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sim.catalogue import Catalogue
from sim.declare import Outcome, Parameter, Source
from sim.model.catalogue import load
from sim.scenario import Fault, Scenario, ScenarioError
from sim.scenario.extending import SUFFIX, folders
from sim.scenario.keys import Leaf, meant
from sim.scenario.reading import Document, read
from sim.studies.designs import outcome_faults
from sim.studies.tables import TableReader

FOLDER = "claims"  # of the scenarios' folder
SIGNS = {"more": 1, "less": -1}
_ROOT = ("title", "scenario", "control", "assumptions", "claims")
_CLAIM = ("claim", "outcome", "unit", "sign", "mechanisms")


@dataclass(frozen=True)
class Claim:
    """That a scenario has more or less of an outcome than its control, because of some mechanisms.

    Attributes
    ----------
    name
        Its name in the file.
    text
        The claim in words.
    outcome, unit
        The outcome, in the last month, and its unit.
    sign
        +1 for more, -1 for less.
    mechanisms
        The mechanisms that should carry the difference.
    """

    name: str
    text: str
    outcome: str
    unit: str
    sign: int
    mechanisms: tuple[str, ...]


class Question(NamedTuple):
    """What a file of claims asks, before its scenarios are loaded.

    Attributes
    ----------
    title
        Its title.
    scenario, control
        The scenarios, as the file names them.
    claims
        The claims in words.
    """

    title: str
    scenario: str
    control: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Claims:
    """A file of claims as resolved, all about the same two scenarios.

    Attributes
    ----------
    name, title
        Name of the file, and its title.
    scenario, control
        The scenario, and the one that it is compared with.
    assumptions
        Assumptions that are moved: keys, or ``"KEY=low:high"``.
    claims
        The claims in order.
    """

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
    for folder in folders():
        for file in sorted((folder / FOLDER).glob(f"*{SUFFIX}")):
            shipped.setdefault(file.stem, file)
    if not asked:
        return list(shipped.values())
    unknown = [it for it in asked if it not in shipped and not it.endswith(SUFFIX)]
    if unknown:
        raise ScenarioError(
            Fault("claims", 0, it, f"no claims of this name, {meant(it, shipped)}, or a file in TOML") for it in unknown
        )
    return [shipped.get(it, Path(it)) for it in asked]


def question_of(file: Path) -> Question:
    """What a file of claims asks; ScenarioError with every fault of these texts."""
    document = read(str(file))
    if document.faults:
        raise ScenarioError(document.faults)
    reader = _Texts(document)
    title, scenario, control = (reader.text((key,)) for key in ("title", "scenario", "control"))
    claims = tuple(reader.text(("claims", name, "claim")) for name in reader.tables("claims"))
    if reader.faults:
        raise ScenarioError(reader.faults)
    return Question(title, scenario, control, claims)


def questions() -> dict[Path, Question]:
    """What is asked, by file, of all files that ask something.

    A scenario may stand beside the claims on it, and a file may have a fault, which ``sim claims`` says.
    """
    found = {}
    for file in files_of():
        with suppress(ScenarioError):
            found[file] = question_of(file)
    return found


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


class _Texts(TableReader):
    def text(self, path: tuple[str, ...], *choices: str) -> str:
        """A text that the file must have."""
        leaf = Leaf(Parameter("", "", path[-1], Source("assumption", "the claims' author"), choices=choices))
        before = len(self.faults)
        found = str(self.value(path, leaf, ""))
        if not found and len(self.faults) == before:
            self.refuse(path, f"is missing, allowed: {', '.join(choices) or 'text'}")
        return found


class _Reader(_Texts):
    def __init__(
        self, document: Document, catalogue: Catalogue, outcomes: Mapping[str, Outcome], given: Mapping[str, Any]
    ) -> None:
        super().__init__(document)
        self.catalogue, self.outcomes, self.given = catalogue, outcomes, given
        prefix, end = "mechanisms.", ".enabled"
        keys = (key for key, _ in catalogue.parameters() if key.startswith(prefix) and key.endswith(end))
        self.switched = [key.removeprefix(prefix).removesuffix(end) for key in keys]

    def all(self, name: str) -> Claims:
        self.unknown((), self.table, _ROOT)
        title = self.text(("title",))
        scenario, control = self.scenario("scenario"), self.scenario("control")
        assumptions = self.names(("assumptions",), "an array of keys")
        claims = [self.claim(it) for it in self.tables("claims")]
        if not claims:
            self.refuse(("claims",), "has no claim, allowed: at least one [claims.NAME]")
        if scenario and control and scenario.calendar(0) != control.calendar(0):
            self.refuse(("control",), f"starts in {control.calendar(0)}, allowed: {scenario.calendar(0)} as scenario")
        if self.faults or scenario is None or control is None:
            raise ScenarioError(self.faults)
        return Claims(name, title, scenario, control, assumptions, tuple(claims))

    def scenario(self, side: str) -> Scenario | None:
        """The scenario that the file names: one of the list, or a file relative to this one."""
        name = self.text((side,))
        if not name:
            return None
        file = Path(self.document.path).parent / name if name.endswith(SUFFIX) else name
        try:
            return load(file, self.given, catalogue=self.catalogue)
        except ScenarioError as error:
            self.faults += error.faults
            return None

    def claim(self, name: str) -> Claim:
        path = ("claims", name)
        self.unknown(path, self.table["claims"][name], _CLAIM)
        said, outcome, unit = (self.text((*path, key)) for key in ("claim", "outcome", "unit"))
        sign = self.text((*path, "sign"), *SIGNS)
        mechanisms = self.names((*path, "mechanisms"), "an array of mechanisms")
        if not mechanisms:
            self.refuse((*path, "mechanisms"), "names none, allowed: the mechanisms that should carry it")
        for one in mechanisms:
            if one not in self.switched:
                self.refuse((*path, "mechanisms"), f"{one} is no mechanism with a switch, {meant(one, self.switched)}")
        known = self.outcomes.get(outcome)
        for fault in outcome_faults("", [outcome] if outcome else [], self.outcomes):
            self.refuse((*path, "outcome"), f'"{outcome}" {fault.message}')
        if known and unit and unit != known.unit:
            self.refuse((*path, "unit"), f'"{unit}" is not the outcome\'s, allowed: {known.unit}')
        return Claim(name, said, outcome, unit, SIGNS.get(sign, 0), mechanisms)
