"""The report: what it says is what is stored, it needs nothing from outside, and its sliders move."""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import json
import math
import re
import shlex
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import toy
from browser import ARROW_RIGHT, HOME, PAGE_UP, Browser
from command import ROOT, call
from matplotlib.text import Text
from toy import FIGURE, damage

from sim import api
from sim.formats import number
from sim.model.catalogue import load
from sim.report.figures.calibrations import marginals_page, targets_page
from sim.report.figures.canvas import style
from sim.report.html.charts import Frame, difference_chart, effect_chart, ticks
from sim.report.html.limits import HEADING, limits
from sim.report.html.markup import Markup, island, join, tag
from sim.report.html.markup import table as markup_table
from sim.report.html.over_months import charts
from sim.report.html.page import file_text
from sim.report.sheets import Panel
from sim.runs.executor import Workers
from sim.runs.result import find_result
from sim.runs.store import Store
from sim.studies.estimators.indices import Estimate
from sim.studies.estimators.intervals import Interval
from sim.studies.questions.calibrate import Calibration
from sim.studies.questions.sensitivity import Sensitivities
from sim.studies.questions.sweep import Sweep
from sim.units import parameter_unit

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

HOSTILE = """</title><script>alert(1)</script><img src=x onerror=alert(2)> & "it's" """.strip()
FIGURES = FIGURE.format("startups", 64, "2011-06", "about") + FIGURE.format(
    "site_enterprises", 9000, "2011-06", "about"
)
_VOID = {"meta", "br", "input", "col"}


@pytest.fixture(autouse=True)
def without_pictures(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with two scenarios; no figures, which take long and have tests of their own."""
    with (toy_folder / "scenarios" / "toy.toml").open("a") as file:
        file.write(FIGURES)
    for name in (
        "run.draw_run",
        "comparison.draw_comparison",
        "sweeps.draw_sweep",
        "sensitivities.draw_sensitivities",
        "calibrations.draw_calibration",
    ):
        monkeypatch.setattr(f"sim.report.figures.{name}", lambda *_: None)


def run(*names: str) -> None:
    call("run", "--workers", "1", *names)


def report(*arguments: str) -> tuple[dict[str, Any], str]:
    """What ``--json`` says, and the page."""
    found = json.loads(call("report", "--json", *arguments).stdout)
    return found, Path(found["report"]).read_text(encoding="utf-8")


class Page(HTMLParser):
    """A page's elements; an end that fits no beginning is a fault."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append((self.open[-1] if self.open else "", data))

    def text(self, tag: str = "") -> str:
        return " ".join(data for inside, data in self.words if not tag or inside == tag)

    def links(self) -> dict[str, bytes]:
        """What the page carries to be saved, by file name."""
        return {
            str(it["download"]): base64.b64decode(str(it["href"]).partition("base64,")[2])
            for name, it in self.elements
            if name == "a" and "download" in it
        }


def table(page: Page, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.links()[name].decode())))


# --- the file


def every_page() -> dict[str, str]:
    run("toy", "boom")
    make_sweep()
    make_sensitivity()
    make_calibration(rotate=True)
    (grid,) = Path("results").glob("sweep-*")
    (study,) = Path("results").glob("sensitivity-*")
    (fit,) = Path("results").glob("calibrate-*")
    given = {"result": ["toy"], "comparison": ["toy", "boom"], "sweep": [str(grid)], "sensitivity": [str(study)],
             "calibration": [str(fit)]}  # fmt: skip
    return {kind: report(*names)[1] for kind, names in given.items()}


def faults_of_structure(text: str) -> list[str]:
    """Headings that skip a level, headers without words, regions of one name outside of folds.

    axe calls them heading-order, empty-table-header and landmark-unique.
    """
    said, level = [], 0
    for name, words in re.findall(r"<(h[1-6])[^>]*>(.*?)</h[1-6]>", text, re.DOTALL):
        if int(name[1]) > level + 1:
            said.append(f"{name} after h{level}: {words}")
        level = int(name[1])
    headers = re.findall(r"<th\b[^>]*>(.*?)</th>", text, re.DOTALL)
    empty = [it for it in headers if not re.sub(r"<[^>]*>", "", it).strip()]
    said += ["a header of a table without words"] * len(empty)
    shown = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    regions = re.findall(r'role="region" aria-label="([^"]*)"', shown)
    return said + [f"two regions called {it}" for it in dict.fromkeys(regions) if regions.count(it) > 1]


