"""Scenario files: what they mean, and every way in which they can be wrong."""

from __future__ import annotations

import json
import math
import os
import pickle
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.declare import Source, declared
from sim.model.catalogue import load, model_catalogue
from sim.report.text.description import description_json, description_text
from sim.scenario import (
    Fault,
    Origin,
    Scenario,
    ScenarioError,
    Schedule,
    describe,
    keys,
    overrides,
    schema,
    shipped,
    values,
)
from sim.scenario.extending import shipped_files
from sim.scenario.lines import locate
from sim.scenario.reading import LARGEST

CATALOGUE = model_catalogue()
GALLERY = Path(__file__).parent / "broken"
ROOT = GALLERY.parents[1]
LINE = re.compile(r"[^:]+(:\d+)?: \S.*: \S.*(, allowed|, did you mean).+")

FULL = """
title = "Everything"
summary = '''
A scenario
with "all" there is.'''
headline = ["jobs", "startups"]

[run]
start = "2011-01"
months = 64

[levers]
talent_supply = { "2013-01" = 0.1, "2015-01" = 0.2 } # steps
demand = { before = -0.1, "2010-01" = 0, "2012-01" = 0.12, shape = "linear" }

[mechanisms]
projects.enabled = { "2012-01" = false }

[platforms.haier]
fee = 0.1

[sites.shougang]
rent = { "2014-01" = 0.0008 }

[sites.second]

[figures.jobs]
value = 10_000
month = "2016-04"
bound = "at least"
text = "10,000 people"

[sources]
"platforms.haier.fee" = "evidence: a price list"
"""


@pytest.fixture
def write(own_folder: Path) -> Any:
    """Writes files into the working folder."""

    def written(text: str, name: str = "it.toml") -> str:
        (own_folder / name).write_text(text, encoding="utf-8")
        return name

    return written


