"""Facts: how a check is measured and judged, what its file may say, and what the command does with it."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import command
import numpy as np
import pytest
import toy
from browser import Browser
from test_report import Page, address
from typer.testing import Result

import sim
from sim import api
from sim.evidence import facts
from sim.evidence.facts import Check, checks, compared_with, measured
from sim.formats import band_text
from sim.kernel.draws import seed_of
from sim.model.catalogue import load, model_catalogue
from sim.report.html.bands import in_bands
from sim.runs.errors import Incompatible
from sim.runs.executor import Workers
from sim.runs.options import RunOptions
from sim.scenario import ScenarioError
from sim.studies.questions.validate import fitted_to, judged, of_scenario, validate_model
from sim.studies.targets import unit_of

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

CATALOGUE = model_catalogue()
ONE = Check("one", "a fact", "own", (), "toy", "jobs", ("last", "last"), (50.0, 52.0), cited="a book", said=51.0)
HUNDRED = np.arange(1.0, 102.0)  # median 51, 5th and 95th percentile 6 and 96
SCENARIO = '[run]\nstart = "2011-01"\nmonths = 6\nreplicates = 3\n[market]\ngrowth = 0.03\n'
FACTS = """[all]
title = "everything passes"
source = "a book"
scenario = "toy"
outcome = "jobs"
months = "last"
band = [0, inf]

[none]
title = "nothing passes"
group = "strict"
source = "another book"
value = 0.447
scenario = "toy"
outcome = "big_asset_share"
months = ["2011-02", "2011-05"]
band = [0.9, 0.95]
fitted_by = "hand"
finding = "the band is elsewhere"

[figure]
title = "a figure that is met"
source = "a book"
value = 0.447
scenario = "toy"
outcome = "big_asset_share"
months = ["2011-01", "2011-06"]
band = [0.4, 0.5]
rule = "figure"

