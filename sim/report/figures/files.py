"""Pages as files: drawn here, or by the workers where some are running, and matplotlib is imported where it draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sim.report.sheets import Sheet
from sim.runs.executor import Failure, Workers
from sim.runs.store import FIGURES


def drawn_files(sheets: Sequence[Sheet], workers: Workers) -> dict[str, bytes]:
    """PNG and SVG of each page by file name; drawn by the workers if they are running, else here."""
    drawn: Iterable[tuple[int, Any]]
    if workers.running:
        drawn = workers.run(_drawn, [(sheet,) for sheet in sheets])
    else:
        drawn = ((place, _drawn(sheet)) for place, sheet in enumerate(sheets))
    files: dict[str, bytes] = {}
    for place, data in drawn:
        if isinstance(data, Failure):
            raise RuntimeError(f"figure {sheets[place].stem}: {data.message}")
        for kind, picture in data.items():
            files[f"{FIGURES}/{sheets[place].stem}.{kind}"] = picture
    return files


def _drawn(sheet: Sheet) -> dict[str, bytes]:
    from sim.report.figures.pages import draw

    return draw(sheet)