def faults(*args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(*args, **kwargs)
    assert all(LINE.fullmatch(str(fault)) for fault in caught.value.faults), str(caught.value)
    return str(caught.value).splitlines()


def attempt(function: Any, *args: Any) -> tuple[Any, tuple[Fault, ...]]:
    """What the function returns, or the faults of its ScenarioError; any other exception is a failure."""
    try:
        return function(*args), ()
    except ScenarioError as error:
        return None, error.faults


# Broken files


@pytest.mark.parametrize("name", sorted(path.stem for path in GALLERY.glob("*.toml")))
def test_a_broken_file_raises_all_its_messages(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GALLERY)
    expected = (GALLERY / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    assert expected, "a broken file has a message"
    assert faults(f"{name}.toml") == expected


def test_the_gallery_has_no_message_without_a_file() -> None:
    assert {path.stem for path in GALLERY.glob("*.expected")} == {path.stem for path in GALLERY.glob("*.toml")}


def test_the_parents_in_the_gallery_are_right() -> None:
    for path in (GALLERY / "parents").glob("*.toml"):
        load(path)


def test_a_file_that_is_too_large_is_refused_unread(write: Any) -> None:
    """Larger than any memory: who reads it gives no answer."""
    os.truncate(write("#"), 10**12)
    assert faults("it.toml") == [f"it.toml:1: file: has 1,000,000,000,000 bytes, allowed: at most {LARGEST:,}"]


def test_a_file_that_hides_its_size_is_not_read_whole(monkeypatch: pytest.MonkeyPatch, write: Any) -> None:
    small, large = write("#"), write("#" * (LARGEST + 2), "large.toml")
    status = Path(small).stat()
    monkeypatch.setattr(Path, "stat", lambda *_, **__: status)  # as a file that grows, or one of a device
    assert faults(large) == [f"large.toml:1: file: has over {LARGEST:,} bytes, allowed: at most {LARGEST:,}"]


def test_a_file_of_the_largest_size_is_read(write: Any) -> None:
    head = "[run]\nmonths = 7\n"
    assert load(write(head + "#" * (LARGEST - len(head)))).months == 7


def test_what_is_no_file(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("folder.toml").mkdir()
    assert faults("folder.toml") == ["folder.toml:1: file: is a directory, allowed: a file in TOML"]
    os.mkfifo("pipe.toml")
    assert faults("pipe.toml") == ["pipe.toml:1: file: is a device, pipe or socket, allowed: a file in TOML"]
    assert "no such file" in faults("missing.toml")[0]
    assert "no scenario of this name" in faults("")[0]
    assert "no scenario of this name" in faults("nul\0")[0]
    assert "cannot be read" in faults("nul\0.toml")[0]
    assert "cannot be read" in faults("x" * 5000 + ".toml")[0]
    Path("loop.toml").symlink_to("loop.toml")
    assert "cannot be read" in faults("loop.toml")[0]

    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    write("title = 'x'")
    monkeypatch.setattr(Path, "open", refused)  # a mode of 0 does not stop an administrator
    assert faults("it.toml") == ["it.toml:1: file: may not be read, allowed: a file that you have permission to read"]


def test_a_name_that_is_almost_right_is_suggested(write: Any) -> None:
    Path("scenarios").mkdir()
    write("title = 'x'", "scenarios/shipyard.toml")
    assert faults("shipyad") == ["shipyad:1: file: no scenario of this name, did you mean shipyard?"]


def test_faults_come_by_file_and_line_with_the_overrides_last(write: Any) -> None:
    write("[run]\nmonths = 0\nseed = -1\n", "parent.toml")
    write("extends = 'parent.toml'\n[levers]\nx = 1\n", "child.toml")
    found = [line.split(": ")[0] for line in faults("child.toml", {"levers.y": 1, "levers.z": 1})]
    assert found == ["child.toml:3", "parent.toml:2", "parent.toml:3", "--set", "--set"]


def test_a_fault_is_one_line_without_control_characters() -> None:
    line = str(Fault("a\n.toml", 3, "k\x1b[2J", "m\r\u2028"))
    assert line == r"a\n.toml:3: k\x1b[2J: m\r\u2028"


def test_contradictions_are_not_guessed_from_values_that_are_wrong(write: Any) -> None:
    path = write("[run]\nmonths = 'x'\n[figures.jobs]\nvalue = 1\nmonth = '2050-01'\n")
    assert [line.split(": ")[1] for line in faults(path)] == ["run.months"]


HOSTILE: dict[str, tuple[int, Callable[[int], str]]] = {
    "dots": (100_000, lambda n: "a." * n + "b = 1"),
    "brackets": (225_000, lambda n: "a = " + "[" * n),
    "braces": (37_500, lambda n: "a = " + "{ a = " * n),
    "figures": (12_500, lambda n: "".join(f"[figures.a{number}]\n" for number in range(n))),
    "unknown": (12_500, lambda n: "".join(f"key{number} = 1\n" for number in range(n))),
    "sites": (5_000, lambda n: "".join(f"[sites.a{number}]\nrent = {{ 'x' = 1 }}\n" for number in range(n))),
    "digits": (225_000, lambda n: "[run]\nseed = " + "9" * n),
    "lines": (100_000, lambda n: "=\n" * n),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_takes_time_in_proportion_to_its_length(name: str, write: Any) -> None:
    """Eight parts take as long as the whole: an eighth of that if time grew with the square of the length.

    The least of up to five takes of each counts, in turn: a pause of the machine falls on one take, not on all.
    """
    size, text = HOSTILE[name]
    files = {8: write(text(size // 8), "part.toml"), 1: write(text(size), "whole.toml")}
    least = dict.fromkeys(files, math.inf)
    for _ in range(5):
        for times, file in files.items():
            began = time.process_time()
            for _ in range(times):
                assert faults(file)
            least[times] = min(least[times], time.process_time() - began)
        if least[1] < 3 * least[8]:
            return
    pytest.fail(f"the whole takes {least[1]:.3f} s, eight parts take {least[8]:.3f} s")


# Lines

NAMES = st.sampled_from(["a", "b-1", "2013-01", "run", "with space", 'with "quote"', "with.dot", "ü", "", "#", "="])
BLANKS = st.sampled_from(["", "\n", '# a comment with = and [brackets] and "quotes"\n', "\n   \n\t# '''\n"])
PLAIN = st.sampled_from([
    "1", "true", '"text # = ["', "'literal \"'", '"""one\n[two]\nthree = 3"""', "'''\n\"\"\"\nx = 1\n'''",
    '""', "''", "-inf", "[\n  1, # [\n  'a]',\n  [2],\n]", '"""\\""""""', "2013-01-01", '"\\""',
    "[{ a = 1 }, { b = 2 }]",
])  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[tuple[str, ...], int]]:
    """A text in TOML, and the line of every key in it, known because it is noted while the text is written."""
    text = ""
    lines: dict[tuple[str, ...], int] = {}

    def write(more: str) -> None:
        nonlocal text
        text += more

    def quoted(name: str) -> str:
        if re.fullmatch("[A-Za-z0-9_-]+", name) and draw(st.booleans()):
            return name
        return json.dumps(name) if '"' in name or draw(st.booleans()) else f"'{name}'"

    def note(path: tuple[str, ...]) -> None:
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], text.count("\n") + 1)

    def key(table: tuple[str, ...], name: str) -> tuple[str, ...]:
        path = (*table, f"key {name}", name) if draw(st.booleans()) else (*table, name)
        note(path)
        write(" . ".join(map(quoted, path[len(table) :])) + "=")
        return path

    def value(path: tuple[str, ...], depth: int) -> None:
        if depth == 2 or draw(st.booleans()):
            write(draw(PLAIN))
            return
        write("{")
        for number, name in enumerate(draw(st.lists(NAMES, unique=True, max_size=3))):
            write(", " if number else " ")
            value(key(path, name), depth + 1)
        write(" }")

    for table in draw(st.lists(NAMES, unique=True, max_size=4)):
        write(draw(BLANKS))
        note((f"table {table}",))
        write(f"[ {quoted(f'table {table}')} ] # table\n")
        for name in draw(st.lists(NAMES, unique=True, max_size=4)):
            write(draw(BLANKS))
            value(key((f"table {table}",), name), 0)
            write("\n")
    return text, lines


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_every_key_stands_on_its_line(document: tuple[str, dict[tuple[str, ...], int]]) -> None:
    text, expected = document
    assert set(_paths(tomllib.loads(text))) == set(expected), "the text means what was written"
    assert locate(text).lines == expected


@given(st.text(alphabet="ab=.[]{}\"'#\\,1 \n", max_size=60))
def test_lines_are_found_in_any_text(text: str) -> None:
    located = locate(text)
    rows = text.count("\n") + 1
    assert all(1 <= line <= rows for line in located.lines.values())
    assert all(1 <= it.first <= it.last <= rows for it in located.statements)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(_paths(table)) <= set(located.lines)


def _paths(table: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in table.items():
        yield (*path, name)
        if isinstance(value, dict):
            yield from _paths(value, (*path, name))


# Anything at all

FRAGMENTS = st.sampled_from([
    "[run]\n", "[levers]\n", "[platforms.a]\n", "[sites.b]\n", "[figures.jobs]\n", "[sources]\n", "[mechanisms]\n",
    "[[a]]\n", "months = ", "start = ", "seed = ", "demand = ", "fee = ", "opens = ", "value = ", "month = ", "x = ",
    "run = ", "extends = ", "title = ", "headline = ", "projects.enabled = ", "projects = ", "a.b = ",
    "'levers.demand' = ", "1\n", "-1\n", "1e400\n", "nan\n", "true\n", "'2011-01'\n", "'it.toml'\n", "'x'\n",
    "[]\n", "['jobs']\n", "0x1f\n", "{ '2013-01' = 1 }\n", "{ before = 1 }\n", "{}\n", "{ x = {} }\n",
    "2013-01-01\n", "1979-05-27T07:32:00Z\n",
    "'2 m2 //'\n", "'3 %'\n", "'1e400 month'\n", "'0.5 yuan / a m2'\n",
    "9" * 400 + "\n", "'evidence: it'\n", "'''\n", '"""', "}", "]", "\x00", "\x7f", "\ufeff", "\r",
])  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.lists(FRAGMENTS, max_size=25).map(lambda parts: "".join(parts).encode())))
def test_no_file_raises_anything_but_a_scenario_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "it.toml"
    path.write_bytes(data)
    scenario, found = attempt(load, path)
    if scenario is None:
        assert found
        assert all(LINE.fullmatch(str(fault)) for fault in found), found
        assert all(len(str(fault).splitlines()) == 1 for fault in found), found
    else:
        _same_again(scenario, path.with_name("again.toml"))


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=3)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)
KEYS = st.one_of(
    st.text(max_size=12), st.sampled_from(["run.seed", "levers.demand", "platforms.a.fee", "sites", "sources", "title"])
)


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(KEYS, ANYTHING, max_size=3))
def test_no_override_raises_anything_but_a_scenario_error(chosen: dict[str, Any]) -> None:
    _, found = attempt(load, GALLERY / "parents" / "site.toml", chosen)
    assert {fault.file for fault in found} <= {"--set"}


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(["levers.demand", "sites.shougang.floor", "sites.shougang.rent", "run.months"]),
    st.lists(st.sampled_from([*"1,.e+-*/()%²x ", "m2", "yuan", "month", "a", "per", "and", "of", "share", "ha", "**"]))
    .map(lambda parts: "3 " + " ".join(parts)),
)  # fmt: skip
def test_no_quantity_raises_anything_but_a_scenario_error(key: str, text: str) -> None:
    _, found = attempt(load, GALLERY / "parents" / "site.toml", {key: text})
    assert all(LINE.fullmatch(str(fault)) for fault in found), found


