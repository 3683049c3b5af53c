"""What there is: scenarios, outcomes and parameters as rows, in which a word can be looked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from sim.catalogue import Catalogue
from sim.declare import Parameter
from sim.scenario import Row as Described
from sim.scenario import Scenario, describe, shipped
from sim.scenario.extending import shipped_files
from sim.scenario.reading import read

Row = Mapping[str, Any]
_TOLD = ("name", "title", "summary", "outcome", "parameter", "meaning", "source")  # where words are looked for
_WORD = re.compile(r"[^\W\d_]{3,}")


def scenario_rows() -> list[Row]:
    """Every scenario that has a name: title, summary, what it extends, and its file."""
    files = shipped_files()
    return [
        {
            "name": it.name,
            "title": it.title,
            "summary": it.summary,
            "extends": str(read(str(files[it.name])).table.get("extends", "")),
            "file": str(files[it.name]),
        }
        for it in shipped()
    ]


def outcome_rows(catalogue: Catalogue, headline: tuple[str, ...] = ()) -> list[Row]:
    """Every outcome: unit, meaning, the mechanism that it comes from, and whether more or less of it is better."""
    better = {1: "more", -1: "less", 0: ""}
    return [
        {
            "outcome": outcome.name,
            "unit": outcome.unit,
            "meaning": outcome.meaning,
            "source": mechanism.name,
            "better": better[outcome.better],
            "headline": outcome.name in headline if headline else outcome.headline,
        }
        for mechanism in catalogue.mechanisms
        for outcome in mechanism.outcomes
    ]


def parameter_rows(catalogue: Catalogue, scenario: Scenario | None = None) -> list[Row]:
    """Every parameter of a scenario with its value, or as it is declared."""
    if scenario is not None:
        return [
            _row(it.key, it.value, it, (it.kind, it.source), it.bounds, it.location or it.origin)
            for it in describe(scenario)
        ]
    declared = catalogue.parameters()
    return [
        _row(key, it.default, it, (it.source.kind, it.source.text), (it.low, it.high), "default")
        for key, it in declared
    ]


def _row(
    key: str, value: Any, it: Parameter | Described, source: tuple[str, str], bounds: tuple[float | None, float | None],
    origin: str,
) -> Row:  # fmt: skip
    low, high = it.plausible or (None, None)
    return {
        "parameter": key, "value": value, "unit": it.unit, "meaning": it.meaning, "kind": source[0],
        "source": source[1], "least": bounds[0], "most": bounds[1], "plausible_low": low, "plausible_high": high,
        "origin": origin,
    }  # fmt: skip


def with_word(rows: list[Row], word: str) -> list[Row]:
    """The rows that have these words anywhere in their name, meaning or source, whatever their case."""
    wanted = word.casefold().split()
    texts = (" ".join(str(row.get(it, "")) for it in _TOLD).casefold() for row in rows)
    return [row for row, text in zip(rows, texts, strict=True) if all(part in text for part in wanted)]


def nearest(words: Sequence[str], rows: Sequence[Row]) -> str:
    """The end of a message on words that no row has: those of names and meanings that are most like them."""
    known = {word for row in rows for name in _TOLD for word in _WORD.findall(str(row.get(name, "")).casefold())}
    near = [it for word in words for it in get_close_matches(word.casefold(), sorted(known), 2, 0.75)]
    return f", did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
