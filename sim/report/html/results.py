"""The report on one result, or on several compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.declare import Outcome
from sim.formats import seeds_text
from sim.report.comparison_sheets import comparison_sheets
from sim.report.html import charts, over_months
from sim.report.html.changed import changed_keys
from sim.report.html.headline import (
    changes_sentence,
    difference_cards,
    difference_sentence,
    figures_sentence,
    lead,
    result_cards,
    result_sentence,
)
from sim.report.html.markup import Markup, fold, join, tag
from sim.report.html.outcomes import article_figures, differences_of, outcomes_of
from sim.report.html.page import Report, Section, document
from sim.report.html.reproduce import commands, reproduction
from sim.report.html.rests_on import parameters_by_kind, variance
from sim.report.sheets import HEADLINE, Sheet, chosen, page_words, run_sheets
from sim.report.text.card import decision_lines
from sim.report.text.comparison import comparison_json
from sim.report.text.run import run_json
from sim.runs.result import Result
from sim.runs.seeds import begins
from sim.runs.summary import records_csv, to_csv
from sim.studies.questions.compare import Comparison
from sim.studies.rests import in_force
from sim.studies.stored_sensitivity import Sensitivity


def report_result(
    result: Result, outcomes: Mapping[str, Outcome], headline: Sequence[str], studies: Sequence[Sensitivity]
) -> Report:
    """The report on one result. ``studies`` are its stored sensitivities."""
    scenario, meanings = result.scenario, _meanings(outcomes)
    names = chosen(result.table.names, headline, scenario.reported_figures, everything=False)
    first, *others = run_sheets(result, headline)
    labels = (result.name,)
    sentence = result_sentence(result, names)
    single = len(result.replicates) == 1
    marked = any(panel.mark for panel in first.panels)
    months = join(
        over_months.chart_key(labels, differences=False, marked=marked, single=single),
        over_months.charts(first.panels, labels, scenario, meanings, f"{first.stem}-"),
        fold(f"{sum(len(sheet.panels) for sheet in others)} more outcomes, by theme", [
            fold(f"{page_words(sheet.stem).capitalize()}: {len(sheet.panels)}",
                 over_months.charts(sheet.panels, labels, scenario, meanings, f"{sheet.stem}-", runs=0))
            for sheet in others]) if others else None,
    )  # fmt: skip
    article = article_figures([result], labels)
    lines = commands([result])
    sections = [
        Section("outcomes", "What came out", outcomes_of(result, names, meanings)),
        Section("months", "Over the months", months),
        *([Section("article", "The article’s figures", article)] if article else []),
        Section("rests", "What it rests on", join(parameters_by_kind(result.name, scenario), variance(studies))),
    ]
    page = document(
        scenario.title or result.name, _eyebrow([result]), [sentence], sections, reproduction([result], lines),
        _files(first, labels, result), _source([result]), opening=result_cards(result, names, meanings),
        data={"months-data": _readout((first, *others), result)},
    )  # fmt: skip
    about = {"kind": "result", "commands": lines, "outcomes": run_json(result)["outcomes"]}
    return Report(result.path.name, page, (sentence,), about)


def report_comparison(
    comparison: Comparison, outcomes: Mapping[str, Outcome], headline: Sequence[str], studies: Sequence[Sensitivity]
) -> Report:
    """The report on several results: each of the others against the first."""
    first, variants, meanings = comparison.baseline, comparison.variants, _meanings(outcomes)
    results = [first, *(variant.result for variant in variants)]
    known = [it.outcome for it in variants[0].differences]
    names = chosen(known, headline, first.scenario.reported_figures, everything=False)
    leads = [lead(variant, names) for variant in variants]
    sentences = [difference_sentence(comparison, variant, it) for variant, it in zip(variants, leads, strict=True)]
    labels = (comparison.label, *(variant.label for variant in variants))
    sheets = comparison_sheets(comparison, headline)
    marked = any(panel.mark for sheet in sheets for panel in sheet.panels)
    months = [over_months.chart_key(labels, differences=True, marked=marked)]
    for sheet in sheets:
        drawn = over_months.charts(sheet.panels, sheet.labels, first.scenario, meanings, f"{sheet.stem}-")
        months += [drawn] if sheet.stem == HEADLINE else [fold(_words_of(sheet), drawn)]
    article = article_figures(results, labels)
    lines = commands(results, not comparison.paired)
    cards = [card for it in variants if (card := decision_lines(it.decision))]
    sections = [
        *([Section("decision", "Is it worth it?", join(map(_card_text, cards)))] if cards else []),
        Section("changed", "What was changed", join([changed_keys(first.scenario, it) for it in variants])),
        Section("outcomes", "What that changed",
                join([differences_of(it, comparison.label, names, meanings) for it in variants], _how(comparison))),
        Section("months", "Over the months", join(months)),
        *([Section("article", "The article’s figures", article)] if article else []),
        Section("rests", "What it rests on", join(_rests(results, labels), variance(studies))),
    ]  # fmt: skip
    opening_cards = [join(tag("h2", f"{it.label} less {comparison.label}") if len(variants) > 1 else None,
                  difference_cards(it, names, meanings)) for it in variants]  # fmt: skip
    titles = [result.scenario.title or result.name for result in results]
    if len(set(titles)) < len(titles):
        titles = list(labels)
    title = f"{', '.join(titles[1:])} against {titles[0]}"
    notes = [*map(changes_sentence, variants), figures_sentence(results, labels)]
    opening = [tag("p", note, class_="note") for note in notes if note]
    if not all(variant.same_model for variant in variants):
        opening.append(tag("p", "These results were run by different versions of the model.", class_="warning"))
    page = document(
        title, _eyebrow(results), sentences, sections, reproduction(results, lines),
        _comparison_files(comparison, sheets, labels), _source(results), opening=join(opening, opening_cards),
        data={"months-data": _readout(sheets, first)},
    )  # fmt: skip
    about = {
        "kind": "comparison", "commands": lines, "lead": [it.outcome for it in leads],
        **{key: value for key, value in comparison_json(comparison).items() if key != "comparison"},
    }  # fmt: skip
    return Report(comparison.path.name.removeprefix("compare-"), page, tuple(sentences), about)


def _card_text(lines: list[str]) -> Markup:
    """A decision card as the command prints it, in a box that scrolls where it is too wide."""
    return tag("div", tag("pre", "\n".join(lines)), class_="scroll", tabindex=0, role="region", aria_label=lines[0])


def _meanings(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    return {name: outcome.meaning for name, outcome in outcomes.items()}


def _eyebrow(results: Sequence[Result]) -> str:
    first = results[0]
    names = ", ".join(dict.fromkeys(result.name for result in results))
    span = f"{first.scenario.calendar(0)} to {first.scenario.calendar(first.months - 1)}"
    seeds = f"{seeds_text(len(first.replicates), begins(first.scenario))} · " if len(results) == 1 else ""
    return f"{names} · {span} · {seeds}model {first.manifest['model']}"


def _source(results: Sequence[Result]) -> str:
    return f"sim report from {', '.join(result.path.name for result in results)}"


def _rests(results: Sequence[Result], labels: Sequence[str]) -> list[Markup]:
    """The parameters behind each result by kind; those of the first once, where the others have the same."""
    kinds = [{key: source.kind for key, source in in_force(result.scenario).items()} for result in results]
    made: list[Markup] = []
    for name, result, found in zip(labels, results, kinds, strict=True):
        if found == kinds[0] and made:
            made.append(tag("p", f"{name}: the same parameters, from the same kinds of source.", class_="note"))
        else:
            made.append(parameters_by_kind(name, result.scenario))
    return made


def _how(comparison: Comparison) -> Markup:
    words = (
        f"Differences are means over pairs of worlds with one seed each; intervals are {comparison.interval_kind}. "
        "Pairing: how many times as many runs the same interval would take on independent seeds."
    )
    if not comparison.paired:
        words = (
            f"Seeds differ between the results: differences are not paired, intervals are {comparison.interval_kind}."
        )
    return tag("p", f"{words} Interval: 95%, of each outcome by itself.", class_="note")


def _words_of(sheet: Sheet) -> str:
    """What the charts of a comparison's later sheets show: the words after the months in its subtitle."""
    return (
        f"{sheet.title}: {sheet.subtitle.partition(': ')[2]}"
        if len(sheet.labels) == 1
        else (sheet.subtitle.partition(": ")[2].capitalize())
    )


