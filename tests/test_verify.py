"""``sim verify``: a changed byte of any file is found and named, and a repeated run has the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import toy
from command import call
from soak.flips import flipped, flips

from sim import api
from sim.model.catalogue import load
from sim.runs.noted import write_noted
from sim.runs.records import write_record
from sim.runs.result import open_result
from sim.runs.store import EVENTS, JOURNAL, MANIFEST, OUTCOMES, SUMMARY, Store
from sim.runs.verify import verify_folder
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

POSITIONS = 12  # of each file here; 300 in `make soak`


def _folders(place: Path) -> Iterator[Path]:
    """A result with figures, an unfinished one, and three studies."""
    call("run", "toy", "--workers", "1")
    call("sweep", "toy", "--vary", "market.growth=0.01,0.02", "--workers", "1")
    call(
        "sensitivity", "toy", "--outcome", "jobs", "--keys", "market.growth=0.0:0.1", "--samples", "2", "--workers", "1"
    )
    call("compare", "toy", "toy", "--figures", "none")
    call("run", "boom", "--workers", "1", "--no-figures")
    yield from (it for it in (place / "results").iterdir() if it.is_dir())


def test_a_flipped_byte_in_any_file_is_found_and_named(toy_folder: Path) -> None:
    folders = list(_folders(toy_folder))
    rows = Store(folders[0]).journal((6, len(toy.OUTCOMES)), lambda _: None)
    for number in range(3):
        rows.add(("123456789abc", number), np.full((6, len(toy.OUTCOMES)), float(number)))
    write_record(folders[0], 0, "123456789abc", b"a world")
    assert (folders[0] / JOURNAL).exists()
    tried = files = 0
    for folder in folders:
        before = verify_folder(folder)
        assert before.holds, before.wrong
        assert not before.unknown
        for it in (it for number in range(POSITIONS) for it in flips(folder, number)):
            assert it.named == (it.file,), it
            tried += 1
        files += len(before.files)
    assert files > 20
    assert tried > 15 * POSITIONS


def test_figures_go_with_the_worlds_that_they_show(toy_folder: Path) -> None:
    """More replicates without figures leave none of fewer, which nothing would check."""
    call("run", "toy", "--workers", "1")
    (folder,) = (toy_folder / "results").iterdir()
    drawn = sorted((folder / "figures").iterdir())
    assert drawn
    call("run", "toy", "--workers", "1", "--replicates", "8", "--no-figures")
    assert not any(it.exists() for it in drawn)
    found = verify_folder(folder)
    assert found.holds
    assert not found.unknown
    call("run", "toy", "--workers", "1", "--replicates", "8")
    assert sorted((folder / "figures").iterdir()) == drawn


def test_events_of_the_first_worlds_are_checked_and_repeated(tmp_path: Path) -> None:
    small = load("place", {"population.enterprises": 60, "run.months": 3, "run.replicates": 2})
    folder = api.run(small, events=True, workers=1, figures=False, out=tmp_path).path
    log = (folder / EVENTS).read_bytes()
    api.run(toy.with_replicates(small, 4), workers=1, figures=False, out=tmp_path)
    assert (folder / EVENTS).read_bytes() == log
    (found,) = api.verify(folder, rerun=True, workers=1)
    assert found.holds
    assert not found.unknown
    assert found.repeated is not None
    assert found.repeated[:3] == (OUTCOMES, SUMMARY, EVENTS)
    (folder / EVENTS).write_bytes(flipped(log, 100))
    assert [it.file for it in verify_folder(folder).wrong] == [EVENTS]


def test_exit_codes_and_json(toy_folder: Path) -> None:
    call("run", "toy", "--workers", "1", "--no-figures")
    whole = json.loads(call("verify", "toy", "--json").stdout)
    assert whole["holds"]
    assert {MANIFEST, OUTCOMES, SUMMARY} <= set(whole["files"])
    assert whole["repeated"] is None
    again = json.loads(call("verify", "toy", "--rerun", "--workers", "1", "--json").stdout)
    assert again["repeated"] == [OUTCOMES, SUMMARY]
    folder = Path(whole["result"])
    call("verify", "nothing", code=2)
    call("verify", toy_folder / "scenarios", code=2)
    data = (folder / SUMMARY).read_bytes()
    (folder / SUMMARY).write_bytes(flipped(data, 40))
    damaged = call("verify", folder, "--rerun", code=1)
    assert f"{SUMMARY}: is damaged or half-written: its digest is not that of {MANIFEST}" in damaged.stderr
    (folder / SUMMARY).unlink()
    assert json.loads(call("verify", "toy", "--json", code=1).stdout)["wrong"] == [
        {"file": SUMMARY, "why": "is missing"}
    ]
    assert "1 wrong" in call("verify", toy_folder / "results", code=1).stdout


@pytest.mark.usefixtures("toy_folder")
def test_a_name_is_taken_as_other_commands_take_it() -> None:
    Path("my 厂.toml").write_text('extends = "toy"\n', encoding="utf-8")
    call("run", "my 厂.toml", "--workers", "1", "--no-figures")
    for name in ("my 厂", "my 厂.toml", "my-厂"):
        assert json.loads(call("verify", name, "--json").stdout)["holds"]


def test_a_run_that_gives_other_bytes_is_named(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call("run", "toy", "--workers", "1", "--no-figures")
    toy.use(monkeypatch, toy.hang_on_one)  # the same version, other code
    call("verify", "toy", "--rerun", "--workers", "1")  # the toy itself is the same
    toy.use(monkeypatch, _otherwise)
    other = json.loads(call("verify", "toy", "--rerun", "--workers", "1", "--json", code=1).stdout)
    assert [it["file"] for it in other["wrong"]] == [OUTCOMES, SUMMARY]
    toy.use(monkeypatch, version="another")
    assert "written by model toy, and this is another" in call("verify", "toy", "--rerun", code=2).stderr
    assert toy_folder.is_dir()


def _otherwise(scenario: Scenario, seed: int, months: int) -> toy.Cells:
    return toy.grow(scenario, seed, months) * (1 + 2**-52)


@pytest.mark.usefixtures("toy_folder")
def test_studies_are_repeated() -> None:
    call("sweep", "toy", "--vary", "market.growth=0.01,0.02", "--outcome", "jobs", "--workers", "1")
    call("sweep", "toy", "--vary", "market.growth=0.01:0.02", "--design", "latin", "--samples", "3", "--workers", "1")
    keys = ("--keys", "market.growth=0.0:0.1", "--samples", "2", "--workers", "1")
    call("sensitivity", "toy", "--outcome", "jobs", *keys)
    call(
        "sensitivity",
        "toy",
        "--against",
        "boom",
        "--outcome",
        "jobs",
        "--keys",
        "labour.wage",
        "--samples",
        "2",
        "--workers",
        "1",
    )
    folders = [it for it in Path("results").iterdir() if it.is_dir()]
    assert len(folders) == 4
    for folder in folders:
        (found,) = api.verify(folder, rerun=True, workers=1)
        assert found.holds
        assert found.repeated
        assert found.repeated[0] == "replicates.parquet"


def test_a_result_in_anothers_folder_is_named(toy_folder: Path) -> None:
    call("run", "toy", "boom", "--workers", "1", "--no-figures")
    toys, boom = (next((toy_folder / "results").glob(f"{name}-*")) for name in ("toy", "boom"))
    for file in boom.glob("*.*"):
        (toys / file.name).write_bytes(file.read_bytes())
    assert [it.file for it in verify_folder(toys).wrong] == [MANIFEST]
    assert open_result(toys).name == "boom"
    (toys / "link").symlink_to(boom)
    assert ("link", "is a link") in verify_folder(toys).wrong


def test_somebody_elses_file_is_no_damage(scenario: Scenario, tmp_path: Path) -> None:
    folder = toy.run(scenario, tmp_path).path
    (folder / "notes.txt").write_text("mine")
    found = verify_folder(folder)
    assert found.holds
    assert found.unknown == ("notes.txt",)
    write_noted(folder, {"notes.txt": b"mine"})
    assert not verify_folder(folder).unknown