def test_headings_skip_no_level_and_tables_have_headers() -> None:
    found = {kind: faults_of_structure(text) for kind, text in every_page().items()}
    assert not any(found.values()), found
    said = faults_of_structure("<h1>a</h1><h3>b</h3><th></th>" + 2 * '<div role="region" aria-label="c"></div>')
    assert said == ["h3 after h1: b", "a header of a table without words", "two regions called c"]
    with pytest.raises(AssertionError):
        markup_table(("outcome", ""), [])


def test_every_part_of_a_bar_is_named_and_every_difference_is_said() -> None:
    pages = every_page()
    for text in (pages["result"], pages["sensitivity"]):
        for bar, key in re.findall(r'<svg[^>]*class="shares"[^>]*>(.*?)</svg><ul class="key">(.*?)</ul>', text):
            assert bar.count("<rect") == key.count("<li>") > 0
    drawn = difference_chart("x", "words", [Interval(*np.full((3, 12), np.nan))], (2011, 1))
    assert drawn == '<p class="note">no seed with a value in both</p>', "no axes without a value"
    (section,) = re.findall(r'<section id="outcomes">.*?</section>', pages["comparison"], re.DOTALL)
    assert "<td" in section
    assert not re.search(r"<td[^>]*></td>", section), "no cell of the differences is empty"


def test_one_seed_has_no_interval_and_no_empty_brackets() -> None:
    run("toy", "boom", "--replicates", "1")
    _, comparison = report("toy", "boom")
    call("sweep", "toy", "--vary", "market.growth=0.03,0.05", "--replicates", "1", "--workers", "1")
    (study,) = Path("results").glob("sweep-toy-*")
    found, page = report(study.name)
    assert "()" not in comparison.partition("<script")[0]
    assert "(95%: )" not in page
    assert "(95%: no interval)" in found["headline"]
    assert "Meets" not in report("toy")[0]["headline"], "a figure that is not judged is neither met nor missed"
    drawn = effect_chart("x", "words", [("a", "gain", Estimate(40.0, math.nan, math.nan))])
    assert "nan" not in drawn
    assert max(map(float, re.findall(r'width="([\d.]+)" height="16"', drawn))) < 460, "no bar leaves its picture"


def test_pages_are_whole_and_ask_nothing_of_a_network() -> None:
    for kind, text in every_page().items():
        page = Page(text)
        names = [it["id"] for _, it in page.elements if "id" in it]
        assert len(names) == len(set(names)), kind
        for drawn in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
            assert ET.fromstring(drawn).find("title") is not None  # noqa: S314  our own
        for name, it in page.elements:
            assert not {"src", "srcset", "action", "ping", "background"} & set(it), (kind, name)
            assert not any(attribute.startswith("on") for attribute in it), (kind, name)
            assert re.match(r"#|data:", it.get("href") or "#"), it
        inside = [data for tag_, data in page.words if tag_ in {"style", "script"}]
        assert not re.search(r"url\(|@import|\bimport\b|fetch\(|XMLHttpRequest|WebSocket|https?:", " ".join(inside)), (
            kind
        )
        script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        assert len(script) == 1
        allowed = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
        policy = next(it["content"] for _, it in page.elements if it.get("http-equiv") == "Content-Security-Policy")
        assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
        assert page.text("h2").count(HEADING) == 1


def test_the_same_results_give_the_same_bytes_wherever_they_are(tmp_path: Path) -> None:
    run("toy", "boom")
    first, page = report("toy", "boom")
    again, same = report("toy", "boom")
    assert page == same
    shutil.copytree("results", "elsewhere")
    moved, there = report("toy", "boom", "--results", "elsewhere")
    assert there == page
    assert first["sha256"] == again["sha256"] == moved["sha256"] == hashlib.sha256(page.encode()).hexdigest()
    assert Path(moved["report"]).parent == Path("elsewhere")
    assert str(tmp_path) not in page


def test_the_file_is_where_it_was_asked_for_and_nothing_else_is_left() -> None:
    run("toy")
    found = call("report", "toy", "--out", "some/where.html")
    assert found.stdout.splitlines()[-1] == "report: some/where.html"
    assert [path.name for path in Path("some").iterdir()] == ["where.html"]
    assert not list(Path("results").glob("*.html"))


# --- what it says