[boom]
title = "what growth does"
source = "a book"
value = 12
scenario = "boom"
outcome = "startups"
months = "2011-06"
against = "toy"
form = "difference"
band = [11.9, 12.1]
"""


@pytest.fixture(autouse=True)
def in_a_folder(toy_folder: Path) -> Path:
    """A folder with two scenarios and facts on them."""
    toy_folder.joinpath("scenarios", "toy.toml").write_text(SCENARIO)
    (toy_folder / "facts.toml").write_text(FACTS)
    return toy_folder


def call(*arguments: str, code: int = 0, given: str = "facts.toml") -> Result:
    facts = ["--facts", given] if given else []
    return command.call("validate", "--workers", "1", *facts, *arguments, code=code)


def verdicts(*arguments: str) -> dict[str, dict[str, Any]]:
    said = json.loads(call("--json", *arguments).stdout)
    return {it["name"]: it for it in said["facts"]}


# --- judging


@pytest.mark.parametrize(
    ("band", "passed", "whole", "reason"),
    [
        ((50.0, 52.0), True, False, ""),
        ((0.0, 200.0), True, True, ""),
        ((51.0, math.inf), True, False, ""),
        ((52.0, 60.0), False, False, "51 is below 52"),
        ((-math.inf, 50.0), False, False, "51 is above 50"),
    ],
)
def test_the_median_lies_in_the_band_or_the_check_fails(
    band: tuple[float, float], passed: bool, whole: bool, reason: str
) -> None:
    found = judged(replace(ONE, band=band), "toy", HUNDRED, toy.OUTCOMES)
    assert (found.value, found.low, found.high) == (51.0, 6.0, 96.0)
    assert (found.passed, found.whole, found.reason) == (passed, whole, reason)


def test_worlds_without_a_value_do_not_count_and_none_at_all_is_a_failure() -> None:
    some = judged(ONE, "toy", np.append(HUNDRED, np.nan), toy.OUTCOMES)
    none = judged(ONE, "toy", np.full(5, np.nan), toy.OUTCOMES)
    assert (some.value, len(some.values)) == (51.0, 101)
    assert (none.value, none.passed, none.reason) == (None, False, "no world gives a value")


def test_a_figure_needs_a_narrow_interval_that_covers_it() -> None:
    figure = replace(ONE, rule="figure", band=(0.0, 1000.0))
    narrow = judged(figure, "toy", 45.0 + HUNDRED / 10, toy.OUTCOMES)
    wide = judged(figure, "toy", HUNDRED, toy.OUTCOMES)
    beside = judged(figure, "toy", 60.0 + HUNDRED / 10, toy.OUTCOMES)
    above = judged(replace(figure, bound="at least"), "toy", 60.0 + HUNDRED / 10, toy.OUTCOMES)
    assert (narrow.passed, wide.passed, beside.passed, above.passed) == (True, False, False, True)
    assert wide.reason.startswith("too wide")
    assert judged(figure, "toy", np.full(9, 53.0), toy.OUTCOMES).crps == pytest.approx(2.0)


def test_what_parameters_were_fitted_to_is_not_predicted() -> None:
    scenario = load("shougang")
    to = replace(ONE, evidence=("article.big_export_share",))
    assert "mechanisms.exports.staff_slope" in fitted_to(to, scenario, {})
    assert not fitted_to(replace(ONE, evidence=("stylised_facts.growth_rates.subbotin_b",)), scenario, {})
    assert fitted_to(ONE, scenario, {"one": "a calibration"}) == "a calibration"
    assert fitted_to(replace(ONE, fitted_by="hand"), scenario, {}) == "hand"


# --- measuring

CELLS = {
    "a": np.array([[1.0, 2.0, np.nan, 6.0], [np.nan] * 4]),
    "b": np.array([[2.0, 2.0, 2.0, 3.0], [1.0, 0.0, 1.0, 1.0]]),
}


@pytest.mark.parametrize(
    ("changed", "months", "value"),
    [
        ({}, (1, 1), 2.0),
        ({}, (0, 3), 3.0),  # of the months that have a value
        ({"per": "b"}, (0, 3), (0.5 + 1.0 + 2.0) / 3),
        ({"per": "b", "than": ("a", "b")}, (0, 3), 1.0),
        ({"than": ("b", "a")}, (3, 3), 12.0),
    ],
)
def test_what_a_check_is_in_a_world(changed: dict[str, Any], months: tuple[int, int], value: float) -> None:
    check = replace(ONE, outcome="a", **changed)
    found = measured(check, CELLS.__getitem__, *months)
    assert found[0] == pytest.approx(value)
    assert math.isnan(found[1])


def test_a_division_by_nothing_is_no_value() -> None:
    assert math.isnan(measured(replace(ONE, outcome="b", per="b"), CELLS.__getitem__, 1, 1)[1])


def test_differences_are_taken_world_by_world() -> None:
    here, there = np.array([3.0, 5.0, 1.0]), np.array([2.0, 4.0, 0.0])
    assert compared_with(replace(ONE, form="difference"), here, there).tolist() == [1.0, 1.0, 1.0]
    relative = compared_with(replace(ONE, form="relative"), here, there)
    assert relative[:2].tolist() == [0.5, 0.25]
    assert math.isnan(relative[2])


def test_units_follow_from_how_a_check_is_measured() -> None:
    share = replace(ONE, outcome="jobs", per="startups")
    assert unit_of(share, toy.OUTCOMES) == "people / enterprises"
    assert unit_of(replace(share, unit="share"), toy.OUTCOMES) == "share"
    assert unit_of(replace(ONE, form="relative"), toy.OUTCOMES) == "relative change"


@pytest.mark.parametrize(
    ("band", "value", "place"),
    [
        ((2.0, 4.0), 2.0, 0.0),
        ((2.0, 4.0), 5.0, 1.5),
        ((2.0, math.inf), 3.0, 0.5),
        ((0.0, math.inf), 3.0, 0.3),
        ((-math.inf, 2.0), 2.0, 1.0),
    ],
)
def test_places_on_the_axis_of_bands(band: tuple[float, float], value: float, place: float) -> None:
    assert in_bands(band, value, 10.0) == pytest.approx(place)


def test_bands_in_words() -> None:
    assert [band_text(*it) for it in ((1.0, 2.0), (1.64, math.inf), (-math.inf, 3.0))] == [
        "1 to 2", "at least 1.64", "at most 3",
    ]  # fmt: skip


# --- the shipped facts


def test_shipped_facts_can_be_measured() -> None:
    loaded = {name: load(name) for it in checks(CATALOGUE).values() for name in (it.scenario, it.against) if name}
    for check in checks(CATALOGUE).values():
        scenario = loaded[check.scenario]
        months = [scenario.months - 1 if it == "last" else scenario.month_of(it) for it in check.months]
        assert 0 <= months[0] <= months[1] < scenario.months, check.name
        assert check.source, check.name
        assert check.note, check.name
        assert len(check.title) <= 52, check.name
        for other in filter(None, [check.against]):
            assert (loaded[other].start, loaded[other].months) == (scenario.start, scenario.months), check.name


def test_shipped_figures_are_those_of_their_scenarios() -> None:
    figures = [it for it in checks(CATALOGUE).values() if it.rule == "figure"]
    assert figures
    for check in figures:
        figure = load(check.scenario).reported_figures[check.outcome]
        assert (check.value, check.months[1], check.bound) == (figure.value, figure.month, figure.bound), check.name


def test_targets_of_calibrations_are_fitted_and_those_of_the_example_are_not(in_a_folder: Path) -> None:
    folder = in_a_folder / "scenarios" / "calibration"
    folder.mkdir()
    (folder / "mine.targets.toml").write_text('[targets.a]\nfact = "growth_shape"\n[targets.b]\noutcome = "jobs"\n')
    (folder / "example.toml").write_text('[targets.a]\nfact = "size_tail_ks"\n')
    found = facts.calibrated()
    assert found["growth_shape"] == "the calibration calibration/mine.targets.toml"
    assert "size_tail_ks" not in found
    (folder / "odd.targets.toml").write_text("targets = 3\n")
    assert facts.calibrated() == found
    (folder / "odd.targets.toml").write_text("[targets.a]\nfact = [1]\n[targets\n")
    with pytest.raises(ScenarioError, match=r"odd.targets.toml:3: .*is not TOML"):
        facts.calibrated()


# --- a file of facts

WRONG = """[first]
title = 3
source = "a book"
scenario = "tow"
outcome = "jbos"
months = ["2011-13", "2011-01"]
band = [2, 1]
rule = "figure"
colour = "red"