@given(st.text(max_size=30))
def test_no_argument_raises_anything_but_a_scenario_error(text: str) -> None:
    chosen, found = attempt(overrides, [text])
    assert [fault.file for fault in found] == ([] if chosen else ["--set"])


def _same_again(scenario: Scenario, path: Path) -> Scenario:
    path.write_text(scenario.to_toml(), encoding="utf-8")
    again = load(path)
    assert again == scenario
    assert again.digest() == scenario.digest()
    assert hash(again) == hash(scenario)
    return again


# What a file means


def test_a_file_says_everything(write: Any) -> None:
    it = load(write(FULL, "every thing.toml"))
    assert (it.name, it.title, it.summary) == ("every-thing", "Everything", 'A scenario with "all" there is.')
    assert it.headline == ("jobs", "startups")
    assert (it.start, it.months, it.replicates, it.seed) == ((2011, 1), 64, 30, 1)
    assert (it.platforms, it.sites) == (("haier",), ("shougang", "second"))
    assert it.values["levers.talent_supply"] == Schedule((24, 48), (0.1, 0.2), linear=False, before=0.0)
    assert it.values["levers.demand"] == Schedule((-12, 12), (0.0, 0.12), linear=True, before=-0.1)
    assert it.origins["platforms.haier.fee"] == Origin("file", "every thing.toml:20")
    assert it.origins["levers.finance"] == Origin("default")
    figure = it.reported_figures["jobs"]
    assert (figure.value, figure.month, figure.bound) == (10_000.0, "2016-04", "at least")
    assert (figure.source.kind, figure.source.text) == ("article", "10,000 people")
    every = [f"{prefix}.{name}" for prefix, group in CATALOGUE.parameter_groups.items() for name in declared(group)]
    named = [("platforms", it.platforms), ("sites", it.sites)]
    every += [
        f"{kind}.{name}.{field}" for kind, names in named for name in names for field in declared(CATALOGUE.group(kind))
    ]
    assert list(it.values) == list(it.origins) == every


def test_a_mark_of_byte_order_is_no_fault(write: Any) -> None:
    assert load(write("\ufefftitle = 'saved by an editor that writes a mark'\n")).title.startswith("saved")


