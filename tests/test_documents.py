"""The documents: they build as a site without a warning, their scenarios load, the reference is the program's."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from command import ROOT, python
from needs import needs

import sim

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter
needs("sphinx")

SCENARIO = re.compile(r"```toml\n(extends = .*?)```", re.DOTALL)


def _build(folder: Path, out: Path, code: int | None = 0) -> str:
    arguments = ("-W", "--keep-going", "-q", "-b", "dummy", "-c", folder / "docs", "-d", out, folder, out / "made")
    return python("-m", "sphinx", *arguments, code=code, cwd=folder).stderr


def test_all_documents_build_and_no_link_leads_nowhere(tmp_path: Path) -> None:
    _build(ROOT, tmp_path)


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "sim").mkdir()
    shutil.copy(ROOT / "sim" / "version.py", tmp_path / "sim")
    shutil.copy(ROOT / "docs" / "conf.py", tmp_path / "docs")
    page = tmp_path / "docs" / "index.md"
    page.write_text("# A\n\n[there](#a) and [`conf.py`](conf.py)\n")
    _build(tmp_path, tmp_path / "one")
    page.write_text("# A\n\n[nowhere](#b)\n")
    assert "'b'" in _build(tmp_path, tmp_path / "two", code=1)


def test_every_document_is_named_in_the_index() -> None:
    named = re.findall(r"\]\(([^)#]+)", (ROOT / "docs" / "index.md").read_text(encoding="utf-8"))
    there = {str(it.relative_to(ROOT / "docs")) for it in (ROOT / "docs").rglob("*.md")} - {"index.md"}
    assert there <= set(named)


def test_scenarios_in_the_documents_load(tmp_path: Path) -> None:
    found = [
        (path.name, text)
        for path in sorted((ROOT / "docs" / "how-to").glob("*.md"))
        for text in SCENARIO.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(found) >= 3
    for name, text in found:
        file = tmp_path / f"{name}.toml"
        file.write_text(text)
        assert sim.load(file).title, name


def test_the_reference_is_written_from_the_program() -> None:
    assert python(ROOT / "docs" / "reference.py", "--check").stdout == ""
