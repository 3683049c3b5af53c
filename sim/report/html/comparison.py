"""The report on several results, each against the first; its parts are made from a comparison, stored or not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sim.declare import Outcome
from sim.language import listed, tr
from sim.report.comparison_sheets import comparison_sheets, titles_of
from sim.report.html import over_months
from sim.report.html.appraisal import appraisal_tables
from sim.report.html.changed import changed_keys
from sim.report.html.charts import RUNS
from sim.report.html.decision import decision_part
from sim.report.html.headline import (
    changes_sentence,
    decision_sentence,
    difference_cards,
    difference_sentence,
    figures_sentence,
    lead,
)
from sim.report.html.markup import Markup, fold, join, tag
from sim.report.html.outcomes import article_figures, differences_of
from sim.report.html.page import Report, Section, document
from sim.report.html.reproduce import commands, reproduction
from sim.report.html.rests_on import parameters_by_kind, variance
from sim.report.html.shared import eyebrow, meanings_of, month_readout, source_words
from sim.report.sheets import HEADLINE, Sheet, chosen
from sim.report.text.comparison import comparison_json
from sim.runs.result import Result
from sim.runs.summary import records_csv
from sim.studies.questions.compare import Comparison
from sim.studies.rests import in_force
from sim.studies.stored_sensitivity import Sensitivity


def report_comparison(
    comparison: Comparison, outcomes: Mapping[str, Outcome], headline: Sequence[str], studies: Sequence[Sensitivity]
) -> Report:
    """The report on several results: each of the others against the first."""
    variants, meanings = comparison.variants, meanings_of(outcomes)
    results, labels = results_of(comparison), labels_of(comparison)
    names = shown_outcomes(comparison, headline)
    leads = [lead(variant, names) for variant in variants]
    sentences = [
        decision_sentence(variant.decision.appraisal, variant.label, comparison.label)
        if variant.decision and variant.decision.appraisal else difference_sentence(comparison, variant, it)
        for variant, it in zip(variants, leads, strict=True)
    ]  # fmt: skip
    sheets = comparison_sheets(comparison, headline)
    article = article_figures(results, labels)
    lines = commands(results, not comparison.paired)
    sections = [
        *decision_section(comparison),
        changed_section(comparison),
        outcomes_section(comparison, names, meanings),
        Section("months", tr("Over the months"), months_of(comparison, sheets, meanings)),
        *([Section("article", tr("The article’s figures"), article)] if article else []),
        Section("rests", tr("What it rests on"), join(rests_of(comparison), variance(studies))),
    ]
    opening_cards = [
        join(
            tag("h2", tr("{variant} less {baseline}", variant=it.label, baseline=comparison.label))
            if len(variants) > 1 else None,
            difference_cards(comparison, it, names, meanings),
        )
        for it in variants
    ]  # fmt: skip
    titles = titles_of(comparison)
    title = tr("{variant} against {baseline}", variant=listed(titles[1:]), baseline=titles[0])
    notes = [*map(changes_sentence, variants), figures_sentence(results, labels)]
    opening = [tag("p", note, class_="note") for note in notes if note]
    if not all(variant.same_model for variant in variants):
        opening.append(tag("p", tr("These results were run by different versions of the model."), class_="warning"))
    page = document(
        title, eyebrow(results), sentences, sections, reproduction(results, lines),
        comparison_files(comparison, sheets), source_words(results),
        opening=join([decision_part(it.decision) for it in variants], opening, opening_cards),
        data={"months-data": month_readout(sheets, comparison.baseline)},
    )  # fmt: skip
    about = {
        "kind": "comparison", "commands": lines, "lead": [it.outcome for it in leads],
        **{key: value for key, value in comparison_json(comparison).items() if key != "comparison"},
    }  # fmt: skip
    return Report(comparison.path.name.removeprefix("compare-"), page, tuple(sentences), about)


def results_of(comparison: Comparison) -> list[Result]:
    """The baseline and the variants."""
    return [comparison.baseline, *(variant.result for variant in comparison.variants)]


def labels_of(comparison: Comparison) -> tuple[str, ...]:
    """Their names in the comparison."""
    return (comparison.label, *(variant.label for variant in comparison.variants))


def shown_outcomes(comparison: Comparison, headline: Sequence[str]) -> list[str]:
    """The outcomes that are shown first."""
    known = [it.outcome for it in comparison.variants[0].differences]
    return chosen(known, headline, comparison.baseline.scenario.reported_figures, everything=False)


def decision_section(comparison: Comparison) -> list[Section]:
    """The tables behind the decision cards; none where there is no card."""
    decided = [(it, it.decision.appraisal) for it in comparison.variants if it.decision and it.decision.appraisal]
    made = [
        join(tag("h3", it.label) if len(comparison.variants) > 1 else None, appraisal_tables(found, it.label))
        for it, found in decided
    ]
    return [Section("decision", tr("Is it worth it?"), join(made))] if made else []


def changed_section(comparison: Comparison) -> Section:
    """What was changed, old and new."""
    baseline = comparison.baseline.scenario
    made = [changed_keys(baseline, it) for it in comparison.variants]
    return Section("changed", tr("What was changed"), join(made))


def outcomes_section(comparison: Comparison, names: Sequence[str], meanings: dict[str, str]) -> Section:
    """Differences, the first outcomes' before the others'."""
    made = [differences_of(it, comparison.label, names, meanings) for it in comparison.variants]
    return Section("outcomes", tr("What that changed"), join(made, _how(comparison)))


def months_of(comparison: Comparison, sheets: Sequence[Sheet], meanings: dict[str, str], *, runs: int = RUNS) -> Markup:
    """Fans and the differences below them; ``runs`` single runs are drawn faintly."""
    labels, scenario = labels_of(comparison), comparison.baseline.scenario
    marked = any(panel.mark for sheet in sheets for panel in sheet.panels)
    months = [over_months.chart_key(labels, differences=True, marked=marked, runs=runs)]
    for sheet in sheets:
        drawn = over_months.charts(sheet.panels, sheet.labels, scenario, meanings, f"{sheet.stem}-", runs=runs)
        months += [drawn] if sheet.stem == HEADLINE else [fold(_words_of(sheet), drawn)]
    return join(months)


def rests_of(comparison: Comparison) -> list[Markup]:
    """The parameters behind each result by kind; those of the first once, where the others have the same."""
    results, labels = results_of(comparison), labels_of(comparison)
    kinds = [{key: source.kind for key, source in in_force(result.scenario).items()} for result in results]
    made: list[Markup] = []
    for name, result, found in zip(labels, results, kinds, strict=True):
        if found == kinds[0] and made:
            same = tr("{name}: the same parameters, from the same kinds of source.", name=name)
            made.append(tag("p", same, class_="note"))
        else:
            made.append(parameters_by_kind(name, result.scenario))
    return made


def _how(comparison: Comparison) -> Markup:
    kind = tr(comparison.interval_kind)
    words = tr(
        "Differences are means over pairs of worlds with one seed each; intervals are {kind}. Pairing: how many times "
        "as many runs the same interval would take on independent seeds. Interval: 95%, of each outcome by itself.",
        kind=kind,
    )
    if not comparison.paired:
        words = tr(
            "Seeds differ between the results: differences are not paired, intervals are {kind}. Interval: 95%, of "
            "each outcome by itself.", kind=kind,
        )  # fmt: skip
    return tag("p", words, class_="note")


def _words_of(sheet: Sheet) -> str:
    """What the charts of a comparison's later sheets show: the words after the months in its subtitle."""
    said = re.split(": |：", sheet.subtitle, maxsplit=1)[-1]
    return tr("{title}: {said}", title=sheet.title, said=said) if len(sheet.labels) == 1 else said.capitalize()


def comparison_files(comparison: Comparison, sheets: Sequence[Sheet]) -> list[tuple[str, bytes, str]]:
    """What the page carries to be saved."""
    labels = labels_of(comparison)
    panels = [panel for sheet in sheets if sheet.labels == labels for panel in sheet.panels]
    scenario = comparison.baseline.scenario
    return [
        ("differences.csv", records_csv(comparison.rows), tr("all outcomes: differences")),
        ("months.csv", over_months.months_csv(panels, labels, scenario), tr("the fans: percentiles by month")),
        ("differences-months.csv", over_months.differences_csv(panels, labels, scenario), tr("differences by month")),
        ("runs.csv", over_months.runs_csv(panels, labels, scenario), tr("the faint runs")),
    ]
