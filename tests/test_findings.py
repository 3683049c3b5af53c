"""The document of findings is made of its figures alone, and covers every shipped file of claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command import ROOT, script

import sim
from sim.report.text.claims import VERDICT_WORDS
from sim.studies.claims import files_of

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter


@pytest.fixture
def findings() -> Any:
    """The script that writes the document."""
    return script(ROOT / "docs" / "findings.py")


def test_the_document_is_made_of_its_figures(findings: Any) -> None:
    text = findings.DOCUMENT.read_text(encoding="utf-8")
    assert findings.with_table(text, findings.kept()) == text


def test_every_shipped_file_of_claims_is_in_it_or_said_to_be_untested(findings: Any) -> None:
    known, names = findings.kept(), {it.stem for it in files_of()}
    assert set(known) <= names
    _, _, said = findings.DOCUMENT.read_text(encoding="utf-8").partition("Not tested yet: ")
    assert {name for name in names if f"`{name}`" in said} == names - set(known)
    rows = [row for it in known.values() for row in it["rows"]]
    assert {row[1] for row in rows} <= set(VERDICT_WORDS.values())
    assert all(len(row) == len(findings.HEADS) for row in rows)


def test_a_file_is_tested_once_for_a_model(findings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of an edited file of claims are made again; others stay."""
    asked = []
    few = {"samples": 2, "replicates": 2, "months": 6, "workers": 1, "out": tmp_path / "results", "yes": True}

    def claims(names: list[str], **_: Any) -> Any:
        asked.append(*names)
        return test(names, **few)

    test = sim.claims
    monkeypatch.setattr(sim, "claims", claims)
    monkeypatch.setattr(findings, "FIGURES", tmp_path / "findings.json")
    monkeypatch.setattr(findings, "DOCUMENT", tmp_path / "findings.md")
    findings.DOCUMENT.write_text("Before.\n<!-- findings: begin -->\n<!-- findings: end -->\nAfter.\n")
    for _ in range(2):
        assert findings.main(["lever-conversion-grant"]) == 0
    assert asked == ["lever-conversion-grant"]
    text = findings.DOCUMENT.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("\nAfter.\n")
    assert text.count("| lever-conversion-grant: ") == 2
    monkeypatch.setattr(findings, "mark_of", lambda *_: "edited")
    findings.main(["lever-conversion-grant"])
    assert len(asked) == 2
