"""Sweeps: designs with known points, differences with a known answer, the same bytes however they came about."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy
from command import call
from matplotlib.transforms import Bbox
from pyarrow import parquet
from scipy import stats
from toy import Listener, damage, run

from sim import api
from sim.declare import Value
from sim.model.catalogue import load
from sim.report.figures.canvas import style
from sim.report.figures.sweeps import draw_sweep, map_page
from sim.report.text.sweeps import sweep_json, sweep_text
from sim.runs.errors import TooLarge
from sim.runs.executor import Workers
from sim.runs.replicate import Model
from sim.runs.result import find_result
from sim.runs.store import JOURNAL, Journal, Store
from sim.scenario import Scenario, ScenarioError
from sim.studies.designs import Axis, axes, parse_vary, points
from sim.studies.estimators.unit_cube import saltelli, trajectories
from sim.studies.points import REPLICATES
from sim.studies.questions.sweep import SHOWN, TABLE, Sweep, run_sweep, statistics, verdict_at

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

GROWTH, SIZE = "market.growth", "population.enterprises"


def sweep(
    scenario: Scenario, vary: dict[str, str | Sequence[Value]], out: Path, model: Model | None = None, **how: Any
) -> Sweep:
    how = {"outcomes": ["startups", "jobs"], **how}
    with Workers(how.pop("workers", 1)) as pool:
        return run_sweep(scenario, vary, model or toy.model(), toy.options(out, pool, how), **how)


def files(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in (REPLICATES, TABLE, SHOWN)}


# --- designs


def made(scenario: Scenario, design: str, samples: int | None = None, **vary: Any) -> list[dict[str, Value]]:
    given = {key.replace("__", "."): value for key, value in vary.items()}
    return points(axes(given, scenario, design), design, samples, scenario.seed)


def test_a_grid_tries_all_combinations_and_no_value_has_stray_bits(scenario: Scenario) -> None:
    found = made(scenario, "grid", market__growth="0.1:0.3:3", population__enterprises="100,200")
    expected = [{GROWTH: g, SIZE: n} for g in (0.1, 0.2, 0.3) for n in (100, 200)]
    assert found == expected
    assert all(type(it[SIZE]) is int and type(it[GROWTH]) is float for it in found)


def test_values_may_be_quantities() -> None:
    shougang = load("shougang")
    (rent,) = axes({"sites.shougang.rent": "20 yuan/m2/month:40 yuan/m2/month:3"}, shougang, "grid")
    assert rent.levels == (0.00024, 0.00036, 0.00048)
    (floor,) = axes({"sites.shougang.floor": "50 ha,90 ha"}, shougang, "grid")
    assert floor.levels == (500_000.0, 900_000.0)


@pytest.mark.parametrize("values", ["10,000 m2,20,000 m2", "50 ha,10,500 m2", "1,000,000 m2"])
def test_a_comma_between_thousands_makes_no_other_values(values: str) -> None:
    with pytest.raises(ScenarioError, match="may be one value or two, allowed: no comma between thousands"):
        axes({"sites.shougang.floor": values}, load("shougang"), "grid")
    (plain,) = axes({"sites.shougang.floor": "100,200, 300 m2"}, load("shougang"), "grid")
    assert plain.levels == (100.0, 200.0, 300.0)


def test_a_number_of_values_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r'"1{57}\.\.\." is no number of values'):
        axes({"sites.shougang.rent": f"0.0001:0.0002:{'1' * 5000}"}, load("shougang"), "grid")


def test_whole_numbers_switches_and_choices(scenario: Scenario) -> None:
    assert [it[SIZE] for it in made(scenario, "grid", population__enterprises="20:25:4")] == [20, 22, 23, 25]
    switch = "mechanisms.entry.enabled"
    assert made(scenario, "grid", mechanisms__entry__enabled="true,false") == [{switch: True}, {switch: False}]
    assert made(scenario, "grid", population__world="place,nation")[0] == {"population.world": "place"}
    whole = [it[SIZE] for it in made(scenario, "sobol", 64, population__enterprises="20:27")]
    assert set(whole) == set(range(20, 28)), "every whole number of a range, both ends, comes up"


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_spread_designs_fill_every_part_of_a_range_once(scenario: Scenario, design: str) -> None:
    found = made(scenario, design, 16, market__growth="0:0.16", market__rivalry="1:2")
    parts = sorted(int(float(it[GROWTH]) / 0.01) for it in found)
    assert parts == list(range(16))
    assert found == made(scenario, design, 16, market__growth="0:0.16", market__rivalry="1:2")
    joint = [(float(it[GROWTH]) / 0.16, float(it["market.rivalry"]) - 1) for it in found]
    assert abs(stats.spearmanr(*zip(*joint, strict=True)).statistic) < 0.6, "the two keys do not move together"


def test_levels_in_a_spread_design_are_no_points_twice(scenario: Scenario) -> None:
    found = made(scenario, "latin", 50, market__growth="0.1,0.2,0.3")
    assert sorted(float(it[GROWTH]) for it in found) == [0.1, 0.2, 0.3]


def test_an_axis_reaches_both_ends() -> None:
    assert [Axis("k", "", (), 2, 5, whole=True).at(x) for x in (0.0, 0.24, 0.26, 0.99, 1.0)] == [2, 2, 3, 5, 5]
    assert [Axis("k", "", ("a", "b")).at(x) for x in (0.0, 0.49, 0.5, 1.0)] == ["a", "a", "b", "b"]


def test_designs_of_indices_move_one_coordinate_a_step() -> None:
    moves = (np.abs(np.diff(trajectories(5, 7, 1), axis=1)) > 1e-9).sum(axis=(1, 2))
    np.testing.assert_array_equal(moves, 5)
    crossed = saltelli(3, 8, 1)
    for k in range(3):
        same = crossed[:, 1 + k] == crossed[:, 0]
        np.testing.assert_array_equal(np.delete(same, k, axis=1), True)
        np.testing.assert_array_equal(crossed[:, 1 + k, k], crossed[:, -1, k])


def test_all_faults_at_once_with_the_nearest_names(scenario: Scenario, tmp_path: Path) -> None:
    vary: dict[str, str | Sequence[Value]] = {
        "market.grwth": "0:1:2", "market.demand": "-1:2:3", "run.seed": "1,2", "mechanisms.entry.enabled": "0:1:2",
        "market.rivalry": "1:2", GROWTH: "0.1:0.1:3", SIZE: "a,b", "market.payout": "0:1:x",
    }  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        sweep(scenario, vary, tmp_path, outcomes=["startup"])
    said = str(caught.value)
    assert len(caught.value.faults) == 9
    for words in (
        "did you mean market.growth?", "-1 is out of bounds", "a key of the model", "true or false", "1:2:n",
        "holds one value", "whole number", "no number of values", "did you mean startups?",
    ):  # fmt: skip
        assert words in said, words
    assert not list(tmp_path.glob("sweep-*")), "nothing is begun"


@pytest.mark.parametrize(
    ("design", "samples", "vary", "words"),
    [
        ("grid", 5, {GROWTH: "0.1,0.2"}, "a grid has the points of its values"),
        ("sobol", 100, {GROWTH: "0:0.2"}, "64 or 128"),
        ("grid", None, {GROWTH: "0:0.2:1000", SIZE: "20:2000:1000"}, "1,000,000 points"),
        ("grid", None, {}, "nothing is varied"),
    ],
)
def test_designs_that_cannot_be(
    scenario: Scenario, tmp_path: Path, design: str, samples: int | None, vary: Any, words: str
) -> None:
    with pytest.raises(ScenarioError, match=words):
        sweep(scenario, vary, tmp_path, design=design, samples=samples)


def test_values_that_contradict_each_other_are_refused(scenario: Scenario, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="not above tail_from"):
        sweep(scenario, {"population.largest_staff": [200.0, 50_000.0]}, tmp_path)


def test_arguments_of_the_command_line() -> None:
    assert parse_vary(["a.b=1:2:3", "c = x,y "]) == {"a.b": "1:2:3", "c": "x,y"}
    with pytest.raises(ScenarioError) as caught:
        parse_vary(["a.b", "c=1", "c=2", "d="])
    assert len(caught.value.faults) == 3


# --- numbers


def test_differences_are_paired_with_the_baseline_on_every_seed(scenario: Scenario, tmp_path: Path) -> None:
    found = sweep(scenario, {GROWTH: [0.03, 0.05, 0.01]}, tmp_path)
    startups = found.stats["startups"]
    # Six months, 100 startups a month for each unit of growth, whatever the luck.
    np.testing.assert_allclose(startups["difference"], [0, 0, 12, -12], atol=1e-9)
    np.testing.assert_allclose(startups["low"], startups["high"], atol=1e-6)
    plain = run(scenario, tmp_path / "plain").table.of("startups")[:, -1]
    assert startups["mean"][0] == pytest.approx(plain.mean())
    assert startups["p95"][0] == pytest.approx(np.percentile(plain, 95))
    table = found.table
    assert list(table.columns[:3]) == ["point", GROWTH, "outcome"]
    row = table[(table.outcome == "startups") & (table.point == 2)].iloc[0]
    assert (row[GROWTH], row.seeds) == (0.05, 4)
    assert row.difference == pytest.approx(12)


@pytest.mark.parametrize("replicates", [1, 2, 5, 30])
def test_percentiles_of_points_with_all_values_are_the_same_bits(replicates: int) -> None:
    cells = np.random.default_rng(1).lognormal(sigma=9.0, size=(200, replicates))
    found = statistics(cells)
    wanted = np.nanpercentile(cells, [5.0, 50.0, 95.0], axis=1)
    for name, values in zip(("p5", "median", "p95"), wanted, strict=True):
        assert found[name].tobytes() == values.tobytes()


def test_statistics_leave_out_what_has_no_value() -> None:
    cells = np.array([[1.0, 2.0, 3.0], [2.0, np.nan, 4.0], [np.nan] * 3])
    found = statistics(cells)
    np.testing.assert_array_equal(found["seeds"], [3, 2, 0])
    np.testing.assert_array_equal(found["mean"], [2, 3, np.nan])
    assert found["difference"][1] == 1.0, "of the seeds with a value in both"
    assert np.isnan(found["difference"][2])
    assert np.isnan(statistics(np.full((2, 3), np.nan))["mean"]).all()


HANGING = "more, only with replicate 11"


def test_a_difference_that_depends_on_one_seed_says_so_at_its_point(tmp_path: Path) -> None:
    many = toy.scenario(tmp_path, run__replicates=12)
    found = sweep(many, {GROWTH: "0.02,0.04"}, tmp_path / "out", toy.model(toy.hang_on_one))
    assert [verdict_at(found.stats["jobs"], at) for at in (1, 2)] == [
        "equal on every seed",
        HANGING,
    ]
    assert [verdict_at(found.stats["startups"], at) for at in (1, 2)] == ["less", "more"]
    text = sweep_text(found)
    assert HANGING in text
    assert "at market.growth 4%/year: replicate 11 has +1.03; without it +0.257 (" in " ".join(text.split())
    assert text.count("without it") == 1
    told = [point["outcomes"]["jobs"] for point in sweep_json(found)["points"]]
    assert (told[2]["verdict"], told[2]["hangs_on_one"], told[2]["left_out"]) == (
        HANGING,
        1.0,
        11.0,
    )
    assert told[1]["hangs_on_one"] == 0.0
    rows = found.table.set_index(["outcome", "point"])
    assert rows.loc[("jobs", 2), "left_out_value"] == pytest.approx(1.03)
    assert rows.loc[("jobs", 2), "without_low"] < 0 < rows.loc[("jobs", 2), "low"]


def test_an_earlier_month_is_that_of_a_longer_run(tmp_path: Path) -> None:
    """An outcome of a month does not hang on what comes later: so a sweep's month is where its run ends."""
    short = sim_of_shougang(tmp_path, 3)
    long = api.run(
        short.scenario, replicates=1, months=5, workers=1, out=tmp_path, figures=False, watcher=toy.Listener()
    )
    np.testing.assert_array_equal(short.runs.cells[0, 0], long.table.cells[0, 2])


