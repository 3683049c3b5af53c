"""Test every shipped claim and write what was found into ``docs/findings.md``: ``make findings`` (an hour).

Each file of claims writes its rows into ``docs/findings.json`` when it is done, and the table of the document is made
of that file alone. Files of claims whose rows are of this model, and of the claims as they stand, are not tested again.
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
from sim.report.text.claims import VERDICT_WORDS, flip_words, outcome_unit
from sim.scenario import ScenarioError
from sim.studies.claims import files_of
from sim.studies.estimators.intervals import Interval
from sim.studies.questions.claims import Finding
from sim.units import Everyday

DOCS = Path(__file__).resolve().parent
FIGURES, DOCUMENT = DOCS / "findings.json", DOCS / "findings.md"
BEGIN, END = "<!-- findings: printed by `make findings` -->", "<!-- /findings -->"
SAMPLES = 16
HEADS = (
    "claim",
    "verdict",
    "difference",
    "95% interval",
    "unit",
    "over the posterior",
    "right sign",
    "what it rests on",
)


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
        mark = mark_of(file)
        if known.get(file.stem, {}).get("mark") == mark:
            continue
        print(f"findings: {file.stem}", file=sys.stderr)
        (found,) = sim.claims([file.stem], samples=asked.samples, yes=True)
        claims = found.claims
        known[file.stem] = {
            "mark": mark,
            "model": version_of(model_catalogue()),
            "said": f"{claims.scenario.name} less {claims.control.name} in {found.month}, "
            f"{claims.scenario.replicates} seeds: {claims.title}",
            "rows": [[f"{file.stem}: {it.claim.name}", *row(it)] for it in found.findings],
        }
        FIGURES.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")
        DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), known), encoding="utf-8")
    return 0


def kept() -> dict[str, Any]:
    """What is kept of each file of claims, by its name."""
    found: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    return found


def mark_of(file: Path) -> str:
    """A digest of the model and of a file of claims."""
    return hashlib.sha256(version_of(model_catalogue()).encode() + file.read_bytes()).hexdigest()[:16]


def row(it: Finding) -> tuple[str, ...]:
    """What was found about one claim, in words."""
    unit = outcome_unit(it)
    posterior = span(it.posterior, unit) if it.posterior else "-"
    right = f"{it.right:.0%}" if it.draws else "-"
    rests = [f"proportional to `{one.key}`" for one in it.proportional]
    if it.flip and it.verdict.name != "ROBUST":
        rests.append(f"other sign {flip_words(it.flip)}")
    return (
        VERDICT_WORDS[it.verdict], unit.signed(it.difference.mean), span(it.difference, unit), unit.of_difference,
        posterior, right, "; ".join(rests),
    )  # fmt: skip


def span(it: Interval, unit: Everyday) -> str:
    """An interval in its unit; without a value, words."""
    return unit.span(it.low, it.high) if it.mean == it.mean else "no value"


def with_table(text: str, known: dict[str, Any]) -> str:
    """The document with the table of these rows between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(known)}{END}{after}"


def table(known: dict[str, Any]) -> str:
    """A table of all claims, then what was held against what, and with which version of the model."""
    known = dict(sorted(known.items()))
    lines = [f"| {' | '.join(HEADS)} |", "|" + " --- |" * len(HEADS)]
    lines += [f"| {' | '.join(cells)} |" for it in known.values() for cells in it["rows"]]
    lines += ["", *(f"- `{name}`: {it['said']}; model {it['model']}." for name, it in known.items())]
    if rest := [it.stem for it in files_of() if it.stem not in known]:
        lines += ["", f"Not tested yet: {', '.join(f'`{name}`' for name in rest)}."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
