"""Check the model against all facts and write what was found into the documents: ``make facts`` (long).

``docs/validation.json`` keeps what the tables of ``docs/validation.md`` and of both READMEs are made of; that of
``README.zh.md`` is in Chinese by the catalogues.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import sim
from sim.formats import band_text
from sim.language import CHINESE, ENGLISH, later, meaning, speaking, tr
from sim.report.document.blocks import rewritten
from sim.report.document.markdown import table
from sim.report.document.versions import of_model
from sim.report.text.validation import UNKNOWN
from sim.studies.questions.validate import LOG_CHANGE
from sim.units import everyday

DOCS = Path(__file__).resolve().parent
FIGURES, DOCUMENT, README = DOCS / "validation.json", DOCS / "validation.md", DOCS.parent / "README.md"
README_ZH = DOCS.parent / "README.zh.md"
FIELDS = (
    "name", "title", "group", "scenario", "fitted", "unit", "value", "low", "high", "band", "pass", "whole",
    "replicates", "reason", "finding", "source",
)  # fmt: skip
PARTS = {"predicted": later("predicted"), "fitted": later("fitted"), "rest": later("at rest")}


def main(words: Sequence[str] | None = None) -> int:
    """Validate, or take what ``sim validate`` stored, and write figures and tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="validation.json of a result, in place of a run")
    asked = parser.parse_args(words)
    file = asked.file or sim.validate(yes=True).path / "validation.json"
    known = kept_of(json.loads(file.read_text(encoding="utf-8")))
    FIGURES.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for document, code in documents().items():
        with speaking(code):
            document.write_text(with_tables(document.read_text(encoding="utf-8"), known), encoding="utf-8")
    return 0


def documents() -> dict[Path, str]:
    """The documents that have tables of facts, each with its language."""
    return {DOCUMENT: ENGLISH, README: ENGLISH, README_ZH: CHINESE}


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
    """A document with the tables that it has a place for, in the language of the moment."""
    said = tr("These figures are {of_model}.", of_model=of_model(known["model"]))
    failed = [it for it in known["facts"] if not it["pass"]]
    made = {
        "failures": f"{_table(failed, {'': _part})}\n\n{said}",
        "reasons": f"{_table(failed, {'': _part, tr('reason'): _why})}\n\n{said}",
        "version": said,
    }
    for part in PARTS:
        facts = [it for it in known["facts"] if _key(it) == part]
        made[part] = _table(facts, {"": _verdict, tr("source"): itemgetter("source")})
    found, _ = rewritten(text, {name: it for name, it in made.items() if f"<!-- {name}: begin -->" in text})
    return found


def _key(fact: Mapping[str, Any]) -> str:
    return "rest" if fact["unit"] == LOG_CHANGE else "fitted" if fact["fitted"] else "predicted"


def _part(fact: Mapping[str, Any]) -> str:
    return tr(PARTS[_key(fact)])


def _why(fact: Mapping[str, Any]) -> str:
    return meaning(f"fact {fact['name']}", fact["finding"]) or tr(UNKNOWN)


def _verdict(fact: Mapping[str, Any]) -> str:
    return tr("pass") if fact["pass"] else tr("fail: {reason}", reason=_why(fact))


def _table(facts: Sequence[Mapping[str, Any]], more: Mapping[str, Callable[[Mapping[str, Any]], str]]) -> str:
    """A row a fact: what the model gives and what is observed, and ``more`` columns by their heads."""
    heads = (tr("fact"), tr("median"), tr("90% interval"), tr("band"), tr("unit"), *more)
    return table(heads, ([*_row(fact), *(said(fact) for said in more.values())] for fact in facts))


def _row(fact: Mapping[str, Any]) -> tuple[str, ...]:
    low, high = fact["band"]
    unit = everyday(fact["unit"], *(it for it in (low, high) if it is not None))
    value, band = unit.number(fact["value"]), band_text(unit.of(low), unit.of(high))
    title = meaning(f"fact {fact['name']}", fact["title"])
    return title, value, unit.span(fact["low"], fact["high"]), band, unit.unit


if __name__ == "__main__":
    sys.exit(main())
