"""The report on a search for a mix of levers: the best mix, cost against outcome, slack of the levers, robustness."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from typing import Any

from sim.formats import counted, number, percent, seeds_text, short, signed, span
from sim.language import later, listed, month_text, tr, trc
from sim.report.html.headline import words_of
from sim.report.html.markup import Markup, fold, join, picture, table, tag
from sim.report.html.page import Report, Section, document
from sim.report.html.plane import Plane, plane_of
from sim.report.html.reproduce import study_commands, study_reproduction
from sim.report.html.rests_on import parameters_by_kind
from sim.report.html.stored import Stored
from sim.report.money import sought_in_words
from sim.report.shown import title_words
from sim.report.text.seek import (
    aim_words,
    bound_text,
    bound_words,
    budget_is_far,
    good_text,
    lever_text,
    lever_unit,
    next_command,
    own_text,
    regret_text,
)
from sim.runs.seeds import begins
from sim.runs.summary import csv_bytes
from sim.studies.appraisal.assumptions import declared_assumptions
from sim.studies.estimators.intervals import Interval, interval_kind
from sim.studies.followed_worlds import MIXES
from sim.studies.mixes import POSTERIOR_DRAWS, share_of
from sim.studies.questions.seek import LeverRange, Mix, Sought, answer_json
from sim.units import with_unit

_WIDTH, _SIDE, _LEVER, _DRAWS = 360, 12, 56, 62  # units of a picture: about a pixel each
_KEY = (
    ("tried", later("mix tried")),
    ("as-good", later("as good as the best, within noise")),
    ("s0", later("run again on fresh seeds, with 95% intervals")),
    ("best", later("the best mix")),
    ("own", later("the scenario as it is")),
)
_DRAWN = {"posterior": later("posterior"), "assumptions": later("assumptions")}
_DRAWS_OF = {
    "posterior": later("{draws} draws of the posterior"), "assumptions": later("{draws} draws of the assumptions"),
}  # fmt: skip
_OF_BEST = ("as-good", "best")


def report_seek(it: Sought, study: Stored) -> Report:
    """The page: the answer first, then cost against outcome, how far each lever can be moved, and what it risks."""
    stored, it = it, sought_in_words(it)
    q, design = it.question, it.manifest["design"]
    sentences = _sentences(it)
    sections = [
        Section("best", tr("The best mix") if it.best else tr("No mix is named"), _best(it)),
        Section("frontier", tr("Cost against outcome") if it.costs else tr("Outcome by lever"), _outcomes(it)),
        Section("levers", tr("How far each lever can be moved"), _levers(it)),
        *([Section("regret", tr("Where the world is another"), _regrets(it))] if it.regrets else []),
        Section("tried", tr("Every mix that was tried"), fold(counted_mixes(it), _tried(it))),
        Section("rests", tr("What it rests on"), parameters_by_kind(q.scenario.name, q.scenario)),
    ]
    eyebrow = tr(
        "{scenario} · {mixes} of {levers} on {seeds}, the best again on {fresh} fresh seeds · {month} · model {model}",
        scenario=q.scenario.name, mixes=counted_mixes(it), levers=counted(len(q.levers), "lever"),
        seeds=seeds_text(q.scenario.replicates, begins(q.scenario)), fresh=design["confirm"],
        month=month_text(it.manifest["month"]), model=it.manifest["model"],
    )  # fmt: skip
    title = tr("{name}: {said}", name=title_words(q.scenario.title) or q.scenario.name, said=_aim_words(it))
    lines = _commands(stored, study)
    page = document(
        title, eyebrow, sentences, sections, join(_posterior_note(it), study_reproduction(study, lines, output=MIXES)),
        [("mixes.csv", _csv(stored), tr("every mix that was tried"))],
        tr("sim report from {folders}", folders=it.path.name),
    )  # fmt: skip
    return Report(it.path.name, page, sentences, {"kind": "seek", "commands": lines, **answer_json(stored)})


def counted_mixes(it: Sought) -> str:
    return counted(len(it.tried), "mix", "es")


def _aim_words(it: Sought) -> str:
    outcome = aim_words(it.question.aim.name, words_of)
    aim = tr("most {outcome}", outcome=outcome) if it.question.sign > 0 else tr("least {outcome}", outcome=outcome)
    bounds = bound_words(it)
    return tr("{title}, within {bounds}", title=aim, bounds=listed(bounds)) if bounds else aim


def _unit(it: Sought) -> str:
    """The unit of what is sought."""
    return it.question.aim.unit


def _per_unit(words: str, unit: str) -> str:
    """A head of a column with its unit, if it has one."""
    return listed(filter(None, (words, unit)))


# --- the answer


def _sentences(it: Sought) -> tuple[str, ...]:
    """The mix with what it brings and costs, or why none is named; then what it misses elsewhere."""
    q, best = it.question, it.best
    seeds = it.manifest["design"]["confirm"]
    if best is None:
        return (tr("No mix is named: {reason}.", reason=tr(it.refused)),)
    places = {"net": signed(best.net.mean), "unit": _unit(it), "span": _ends(best.net)}
    brings = tr("{net} {unit} (95%: {span}) against the scenario as it is", **places)
    if q.aim.total:
        brings = tr("{net} {unit} (95%: {span})", **places)
    if it.costs:
        brings = tr("{brings}, at a cost of {cost} million yuan (95%: {span})", brings=brings,
                    cost=number(best.cost.mean), span=_ends(best.cost))  # fmt: skip
    first = tr(
        "{aim}: {mix}. That is {brings}, in {month} on {seeds} fresh seeds; {mixes} were tried.",
        aim=_upper(_aim_words(it)), mix=listed(_settings(it, best)), brings=brings,
        month=month_text(it.manifest["month"]), seeds=seeds, mixes=counted_mixes(it),
    )  # fmt: skip
    return (first, *(tr("{said}.", said=_upper(regret_text(one, it))) for one in it.regrets))


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _settings(it: Sought, mix: Mix) -> list[str]:
    return [f"{row.key} = {with_unit(lever_text(mix.values[row.key], unit), unit.unit)}"
            for row in it.ranges for unit in (lever_unit(row),)]  # fmt: skip


def _ends(it: Interval) -> str:
    return span(it.low, it.high)


def _best(it: Sought) -> Markup:
    """The best mix's outcomes and cost as cards, the mixes among which it was chosen, the command that says more."""
    remarks = [tag("p", tr("Mind: {remark}.", remark=tr(remark)), class_="warning") for remark in it.remarks]
    parts: list[Markup] = []
    if it.best is not None:
        parts.append(tag("ul", _cards(it, it.best), class_="cards"))
        helped = tr("On the seeds of the search, by which it was chosen, it has {value}: those seeds helped.",
                   value=signed(it.best.searched))  # fmt: skip
        parts += [tag("p", helped, class_="note")] if _helped(it, it.best) else []
    if it.finalists:
        parts.append(_mixes(it, it.finalists, tr("The best mixes of the search, on fresh seeds")))
    if it.best is not None:
        parts += [tag("p", tr("What it is worth to whom:")),
                  tag("pre", tag("code", next_command(it, it.best)), tabindex=0)]  # fmt: skip
    return join(remarks, parts)


