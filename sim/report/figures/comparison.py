"""Table and figures of a comparison, in its folder."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.comparison_sheets import comparison_sheets, first_outcomes, wording
from sim.report.figure_names import ALL
from sim.report.figures.files import drawn_files
from sim.runs.executor import Workers
from sim.runs.noted import write_noted
from sim.runs.summary import records_csv
from sim.studies.questions.compare import Comparison


def draw_comparison(
    comparison: Comparison, headline: Sequence[str], workers: Workers, figures: bool | str = True
) -> None:
    """Write a comparison's table and draw its headline page, all its pages (``"all"``) or none, in its folder."""
    sheets = [it.seen for it in comparison_sheets(comparison, headline)[: None if figures == ALL else int(figures)]]
    files = {"comparison.csv": records_csv(comparison.rows)} | drawn_files(sheets, workers)
    if figures and len(comparison.variants) > 1:
        from sim.report.figures.forest import draw_forest

        seen = {panel.outcome for sheet in sheets[:1] for panel in sheet.panels}
        if names := [name for name in first_outcomes(comparison, headline) if name in seen]:
            files |= draw_forest(comparison, names, wording(comparison))
    write_noted(comparison.path, files)
