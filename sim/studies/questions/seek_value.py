"""The value of one key that brings an outcome to a target, with its interval: the reverse of a run.

Every value is tried on the same seeds. How it is found, and what the interval is: ``sim.studies.estimators.root``.

The folder, ``seek-value-NAME-DIGEST``, holds ``curve.csv`` (a row a value that was tried: mean and 95% interval of the
outcome), ``seek.json`` (the answer), ``mixes-worlds.parquet``, ``scenario.toml``, figures and ``manifest.json``.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.declare import Value
from sim.formats import number
from sim.language import in_english, later, tr
from sim.notebooks import in_notebooks
from sim.runs.ensemble import folder_name
from sim.runs.kept import Kept
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, Model
from sim.runs.seals import to_json
from sim.runs.store import SCENARIO, Store, clean
from sim.runs.summary import csv_bytes
from sim.scenario import Fault, Scenario, ScenarioError, Schedule
from sim.studies.aims import Aim, aim_of, aims, amount_of
from sim.studies.appraisal.assumptions import Assumption
from sim.studies.appraisal.totals import totals
from sim.studies.designs import Axis, scheduled
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.root import END_STEPS, FIRST, FOUND, NOISE, OUTSIDE, STEPS, Root, find_root
from sim.studies.followed_worlds import MIXES, FollowedWorlds
from sim.studies.mixes import LEVERS, lever_axes, refuse_undecided, undecided_levers
from sim.studies.points import Point
from sim.studies.questions.seek import ANSWER
from sim.studies.study_files import about_study, digest_of_study, publish
from sim.units import brief, parameter_unit, with_unit

CURVE = "curve.csv"
REPLICATES = 16
SAID = {  # why no value is named: it is stored in English, and the page looks it up here
    "outside": later(
        "no value from {first} to {last} brings {outcome} to {wanted}: it has {least} (at {low}) to {most} (at {high})"
    ),
    "no value": later("{outcome} has no value at too many points of the range"),
    "more seeds": later("noise hides it: {seeds} seeds cannot tell what {key} does to {outcome}, about {more} might"),
    "noise": later("noise hides it: {seeds} seeds cannot tell what {key} does to {outcome}"),
}
_TARGET = "--target"


@dataclass(frozen=True)
class Target:
    """What is asked, as checked: the key with its range, and the value that an outcome is to have.

    Attributes
    ----------
    scenario
        The scenario.
    lever
        The key, with its range.
    aim
        The outcome whose mean is to reach the target.
    value
        The target, in the unit of the outcome.
    assumed
        What is assumed beyond the model, by name.
    """

    scenario: Scenario
    lever: Axis
    aim: Aim
    value: float
    assumed: Mapping[str, Assumption]


@in_notebooks
@dataclass(frozen=True, eq=False)
class Reached(Kept):
    """The value of a key at which the mean of an outcome reaches a target.

    Attributes
    ----------
    path
        Folder of the study.
    target
        What was asked, as checked.
    root
        The value with its 95% interval, in the key's unit, and the outcome at every value that was tried.
    refused
        Why no value is named, in words; empty where one is.
    manifest
        What ``manifest.json`` holds.

    Examples
    --------
    >>> found = sim.seek_value(
    ...     "shougang", {"levers.entry_cost_cut": "0:1"}, {"startups": 330}, replicates=3, months=12, workers=1
    ... )
    >>> 0 < found.value < 1
    True
    """

    path: Path
    target: Target
    root: Root
    refused: str
    manifest: dict[str, Any]

    def __repr__(self) -> str:
        return (
            f"<Reached: {self.target.aim.name} of {self.target.scenario.name} by {self.target.lever.key}, {self.path}>"
        )

    @property
    def value(self) -> float:
        """The value in the key's unit; NaN where none is named."""
        return self.root.value

    @property
    def curve(self) -> dict[float, Interval]:
        """Mean and 95% interval of the outcome at every value that was tried."""
        return {x: self.root.at(x) for x in self.root.curve}


def read_target(
    scenario: Scenario, levers: Mapping[str, str | Sequence[Value]], target: Mapping[str, Any] | str, model: Model,
    assumed: Mapping[str, Assumption],
) -> Target:  # fmt: skip
    """What is asked, checked; ScenarioError with every fault of it."""
    faults: list[Fault] = []
    known = aims(model.outcomes)
    lines = lever_axes(levers, scenario, faults)
    if len(levers) > 1:
        message = f"one key reaches a target, {len(levers)} are given, allowed: one KEY=LOW:HIGH"
        faults.append(Fault(LEVERS, 0, ", ".join(levers), message))
    faults += [Fault(LEVERS, 0, it.key, "has single values, allowed with --target: LOW:HIGH") for it in lines
               if it.levels]  # fmt: skip
    if scenario.replicates < 2:
        faults.append(Fault("--replicates", 0, "1", "gives no interval, allowed with --target: at least 2"))
    if isinstance(target, str):
        name, _, text = (part.strip() for part in target.partition("="))
        target = {name: text}
    if len(target) != 1:
        faults.append(Fault(_TARGET, 0, ", ".join(target), "is not one, allowed: OUTCOME=VALUE"))
    name, given = next(iter(target.items()), ("", ""))
    aim = aim_of(_TARGET, name, known, faults)
    value = amount_of(_TARGET, aim, given, faults) if aim else None
    if faults:
        raise ScenarioError(faults)
    assert aim is not None
    assert value is not None
    refuse_undecided(scenario, undecided_levers(scenario, lines), model, money=aim.total)
    return Target(scenario, lines[0], aim, value, assumed)


