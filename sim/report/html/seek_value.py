"""The report on a value that was sought: the value of one key that brings an outcome to a target, and the curve."""

from __future__ import annotations

import math
import shlex
from dataclasses import replace
from typing import Any

from sim.formats import number, seeds_text, span
from sim.language import later, month_text, paragraph, tr, trc
from sim.report.html.headline import words_of
from sim.report.html.markup import Markup, join, table, tag
from sim.report.html.page import Report, Section, document
from sim.report.html.plane import plane_of
from sim.report.html.reproduce import study_commands, study_reproduction
from sim.report.html.rests_on import parameters_by_kind
from sim.report.html.stored import Stored
from sim.report.html.stored_seek import StoredValue
from sim.report.money import declared_unit, scaled
from sim.report.shown import title_words
from sim.report.text.seek import aim_words, found_text, lever_unit, no_value_text
from sim.runs.seeds import begins
from sim.runs.summary import csv_bytes
from sim.studies.aims import Aim
from sim.studies.estimators.intervals import interval_kind
from sim.studies.followed_worlds import MIXES
from sim.units import with_unit

_KEY = (
    ("s0", later("mean, with its 95% interval")),
    ("target", later("the target")),
    ("best", later("the value, with its 95% interval")),
    ("own", later("the scenario as it is")),
)


def report_value(it: StoredValue, study: Stored) -> Report:
    """The page: the value, then the curve."""
    stored, it = it, value_in_words(it)
    scenario, answer, key = it.scenario, it.answer, it.axis.key
    sentence = _sentence(it)
    crossings = tr("Mind: the mean crosses the target {count} times in this range.", count=answer["crossings"])
    said = [tag("p", crossings, class_="warning")]
    sections = [
        Section("curve", tr("What it takes"), join(said if answer["crossings"] > 1 else [], _curve(it))),
        Section("rests", tr("What it rests on"), parameters_by_kind(scenario.name, scenario)),
    ]
    tried = tr("{count} values of {key} on {seeds}", count=len(it.curve), key=key,
               seeds=seeds_text(scenario.replicates, begins(scenario)))  # fmt: skip
    eyebrow = " · ".join(
        (scenario.name, tried, month_text(it.manifest["month"]), tr("model {version}", version=it.manifest["model"]))
    )
    target = answer["target"]
    title = tr("{title}: what {key} brings {outcome} of {value}", title=title_words(scenario.title) or scenario.name,
               key=key.rpartition(".")[2], outcome=aim_words(target["name"], words_of),
               value=number(target["value"]))  # fmt: skip
    page = document(
        title, eyebrow, [sentence], sections,
        study_reproduction(study, lines := _commands(stored, study), output=MIXES),
        [("curve.csv", csv_bytes((key, "mean", "low", "high"), [(x, *found) for x, found in stored.curve.items()]),
          tr("every value that was tried"))],
        tr("sim report from {folders}", folders=it.path.name),
    )  # fmt: skip
    return Report(it.path.name, page, (sentence,), {"kind": "seek-value", "commands": lines, **stored.answer})


def value_in_words(it: StoredValue) -> StoredValue:
    """The answer with its outcome in the reader's unit."""
    target = it.answer["target"]
    unit = declared_unit(target["unit"])
    aim = Aim(target["name"], target["unit"], total=False)
    refused = no_value_text(it.answer["refused"], it.axis, aim, target["value"], it.curve)
    told = target | {"value": unit.of(target["value"]), "unit": unit.unit}
    curve = {x: scaled(found, unit.factor) for x, found in it.curve.items()}
    return replace(it, answer=it.answer | {"target": told, "refused": refused}, curve=curve)


def _sentence(it: StoredValue) -> str:
    answer, target, unit = it.answer, it.answer["target"], lever_unit(it.axis)
    if answer["refused"]:
        return tr("No value is named: {reason}.", reason=answer["refused"])
    low, high = (
        tr("beyond {value}", value=found) if answer[f"open_{end}"] else found
        for end in ("low", "high") for found in (found_text(answer[end], it.axis),)
    )  # fmt: skip
    return tr(
        "{key} = {value} (95%: {low} to {high}) brings {outcome} to {target}, in {month} on {count} seeds.",
        key=it.axis.key, value=with_unit(found_text(answer["value"], it.axis), unit.unit), low=low, high=high,
        outcome=aim_words(target["name"], words_of),
        target=with_unit(number(target["value"]), target["unit"]),
        month=month_text(it.manifest["month"]), count=it.scenario.replicates,
    )  # fmt: skip


