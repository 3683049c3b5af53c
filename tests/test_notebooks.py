"""What a notebook shows: results as tables and figures, progress, the example of the documentation, Mesa's page."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import io
import itertools
import json
import pkgutil
import re
import runpy
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from command import ROOT, TARGETS, python

import sim
from sim import api
from sim.report.notebook.page import MOST_BYTES, page
from sim.report.text.columns import columns
from sim.runs import progress
from sim.runs.options import COMPILING, Watcher
from sim.runs.progress import NotebookBar, watcher

FEW: dict[str, Any] = {"replicates": 2, "months": 12, "workers": 1}
FACTS = """[startups]
title = "startups <b>of the first year</b>"
group = "example"
scenario = "shougang"
outcome = "startups"
months = "2011-12"
band = [150, 220]
source = "made up"
note = "made up"
"""


def _run() -> Any:
    return sim.run("shougang", **FEW, figures=False)


def _calibrate() -> Any:
    Path("targets.toml").write_text(TARGETS)
    return sim.calibrate("shougang", "targets.toml", budget=12, replicates=2, workers=1)


def _validate() -> Any:
    Path("facts.toml").write_text(FACTS)
    return sim.validate(facts="facts.toml", settings={"run.months": 12}, replicates=2, workers=1)


# An object of each class that a public function returns.
MAKERS: dict[str, Callable[[], Any]] = {
    "Scenario": lambda: sim.load("shougang"),
    "Result": _run,
    "Comparison": lambda: sim.what_if("shougang", {"levers.entry_cost_cut": 0.5}, **FEW, figures=False),
    "Appraisal": lambda: sim.appraise("shougang", {"levers.entry_cost_cut": 0.5}, **FEW),
    "Explanation": lambda: sim.explain(
        "shougang", sim.load("shougang", {"levers.entry_cost_cut": 0.5, "market.growth": 0.05}), "startups", **FEW
    ),
    "Trace": lambda: sim.trace("shougang-idle", "shougang", months=12),
    "Sweep": lambda: sim.sweep("shougang", {"levers.entry_cost_cut": "0:1:3"}, **FEW),
    "Sensitivities": lambda: sim.sensitivity(
        "shougang", ["startups"], keys=["levers.entry_cost_cut=0:1", "market.growth"], samples=2, **FEW
    ),
    "Calibration": _calibrate,
    "Validation": _validate,
    "Findings": lambda: sim.claims(["lever-conversion-grant"], samples=2, **FEW)[0],
    "Sought": lambda: sim.seek(
        "shougang", {"levers.entry_cost_cut": "0:1"}, maximise="startups", samples=4, confirm=4, robustness=0, **FEW
    ),
    "Reached": lambda: sim.seek_value("shougang", {"levers.entry_cost_cut": "0:1"}, "startups=190", **FEW),
    "Written": lambda: sim.write_report(_run(), out="report.html"),
    "Verified": lambda: sim.verify(_run().path)[0],
}


def public_results() -> dict[str, type]:
    """The classes of this package that its public functions return, by name."""
    modules = [importlib.import_module(it.name) for it in pkgutil.walk_packages(sim.__path__, "sim.")
               if not it.name.endswith("__main__")]  # fmt: skip
    classes = {
        name: kind for module in modules for name, kind in vars(module).items()
        if inspect.isclass(kind) and kind.__module__ == module.__name__
    }  # fmt: skip
    returned = [
        word
        for name in sim.__all__
        if inspect.isfunction(function := getattr(api, name, None))
        for word in re.findall(r"\w+", str(inspect.signature(function).return_annotation))
    ]
    return {word: classes[word] for word in returned if word in classes}


RESULTS = public_results()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all: what two of them run is run once."""
    return tmp_path_factory.mktemp("notebooks")


def well_formed(markup: str) -> ET.Element:
    """A page's part as a tree; an error where elements are not closed, crossed, or attributes not quoted."""
    return ET.fromstring(re.sub(r"<(img|br)((?:[^<>\"]|\"[^\"]*\")*)>", r"<\1\2/>", markup))  # noqa: S314 our own


