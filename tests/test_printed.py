"""Output that documents show is that of the commands beside it: docs/printed.py, on a small program, and as shipped."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from command import script

from sim import cli

ROOT = Path(__file__).resolve().parents[1]
CLI = """
import signal
import sys
import uuid
import warnings
from pathlib import Path
from sim.words import GREETING

def main():
    if "fail" in sys.argv:
        print("no such thing", file=sys.stderr)
        sys.exit(3)
    if "--json" in sys.argv:
        print('{"rows": [{"of": "mill", "share": 0.256}, {"of": "town", "share": 1}], "seen": 1234}')
        return
    if "serve" in sys.argv:
        print("at first", flush=True)
        print("until Ctrl-C", file=sys.stderr)
        try:
            print(f"open at port 80, token {uuid.uuid4()}", flush=True)
            signal.pause()
        except KeyboardInterrupt:
            print("closed")
        return
    if "boxes" in sys.argv:
        warnings.warn("figures: no installed font has x: boxes stand for them")
    if "picture" in sys.argv:
        Path("results/drawn").mkdir(parents=True, exist_ok=True)
        Path("results/drawn/one.png").write_text(GREETING)
        print("results: results/drawn")
        return
    for word in sys.argv[1:]:
        print(GREETING, Path(word).read_text() if word.endswith(".toml") else word)
"""
README = """# Words

<!-- without: ^hello b$ -->
<!-- without: ^hello c$ -->
```
$ sim a b c d
```

```
$ sim scenarios/one.toml
as pasted by hand
```

<!-- until: ^hello y$ -->
```
$ sim x y z
```