def test_months_and_calendar(write: Any) -> None:
    it = load(write("[run]\nstart = '2010-11'\n"))
    assert [it.month_of(month) for month in ("2010-11", "2011-01", "2010-10", "2016-04")] == [0, 2, -1, 65]
    assert [it.calendar(offset) for offset in (0, 2, -11, 65)] == ["2010-11", "2011-01", "2009-12", "2016-04"]
    with pytest.raises(ValueError, match="2011-13"):
        it.month_of("2011-13")


def test_a_schedule_steps_or_goes_straight() -> None:
    steps = Schedule((-2, 3, 5), (1.0, 2.0, 4.0), linear=False, before=0.0)
    assert [steps.at(month) for month in (-3, -2, 2, 3, 4, 5, 99)] == [0.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0]
    line = Schedule((0, 4), (1.0, 3.0), linear=True, before=0.0)
    assert [line.at(month) for month in (-1, 0, 1, 3, 4, 9)] == [0.0, 1.0, 1.5, 2.5, 3.0, 3.0]


def test_a_group_has_the_declared_types_and_the_values_of_its_month(write: Any) -> None:
    it = load(write(FULL))
    assert isinstance(it.group("run"), CATALOGUE.group("run"))
    assert isinstance(it.group("platforms.haier"), CATALOGUE.group("platforms"))
    assert [it.group("levers", month).talent_supply for month in (0, 23, 24, 48)] == [0.0, 0.0, 0.1, 0.2]
    assert it.group("levers", 0).demand == pytest.approx(0.06)
    assert [it.group("mechanisms.projects", month).enabled for month in (0, 11, 12)] == [True, True, False]
    for prefix in (*CATALOGUE.parameter_groups, "platforms.haier", "sites.shougang"):
        group = it.group(prefix)
        for name, parameter in declared(type(group)).items():
            assert type(getattr(group, name)) is parameter.type, name
    with pytest.raises(KeyError):
        it.group("lever")
    with pytest.raises(KeyError):
        it.group("platforms.nobody")


def test_a_group_is_the_same_object_while_nothing_changes(write: Any) -> None:
    it = load(write(FULL))
    assert it.group("market", 0) is it.group("market", 63)
    assert it.group("sites.shougang", 0) is it.group("sites.shougang", 35)
    assert it.group("sites.shougang", 35) is not it.group("sites.shougang", 36)
    assert it.scheduled("sites.shougang")
    assert not it.scheduled("market")


def test_a_scenario_survives_pickling(write: Any) -> None:
    it = load(write(FULL))
    size = len(pickle.dumps(it))
    it.group("levers", 30)
    assert len(pickle.dumps(it)) == size, "what was made on demand stays here"
    copy = pickle.loads(pickle.dumps(it))  # noqa: S301 - our own bytes
    assert copy == it
    assert copy.group("levers", 30) == it.group("levers", 30)
    assert copy.origins == it.origins


def test_written_out_it_loads_as_the_same_scenario(write: Any, tmp_path: Path) -> None:
    it = load(write(FULL), {"levers.finance": 0.25})
    again = _same_again(it, tmp_path / "resolved.toml")
    assert again.sources == it.sources
    assert again.reported_figures == it.reported_figures
    text = it.to_toml()
    assert "fee = 0.1  # file it.toml:20" in text
    assert "finance = 0.25  # override --set" in text
    assert "tax_relief = 0.0  # default" in text
    assert "extends" not in text
    assert set(_paths(tomllib.loads(text))) >= {tuple(key.split(".")) for key in it.values}


@settings(deadline=None, max_examples=100)
@given(
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.floats(-0.5, 2.0),
    st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1)), min_size=1, max_size=5, unique_by=lambda point: point[0]),
    st.booleans(),
    st.integers(0, 2**63 - 1),
)
def test_any_valid_scenario_survives_writing(
    tmp_path_factory: pytest.TempPathFactory,
    title: str,
    demand: float,
    points: list[tuple[int, float]],
    linear: bool,
    seed: int,
) -> None:
    schedule: dict[str, Any] = {f"{1990 + n // 12}-{n % 12 + 1:02d}": value for n, value in sorted(points)}
    if linear:
        schedule["shape"] = "linear"
    chosen = {"title": title, "levers.demand": demand, "levers.tax_relief": schedule, "run.seed": seed}
    it = load(GALLERY / "parents" / "site.toml", chosen)
    assert it.values["levers.demand"] == demand
    assert it.seed == seed
    _same_again(it, tmp_path_factory.getbasetemp() / "again.toml")


def test_the_digest_is_of_what_changes_results_and_of_nothing_else(write: Any) -> None:
    path = write(FULL)
    it = load(path)
    unchanging: list[dict[str, Any]] = [
        {"title": "Other"},
        {"run.months": 70},
        {"run.seed": 5},
        {"run.replicates": 3},
        {"figures.jobs.value": 3},
        {"headline": ["jobs"]},
        {"levers.finance": 0},
        {"levers.finance": -0.0},
        {"sources.levers.finance": "evidence: read"},
    ]
    for same in unchanging:
        assert load(path, same).digest() == it.digest(), same
    changing: list[dict[str, Any]] = [
        {"levers.finance": 0.1},
        {"levers.talent_supply": {"2013-01": 0.1}},
        {"levers.talent_supply": {"2013-01": 0.1, "2015-01": 0.2, "shape": "linear"}},
        {"levers.talent_supply": {"2013-01": 0.1, "2015-01": 0.2, "before": 0.05}},
        {"run.start": "2011-02"},
        {"mechanisms.projects.enabled": False},
        {"platforms.haier.kind": "third-party"},
    ]
    assert len({it.digest(), *(load(path, other).digest() for other in changing)}) == len(changing) + 1
    moved = FULL.replace("[sites.second]", "").replace("[sites.shougang]", "[sites.second]\n[sites.shougang]")
    assert load(write(moved)).digest() != it.digest(), "the order of sites is that of their turns"


