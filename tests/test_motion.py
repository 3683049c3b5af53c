"""The ecosystem in motion: who is shown and where, the record of a world, one life, and the page that shows them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pages
import pytest
import test_app_page
from browser import ARROW_RIGHT, Browser, browser
from pages import serving, variant, visit
from test_app_page import LEVELS, MOVE, TWICE, UNNAMED, until, violated_nowhere

from sim.agents.model import EcosystemModel
from sim.model.catalogue import load
from sim.model.state.enterprises import BIG, CLASSES, FREE, OPERATING, SUSPENDED
from sim.page.lives import A_RESOURCE, ALIKE, NOT_SHOWN, STAYS, TOLD, WORDS
from sim.page.motion import Motion, watch_world
from sim.page.sample import FIELD, lots, places
from sim.page.server import Server
from sim.page.stepping import SteppedWorld, Stopped
from sim.runs.event_log import EVENTS, NUMBER, EventLog

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

PLACE = """title = "A small place"
extends = "together"
[run]
months = 26
spin_up = 0
[population]
enterprises = 500
largest_staff = 3000.0
[platforms.third-party]
opens = "2011-02"
ideas_a_month = 6.0
[platforms.host]
opens = "2011-03"
[sites.shougang]
vacated = "2010-12"
opens = "2011-04"
"""
SEED, EVERYONE = 7, 10**9
axe = test_app_page.axe  # a fixture
ARROW_DOWN, END, ESCAPE, SPACE = "\ue015", "\ue010", "\ue00c", " "


class Months(NamedTuple):
    """A world's record, and its own columns in every frame."""

    motion: Motion
    record: dict[str, Any]
    columns: list[dict[str, Any]]
    links: list[set[tuple[int, int]]]
    platforms: list[list[str]]


def _waited(*_: int) -> bool:
    return True


def _columns(world: Any) -> dict[str, Any]:
    names = ("identity", "status", "size_class", "platform", "site", "staff")
    return {name: getattr(world.enterprises, name).copy() for name in names}


def _links(world: Any) -> set[tuple[int, int]]:
    identity, links = world.enterprises.identity, world.links
    told = links.supplier >= 0
    pairs = zip(identity[links.buyer[told]].tolist(), identity[links.supplier[told]].tolist(), strict=True)
    return set(pairs)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("place") / "small.toml"
    file.write_text(PLACE)
    return load(file)


@pytest.fixture(scope="module")
def months(scenario: Any) -> Months:
    world = SteppedWorld(scenario, SEED, _waited)
    columns, links, names = [_columns(world.world)], [_links(world.world)], [[it.name for it in world.world.platforms]]

    def note(mechanism: str, state: Any) -> None:
        if mechanism == "record":
            columns.append(_columns(state))
            links.append(_links(state))
            names.append([it.name for it in state.platforms])

    motion = Motion(world)
    world.watchers.append(note)
    world.run_for(scenario.months)
    return Months(motion, json.loads(motion.packed(EVERYONE)), columns, links, names)


def whole(changes: list[list[int]], size: int) -> list[Any]:
    """Every frame's values from the changes that are sent."""
    found, now = [], np.zeros(size, np.int64)
    for flat in changes:
        pairs = np.array(flat, np.int64).reshape(-1, 2)
        now = now.copy()
        now[np.cumsum(pairs[:, 0])] = pairs[:, 1]
        found.append(now)
    return found


def who_of(record: dict[str, Any]) -> list[int]:
    return [int(it, 16) for it in record["who"]]


# --- who is shown, and where


def test_the_place_of_an_enterprise_is_a_hash_of_its_identity(months: Months, scenario: Any) -> None:
    record = months.record
    assert record["place"] == places(np.array(who_of(record))).tolist()
    assert len(set(record["place"])) > 0.99 * len(record["place"])
    other = SteppedWorld(scenario, SEED, _waited)
    another = Motion(other)
    other.run_for(3)
    here = dict(zip(record["who"], record["place"], strict=True))
    there = json.loads(another.packed(12_000))
    assert there["who"], "fewer months and fewer enterprises: the same places"
    assert all(here[who] == place for who, place in zip(there["who"], there["place"], strict=True))