[second]
title = "a fact"
evidence = ["article.big_aset_share"]
scenario = "toy"
outcome = "jobs"
per = "firms"
months = ["2012-01", "2011-01"]
band = [0]
form = "relative"
than = ["jobs"]

[third]
"""


def test_every_fault_of_a_file_is_said_with_its_line(in_a_folder: Path) -> None:
    (in_a_folder / "wrong.toml").write_text(f"{WRONG}value = 2\n\n[fourth]\nevidence = []\n")
    lines = call(code=2, given="wrong.toml").stderr.splitlines()
    wanted = [
        "wrong.toml:2: first.title: 3 is no text, allowed: text",
        'wrong.toml:4: first.scenario: "tow": no scenario of this name, did you mean toy?',
        'wrong.toml:5: first.outcome: "jbos" is no outcome, did you mean jobs?',
        'wrong.toml:6: first.months: "2011-13" is not a month, ',
        "wrong.toml:7: first.band: 2 to 1 holds nothing out, or nothing in, ",
        'wrong.toml:8: first.rule: "figure" needs one number, ',
        "wrong.toml:9: first.colour: unknown key, ",
        'wrong.toml:13: second.evidence: "article.big_aset_share" is no fact of evidence.toml, did you mean a',
        'wrong.toml:16: second.per: "firms" is no outcome, ',
        'wrong.toml:17: second.months: "2011-01" is before "2012-01", ',
        "wrong.toml:18: second.band: an array is not two numbers, ",
        'wrong.toml:19: second.form: "relative" needs a scenario, allowed: against = NAME',
        "wrong.toml:20: second.than: an array is not two outcomes, ",
        "wrong.toml:23: third.value: is given without source, ",
        "wrong.toml:22: third.title: is missing, allowed: text",
        "wrong.toml:26: fourth.evidence: is missing, ",
    ]
    for start in wanted:
        assert any(line.startswith(start) for line in lines), f"{start}\n" + "\n".join(lines)


def test_a_scenario_is_looked_for_beside_the_file(in_a_folder: Path) -> None:
    (in_a_folder / "study").mkdir()
    (in_a_folder / "study" / "mine.toml").write_text('extends = "toy"\n')
    (in_a_folder / "study" / "facts.toml").write_text(FACTS.replace('"toy"', '"mine.toml"').replace('"boom"', '"toy"'))
    assert call(given="study/facts.toml").stdout.startswith("2 of 4 facts pass")


def test_an_edited_file_is_read_anew(in_a_folder: Path) -> None:
    assert "jobs" not in checks(CATALOGUE, Path("facts.toml"))
    (in_a_folder / "facts.toml").write_text(FACTS.replace("[all]", "[jobs]"))
    assert "jobs" in checks(CATALOGUE, Path("facts.toml"))


# --- the command


def test_facts_that_fail_are_findings() -> None:
    found = call("--replicates", "5")
    assert found.stdout.startswith("3 of 4 facts pass; of those it was not fitted to, 3 of 3.\n")
    assert "Median and 90% interval over 5 seeds from seed 1: stochastic" in found.stdout
    predicted, fitted = found.stdout.split("\nfitted: 0 of 1 pass\n")
    assert "everything passes" in predicted
    assert "nothing passes" not in predicted
    assert "is below 90%" in fitted.replace("\n", " ")
    assert "none: the band is elsewhere" in fitted


def test_the_object_is_that_of_the_issue() -> None:
    found = verdicts("--replicates", "5")
    assert set(found) == {"all", "none", "figure", "boom"}
    for it in found.values():
        assert set(it) >= {"name", "value", "low", "high", "band", "pass", "fitted", "source"}
        assert it["low"] <= it["value"] <= it["high"]
        assert it["replicates"] == 5
    assert found["all"]["band"] == [0.0, None]
    assert [found[name]["pass"] for name in found] == [True, False, True, True]
    assert [found[name]["fitted"] for name in found] == [False, True, False, False]
    assert found["figure"]["crps"] < 0.01
    assert found["none"]["source"] == "another book"


def test_values_are_those_of_the_stored_results() -> None:
    found = verdicts("--replicates", "5")
    toys = sim.run("toy", replicates=5, workers=1, figures=False).table
    means = toys.of("big_asset_share")[:, 1:5].mean(axis=1)
    assert found["none"]["value"] == pytest.approx(np.median(means))
    assert found["boom"]["value"] == pytest.approx(12.0)  # on the same seeds, growth is all that differs


def test_nothing_is_run_twice(monkeypatch: pytest.MonkeyPatch, marks: Path) -> None:
    toy.use(monkeypatch, toy.with_marks)
    first = call("--replicates", "4")
    assert len(list(marks.iterdir())) == 8  # four worlds of each scenario, those that told the cost among them
    again = call("--replicates", "4")
    assert len(list(marks.iterdir())) == 8
    assert again.stdout == first.stdout
    call("--replicates", "4", "--fresh")
    assert len(list(marks.iterdir())) == 16


def test_workers_change_nothing() -> None:
    one = call("--replicates", "4", "--json", "--out", "one").stdout
    with Workers(2) as two:
        api.validate(facts="facts.toml", settings={"run.replicates": 4}, workers=two, out="two")
    (page,) = Path("one").glob("validate-all-*/validation.html")
    assert page.read_bytes() == (Path("two") / page.relative_to("one")).read_bytes()
    assert (
        json.loads(one)["facts"]
        == json.loads((Path("two") / page.parent.name / "validation.json").read_text())["facts"]
    )


def test_the_page_is_whole_and_shows_fitted_and_predicted_apart() -> None:
    call("--replicates", "5")
    (path,) = Path("results").glob("validate-all-*/validation.html")
    page = Page(path.read_text(encoding="utf-8"))
    outside = [value for _, it in page.elements for key, value in it.items()
               if key in {"src", "href"} and not str(value).startswith(("#", "data:"))]  # fmt: skip
    assert not outside
    sections = [it["id"] for tag, it in page.elements if tag == "section"]
    assert sections[:2] == ["predicted", "fitted"]
    assert "rotation" not in sections
    assert (
        sum(tag == "svg" for tag, _ in page.elements) == 4
    )  # for each group of each part a chart, and one for a phone
    assert "sim validate --facts facts.toml --replicates 5 --seed 1" in page.text("code")
    assert "the band is elsewhere" in page.text()
    assert set(page.links()) == {"facts.csv", "toy.toml", "boom.toml"}
    assert page.links()["facts.csv"].count(b"\n") == 5


def test_charts_fit_a_phone(chromium: Browser) -> None:
    call("--replicates", "5")
    (path,) = Path("results").glob("validate-all-*/validation.html")
    chromium.open(path.resolve().as_uri())
    for width in (390, 1280):
        assert chromium.charts(width) == {"shown": 2, "cut": 0}


def test_a_reason_is_given_where_a_fact_fails_and_only_there(in_a_folder: Path) -> None:
    (in_a_folder / "met.toml").write_text(FACTS.replace("[0.9, 0.95]", "[0.4, 0.5]"))
    found = call("--replicates", "5", given="met.toml")
    assert "of the failures" not in found.stdout
    (in_a_folder / "silent.toml").write_text(FACTS.replace('finding = "the band is elsewhere"', ""))
    assert "of the failures:\n  none: no reason is given\n" in call("--replicates", "5", given="silent.toml").stdout
    path = Path(json.loads(call("--replicates", "5", "--json", given="met.toml").stdout)["validation"])
    for name in ("validation.html", "validation.json"):
        assert "the band is elsewhere" not in (path / name).read_text(encoding="utf-8")
    assert verdicts("--replicates", "5")["none"]["finding"] == "the band is elsewhere"


# --- rotations

TOLD = """[startups]
title = "startups of six months"
source = "a book"
scenario = "toy"
outcome = "startups"
months = "2011-06"
band = [66, 78]