# Parents


def test_tables_merge_down_a_chain_relative_to_each_file(write: Any) -> None:
    Path("up").mkdir()
    write("title = 'old'\nsummary = 'kept'\n[levers]\ndemand = 0.1\nfinance = 0.1\n[sites.a]\nfloor = 5", "up/top.toml")
    write("extends = 'top.toml'\n[levers]\nfinance = 0.2\n[sites.b]\nfloor = 6\n[sites.a]\nrent = 0.001", "up/mid.toml")
    write("extends = 'up/mid.toml'\ntitle = 'new'\n[levers]\ntax_relief = 0.3\n", "low.toml")
    it = load("low.toml", {"levers.rent_subsidy": 0.05})
    assert (it.title, it.summary, it.sites) == ("new", "kept", ("a", "b"))
    levers = it.group("levers")
    assert (levers.demand, levers.finance, levers.tax_relief, levers.rent_subsidy) == (0.1, 0.2, 0.3, 0.05)
    assert (it.values["sites.a.floor"], it.values["sites.a.rent"]) == (5.0, 0.001)
    assert it.origins["levers.demand"] == Origin("parent", "top.toml:4")
    assert it.origins["levers.finance"] == Origin("parent", "mid.toml:3")
    assert it.origins["levers.tax_relief"] == Origin("file", "low.toml:4")
    assert it.origins["levers.rent_subsidy"] == Origin("override", "--set")
    assert it.origins["levers.entry_cost_cut"] == Origin("default")


def test_before_a_schedule_holds_what_would_hold_without_it(write: Any) -> None:
    write("[levers]\ndemand = 0.3\nfinance = { '2012-01' = 0.5, before = 0.4 }\n", "parent.toml")
    it = load(write("extends = 'parent.toml'\n[levers]\ndemand = { '2013-01' = 1 }\nfinance = { '2014-01' = 2 }\n"))
    assert it.values["levers.demand"] == Schedule((24,), (1.0,), linear=False, before=0.3)
    assert it.values["levers.finance"] == Schedule((36,), (2.0,), linear=False, before=0.4)


def test_a_parent_may_be_a_named_scenario(write: Any) -> None:
    Path("scenarios").mkdir()
    Path("elsewhere").mkdir()
    write("title = 'named'\n[run]\nmonths = 9\n", "scenarios/base.toml")
    write("title = 'other'\n[run]\nmonths = 8\n", "elsewhere/base.toml")
    assert load("base").months == 9
    assert load("base", folder="elsewhere").months == 8
    assert load(write("extends = 'base'\n")).months == 9
    assert load("base").name == "base"


def test_a_figure_gives_way_where_the_run_is_shortened_over_it(write: Any) -> None:
    path = write(FULL)
    assert "jobs" in load(path).reported_figures
    for shortened in ({"run.months": 12}, {"run.start": "2017-01"}):
        assert load(path, shortened).reported_figures == {}
    assert load(write(f"extends = '{path}'\n[run]\nmonths = 12\n", "short.toml")).reported_figures == {}
    moved = {"run.months": 12, "figures.jobs.month": "2016-04"}
    place = "--set: figures.jobs.month"
    assert faults(path, moved) == [f"{place}: 2016-04 is outside the run, allowed: from 2011-01 to 2011-12"]


def test_a_child_changes_part_of_a_figure(write: Any) -> None:
    write(FULL, "parent.toml")
    figure = load(write("extends = 'parent.toml'\n[figures.jobs]\nvalue = 5\n")).reported_figures["jobs"]
    assert (figure.value, figure.month, figure.bound) == (5.0, "2016-04", "at least")


def test_a_child_leaves_out_what_its_parents_have(write: Any) -> None:
    write(FULL, "parent.toml")
    more = "[sites.shougang]\nfloor = 5\n"  # in both of the files below that of the grandchild
    write(f"extends = 'parent.toml'\n[platforms]\nhaier = false\n[figures]\njobs = false\n{more}", "child.toml")
    it = load(write("extends = 'child.toml'\n[sites]\nshougang = false\n", "grandchild.toml"))
    assert (it.sites, it.platforms, it.reported_figures) == (("second",), (), {})
    assert not [key for key in it.values if key.startswith(("platforms.", "sites.shougang"))]
    assert not [key for key in it.sources if key.startswith("platforms.")]
    whole = load("parent.toml")
    assert (whole.sites, whole.platforms) == (("shougang", "second"), ("haier",))
    without = FULL.replace('[sites.shougang]\nrent = { "2014-01" = 0.0008 }\n', "")
    without = without.replace("[platforms.haier]\nfee = 0.1\n", "").partition("[figures")[0]
    assert it.digest() == load(write(without, "without.toml")).digest()
    assert load(write(it.to_toml(), "again.toml")) == it


