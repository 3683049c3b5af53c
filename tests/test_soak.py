"""Short forms of the attacks of ``make soak``, and that each of them sees a planted fault."""

from __future__ import annotations

import contextlib
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soak.table
import worlds
from soak import bounds, entries, guided, hostile, kills, months, mutants, run, same
from soak.clock import Turn
from soak.table import BEGIN, DOCUMENT, END, FIGURES, merged, table, with_table

from sim.model.mechanisms import levers
from sim.page.access import Access
from sim.page.opened import Files
from sim.places import register

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter


ONE_EACH = dict.fromkeys(hostile.SHARES, 1)


def test_no_hostile_input_gives_a_traceback(tmp_path: Path) -> None:
    found = hostile.attack(Turn(1), tmp_path)  # one round of all kinds
    assert found.wrong == []
    assert found.by_kind.keys() == hostile.SHARES.keys()
    assert all(found.by_kind[name] >= share for name, share in hostile.SHARES.items())
    assert found.tried == sum(found.by_kind.values())


def test_a_traceback_is_seen_and_its_input_reduced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: str) -> Any:
        if b"\xff" in Path(path).read_bytes():
            raise KeyError("planted")

    monkeypatch.setattr(register, "read", broken)
    found = hostile.attack(Turn(1), tmp_path, ONE_EACH | {"register": 300})
    (said,) = found.wrong
    assert said.startswith("register 0: KeyError: 'planted' | test_soak.py:")
    (reduced,) = [it for it in said.split(" | ") if it.startswith("b'")]
    assert reduced.count("\\x") == 1  # the byte that breaks it, and none beside it


def test_an_input_that_takes_much_memory_or_time_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks, clock = iter((100.0, 690.0)), iter((0.0, 2.5))
    found = hostile.Hostile()
    monkeypatch.setattr(hostile, "memory_peak", lambda: next(peaks))
    monkeypatch.setattr(hostile.time, "process_time", lambda: next(clock))
    hostile.search("glutton 1", lambda _: None, 1, 1, found)
    assert (found.most_memory, found.wrong) == (590.0, ["glutton 1: takes 2.5 s", "glutton 1: takes 590 MiB"])


def test_an_input_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    found = hostile.Hostile()
    monkeypatch.setattr(hostile, "HANGS", 0.3)
    with hostile.strict():
        hostile.search("sleeper 1", lambda _: time.sleep(30), 1, 1, found)
    assert found.wrong == ["sleeper 1: more than 0.3 s"]


