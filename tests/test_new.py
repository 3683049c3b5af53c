"""``sim new``: the files of a place, and that they load, run and are appraised."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command import call, call_json, python, surroundings
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim import cli
from sim.agents.model import EcosystemModel
from sim.model.catalogue import load
from sim.places.files import files
from sim.places.questions import QUESTIONS, answered
from sim.places.size_classes import FLOORS, fitted
from sim.places.trials import TRIALS
from sim.report.text.comparison import comparison_json, variant_text
from sim.runs.posterior_sample import borrowed_lines, read_sample
from sim.scenario import ScenarioError

pytestmark = pytest.mark.once  # worlds and commands that do not depend on the interpreter


pytestmark = pytest.mark.usefixtures("own_folder")


CLOSED = """
import os, subprocess, sys
done = subprocess.run([sys.executable, "-m", "sim", "new", "mill.toml"], preexec_fn=lambda: os.close(0))
sys.exit(done.returncode)
"""


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_defaults_make_a_scenario_its_control_and_variants(own_folder: Path) -> None:
    said = call("new", "mill.toml", "--yes").stdout
    names = ["mill-idle.toml", "mill-rent-subsidy.toml", "mill-rent.toml", "mill.toml"]
    assert written(own_folder) == names
    assert all(name in said for name in names)
    mill = load("mill.toml")
    assert mill.sites == ("mill",)
    assert not mill.reported_figures
    assert load("mill-idle.toml").values["sites.mill.renovation"] is False
    # 10 yuan a m2 and month, from the first letting on.
    subsidy = load("mill-rent-subsidy.toml").group("levers", mill.month_of("2026-01"))
    assert subsidy.rent_subsidy == pytest.approx(10 * 12 / 1e6)
    assert load("mill-rent-subsidy.toml").group("levers", 11).rent_subsidy == 0.0
    assert load("mill-rent.toml").values["sites.mill.rent"] == pytest.approx(20 * 12 / 1e6)


def test_nothing_of_shougang_is_in_it() -> None:
    call("new", "mill.toml", "--yes")
    mill = load("mill.toml")
    assert "shougang" not in " ".join(mill.origins[key].location for key in mill.values)
    assert not [key for key in mill.values if key.startswith("sites.") and not key.startswith("sites.mill.")]
    kinds = {source.kind for source in mill.sources.values()}
    assert kinds == {"assumption", "evidence"}


def test_answers_by_options() -> None:
    call(
        "new", "works", "--name", "Works", "--floor", "12 ha", "--rent", "12.5", "--rent-around", "360 yuan/m2/year",
        "--vacated", "2019-06", "--opens", "2027-01", "--firms", "300 80 9 2", "--grant", "150",
        "--try", "fund=5,entry-cost",
    )  # fmt: skip
    works = load("works.toml")
    assert works.title == "Works"
    assert works.values["sites.works.floor"] == 120_000
    assert works.values["sites.works.rent"] == pytest.approx(12.5 * 12 / 1e6)
    assert works.values["market.outside_rent"] == pytest.approx(30 * 12 / 1e6)
    assert works.values["levers.conversion_grant"] == pytest.approx(150 / 1e6)
    assert works.values["run.start"] == "2025-01"  # two years before the first letting, as it stood empty for longer
    assert works.calendar(works.months) == "2032-01"
    call("new", "cheap.toml", "--yes", "--rent", "10", "--try", "rent")
    assert load("cheap-rent.toml").values["sites.cheap.rent"] == pytest.approx(8 * 12 / 1e6)
    assert load("works-fund.toml").values["sites.works.fund"] == 5
    assert load("works-entry-cost.toml").group("levers", 24).entry_cost_cut == 0.5


@pytest.mark.parametrize("counts", [(1500, 455, 37, 8), (300, 80, 9, 2), (60, 20, 0, 0), (900, 90, 9, 1)])
def test_the_opening_population_is_that_of_the_table(counts: tuple[int, int, int, int]) -> None:
    call("new", "mill.toml", "--yes", "--firms", ",".join(map(str, counts)), "--try", "none")
    model = EcosystemModel(load("mill.toml"), rng=1)
    staff = model.enterprises.staff[model.enterprises.alive]
    found = np.histogram(staff, (0, *FLOORS, 1e9))[0].tolist()
    assert len(staff) == sum(counts)
    said = fitted(counts).counts()
    assert found == pytest.approx(said, abs=2)
    assert said == pytest.approx(counts, abs=0.01 * sum(counts))


def test_what_is_written_runs_and_is_appraised() -> None:
    call("new", "mill.toml", "--yes", "--firms", "300,80,8,2", "--floor", "5000", "--vacated", "2025-10")
    record = call_json("run", "mill.toml", "--replicates", "1", "--months", "24", "--no-figures", "--workers", "1")
    assert record["scenario"] == "mill"
    found = call("appraise", "mill-idle.toml", "mill.toml", "--replicates", "2", "--months", "24", "--workers", "1")
    assert "NET JOBS" in found.stdout
    model = EcosystemModel(load("mill.toml"), rng=1)
    model.run_for(24)
    assert model.record["site_enterprises"][-1] > 0


def test_a_place_borrows_a_posterior_and_says_what_is_not_drawn(own_folder: Path) -> None:
    call("new", "mill.toml", "--try", "rent=20", "--yes")
    (own_folder / "twin.toml").write_text('extends = "mill.toml"\ntitle = "Another name"\n')
    (own_folder / "own.toml").write_text('extends = "mill.toml"\n[mechanisms.letting]\nconsider = 0.5\n')
    mill, twin, variant, own = (load(f"{name}.toml") for name in ("mill", "twin", "mill-rent", "own"))
    sample = read_sample("posterior:shougang", mill)
    drawn = {f"mechanisms.letting.{it}" for it in ("awareness", "moving_cost", "attachment", "search_cost", "consider")}
    assert set(sample.moved(mill)) == set(sample.moved(variant)) == drawn
    for number in range(3):
        assert sample.values(mill, number) == sample.values(variant, number)
        (one, seed), (other, same) = sample.world(mill, number), sample.world(twin, number)
        assert (one.digest(), seed) == (other.digest(), same)
        assert one.digest() != mill.digest()
        assert one.sources["mechanisms.letting.consider"].kind == "fitted"
    assert sample.asked(mill) == sample.asked(twin)
    told = sample.asked(mill)
    assert told["borrowed"] == "shougang"
    assert set(told["kept"]) == {
        "mechanisms.entry.ideas_per_thousand", "population.worker_revenue", "mechanisms.taxes.invoiced",
    }  # fmt: skip
    assert told["absent"] == ["sites.shougang.fund"]
    assert set(sample.moved(own)) == drawn - {"mechanisms.letting.consider"}, "what a variant sets itself is not drawn"
    said = borrowed_lines(told)
    assert said[0].startswith("fitted to shougang, borrowed: ")
    assert "sites.shougang.fund" in said[2]
    economy = read_sample("posterior:economy", mill)
    assert {"mechanisms.newborns.staff_mean", "mechanisms.demand.ramp"} <= set(economy.moved(mill))
    assert "mechanisms.entry.ideas_per_thousand" not in economy.moved(mill)
    shipped = load("shougang")
    assert read_sample("posterior:shougang", shipped).asked(shipped) == read_sample("posterior", shipped).asked(shipped)
    for text, words in (("posterior:shougan", "nearest: shougang"), ("posterior", "posterior:NAME")):
        with pytest.raises(ScenarioError, match=words):
            read_sample(text, mill)


def test_what_has_a_borrowed_posterior_says_whose_it_is(own_folder: Path) -> None:
    call("new", "mill.toml", "--try", "rent=20", "--yes")
    how = {"parameters": "posterior:shougang", "months": 3, "replicates": 2, "workers": 1, "figures": False}
    compared = sim.what_if("mill.toml", "mill-rent.toml", out=own_folder / "results", **how)  # type: ignore[arg-type]
    text = variant_text(compared, compared.variants[0], ())
    assert "BORROWED FIT  in 90% of worlds" in text
    assert "fitted to shougang, borrowed: mechanisms.letting" in text
    assert comparison_json(compared)["parameters"]["borrowed"] == "shougang"
    assert compared.variants[0].result.manifest["parameters"] == compared.baseline.manifest["parameters"]


def test_the_next_commands_are_those_of_the_files() -> None:
    said = call("new", "mill.toml", "--yes").stdout.partition("next:")[2]
    commands = [line.split() for line in said.split("\n") if line.strip()]
    assert [command[:2] for command in commands] == [["sim", "appraise"], ["sim", "appraise"], ["sim", "what-if"]]
    for command in commands:
        assert all(Path(word).exists() for word in command if word.endswith(".toml"))


def test_a_file_that_begins_with_a_hyphen_is_no_option_of_the_next_commands() -> None:
    said = call("new", "./-my mill.toml", "--yes").stdout.partition("next:")[2]
    for line in said.strip().split("\n"):
        files = [word for word in shlex.split(line) if word.endswith(".toml")]
        assert files
        assert all(word.startswith("./-my mill") and Path(word).exists() for word in files)
    assert "`sim describe './-my mill.toml'`" in Path("-my mill.toml").read_text(encoding="utf-8")


def test_what_is_there_is_not_overwritten(own_folder: Path) -> None:
    Path("mill-rent.toml").write_text("mine", encoding="utf-8")
    said = call("new", "mill.toml", "--yes", code=2).stderr
    assert said == "mill-rent.toml: file: is there already and is not overwritten, allowed: a new name\n"
    assert written(own_folder) == ["mill-rent.toml"]


def test_the_same_answers_leave_the_same_files(own_folder: Path) -> None:
    call("new", "mill.toml", "--yes")
    before = {name: (own_folder / name).read_bytes() for name in written(own_folder)}
    call("new", "mill.toml", "--yes")
    assert {name: (own_folder / name).read_bytes() for name in written(own_folder)} == before


def test_all_faults_are_said_at_once(own_folder: Path) -> None:
    said = call(
        "new", "mill.toml", "--yes", "--floor", "big", "--rent", "-3", "--vacated", "2026", "--firms", "1,2", "--try",
        "luck", code=2,
    ).stderr  # fmt: skip
    assert re.findall(r"^sim new: (--\w+):", said, re.MULTILINE) == [
        "--floor",
        "--rent",
        "--vacated",
        "--firms",
        "--try",
    ]
    assert "rent-subsidy" in said
    assert written(own_folder) == []


def test_a_quantity_of_another_dimension_is_refused_with_the_one_that_is_wanted(own_folder: Path) -> None:
    said = call("new", "mill.toml", "--yes", "--floor", "4 kg", "--rent", "8 ha", "--try", "fund=3m2", code=2).stderr
    floor, rent, tried = said.splitlines()
    assert floor.startswith('sim new: --floor: "4 kg" has the unit kg, which is not known, allowed: area (m2), of yuan')
    assert rent == 'sim new: --rent: "8 ha" is area, allowed: money / area / time (yuan/m2/month)'
    assert tried == 'sim new: --try: "fund=3m2" is area, allowed: money (million yuan)'
    assert written(own_folder) == []


def test_a_decimal_comma_is_no_other_number(own_folder: Path) -> None:
    said = call("new", "mill.toml", "--yes", "--rent", "25,5", "--floor", "40,00", code=2).stderr
    assert said.startswith('sim new: --floor: "40,00" is not allowed, allowed: from 1,000 m2 to')
    assert 'sim new: --rent: "25,5" is not allowed, allowed: from 0 yuan/m2/month to' in said
    assert written(own_folder) == []
    call("new", "mill.toml", "--yes", "--floor", "40,000")
    assert load("mill.toml").values["sites.mill.floor"] == 40_000


def test_what_is_tried_twice_is_refused(own_folder: Path) -> None:
    said = call("new", "mill.toml", "--yes", "--try", "rent=20,rent=30", code=2).stderr
    assert "allowed: each once, and rent is given twice" in said
    assert written(own_folder) == []


@pytest.mark.parametrize("name", [".", "", "/"])
def test_a_folder_is_no_file_to_write(name: str, own_folder: Path) -> None:
    said = call("new", name, "--yes", code=2).stderr
    assert said.endswith(": file: is a folder, allowed: the name of a file to write\n")
    with pytest.raises(ScenarioError, match="is a folder"):
        sim.new(name)
    assert written(own_folder) == []


def test_the_help_page_says_the_defaults() -> None:
    page = " ".join(call("new", "--help").stdout.partition("Examples:")[0].split())
    parts = {part.split()[0]: part for part in page.split(" --")[1:]}
    for question in QUESTIONS:
        default = question.default if isinstance(question.default, str) else "a year after it is vacated"
        assert parts[question.name].endswith(f"Default: {default}."), question.name


def test_it_opens_after_it_is_vacated() -> None:
    said = call("new", "mill.toml", "--yes", "--vacated", "2027-01", "--opens", "2026-01", code=2).stderr
    assert "--opens: 2026-01 is before the space is vacated, allowed: from 2027-01" in said
    call("new", "mill.toml", "--yes", "--vacated", "2027-01")
    assert load("mill.toml").values["sites.mill.opens"] == "2028-01"


def test_off_a_terminal_nobody_is_asked(own_folder: Path) -> None:
    said = python("-m", "sim", "new", "mill.toml", "--floor", "4000", code=2, cwd=own_folder, env=surroundings()).stderr
    assert "--rent" in said
    assert "--floor" not in said
    assert "--yes" in said
    assert written(own_folder) == []


def test_with_its_input_closed_nobody_is_asked(own_folder: Path) -> None:
    done = python("-c", CLOSED, code=2, cwd=own_folder)
    assert done.stderr.endswith("not given and nobody to ask, allowed: these options, or --yes\n")
    assert written(own_folder) == []


@pytest.mark.parametrize(
    ("interrupt", "code", "said"),
    [(True, 130, "\ninterrupted\n"), (False, 2, "sim new: --name: not answered, allowed: this option, or --yes\n")],
)
def test_questions_that_are_not_answered_end_it(interrupt: bool, code: int, said: str, own_folder: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "sim", "new", "mill.toml"]
    with subprocess.Popen(
        command, stdin=theirs, stderr=subprocess.PIPE, text=True, cwd=own_folder, env=surroundings()
    ) as asking:
        assert asking.stderr is not None
        asking.stderr.read(len("Enter takes what is in brackets.\nName of the place"))
        if interrupt:
            asking.send_signal(signal.SIGINT)
        else:
            os.write(ours, b"\x04")
        rest = asking.stderr.read()
    os.close(ours)
    os.close(theirs)
    assert (asking.returncode, rest[-len(said) :]) == (code, said)
    assert written(own_folder) == []


def test_on_a_terminal_it_asks_what_no_option_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.commands.new.on_a_terminal", lambda: True)
    answers = ["Old dairy", "many", "8000", "", "", "", "", "", "grant"]
    found = CliRunner().invoke(cli.app, ["new", "dairy.toml", "--rent", "20"], input="\n".join(answers) + "\n")
    assert found.exit_code == 0, found.output
    assert '"many" is not allowed, allowed: from 1,000 m2 to' in found.stderr
    assert "dairy-grant.toml" in found.stdout
    assert "Floor" not in found.stdout  # questions are on stderr
    dairy = load("dairy.toml")
    assert (dairy.title, dairy.values["sites.dairy.floor"]) == ("Old dairy", 8000)
    assert dairy.values["sites.dairy.rent"] == pytest.approx(20 * 12 / 1e6)


def test_every_trial_is_another_world() -> None:
    call("new", "mill.toml", "--yes", "--try", ",".join(TRIALS))
    mill = load("mill.toml")
    for name in TRIALS:
        variant = load(f"mill-{name}.toml")
        assert len([key for key in mill.values if mill.values[key] != variant.values[key]]) == 1


@given(
    floor=st.floats(1000, 1e7), rent=st.floats(0, 500),
    firms=st.tuples(st.integers(0, 9000), st.integers(0, 3000), st.integers(0, 300), st.integers(0, 90)),
    stem=st.text("abc019 -_.é", min_size=1, max_size=50),
)  # fmt: skip
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
def test_whatever_is_answered_the_files_load(
    tmp_path_factory: pytest.TempPathFactory, floor: float, rent: float, firms: tuple[int, ...], stem: str
) -> None:
    if sum(firms) < 20:
        return
    texts = {"name": 'The "old" \\ mill', "floor": f"{floor:.2f}", "rent": f"{rent:.3f}", "grant": "1"}
    it = answered(texts | {"firms": " ".join(map(str, firms)), "try": ",".join(TRIALS)})
    folder = tmp_path_factory.mktemp("place")
    for made in files(folder / f"{stem}.toml", it):
        made.path.write_text(made.text, encoding="utf-8")
    for path in folder.glob("*.toml"):
        assert load(path).title.startswith('The "old" \\ mill')


def test_each_question_has_an_option_and_a_valid_default() -> None:
    said = call("new", "--help").stdout
    assert all(question.option in said for question in QUESTIONS)
    assert answered({}).name
