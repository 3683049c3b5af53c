"""Documents whose figures take hours say of which version of the model each section is: docs/sections.py."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from command import ROOT, script

from sim.report.document import versions
from sim.version import sources_digest

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter
FACT = {
    "name": "births", "title": "births", "group": "lives", "scenario": "economy", "fitted": False, "unit": "share",
    "value": 0.0712, "low": 0.06, "high": 0.08, "band": [0.075, None], "pass": False, "whole": False, "replicates": 5,
    "reason": "", "finding": "few residents found", "source": "a register", "note": "left out",
}  # fmt: skip
EARLIER = ("of an earlier version of the model: ", "of an unknown version of the model", "出自较早版本的模型：")
FOUND = {
    "model": "0.9.0+0000",
    "counts": {"predicted": {"pass": 1, "of": 2}},
    "rotations": [{"rows": [{"predicted": {"within": True}}, {"predicted": {"within": False}}, {"predicted": None}]}],
    "facts": [FACT, FACT | {"title": "deaths", "pass": True, "fitted": True}],
}


@pytest.fixture
def sections() -> ModuleType:
    return script(ROOT / "docs" / "sections.py")


def test_a_section_of_another_model_says_so(sections: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """``make docs`` mends it; the sections of another model are printed."""
    assert sections.main(check=True) == 0, capsys.readouterr().err
    for document, it in sections.made():
        text = document.read_text(encoding="utf-8")
        for section, said in it.said.items():
            assert said in text, f"{document.name}: {section}"


def test_another_model_makes_every_section_an_earlier_one(
    sections: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(versions, "sources_digest", lambda: "another")
    assert sections.main(check=True) == 1
    told = capsys.readouterr().err
    assert "docs/findings.md: haier: of an earlier version of the model: " in told
    assert "docs/findings.md does not say so" in told
    found = {document.name: it for document, it in sections.made()}
    documents = {"findings.md", "reliability.md", "benchmarks.md", "validation.md", "README.md", "README.zh.md"}
    assert set(found) == documents
    for name, it in found.items():
        assert it.said
        for section, said in it.said.items():
            assert said.startswith(EARLIER)
            assert said in it.text, f"{name}: {section}"


def test_the_model_is_compared_by_its_digest() -> None:
    assert versions.of_model(f"0.0.1+{sources_digest()}") == f"of the model 0.0.1+{sources_digest()}"
    assert versions.of_model("1.0.0+other") == "of an earlier version of the model: 1.0.0+other"
    assert versions.of_model("") == versions.of_model(None) == "of an unknown version of the model"


def test_the_bench_keeps_what_a_section_was_measured_with(
    sections: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench: Any = sections.bench()
    monkeypatch.setattr(bench, "DOCUMENT", tmp_path / "benchmarks.md")
    monkeypatch.setattr(bench, "MARKS", tmp_path / "benchmarks.json")
    for _ in range(2):
        bench.write("floor", bench.Section(()))
    text = bench.DOCUMENT.read_text()
    assert text.count("*These figures are of the model ") == 1
    mark = bench.kept()["floor"]
    assert bench.said_of("floor", mark | {"file": "other"}).endswith(", and of an earlier floor.py")
    assert bench.with_marks(text, bench.kept()) == text
    assert text.count("\n\n*These") == 1
    assert "earlier floor.py" in bench.with_marks(text, {"floor": mark | {"file": "other"}})


def test_tables_of_facts_are_made_of_what_validate_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts: Any = script(ROOT / "docs" / "validation.py")
    for name in ("FIGURES", "DOCUMENT", "README", "README_ZH"):
        monkeypatch.setattr(facts, name, tmp_path / name)
    names = ("version", "predicted", "failures", "reasons")
    marks = {name: f"<!-- {name}: begin -->\n<!-- {name}: end -->\n" for name in names}
    facts.DOCUMENT.write_text(marks["version"] + marks["predicted"])
    facts.README.write_text(marks["failures"])
    facts.README_ZH.write_text(marks["reasons"])
    (tmp_path / "validation.json").write_text(json.dumps(FOUND))
    assert facts.main([str(tmp_path / "validation.json")]) == 0
    assert facts.kept()["rotated"] == {"within": 1, "of": 2}
    assert "note" not in facts.kept()["facts"][0]
    document, readme = facts.DOCUMENT.read_text(), facts.README.read_text()
    assert "| births | 7.12 | 6 to 8 | at least 7.5 | % | fail: few residents found | a register |" in document
    assert "| births | 7.12 | 6 to 8 | at least 7.5 | % | predicted |" in readme
    for text in (document, readme):
        assert "deaths" not in text
        assert "These figures are of an earlier version of the model: 0.9.0+0000." in text
    chinese = facts.README_ZH.read_text()
    assert "| 事实 | 中位数 | 90%区间 | 容许范围 | 单位 |  | 原因 |" in chinese
    assert "| births | 7.12 | 6至8 | 不少于7.5 | % | 预测 | few residents found |" in chinese  # a user's own words
    assert "以上数字出自较早版本的模型：0.9.0+0000。" in chinese


def test_the_chinese_readme_has_its_facts_in_chinese(sections: ModuleType) -> None:
    """Titles, units and reasons of the shipped facts that fail: what is left in English are keys."""
    (text,) = (it.text for document, it in sections.made() if document.name == "README.zh.md")
    rows = text.partition("<!-- reasons: begin -->")[2].partition("<!-- reasons: end -->")[0].split("\n")
    cells = [cell for row in rows if row.startswith("| ") for cell in row.split(" | ")]
    assert len(cells) > 7
    english = [it for cell in cells for it in re.findall("[A-Za-z]{3,}", re.sub(r"letting\.\w+|Subbotin", "", cell))]
    assert english == []
