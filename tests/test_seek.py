"""Seeking: toys whose best mix, frontier and value are known, what noise hides, and the same bytes in any way."""

from __future__ import annotations

import json
import math
import re
import shlex
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import seeking
import toy
from command import call, call_json
from seeking import BEST, COST, LEVERS, MOST, NET, RELIEF, SUBSIDY
from worlds import TOWN

import sim
from sim import api
from sim.kernel.draws import seed_of
from sim.model.catalogue import load
from sim.report.figures.canvas import style
from sim.report.figures.seek import draw_seek, draw_value, value_page
from sim.report.text.seek import next_command, seek_json, seek_text, value_text
from sim.runs.declarations import KEY
from sim.runs.errors import Incompatible, NothingRan, TooLarge
from sim.runs.executor import Workers
from sim.runs.record_bytes import from_bytes
from sim.runs.replicate import Model, run_recorded
from sim.runs.store import JOURNAL
from sim.scenario import Scenario, ScenarioError
from sim.studies.aims import aims, amount_of, budget_of
from sim.studies.appraisal.assumptions import assumptions
from sim.studies.appraisal.totals import kept_totals, totals
from sim.studies.estimators.choice import beaten, first_unbeaten, regret, seeds_to_tell, told
from sim.studies.estimators.root import FOUND, NOISE, OUTSIDE, Root, find_root
from sim.studies.estimators.search import BATCH, Score, Shares, apart, frontier, ranking, search, spread
from sim.studies.followed_worlds import MIXES
from sim.studies.mixes import read_question
from sim.studies.questions.seek import ANSWER, TABLE, Sought, run_seek
from sim.studies.questions.seek_value import CURVE, Reached, read_target, run_seek_value

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

GROWTH = "market.growth"
PLACE = ("--set", "population.world=place")


def scenario_of(folder: Path, **overrides: Any) -> Scenario:
    own = {"run__months": 3, "run__replicates": 6, "population__world": "place"}
    return toy.scenario(folder, **own | overrides)


def seek(scenario: Scenario, out: Path, levers: Any = None, model: Model | None = None, **how: Any) -> Sought:
    model = model or seeking.model()
    asked = {"maximise": None, "minimise": None, "budget": None, "at_least": (), "at_most": ()}
    asked |= {name: how.pop(name) for name in asked.keys() & how.keys()}
    question = read_question(scenario, levers or LEVERS, model, **asked, assumed=assumptions())
    sizes = {"samples": 48, "confirm": 12, "draws": 0}
    sizes |= {name: how.pop(name) for name in sizes.keys() & how.keys()}
    with Workers(how.pop("workers", 1)) as pool:
        return run_seek(question, model, toy.options(out, pool, how), **sizes)


def value_of(
    scenario: Scenario, out: Path, target: Any, levers: Any, model: Model | None = None, **how: Any
) -> Reached:
    model = model or seeking.model(None, seeking.run_luck)
    with Workers(how.pop("workers", 1)) as pool:
        asked = read_target(scenario, levers, target, model, assumptions())
        return run_seek_value(asked, model, toy.options(out, pool, how))


def files(path: Path, names: Sequence[str] = (TABLE, ANSWER, MIXES)) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in names}


# --- the search, without a model


def tried(evaluate: Any, seed: int, size: int = 64) -> list[tuple[Shares, Score]]:
    return search(2, size, seed, lambda batch: [evaluate(*it) for it in batch])


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_search_finds_a_known_optimum(seed: int) -> None:
    found = tried(lambda a, b: Score(seeking.jobs(a, b)), seed)
    (a, b), score = found[ranking([it for _, it in found])[0]]
    assert score.value > 0.98 * NET
    assert math.hypot(a - 0.6, b - 0.3) < 0.1
    first = [it for it, _ in tried(lambda a, b: Score(0.0 * a * b), seed, 19)]
    assert score.value > max(seeking.jobs(*it) for it in first), "better than points that are only spread"


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_budget_that_binds(seed: int) -> None:
    """The best mix of 24 million is the nearest to the best one on the line of that cost."""
    off = (COST - 24.0) / (60.0**2 + 40.0**2)
    wanted = (0.6 - 60.0 * off, 0.3 - 40.0 * off)

    def evaluate(a: float, b: float) -> Score:
        spent = seeking.cost(a, b)
        return Score(seeking.jobs(a, b), spent, (spent - 24.0,))

    found = tried(evaluate, seed)
    scores = [it for _, it in found]
    best = scores[ranking(scores)[0]]
    assert best.cost <= 24.0
    assert 0.94 * seeking.jobs(*wanted) < best.value <= seeking.jobs(*wanted)
    line = [scores[it] for it in frontier(scores)]
    assert len(line) > 8
    assert line[-1].cost > 40, "the frontier goes on beyond the budget"


