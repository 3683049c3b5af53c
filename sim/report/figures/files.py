"""Pages as files, drawn here or by running workers; matplotlib is imported where it draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sim.report.sheets import Sheet
from sim.runs.executor import Failure, Workers


def drawn_files(sheets: Sequence[Sheet], workers: Workers) -> dict[str, bytes]:
    """PNG and SVG of each page by file name."""
    drawn: Iterable[tuple[int, Any]] = (
        workers.run(_drawn, [(sheet,) for sheet in sheets]) if workers.running else enumerate(map(_drawn, sheets))
    )
    files: dict[str, bytes] = {}
    for place, data in drawn:
        if isinstance(data, Failure):
            raise RuntimeError(f"figure {sheets[place].stem}: {data.message}")
        files |= data
    return files


def _drawn(sheet: Sheet) -> dict[str, bytes]:
    from sim.report.figures.pages import draw

    return draw(sheet)