def test_places_fill_the_field_evenly_and_lots_do_not_depend_on_them() -> None:
    identity = np.random.default_rng(1).integers(1, 2**62, 40_000)
    place = places(identity)
    for side in (place // FIELD, place % FIELD):
        found = np.bincount(side * 8 // FIELD, minlength=8)
        assert abs(found - 5000).max() < 5 * np.sqrt(5000)
    drawn = lots(identity) < 0.25
    assert abs(drawn.sum() - 10_000) < 5 * np.sqrt(7500)
    assert abs((place[drawn] // FIELD).mean() - FIELD / 2) < 5 * FIELD / np.sqrt(12 * drawn.sum())
    ordinals = lots(np.arange(1, 40_001)) < 0.25  # neighbouring identities, too
    assert abs(ordinals.sum() - 10_000) < 5 * np.sqrt(7500)


def test_a_sample_is_the_same_share_of_every_month_and_has_all_big_ones(months: Months) -> None:
    some = json.loads(months.motion.packed(25_000))
    share, big = some["shares"]
    assert (big, len(some["who"]) < 0.7 * len(months.record["who"])) == (1.0, True)
    shown = set(who_of(some))
    assert shown < set(who_of(months.record)), "a smaller share has some of those that a larger one has"
    first = {}  # class at first sight
    for columns in months.columns:
        there = columns["status"] != FREE
        for identity, size in zip(columns["identity"][there].tolist(), columns["size_class"][there], strict=True):
            first.setdefault(identity, size)
        identities = columns["identity"][there].tolist()
        assert {it for it in identities if first[it] == BIG} <= shown
        others = [it for it in identities if first[it] != BIG]
        found = sum(it in shown for it in others)
        assert abs(found - share * len(others)) < 4 * np.sqrt(share * (1 - share) * len(others)) + 1


# --- the record


def test_the_series_is_the_worlds_own_columns_in_every_month(months: Months) -> None:
    record = months.record
    size, base = len(record["who"]), record["base"]
    assert record["frames"] == len(months.columns) == 27
    assert record["shares"] == [1.0, 1.0]
    states, staff = whole(record["states"], size), whole(record["staff"], size)
    named = [it["name"] for it in record["platforms"]]
    last: dict[int, int] = {}
    seen, tenants, members = set(), 0, 0
    for frame, columns in enumerate(months.columns):
        rows = {it: row for row, it in enumerate(columns["identity"].tolist()) if columns["status"][row] != FREE}
        seen |= set(rows)
        december = frame in (12, 24)
        for at, who in enumerate(who_of(record)):
            code = int(states[frame][at])
            row = rows.get(who)
            if row is None:
                assert code == 0, (frame, who)
                continue
            kind, where = code % 12, code // 12
            platform = columns["platform"][row]
            name = months.platforms[frame][platform] if platform >= 0 else ""
            expected = 0 if not name else named.index(name) + 2 if name in named else 1
            assert (kind // 3, kind % 3) == (columns["status"][row], columns["size_class"][row])
            assert (where % base, where // base - 1) == (expected, columns["site"][row])
            if december or who not in last:
                last[who] = int(columns["staff"][row])
            assert staff[frame][at] == last[who], (frame, who)
            tenants += columns["site"][row] >= 0
            members += platform >= 0
    assert record["ever"] == len(seen)
    assert min(tenants, members) > 20
    assert any(it["host"] >= 0 for it in record["platforms"])


def test_links_are_those_between_enterprises_that_are_shown(months: Months) -> None:
    record = json.loads(months.motion.packed(60_000))
    who, told = who_of(record), np.array(record["links"], np.int64).reshape(-1, 4)
    assert len(told) > 20, "so that something is compared"
    for frame, links in enumerate(months.links):
        here = told[(told[:, 2] <= frame) & (frame <= told[:, 3])]
        shown = set(who)
        assert {(who[a], who[b]) for a, b in here[:, :2].tolist()} == {(a, b) for a, b in links if {a, b} <= shown}


def test_numbers_of_a_month_are_of_all_enterprises(months: Months) -> None:
    record = json.loads(months.motion.packed(20_000))
    counts, flows = np.array(record["counts"]), {name: at for at, name in enumerate(record["flows"])}
    for frame, columns in enumerate(months.columns):
        works, there = columns["status"] == OPERATING, columns["status"] != FREE
        sizes = np.bincount(columns["size_class"][works], minlength=len(CLASSES))
        assert counts[:3, frame].tolist() == sizes.tolist()
        assert counts[4, frame] == (columns["status"] == SUSPENDED).sum()
        assert counts[5, frame] == columns["staff"][there].sum()
        sites = 7 + len(record["platforms"])
        assert counts[sites, frame] == (there & (columns["site"] == 0)).sum()
    outcomes = months.motion.world.enterprises
    assert outcomes.size >= counts[:5, -1].sum()
    assert counts[-len(flows) + flows["founded"]].sum() > 20
    assert [it["opens"] > 0 for it in record["sites"]] == [True]


@pytest.mark.parametrize("most", [12_000, 20_000, 40_000])
def test_a_record_has_its_bound(months: Months, most: int) -> None:
    data = months.motion.packed(most)
    assert 0.6 * most < len(data) <= most


def test_a_worker_records_a_world_and_ends_it_where_nobody_waits(months: Months, scenario: Any) -> None:
    cells, data = watch_world(scenario, SEED, None, _waited)
    assert (cells.size, data) == (0, months.motion.packed())
    with pytest.raises(Stopped):
        watch_world(scenario, SEED, None, lambda done, _: done < 2)


# --- one life


def test_lives_are_those_of_the_event_log_of_the_same_seed(months: Months, scenario: Any) -> None:
    model = EcosystemModel(scenario, rng=SEED)
    log = EventLog(model)
    model.run_for(scenario.months)
    columns = log.columns()
    kinds = {NUMBER[name] for name in TOLD}
    wanted: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for month, kind, detail, identity in zip(
        *(columns[name].tolist() for name in ("month", "event", "detail", "identity")), strict=True
    ):
        if kind in kinds:
            told = TOLD[EVENTS[kind].name]
            wanted[identity].append((month + 1, told[detail if len(told) > 1 else 0]))
    record, found = months.record, defaultdict(list)
    who, at = who_of(record), 0
    for more, frame, words, _ in np.array(record["lives"]).reshape(-1, 4).tolist():
        at += more
        found[who[at]].append((frame, WORDS[words]))
    assert found == wanted
    assert {words for life in found.values() for _, words in life} > {
        "founded on its own", "moved in to the site {}", "joined the platform {}", "opened the platform {}",
        "stopped: no product lines left", "its request for knowledge was answered by {}",
    }  # fmt: skip


def test_the_partner_of_a_match_is_the_one_that_knows_what_it_learnt(scenario: Any) -> None:
    world = SteppedWorld(scenario, SEED, _waited)
    motion = Motion(world)
    matched: dict[int, tuple[Any, ...]] = {}
    before: Any = np.zeros((0, 3))

    def note(mechanism: str, state: Any) -> None:
        nonlocal before
        table = state.enterprises
        met = np.column_stack([getattr(table, f"partner_knowledge_{axis}") for axis in range(3)])
        if mechanism == "matching":
            known = np.column_stack([getattr(table, f"knowledge_{axis}") for axis in range(3)]).astype("f4")
            known[table.status != OPERATING] = np.nan
            old = np.concatenate([before, np.full((table.size - len(before), 3), np.nan)])
            matched[state.month + 1] = (table.identity.copy(), met, old, known)
        before = met

    world.watchers.append(note)
    world.run_for(scenario.months)
    record = json.loads(motion.packed(EVERYONE))
    who, at, kinds = who_of(record), 0, dict.fromkeys((1, A_RESOURCE, STAYS, ALIKE, NOT_SHOWN), 0)
    for more, frame, words, what in np.array(record["lives"]).reshape(-1, 4).tolist():
        at += more
        if WORDS[words].startswith("its request"):
            identity, met, old, known = matched[frame]
            row = identity.tolist().index(who[at])
            assert (what == STAYS) == (old[row] == met[row]).all()
            alike = identity[(known == met[row]).all(axis=1)].tolist()
            if what > 0:
                assert alike == [who[what - 1]]
                assert what - 1 != at, "nobody answers itself"
            elif what != STAYS:
                assert {A_RESOURCE: len(alike) == 0, ALIKE: len(alike) > 1}[what]
            kinds[min(what, 1)] += 1
    assert min(kinds[1], kinds[A_RESOURCE], kinds[STAYS]) > 3, kinds
    assert not kinds[NOT_SHOWN], "everyone is shown"


# --- over the socket


def test_the_cost_is_said_first_and_the_months_of_one_seed_are_sent_once(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text('{"frames": 1}')

    async def talk(server: Server) -> None:
        server.watch = partial(pages.record_of, file=str(file))
        one = await visit(server)
        await one.ask(variant(0.05))
        await one.answer(10)

        async def shown(**more: Any) -> dict[str, Any]:
            await one.socket.write_message(json.dumps({"do": "motion", "number": one.number, **more}))
            return await one.until(lambda it: it["do"] == "motion" and "Month" not in it["said"])

        cost = await shown(of="Variant 1", seed=3)
        assert cost["cost"].startswith("One world to run, Variant 1 on seed 3, about a second")
        assert cost["cost"].endswith("at most 110 kB to send.")
        assert "record" not in cost
        record = await shown(of="Variant 1", seed=3, run=True)
        assert (record["of"], record["seed"], record["record"]) == ("Variant 1", 3, '{"frames": 1}')
        file.unlink()
        assert (await shown(of="Variant 1", seed=3))["cost"] == "It is there: nothing to run."
        assert (await shown(of="Variant 1", seed=3, run=True))["record"] == '{"frames": 1}'
        assert "This world failed" in (await shown(of="As it is", seed=1, run=True))["said"]
        for of, seed in (("Variant 9", 1), ("As it is", 0), ("As it is", 11), ("As it is", True), ("As it is", "1")):
            assert "allowed: " in (await shown(of=of, seed=seed, run=True))["said"], (of, seed)

    serving(pages.server(tmp_path), talk)


# --- on the page


@contextmanager
def shown(page: Browser) -> Iterator[None]:
    """The months are asked for, and come."""
    until(page, "document.querySelector('#status').textContent.startsWith('10 seeds done')")
    page.script(MOVE, "#months", "26")
    until(page, "calendar.length === 26 && document.querySelector('#status').textContent.startsWith('10 seeds done')")
    page.click("#motion-cost")
    until(page, "document.querySelector('#motion-said').textContent.startsWith('One world to run')"
                " || document.querySelector('#motion-said').textContent.startsWith('It is there')")  # fmt: skip
    assert not page.script("return document.querySelector('#motion-run').hidden")
    assert page.script("return document.querySelector('#motion-stage').hidden")
    page.click("#motion-run")
    until(page, "!document.querySelector('#motion-stage').hidden")
    yield
    assert page.complaints() == []


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, months: Months) -> Iterator[tuple[Browser, str]]:
    """A page of the toy model in a browser, whose worlds have the months of the small place."""
    folder = tmp_path_factory.mktemp("served")
    file = folder / "record.json"
    file.write_bytes(months.motion.packed(EVERYONE))
    with browser(folder) as page, pages.process(folder, TOY_MONTHS=str(file)) as address:
        yield page, address


@pytest.fixture
def page(served: tuple[Browser, str]) -> Browser:
    page, address = served
    page.sized(1280, 900)
    page.open(address)
    page.complaints()
    return page


def at(page: Browser) -> int:
    return int(page.script("return motion.at"))


def test_the_months_play_and_pause_and_are_gone_through_by_buttons_and_keys(page: Browser, months: Months) -> None:
    with shown(page):
        page.script(MOVE, "#motion-speed", "1")  # so that they are not over before the key is pressed
        until(page, "motion.at > 0")
        assert page.text("#motion-play") == "Pause"
        page.press("#motion-canvas", SPACE)
        here = at(page)
        assert (page.text("#motion-play"), page.script("return motion.timer")) == ("Play", 0)
        assert page.text("#motion-announce") == page.text("#motion-now")
        page.press("#motion-canvas", ARROW_RIGHT * 2)
        page.click("#motion-back")
        assert at(page) == here + 1
        page.script("document.querySelector('#motion-month').value = 12")
        page.script("document.querySelector('#motion-month').dispatchEvent(new Event('input', { bubbles: true }))")
        counts = [it[12] for it in months.record["counts"]]
        said = page.text("#motion-now")
        assert said.startswith(f"2011-12, month 12 of 26: {sum(counts[:3])} enterprises operate ({counts[2]} big, ")
        assert f"{counts[4]} stopped" in said
        assert f"Tenants of shougang: {counts[7 + len(months.record['platforms'])]}." in said
        page.press("#motion-canvas", END)
        assert at(page) == 26
        page.script(MOVE, "#motion-speed", "4")
        page.click("#motion-play")
        until(page, "motion.at > 1 && motion.at < 20")
        until(page, "motion.timer === 0")
        assert at(page) == 26, "it ends with the last month"
        assert "one history that could come" in page.text("#motion")
        assert page.text("#motion-what").startswith("As it is, seed 1. ")
        rows = page.script(
            "return [...document.querySelectorAll('#motion-table tbody th')].map((it) => it.textContent)"
        )
        assert rows == ["Opening", "2011-12", "2012-12", "2013-02"]


def test_one_life_is_told_on_a_click_and_by_the_keyboard(page: Browser) -> None:
    with shown(page):
        page.script("motion.pause(); motion.go(26)")
        who = page.script("return motion.lives.findIndex((life, who) => motion.state(who).status === 2 "
                          "&& life.some((it) => motion.record.words[it[1]].startsWith('moved in')))")  # fmt: skip
        page.script(
            "const canvas = document.querySelector('#motion-canvas'), box = canvas.getBoundingClientRect();"
            "const { at } = motion.layout(), [x, y] = at(motion.record.place[arguments[0]]);"
            "const where = { bubbles: true, clientX: box.left + x, clientY: box.top + y };"
            "canvas.dispatchEvent(new MouseEvent('click', where))",
            who,
        )
        assert page.script("return motion.chosen") == who
        life = page.text("#motion-life")
        assert "moved in to the site shougang" in life
        assert "Staff each December. " in life
        assert page.script("return motion.chosen >= 0 && document.querySelector('#motion-life h3').textContent") == (
            page.script("return 'E' + motion.name(motion.chosen).slice(1)")
        )
        page.press("#motion-canvas", ESCAPE)
        assert page.text("#motion-life") == "No enterprise is chosen."
        page.press("#motion-canvas", ARROW_DOWN)
        largest = page.script("return motion.staff[26][motion.chosen] === Math.max(...motion.staff[26].filter("
                              "(_, who) => motion.state(who).status !== 0))")  # fmt: skip
        assert largest, "the first one is the largest"
        assert "staff. " in page.text("#motion-announce")
        partner = page.script(
            "const who = motion.lives.findIndex((life) => life.some((it) => it[2] > 0 "
            "&& motion.record.words[it[1]].startsWith('its request'))); motion.choose(who);"
            "const it = document.querySelector('#motion-life li [data-who]'); it.click(); return Number(it.dataset.who)"
        )
        assert page.script("return motion.chosen") == partner
        assert page.script("return document.activeElement.id") == "motion-canvas"


def test_nothing_moves_by_itself_where_that_is_not_wanted(page: Browser) -> None:
    page.sized(1280, 900, still=True)
    with shown(page):
        assert page.text("#motion-play") == "Play"
        assert (at(page), page.script("return motion.timer")) == (0, 0)
        assert page.text("#motion-announce").startswith("Opening: ")
        page.click("#motion-on")
        assert at(page) == 1
        page.click("#motion-play")
        until(page, "motion.at > 2")
        page.click("#motion-play")


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_every_control_has_a_name(page: Browser, width: int) -> None:
    page.sized(width, 844, dark=width == 390, still=True)
    with shown(page):
        page.script("motion.turn(1); document.querySelector('#motion details').open = true")
        assert page.script("return document.documentElement.scrollWidth") <= width
        assert page.script(UNNAMED) == page.script(LEVELS) == page.script(TWICE) == []
        drawn = page.script(
            "const it = document.querySelector('#motion-canvas'), pen = it.getContext('2d');"
            "return it.width === it.clientWidth && pen.getImageData(0, 0, it.width, it.height).data.some((x) => x > 0)"
        )
        assert drawn


def test_axe_finds_no_violation_where_months_are_shown(page: Browser, axe: str) -> None:
    page.sized(1280, 844, still=True)
    with shown(page):
        page.script("motion.turn(1); document.querySelector('#motion details').open = true")
        violated_nowhere(page, axe, "#motion")


def test_another_question_ends_what_was_asked_of_one_seed(page: Browser) -> None:
    with shown(page):
        page.script(MOVE, "#motion-seed", "11")
        page.click("#motion-cost")
        until(page, "document.querySelector('#motion-said').textContent.includes('allowed: 1 to 10')")
        page.script(MOVE, "#motion-seed", "one")
        page.click("#motion-cost")
        assert page.text("#motion-said") == 'seed: "one" is no whole number'
        page.script(MOVE, "#months", "20")
        until(page, "calendar.length === 20")
        assert page.script("return document.querySelector('#motion-stage').hidden && motion.timer === 0")
