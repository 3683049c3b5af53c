"""The figures of the attacks, and the table of ``docs/reliability.md`` that is made of them."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

from sim.report.document.versions import of_model

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES, DOCUMENT = DOCS / "reliability.json", DOCS / "reliability.md"
BEGIN, END = "<!-- soak: printed by `make soak` -->", "<!-- /soak -->"


def write_figures(name: str, figures: dict[str, Any]) -> None:
    """Keep the figures of one attack, and write the table again; attacks that run at once wait for each other."""
    with DOCUMENT.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
        known[name] = figures
        FIGURES.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")
        DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), known), encoding="utf-8")


def with_table(text: str, figures: dict[str, Any]) -> str:
    """The document with the table of these figures between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(figures)}{END}{after}"


def table(figures: dict[str, Any]) -> str:
    """A row for each attack: what is promised, how it was attacked, what happened, when and how long."""
    lines = ["| promise | attack | what happened | run |", "| --- | --- | --- | --- |"]
    for it in figures.values():
        run = f"{it['date']}, {of_model(it.get('model'))}, {it['seconds']:,} s"
        lines.append(f"| {it['promise']} | {it['attack']} | {it['found']} | {run} |")
    return "\n".join(lines) + "\n"