def _helped(it: Sought, best: Mix) -> bool:
    return it.question.sign * (best.searched - best.net.mean) > 0


def _cards(it: Sought, best: Mix) -> list[Markup]:
    q, name = it.question, aim_words(it.question.aim.name)
    asked = {
        one.aim.name: tr("at most {value}", value=bound_text(one)) if one.sign > 0
        else tr("at least {value}", value=bound_text(one))
        for one in q.limits
    }  # fmt: skip
    own = asked.pop(q.aim.name, "")
    if q.aim.total:
        found = [_card(name, signed(best.net.mean), _unit(it), best.net, own)]
    else:
        found = [_card(tr("{outcome}, change", outcome=name), signed(best.net.mean), _unit(it), best.net),
                 _card(tr("{outcome}, level", outcome=name), number(best.level.mean), _unit(it), best.level,
                       own)]  # fmt: skip
    if it.costs:
        badge = tr("at most {value}", value=bound_text(q.budget)) if q.budget else ""
        found.append(_card(tr("Sponsors' outlay"), number(best.cost.mean), tr("million yuan"), best.cost, badge))
    for bound, values in zip(q.bounds, best.bounded, strict=True):
        if bound is not q.budget and (badge := asked.pop(bound.aim.name, "")):
            unit = bound.aim.unit
            found.append(_card(aim_words(bound.aim.name), number(values.mean), unit, values, badge))
    return found


