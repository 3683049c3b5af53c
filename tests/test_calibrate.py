"""Calibration: known answers come back, posteriors are calibrated, nothing is run twice and no user's file is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy
from command import call, surroundings, wait_for
from pyarrow import parquet
from scipy import stats
from toy import Listener

from sim import api
from sim.evidence.facts import Check
from sim.model.catalogue import load
from sim.report.text.calibrations import calibration_json, calibration_text
from sim.runs.errors import Incompatible, TooLarge
from sim.runs.executor import Workers
from sim.runs.posterior_sample import read_sample
from sim.runs.replicate import Model
from sim.scenario import Scenario, ScenarioError
from sim.studies.estimators.posterior import bridged, distances, effective, quantiles, sample
from sim.studies.estimators.signs import Sign
from sim.studies.fitted import MARK, check_free
from sim.studies.questions.calibrate import AS_GOOD, EVALUATIONS, POSTERIOR, ROTATION, Calibration, run_calibration
from sim.studies.questions.what_if import Variant
from sim.studies.targets import Reading, read_targets
from sim.studies.worlds import WORLDS

GROWTH, SIZE = "market.growth", "population.enterprises"


def asked(folder: Path, text: str = toy.TARGETS) -> Path:
    file = folder / "targets.toml"
    file.write_text(text)
    return file


def calibrate(
    scenario: Scenario, out: Path, model: Model | None = None, text: str = toy.TARGETS, **how: Any
) -> Calibration:
    out.mkdir(exist_ok=True)
    given = {name: how.pop(name) for name in ("budget", "replicates", "seed") if name in how}
    targets = read_targets(asked(out, text), scenario, toy.OUTCOMES, how.pop("keys", ()), given)
    with Workers(how.pop("workers", 1)) as pool:
        return run_calibration(targets, model or toy.model(), toy.options(out, pool, how), **how)


def files(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in (EVALUATIONS, POSTERIOR, WORLDS, "toy-fitted.toml")}


# --- the posterior


def linear(number: int, wide: float = 1.0) -> tuple[Callable[[Any], Any], Any, Any]:
    """Three numbers of two parameters with Gaussian error: their deviations, the truth, the exact posterior mean."""
    rng, slopes = np.random.default_rng(number), np.array([[1.0, 0.3], [-0.4, 1.2], [0.7, 0.7]])
    truth, sd = rng.random(2), 0.06
    seen = slopes @ truth + sd * rng.normal(size=3)
    exact = np.linalg.lstsq(slopes, seen, rcond=None)[0]
    return (lambda points: (points @ slopes.T - seen) / (wide * sd)), truth, exact


def pit(wide: float = 1.0, worlds: int = 120, weighted: bool = True) -> float:
    """Simulation-based calibration (Talts et al. 2018): how likely so uneven ranks of the truth are by chance."""
    ranks = []
    for number in range(worlds):
        deviations, truth, _ = linear(number, wide)
        rng = np.random.default_rng([number, 1])
        start = rng.random((20, 2))
        found = sample(deviations, start, deviations(start), 80, 4, number)
        weights = found.weights if weighted else None
        points = found.points if weighted else rng.random((80, 2))
        drawn = points[rng.choice(len(points), 19, p=weights)]
        ranks.extend((drawn < truth).sum(axis=0) // 4)
    return float(stats.chisquare(np.bincount(ranks, minlength=5)).pvalue)


@pytest.mark.once
def test_the_posterior_is_calibrated_and_wrong_ones_are_found_out() -> None:
    assert pit() > 0.01
    assert pit(wide=4.0) < 1e-4, "a kernel four times as wide"
    assert pit(wide=0.25) < 1e-4, "and one four times as narrow"


def test_the_posterior_has_the_known_mean_and_spread() -> None:
    number = next(n for n in range(99) if (abs(linear(n)[2] - 0.5) < 0.2).all())  # well inside: nothing is cut off
    deviations, _, exact = linear(number)
    start = np.random.default_rng(0).random((20, 2))
    found = sample(deviations, start, deviations(start), 600, 6, 1)
    mean = (found.weights[:, None] * found.points).sum(axis=0)
    slopes = np.array([[1.0, 0.3], [-0.4, 1.2], [0.7, 0.7]])
    sd = np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes))) * 0.06
    np.testing.assert_allclose(mean, exact, atol=4 * float(sd.max()) / np.sqrt(found.effective))
    spread = np.sqrt((found.weights[:, None] * (found.points - mean) ** 2).sum(axis=0))
    np.testing.assert_allclose(spread, sd, rtol=0.15)
    assert found.effective > 300
    assert found.weights.sum() == pytest.approx(1)
    assert found.tempers[-1] == 1.0


def test_bridge_sampling_gives_a_known_integral() -> None:
    # A standard normal density without its factor, known over a wider one whose draws beyond 3 count as misses.
    rng, known = np.random.default_rng(2), stats.norm(0.5, 2.0)
    points, own = known.rvs(20_000, random_state=rng), stats.truncnorm(-3, 3).rvs(5_000, random_state=rng)
    there, here = (np.exp(-at * at / 2) / known.pdf(at) for at in (points[abs(points) < 3], own))
    exact = np.sqrt(2 * np.pi) * (1 - 2 * stats.norm.sf(3))
    assert bridged(there, len(points), here) == pytest.approx(exact, rel=0.02)


def test_in_many_dimensions_a_few_hundred_runs_are_worth_many_draws() -> None:
    rng, sd = np.random.default_rng(4), 0.1
    slopes = rng.normal(size=(12, 10))
    seen = slopes @ np.full(10, 0.5)
    start = rng.random((130, 10))

    def deviations(points: Any) -> Any:
        return (points @ slopes.T - seen) / sd

    found = sample(deviations, start, deviations(start), 240, 6, 1)
    assert found.effective > 80
    mean = (found.weights[:, None] * found.points).sum(axis=0)
    exact = np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes))) * sd
    np.testing.assert_allclose((mean - 0.5) / exact, 0.0, atol=4 / np.sqrt(found.effective))


def test_distances_are_in_standard_deviations_of_the_weighted_sample() -> None:
    rng = np.random.default_rng(5)
    sampled = rng.normal((1.0, -2.0), (3.0, 0.5), (4000, 2))
    weights = np.where(sampled[:, 0] > 50.0, 0.0, 1.0)
    points = np.array([[1.0, -2.0], [4.0, -2.0], [1.0, -1.0]])
    assert distances(points, sampled, weights) == pytest.approx([0.0, 1.0, 4.0], abs=0.2)
    one = distances(points[:, :1], sampled[:, :1], weights)
    assert one == pytest.approx([0.0, 1.0, 0.0], abs=0.1)


def test_the_posterior_of_nothing_known_is_the_prior() -> None:
    start = np.zeros((4, 3))
    found = sample(lambda points: np.zeros((len(points), 1)), start, np.zeros((4, 1)), 400, 4, 3)
    for column in found.points.T:
        low, middle, high = quantiles(column, found.weights, (0.05, 0.5, 0.95))
        np.testing.assert_allclose((low, middle, high), (0.05, 0.5, 0.95), atol=0.08)


def test_points_that_cannot_be_have_no_weight() -> None:
    def half(points: Any) -> Any:
        return np.where(points[:, :1] < 0.5, np.inf, 0.0)

    start = np.random.default_rng(0).random((20, 2))
    found = sample(half, start, half(start), 100, 3, 1)
    assert found.weights[found.points[:, 0] < 0.5].sum() == 0
    nowhere = sample(lambda points: np.full((len(points), 1), np.inf), start, np.full((20, 1), np.inf), 30, 3, 1)
    assert effective(nowhere.weights) == pytest.approx(30)
    assert nowhere.acceptance == 0


# --- the file of targets


def test_all_faults_at_once_with_lines_and_nearest_names(scenario: Scenario, tmp_path: Path) -> None:
    text = """titel = "x"