def test_the_headline_is_that_of_compare() -> None:
    run("toy", "boom")
    compared = json.loads(call("compare", "toy", "boom", "--json").stdout)
    found, text = report("toy", "boom")
    for key in ("outcomes", "changed", "seeds", "month"):
        assert found[key] == compared[key]
    it = compared["outcomes"]["startups"]
    assert found["lead"] == ["startups"]
    interval = f"(95%: {number(it['low'])} to {number(it['high'])})"
    expected = (
        f"boom adds {number(it['difference'])} startups {interval} after 6 months, on 5 common seeds, against toy."
    )
    assert found["headline"] == expected
    page = Page(text)
    assert expected in page.text("p")
    assert f"+{number(it['difference'])}" in page.text("b")
    changed = re.search(r"<code>market\.growth</code>.*?</tr>", text, re.DOTALL)
    assert changed
    words = re.sub(r"<[^>]+>", " ", changed[0]).split()
    assert words[words.index("3") :][:3] == ["3", "5", "%/year"], "old, new and everyday unit"
    assert "boom changes market.growth 3 → 5%/year." in page.text("p")


def test_a_difference_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "scenarios" / "same.toml").write_text('extends = "toy"\n[market]\ngrowth = 0.03\nprice_share = 0.31\n')
    run("toy", "same")
    found, _ = report("toy", "same")
    assert found["headline"] == "same leaves startups as they are after 6 months, on 5 common seeds, against toy."


def hang_startups(scenario: Any, seed: int, months: int) -> Any:
    """Startups differ by one seed alone, jobs on all."""
    return toy.hang_on_one(scenario, seed, months)[:, [1, 0, 2, 3, 4, 5]]


def hang_alone(scenario: Any, seed: int, months: int) -> Any:
    cells = hang_startups(scenario, seed, months)
    cells[:, [1, 4]] = 7.0
    return cells


def test_what_depends_on_one_seed_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, hang_startups)
    run("toy", "boom", "--replicates", "12")
    found, text = report("toy", "boom")
    assert found["lead"] == ["jobs"]
    assert found["outcomes"]["startups"]["verdict"] == "more, only with replicate 11"
    page = Page(text)
    assert "Startups: replicate 11 has +1.03; without it +0.257 (" in page.text("p")
    assert "more, only with replicate 11" in page.text("td")
    assert '<span class="badge">more, only with replicate 11</span>' in text
    assert "jobs: replicate" not in text


def test_where_nothing_else_differs_the_headline_names_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, hang_alone)
    run("toy", "boom", "--replicates", "12")
    said = report("toy", "boom")[0]["headline"]
    assert said.startswith("boom moves startups only with one seed: +0.322 enterprises (95%: ")
    assert "against toy: replicate 11 has +1.03; without it +0.257 (" in said


def test_a_sweeps_page_leads_with_what_does_not_depend_on_one_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, hang_startups)
    sweep = api.sweep("toy", {"market.growth": [0.02, 0.04]}, outcomes=("startups", "jobs"), replicates=12, workers=1)
    found, text = report(str(sweep.path))
    assert found["lead"] == "jobs"
    assert "at market.growth = 4%/year: replicate 11 has +1.03; without it" in Page(text).text("p")
    hangs = [it["hangs_on_one"] for it in found["points"]["startups"]]
    assert hangs == [0.0, 0.0, 1.0]
    toy.use(monkeypatch, hang_alone, "alone")
    sweep = api.sweep("toy", {"market.growth": [0.02, 0.04]}, outcomes=("startups",), replicates=12, workers=1)
    assert "12 common seeds; more, only with replicate 11" in report(str(sweep.path))[0]["headline"]


def test_one_result_is_told_by_medians_and_the_articles_figures() -> None:
    run("toy")
    found, text = report("toy")
    rows = find_result("toy", Path("results")).summary
    startups = rows.loc["startups"]
    said = f"{number(startups['median'])} startups ({number(startups['low'])} to {number(startups['high'])})"
    assert said in found["headline"]
    assert "of the article's 2 figures" in found["headline"]
    page = Page(text)
    badges = [data for tag_, data in page.words if tag_ == "span" and re.match(r"[✓✗]", data)]
    assert (
        sum(badge.startswith("✗ not met: the interval ends at") for badge in badges) == 2
    )  # on the card, in the table
    assert found["outcomes"]["startups"]["median"] == pytest.approx(startups["median"])


