"""Table and figures of a comparison, in its folder."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.comparison_sheets import MOST, comparison_sheets, first_outcomes, wording
from sim.report.figures.files import drawn_files
from sim.runs.executor import Workers
from sim.runs.store import write_all
from sim.runs.summary import records_csv
from sim.studies.questions.compare import Comparison


def draw_comparison(comparison: Comparison, headline: Sequence[str], workers: Workers) -> None:
    """Write a comparison's table and draw its pages, in its folder."""
    files = {"comparison.csv": records_csv(comparison.rows)} | drawn_files(
        comparison_sheets(comparison, headline), workers
    )
    if len(comparison.variants) > 1:
        from sim.report.figures.forest import draw_forest

        files |= draw_forest(comparison, first_outcomes(comparison, headline)[:MOST], wording(comparison))
    write_all(comparison.path, files)
