"""A poster: its words in every language, one page of A3 with the same bytes each time, the command that draws it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from command import call
from matplotlib.backends.backend_agg import FigureCanvasAgg

import sim
from sim.language import large, speaking
from sim.report.figures import poster
from sim.report.figures.canvas import style
from sim.report.figures.fonts import told
from sim.report.figures.poster import draw_poster
from sim.report.text.poster import LEVERS, Bar, Poster, count, money, poster_of
from sim.scenario import ScenarioError
from sim.studies.appraisal.treated import LEVERS as TREATED
from sim.studies.appraisal.treated import UNTREATED
from sim.studies.estimators.intervals import Interval
from sim.studies.questions.appraise import Appraisal

pytestmark = pytest.mark.once  # of compiled worlds, and of what does not depend on the interpreter

FEW = ("--replicates", "2", "--months", "12", "--workers", "1")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Appraisal:
    out = tmp_path_factory.mktemp("poster")
    return sim.appraise("shougang-idle", "shougang", replicates=2, months=12, workers=1, out=out)


def _made(found: Appraisal) -> Poster:
    bars = [
        Bar(words, Interval(value, value - 10, value + 10), f"{value}")
        for words, value in (("one", 50.0), ("two", -30.0))
    ]
    return replace(poster_of(found), steps=tuple(bars), parties=tuple(bars))


@pytest.mark.parametrize("code", ["en", "zh"])
def test_words_stay_in_the_boxes_of_the_numbers(found: Appraisal, code: str) -> None:
    made = poster_of(found, code)
    said = {"en": "95% interval −123,456 to 222,222: may be none", "zh": "95%区间：−123,456至2,222万，可能没有增加"}
    many = replace(made, numbers=tuple((number, words, said[code], False) for number, words, *_ in made.numbers))
    with style():
        figure = poster.page_of(many)
    canvas = FigureCanvasAgg(figure)
    with told(figure):
        canvas.draw()
    boxes = [it.get_window_extent() for it in figure.axes if not it.get_xticks().size and not it.get_yticks().size]
    assert len(boxes) == len(many.numbers)
    inside = [it.get_window_extent() for it in figure.texts]
    for box in boxes:
        there = [it for it in inside if box.contains(it.x0, (it.y0 + it.y1) / 2)]
        assert len(there) == 3
        assert all(it.x1 <= box.x1 and it.y0 >= box.y0 for it in there)


def test_a_language_that_there_is_none_of_is_refused(found: Appraisal) -> None:
    assert "allowed: en, zh" in call("poster", "--lang", "fr", code=2).stderr
    with pytest.raises(ScenarioError, match="allowed: en, zh"):
        sim.poster(found, "fr")


def test_a_page_in_chinese_has_no_english_on_it(found: Appraisal) -> None:
    together = replace(found, baseline=sim.load("together-apart"), variant=sim.load("together"))
    said = poster_of(together, "zh")
    bars = [bar.words for bar in (*said.steps, *said.parties)]
    numbers = [text for it in said.numbers for text in it[:3]]
    for text in (said.title, said.subtitle, *said.heads, *said.shared, *said.policies, *numbers, said.chain, *bars,
                 said.worth, *said.sure):  # fmt: skip
        assert not re.search("[A-Za-z]", text), text
    assert said.shared[:2] == (
        "主办企业：大企业的开放平台，自2013年10月起", "第三方平台：不属于任何制造企业的平台，自2012年1月起",
    )  # fmt: skip
    assert said.shared[2] == "首钢：闲置厂房90.0万平方米，改造后出租"
    assert "2011年1月至2016年4月" in said.subtitle
    assert [it[0][-1] for it in said.numbers] == ["人", "家", "元", "元"]
    assert "租金补贴：8.3元/平方米/月" in said.policies


def test_chinese_numbers_are_in_tens_of_thousands_and_hundreds_of_millions() -> None:
    shown = {0.2: "0", 9_999: "9,999", 12_842: "1.28万", -4_795: "−4,795", -80_664: "−8.07万", 1.824e9: "18.2亿"}
    assert {x: large(x) for x in shown} == shown
    assert money(-714.0) == "\u2212714"
    with speaking("zh"):
        assert money(-714.0) == "−7.14亿"


def test_there_are_words_for_every_lever() -> None:
    levers = {it for it in (*TREATED, *UNTREATED) if it.startswith("levers.")}
    assert set(LEVERS) == {it for it in levers if not it.endswith(("_cost", "_sector"))}


def test_it_says_what_is_shared_and_what_is_a_policy(found: Appraisal) -> None:
    together = replace(found, baseline=sim.load("together-apart"), variant=sim.load("together"))
    said = poster_of(together)
    assert [it.partition(":")[0] for it in said.shared] == ["host", "third-party", "shougang"]
    assert "900,000 m2" in said.shared[2]
    assert len(said.policies) == 8
    assert "Cheaper entry: 50% less" in said.policies
    alone = poster_of(found)
    assert alone.policies == ()
    assert alone.shared == ("shougang: 900,000 m2 of idle floor, renovated and let",)
    assert poster_of(replace(found, variant=found.baseline)).shared == (
        "Nothing: the two worlds differ in other things",
    )


def test_numbers_are_those_of_the_appraisal_and_say_where_they_may_be_none(found: Appraisal) -> None:
    said = poster_of(found)
    net = found.interval(found.net("jobs"))
    assert said.numbers[0][0] == count(net.mean)
    for (_, _, interval, clear), name in zip(
        said.numbers, ("jobs", "enterprises", "value_added", "taxes"), strict=True
    ):
        it = found.interval(found.net(name))
        assert clear == (not it.low <= 0 <= it.high)
        assert interval.endswith("may be none") != clear
    assert said.steps[-1].value == net
    assert said.parties[-1].value == found.interval(found.value)


def test_of_one_seed_nothing_is_said_of_an_interval(found: Appraisal) -> None:
    first = {name: values[:1] for name, values in found.chain.items()}
    resources = {name: values[:1] for name, values in found.resources.items()}
    who = {name: values[:1] for name, values in found.who.items()}
    one = replace(found, replicates=(0,), chain=first, resources=resources, who=who)
    said = poster_of(one).sure
    assert said[0] == "No interval from one seed."
    assert not any("holds zero" in it or "clear of zero" in it for it in said)


def test_it_is_one_page_of_a3_with_the_same_bytes_each_time(found: Appraisal) -> None:
    files = draw_poster(_made(found))
    assert set(files) == {"poster.pdf", "poster.png"}
    assert files == draw_poster(_made(found))
    assert files["poster.pdf"].count(b"/Type /Page ") == 1
    (width, height) = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", files["poster.pdf"])[0]
    assert (round(float(width)), round(float(height))) == (1191, 842)


def test_the_command_draws_it_beside_the_appraisal(found: Appraisal) -> None:
    asked = ("poster", "shougang-idle", "shougang", *FEW, "--out", found.path.parent)
    said = call(*asked).stdout.splitlines()
    places = [Path(line.removeprefix("poster: ")) for line in said]
    assert [it.name for it in places] == ["poster.pdf", "poster.png"]
    assert all(it.is_file() for it in places)
    assert {it.parent for it in places} == {found.path}
