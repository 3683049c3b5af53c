"""Facts held against the model: each check measured on stored results, over seeds, and judged.

Every scenario that a check names, or is held against, is run as ``sim run`` would run it and kept where that would
keep it; all of them are one queue of tasks. Of each result only the outcomes that a check needs stay in memory.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.declare import Outcome
from sim.evidence.facts import LAST, REST_MONTHS, Check, Numbers, compared_with, measured, series
from sim.formats import counted, number, span_text
from sim.language import later, tr
from sim.notebooks import in_notebooks
from sim.runs.batch import batch_results, run_batch
from sim.runs.ensemble import Request, as_stored
from sim.runs.errors import Incompatible, NothingRan
from sim.runs.executor import Workers
from sim.runs.options import ALL_RECORDS, RunOptions, Watcher
from sim.runs.replicate import Model
from sim.runs.result import Result
from sim.runs.summary import HIGH, LOW, crps, judge
from sim.runs.table import Table
from sim.scenario import Fault, Scenario, ScenarioError
from sim.scenario.extending import chain
from sim.studies.appraisal.assumptions import declared_assumptions
from sim.studies.cost import report_cost
from sim.studies.estimators.rest import rest
from sim.studies.questions.appraise import Appraisal, appraise_results
from sim.studies.questions.rotation import Rotation
from sim.studies.rests import in_force
from sim.studies.targets import unit_of

REPLICATES = 50
LOG_CHANGE = "log change"  # unit of the rule of rest
_OF_APPRAISAL: Mapping[str, Callable[[Appraisal], Numbers]] = {
    "brought_in_share": lambda it: it.brought_in("enterprises") / it.gross("enterprises"),
    "moved_in_share": lambda it: it.moved_in("enterprises") / it.gross("enterprises"),
    "moved_in_jobs_share": lambda it: it.moved_in("jobs") / it.gross("jobs"),
    "others_per_direct_job": lambda it: it.others("jobs") / it.direct("jobs"),
    "outlay_per_gross_job": lambda it: it.cost / it.gross("jobs"),
}
_PROBES = 2  # worlds of a scenario that tell what the others will cost: the first one loads the model


@dataclass(frozen=True, eq=False)
class Verdict:
    """One fact and the model's value.

    Attributes
    ----------
    check
        The fact: its source, its scenario, how it is measured, and the band for the median.
    scenario, unit
        Name of the scenario, and unit of the value.
    values
        The value of each world, of shape (seeds,).
    value, low, high
        Median and 90% interval over seeds; None where there is none.
    passed
        Whether the fact passes.
    whole
        Whether the whole interval lies in the band.
    reason
        Why it fails, or how the article's figure is met.
    fitted
        What the model was fitted to this fact by; empty where the fact is predicted.
    crps
        Continuous ranked probability score against an article's figure.
    """

    check: Check
    scenario: str
    unit: str
    values: Numbers
    value: float | None
    low: float | None
    high: float | None
    passed: bool
    whole: bool
    reason: str
    fitted: str
    crps: float | None = None

    @property
    def test(self) -> str:
        """The criterion, in words."""
        if self.check.rule == "rest":
            return "no five years' mean drifts from that of the first five, and the seeds suffice to tell"
        if self.check.rule == "figure":
            said = f"{self.check.bound} {number(self.check.value)}"
            return f"the 90% interval covers the figure ({said}) and is narrow"
        return "the median lies in the band"


@in_notebooks
@dataclass(frozen=True, eq=False)
class Validation:
    r"""The verdicts on all facts.

    Attributes
    ----------
    path
        Folder of the page and the tables.
    verdicts
        A ``Verdict`` for each fact.
    results
        Results by scenario, with the outcomes that were needed only.
    rotations
        Stored rotations of calibrations, in which targets were predicted.
    predicted, fitted, rest
        The verdicts on facts that the model was not fitted to, on those that it was, and on statistics at rest.
    model
        Version of the model.

    Examples
    --------
    >>> lines = [
    ...     "[startups]", 'title = "startups of the first year"', 'group = "example"', 'scenario = "shougang"',
    ...     'outcome = "startups"', 'months = "2011-12"', "band = [150, 220]", 'source = "made up"', 'note = "made up"',
    ... ]
    >>> _ = Path("facts.toml").write_text("\n".join(lines))
    >>> found = sim.validate(facts="facts.toml", settings={"run.months": 12}, replicates=3, workers=1)
    >>> len(found.predicted), len(found.fitted), found.seeds
    (1, 0, 3)
    """

    path: Path
    verdicts: tuple[Verdict, ...]
    results: dict[str, Result]
    rotations: tuple[Rotation, ...] = ()

    def __repr__(self) -> str:
        passed = sum(it.passed for it in self.verdicts)
        return f"<Validation: {passed} of {counted(len(self.verdicts), 'fact')} pass, {self.path}>"

    @property
    def predicted(self) -> tuple[Verdict, ...]:
        return tuple(it for it in self.verdicts if not it.fitted and it.check.rule != "rest")

    @property
    def rest(self) -> tuple[Verdict, ...]:
        return tuple(it for it in self.verdicts if it.check.rule == "rest")

    @property
    def fitted(self) -> tuple[Verdict, ...]:
        return tuple(it for it in self.verdicts if it.fitted and it.check.rule != "rest")

    @property
    def seeds(self) -> int:
        """The largest number of seeds of any scenario."""
        return max(len(it.replicates) for it in self.results.values())

    @property
    def failures(self) -> list[tuple[str, dict[str, Any]]]:
        """Scenario and entry of each replicate that failed."""
        return [
            (name, entry)
            for name, result in self.results.items()
            for entry in result.failures
            if entry["replicate"] < result.scenario.replicates
        ]

    @property
    def model(self) -> str:
        return str(next(iter(self.results.values())).manifest["model"])


def validate_model(
    checks: Sequence[Check],
    scenarios: Mapping[str, Scenario],
    fitted: Mapping[str, str],
    model: Model,
    options: RunOptions,
    *,
    rotations: Sequence[Rotation] = (),
) -> Validation:
    """Judge the checks on ``scenarios`` (by the name that a check gives), which are run where they are not kept.

    ``fitted`` names what calibration aimed at a check; ``rotations`` are kept ones, to be shown beside. The cost is
    reported first; ``TooLarge`` where it is above ``LIMIT`` and not ``allow_long``, ``Incompatible`` where seeds cannot
    be paired, ``NothingRan`` where every world failed.
    """
    _same_seeds(checks, scenarios)
    held = {name: as_stored(scenario, model.version, options.out) for name, scenario in scenarios.items()}
    _report_cost(held, model, options)
    appraised = _appraised(checks, held, model, replace(options, fresh=False))
    needed = _needed(checks)
    names = list(held)
    results: dict[str, Result] = {}
    for index, result in batch_results(list(held.values()), model, replace(options, fresh=False)):
        results[names[index]] = _only(result, needed[names[index]])
    if not any(result.replicates for result in results.values()):
        first = next(iter(results.values()))
        raise NothingRan(f"{first.path}: every replicate failed: {first.failures[0]['message']}")
    verdicts = tuple(
        _at_rest(check, results[it])
        if check.rule == "rest"
        else judged(
            check,
            scenarios[it].name,
            appraised[check.name] if check.name in appraised else _values(check, results),
            model.outcomes,
            fitted_to(check, scenarios[it], fitted),
        )
        for check in checks
        for it in (check.scenario,)
    )
    results = {name: results[name] for name in names}
    return Validation(options.out / _folder(checks, results), verdicts, results, tuple(rotations))


def of_scenario(checks: Iterable[Check], name: str) -> list[Check]:
    """The checks of a scenario, to be measured on it; where it has none, those of the nearest one that it extends."""
    known = list(checks)
    for document in chain(name):
        stem = Path(document.path).stem
        if some := [it for it in known if Path(it.scenario).stem == stem]:
            return [replace(it, scenario=name) for it in some]
    measured_on = ", ".join(dict.fromkeys(it.scenario for it in known))
    message = f"no fact is measured on it, or on what it extends, allowed: {measured_on}"
    raise ScenarioError([Fault(name, 0, "SCENARIO", message)])


def fitted_to(check: Check, scenario: Scenario, calibrated: Mapping[str, str]) -> str:
    """By what the model was fitted to this fact; empty where by nothing that is known, so that it is predicted.

    That is what the check itself says, a calibration, and every parameter in force in its scenario whose source says
    that it was fitted to a fact which the check names.
    """
    keys = [
        key
        for key, source in in_force(scenario).items()
        if source.kind == "fitted"
        and any(name == fact or name.startswith(f"{fact}.") for fact in source.facts for name in check.evidence)
    ]
    return "; ".join(filter(None, (check.fitted_by, calibrated.get(check.name, ""), ", ".join(keys))))


def judged(check: Check, scenario: str, values: Numbers, outcomes: Mapping[str, Outcome], fitted: str = "") -> Verdict:
    """The verdict on a check from its value in each world; of worlds without a value nothing counts."""
    drawn = values[np.isfinite(values)]
    unit = unit_of(check, outcomes)
    if not len(drawn):
        nothing = later("no world gives a value")
        return Verdict(check, scenario, unit, drawn, None, None, None, False, False, nothing, fitted)
    low, value, high = (float(x) for x in np.percentile(drawn, (LOW, 50.0, HIGH)))
    whole = check.band[0] <= low and high <= check.band[1]
    score = None
    if check.rule == "figure":
        assert check.value is not None, check.name  # its reader has seen to that
        met, reason = judge(low, high, len(drawn), unit, check.value, check.bound)
        passed, score = met is True, crps(drawn, check.value)
    else:
        passed, reason = check.band[0] <= value <= check.band[1], beside_band(check.band, value)
    return Verdict(check, scenario, unit, drawn, value, low, high, passed, whole, reason, fitted, score)


def _at_rest(check: Check, result: Result) -> Verdict:
    """The verdict of the rule of rest: value and interval are of the change that decides, in logarithms."""
    scenario = result.scenario
    first, last = (scenario.month_of(it) for it in check.months)
    found = rest(series(check, result.table.of, first, last), check.band[1]) if last < result.months else None
    if found is None:
        nothing = later("no two worlds with a value above 0 in all years")
        return Verdict(check, scenario.name, LOG_CHANGE, np.array([]), None, None, None, False, False, nothing, "")
    years = REST_MONTHS // 12
    span = {"first": found.block * years + 1, "last": (found.block + 1) * years}
    reason = {
        "holds": "",
        "drifts": later("drifts by {change} in years {first} to {last}", change=number(found.change), **span),
        "unresolved": later("unresolved in years {first} to {last}: more seeds would tell", **span),
    }[found.state]
    holds = found.state == "holds"
    return Verdict(
        check, scenario.name, LOG_CHANGE, found.changes, found.change, found.low, found.high, holds, holds, reason, ""
    )


def beside_band(band: tuple[float, float], value: float, said: Callable[[float], str] = number) -> str:
    """On which side of a band a value lies, numbers as ``said`` writes them; empty where it is inside."""
    low, high = band
    if value < low:
        return later("{value} is below {end}", value=said(value), end=said(low))
    return later("{value} is above {end}", value=said(value), end=said(high)) if value > high else ""


def _same_seeds(checks: Iterable[Check], scenarios: Mapping[str, Scenario]) -> None:
    for check in checks:
        if check.against and scenarios[check.scenario].seed != scenarios[check.against].seed:
            seeds = " and ".join(f"{it} has seed {scenarios[it].seed}" for it in (check.scenario, check.against))
            raise Incompatible(f"{check.name}: {seeds}: worlds cannot be paired, give one --seed")


def _needed(checks: Iterable[Check]) -> dict[str, dict[str, None]]:
    """The outcomes that checks are measured on, by scenario."""
    needed: dict[str, dict[str, None]] = {}
    for check in checks:
        for name in filter(None, (check.scenario, check.against)):
            needed.setdefault(name, {}).update(dict.fromkeys(check.outcomes))
    return needed


def _only(result: Result, names: Iterable[str]) -> Result:
    """The result with a table of these outcomes: of many results the whole tables would not fit into memory."""
    wanted = tuple(names)
    table = result.table
    cells = np.stack([table.of(name) for name in wanted], axis=2) if wanted else table.cells[:, :, :0]
    some = Table(table.replicates, wanted, tuple(map(table.unit, wanted)), cells)
    return Result(result.path, result.scenario, result.manifest, some)


def _values(check: Check, results: Mapping[str, Result]) -> Numbers:
    """The check's value in each world; where it is held against another scenario, on the seeds that both have."""
    here = _of(check, results[check.scenario])
    if not check.against:
        return np.array(list(here.values()))
    there = _of(check, results[check.against])
    common = [replicate for replicate in here if replicate in there]
    mine, theirs = (np.array([it[replicate] for replicate in common]) for it in (here, there))
    return compared_with(check, mine, theirs)