[calibration]
budgte = 3
replicates = 0
[keys."market.grwth"]
low = 0.0
high = 1.0
[keys."market.growth"]
low = 0.2
high = 0.1
[keys."market.rivalry"]
high = 2
scenarios = ["toys"]
[targets.a]
outcome = "jbs"
value = 1
tolerance = 1
[targets.b]
fact = "growth_shap"
[targets.c]
outcome = "jobs"
months = "2031-01"
value = 1
tolerance = 0
[targets.d]
outcome = "jobs"
months = ["2011-05", "2011-02"]
scenario = "shougan"
[targets.e]
outcome = "jobs"
value = 1
[targets.f]
fact = "growth_shape"
outcome = "jobs"
"""
    with pytest.raises(ScenarioError) as caught:
        read_targets(asked(tmp_path, text), scenario, toy.OUTCOMES)
    said = str(caught.value)
    for words in (
        "targets.toml:1: titel: unknown key, did you mean title?", ":3: calibration.budgte: unknown key, did you mean ",
        ":4: calibration.replicates: 0 is out of bounds", ':5: keys."market.grwth": unknown key, did you mean market.',
        ':8: keys."market.growth": has no range', ':11: keys."market.rivalry".low: is missing', "did you mean toy?",
        ":15: targets.a.outcome: ", "did you mean jobs?", ":19: targets.b.fact: ", "did you mean growth_shape?",
        ":24: targets.c.tolerance", "targets.d.months", "targets.e.tolerance: is missing",
        "targets.f.outcome: is what the fact says",
    ):  # fmt: skip
        assert words in said, f"{words}\n\n{said}"


def test_scenarios_and_options_that_cannot_be(scenario: Scenario, tmp_path: Path) -> None:
    wrong = toy.TARGETS.replace('months = "2011-06"', 'months = "2031-06"\nscenario = "shougan"')
    with pytest.raises(ScenarioError, match="did you mean shougang"):
        read_targets(asked(tmp_path, wrong), scenario, toy.OUTCOMES)
    for keys, words in ((["market.grow"], "did you mean market.growth"), ([f"{GROWTH}=1:2:3"], "low:high"),
                        ([f"{GROWTH}=a:b"], "low:high"), (["run.start=1:2"], "how a scenario is run")):  # fmt: skip
        with pytest.raises(ScenarioError, match=words):
            read_targets(asked(tmp_path), scenario, toy.OUTCOMES, keys)
    with pytest.raises(ScenarioError, match="--budget: budget: 3 is out of bounds"):
        read_targets(asked(tmp_path), scenario, toy.OUTCOMES, (), {"budget": 3})
    narrow = read_targets(asked(tmp_path), scenario, toy.OUTCOMES, [f"{GROWTH}=0.01:0.02"]).keys
    assert [(it.key, it.low, it.high) for it in narrow] == [(GROWTH, 0.01, 0.02)]


def test_a_fact_gives_a_target_and_a_band_its_middle(tmp_path: Path) -> None:
    base = load("manufacturing")
    known = {
        "shape": Check("shape", "Shape", "g", (), "economy", "jobs", ("2011-12", "2012-12"), (0.7, 1.3)),
        "floor": Check("floor", "Floor", "g", (), "manufacturing", "jobs", ("last", "last"), (5.0, float("inf"))),
    }
    text = """[keys."market.growth"]
