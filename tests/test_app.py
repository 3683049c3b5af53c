"""The live page's server: who may use it, what is run in which order, what is ended, and what is answered."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pages
import pytest
import toy
from command import call, python, surroundings
from pages import ASKED, GROWTH, Visit, serving, variant, visit
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.websocket import websocket_connect

from sim.language import speaking
from sim.model.catalogue import load
from sim.page import asked as asking
from sim.page import questions
from sim.page.access import Access, is_loopback
from sim.page.answers import Answer, OnPage, Side, first_outcome
from sim.page.asked import Asked, Changed, Unclear, from_link, named, read_asked, to_link
from sim.page.controls import GROUPS, groups_of
from sim.page.kept import Kept
from sim.page.opened import Files
from sim.page.own_values import with_own, without_own
from sim.page.queue import Key, Queue, Wanted
from sim.page.saving import save
from sim.page.server import Server
from sim.page.stepping import SharedPast, Stopped, step_world
from sim.page.sure import Sure
from sim.report.html.headline import difference_cards, difference_sentence
from sim.report.shown import change_words, difference_unit, is_nothing, told, told_span, verdict_words
from sim.report.text.left_out import without_one
from sim.runs import batch
from sim.runs.branch import branched
from sim.runs.ensemble import Request
from sim.runs.executor import Failure
from sim.runs.replicate import ecosystem, run_recorded
from sim.runs.result import open_result
from sim.scenario import Scenario, ScenarioError

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

EVERYWHERE = "0.0.0.0"  # noqa: S104  nothing listens there in these tests
SMALL = {
    "population.enterprises": 300, "population.largest_staff": 2000.0, "run.months": 14, "run.spin_up": 0,
}  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Scenario:
    """A place of 300 enterprises over 14 months."""
    file = tmp_path / "small.toml"
    lines = [f"{key.partition('.')[2]} = {value}" for key, value in SMALL.items()]
    file.write_text(
        'title = "Small"\nextends = "shougang"\n[run]\n' + "\n".join(lines[2:]) + "\n[population]\n"
        + "\n".join(lines[:2]) + "\n[figures]\nsite_enterprises = false\nsite_jobs = false\nsite_taxes = false\n"
    )  # fmt: skip
    return load(file)


# --- who may use it


async def fetch(server: Server, path: str = "/", host: str = "", **headers: str) -> HTTPResponse:
    port = server.access.port
    given = headers | ({"Host": host} if host else {})
    asked = HTTPRequest(f"http://127.0.0.1:{port}{path}", headers=given, follow_redirects=False)
    return await AsyncHTTPClient().fetch(asked, raise_error=False)


def test_the_page_needs_the_token_and_a_name_of_this_machine(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        access = server.access
        token, port = {"Cookie": f"{access.cookie}={access.token}"}, access.port
        assert (await fetch(server)).code == 403
        assert (await fetch(server, Cookie=f"{access.cookie}=wrong")).code == 403
        assert (await fetch(server, "/?token=wrong")).code == 403
        first = await fetch(server, f"/?token={access.token}")
        assert (first.code, first.headers["Location"]) == (302, "/")
        assert {"HttpOnly", "SameSite=Strict"} <= set(first.headers["Set-Cookie"].split("; "))
        for host in (f"evil.example:{port}", "127.0.0.1:1", f"127.0.0.1.evil.example:{port}", f"192.168.1.5:{port}"):
            assert (await fetch(server, host=host, **token)).code == 403, host
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
            assert (await fetch(server, host=host, **token)).code == 200, host
        assert (await fetch(server, "/../etc/passwd", **token)).code == 404

    serving(pages.server(tmp_path), talk)


def test_a_socket_is_for_the_page_alone(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        port = server.access.port
        right = {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Origin": f"http://127.0.0.1:{port}",
            "Cookie": f"{server.access.cookie}={server.access.token}",
        }  # fmt: skip
        for wrong in (
            {"Origin": "http://evil.example"}, {"Origin": f"http://localhost:{port}"}, {"Origin": "null"},
            {"Cookie": ""}, {"Cookie": f"{server.access.cookie}=wrong"},
            {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"},
        ):  # fmt: skip
            assert (await fetch(server, "/socket", **{**right, **wrong})).code == 403, wrong
        one = await visit(server)
        await one.ask()
        assert (await one.until(lambda it: it["do"] == "scenario"))["title"] == "A toy"

    serving(pages.server(tmp_path), talk)


def test_the_policy_is_strict_and_a_header(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        found = await fetch(server, Cookie=f"{server.access.cookie}={server.access.token}")
        policy = dict(part.split(" ", 1) for part in found.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
        assert policy["connect-src"] == "'self'"
        assert policy["script-src"].startswith("'sha256-")
        assert "unsafe" not in policy["script-src"]
        assert (found.headers["Referrer-Policy"], found.headers["X-Content-Type-Options"]) == ("no-referrer", "nosniff")
        text = found.body.decode()
        assert server.access.token not in text
        assert not any(it in text for it in ("http://", "https://", str(tmp_path)))

    serving(pages.server(tmp_path), talk)


def test_it_listens_at_this_machine_alone_and_says_what_listening_elsewhere_exposes() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "::1", "localhost")))
    assert not any(map(is_loopback, (EVERYWHERE, "10.0.0.1", "example.org")))
    everywhere = Access(8000, EVERYWHERE)
    assert everywhere.address.startswith("http://127.0.0.1:8000/?token=")
    assert everywhere.is_known_host("10.1.2.3:8000")
    assert not everywhere.is_known_host("evil.example:8000"), "a name could be another's that leads here"
    assert "token" not in repr(everywhere)


def test_an_interrupt_before_the_page_is_open_says_nothing_of_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "compile_first", interrupted)
    assert call("app", "shougang", "--no-browser", code=130).stderr == "interrupted\n"


def test_an_address_that_cannot_be_had_is_an_error_of_one_line(own_folder: Path) -> None:
    found = call("app", "--no-browser", "--listen", "203.0.113.7", "--port", "0", code=2)
    assert "203.0.113.7:0: " in found.stderr
    assert "allowed: a free port (--port) and an address of this machine (--listen)" in found.stderr
    for name in ("a..b", "x" * 70):
        assert f"{name}:8321: " in call("app", "--no-browser", "--listen", name, code=2).stderr
    assert "no scenario of this name" in call("app", "shougan", "--no-browser", code=2).stderr
    assert list(own_folder.iterdir()) == []


# --- what is run, in which order


def wanted(scenario: Any, name: str, *numbers: int) -> list[Wanted]:
    return [Wanted(Key(name, number), scenario, number) for number in numbers]


def order(queue: Queue) -> list[tuple[str, int]]:
    found = []
    while entry := queue.next():
        found.append(tuple(entry.wanted.key))
    return found


def test_everybody_has_a_first_pair_before_anyone_has_a_second(scenario: Scenario) -> None:
    queue = Queue()
    for who in "abc":
        queue.want(who, wanted(scenario, who, 0, 1, 2))
    assert order(queue) == [(who, number) for number in range(3) for who in "abc"]


def test_a_world_that_two_wait_for_is_run_once_and_ended_when_both_have_left(scenario: Scenario) -> None:
    queue = Queue()
    queue.want("a", wanted(scenario, "same", 0, 1))
    queue.want("b", wanted(scenario, "same", 0, 1))
    assert len(queue) == 2
    entry = queue.next()
    assert entry
    assert queue.want("a", ()) == [], "b still waits"
    assert queue.want("b", wanted(scenario, "other", 0)) == [entry.wanted.key]
    assert order(queue) == [("other", 0)]


def test_a_world_that_is_wanted_again_while_it_ends_is_run_again(scenario: Scenario) -> None:
    queue = Queue()
    queue.want("a", wanted(scenario, "x", 0))
    entry = queue.next()
    assert entry
    assert queue.want("a", ()) == [entry.wanted.key]
    queue.want("b", wanted(scenario, "x", 0))
    queue.again(entry.wanted.key)
    again = queue.next()
    assert again
    assert queue.done(again.wanted.key) == ["b"]


def test_worlds_in_memory_are_those_used_last() -> None:
    kept, (cells, record) = Kept(most=2500), (toy.np.zeros(100), b"x" * 200)
    for number in range(3):
        kept.put(Key("a", number), (cells, record))
        kept.get(Key("a", 0))
    assert [Key("a", number) in kept for number in range(3)] == [True, False, True]
    kept.put(Key("a", 9), Failure("why"))
    assert kept.get(Key("a", 9)) == Failure("why")


def test_the_worlds_that_all_pages_hold_are_capped_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        size = 8 * 6 * len(toy.OUTCOMES)
        held = server.pool.held
        held.most = 5 * size
        one, other = await visit(server), await visit(server)
        await one.ask(variant(0.05))
        told = await one.until(lambda it: it["do"] == "fault")
        assert "The answer stays on 2 seeds: all open pages hold 0 MB of worlds" in told["faults"][0]["said"]
        last = await one.until(lambda it: it["do"] == "progress" and not it["worlds"])
        assert (last["seeds"], last["of"]) == (2, 2)
        assert held.bytes == 5 * size
        await other.ask(variant(0.05))  # the same worlds
        assert (await other.answer(2))["seeds"] == 2
        assert held.bytes == 5 * size
        await one.leave()
        await other.ask(seeds=10)
        await other.until(lambda it: it["do"] == "answer" and it["number"] == other.number and it["seeds"] == 5)
        held.most = 100 * size
        await other.ask(variant(0.05))
        await other.answer(10)
        assert held.bytes == 20 * size
        await other.leave()
        while server.visitors:
            await asyncio.sleep(0.02)
        assert held.bytes == 0

    serving(pages.server(tmp_path), talk)


def test_a_newer_move_ends_the_worlds_of_an_older_one_and_nobody_elses(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()

    async def talk(server: Server) -> None:
        one, other = await visit(server), await visit(server)
        await other.ask(variant(0.07))
        await one.ask(variant(0.05))
        await one.until(lambda it: it["do"] == "progress")
        while not any(it.name.startswith("done") for it in marks.iterdir()):
            await asyncio.sleep(0.02)
        await one.ask(variant(0.06))
        first = await one.answer(1)
        assert first["number"] == 2
        await other.answer(1)
        assert not [it for it in one.heard if it["do"] == "answer" and it["number"] == 1 and it["seeds"]]
        names = [it.name for it in marks.iterdir()]
        assert not any(it.startswith("cut-0.07") for it in names), "somebody waits for it"
        assert not any(it.startswith("cut-0.03") for it in names), "both wait for the baseline"
        # A visit that ends takes its worlds with it.
        await one.leave()
        await other.leave()
        while server.visitors:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        done = len(list(marks.iterdir()))
        await asyncio.sleep(1.2)
        assert len(list(marks.iterdir())) == done, "nobody waits, nothing runs"

    serving(pages.server(tmp_path, 2, pages.slowly(0.15, marks)), talk)


def test_ten_visitors_each_have_their_first_pair_before_any_has_its_third(tmp_path: Path) -> None:
    came: list[tuple[int, int]] = []

    async def talk(server: Server) -> None:
        visits = [await visit(server) for _ in range(10)]
        for place, it in enumerate(visits):
            await it.ask(variant(0.04 + 0.001 * place))

        async def follow(place: int, it: Visit) -> None:
            for seeds in (1, 3):
                await it.answer(seeds)
                came.append((seeds, place))

        await asyncio.gather(*(follow(place, it) for place, it in enumerate(visits)))

    serving(pages.server(tmp_path, 2, pages.slowly(0.003)), talk)
    firsts = [at for at, (seeds, _) in enumerate(came) if seeds == 1]
    thirds = [at for at, (seeds, _) in enumerate(came) if seeds == 3]
    assert len(firsts) == len(thirds) == 10
    assert max(firsts) < min(thirds)


def test_a_worker_that_dies_is_replaced_and_its_world_is_a_failure(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.05))
        told = await one.until(lambda it: it["do"] == "answer" and "died" in it["parts"].get("failed", ""))
        assert "the worker process died at it, twice" in told["parts"]["failed"]
        await one.ask(variant(0.035))
        assert (await one.answer(10))["parts"]["failed"] == ""
        os.kill(server.pool.processes[0], signal.SIGKILL)
        await one.ask(variant(0.036))
        await one.answer(10)

    serving(pages.server(tmp_path, 1, pages.die), talk)


def test_worlds_that_fail_are_left_out_and_said(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.05))
        told = await one.until(lambda it: it["do"] == "answer" and it["number"] == 1 and it["seeds"] == 10)
        assert (
            "10 seeds failed and are left out; seed 1: Variant 1: ArithmeticError: the books" in told["parts"]["failed"]
        )
        assert told["parts"]["lead"] == ""

    serving(pages.server(tmp_path, 2, pages.fail), talk)


# --- worlds


def same(one: tuple[Any, bytes], other: tuple[Any, bytes]) -> bool:
    return one[0].tobytes() == other[0].tobytes() and one[1] == other[1]


def test_a_stepped_world_is_that_of_a_run_and_a_branch_that_of_a_run_with_its_schedule(small: Scenario) -> None:
    asked: list[tuple[int, int]] = []

    def waited(done: int, of: int) -> bool:
        asked.append((done, of))
        return True

    plain = step_world(small, 5, None, waited)
    assert same(plain, run_recorded(small, 5, small.months))
    assert asked == [(month, 14) for month in range(14)]
    changes = {"levers.demand": 0.3, "levers.tax_relief": 0.4}
    for month in (3, 9):
        branch = branched(Path(small.path), small.catalogue, "x", month, changes)
        whole = run_recorded(branch, 5, branch.months)
        for _ in range(2):  # the second continues from a copy that is kept
            made = step_world(branch, 5, SharedPast(small, month), waited)
            assert same(made, whole)
        assert made[0].tobytes() != plain[0].tobytes()
        assert same(step_world(small, 5, SharedPast(small, month), waited), plain), "the past is as it was"


def test_a_world_that_nobody_waits_for_ends_at_its_next_month_before_its_opening_too(small: Scenario) -> None:
    spun = replace(small, values={**small.values, "run.spin_up": 6})
    for last in (2, 8):
        done: list[int] = []

        def waited(month: int, of: int, last: int = last, done: list[int] = done) -> bool:
            assert of == 20
            done.append(month)
            return month < last

        with pytest.raises(Stopped):
            step_world(spun, 1, None, waited)
        assert done == list(range(last + 1))


def test_what_a_branch_cannot_change_is_said_with_what_would_be_right() -> None:
    files = Files({})
    base = files.load("shougang")
    for key, value, why in (
        ("population.enterprises", 500, "is read at the founding in 2011-01"),
        ("labour.unemployment", 0.1, "is read at the founding in 2011-01"),
        ("sites.shougang.opens", "2014-06", "cannot change over the months"),
        ("sites.shougang.released_staff", 100.0, "is read when the site is vacated in 2011-01"),
    ):
        asked = Asked("shougang", (Changed("V", {key: value}, since="2013-01"),))
        with pytest.raises(ScenarioError) as said:
            files.variants(base, asked)
        assert [it.key for it in said.value.faults] == [key]
        assert why in str(said.value)
    ((made, month),) = files.variants(base, Asked("shougang", (Changed("V", {"levers.demand": 0.1}, since="2013-01"),)))
    assert month == 24
    assert made.values["levers.demand"].at(23) == 0.0  # type: ignore[union-attr]
    assert made.values["levers.demand"].at(24) == 0.1  # type: ignore[union-attr]


# --- what is asked


WHOLE = Asked(
    "shougang", (Changed("A", {"levers.tax_relief": 0.2, "levers.demand": {"before": 0.0, "2013-01": 0.1}}),
                 Changed("B", {}, of="shougang-idle"), Changed("C", {"market.growth": 0.01}, since="2012-05")),
    ("exports",), "jobs", 30,
)  # fmt: skip


def test_a_link_is_a_what_if() -> None:
    link = to_link(WHOLE)
    assert from_link(link) == WHOLE
    assert len(link) < 400
    assert read_asked(json.loads(json.dumps(WHOLE.to_json()))) == WHOLE


def test_half_of_a_letter_is_refused_before_anything_is_loaded() -> None:
    given = json.loads(json.dumps({**ASKED, "variants": [{**variant(0.1), "name": "\ud800"}]}))
    files = Files({})
    for ask in (lambda: read_asked(given), lambda: files.add("\ud800.toml", "x = 1"), lambda: files.add("x", "\udfff")):
        with pytest.raises(Unclear, match="half of a letter, allowed:"):
            ask()


def test_a_file_whose_parent_is_no_text_is_refused_where_it_is_loaded() -> None:
    files = Files({})
    try:
        name = files.add("mine.toml", 'title = "Mine"\nextends = ["place"]\n')
        with pytest.raises(ScenarioError, match=r"mine.toml:2: extends: .*allowed:"):
            files.load(name)
    finally:
        files.close()


def test_what_is_unclear_is_refused_with_what_is_allowed() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"[" * 5_000_000)).decode()
    for link in ("", "x", "!!", to_link(WHOLE)[:-6], bomb, "A" * 30_000, to_link(WHOLE) + "é"):
        with pytest.raises(Unclear, match=r"allowed:|is no"):
            from_link(link)
    one = variant(0.1)
    for wrong in (
        None, [], {"scenario": 7}, {**ASKED, "variants": {}}, {**ASKED, "variants": [one] * 2},
        {**ASKED, "variants": [{**one, "name": str(n)} for n in range(5)]}, {**ASKED, "seeds": 1000},
        {**ASKED, "seeds": True}, {**ASKED, "variants": [{**one, "since": "2013"}]},
        {**ASKED, "variants": [{**one, "changes": {"a b": 1}}]},
        {**ASKED, "variants": [{**one, "changes": {"a": [1]}}]},
        {**ASKED, "variants": [{**one, "changes": {f"k{n}": 1 for n in range(asking.MOST_CHANGES + 1)}}]},
        {**ASKED, "show": ["a; b"]}, {**ASKED, "scenario": "a\nb"},
        {**ASKED, "variants": [{**one, "since": "201\ufeff3"}]},
    ):  # fmt: skip
        with pytest.raises(Unclear) as refused:
            read_asked(wrong)
        assert str(refused.value).isprintable()


def test_a_file_of_ones_own_stays_here(tmp_path: Path) -> None:
    files = Files({})
    name = files.add("My mill.toml", 'extends = "shougang"\n[market]\ngrowth = 0.0123\n')
    assert files.load(name).values["market.growth"] == 0.0123
    assert "0.0123" not in json.dumps(from_link(to_link(Asked(name))).to_json())
    folder = Path(files.path(name)).parent
    files.close()
    assert not folder.exists()
    with pytest.raises(Unclear, match="a link carries no file, allowed: open it"):
        files.load(name)
    for extends in ("../secret", str(tmp_path / "x.toml"), "/etc/passwd"):
        with pytest.raises(ScenarioError, match="is not on this page"):
            files.add("x.toml", f'extends = "{extends}"\n')
    for path in ("/etc/passwd", "../x.toml", str(tmp_path / "toy.toml"), "scenarios/shougang.toml"):
        with pytest.raises(Unclear, match="no scenario of this name"):
            files.path(path)


def test_a_file_of_the_longest_name_is_asked_for_like_any_other() -> None:
    files = Files({})
    try:
        name = files.add(f"{'x' * 90}.toml", 'extends = "shougang"\n')
        assert read_asked({**ASKED, "scenario": name}).scenario == name
        longest = f"{asking.FILE}{'x' * 250}.toml"
        asked = read_asked({**ASKED, "scenario": longest, "variants": [{**variant(0.1), "of": longest}]})
        assert (asked.scenario, asked.variants[0].of) == (longest, longest)
    finally:
        files.close()


def test_a_link_marks_the_values_of_ones_own_file_and_whoever_has_it_has_them_again() -> None:
    files = Files({})
    text = 'extends = "shougang"\n[market]\ngrowth = 0.0123456789\n[levers]\nrent_subsidy = {points}\n'
    points = '{ before = 0.02777, "2012-03" = 0.03131, shape = "linear" }'
    name = files.add("mill.toml", text.replace("{points}", points))
    base = files.load(name)
    changes = {
        "market.growth": {"before": 0.0123457, "2013-02": 0.02},
        "levers.rent_subsidy": {
            "before": 0.02777,
            "2012-03": 0.03131,
            "2014-01": 0.03131,
            "2015-01": 0.095,
            "shape": "linear",
        },
        "labour.unemployment": 0.1,
    }
    asked = Asked(name, (Changed("", changes, of=""),))
    told = json.dumps(from_link(to_link(without_own(asked, base))).to_json())
    for own in ("2777", "3131", "2012-03", "0.01234", "linear"):
        assert own not in told
    for mine in ("2013-02", "0.02", "2014-01", "0.095", "0.1"):
        assert mine in told
    again = with_own(from_link(to_link(without_own(asked, base))), base).variants[0].changes
    assert again == {**changes, "market.growth": {"before": 0.0123456789, "2013-02": 0.02}}
    other = files.load(files.add("other.toml", 'extends = "shougang"\n'))
    with pytest.raises(Unclear, match="which the file does not have"):
        with_own(from_link(to_link(without_own(asked, base))), other)
    shipped = Asked("shougang", (Changed("", {"market.growth": base.values["market.growth"]}),))
    assert without_own(shipped, base) == shipped, "anybody has the shipped ones"
    files.close()


def test_a_variant_without_a_name_is_called_by_its_number_in_the_readers_language() -> None:
    asked = Asked("shougang", (Changed("Variant 2"), Changed(""), Changed("")))
    assert [it.name for it in named(asked).variants] == ["Variant 2", "Variant 3", "Variant 4"]
    with speaking("zh"):
        assert [it.name for it in named(asked).variants] == ["Variant 2", "方案2", "方案3"]
    assert "Variant 3" not in json.dumps(from_link(to_link(asked)).to_json())


def test_bounds_are_those_of_scenario_files_in_everyday_units() -> None:
    files = Files({})
    base = files.load("shougang")
    with pytest.raises(ScenarioError) as said:
        files.variants(base, Asked("shougang", (Changed("V", {"levers.tax_relief": 1.5, "levers.finance": "x"}),)))
    assert "150% is out of bounds, allowed: 0% to 100%" in str(said.value)
    with pytest.raises(ScenarioError, match="text, allowed: a number from -1 to 10"):
        files.variants(base, Asked("shougang", (Changed("V", {"levers.finance": "x"}),)))
    with pytest.raises(ScenarioError, match="is the same in all"):
        files.variants(base, Asked("shougang", (Changed("V", {"run.months": 12}),)))
    name = files.add("big.toml", 'extends = "shougang"\n[population]\nenterprises = 2000000\n')
    for months in (721, 1201):
        with pytest.raises(ScenarioError, match=f"{months:,} is too many for the page, allowed: at most 720"):
            files.load("shougang", months=months)
    with pytest.raises(ScenarioError, match="2,000,000 is too many for the page, allowed: at most 100,000"):
        files.load(name)
    files.close()


def test_every_parameter_is_a_control_of_one_group_and_has_its_value() -> None:
    for name in ("shougang", "haier", "together", "early-stage", "manufacturing"):
        scenario = load(name)
        groups = groups_of(scenario)
        controls = [it for group in groups for it in group["controls"]]
        keys = [it["key"] for it in controls]
        missing = [key for key in scenario.values if key not in keys]
        assert all(key.startswith("run.") or key.endswith(".register") for key in missing)
        assert len(set(keys)) == len(keys)
        assert {group["name"] for group in groups} == {name for name, *_ in GROUPS}
        titles = {table: title for group in groups for table, title in group["tables"].items()}
        assert titles.keys() == {key.rpartition(".")[0] for key in keys}
        assert all(title != table for table, title in titles.items()), "in words"
        for it in controls:
            assert it["meaning"], it
            assert it["source"], it
            if it["type"] == "number":
                values = it["value"].values() if isinstance(it["value"], dict) else [it["value"]]
                shown = [value * it["factor"] for value in values if not isinstance(value, str)]
                assert it["low"] <= min(shown) + 1e-9, it
                assert max(shown) <= it["high"] + 1e-9, it
                assert 0 < it["step"] <= it["high"] - it["low"], it


# --- what is answered


def test_intervals_come_with_four_seeds_and_verdicts_with_ten_and_thirty(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.06))
        await one.answer(10)
        await one.ask(variant(0.06), seeds=30)
        await one.answer(30)
        answers = [it for it in one.heard if it["do"] == "answer" and "differences" in it["parts"]]
        for it in answers:
            lead, cards = it["parts"]["lead"], it["parts"]["differences"]
            assert ("95%:" in cards) == (it["seeds"] >= 4), it["seeds"]
            assert ("a verdict comes with 10 seeds" in cards) == (it["seeds"] < 10)
            if it["seeds"] < 10:
                assert "so far" in lead
            else:
                assert f"on {30 if it['seeds'] == 30 else 10} common seeds" in lead
            if 10 < it["seeds"] < 30:
                assert "more (at 10 seeds)" in cards
        assert {it["seeds"] for it in answers} >= {10, 30}
        fans = [it for it in one.heard if it["do"] == "answer" and "months" in it["parts"]]
        assert {it["seeds"] for it in fans} <= {1, 4, 7, 10, 15, 20, 25, 30}, "no intervals of two or three seeds"
        assert 'class="runs' not in fans[-1]["parts"]["months"], "no single runs while seeds are added"
        assert len(fans[-1]["readout"]["months"]) == 6

    serving(pages.server(tmp_path), talk)


def test_the_decision_card_waits_for_ten_seeds(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        both = {**variant(0.05), "changes": {"levers.tax_relief": 0.4}}
        await one.ask(both, lead="jobs")
        await one.until(lambda it: it["do"] == "answer" and it["seeds"] == 10 and "decision" in it["parts"])
        cards = [(it["seeds"], it["parts"]["decision"]) for it in one.heard if "decision" in it.get("parts", {})]
        early = [text for seeds, text in cards if seeds < 10 and text]
        assert early
        assert all("comes with 10 seeds" in it for it in early)
        await one.ask(variant(0.05))
        told = "An assumption, not a measure: it has no cost."
        assert told in (await one.answer(1))["parts"]["decision"], "nobody decides growth"
        await one.until(lambda it: it["do"] == "answer" and it["seeds"] == 10 and "decision" in it["parts"])
        assert told in one.heard[-1]["parts"]["decision"]

    serving(pages.server(tmp_path, 1, pages.slowly(0.002)), talk)


def test_a_move_is_told_old_to_new_and_only_the_outcomes_shown_are_compared(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.05), variant(0.01, "Less"), show=["fiscal_cost"], lead="jobs")
        told = await one.until(lambda it: it["do"] == "asked")
        assert [[row["said"] for row in rows] for rows in told["changed"]] == [["3 → 5%/year"], ["3 → 1%/year"]]
        assert from_link(told["link"]).variants[1].name == "Less"
        answer = await one.answer(10)
        parts = answer["parts"]
        assert "Fiscal cost" in parts["differences"]
        assert "Site enterprises" not in parts["differences"]
        assert parts["lead"].count("<p") == 2
        assert "jobs" in parts["lead"]
        assert "Less less As it is" in parts["differences"]
        together = parts["differences"].partition("</table>")[0]
        heads = re.findall(r'<th scope="col"[^>]*>([^<]+)<|<th[^>]* scope="col">([^<]+)<', together)
        assert ["".join(it) for it in heads] == ["outcome", "unit", "As it is", "Variant 1", "Less"]
        assert "Fiscal cost" in together
        await one.ask(variant(0.03))
        assert "move a slider" in (await one.answer(10))["parts"]["lead"]

    serving(pages.server(tmp_path), talk)


def test_an_answer_goes_on_after_a_question_that_has_none(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.05))
        await one.until(lambda it: it["do"] == "progress")
        wrong = await one.ask(variant(9.0))
        await one.until(lambda it: it["do"] == "fault")
        assert "adds" in (await one.until(lambda it: it["do"] == "answer" and it["seeds"] == 10))["parts"]["lead"]
        assert one.heard[-1]["number"] == wrong, "the page waits for what it said last"

    serving(pages.server(tmp_path, 1, pages.slowly(0.005)), talk)


def test_what_is_wrong_is_said_and_the_visit_goes_on(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.05))
        await one.answer(10)
        for message, said in (
            ({"do": "ask", "asked": {**ASKED, "variants": [variant(9.0)]}}, "900%/year is out of bounds"),
            ({"do": "ask", "asked": {**ASKED, "scenario": "nowhere"}}, "no scenario of this name"),
            ({"do": "ask", "asked": {**ASKED, "show": ["nothing"]}}, "nothing: no such outcome"),
            ({"do": "link", "link": "zzz"}, "link: cannot be read"),
            ({"do": "file", "name": "x.toml", "text": "[["}, "is not TOML"),
            ({"do": "file", "name": "x.toml", "text": "[run]\nmonths = -3\n"}, "out of bounds"),
            ({"do": "download", "what": "everything"}, "download: everything is not allowed"),
            ({"do": "ask", "asked": {**ASKED, "variants": [variant(1e400)]}}, "is no finite number"),
            ({"do": "ask", "asked": {**ASKED, "variants": [variant(10**400)]}}, "is no finite number"),
            ({"do": "ask", "asked": {**ASKED, "variants": [variant(float("nan"))]}}, "is no finite number"),
            ({"do": "ask", "asked": {**ASKED, "months": 10**9}}, "too many for the page, allowed: at most 720"),
            ({"do": "fly"}, "is not known"), ({}, "is not known"),
        ):  # fmt: skip
            await one.say(**message)
            told = await one.until(lambda it: it["do"] == "fault")
            assert said in " ".join(it["said"] for it in told["faults"]), told
            assert str(tmp_path.parent.parent) not in json.dumps(told), told
        for text in ("{", "[]", "7", '"x"', "[" * 100_000):
            await one.socket.write_message(text)
            await one.until(lambda it: it["do"] == "fault")
        await one.ask(variant(0.055))
        await one.answer(10)

    serving(pages.server(tmp_path), talk)


def test_why_says_its_cost_first_and_its_shares_add_up(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        both = {**variant(0.05), "changes": {GROWTH: 0.05, "population.enterprises": 9000}}
        await one.ask(both, variant(0.04, "One"), lead="fiscal_cost")
        await one.answer(10)
        number = one.number
        await one.say(do="why", variant=0)
        told = await one.until(lambda it: it["do"] == "why")
        assert "Every combination of 2 parts on 10 seeds: 20 worlds to run" in told["cost"]
        await one.say(do="why", variant=0, run=True)
        told = await one.until(lambda it: it["do"] == "why")
        assert (told["done"], told["of"], told["running"]) == (0, 20, True)
        told = await one.until(lambda it: it["do"] == "why" and "said" in it)
        assert told["number"] == number
        rows = re.findall(r"<code>([^<]+)</code></th><td[^>]*>([^<]+)</td>", told["said"])
        total = re.search(r"fiscal cost: ([+-][0-9.,]+)", told["said"])
        assert total
        assert {name for name, _ in rows} == {"market", "population"}
        assert "Enterprises at the opening <code>population</code>" in told["said"]
        assert sum(float(share) for _, share in rows) == pytest.approx(float(total[1]), rel=0.01)
        await one.say(do="why", variant=1)
        told = await one.until(lambda it: it["do"] == "why")
        assert "Only market.growth is changed" in told["said"]
        assert not told["cost"]
        for wrong in (2, -1, "x", None):
            await one.say(do="why", variant=wrong)
            await one.until(lambda it: it["do"] == "fault")

    serving(pages.server(tmp_path), talk)


def test_why_that_is_run_again_counts_only_the_worlds_that_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "SAID_EVERY", 0.0)

    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask({**variant(0.05), "changes": {GROWTH: 0.05, "population.enterprises": 9000}})
        await one.answer(10)
        await one.say(do="why", variant=0, run=True)
        await one.until(lambda it: it["do"] == "why" and it.get("done", 0) >= 4)
        await one.say(do="why", variant=0, stop=True)
        await one.until(lambda it: it["do"] == "why" and "state" in it)
        await one.say(do="why", variant=0)
        cost = (await one.until(lambda it: it["do"] == "why"))["cost"]
        left = re.search(r": (\d+) worlds to run", cost)
        assert left
        assert int(left[1]) <= 16
        await one.say(do="why", variant=0, run=True)
        told = await one.until(lambda it: it["do"] == "why")
        assert told["of"] <= int(left[1])
        await one.until(lambda it: it["do"] == "why" and "Shapley" in it.get("said", ""))

    serving(pages.server(tmp_path, 1, pages.slowly(0.02)), talk)


async def told_whole(one: Visit) -> dict[str, Any]:
    return await one.until(lambda it: it["do"] == "why" and it.get("running") is False)


def test_what_an_answer_rests_on_says_its_cost_first_and_names_the_value_that_turns_the_sign(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.06), lead="startups")
        await one.answer(10)
        number = one.number
        await one.say(do="why", what="rests", variant=0)
        cost = (await one.until(lambda it: it["do"] == "why"))["cost"]
        found = re.match(r"(\d+) assumed or fitted values, each at both ends .* on 4 seeds: ([\d,]+) worlds", cost)
        assert found
        assert int(found[2].replace(",", "")) == 16 * int(found[1])
        await one.say(do="why", what="rests", variant=0, run=True)
        first = await one.until(lambda it: it["do"] == "why" and "said" in it)
        assert (first["running"], first["number"]) == (True, number)
        whole = await told_whole(one)
        said = whole["said"]
        assert whole["done"] == whole["of"]
        assert f"Most moves it {pages.ELASTICITY} (" in said
        flip = re.search(rf"The sign changes where {pages.ELASTICITY} is above ([0-9.]+)", said)
        assert flip
        assert 1.9 < float(flip[1]) < 2.5
        assert "<svg" in said
        assert said.count('<th scope="row">') == int(found[1])
        # A newer move ends it, and what is run again is there.
        await one.say(do="why", what="rests", variant=0, run=True)
        await told_whole(one)

    serving(pages.server(tmp_path, 2, pages.turn, pages.FEW), talk)


@pytest.mark.parametrize("what", ["rests", "sure"])
def test_assumptions_are_screened_on_one_seed_where_that_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(questions, "FEW", 3)

    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.06), lead="startups")
        await one.answer(10)
        await one.say(do="why", what=what, variant=0)
        told = await one.until(lambda it: it["do"] == "why")
        assert told["few"] == 3
        every, few = (int(it.replace(",", "")) for it in re.findall(r"([\d,]+) worlds to run", told["said"]))
        assert few < 0.75 * every
        await one.say(do="why", what=what, variant=0, run=True, few=True)
        whole = await told_whole(one)
        assert whole["done"] == whole["of"] <= few
        said = whole["said"]
        if what == "rests":
            seeds = re.findall(r"<td[^>]*>(\d)</td></tr>", said)
            assert seeds.count("4") == 3
            assert set(seeds) == {"1", "4"}
            flip = re.search(rf"The sign changes where {pages.ELASTICITY} is above ([0-9.]+)", said)
            assert flip
            assert 1.9 < float(flip[1]) < 2.5
        else:
            assert "3 assumptions over the range" in said
            assert re.search(r"Of \d+ assumptions the 3 that move the difference most on one seed are tested", said)
            assert "<b>Fragile: " in said
            assert re.search(rf"the sign flips where {pages.ELASTICITY} is above [0-9.]+", said)

    serving(pages.server(tmp_path, 2, pages.turn, pages.FEW), talk)


def test_how_sure_tests_the_claim_of_ones_own_change(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.06), lead="startups")
        await one.answer(10)
        await one.say(do="why", what="sure", variant=0)
        cost = (await one.until(lambda it: it["do"] == "why"))["cost"]
        assert cost.startswith("The claim: Variant 1 raises startups, against As it is. ")
        assert re.search(r"32 joint draws on 4 seeds, in both scenarios: [\d,]+ worlds to run", cost)
        await one.say(do="why", what="sure", variant=0, run=True)
        first = await one.until(lambda it: it["do"] == "why" and "said" in it)
        assert "The verdict comes when all is run" in first["said"]
        said = (await told_whole(one))["said"]
        assert "<b>Fragile: " in said
        assert "without demand: " in said
        assert re.search(rf"the sign flips where {pages.ELASTICITY} is above [0-9.]+", said)
        await one.ask(variant(0.06), lead="jobs")
        await one.answer(10)
        await one.say(do="why", what="sure", variant=0)
        assert "there is no sign to test" in (await one.until(lambda it: it["do"] == "why"))["said"]

    serving(pages.server(tmp_path, 2, pages.turn, pages.FEW), talk)


def test_a_question_comes_after_all_answers_and_a_newer_move_or_stop_ends_it(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one, other = await visit(server), await visit(server)
        await one.ask(variant(0.06), lead="startups")
        await one.answer(10)
        await one.say(do="why", what="rests", variant=0, run=True)
        await one.until(lambda it: it["do"] == "why" and it.get("done", 0) > 0)
        await other.ask(variant(0.05))
        await other.answer(10)
        await one.say(do="why", what="rests", variant=0, stop=True)
        stopped = await one.until(lambda it: it["do"] == "why" and "state" in it)
        assert stopped["state"].startswith("Stopped")
        assert not [it for it in one.heard if it.get("running") is False], "it waited for the other's answer"
        await one.say(do="why", what="rests", variant=0, run=True)
        await one.until(lambda it: it["do"] == "why" and it.get("running"))
        await one.ask(variant(0.04), lead="startups")
        await one.answer(10)
        heard = len(one.heard)
        await asyncio.sleep(0.3)
        assert not [it for it in one.heard[heard:] if it["do"] == "why"]
        for wrong in ({"what": "whence"}, {"what": "sure", "variant": 7}, {"what": 5}):
            await one.say(do="why", variant=0, **wrong) if "variant" not in wrong else await one.say(do="why", **wrong)
            await one.until(lambda it: it["do"] == "fault")

    serving(pages.server(tmp_path, 2, pages.slowly(0.004), pages.FEW), talk)


def test_a_shipped_claim_is_tested_by_its_file() -> None:
    model = ecosystem()
    base, other = load("shougang"), load("lever-rent-subsidy")
    asked = Sure(model, base, other, "site_enterprises", 10, ("Rent", "As it is"), 1.0, pages.step)
    assert asked.file
    assert asked.file.name == "lever-rent-subsidy.toml"
    assert not asked.refusal
    cost = asked.cost(0.5, 2)
    assert re.search(r"1 case with mechanisms off, \d+ assumptions at both ends", cost), cost
    assert re.search(r"372 worlds to run, about 93 seconds", cost), cost
    own = Sure(model, base, load("shougang", {"levers.rent_subsidy": 0.0001}), "jobs", 10, ("V", "B"), -3.0, pages.step)
    assert own.file is None
    assert own.cost(0.0, 2).startswith("The claim: V lowers jobs, against B.")


# --- words


def _difference(difference: float, low: float, high: float, **more: Any) -> OnPage:
    values = {"outcome": "taxes", "unit": "million yuan", "baseline": 5200.0, "variant": 5200.0 + difference,
              "better_share": 0.0, "paired": True, "seeds": 10}  # fmt: skip
    return OnPage(**{**values, "difference": difference, "low": low, "high": high, **more})


def test_a_difference_that_is_rounding_leads_not_and_is_told_as_none() -> None:
    rounding = _difference(-4.48e-06, -9e-06, -1e-06)
    other = _difference(3.0, 1.0, 5.0, outcome="sales")
    known = SimpleNamespace(differences=(rounding, other), label="V", result=None)
    assert first_outcome(known, ["taxes", "sales"]) == "sales"  # type: ignore[arg-type]
    compared: Any = SimpleNamespace(label="As it is", baseline=None)
    card, more = re.findall("<li.*?</li>", difference_cards(compared, known, ["taxes", "sales"], {}))  # type: ignore[arg-type]
    assert "<b>0</b>" in card
    assert "95%: 0 to 0" in card
    assert "equal but for rounding" in card
    assert "<b>+3</b>" in more
    assert "more: better in no seed" in more
    # Beside a small amount the same difference is an amount.
    small = _difference(-4.48e-06, -9e-06, -1e-06, baseline=0.01, variant=0.01)
    known = SimpleNamespace(differences=(small,), label="V", result=None)
    assert "<b>-4.48</b> <span>yuan</span>" in difference_cards(compared, known, ["taxes"], {})  # type: ignore[arg-type]


def test_a_small_mean_of_a_wide_interval_is_no_rounding_and_no_clear_end_is_told_as_0() -> None:
    wide = _difference(0.003, -4.0, 4.1)
    assert not is_nothing(wide)
    assert verdict_words(wide) == "not distinguishable from 0"
    assert verdict_words(_difference(0.0, -4.0, 4.0)) == "not distinguishable from 0"
    assert "as it is" not in difference_sentence(_paired(), SimpleNamespace(label="V"), wide)  # type: ignore[arg-type]
    assert verdict_words(_difference(0.0045, 0.004, 0.0049, baseline=0.12, variant=0.1245)) == "more", "by 4%"
    none = _difference(math.nan, math.nan, math.nan, baseline=math.nan, variant=math.nan, seeds=0)
    assert verdict_words(none) == "no value"
    clear = _difference(0.008, 0.003, 0.013, baseline=0.2, variant=0.208)
    unit = difference_unit(clear)
    assert (unit.signed(told(clear)), told_span(clear, unit)) == ("+0.008", "0.003 to 0.013")
    assert verdict_words(clear) == "more"


def _paired() -> Any:
    return SimpleNamespace(label="As it is", paired=True, baseline=SimpleNamespace(months=6))


def test_the_page_calls_a_replicate_by_the_number_of_its_seed() -> None:
    it = _difference(3.0, 1.0, 5.0, hangs_on_one=True, left_out=7, left_out_value=20.0, without=1.0, without_low=-1.0,
                     without_high=3.0)  # fmt: skip
    assert it.verdict == "more, only with seed 8"
    assert without_one(it) == "seed 8 has +20; without it +1 (-1 to 3), not distinguishable from 0"
    with speaking("zh"):
        assert "第8个随机种子" in without_one(it)


def test_switches_are_on_or_off_and_what_the_program_says_of_a_source_is_in_the_readers_language(
    tmp_path: Path,
) -> None:
    scenario = load("shougang")
    assert change_words(True, False, "") == "on → off"
    with speaking("zh"):
        assert change_words(True, False, "") == "开 → 关"
        controls = {it["key"]: it for group in groups_of(scenario) for it in group["controls"]}
    own = {"a lever", "switch", "a choice", "not declared", "set by each scenario", "set by shougang.toml"}
    assert not [key for key, it in controls.items() if it["source"] in own]
    assert controls["levers.tax_relief"]["source"] == "政策手段"

    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask({**variant(0.05), "changes": {"market.coupled": False}})
        (changed,) = (await one.until(lambda it: it["do"] == "asked"))["changed"]
        assert [it["said"] for it in changed] == ["on → off"]

    serving(pages.server(tmp_path), talk)


def test_the_outcome_that_leads_stays_from_move_to_move_and_is_named(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask({**variant(0.05), "changes": {"market.coupled": False}})  # of which the toy model knows nothing
        assert (await one.answer(10))["leads"] == {}
        await one.ask(variant(0.05))
        assert (await one.answer(10))["leads"] == {"Variant 1": "startups"}
        await one.ask(variant(0.04, "Other"), lead="jobs")
        told = await one.answer(10)
        assert "jobs" in told["parts"]["lead"]
        assert told["leads"] == {"Other": "startups"}
        await one.ask(variant(0.04, "Other"))
        assert (await one.answer(10))["leads"] == {"Other": "startups"}

    serving(pages.server(tmp_path), talk)


# --- what is taken away


def test_saving_stores_the_results_and_writes_the_reports_very_bytes(small: Scenario, tmp_path: Path) -> None:
    model = ecosystem(small.catalogue)
    other = load(small.path, {"levers.tax_relief": 0.4})
    sides = [Side(name, it, Request(it, model.version)) for name, it in (("As it is", small), ("V", other))]
    worlds: dict[Key, Any] = {}
    for side in sides:
        for number in range(4):
            scenario, seed = side.request.world(number)
            worlds[Key(side.request.digest, number)] = step_world(scenario, seed, None, lambda *_: True)
    names = list(model.headline(small))
    card = Answer(model, sides, worlds, 4, names)
    assert "NET JOBS" in (card.decision(card.comparison(4)) or "")
    out = tmp_path / "results"
    folders, report = save(model, sides, worlds, 4, out)
    made = report.read_bytes()
    stored = open_result(folders[1]).table
    assert stored.cells[3].tobytes() == worlds[Key(sides[1].request.digest, 3)][0].tobytes()
    assert "NET JOBS" in made.decode()
    again = tmp_path / "again.html"
    call("report", *folders, "--out", again)
    assert again.read_bytes() == made
    # A run of the same scenario finds its worlds there.
    digests = {it.name: (it / "outcomes.parquet").read_bytes() for it in folders}
    shutil.rmtree(tmp_path / "elsewhere", ignore_errors=True)
    call("run", small.path, "--replicates", "4", "--workers", "1", "--out", tmp_path / "elsewhere")
    (run,) = (tmp_path / "elsewhere").glob("*/outcomes.parquet")
    assert run.read_bytes() == digests[run.parent.name]


def test_data_scenarios_and_a_report_can_be_taken_away_unstored(tmp_path: Path) -> None:
    async def talk(server: Server) -> None:
        one = await visit(server)
        await one.ask(variant(0.05))
        await one.answer(10)
        files: dict[str, bytes] = {}
        for what, count in (("scenarios", 2), ("data", 1), ("report", 1)):
            await one.say(do="download", what=what)
            for _ in range(count):
                told = await one.until(lambda it: it["do"] == "file")
                files[told["name"]] = base64.b64decode(told["data"])
        (page,) = (data.decode() for name, data in files.items() if name.endswith(".html"))
        assert "not stored" in page
        assert "<h1>" in page
        changed = next(data for name, data in files.items() if name.startswith("toy-growth"))
        (tmp_path / "again.toml").write_bytes(changed)
        assert load(tmp_path / "again.toml").values[GROWTH] == 0.05
        assert files["differences.csv"].startswith(b"scenario,")
        assert not (tmp_path / "results").exists(), "nothing is stored until it is saved"
        await one.say(do="save")
        told = await one.until(lambda it: it["do"] in ("saved", "fault"))
        assert told["do"] == "saved", told
        assert {it.name for it in (tmp_path / "results").iterdir()} == {*told["folders"], told["report"]}

    serving(pages.server(tmp_path), talk)


# --- the program


SHARED = Path("/dev/shm")  # noqa: S108


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_program_prints_its_address_and_leaves_nothing_when_it_ends(tmp_path: Path, ending: signal.Signals) -> None:
    """Not even of a file that was opened, nor of a worker that was killed."""
    shared = set(SHARED.iterdir())
    with tempfile.TemporaryDirectory() as temporary:  # of a short name, as sockets need one
        with pages.process(tmp_path, ending=ending, TMPDIR=temporary) as address:
            assert "token=" in address
            asyncio.run(_use(address, Path(temporary)))
            (app,) = (it for it in _children(os.getpid()) if pages.__file__ in _command(it))
            own = {file for it in (app, *_below(app)) for file in _shared_of(it)}
        assert list(Path(temporary).iterdir()) == []
    left = [it for it in SHARED.iterdir() if it not in shared]
    # Semaphores of other programs come and go: of these only those that the page had are its own.
    assert not [it for it in left if it in own or not (it.name.startswith("sem.") or _is_in_use(it))]


@pytest.mark.parametrize(
    ("sent", "said"), [(signal.SIGTERM, "SIGTERM"), (signal.SIGINT, "Ctrl-C"), (signal.SIGHUP, "SIGHUP")]
)
def test_the_program_says_which_signal_ended_it(tmp_path: Path, sent: signal.Signals, said: str) -> None:
    with _app(tmp_path, sent, signal.SIG_DFL) as running:
        running.send_signal(sent)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 0
    assert told.splitlines()[-1] == f"the page was ended by {said}"


def test_a_signal_that_the_program_was_told_to_ignore_ends_it_not(tmp_path: Path) -> None:
    """A job in the background of a script ignores Ctrl-C, which its terminal sends to all."""
    with _app(tmp_path, signal.SIGINT, signal.SIG_IGN) as running:
        running.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(1.0)
        running.terminate()
        _, told = running.communicate(timeout=60)
    assert told.splitlines()[-1] == "the page was ended by SIGTERM"


@contextlib.contextmanager
def _app(folder: Path, sent: signal.Signals, how: signal.Handlers) -> Iterator[subprocess.Popen[str]]:
    """``sim app``, once it serves, started where a signal is dealt with so."""
    command = [sys.executable, "-m", "sim", "app", "shougang", "--no-browser", "--port", "0", "--workers", "1"]
    with pages.dealt(sent, how):
        started = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=surroundings(), cwd=folder
        )
    with started as running:
        try:
            assert running.stdout
            assert "token=" in running.stdout.readline()
            yield running
        finally:
            running.kill()


async def _use(address: str, temporary: Path) -> None:
    """Open a file, kill a worker, and have answers before and after."""
    given = await AsyncHTTPClient().fetch(HTTPRequest(address, follow_redirects=False), raise_error=False)
    host = address.split("/")[2]
    headers = {"Origin": f"http://{host}", "Cookie": given.headers["Set-Cookie"].partition(";")[0]}
    one = Visit(await websocket_connect(HTTPRequest(f"ws://{host}/socket", headers=headers)))
    await one.say(do="file", name="mine.toml", text=toy.SCENARIO)
    await one.answer(10)
    assert list(temporary.glob("sim-app-*/mine.toml"))
    (app,) = (it for it in _children(os.getpid()) if pages.__file__ in _command(it))
    workers = [worker for it in _children(app) for worker in _children(it)]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    asked = {**ASKED, "scenario": "file:mine.toml", "variants": [variant(0.05)]}
    await one.say(do="ask", asked=asked)
    await one.answer(10)
    assert len([worker for it in _children(app) for worker in _children(it)]) == 2, "another took its place"
    await one.leave()


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(it) for task in tasks for it in task.read_text().split()]


def _below(process: int) -> list[int]:
    return [one for it in _children(process) for one in (it, *_below(it))]


def _shared_of(process: int) -> set[Path]:
    """What a process has of shared memory."""
    lines = Path(f"/proc/{process}/maps").read_text().splitlines()
    return {Path(line.split(maxsplit=5)[5]) for line in lines if f" {SHARED}/" in line}


def _command(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _is_in_use(file: Path) -> bool:
    """Whether some process, of whatever program, still has it."""
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with contextlib.suppress(OSError):
            if str(file) in maps.read_text():
                return True
    for held in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if held.readlink() == file:
                return True
    return not file.exists()


def test_the_help_page_needs_none_of_it() -> None:
    found = python("-c", "import sys, sim.cli; print('tornado' in sys.modules, 'sim.page.server' in sys.modules)")
    assert found.stdout.split() == ["False", "False"]
