"""Short forms of the attacks of ``make soak``, and that each of them sees a planted fault."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from soak import bounds, hostile, kills, months
from soak.table import BEGIN, DOCUMENT, END, FIGURES, table, with_table

from sim.model.mechanisms import levers
from sim.places import register

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter


def test_no_hostile_input_gives_a_traceback(tmp_path: Path) -> None:
    found = hostile.attack(180, tmp_path)
    assert found.wrong == []
    assert len(found.by_kind) == 6


def test_a_traceback_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> Any:
        raise KeyError("planted")

    monkeypatch.setattr(register, "read", broken)
    found = hostile.attack(6, tmp_path)
    assert [it.split()[0] for it in found.wrong] == ["register"]
    assert "planted" in found.wrong[0]


def test_worlds_at_their_bounds_end_or_say_why_not() -> None:
    found = bounds.attack(4, seed=5)
    assert found.broken == []
    assert found.worlds == 4
    assert found.covered > bounds.AT_ONCE**2
    assert found.parameters > 250


def test_pairs_of_bounds_are_covered_to_the_last() -> None:
    known = [(f"market.{name}", value) for name in "abcdefg" for value in (0.0, 1.0)]
    pairs = bounds.Pairs(known, 1)
    for row in pairs.rows():
        pairs.cover(row.items())
    assert (pairs.covered, pairs.refused) == (pairs.all, 0)
    assert pairs.all == 7 * 6 // 2 * 4


def test_a_broken_book_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def apply(world: Any) -> None:
        world.enterprises.cash[0] += 1.0

    monkeypatch.setattr(levers, "apply", apply)
    (step,) = [it for mechanism, it in bounds.town().catalogue.steps if mechanism.name == "levers"]
    object.__setattr__(step, "apply", apply)
    try:
        assert bounds.survives(bounds.town(), 1).startswith("broken: LedgerError: levers, month 0")
    finally:
        monkeypatch.undo()
        object.__setattr__(step, "apply", levers.apply)


def test_random_worlds_balance() -> None:
    found = months.attack(5_000, seed=2)
    assert found.wrong == []
    assert found.enterprise_months >= 5_000


@pytest.fixture
def space() -> Iterator[Path]:
    """A folder of a short name: sockets of a process's temporary folder have names of at most 108 letters."""
    with tempfile.TemporaryDirectory(prefix="s-") as name:
        yield Path(name)


def test_a_killed_run_goes_on_to_the_same_bytes(space: Path) -> None:
    found = kills.attack(space, 1, ("run",), seed=3)
    assert found.wrong == []
    assert found.kills == 1


def test_what_is_left_or_changed_after_a_kill_is_seen(space: Path) -> None:
    wanted, seconds = kills.undisturbed("run", space / "whole")
    kills.kill("run", space / "killed", seconds / 2, random.Random(1))
    (space / "killed" / "tmp" / "left").touch()
    name = next(it for it in wanted if it.endswith("summary.csv"))
    said = kills.faults("run", space / "killed", wanted | {name: "another digest"})
    assert said == [f"other files: ['{name}']", "temporary: left"]


def test_the_documents_figures_are_those_that_soak_printed() -> None:
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == with_table(text, figures)
    assert f"{BEGIN}\n{table(figures)}{END}" in text
    name = next(iter(figures))
    assert with_table(text, figures | {name: figures[name] | {"found": "another"}}) != text