def _card(name: str, value: str, unit: str, interval: Interval, badge: str = "") -> Markup:
    said = tr("95%: {span}", span=ends) if (ends := _ends(interval)) else tr("no interval")
    return tag(
        "li", tag("p", name, class_="name"), tag("p", tag("b", value), join(" ", tag("span", unit)), class_="value"),
        tag("p", said, class_="interval"), tag("span", badge, class_="badge") if badge else None,
    )  # fmt: skip


def _mixes(it: Sought, mixes: Sequence[Mix], caption: str) -> Markup:
    """Mixes on fresh seeds, a row each."""
    q = it.question
    units = [(row.key, lever_unit(row)) for row in it.ranges]
    heads = [*(_per_unit(short(key), one.unit) for key, one in units), _per_unit(aim_words(q.aim.name), _unit(it)),
             tr("95% interval")]  # fmt: skip
    heads += [_per_unit(tr("cost"), tr("million yuan")), tr("95% interval")] if it.costs else []
    rows = [
        (
            *(lever_text(one.values[key], unit) for key, unit in units), signed(one.net.mean), _ends(one.net),
            *((number(one.cost.mean), _ends(one.cost)) if it.costs else ()),
        )
        for one in mixes
    ]  # fmt: skip
    return table(heads, rows, range(len(heads)), caption)


# --- outcomes


def _outcomes(it: Sought) -> Markup:
    """A chart of all mixes, and the frontier as a table."""
    q = it.question
    costs = it.costs
    aim = aim_words(q.aim.name) if q.aim.total else tr("{outcome}, change", outcome=aim_words(q.aim.name))
    across = tr("across: the sponsors' outlay at present value, million yuan")
    if not costs:
        axis = q.levers[0]
        across = tr("across: {what}", what=_per_unit(axis.key, lever_unit(axis).unit))
    caption = tag("figcaption", tag("b", aim), " ", tag("span", _unit(it)), tag("small", across))
    shown = [tag("li", tag("i", class_=f"swatch {kind}"), tr(words)) for kind, words in _KEY
             if it.best or kind not in _OF_BEST]  # fmt: skip
    if q.budget and costs:
        far = tr("budget {value}: beyond the axis", value=number(q.budget.value))
        said = far if budget_is_far(it) else tr("the budget")
        shown.append(tag("li", tag("i", class_="swatch budget"), said))
    how = tr(
        "Grey: means over the seeds of the search. A line joins mixes than which none has as much at a lower cost."
    )
    parts = [tag("ul", shown, class_="key"), tag("div", tag("figure", caption, _chart(it)), class_="charts")]
    if costs:
        frontier = _mixes(it, it.frontier, tr("The frontier on fresh seeds, from cheap to dear"))
        parts += [tag("p", how, class_="note"), frontier]
    return join(parts)


def _chart(it: Sought) -> Markup:
    q = it.question
    costs = it.costs
    tried = [row for row in it.tried if math.isfinite(row["net"] + _across(it, row["values"], row["cost"]))]
    fresh = list({one.number: one for one in (*it.frontier, *it.finalists)}.values())
    places = [(_across(it, row["values"], row["cost"]), row["net"], row["number"] in it.as_good) for row in tried]
    at = {one.number: (_across(it, one.values, one.cost.mean), one.net.mean) for one in fresh}
    own = (0.0, 0.0) if costs else (_own_place(it), 0.0)
    across = [x for x, *_ in places] + [x for x, _ in at.values()] + [own[0]]
    across += [end for one in fresh for end in one.cost] if costs else []
    budget = [q.budget.value] if q.budget and costs and not budget_is_far(it) else []
    across += budget
    up = [y for _, y, _ in places] + [end for one in fresh for end in one.net] + [0.0]
    plane = plane_of(across, up)
    drawn = [plane.dot(x, y, "tried") for x, y, good in places if not good]
    drawn += [plane.dot(x, y, "as-good", 3.2) for x, y, good in places if good]
    drawn += [plane.upright(value, "budget") for value in budget]
    line = [at[one.number] for one in it.frontier]
    if it.baseline_holds and all(x > 0 or q.sign * y < 0 for x, y in line):
        line = sorted([*line, (0.0, 0.0)])
    drawn.append(plane.line(line, "line s0") if costs else Markup(""))
    for one in fresh:
        is_best = it.best is not None and one.number == it.best.number
        drawn += _cross(plane, one, at[one.number], "line best" if is_best else "line s0", costs=costs)
    if math.isfinite(own[0]):
        drawn.append(plane.dot(*own, "own", 4))
    if it.best:
        drawn.append(plane.diamond(*at[it.best.number]))
    said = trc("between changes", "; ").join(
        tr("{mix}: {net} ({span})", mix=listed(_settings(it, one)), net=signed(one.net.mean), span=_ends(one.net))
        for one in fresh
    )
    return plane.picture("mixes", tr("Mixes on fresh seeds, {unit}: {said}.", unit=_unit(it), said=said), drawn)