def _of(check: Check, result: Result) -> dict[int, float]:
    """The check's value by replicate; of a run that does not reach its months there is none."""
    scenario, last = result.scenario, result.months - 1
    months = [last if it == LAST else scenario.month_of(it) for it in check.months]
    if not 0 <= months[0] <= months[1] <= last:
        return {}
    found = measured(check, result.table.of, *months)
    return dict(zip(result.replicates, found.tolist(), strict=True))


def _appraised(
    checks: Iterable[Check], held: Mapping[str, Scenario], model: Model, options: RunOptions
) -> dict[str, Numbers]:
    """Value in each world of each check of an appraisal, by the check's name; their worlds are followed."""
    found, recording = {}, replace(options, records=ALL_RECORDS)
    appraisals: dict[tuple[str, str], Appraisal] = {}
    for check in checks:
        if check.form != "appraisal":
            continue
        pair = check.against, check.scenario
        if pair not in appraisals:
            without, with_it = run_batch([held[it] for it in pair], model, recording)
            appraisals[pair] = appraise_results(without, with_it, declared_assumptions(), options.out)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[check.name] = np.asarray(_OF_APPRAISAL[check.outcome](appraisals[pair]), np.float64)
    return found


def _folder(checks: Sequence[Check], results: Mapping[str, Result]) -> str:
    """VALIDATE-DIGEST: of the checks, and of the results and replicates that they were measured on."""
    said = [asdict(check) for check in checks], [(it.path.name, it.replicates) for it in results.values()]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]
    first = next(iter(results.values())).scenario.name if len({check.scenario for check in checks}) == 1 else "all"
    return f"validate-{first}-{digest}"


