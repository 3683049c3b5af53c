"""The report on a study of sensitivity: whose variance an outcome's is, and what each parameter does."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from typing import Any

from sim.formats import label, percent
from sim.language import later, month_text, paragraph, tr, trc
from sim.report.html.charts import effect_chart
from sim.report.html.headline import words_of
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.html.page import Report, Section, document
from sim.report.html.reproduce import other_name, study_commands, study_reproduction
from sim.report.html.rests_on import kind_badge, parameters_by_kind, variance
from sim.report.html.stored import Stored
from sim.report.shown import title_words
from sim.report.text.sensitivities import outcome_unit, range_text
from sim.runs.summary import csv_bytes
from sim.studies.estimators.indices import Estimate
from sim.studies.stored_sensitivity import Sensitivity, VariedParameter
from sim.studies.uncertain import uncertain
from sim.units import Everyday, brief, parameter_unit, with_unit

_BARS = 15  # parameters in the chart; the table has all


def report_sensitivity(study: Stored, found: Sequence[Sensitivity], answer: dict[str, Any]) -> Report:
    """The page: for each outcome the split of its variance, the effects as bars, and every index as a table."""
    first = found[0]
    sentences = tuple(_sentence(it) for it in found)
    lines = _commands(study, found)
    sections = [
        *(Section(f"outcome-{index}", label(it.outcome), _outcome(it, index)) for index, it in enumerate(found)),
        Section("rests", tr("What it rests on"), parameters_by_kind(study.name, study.scenario)),
    ]
    design = tr("{method}, {points} points over {count} parameters", method=first.method, points=first.points,
                count=len(first.parameters))  # fmt: skip
    seeds = tr("{count} seeds from seed {seed}", count=first.replicates, seed=first.seed)
    eyebrow = " · ".join(
        (study.name, design, seeds, month_text(first.month), tr("model {version}", version=first.model))
    )
    title = tr("{title}: what it is sensitive to", title=title_words(study.scenario.title) or study.name)
    if first.against:
        title = tr("{variant} less {baseline}: what the difference is sensitive to", variant=study.name,
                   baseline=first.against)  # fmt: skip
    files = [("indices.csv", _csv(found), tr("every index of every parameter"))]
    reproduction = study_reproduction(study, lines, first.against)
    source = tr("sim report from {folders}", folders=study.path.name)
    page = document(title, eyebrow, sentences, sections, reproduction, files, source)
    return Report(study.path.name, page, sentences, {"kind": "sensitivity", "commands": lines, **answer})


def _sentence(it: Sensitivity) -> str:
    """The parameter that does most, with its interval, and whose the variance is."""
    name = words_of(it.outcome)
    if it.against:
        name = tr("the difference in {outcome} from {baseline}", outcome=name, baseline=it.against)
    top, part = it.parameters[0], it.split.parameters
    effect, unit, (ends, of_key) = top.index.effect, outcome_unit(it), range_text(top)
    said = tr(
        "{key} moves {name} most: {effect} {unit} (95%: {span}) from {range}.", key=top.key, name=name,
        effect=unit.signed(effect.value), unit=unit.of_difference, span=unit.span(effect.low, effect.high),
        range=with_unit(ends, of_key),
    )  # fmt: skip
    if not math.isfinite(part.value):
        return said
    whose = tr(
        "{share} (95%: {low} to {high}) of the variance is the parameters', {rest} the seed's.",
        share=percent(part.value), low=percent(part.low), high=percent(part.high), rest=percent(it.split.seed.value),
    )  # fmt: skip
    return paragraph(said, whose)


def _outcome(it: Sensitivity, index: int) -> Markup:
    unit = outcome_unit(it)
    shown = [row for row in it.parameters if row.share > 0][:_BARS] or list(it.parameters[:_BARS])
    said = trc("between changes", "; ").join(f"{row.key} {unit.signed(row.index.effect.value)}" for row in shown)
    words = tr(
        "Change of {outcome} ({unit}) from the low to the high end of each parameter's range, with its 95% interval: "
        "{said}.", outcome=label(it.outcome), unit=unit.of_difference, said=said,
    )  # fmt: skip
    bars = [(row.key, row.kind, Estimate(*(end * unit.factor for end in row.index.effect))) for row in shown]
    caption = tag(
        "figcaption", tag("b", tr("Effect of each parameter")), " ", tag("span", unit.of_difference),
        tag("small", tr("from the low to the high end of its range, over all else; line: 95% interval")),
    )  # fmt: skip
    optional = [
        name for name in ("first", "total", "mu_star", "sigma") if getattr(it.parameters[0].index, name) is not None
    ]
    heads = (
        tr("parameter"), tr("kind"), tr("value"), tr("low"), tr("high"), tr("unit"), tr("share of variance"),
        tr("effect"), tr("95% interval"), *(tr(_NAMES[name]) for name in optional),
    )  # fmt: skip
    rows = [_row(row, optional, it) for row in it.parameters]
    left = it.split.seed_in_means
    from_seeds = tr(
        "Of the variance of the means over seeds {share} comes from the seeds: indices below that say nothing.",
        share=percent(left, 1),
    ) if math.isfinite(left) else ""  # fmt: skip
    flips = [
        tag("li", tr("The sign flips where {key} is {range}: {value} (95%: {span}).", key=flip.key,
                     range=with_unit(own.span(flip.low, flip.high), own.unit), value=unit.signed(flip.mean.value),
                     span=unit.span(flip.mean.low, flip.mean.high)))
        for flip in it.flips
        for own in (parameter_unit(flip.unit, (flip.low, flip.high)),)
    ]  # fmt: skip
    every = table(heads, rows, (2, 3, 4, 6, 7, 8, *range(9, len(heads))), label(it.outcome))
    return join(
        variance([it]), tag("p", from_seeds, class_="note") if from_seeds else None,
        tag("ul", flips) if flips else None,
        tag("figure", caption, effect_chart(f"effects{index}-narrow", words, bars, narrow=True),
            effect_chart(f"effects{index}", words, bars), class_="wide", tabindex=0),
        fold(tr("All {count} parameters", count=len(rows)), every),
    )  # fmt: skip


_NAMES = {
    "first": later("first order"), "total": later("total"), "mu_star": later("mean absolute effect"),
    "sigma": later("its spread"),
}  # fmt: skip


def _row(row: VariedParameter, optional: Sequence[str], it: Sensitivity) -> tuple[Any, ...]:
    index, unit = row.index, outcome_unit(it)
    own = parameter_unit(row.unit, (row.low, row.high))
    numbers = {name: unit if name in ("mu_star", "sigma") else Everyday("") for name in optional}
    return (
        tag("code", row.key), kind_badge(row.kind), *(brief(x, own) for x in (row.value, row.low, row.high)), own.unit,
        percent(row.share, 1), unit.signed(index.effect.value), unit.span(index.effect.low, index.effect.high),
        *(_estimate(getattr(index, name), of) for name, of in numbers.items()),
    )  # fmt: skip


def _estimate(it: Estimate | None, unit: Everyday) -> str:
    return "" if it is None else tr("{value} ({span})", value=unit.number(it.value), span=unit.span(it.low, it.high))


def _commands(study: Stored, found: Sequence[Sensitivity]) -> list[str]:
    """The study's command, with the keys unless they are the default ones."""
    first, axes = found[0], study.manifest["design"]["keys"]
    parts = ["sim sensitivity", shlex.quote(f"{study.name}.toml")]
    parts += [f"--outcome {shlex.quote(it.outcome)}" for it in found]
    parts += [f"--method {first.method} --samples {first.samples} --replicates {study.manifest['replicates']}"]
    if [axis.asked() for _, axis in uncertain(study.scenario)[0]] != axes:
        parts += ["--keys " + shlex.quote(f"{axis['key']}={axis['low']!r}:{axis['high']!r}") for axis in axes]
    if first.against:
        parts.append(f"--against {shlex.quote(f'{other_name(study, first.against)}.toml')}")
    return study_commands(study, " ".join(parts))


def _csv(found: Sequence[Sensitivity]) -> bytes:
    heads = ["outcome", "key", "unit", "kind", "value", "low", "high", "share"]
    names = ("effect", "first", "total", "mu_star", "sigma")
    for name in names:
        heads += [name, f"{name}_low", f"{name}_high"]
    rows = []
    for it in found:
        for row in it.parameters:
            cells: list[Any] = [it.outcome, row.key, row.unit, row.kind, row.value, row.low, row.high, row.share]
            for name in names:
                cells += getattr(row.index, name) or ("", "", "")
            rows.append(cells)
    return csv_bytes(heads, rows)
