"""What there is, as tables and on the command line; what a shell completes; a place of one's own from Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import call, call_json, python, surroundings

import sim
from sim.api import model_catalogue
from sim.commands import completion
from sim.runs.long_format import tidy
from sim.scenario import ScenarioError, describe

pytestmark = pytest.mark.usefixtures("own_folder")


# --- tables


def test_scenarios_have_title_summary_and_what_they_extend() -> None:
    found = sim.scenarios()
    assert set(found.columns) == {"title", "summary", "extends", "file"}
    assert {Path(it).stem for it in found["file"]} == set(found.index)
    assert found.loc["shougang-idle", "extends"] == "shougang.toml"
    assert set(sim.scenarios("steelworks RENOVATED").index) == {"shougang"}
    assert sim.scenarios("no such word").empty


def test_every_outcome_is_there_with_unit_meaning_and_mechanism() -> None:
    catalogue = model_catalogue()
    found = sim.outcomes()
    assert found.index.tolist() == list(catalogue.outcomes)
    assert all(found["meaning"])
    for name, row in found.iterrows():
        outcome = catalogue.outcomes[str(name)]
        assert (row["unit"], row["meaning"]) == (outcome.unit, outcome.meaning)
        assert name in {it.name for it in catalogue.by_name[row["source"]].outcomes}
    scenario = sim.load("shougang")
    main = sim.outcomes(scenario)["headline"]
    assert set(main[main].index) == set(scenario.headline)
    assert all("rent" in " ".join(map(str, row)).lower() for row in sim.outcomes(word="rent").itertuples())


def test_every_parameter_is_there_with_value_unit_and_source() -> None:
    scenario = sim.load("shougang", {"market.growth": 0.02})
    found, rows = sim.parameters(scenario), describe(scenario)
    assert found.index.tolist() == [row.key for row in rows]
    assert found["source"].tolist() == [row.source for row in rows]
    assert found.loc["market.growth", ["value", "unit", "origin"]].tolist() == [0.02, "1/year", "--set"]
    declared = sim.parameters()
    assert declared.index.tolist() == [key for key, _ in model_catalogue().parameters()]
    assert "sites.NAME.rent" in declared.index
    assert sim.parameters(word="rent subsidy").index.tolist() == ["levers.rent_subsidy", "sites.NAME.rent_subsidy"]


def test_the_function_is_there_also_after_the_package_is_imported() -> None:
    code = (
        "import sim\nimport sim.parameters.world\nfrom sim.parameters import GROUPS\n"
        "from sim.model.catalogue import load\nassert callable(sim.parameters) and GROUPS\n"
        "assert sim.parameters is sim.api.parameters\nprint(len(sim.parameters('shougang')) > 300)"
    )
    assert python("-c", code).stdout == "True\n"


# --- long format


def test_tidy_has_a_row_for_each_value() -> None:
    result = sim.run("shougang", replicates=2, months=4, workers=1, figures=False)
    found = result.tidy(["jobs", "site_occupancy"])
    assert list(found.columns) == ["replicate", "seed", "month", "date", "outcome", "value", "unit"]
    assert len(found) == 2 * 4 * 2
    for name in ("jobs", "site_occupancy"):
        part = found[found["outcome"] == name]
        assert part["unit"].unique().tolist() == [result.table.unit(name)]
        assert part.pivot(index="replicate", columns="month", values="value").to_numpy() == pytest.approx(
            result.table.of(name), nan_ok=True
        )
    assert found["date"].unique().tolist() == ["2011-01", "2011-02", "2011-03", "2011-04"]
    assert dict(zip(found["replicate"], found["seed"], strict=True)) == dict(enumerate(result.seeds))
    assert len(result.tidy()) == result.table.cells.size
    assert tidy(result.table.only([1]), result.seeds[1:], result.scenario, ["jobs"])["replicate"].unique() == [1]
    with pytest.raises(ScenarioError, match="jbos: is no outcome, did you mean jobs"):
        result.tidy(["jobs", "jbos"])


def test_a_dataset_needs_xarray_and_says_so() -> None:
    result = sim.run("shougang", replicates=2, months=4, workers=1, figures=False)
    try:
        import xarray  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        with pytest.raises(ImportError, match="xarray"):
            result.to_xarray()
        return
    found = result.to_xarray(["jobs"])
    assert found["jobs"].sel(replicate=1).to_numpy() == pytest.approx(result.table.of("jobs")[1])
    assert found["jobs"].attrs["units"] == "people"
    assert found["seed"].to_numpy().tolist() == list(result.seeds)


# --- a place of one's own


def test_new_writes_what_the_command_writes() -> None:
    made = sim.new(
        "mill", name="The old mill", floor="4 ha", firms=(1500, 455, 37, 8), trials={"rent-subsidy": 10, "rent": 20}
    )
    texts = {path.name: path.read_text() for path in made}
    Path("other").mkdir()
    options = (
        "--name",
        "The old mill",
        "--floor",
        "4 ha",
        "--firms",
        "1500,455,37,8",
        "--try",
        "rent-subsidy=10,rent=20",
    )
    call("new", "other/mill.toml", *options, "--yes")
    assert {path.name: path.read_text() for path in Path("other").iterdir()} == {
        name: text.replace("sim new mill", "sim new mill") for name, text in texts.items()
    }
    assert made[:2] == [Path("mill.toml"), Path("mill-idle.toml")]
    assert sim.load("mill.toml").values["sites.mill.floor"] == 40_000
    with pytest.raises(ScenarioError, match="is there already"):
        sim.new("mill", floor=9_000)
    with pytest.raises(ScenarioError) as refused:
        sim.new("bad", floor="8 yuan", trials=["rent", "nothing"])
    assert len(refused.value.faults) == 2
    assert not Path("bad.toml").exists()


# --- the command line


def test_outcomes_are_listed_with_their_meanings() -> None:
    lines = call("outcomes", "SITE", "occupancy").stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if line.split()[:1] == ["site_occupancy"])
    assert lines[place].split()[1] == "share"
    assert "from letting" in lines[place + 1]
    assert "a main outcome" in call("outcomes", "--scenario", "shougang", "site_occupancy").stdout
    found = call_json("outcomes", "occupancy")["outcomes"]
    assert {it["outcome"] for it in found} == set(sim.outcomes(word="occupancy").index)
    assert set(found[0]) == {"outcome", "unit", "meaning", "source", "better", "headline"}
    wrong = call("outcomes", "ocupancy", code=2)
    assert wrong.stdout == ""
    assert "no outcome has ocupancy, did you mean occupancy" in wrong.stderr


def test_describe_finds_words_and_gives_meanings() -> None:
    found = call("describe", "shougang", "rent", "subsidy").stdout
    assert "subsidy to tenants of idle sites" in found
    assert "market.growth" not in found
    meaning = " ".join(model_catalogue().declaration("market.growth").meaning.split())
    assert meaning in " ".join(call("describe", "shougang").stdout.split())
    rows = call_json("describe", "shougang", "rent", "subsidy")["parameters"]
    assert [row["key"] for row in rows] == ["levers.rent_subsidy", "sites.shougang.rent_subsidy"]
    assert "no parameter of shougang has subsdy, did you mean" in call("describe", "shougang", "subsdy", code=2).stderr


def test_list_as_json_has_summaries() -> None:
    found = {it["name"]: it for it in call_json("list")["scenarios"]}
    assert found["shougang"]["summary"] == sim.load("shougang").summary
    assert found["shougang"]["extends"] == ""


def test_a_file_of_that_name_beside_is_told() -> None:
    sim.new("mill")
    for words in (
        ("run", "mill"),
        ("describe", "mill"),
        ("what-if", "mill", "--set", "market.growth=0"),
        ("what-if", "shougang", "--variant", "mill"),
        ("appraise", "shougang-idle", "mill"),
    ):
        assert "no scenario of this name, did you mean the file mill.toml?" in call(*words, code=2).stderr
    assert "mill.toml" not in call("run", "mull", code=2).stderr


# --- completion


def _completed(words: str) -> list[str]:
    asked = surroundings(_SIM_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split()) - 1))
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'sim'; from sim.cli import main; main()"],
        env=asked, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout.split()


def test_a_shell_completes_commands_scenarios_keys_and_outcomes() -> None:
    sim.new("shore.toml")
    assert _completed("sim what") == ["what-if"]
    assert set(_completed("sim run sho")) == {
        "shougang",
        "shougang-at-rest",
        "shougang-idle",
        "shore.toml",
        "shore-idle.toml",
    } | {path.name for path in Path().glob("shore-*.toml")}
    assert "sites.shougang.rent" in _completed("sim what-if shougang --set sites.shou")
    assert "site_jobs" in _completed("sim what-if shougang --outcome site_")
    assert _completed("sim run shougang --set market.growth=0") == []


def test_what_is_completed_exists() -> None:
    declared = {key for key, _ in model_catalogue().parameters()} | {"run.start", "run.months", "run.replicates"}
    known = {".".join((kind, "NAME", *rest)) if kind in ("platforms", "sites") else key
             for key in completion.keys("") for kind, _, *rest in [key.split(".")]}  # fmt: skip
    assert len(known) > 60
    assert {it for it in known if not it.startswith("run.")} <= declared
    assert set(completion.outcomes("")) <= set(sim.outcomes().index)
    assert set(completion.scenarios("")) == set(sim.scenarios().index)
    sim.run("shougang", replicates=1, months=1, workers=1, figures=False)
    assert completion.results("results/") == [os.fspath(path) for path in Path("results").glob("[!.]*")]


def test_completion_imports_nothing_heavy() -> None:
    code = "from sim.commands import completion as it; it.scenarios(''); it.keys(''); it.outcomes(''); it.results('')"
    found = python("-X", "importtime", "-c", code)
    imported = {line.split("|")[-1].strip().split(".")[0] for line in found.stderr.splitlines() if "|" in line}
    assert "tomllib" in imported
    assert not imported & {"numpy", "numba", "mesa", "pandas", "pyarrow", "matplotlib", "pydantic", "scipy", "pint"}


def test_completion_can_be_installed() -> None:
    said = call("--help").stdout
    assert "--install-completion" in said
    assert "--show-completion" in said
