"""What was sought, as text and as JSON: the best mix, the frontier, how far each lever can be moved, the regret."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator
from typing import Any

from sim import units
from sim.declare import Value
from sim.formats import brief, counted, number, plain, short, signed, span
from sim.report.text.columns import columns, fitted
from sim.scenario import Schedule
from sim.studies.designs import Axis
from sim.studies.estimators.choice import Regret
from sim.studies.estimators.intervals import Interval, interval_kind
from sim.studies.questions.seek import LeverRange, Mix, Sought, answer_json
from sim.studies.questions.seek_value import Reached, value_json
from sim.units import Everyday

_KINDS = {"posterior": "the posterior", "assumptions": "the assumptions"}


def seek_text(it: Sought) -> str:
    """The best mix or why none is named, then the tables."""
    q, scenario = it.question, it.question.scenario
    word = "most" if q.sign > 0 else "least"
    levers = counted(len(q.levers), "lever")
    counts = f"{counted(len(it.tried), 'mix').replace('mixs', 'mixes')} of {levers}"
    fresh = it.manifest["design"]["confirm"]
    lines = [
        fitted(f"{scenario.name}: the {word} {q.aim.name} in {scenario.calendar(scenario.months - 1)}{_within(it)}"),
        f"{counts} on {scenario.replicates} seeds from seed {scenario.seed}; the best anew on {fresh} fresh seeds",
        "",
    ]
    if it.best is None:
        lines.append(fitted(f"NO MIX IS NAMED: {it.refused}."))
    else:
        lines += _best_lines(it, it.best)
    lines += ["", _lever_table(it)]
    if len(it.frontier) > 1:
        title = f"frontier: no mix tried has {'more' if q.sign > 0 else 'less'} at a lower cost (fresh seeds)"
        lines += ["", title, _frontier_table(it)]
    if it.regrets:
        lines += ["", *(fitted(regret_text(one, it)) for one in it.regrets)]
    lines += [fitted(f"MIND: {remark}.") for remark in it.remarks]
    lines += ["", f"intervals: 95%, {interval_kind()}"]
    if it.best is not None:
        lines += ["next:", f"  {next_command(it, it.best)}"]
    return "\n".join([*lines, f"results: {it.path}"])


def seek_json(it: Sought) -> dict[str, Any]:
    """The answer as one object."""
    return {"results": str(it.path), **answer_json(it), "failures": it.failures}


def value_text(it: Reached) -> str:
    """The value that reaches the target, or why none is named, and the curve."""
    target, root, scenario = it.target, it.root, it.target.scenario
    aim, axis = target.aim, target.lever
    unit = lever_unit(axis)
    of_aim = f" {aim.unit}" if aim.unit else ""
    month = scenario.calendar(scenario.months - 1)
    lines = [
        fitted(f"{scenario.name}: {axis.key} that brings {aim.name} to {number(target.value)}{of_aim} in {month}"),
        f"{len(it.curve)} values on the same {scenario.replicates} seeds from seed {scenario.seed}",
        "",
    ]
    if it.refused:
        lines.append(fitted(f"NO VALUE IS NAMED: {it.refused}."))
    else:
        low = f"below {lever_text(axis.low, unit)}" if root.open_low else found_text(root.low, axis)
        high = f"above {lever_text(axis.high, unit)}" if root.open_high else found_text(root.high, axis)
        value = found_text(root.value, axis)
        lines += [f"{axis.key} = {units.with_unit(value, unit.unit)}", f"95% interval: {low} to {high}"]
        if root.crossings > 1:
            lines.append(fitted(f"MIND: the mean crosses the target {root.crossings} times in this range."))
    rows = [(found_text(x, axis), number(found.mean), span(found.low, found.high)) for x, found in it.curve.items()]
    lines += ["", columns((short(axis.key), aim.name, "95% interval"), [(unit.unit, aim.unit, ""), *rows], (0, 1, 2))]
    lines += ["", fitted(f"intervals: of the value, those at which {number(target.value)} lies in the 95% interval "
                            f"of the mean ({interval_kind()})")]  # fmt: skip
    return "\n".join([*lines, f"results: {it.path}"])


def reached_json(it: Reached) -> dict[str, Any]:
    """The answer as one object."""
    return {"results": str(it.path), **value_json(it), "failures": it.failures}


def bound_words(it: Sought) -> list[str]:
    """Every limit in words, the budget first."""
    words = [
        f"{one.aim.name} {'at most' if one.sign > 0 else 'at least'} {number(one.value)}" for one in it.question.limits
    ]
    budget = it.question.budget
    return [*([f"{number(budget.value)} million yuan"] if budget else []), *words]


def next_command(it: Sought, best: Mix) -> str:
    """The command that says more of the best mix."""
    scenario = it.question.scenario
    given = [
        f"--given {shlex.quote(f'{key}={plain(scenario.values[key])}')}"
        for key, origin in scenario.origins.items()
        if origin.kind == "override" and not key.startswith("run.") and key not in best.values
        if not isinstance(scenario.values[key], Schedule)
    ]
    settings = [f"--set {key}={brief(value, 12)}" for key, value in best.values.items()]
    command = "appraise" if it.question.followed else "what-if"
    return " ".join(["sim", command, shlex.quote(str(scenario.path)), *given, *settings])


def _within(it: Sought) -> str:
    found = bound_words(it)
    return f", within {', '.join(found)}" if found else ""


def _best_lines(it: Sought, best: Mix) -> Iterator[str]:
    q = it.question
    unit = f" {q.aim.unit}" if q.aim.unit else ""
    yield "BEST MIX"
    for key, value in best.values.items():
        one = next(row for row in it.ranges if row.key == key)
        yield f"  {key} = {units.quantity(value, one.unit)}"
    yield f"{_label(it):<20}{signed(best.net.mean):>10}  [{span(best.net.low, best.net.high)}]{unit}"
    if not q.aim.total:
        yield f"  {q.aim.name:<18}{number(best.level.mean):>10}  [{span(best.level.low, best.level.high)}]"
    if not math.isnan(best.cost.mean):
        of = f" of {number(q.budget.value)}" if q.budget else ""
        yield f"{'COST':<20}{number(best.cost.mean):>10}  [{span(best.cost.low, best.cost.high)}]{of} million yuan"
    for bound, found in zip(q.bounds, best.bounded, strict=True):
        if bound is not q.budget:
            word = "at most" if bound.sign > 0 else "at least"
            asked = f"{word} {number(bound.value)}"
            yield f"{bound.aim.name:<20}{number(found.mean):>10}  [{span(found.low, found.high)}] {asked}"
    yield f"(on the seeds of the search, by which it was chosen: {signed(best.searched)})"


def _label(it: Sought) -> str:
    aim = it.question.aim
    return aim.name.replace("_", " ").upper() if aim.total else "CHANGE"


def _lever_table(it: Sought) -> str:
    heads = ("lever", "best", "as good within noise", "as it is", "range", "unit")
    rows = [
        (row.key, lever_text(row.best, unit) if row.best is not None else "-", good_text(row), own_text(row.own, unit),
         f"{lever_text(row.low, unit)} to {lever_text(row.high, unit)}", unit.unit)
        for row in it.ranges
        for unit in (lever_unit(row),)
    ]  # fmt: skip
    return columns(heads, rows, (1, 2, 3, 4))


def lever_unit(it: LeverRange | Axis) -> Everyday:
    """The everyday unit of a lever's values."""
    return units.parameter_unit(it.unit, [it.low, it.high])