def test_a_panel_with_nothing_to_see_is_left_out_and_named() -> None:
    seen, none = np.ones((2, 3)), np.full((2, 3), np.nan)
    panels = [Panel("startups", "enterprises", (none, seen)), Panel("jobs", "people", (seen * 0, none)),
              Panel("site_jobs", "people", (none, none))]  # fmt: skip
    page = Page(str(charts(panels, ["without", "with"], load("shougang"), {}, "headline-")))
    assert [name for name, _ in page.elements].count("figure") == 1
    assert page.text("b") == "Startups"
    assert page.text("p").endswith("Left out, without a value or always 0: jobs, site_jobs.")


def test_figures_that_are_inherited_say_so() -> None:
    run("boom")
    _, text = report("boom")
    said = "boom: the figures of startups, site_enterprises are inherited from toy.toml."
    assert said in Page(text).text("p")


def test_the_data_are_those_of_the_figures() -> None:
    run("toy", "boom")
    found, text = report("toy", "boom")
    page = Page(text)
    held = {name: find_result(name, Path("results")).table.of("startups") for name in ("toy", "boom")}
    fans = [row for row in table(page, "months.csv") if (row["outcome"], row["result"]) == ("startups", "boom")]
    assert [float(row["p95"]) for row in fans] == pytest.approx(list(np.percentile(held["boom"], 95, axis=0)))
    assert fans[0]["month"] == "2011-01"
    last = [row for row in table(page, "differences-months.csv") if row["outcome"] == "startups"][-1]
    told = found["outcomes"]["startups"]
    assert [float(last[key]) for key in ("mean", "low", "high")] == pytest.approx(
        [told[key] for key in ("difference", "low", "high")]
    )
    runs = [float(row["startups"]) for row in table(page, "runs.csv") if (row["result"], row["run"]) == ("toy", "2")]
    assert runs == pytest.approx(list(held["toy"][2]))


def test_what_a_user_wrote_is_text_and_nothing_else(tmp_path: Path) -> None:
    name = "a <b>&'\" name"
    text = f"extends = 'toy'\ntitle = '''{HOSTILE}'''\n[market]\ngrowth = 0.05\n"
    (tmp_path / f"{name}.toml").write_text(text)
    run("toy", f"{name}.toml")
    folder = next(str(path.parent) for path in Path("results").glob("*/manifest.json") if "toy" not in path.parent.name)
    for given in ([folder], ["toy", folder]):
        _, page = report(*given)
        read = Page(page)
        assert HOSTILE in read.text("h1")
        assert f"set by {name}.toml" in read.text("td")
        assert "img" not in {tag_ for tag_, _ in read.elements}
        assert [it.get("type") for tag_, it in read.elements if tag_ == "script"].count(None) == 1


def test_the_commands_on_the_page_make_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("toy", "boom")
    found, text = report("toy", "boom")
    page = Page(text)
    assert all(line in page.text("code") for line in found["commands"])
    (tmp_path / "again").mkdir()
    monkeypatch.chdir(tmp_path / "again")
    for name, data in page.links().items():
        if name.endswith(".toml"):
            Path(name).write_bytes(data)
    for line in found["commands"]:
        command, *arguments = shlex.split(line)
        assert command == "sim"
        call(*arguments)
    (made,) = Path("results").glob("report-*.html")
    for name in ("toy", "boom"):
        digest = find_result(name, Path("results")).manifest["outputs"]["outcomes.parquet"]
        assert digest in text
    # Only the resolved scenario's remarks on where a line was read from may differ.
    plain = re.compile(r'href="data:text/plain[^"]*"|<small>[^<]*</small>|set by \S+')
    assert plain.sub("", made.read_text(encoding="utf-8")) == plain.sub("", text)


def test_what_the_model_cannot_tell_is_the_documents() -> None:
    run("toy")
    page = Page(report("toy")[1])
    document = (ROOT / "docs" / "model.md").read_text(encoding="utf-8").partition(f"## {HEADING}\n")[2]
    assert len(limits()) == document.partition("\n## ")[0].count("\n- ") + document.startswith("- ")
    first = re.search(r"- \*\*(.+?)\*\*", document)
    assert first
    assert first[1] in page.text("b")


# --- what is wrong


def test_what_is_no_result_is_refused_and_named() -> None:
    run("toy")
    assert "is toy meant?" in call("report", "toi", code=2).stderr
    Path("empty").mkdir()
    assert "./empty" in call("report", "./empty", code=2).stderr
    assert "given twice" in call("report", "toy", "toy", code=2).stderr
    assert not list(Path("results").glob("*.html"))