def _across(it: Sought, values: Any, cost: float) -> float:
    """Where a mix is across: its cost or, where costs are not known, its first lever."""
    if it.costs:
        return cost
    axis = it.question.levers[0]
    value = values[axis.key]
    return float(axis.levels.index(value)) if axis.levels else float(value) * lever_unit(axis).factor


def _own_place(it: Sought) -> float:
    axis = it.question.levers[0]
    own = it.question.scenario.values[axis.key]
    plain = isinstance(own, int | float) and not axis.levels
    return float(own) * lever_unit(axis).factor if plain else math.nan  # type: ignore[arg-type]


def _cross(plane: Plane, one: Mix, at: tuple[float, float], class_: str, *, costs: bool) -> list[Markup]:
    """The intervals of a mix on fresh seeds."""
    x, y = at
    drawn = [plane.dot(x, y, "dot here s0", 2.6)]
    if math.isfinite(one.net.low):
        drawn.append(plane.line([(x, one.net.low), (x, one.net.high)], class_))
    if costs and math.isfinite(one.cost.low):
        drawn.append(plane.line([(one.cost.low, y), (one.cost.high, y)], class_))
    return drawn


# --- levers


def _levers(it: Sought) -> Markup:
    """The range of each lever with what is as good within noise, as a chart and as a table."""
    words = tr(
        "The wide band: values of the mixes that are as good as the best within noise, between the ends of the range "
        "that was searched. The wider it is, the less the lever's exact value matters."
    )
    heads = (tr("lever"), tr("best"), tr("as good within noise"), tr("as it is"), tr("range"), tr("unit"))
    rows = [
        (tag("code", row.key), lever_text(row.best, unit) if row.best is not None else "-", good_text(row),
         own_text(row.own, unit), tr("{low} to {high}", low=lever_text(row.low, unit), high=lever_text(row.high, unit)),
         unit.unit)
        for row in it.ranges for unit in (lever_unit(row),)
    ]  # fmt: skip
    ends = tr("between the ends of each range")
    caption = tag("figcaption", tag("b", tr("As good within noise")), tag("small", ends))
    figure = tag("div", tag("figure", caption, _lever_chart(it)), class_="charts")
    return join(tag("p", words, class_="note"), figure, table(heads, rows, (1, 2, 3, 4), tr("Levers")))


def _lever_chart(it: Sought) -> Markup:
    drawn: list[Markup] = []
    for index, (row, axis) in enumerate(zip(it.ranges, it.question.levers, strict=True)):
        drawn += _lever(row, axis, _LEVER * index + 30)
    said = trc("between changes", "; ").join(
        tr("{name}: {said}", name=row.key, said=f"{good_text(row)} {lever_unit(row).unit}".rstrip())
        for row in it.ranges
    )
    return picture("slack", tr("As good within noise: {said}.", said=said), _WIDTH, _LEVER * len(it.ranges) + 4, drawn)


