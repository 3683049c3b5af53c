"""Stored searches: a mix that was sought, and the value of one key that reaches a target."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from sim.language import recalled
from sim.report.html.stored import REMEDY, readable
from sim.runs.result import intact_bytes, stored_scenario
from sim.runs.store import Store
from sim.scenario import Scenario
from sim.studies.aims import Aim, Limit
from sim.studies.appraisal.assumptions import assumptions
from sim.studies.appraisal.totals import COST, TOTALS
from sim.studies.designs import Axis
from sim.studies.estimators.choice import Regret
from sim.studies.estimators.intervals import Interval
from sim.studies.mixes import Question, lever_axes
from sim.studies.questions.seek import ANSWER, SAID, TABLE, LeverRange, Mix, Sought
from sim.studies.questions.seek_value import SAID as SAID_OF_VALUE


@dataclass(frozen=True, eq=False)
class StoredValue:
    """A value that was sought: the answer as it is kept, and what else the page needs."""

    path: Path
    manifest: dict[str, Any]
    scenario: Scenario
    answer: dict[str, Any]
    axis: Axis
    curve: dict[float, Interval]

    @property
    def name(self) -> str:
        return str(self.manifest["name"])


def open_seek(folder: Path) -> Sought:
    """A search for a mix; ``ResultError`` where it is damaged or half-written."""
    store = Store(folder)
    manifest, scenario = store.manifest(), _scenario(store)
    answer = json.loads(intact_bytes(store, ANSWER, REMEDY))
    table = parquet.read_table(pa.BufferReader(intact_bytes(store, TABLE, REMEDY)))
    with readable(folder):
        question = _question(scenario, manifest["design"], answer, costs=table.column("cost").drop_null().to_pylist())
        keys = [axis.key for axis in question.levers]
        tried = [
            {**{name: _known(row[name]) for name in row if name not in keys}, "values": {key: row[key] for key in keys}}
            for row in table.to_pylist()
        ]
        return Sought(
            path=folder,
            question=question,
            best=_mix(answer["best"], question) if answer["best"] else None,
            refused=recalled(answer["refused"], SAID.values()),
            baseline_holds=answer["own_holds"],
            seeds=answer["seeds_needed"],
            finalists=tuple(_mix(it, question) for it in answer["finalists"]),
            frontier=tuple(_mix(it, question) for it in answer["frontier"]),
            ranges=tuple(LeverRange(**{**it, "good": tuple(it["good"])}) for it in answer["levers"]),
            regrets=tuple(Regret(**{name: _known(it[name]) for name in Regret._fields}) for it in answer["regret"]),
            tried=tuple(tried),
            as_good=tuple(answer["as_good"]),
            remarks=tuple(recalled(it, SAID.values()) for it in answer["remarks"]),
            manifest=manifest,
        )


def open_value(folder: Path) -> StoredValue:
    """A search for the value of a key; ``ResultError`` where it is damaged or half-written."""
    store = Store(folder)
    manifest, scenario = store.manifest(), _scenario(store)
    answer = json.loads(intact_bytes(store, ANSWER, REMEDY))
    with readable(folder):
        curve = {it["value"]: _interval(it) for it in answer["curve"]}
        _ = answer["target"]["value"], answer["crossings"]
        answer["refused"] = recalled(answer["refused"], SAID_OF_VALUE.values())
        return StoredValue(folder, manifest, scenario, answer, _axis(manifest["design"]["lever"], scenario), curve)


def _scenario(store: Store) -> Scenario:
    """The scenario under its own name, in the file that the page carries."""
    name = store.manifest().get("name", "")
    return replace(stored_scenario(store, REMEDY), name=name, path=f"{name}.toml")


def _question(
    scenario: Scenario, design: Mapping[str, Any], answer: Mapping[str, Any], costs: Sequence[float]
) -> Question:  # fmt: skip
    """What was asked."""
    budget, aim = design["budget"], answer["aim"]
    return Question(
        scenario=scenario,
        levers=tuple(_axis(it, scenario) for it in design["levers"]),
        aim=_aim(aim),
        sign=design["sign"],
        budget=Limit(_aim({"name": COST, "unit": TOTALS[COST][0]}), 1, budget) if budget is not None else None,
        limits=tuple(Limit(_aim(it), 1 if it["kind"] == "at most" else -1, it["value"]) for it in answer["limits"]),
        assumed=assumptions(design["assumed"]),
        followed=any(map(math.isfinite, costs)),
    )


def _aim(it: Mapping[str, Any]) -> Aim:
    return Aim(it["name"], it["unit"], it["name"] in TOTALS)


def _axis(it: Mapping[str, Any], scenario: Scenario) -> Axis:
    (found,) = lever_axes({it["key"]: it.get("levels") or f"{it['low']!r}:{it['high']!r}"}, scenario, [])
    return found


def _mix(it: Mapping[str, Any], question: Question) -> Mix:
    limits = it["limits"]
    return Mix(
        it["number"], it["values"], _interval(it["net"]), _interval(it["level"]), _interval(it["cost"]),
        tuple(_interval(limits[bound.aim.name]) for bound in question.bounds), _known(it["searched"]),
    )  # fmt: skip


def _interval(it: Mapping[str, Any]) -> Interval:
    return Interval(*(_known(it[name]) for name in Interval._fields))


def _known(x: Any) -> Any:
    """What JSON and Parquet have no number for is NaN again."""
    return math.nan if x is None else x
