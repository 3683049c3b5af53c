"""The command: what it prints where, how it ends, and that it starts at once."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from itertools import pairwise
from pathlib import Path

import pytest
import toy
from command import ROOT, call, python, surroundings
from toy import FIGURE, damage
from typer.testing import Result

import sim
from sim import api, cli
from sim.commands import common
from sim.kernel.draws import seed_of
from sim.report.text.columns import cell, columns
from sim.runs.errors import WrongEnvironment

FIGURES = (
    FIGURE.format("startups", 64, "2011-06", "about")
    + FIGURE.format("site_enterprises", 10_000, "2011-06", "at least")
    + FIGURE.format("big_asset_share", 0.447, "2011-05", "about")
)


@pytest.fixture(autouse=True)
def with_figures(toy_folder: Path) -> None:
    with (toy_folder / "scenarios" / "toy.toml").open("a") as file:
        file.write(FIGURES)


def run(*arguments: str, code: int = 0) -> Result:
    return call("run", "--workers", "1", "--no-figures", *arguments, code=code)


def only_result(folder: str = "results", name: str = "toy") -> Path:
    (found,) = Path(folder).glob(f"{name}-" + "[0-9a-f]" * 12)
    return found


# --- run


def test_a_run_prints_a_table_on_stdout_and_progress_on_stderr() -> None:
    found = run("toy")
    lines = found.stdout.splitlines()
    assert lines[0] == "toy: A toy"
    assert lines[1] == "5 replicates from seed 1, 6 months from 2011-01"
    assert lines[2].startswith("outcomes in 2011-06")
    rows: dict[str, str] = {}
    for line in filter(str.strip, lines):
        name, _, rest = line.partition(" ")
        rows[name] = rows.get(name, "") + rest
    assert re.search(r"\d+\.\d  +\d.* to \d.*  enterprises", rows["startups"])
    assert re.search(r"about 64 in 2011-06: (met|not met)", rows["startups"])
    assert "not met: the interval ends at" in rows["site_enterprises"]
    assert "about 44.7% in 2011-05" in rows["big_asset_share"]
    assert "fiscal_cost" not in rows
    assert rows["results:"].split()[0] == str(only_result())
    assert found.stderr == "toy: running 5 of 5 replicates\n"


def test_a_child_says_that_its_figures_are_its_parents() -> None:
    assert "inherited" not in run("toy").stdout
    said = " ".join(run("boom").stdout.split())
    assert "the figures of startups, site_enterprises, big_asset_share are inherited from toy.toml" in said
    found = json.loads(run("boom", "--json").stdout)
    assert found["inherited_figures"] == dict.fromkeys(("startups", "site_enterprises", "big_asset_share"), "toy.toml")


def test_all_shows_every_outcome() -> None:
    assert set(toy.OUTCOMES) <= set(run("toy", "--all").stdout.split())


def test_a_run_leaves_what_it_says() -> None:
    call("run", "--workers", "1", "toy")
    folder = only_result()
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert names >= {"scenario.toml", "manifest.json", "outcomes.parquet", "summary.csv",
                     "figures/headline.png", "figures/headline.svg"}  # fmt: skip


def test_json_is_one_object_with_every_outcome() -> None:
    found = json.loads(run("toy", "--json").stdout)
    assert {key: found[key] for key in ("scenario", "seed", "replicates", "months")} == {
        "scenario": "toy", "seed": 1, "replicates": 5, "months": 6,
    }  # fmt: skip
    assert found["results"] == str(only_result())
    assert only_result().name == f"toy-{found['digest']}"
    assert list(found["outcomes"]) == list(toy.OUTCOMES)
    for outcome in found["outcomes"].values():
        assert {"unit", "median", "low", "high", "article", "met"} <= set(outcome)
        assert outcome["low"] <= outcome["median"] <= outcome["high"]
    assert found["outcomes"]["site_enterprises"]["met"] is False
    assert found["outcomes"]["site_enterprises"]["article"] == 10_000
    assert found["outcomes"]["jobs"]["met"] is None
    assert found["outcomes"]["jobs"]["article"] is None


def test_what_has_no_number_is_null(monkeypatch: pytest.MonkeyPatch) -> None:
    found = json.loads(run("toy", "--json", "--months", "2", "--set", "figures.startups.month=2011-01").stdout)
    assert found["outcomes"]["project_duration"]["median"] is None
    toy.use(monkeypatch, toy.fail_always)
    failed = json.loads(run("toy", "--json", "--seed", "9", code=3).stdout)
    assert failed["replicates"] == 0
    assert failed["outcomes"]["jobs"]["median"] is None
    assert len(failed["failures"]) == 5


def test_several_scenarios_are_several_lines_of_json() -> None:
    lines = run("toy", "boom", "--json").stdout.splitlines()
    assert [json.loads(line)["scenario"] for line in lines] == ["toy", "boom"]


def test_options_stand_for_the_scenarios_own_values() -> None:
    found = json.loads(
        run("toy", "--json", "--replicates", "3", "--seed", "7", "--months", "5", "--out", "elsewhere",
            "--set", "market.growth=0.1").stdout
    )  # fmt: skip
    assert (found["replicates"], found["seed"], found["months"]) == (3, 7, 5)
    assert Path(found["results"]).parent == Path("elsewhere")
    kept = sim.load(only_result("elsewhere", "toy-growth-0.1") / "scenario.toml")
    assert (kept.replicates, kept.seed, kept.months, kept.values["market.growth"]) == (3, 7, 5, 0.1)
    text = (only_result("elsewhere", "toy-growth-0.1") / "scenario.toml").read_text()
    assert re.search(r"growth = 0\.1  # .*--set", text)


def test_the_same_request_is_answered_from_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    first = run("toy")
    toy.use(monkeypatch, toy.fail_always)
    again = run("toy")
    assert again.stdout == first.stdout
    assert again.stderr == ""
    assert "5 replicates failed" in run("toy", "--fresh", code=3).stderr.replace("5 of 5", "5")


def test_a_failed_replicate_is_said_with_its_command_and_ends_with_three(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.fail_on_some)
    found = run("toy", "--replicates", "8", code=3)
    bad = [r for r in range(8) if seed_of(1, r) % 3 == 0]
    assert f"{len(bad)} of 8 replicates failed" in found.stderr
    assert f"replicate {bad[0]} (seed {seed_of(1, bad[0])}): ArithmeticError: the books" in found.stderr
    assert f"repeat it: cd {only_result()} && python -c" in found.stderr
    assert "startups" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["toyy"], "toyy:1: file: no scenario of this name.*toy"),
        (["toy", "toyy", "--set", "market.grwth=1"], "(?s)--set: market.grwth.*market.growth.*toyy"),
        (["toy", "--set", "market.growth"], "--set: market.growth"),
        (["toy", "--set", "run.seed=1", "--seed", "2"], "--set: run.seed: is given by --seed too"),
        (["toy", "--replicates", "0"], "(?s)Invalid value for '--replicates'"),
        (["toy", "--workers", "0"], "(?s)Invalid value for '--workers'"),
        (["toy", "--months", "2000"], "run.months"),
        ([], "Missing argument"),
        (["toy", "--colour"], "No such option"),
    ],
)
def test_wrong_use_ends_with_two_and_writes_nothing(arguments: list[str], said: str) -> None:
    found = call("run", *arguments, code=2)
    assert re.search(said, found.stderr)
    assert found.stdout == ""
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [("SIM_THREADS", "abc", 1), ("SIM_THREADS", "9" * 5000, 1), ("NUMBA_NUM_THREADS", "0", 1),
     ("NUMBA_DISABLE_JIT", "yes", 0)],
)  # fmt: skip
def test_a_wrong_variable_of_the_environment_is_said_before_anything_runs(
    name: str, value: str, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    said = f'{name}: "{value}" is not allowed, allowed: a whole number from {least} up'
    assert call("run", "toy", code=2).stderr == f"{said}\n"
    with pytest.raises(WrongEnvironment, match=name):
        api.run("toy", workers=1)
    assert not Path("results").exists()


def test_an_empty_variable_of_the_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIM_THREADS", "")
    call("run", "toy", "--no-figures", "--workers", "1")


def test_every_fault_of_every_scenario_is_said_at_once() -> None:
    Path("bad.toml").write_text("[market]\ngrowth = 9\n[labour]\nwage = 'low'\n")
    Path("worse.toml").write_text("[markets]\n")
    lines = run("bad.toml", "worse.toml", code=2).stderr.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["bad.toml:2", "bad.toml:4", "worse.toml:1"]


def test_an_interrupt_ends_with_130_and_says_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, toy.interrupt)
    assert "interrupted" in run("toy", code=130).stderr


def test_a_folder_that_cannot_be_written_ends_with_one() -> None:
    Path("results").write_text("a file")
    assert re.search("results.*(File exists|Not a directory)", run("toy", code=1).stderr)


# --- compare


def test_compare_prints_what_changed_and_the_differences() -> None:
    run("toy", "boom")
    found = call("compare", "toy", "boom")
    assert "boom against toy: 5 seeds, paired seed by seed; means in 2011-06" in found.stdout
    assert re.search(r"market\.growth +3 -> 5%/year", found.stdout)
    assert re.search(r"startups .* \+12 ", found.stdout)
    assert re.search(r"startups +100% .*more", found.stdout)
    assert re.search(r"jobs .* equal on every seed", found.stdout)
    assert re.search(r"toy: results/toy-[0-9a-f]{12}, 5 seeds from seed 1", found.stderr)
    (folder,) = Path("results").glob("compare-toy-vs-boom-*")
    assert {path.name for path in (folder / "figures").iterdir()} >= {"headline.png", "headline.svg"}
    assert str(folder) in found.stderr


def test_compare_as_json() -> None:
    run("toy", "boom", "--out", "here")
    (boom,) = Path("here").glob("boom-*")
    found = json.loads(call("compare", str(only_result("here")), str(boom), "--json", "--out", "there").stdout)
    assert found["changed"] == [
        {
            "key": "market.growth", "old": 0.03, "new": 0.05, "unit": "1/year",
            "kind": "assumption", "source": "set by toy.toml",
        }
    ]  # fmt: skip
    startups = found["outcomes"]["startups"]
    assert startups["difference"] == pytest.approx(12)
    assert startups["low"] <= 12 <= startups["high"]
    assert (startups["better_share"], startups["paired"], startups["unit"]) == (1.0, True, "enterprises")
    assert found["outcomes"]["jobs"]["difference"] == found["outcomes"]["jobs"]["low"] == 0
    assert len(list(Path("there").glob("compare-*/figures/*.svg"))) >= 1


def test_compare_refuses_with_the_reason() -> None:
    run("toy")
    run("boom", "--seed", "2")
    assert "cannot be paired" in call("compare", "toy", "boom", code=2).stderr
    assert "not paired" in call("compare", "toy", "boom", "--unpaired").stdout
    assert "two results" in call("compare", "toy", code=2).stderr
    assert "is boom meant" in call("compare", "toy", "bom", code=2).stderr
    assert call("report", "toy", "shougang", code=2).stderr.endswith("; sim run shougang makes one\n")
    Path("my mill.toml").write_text('extends = "shougang"\n', encoding="utf-8")
    for name in ("my mill", "my mill.toml"):
        assert call("report", name, code=2).stderr.endswith("; sim run 'my mill.toml' makes one\n")
    damage(only_result() / "outcomes.parquet")
    assert "damaged or half-written" in call("compare", "toy", "boom", "--unpaired", code=2).stderr


# --- the rest


def test_list_has_a_line_for_each_scenario() -> None:
    lines = call("list").stdout.splitlines()
    assert "toy       A toy" in [re.sub("  +", "       ", line) for line in lines]
    assert any(line.startswith("boom ") and line.endswith(" Boom") for line in lines)


def test_describe_shows_value_unit_range_source_and_origin() -> None:
    found = call("describe", "boom", "--set", "population.enterprises=700").stdout
    lines = found.splitlines()
    rows = {line.split()[0]: f"{line}{below}" for line, below in pairwise(lines) if line.strip()}
    assert re.search(r"5%/year    .* to .*%/year; boom\.toml:4; assumption: set by boom\.toml", rows["market.growth"])
    assert re.search(r"700 enterprises  .*; --set; ", rows["population.enterprises"])
    assert "; default; " in rows["labour.wage"]
    assert "startups: about 64 enterprises in 2011-06" in found


def test_a_long_schedule_stands_below_its_row() -> None:
    lines = call("describe", "toy", "--set", 'levers.talent_supply={"2011-02"=0.1, "2011-05"=0.2}').stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("levers.talent_supply"))
    assert lines[place].split()[1] == "schedule"
    assert re.fullmatch(r"    .*from 2011-02 10, from 2011-05 20%/year", lines[place + 1])


WIDE = ["levers.talent_supply=0:0.1:2", "mechanisms.entry.ideas_per_thousand=1,2", "market.growth=0.01,0.02"]
TABLES = {
    "list": ("list",),
    "describe": ("describe", "boom"),
    "run": ("run", "toy", "--no-figures", "--all"),
    "compare": ("compare", "toy", "boom", "--all"),
    "what-if": ("what-if", "toy", "--set", "market.growth=0.05", "--set", 'levers.demand={"2011-02"=0.1}', "--all"),
    "sweep": ("sweep", "toy", "--vary", WIDE[0]),
    "sweep of two": ("sweep", "toy", "--vary", WIDE[0], "--vary", WIDE[1]),
    "sweep of three": ("sweep", "toy", "--vary", WIDE[0], "--vary", WIDE[1], "--vary", WIDE[2]),
    "sensitivity": ("sensitivity", "toy", "--outcome", "jobs", "--samples", "2", "--replicates", "3", "--yes"),
    "explain": ("explain", "toy", "boom", "--outcome", "startups"),
    "compare with names": ("compare", "toy", "a-name-of-some-length-that-a-user-may-well-give", "--all"),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_fit_a_terminal_and_have_every_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("comparison.draw_comparison", "sweeps.draw_sweep", "sensitivities.draw_sensitivities"):
        monkeypatch.setattr(f"sim.report.figures.{module}", lambda *_: None)
    boom = Path("scenarios/boom.toml")
    Path("scenarios/a-name-of-some-length-that-a-user-may-well-give.toml").write_text(boom.read_text())
    if name.startswith("compare"):
        for scenario in (it for it in TABLES[name][1:] if not it.startswith("--")):
            run(scenario)
    found = call(*TABLES[name]).stdout
    rows = [line for line in found.splitlines() if re.search(r"\S {2,}\S", line)]
    assert len(rows) > 2
    assert not [line for line in rows if len(line) > 80]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _printed(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """What a terminal gets of a table."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"TERM": "xterm-256color"} | environment).items():
        monkeypatch.setenv(name, value)
    screen = Terminal()
    rows = [("startups", cell("about 64: not met", "bad")), ("jobs", cell("at least 5: met", "good")),
            ("more", cell("通过", "good")), ("a", cell("fail: too low", "bad"))]  # fmt: skip
    with redirect_stdout(screen):
        common.print_text(lambda: columns(("outcome", "the article"), rows), end="")
    return screen.getvalue()