low = 0.0
high = 0.1
[targets.shape]
fact = "shape"
[targets.floor]
fact = "floor"
tolerance = 2
"""
    found = read_targets(asked(tmp_path, text), base, toy.OUTCOMES, known=known)
    shape, floor = found.targets
    assert (shape.value, shape.tolerance, shape.group, shape.scenario) == (1.0, pytest.approx(0.15), "g", "economy")
    assert (floor.value, floor.bound, floor.deviation(9.0), floor.deviation(1.0)) == (5.0, "at least", 0.0, -2.0)
    economy = found.scenarios["economy"]
    assert economy.months == economy.month_of("2012-12") + 1, "no longer than its targets need"
    assert found.keys[0].scenarios == ("manufacturing", "economy")


def test_a_key_that_a_scenario_sets_itself_counts_where_it_is_listed(tmp_path: Path) -> None:
    base = toy.scenario(tmp_path)
    toy.scenario(tmp_path, "own", "[market]\ngrowth = 0.01\n")
    (tmp_path / "child.toml").write_text('extends = "toy"\n')
    (tmp_path / "grandchild.toml").write_text('extends = "own"\n')
    others = "".join(f'[targets.{name}]\noutcome = "jobs"\nmonths = "2011-03"\nvalue = 1\ntolerance = 1\n'
                     f'scenario = "{name}.toml"\n' for name in ("own", "child", "grandchild"))  # fmt: skip
    keys = read_targets(asked(tmp_path, toy.TARGETS + others), base, toy.OUTCOMES).keys
    assert keys[0].scenarios == ("toy", "child")
    listed = (toy.TARGETS + others).replace("low = 0.0", 'low = 0.0\nscenarios = ["own"]')
    assert read_targets(asked(tmp_path, listed), base, toy.OUTCOMES).keys[0].scenarios == ("own",)


def test_readings_are_means_of_months_with_a_value() -> None:
    cells = np.array([[1.0, 2.0], [np.nan, 4.0], [6.0, 3.0], [8.0, 0.0]])
    places, start = {"a": 0, "b": 1}, 2011 * 12
    assert Reading("a", "", (), "2011-01", "2011-03").of(cells, places, start) == 3.5
    assert Reading("a", "b", (), "2011-01", "2011-04").of(cells, places, start) == 1.25
    assert np.isnan(Reading("a", "", (), "2011-02", "2011-02").of(cells, places, start))
    assert Reading("a", "", ("a", "b"), "2011-03", "2011-03").of(cells, places, start) == 3.0, "over a ratio"
    assert np.isnan(Reading("a", "", (), "2012-02", "2012-02").of(cells, places, start))


# --- the whole


def test_a_toy_is_fitted_and_its_posterior_is_the_known_one(scenario: Scenario, tmp_path: Path) -> None:
    found = calibrate(scenario, tmp_path / "out", budget=160)
    # 72 startups in six months are 4% of growth, give or take the luck of three seeds; jobs are nearly without luck.
    middle, low, high = found.fit.interval(GROWTH)
    luck = found.fit.best.means[0] - 6 * (8 + 100 * float(found.fitted[GROWTH]))
    assert middle == pytest.approx((72 - luck) / 600 - 0.08, abs=0.003)
    assert high - low == pytest.approx(2 * 1.645 * 3 / 600, rel=0.3)
    assert found.fitted[SIZE] == pytest.approx(200, abs=6)
    lowest = min(it.misfit for it in found.fit.evaluations)
    assert found.fit.best.misfit <= lowest + AS_GOOD < found.fit.evaluations[0].misfit
    assert abs(float(found.fitted[GROWTH]) - middle) < 0.25 * (high - low), "amid the posterior, and not at its edge"
    table = parquet.read_table(found.path / POSTERIOR)
    assert table.column_names == [GROWTH, SIZE, "weight"]
    assert sum(table.column("weight").to_pylist()) == pytest.approx(1)
    assert len(found.evaluations) == 160 + 2
    fitted = load(found.path / "toy-fitted.toml")
    assert {key: fitted.values[key] for key in (GROWTH, SIZE)} == found.fitted
    assert fitted.sources[GROWTH].kind == "fitted"
    assert "startups, jobs" in fitted.sources[GROWTH].text
    assert (found.path / "toy-fitted.toml").read_text().startswith(MARK)
    text = calibration_text(found)
    assert "effective sample size" in text
    assert calibration_json(found)["targets"]["startups"]["deviation"] == pytest.approx(
        (found.fit.best.means[0] - 72) / 3
    )


def test_workers_give_the_same_bytes_and_nothing_is_run_twice(scenario: Scenario, tmp_path: Path, marks: Path) -> None:
    model = toy.model(toy.with_marks)
    one = calibrate(scenario, tmp_path / "one", model)
    ran = len(list(marks.iterdir()))
    assert ran == len(parquet.read_table(one.path / WORLDS)) <= 3 * (48 + 2)
    # Workers have the environment in which the first of them was started: in one without marks no world would run.
    two = calibrate(scenario, tmp_path / "two", toy.model(), workers=2)
    assert files(two.path) == files(one.path)
    assert two.path.name == one.path.name
    again = len(list(marks.iterdir()))
    calibrate(scenario, tmp_path / "one", model)
    rotated = calibrate(scenario, tmp_path / "one", model, text=toy.TARGETS.replace("500.0", "400.0"))
    assert len(list(marks.iterdir())) - again < ran, "the worlds of another tolerance are partly the same"
    assert rotated.path != one.path


SCRIPT = """
import sys
from pathlib import Path
import toy, test_calibrate
folder = Path(sys.argv[1])
test_calibrate.calibrate(toy.scenario(folder), folder / "out", toy.model(toy.slowly_a_bit), budget=24)
"""


def test_a_killed_calibration_goes_on_where_it_was(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, tmp_path], env=surroundings(), stdout=subprocess.DEVNULL)

    def journals() -> list[Path]:
        return list(tmp_path.glob("out/calibrate-*/.journal"))

    wait_for(lambda: any(it.stat().st_size > 1000 for it in journals()))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert journals(), "it had begun"
    assert not list(tmp_path.glob("out/calibrate-*/manifest.json")), "and not ended"
    listener = Listener()
    scenario = toy.scenario(tmp_path)
    resumed = calibrate(scenario, tmp_path / "out", toy.model(toy.slowly_a_bit), budget=24, watcher=listener)
    clean = calibrate(scenario, tmp_path / "clean", budget=24)
    assert files(resumed.path) == files(clean.path)


def test_a_failed_world_is_named_and_the_others_count(scenario: Scenario, tmp_path: Path) -> None:
    found = calibrate(scenario, tmp_path / "out", toy.model(toy.fail_on_some), replicates=6, budget=20)
    assert found.failures
    assert "ArithmeticError" in found.failures[0]["message"]
    assert np.isfinite(found.fit.best.misfit)
    nothing = calibrate(scenario, tmp_path / "none", toy.model(toy.fail_always), budget=12)
    assert nothing.fit.best.misfit == np.inf
    assert nothing.manifest["misfit"]["fitted"] is None


def test_values_that_contradict_each_other_are_not_run(scenario: Scenario, tmp_path: Path) -> None:
    text = toy.TARGETS.replace('"market.growth"', '"population.largest_staff"')
    text = text.replace("low = 0.0", "low = 100.0").replace("high = 0.1", "high = 1000.0")
    found = calibrate(scenario, tmp_path / "out", text=text, budget=24)
    least = float(scenario.values["population.tail_from"])
    possible = {float(it.values["population.largest_staff"]) > least for it in found.fit.evaluations if it.values}
    assert possible == {True, False}
    for it in found.fit.evaluations:
        if it.values:
            assert np.isfinite(it.misfit) == (float(it.values["population.largest_staff"]) > least)


def test_what_takes_long_is_said_and_must_be_agreed_to(scenario: Scenario, tmp_path: Path) -> None:
    how: dict[str, Any] = {"budget": 9_999, "replicates": 3}
    with pytest.raises(TooLarge, match="with --yes"):
        calibrate(scenario, tmp_path / "out", toy.model(toy.slowly), **how)
    with pytest.raises(KeyboardInterrupt):
        calibrate(scenario, tmp_path / "out", allow_long=True, watcher=Listener(stop_after=9), **how)


# --- rotation


def test_a_rotation_predicts_what_it_was_not_told(scenario: Scenario, tmp_path: Path) -> None:
    # Fiscal cost is 0.1 x size + 0.01 x startups: jobs tell it, and without jobs and cost nothing tells the size.
    cost = (
        '[targets.cost]\noutcome = "fiscal_cost"\nmonths = "2011-06"\nvalue = 20.0\ntolerance = 1.0\nband = [15, 25]\n'
    )
    found = calibrate(scenario, tmp_path / "out", text=toy.TARGETS + cost, rotate=True, budget=80)
    told = json.loads((found.path / ROTATION).read_text())
    rows = {row["target"]: row for row in told["targets"]}
    assert list(rows) == ["startups", "jobs", "cost"]
    assert rows["cost"]["predicted"]["within"]
    assert rows["cost"]["predicted"]["mean"] == pytest.approx(20.7, abs=1)
    assert rows["startups"]["fitted"]["mean"] == pytest.approx(72, abs=2)
    width = {kind: rows["startups"][kind]["high"] - rows["startups"][kind]["low"] for kind in ("fitted", "predicted")}
    assert width["predicted"] > 3 * width["fitted"], "nothing else tells the startups"
    table = parquet.read_table(found.path / "rotation.parquet")
    assert table.column("predicted_mean").to_pylist() == [row["predicted"]["mean"] for row in told["targets"]]
    assert set(found.evaluations.left_out) == {"", "startups", "size", "cost"}
    assert "predicted" in calibration_text(found)


def test_a_rotation_goes_on_with_a_budget_of_its_own_but_no_larger_one(scenario: Scenario, tmp_path: Path) -> None:
    for rotation, wanted in ((12, 12), (40, 20), (0, 20)):
        text = toy.TARGETS.replace("budget = 48", f"budget = 20\nrotation_budget = {rotation}")
        found = calibrate(scenario, tmp_path / "out", text=text, rotate=True)
        counts = found.evaluations.groupby("left_out").size().to_dict()
        assert counts == {"": 20 + 2, "startups": 20 + wanted + 2, "size": 20 + wanted + 2}
        assert json.loads((found.path / ROTATION).read_text())["candidates"] == 20 + wanted
        for fold in found.rotation:
            assert [it.values for it in fold.sampled[:12]] == [it.values for it in found.fit.sampled]
            assert len(fold.posterior.weights) == len(fold.sampled) == 12 + wanted


def test_without_its_only_group_a_rotation_tells_what_the_ranges_say(scenario: Scenario, tmp_path: Path) -> None:
    text = toy.TARGETS.replace("tolerance = 3.0", 'tolerance = 3.0\ngroup = "size"')
    found = calibrate(scenario, tmp_path / "out", text=text, rotate=True, budget=120)
    (fold,) = found.rotation
    assert fold.posterior.misfits.max() == 0
    low, middle, high = (fold.interval(GROWTH)[at] for at in (1, 0, 2))
    np.testing.assert_allclose((low, middle, high), (0.005, 0.05, 0.095), atol=0.02)


def test_targets_have_units(scenario: Scenario, tmp_path: Path) -> None:
    text = toy.TARGETS.replace('group = "size"', 'group = "size"\nper = "startups"')
    found = read_targets(asked(tmp_path, text), scenario, toy.OUTCOMES)
    assert [it.unit for it in found.targets] == ["enterprises", "people / enterprises"]


# --- whose file


def test_no_file_of_a_user_is_written_over(scenario: Scenario, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('title = "mine"\n')
    base = tmp_path / "toy.toml"
    for place, words in ((mine, "no calibration wrote it"), (base, "what the scenario is made of"),
                         (tmp_path / "x.txt", "no scenario file")):  # fmt: skip
        before = place.read_text() if place.exists() else None
        with pytest.raises(ScenarioError, match=words):
            calibrate(scenario, tmp_path / "out", out_scenario=place, budget=10)
        assert (place.read_text() if place.exists() else None) == before
    new = tmp_path / "deep" / "new.toml"
    calibrate(scenario, tmp_path / "out", out_scenario=new, budget=10)
    first = new.read_text()
    calibrate(scenario, tmp_path / "out", out_scenario=new, budget=12)
    assert new.read_text().startswith(MARK)
    assert new.read_text() != first, "its own file it may write again"
    assert load(new).values[GROWTH] == pytest.approx(load(new).values[GROWTH])
    child = tmp_path / "child.toml"
    child.write_text(f'extends = "{new}"\n')
    with pytest.raises(ScenarioError, match="made of"):
        check_free(new, load(child))


# --- draws


def test_a_run_draws_its_parameters_and_says_so(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = calibrate(scenario, tmp_path / "out", budget=120)
    toy.use(monkeypatch)
    fitted = load(found.path / "toy-fitted.toml", {"run.months": 6, "run.replicates": 40})

    def run(**how: Any) -> Any:
        return api.run(fitted, workers=1, out=tmp_path / "runs", figures=False, watcher=toy.Listener(), **how)

    plain, both, one = run(), run(parameters="posterior"), run(parameters="posterior", one_seed=True)
    assert [it.intervals for it in (plain, both, one)] == ["stochastic", "both", "parameter"]
    assert len({it.path for it in (plain, both, one)}) == 3
    assert len(set(one.manifest["seeds"].values())) == 1
    spread = [float(it.table.of("startups")[:, -1].std()) for it in (plain, both, one)]
    assert spread[1] > spread[0]
    assert spread[2] == pytest.approx(3.0, rel=0.35), "the tolerance of the target"
    known = read_sample("posterior", fitted)
    table = parquet.read_table(found.path / POSTERIOR)
    drawn = [known.values(fitted, number) for number in range(200)]
    weights = np.array(table.column("weight").to_pylist())
    for key in (GROWTH, SIZE):
        mean = float((weights * np.array(table.column(key).to_pylist())).sum())
        assert np.mean([float(it[key]) for it in drawn]) == pytest.approx(mean, rel=0.03)
    more = api.run(fitted, replicates=50, workers=2, out=tmp_path / "more", figures=False, watcher=toy.Listener(),
                   parameters="posterior")  # fmt: skip
    np.testing.assert_array_equal(more.table.cells[:40], both.table.cells)
    with pytest.raises(Incompatible, match="drawn differently"):
        api.compare(plain, both, out=tmp_path)


def test_baseline_and_variants_share_their_draws(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under any name, also of a scenario that extends the calibrated one; what a variant sets is not drawn."""
    found = calibrate(scenario, tmp_path / "out", budget=40)
    toy.use(monkeypatch)
    base = load(scenario.path, {"run.months": 6, "run.replicates": 12})
    child = tmp_path / "child.toml"
    child.write_text(f'extends = "{scenario.path}"\ntitle = "A child"\n[labour]\nwage = 0.05\n')
    own = tmp_path / "own.toml"
    own.write_text(f'extends = "{scenario.path}"\ntitle = "Its own growth"\n[market]\ngrowth = 0.01\n')
    where = f"posterior:{found.path / POSTERIOR}"
    variants = (Variant({"labour.wage": 0.05}, "dearer"), Variant(child), Variant(own), Variant({GROWTH: 0.01}, "slow"))
    compared = api.what_if(base, *variants, parameters=where, workers=1, out=tmp_path / "runs", watcher=toy.Listener())
    keys = [it.result.manifest["parameters"]["keys"] for it in compared.variants]
    assert compared.baseline.manifest["parameters"]["keys"] == [GROWTH, SIZE]
    assert keys == [[GROWTH, SIZE], [GROWTH, SIZE], [SIZE], [SIZE]]
    for variant in compared.variants[:2]:
        assert variant["startups"].sign is Sign.EQUAL, "the toy asks for no wage"
        assert variant["jobs"].sign is Sign.EQUAL
    assert compared.variants[3]["jobs"].sign is Sign.EQUAL
    assert read_sample(where, load(child)).values(load(child), 3) == read_sample(where, base).values(base, 3)
    manifest = compared.variants[0].result.manifest["parameters"]
    monkeypatch.setitem(manifest, "keys", [SIZE])
    with pytest.raises(Incompatible, match=f"{GROWTH}: drawn in only one"):
        api.compare(compared.baseline, compared.variants[0].result, out=tmp_path)