def test_what_is_asked_for_hangs_on_seed_and_past_alone() -> None:
    def evaluate(a: float, b: float) -> Score:
        return Score(seeking.jobs(a, b), seeking.cost(a, b))

    one, other = tried(evaluate, 3, 40), tried(evaluate, 3, 40)
    assert one == other
    assert tried(evaluate, 4, 40) != one
    asked: list[int] = []
    search(2, 21, 1, lambda batch: [asked.append(len(batch)) or Score(0.0) for _ in batch])  # type: ignore[func-returns-value]
    assert max(asked) == BATCH


def test_ranking_and_frontier() -> None:
    scores = [Score(5.0, 9.0, (-1.0,)), Score(7.0, 3.0, (2.0,)), Score(math.nan), Score(5.0, 4.0, (0.0,)),
              Score(9.0, 8.0, (1.0,)), Score(1.0, 5.0, (-3.0,))]  # fmt: skip
    assert ranking(scores) == [3, 0, 5, 4, 1]
    assert frontier(scores) == [1, 4]
    assert frontier([Score(1.0, 1.0), Score(1.0, 2.0), Score(2.0, 3.0, (9.0,)), Score(3.0, 4.0, (0.0, 1.0))]) == [0, 2]
    assert apart([0, 1, 2, 3], [(0.5,), (0.52,), (0.9,), (0.1,)], 3) == [0, 2, 3]
    assert apart([0, 1, 2], [(0.5,), (0.52,), (0.53,)], 2) == [0, 1], "near ones where there are no others"
    assert spread(list(range(20)), 4) == [0, 6, 13, 19]
    assert spread([4, 2], 4) == [4, 2]


# --- what can be said of mixes on common seeds


def test_mixes_are_compared_seed_by_seed() -> None:
    rng = np.random.default_rng(1)
    luck = 100.0 * rng.normal(size=20)
    values = luck + np.array([[0.0], [-0.2], [-5.0]]) + rng.normal(size=(3, 20))
    assert list(beaten(values, 0)) == [False, False, True]
    assert first_unbeaten(values, [2, 1, 0]) == 1
    assert first_unbeaten(values, [0, 1, 2]) == 0
    assert not told(luck)
    assert told(values[0] - values[2])
    assert beaten(np.vstack([values, np.full(20, np.nan)]), 0)[3], "what has no value is no choice"