def test_a_terminal_has_colours_in_tables_unless_it_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured, plain = _printed(monkeypatch), _printed(monkeypatch, NO_COLOR="1")
    assert "\x1b[1moutcome\x1b[0m" in coloured
    assert "\x1b[31mabout 64: not met\x1b[0m" in coloured
    assert "\x1b[32mat least 5: met\x1b[0m" in coloured
    assert "\x1b[32m通过\x1b[0m" in coloured
    assert "\x1b[31mfail: too low\x1b[0m" in coloured
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain, "colours move nothing"
    assert "\x1b" not in _printed(monkeypatch, TERM="dumb")


def test_a_table_that_is_too_wide_goes_on_below_with_its_keys() -> None:
    heads = ("outcome", "one", "two", "words")
    rows = [(f"outcome_{n}", "1" * 40, "2" * 40 if n else "", "") for n in range(2)]
    one, two = columns(heads, rows, right=(1, 2)).split("\n\n")
    assert [line.split() for line in one.splitlines()] == [["outcome", "one"], *[[it[0], it[1]] for it in rows]]
    assert [line.split() for line in two.splitlines()] == [["outcome", "two", "words"], ["outcome_1", "2" * 40]]
    narrow = [(f"outcome_{n}", "1", "2", "a b") for n in range(2)]
    assert columns(heads, narrow).splitlines()[1] == "outcome_0  1    2    a b"