def test_what_is_left_out_and_set_again_begins_from_the_defaults(write: Any) -> None:
    write(FULL, "parent.toml")
    write("extends = 'parent.toml'\n[platforms]\nhaier = false\n", "child.toml")
    it = load(write("extends = 'child.toml'\n[platforms.haier]\nkind = 'own'\n", "grandchild.toml"))
    assert it.platforms == ("haier",)
    assert it.values["platforms.haier.fee"] == CATALOGUE.declaration("platforms.haier.fee").default  # type: ignore[union-attr]
    assert "platforms.haier.fee" not in it.sources


def test_an_override_of_what_is_left_out_is_a_fault(write: Any) -> None:
    write(FULL, "parent.toml")
    child = write("extends = 'parent.toml'\n[sites]\nsecond = false\n")
    assert faults(child, {"sites.second.rent": 0.001}) == [
        "--set: sites.second: the scenario has no sites.second, allowed: shougang"
    ]
    assert "--set: sites.shougang: false is no table" in faults(child, {"sites.shougang": False})[0]


def test_a_child_that_inherits_a_figure_says_so_and_one_that_replaces_it_does_not(write: Any) -> None:
    write(FULL, "parent.toml")
    assert load("parent.toml").reported_figures["jobs"].stated == ""
    child = load(write("extends = 'parent.toml'\ntitle = 'child'\n", "child.toml"))
    figure = child.reported_figures["jobs"]
    assert (figure.stated, figure.source) == ("parent.toml", Source("article", "10,000 people"))
    assert load(write(child.to_toml(), "again.toml")) == child, "a stored scenario extends nothing, and still says so"
    assert "(article: 10,000 people), inherited from parent.toml" in description_text(child)
    assert description_json(child)["figures"]["jobs"]["stated"] == "parent.toml"
    other = "[figures.jobs]\nvalue = 5\nsource = 'evidence'\ntext = 'a census of the zone'\n"
    replaced = load(write(f"extends = 'child.toml'\n{other}", "other.toml")).reported_figures["jobs"]
    assert (replaced.stated, replaced.source) == ("", Source("evidence", "a census of the zone"))
    assert "inherited from" not in description_text(load("other.toml"))


def test_a_figure_that_is_replaced_without_a_source_is_not_the_articles(write: Any) -> None:
    write(FULL, "parent.toml")
    child = load(write("extends = 'parent.toml'\n[figures.jobs]\nvalue = 5\n")).reported_figures["jobs"]
    assert child.source == Source("assumption", "set by it.toml")
    said = load("parent.toml", {"figures.jobs.value": 5.0}).reported_figures["jobs"]
    assert said.source == Source("assumption", "set by --set")


# Overrides


def test_arguments_are_read_as_toml_and_words_as_text() -> None:
    texts = [
        "a.b=1",
        "c = 0.5",
        "d=true",
        "e=2013-01",
        "f=third-party",
        "g=",
        'h="x=y"',
        'i={"2013-01"=0.1}',
        "j=['a']",
    ]
    assert overrides(texts) == {
        "a.b": 1, "c": 0.5, "d": True, "e": "2013-01", "f": "third-party", "g": "", "h": "x=y", "i": {"2013-01": 0.1},
        "j": ["a"],
    }  # fmt: skip
    assert math.isnan(overrides(["k=nan"])["k"])


QUANTITIES = [
    ("market.outside_rent", "42 yuan/m2/month", 0.000504),
    ("market.outside_rent", "42 yuan a m2 and month", 0.000504),
    ("levers.conversion_grant", "200 yuan per m²", 0.0002),
    ("sites.works.fund", "1.3 bn yuan", 1300.0),
    ("sites.works.fund", "2,500 wan yuan", 25.0),
    ("sites.works.floor", "8 ha", 80_000.0),
    ("sites.works.floor", "40,000 m2", 40_000.0),
    ("labour.wage", "48,000 yuan/year", 0.048),
    ("levers.tax_relief", "30%", 0.3),
    ("market.growth", "2% a year", 0.02),
    ("run.months", "6 years", 72),
    ("population.enterprises", "1,200 firms", 1200),
    ("levers.rent_subsidy", {"2012-01": "10 yuan/m2/month"}, (0.00012,)),
]


@pytest.mark.parametrize(("key", "quantity", "value"), QUANTITIES)
def test_a_quantity_is_converted_into_the_declared_unit(key: str, quantity: Any, value: Any, write: Any) -> None:
    path = write("[sites.works]\n")
    found = load(path, {key: quantity}).values[key]
    assert (found.values if isinstance(found, Schedule) else found) == value
    if isinstance(quantity, str):
        assert load(path, overrides([f"{key}={quantity}"])).values[key] == value
        child = write(
            f"extends = 'it.toml'\n[{key.rpartition('.')[0]}]\n{key.rpartition('.')[2]} = '{quantity}'", "b.toml"
        )
        assert load(child).values[key] == value
        assert load(child).digest() == load(path, {key: value}).digest()