def sim_of_shougang(out: Path, months: int) -> Sweep:
    scenario = api.with_run("shougang", replicates=1, months=months)
    small = scenario.__class__(**{
        **{name: getattr(scenario, name) for name in scenario.__dataclass_fields__ if name != "_groups"},
        "values": {**scenario.values, SIZE: 100},
    })  # fmt: skip
    return api.sweep(small, {"sites.shougang.rent": [0.0002]}, workers=1, out=out, watcher=toy.Listener())


# --- kept


def test_workers_interrupts_and_growth_give_the_same_bytes(scenario: Scenario, tmp_path: Path) -> None:
    vary: dict[str, str | Sequence[Value]] = {GROWTH: "0.01:0.05:3"}
    clean = sweep(scenario, vary, tmp_path / "one")
    wanted = files(clean.path)
    assert files(sweep(scenario, vary, tmp_path / "two", workers=2).path) == wanted
    with pytest.raises(KeyboardInterrupt):
        sweep(scenario, vary, tmp_path / "stopped", watcher=Listener(stop_after=4))
    listener = Listener()
    assert files(sweep(scenario, vary, tmp_path / "stopped", watcher=listener).path) == wanted
    # 3 points (the baseline is one of them) x 4 seeds; 2 ran for the cost and 4 before the stop, 2 now for the cost.
    assert listener.done == 12 - 6 - 2
    for replicates in (2, 4):
        grown = sweep(toy.scenario(tmp_path, run__replicates=replicates), vary, tmp_path / "grown")
    assert files(grown.path) == wanted
    assert not (clean.path / JOURNAL).exists()