def test_a_long_text_in_the_last_column_goes_on_below() -> None:
    text = " ".join(["word"] * 30)
    lines = columns(("name", "words"), [("it", text), ("other", "word")]).splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines[1:-1]).split()[1:]) == text
    assert lines[2].startswith("       word")


def test_describe_as_json() -> None:
    found = json.loads(call("describe", "toy", "--json").stdout)
    growth = next(row for row in found["parameters"] if row["key"] == "market.growth")
    assert (growth["value"], growth["unit"], growth["origin"], growth["place"]) == (
        0.03,
        "1/year",
        "file",
        "toy.toml:7",
    )
    assert {"source", "kind", "bounds", "plausible", "meaning"} <= set(growth)
    assert found["figures"]["startups"]["value"] == 64
    assert "grwth" in call("describe", "toy", "--set", "market.grwth=1", code=2).stderr


def test_the_schema_is_json() -> None:
    assert "market" in json.loads(call("schema").stdout)["properties"]


def test_version_and_help() -> None:
    assert call("--version").stdout == f"sim {sim.__version__}\n"
    text = call("--help").stdout
    for command in ("list", "run", "what-if", "compare", "describe", "schema"):
        assert re.search(rf"^  {command} ", text, re.MULTILINE)
    assert "..." not in text.replace("ARGS]...", "")


