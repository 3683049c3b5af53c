"""Worlds of millions of enterprises: what they need is said first, and how far they are while they run."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from command import call

import sim
from sim.model.ecosystem import Ecosystem
from sim.runs import batch, progress
from sim.runs.errors import TooLarge
from sim.runs.large import LARGE, Needs, needs, refuse_too_large
from sim.runs.options import Watcher
from sim.scenario import Scenario


class Months(Watcher):
    """The months reported of a world."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def month(self, done: int, of: int) -> None:
        self.seen.append((done, of))


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> float:
    """Bytes of the process without a world; those of this one depend on the tests before."""
    used = SimpleNamespace(rss=3e8)
    monkeypatch.setattr(psutil.Process, "memory_info", lambda _: used)
    return used.rss


def test_the_memory_that_is_said_is_that_of_the_world(base: float) -> None:
    scenario = sim.load("nation", {"population.enterprises": 6 * LARGE // 5})
    found = needs(scenario, 1, 1)
    tracemalloc.start()
    try:
        Ecosystem(scenario, 1).run_for(2)
        _, used = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.memory == pytest.approx(base + used, rel=0.15)


@pytest.mark.usefixtures("base")
def test_more_memory_than_the_machine_has_is_refused() -> None:
    one, three = needs(sim.load("nation"), 1, 2), needs(sim.load("nation"), 3, 2)
    assert three.memory == pytest.approx(2 * one.memory, rel=0.01)
    refuse_too_large(replace(one, memory=1.0))
    with pytest.raises(TooLarge, match="fewer --workers"):
        refuse_too_large(replace(three, memory=1e18))


def test_a_large_world_says_its_needs_first_and_keeps_no_records(tmp_path: Path) -> None:
    asked = ("--months", 1, "--replicates", 1, "--no-figures", "--out", tmp_path)
    found = call("run", "nation", "--set", f"population.enterprises={LARGE + 1}", *asked)
    said = [line for line in found.stderr.splitlines() if "GiB of memory" in line]
    assert len(said) == 1
    assert "1,000,001 enterprises, 1 month: about " in said[0]
    assert not list(tmp_path.glob("nation-enterprises-1000001-*/records"))
    assert "none, of one replicate" in found.stdout
    small = call("run", "nation", "--set", "population.enterprises=2000", *asked)
    assert "GiB of memory" not in small.stderr
    assert list(tmp_path.glob("nation-enterprises-2000-*/records"))


def test_the_months_of_a_world_alone_are_reported(tmp_path: Path) -> None:
    watcher = Months()
    how = {"months": 4, "out": tmp_path, "figures": False, "watcher": watcher, "workers": 1}
    sim.run("place", replicates=1, **how)
    assert watcher.seen == [(month, 4) for month in range(1, 5)]
    watcher.seen.clear()
    sim.run("place", replicates=3, seed=7, **how)
    assert not watcher.seen


def test_a_long_world_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    lines = progress.Lines()
    lines.begin("nation", 0, 1)
    for month in range(1, 7):
        clock[0] += 20.0
        lines.month(month, 6)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "nation: running 1 of 1 replicates",
        "nation: 2 of 6 months, about 80 seconds left",
        "nation: 4 of 6 months, about 40 seconds left",
    ]


def test_only_worlds_that_are_missing_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def noted(scenario: Scenario, worlds: int, at_once: int) -> Needs:
        asked.append((scenario.title, worlds))
        return Needs(scenario.name, 0, 0, 0.0, float(at_once))

    monkeypatch.setattr(batch, "is_large", lambda _: True)
    monkeypatch.setattr(batch, "needs", noted)
    how = {"months": 2, "out": tmp_path, "figures": False, "workers": 1}
    sim.run("place", replicates=1, **how)
    sim.run("place", replicates=3, **how)
    sim.what_if("place", {"levers.rent_subsidy": 0.0001}, replicates=3, **how)
    assert [worlds for _, worlds in asked] == [1, 2, 3], "of the baseline none is missing"
