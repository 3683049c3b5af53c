"""The targets of a calibration and its free parameters: a TOML file, read with every fault at once.

::

    title = "The defaults"

    [calibration]
    budget = 400

    [keys."mechanisms.entry.ideas_per_thousand"]
    low = 5.0
    high = 40.0
    scale = "log"

    [targets.growth_shape]
    fact = "growth_shape"                       # a check of the facts: the middle of its band, a quarter of its width

    [targets.jobs]
    outcome = "jobs"
    months = ["2011-01", "2012-12"]             # the mean over these months; or one month, or "last"
    value = 1.7e8
    tolerance = 1e7
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.declare import Outcome, Parameter, Source, Value
from sim.evidence.facts import APPRAISED, LAST, Check, checks, measured
from sim.language import tr
from sim.model.catalogue import load
from sim.runs.replicate import Cells
from sim.scenario import Fault, Scenario, ScenarioError, Schedule, months
from sim.scenario.faults import shown
from sim.scenario.keys import BOUNDS, Leaf, meant
from sim.scenario.reading import Document, read
from sim.scenario.values import InvalidValue, allowed, checked
from sim.studies.designs import leaf_of
from sim.studies.quantities import amount
from sim.studies.tables import TableReader

FORMS = ("value", "difference", "relative")
SCALES = ("linear", "log")
DIGITS = 6  # of a candidate's value: the last bits differ between processors
_KEYS = "--keys"
_USER = Source("assumption", "the targets' author")


def _in(leaf: Leaf, unit: str) -> Leaf:
    """A rule for a number in a unit, which may be written as a quantity."""
    return replace(leaf, parameter=replace(leaf.parameter, unit=unit))


def _rule(default: Value, meaning: str, low: float | None = None, high: float | None = None, *choices: str) -> Leaf:
    return Leaf(Parameter(default, "", meaning, _USER, low, high, choices=choices))


SETTINGS = {
    "budget": _rule(400, "candidates that are tried, in the search and for the posterior", 8, 1_000_000),
    "search": _rule(0.4, "share of the budget that the search has; the posterior has the rest", 0.05, 0.95),
    "batch": _rule(8, "candidates that the search tries at once", 1, 1_000),
    "generations": _rule(6, "times that the posterior's proposals are adapted", 1, 1_000),
    "rotation_budget": _rule(0, "candidates more without each group; 0: as many as the first fit", 0, 1_000_000),
    "replicates": _rule(4, "seeds on which every candidate is tried", 1, 10_000),
    "seed": _rule(1, "seed of the worlds, of the search and of the posterior's draws", 0, 2**63 - 1),
}
KEY = {
    "low": _rule(0.0, "lowest value to try"),
    "high": _rule(0.0, "highest value to try"),
    "scale": _rule("linear", "in which all values are equally likely beforehand", None, None, *SCALES),
}
TARGET = {
    "title": _rule("", "the target in words"),
    "group": _rule("", "with which others it is left out in a rotation"),
    "outcome": _rule("", "the outcome that is measured"),
    "per": _rule("", "an outcome by which that one is divided"),
    "scenario": _rule("", "the scenario in which it is measured: a name, or a file beside this one"),
    "against": _rule("", "a scenario from which the difference is taken, seed by seed"),
    "form": _rule("value", "a value, a difference, or a difference relative to the other value", None, None, *FORMS),
    "value": _rule(0.0, "what the mean over seeds should be"),
    "tolerance": _rule(0.0, "a deviation that is nothing to speak of: one standard deviation of the error"),
    "bound": _rule("about", "whether the value is one to meet, or a bound", None, None, *BOUNDS),
    "weight": _rule(1.0, "of the squared deviation in the misfit", 0.0),
}
_OF_A_FACT = ("title", "group", "value", "tolerance", "bound", "weight")  # what may be said beside `fact`
_MEASURED = ("value", "tolerance")  # in the unit of what is measured
_OTHER = ("fact", "months", "band")
_ROOT = ("title", "calibration", "keys", "targets")


@dataclass(frozen=True)
class Settings:
    """The size of a calibration, and its seed.

    Attributes
    ----------
    budget
        Number of candidates.
    search
        Share of them that the search has; the rest sample the posterior.
    batch, generations
        Candidates that are drawn at once, and generations of the sampler.
    rotation_budget
        Candidates of a fit without a group; 0 is as many as the first fit has.
    replicates
        Seeds for every candidate.
    seed
        Seed of the search and of the worlds.
    """

    budget: int = 400
    search: float = 0.4
    batch: int = 8
    generations: int = 6
    rotation_budget: int = 0
    replicates: int = 4
    seed: int = 1

    @property
    def searched(self) -> int:
        """Candidates of the search."""
        return max(1, min(self.budget - 1, round(self.budget * self.search)))

    @property
    def rotated(self) -> int:
        """Additional candidates of a fit without a group; at most as many as the first fit has."""
        return min(self.rotation_budget or self.budget, self.budget)


@dataclass(frozen=True)
class FreeParameter:
    """A key that is moved within a range.

    Attributes
    ----------
    key, unit
        The key and its declared unit.
    low, high
        Its range.
    log
        Whether it is moved on a scale of logarithms.
    whole
        Whether its values are whole numbers.
    scenarios
        The scenarios in which it is moved.
    inherited
        Whether these were not listed: they are those that leave it at the default, and the base.
    """

    key: str
    unit: str
    low: float
    high: float
    log: bool
    whole: bool
    scenarios: tuple[str, ...]
    inherited: bool

    def at(self, share: float) -> Value:
        """The value at ``share`` of the range, from 0 to 1."""
        low, high = self.low, self.high + self.whole
        value = low * math.exp(share * math.log(high / low)) if self.log else low + share * (high - low)
        if self.whole:
            return int(min(math.floor(value), self.high))
        return float(min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high))

    def share(self, value: float) -> float:
        """The position of a value in the range, from 0 to 1; the nearer end for one outside."""
        low, high, value = self.low, self.high + self.whole, value + 0.5 * self.whole
        if self.log and value <= 0:
            return 0.0
        share = math.log(value / low) / math.log(high / low) if self.log else (value - low) / (high - low)
        return min(max(share, 0.0), 1.0)

    def asked(self) -> dict[str, Any]:
        """The key in JSON."""
        scale = SCALES[self.log]
        return {"low": self.low, "high": self.high, "scale": scale, "unit": self.unit, "scenarios": [*self.scenarios]}


@dataclass(frozen=True)
class Reading:
    """One number of a world, measured as a check of the facts is.

    Attributes
    ----------
    outcome
        The outcome.
    per
        The outcome that it is divided by; empty for none.
    than
        Two outcomes whose ratio it is divided by besides; empty for none.
    first, last
        The calendar months over which it is measured, ``YYYY-MM``.
    """

    outcome: str
    per: str
    than: tuple[str, ...]
    first: str
    last: str

    def __str__(self) -> str:
        span = self.first if self.first == self.last else f"{self.first}..{self.last}"
        over = (f"/{self.per}" if self.per else "") + (f"/({'/'.join(self.than)})" if self.than else "")
        return f"{self.outcome}{over} {span}"

    @property
    def check(self) -> Check:
        """A check that measures it, without a band."""
        nowhere, span = (-math.inf, math.inf), (self.first, self.last)
        return Check(str(self), "", "", (), "", self.outcome, span, nowhere, self.per, than=self.than)

    def of(self, cells: Cells, places: Mapping[str, int], start: int) -> float:
        """The number of a world's outcomes (months x outcomes) that begin in month ``start``; NaN without a value."""
        first, last = (months.number(month) - start for month in (self.first, self.last))
        if last < max(first, 0):
            return math.nan
        return float(measured(self.check, lambda name: cells[None, :, places[name]], max(first, 0), last)[0])