def test_nothing_runs_twice_not_even_for_another_study(scenario: Scenario, tmp_path: Path, marks: Path) -> None:
    model = toy.model(toy.with_marks)
    run(scenario, tmp_path, model)
    assert len(list(marks.iterdir())) == 4
    sweep(scenario, {GROWTH: [0.01, 0.03, 0.05]}, tmp_path, model)
    assert len(list(marks.iterdir())) == 4 + 8, "the baseline is taken from the result of sim run"
    sweep(scenario, {GROWTH: [0.01, 0.02, 0.03, 0.04, 0.05]}, tmp_path, model)
    assert len(list(marks.iterdir())) == 12 + 8, "a finer grid runs its new points only"
    again = sweep(scenario, {GROWTH: [0.01, 0.03, 0.05]}, tmp_path, model)
    assert len(list(marks.iterdir())) == 20
    elsewhere = sweep(scenario, {GROWTH: [0.01, 0.02, 0.03, 0.04, 0.05]}, tmp_path / "elsewhere")
    assert files(elsewhere.path) == files(tmp_path / elsewhere.path.name)
    sweep(scenario, {GROWTH: [0.01, 0.03, 0.05]}, tmp_path, model, fresh=True)
    assert len(list(marks.iterdir())) == 20 + 12
    assert files(again.path) == files(sweep(scenario, {GROWTH: [0.01, 0.03, 0.05]}, tmp_path / "clean").path)


