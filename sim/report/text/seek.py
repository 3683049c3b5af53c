"""What was sought, as text and as JSON: the best mix, the frontier, how far each lever can be moved, the regret."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sim import units
from sim.declare import Value
from sim.formats import brief, counted, label, number, percent, short, signed, span, whole
from sim.language import Sentence, is_chinese, later, listed, month_text, tr, trc
from sim.letters import argument, left
from sim.report.money import declared_unit, sought_in_words
from sim.report.text.columns import columns, fitted
from sim.runs.declarations import with_options
from sim.studies.aims import Aim, Limit
from sim.studies.changes import as_plain, as_setting
from sim.studies.designs import Axis
from sim.studies.estimators.choice import Regret
from sim.studies.estimators.intervals import Interval, interval_kind
from sim.studies.questions.seek import LeverRange, Mix, Sought, answer_json
from sim.studies.questions.seek_value import SAID, Reached, value_json
from sim.units import Everyday

_OPTIONS = ("run.months", "run.seed", "run.replicates")  # of a command
_FAR = 0.5  # of the width of all costs, from which on a budget beyond them is only named
_KINDS = {
    "posterior": later("{draws} draws of the posterior: the best of {count} in {share}"),
    "assumptions": later("{draws} draws of the assumptions: the best of {count} in {share}"),
}


def seek_text(it: Sought) -> str:
    """The best mix or why none is named, then the tables."""
    it = sought_in_words(it)
    q, scenario = it.question, it.question.scenario
    month = month_text(scenario.calendar(scenario.months - 1))
    places = {"scenario": scenario.name, "outcome": q.aim.name, "month": month}
    title = tr("{scenario}: the most {outcome} in {month}", **places)
    if q.sign <= 0:
        title = tr("{scenario}: the least {outcome} in {month}", **places)
    if bounds := bound_words(it):
        title = tr("{title}, within {bounds}", title=title, bounds=listed(bounds))
    lines = [
        fitted(title),
        tr(
            "{mixes} of {levers} on {seeds} seeds from seed {seed}; the best again on {fresh} fresh seeds",
            mixes=counted(len(it.tried), "mix", "es"), levers=counted(len(q.levers), "lever"),
            seeds=scenario.replicates, seed=scenario.seed, fresh=it.manifest["design"]["confirm"],
        ),
        "",
    ]  # fmt: skip
    if it.best is None:
        lines.append(fitted(tr("NO MIX IS NAMED: {reason}.", reason=tr(it.refused))))
    else:
        lines += _best_lines(it, it.best)
    lines += ["", _lever_table(it)]
    if len(it.frontier) > 1:
        more = tr("frontier: no mix tried has more at a lower cost (fresh seeds)")
        less = tr("frontier: no mix tried has less at a lower cost (fresh seeds)")
        lines += ["", more if q.sign > 0 else less, _frontier_table(it)]
    if it.regrets:
        lines += ["", *(fitted(regret_text(one, it)) for one in it.regrets)]
    lines += [fitted(tr("MIND: {remark}.", remark=tr(remark))) for remark in it.remarks]
    lines += ["", tr("intervals: 95%, {kind}", kind=tr(interval_kind()))]
    if it.best is not None:
        lines += [tr("next:"), f"  {next_command(it, it.best)}"]
    return "\n".join([*lines, tr("results: {path}", path=it.path)])


def seek_json(it: Sought) -> dict[str, Any]:
    """The answer as one object."""
    return {"results": str(it.path), **answer_json(it), "failures": it.failures}


def value_text(it: Reached) -> str:
    """The value that reaches the target, or why none is named, and the curve."""
    target, root, scenario = it.target, it.root, it.target.scenario
    aim, axis = target.aim, target.lever
    unit = lever_unit(axis)
    money = declared_unit(aim.unit)
    lines = [
        fitted(
            tr(
                "{scenario}: {key} that brings {outcome} to {value} in {month}", scenario=scenario.name, key=axis.key,
                outcome=aim.name, value=f"{money.number(target.value)} {money.unit}".rstrip(),
                month=month_text(scenario.calendar(scenario.months - 1)),
            )
        ),
        tr(
            "{count} values on the same {seeds} seeds from seed {seed}", count=len(it.curve),
            seeds=scenario.replicates, seed=scenario.seed,
        ),
        "",
    ]  # fmt: skip
    if it.refused:
        lines.append(
            fitted(
                tr("NO VALUE IS NAMED: {reason}.", reason=no_value_text(it.refused, axis, aim, target.value, it.curve))
            )
        )
    else:
        low = found_text(root.low, axis)
        if root.open_low:
            low = tr("below {value}", value=lever_text(axis.low, unit))
        high = found_text(root.high, axis)
        if root.open_high:
            high = tr("above {value}", value=lever_text(axis.high, unit))
        value = found_text(root.value, axis)
        lines += [
            f"{axis.key} = {units.with_unit(value, unit.unit)}", tr("95% interval: {low} to {high}", low=low, high=high)
        ]  # fmt: skip
        if root.crossings > 1:
            lines.append(fitted(tr("MIND: the mean crosses the target {count} times in this range.",
                                   count=root.crossings)))  # fmt: skip
    rows = [
        (found_text(x, axis), money.number(found.mean), money.span(found.low, found.high))
        for x, found in it.curve.items()
    ]
    heads = (short(axis.key), aim.name, tr("95% interval"))
    lines += ["", columns(heads, [(unit.unit, money.unit, ""), *rows], (0, 1, 2))]
    lines += ["", fitted(tr("intervals: of the value, those at which {value} lies in the 95% interval of the mean "
                            "({kind})", value=money.number(target.value), kind=tr(interval_kind())))]  # fmt: skip
    return "\n".join([*lines, tr("results: {path}", path=it.path)])


def no_value_text(refused: str, axis: Axis, aim: Aim, wanted: float, curve: Mapping[float, Interval]) -> str:
    """Why no value is named; in Chinese with all numbers in its units, as the stored sentence has those of English."""
    if not (is_chinese() and isinstance(refused, Sentence) and refused.text == SAID["outside"]):
        return tr(refused)
    money, lever = declared_unit(aim.unit), lever_unit(axis)
    means = {x: found.mean for x, found in curve.items() if math.isfinite(found.mean)}
    least, most = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    first, last, low, high = (units.brief(x, lever) for x in (axis.low, axis.high, least, most))
    return tr(
        SAID["outside"], first=first, last=units.with_unit(last, lever.unit), outcome=aim.name,
        wanted=f"{money.number(wanted)}{money.unit}", least=money.number(means[least]), low=low,
        most=money.number(means[most]), high=high,
    )  # fmt: skip


def reached_json(it: Reached) -> dict[str, Any]:
    """The answer as one object."""
    return {"results": str(it.path), **value_json(it), "failures": it.failures}


def budget_is_far(it: Sought) -> bool:
    """Whether the budget is so far beyond all costs that a line at it would press a figure's mixes together."""
    budget = it.question.budget
    costs = [0.0, *(row["cost"] for row in it.tried), *(end for one in it.finalists for end in one.cost)]
    known = [cost for cost in costs if math.isfinite(cost)]
    return budget is not None and budget.value > max(known) + _FAR * (max(known) - min(known))