[cost]
title = "what it costs"
source = "a book"
scenario = "toy"
outcome = "fiscal_cost"
months = "2011-06"
band = [15, 25]
"""
_KEYS, _, _VALUES = toy.TARGETS.partition("[targets.startups]")
TARGETS = f"""{_KEYS}[targets.startups]
fact = "startups"
[targets.cost]
fact = "cost"
[targets.jobs]{_VALUES.partition("[targets.jobs]")[2]}"""


@pytest.fixture
def rotated(in_a_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The facts that are shipped are the toy's, and its calibration and rotation are beside its scenarios."""
    (in_a_folder / "told.toml").write_text(TOLD)
    shipped = checks(CATALOGUE, in_a_folder / "told.toml")
    for place in ("sim.evidence.facts", "sim.studies.targets"):  # a user's own facts are in no shipped calibration
        monkeypatch.setattr(
            f"{place}.checks", lambda catalogue, path=None: checks(catalogue, path) if path else shipped
        )
    folder = in_a_folder / "scenarios" / "calibration"
    folder.mkdir()
    targets = folder / "toys.targets.toml"
    targets.write_text(TARGETS)
    kept = folder / "toys.rotation.json"
    kept.write_bytes(_rotation())
    return kept


@cache
def _rotation() -> bytes:
    """What each test's folder gets is the same: made once."""
    found = api.calibrate("toy", "scenarios/calibration/toys.targets.toml", rotate=True, workers=1)
    return (found.path / "rotation.json").read_bytes()