def test_a_sweep_is_one_folder_and_no_result(scenario: Scenario, tmp_path: Path) -> None:
    plain = run(scenario, tmp_path)
    found = sweep(scenario, {GROWTH: "0.01:0.05:9"}, tmp_path)
    assert len([it for it in tmp_path.iterdir() if it.is_dir()]) == 2
    assert find_result("toy", tmp_path).path == plain.path
    rows = parquet.ParquetFile(found.path / REPLICATES).read()
    assert rows.num_rows == 9 * 4
    assert rows.schema.field("jobs").metadata[b"unit"] == b"people"


def test_what_is_damaged_is_named_and_mended(scenario: Scenario, tmp_path: Path) -> None:
    vary: dict[str, str | Sequence[Value]] = {GROWTH: [0.01, 0.05]}
    found = sweep(scenario, vary, tmp_path)
    wanted = files(found.path)
    for name in (REPLICATES, TABLE):
        damage(found.path / name)
        listener = Listener()
        assert files(sweep(scenario, vary, tmp_path, watcher=listener).path) == wanted
        assert any(REPLICATES in said and "damaged" in said for said in listener.said) == (name == REPLICATES)


def test_a_journal_loses_a_half_written_end_and_damaged_rows_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    rows = {(f"{n:012x}", n): np.array([n, np.nan]) for n in range(5)}
    for it, cells in rows.items():
        Journal(path, (2,), print).add(it, cells)
    data = path.read_bytes()
    path.write_bytes(data[:-3])
    journal = Journal(path, (2,), print)
    assert list(journal.read()) == list(rows)[:4]
    journal.add(("0000000000aa", 7), np.array([1.0, 2.0]))
    assert list(journal.read()) == [*list(rows)[:4], ("0000000000aa", 7)], "what follows a cut is read again"
    spoilt = bytearray(data)
    spoilt[len(data) // 2] ^= 1
    path.write_bytes(spoilt)
    assert list(Journal(path, (2,), print).read()) == [*list(rows)[:2], *list(rows)[3:]]


def test_failed_replicates_are_told_with_their_command_and_tried_again(tmp_path: Path) -> None:
    many = toy.scenario(tmp_path, run__replicates=6)
    found = sweep(many, {GROWTH: [0.05]}, tmp_path, toy.model(toy.fail_on_some))
    failed = {it["replicate"] for it in found.failures}
    assert failed
    assert found.stats["startups"]["seeds"][1] == 6 - len(failed)
    assert f"'{GROWTH}': 0.05" in found.failures[-1]["command"]
    assert "replicates failed" in sweep_text(found)
    mended = sweep(many, {GROWTH: [0.05]}, tmp_path)
    assert mended.failures == []
    assert files(mended.path) == files(sweep(many, {GROWTH: [0.05]}, tmp_path / "clean").path)


def test_a_sweep_without_a_baseline_says_so(scenario: Scenario, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no replicate of the baseline"):
        sweep(scenario, {GROWTH: [0.05]}, tmp_path, toy.model(toy.fail_always))


def test_what_takes_long_is_asked_for(scenario: Scenario, tmp_path: Path) -> None:
    many: dict[str, str | Sequence[Value]] = {GROWTH: "0.01:0.05:2001"}
    listener = Listener(stop_after=1)
    with pytest.raises(TooLarge, match=r"2,?001 points x 4 replicates x 6 months = 8,?004 worlds.*\n.*--yes"):
        sweep(scenario, many, tmp_path, toy.model(toy.slowly), watcher=listener)
    assert listener.done == 0
    with pytest.raises(KeyboardInterrupt):
        sweep(scenario, many, tmp_path, allow_long=True, watcher=listener)
    assert re.search("8,?004 worlds, 2 of them stored already: about", listener.said[0])


# --- what is shown


@pytest.mark.parametrize(
    ("vary", "design", "pictures"),
    [
        ({GROWTH: "0.01:0.05:3"}, "grid", ["lines"]),
        ({"population.world": "place,nation"}, "grid", ["lines"]),
        ({GROWTH: "0.01:0.05:3", SIZE: "100,200"}, "grid", ["map"]),
        ({GROWTH: "0.01:0.05", SIZE: "100:200"}, "latin", ["map"]),
        ({GROWTH: "0.01:0.05", SIZE: "100:200", "population.world": "place,nation"}, "latin",
         ["parallel-jobs", "parallel-startups"]),
    ],
)  # fmt: skip
def test_each_number_of_keys_has_its_figure(
    scenario: Scenario, tmp_path: Path, vary: Any, design: str, pictures: list[str]
) -> None:
    found = sweep(scenario, vary, tmp_path, design=design, samples=None if design == "grid" else 8)
    draw_sweep(found, print)
    assert sorted({it.stem for it in found.figures}) == pictures
    before = {it: it.read_bytes() for it in found.figures}
    assert all(Store(found.path).intact(str(it.relative_to(found.path))) for it in found.figures)
    draw_sweep(sweep(scenario, vary, tmp_path / "again", design=design, samples=None if design == "grid" else 8), print)
    for path, data in before.items():
        assert (tmp_path / "again" / path.relative_to(tmp_path)).read_bytes() == data


def test_no_words_of_a_map_lie_on_its_neighbours(scenario: Scenario, tmp_path: Path) -> None:
    vary = {GROWTH: "0:0.09:4", SIZE: "100000:400000:4"}
    names = ["startups", "jobs", "site_enterprises", "fiscal_cost", "big_asset_share"]
    found = sweep(scenario, vary, tmp_path, outcomes=names)
    with style():
        figure = map_page(found).figure
        figure.draw_without_rendering()
        boxes = [it.get_tightbbox() for it in figure.axes]
    panels = [Bbox.union(boxes[at : at + 2]) for at in range(0, len(boxes), 2)]  # each with its colour bar
    assert len(panels) == len(names)
    assert not [(one, two) for one, two in combinations(panels, 2) if one.overlaps(two)]
    assert all(figure.bbox.x0 < it.x0 and it.x1 < figure.bbox.x1 for it in panels)


@pytest.mark.parametrize(("replicates", "ringed"), [(1, 4), (4, 2)])
def test_a_map_of_one_seed_shows_nothing_as_clear(tmp_path: Path, replicates: int, ringed: int) -> None:
    """Growth moves startups on every seed; without an interval nobody knows."""
    few = toy.scenario(tmp_path, run__replicates=replicates)
    found = sweep(few, {GROWTH: "0.03,0.05", SIZE: "100,200"}, tmp_path / "out", outcomes=["startups"])
    with style():
        axes = map_page(found).figure.axes[0]
    rings = {len(it.get_offsets()) for it in axes.collections if not len(it.get_facecolors())}
    assert rings == {ringed}


def test_text_shows_the_ends_of_a_large_design(scenario: Scenario, tmp_path: Path) -> None:
    found = sweep(scenario, {GROWTH: "0.01:0.05:41"}, tmp_path, outcomes=["startups"])
    lines = sweep_text(found).splitlines()
    assert "17 more points: --all, or sweep.csv" in "\n".join(lines)
    assert sum(line.endswith(("more", "less", "seed", "as it is")) for line in lines) == 25
    assert len(sweep_text(found, everything=True).splitlines()) > 41 + 3
    told = sweep_json(found)
    assert told["points"][0]["values"] == {GROWTH: 0.03}
    assert told["points"][-1]["outcomes"]["startups"]["difference"] == pytest.approx(12)
    assert told["points"][-1]["outcomes"]["startups"]["verdict"] == "more"


def test_the_command(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.scenario(toy_folder)
    common = ("sweep", "toy.toml", "--vary", f"{GROWTH}=0.01:0.05:3", "--workers", "1", "--replicates", "3")
    done = call(*common, "--month", "2011-06", "--json")
    told = json.loads(done.stdout)
    assert (told["months"], told["month"], told["replicates"], len(told["points"])) == (6, "2011-06", 3, 4)
    assert "worlds" in done.stderr
    assert "figures:" in done.stderr
    assert list(Path(told["results"]).glob("figures/lines.png"))
    for wrong, words in (
        (("--month", "2010-01"), "2011-01 to"), (("--month", "2011-03", "--months", "3"), "one of them"),
        (("--design", "gird"), "did you mean grid?"), (("--outcome", "jbs"), "did you mean jobs?"),
    ):  # fmt: skip
        assert words in call(*common, *wrong, code=2).stderr
    toy.use(monkeypatch, toy.fail_on_some)
    assert "repeat it" in call(*common[:-1], "9", "--fresh", code=3).stderr
