"""What if: variants on common seeds, runs enough of them, and batches that keep every core busy."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import command
import numpy as np
import pytest
import toy
from scipy.special import stdtrit
from toy import Listener, cut, snapshot, with_replicates

import sim
from sim import api
from sim.commands.what_if import split_settings
from sim.runs.batch import batch_results, run_batch
from sim.runs.ensemble import Request
from sim.runs.executor import Workers
from sim.runs.options import RunOptions, Watcher
from sim.scenario import Scenario, ScenarioError
from sim.studies.estimators.intervals import difference_interval, moments
from sim.studies.questions.compare import ComparedVariant, Comparison, Difference
from sim.studies.questions.what_if import FEWEST, Width, forecast, run_until

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

call = partial(command.call, "what-if", "toy", "--workers", "1")


@pytest.fixture(autouse=True)
def in_a_folder(toy_folder: Path) -> None:
    """A folder with two scenarios: a site in both, and another seed in the second."""
    (toy_folder / "scenarios" / "toy.toml").write_text(f"{toy.SCENARIO}[sites.works]\n")
    (toy_folder / "scenarios" / "boom.toml").write_text('extends = "toy"\n[run]\nseed = 7\n[market]\ngrowth = 0.05\n')


# --- what is printed


def test_what_was_changed_and_what_that_does() -> None:
    found = call("--set", "market.growth=0.05")
    assert "toy-growth-0.05 against toy: 5 seeds, paired seed by seed; means in 2011-06" in found.stdout
    assert re.search(r"market\.growth +3 -> 5%/year +assumption: set by toy\.toml", found.stdout)
    assert re.search(r"startups .* \+12 +12 to 12 +enterprises\n", found.stdout)
    assert re.search(r"startups +100% +more\n", found.stdout)
    assert re.search(r"jobs .* equal on every seed", found.stdout)
    assert re.search(r"each rests on \d+ parameters in force: \d+ assumed", found.stdout)
    assert found.stderr.startswith("toy and 1 more: running 10 of 10 replicates\n")


def test_the_object_is_that_of_the_issue() -> None:
    found = json.loads(call("--set", "population.enterprises=900", "--name", "larger", "--json").stdout)
    (changed,) = found["changed"]
    assert changed["key"] == "population.enterprises"
    jobs = found["outcomes"]["jobs"]
    assert set(jobs) >= {
        "unit", "baseline", "variant", "difference", "low", "high", "better_share", "paired", "rests_on",
        "variance_reduction",
    }  # fmt: skip
    assert jobs["difference"] == pytest.approx(100.0 * (900 - changed["old"]))
    assert (jobs["paired"], jobs["better_share"], found["name"]) == (True, 0.0, "larger")
    assert Path(found["variant"]).name.startswith("larger-")


def test_a_quantity_may_have_commas_between_thousands() -> None:
    given = split_settings("labour.wage=50,000 yuan/year,sites.mill.floor=1,200,000 m2,market.growth=3%/year")
    assert given == ["labour.wage=50,000 yuan/year", "sites.mill.floor=1,200,000 m2", "market.growth=3%/year"]
    assert split_settings('a=1,b="x,y",c=[1,2]') == ["a=1", 'b="x,y"', "c=[1,2]"]


def test_several_variants_are_told_apart() -> None:
    found = json.loads(
        call("--set", "market.growth=0.04", "--variant", "boom", "--variant",
             'both:market.growth=0.05,levers.talent_supply={"2011-02" = 0.1, "2011-04" = 0.2}',
             "--variant", "market.growth=0.01,population.enterprises=900", "--figures", "all", "--json").stdout
    )  # fmt: skip
    assert list(found["variants"]) == ["toy-growth-0.04", "boom", "both", "toy-growth-0.01-enterprises-900"]
    assert [it["key"] for it in found["variants"]["both"]["changed"]] == ["market.growth", "levers.talent_supply"]
    startups = {name: it["outcomes"]["startups"]["difference"] for name, it in found["variants"].items()}
    assert [round(it) for it in startups.values()] == [6, 12, 12, -12]
    figures = {path.name for path in Path(found["comparison"]).glob("figures/*.png")}
    assert {"forest.png", "headline.png", "differences-boom.png"} <= figures


def test_a_scenario_as_variant_gets_the_seeds_and_the_given_values() -> None:
    found = json.loads(
        call("--variant", "boom", "--given", "population.enterprises=700", "--seed", "3", "--json").stdout
    )
    assert [it["key"] for it in found["changed"]] == ["market.growth"]
    kept = sim.load(Path(found["variant"]) / "scenario.toml")
    assert (kept.seed, kept.values["population.enterprises"]) == (3, 700)
    assert found["outcomes"]["startups"]["difference"] == pytest.approx(12.0)


def test_from_python_overrides_of_the_baseline_hold_for_its_variants() -> None:
    base = sim.load("toy", overrides={"population.enterprises": 700, "levers.talent_supply": {"2011-02": 0.1}})
    comparison = sim.what_if(base, {"market.growth": 0.05}, "boom", workers=1, watcher=toy.Listener())
    assert [[it.key for it in variant.changed] for variant in comparison.variants] == [["market.growth"]] * 2
    other = sim.load("boom", overrides={"market.growth": 0.06})
    comparison = sim.what_if("toy", other, replicates=3, workers=1, watcher=toy.Listener())
    assert comparison.variants[0]["startups"].difference == pytest.approx(18.0)
    assert comparison.variants[0].result.seed == comparison.baseline.seed == 1


# --- what is kept


def test_results_that_exist_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = sim.run("toy", workers=1, watcher=toy.Listener())
    other = sim.run(sim.load("toy", overrides={"market.growth": 0.05}), workers=1, watcher=toy.Listener())
    toy.use(monkeypatch, toy.fail_always)
    comparison = sim.what_if("toy", {"market.growth": 0.05}, workers=1, watcher=toy.Listener())
    assert comparison.baseline.path == kept.path
    assert comparison.variants[0].result.path == other.path, "kept under another name: it is the same result"
    assert comparison.variants[0].label == "toy-growth-0.05"


def test_a_damaged_result_is_named_and_run_again() -> None:
    comparison = sim.what_if("toy", {"market.growth": 0.05}, workers=1, watcher=toy.Listener())
    table = comparison.variants[0].result.path / "outcomes.parquet"
    wanted = table.read_bytes()
    cut(table)
    found = call("--set", "market.growth=0.05")
    assert found.stderr.count("damaged or half-written") == 1
    assert str(table.relative_to(Path.cwd()) if table.is_absolute() else table) in found.stderr
    assert table.read_bytes() == wanted


def test_failures_end_with_three(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.fail_on_some)
    found = call("--set", "market.growth=0.05", "--replicates", "8", code=3)
    assert "startups" in found.stdout
    assert found.stderr.count("of 8 replicates failed") == 2
    toy.use(monkeypatch, toy.fail_always)
    assert "every replicate failed: RuntimeError" in call("--set", "market.growth=0.06", code=3).stderr


# --- what cannot be asked


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "needs a change"),
        (["--name", "x", "--variant", "boom"], "--name names the variant of --set"),
        (["--set", "market.growth"], "--set: market.growth"),
        (["--set", "market.grwth=1"], "--set: market.grwth.*did you mean market.growth"),
        (["--set", "market.growth=9"], "--set: market.growth: 9 is out of bounds"),
        (["--set", "run.seed=2"], "--set: run.seed: cannot be what differs"),
        (["--set", "market.growth=0.1", "--name", "toy"], "--name: toy: is taken"),
        (["--set", "market.growth=0.1", "--name", "a/b"], "--name: a/b: is no name"),
        (["--variant", "bom"], "bom.*did you mean boom"),
        (["--variant", "x:market.grwth=1"], "--variant x: market.grwth"),
        (["--variant", "x:"], "x:"),
        (["--variant", "boom", "--until-width", "startps=5%"], "startps: is no outcome, did you mean startups"),
        (["--variant", "boom", "--until-width", "startups=-5"], 'startups: "-5" is no width'),
        (["--variant", "boom", "--until-width", "startups=0%"], "startups.*is no width"),
        (["--variant", "late.toml"], "late.toml: run.start: is 2012-01 and the baseline's is 2011-01"),
    ],
)
def test_wrong_use_ends_with_two_and_runs_nothing(arguments: list[str], said: str) -> None:
    Path("late.toml").write_text('extends = "toy"\n[run]\nstart = "2012-01"\n')
    found = call(*arguments, code=2)
    assert re.search(said, found.stderr)
    assert found.stdout == ""
    assert not Path("results").exists()


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.what_if("toy", {"market.grwth": 1, "run.months": 7}, {"labour.wage": -1}, "bom", until_width={"x": "5%"})
    assert len(caught.value.faults) == 5


# --- enough runs


def planted(draw: Any) -> Any:
    """A comparison on the first so many of an endless row of differences, of which the baseline has a mean of 100."""

    def compared(seeds: int) -> Comparison:
        drawn = draw[:seeds]
        found = difference_interval(np.zeros(len(drawn)), drawn, paired=True)
        _, deviation, skewness = map(float, moments(drawn))
        it = Difference("x", "people", 100.0, 100.0 + found.mean, *map(float, found), None, True, len(drawn),
                        deviation, skewness)  # fmt: skip
        result: Any = SimpleNamespace(replicates=range(seeds))
        return Comparison(Path(), "old", result, (ComparedVariant("new", result, (), (it,), True, {}),), True)

    return compared


def test_replicates_are_added_until_the_interval_is_narrow() -> None:
    said: list[str] = []
    drawn = np.random.default_rng(1).normal(size=1000)
    comparison = run_until(planted(drawn), [Width("x", 0.005, relative=True)], 5, 1000, said.append)
    (state,) = comparison.until
    assert state["reached"]
    assert state["width"] <= 0.5 == state["wanted"]
    expected = (2 * 1.97 / 0.5) ** 2  # of a standard deviation of 1
    assert 0.7 * expected < state["seeds"] < 1.5 * expected
    seen = planted(drawn)(FEWEST).variants[0]["x"]
    first = forecast(FEWEST, float(seen.deviation or 0), float(seen.skewness or 0), 0.5)
    assert said[0].endswith(f"on {FEWEST} seeds, 0.5 wanted: about {first} seeds")
    assert first == pytest.approx(expected, rel=0.4)


def test_the_cap_stops_it_and_says_so() -> None:
    said: list[str] = []
    drawn = np.random.default_rng(1).normal(size=1000)
    (state,) = run_until(planted(drawn), [Width("x", 0.1, relative=False)], 5, 60, said.append).until
    assert (state["reached"], state["seeds"], state["stopped"]) == (False, 60, "by the cap of 60 seeds")
    assert "the cap is 60" in said[0]


def test_differences_that_do_not_vary_need_no_more() -> None:
    (state,) = run_until(planted(np.full(100, 3.0)), [Width("x", 1e-9, relative=True)], 40, 500, print).until
    assert (state["reached"], state["seeds"]) == (True, 40)


def test_a_forecast_is_right_where_the_spread_is_known() -> None:
    def width(seeds: int) -> float:
        return float(2 * stdtrit(seeds - 1, 0.975) / np.sqrt(seeds)) * (1 + 1e-12)

    for seeds in (40, 200, 5000):
        assert forecast(30, 1.0, 0.0, width(seeds)) == seeds
        assert forecast(30, 1.0, 2.0, width(seeds)) > seeds, "a long tail takes more"
    assert forecast(30, 1.0, 0.0, width(31)) == 31


@pytest.mark.parametrize(("spread", "truth"), [("normal", 0.0), ("exponential", 1.0)])
@pytest.mark.parametrize("seeds", [50, 200])
def test_stopping_when_it_is_narrow_still_covers_93_to_97_percent(spread: str, truth: float, seeds: int) -> None:
    rng = np.random.default_rng(11)
    wish = [Width("x", 2 * 1.96 / seeds**0.5, relative=False)]
    covered = 0
    for _ in range(1000):
        drawn = getattr(rng, spread)(size=3000)
        it = run_until(planted(drawn), wish, 30, 3000, lambda _: None).variants[0]["x"]
        covered += it.low <= truth <= it.high
    assert 930 <= covered <= 970


def test_until_width_from_the_command_line() -> None:
    # The toy's differences are the same on every seed: the first look is enough.
    found = call("--set", "market.growth=0.05", "--until-width", "startups=5%", "--until-width", "big_asset_share=1e-9",
                 "--replicates", "2", "--at-most", "40", "--json")  # fmt: skip
    states = json.loads(found.stdout)["until_width"]
    assert [(it["outcome"], it["reached"], it["seeds"]) for it in states] == [
        ("startups", True, FEWEST), ("big_asset_share", True, FEWEST),
    ]  # fmt: skip


def test_until_width_of_an_outcome_without_values_stops_at_once() -> None:
    found = call("--set", "market.growth=0.05", "--until-width", "project_duration=1", "--months", "2",
                 "--at-most", "500", "--json")  # fmt: skip
    (state,) = json.loads(found.stdout)["until_width"]
    assert (state["reached"], state["seeds"], state["stopped"]) == (False, 0, "as no seed gives it a value")
    assert json.loads(found.stdout)["seeds"] == FEWEST


# --- batches


def scenarios(folder: Path, count: int, replicates: int = 2) -> list[Scenario]:
    return [toy.scenario(folder, f"s{number}", run__replicates=replicates, market__growth=0.01 * number)
            for number in reversed(range(count))]  # fmt: skip


@pytest.mark.parametrize("workers", [1, 2])
def test_a_batch_gives_the_results_of_runs_one_by_one(tmp_path: Path, workers: int) -> None:
    asked = scenarios(tmp_path, 4)
    listener = Listener()
    with Workers(workers) as pool:
        found = run_batch(asked, toy.model(), RunOptions(tmp_path / "batch", pool, listener))
    assert listener.done == 8
    for scenario, result in zip(asked, found, strict=True):
        with Workers(1) as here:
            alone = run_batch([scenario], toy.model(), RunOptions(tmp_path / "alone", here, Listener()))[0]
        assert (result.scenario, result.path.name) == (scenario, alone.path.name)
        names = [name for name in snapshot(alone.path) if name != "manifest.json"]
        assert [snapshot(result.path)[name] for name in names] == [snapshot(alone.path)[name] for name in names]


def test_many_ensembles_of_one_replicate_are_spread_over_the_workers(tmp_path: Path) -> None:
    with Workers(2) as pool:
        found = run_batch(
            scenarios(tmp_path, 12, 1), toy.model(toy.pid_as_jobs), RunOptions(tmp_path, pool, Listener())
        )
    assert len({float(result.table.of("jobs")[0, 0]) for result in found}) == 2


def test_one_progress_counts_what_is_kept_and_what_is_missing(tmp_path: Path) -> None:
    class Counter(Listener):
        begun: tuple[str, int, int] | None = None

        def begin(self, name: str, done: int, of: int) -> None:
            assert self.begun is None
            self.begun = name, done, of

    asked = scenarios(tmp_path, 3)
    counter = Counter()
    with Workers(1) as pool:
        run_batch(asked[:1], toy.model(), RunOptions(tmp_path, pool, Listener()))
        run_batch([with_replicates(asked[0], 3), *asked[1:]], toy.model(), RunOptions(tmp_path, pool, counter))
        assert counter.begun == ("s0 and 2 more", 2, 7)
        assert counter.done == 5
        again = Counter()
        run_batch(asked, toy.model(), RunOptions(tmp_path, pool, again))
        assert (again.begun, again.done) == (None, 0)


def test_the_same_request_twice_runs_once(tmp_path: Path) -> None:
    first = toy.scenario(tmp_path)
    listener = Listener()
    with Workers(1) as pool:
        few, more = run_batch([with_replicates(first, 2), first], toy.model(), RunOptions(tmp_path, pool, listener))
    assert (few.replicates, more.replicates, listener.done) == ((0, 1), (0, 1, 2, 3), 4)
    assert few.path == more.path


def test_each_result_is_there_as_soon_as_it_is_complete_and_few_are_open_at_once(tmp_path: Path) -> None:
    asked = scenarios(tmp_path, 6)
    most = 0

    class Looking(Listener):
        def advance(self) -> None:
            nonlocal most
            most = max(most, len(list(tmp_path.glob("*/.journal"))))

    with Workers(1) as pool:
        for count, (place, result) in enumerate(
            batch_results(asked, toy.model(), RunOptions(tmp_path, pool, Looking())), 1
        ):
            assert result.scenario == asked[place]
            assert (result.path / "outcomes.parquet").exists()
            assert len(list(tmp_path.glob("*/outcomes.parquet"))) == count
    assert 1 <= most <= 2


def test_an_interrupted_batch_keeps_what_is_finished_and_frees_the_folders(tmp_path: Path) -> None:
    asked = scenarios(tmp_path, 4)
    with Workers(1) as pool, pytest.raises(KeyboardInterrupt):
        run_batch(asked, toy.model(), RunOptions(tmp_path, pool, Listener(stop_after=5)))
    assert len(list(tmp_path.glob("*/outcomes.parquet"))) == 2
    listener = Listener()
    with Workers(1) as pool:
        run_batch(asked, toy.model(), RunOptions(tmp_path, pool, listener))
    assert listener.done == 3
    assert not listener.said, "nobody holds a folder"


def test_a_failure_is_recorded_with_its_own_scenario(tmp_path: Path) -> None:
    asked = scenarios(tmp_path, 2, 8)
    with Workers(2) as pool:
        good, bad = run_batch(asked, replace(toy.model(), run=fail_on_growth), RunOptions(tmp_path, pool, Watcher()))
    assert (len(good.replicates), good.failures) == (8, [])
    assert [it["replicate"] for it in bad.failures] == list(range(8))
    assert bad.path.name == Request(asked[1], "toy").folder


def fail_on_growth(scenario: Scenario, seed: int, months: int) -> Any:
    if scenario.values["market.growth"] == 0.0:
        raise RuntimeError("no growth")
    return toy.grow(scenario, seed, months)


# --- what it rests on


def test_a_kept_sensitivity_study_tells_the_shares_of_the_variance() -> None:
    how: Any = {"replicates": 3, "workers": 1, "yes": True, "watcher": toy.Listener()}
    study = api.sensitivity("toy", ["fiscal_cost"], samples=3, **how)
    api.sensitivity("toy", ["fiscal_cost"], keys=("market.growth",), samples=3, **how)  # of the others it says nothing
    found = call("--set", "levers.demand=0.1", "--all").stdout.splitlines()
    lines = [line for line in found if line.startswith("fiscal_cost")]
    assert re.search(r"\d+% assumption", lines[-1])
    outcomes = json.loads(call("--set", "levers.demand=0.1", "--json").stdout)["outcomes"]
    assert outcomes["fiscal_cost"]["variance_by_kind"] == pytest.approx(study.outcomes["fiscal_cost"].kinds)
    assert outcomes["jobs"]["variance_by_kind"] is None