def test_draws_read_no_file_again(tmp_path: Path) -> None:
    """They are asked for once a world, also of what a scenario inherits from another file."""
    parent = toy.scenario(tmp_path, "toy", "[market]\ngrowth = 0.03\n[population]\nenterprises = 100\n")
    found = calibrate(parent, tmp_path / "out", budget=20)
    child = tmp_path / "child.toml"
    child.write_text('extends = "toy.toml"\ntitle = "A child"\n')
    drawn, loaded = read_sample(f"posterior:{found.path / POSTERIOR}", load(child)), load(child)
    before = drawn.values(loaded, 0)
    Path(parent.path).unlink()
    assert set(before) == {GROWTH, SIZE}
    assert drawn.values(loaded, 0) == before


def test_the_world_that_loads_the_model_is_no_measure_of_cost(scenario: Scenario, tmp_path: Path) -> None:
    """On one seed the first batch is one world; the cost is said once, after the second."""
    listener = Listener()
    calibrate(scenario, tmp_path / "out", budget=8, replicates=1, watcher=listener)
    assert sum("s a world measured" in text for text in listener.said) == 1


def test_a_scenario_has_the_posterior_of_the_one_that_it_extends(scenario: Scenario, tmp_path: Path) -> None:
    found = calibrate(scenario, tmp_path / "out", budget=20)
    folder = tmp_path / "calibration"
    folder.mkdir()
    child = tmp_path / "child.toml"
    child.write_text(f'extends = "{Path(scenario.path).name}"\ntitle = "A child"\n')
    with pytest.raises(ScenarioError, match="child has no posterior"):
        read_sample("posterior", load(child))
    data = (found.path / POSTERIOR).read_bytes()
    (folder / f"toy.{POSTERIOR}").write_bytes(data)
    assert read_sample("posterior", load(child)).moved(load(child)) == (GROWTH, SIZE)