def test_a_kept_rotation_is_shown_in_text_json_and_on_the_page(rotated: Path) -> None:
    made = {row["target"]: row for row in json.loads(rotated.read_text())["targets"]}
    assert (made["cost"]["predicted"]["within"], made["startups"]["predicted"]["within"]) == (True, False)
    said = " ".join(call("--replicates", "3", given="").stdout.split())
    assert "rotation: each target as predicted by a fit to the others" in said
    assert "96 candidates a fit, each on 3 seeds from seed 5, model toy" in said
    counted = [sum(row[kind]["within"] for row in made.values()) for kind in ("predicted", "fitted")]
    assert f"{counted[0]} of 3 medians in their bands when predicted, {counted[1]} when fitted" in said
    assert "stale" not in said
    assert "made with model" not in said
    (kept,) = json.loads(call("--replicates", "3", "--json", given="").stdout)["rotations"]
    assert {row["target"]: row for row in kept["rows"]} == made
    (path,) = Path("results").glob("validate-toy-*/validation.html")
    page = Page(path.read_text(encoding="utf-8"))
    sections = [it["id"] for tag, it in page.elements if tag == "section"]
    assert sections[:3] == ["fitted", "rotation", "judged"]
    rows = {row["target"]: row for row in csv.DictReader(io.StringIO(page.links()["rotation.csv"].decode()))}
    for name, row in made.items():
        for part in ("median", "low", "high", "ess"):
            assert float(rows[name][f"predicted_{part}"]) == row["predicted"][part]
        assert rows[name]["predicted_within"] == str(row["predicted"]["within"])


