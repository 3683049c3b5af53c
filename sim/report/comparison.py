"""What is drawn of a comparison: fans beside each other, and the differences below."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.report.pages import MARKS, Panel, Sheet, drawn_files, run_panel, seeds_text
from sim.report.themes import HEADLINE
from sim.runs.executor import Workers
from sim.runs.result import Result
from sim.runs.store import FIGURES
from sim.studies.compare import Comparison, difference_over_months, pairs

MOST = 8  # panels on the second page
_DIFFERENCES = "Lower axes: mean of the others less {}, with its 95% interval, month by month."


def draw_comparison(comparison: Comparison, headline: Sequence[str]) -> None:
    """Write a comparison's table and draw its pages, in its folder."""
    (comparison.path / FIGURES).mkdir(parents=True, exist_ok=True)
    (comparison.path / "comparison.csv").write_bytes(_csv(comparison))
    with Workers(1) as here:
        for name, data in drawn_files(comparison_sheets(comparison, headline), here).items():
            (comparison.path / name).write_bytes(data)


def comparison_sheets(comparison: Comparison, headline: Sequence[str]) -> list[Sheet]:
    """Two pages: the headline outcomes, and of the rest those whose difference stands out most."""
    results = [comparison.baseline, *(variant.result for variant in comparison.variants)]
    first = results[0]
    known = [difference.outcome for difference in comparison.variants[0].differences]
    shown = [name for name in dict.fromkeys((*headline, *first.scenario.figures)) if name in known]
    rest = [name for name in _by_evidence(comparison) if name not in shown]
    labels = (comparison.label, *(variant.label for variant in comparison.variants))
    how = "paired seed by seed" if comparison.paired else "not paired (Welch)"
    count = max(difference.seeds for variant in comparison.variants for difference in variant.differences)
    folders = ", ".join(result.path.name for result in results)
    below = f"{seeds_text(count, first.seed)}, {how}. {_DIFFERENCES.format(comparison.label)}"
    source = f"Model {first.manifest['model']}. Source: outcomes.parquet of {folders}."
    title = f"{', '.join(labels[1:])} against {labels[0]}"
    span = f"{first.scenario.calendar(0)} to {first.scenario.calendar(first.table.months - 1)}"
    sheets = []
    for stem, names, words in (
        (HEADLINE, shown[: 2 * MOST], "headline outcomes"),
        ("largest", rest[:MOST], "where else they differ most, for the width of the interval"),
    ):
        panels = tuple(_comparison_panel(comparison, results, name) for name in names)
        if panels:
            marked = any(panel.mark for panel in panels)
            footer = (f"{below} {MARKS}" if marked else below, source)
            sheets.append(Sheet(stem, title, f"{span}: {words}", footer, first.scenario.start, labels, panels))
    return sheets


def _comparison_panel(comparison: Comparison, results: list[Result], name: str) -> Panel:
    first, *others = results
    paired = comparison.paired
    common = set(first.replicates).intersection(*(other.replicates for other in others)) if paired else set()
    tables = [result.table.only(sorted(common)) if paired else result.table for result in results]
    panel = replace(run_panel(first, name), series=tuple(table.of(name) for table in tables))
    over_months = (difference_over_months(*pairs(first, other, name, paired), paired) for other in others)
    return replace(panel, differences=tuple(over_months))


def _by_evidence(comparison: Comparison) -> list[str]:
    """Outcomes whose difference is not zero, by how many interval half-widths it is away from it, the most first."""
    best: dict[str, float] = {}
    for variant in comparison.variants:
        for it in variant.differences:
            half = (it.high - it.low) / 2
            if it.difference and np.isfinite(half):
                distance = abs(it.difference) / half if half > 0 else np.inf
                best[it.outcome] = max(best.get(it.outcome, 0.0), distance)
    return sorted(best, key=lambda name: -best[name])


def _csv(comparison: Comparison) -> bytes:
    sink = io.StringIO()
    rows = comparison.rows
    writer = csv.DictWriter(sink, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()