def test_the_seeds_that_it_would_take_tell_as_often_as_not() -> None:
    """With as many seeds as are forecast an interval leaves out zero in about half of all trials, and not before."""
    rng = np.random.default_rng(2)
    needed = seeds_to_tell(np.array([1.0, 3.0] * 8) - 1.5)
    assert needed is not None
    deviation = float(np.std(np.array([1.0, 3.0] * 8), ddof=1))
    right = np.mean([told(0.5 + deviation * rng.normal(size=needed)) for _ in range(400)])
    early = np.mean([told(0.5 + deviation * rng.normal(size=max(4, needed // 4))) for _ in range(400)])
    assert 0.4 < right < 0.65
    assert early < 0.3
    assert seeds_to_tell(np.zeros(8)) is None


def test_regret() -> None:
    values = np.array([[10.0, 9.0, 0.0], [2.0, 6.0, 0.0], [-1.0, -3.0, 0.0], [np.nan, 1.0, 0.0]])
    found = regret("assumptions", values, 0, [True, True, False, True])
    assert (found.draws, found.best, found.mean) == (3, pytest.approx(1 / 3), pytest.approx(5 / 3))
    assert found.p95 == pytest.approx(np.percentile([0, 4, 1], 95))
    assert (found.gain, found.worse, found.holds) == (pytest.approx(11 / 3), pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert regret("posterior", values[3:], 0, [True]).draws == 0


# --- the value that reaches a target


def curve(seed: int, seeds: int = 12, slope: float = 100.0, luck: float = 6.0) -> Any:
    rng = np.random.default_rng(seed)
    level, tilt = luck * rng.normal(size=seeds), 0.1 * luck * rng.normal(size=seeds)
    return lambda values: [slope * math.sqrt(x) + level + tilt * x for x in values]


def test_the_interval_covers_the_known_root() -> None:
    found = [find_root(0.0, 1.0, 60.0, curve(seed)) for seed in range(300)]
    assert all(it.state == FOUND for it in found)
    covered = np.mean([it.low <= 0.36 <= it.high for it in found])
    assert 0.92 <= covered <= 0.98
    assert np.mean([it.value for it in found]) == pytest.approx(0.36, abs=0.005)
    assert max(len(it.curve) for it in found) < 30
    wrong = np.mean([it.low <= 0.30 <= it.high for it in found])
    assert wrong < 0.3, "an interval that covers everything covers nothing"


def test_the_interval_of_a_whole_number_covers_it() -> None:
    def of(seed: int) -> Root:
        level = 6.0 * np.random.default_rng(seed).normal(size=12)
        return find_root(1, 40, 60.0, lambda values: [3.0 * x + level for x in values], whole=True)

    found = [of(seed) for seed in range(100)]
    assert all(it.value.is_integer() and it.low.is_integer() and it.high.is_integer() for it in found)
    assert all(x.is_integer() for it in found for x in it.curve)
    assert np.mean([it.low <= 20 <= it.high for it in found]) >= 0.93
    assert np.mean([it.high - it.low for it in found]) < 6
    square = find_root(1, 1_000_000, 5.0e11 + 1, _squares, whole=True)
    assert square.value == 707_107, "the very number, however wide the range"
    assert len(square.curve) < 80


def _squares(values: Sequence[float]) -> list[Any]:
    return [x * x + np.arange(-2.0, 3.0) for x in values]


def test_a_falling_curve_and_one_without_noise() -> None:
    found = find_root(0.0, 1.0, 30.0, lambda values: [100.0 - 100.0 * x + np.zeros(4) for x in values])
    assert (found.value, found.low, found.high) == (pytest.approx(0.7), pytest.approx(0.7), pytest.approx(0.7))
    bent = find_root(0.0, 1.0, 30.0, lambda values: [100.0 * x**3 + np.zeros(4) for x in values])
    assert bent.value == pytest.approx(0.3 ** (1 / 3), abs=1e-3)


def test_a_target_out_of_reach_and_a_slope_within_noise() -> None:
    out = find_root(0.0, 1.0, 500.0, curve(1))
    assert (out.state, math.isnan(out.value)) == (OUTSIDE, True)
    flat = [find_root(0.0, 1.0, 60.0, _flat(seed)) for seed in range(40)]
    assert np.mean([it.state == NOISE for it in flat]) > 0.85
    assert all(it.seeds is None or it.seeds > 12 for it in flat if it.state == NOISE)


def _flat(seed: int) -> Any:
    """A curve that rises by 0.5 in all, with luck of 6 of each point's own."""

    def evaluate(values: Sequence[float]) -> list[Any]:
        return [59.75 + 0.5 * x + np.random.default_rng((seed, int(1e6 * x))).normal(0, 6, 12) for x in values]

    return evaluate


def test_of_several_crossings_the_nearest_and_an_end_that_the_range_cuts_off() -> None:
    def wave(values: Sequence[float]) -> list[Any]:
        return [10.0 * math.cos(2 * math.pi * x) + 0.1 * np.arange(-2, 3) for x in values]

    assert find_root(0.0, 1.0, 0.0, wave).value == pytest.approx(0.25, abs=2e-3)
    later = find_root(0.0, 1.0, 0.0, wave, near=0.9)
    assert (later.value, later.crossings) == (pytest.approx(0.75, abs=2e-3), 2)
    cut = find_root(0.0, 1.0, 97.0, curve(5))
    assert cut.state == FOUND
    assert (cut.open_high, cut.high, cut.open_low) == (True, 1.0, False)


def test_a_point_on_the_target_is_one_crossing() -> None:
    def straight(values: Sequence[float]) -> list[Any]:
        return [x - 0.5 + np.arange(-2, 3) / 64 for x in values]

    found = find_root(0.0, 1.0, 0.0, straight)
    assert (found.state, found.value, found.crossings) == (FOUND, 0.5, 1)
    touching = find_root(0.0, 1.0, 0.0, lambda values: [(x - 0.25) ** 2 + np.arange(-2, 3) / 64 for x in values])
    assert touching.crossings == 1
    both = find_root(0.0, 1.0, 0.0, lambda values: [(x - 0.5) * (x - 0.9) + np.arange(-2, 3) / 4096 for x in values])
    assert both.crossings == 2


@pytest.mark.parametrize("whole", [False, True])
def test_where_one_seed_alone_has_the_outcome_the_interval_has_no_end(whole: bool) -> None:
    """One value of a mean is no interval: neither one of no width, nor an end that is no number."""
    high, luck = 40.0 if whole else 1.0, 0.1 * np.array([0.0, -2.0, -1.0, 1.0, 2.0, 0.0])

    def lacking(first: float, last: float) -> Any:
        def at(x: float) -> Any:
            return np.where((np.arange(6) > 0) & (first <= x <= last), np.nan, x + luck)

        return lambda values: [at(value / high) for value in values]

    beside = find_root(0.0, high, 0.4, lacking(0.45, 0.6), whole=whole)
    assert (beside.state, beside.open_low, beside.open_high) == (FOUND, False, False)
    assert (beside.low / high, beside.high / high) == pytest.approx((0.252, 0.548), abs=0.03)
    assert find_root(0.0, high, 0.4, lacking(0.35, 0.45), whole=whole).state == NOISE, "no interval at the value"


# --- a study whose answer is known


def test_the_best_mix_of_a_toy(tmp_path: Path) -> None:
    found = seek(scenario_of(tmp_path), tmp_path / "out")
    assert found.best is not None
    assert found.best.net.mean == pytest.approx(NET, abs=20)
    assert found.best.net.low < NET < found.best.net.high + 10
    a, b = seeking.parts(scenario_of(tmp_path, **_overrides(found.best.values)))
    assert found.best.cost.mean == pytest.approx(seeking.cost(a, b), abs=1e-5)
    assert math.hypot(a - 0.6, b - 0.3) < 0.15
    for row, key in zip(found.ranges, (SUBSIDY, RELIEF), strict=True):
        near = 0.03 * (row.high - row.low)
        assert row.good[0] - near <= BEST[key] <= row.good[1] + near, "the best value is within what is as good"
        assert not row.whole_range
    costs, nets = [it.cost.mean for it in found.frontier], [it.net.mean for it in found.frontier]
    assert len(costs) >= 4
    assert costs == sorted(costs)
    assert nets == sorted(nets)
    assert min(nets) > 0, "the scenario as it is costs nothing, and is on the frontier too"
    assert found.frontier[-1].cost.mean < 70, "beyond the best mix money buys nothing more"


def _overrides(values: Any) -> dict[str, Any]:
    return {key.replace(".", "__"): value for key, value in values.items()}


def test_a_budget_a_limit_and_what_cannot_be_had(tmp_path: Path) -> None:
    scenario, out = scenario_of(tmp_path), tmp_path / "out"
    bound = seek(scenario, out, budget="24M")
    assert bound.best is not None
    assert bound.best.cost.mean <= 24
    assert 110 < bound.best.net.mean < 150
    cheapest = seek(scenario, out, minimise="cost", at_least={"net_jobs": 100})
    assert cheapest.best is not None
    assert not cheapest.baseline_holds, "doing nothing costs nothing, and brings no jobs"
    assert cheapest.best.bounded[0].mean >= 100
    assert 15.5 < cheapest.best.cost.mean < 22, "15.8 is the least that 100 jobs cost"
    none = seek(scenario, out, at_least=["net_jobs=500"])
    assert none.best is None
    assert "no mix within these ranges is within the limits; the nearest has net_jobs" in none.refused
    assert "at least 500" in none.refused
    taxes = seek(scenario, out, maximise="startups", at_most={"site_taxes": 60.0})
    assert taxes.best is not None
    assert taxes.best.bounded[0].mean <= 60.5
    assert taxes.best.level.mean == pytest.approx(600, abs=15), "startups are 500 and 10 for each unit of taxes"


def test_fresh_seeds_do_not_flatter(tmp_path: Path) -> None:
    """Of pure luck the search's highest mean is far above 0; on fresh seeds it is not, and no mix is named."""
    model = seeking.model(seeking.noisy)
    found = [seek(scenario_of(tmp_path, run__seed=seed), tmp_path / "out", model=model, samples=32, confirm=10)
             for seed in range(1, 13)]  # fmt: skip
    refused = [it for it in found if it.best is None]
    assert len(refused) >= 10
    assert all("noise hides it" in it.refused or "no mix is better" in it.refused for it in refused)
    assert any(it.seeds and it.seeds > 10 for it in refused)
    firsts = [it.finalists[0] for it in found]
    assert np.mean([it.searched for it in firsts]) > 60
    assert abs(np.mean([it.net.mean for it in firsts])) < 40
    assert all(row.best is None and not row.good for it in refused for row in it.ranges)


def test_a_lever_that_changes_nothing(tmp_path: Path) -> None:
    found = seek(scenario_of(tmp_path), tmp_path / "out", {"levers.demand": "0:0.2"}, samples=8, confirm=4)
    assert found.best is None
    assert found.refused == "none of the mixes changes net_jobs on any seed"
    assert any("charges nobody" in it for it in found.remarks)


def test_regret_where_the_world_is_another(tmp_path: Path) -> None:
    """Where the market shrinks, in two of five draws, the mix costs the jobs that it brings elsewhere."""
    steady = seek(scenario_of(tmp_path), tmp_path / "out", draws=10)
    turned = seek(scenario_of(tmp_path), tmp_path / "out2", draws=10, model=seeking.model(seeking.turning))
    (calm,), (turning,) = steady.regrets, turned.regrets
    assert (calm.kind, calm.draws, calm.worse, calm.holds) == ("assumptions", 10, 0.0, 1.0)
    assert calm.mean < 10
    assert calm.gain == pytest.approx(NET, abs=20)
    assert turning.worse == pytest.approx(0.4)
    assert turning.mean == pytest.approx(0.4 * NET, abs=15)
    assert turning.p95 == pytest.approx(NET, abs=15)
    assert turning.gain == pytest.approx(0.2 * NET, abs=15)
    assert not seek(scenario_of(tmp_path), tmp_path / "out", draws=0).regrets


def test_single_values_and_whole_numbers(tmp_path: Path) -> None:
    levers = {SUBSIDY: [0.0, 0.3 * MOST, 0.6 * MOST, MOST], RELIEF: "0.3,0.9"}
    found = seek(scenario_of(tmp_path), tmp_path / "out", levers, samples=24)
    assert found.best is not None
    assert found.best.values == pytest.approx(BEST)
    assert found.ranges[1].good == (0.3,)


def test_failed_worlds_are_listed_and_left_out(tmp_path: Path) -> None:
    found = seek(scenario_of(tmp_path), tmp_path / "out", model=seeking.model(seeking.failing), samples=16)
    assert found.failures
    assert all({"replicate", "seed", "message", "command"} <= set(it) for it in found.failures)
    assert found.best is not None
    with pytest.raises(NothingRan):
        seek(scenario_of(tmp_path), tmp_path / "none", model=seeking.model(_never), samples=16)


def _never(*_: Any) -> Any:
    raise ArithmeticError("never")


def test_the_target_of_a_toy_and_its_cover(tmp_path: Path) -> None:
    """Startups of 550 take a growth of 0.05."""
    found = []
    for seed in range(1, 41):
        scenario = scenario_of(tmp_path, run__seed=1000 * seed, run__replicates=12)
        found.append(value_of(scenario, tmp_path / "out", "startups=550", {GROWTH: "0:0.1"}))
    assert all(not it.refused for it in found)
    assert np.mean([it.root.low <= 0.05 <= it.root.high for it in found]) >= 0.88
    assert np.mean([it.value for it in found]) == pytest.approx(0.05, abs=0.003)
    far = value_of(scenario_of(tmp_path), tmp_path / "out", {"startups": 5000}, {GROWTH: "0:0.1"})
    assert "no value from 0 to 10%/year brings startups to 5,000 enterprises: it has" in far.refused
    flat = value_of(scenario_of(tmp_path), tmp_path / "out", {"startups": 500}, {GROWTH: "0:0.001"})
    assert "noise hides it: 6 seeds cannot tell" in flat.refused or "no value" in flat.refused
    net = value_of(scenario_of(tmp_path), tmp_path / "out", "net_jobs=100", {RELIEF: "0:0.3"}, seeking.model())
    assert seeking.jobs(0, net.value) - seeking.jobs(0, 0) == pytest.approx(36, abs=10) or net.refused


# --- kept


def test_workers_interrupts_and_resumes_give_the_same_bytes(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    how = {"samples": 24, "confirm": 4, "draws": 4, "budget": 40}
    clean = seek(scenario, tmp_path / "one", **how)
    wanted = files(clean.path)
    assert files(seek(scenario, tmp_path / "two", **how, workers=2).path) == wanted
    for stop in (3, 40, 130):
        with pytest.raises(KeyboardInterrupt):
            seek(scenario, tmp_path / "three", **how, watcher=toy.Listener(stop_after=stop))
    assert list((tmp_path / "three").glob(f"*/{JOURNAL}"))
    assert files(seek(scenario, tmp_path / "three", **how).path) == wanted
    assert not list((tmp_path / "three").glob(f"*/{JOURNAL}"))
    before = (clean.path / "manifest.json").read_bytes()
    again = seek(scenario, tmp_path / "one", **how, model=seeking.model(_never))
    assert files(again.path) == wanted, "nothing is run again"
    assert (clean.path / "manifest.json").read_bytes() == before


def test_another_budget_takes_the_worlds_that_are_there(tmp_path: Path) -> None:
    ran = []

    def counted(*world: Any) -> Any:
        ran.append(world)
        return seeking.calm(*world)

    first = seek(scenario_of(tmp_path), tmp_path / "out", samples=8, confirm=4, model=seeking.model(counted))
    before = len(ran)
    assert before > 70
    other = seek(scenario_of(tmp_path), tmp_path / "out", samples=8, confirm=4, budget=40, model=seeking.model(counted))
    assert first.path != other.path
    assert other.best is not None
    assert len(ran) - before <= 16, "only mixes that run again on fresh seeds, and did not before"


def test_a_long_study_needs_consent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.studies.cost.LIMIT", 0.0)
    with pytest.raises(TooLarge, match=r"at most 302 worlds.*\n.*--samples"):
        seek(scenario_of(tmp_path), tmp_path / "out", samples=42, confirm=4)


# --- the real model


@pytest.mark.slow
def test_totals_are_those_of_the_appraisal(tmp_path: Path) -> None:
    change = {"levers.rent_subsidy": 0.0004, "levers.entry_cost_cut": 0.2}
    base = load(TOWN, {"run.months": 18, "run.replicates": 2})
    found = sim.appraise(base, change, workers=1, out=tmp_path, watcher=toy.Listener())

    def rows(scenario: Scenario) -> Any:
        seeds = [seed_of(base.seed, number) for number in range(2)]
        return np.array([kept_totals(from_bytes(run_recorded(scenario, seed, 18)[1])) for seed in seeds])

    known = totals(rows(base), rows(found.variant), base, found.assumptions)
    assert found.net("jobs").any()
    for name, values in {
        "net_jobs": found.net("jobs"), "net_enterprises": found.net("enterprises"), "society": found.value,
        "net_value_added": found.net("value_added"), "net_taxes": found.net("taxes"), "cost": found.cost,
        "public_cost": found.outlay["public"],
    }.items():  # fmt: skip
        np.testing.assert_array_equal(known[name], values, name)


@pytest.mark.slow
def test_a_real_town_on_one_and_two_workers(tmp_path: Path) -> None:
    levers = {"levers.rent_subsidy": "0:0.0006", "levers.entry_cost_cut": "0:1"}
    how = {"samples": 10, "confirm": 3, "robustness": 1, "replicates": 2, "months": 10, "watcher": toy.Listener()}
    one = sim.seek(TOWN, levers, budget=500, **how, workers=1, out=tmp_path / "one")
    two = sim.seek(TOWN, levers, budget=500, **how, workers=2, out=tmp_path / "two")
    assert files(one.path) == files(two.path)
    assert {it.suffix for it in one.figures} == {".png", ".svg"}
    assert [it.name for it in one.figures] == [it.name for it in two.figures]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one.figures, two.figures, strict=True))
    assert any("levers.entry_cost_cut" in it for it in one.remarks)


# --- what is shown


@pytest.mark.parametrize("how", [{}, {"budget": 30}, {"at_least": ["net_jobs=500"]}, {"maximise": "startups"}])
def test_text_and_figure(tmp_path: Path, how: dict[str, Any]) -> None:
    found = seek(scenario_of(tmp_path), tmp_path / "out", samples=24, draws=2, **how)
    text = seek_text(found)
    lines = [it for it in text.splitlines() if not it.startswith(("results:", "  sim "))]
    assert max(map(len, lines)) <= 80, text
    assert ("BEST MIX" in text) == (found.best is not None)
    assert ("NO MIX IS NAMED" in text) == (found.best is None)
    draw_seek(found, toy.Listener().say)
    assert {it.name for it in found.figures} == {"seek.png", "seek.svg"}
    told_json = json.loads(json.dumps(seek_json(found)))
    assert (told_json["best"] is None) == (found.best is None)


def test_text_and_figure_without_costs_and_of_a_target(tmp_path: Path) -> None:
    plain = seeking.model(None, seeking.run_luck)
    found = seek(scenario_of(tmp_path), tmp_path / "out", {GROWTH: "0:0.1"}, plain, maximise="startups", samples=12)
    assert found.best is not None
    assert math.isnan(found.best.cost.mean)
    assert "COST" not in seek_text(found)
    assert "  sim what-if " in seek_text(found)
    assert " --given population.world=place --set market.growth=" in seek_text(found)
    draw_seek(found, toy.Listener().say)
    value = value_of(scenario_of(tmp_path), tmp_path / "out", "startups=550", {GROWTH: "0:0.1"})
    text = value_text(value)
    assert re.search(r"market\.growth = [\d.]+%/year", text)
    assert max(len(it) for it in text.splitlines() if not it.startswith("results:")) <= 80
    draw_value(value, toy.Listener().say)
    assert {it.name for it in value.figures} == {"target.png", "target.svg"}
    cut = replace(value, root=replace(value.root, open_high=True))
    with style():
        said = [it.get_text() for it in value_page(cut).figure.axes[0].texts]
    assert any(re.search(r"\[[\d.]+ to > [\d.]+\]", it) for it in said), "the range ends before the interval"
    assert (value.path / CURVE).read_text().startswith("market.growth,mean,low,high\n")


# --- questions that cannot be asked


def test_all_faults_at_once_with_the_nearest_names(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        seek(
            scenario_of(tmp_path), tmp_path / "out", {"levers.rent_subsdy": "0:1", RELIEF: "0.3", SUBSIDY: "-1:1"},
            maximise="net_jbos", minimise="cost", budget="much", at_least=["startup=3"], at_most=["cost=5 m2"],
        )  # fmt: skip
    said = str(caught.value)
    for words in (
        "did you mean levers.rent_subsidy?", "-1 is out of bounds", "allowed: one of them", "50M or 50 million yuan",
        "did you mean startups?", "area * money",
    ):  # fmt: skip
        assert words in said, said
    assert not (tmp_path / "out").exists()
    with pytest.raises(ScenarioError, match="is one value"):
        seek(scenario_of(tmp_path), tmp_path / "out", {RELIEF: "0.3"})
    with pytest.raises(ScenarioError) as caught:
        value_of(scenario_of(tmp_path), tmp_path / "out", "startupss=5", {GROWTH: "0:1", RELIEF: "0,1"})
    assert len(caught.value.faults) == 3


def test_money_of_what_nobody_decides_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Incompatible, match=r"market\.growth: no policy"):
        seek(scenario_of(tmp_path), tmp_path / "out", {GROWTH: "0:0.1"})
    with pytest.raises(Incompatible, match="without a budget"):
        seek(scenario_of(tmp_path), tmp_path / "out", {GROWTH: "0:0.1"}, maximise="startups", budget=5)
    with pytest.raises(Incompatible, match="no records"):
        seek(scenario_of(tmp_path), tmp_path / "out", model=seeking.model(None))
    with pytest.raises(Incompatible, match=r"market\.growth"):
        value_of(scenario_of(tmp_path), tmp_path / "out", "net_jobs=5", {GROWTH: "0:0.1"})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("50M", 50.0), ("50", 50.0), (7.5, 7.5), ("50 million yuan", 50.0), ("1.5bn", 1500.0), ("50 wan", 0.5),
     ("1,000", 1000.0), ("1e3", 1000.0), ("2 million", 2.0), ("300k", 0.3)],
)  # fmt: skip
def test_amounts_of_money(text: str | float, wanted: float) -> None:
    faults: list[Any] = []
    found = budget_of(text, aims(seeking.OUTCOMES), faults)
    assert not faults
    assert found is not None
    assert found.value == pytest.approx(wanted)


def test_amounts_that_are_none() -> None:
    known = aims(seeking.OUTCOMES)
    for text in ("", "much", "inf", "-5", "5 people", "1,5", "10,00", "1,5M"):
        faults: list[Any] = []
        assert budget_of(text, known, faults) is None
        assert len(faults) == 1, text
    faults = []
    assert amount_of("--target", known["startups"], "20 firms", faults) == 20.0


# --- the command


@pytest.mark.usefixtures("toy_folder")
def test_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ecosystem", lambda *_: seeking.model())
    how = ["--samples", 16, "--confirm", 4, "--robustness", 2, "--replicates", 4, "--workers", 1, *PLACE]
    levers = ["--levers", f"{SUBSIDY}=0:{MOST}", "--levers", f"{RELIEF}=0:1"]
    found = call("seek", "toy", *levers, "--budget", "40M", *how)
    assert "BEST MIX" in found.stdout
    assert "at most 142 worlds" in found.stderr
    told = call_json("seek", "toy", *levers, "--budget", "40M", *how)
    assert told["best"]["cost"]["mean"] <= 41
    assert told["budget"] == 40
    assert call_json("seek", "toy", *levers, "--at-least", "net_jobs=999", *how, code=1)["best"] is None
    target = call_json("seek", "toy", "--levers", f"{RELIEF}=0:0.3", "--target", "net_jobs=30", "--workers", 1, *PLACE)
    assert 0 < target["low"] <= target["value"] <= target["high"] < 0.3
    assert call(
        "seek", "toy", "--levers", f"{RELIEF}=0:0.3", "--target", "net_jobs=999", "--workers", 1, *PLACE, code=1
    )
    wrong = call("seek", "toy", *levers, "--target", "net_jobs=30", "--budget", "40M", code=2)
    assert "--target: does not go with --budget" in wrong.output
    wrong = call("seek", "toy", "--levers", "rent_subsdy=0:1", "--maximise", "net_jbs", "--budget", "x", code=2)
    assert "levers.rent_subsidy" in wrong.output
    assert "did you mean net_jobs?" in wrong.output
    assert '"x" is no amount' in wrong.output
    assert "nothing is varied" in call("seek", "toy", code=2).output
    assert "--levers: levers.tax_relief" in call("seek", "toy", "--levers", "levers.tax_relief", code=2).output


def test_the_next_command_asks_the_same_question() -> None:
    """Months, seed, files of mechanisms, and every given value in full, also one that changes by month."""
    overrides = {
        "run.months": 30, "run.seed": 7, "market.outside_rent": 0.00012345678901234,
        "levers.rent_subsidy": {"2012-01": 0.0, "2013-01": 0.0001},
    }  # fmt: skip
    question = SimpleNamespace(scenario=load("shougang", overrides), followed=True)
    found: Any = SimpleNamespace(question=question, manifest={KEY: [{"file": "my mentoring.py", "digest": "0"}]})
    best: Any = SimpleNamespace(values={"levers.entry_cost_cut": 0.5})
    words = shlex.split(next_command(found, best))
    assert words[:2] == ["sim", "appraise"]
    assert words[words.index("--months") + 1] == "30"
    assert words[words.index("--seed") + 1] == "7"
    assert "market.outside_rent=0.00012345678901234" in words
    assert words[-4:] == ["--set", "levers.entry_cost_cut=0.5", "--with", "my mentoring.py"]
    (schedule,) = (it for it in words if it.startswith("levers.rent_subsidy="))
    again = load(
        "shougang", overrides | {"levers.rent_subsidy": tomllib.loads(f"x = {schedule.partition('=')[2]}")["x"]}
    )
    assert again.values == question.scenario.values
