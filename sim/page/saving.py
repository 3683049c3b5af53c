"""What a visitor takes away: results and a report in the results folder, or files to download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.page.queue import Key
from sim.report.html.comparison import report_comparison
from sim.report.html.results import report_result
from sim.report.html.writing import write
from sim.runs.ensemble import Ensemble, Request, as_stored
from sim.runs.options import NEW_RECORDS, NO_RECORDS
from sim.runs.replicate import Model
from sim.runs.store import Store
from sim.runs.summary import records_csv, to_csv

if TYPE_CHECKING:
    from sim.page.answers import Answer, Side

DOWNLOADS = ("scenarios", "data", "report")
File = tuple[str, bytes, str]  # name, bytes, type


def save(
    model: Model, sides: Sequence[Side], worlds: Mapping[Key, Any], seeds: int, out: Path
) -> tuple[list[Path], Path]:
    """Store the results on the first seeds, and write the report that ``sim report`` writes of them."""
    folders = []
    for side in sides:
        scenario = as_stored(side.scenario, model.version, out)
        request = Request(replace(scenario, values={**scenario.values, "run.replicates": seeds}), model.version)
        store = Store(out / request.folder)
        said: list[str] = []
        with store.locked(said.append):
            records = NEW_RECORDS if model.recorded else NO_RECORDS
            ensemble = Ensemble(request, model, store, said.append, records)
            for replicate, _ in ensemble.tasks(model.run):
                ensemble.take(replicate, worlds[Key(side.digest, replicate)])
            ensemble.publish(1)
        folders.append(store.path)
    return folders, write(folders, out, None).path


def downloads(what: str, answer: Answer) -> list[File]:
    """The files of one kind of download."""
    results = answer.results(answer.seeds)
    if what == "scenarios":
        return [(f"{it.scenario.name}.toml", it.scenario.to_toml().encode(), "application/toml") for it in answer.sides]
    single = len(results) == 1
    comparison = None if single else answer.comparison(answer.seeds)
    if what == "data":
        data = to_csv(results[0].rows) if comparison is None else records_csv(comparison.rows)
        return [("outcomes.csv" if single else "differences.csv", data, "text/csv")]
    made = (
        report_result(results[0], answer.model.outcomes, answer.names, ())
        if comparison is None
        else report_comparison(comparison, answer.model.outcomes, answer.names, ())
    )
    return [(f"report-{made.stem}.html", made.page, "text/html")]