WRONG = [
    ("floor = '8 yuan'", "money, allowed: area (m2)"),
    ("rent = '8 ha'", "area, allowed: money / area / time (million yuan a m2 and year)"),
    ("fund = '3 florins'", "has the unit florins, which is not known, allowed: money (million yuan), of yuan"),
    ("floor = '40,00 m2'", "has commas that are not between thousands"),
    ("rent = '2 yuan/m2/month/'", "has a unit that cannot be read"),
    ("target_occupancy = '120%'", "is out of bounds, allowed: a number from 0.1 to 1 (share)"),
    ("floor = 'large'", "is text, allowed: a number"),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_a_quantity_of_another_dimension_is_refused(line: str, said: str, write: Any) -> None:
    (found,) = faults(write(f"[sites.works]\n{line}\n"))
    assert found.startswith(f"it.toml:2: sites.works.{line.partition(' ')[0]}: ")
    assert said in found


def test_a_quantity_of_part_of_a_month_is_refused(write: Any) -> None:
    assert "is no whole number, allowed" in faults(write("[run]\nmonths = '1.5 months'\n"))[0]


def test_pint_is_imported_for_quantities_only(write: Any) -> None:
    code = "import sys; from sim.model.catalogue import load; load('it.toml'); print('pint' in sys.modules)"
    for text, wanted in (("[run]\nmonths = 12\n", "False"), ("[run]\nmonths = '1 year'\n", "True")):
        write(text)
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        assert done.stdout.strip() == wanted


def test_every_argument_that_is_no_override_is_named() -> None:
    with pytest.raises(ScenarioError) as caught:
        overrides(["a", "=1", "b={", "c=1", "c=2", "d=1\ne = 2"])
    assert [(fault.file, fault.key) for fault in caught.value.faults] == [
        ("--set", "a"), ("--set", "key"), ("--set", "b"), ("--set", "c"), ("--set", "d"),
    ]  # fmt: skip


def test_an_override_is_checked_like_a_file(write: Any) -> None:
    chosen = {
        "levers.deman": 1,
        "levers.tax_relief": 2,
        "extends": "x",
        "platforms.haire.fee": 0.1,
        "platforms": {"new": {"fee": 1}},
        "levers.talent_supply.2013-01": 0.3,
        "sites.shougang.opens": "2010-01",
    }
    assert faults(write(FULL), chosen) == [
        "--set: extends: cannot be overridden, allowed: any key but this",
        "--set: levers.deman: unknown key, did you mean levers.demand?",
        "--set: levers.talent_supply.2013-01: is part of a value, allowed: the whole of levers.talent_supply",
        "--set: levers.tax_relief: 2 is out of bounds, allowed: a number from 0 to 1 (share)",
        "--set: platforms.haire: the scenario has no platforms.haire, allowed: haier",
        "--set: platforms.new: the scenario has no platforms.new, allowed: haier",
        "--set: sites.shougang.opens: 2010-01 is before the space is vacated, allowed: from 2011-01",
    ]


def test_numbers_of_numpy_are_numbers(write: Any) -> None:
    chosen = {"levers.demand": np.float64(0.5), "run.seed": np.int64(7), "levers.finance": np.float32(0.25)}
    it = load(write(FULL), chosen)
    assert [it.values[key] for key in chosen] == [0.5, 7, 0.25]
    assert [type(it.values[key]) for key in chosen] == [float, int, float]


# Descriptions

CHILD = """
extends = "parent.toml"
[levers]
demand = 0.1
[sites.shougang]
floor = 900_000
"""


def test_a_description_tells_value_source_and_origin(write: Any) -> None:
    write(FULL, "parent.toml")
    chosen = {"levers.finance": 0.5, "sources.levers.finance": "fitted: to jobs", "market.demand": 1.1}
    it = load(write(CHILD), chosen)
    rows = {row.key: row for row in describe(it)}
    assert list(rows) == list(it.values)
    said = {key: (row.value, row.kind, row.source, row.origin, row.location) for key, row in rows.items()}
    assert said["levers.demand"] == (0.1, "assumption", "set by it.toml", "file", "it.toml:4")
    assert said["platforms.haier.fee"] == (0.1, "evidence", "a price list", "parent", "parent.toml:20")
    assert said["levers.finance"] == (0.5, "fitted", "to jobs", "override", "--set")
    assert said["market.demand"] == (1.1, "assumption", "set by --set", "override", "--set")
    supply = rows["levers.talent_supply"]
    assert supply.value == "0.0, from 2013-01 0.1, from 2015-01 0.2"
    assert (supply.source, supply.origin) == ("set by parent.toml", "parent")


def test_a_value_as_declared_keeps_the_declared_source(write: Any) -> None:
    write(FULL, "parent.toml")
    floor = {row.key: row for row in describe(load(write(CHILD)))}["sites.shougang.floor"]
    parameter = declared(CATALOGUE.group("sites"))["floor"]
    assert floor.value == parameter.default, "what the test is about"
    assert (floor.origin, floor.kind, floor.source) == ("file", parameter.source.kind, parameter.source.text)
    assert (floor.unit, floor.bounds, floor.plausible, floor.meaning) == (
        parameter.unit, (parameter.low, parameter.high), parameter.plausible, parameter.meaning,
    )  # fmt: skip


def test_a_source_of_a_parent_ends_where_the_value_is_changed(write: Any) -> None:
    write(FULL, "parent.toml")
    changed = load(write("extends = 'parent.toml'\n[platforms.haier]\nfee = 0.2\n")).sources["platforms.haier.fee"]
    assert (changed.kind, changed.text) == ("assumption", "set by it.toml")
    argued = "extends = 'parent.toml'\n[sources]\nplatforms.haier.fee = 'article: page 2'\n"
    source = load(write(argued)).sources["platforms.haier.fee"]
    assert (source.kind, source.text) == ("article", "page 2")


# Declarations, schema, and what is shipped


def test_every_default_is_allowed_by_its_own_declaration() -> None:
    for key, leaf in keys.known(CATALOGUE).parameters(dict.fromkeys(CATALOGUE.named, ("it",))):
        found = values.checked(leaf.parameter.default, leaf)
        assert (found, type(found)) == (leaf.parameter.default, leaf.parameter.type), key


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    found = schema(CATALOGUE)
    jsonschema.Draft202012Validator.check_schema(found)
    assert found == json.loads(json.dumps(found))
    return jsonschema.Draft202012Validator(found)


@pytest.mark.parametrize("text", [FULL, "extends = 'x'\n", "[sources]\nrun.months = 'article: x'\n"])
def test_the_schema_takes_what_loading_takes(text: str, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(tomllib.loads(text))


def test_the_schema_takes_what_was_written_out(write: Any, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(tomllib.loads(load(write(FULL)).to_toml()))


REFUSED = ["unknown-key", "unknown-table", "wrong-type", "out-of-bounds", "bad-date", "schedules", "figures", "names"]


@pytest.mark.parametrize("name", [*REFUSED, "everywhere"])
def test_the_schema_refuses_where_loading_refuses(name: str, validator: jsonschema.Draft202012Validator) -> None:
    table = tomllib.loads((GALLERY / f"{name}.toml").read_text(encoding="utf-8"))
    messages = (GALLERY / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    # Sources and contradictions are beyond a schema.
    keys_refused = [line.split(": ")[1] for line in messages if "outside the run" not in line]
    tables = {key.partition(".")[0] for key in keys_refused if "." in key} - {"sources"}
    refused = {str(error.absolute_path[0]) for error in validator.iter_errors(table) if error.absolute_path}
    assert refused >= tables
    assert not validator.is_valid(table)


def test_the_schema_describes_every_parameter() -> None:
    supply = schema(CATALOGUE)["properties"]["levers"]["properties"]["talent_supply"]
    parameter = declared(CATALOGUE.group("levers"))["talent_supply"]
    assert supply["description"].startswith(f"{parameter.meaning} [{parameter.unit}]")
    assert supply["default"] == parameter.default
    plain, schedule = supply["oneOf"]
    number, quantity = plain["anyOf"]
    assert number == {"type": "number", "minimum": parameter.low, "maximum": parameter.high}
    assert quantity["type"] == "string"
    assert schedule["additionalProperties"] is False


def test_the_schema_lets_no_unknown_key_pass() -> None:
    def open_objects(it: Any, path: str) -> Iterator[str]:
        if isinstance(it, dict):
            if it.get("type") == "object" and it.get("additionalProperties") is not False:
                yield path
            for name, inner in it.items():
                yield from open_objects(inner, f"{path}/{name}")

    # The keys of [sources] are free text to a schema; loading checks them.
    assert list(open_objects(schema(CATALOGUE)["properties"], "")) == ["/sources"]


@pytest.mark.parametrize("name", sorted(shipped_files(ROOT / "scenarios")))
def test_every_shipped_scenario_loads_conforms_and_survives_writing(
    name: str, validator: jsonschema.Draft202012Validator, tmp_path: Path
) -> None:
    path = shipped_files(ROOT / "scenarios")[name]
    validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))
    it = load(path)
    assert it.title
    assert it.summary
    _same_again(it, tmp_path / "again.toml")


def test_the_list_says_what_each_scenario_is(write: Any) -> None:
    Path("scenarios").mkdir()
    write('title = "B"\nsummary = "two\\nlines"\n', "scenarios/b.toml")
    write("title = ", "scenarios/a.toml")
    listed = {name: (title, summary) for name, title, summary in shipped()}
    assert listed["b"] == ("B", "two lines")
    assert listed["a"][0].startswith("cannot be read: ")
    assert list(listed) == sorted(listed)


def test_listing_imports_nothing_heavy() -> None:
    heavy = ["pydantic", "numpy", "numba", "pandas", "mesa", "matplotlib", "jsonschema", "sim.model.record.outcomes"]
    script = f"import sys, sim.scenario as s; s.shipped(); print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_a_scenario_holds_declared_types_however_it_is_made() -> None:
    base = load("shougang")
    whole = replace(base, values=base.values | {"labour.wage": 1})
    assert whole.values["labour.wage"] == 1.0
    assert type(whole.values["labour.wage"]) is float
    assert whole.digest() == replace(base, values=base.values | {"labour.wage": 1.0}).digest()
    points = Schedule((0, 3), (1, 2), False, 0)
    held = replace(base, values=base.values | {"levers.demand": points}).values["levers.demand"]
    assert isinstance(held, Schedule)
    assert [type(it) for it in (*held.values, held.before)] == [float] * 3
    for key, wrong in (("run.months", 2.5), ("market.coupled", 1), ("sites.shougang.rent", "dear"), ("run.start", 3)):
        with pytest.raises(ScenarioError, match=rf"Scenario: {key}: .*, allowed: a "):
            replace(base, values=base.values | {key: wrong})
