"""The documents: they build as a site without a warning, their scenarios load, the reference is the program's."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer
from command import ROOT, python
from needs import needs

import sim
from sim import cli
from sim.studies.lists import with_word
from sim.studies.questions import claims, seek, sensitivity, validate

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter
needs("sphinx")

SCENARIO = re.compile(r"```toml\n(extends = .*?)```", re.DOTALL)
BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
PLACEHOLDERS = {"S": "1"}  # of numbers, in lists of commands
DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _commands() -> list[str]:
    """Commands that documents name without showing their output, but for those that leave something out."""
    found: set[str] = set()
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
        spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", BLOCK.sub("", text))]
        said = [re.split(r"\s{2,}| > ", it)[0] for it in (*lines, *spans) if re.match(r"sim [a-z][a-z-]* ", it)]
        found.update(it for it in said if "..." not in it and "[" not in it and " " in it.removeprefix("sim "))
    return sorted(found)


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


def test_a_site_in_the_documents_leaves_out_what_only_a_large_steelworks_has(tmp_path: Path) -> None:
    (text,) = SCENARIO.findall((ROOT / "docs" / "how-to" / "site.md").read_text(encoding="utf-8"))
    file = tmp_path / "dockyard.toml"
    file.write_text(text)
    scenario = sim.load(file)
    large = sim.load("shougang")
    for key in ("budget", "released_staff", "equipment_hours", "fund"):
        assert scenario.origins[f"sites.dockyard.{key}"].kind != "default"
        assert scenario.values[f"sites.dockyard.{key}"] < large.values[f"sites.shougang.{key}"]


@pytest.mark.parametrize("text", _commands())
def test_commands_in_the_prose_are_ones_that_the_program_takes(text: str) -> None:
    name, *words = shlex.split(text, comments=True)[1:]
    commands = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    commands[name].make_context(name, [PLACEHOLDERS.get(word, word) for word in words])


def test_a_study_of_all_assumptions_is_shown_with_what_it_takes_to_start() -> None:
    for text in (*_commands(), *cli.EXAMPLES["sensitivity"]):
        if re.match(r"sim sensitivity (?!SCENARIO)", text) and "--keys" not in text:
            assert "--yes" in text or "--samples" in text, text  # else its cost is said, and nothing runs


@pytest.mark.parametrize(
    ("file", "words"),
    [("README.md", r"All but (.+?) take `--json`"), ("README.zh.md", r"除(.+?)外，各命令都可加`--json`")],
)
def test_the_readmes_name_the_commands_without_json(file: str, words: str) -> None:
    said = re.search(words, (ROOT / file).read_text(encoding="utf-8"))
    commands = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    without = {name for name, it in commands.items() if not any("--json" in option.opts for option in it.params)}
    assert said
    assert set(re.findall(r"`([a-z-]+)`", said[1])) == without


def test_the_workbench_names_the_call_of_each_command() -> None:
    text = " ".join((ROOT / "docs" / "workbench.md").read_text(encoding="utf-8").partition("## ")[0].split())
    without = re.search(r"All but (.+?) can be called", text)
    other = re.findall(r"`sim\.(\w+)` \(`sim ([a-z-]+)", text)
    assert without
    names = {name for name, _ in other} | {
        name.replace("-", "_")
        for name in typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
        if f"`sim {name}`" not in without[1] and name not in [it for _, it in other if it not in ("run", "seek")]
    }
    assert names <= set(sim.__all__)


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("claims", claims.REPLICATES),
        ("seek", seek.REPLICATES),
        ("sensitivity", sensitivity.REPLICATES),
        ("validate", validate.REPLICATES),
    ],
)
def test_help_names_the_seeds_that_a_study_has_of_its_own(command: str, count: int) -> None:
    options = typer.main.get_command(cli.app).commands[command].params  # type: ignore[attr-defined]
    (said,) = [it.help for it in options if it.name == "replicates"]
    assert re.search(rf"Default: {count}[.;]", said)


@pytest.mark.parametrize("command", ["describe", "outcomes"])
def test_help_says_where_words_are_looked_for(command: str) -> None:
    options = typer.main.get_command(cli.app).commands[command].params  # type: ignore[attr-defined]
    (said,) = [it.help for it in options if it.name == "words"]
    assert "name, meaning or source" in said
    assert "name, meaning or source" in str(with_word.__doc__)


def test_the_reference_is_written_from_the_program() -> None:
    assert python(ROOT / "docs" / "reference.py", "--check").stdout == ""
