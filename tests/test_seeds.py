"""Seeds of one's own: the worlds that they are, what they are called, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy
from command import call, call_json

import sim
from sim.runs.errors import Incompatible
from sim.runs.result import open_result
from sim.runs.seeds import begins, own_seeds, read_seeds, seeds_option, with_seeds, world_seed
from sim.scenario import ScenarioError
from sim.seeds import LARGEST

pytestmark = pytest.mark.usefixtures("toy_folder")
QUIET: dict[str, Any] = {"workers": 1, "figures": False}


def run(seeds: Any, name: str = "toy", **how: Any) -> sim.Result:
    return sim.run(name, seeds=seeds, **QUIET, watcher=toy.Listener(), **how)


def test_each_world_has_the_seed_that_is_given() -> None:
    result = run([7, np.int64(3), np.uint8(20)])
    assert result.seeds == (7, 3, 20)
    scenario = sim.load("toy")
    for place, seed in enumerate(result.seeds):
        assert np.array_equal(result.table.cells[place], toy.grow(scenario, seed, 6), equal_nan=True)
    assert result.tidy(["jobs"])["seed"].unique().tolist() == [7, 3, 20]


def test_the_list_is_part_of_the_identity() -> None:
    first = run([3, 7])
    assert run("3,7").digest == first.digest
    others = [run([7, 3]), run([3]), sim.run("toy", seed=3, replicates=2, **QUIET)]
    assert len({it.digest for it in (first, *others)}) == 4
    again = open_result(first.path)
    assert own_seeds(again.scenario) == (3, 7) == again.seeds
    assert "--seeds 3,7" in (first.path / "scenario.toml").read_text()
    assert sim.load(first.path / "scenario.toml").values == again.scenario.values


def test_stored_seeds_are_not_run_again(marks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.with_marks)
    run([3, 7])
    assert len(list(marks.iterdir())) == 2
    run([3, 7])
    assert len(list(marks.iterdir())) == 2


def test_a_variant_has_the_seeds_of_the_baseline() -> None:
    found = sim.what_if("toy", {"market.growth": 0.05}, "boom", seeds=[5, 11], **QUIET)
    assert found.baseline.seeds == (5, 11) == found.variants[0].result.seeds == found.variants[1].result.seeds
    assert found.variants[0]["startups"].difference == pytest.approx(12)  # 6 months of 100 x 0.02
    loaded = sim.load("boom")
    assert sim.what_if(found.baseline.scenario, loaded, **QUIET).variants[0].result.seeds == (5, 11)
    plain = sim.what_if("toy", found.variants[1].result.scenario, replicates=2, **QUIET)
    assert plain.variants[0].result.seeds == plain.baseline.seeds != (5, 11)


def test_results_on_other_seeds_are_not_paired() -> None:
    first, other = run([3, 7]), run([3, 8], "boom")
    with pytest.raises(Incompatible, match=r"2 seeds \(3, 7\) and .* has 2 seeds \(3, 8\): they cannot be paired"):
        sim.compare(first, other, figures=False)
    assert not sim.compare(first, other, unpaired=True, figures=False).paired


def test_studies_run_on_them() -> None:
    swept = sim.sweep("toy", {"market.growth": [0.02, 0.05]}, seeds=[4, 9], workers=1)
    scenario = swept.scenario
    expected = np.mean([toy.grow(scenario, seed, 6)[-1, 0] for seed in (4, 9)])
    assert swept.stats["startups"]["mean"][0] == pytest.approx(expected)
    parts = sim.explain("toy", "boom", "startups", seeds=[4, 9], workers=1)
    assert parts.first.seeds == (4, 9)
    assert parts.total.mean == pytest.approx(12)


def test_a_design_of_points_begins_at_one_seed() -> None:
    found = sim.sensitivity(run([3, 7]).scenario, ["jobs"], keys=["market.growth"], samples=2, replicates=3, workers=1)
    assert own_seeds(found.scenario) == ()


def test_a_search_runs_on_more_seeds_than_those_given() -> None:
    given, levers = run([3, 7]).scenario, {"market.growth": "0:0.1"}
    how: dict[str, Any] = {"replicates": 3, "workers": 1}
    sought = sim.seek(given, levers, "startups", samples=4, confirm=3, robustness=0, **how)
    reached = sim.seek_value(given, levers, "startups=60", **how)
    assert own_seeds(sought.question.scenario) == own_seeds(reached.target.scenario) == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([3.0], "3.0 is no seed"),
        ([True], "true is no seed"),
        ([np.float64(2)], "2.0 is no seed"),
        ([-1], "-1 is no seed"),
        ([LARGEST + 1], "is no seed"),
        (["x"], '"x" is no seed'),
        ([3, 4, 3], "3 is given twice"),
        ("30:20", '"30:20" is no seed'),
        ("3,,4", '"" is no seed'),
        ([], "none is given"),
        ("0:1000000", "more than 100,000 seeds"),
    ],
)
def test_what_is_no_seed_is_refused(given: Any, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        run(given)
    assert not Path("results").exists()


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ScenarioError) as refused:
        read_seeds([1, 1, "x", 2.5])
    assert len(refused.value.faults) == 3


def test_what_cannot_go_with_seeds() -> None:
    for wrong in ({"replicates": 2}, {"seed": 2}, {"checkpoint": True}):
        with pytest.raises(ScenarioError, match="seed"):
            run([1, 2], **wrong)
    with pytest.raises(ScenarioError, match="adds replicates"):
        sim.what_if("toy", "boom", seeds=[1, 2], until_width={"jobs": 1}, **QUIET)
    with pytest.raises(ScenarioError, match="3 worlds, and 2 seeds are given"):
        sim.run(run([1, 2]).scenario, replicates=3, **QUIET)
    assert sim.run(run([1, 2]).scenario, replicates=1, **QUIET).seeds == (1,)
    assert own_seeds(sim.run(run([1, 2]).scenario, seed=5, **QUIET).scenario) == ()


def test_seeds_that_follow_from_the_first_are_as_before() -> None:
    scenario = sim.load("toy")
    assert world_seed(scenario, 0) == 3481569265056502629  # as in test_runs
    assert begins(scenario) == 1
    assert with_seeds(with_seeds(scenario, (4, 5)), ()).values["run.seed"] == 1


def test_any_integer_type_is_the_same_seed() -> None:
    for name in ("toy", sim.load("toy")):
        assert sim.run(name, seed=np.int64(3), **QUIET).digest == sim.run(name, seed=3, **QUIET).digest
        for wrong in (3.0, True, np.float64(3)):
            with pytest.raises(ScenarioError, match=r"run\.seed"):
                sim.run(name, seed=wrong, **QUIET)  # type: ignore[arg-type]


def test_on_the_command_line() -> None:
    found = call_json("run", "toy", "--seeds", "3,7,20:22", "--workers", "1", "--no-figures")
    assert (found["own_seeds"], found["replicates"]) == ([3, 7, 20, 21, 22], 5)
    text = call("run", "toy", "--seeds", "3,7,20:22", "--workers", "1", "--no-figures").stdout
    assert "5 replicates on seeds 3, 7, 20 to 22, 6 months" in text
    manifest = json.loads((Path(found["results"]) / "manifest.json").read_text())
    assert manifest["seeds"] == {"0": 3, "1": 7, "2": 20, "3": 21, "4": 22}
    wrong = call("run", "toy", "--seeds", "3,x", "--seed", "4", code=2).stderr
    assert "--seeds: run.seed: --seed is given too" in wrong
    assert '"x" is no seed' in wrong
    compared = call("what-if", "toy", "--variant", "boom", "--seeds", "3,9", "--figures", "none", "--workers", "1")
    assert "2 seeds (3, 9)" in compared.stderr
    assert "is given with --from" in call("run", "--from", "toy", "--seeds", "3", code=2).stderr


def test_a_report_says_how_to_repeat_it() -> None:
    written = sim.write_report(run([3, 7, 8]), out="page.html")
    assert written.about["commands"][0] == "sim run toy.toml --seeds 3,7,8"
    assert read_seeds(seeds_option((3, 7, 8, 9))) == (3, 7, 8, 9)
    assert "3 seeds (3, 7, 8)" in written.path.read_text(encoding="utf-8")
