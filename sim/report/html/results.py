"""The report on one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.declare import Outcome
from sim.language import tr
from sim.report.html import over_months
from sim.report.html.headline import result_cards, result_sentence
from sim.report.html.markup import fold, join
from sim.report.html.outcomes import article_figures, outcomes_of
from sim.report.html.page import Report, Section, document
from sim.report.html.reproduce import commands, reproduction
from sim.report.html.rests_on import parameters_by_kind, variance
from sim.report.html.shared import eyebrow, meanings_of, month_readout, source_words
from sim.report.sheets import Sheet, chosen, page_words, run_sheets
from sim.report.shown import title_words
from sim.report.text.run import run_json
from sim.runs.result import Result
from sim.runs.summary import to_csv
from sim.studies.stored_sensitivity import Sensitivity


def report_result(
    result: Result, outcomes: Mapping[str, Outcome], headline: Sequence[str], studies: Sequence[Sensitivity]
) -> Report:
    """The report on one result. ``studies`` are its stored sensitivities."""
    scenario, meanings = result.scenario, meanings_of(outcomes)
    names = chosen(result.table.names, headline, scenario.reported_figures, everything=False)
    first, *others = run_sheets(result, headline)
    labels = (result.name,)
    sentence = result_sentence(result, names)
    single = len(result.replicates) == 1
    marked = any(panel.mark for panel in first.panels)
    months = join(
        over_months.chart_key(labels, differences=False, marked=marked, single=single),
        over_months.charts(first.panels, labels, scenario, meanings, f"{first.stem}-"),
        fold(tr("{count} more outcomes, by theme", count=sum(len(sheet.panels) for sheet in others)), [
            fold(tr("{theme}: {count}", theme=page_words(sheet.stem).capitalize(), count=len(sheet.panels)),
                 over_months.charts(sheet.panels, labels, scenario, meanings, f"{sheet.stem}-", runs=0))
            for sheet in others]) if others else None,
    )  # fmt: skip
    article = article_figures([result], labels)
    lines = commands([result])
    sections = [
        Section("outcomes", tr("What came out"), outcomes_of(result, names, meanings)),
        Section("months", tr("Over the months"), months),
        *([Section("article", tr("The article’s figures"), article)] if article else []),
        Section("rests", tr("What it rests on"), join(parameters_by_kind(result.name, scenario), variance(studies))),
    ]
    page = document(
        title_words(scenario.title) or result.name, eyebrow([result]), [sentence], sections,
        reproduction([result], lines),
        _files(first, labels, result), source_words([result]), opening=result_cards(result, names, meanings),
        data={"months-data": month_readout((first, *others), result)},
    )  # fmt: skip
    about = {"kind": "result", "commands": lines, "outcomes": run_json(result)["outcomes"]}
    return Report(result.path.name, page, (sentence,), about)


def _files(sheet: Sheet, labels: Sequence[str], result: Result) -> list[tuple[str, bytes, str]]:
    return [
        ("outcomes.csv", to_csv(result.rows), tr("all outcomes: percentiles")),
        ("months.csv", over_months.months_csv(sheet.panels, labels, result.scenario),
         tr("the fans: percentiles by month")),
        ("runs.csv", over_months.runs_csv(sheet.panels, labels, result.scenario), tr("the faint runs")),
    ]  # fmt: skip
