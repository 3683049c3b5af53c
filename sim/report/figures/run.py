"""The figures of a run, in its folder."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.figures.files import drawn_files
from sim.report.sheets import run_sheets
from sim.runs.executor import Workers
from sim.runs.result import Result, open_result
from sim.runs.store import FIGURES, OUTCOMES, Say, Store


def draw_run(result: Result, workers: Workers, say: Say, headline: Sequence[str]) -> None:
    """Draw the pages of all that the result's folder holds, where they are not there yet: the headline page first."""
    store = Store(result.path)
    manifest = store.manifest()
    whole = result
    if result.replicates != tuple(int(number) for number in manifest["seeds"]):
        whole = open_result(result.path)
    sheets = run_sheets(whole, headline)
    wanted = {f"{FIGURES}/{sheet.stem}.{kind}" for sheet in sheets for kind in ("png", "svg")}
    if wanted <= set(manifest["outputs"]) and all(map(store.intact, wanted)):
        return
    files = drawn_files(sheets, workers)
    with store.locked(say):
        if store.manifest().get("outputs", {}).get(OUTCOMES) == manifest["outputs"][OUTCOMES]:
            store.add(files)
