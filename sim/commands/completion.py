"""What a shell completes: names of scenarios and results, and keys and outcomes that shipped scenarios have.

All of it is read from files: the model, which knows every key, takes too long to import at each stroke of a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

RESULTS = Path("results")
_NO_KEYS = frozenset({"extends", "title", "summary", "headline", "figures", "sources"})
_NAMED = ("platforms.", "sites.")
_POINT = re.compile(r"\d{4}-\d{2}|before|shape")  # of a schedule


def scenarios(incomplete: str) -> list[str]:
    """Names of scenarios, and scenario files here."""
    return _beginning([*_files(), *map(str, sorted(Path().glob("*.toml")))], incomplete)


def results(incomplete: str) -> list[str]:
    """Folders of results, and names of scenarios."""
    folders = (str(file.parent) for file in sorted(RESULTS.glob("*/manifest.json")))
    return _beginning([*_files(), *folders], incomplete)


def keys(incomplete: str) -> list[str]:
    """Keys that shipped scenarios set."""
    found = sorted({key for table in _tables() for key in _keys(table)})
    return _beginning(found, incomplete) if "=" not in incomplete else []


def outcomes(incomplete: str) -> list[str]:
    """Main outcomes of shipped scenarios, and those with a figure of the article."""
    found: set[str] = set()
    for table in _tables():
        found |= {*table.get("headline", ()), *table.get("figures", ())}
    return _beginning(sorted(found), incomplete)


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in dict.fromkeys(words) if word.startswith(incomplete)]


def _files() -> dict[str, Path]:
    from sim.scenario.extending import shipped_files

    return shipped_files()


def _tables() -> Iterator[dict[str, Any]]:
    import tomllib

    for file in _files().values():
        with suppress(OSError, ValueError):
            yield tomllib.loads(file.read_text(encoding="utf-8"))


def _keys(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        if not prefix and name in _NO_KEYS:
            continue
        if isinstance(value, Mapping) and not all(_POINT.fullmatch(it) for it in value):
            yield from _keys(value, f"{prefix}{name}.")
        elif value is not False or prefix not in _NAMED:  # false leaves out a parent's platform or site
            yield f"{prefix}{name}"