def test_bytes_that_atheris_changes_make_inputs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same inputs, with the same faults seen; without atheris the attack is left out."""

    def broken(rng: random.Random) -> None:
        if rng.random() < 0.5:
            raise KeyError("planted")

    found = hostile.Hostile()
    test: Any = hostile.driven("register 1", broken, found)
    for number in range(20):
        with contextlib.suppress(KeyError):
            test.hypothesis.fuzz_one_input(random.Random(number).randbytes(100))
    assert 3 < found.tried < 17
    monkeypatch.setattr(guided, "is_installed", lambda: False)
    assert guided.attack(Turn(1), Path()) == hostile.Hostile()


def test_who_is_let_in_without_the_token_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    access = Access(8000)
    entries.let_in(access, random.Random(1))
    monkeypatch.setattr(Access, "is_token", lambda *_: True)
    with pytest.raises(AssertionError, match="is taken for the token"):
        entries.let_in(access, random.Random(1))


def test_what_the_page_could_not_answer_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with entries.entries(tmp_path) as kinds:
        monkeypatch.setattr(Files, "load", lambda *_, **__: {}["planted"])
        found = hostile.Hostile()
        with hostile.strict():
            hostile.search("visit", kinds["visit"], 100, 1, found)
    assert any("could not be answered (KeyError: 'planted')" in it for it in found.wrong)


def test_worlds_at_their_bounds_end_or_say_why_not() -> None:
    found = bounds.attack(Turn(bounds.AT_ONCE**2), {})
    assert found.wrong == []
    assert 3 <= found.worlds <= 40
    parameters, pairs = found.parameters
    assert parameters > 250
    assert pairs - bounds.bits(found.uncovered).sum() > bounds.AT_ONCE**2
    assert found.settled >= pairs - bounds.bits(found.uncovered).sum()


def test_each_bound_is_tried_alone() -> None:
    found = bounds.attack_alone(Turn(3, first=20))
    assert (found.levels, found.wrong) == (3, [])


def test_pairs_of_bounds_are_covered_to_the_last() -> None:
    known = [(f"market.{name}", value) for name in "abcdefg" for value in (0.0, 1.0)]
    texts, worlds = ("", "", ""), 0
    for number in range(100):  # each part goes on from what the one before has covered
        pairs = bounds.Pairs(known, *texts)
        if (pair := pairs.pair(number)) is None:
            break
        row = pairs.row(pair, number)
        assert len(row) == 7  # one bound of each parameter
        pairs.cover(row.items())
        texts, worlds = pairs.texts(), worlds + 1
    assert pairs.settled == pairs.all == 7 * 6 // 2 * 4
    assert 4 <= worlds < 15  # pairs at random take some twenty


def test_a_world_that_breaks_is_told_by_the_fewest_bounds() -> None:
    row = dict.fromkeys("abcdefghijk", 0.0)
    assert bounds.fewer(row, lambda it: {"c", "h"} <= set(it)) == {"c": 0.0, "h": 0.0}


def test_a_refused_pair_is_asked_for_once() -> None:
    pairs = bounds.Pairs([("market.a", 0.0), ("market.b", 0.0)])
    pair = pairs.pair(1)
    assert pair
    pairs.refuse(pair)
    assert not pairs.pair(2)
    uncovered, unrefused, unstopped = pairs.texts()
    assert (bounds.only(uncovered, unrefused), bounds.only(uncovered, unstopped)) == (1, 0)


def test_a_world_that_stops_counts_for_none_of_its_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = list[int]()

    def stopping(scenario: Any, _: int) -> str:
        tried.append(sum(value != own.values[key] for key, value in scenario.values.items()))
        return f"{bounds.STOPPED}: cash of enterprise 1 in month 1"

    own = bounds.town()
    monkeypatch.setattr(bounds, "survives", stopping)
    found = bounds.attack(Turn(1), {})
    assert tried == sorted(tried, reverse=True)  # halves, down to one pair
    assert tried[-1] <= 2
    assert (found.settled, found.stopped) == (1, {"cash": len(tried)})
    assert bounds.only(found.uncovered, found.unstopped) == 1


def test_a_later_part_goes_on_where_an_earlier_one_ended() -> None:
    turn, done = Turn(3, first=5), list[int]()
    done.extend(turn.numbers(lambda: len(done)))
    assert done == [5, 6, 7]
    done.extend(Turn(5, turn.first).numbers(lambda: len(done)))
    assert done == [5, 6, 7, 8, 9]
    assert list(Turn(9).numbers(lambda: 0, last=2)) == [0, 1]


def test_processes_at_once_share_the_numbers() -> None:
    counts, following = run.made("alone", 4, 30, {}, 300, shards=2)
    assert (counts["levels"], following, counts["wrong"]) == (4, 34, [])


def test_counts_of_two_parts_are_one() -> None:
    whole, half = np.ones(20, bool), np.arange(20) < 10
    one = {"n": 2, "slowest": 0.5, "by": {"a": 1}, "wrong": ["x"], "open": bounds.text_of(whole)}
    other = {"n": 3, "slowest": 0.2, "by": {"a": 1, "b": 4}, "wrong": ["x", "y"], "open": bounds.text_of(half)}
    found = merged(one, other)
    assert (bounds.bits(found.pop("open")) == half).all()
    assert found == {"n": 5, "slowest": 0.5, "by": {"a": 2, "b": 4}, "wrong": ["x", "y"]}


def test_figures_of_another_model_begin_again() -> None:
    counts = {"enterprise_months": 100, "worlds": 1, "wrong": []}
    first = run.adding("months", "one", counts, 1, 5)(None)
    both = run.adding("months", "one", counts, 2, 5)(json.loads(json.dumps(first)))
    assert (both["counts"]["enterprise_months"], both["next"], both["seconds"]) == (200, 2, 10)
    other = run.adding("months", "two", counts, 1, 5)(both)
    assert (other["counts"]["enterprise_months"], other["next"], other["seconds"]) == (100, 1, 5)
    assert "version of the model: two" in table({"months": other})


def test_figures_of_a_model_that_gives_the_same_bytes_count(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"enterprise_months": 100, "worlds": 1, "wrong": []}
    first = run.adding("months", "one", counts, 1, 5)(None)
    monkeypatch.setattr(run, "holds", lambda version: version == "one")
    both = run.adding("months", "two", counts, 2, 5)(first)
    assert (both["counts"]["enterprise_months"], both["next"], both["model"]) == (200, 2, "one")
    less_to_do = run.adding("months", "two", counts, 2, 5)(first | {"goal": 1})
    assert (less_to_do["counts"]["enterprise_months"], less_to_do["model"]) == (100, "two")
    judged = {"mutants": 3, "seen_by": {"books": 3}, "uncalled": 0, "survivors": [], "wrong": []}
    again = run.adding("mutants", "two", judged, 6, 5)(run.adding("mutants", "one", judged, 3, 5)(None))
    assert (again["counts"]["mutants"], again["model"]) == (3, "two")


def test_an_attack_that_found_a_fault_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"enterprise_months": 100, "worlds": 1, "wrong": ["3: broken"]}
    first = run.adding("months", "one", counts, 1, 5)(None)
    more = run.adding("months", "one", counts | {"wrong": []}, 2, 5)(first)  # goes on to the end of its run
    assert (more["counts"]["enterprise_months"], more["counts"]["wrong"], more["next"]) == (200, ["3: broken"], 2)
    monkeypatch.setattr(soak.table, "FIGURES", tmp_path / "figures.json")
    monkeypatch.setattr(soak.table, "DOCUMENT", tmp_path / "document.md")
    (tmp_path / "document.md").write_text(f"{BEGIN}\n{END}\n")
    soak.table.write_figures("months", lambda _: more)
    assert run.main({"months": 0}, 300) == 0
    kept = soak.table.read_figures()["months"]
    assert kept == {key: value for key, value in more.items() if key != "counts"}
    again = run.adding("months", "one", counts | {"wrong": []}, 1, 5)(kept)
    assert (again["counts"]["enterprise_months"], again["counts"]["wrong"], again["next"]) == (100, [], 1)


def test_what_is_done_is_kept_and_the_next_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak.table, "FIGURES", tmp_path / "figures.json")
    monkeypatch.setattr(soak.table, "DOCUMENT", tmp_path / "document.md")
    (tmp_path / "document.md").write_text(f"{BEGIN}\n{END}\n")
    monkeypatch.setitem(run.ATTACKS, "months", replace(run.ATTACKS["months"], shards=1, goal=2))
    assert run.main({"months": 1}, 300) == 0
    first = soak.table.read_figures()["months"]
    assert run.main({"months": 1}, 300) == 0
    second = soak.table.read_figures()["months"]
    assert (first["next"], second["next"]) == (1, 2)
    assert second["counts"]["worlds"] == 2
    assert second["counts"]["enterprise_months"] > first["counts"]["enterprise_months"]
    monkeypatch.setattr(run, "made", lambda *_: ({"enterprise_months": 0, "worlds": 0, "wrong": []}, 9))
    assert run.main({"months": 1}, 300) == 0  # no time: what is kept stays
    assert run.main({"months": None}, 300) == 0  # as much as is promised is done
    assert soak.table.read_figures()["months"] == second
    assert second["found"] in (tmp_path / "document.md").read_text()


def test_mutants_are_judged() -> None:
    found = mutants.attack(Turn(3))
    assert found.mutants == 3 == sum(found.seen_by.values()) + len(found.survivors)
    assert set(found.seen_by) <= {"arithmetic", "books", "numbers", "time", "a crash"}


def test_reasons_are_those_of_mutants_that_there_are() -> None:
    assert set(mutants.reasons()) <= {it.key for it in mutants.every()}
    assert all(len(why) > 10 for why in mutants.reasons().values())


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
    found = months.attack(Turn(5_000))
    assert found.wrong == []
    assert found.enterprise_months >= 5_000


@pytest.fixture
def space() -> Iterator[Path]:
    """A folder of a short name: sockets of a process's temporary folder have names of at most 108 letters."""
    with tempfile.TemporaryDirectory(prefix="s-") as name:
        yield Path(name)