def test_what_the_user_sets_is_not_drawn(scenario: Scenario, tmp_path: Path) -> None:
    found = calibrate(scenario, tmp_path / "out", budget=20)
    file = found.path / "toy-fitted.toml"
    assert read_sample("posterior", load(file)).moved(load(file)) == (GROWTH, SIZE)
    told = load(file, {GROWTH: 0.01})
    assert read_sample("posterior", told).moved(told) == (SIZE,)
    copy = tmp_path / "copy.toml"
    copy.write_text(file.read_text().replace('extends = "', f'extends = "{found.path}/'))
    where = f"posterior:{found.path / POSTERIOR}"
    assert read_sample(where, load(copy)).moved(load(copy)) == (GROWTH, SIZE), "its sources name the calibration"
    toy.scenario(tmp_path, "own", "[market]\ngrowth = 0.01\n[population]\nenterprises = 100\n")
    own = load(tmp_path / "own.toml")
    with pytest.raises(ScenarioError, match="moves no key of own"):
        read_sample(where, own)
    for text, words in (("posterior", "has no posterior"), ("prior", "allowed: posterior"),
                        (f"posterior:{copy}", "is no posterior"), ("posterior:none", "has no posterior")):  # fmt: skip
        with pytest.raises(ScenarioError, match=words):
            read_sample(text, own)


