"""A mechanism of one's own in its own file: it goes through every door that a shipped one does."""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, TESTS, call, plain_python, python
from worlds import TOWN, different_outcomes, run, town

import sim
from sim.agents.model import EcosystemModel
from sim.catalogue import CatalogueError
from sim.model.catalogue import load, model_catalogue, version_of
from sim.runs.result import Result, open_result

MENTORING = TESTS / "mentoring.py"
DOCUMENT = ROOT / "docs" / "own-mechanism.md"
OUTCOME = "mentoring_meetings"
GAIN = "mechanisms.mentoring.gain"


def mentored(**overrides: Any) -> Any:
    given = {key.replace("__", "."): value for key, value in overrides.items()}
    return load(TOWN, given, mechanisms=[MENTORING])


@pytest.fixture(scope="module")
def model() -> EcosystemModel:
    return run(mentored(), 14, ledger=True)


def in_file(folder: Path, text: str, name: str = "other.py") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


# --- in a world


def test_it_does_what_it_says(model: EcosystemModel) -> None:
    table, met = model.enterprises, model.record[OUTCOME][-1]
    assert met > 0
    counted = model.recorder.months["total"][-1, model.settings.catalogue.counters[OUTCOME]]
    assert met == model.world.weight * counted
    assert 0 < table.mentored.sum() <= counted  # each has added one to its enterprise's column, and some have left
    young = table.mentored > 0
    assert (table.origin[young & table.alive] > 0).all()
    mean = float(table.mentored[table.status == 2].mean())
    assert model.record["mentored"][-1] == pytest.approx(mean, abs=1e-6)


def test_switched_off_the_world_is_the_one_without_it() -> None:
    without = run(town(), 6)
    off = run(mentored(mechanisms__mentoring__enabled=False), 6)
    assert not different_outcomes(without, off)


def test_its_column_is_an_attribute_of_agents(model: EcosystemModel) -> None:
    values = model.agents_by_type[type(model.agents[0])].get("mentored")
    assert isinstance(values[0], int)
    agent = model.agents[0]
    agent.mentored = 3
    assert agent.mentored == 3
    assert "mentored" in dir(agent)
    with pytest.raises(AttributeError, match="did you mean 'mentored'"):
        _ = agent.mentord


def test_plain_python_gives_the_same_bits() -> None:
    code = """
import json, sys
from worlds import run
from test_own_mechanism import mentored
model = run(mentored(population__enterprises=120), 4)
print(json.dumps({name: repr(values) for name, values in model.record.items()}))
"""
    here = run(mentored(population__enterprises=120), 4)
    there = plain_python(code)
    assert there == {name: repr(values) for name, values in here.record.items()}


# --- through every door


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Result:
    out = tmp_path_factory.mktemp("results")
    return sim.run(TOWN, 3, months=4, workers=1, out=out, figures=False, mechanisms=[MENTORING])


def digest(result: Result) -> str:
    return hashlib.sha256((result.path / "outcomes.parquet").read_bytes()).hexdigest()


@pytest.mark.parametrize("how", ["two workers", "a local cluster"])
def test_workers_give_the_same_bytes(how: str, stored: Result, tmp_path: Path) -> None:
    if how == "a local cluster":
        pytest.importorskip("distributed")
    with sim.api.make_workers(2, "local" if how == "a local cluster" else None) as pool:
        there = sim.run(TOWN, 3, months=4, workers=pool, out=tmp_path, figures=False, mechanisms=[MENTORING])
    assert digest(there) == digest(stored)
    assert there.path.name == stored.path.name


def test_a_stop_and_a_resume_give_the_same_bytes(stored: Result, tmp_path: Path) -> None:
    past = sim.run(
        TOWN, 3, months=4, until=2, checkpoint=True, workers=1, out=tmp_path, figures=False, mechanisms=[MENTORING]
    )
    whole = sim.branch(past, workers=1, out=tmp_path, figures=False, mechanisms=[MENTORING])
    assert digest(whole) == digest(stored)
    with pytest.raises(ValueError, match=r"was run with mentoring\.py \([0-9a-f]{16}\); give the same files: --with"):
        sim.branch(past, workers=1, out=tmp_path, figures=False)


