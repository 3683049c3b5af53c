"""Files of studies in TOML, such as targets and claims: every fault is kept with its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sim.scenario import Fault
from sim.scenario.faults import shown
from sim.scenario.keys import Leaf, meant
from sim.scenario.reading import Document
from sim.scenario.values import InvalidValue, checked, names

Path = tuple[str, ...]


class TableReader:
    """Reads values of a document; ``faults`` holds all that is wrong."""

    def __init__(self, document: Document) -> None:
        self.document, self.table = document, document.table
        self.faults: list[Fault] = []

    def refuse(self, path: Path, message: str) -> None:
        self.faults.append(self.document.fault(path, message))

    def unknown(self, path: Path, table: Mapping[str, Any], allowed: Collection[str]) -> None:
        for name in table:
            if name not in allowed:
                self.refuse((*path, name), f"unknown key, {meant(name, allowed)}")

    def value(self, path: Path, leaf: Leaf, default: Any) -> Any:
        """The value at a path, checked; the default where there is none, or a wrong one."""
        inner = self._at(path)
        if inner is None:
            return default
        try:
            return checked(inner, leaf)
        except InvalidValue as wrong:
            self.refuse(path, str(wrong))
            return default

    def names(self, path: Path, allowed: str) -> tuple[str, ...]:
        """The array of names at a path; empty where there is none, or a wrong one."""
        inner = self._at(path)
        try:
            return () if inner is None else names(inner, allowed)
        except InvalidValue as wrong:
            self.refuse(path, str(wrong))
            return ()

    def tables(self, name: str) -> list[str]:
        """The names of the tables within a table."""
        found = self.table.get(name, {})
        if not isinstance(found, dict):
            self.refuse((name,), f"{shown(found)} is no table, allowed: [{name}.NAME]")
            return []
        for inner, table in found.items():
            if not isinstance(table, dict):
                self.refuse((name, inner), f"{shown(table)} is no table, allowed: [{name}.NAME]")
        return [inner for inner, table in found.items() if isinstance(table, dict)]

    def _at(self, path: Path) -> Any:
        inner: Any = self.table
        for part in path:
            if not isinstance(inner, dict) or part not in inner:
                return None
            inner = inner[part]
        return inner
