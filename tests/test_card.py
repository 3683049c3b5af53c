"""The decision card: the same numbers as an appraisal, from the runs that a command makes anyway."""

from __future__ import annotations

import html
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import browser
from command import call

import sim
from sim.formats import people
from sim.language import speaking
from sim.report.html.appraisal import appraisal_tables
from sim.report.html.headline import difference_cards
from sim.report.text.appraisal import appraisal_card, cost_text, net_of_gross, over_cost_text, treated_text
from sim.report.text.card import decision_card, decision_lines
from sim.report.text.comparison import variant_json
from sim.runs.follow import FollowedWorld
from sim.runs.record_bytes import from_bytes, to_bytes
from sim.runs.records import read_record, write_record
from sim.studies.questions.appraise import Appraisal
from sim.studies.questions.compare import ComparedVariant, Comparison

pytestmark = pytest.mark.once  # worlds and commands that do not depend on the interpreter

EARLY = {"sites.shougang.vacated": "2011-01", "sites.shougang.opens": "2011-06"}
PAIRS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "site": ("shougang-idle", "shougang", EARLY),
    "lever": ("shougang", {"levers.rent_subsidy": {"2011-09": 0.00018}, "levers.finance": 1.0}, EARLY),
    "platform": ("haier-closed", "haier", {}),
    "nation": ("early-stage-economy", "early-stage-policy", {"run.spin_up": 24}),
    "talent": ("early-stage", "early-stage-talent", {}),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cards")


def _asked(name: str, results: Path) -> tuple[Any, Any, dict[str, Any]]:
    first, second, settings = PAIRS[name]
    given = settings | {"run.months": 24}
    other = second if isinstance(second, dict) else sim.load(second, given)
    return sim.load(first, given), other, {"replicates": 2, "workers": 1, "out": results}


def _appraised(variant: ComparedVariant) -> Appraisal:
    assert variant.decision is not None
    assert variant.decision.appraisal is not None
    return variant.decision.appraisal


@pytest.mark.parametrize("name", PAIRS)
def test_a_card_has_the_numbers_of_an_appraisal_on_each_seed(results: Path, name: str, tmp_path: Path) -> None:
    first, second, how = _asked(name, results)
    card = _appraised(sim.what_if(first, second, **how).variants[0])
    alone = sim.appraise(first, second, **(how | {"out": tmp_path}))
    assert card.replicates == alone.replicates == (0, 1)
    for part in ("chain", "resources", "who", "outlay"):
        one, other = getattr(card, part), getattr(alone, part)
        assert list(one) == list(other)
        assert all((one[key] == other[key]).all() for key in one)
    assert decision_card(card) == decision_card(alone)
    assert np.any(card.net("jobs"))


@pytest.mark.parametrize("name", PAIRS)
def test_a_card_is_short(results: Path, name: str) -> None:
    first, second, how = _asked(name, results)
    found = _appraised(sim.what_if(first, second, **how).variants[0])
    lines = decision_card(found)
    assert len(lines) <= 16
    assert max(map(len, lines)) <= 78
    text = "\n".join(lines)
    chain = [line for line in appraisal_card(found) if line.startswith(("Jobs at", "  moved", "  founded", "  others"))]
    assert bool(chain) is bool(found.treatments)
    assert [line.split() for line in lines[1 : 1 + len(chain)]] == [line.split() for line in chain]
    for words in ("NET JOBS", "NET ENTERPRISES", "PUBLIC COST", "SOCIETY'S BALANCE", "by resource", "by who",
                  "COST PER NET JOB", "PAYBACK", "CANNOT TELL"):  # fmt: skip
        assert words in text