@dataclass(frozen=True)
class Target:
    """What the mean of a number over seeds should be.

    Attributes
    ----------
    name, title, group
        Its name, its title, and the group that a rotation leaves out together.
    fact
        Name of the fact that it is made of; empty for one of the file.
    scenario, against
        The scenario that is measured, and the one that it is compared with; empty without one.
    reading
        The number of a world that is measured.
    unit
        Unit of ``value``.
    form
        ``"value"``, ``"difference"`` from ``against`` or ``"relative"`` difference.
    value, tolerance
        What the mean should be, and one standard deviation of it.
    bound
        ``"about"``, ``"at least"`` or ``"at most"``.
    weight
        Its weight in the misfit.
    band
        The band of its fact; infinite ends without one.
    """

    name: str
    title: str
    group: str
    fact: str
    scenario: str
    reading: Reading
    unit: str
    against: str
    form: str
    value: float
    tolerance: float
    bound: str
    weight: float
    band: tuple[float, float]

    def deviation(self, mean: float) -> float:
        """Deviation of a mean in tolerances; 0 on the allowed side of a bound, infinite without a mean."""
        if math.isnan(mean):
            return math.inf
        off = (mean - self.value) / self.tolerance
        return max(off, 0.0) if self.bound == "at most" else min(off, 0.0) if self.bound == "at least" else off

    def asked(self) -> dict[str, Any]:
        """The target in JSON, without its texts."""
        band = [x if math.isfinite(x) else None for x in self.band]
        known = {name: getattr(self, name) for name in ("scenario", "against", "form", "value", "tolerance", "bound")}
        return known | {"weight": self.weight, "group": self.group, "reading": str(self.reading), "band": band}