def found_text(value: float, axis: Axis) -> str:
    """A value of a key that was found."""
    return lever_text(round(value) if axis.whole else value, lever_unit(axis))


def lever_text(value: Value, unit: Everyday) -> str:
    """A lever's value in its everyday unit, to four digits: more would claim more than is known."""
    if not isinstance(value, float):
        return units.brief(value, unit)
    rounded = float(f"{value * unit.factor:.4g}")
    return f"{rounded:,.0f}" if rounded.is_integer() and abs(rounded) >= 10_000 else f"{rounded:.10g}"


def good_text(row: LeverRange) -> str:
    """The values that are as good within noise."""
    unit = lever_unit(row)
    if not row.good:
        return "-"
    if row.whole_range:
        return "any"
    if isinstance(row.good[0], int | float) and not isinstance(row.good[0], bool) and len(row.good) == 2:
        low, high = (lever_text(value, unit) for value in row.good)
        return low if low == high else f"{low} to {high}"
    return ", ".join(lever_text(value, unit) for value in row.good)


def _frontier_table(it: Sought) -> str:
    q = it.question
    keys = {row.key: lever_unit(row) for row in it.ranges}
    heads = ("cost", "95% interval", q.aim.name, "95% interval", *map(short, keys))
    rows = [
        (number(mix.cost.mean), _ends(mix.cost), signed(mix.net.mean), _ends(mix.net),
         *(lever_text(mix.values[key], unit) for key, unit in keys.items()))
        for mix in it.frontier
    ]  # fmt: skip
    said = ("million yuan", "", q.aim.unit, "", *(unit.unit for unit in keys.values()))
    return columns(heads, [said, *rows], range(len(heads)))


def regret_text(one: Regret, it: Sought) -> str:
    """What the best mix gains and misses over draws, in words."""
    unit = f" {it.question.aim.unit}" if it.question.aim.unit else ""
    limits = f"it keeps the limits in {one.holds:.0%}" if it.question.bounds else ""
    others = f"worse than the scenario as it is in {one.worse:.0%}" if it.own_holds else ""
    count = len(it.finalists) + it.own_holds
    return "; ".join(
        [
            f"{one.draws} draws of {_KINDS[one.kind]}: the best of {count} in {one.best:.0%}",
            f"regret {number(one.mean)}{unit} (95th percentile {number(one.p95)}) of a gain of {number(one.gain)}",
            *([others] if others else []),
            *([limits] if limits else []),
        ]
    )


def _ends(it: Interval) -> str:
    return span(it.low, it.high)


def own_text(value: Value | None, unit: Everyday) -> str:
    """A lever's value in the scenario as it is."""
    return "schedule" if value is None else lever_text(value, unit)