def test_what_if_sweep_sensitivity_explain_and_trace_know_it(tmp_path: Path) -> None:
    how: dict[str, Any] = {"months": 3, "out": tmp_path, "mechanisms": [MENTORING]}
    many = how | {"workers": 1, "replicates": 2}
    off = "mechanisms.mentoring.enabled"
    compared = sim.what_if(TOWN, {GAIN: 0.05}, **many)
    assert [it.key for it in compared.variants[0].changed] == [GAIN]
    swept = sim.sweep(TOWN, {GAIN: [0.0, 0.04]}, outcomes=[OUTCOME], yes=True, **many)
    assert (swept.path / "manifest.json").is_file()
    found = sim.sensitivity(TOWN, [OUTCOME], keys=["mechanisms.mentoring.*"], samples=2, yes=True, **many)
    assert {row.key for row in found.outcomes[OUTCOME].parameters} == {
        f"mechanisms.mentoring.{name}" for name in ("yearly", "gain", "young")
    }
    control = in_file(tmp_path, f'extends = "{TOWN}"\n[mechanisms.mentoring]\nenabled = false\n', "control.toml")
    explained = sim.explain(control, TOWN, OUTCOME, **many)
    assert "mechanisms.mentoring" in [part.group for part in explained.parts]
    traced = sim.trace(control, TOWN, **how)
    assert traced.first is not None
    assert traced.first.mechanism == "mentoring"
    assert [it.key for it in traced.changed] == [off]


def test_the_command_line_names_its_keys_and_outcomes(tmp_path: Path) -> None:
    asked = ("--with", str(MENTORING))
    assert f"{GAIN} " in call("describe", str(TOWN), *asked).stdout
    schema = json.loads(call("schema", *asked).stdout)
    assert "mentoring" in schema["properties"]["mechanisms"]["properties"]
    done = call("run", str(TOWN), *asked, "--months", "2", "--replicates", "1", "--workers", "1", "--out", str(tmp_path),
                "--no-figures", "--all")  # fmt: skip
    assert OUTCOME in done.stdout
    page = call("document", *asked).stdout
    for name in ("mentored", OUTCOME, "`gain`", "meets"):
        assert name in page


# --- what a result says of it


def test_a_result_is_read_without_the_file(stored: Result, tmp_path: Path) -> None:
    copy = tmp_path / stored.path.name
    shutil.copytree(stored.path, copy)
    read = open_result(copy)
    assert read.scenario.catalogue.missing == (f"mentoring.py ({model_catalogue([MENTORING]).sources[0].digest})",)
    assert read.outcomes[OUTCOME].iloc[-1] > 0
    assert read.scenario.values[GAIN] == 0.02
    row = next(row for row in sim.scenario.describe(read.scenario) if row.key == GAIN)
    assert (row.meaning, row.kind, row.plausible) == ("mean gain in productivity", "assumption", (0.0, 0.05))
    written = sim.write_report(copy, out=tmp_path / "report.html")
    page = written.path.read_text(encoding="utf-8")
    assert "--with mentoring.py" in page
    assert "mentoring.py (" in page


def test_running_it_again_without_the_file_is_refused(stored: Result, tmp_path: Path) -> None:
    read = open_result(stored.path)
    with pytest.raises(CatalogueError, match=r"needs the mechanisms of mentoring\.py \([0-9a-f]{16}\).*--with FILE"):
        sim.run(read.scenario, 4, workers=1, out=tmp_path, figures=False)
    refused = call("run", str(stored.path / "scenario.toml"), "--out", str(tmp_path), code=2)
    assert re.search(r"was run with mentoring\.py \([0-9a-f]{16}\), allowed: --with FILE", refused.stderr)
    wrong = ("--set", "market.grwth=1", "--with", str(MENTORING))
    refused = call("run", str(stored.path / "scenario.toml"), *wrong, "--out", str(tmp_path), code=2)
    assert "market.grwth" in refused.stderr
    assert "was run with" not in refused.stderr


def test_each_byte_of_the_file_is_in_the_version(tmp_path: Path) -> None:
    other = in_file(tmp_path, MENTORING.read_text(encoding="utf-8") + "\n", "mentoring.py")
    versions = {version_of(model_catalogue(files)) for files in ([], [MENTORING], [other])}
    assert len(versions) == 3
    assert version_of(model_catalogue([MENTORING])) == version_of(model_catalogue([str(MENTORING)]))


ONE_MONTH = """
import sys
from worlds import TOWN, run
from sim.model.catalogue import load
run(load(TOWN, {}, mechanisms=[sys.argv[1]]), 1)
"""


