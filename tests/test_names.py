"""Results keep their names: a name alone never takes a branch or an override for the scenario itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command import call

import sim
from sim.runs.errors import Incompatible
from sim.runs.result import find_result


def _run(name: str | Path, out: Path, settings: dict[str, Any] | None = None, **how: Any) -> Any:
    how = {"workers": 1, "figures": False, "out": out} | how
    return sim.run(sim.load(name, settings or {}), **how)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    file = tmp_path / "town.toml"
    file.write_text('extends = "shougang"\n[run]\nmonths = 4\nreplicates = 2\n')
    return file


def test_an_override_and_a_branch_have_names_of_their_own(town: Path, tmp_path: Path) -> None:
    plain = _run(town, tmp_path)
    past = _run(town, tmp_path, until=2, checkpoint=True)
    dear = _run(town, tmp_path, {"sites.shougang.rent": 0.0004})
    branch = sim.branch("town", {"levers.finance": 0.5}, out=tmp_path, workers=1, figures=False)
    again = _run(town, tmp_path, {"levers.finance": {"2011-03": 0.5}})
    assert [it.name for it in (plain, past, dear)] == ["town", "town", "town-rent-0.0004"]
    assert branch.name == again.name == "town-finance"
    assert branch.path == again.path
    assert find_result("town-rent-0.0004", tmp_path).path == dear.path
    assert find_result("town", tmp_path).path == plain.path
    compared = sim.compare("town", "town-rent-0.0004", "town-finance", out=tmp_path, figures=False)
    assert [it.label for it in compared.variants] == ["town-rent-0.0004", "town-finance"]


def test_a_run_of_other_months_or_seeds_is_taken_only_where_there_is_no_other_and_says_so(
    town: Path, tmp_path: Path
) -> None:
    other = _run(town, tmp_path, seed=5)
    said: list[str] = []
    assert find_result("town", tmp_path, say=said.append).path == other.path
    assert said == [f"town: {other.path}, the newest result, has other values of run.seed"]
    own = _run(town, tmp_path)
    newer = _run(town, tmp_path, months=2)
    said.clear()
    assert find_result("town", tmp_path, say=said.append).path == own.path != newer.path
    assert said == []


def test_results_of_different_length_are_compared_over_the_months_they_share_on_request(
    town: Path, tmp_path: Path
) -> None:
    short = _run(town, tmp_path, months=3)
    long = _run(town, tmp_path, {"market.growth": 0.05})
    with pytest.raises(Incompatible, match="--common-months"):
        sim.compare(short, long, out=tmp_path)
    found = sim.compare(long, short, out=tmp_path, common_months=True, figures=False)
    assert found.baseline.months == 3
    expected = (short.table.of("jobs")[:, 2] - long.table.of("jobs")[:, 2]).mean()
    assert found.variants[0]["jobs"].difference == pytest.approx(expected)
    asked = ("compare", short.path, long.path, "--common-months", "--figures", "none", "--out", tmp_path, "--json")
    assert json.loads(call(*asked).stdout)["month"] == "2011-03"


def test_a_name_of_what_is_overridden_leaves_out_the_run() -> None:
    from sim.runs.names import overridden, own_name

    scenario = sim.load("shougang", {"run.months": 3, "run.replicates": 2, "levers.finance": 0.5})
    assert own_name(scenario).name == "shougang-finance-0.5"
    assert overridden(scenario) == ["run.months", "levers.finance"]
    assert own_name(sim.load("shougang", {"run.months": 3})).name == "shougang"
