"""List the named scenarios, without checking them."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.scenario.extending import shipped_files
from sim.scenario.reading import read


class Listed(NamedTuple):
    """A scenario in the list."""

    name: str
    title: str
    summary: str


def shipped() -> list[Listed]:
    """Every named scenario, by name; the title of an unreadable one is the reason."""
    return [_listed(name, str(file)) for name, file in shipped_files().items()]


def _listed(name: str, file: str) -> Listed:
    document = read(file)
    if document.faults:
        return Listed(name, f"cannot be read: {document.faults[0].message}", "")
    return Listed(name, _line(document.table.get("title")), _line(document.table.get("summary")))


def _line(text: Any) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""