def checked(markup: str) -> ET.Element:
    """The tree of an object's HTML, which is small, accessible, and loads nothing."""
    assert len(markup.encode()) < MOST_BYTES
    tree = well_formed(markup)
    allowed = {"div", "pre", "table", "thead", "tbody", "tr", "th", "td", "p", "figure", "figcaption", "img", "span"}
    assert {it.tag for it in tree.iter()} <= allowed
    for table in tree.iter("table"):
        rows = list(table.iter("tr"))
        assert len({len(row) for row in rows}) == 1
        assert {it.get("scope") for it in table.findall("thead/tr/th")} == {"col"}
        assert all(row[0].tag == "th" and row[0].get("scope") == "row" for row in table.findall("tbody/tr"))
    for image in tree.iter("img"):
        kind, _, data = str(image.get("src")).partition(",")
        assert kind == "data:image/svg+xml"
        assert image.get("alt")
        ET.fromstring(unquote(data))  # noqa: S314 our own
    return tree


def test_every_class_that_is_returned_is_known_here() -> None:
    assert set(RESULTS) == set(MAKERS)
    assert all(hasattr(kind, "_repr_html_") for kind in RESULTS.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", RESULTS)
def test_a_notebook_shows_it_in_short(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    it = MAKERS[name]()
    assert type(it) is RESULTS[name]
    tree = checked(it._repr_html_())
    text = "".join(tree.itertext())
    assert len(text) > 10
    assert len(repr(it)) < 400
    assert "\n" not in repr(it)
    if name not in {
        "Scenario",
        "Calibration",
        "Validation",
        "Findings",
        "Trace",
        "Written",
        "Sought",
        "Reached",
        "Verified",
    }:
        assert tree.find(".//img") is not None
    if name not in {"Written", "Trace", "Verified"}:  # in twelve months, no enterprise differs
        assert tree.find(".//table") is not None


@pytest.mark.usefixtures("own_folder")
def test_what_a_user_writes_is_text() -> None:
    title = '<script>alert(1)</script> & "quotes" <img src=x>'
    Path("odd.toml").write_text(f"extends = 'shougang'\ntitle = '''{title}'''\nsummary = '''{title}'''\n")
    scenario = sim.load("odd.toml")
    result = sim.run(scenario, **FEW, figures=False)
    for it in (scenario, result):
        tree = checked(it._repr_html_())
        assert title in "".join(tree.itertext())


def test_a_table_that_is_too_long_is_cut_and_says_so() -> None:
    rows = [(f"outcome_{n}", "1" * 200, "x" * 200, "") for n in range(400)]
    tree = checked(page(lambda: "above\n\n" + columns(("name", "one", "two", "none"), rows, right=(1,)) + "\n\nbelow"))
    shown = tree.findall(".//tbody/tr")
    assert 5 <= len(shown) < 400
    assert f"and {400 - len(shown)} rows more" in "".join(tree.itertext())
    assert [it.text for it in tree.findall(".//thead/tr/th")] == ["name", "one", "two"]  # nothing stands in the last
    assert [it.text for it in tree.findall("pre")] == ["above", "below"]


def test_figures_are_left_out_where_there_is_no_room() -> None:
    from sim.report.html.markup import tag

    figures = (tag("figure", tag("img", src="data:image/svg+xml," + "a" * 20_000, alt="x")) for _ in range(9))
    made = page(lambda: "text", figures)
    assert len(made.encode()) < MOST_BYTES
    assert made.count("<img") == 2


def test_before_sim_api_is_loaded_there_is_no_html() -> None:
    code = "from sim.notebooks import in_notebooks; print(in_notebooks(type('It', (), {}))()._repr_html_())"
    assert python("-c", code).stdout == "None\n"


# --- progress


class ZMQInteractiveShell:
    """A notebook's shell as far as it is used: it keeps what is published."""

    def __init__(self) -> None:
        self.display_pub = self
        self.published: list[tuple[Mapping[str, str], str, bool]] = []

    def publish(self, data: Mapping[str, str], metadata: Any, *, transient: Mapping[str, str], update: bool) -> None:
        assert metadata == {}
        self.published.append((data, transient["display_id"], update))


def test_a_notebook_has_a_bar_that_goes_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = ZMQInteractiveShell()
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    bar = watcher()
    assert isinstance(bar, NotebookBar)
    bar.compiling(1, 2)
    bar.compiling(2, 2)
    bar.begin("<toy>", 1, 4)
    for _ in range(3):
        bar.advance()
    bar.end()
    texts = [data["text/plain"] for data, *_ in shell.published]
    assert f"{COMPILING}: 1 of 2" in texts
    assert "<toy>: 4 of 4" in texts
    assert texts[-1] == ""
    assert all("<toy>" not in data["text/html"] for data, *_ in shell.published)
    for data, *_ in shell.published:
        assert not data["text/html"] or well_formed(data["text/html"]).find("progress") is not None
    first = {identity for _, identity, update in shell.published if not update}
    assert len(first) == 2  # one for the compilation, one for the run
    assert {identity for _, identity, _ in shell.published} == first


def test_the_bar_of_a_world_alone_ends_with_its_months(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = ZMQInteractiveShell()
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    seconds = itertools.count()
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(seconds)))
    bar = watcher()
    bar.begin("place", 0, 1)
    for month in (1, 2, 3):
        bar.month(month, 3)
    bar.advance()
    said = [data["text/plain"] for data, *_ in shell.published]
    assert said == ["place: 0 of 1", "place: 1 of 3", "place: 2 of 3", "place: 3 of 3"]


def test_a_run_in_a_notebook_shows_its_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shell = ZMQInteractiveShell()
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    sim.run("shougang", **FEW, figures=False, out=tmp_path)
    assert any("shougang: 2 of 2" in data["text/plain"] for data, *_ in shell.published)


def test_nothing_moves_off_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class TerminalInteractiveShell(ZMQInteractiveShell):
        pass

    monkeypatch.setattr(builtins, "get_ipython", TerminalInteractiveShell, raising=False)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert type(watcher()) is Watcher


# --- the example


def _cells() -> list[str]:
    found = json.loads((ROOT / "docs" / "example.ipynb").read_text(encoding="utf-8"))
    assert (found["nbformat"], len({cell["id"] for cell in found["cells"]})) == (4, len(found["cells"]))
    code = [cell for cell in found["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    return ["".join(cell["source"]) for cell in code]


def _displayed(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; the value of its last line where that is an expression, which a notebook displays."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)  # noqa: S102 our own
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None  # noqa: S307


@pytest.mark.slow
@pytest.mark.usefixtures("own_folder")
def test_the_example_notebook_runs() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = [_displayed(source, names) for source in _cells()]
    ours = [it for it in shown if type(it).__module__.startswith("sim.") and not isinstance(it, str)]
    assert {type(it).__name__ for it in ours} == {"Scenario", "Result", "Comparison", "Appraisal"}
    for it in ours:
        checked(it._repr_html_())
    same = shown[-2]
    assert same[0] == same[1]
    assert shown[-1][0] > 0


# --- Mesa's page


def test_the_page_for_a_browser_names_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solara is not among the requirements: what the page hands to Mesa is looked at in its place."""
    made: dict[str, Any] = {}
    stand_in = types.ModuleType("mesa.visualization")
    vars(stand_in).update(
        make_plot_component=lambda name: name, SolaraViz=lambda model, **how: made.update(how, model=model)
    )
    monkeypatch.setitem(sys.modules, "mesa.visualization", stand_in)
    file = ROOT / "docs" / "page.py"
    assert len([line for line in file.read_text(encoding="utf-8").splitlines() if line]) <= 13
    (block,) = re.findall(
        r"```python\n(from mesa.visualization.*?)```", (ROOT / "docs/notebook.md").read_text(), re.DOTALL
    )
    assert file.read_text(encoding="utf-8").endswith(block)
    runpy.run_path(str(file))
    model = made["model"]
    model.run_for(2)
    frame = model.datacollector.get_model_vars_dataframe()
    assert set(made["components"]) <= set(frame.columns)
    assert len(frame) == 2
    for value in made["model_params"]["scenario"]["values"]:
        chosen = {"scenario": value, "rng": made["model_params"]["rng"]["max"]}
        assert sim.EcosystemModel(**chosen).month == 0
