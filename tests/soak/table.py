"""The figures of the attacks, and the table of ``docs/reliability.md`` that is made of them."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.report.document.versions import of_model

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES, DOCUMENT = DOCS / "reliability.json", DOCS / "reliability.md"
BEGIN, END = "<!-- soak: printed by `make soak` -->", "<!-- /soak -->"


def read_figures() -> dict[str, Any]:
    """What is kept of each attack, by name."""
    return dict(json.loads(FIGURES.read_text(encoding="utf-8"))) if FIGURES.exists() else {}


@contextmanager
def alone() -> Iterator[None]:
    """Hold the documents: attacks that run at once wait for each other."""
    with DOCUMENT.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_figures(name: str, change: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Change what is kept of one attack, and write the table anew."""
    with alone():
        known = read_figures()
        known = dict(sorted({**known, name: change(known.get(name))}.items()))
        FIGURES.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), known), encoding="utf-8")
    return dict(known[name])


def with_table(text: str, figures: dict[str, Any]) -> str:
    """The document with the table of these figures between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(figures)}{END}{after}"


def table(figures: dict[str, Any]) -> str:
    """A row for each attack: what is promised, how it was attacked, what happened, on which model and how long."""
    lines = ["| promise | attack | what happened | run |", "| --- | --- | --- | --- |"]
    for it in figures.values():
        run = f"until {it['date']}, {of_model(it.get('model'))}, {it['seconds']:,} s"
        lines.append(f"| {it['promise']} | {it['attack']} | {it['found']} | {run} |")
    return "\n".join(lines) + "\n"


def merged(one: Any, other: Any) -> Any:
    """Counts of two parts of an attack together: sums, of numbers with a fraction the larger, of lists what either has.

    A text is a table of bits that stay while both have them.
    """
    if isinstance(one, dict):
        return {key: merged(one[key], other[key]) if key in one and key in other else (one | other)[key]
                for key in one | other}  # fmt: skip
    if isinstance(one, str):
        from soak.bounds import bits, text_of

        return text_of(bits(one) & bits(other))
    if isinstance(one, float):
        return max(one, float(other))
    return list(dict.fromkeys([*one, *other])) if isinstance(one, list) else one + other
