"""Facts that the model is checked against: each names its evidence, an outcome and a scenario.

A check is declared once, in ``facts.toml`` beside this file: validation judges by it, calibration takes targets of it.
A user's own file has the same form; where the evidence is the user's, ``source`` and ``value`` stand for ``evidence``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue
from sim.evidence import evidence
from sim.evidence.evidence import Trust, fact
from sim.language import later
from sim.scenario.extending import find, folders, shipped_files
from sim.scenario.faults import Fault, ScenarioError, shown
from sim.scenario.keys import meant
from sim.scenario.months import is_month
from sim.scenario.months import number as month_number
from sim.scenario.reading import Document, read

Rule = Literal["band", "figure", "rest"]
Form = Literal["value", "difference", "relative", "appraisal"]
Bound = Literal["about", "at least", "at most"]
Numbers = NDArray[np.float64]

REST_MONTHS = 60  # of a block whose mean the rule of rest compares with the first block's
# What a check of an appraisal may measure, of the scenario against the one that it is held against.
APPRAISED = {
    "brought_in_share": "share of treated enterprises",  # that are not tenants or members without the measure
    "moved_in_share": "share of treated enterprises",  # that moved in as existing ones
    "moved_in_jobs_share": "share of gross jobs",  # of enterprises that moved in
    "others_per_direct_job": "jobs of others / job of the treated",  # that are there because of the measure
    "outlay_per_gross_job": "million yuan / person",  # of sponsors, less what they earn
}
LAST = "last"  # the run's last month, whichever that is
TARGETS = "calibration"  # folder beside the shipped scenarios: what their fitted values aim at
OWN = "own"  # group of a user's facts that name none
CALIBRATED = later("the calibration {file}")
_TRUSTS = get_args(Trust)


@dataclass(frozen=True)
class Check:
    """A fact and how it is measured on the model.

    The value of a world is ``outcome``, over ``per`` where that is given (and over the ratio of the two outcomes of
    ``than``), in the month ``months[0]``, or its mean over the months ``months[0]`` to ``months[1]`` that have a
    value. With ``against`` it is the difference from that scenario's value on the same seed, as it is or
    (``relative``) over it, or (``appraisal``) a figure of its appraisal against that scenario. By the rule ``rest``
    the value is the logarithm of the mean of five years over that of the first five, and the band is its tolerance.

    Attributes
    ----------
    name, title, group
        Its name, its title, and the group that it is listed in.
    evidence
        Names of facts in ``evidence.toml``.
    scenario
        The scenario on which it is measured.
    outcome, per, than
        The outcomes that it is measured on, as above.
    months
        First and last calendar month, ``YYYY-MM``; or ``("last", "last")``.
    band
        In which the value of the model must lie; an end may be infinite.
    against, form
        The scenario that it is compared with, and how.
    rule
        ``"band"``; ``"figure"``: the 90% interval covers the value of the article and is narrow; ``"rest"``: the value
        does not drift.
    note
        How the band follows from the evidence.
    bound
        How a figure is meant: ``"about"``, ``"at least"`` or ``"at most"``.
    unit
        Its unit, where that is not the unit of the outcome.
    fitted_by
        What in the scenario was fitted to this fact; empty where it is predicted.
    finding
        Why the model fails it, where it does, and what would help.
    cited, said
        The source and its value, where they are not in the evidence.
    """

    name: str
    title: str
    group: str
    evidence: tuple[str, ...]
    scenario: str
    outcome: str
    months: tuple[str, str]
    band: tuple[float, float]
    per: str = ""
    against: str = ""
    form: Form = "value"
    rule: Rule = "band"
    note: str = ""
    than: tuple[str, ...] = ()
    bound: Bound = "about"
    unit: str = ""
    fitted_by: str = ""
    finding: str = ""
    cited: str = ""
    said: float | None = None

    @property
    def source(self) -> str:
        """The sources of its evidence, each once."""
        return self.cited or "; ".join(dict.fromkeys(fact(name).source for name in self.evidence))

    @property
    def trust(self) -> str:
        """The trust in its weakest evidence; empty for a user's own."""
        return max((fact(name).trust for name in self.evidence), key=_TRUSTS.index, default="")

    @property
    def value(self) -> float | None:
        """The number that the source gives; None where it gives several, or words."""
        values = [fact(name).value for name in self.evidence]
        one = values[0] if len(values) == 1 else None
        return self.said if self.said is not None else float(one) if isinstance(one, int | float) else None

    @property
    def value_unit(self) -> str:
        """The unit of that number in the evidence, which need not be the outcome's."""
        return fact(self.evidence[0]).unit if len(self.evidence) == 1 and self.said is None else ""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome that it is measured on."""
        if self.form == "appraisal":
            return ()
        return tuple(dict.fromkeys(filter(None, (self.outcome, self.per, *self.than))))


def measured(check: Check, column: Callable[[str], Numbers], first: int, last: int) -> Numbers:
    """The check's value in each world, without what it is held ``against``; NaN where there is none.

    ``column`` gives an outcome by name, worlds x months; ``first`` and ``last`` are months since the start.
    """
    return mean_of_known(series(check, column, first, last))


def mean_of_known(values: Numbers) -> Numbers:
    """Mean over the last axis of the values that there are; NaN where there is none."""
    known = np.isfinite(values)
    total: Numbers = np.where(known, values, 0.0).sum(axis=-1)
    return total / np.where(known.any(axis=-1), known.sum(axis=-1), np.nan)


def series(check: Check, column: Callable[[str], Numbers], first: int, last: int) -> Numbers:
    """The check's value in each world and month, worlds x months; NaN where there is none."""
    span = slice(first, last + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = column(check.outcome)[:, span]
        if check.per:
            values = values / column(check.per)[:, span]
        if check.than:
            top, bottom = check.than
            values = values / (column(top)[:, span] / column(bottom)[:, span])
        return values


def compared_with(check: Check, here: Numbers, there: Numbers) -> Numbers:
    """The check's value from those of the same worlds here and in the scenario that it is held against."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Numbers = (here - there) / there if check.form == "relative" else here - there
    return np.where(np.isfinite(found), found, np.nan)


def checks(catalogue: Catalogue, path: Path | None = None) -> dict[str, Check]:
    """The checks of a file, the shipped ones by default, by name, in its order; ScenarioError with all its faults.

    ``catalogue`` says which outcomes there are.
    """
    document = read(str(path or Path(__file__).with_suffix(".toml")))
    faults = list(document.faults)
    found = {}
    for name, table in document.table.items():
        if isinstance(table, dict):
            found[name] = _Reader(document, name, table, faults, catalogue.outcomes).check()
        else:
            faults.append(document.fault((name,), f"{shown(table)} is no check, allowed: a table [{name}]"))
    if faults:
        raise ScenarioError(sorted(faults))
    return found


def calibrated() -> dict[str, str]:
    """The checks that shipped values are fitted to, and by which calibration; ScenarioError if one cannot be read."""
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for folder in folders():
        for file in sorted((folder / TARGETS).glob("*.targets.toml")):
            document = read(str(file))
            faults += document.faults
            targets = document.table.get("targets", {})
            tables = targets.values() if isinstance(targets, dict) else ()
            named = [it.get("fact") for it in tables if isinstance(it, dict)]
            said = CALIBRATED.format(file=f"{TARGETS}/{file.name}")
            found |= {name: said for name in named if name and isinstance(name, str)}
    if faults:
        raise ScenarioError(faults)
    return found


class _Reader:
    """Reads one check of a file; errors go to ``faults``, and a default replaces the wrong value."""

    def __init__(
        self, document: Document, name: str, table: Mapping[str, Any], faults: list[Fault], outcomes: Collection[str]
    ) -> None:
        self.document, self.name, self.table, self.faults, self.outcomes = document, name, table, faults, outcomes

    def check(self) -> Check:
        for key in self.table:
            if key not in _KEYS:
                self.refuse(key, f"unknown key, {meant(key, _KEYS)}")
        outcomes: Collection[str] = self.outcomes
        cited = self.text("source", missing="")
        evidence_names = self.evidence(required=not cited)
        against = self.scenario("against", required=False)
        form = self.one_of("form", get_args(Form))
        rule = self.one_of("rule", get_args(Rule))
        if against and form == "value":
            other = " or ".join(f'"{it}"' for it in get_args(Form)[1:])
            self.refuse("against", f'is given and form is "value", allowed: form = {other}')
        if form != "value" and not against:
            self.refuse("form", f'"{form}" needs a scenario, allowed: against = NAME')
        if form == "appraisal":
            outcomes = APPRAISED
            self.appraisal(rule)
        check = Check(
            name=self.name,
            title=self.text("title"),
            group=self.text("group", missing=OWN),
            evidence=evidence_names,
            scenario=self.scenario("scenario", required=True),
            outcome=self.named("outcome", outcomes, required=True),
            months=self.months(),
            band=self.band(),
            per=self.named("per", self.outcomes),
            against=against,
            form=form,
            rule=rule,
            note=self.text("note", missing=""),
            than=self.than(self.outcomes),
            bound=self.one_of("bound", get_args(Bound)),
            unit=self.text("unit", missing=""),
            fitted_by=self.text("fitted_by", missing=""),
            finding=self.text("finding", missing=""),
            cited=cited,
            said=self.number("value"),
        )
        if rule == "rest":
            self.rest(check)
        wrong = any(fault.key.startswith((f"{self.name}.evidence", f"{self.name}.value")) for fault in self.faults)
        if rule == "figure" and not wrong and check.value is None:
            self.refuse("rule", '"figure" needs one number, allowed: evidence that is one, or source and value')
        return check

    def rest(self, check: Check) -> None:
        """Refuse what the rule cannot judge."""
        low, high = check.band
        if not (0.0 < high < math.inf and low == -high):
            self.refuse("band", f"{shown([low, high])} is no tolerance, allowed: [-t, t] with a t above 0")
        if check.against:
            self.refuse("against", 'is given and rule is "rest", allowed: rule = "band"')
        if LAST in check.months or month_number(check.months[1]) - month_number(check.months[0]) + 1 < 2 * REST_MONTHS:
            self.refuse(
                "months", f"{shown(list(check.months))}: rest needs ten years, allowed: two months that far apart"
            )

    def appraisal(self, rule: str) -> None:
        """Refuse what an appraisal, which is of whole runs, cannot be asked."""
        for key in ("per", "than"):
            if key in self.table:
                self.refuse(key, 'is given and form is "appraisal", allowed: an outcome alone')
        if self.table.get("months") != LAST:
            self.refuse("months", f'form is "appraisal", which is of whole runs, allowed: "{LAST}"')
        if rule == "rest":
            self.refuse("rule", 'is "rest" and form is "appraisal", allowed: rule = "band"')

    def refuse(self, key: str, message: str) -> None:
        self.faults.append(self.document.fault((self.name, key), message))

    def text(self, key: str, missing: str | None = None) -> str:
        value = self.table.get(key, missing)
        if value is None:
            self.refuse(key, "is missing, allowed: text")
        elif not isinstance(value, str):
            self.refuse(key, f"{shown(value)} is no text, allowed: text")
        else:
            return " ".join(value.split())
        return ""

    def named(self, key: str, names: Collection[str], *, required: bool = False) -> str:
        value = self.text(key, None if required else "")
        if value and value not in names:
            self.refuse(key, f"{shown(value)} is no outcome, {meant(value, names)}")
        return value

    def one_of(self, key: str, allowed: tuple[Any, ...]) -> Any:
        value = self.table.get(key, allowed[0])
        if value in allowed:
            return value
        self.refuse(key, f"{shown(value)} is not among these, allowed: {' or '.join(map(shown, allowed))}")
        return allowed[0]

    def evidence(self, *, required: bool) -> tuple[str, ...]:
        given = self.table.get("evidence", [])
        names = [given] if isinstance(given, str) else given
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.refuse("evidence", f"{shown(given)} is no list of names, allowed: names of facts in evidence.toml")
            return ()
        facts = [it.name for it in evidence.facts()]
        for name in names:
            if name not in facts:
                self.refuse("evidence", f"{shown(name)} is no fact of evidence.toml, {meant(name, facts)}")
        if required and not names:
            self.refuse("evidence", "is missing, allowed: names of facts in evidence.toml, or source and value")
        return tuple(name for name in names if name in facts)

    def scenario(self, key: str, *, required: bool) -> str:
        """A scenario's name; a file's path is relative to the file of the checks."""
        name = self.text(key, None if required else "")
        if not name or name in shipped_files():
            return name
        beside = Path(self.document.path).parent / name
        path = str(beside) if beside.exists() else name
        if faults := find(path).faults:
            self.refuse(key, f"{shown(name)}: {faults[0].message}")
        return path

    def months(self) -> tuple[str, str]:
        allowed = 'allowed: "last", "YYYY-MM" or ["YYYY-MM", "YYYY-MM"]'
        given = self.table.get("months")
        if given is None:
            self.refuse("months", f"is missing, {allowed}")
            return LAST, LAST
        first, last = given if isinstance(given, list) and len(given) == 2 else (given, given)
        if (first, last) == (LAST, LAST):
            return LAST, LAST
        for month in (first, last):
            if not (isinstance(month, str) and is_month(month)):
                self.refuse("months", f"{shown(month)} is not a month, {allowed}")
                return LAST, LAST
        if last < first:
            self.refuse("months", f"{shown(last)} is before {shown(first)}, allowed: the first month first")
        return first, last

    def band(self) -> tuple[float, float]:
        allowed = "allowed: [low, high], where one may be -inf or inf"
        given = self.table.get("band")
        if given is None:
            self.refuse("band", f"is missing, {allowed}")
        elif not (isinstance(given, list) and len(given) == 2 and all(map(_is_number, given))):
            self.refuse("band", f"{shown(given)} is not two numbers, {allowed}")
        elif any(map(math.isnan, given)) or given[0] >= given[1] or not any(map(math.isfinite, given)):
            self.refuse("band", f"{given[0]:g} to {given[1]:g} holds nothing out, or nothing in, {allowed}")
        else:
            return float(given[0]), float(given[1])
        return 0.0, 1.0

    def than(self, outcomes: Collection[str]) -> tuple[str, ...]:
        given = self.table.get("than", [])
        if not isinstance(given, list) or len(given) not in (0, 2) or not all(isinstance(it, str) for it in given):
            self.refuse("than", f"{shown(given)} is not two outcomes, allowed: [OUTCOME, PER]")
            return ()
        for name in given:
            if name not in outcomes:
                self.refuse("than", f"{shown(name)} is no outcome, {meant(name, outcomes)}")
        return tuple(given)

    def number(self, key: str) -> float | None:
        value = self.table.get(key)
        if value is None:
            return None
        if not _is_number(value) or not math.isfinite(value):
            self.refuse(key, f"{shown(value)} is no number, allowed: the source's number")
            return None
        if "source" not in self.table:
            self.refuse(key, "is given without source, allowed: source and value together")
        return float(value)


_KEYS = (
    "title", "group", "evidence", "source", "value", "scenario", "outcome", "per", "than", "months", "band", "against",
    "form", "rule", "bound", "unit", "fitted_by", "note", "finding",
)  # fmt: skip


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