<!-- picture: sim picture: one.png -->
![a picture](docs/one.png)
"""


@pytest.fixture(scope="module")
def printed() -> ModuleType:
    return script(ROOT / "docs" / "printed.py")


@pytest.fixture
def project(tmp_path: Path, printed: ModuleType) -> Path:
    """A project with a program, a scenario and its documents, all blocks printed."""
    for folder in ("sim", "docs", "scenarios"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sim" / "__init__.py").touch()
    (tmp_path / "sim" / "words.py").write_text('GREETING = "hello"\n')
    (tmp_path / "sim" / "unused.py").write_text("NUMBER = 1\n")
    (tmp_path / "sim" / "cli.py").write_text(CLI)
    (tmp_path / "scenarios" / "one.toml").write_text("one = 1")
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "docs" / "plain.md").write_text("No command.\n")
    for block in printed.stale(tmp_path):
        printed.print_anew(tmp_path, block)
    return tmp_path


def stale(printed: ModuleType, project: Path) -> list[str]:
    return [block.target or block.command for block in printed.stale(project)]


def test_a_document_shows_what_its_commands_print(printed: ModuleType, project: Path) -> None:
    text = (project / "README.md").read_text()
    assert "$ sim a b c d\nhello a\n...\nhello d\n```" in text
    assert "$ sim scenarios/one.toml\nhello one = 1\n```" in text
    assert "$ sim x y z\nhello x\n...\n```" in text
    assert (project / "docs" / "one.png").read_text() == "hello"
    assert stale(printed, project) == []


def test_a_changed_source_is_seen(printed: ModuleType, project: Path) -> None:
    (project / "sim" / "unused.py").write_text("NUMBER = 2\n")
    assert stale(printed, project) == []
    (project / "scenarios" / "one.toml").write_text("one = 2")
    assert stale(printed, project) == ["sim scenarios/one.toml"]
    (project / "sim" / "words.py").write_text('GREETING = "good day"\n')
    assert stale(printed, project) == ["sim a b c d", "sim scenarios/one.toml", "sim x y z", "docs/one.png"]
    for block in printed.stale(project):
        printed.print_anew(project, block)
    assert stale(printed, project) == []
    assert "good day one = 2" in (project / "README.md").read_text()


def test_output_and_pictures_changed_by_hand_are_seen(printed: ModuleType, project: Path) -> None:
    text = (project / "README.md").read_text()
    (project / "README.md").write_text(text.replace("hello d", "hallo d"))
    (project / "docs" / "one.png").write_text("by hand")
    assert stale(printed, project) == ["sim a b c d", "docs/one.png"]
    (project / "README.md").write_text(text.replace("^hello c$", "^hello d$"))
    assert "sim a b c d" in stale(printed, project)
    (project / "sim" / "words.py").unlink()
    assert len(stale(printed, project)) == 4


def test_what_a_command_wrote_is_no_hindrance_to_the_next(printed: ModuleType, project: Path) -> None:
    (project / printed.WORK / "mill.toml").write_text("written")
    (block, *_) = printed.blocks(project, "README.md")
    printed.print_anew(project, block)
    assert not (project / printed.WORK / "mill.toml").exists()
    assert (project / "scenarios" / "one.toml").exists()


def test_a_command_that_fails_changes_no_document(printed: ModuleType, project: Path) -> None:
    text = (project / "README.md").read_text() + "\n```\n$ sim fail\nas it was\n```\n"
    (project / "README.md").write_text(text)
    (block,) = printed.stale(project)
    with pytest.raises(printed.CommandFailed, match="sim fail: ended with 3"):
        printed.print_anew(project, block)
    assert (project / "README.md").read_text() == text


def test_an_expected_error_is_shown(printed: ModuleType, project: Path) -> None:
    with (project / "README.md").open("a") as file:
        file.write("\n<!-- ends: 3 -->\n<!-- errors: shown -->\n```text\n$ sim fail\n```\n")
    (block,) = printed.stale(project)
    printed.print_anew(project, block)
    assert "```text\n$ sim fail\nno such thing\n```\n" in (project / "README.md").read_text()
    assert stale(printed, project) == []
    (project / "README.md").write_text((project / "README.md").read_text().replace("ends: 3", "ends: 2"))
    (block,) = printed.stale(project)
    with pytest.raises(printed.CommandFailed, match="sim fail: ended with 3"):
        printed.print_anew(project, block)


def test_a_command_that_runs_until_it_is_stopped_is_shown(printed: ModuleType, project: Path) -> None:
    comments = "<!-- errors: shown -->\n<!-- stopped: ^open at -->\n<!-- hidden: (?<=token )[0-9a-f-]+ -->\n"
    path = project / "README.md"
    path.write_text(f"{path.read_text()}\n{comments}```\n$ sim serve\n```\n")
    (block,) = printed.stale(project)
    printed.print_anew(project, block)
    text = path.read_text()
    assert text.endswith("$ sim serve\nat first\nopen at port 80, token ...\nclosed\nuntil Ctrl-C\n```\n")
    assert (printed.stale(project), printed.faults(project)) == ([], [])
    printed.print_anew(project, next(it for it in printed.blocks(project, "README.md") if it.stopped))
    assert path.read_text() == text, "what differs each time is not shown"


def test_a_command_that_takes_long_runs_on_request(
    printed: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "README.md").write_text("<!-- long: 2 minutes -->\n```\n$ sim a long walk\n```\n")
    assert printed.faults(project) == []
    (block,) = printed.stale(project)
    ran = []
    monkeypatch.setattr(printed, "stale", lambda: [block])
    monkeypatch.setattr(printed, "print_anew", lambda _, it: ran.append(it.command))
    assert (printed.main([]), printed.main(["--check"]), ran) == (0, 1, [])
    assert "README.md: sim a long walk takes 2 minutes: left out without --long" in capsys.readouterr().err
    assert (printed.main(["--long"]), ran) == (0, ["sim a long walk"])


def test_equal_commands_of_a_document_are_printed_each_with_its_comments(printed: ModuleType, project: Path) -> None:
    path = project / "README.md"
    path.write_text(path.read_text() + "\n<!-- until: ^hello b$ -->\n```text\n$ sim a b c d\n```\n")
    (block,) = printed.stale(project)
    assert block.name == "README.md: sim a b c d (2)"
    printed.print_anew(project, block)
    assert "```\n$ sim a b c d\nhello a\n...\nhello d\n```\n" in path.read_text()
    assert "```text\n$ sim a b c d\nhello a\n...\n```\n" in path.read_text()
    assert stale(printed, project) == []


def test_figures_in_prose_are_those_of_their_source(printed: ModuleType, project: Path) -> None:
    path = project / "docs" / "prose.md"
    path.write_text(
        "<!-- figures run: sim --json -->\n<!-- figures kept: docs/kept.json -->\n"
        "Of <!-- figure: run rows -->0 rows the mill has <!-- figure: run rows/of=mill/share .1% -->9%,\n"
        "the last <!-- figure: run rows/-1/share -->0. Seen: <!-- figure: run seen -->7; "
        "kept: <!-- figure: kept 0 -->0.\n"
    )
    (project / "docs" / "kept.json").write_text("[0.12345]")
    for block in printed.stale(project):
        printed.print_anew(project, block)
    told = re.sub("<!--.*?-->", "", path.read_text()).strip()
    assert told == "Of 2 rows the mill has 25.6%,\nthe last 1. Seen: 1,234; kept: 0.123."
    assert (printed.stale(project), printed.faults(project)) == ([], [])
    (project / "docs" / "kept.json").write_text("[0.5]")
    assert [it.name for it in printed.stale(project)] == ["docs/prose.md: figures kept"]
    path.write_text(path.read_text().replace("25.6%", "25.7%").replace("of=mill", "of=hill"))
    run, _ = printed.stale(project)
    with pytest.raises(printed.CommandFailed, match="there is no one of=hill"):
        printed.print_anew(project, run)


@pytest.mark.parametrize(
    "line",
    [
        "    $ sim indented",
        "~~~\n$ sim other fence\n~~~",
        "- ```\n  $ sim in an item\n  ```",
        "<!-- until: end -->\n\n```\n$ sim apart from its comment\n```",
        "<!-- picture: sim picture: one.png -->\n\n![apart](docs/one.png)",
        "No source: <!-- figure: other rows -->1",
        "No number: <!-- figure: kept 0 -->",
        "<!-- figure: kept 0 -->1 at the beginning of a line",
        "- <!-- figure: kept 0 -->1 at the beginning of an item",
    ],
)
def test_what_is_not_recognised_is_named(printed: ModuleType, project: Path, line: str) -> None:
    assert printed.faults(project) == []
    (project / "docs" / "new.md").write_text(f"<!-- figures kept: docs/kept.json -->\n\n{line}\n")
    (fault,) = printed.faults(project)
    assert fault.startswith("docs/new.md:")


def test_documents_that_git_does_not_track_are_left_alone(printed: ModuleType, project: Path) -> None:
    (project / "scenarios" / "note.md").write_text("Tracked.\n")
    for words in (["init", "-q"], ["add", "README.md", "scenarios"]):
        subprocess.run(["git", *words], cwd=project, check=True)
    assert printed.documents(project) == ["README.md", "scenarios/note.md"]


def test_results_of_a_command_before_a_block_are_the_newest(printed: ModuleType, project: Path) -> None:
    """Whichever blocks ran before, what is stored of other requests is not shown in their place."""
    manifest = project / printed.WORK / "results" / "drawn" / "manifest.json"
    manifest.touch()
    os.utime(manifest, (1, 1))
    path = project / "README.md"
    path.write_text(path.read_text() + "\n<!-- first: sim picture -->\n```\n$ sim later\n```\n")
    (block,) = printed.stale(project)
    printed.print_anew(project, block)
    assert manifest.stat().st_mtime > 1


def test_a_picture_with_boxes_for_letters_is_refused(printed: ModuleType, project: Path) -> None:
    with (project / "README.md").open("a") as file:
        file.write("\n```\n$ sim boxes\nas it was\n```\n")
    (block,) = printed.stale(project)
    with pytest.raises(printed.CommandFailed, match="sim boxes: ended with 1"):
        printed.print_anew(project, block)


def test_every_command_has_output_that_it_printed(printed: ModuleType) -> None:
    blocks = [it for document in printed.documents(ROOT) for it in printed.blocks(ROOT, document)]
    blocks = [it for it in blocks if it.output and not (it.target or it.figures)]
    names = [command.name for command in cli.app.registered_commands]
    assert [name for name in names if not any(it.command.split()[1] == name for it in blocks)] == []


def test_documents_are_as_printed(printed: ModuleType) -> None:
    """``make docs`` mends what is stale."""
    assert printed.faults(ROOT) == []
    assert [block.name for block in printed.stale(ROOT)] == []
