"""Pages as files, drawn here or by running workers; matplotlib is imported where it draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sim.language import language, speaking
from sim.report.sheets import Sheet
from sim.runs.executor import Failure, Workers


def drawn_files(sheets: Sequence[Sheet], workers: Workers) -> dict[str, bytes]:
    """PNG and SVG of each page by file name."""
    if workers.running and any(_may_lack(text) for sheet in sheets for text in _texts(sheet)):
        from sim.report.figures.fonts import tell

        tell(text for sheet in sheets for text in _texts(sheet))
    drawn: Iterable[tuple[int, Any]] = (
        workers.run(_drawn, [(sheet, language()) for sheet in sheets])
        if workers.running
        else enumerate(_drawn(sheet, language()) for sheet in sheets)
    )
    files: dict[str, bytes] = {}
    for index, data in drawn:
        if isinstance(data, Failure):
            raise RuntimeError(f"figure {sheets[index].stem}: {data.message}")
        files |= data
    return files


def _texts(sheet: Sheet) -> list[str]:
    return [sheet.title, sheet.subtitle, *sheet.footer, *sheet.labels, *(panel.title for panel in sheet.panels)]


def _may_lack(text: str) -> bool:
    """Whether a text has letters of a script that the usual font may not have."""
    return any(letter > "\u024f" and not "\u2000" <= letter <= "\u22ff" for letter in text)


def _drawn(sheet: Sheet, spoken: str) -> dict[str, bytes]:
    from sim.report.figures.pages import draw

    with speaking(spoken):
        return draw(sheet)
