"""Write anew, into documents whose figures take hours, of which version of the model each section is; run nothing else.

``make docs`` runs it. ``--check`` writes nothing, and ends with 1 where a document does not say what it should. Either
lists the sections whose figures are of another version than the one that is here.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from sim.language import speaking
from sim.report.document.versions import is_of_this_model, of_model

ROOT = Path(__file__).resolve().parents[1]


class Made(NamedTuple):
    """A document as it should be, and what is said in it of each section."""

    text: str
    said: dict[str, str]


def made() -> Iterator[tuple[Path, Made]]:
    """The documents, made of the figures that are kept."""
    findings, soak, facts = map(_script, ("docs/findings.py", "tests/soak/table.py", "docs/validation.py"))
    rows = findings.kept()
    said = {name: of_model(it.get("model")) for name, it in rows.items()}
    yield findings.DOCUMENT, Made(findings.with_table(_text(findings.DOCUMENT), rows), said)
    rows = json.loads(_text(soak.FIGURES))
    said = {name: of_model(it.get("model")) for name, it in rows.items()}
    yield soak.DOCUMENT, Made(soak.with_table(_text(soak.DOCUMENT), rows), said)
    run = bench()
    rows = run.kept()
    said = {name: run.said_of(name, mark) for name, mark in rows.items()}
    yield run.DOCUMENT, Made(run.with_marks(_text(run.DOCUMENT), rows), said)
    rows = facts.kept()
    for document, code in facts.documents().items():
        with speaking(code):
            it = Made(facts.with_tables(_text(document), rows), {"facts": of_model(rows["model"])})
        yield document, it


def bench() -> ModuleType:
    """The script of the bench, whose files import each other by name."""
    sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))
    try:
        return _script("tests/benchmarks/run.py")
    finally:
        sys.path.pop(0)


def main(*, check: bool) -> int:
    """Write the documents, or name those that are stale."""
    stale = False
    for document, it in made():
        name = document.relative_to(ROOT)
        for section, said in it.said.items():
            if not is_of_this_model(said):
                print(f"{name}: {section}: {said}", file=sys.stderr)
        if it.text != _text(document):
            stale = True
            if check:
                print(f"{name} does not say so", file=sys.stderr)
            else:
                document.write_text(it.text, encoding="utf-8")
    return int(stale and check)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _script(name: str) -> ModuleType:
    path = ROOT / name
    spec = importlib.util.spec_from_file_location(f"section_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