def test_a_killed_run_goes_on_to_the_same_bytes(space: Path) -> None:
    found = kills.attack(Turn(1, first=3), space, ("run",))
    assert found.wrong == []
    assert found.kills == 1


def test_what_is_left_or_changed_after_a_kill_is_seen(space: Path) -> None:
    wanted, seconds = kills.undisturbed("run", space / "whole")
    kills.kill("run", space / "killed", seconds / 2, random.Random(1))
    (space / "killed" / "tmp" / "left").touch()
    name = next(it for it in wanted if it.endswith("summary.csv"))
    said = kills.faults("run", space / "killed", wanted | {name: "another digest"})
    assert said == [f"other files: ['{name}']", "temporary: left"]


def test_other_surroundings_give_the_same_bytes_and_other_bytes_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, options, _ = same.surroundings()["1 workers"]
    known = {
        "here": (own, options, {}),
        "elsewhere": (
            own,
            options,
            {"PYTHONHASHSEED": "77", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "SIM_THREADS": "2"},
        ),
        "not at all": (own, (*options, "--backwards"), {}),
    }
    monkeypatch.setattr(same, "surroundings", lambda: known)
    found = same.attack(Turn(2, first=1), tmp_path)
    assert (found.tried, found.names) == (2, ["elsewhere", "not at all"])
    (said,) = found.wrong
    assert said.startswith("not at all: ")
    assert all(part in said for part in ("outcomes.parquet", "exit code", "--backwards"))


