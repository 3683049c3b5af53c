"""Test every shipped claim and write what was found into ``docs/findings.md``: ``make findings`` (hours).

Each file of claims writes its rows into ``docs/findings.json`` when it is done, and the table of the document is made
of that file alone. Files of claims whose rows are of this model, of as many joint draws, and of the claims as they
stand, are not tested again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sim
from sim.model.catalogue import model_catalogue, version_of
from sim.report.document.blocks import rewritten
from sim.report.document.markdown import code, table
from sim.report.document.versions import of_model
from sim.report.text.claims import VERDICT_WORDS, flip_words, measured
from sim.scenario import ScenarioError
from sim.studies.claims import files_of
from sim.studies.estimators.verdicts import Verdict
from sim.studies.questions.claims import Finding

DOCS = Path(__file__).resolve().parent
FIGURES, DOCUMENT = DOCS / "findings.json", DOCS / "findings.md"
SAMPLES = 16
HEADS = (
    "claim", "verdict", "difference", "95% interval", "unit", "over the posterior", "right sign", "what it rests on",
)  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Test what is asked for, and write the rows of each file of claims as soon as they are there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="files of claims; all shipped ones by default")
    parser.add_argument("--samples", type=int, default=SAMPLES, help=f"joint draws; {SAMPLES} by default")
    asked = parser.parse_args(words)
    known = kept()
    try:
        files = files_of(asked.names)
    except ScenarioError as error:
        parser.error(str(error))
    for file in files:
        mark = mark_of(file, asked.samples)
        if known.get(file.stem, {}).get("mark") == mark:
            continue
        print(f"findings: {file.stem}", file=sys.stderr)
        (found,) = sim.claims([file.stem], samples=asked.samples, yes=True)
        known[file.stem] = {
            "mark": mark,
            "model": version_of(model_catalogue()),
            "said": f"{found.claims.title}: {found.claims.scenario.name} less {found.claims.control.name} in "
            f"{found.month}, {found.claims.scenario.replicates} seeds, {asked.samples} joint draws",
            "rows": [[f"{file.stem}: {it.claim.name}", *row(it)] for it in found.findings],
        }
        known = dict(sorted(known.items()))
        FIGURES.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), known), encoding="utf-8")
    return 0


def kept() -> dict[str, Any]:
    """What is kept of each file of claims, in the order of their names."""
    found: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    return found


def mark_of(file: Path, samples: int) -> str:
    """A digest of the model, of a file of claims, and of the number of joint draws."""
    said = f"{version_of(model_catalogue())} {samples} {file.read_text(encoding='utf-8')}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def row(it: Finding) -> tuple[str, ...]:
    """What was found about one claim, in words."""
    rests = [f"proportional to {code(one.key)}" for one in it.proportional]
    if it.flip and it.verdict is not Verdict.ROBUST:
        rests.append(f"other sign {flip_words(it.flip)}")
    return VERDICT_WORDS[it.verdict], *measured(it), "; ".join(rests)


def with_table(text: str, known: dict[str, Any]) -> str:
    """The document with the table of these rows, and what was held against what by which version of the model."""
    lines = [f"- {code(name)}: {it['said']}; {of_model(it.get('model'))}." for name, it in known.items()]
    if rest := [code(it.stem) for it in files_of() if it.stem not in known]:
        lines += ["", f"Not tested yet: {', '.join(rest)}."]
    rows = [cells for it in known.values() for cells in it["rows"]]
    made, _ = rewritten(text, {"findings": "\n".join([table(HEADS, rows), "", *lines])})
    return made


if __name__ == "__main__":
    sys.exit(main())