def test_damaged_results_are_named_and_left_alone() -> None:
    run("toy")
    (file,) = Path("results").glob("toy-*/outcomes.parquet")
    damage(file)
    before = file.read_bytes()
    found = call("report", "toy", code=2)
    assert f"{file}: damaged or half-written" in found.stderr
    assert file.read_bytes() == before
    assert not list(Path("results").glob("*.html"))


def test_results_that_do_not_fit_are_refused_with_the_reason() -> None:
    run("toy")
    call("run", "boom", "--workers", "1", "--seed", "7")
    assert "cannot be paired seed by seed" in call("report", "toy", "boom", code=2).stderr
    found, text = report("toy", "boom", "--unpaired")
    assert found["headline"].endswith("on 5 and 5 seeds, not paired, against toy.")
    assert "Welch's" in text
    assert found["commands"][-1].endswith(" --unpaired")
    call("run", "boom", "--workers", "1", "--months", "3")
    assert "cannot be compared month by month" in call("report", "toy", "boom", code=2).stderr


# --- studies


def make_sweep(design: str = "grid", **how: Any) -> Sweep:
    vary: dict[str, Any] = {"market.growth": [0.0, 0.04, 0.08], "population.enterprises": "1000:3000:3"}
    if design != "grid":
        vary = {"market.growth": "0.0:0.08", "population.enterprises": "1000:3000"}
    with Workers(1) as here:
        return api.sweep("toy", vary, design, outcomes=("startups", "fiscal_cost"), workers=here, yes=True, **how)


def make_sensitivity() -> Sensitivities:
    keys = ("market.growth=0.0:0.08", "population.enterprises=1000:3000")
    return api.sensitivity("toy", ("startups", "fiscal_cost"), "morris", keys, 6, replicates=3, workers=1, yes=True)


# No size has both the jobs and the cost: targets that cannot all be met.
TARGETS = f"""title = {json.dumps(HOSTILE)}
[calibration]
budget = 40
replicates = 3
[keys."market.growth"]
low = 0.01
high = 0.1
scale = "log"
[keys."population.enterprises"]
low = 50
high = 500
[targets.startups]
outcome = "startups"
months = "2011-06"
value = 72.0
tolerance = 3.0
[targets.jobs]
outcome = "jobs"
months = "2011-06"
value = 20000.0
tolerance = 500.0
[targets.cost]
outcome = "fiscal_cost"
months = "2011-06"
value = 90.0
tolerance = 1.0
bound = "at least"
"""


def make_calibration(*, rotate: bool = False) -> Calibration:
    Path("targets.toml").write_text(TARGETS)
    return api.calibrate("toy", "targets.toml", rotate=rotate, workers=1, watcher=toy.Listener())


def test_a_sweeps_page_holds_every_point() -> None:
    sweep = make_sweep()
    found, text = report(str(sweep.path))
    stats = sweep.stats["startups"]
    at = int(np.argmax(np.abs(stats["difference"])))
    difference, low, high = (number(stats[name][at]) for name in ("difference", "low", "high"))
    said = f"+{difference} enterprises (95%: {low} to {high})"
    assert said in found["headline"]
    assert "market.growth = 8%/year" in found["headline"]
    rows = [row for row in table(Page(text), "points.csv") if row["outcome"] == "startups"]
    assert [float(row["median"]) for row in rows] == pytest.approx(list(stats["median"]))
    assert [it["difference"] for it in found["points"]["startups"]] == pytest.approx(list(stats["difference"]))


