"""The page of what was sought: the answer as it was found, made again by its own commands, and named where damaged."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import seeking
from command import call, call_json
from matplotlib.text import Text
from seeking import LEVERS, RELIEF
from test_report import Page, faults_of_structure, table

from sim import api
from sim.formats import number, signed
from sim.report.figures.canvas import style
from sim.report.figures.seek import seek_page
from sim.report.html.stored_seek import open_seek
from sim.report.text.seek import seek_text

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("toys")]  # what it tests does not depend on the interpreter

HOW = ("--samples", 16, "--confirm", 4, "--robustness", 2, "--replicates", 4, "--workers", 1)
PLACE = ("--set", "population.world=place", "--months", 3)
MIX = [part for key, values in LEVERS.items() for part in ("--levers", f"{key}={values}")]


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch, toy_folder: Path) -> Path:
    monkeypatch.setattr(api, "ecosystem", lambda *_: seeking.model())
    return toy_folder


def seek(*arguments: object, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = call_json("seek", "toy", *arguments, *PLACE, code=code)
    return found


def test_a_gain_has_one_sign_whatever_is_sought() -> None:
    found = seek(*MIX, "--minimise", "cost", "--at-least", "net_jobs=100", *HOW)
    (regret,) = found["regret"]
    assert regret["gain"] < 0, "what costs nothing as it is costs more with the mix"
    _, _, text = page_of(found["results"])
    assert f">{signed(regret['gain'])}<" in text
    assert f">{signed(-regret['gain'])}<" not in text.partition('id="regret"')[2].partition('id="tried"')[0]
    with style():
        figure = seek_page(open_seek(Path(found["results"]))).figure
    bars = [bar.get_width() for axes in figure.axes for bar in axes.patches]
    assert any(width == pytest.approx(regret["gain"]) for width in bars)
    assert not any(width == pytest.approx(-regret["gain"]) for width in bars)


def page_of(study: str) -> tuple[dict[str, Any], Page, str]:
    told = call_json("report", study)
    text = Path(told["report"]).read_text(encoding="utf-8")
    assert not faults_of_structure(text)
    assert "nan" not in re.sub(r"base64,[^\"]*", "", text.partition('id="rests"')[0]).lower().replace("finance", "")
    return told, Page(text), text


def test_a_mixs_page_says_what_was_found_and_makes_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = seek(*MIX, "--budget", "40M", "--at-least", "net_jobs=10", *HOW)
    told, page, text = page_of(found["results"])
    net = found["best"]["net"]
    for words in (
        signed(net["mean"]),
        f"(95%: {number(net['low'])} to {number(net['high'])})",
        "within 40 million yuan",
    ):
        assert words in told["headline"]
    assert told["best"] == found["best"]
    assert told["regret"] == found["regret"]
    rows = table(page, "mixes.csv")
    assert len(rows) == found["tried"]
    assert [int(row["number"]) for row in rows if row["as_good"] == "True"] == found["as_good"]
    for heading in ("The best mix", "Cost against outcome", "How far each lever can be moved", "Where the world is"):
        assert heading in text
    assert text.count('class="mark"') == 1 + len(LEVERS), "the best mix in the chart of mixes and on each lever"
    assert text.count('class="line best"') == 2, "its two intervals"

    (tmp_path / "again").mkdir()
    monkeypatch.chdir(tmp_path / "again")
    Path("toy.toml").write_bytes(page.links()["toy.toml"])
    for line in told["commands"]:
        call(*shlex.split(line)[1:], "--workers", 1) if line.startswith("sim seek") else call(*shlex.split(line)[1:])
    assert (Path("results") / Path(found["results"]).name).is_dir()


def test_what_is_read_from_a_study_is_what_was_found() -> None:
    found = seek(*MIX, "--budget", "40M", *HOW)
    stored = open_seek(Path(found["results"]))
    printed = call("seek", "toy", *MIX, "--budget", "40M", *HOW, *PLACE).stdout
    shown, commands = seek_text(stored).splitlines(), "  sim appraise"
    assert [it for it in shown if not it.startswith(commands)] == [
        it for it in printed.splitlines()[: len(shown)] if not it.startswith(commands)
    ]


def test_a_budget_far_beyond_all_costs_is_named_and_does_not_press_the_mixes_together() -> None:
    near = open_seek(Path(seek(*MIX, "--budget", "100M", *HOW)["results"]))
    far = open_seek(Path(seek(*MIX, "--budget", "4000M", *HOW)["results"]))
    widths = {}
    for name, found in (("near", near), ("far", far)):
        with style():
            made = seek_page(found)
        axes = made.figure.axes[0]
        widths[name] = axes.get_xlim()[1]
        words = [it.get_text() for it in made.figure.findobj(Text)]
        assert ("budget 4,000: beyond the axis" in words) is (name == "far")
        assert ("budget" in words) is (name == "near")
        tried = made.figure.legends[0].get_lines()[0]
        assert tried.get_marker() == "o", "as the mixes are drawn"
    assert widths["far"] < 200
    text = page_of(str(far.path))[2]
    assert "budget 4,000: beyond the axis" in text
    assert 'class="budget"' not in text
    assert 'class="budget"' in page_of(str(near.path))[2]


def test_where_no_mix_is_named_the_page_says_why() -> None:
    found = seek(*MIX, "--at-least", "net_jobs=999", *HOW, code=1)
    told, _, text = page_of(found["results"])
    assert told["headline"] == f"No mix is named: {found['refused']}."
    assert 'class="mark"' not in text
    assert 'class="swatch as-good"' not in text


def test_a_page_without_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ecosystem", lambda *_: seeking.model(None, seeking.run_luck))
    found = seek("--levers", "market.growth=0,0.05,0.1", "--maximise", "startups", *HOW)
    told, page, text = page_of(found["results"])
    assert "market.growth = 10%/year" in told["headline"]
    assert "at a cost" not in told["headline"]
    assert "Sponsors' outlay" not in text
    assert {row["market.growth"] for row in table(page, "mixes.csv")} == {"0.0", "0.05", "0.1"}


def test_a_values_page_says_what_was_found_and_makes_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = seek("--levers", f"{RELIEF}=0:0.3", "--target", "net_jobs=30", "--workers", 1)
    told, page, _ = page_of(found["results"])
    assert f"{RELIEF} = {100 * found['value']:.4g}% (95%: " in told["headline"]
    assert [float(row["mean"]) for row in table(page, "curve.csv")] == [it["mean"] for it in found["curve"]]
    refused = seek("--levers", f"{RELIEF}=0:0.3", "--target", "net_jobs=999", "--workers", 1, code=1)
    assert page_of(refused["results"])[0]["headline"] == f"No value is named: {refused['refused']}."
    (tmp_path / "again").mkdir()
    monkeypatch.chdir(tmp_path / "again")
    Path("toy.toml").write_bytes(page.links()["toy.toml"])
    call(*shlex.split(told["commands"][0])[1:], "--workers", 1)
    assert (Path("results") / Path(found["results"]).name).is_dir()


def test_a_damaged_study_is_named() -> None:
    study = Path(seek(*MIX, *HOW)["results"])
    answer = study / "seek.json"
    answer.write_bytes(answer.read_bytes().replace(b'"best"', b'"bst"'))
    assert "seek.json" in call("report", study, code=2).output