def test_the_order_of_a_registers_lines_counts_among_firms_of_the_same_staff_alone() -> None:
    assert same.of_lines() == []
    lines = ["3,1.0,,1,2001-05", "3,9.0,,2,1990-01", *(f"{staff},4.0,,0,1995-01" for staff in range(4, 24))]
    one, other = (worlds.run(same.of_register(it), 1) for it in (lines, [lines[1], lines[0], *lines[2:]]))
    assert "revenue" in worlds.different_outcomes(one, other)


def test_interpreters_are_found_where_they_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("3.98", "3.99"):
        python = tmp_path / version / "python"
        python.parent.mkdir()
        python.write_text(f"#!/bin/sh\necho {version}\n")
        python.chmod(0o755)
    named = [str(tmp_path / version / "python") for version in ("3.98", "3.99")]
    monkeypatch.setenv(same.PYTHONS, os.pathsep.join(named))
    found = same.surroundings()
    assert [found[f"Python {version}"][0] for version in ("3.98", "3.99")] == [(it,) for it in named]


def test_the_documents_figures_are_those_that_soak_printed() -> None:
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == with_table(text, figures)
    assert f"{BEGIN}\n{table(figures)}{END}" in text
    name = next(iter(figures))
    assert with_table(text, figures | {name: figures[name] | {"found": "another"}}) != text
