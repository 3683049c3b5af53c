"""Scenarios, platforms and sites keep their names in any script, from the file to the results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import toy
from command import call, call_json, python, surroundings
from jsonschema import Draft202012Validator

import sim
from sim import letters
from sim.model.catalogue import load, model_catalogue
from sim.places.files import site_name
from sim.runs.result import find_result
from sim.scenario import ScenarioError, schema

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

FEW = ("--workers", "1", "--replicates", "2", "--months", "3")


@pytest.mark.parametrize(
    ("file", "name"),
    [("首钢", "首钢"), ("हिन्दी 2", "हिन्दी-2"), ("e\u0301cole", "école"), ("my plan", "my-plan"), ("???", "scenario")],
)
def test_a_scenario_keeps_the_letters_of_its_file(file: str, name: str, tmp_path: Path) -> None:
    place = tmp_path / f"{file}.toml"
    place.write_text(toy.SCENARIO)
    assert load(place).name == letters.file_word(place) == name


def test_two_scenarios_of_other_letters_are_two_and_are_found_by_name(toy_folder: Path) -> None:
    for name in ("首钢", "海尔"):
        (toy_folder / "scenarios" / f"{name}.toml").write_text(toy.SCENARIO + f"[levers]\nfinance = 0.{len(name)}\n")
    (toy_folder / "scenarios" / "海尔.toml").write_text('extends = "首钢"\n[market]\ngrowth = 0.06\n')
    call("run", "首钢", "海尔", *FEW, "--no-figures")
    assert sorted(it.name.rpartition("-")[0] for it in Path("results").iterdir()) == ["海尔", "首钢"]
    found = call("compare", "首钢", "海尔", "--figures", "none")
    assert found.stdout.startswith("海尔 ")
    (folder,) = Path("results").glob("compare-*")
    assert folder.name.startswith("compare-首钢-vs-海尔-")
    assert find_result("首钢.toml", Path("results")).name == "首钢"
    assert "首钢" in call("list").stdout


def test_an_override_and_a_variant_keep_the_letters_of_the_name(toy_folder: Path) -> None:
    (toy_folder / "首钢.toml").write_text(toy.SCENARIO)
    found = call_json("run", "首钢.toml", "--set", "market.growth=0.05", "--no-figures", *FEW)
    assert found["scenario"] == "首钢-growth-0.05"
    call("what-if", "首钢.toml", "--set", "market.growth=0.07", "--name", "租金补贴", "--figures", "none", *FEW)
    assert find_result("租金补贴", Path("results")).name == "租金补贴"


def test_a_site_of_other_letters_is_read_overridden_written_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f'{toy.SCENARIO}[sites."首钢"]\nfloor = 1000\n[platforms."海尔"]\nopen_to_members = true\n')
    over = {"sites.首钢.rent": 0.0003, 'sites."首钢".opens': "2011-03"}
    scenario = load(file, over)
    assert (scenario.sites, scenario.platforms) == (("首钢",), ("海尔",))
    assert (scenario.values["sites.首钢.rent"], scenario.values["sites.首钢.opens"]) == (0.0003, "2011-03")
    again = tmp_path / "again.toml"
    again.write_text(scenario.to_toml())
    assert load(again) == scenario
    assert load(again).digest() == scenario.digest()


@pytest.mark.parametrize("name", ["首 钢", "1首", "$a", "首.钢", "", "e\u0301", "x" * 41, "a\u202eb"])
def test_what_is_no_plain_word_is_refused_as_the_name_of_a_site(name: str, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f"{toy.SCENARIO}[sites.{json.dumps(name)}]\nfloor = 1000\n")
    with pytest.raises(ScenarioError, match="is not a plain word, allowed: at most 40 letters"):
        load(file)


def test_an_editor_takes_the_names_that_are_read() -> None:
    check = Draft202012Validator(schema(model_catalogue()))
    assert check.is_valid({"sites": {"首钢": {"floor": 1000.0}, "a-1": {}}})
    assert not any(check.is_valid({"sites": {name: {}}}) for name in ("1a", "a b", "$a", "x" * 41))


def test_a_file_of_bytes_that_are_no_utf_8_is_run_and_its_source_is_written(toy_folder: Path) -> None:
    file = toy_folder / "caf\udce9.toml"
    file.write_text(toy.SCENARIO)
    found = call_json("run", f"./{file.name}", "--no-figures", *FEW)
    assert found["scenario"] == "cafxE9"
    text = (Path(found["results"]) / "scenario.toml").read_text(encoding="utf-8")
    assert "set by caf\\\\udce9.toml" in text


@pytest.mark.parametrize("name", ["a[1]*$b$", "-x-", "首钢.", "plan (2)"])
def test_a_result_is_found_by_the_name_of_its_scenarios_file(name: str, toy_folder: Path) -> None:
    (toy_folder / f"{name}.toml").write_text(toy.SCENARIO)
    found = call_json("run", f"./{name}.toml", "--no-figures", *FEW)
    assert find_result(name, Path("results")).path == Path(found["results"])
    assert find_result(f"{name}.toml", Path("results")).path == Path(found["results"])


def test_letters_are_kept_where_the_system_says_that_its_names_are_ascii(tmp_path: Path) -> None:
    small = 'extends = "place"\n[population]\nenterprises = 100\n[run]\nmonths = 2\nreplicates = 1\n'
    (tmp_path / "首钢.toml").write_text(small)
    there = surroundings(LC_ALL="C", PYTHONUTF8="0", NUMBA_DISABLE_JIT="1")
    said = python("-m", "sim", "run", "首钢.toml", "--workers", "1", cwd=tmp_path, env=there)
    assert "glyph" not in said.stderr
    (folder,) = (tmp_path / "results").glob("首钢-*")
    assert (folder / "figures" / "headline.png").is_file()
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["name"] == "首钢"
    python("-m", "sim", "report", "首钢", "--out", "page.html", cwd=tmp_path, env=there)
    assert "首钢" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_sim_new_writes_a_place_of_any_name_and_commands_that_can_be_typed(tmp_path: Path) -> None:
    assert [site_name(it) for it in ("首钢", "my plan.2", "7号楼", "???")] == [
        "首钢",
        "my-plan-2",
        "site-7号楼",
        "site",
    ]
    found = call("new", tmp_path / "首钢 旧厂.toml", "--yes", "--try", "rent-subsidy,rent")
    place = sim.load(tmp_path / "首钢 旧厂.toml")
    assert place.sites == ("首钢-旧厂",)
    assert (
        sim.load(tmp_path / "首钢 旧厂-rent.toml").values["sites.首钢-旧厂.rent"]
        != place.values["sites.首钢-旧厂.rent"]
    )
    assert f"sim appraise '{tmp_path}/首钢 旧厂-idle.toml' '{tmp_path}/首钢 旧厂.toml'" in found.stdout