@dataclass(frozen=True)
class Targets:
    """A file of targets, as resolved.

    Attributes
    ----------
    title
        Title of the file.
    base
        Name of the scenario that is fitted.
    settings
        Size and seed of the calibration.
    keys
        The keys that are moved.
    targets
        What is to be met.
    scenarios
        The scenarios by name, the base first, each with its own length and all with one seed.
    """

    title: str
    base: str
    settings: Settings
    keys: tuple[FreeParameter, ...]
    targets: tuple[Target, ...]
    scenarios: dict[str, Scenario]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What is measured, each once."""
        return tuple(dict.fromkeys(it.reading for it in self.targets))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of targets, each once."""
        return tuple(dict.fromkeys(it.group for it in self.targets))

    def as_it_is(self, key: FreeParameter) -> float:
        """The value of a key before fitting; NaN of a schedule."""
        value = self.scenarios[key.scenarios[0]].values[key.key]
        return float(value) if isinstance(value, int | float) else math.nan


def read_targets(
    file: str | Path,
    base: Scenario,
    outcomes: Mapping[str, Outcome],
    keys: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
    known: Mapping[str, Check] | None = None,
) -> Targets:
    """Read a file of targets; ``base`` is the scenario of those that name none.

    ``keys`` choose among the file's keys, or add one as ``KEY=low:high``; ``given`` stands for the file's settings.
    Raises ScenarioError with every fault.
    """
    document = read(str(file))
    if document.faults:
        raise ScenarioError(document.faults)
    return _Reader(document, base, outcomes, checks(base.catalogue) if known is None else known).all(keys, given or {})