@pytest.mark.parametrize("kind", ["grid", "latin", "sensitivity", "difference"])
def test_a_studys_page_makes_it_again(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "sensitivity":
        study: Any = make_sensitivity()
    elif kind == "difference":
        study = api.sensitivity("toy", ("startups",), keys=("population.enterprises",), samples=3, against="boom",
                                replicates=3, workers=1)  # fmt: skip
    else:
        study = make_sweep(kind, **({} if kind == "grid" else {"samples": 5}))
    found, text = report(str(study.path))
    (tmp_path / "again").mkdir()
    monkeypatch.chdir(tmp_path / "again")
    for name, data in Page(text).links().items():
        if name.endswith(".toml"):
            Path(name).write_bytes(data)
    for line in found["commands"]:
        call(*shlex.split(line)[1:])
    assert (Path("results") / study.path.name).is_dir()
    assert len(list(Path("results").glob("report-*.html"))) == 1


def test_a_damaged_study_is_named_and_one_among_results_refused() -> None:
    run("toy")
    sweep = make_sweep()
    assert "give it alone" in call("report", "toy", str(sweep.path), code=2).stderr
    store = Store(sweep.path)
    whole = store.manifest()
    store.seal({name: it for name, it in whole.items() if name != "design"})
    assert "manifest.json or what it names lacks 'design'" in call("report", str(sweep.path), code=2).stderr
    store.seal(whole | {"kind": "explain"})
    assert "a study of kind explain has no report" in call("report", sweep.path.name, code=2).stderr
    store.seal(whole)
    assert "a sweep study, and no result" in call("compare", str(sweep.path), "toy", code=2).stderr
    damage(sweep.path / "replicates.parquet")
    assert "replicates.parquet: damaged or half-written" in call("report", str(sweep.path), code=2).stderr


def test_a_calibrations_page_says_what_was_fitted_to_what() -> None:
    fit = make_calibration()
    found, text = report(str(fit.path))
    page, targets = Page(text), fit.targets.targets
    assert found["kind"] == "calibrate"
    for key, it in found["fitted"].items():
        assert it["value"] == fit.fitted[key]
        assert (it["median"], it["low"], it["high"]) == fit.fit.interval(key)
        (moved,) = (one for one in fit.targets.keys if one.key == key)
        assert parameter_unit(moved.unit, (moved.low, moved.high)).span(it["low"], it["high"]) in page.text("td")
    for place, target in enumerate(targets):
        told, span = found["targets"][target.name], fit.fit.span(place)
        assert told["mean"] == fit.fit.best.means[place]
        assert told["error"] == fit.fit.best.errors[place]
        assert told["as it is"]["median"] == fit.fit.evaluations[0].means[place]
        assert [told["fitted"][part] for part in ("median", "low", "high")] == pytest.approx(
            [span.median, span.low, span.high]
        )
        assert number(span.median) in page.text("td")
    assert [found["targets"][it]["fitted"]["within"] for it in ("jobs", "cost")] == [False, False], "at odds"
    within = sum(it["fitted"]["within"] for it in found["targets"].values())
    assert f"{within} of 3 targets have their posterior median" in found["headline"]
    assert all(remark in page.text("p") for remark in fit.manifest["remarks"])
    weights = [float(row["weight"]) for row in table(page, "posterior.csv")]
    assert sum(weights) == pytest.approx(1)
    assert sum(tag == "svg" for tag, _ in page.elements) == len(fit.targets.keys) + 2  # one for a phone
    assert not [it for tag, it in page.elements if tag == "section" and it["id"] == "rotation"]


def test_a_posterior_of_too_few_points_is_not_drawn() -> None:
    fit = make_calibration()
    weights = np.zeros_like(fit.fit.posterior.weights)
    weights[0] = 1.0  # an effective sample size of 1
    few = replace(fit, fit=replace(fit.fit, posterior=replace(fit.fit.posterior, weights=weights)))
    said = {}
    for name, found in (("enough", fit), ("few", few)):
        with style():
            pages = [marginals_page(found), targets_page(found)]
            said[name] = [text.get_text() for page in pages for text in page.figure.findobj(Text)]
    assert {"posterior", "90% of the posterior"} <= set(said["enough"])
    assert not {"posterior", "its 90% interval", "90% of the posterior"} & set(said["few"])
    assert any("effective sample size of the posterior 1, below 20: no posterior is drawn" in it for it in said["few"])
    store = Store(fit.path)
    store.seal(store.manifest() | {"effective_sample_size": 1.0})
    told, text = report(str(fit.path))
    page = Page(text)
    assert "targets lie in the band" in told["headline"]
    assert "below, coloured: at the fitted values" in text
    assert "effective sample size is 1, below 20: too few points to show it" in page.text("p")
    assert "What each could be" not in page.text("h3")


def test_a_calibrations_page_has_its_rotation_and_a_damaged_one_is_named() -> None:
    fit = make_calibration(rotate=True)
    found, text = report(str(fit.path))
    assert found["rotation"] == json.loads((fit.path / "rotation.json").read_text())["targets"]
    assert "--rotate" in found["commands"][0]
    (section,) = re.findall(r'<section id="rotation">.*?</section>', text, re.DOTALL)
    assert all(number(row["predicted"]["median"]) in section for row in found["rotation"])
    damage(fit.path / "posterior.parquet")
    assert "posterior.parquet: damaged or half-written" in call("report", str(fit.path), code=2).stderr


def test_a_stored_sensitivity_is_in_the_report_on_its_scenario() -> None:
    run("toy")
    assert "Variance of" not in report("toy")[1]
    answer = make_sensitivity().outcomes["startups"]
    assert answer.kinds
    page = Page(report("toy")[1])
    for kind, share in answer.kinds.items():
        words = {"assumption": "assumed", "seed": "seed"}.get(kind, kind)
        assert f"{share:.0%} {words}" in page.text("p")


def test_a_sensitivity_studys_page_says_what_moves_the_outcome() -> None:
    study = make_sensitivity()
    found, text = report(str(study.path))
    top = study.outcomes["fiscal_cost"].parameters[0]
    assert top.key == "population.enterprises"
    effect = top.index.effect
    said = f"{top.key} moves fiscal cost most: +{number(effect.value)} million yuan (95%: {number(effect.low)}"
    assert said in found["headline"]
    rows = [row for row in table(Page(text), "indices.csv") if row["outcome"] == "fiscal_cost"]
    assert float(rows[0]["effect"]) == pytest.approx(effect.value)


def test_a_sensitivity_studys_charts_fit_a_phone(chromium: Browser) -> None:
    _, text = report(str(make_sensitivity().path))
    Path("page.html").write_text(text, encoding="utf-8")
    chromium.open(Path("page.html").resolve().as_uri())
    for width in (390, 1280):
        assert chromium.charts(width) == {"shown": 2, "cut": 0}


# --- parts


def test_texts_are_escaped_and_markup_is_not() -> None:
    assert tag("p", "a<b&c", Markup("<i>"), title='"x"') == '<p title="&quot;x&quot;">a&lt;b&amp;c<i></p>'
    assert join(["a", None, ["<"]]) == "a&lt;"
    assert "</script>" not in island("x", {"a": "</script><!--"})[:-9]
    assert json.loads(re.sub(r"<.*?>", "", island("x", {"a": "<é&"}))) == {"a": "<é&"}


def test_a_month_in_a_table_stays_on_one_line() -> None:
    made = markup_table(("a", "b"), [("2011-12", "2016年4月"), ("12", "2011-12 or so")])
    assert '<th scope="row" class="when">2011-12</th><td class="when">2016年4月</td>' in made
    assert made.count("when") == 2
    assert ".when" in file_text("style.css")


def test_ticks_are_round_and_within() -> None:
    assert ticks(0, 1000, 4) == [0, 200, 400, 600, 800, 1000]
    assert ticks(-0.3, 0.9, 4) == pytest.approx([-0.2, 0.0, 0.2, 0.4, 0.6, 0.8])


def test_a_month_without_a_value_is_a_gap() -> None:
    frame = Frame(5, 0.0, 10.0, 100)
    values = np.array([1.0, 2.0, np.nan, 3.0, 4.0])
    assert frame.path(values).count("M") == 2
    assert frame.area(values - 1, values + 1).count("Z") == 2


# --- in a browser


def test_the_page_of_a_sweep_writes_numbers_as_python_does(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<script>{file_text('months.js')}{file_text('sweep.js')}</script>", encoding="utf-8")
    chromium.open(page.as_uri())
    rng = np.random.default_rng(1)
    values = [0.0, -3.0, 123.4, -123.4, 999.94, 999.95, 999.97, 12345.0, 99.96, 9.999e-5, 1e-7, -2.5e6]
    values += [part / 2**power for power in range(1, 12) for part in (-3, 1, 9, 247, 1001, 2469, 200_001)]  # ties
    values += (rng.choice((-1, 1), 2000) * 10 ** rng.uniform(-8, 7, 2000)).tolist()
    assert chromium.script("return arguments[0].map(number)", values) == [number(x) for x in values]
    assert chromium.script("return number(null)") == number(None) == "-"
    assert chromium.complaints() == []


def address(path: str, position: str = "") -> str:
    return Path(path).resolve().as_uri() + position


def told(sweep: Sweep, outcome: str, at: int) -> tuple[str, str]:
    """The median and the difference as the page must write them."""
    stats = sweep.stats[outcome]
    low, high = number(stats["low"][at]), number(stats["high"][at])
    difference = float(stats["difference"][at])
    sign = "+" if difference > 0 else ""
    return number(
        stats["median"][at]
    ), f"{sign}{number(difference)} enterprises against the baseline (95%: {low} to {high}"


@pytest.mark.slow
def test_the_sliders_move_over_the_grid(chromium: Browser) -> None:
    sweep = make_sweep(replicates=12)  # enough for intervals to be corrected for skewness
    path = report(str(sweep.path))[0]["report"]
    chromium.open(address(path))
    chromium.press("#key0", HOME)
    points = [tuple(point.values()) for point in sweep.points]
    here = chromium.script("return [key0.value, key1.value].map(Number)")
    at = points.index((0.0, [1000, 2000, 3000][int(here[1])]), 1)
    assert chromium.text("#state") == "simulated"
    first, difference = told(sweep, "startups", at)
    assert chromium.text("#level") == f"{first} enterprises"
    assert chromium.text("#difference").startswith(difference)

    chromium.press("#key0", PAGE_UP)  # the next simulated level
    at = points.index((0.04, points[at][1]), 1)
    second, difference = told(sweep, "startups", at)
    assert chromium.text("#state") == "simulated"
    assert chromium.text("#level") == f"{second} enterprises" != f"{first} enterprises"
    assert chromium.text("#difference").startswith(difference)

    chromium.press("#key0", ARROW_RIGHT * 4)  # half way to the next
    assert chromium.text("#state") == "estimated"
    medians = sweep.stats["startups"]["median"]
    other = points.index((0.08, points[at][1]), 1)
    assert chromium.text("#level") == f"{number((medians[at] + medians[other]) / 2)} enterprises"

    # The position is in the address, and the address restores it.
    kept = str(chromium.script("return location.hash"))
    assert "market.growth=6&" in kept, "in the everyday unit"
    shown = [chromium.text(name) for name in ("#value0", "#value1", "#level", "#difference", "#live")]
    chromium.open(address(path, kept.replace("startups", "fiscal_cost")))
    assert chromium.text("#value0") == shown[0]
    assert "million yuan" in chromium.text("#level")
    chromium.open(address(path, kept))
    assert [chromium.text(name) for name in ("#value0", "#value1", "#level", "#difference", "#live")] == shown
    chromium.click("#snap")
    assert chromium.text("#state") == "simulated"
    assert chromium.script("return performance.getEntriesByType('resource').length") == 0
    assert chromium.complaints() == []


@pytest.mark.slow
def test_where_there_is_no_grid_the_nearest_point_is_shown(chromium: Browser) -> None:
    sweep = make_sweep("latin", samples=6)
    path = report(str(sweep.path))[0]["report"]
    for at in (1, 4):
        growth, size = sweep.points[at].values()
        chromium.open(address(path, f"#market.growth={100 * growth}&population.enterprises={size}"))
        assert chromium.text("#level") == f"{told(sweep, 'startups', at)[0]} enterprises"
        assert chromium.text("#state") == "simulated"
    chromium.open(address(path, "#market.growth=none&population.enterprises=&other=1"))
    assert chromium.text("#level") != ""
    assert chromium.complaints() == []


@pytest.mark.slow
def test_the_read_out_follows_the_keyboard(chromium: Browser) -> None:
    run("toy", "boom")
    path = report("toy", "boom")[0]["report"]
    chromium.open(address(path))
    before = chromium.text(".readout")
    assert before.startswith("2011-06: ")
    chromium.press("svg.chart", HOME)
    held = [find_result(name, Path("results")).table.of("startups")[:, 0] for name in ("toy", "boom")]
    after = chromium.text(".readout")
    assert after.startswith(f"2011-01: toy {number(float(np.median(held[0])))} (")
    assert f"boom {number(float(np.median(held[1])))} (" in after
    assert chromium.script("return document.documentElement.scrollWidth <= innerWidth")
    assert chromium.complaints() == []


def test_a_tables_heads_are_named_for_a_phone_whatever_they_say() -> None:
    made = markup_table(("a", tag("code", "x_y"), 'it\'s \\\n"b"'), [("1", "2", "3")])
    (style,) = re.findall(r'<table class="rows" style="([^"]*)">', made)
    assert html.unescape(style) == "--h2:'x_y';--h3:'it\\27 s \\5c \\a \"b\"'"


def test_labels_of_an_axis_are_short_where_its_values_are_tiny() -> None:
    for least, labels in ((-1e-5, ["−1e−05", "−5e−06", "0"]), (-1e-3, ["−0.0010", "−0.0005", "0.0000"])):
        means = np.array([0.0, least / 2, least])
        chart = str(difference_chart("x", "words", [Interval(means, means, means)], (2011, 1)))
        assert [it for it in re.findall(r'class="tick y">([^<]+)<', chart) if "-" not in it] == labels