def run_seek_value(target: Target, model: Model, options: RunOptions) -> Reached:
    """Seek the value, in its folder under ``out``.

    Raises
    ------
    TooLarge
        Where it takes long and is not ``allow_long``.
    """
    scenario, axis, say = target.scenario, target.lever, options.watcher.say
    for key in scheduled([axis], scenario):
        say(tr("{key}: its schedule gives way to one value over all months", key=key))
    design = {
        "lever": axis.asked(),
        "target": [target.aim.name, target.value],
        "assumed": {it.name: it.value for it in target.assumed.values()} if target.aim.total else {},
        "replicates": scenario.replicates,
    }
    digest = digest_of_study("seek-value", scenario, model.version, design)
    store = Store(options.out / f"seek-value-{folder_name(scenario.name)}-{digest}")
    with store.locked(say):
        if options.fresh:
            store.clear()
        began = time.perf_counter()
        closer = 2 * math.ceil(math.log2(axis.high - axis.low + 1)) if axis.whole else 0
        expected = scenario.replicates * (FIRST + STEPS + 2 * END_STEPS + 2 + closer)
        worlds = FollowedWorlds(
            scenario, model, store, options, followed=target.aim.total, expected=expected,
            smaller="fewer --replicates",
        )  # fmt: skip
        options.watcher.begin(f"seek {scenario.name}", 0, expected)
        try:
            root = _root(target, worlds)
        finally:
            options.watcher.end()
        made = Reached(store.path, target, root, _refused(target, root), {})
        rows = [(x, *it) for x, it in made.curve.items()]
        files = {
            CURVE: csv_bytes((axis.key, "mean", "low", "high"), rows),
            ANSWER: to_json(clean(value_json(made))),
            MIXES: worlds.parquet(),
            SCENARIO: scenario.to_toml().encode(),
        }
        about = about_study("seek-value", scenario, digest, design, model)
        spent = time.perf_counter() - began
        manifest = publish(store, about, scenario.catalogue, worlds, files, spent, options.workers.count)
    return replace(made, manifest=manifest)


def _root(target: Target, worlds: FollowedWorlds) -> Root:
    scenario, axis, aim, names = target.scenario, target.lever, target.aim, worlds.outcomes
    numbers = range(scenario.replicates)
    base = worlds.rows([Point(scenario, {})], [numbers])[0] if aim.total else np.zeros((0, 0))

    def evaluate(values: Sequence[float]) -> list[Cells]:
        points = [Point(scenario, {axis.key: int(x) if axis.whole else float(x)}) for x in values]
        rows = worlds.rows(points, [numbers] * len(points))
        if not aim.total:
            return [it[:, names.index(aim.name)] for it in rows]
        count = len(names)
        return [totals(base[:, count:], it[:, count:], scenario, target.assumed)[aim.name] for it in rows]

    own = scenario.values[axis.key]
    near = math.nan if isinstance(own, Schedule | bool | str) else float(own)
    return find_root(axis.low, axis.high, target.value, evaluate, whole=axis.whole, near=near)


@in_english
def _refused(target: Target, root: Root) -> str:
    """Why no value is named; empty where one is."""
    if root.state == FOUND:
        return ""
    aim, axis = target.aim, target.lever
    unit = f" {aim.unit}" if aim.unit else ""
    means = {x: root.at(x).mean for x in root.curve}
    if root.state == OUTSIDE and len(means) >= 2:
        least, most = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
        lever = parameter_unit(axis.unit, [axis.low, axis.high])
        first, last, low, high = (brief(x, lever) for x in (axis.low, axis.high, least, most))
        return later(
            SAID["outside"], first=first, last=with_unit(last, lever.unit), outcome=aim.name,
            wanted=f"{number(target.value)}{unit}", least=number(means[least]), low=low, most=number(means[most]),
            high=high,
        )  # fmt: skip
    if root.state == OUTSIDE:
        return later(SAID["no value"], outcome=aim.name)
    assert root.state == NOISE
    places = {"seeds": target.scenario.replicates, "key": axis.key, "outcome": aim.name}
    if root.seeds:
        return later(SAID["more seeds"], more=f"{root.seeds:,}", **places)
    return later(SAID["noise"], **places)


def value_json(it: Reached) -> dict[str, Any]:
    """The answer as one object of JSON."""
    target, root, scenario = it.target, it.root, it.target.scenario
    return {
        "scenario": scenario.name,
        "seed": scenario.seed,
        "replicates": scenario.replicates,
        "months": scenario.months,
        "month": scenario.calendar(scenario.months - 1),
        "key": target.lever.key,
        "unit": target.lever.unit,
        "range": [target.lever.low, target.lever.high],
        "target": {"name": target.aim.name, "unit": target.aim.unit, "value": target.value},
        "value": root.value,
        "low": root.low,
        "high": root.high,
        "open_low": root.open_low,
        "open_high": root.open_high,
        "crossings": root.crossings,
        "refused": it.refused,
        "seeds_needed": root.seeds,
        "curve": [{"value": x, **found._asdict()} for x, found in it.curve.items()],
    }