class _Reader(TableReader):
    def __init__(
        self, document: Document, base: Scenario, outcomes: Mapping[str, Outcome], known: Mapping[str, Check]
    ) -> None:
        super().__init__(document)
        self.base, self.outcomes, self.known = base, outcomes, known
        self.scenarios: dict[str, Scenario | None] = {base.name: base}  # None: one that cannot be read

    def all(self, chosen: Sequence[str], given: Mapping[str, Any]) -> Targets:
        self.unknown((), self.table, _ROOT)
        title = self.value(("title",), _rule("", "title"), "")
        settings = self.settings(given)
        targets = [one for name in self.tables("targets") if (one := self.target(name))]
        used = dict.fromkeys([self.base.name, *(it for t in targets for it in (t.scenario, t.against) if it)])
        keys = [it for name in self.tables("keys") if (it := self.key(name, [*used]))]
        keys = self.chosen(keys, chosen, [*used])
        if not targets and not self.faults:
            self.refuse(("targets",), "has no target, allowed: at least one [targets.NAME]")
        if not keys and not self.faults:
            self.refuse(("keys",), 'has no key, allowed: at least one [keys."KEY"] with low and high')
        if self.faults:
            raise ScenarioError(self.faults)
        known = {name: scenario for name, scenario in self.scenarios.items() if scenario is not None and name in used}
        known = {name: _resolved(name, it, settings, targets) for name, it in known.items()}
        return Targets(str(title), self.base.name, settings, tuple(keys), tuple(targets), known)

    # --- settings

    def settings(self, given: Mapping[str, Any]) -> Settings:
        table = self.table.get("calibration", {})
        if not isinstance(table, dict):
            self.refuse(("calibration",), f"{shown(table)} is no table, allowed: [calibration]")
            table = {}
        self.unknown(("calibration",), table, SETTINGS)
        found = {
            name: self.value(("calibration", name), leaf, leaf.parameter.default) for name, leaf in SETTINGS.items()
        }
        for name, value in given.items():
            if value is not None:
                try:
                    found[name] = checked(value, SETTINGS[name])
                except InvalidValue as wrong:
                    self.faults.append(Fault(f"--{name}", 0, name, str(wrong)))
        return Settings(**found)

    # --- keys

    def key(self, key: str, used: Sequence[str]) -> FreeParameter | None:
        path, table = ("keys", key), self.table["keys"][key]
        before = len(self.faults)
        self.unknown(path, table, (*KEY, "scenarios"))
        for name in ("low", "high"):
            if name not in table:
                self.refuse((*path, name), "is missing, allowed: a key with low and high")
        unit = self.unit_of_key(key, used)
        ends = {name: self.value((*path, name), _in(KEY[name], unit), math.nan) for name in ("low", "high")}
        scale = self.value((*path, "scale"), KEY["scale"], "linear")
        listed = self.listed(path, used)
        if len(self.faults) > before:
            return None
        try:
            return self.moved(key, ends["low"], ends["high"], scale == "log", listed, used)
        except InvalidValue as wrong:
            self.refuse(path, str(wrong))
        return None

    def unit_of_key(self, key: str, used: Sequence[str]) -> str:
        """The unit of a key in a scenario that has it; empty where none has, which is told later."""
        there = [self.base, *(it for name in used if (it := self.scenarios.get(name)))]
        holding = next((it for it in there if key in it.values), None)
        declared = holding.catalogue.declaration(key) if holding else None
        return declared.unit if declared else ""

    def listed(self, path: tuple[str, ...], used: Sequence[str]) -> tuple[str, ...]:
        found = self.names((*path, "scenarios"), 'an array such as ["shougang"]')
        for name in found:
            if name not in used:
                self.refuse((*path, "scenarios"), f"{shown(name)} is in no target, {meant(name, used)}")
        return found

    def moved(
        self, key: str, low: float, high: float, log: bool, listed: tuple[str, ...], used: Sequence[str]
    ) -> FreeParameter:  # fmt: skip
        """A key with its range; raises InvalidValue."""
        there = [it for name in listed or used if (it := self.scenarios.get(name))]
        holding = [it for it in there if key in it.values]
        leaf = leaf_of(key, (holding or there or [self.base])[0])  # raises with the nearest key
        missing = [it.name for it in there if it not in holding]
        if listed and missing:
            raise InvalidValue(f"is no key of {', '.join(missing)}, allowed: scenarios that have it")
        if leaf.parameter.type not in (int, float):
            raise InvalidValue(f"is no number, allowed: a key of numbers ({allowed(leaf)})")
        whole = leaf.parameter.type is int
        ends = [checked(int(end) if whole and float(end).is_integer() else end, leaf) for end in (low, high)]
        if not low < high:
            raise InvalidValue(f"has no range from {low:g} to {high:g}, allowed: low below high")
        if log and low <= 0:
            raise InvalidValue(f"has low {low:g} on a log scale, allowed: a low above 0")
        where = listed or tuple(it.name for it in holding if _inherits(it, key, self.base))
        if not where:
            names = ", ".join(it.name for it in holding)
            raise InvalidValue(f"is set by each scenario itself, allowed: scenarios = [...] with some of {names}")
        return FreeParameter(key, leaf.parameter.unit, float(ends[0]), float(ends[1]), log, whole, where, not listed)

    def chosen(self, keys: list[FreeParameter], texts: Sequence[str], used: Sequence[str]) -> list[FreeParameter]:
        """The keys of ``--keys``: of the file, or with a range of their own."""
        if not texts:
            return keys
        held, found = {it.key: it for it in keys}, {}
        for text in texts:
            key, equals, span = (part.strip() for part in text.partition("="))
            try:
                if key in found:
                    raise InvalidValue("is given twice, allowed: once")
                if equals:
                    unit = self.unit_of_key(key, used)
                    ends = [amount(end, unit) for end in span.split(":")]
                    if len(ends) != 2:
                        raise InvalidValue(f'"{span}" is no range, allowed: low:high')
                    known = held.get(key)
                    listed = known.scenarios if known and not known.inherited else ()
                    found[key] = self.moved(key, ends[0], ends[1], bool(known and known.log), listed, used)
                elif key in held:
                    found[key] = held[key]
                else:
                    raise InvalidValue(f"is no key of the file, {meant(key, held)}; or KEY=low:high")
            except InvalidValue as wrong:
                self.faults.append(Fault(_KEYS, 0, key or "key", str(wrong)))
            except ValueError:
                self.faults.append(Fault(_KEYS, 0, key, f'"{span}" is no range, allowed: low:high'))
        return list(found.values())

    # --- targets

    def target(self, name: str) -> Target | None:
        path, table = ("targets", name), self.table["targets"][name]
        before = len(self.faults)
        self.unknown(path, table, (*TARGET, *_OTHER))
        if "fact" in table:
            said = self.of_fact(path, table)
        else:
            unit = self.unit_of_target(table)
            said = {
                part: self.value((*path, part), _in(leaf, unit) if part in _MEASURED else leaf, leaf.parameter.default)
                for part, leaf in TARGET.items()
            }
            said |= {"fact": "", "than": (), "months": self.months(path, table), "band": self.band(path, table, unit)}
            said["given"] = {part for part in ("value", "tolerance") if part in table}
            if "outcome" not in table:
                self.refuse((*path, "outcome"), "is missing, allowed: fact, or an outcome with months and value")
        for part in ("outcome", "per"):
            word = said.get(part)
            if word and word not in self.outcomes:
                self.refuse((*path, part), f"{shown(word)} is no outcome, {meant(word, self.outcomes)}")
        if len(self.faults) > before:
            return None
        scenario = self.scenario(path, "scenario", said["scenario"] or self.base.name)
        against = self.scenario(path, "against", said["against"]) if said["against"] else None
        if (said["form"] != "value") != bool(said["against"]):
            self.refuse((*path, "form"), "goes with against, allowed: a difference or relative one, and a scenario")
        self.measure(path, said)
        if len(self.faults) > before or scenario is None:
            return None
        for it in (scenario, against):
            if it is not None:
                self.inside(path, it, said["months"])
        if len(self.faults) > before:
            return None
        first, last = (scenario.calendar(scenario.months - 1) if it == LAST else it for it in said["months"])
        kept = ("title", "form", "value", "tolerance", "bound", "weight", "fact", "band")
        reading = Reading(said["outcome"], said["per"], said["than"], first, last)
        check = self.known.get(said["fact"]) or replace(reading.check, form=said["form"])
        return Target(
            name=name, group=said["group"] or name, scenario=scenario.name, against=against.name if against else "",
            reading=reading, unit=unit_of(check, self.outcomes), **{part: said[part] for part in kept},
        )  # fmt: skip

    def unit_of_target(self, table: Mapping[str, Any]) -> str:
        """The unit of a target's value: its outcome's, of a ratio or a relative difference none."""
        outcome = self.outcomes.get(str(table.get("outcome", "")))
        return outcome.unit if outcome and "per" not in table and table.get("form") != "relative" else ""

    def of_fact(self, path: tuple[str, ...], table: Mapping[str, Any]) -> dict[str, Any]:
        """What a check of ``sim.evidence.facts`` says, and what the file says beside it."""
        for part in table:
            if part in (*TARGET, *_OTHER) and part not in ("fact", *_OF_A_FACT):
                self.refuse((*path, part), f"is what the fact says, allowed beside it: {', '.join(_OF_A_FACT)}")
        word = table["fact"]
        if word not in self.known:
            self.refuse((*path, "fact"), f"{shown(word)} is no fact, {meant(str(word), self.known)}")
            return {}
        it = self.known[word]
        if it.form == "appraisal":
            self.refuse((*path, "fact"), f"{shown(word)} is of an appraisal, allowed: a fact on outcomes")
            return {}
        said: dict[str, Any] = {part: getattr(it, part, leaf.parameter.default) for part, leaf in TARGET.items()}
        said["bound"] = "about"  # of a figure: its band says how it is meant
        there = it.outcome in self.outcomes and (not it.per or it.per in self.outcomes)  # else it is told later
        unit = unit_of(it, self.outcomes) if there else ""
        for part in _OF_A_FACT:
            leaf = _in(TARGET[part], unit) if part in _MEASURED else TARGET[part]
            said[part] = self.value((*path, part), leaf, said[part])
        return said | {"fact": word, "than": it.than, "months": it.months, "band": it.band, "given": {*table}}

    def measure(self, path: tuple[str, ...], said: dict[str, Any]) -> None:
        """Value, tolerance and bound, of a band where they are not given."""
        low, high = said["band"]
        width = high - low
        if "value" not in said["given"]:
            said["value"] = (low + high) / 2 if math.isfinite(width) else low if math.isfinite(low) else high
            if not math.isfinite(width) and said["bound"] == "about":
                said["bound"] = "at least" if math.isfinite(low) else "at most"
        if "tolerance" not in said["given"]:
            said["tolerance"] = width / 4
        if not math.isfinite(said["value"]):
            self.refuse((*path, "value"), "is missing, allowed: value and tolerance, or a band")
        elif not 0 < said["tolerance"] < math.inf:
            self.refuse(
                (*path, "tolerance"), "is missing or not above 0, allowed: a number above 0, or a band of some width"
            )

    def months(self, path: tuple[str, ...], table: Mapping[str, Any]) -> tuple[str, str]:
        given = table.get("months", LAST)
        both = [given, given] if isinstance(given, str) else given
        if (
            isinstance(both, list)
            and len(both) == 2
            and all(isinstance(it, str) and (it == LAST or months.is_month(it)) for it in both)
            and (LAST in both or both[0] <= both[1])
            and not (both[0] == LAST != both[1])
        ):
            return both[0], both[1]
        ways = '"2016-04", ["2011-01", "2016-04"] or "last"'
        self.refuse((*path, "months"), f"{shown(given)} is no month and no two in order, allowed: such as {ways}")
        return LAST, LAST

    def band(self, path: tuple[str, ...], table: Mapping[str, Any], unit: str) -> tuple[float, float]:
        given = table.get("band", [-math.inf, math.inf])
        try:
            if isinstance(given, list):
                given = [amount(it, unit) if isinstance(it, str) else it for it in given]
        except InvalidValue as wrong:
            self.refuse((*path, "band"), str(wrong))
            return -math.inf, math.inf
        except ValueError:  # a text that is no number: refused below
            pass
        numbers = isinstance(given, list) and len(given) == 2 and all(type(it) in (int, float) for it in given)
        if numbers and given[0] < given[1]:
            return float(given[0]), float(given[1])
        self.refuse((*path, "band"), f"{shown(given)} is no band, allowed: two numbers in order such as [0.4, 0.5]")
        return -math.inf, math.inf

    def scenario(self, path: tuple[str, ...], part: str, name: str) -> Scenario | None:
        """A scenario by name, or by a file beside this one."""
        if name not in self.scenarios:
            beside = Path(self.document.path).parent / name
            try:
                self.scenarios[name] = load(
                    beside if name.endswith(".toml") and beside.exists() else name, catalogue=self.base.catalogue
                )
            except ScenarioError as error:
                self.scenarios[name] = None
                messages = [it.message for it in error.faults if it.key == "file"]
                for message in messages:
                    self.refuse((*path, part), f"{shown(name)}: {message}")
                self.faults += [it for it in error.faults if it.key != "file"]
        found = self.scenarios[name]
        if found is not None and found.name != name:
            self.scenarios.setdefault(found.name, found)
        return found

    def inside(self, path: tuple[str, ...], scenario: Scenario, span: tuple[str, str]) -> None:
        for month in span:
            if month != LAST and not 0 <= scenario.month_of(month) < scenario.months:
                run = f"{scenario.calendar(0)} to {scenario.calendar(scenario.months - 1)}"
                self.refuse((*path, "months"), f"{month} is not in the run of {scenario.name}, allowed: {run}")