def _readout(sheets: Sequence[Sheet], result: Result) -> dict[str, Any]:
    """What the script needs to show the month under the pointer."""
    return {
        "left": charts.LEFT, "width": charts.WIDTH - charts.LEFT - charts.RIGHT,
        "months": [result.scenario.calendar(at) for at in range(result.months)],
        "said": {f"{sheet.stem}-{place}": over_months.readout(panel, sheet.labels)
                 for sheet in sheets for place, panel in enumerate(sheet.panels)},
    }  # fmt: skip


def _files(sheet: Sheet, labels: Sequence[str], result: Result) -> list[tuple[str, bytes, str]]:
    return [
        ("outcomes.csv", to_csv(result.rows), "all outcomes: percentiles"),
        ("months.csv", over_months.months_csv(sheet.panels, labels, result.scenario), "the fans: percentiles by month"),
        ("runs.csv", over_months.runs_csv(sheet.panels, labels, result.scenario), "the faint runs"),
    ]


def _comparison_files(
    comparison: Comparison, sheets: Sequence[Sheet], labels: Sequence[str]
) -> list[tuple[str, bytes, str]]:
    panels = [panel for sheet in sheets if sheet.labels == labels for panel in sheet.panels]
    scenario = comparison.baseline.scenario
    return [
        ("differences.csv", records_csv(comparison.rows), "all outcomes: differences"),
        ("months.csv", over_months.months_csv(panels, labels, scenario), "the fans: percentiles by month"),
        ("differences-months.csv", over_months.differences_csv(panels, labels, scenario), "differences by month"),
        ("runs.csv", over_months.runs_csv(panels, labels, scenario), "the faint runs"),
    ]