# --- as a process


@pytest.mark.parametrize("code", ["import sim; sim.__version__; sim.__all__; dir(sim)", "import sim.cli"])
def test_starting_imports_nothing_heavy(code: str) -> None:
    found = python("-X", "importtime", "-c", code)
    imported = {line.split("|")[-1].strip().split(".")[0] for line in found.stderr.splitlines() if "|" in line}
    assert "json" in imported or "typing" in imported
    assert not imported & {"numpy", "numba", "mesa", "pandas", "pyarrow", "matplotlib", "pydantic", "scipy"}


def test_off_a_terminal_nothing_is_wrapped_coloured_or_cut() -> None:
    narrow = surroundings(COLUMNS="40")
    found = python("-m", "sim", "describe", "toy", env=narrow | {"FORCE_COLOR": "", "TERM": "xterm-256color"})
    assert "\x1b" not in found.stdout + found.stderr
    assert "\N{HORIZONTAL ELLIPSIS}" not in found.stdout
    assert found.stdout == call("describe", "toy").stdout, "as wide as on any terminal"
    wrong = python("-m", "sim", "run", "toy", "--set", f"market.{'x' * 300}=1", env=narrow, code=2)
    assert wrong.stdout == ""
    assert "x" * 40 in wrong.stderr
    assert len(wrong.stderr.splitlines()) == 1


