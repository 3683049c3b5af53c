"""The bench: every section prints its tables; ``make bench`` runs it.

A section is a file of this folder with ``NAME`` and ``run(quick) -> Section``; ``ORDER`` sets its place.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import re
import sys
from pathlib import Path
from types import ModuleType

from common import ROOT, Section, as_json, as_markdown, as_text, machine, machine_line

from sim.model.catalogue import model_catalogue, version_of
from sim.report.document.versions import of_model

HERE = Path(__file__).parent
DOCUMENT, MARKS = ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "benchmarks.json"


def sections() -> dict[str, ModuleType]:
    """The sections by name, in order."""
    names = [path.stem for path in HERE.glob("*.py") if re.search(r"^NAME\b", path.read_text("utf-8"), re.MULTILINE)]
    found = [importlib.import_module(name) for name in names]
    return {module.NAME: module for module in sorted(found, key=lambda module: (module.ORDER, module.NAME))}


def main() -> int:
    """Run the sections asked for; 1 where one of them has a fault, else 0."""
    known = sections()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(known)}; without one, all")
    parser.add_argument("--quick", action="store_true", help="small sizes and few runs: a look, not a measurement")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {DOCUMENT.relative_to(ROOT)}")
    asked = parser.parse_args()
    if unknown := set(asked.sections) - set(known):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(known)}")

    found: dict[str, Section] = {}
    if not asked.json:
        print(f"{machine_line()}\n")
    for name in asked.sections or known:
        found[name] = section = known[name].run(asked.quick)
        if not asked.json:
            print(as_text(section), flush=True)
        if asked.write:
            write(name, section)
        for fault in section.faults:
            print(f"{name}: {fault}", file=sys.stderr)
    if asked.json:
        print(json.dumps({"machine": machine(), "sections": {name: as_json(it) for name, it in found.items()}}))
    return int(any(section.faults for section in found.values()))


def write(name: str, section: Section) -> None:
    """Put a section's tables and pictures into the document, between its own marks, or at its end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = DOCUMENT.read_text("utf-8") if DOCUMENT.exists() else "# Benchmarks\n"
    pictures = [f"![{name}]({file})" for file in section.pictures]
    block = "\n\n".join([begin, f"*Measured on {machine_line()}.*", *pictures, as_markdown(section), end])
    if begin in text:
        before, rest = text.split(begin, 1)
        text = before + block + rest.split(end, 1)[1]
    else:
        text = f"{text.rstrip()}\n\n{block}\n"
    marks = kept() | {name: mark_of(name)}
    text = with_marks(text, marks)
    _replace(MARKS, (json.dumps(dict(sorted(marks.items())), indent=1) + "\n").encode())
    for file, content in section.pictures.items():
        _replace(DOCUMENT.parent / file, content)
    _replace(DOCUMENT, text.encode())


def kept() -> dict[str, dict[str, str]]:
    """What the sections of the document were measured with: the model, and their own file; empty where unknown."""
    found: dict[str, dict[str, str]] = json.loads(MARKS.read_text("utf-8")) if MARKS.is_file() else {}
    return found


def mark_of(name: str) -> dict[str, str]:
    """The version of the model that is here, and a digest of a section's own file."""
    return {"model": version_of(model_catalogue()), "file": _digest(name)}


def said_of(name: str, mark: dict[str, str]) -> str:
    """Of which version of the model a section is, and whether its own file was another."""
    said = of_model(mark.get("model"))
    return said if mark.get("file") in (None, "", _digest(name)) else f"{said}, and of an earlier {name}.py"


def with_marks(text: str, marks: dict[str, dict[str, str]]) -> str:
    """The document with what is said of each section below the machine."""
    for name, mark in marks.items():
        place = re.compile(rf"(<!-- {name}: begin -->\n\n\*Measured on .*\*\n)(?:\n\*These figures are .*\*\n)?")
        said = f"\n*These figures are {said_of(name, mark)}.*\n"
        text = place.sub(lambda it, said=said: it[1] + said, text)  # type: ignore[misc]
    return text


def _digest(name: str) -> str:
    return hashlib.sha256((HERE / f"{name}.py").read_bytes()).hexdigest()[:16]


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is never there in part."""
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(content)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
