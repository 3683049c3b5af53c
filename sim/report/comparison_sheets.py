"""What is shown of a comparison: fans with the differences below, and the differences alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.formats import seeds_text
from sim.language import later, listed, paragraph, tr
from sim.report.sheets import HEADLINE, MARKS, Panel, Sheet, run_panel, source_words, span_words
from sim.report.shown import title_words
from sim.runs.ensemble import folder_name
from sim.runs.result import Result
from sim.runs.seeds import begins
from sim.studies.estimators.intervals import difference_over_months
from sim.studies.questions.compare import Comparison, pairs
from sim.studies.rests import rests_text

MOST = 8  # panels on the second page
DIFFERENCES = "differences"
_DIFFERENCES = later(
    "{seeds}. Lower axes: mean of the others less {name}, with its 95% interval ({kind}), month by month."
)


def comparison_sheets(comparison: Comparison, headline: Sequence[str]) -> list[Sheet]:
    """The headline outcomes, the others with the clearest differences, and the differences seed by seed."""
    results = [comparison.baseline, *(variant.result for variant in comparison.variants)]
    first = results[0]
    shown = first_outcomes(comparison, headline)
    rest = [name for name in by_evidence(comparison) if name not in shown]
    words = wording(comparison)
    labels = (comparison.label, *(variant.label for variant in comparison.variants))
    sheets = []
    for stem, names, which in (
        (HEADLINE, shown[: 2 * MOST], tr("headline outcomes")),
        ("largest", rest[:MOST], tr("where else they differ most, for the width of the interval")),
    ):
        panels = tuple(_comparison_panel(comparison, results, name) for name in names)
        if panels:
            marks = tr(MARKS) if any(panel.mark for panel in panels) else ""
            below = tr(_DIFFERENCES, seeds=words.seeds, name=comparison.label, kind=comparison.interval_kind)
            footer = (paragraph(below, marks), *words.source)
            about = tr("{span}: {what}", span=words.span, what=which)
            sheets.append(Sheet(stem, words.title, about, footer, first.scenario.start, labels, panels))
    for variant in comparison.variants if comparison.paired else ():
        stem = DIFFERENCES if len(labels) == 2 else f"{DIFFERENCES}-{folder_name(variant.label)}"
        both = {name: pairs(first, variant.result, name, paired=True) for name in shown[: 2 * MOST]}
        panels = tuple(
            replace(run_panel(first, name), series=(new - old,), mark=None, difference=True)
            for name, (old, new) in both.items()
        )
        if panels:
            below = tr("{seeds}. Bands hold 50% and 90% of the seeds' differences, month by month.", seeds=words.seeds)
            footer = (below, *words.source)
            title = tr("{variant} less {baseline}", variant=variant.label, baseline=comparison.label)
            about = tr("{span}: {what}", span=words.span, what=tr("the difference in each seed"))
            sheets.append(Sheet(stem, title, about, footer, first.scenario.start, (variant.label,), panels))
    return sheets


class Words(NamedTuple):
    """The words of every figure of a comparison: title, months, seeds and source."""

    title: str
    span: str
    seeds: str
    source: tuple[str, str]


def wording(comparison: Comparison) -> Words:
    first, variants = comparison.baseline, comparison.variants
    seeds = seeds_text(comparison.seeds, begins(first.scenario))
    label, *names = titles_of(comparison)
    rests = rests_text(*(variant.rests_on for variant in variants))
    folders = [result.path.name for result in (first, *(variant.result for variant in variants))]
    return Words(
        tr("{names} against {baseline}", names=listed(names), baseline=label),
        span_words(first),
        tr("{seeds}, paired seed by seed", seeds=seeds)
        if comparison.paired
        else tr("{seeds}, not paired (Welch)", seeds=seeds),
        (
            tr("Parameters in force by their source: {rests}.", rests=rests),
            source_words(first.manifest["model"], "outcomes.parquet", folders),
        ),
    )


def titles_of(comparison: Comparison) -> list[str]:
    """Titles of the baseline's and the variants' scenarios; their names where titles do not tell them apart."""
    results = [comparison.baseline, *(variant.result for variant in comparison.variants)]
    found = [title_words(result.scenario.title) or result.name for result in results]
    return found if len(set(found)) == len(found) else [comparison.label, *(it.label for it in comparison.variants)]


def first_outcomes(comparison: Comparison, headline: Sequence[str]) -> list[str]:
    """The outcomes of the first page."""
    known = [difference.outcome for difference in comparison.variants[0].differences]
    first = [
        name for name in dict.fromkeys((*headline, *comparison.baseline.scenario.reported_figures)) if name in known
    ]
    return first or known[:MOST]


def _comparison_panel(comparison: Comparison, results: list[Result], name: str) -> Panel:
    first, *others = results
    paired = comparison.paired
    common = set(first.replicates).intersection(*(other.replicates for other in others)) if paired else set()
    tables = [result.table.only(sorted(common)) if paired else result.table for result in results]
    panel = replace(run_panel(first, name), series=tuple(table.of(name) for table in tables))
    over_months = (difference_over_months(*pairs(first, other, name, paired), paired) for other in others)
    return replace(panel, differences=tuple(over_months))


def by_evidence(comparison: Comparison) -> list[str]:
    """Outcomes whose difference is not zero, by how many interval half-widths it is away from it, the most first.

    Those whose difference depends on a single seed are left out.
    """
    best: dict[str, float] = {}
    for variant in comparison.variants:
        for it in variant.differences:
            half = (it.high - it.low) / 2
            if it.difference and not it.hangs_on_one and np.isfinite(half):
                distance = abs(it.difference) / half if half > 0 else np.inf
                best[it.outcome] = max(best.get(it.outcome, 0.0), distance)
    return sorted(best, key=lambda name: -best[name])