def bound_words(it: Sought) -> list[str]:
    """Every limit in words, the budget first."""
    words = [
        tr("{outcome} at most {value}", outcome=one.aim.name, value=bound_text(one))
        if one.sign > 0
        else tr("{outcome} at least {value}", outcome=one.aim.name, value=bound_text(one))
        for one in it.question.limits
    ]
    budget = it.question.budget
    return [*([_millions(number(budget.value))] if budget else []), *words]


def bound_text(one: Limit) -> str:
    """The value of a limit; in Chinese money is with its unit, which is none of those that are typed."""
    return f"{number(one.value)}{'' if one.aim.unit.isascii() else one.aim.unit}"


def _millions(text: str) -> str:
    """An amount in million yuan, in which money is declared."""
    return tr("{amount} million yuan", amount=text)


def next_command(it: Sought, best: Mix) -> str:
    """The command that says more of the best mix."""
    scenario = it.question.scenario
    changed = [key for key, origin in scenario.origins.items() if origin.kind == "override" and key not in best.values]
    run = [f"--{name} {scenario.values[f'run.{name}']}" for name in ("months", "seed") if f"run.{name}" in changed]
    others = [as_setting(key, as_plain(scenario, key)) for key in changed if key not in _OPTIONS]
    given = [f"--given {shlex.quote(it)}" for it in others]
    settings = [f"--set {key}={brief(value, 12)}" for key, value in best.values.items()]
    command = "appraise" if it.question.followed else "what-if"
    said = " ".join(["sim", command, argument(scenario.path), *run, *given, *settings])
    return said + with_options(it.manifest)