# --- what it costs


class _Stopwatch(Watcher):
    """Notes how long each world takes; of the worlds of several runs it makes one run for the watcher behind it."""

    def __init__(self, watcher: Watcher, clock: Callable[[], float]) -> None:
        self._watcher, self._clock = watcher, clock
        self.seconds: list[float] = []

    def say(self, text: str) -> None:
        self._watcher.say(text)

    def begin(self, name: str, done: int, of: int) -> None:
        del name, done, of
        self._last = self._clock()

    def compiling(self, done: int, of: int) -> None:
        self._watcher.compiling(done, of)
        self._last = self._clock()  # it is no part of the first world

    def advance(self) -> None:
        now = self._clock()
        self.seconds.append(now - self._last)
        self._last = now
        self._watcher.advance()


def _report_cost(held: Mapping[str, Scenario], model: Model, options: RunOptions) -> None:
    """Run the first missing worlds of every scenario, and report what the others will cost."""
    workers, watcher = options.workers, options.watcher
    missing: dict[str, list[int]] = {}
    requests = {request.folder: request for request in (Request(it, model.version) for it in held.values())}
    for folder, request in requests.items():
        wanted = [*range(request.scenario.replicates)] if options.fresh else request.missing(options.out)
        if wanted:
            missing[folder] = wanted
    if not missing:
        return
    # A world in this process may use all cores, so the time of all of them is counted.
    here, clock = (workers, time.perf_counter) if workers.remote else (Workers(1), time.process_time)
    worlds, seconds = sum(map(len, missing.values())), 0.0
    watcher.begin(tr("the first worlds, to measure the cost"), 0, sum(len(it[:_PROBES]) for it in missing.values()))
    try:
        for folder, wanted in missing.items():
            scenario = requests[folder].scenario
            first = replace(scenario, values={**scenario.values, "run.replicates": wanted[:_PROBES][-1] + 1})
            probe = _Stopwatch(watcher, clock)
            run_batch([first], model, replace(options, workers=here, watcher=probe))
            worlds -= len(probe.seconds)
            seconds += (len(wanted) - len(probe.seconds)) * (probe.seconds or [0.0])[-1]
    finally:
        watcher.end()
    if worlds:
        seconds /= workers.count
        cost = tr(
            "{worlds} worlds of {scenarios} scenarios are left: about {time}, {workers} at once", worlds=f"{worlds:,}",
            scenarios=len(missing), time=span_text(seconds), workers=workers.count,
        )  # fmt: skip
        report_cost(cost, seconds, options, "fewer replicates")