def test_an_edited_file_runs_in_a_new_process(tmp_path: Path) -> None:
    """Machine code of the file as it was names a module that is no more."""
    text = MENTORING.read_text(encoding="utf-8")
    for edited in (text, text + f"# {tmp_path.name}\n", text + f"# {tmp_path.name} again\n"):
        file = in_file(tmp_path, edited, "mentoring.py")
        python("-c", ONE_MONTH, file)


# --- replaced parts


def test_a_mechanism_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    source = (ROOT / "sim/model/mechanisms/exports.py").read_text(encoding="utf-8")
    source = source.replace(", number=31", "")
    source, times = re.subn(
        r'Mechanism\(\s*"exports",\s*Rules,', 'Mechanism(\n    "trade", Rules, replaces="exports",', source
    )
    assert times == 1
    file = in_file(tmp_path, source, "trade.py")
    catalogue = model_catalogue([file])
    assert "mechanisms.exports" in catalogue.parameter_groups
    assert [f"{it.name}.{step.name}" for it, step in catalogue.steps] == list(catalogue.month)
    model = run(load(TOWN, {}, mechanisms=[file]), 3)
    assert model.record["exports"][-1] > 0
    short = in_file(tmp_path, MENTORING.read_text(encoding="utf-8").replace(
        '    "mentoring",\n    Rules,', '    "mentoring",\n    Rules,\n    replaces="exports",'), "short.py")  # fmt: skip
    with pytest.raises(CatalogueError) as refused:
        model_catalogue([short])
    for kind in ("parameters intercept", "columns export_taste", "outcomes exports", "steps export"):
        assert f"lacks its {kind}" in str(refused.value)


# --- what is refused


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("from typing import NamedTuple", "from typing import NamedTuple\nimport my_helper", r"other\.py:6: imports my_helper, allowed: sim and installed packages"),
        ("from typing import NamedTuple", "from typing import NamedTuple\nfrom . import x", r"other\.py:6: imports \., allowed"),
        ("MECHANISM = ", "OTHER = ", r"other\.py: declares no MECHANISM, allowed"),
        ("MECHANISM = ", "MECHANISM = (", r"other\.py:\d+: is not Python"),
        ("(MEETINGS,) = EVENTS", "(MEETINGS,) = EVENTS, 1", r"other\.py:48: ValueError"),
        ('after="absorption"', 'after="absorbtion"', r"the step 'meet' runs after 'absorbtion', allowed: .*letting\.pay"),
        ('Column("mentored"', 'Column("staff"', r"the column 'staff' is declared twice"),
        ('Outcome(\n            "mentored"', 'Outcome(\n            "jobs"', r"the outcome 'jobs' is declared twice"),
        ("    mentored: i2\n", "    mentord: i2\n", r"Writes: there is no column mentord, did you mean mentored\?"),
        ("    productivity: f8\n", "    productivity: i2\n", r"Writes: the column productivity holds float64, and not int16"),
        ('"meets", "gain")', '"meets", "gain", number=14)', r"has a number of its own, allowed: none"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = MENTORING.read_text(encoding="utf-8")
    assert old in text
    file = in_file(tmp_path, text.replace(old, new, 1))
    with pytest.raises(CatalogueError, match=message):
        model_catalogue([file])
    assert re.search(message, call("run", str(TOWN), "--with", str(file), code=2).stderr)


def test_a_mechanism_of_no_file_is_refused(tmp_path: Path) -> None:
    file = in_file(tmp_path, "from sim.declare import Mechanism\nloose = Mechanism('loose')\n", "passing.py")
    loose = runpy.run_path(str(file))["loose"]
    file.unlink()
    with pytest.raises(
        CatalogueError, match=r"loose: is declared in no file, allowed: a mechanism of a file of its own"
    ):
        model_catalogue([loose])
    with pytest.raises(CatalogueError, match=r"gone\.py: .*, allowed: a Python file"):
        model_catalogue(["gone.py"])


def test_a_scenario_cannot_name_code(tmp_path: Path) -> None:
    file = in_file(tmp_path, f'with = ["{MENTORING}"]\nmechanisms = ["{MENTORING}"]\n', "sly.toml")
    refused = call("run", str(file), code=2)
    assert "sly.toml:1: with: unknown key" in refused.stderr
    assert "sly.toml:2: mechanisms:" in refused.stderr


# --- the page that shows it


def test_the_page_shows_the_file_as_it_is() -> None:
    shown = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    assert shown[1] == MENTORING.read_text(encoding="utf-8")