def _best_lines(it: Sought, best: Mix) -> Iterator[str]:
    q = it.question
    unit = f" {q.aim.unit}" if q.aim.unit else ""
    yield tr("BEST MIX")
    for key, value in best.values.items():
        one = next(row for row in it.ranges if row.key == key)
        yield f"  {key} = {units.quantity(value, one.unit)}"
    yield f"{left(_label(it), 20)}{signed(best.net.mean):>10}  [{span(best.net.low, best.net.high)}]{unit}"
    if not q.aim.total:
        yield f"  {q.aim.name:<18}{number(best.level.mean):>10}  [{span(best.level.low, best.level.high)}]"
    if not math.isnan(best.cost.mean):
        start = f"{left(tr('COST'), 20)}{number(best.cost.mean):>10}  [{span(best.cost.low, best.cost.high)}]"
        if q.budget:
            yield f"{start} {tr('of {amount} million yuan', amount=number(q.budget.value))}"
        else:
            yield f"{start} {tr('million yuan')}"
    for bound, found in zip(q.bounds, best.bounded, strict=True):
        if bound is not q.budget:
            value = bound_text(bound)
            asked = tr("at most {value}", value=value) if bound.sign > 0 else tr("at least {value}", value=value)
            yield f"{bound.aim.name:<20}{number(found.mean):>10}  [{span(found.low, found.high)}] {asked}"
    yield tr("(on the seeds of the search, by which it was chosen: {value})", value=signed(best.searched))


_TOTALS = {
    "net_jobs": later("NET JOBS"), "net_enterprises": later("NET ENTERPRISES"),
    "net_value_added": later("NET VALUE ADDED"), "net_taxes": later("NET TAXES"), "society": later("SOCIETY"),
    "cost": later("COST"), "public_cost": later("PUBLIC COST"),
}  # fmt: skip


def aim_words(name: str, said: Callable[[str], str] = label) -> str:
    """What is sought or bounded, as words: in Chinese a total has the name that the tables of a terminal give it."""
    return tr(_TOTALS[name]) if is_chinese() and name in _TOTALS else said(name)


def _label(it: Sought) -> str:
    aim = it.question.aim
    if not aim.total:
        return tr("CHANGE")
    return tr(_TOTALS[aim.name])


def _lever_table(it: Sought) -> str:
    heads = (tr("lever"), tr("best"), tr("as good within noise"), tr("as it is"), tr("range"), tr("unit"))
    rows = [
        (row.key, lever_text(row.best, unit) if row.best is not None else "-", good_text(row), own_text(row.own, unit),
         tr("{low} to {high}", low=lever_text(row.low, unit), high=lever_text(row.high, unit)), unit.unit)
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
    return whole(rounded) if rounded.is_integer() and abs(rounded) >= 10_000 else f"{rounded:.10g}"


def good_text(row: LeverRange) -> str:
    """The values that are as good within noise."""
    unit = lever_unit(row)
    if not row.good:
        return "-"
    if row.whole_range:
        return tr("any")
    if isinstance(row.good[0], int | float) and not isinstance(row.good[0], bool) and len(row.good) == 2:
        low, high = (lever_text(value, unit) for value in row.good)
        return low if low == high else tr("{low} to {high}", low=low, high=high)
    return listed(lever_text(value, unit) for value in row.good)


def _frontier_table(it: Sought) -> str:
    q = it.question
    keys = {row.key: lever_unit(row) for row in it.ranges}
    heads = (tr("cost"), tr("95% interval"), q.aim.name, tr("95% interval"), *map(short, keys))
    rows = [
        (number(mix.cost.mean), _ends(mix.cost), signed(mix.net.mean), _ends(mix.net),
         *(lever_text(mix.values[key], unit) for key, unit in keys.items()))
        for mix in it.frontier
    ]  # fmt: skip
    said = (tr("million yuan"), "", q.aim.unit, "", *(unit.unit for unit in keys.values()))
    return columns(heads, [said, *rows], range(len(heads)))


def regret_text(one: Regret, it: Sought) -> str:
    """What the best mix gains and misses over draws, in words."""
    unit = f" {it.question.aim.unit}" if it.question.aim.unit else ""
    limits = tr("it keeps the limits in {share}", share=percent(one.holds)) if it.question.bounds else ""
    others = tr("worse than the scenario as it is in {share}", share=percent(one.worse)) if it.baseline_holds else ""
    count = len(it.finalists) + it.baseline_holds
    return trc("between changes", "; ").join(
        [
            tr(_KINDS[one.kind], draws=one.draws, count=count, share=percent(one.best)),
            tr("regret {mean} (95th percentile {p95}) of a gain of {gain}", mean=f"{number(one.mean)}{unit}",
               p95=number(one.p95), gain=number(one.gain)),
            *([others] if others else []),
            *([limits] if limits else []),
        ]
    )  # fmt: skip


def _ends(it: Interval) -> str:
    return span(it.low, it.high)


def own_text(value: Value | None, unit: Everyday) -> str:
    """A lever's value in the scenario as it is."""
    return tr("schedule") if value is None else lever_text(value, unit)