# --- the command


def test_the_command(toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.scenario(toy_folder)
    asked(toy_folder)
    common = ("calibrate", "toy.toml", "--targets", "targets.toml", "--workers", "1", "--budget", "16")
    done = call(*common, "--json", "--out-scenario", "new.toml")
    told = json.loads(done.stdout)
    assert set(told["fitted"]) == {GROWTH, SIZE}
    assert "worlds" in done.stderr
    assert Path("new.toml").read_text().startswith(MARK)
    folder = Path(told["results"])
    assert (folder / "figures" / "marginals.png").exists()
    assert (folder / "figures" / "targets.svg").exists()
    run = ("run", folder / "toy-fitted.toml", *["--workers", "1", "--replicates", "3", "--months", "6", "--no-figures"])
    assert "both parameter and stochastic" in call(*run, "--parameters", "posterior").stdout
    for wrong, words in (
        ((*common, "--keys", "market.grow"), "did you mean market.growth?"),
        ((*common, "--keys", GROWTH, "--keys", f"{GROWTH}=0:0.1"), "is given twice, allowed: once"),
        ((*common[:3], "none.toml"), "no such file"),
        ((*common, "--out-scenario", "toy.toml"), "made of"),
        ((*run, "--one-seed"), "goes with --parameters"),
        ((*run, "--parameters", "posterior", "--events"), "cannot draw"),
    ):  # fmt: skip
        assert words in call(*wrong, code=2).stderr
    toy.use(monkeypatch, toy.fail_on_some)
    assert "repeat it" in call(*common, "--fresh", "--replicates", "6", code=3).stderr