@pytest.mark.parametrize("no_color", [False, True])
def test_a_terminal_has_a_bar_and_its_wish_for_no_colour_is_heard(
    monkeypatch: pytest.MonkeyPatch, no_color: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    with redirect_stderr(terminal):
        bar = common.watcher()
        bar.begin("toy", 1, 4)
        bar.say("a [word] aside " + "x" * 200)
        for _ in range(3):
            bar.advance()
        bar.end()
    text = terminal.getvalue()
    assert "4/4" in text
    assert "a [word] aside " + "x" * 200 in text
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-9;]*m", text)) is not no_color


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'rum'"):
        _ = sim.rum
    assert set(sim.__all__) <= set(dir(sim))
    assert sim.run is api.run


# --- from Python


def test_from_python() -> None:
    old = sim.run("toy", workers=1, watcher=toy.Listener())
    assert old.outcomes.shape == (5 * 6, 2 + len(toy.OUTCOMES))
    assert old.figures[0].name == "headline.png"
    scenario = sim.load("toy", overrides={"market.growth": 0.05})
    new = sim.run(scenario, replicates=3, workers=1, watcher=toy.Listener())
    assert (new.scenario.replicates, new.replicates, new.path.parent) == (3, (0, 1, 2), Path("results"))
    comparison = sim.compare(old, new)
    assert comparison.table.set_index("outcome").loc["startups", "difference"] == pytest.approx(12)
    assert comparison.figures


