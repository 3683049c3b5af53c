"""A sweep as text and as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.declare import Value
from sim.formats import seeds_text, short
from sim.language import later, listed, month_text, tr
from sim.report.shown import outcome_name, sweep_unit
from sim.report.text.columns import columns, sign_cell
from sim.report.text.left_out import left_out_text
from sim.runs.seeds import begins
from sim.runs.store import clean
from sim.studies.estimators.intervals import interval_kind
from sim.studies.estimators.signs import replicate_words, sign_of
from sim.studies.questions.sweep import BASELINE, LEFT_OUT, Sweep, verdict_at
from sim.units import Everyday, brief, parameter_unit, with_unit

_DESIGNS = (later("grid"), later("latin"), later("sobol"))
MOST_ROWS = 24  # points of a table; of more, those at either end are shown


def sweep_text(sweep: Sweep, *, everything: bool = False) -> str:
    """A table for every outcome shown: a line a point."""
    scenario, failed = sweep.scenario, len(sweep.failures)
    keys = listed(f"{axis.key} ({unit})" if (unit := axis_unit(sweep, axis.key).unit) else axis.key
                  for axis in sweep.axes)  # fmt: skip
    lines = [
        tr(
            "{scenario}: {keys} over {count} points ({design}), each on the same seeds", scenario=scenario.name,
            keys=keys, count=len(sweep.points) - 1, design=tr(sweep.design),
        ),
        tr(
            "{seeds}; means, percentiles and paired differences in {month}",
            seeds=seeds_text(sweep.replicates, begins(scenario)), month=month_text(sweep.month),
        ),
        tr("95% intervals: {kind}", kind=tr(interval_kind())),
        *([tr("{count} replicates failed: the numbers are of the others", count=failed)] if failed else []),
    ]  # fmt: skip
    for name in sweep.outcomes:
        lines += [
            "",
            f"{outcome_name(name)} ({unit})" if (unit := outcome_unit(sweep, name).unit) else outcome_name(name),
            *_outcome_text(sweep, name, everything),
        ]
    return "\n".join([*lines, "", tr("results: {path}", path=sweep.path)])


def _outcome_text(sweep: Sweep, name: str, everything: bool) -> list[str]:
    stats, unit = sweep.stats[name], outcome_unit(sweep, name)
    units = {axis.key: axis_unit(sweep, axis.key) for axis in sweep.axes}
    order = list(range(1, len(sweep.points)))
    hidden = 0
    if len(order) > MOST_ROWS and not everything:
        order.sort(key=lambda at: float(np.nan_to_num(stats["mean"][at])))
        hidden = len(order) - MOST_ROWS
        order = order[: MOST_ROWS // 2] + order[-MOST_ROWS // 2 :]
    rows, hanging = [], []
    numbered = len(sweep.axes) > 2  # so many values do not fit before each part of a table
    for at in (BASELINE, *order):
        mean, low, high = (float(stats[it][at]) for it in ("difference", "low", "high"))
        told = ("", "", tr("as it is"))
        if at != BASELINE:
            verdict = sign_cell(tr(verdict_at(stats, at)), sign_of(mean, low, high))
            told = (unit.signed(mean), unit.span(low, high), verdict)
        values = tuple(value_text(value, units[key]) for key, value in sweep.points[at].items())
        number_of = (str(at or tr("baseline")),) if numbered else ()
        if stats["hangs_on_one"][at]:
            replicate, *left = (float(stats[it][at]) for it in LEFT_OUT[:-1])
            place = (
                with_unit(f"{short(key)} {text}", units[key].unit) for key, text in zip(units, values, strict=True)
            )
            left_out = left_out_text(unit, replicate_words(int(replicate)), *left)
            hanging.append(tr("at {place}: {said}", place=listed(place), said=left_out))
        middle, spread = unit.number(stats["median"][at]), unit.span(stats["p5"][at], stats["p95"][at])
        rows.append((*number_of, *values, unit.number(stats["mean"][at]), middle, spread, *told))
    heads = (
        *((tr("point"),) if numbered else ()),
        *(short(axis.key) for axis in sweep.axes),
        tr("mean"),
        tr("median"),
        tr("90% of seeds"),
        tr("difference"),
        tr("95% interval"),
        "",
    )
    keys = 1 if numbered else len(sweep.axes)
    table = columns(heads, rows, right=range(len(heads) - 1), keys=keys)
    more = []
    if hidden:
        more.append(
            tr("the {few} lowest and highest means; {count} more points: --all, or sweep.csv", few=MOST_ROWS // 2,
               count=hidden)
        )  # fmt: skip
    return [table, *more, *hanging]


def sweep_json(sweep: Sweep) -> dict[str, Any]:
    """All that the table shows as one object; ``points[0]`` is the baseline."""
    manifest = sweep.runs.manifest
    return {
        "results": str(sweep.path),
        "scenario": sweep.scenario.name,
        "digest": manifest["digest"],
        "model": manifest["model"],
        "seed": sweep.scenario.seed,
        "replicates": sweep.replicates,
        "months": sweep.scenario.months,
        "month": sweep.month,
        "design": sweep.design,
        "keys": [axis.asked() for axis in sweep.axes],
        "failures": sweep.failures,
        "points": [
            {
                "values": dict(values),
                "outcomes": {
                    name: {
                        "unit": sweep.units[name],
                        **{key: clean(float(found[at])) for key, found in sweep.stats[name].items()},
                        "verdict": "" if at == BASELINE else verdict_at(sweep.stats[name], at),
                    }
                    for name in sweep.outcomes
                },
            }
            for at, values in enumerate(sweep.points)
        ],
    }


def axis_unit(sweep: Sweep, key: str) -> Everyday:
    """The everyday unit of a varied key at all points."""
    axis = next(axis for axis in sweep.axes if axis.key == key)
    return parameter_unit(axis.unit, [point[key] for point in sweep.points])


def outcome_unit(sweep: Sweep, name: str) -> Everyday:
    """The everyday unit of an outcome at all points."""
    return sweep_unit(sweep.units[name], sweep.stats[name])


def value_text(value: Value | None, unit: Everyday) -> str:
    """A point's value of a key in its everyday unit; a schedule is None."""
    return tr("schedule") if value is None else brief(value, unit)