def test_records_change_no_outcome_and_come_back_as_they_were(tmp_path: Path) -> None:
    alone = {"platforms.haier.opens": "2011-03", "mechanisms.adoption.most_own": 0}
    scenario = sim.load("haier", {"run.months": 15} | alone)
    world = FollowedWorld(scenario, 3)
    world.run_for(15)
    plain = sim.EcosystemModel(scenario, rng=3)
    plain.run_for(15)
    assert world.record.cells().tobytes() == plain.record.cells().tobytes()
    record = world.followed()
    back = from_bytes(to_bytes(record))
    for part in ("firms", "reached"):
        for one, other in zip(getattr(record, part), getattr(back, part), strict=True):
            assert (one == other).all()
    assert (record.streams == back.streams).all()
    assert record.places == back.places == ("haier",)
    write_record(tmp_path, 0, "a" * 12, to_bytes(record))
    assert read_record(tmp_path, 0, "a" * 12) is not None
    assert read_record(tmp_path, 0, "b" * 12) is None
    assert read_record(tmp_path, 1, "a" * 12) is None
    file = next(tmp_path.rglob("*.world"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert read_record(tmp_path, 0, "a" * 12) is None


def test_stored_results_have_a_card_and_without_records_the_command_that_makes_them(tmp_path: Path) -> None:
    given = [f"--set={key}={value}" for key, value in EARLY.items()]
    call("run", "shougang-idle", "shougang", *given, "--months", "12", "--replicates", "2", "--workers", "1", "--out",
         tmp_path, "--no-figures")  # fmt: skip
    first, second = (next(tmp_path.glob(f"{name}-vacated-*")) for name in ("shougang-idle", "shougang"))
    asked = ("compare", first, second, "--out", tmp_path)
    said = call(*asked).stdout
    assert said.splitlines()[0].startswith("shougang-vacated-2011-01-opens-2011-06 against")
    assert "NET JOBS" in said
    (second / "records" / "1.world").unlink()
    lacking = call(*asked).stdout
    lines = lacking.splitlines()
    none = f"{second.name} has no records of its enterprises"
    assert " ".join(line.strip() for line in lines[:2]) == f"NO DECISION CARD: {none}"
    program, *command = shlex.split(lines[2])
    assert program == "sim"
    assert json.loads(call(*asked, "--json").stdout)["decision"] == {"none": none, "command": lines[2].strip()}
    call(*command, "--workers", "1", "--out", tmp_path)
    assert call(*asked).stdout == said
    told = json.loads(call(*asked, "--json").stdout)["decision"]
    assert told["card"] == said.splitlines()[: said.splitlines().index("")]
    assert told["chain"]["jobs"]["net"]["mean"] > 0


def test_worlds_with_drawn_parameters_have_their_range_on_the_card(tmp_path: Path) -> None:
    how: dict[str, Any] = {"replicates": 3, "workers": 1, "out": tmp_path, "figures": False}
    small = EARLY | {"population.enterprises": 800, "run.months": 14}
    first, second = (sim.load(name, small) for name in ("shougang-idle", "shougang"))
    assert not any("DRAWN" in line for line in _card_of(sim.what_if(first, second, **how)))
    found = sim.what_if(first, second, parameters="posterior", **how)
    jobs = _appraised(found.variants[0]).net("jobs")
    low, high = np.percentile(jobs, (5.0, 95.0))
    assert low < high
    card = _card_of(found)
    (line,) = (line for line in card if line.startswith("PARAMETERS DRAWN"))
    assert f"net jobs {people(low)} to {people(high)}, balance" in line
    assert max(map(len, card)) <= 78
    one, other = found.baseline, found.variants[0].result
    assert _card_of(sim.compare(one, other, out=tmp_path, figures=False)) == card
    page = sim.write_report(one, other, out=tmp_path / "page.html", folder=tmp_path).path.read_text(encoding="utf-8")
    assert line in html.unescape(page)
    told = variant_json(found, found.variants[0])["decision"]
    assert told["drawn"]["net"]["jobs"]["low"] == low


def _card_of(found: Comparison) -> list[str]:
    return decision_card(_appraised(found.variants[0]))


def test_what_nobody_decides_has_no_card(results: Path) -> None:
    how: dict[str, Any] = {"replicates": 2, "months": 6, "workers": 1, "out": results}
    found = sim.what_if("shougang", {"market.growth": 0.05}, {"market.growth": 0.05, "levers.finance": 1.0}, **how)
    assert decision_lines(found.variants[0].decision) == []
    assert "also differ in market.growth, which nobody decides" in " ".join(decision_lines(found.variants[1].decision))


def test_a_report_opens_with_the_card(results: Path, tmp_path: Path) -> None:
    first, second, how = _asked("site", results)
    found = sim.what_if(first, second, **how)
    card = decision_card(_appraised(found.variants[0]))
    written = sim.write_report(found.baseline, found.variants[0].result, out=tmp_path / "page.html", folder=results)
    page = written.path.read_text(encoding="utf-8")
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page[: page.index('<ul class="cards">')])).split())
    for line in card:
        assert " ".join(line.replace(", ", " ").split()) in shown.replace(", ", " ")
    assert f"net jobs {people(np.mean(_appraised(found.variants[0]).net('jobs')))} (95%: " in written.headline[0]
    assert "society’s balance" in written.headline[0]
    part, treated = net_of_gross(_appraised(found.variants[0])), treated_text(_appraised(found.variants[0]))
    assert part
    assert f"{part} of 100: of every 100 jobs at {treated}, {part} are net jobs." in shown
    start = page.index('<section id="decision">')
    assert start < page.index('<section id="changed">')
    summaries = ["From gross to net", "Society’s balance", "Who pays which tax", "Who gains and loses sales"]
    folds = [page.index(f"<summary>{it}") for it in summaries]
    assert start < folds[0] < folds[-1] < page.index('<section id="changed">')
    assert folds == sorted(folds)
    assert re.search(r'<th scope="row">value-added tax</th><td class="n">[\d,.]+</td>', page)
    assert "<summary>Where incomes return" not in page, "one closure was run"
    with speaking("zh"):
        written = sim.write_report(found.baseline, found.variants[0].result, out=tmp_path / "zh.html", folder=results)
    assert "<summary>各税由谁缴纳</summary>" in written.path.read_text(encoding="utf-8")
    both = _appraised(found.variants[0])
    tables = appraisal_tables(both.beside_closure(both))
    assert "<summary>Where incomes return as demand</summary>" in tables
    assert ">others' per direct<" in tables