def test_a_rotation_whose_targets_changed_is_said_to_be_stale(rotated: Path) -> None:
    targets = rotated.with_name("toys.targets.toml")
    for text, words in (
        (TARGETS.replace("500.0", "400.0"), "changed since: jobs\n"),
        (TARGETS.replace("high = 0.1", "high = 0.2"), "changed since: market.growth\n"),
        (TARGETS.partition("[targets.jobs]")[0], "changed since: jobs\n"),
        (TARGETS.replace('outcome = "jobs"', 'outcome = "jbos"'), "its targets cannot be read"),
    ):
        targets.write_text(text)
        assert f"stale, run make calibrate again: {words}" in call("--replicates", "3", given="").stdout
    targets.write_text(TARGETS.replace("budget = 48", "budget = 50"))
    assert "stale" not in call("--replicates", "3", given="").stdout, "what was tried is another matter"
    targets.unlink()
    assert "its targets are gone" in call("--replicates", "3", given="").stdout


@pytest.mark.usefixtures("rotated")
def test_a_rotation_of_another_version_of_the_model_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, version="newer")
    assert "made with model toy, and the facts above are of newer" in call("--replicates", "3", given="").stdout


def test_what_is_no_rotation_is_refused_and_those_of_other_facts_are_left_out(rotated: Path) -> None:
    assert "rotation:" not in call("--replicates", "3").stdout, "a user's own facts are in no calibration"
    rotated.write_text('{"base": "toy"}')
    found = call("--replicates", "3", given="", code=2)
    assert f"{rotated.relative_to(Path.cwd())}:1: file: is no rotation" in found.stderr


# --- in a browser


CUT_OFF = """
const beyond = (it, box) => it.getBoundingClientRect().right > box.getBoundingClientRect().right + 1;
return [...document.querySelectorAll("figure")].flatMap(
    box => [...box.querySelectorAll("svg text")].filter(it => beyond(it, box)).map(it => it.textContent));
"""


@pytest.mark.slow
def test_the_page_opens_without_a_network_and_nothing_is_cut_off(chromium: Browser, in_a_folder: Path) -> None:
    wide = FACTS.replace("band = [0, inf]", "band = [100_000_000, 200_000_000]", 1).replace('"a book"', f'"{"b" * 99}"')
    (in_a_folder / "facts.toml").write_text(wide)
    call("--replicates", "5", "--set", "population.enterprises=1234567")
    (path,) = Path("results").glob("validate-all-*/validation.html")
    chromium.open(address(str(path)))
    assert chromium.text("h1") == "The model against facts"
    assert chromium.script(
        "return [...document.querySelectorAll('svg:not(.narrow)')].every(it => it.clientHeight > 40)"
    )
    assert "123,456," in chromium.text("figure"), "long numbers are among them"
    assert chromium.script(CUT_OFF) == []
    assert chromium.script("return document.documentElement.scrollWidth <= innerWidth")
    seen = "return document.querySelector('#fitted td details small').checkVisibility()"
    assert not chromium.script(seen)
    chromium.click("#fitted td details summary")
    assert chromium.script(seen)
    assert chromium.text("#fitted td details small") == "the band is elsewhere"
    assert chromium.script("return performance.getEntriesByType('resource').length") == 0
    assert chromium.complaints() == []


