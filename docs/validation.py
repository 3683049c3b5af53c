"""Check the model against all facts and write what was found into the documents: ``make facts`` (long).

``docs/validation.json`` keeps what the tables of ``docs/validation.md`` and ``README.md`` are made of.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sim
from sim.formats import band_text
from sim.report.document.blocks import rewritten
from sim.report.document.markdown import table
from sim.report.document.versions import of_model
from sim.studies.questions.validate import LOG_CHANGE
from sim.units import everyday

DOCS = Path(__file__).resolve().parent
FIGURES, DOCUMENT, README = DOCS / "validation.json", DOCS / "validation.md", DOCS.parent / "README.md"
FIELDS = (
    "name", "title", "group", "scenario", "fitted", "unit", "value", "low", "high", "band", "pass", "whole",
    "replicates", "reason", "finding", "source",
)  # fmt: skip
PARTS = {"predicted": "Predicted", "fitted": "Fitted", "rest": "At rest"}


def main(words: Sequence[str] | None = None) -> int:
    """Validate, or take what ``sim validate`` stored, and write figures and tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="validation.json of a result, in place of a run")
    asked = parser.parse_args(words)
    file = asked.file or sim.validate(yes=True).path / "validation.json"
    known = kept_of(json.loads(file.read_text(encoding="utf-8")))
    FIGURES.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for document in (DOCUMENT, README):
        document.write_text(with_tables(document.read_text(encoding="utf-8"), known), encoding="utf-8")
    return 0


def kept() -> dict[str, Any]:
    """What is kept of the last validation."""
    found: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return found


def kept_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of what ``sim validate`` stored: counts, the facts, and how many targets a rotation predicts."""
    predicted = [row["predicted"]["within"] for it in found["rotations"] for row in it["rows"] if row["predicted"]]
    return {
        "model": found["model"],
        "counts": found["counts"],
        "rotated": {"within": sum(predicted), "of": len(predicted)},
        "facts": [{field: fact[field] for field in FIELDS} for fact in found["facts"]],
    }


def with_tables(text: str, known: Mapping[str, Any]) -> str:
    """A document with the tables that it has a place for."""
    said = f"These figures are {of_model(known['model'])}."
    failed = [it for it in known["facts"] if not it["pass"]]
    made = {"failures": f"{_table(failed)}\n\n{said}"}
    made |= {part: _table([it for it in known["facts"] if _part(it) == part], failures=True) for part in PARTS}
    made["version"] = said
    found, _ = rewritten(text, {name: it for name, it in made.items() if f"<!-- {name}: begin -->" in text})
    return found


def _part(fact: Mapping[str, Any]) -> str:
    return "rest" if fact["unit"] == LOG_CHANGE else "fitted" if fact["fitted"] else "predicted"


def _table(facts: Sequence[Mapping[str, Any]], *, failures: bool = False) -> str:
    """A row a fact: what the model gives and what is observed; with all, whether it passes, and if not, why."""
    heads = ("fact", "median", "90% interval", "band", "unit")
    return table((*heads, "", "source") if failures else (*heads, ""), (_row(it, failures=failures) for it in facts))


def _row(fact: Mapping[str, Any], *, failures: bool) -> tuple[str, ...]:
    low, high = fact["band"]
    unit = everyday(fact["unit"], *(it for it in (low, high) if it is not None))
    value, band = unit.number(fact["value"]), band_text(unit.of(low), unit.of(high))
    row = (fact["title"], value, unit.span(fact["low"], fact["high"]), band, unit.unit)
    if not failures:
        return *row, PARTS[_part(fact)].lower()
    why = fact["finding"] or "no reason is given"
    return *row, "pass" if fact["pass"] else f"fail: {why}", fact["source"]


if __name__ == "__main__":
    sys.exit(main())