def test_nothing_is_called_nothing_and_an_outlay_that_may_be_none_gives_no_ratio(results: Path) -> None:
    first, second, how = _asked("site", results)
    found = _appraised(sim.what_if(first, second, **how).variants[0])
    none = np.zeros(2)
    same = {f"jobs.{name}": none for name in ("with", "without")}
    card = decision_card(replace(found, chain={**found.chain, **same}))
    assert ["NET", "JOBS", "none"] in [line.split() for line in card]
    assert "COST PER NET JOB  none: no net jobs" in card
    wide = {**dict.fromkeys(found.outlay, none), "site_owner": np.array([100.0, -90.0])}
    unclear = replace(found, outlay=wide)
    assert unclear.benefit_over_cost is not None
    assert over_cost_text(unclear) == "Benefit over cost cannot be told: the outlay may be 0."
    assert "cannot be told: the outlay may be 0" in cost_text(unclear)
    assert over_cost_text(found).startswith("Benefit over cost ")
    assert "cannot" not in over_cost_text(found)


def test_a_tile_names_the_result_that_has_no_value(results: Path) -> None:
    first, second, how = _asked("site", results)
    found = sim.what_if(first, second, **how)
    (variant,) = found.variants
    tiles = difference_cards(found, variant, ["site_occupancy", "jobs"], {})
    assert f"no value in {found.label}<" in tiles
    assert "one seed" not in tiles


def test_on_a_phone_nothing_of_the_card_and_the_tables_is_cut(results: Path, tmp_path: Path) -> None:
    first, second, how = _asked("site", results)
    found = sim.what_if(first, second, **how)
    page = sim.write_report(found.baseline, found.variants[0].result, out=tmp_path / "page.html", folder=results).path
    beyond = """return [...document.querySelectorAll(arguments[0])].filter((it) => it.getClientRects().length &&
      (it.getBoundingClientRect().right > innerWidth || it.scrollWidth > it.clientWidth + 1)).length"""
    with browser(tmp_path) as seen:
        seen.open(page.as_uri())
        for width, shown in ((390, "block"), (1280, "table-cell")):
            seen.sized(width, 844)
            assert seen.script("return document.documentElement.scrollWidth") <= width
            assert seen.script(beyond, ".decision, .decision dd, .decision p, #outcomes > .scroll") == 0
            cell = "const cell = document.querySelector('#outcomes td:nth-child(4)'); "
            assert seen.script(f"{cell} return getComputedStyle(cell).display") == shown
        seen.sized(390, 844)
        assert seen.script(f"{cell} return getComputedStyle(cell, '::before').content") == '"difference"'
        assert seen.script("return document.querySelectorAll('.decision dt').length") >= 6
