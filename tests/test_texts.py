"""What every command prints fits a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import TARGETS, call

from sim import cli
from sim.report.text.columns import fitted

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

FEW = ("--replicates", "2", "--months", "12", "--workers", "1")
TEXTS: dict[str, tuple[str, ...]] = {
    "list": ("list",),
    "outcomes": ("outcomes",),
    "new": ("new", "a-mill.toml", "--yes", "--try", "rent-subsidy,rent,grant,fund"),
    "run": ("run", "shougang", *FEW, "--no-figures", "--profile"),
    "what-if": ("what-if", "shougang", "--set", "sites.shougang.rent=0.0004", "--variant", "shougang-idle", *FEW,
                "--figures", "none", "--all"),
    "compare": ("compare", "shougang", "shougang-idle", "--figures", "none"),
    "appraise": ("appraise", "shougang-idle", "shougang", "--replicates", "2", "--months", "40", "--workers", "1"),
    "poster": ("poster", "shougang-idle", "shougang", "--replicates", "2", "--months", "40", "--workers", "1"),
    "sweep": ("sweep", "shougang", "--vary", "sites.shougang.rent=0.0002:0.0004:2", *FEW),
    "sensitivity": ("sensitivity", "shougang", "--outcome", "startups", "--keys", "market.growth", "--samples", "2",
                    *FEW),
    "calibrate": ("calibrate", "shougang", "--targets", "targets.toml", "--budget", "12", "--replicates", "2",
                  "--workers", "1"),
    "plot": ("plot", "shougang", "jobs"),
    "report": ("report", "shougang"),
    "verify": ("verify", "shougang"),
    "explain": ("explain", "shougang-idle", "shougang", "--outcome", "jobs", *FEW),
    "trace": ("trace", "shougang-idle", "shougang", "--months", "40"),
    "validate": ("validate", "haier", "--replicates", "2", "--workers", "1"),
    "claims": ("claims", "lever-conversion-grant", "--samples", "2", *FEW, "--all"),
    "seek": ("seek", "shougang", "--levers", "levers.entry_cost_cut=0:1", "--maximise", "startups", "--samples", "8",
             "--confirm", "4", "--robustness", "0", "--replicates", "3", "--months", "12", "--workers", "1"),
    "describe": ("describe", "together"),
}  # fmt: skip
NO_TEXT = {"schema", "document", "app"}  # print JSON and Markdown, and serve a page


def test_every_command_is_held_to_the_width_of_a_terminal() -> None:
    assert set(TEXTS) == {command.name for command in cli.app.registered_commands} - NO_TEXT


@pytest.fixture(scope="module")
def one_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all of these commands run, so that one finds what another has left."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "targets.toml").write_text(TARGETS)
    return folder


@pytest.mark.slow
def test_the_text_of_every_command_fits_a_terminal(one_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All lines but commands to type, and words that no space breaks, such as paths."""
    monkeypatch.chdir(one_folder)
    wide = []
    for words in TEXTS.values():
        lines = call(*words).stdout.splitlines()
        assert lines, words
        long = [line.strip() for line in lines if len(line) > 80]
        wide += [line for line in long if " " in line and not line.startswith("sim ")]
    assert not wide, "\n".join(wide)


def test_sentences_are_wrapped_and_rows_and_commands_are_not() -> None:
    sentence = "  " + "word " * 30
    lines = fitted(f"{sentence}\nshort").splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines[:-1]).split()) == sentence.strip()
    assert lines[1].startswith("    word")
    for whole in ("name  " + "1" * 90, "  sim what-if " + "--variant x " * 12, "results: " + "x" * 90):
        assert "".join(fitted(whole).split()) == "".join(whole.split())
    assert fitted("name  " + "word " * 30) == "name  " + "word " * 30
    assert fitted("sim run " + "word " * 30) == "sim run " + "word " * 30