def _curve(it: StoredValue) -> Markup:
    target, unit = it.answer["target"], lever_unit(it.axis)
    across = ", ".join(filter(None, (it.axis.key, unit.unit)))
    caption = tag("figcaption", tag("b", aim_words(target["name"])), " ", tag("span", target["unit"]),
                  tag("small", tr("across: {what}", what=across)))  # fmt: skip
    shown = [tag("li", tag("i", class_=f"swatch {kind}"), tr(words)) for kind, words in _KEY
             if kind != "best" or not it.answer["refused"]]  # fmt: skip
    heads = (across, f"{aim_words(target['name'])}, {target['unit']}".rstrip(", "), tr("95% interval"))
    rows = [(found_text(x, it.axis), number(found.mean), span(found.low, found.high)) for x, found in it.curve.items()]
    how = tr(
        "Interval of the value: the values at which {target} lies in the 95% interval of the mean ({kind}).",
        target=number(target["value"]), kind=tr(interval_kind()),
    )  # fmt: skip
    return join(
        tag("ul", shown, class_="key"), tag("div", tag("figure", caption, _chart(it)), class_="charts"),
        tag("p", how, class_="note"), table(heads, rows, (0, 1, 2), tr("Every value that was tried")),
    )  # fmt: skip


def _chart(it: StoredValue) -> Markup:
    answer, unit = it.answer, lever_unit(it.axis)
    target = answer["target"]["value"]
    curve = [(x * unit.factor, found) for x, found in it.curve.items() if math.isfinite(found.mean)]
    own = it.scenario.values[it.axis.key]
    plane = plane_of([x for x, _ in curve], [target, *(end for _, found in curve for end in found)])
    drawn: list[Markup] = []
    if not answer["refused"]:
        low, high = answer["low"] * unit.factor, answer["high"] * unit.factor
        ends = plane.up
        drawn.append(plane.area([(low, ends[0]), (high, ends[0])], [(low, ends[1]), (high, ends[1])], "band best"))
    drawn += [
        plane.area([(x, f.low) for x, f in curve], [(x, f.high) for x, f in curve], "band s0"),
        plane.line([(x, f.mean) for x, f in curve], "line s0"),
        *(plane.dot(x, f.mean, "dot here s0", 2) for x, f in curve),
        plane.level(target, "target"),
    ]
    if _between(own, it.axis):
        at = float(own) * unit.factor  # type: ignore[arg-type]
        drawn.append(plane.dot(at, _mean_at(at, curve), "own", 4))
    if not answer["refused"]:
        drawn.append(plane.diamond(answer["value"] * unit.factor, target))
    said = trc("between changes", "; ").join(
        tr("at {place} {value} ({span})", place=found_text(x, it.axis), value=number(found.mean),
           span=span(found.low, found.high))
        for x, found in it.curve.items()
    )  # fmt: skip
    return plane.picture("curve", paragraph(_sentence(it), tr("{said}.", said=said)), drawn)


def _between(own: Any, axis: Any) -> bool:
    return isinstance(own, int | float) and not isinstance(own, bool) and bool(axis.low <= own <= axis.high)


def _mean_at(x: float, curve: list[tuple[float, Any]]) -> float:
    import numpy as np

    return float(np.interp(x, [at for at, _ in curve], [found.mean for _, found in curve]))


def _commands(it: StoredValue, study: Stored) -> list[str]:
    """The study's command."""
    axis, target = it.axis, it.answer["target"]
    scenario = it.scenario
    parts = [
        f"sim seek {shlex.quote(f'{scenario.name}.toml')}",
        "--levers " + shlex.quote(f"{axis.key}={axis.low!r}:{axis.high!r}"),
        "--target " + shlex.quote(f"{target['name']}={target['value']!r}"),
        f"--replicates {scenario.replicates} --seed {scenario.seed} --yes",
    ]
    return study_commands(study, " ".join(parts))