def test_python_options_are_checked_too() -> None:
    scenario = sim.load("toy")
    for wrong in ({"replicates": 0}, {"months": -1}, {"seed": 2**63}, {"months": 2.5}, {"replicates": True}):
        with pytest.raises(ValueError, match=f"run.{next(iter(wrong))}"):
            sim.run(scenario, **wrong)
        with pytest.raises(ValueError, match=f"run.{next(iter(wrong))}"):
            sim.run("toy", **wrong)
    assert not Path("results").exists()


# --- help and names


@pytest.mark.parametrize("name", cli.EXAMPLES)
def test_a_help_page_ends_with_examples_whose_options_exist(name: str) -> None:
    page = call(name, "--help").stdout
    for example in cli.EXAMPLES[name]:
        assert len(f"    {example}") <= 80, "as the help page prints it"
        assert example in page
        program, *words = shlex.split(example)
        assert (program, words[0]) == ("sim", name)
        assert "Usage" in call(*words, "--help").stdout


def test_every_command_has_examples() -> None:
    assert {command.name for command in cli.app.registered_commands} == set(cli.EXAMPLES)


def test_a_short_key_is_answered_with_the_full_one() -> None:
    for command in (("run", "shougang"), ("what-if", "shougang"), ("appraise", "shougang")):
        said = call(*command, "--set", "rnet=1", code=2).stderr
        assert "rnet: unknown key, did you mean sites.shougang.rent?" in said


def test_outcomes_of_a_comparison_can_be_chosen(tmp_path: Path) -> None:
    asked = ("what-if", "toy", "--set", "market.growth=0.05", "--workers", "1", "--figures", "none", "--out", tmp_path)
    lines = call(*asked, "--outcome", "fiscal_cost", "--outcome", "jobs").stdout.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("outcome"))
    assert [line.split()[0] for line in lines[start + 1 : start + 3]] == ["fiscal_cost", "jobs"]
    assert not lines[start + 3].strip()
    assert not list(tmp_path.glob("compare-*/figures/*"))
    assert "jbos: is no outcome, did you mean jobs?" in call(*asked, "--outcome", "jbos", code=2).stderr
    assert "allowed: headline, all, none" in call(*asked, "--figures", "some", code=2).stderr


@pytest.mark.parametrize("command", ["list", "schema", "run nosuch"])
def test_output_that_cannot_be_written_is_an_error_of_one_line(command: str) -> None:
    """On a full disk, with a closed pipe and without standard output or error."""

    def ended(redirect: str) -> subprocess.CompletedProcess[str]:
        line = f"{shlex.quote(sys.executable)} -m sim {command} {redirect}"
        return subprocess.run(
            ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"], cwd=ROOT, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip

    wrong = command == "run nosuch"
    full = ended("> /dev/full")
    assert full.returncode == (2 if wrong else 1)
    assert full.stderr.splitlines()[-1].startswith("nosuch:1: file: " if wrong else "output: No space left on device")
    for redirect in ("| true", ">&-", "2>&-", ">&- 2>&-", "2> /dev/full"):
        done = ended(redirect)
        assert "Traceback" not in done.stderr + done.stdout, redirect
        assert "nosuch:1" not in done.stdout
        if redirect.endswith("&-"):
            assert done.returncode == (2 if wrong else 0), redirect