@pytest.mark.slow
def test_rotations_are_drawn(chromium: Browser, rotated: Path) -> None:
    made = json.loads(rotated.read_text())["targets"]
    call("--replicates", "3", given="")
    (path,) = Path("results").glob("validate-toy-*/validation.html")
    chromium.open(address(str(path), "#rotation"))
    marks = "return document.querySelectorAll('#rotation svg:not(.narrow) .whisker').length"
    assert chromium.script(marks) == 2 * len(made)
    out = sum(not row["predicted"]["within"] for row in made)
    assert chromium.script("return document.querySelectorAll('#rotation .rotated td:nth-child(7) .no').length") == out
    assert chromium.script(CUT_OFF) == []
    assert chromium.complaints() == []


# --- more of the command


def test_one_scenario_has_its_own_facts() -> None:
    assert set(verdicts("boom", "--replicates", "3")) == {"boom"}


def test_a_file_has_the_facts_of_what_it_extends(in_a_folder: Path) -> None:
    (in_a_folder / "mine.toml").write_text('extends = "toy"\n[population]\nenterprises = 700\n')
    found = verdicts("mine.toml", "--replicates", "3")
    assert set(found) == {"all", "none", "figure"}
    assert found["all"]["scenario"] == "mine"
    assert found["all"]["value"] == pytest.approx(70_000, abs=300)


def test_a_scenario_without_facts_is_refused(in_a_folder: Path) -> None:
    (in_a_folder / "alone.toml").write_text(SCENARIO)
    assert "no fact is measured on it, or on what it extends, allowed: toy, boom" in call("alone.toml", code=2).stderr


def test_settings_hold_in_all_scenarios() -> None:
    found = verdicts("--replicates", "3", "--set", "population.enterprises=900")
    assert found["all"]["value"] == pytest.approx(90_000, abs=300)
    assert "--set: run.replicates: is given by --replicates too" in call(
        "--replicates", "3", "--set", "run.replicates=4", code=2
    ).stderr  # fmt: skip
    assert "did you mean market.growth?" in call("--set", "market.growht=1", code=2).stderr


def test_failed_worlds_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.fail_on_some)
    found = call("--replicates", "6", "--json", code=3)
    failed = [it for it in range(6) if seed_of(1, it) % 3 == 0]
    assert 0 < len(failed) < 6
    assert json.loads(found.stdout)["facts"][0]["replicates"] == 6 - len(failed)
    assert "the books of month 7 do not balance" in found.stderr


def test_where_nothing_runs_there_is_nothing_to_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.fail_always)
    found = call("--replicates", "2", code=3)
    assert found.stdout == ""
    assert "every replicate failed: RuntimeError: nothing works" in found.stderr


def test_an_interrupt_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.interrupt)
    assert "interrupted" in call("--replicates", "2", code=130).stderr


def test_what_takes_long_wants_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.busily)
    found = call("--replicates", "4999", code=2)
    assert re.search("9,?994 worlds of 2 scenarios are left", found.stderr)
    assert "with --yes" in found.stderr
    call("--replicates", "9", "--yes")


def test_a_run_that_does_not_reach_a_month_gives_no_value() -> None:
    found = verdicts("toy", "--replicates", "3", "--set", "run.months=4")
    assert (found["all"]["pass"], found["none"]["pass"]) == (True, False)
    assert found["none"]["reason"] == "no world gives a value"


def test_worlds_of_other_seeds_are_no_pairs() -> None:
    scenarios = {"toy": load("toy", {"run.seed": 2}), "boom": load("boom")}
    (boom,) = of_scenario(checks(CATALOGUE, Path("facts.toml")).values(), "boom")
    with pytest.raises(Incompatible, match="cannot be paired"):
        validate_model([boom], scenarios, {}, toy.model(), RunOptions(Path("results"), Workers(1), toy.Listener()))


def test_all_faults_of_all_scenarios_are_raised() -> None:
    with pytest.raises(ScenarioError) as error:
        api.validate(facts="facts.toml", settings={"market.growth": "much"})
    assert len(error.value.faults) == 1  # the same one in both