def _lever(row: LeverRange, axis: Any, y: float) -> list[Markup]:
    unit = lever_unit(row)

    def x(value: Any) -> float:
        return round(_SIDE + (_WIDTH - 2 * _SIDE) * share_of(axis, value), 1)

    ends = (_SIDE, _WIDTH - _SIDE)
    drawn = [
        tag("text", short(row.key), x=_SIDE, y=y - 12, class_="tick first name"),
        tag("text", unit.unit, x=_WIDTH - _SIDE, y=y - 12, class_="tick y"),
        tag("path", d=f"M{ends[0]} {y}H{ends[1]}", class_="track"),
    ]
    if row.good and axis.levels:
        drawn += [tag("rect", x=x(value) - 6, y=y - 6, width=12, height=12, class_="slack") for value in row.good]
    elif row.good:
        low, high = x(row.good[0]), x(row.good[-1])
        drawn.append(tag("rect", x=low, y=y - 5, width=max(1.5, round(high - low, 1)), height=10, class_="slack"))
    if row.own is not None and 0 <= share_of(axis, row.own) <= 1:
        drawn.append(tag("circle", cx=x(row.own), cy=y, r=4.5, class_="own"))
    if row.best is not None:
        at = x(row.best)
        drawn.append(tag("path", d=f"M{at} {y - 7}l7 7l-7 7l-7 -7Z", class_="mark"))
    return [
        *drawn,
        tag("text", lever_text(row.low, unit), x=_SIDE, y=y + 20, class_="tick first"),
        tag("text", good_text(row), x=_WIDTH / 2, y=y + 20, class_="tick x"),
        tag("text", lever_text(row.high, unit), x=_WIDTH - _SIDE, y=y + 20, class_="tick y"),
    ]


# --- robustness


def _regrets(it: Sought) -> Markup:
    """What the best mix gains and misses over draws, as bars and as a table."""
    unit = _unit(it)
    words = tr(
        "The best mixes and the scenario as it is, at other values of the parameters. Regret is what the mix misses: "
        "the best candidate's value there less its own."
    )
    key = tag("ul", [tag("li", tag("i", class_=f"swatch {kind}"), said) for kind, said in (
        ("s0", tr("mean gain")), ("s1", tr("mean regret, with a line to the 95th percentile"))
    )], class_="key")  # fmt: skip
    caption = tag("figcaption", tag("b", tr("Gain and regret")), " ", tag("span", unit),
                  tag("small", tr("against the scenario as it is")))  # fmt: skip
    heads = [
        tr("draws of"), tr("number"), tr("best in"), tr("gain, {unit}", unit=unit), tr("regret, {unit}", unit=unit),
        tr("95th percentile"),
    ]  # fmt: skip
    heads += [tr("worse than as it is in")] if it.baseline_holds else []
    heads += [tr("keeps the limits in")] if it.question.bounds else []
    rows = [
        (tr(_DRAWN[one.kind]), one.draws, percent(one.best), signed(one.gain), number(one.mean),
         number(one.p95), *([percent(one.worse)] if it.baseline_holds else []),
         *([percent(one.holds)] if it.question.bounds else []))
        for one in it.regrets
    ]  # fmt: skip
    return join(
        tag("p", words, class_="note"), key,
        tag("div", tag("figure", caption, _regret_chart(it)), class_="charts"),
        table(heads, rows, range(1, len(heads)), tr("Gain and regret")),
    )  # fmt: skip


def _regret_chart(it: Sought) -> Markup:
    ends = [0.0, *(end for one in it.regrets for end in (one.gain, one.mean, one.p95))]
    low, high = min(ends), max(ends)
    wide = (high - low) or 1.0

    def x(value: float) -> float:
        return round(_SIDE + (_WIDTH - 2 * _SIDE - 70) * (value - low) / wide, 1)

    drawn: list[Markup] = []
    for index, one in enumerate(it.regrets):
        y = _DRAWS * index + 22
        words = tr("{mean}, to {p95}", mean=number(one.mean), p95=number(one.p95)) if one.p95 else "0"
        drawn += [
            tag("text", tr(_DRAWS_OF[one.kind], draws=one.draws), x=_SIDE, y=y - 6, class_="tick first name"),
            *_bar(x, one.gain, y + 2, "s0", signed(one.gain)),
            *_bar(x, one.mean, y + 19, "s1", words, one.p95),
            tag("path", d=f"M{x(0.0)} {y}v34", class_="zero"),
        ]
    said = trc("between changes", "; ").join(regret_text(one, it) for one in it.regrets)
    return picture("regret-chart", tr("{said}.", said=said), _WIDTH, _DRAWS * len(it.regrets) + 4, drawn)


