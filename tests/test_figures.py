"""Figures: every outcome once, the same bytes again, nothing of the user's own settings touched."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import toy
from matplotlib.text import Text
from test_compare import compare
from toy import FIGURE, Listener, run, snapshot, with_replicates

import sim
from sim.formats import label
from sim.report.comparison_sheets import Words, comparison_sheets, titles_of
from sim.report.figure_names import group_of
from sim.report.figures import comparison as comparison_module
from sim.report.figures import forest
from sim.report.figures import run as run_module
from sim.report.figures.axes import calendar_axis, number_axis
from sim.report.figures.canvas import Page, page, style
from sim.report.figures.comparison import draw_comparison
from sim.report.figures.forest import farthest
from sim.report.figures.pages import comparison_page, draw, fewest_empty, run_page
from sim.report.figures.run import draw_run
from sim.report.sheets import (
    FEWEST,
    HEADLINE,
    PER_PAGE,
    REST,
    THEME_WORDS,
    THEMES,
    Mark,
    Panel,
    Sheet,
    axis_ends,
    empty_outcomes,
    pages,
    percentiles,
    run_sheets,
    title_of,
)
from sim.report.shown import outcome_words
from sim.runs.executor import Workers
from sim.runs.result import Result, open_result
from sim.scenario import ScenarioError
from sim.studies.estimators.intervals import Interval
from sim.studies.questions.compare import Comparison

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

FIRST = ["startups", "jobs"]
ALL = ("headline", "all")
TEXT = FIGURE.format("site_enterprises", 55, "2011-06", "at least")


@pytest.fixture
def result(tmp_path: Path) -> Result:
    return run(toy.scenario(tmp_path, text=TEXT), tmp_path)


def sheet(*panels: Panel, title: str = "A title") -> Sheet:
    return Sheet("page", title, "words", ("a footer",), (2011, 1), ("toy",), panels)


def words_on(*panels: Panel) -> list[str]:
    """Everything that is written on a page."""
    with style():
        return written(run_page(sheet(*panels)))


def written(made: Page) -> list[str]:
    made.png()
    return [text.get_text() for text in made.figure.findobj(Text) if text.get_visible()]


# --- pages


def test_every_outcome_is_on_exactly_one_page() -> None:
    names = ["startups", "jobs", *(f"site_{n}" for n in range(40)), "taxes_paid", "odd", "projects_begun"]
    found = pages(names, ["jobs", "unknown"])
    assert sorted(name for page_ in found.values() for name in page_) == sorted(names)
    assert next(iter(found)) == HEADLINE
    assert found[HEADLINE] == ["jobs"]
    assert all(len(page_) <= PER_PAGE for page_ in found.values())
    lengths = [len(page_) for stem, page_ in found.items() if stem.startswith("site-")]
    assert len(lengths) == 3
    assert max(lengths) - min(lengths) <= 2
    assert set(found["more"]) == {"odd", "taxes_paid", "projects_begun", "startups"}, (
        f"under {FEWEST}: no page of its own"
    )


def test_other_outcomes_of_shougang_fit_on_one_page_and_every_group_has_words() -> None:
    scenario = sim.load("shougang")
    names = list(scenario.catalogue.outcomes)
    found = pages(names, [*scenario.headline, *scenario.reported_figures])
    assert len([stem for stem in found if group_of(stem) == "more"]) <= 1, "name a group for them"
    assert {theme for theme, _ in THEMES} | {HEADLINE, REST} == set(THEME_WORDS)
    words = [outcome_words(scenario.catalogue, name) for name in names]
    assert [it for it in words if re.search(r"[a-z]_[a-z]|\b1 (years|kinds)\b", it)] == []
    assert "Enterprises still operating 1 year after they started" in " ".join(words)


def test_the_first_page_has_the_headline_and_the_articles_figures(result: Result) -> None:
    first = run_sheets(result, FIRST)[0]
    assert [panel.outcome for panel in first.panels] == ["startups", "jobs", "site_enterprises"]
    assert first.panels[2].mark == Mark(55.0, 5, "at least")
    assert first.panels[0].mark is None
    assert first.title == "A toy"
    footer = " ".join(first.footer)
    for words in ("4 seeds from seed 1", "5 to 95", "Model toy", f"outcomes.parquet of {result.path.name}"):
        assert words in footer


def test_a_run_is_drawn_once_and_registered(result: Result) -> None:
    with Workers(1) as here:
        draw_run(result, here, print, FIRST, ALL)
        names = [path.name for path in result.figures]
        assert names[:2] == ["headline.png", "headline.svg"]
        outputs = json.loads((result.path / "manifest.json").read_text())["outputs"]
        assert {f"figures/{name}" for name in names} <= set(outputs)
        assert open_result(result.path).rows == result.rows
        before = snapshot(result.path)
        times = {path: path.stat().st_mtime_ns for path in result.figures}
        draw_run(result, here, print, FIRST, ALL)
        assert {path: path.stat().st_mtime_ns for path in result.figures} == times
        result.figures[0].unlink()
        result.figures[1].write_bytes(b"damaged")
        draw_run(result, here, print, FIRST, ALL)
    assert snapshot(result.path) == before


def test_figures_show_all_that_the_folder_holds(result: Result, tmp_path: Path) -> None:
    with Workers(1) as here:
        few = run(with_replicates(result.scenario, 2), tmp_path)
        draw_run(few, here, print, FIRST, ALL)
        before = snapshot(result.path)
        draw_run(result, here, print, FIRST, ALL)
    assert snapshot(result.path) == before
    grown = run(with_replicates(result.scenario, 5), tmp_path)
    assert not any(name.startswith("figures/") for name in grown.manifest["outputs"]), (
        "figures of before are no longer its"
    )


def test_workers_draw_the_same_bytes(result: Result, tmp_path: Path) -> None:
    other = run(toy.scenario(tmp_path, text=TEXT), tmp_path / "there")
    with Workers(1) as here, Workers(2) as there:
        draw_run(result, here, print, FIRST, ALL)
        list(there.run(toy.who, [(), ()]))
        draw_run(other, there, print, FIRST, ALL)
    assert [path.read_bytes() for path in result.figures] == [path.read_bytes() for path in other.figures]


def test_a_comparison_shares_axes_and_shows_the_difference(result: Result, tmp_path: Path) -> None:
    new = run(toy.scenario(tmp_path, "new", run__replicates=3, market__growth=0.05), tmp_path, watcher=Listener())
    comparison = compare(result, new, out=tmp_path / "out")
    headline, largest, differences = comparison_sheets(comparison, FIRST)
    assert headline.title == "new against toy"
    assert [panel.outcome for panel in headline.panels] == ["startups", "jobs", "site_enterprises"]
    assert [panel.outcome for panel in largest.panels] == ["fiscal_cost"], "outcomes that do not differ are left out"
    assert (differences.title, differences.labels) == ("new less toy", ("new",))
    np.testing.assert_allclose(differences.panels[0].series[0], np.tile(2.0 * np.arange(1, 7), (3, 1)))
    assert "assumed" in headline.footer[1], "a figure says what it rests on"
    startups = headline.panels[0]
    assert [len(cells) for cells in startups.series] == [3, 3], "fans are of the pairs"
    np.testing.assert_allclose(startups.differences[0].mean, 2.0 * np.arange(1, 7))
    assert "3 seeds from seed 1, paired seed by seed" in headline.footer[0]
    assert "Diamonds" in headline.footer[0]
    assert "Diamonds" not in largest.footer[0]
    draw_comparison(comparison, FIRST, Workers(1))
    assert [path.name for path in comparison.figures] == ["headline.png", "headline.svg"]
    draw_comparison(comparison, FIRST, Workers(1), "all")
    assert [path.name for path in comparison.figures] == [
        "headline.png", "headline.svg", "differences.png", "differences.svg", "largest.png", "largest.svg",
    ]  # fmt: skip
    assert (comparison.path / "comparison.csv").read_text().startswith("scenario,outcome,unit,baseline")


def test_of_several_variants_bands_are_outlines_and_the_title_has_their_titles(tmp_path: Path) -> None:
    def titled(name: str, title: str, **how: Any) -> Result:
        scenario = toy.scenario(tmp_path, name, run__replicates=5, **how)
        return run(replace(scenario, title=title), tmp_path)

    old = titled("toy", "As it is")
    one, other = (titled(f"v{n}", f"Growth {n}", market__growth=0.03 + n / 100) for n in (1, 2))
    comparison = compare(old, one, other, out=tmp_path / "compared")
    assert titles_of(comparison) == ["As it is", "Growth 1", "Growth 2"]
    headline = comparison_sheets(comparison, [*FIRST, "site_enterprises"])[0]
    assert headline.title == "Growth 1, Growth 2 against As it is"
    same = compare(old, one, titled("v3", "Growth 1", market__growth=0.06), out=tmp_path / "same")
    assert titles_of(same) == ["toy", "v1", "v3"], "titles that do not tell them apart"
    wavy = Interval(np.ones(6), np.zeros(6), np.full(6, 2.0))
    panels = tuple(replace(panel, differences=(wavy, wavy)) for panel in headline.panels)
    with style():
        made = comparison_page(replace(headline, panels=panels))
    lower = made.figure.axes[1]
    assert len(lower.collections) == 2
    assert all((it.get_alpha() or 1.0) < 0.1 for it in lower.collections), "the first is seen below the second"
    assert len(lower.lines) == 1 + 2 * 3, "zero, and two ends and a mean for each"


@pytest.mark.parametrize(("panels", "wanted"), [(1, 1), (3, 3), (4, 4), (6, 3), (7, 4), (8, 4), (9, 3)])
def test_a_page_leaves_few_cells_empty(panels: int, wanted: int) -> None:
    assert fewest_empty(panels) == wanted


def test_a_forest_has_every_headline_outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = run(toy.scenario(tmp_path, run__replicates=3), tmp_path)
    new = run(toy.scenario(tmp_path, "variant", run__replicates=3, market__growth=0.05), tmp_path)
    comparison = compare(old, new, out=tmp_path / "compared")
    (one,) = comparison.variants
    names = [f"outcome_{n}" for n in range(11)]
    one = replace(one, differences=tuple(replace(one["jobs"], outcome=name) for name in names))
    drawn: list[str] = []

    def record(_: Comparison, outcomes: Sequence[str], words: Words) -> dict[str, bytes]:
        assert words.seeds
        drawn.extend(outcomes)
        return {}

    monkeypatch.setattr(forest, "draw_forest", record)
    page = SimpleNamespace(seen=SimpleNamespace(panels=[SimpleNamespace(outcome=name) for name in names[1:]]))
    pages = [page]
    monkeypatch.setattr(comparison_module, "comparison_sheets", lambda *_: pages)
    monkeypatch.setattr(comparison_module, "drawn_files", lambda *_: {})
    both = replace(comparison, variants=(one, replace(one, label="other")))
    draw_comparison(both, names, Workers(1))
    assert drawn == names[1:], "those that the headline page has, as it leaves out what has no value"
    pages.clear()
    draw_comparison(both, names, Workers(1))
    assert drawn == names[1:], "no page, no forest"


def test_a_run_draws_its_headline_page_and_others_on_request(result: Result) -> None:
    with Workers(1) as here:
        draw_run(result, here, print, FIRST)
        assert [path.name for path in result.figures] == ["headline.png", "headline.svg"]
        draw_run(result, here, print, FIRST, ("headline", "fiscal_cost"))
        assert "outcome-fiscal_cost.png" in {path.name for path in result.figures}
        index = (result.path / "figures" / "index.html").read_text()
        assert all(f'src="{stem}.png"' in index for stem in ("headline", "outcome-fiscal_cost"))
        draw_run(result, here, print, FIRST, ("more",))
        assert "more.png" in {path.name for path in result.figures}
        with pytest.raises(ScenarioError, match="fiscal_cots: is no page and no outcome, nearest: fiscal_cost"):
            draw_run(result, here, print, FIRST, ("fiscal_cots",))


def test_panels_that_show_nothing_are_left_out_and_listed(result: Result) -> None:
    cells = result.table.cells.copy()
    cells[:, :, list(result.table.names).index("jobs")] = 0.0
    cells[:, :, list(result.table.names).index("project_duration")] = np.nan
    nothing = replace(result, table=replace(result.table, cells=cells))
    assert empty_outcomes(nothing) == ["jobs", "project_duration"]
    sheets, empty = run_module.asked_sheets(nothing, FIRST, ALL)
    assert empty == ["jobs", "project_duration"]
    assert not {"jobs", "project_duration"} & {panel.outcome for sheet in sheets for panel in sheet.panels}
    assert sheets[0].footer[-1] == "Left out, without a value or always 0: jobs."


def test_a_comparison_has_no_panel_that_shows_nothing(result: Result, tmp_path: Path) -> None:
    new = run(toy.scenario(tmp_path, "new", run__replicates=3, market__growth=0.05), tmp_path, watcher=Listener())
    sheet, *_ = comparison_sheets(compare(result, new, out=tmp_path / "out"), FIRST)
    assert sheet.seen is sheet
    startups, jobs, marked = sheet.panels
    zero = replace(jobs, series=tuple(cells * 0.0 for cells in jobs.series))
    found = replace(sheet, panels=(startups, zero, marked)).seen
    assert found.panels == (startups, marked)
    assert found.footer == (*sheet.footer, "Left out, without a value or always 0: jobs.")
    one = replace(zero, series=(zero.series[0], jobs.series[1]))
    assert one in replace(sheet, panels=(startups, one)).seen.panels, "a variant has something to see"
    alone = replace(sheet, panels=(zero,))
    assert alone.seen is alone, "a page is never empty"


def test_titles_are_meanings_and_counts_have_whole_ticks(result: Result) -> None:
    panel_ = run_sheets(result, FIRST)[0].panels[0]
    assert panel_.title == "Startups founded since the start, gross"
    assert panel_.below == "enterprises   startups"
    assert panel_.counts
    with style():
        axes = page("", "", (), (), 1).axes(0)
        axes.set_ylim(0, 2.2)
        number_axis(axes.yaxis, whole=True)
        assert all(float(at).is_integer() for at in axes.get_yticks())


def test_scenarios_without_a_value_in_common_say_so() -> None:
    cells = np.arange(24.0).reshape(2, 12)
    none = np.full((2, 12), np.nan)
    nothing = Interval(*np.full((3, 12), np.nan))
    zero = Interval(*np.zeros((3, 12)))

    def words(*series: Any, difference: Interval) -> list[str]:
        made = Panel("site_occupancy", "share", series, None, (difference,))
        with style():
            return written(comparison_page(replace(sheet(made), labels=("old", "new"))))

    half = words(none, cells, difference=nothing)
    assert "no seed with a value in both" in half
    assert "no value in any seed" not in half
    assert {"old", "new", "difference, percentage points"} <= set(half)
    assert "no value in any seed" in words(none, none, difference=nothing)
    assert not any(text.startswith("no ") for text in words(cells, cells, difference=zero))


# --- drawing


def panel(cells: Any, name: str = "jobs", unit: str = "people", mark: Mark | None = None) -> Panel:
    return Panel(name, unit, (np.asarray(cells, dtype=float),), mark)


def test_drawing_again_gives_the_same_bytes_and_touches_no_setting() -> None:
    cells = np.random.default_rng(1).normal(size=(8, 30))
    before = dict(mpl.rcParams)
    first = draw(sheet(panel(cells, mark=Mark(0.5, 20, "about"))))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": None}):
        assert draw(sheet(panel(cells, mark=Mark(0.5, 20, "about")))) == first
    assert dict(mpl.rcParams) == before
    assert draw(sheet(panel(cells + 1, mark=Mark(0.5, 20, "about")))) != first
    assert first["figures/page.png"].startswith(b"\x89PNG")
    assert b"<dc:date>" not in first["figures/page.svg"]


def test_a_page_says_what_is_on_it() -> None:
    words = words_on(panel(np.arange(80).reshape(2, 40), "site_enterprises", "enterprises", Mark(630, 30, "at least")))
    for expected in (
        "A title",
        "words",
        "a footer",
        "Site enterprises",
        "enterprises",
        "≥ 630",
        "median",
        "2011",
        "2014",
    ):
        assert expected in words
    assert "the article's figure" in words


def test_an_outcome_without_value_says_so_and_a_flat_one_is_drawn() -> None:
    assert "no value in any seed" in words_on(panel(np.full((3, 12), np.nan)))
    flat = words_on(panel(np.zeros((3, 12))), panel(np.full((1, 12), 7.0)))
    assert "no value" not in flat
    some = np.full((3, 12), np.nan)
    some[0, 5:] = 2.0
    assert "no value" not in words_on(panel(some))


def test_percentiles_skip_what_is_missing() -> None:
    cells = np.arange(101.0)[:, None] * [1.0, 2.0]
    np.testing.assert_allclose(percentiles(cells).T, [[5, 25, 50, 75, 95], [10, 50, 100, 150, 190]])
    cells[1::2, 1] = np.nan
    np.testing.assert_allclose(percentiles(cells)[2], [50, 100])
    assert np.isnan(percentiles(np.full((3, 1), np.nan))).all()


def ticks(low: float, high: float) -> list[str]:
    with style():
        axes = page("", "", (), (), 1).axes(0)
        axes.set_ylim(low, high)
        number_axis(axes.yaxis)
        places = axes.get_yticks()
        return axes.yaxis.get_major_formatter().format_ticks(list(places))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100_000, {"0", "50,000", "100,000"}),
        (0.42, 0.47, {"0.420", "0.450", "0.465"}),
        (0, 4e7, {"0", "20 m", "40 m"}),
        (-30, 30, {"\N{MINUS SIGN}30", "0", "30"}),
        (1_000_000.0, 1_000_004.0, {"1,000,000", "1,000,002"}),
        (0, 2e-5, {"0.000000", "0.000006"}),
    ],
)
def test_ticks_are_plain_numbers(low: float, high: float, expected: set[str]) -> None:
    found = ticks(low, high)
    assert expected <= set(found)
    assert not any("e" in text for text in found)
    assert len({len(text.partition(".")[2]) for text in found if text != "0"}) == 1


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ((2011, 1), 64, ["2011", "2013", "2015"]),
        ((2011, 1), 24, ["2011", "2012"]),
        ((2010, 7), 12, ["2010-07", "2011-06"]),
        ((2000, 1), 300, ["2000", "2005", "2010", "2015", "2020"]),
    ],
)
def test_the_axis_has_calendar_years(start: tuple[int, int], months: int, expected: list[str]) -> None:
    with style():
        axes = page("", "", (), (), 1).axes(0)
        calendar_axis(axes, start, months)
        assert [text.get_text() for text in axes.get_xticklabels()] == expected


def test_names_are_words() -> None:
    assert label("big_asset_share") == "Big asset share"
    assert label("rd_cycle") == "R&D cycle"


# --- units and axes


def test_panels_are_shown_in_everyday_units() -> None:
    shares = Panel("site_occupancy", "share", (np.full((2, 6), 0.8),), Mark(0.9, 5, "at least")).shown
    assert (shares.unit, shares.mark, shares.series[0].max()) == ("%", Mark(90.0, 5, "at least"), 80.0)
    money = Panel("exports", "million yuan a month", (np.full((2, 6), 48_000.0),)).shown
    assert (money.unit, money.series[0].max()) == ("billion yuan/month", 48.0)
    apart = Panel("site_occupancy", "share", (np.full((2, 6), -0.01),), difference=True).shown
    assert (apart.unit, apart.series[0].min()) == ("percentage points", -1.0)
    assert Panel("hours_lent", "hours", (np.full((2, 6), 5.0),)).shown.unit == "hours"


def test_the_first_year_does_not_set_the_axis_of_a_long_run() -> None:
    settled = np.full((5, 48), 100.0) + np.linspace(0.0, 10.0, 48)
    start = settled.copy()
    start[:2, :6] = 500.0
    assert axis_ends([settled]) == (100.0, 110.0, False)
    low, high, beyond = axis_ends([start]) or (0.0, 0.0, False)
    assert beyond
    assert high == 110.0
    assert 100.0 < low < 103.0
    assert axis_ends([start[:, :36]]) == (0.0, 500.0, False), "a short run has no other years"
    assert axis_ends([start], [490.0]) == (0.0, 500.0, False), "the article's figure counts"
    assert axis_ends([start], np.median(start, axis=0)) == (100.0, 110.0, True), "bands may be cut"
    start[:, :3] = 480.0
    assert axis_ends([start], np.median(start, axis=0)) == (0.0, 500.0, False), "a median is never cut"
    start[:, :3] = settled[:, :3]
    total = np.tile(np.linspace(0.0, 60.0, 48) + 60.0 * (np.arange(48) > 6), (5, 1))
    assert axis_ends([total]) == (0.0, 120.0, False), "a total begins at nothing"
    assert axis_ends([np.full((2, 48), np.nan)]) is None
    long, short = (Panel("jobs", "people", (cells,)) for cells in (start, start[:, :36]))
    assert "first year beyond the axis" in "\n".join(words_on(long))
    assert "first year beyond" not in "\n".join(words_on(short))


def test_titles_leave_out_brackets_before_words() -> None:
    assert title_of("jobs at enterprises (of all classes)") == "Jobs at enterprises (of all classes)"
    words = (
        "strike-offs in the last year over the mean number registered (a long remark that stands in brackets), last "
    )
    assert "brackets" not in title_of(f"{words}December: enterprises of origin tenant")
    assert title_of(f"{words}December: enterprises of origin tenant").endswith("origin tenant")


@pytest.mark.parametrize(("end", "bound"), [(64, "at least"), (20, "at most")])
def test_the_label_of_a_figure_lies_beside_the_curve(end: int, bound: str) -> None:
    """Curves rise to a figure: what lies above and left of it is free."""
    cells = np.tile(np.linspace(0.0, 100.0, 65), (3, 1))
    panel = Panel("jobs", "people", (cells,), Mark(float(cells[0, end]), end, bound))
    with style():
        made = run_page(sheet(panel))
        made.png()
        (label_,) = [it for it in made.figure.findobj(Text) if it.get_text()[:1] in "≥≤" and it.get_text()]
        axes = label_.axes
        assert axes is not None
        box = label_.get_window_extent().transformed(axes.transData.inverted())
    behind = (np.arange(65) > box.x0) & (np.arange(65) < box.x1) & (cells[0] > box.y0) & (cells[0] < box.y1)
    assert not behind.any()


def test_one_variant_does_not_flatten_the_others() -> None:
    assert farthest([320.0, 15.0, 12.0]) == 15.0
    assert farthest([20.0, 15.0, 12.0]) == 20.0
    assert farthest([320.0, 0.0, 0.0]) == 320.0
    assert farthest([320.0, 15.0, 0.2]) == 15.0, "at most half of the variants go beyond the axis"
    assert farthest([]) == 1.0
