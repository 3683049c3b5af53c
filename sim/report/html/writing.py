"""Write a report's file from stored results and studies."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.disk import write_whole
from sim.language import file_name
from sim.notebooks import in_notebooks
from sim.report.html.calibration import report_calibration
from sim.report.html.comparison import report_comparison
from sim.report.html.page import Report
from sim.report.html.results import report_result
from sim.report.html.seek import report_seek
from sim.report.html.seek_value import report_value
from sim.report.html.sensitivity import report_sensitivity
from sim.report.html.stored import kind_of, open_calibration, open_design, open_sensitivity, open_sweep
from sim.report.html.stored_seek import open_seek, open_value
from sim.report.html.sweep import report_sweep
from sim.runs.errors import Incompatible, ResultError
from sim.runs.options import Watcher
from sim.runs.replicate import ecosystem
from sim.runs.result import Result, find_result
from sim.studies.questions.compare import compare_results
from sim.studies.questions.decision import decided
from sim.studies.stored_sensitivity import Sensitivity, all_stored


@in_notebooks
@dataclass(frozen=True)
class Written:
    """A report that was written.

    Attributes
    ----------
    path
        The HTML file.
    headline
        Its main findings, a sentence each.
    about
        What ``sim report --json`` prints beside them: kind, commands, outcomes, digest of the file.

    Examples
    --------
    >>> result = sim.run("shougang", replicates=3, months=12, workers=1, figures=False)
    >>> written = sim.write_report(result, out="report.html")
    >>> written.path.name, written.about["kind"]
    ('report.html', 'result')
    """

    path: Path
    headline: tuple[str, ...]
    about: dict[str, Any]

    def __repr__(self) -> str:
        return f"<Written {self.path}>"


def write(
    names: Sequence[Result | str | Path],
    folder: Path,
    out: Path | None,
    *,
    unpaired: bool = False,
) -> Written:
    """Write the report on stored results, by default beside them under ``folder``.

    ``ResultError`` for what is no result, ``Incompatible`` for results that cannot be held against one another.
    """
    made = _made(names, folder, unpaired=unpaired)
    path = out or folder / f"{file_name(f'report-{made.stem}')}.html"
    write_whole(path, made.page)
    digest = hashlib.sha256(made.page).hexdigest()
    return Written(path, made.headline, {**made.about, "sha256": digest})


def _made(names: Sequence[Result | str | Path], folder: Path, *, unpaired: bool) -> Report:
    studies = [study for name in names if (study := _study_folder(name, folder))]
    if studies and len(names) > 1:
        raise Incompatible(f"{studies[0]} is a study: it has a report of its own, give it alone")
    if studies:
        return _study(studies[0])
    results = [find_result(it, folder, say=Watcher().say) for it in names]
    if len({it.path.resolve() for it in results}) < len(results):
        raise Incompatible(f"{', '.join(map(str, names))}: a result is given twice")
    first = results[0]
    model = ecosystem(first.scenario.catalogue)
    chosen = model.headline(first.scenario)
    more: list[Sensitivity] = []
    for it in results:
        more += all_stored(folder, it.scenario, chosen, str(it.manifest["model"])).values()
    if len(results) == 1:
        return report_result(first, model.outcomes, chosen, more)
    comparison = decided(compare_results(results, folder, model.better, unpaired=unpaired), folder)
    return report_comparison(comparison, model.outcomes, chosen, more)


def _study_folder(name: Result | str | Path, folder: Path) -> Path | None:
    """The study's folder that a name or path means; None where it means none."""
    folders = () if isinstance(name, Result) else (Path(name), folder / name)
    return next((it for it in folders if kind_of(it)), None)


def _study(folder: Path) -> Report:
    kind = kind_of(folder)
    if kind == "sweep":
        sweep = open_sweep(folder)
        return report_sweep(sweep, ecosystem(sweep.scenario.catalogue).headline(sweep.scenario))
    if kind == "sensitivity":
        return report_sensitivity(*open_sensitivity(folder))
    if kind == "calibrate":
        return report_calibration(open_calibration(folder))
    if kind == "seek":
        return report_seek(open_seek(folder), open_design(folder))
    if kind == "seek-value":
        return report_value(open_value(folder), open_design(folder))
    allowed = "allowed: a result, a sweep, a sensitivity study, a calibration, what was sought"
    raise ResultError(f"{folder}: a study of kind {kind} has no report, {allowed}")