def _bar(x: Any, value: float, y: float, colour: str, words: str, beyond: float | None = None) -> list[Markup]:
    start, end = sorted((x(0.0), x(value)))
    drawn = [tag("rect", x=start, y=y, width=max(0.6, round(end - start, 1)), height=13, class_=f"bars {colour}")]
    right = end
    if beyond is not None and beyond > value:
        drawn.append(tag("path", d=f"M{end} {y + 6.5}H{x(beyond)}", class_="interval-line"))
        right = x(beyond)
    return [*drawn, tag("text", words, x=right + 6, y=y + 11, class_="tick first")]


# --- every mix, and how it was made


def _tried(it: Sought) -> Markup:
    q = it.question
    units = [(row.key, lever_unit(row)) for row in it.ranges]
    heads = [tr("mix"), *(_per_unit(short(key), unit.unit) for key, unit in units), aim_words(q.aim.name)]
    heads += [_per_unit(tr("cost"), tr("million yuan"))] if it.costs else []
    heads += [tr("within the limits")] if q.bounds else []
    heads += [tr("as good"), tr("on fresh seeds"), tr("95% interval")]
    rows = [
        (
            row["number"], *(lever_text(row["values"][key], unit) for key, unit in units), signed(row["net"]),
            *([number(row["cost"])] if it.costs else []), *([_yes(row["holds"])] if q.bounds else []),
            _yes(row["number"] in it.as_good), signed(row["fresh_net"]) if math.isfinite(row["fresh_net"]) else "",
            span(row["fresh_low"], row["fresh_high"]),
        )
        for row in it.tried
    ]  # fmt: skip
    said = tr("Means over the seeds of the search; intervals: 95%, {kind}", kind=tr(interval_kind()))
    return table(heads, rows, range(1, len(heads)), said)


def _yes(good: bool) -> str:
    return tr("yes") if good else tr("no")


def _commands(it: Sought, study: Stored) -> list[str]:
    """The study's command; a design of draws is drawn again from the seed."""
    q, design = it.question, it.manifest["design"]
    parts = [f"sim seek {shlex.quote(f'{it.question.scenario.name}.toml')}"]
    for axis in q.levers:
        values = ",".join(map(_argument, axis.levels)) if axis.levels else f"{axis.low!r}:{axis.high!r}"
        parts.append("--levers " + shlex.quote(f"{axis.key}={values}"))
    parts.append(f"--{'maximise' if q.sign > 0 else 'minimise'} {q.aim.name}")
    if q.budget:
        parts.append(f"--budget {q.budget.value!r}")
    for limit in q.limits:
        option = "at-most" if limit.sign > 0 else "at-least"
        parts.append(f"--{option} " + shlex.quote(f"{limit.aim.name}={limit.value!r}"))
    known = declared_assumptions()
    parts += [f"--assume {name}={value!r}" for name, value in design["assumed"].items() if value != known[name].value]
    draws = max((count for count, _ in design["draws"].values()), default=0)
    parts.append(f"--samples {design['samples']} --confirm {design['confirm']} --robustness {draws}")
    parts.append(f"--replicates {q.scenario.replicates} --seed {q.scenario.seed} --yes")
    return study_commands(study, " ".join(parts))


def _argument(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _posterior_note(it: Sought) -> Markup | None:
    """That the draws of a posterior are not in the page."""
    if all(one.kind != POSTERIOR_DRAWS for one in it.regrets):
        return None
    said = tr(
        "The posterior of which parameters were drawn is not in this page. It is used again where it lies beside the "
        "scenario, in calibration/NAME.posterior.parquet; without it the mixes are the same, and only the regret over "
        "the posterior is left out."
    )
    return tag("p", said, class_="note")


def _csv(it: Sought) -> bytes:
    keys = [axis.key for axis in it.question.levers]
    names = ("net", "level", "cost", "holds", "fresh_net", "fresh_low", "fresh_high", "fresh_cost")
    rows = [
        (row["number"], *(row["values"][key] for key in keys), *(row[name] for name in names),
         row["number"] in it.as_good)
        for row in it.tried
    ]  # fmt: skip
    return csv_bytes(("number", *keys, *names, "as_good"), rows)