def _inherits(scenario: Scenario, key: str, base: Scenario) -> bool:
    """Whether a scenario would follow a new value of the key: of the default, or of the base that it extends."""
    origin = scenario.origins[key]
    if scenario.name == base.name or origin.kind == "default":
        return True
    return origin.kind == "parent" and origin.location.partition(":")[0] == f"{base.name}.toml"


def _resolved(name: str, scenario: Scenario, settings: Settings, targets: Sequence[Target]) -> Scenario:
    """A scenario on the calibration's seeds, as long as its targets need."""
    ends = [scenario.month_of(it.reading.last) + 1 for it in targets if name in (it.scenario, it.against)]
    values = {"run.seed": settings.seed, "run.replicates": settings.replicates, "run.months": max(ends, default=1)}
    return replace(scenario, values={**scenario.values, **values})


def unit_of(check: Check, outcomes: Mapping[str, Outcome]) -> str:
    """The unit of a check's value."""
    if check.unit:
        return check.unit
    if check.form == "appraisal":
        return APPRAISED[check.outcome]
    if check.form == "relative":
        return "relative change"
    if check.than:
        return "times"
    unit = outcomes[check.outcome].unit
    return f"{unit} / {outcomes[check.per].unit}" if check.per else unit


def changed(keys: Sequence[FreeParameter], values: Mapping[str, Value], scenario: str) -> dict[str, Value]:
    """Of a candidate's values those that are set in a scenario."""
    return {it.key: values[it.key] for it in keys if scenario in it.scenarios}


def scheduled(keys: Sequence[FreeParameter], scenarios: Mapping[str, Scenario]) -> list[str]:
    """Where a schedule is replaced by one value over all months."""
    return [
        tr("{key} of {name}: its schedule gives way to one value over all months", key=it.key, name=name)
        for it in keys
        for name in it.scenarios
        if isinstance(scenarios[name].values[it.key], Schedule)
    ]
