"""Remarks on standard error where silence would mislead."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import call, call_json

from sim.commands.common import say_of
from sim.model.catalogue import load
from sim.runs.result import open_result
from sim.studies.remarks import remarks

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

SITE = """
extends = "place"
[run]
start = "2022-01"
months = 24
[population]
enterprises = 60
largest_staff = 40000.0
line_staff = 6.0
[market]
input_share = 0.75
[sites.mill]
floor = 5000.0
vacated = "2022-01"
opens = "2022-06"
budget = 1.0
released_staff = 0.0
equipment_hours = 0.0
[sources]
"population.enterprises" = "evidence: a register"
"sites.mill.floor" = "evidence: a survey"
"sites.mill.budget" = "assumption: the owner says so"
"sites.mill.released_staff" = "assumption: none"
"sites.mill.equipment_hours" = "assumption: none"
"""


@pytest.fixture(autouse=True)
def mill(own_folder: Path) -> None:
    (own_folder / "mill.toml").write_text(SITE, encoding="utf-8")


WAGE = "labour.wage 200,000 yuan/year (from 40,000 to 80,000 yuan/year)"
CASES = [
    ({}, []),
    (
        {"labour.wage": 0.2, "market.payout": 0.9},
        [f"outside the plausible range: market.payout 90%/month (from 2 to 30%/month), {WAGE}"],
    ),
    (
        {"sites.mill.floor": 6_000.0},
        ["outside the plausible range: sites.mill.floor 6000 m2 (from 500,000 to 2,000,000 m2)"],
    ),
    ({"sites.mill.opens": "2024-01"}, ["sites.mill never opens in the run, which ends in 2023-12"]),
    ({"sites.mill.opens": ""}, ["sites.mill never opens in the run, which ends in 2023-12"]),
    ({"mechanisms.letting.enabled": False}, ["sites.mill is never let: mechanisms.letting is off"]),
    ({"sites.mill.renovation": False}, []),  # a control says so
    ({"levers.tax_relief": {"2030-01": 0.2}}, ["levers.tax_relief never acts in the run, which ends in 2023-12"]),
    ({"levers.tax_relief": {"2023-01": 0.2}}, []),
    (
        {"levers.rent_subsidy": 0.0001, "sites.mill.renovation": False},
        ["levers.rent_subsidy never acts: no site is let in the run"],
    ),
    ({"levers.platform_support": 0.5}, ["levers.platform_support never acts: no platform is open in the run"]),
    (
        {"run.months": 60},
        ["the last dated tax rule is of 2023-01 and holds to the end of the run in 2026-12"],
    ),
]


@pytest.mark.parametrize(("given", "wanted"), CASES)
def test_a_scenario_is_remarked_on(given: dict[str, object], wanted: list[str]) -> None:
    assert remarks(load("mill.toml", given)) == wanted


def test_values_that_nobody_set_are_counted_in_a_short_line() -> None:
    short = "4 shipped values lie outside their plausible range: sim describe"
    assert remarks(load("shougang")) == [f"{short} shougang --outside"]
    assert remarks(load("shougang-idle"))[0] == f"{short} shougang-idle --outside"
    own, shipped, *_ = remarks(load("shougang", {"labour.wage": 0.2}))
    assert (own, shipped) == (f"outside the plausible range: {WAGE}", f"{short} shougang --outside")
    one = remarks(load("shougang", {"population.largest_staff": 10_000.0}))
    assert one[0].startswith("outside the plausible range: population.largest_staff 10,000 people (from")
    assert one[1].startswith("3 shipped values lie")
    Path("haier.toml").write_text('extends = "shougang"\n[labour]\nwage = 0.2\n', encoding="utf-8")
    assert remarks(load("./haier.toml"))[0] == f"outside the plausible range: {WAGE}", "a file of one's own"


def test_what_is_counted_is_described() -> None:
    found = call_json("describe", "shougang", "--outside")["parameters"]
    assert len(found) == 4
    assert all(not it["plausible"][0] <= it["value"] <= it["plausible"][1] for it in found)
    said = call("describe", "shougang", "--outside").stdout
    assert [line.split()[0] for line in said.splitlines() if line and line[0] != " " and "." in line.split()[0]] == [
        it["key"] for it in found
    ]
    assert call("describe", "shougang", "rent", "--outside").stdout == "no value lies outside of its plausible range\n"
    assert "no parameter of shougang has nosuch" in call("describe", "shougang", "nosuch", "--outside", code=2).stderr


def test_a_stored_scenario_still_knows_what_was_shipped() -> None:
    few = ("--months", "1", "--replicates", "1", "--workers", "1", "--no-figures", "--set", "labour.wage=0.2")
    call("run", "shougang", *few)
    (folder,) = Path("results").glob("shougang-*")
    said = remarks(open_result(folder).scenario)
    assert WAGE in said[0]
    assert "population.largest_staff" not in said[0]
    assert said[1].startswith("3 shipped values lie outside their plausible range: sim describe ")


PLATFORM = "[platforms.own]\nopens = '2011-03'\n"
HALL = "[sites.hall]\nvacated = '2011-01'\nopens = '2012-01'\n"


@pytest.mark.parametrize(("group", "name", "own"), [("sites", "shougang", HALL), ("platforms", "haier", PLATFORM)])
def test_a_child_that_adds_its_own_is_told_of_its_parents(group: str, name: str, own: str) -> None:
    def said(text: str) -> list[str]:
        Path("child.toml").write_text(f'extends = "{name}"\n{text}', encoding="utf-8")
        return [it for it in remarks(load("child.toml")) if "is inherited" in it]

    sums = f"{group}.{name} is inherited from {name}.toml; outcomes of {group} are sums"
    assert said(own) == [f"{sums}; {name} = false under [{group}] leaves it out"]
    assert said(f"[{group}]\n{name} = false\n{own}") == [], "the advice is followed"
    assert said("") == [], "nothing is added"
    assert said(f"[{group}.{name}]\nopens = '2013-01'\n{own}") == [], "the file speaks of it"


def test_remarks_wrap_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    remark = f"outside the plausible range: {WAGE}, {WAGE}"
    text = f"mill: {remark}"
    say_of("mill", remark)
    assert capsys.readouterr().err == f"{text}\n"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    say_of("mill", remark)
    lines = capsys.readouterr().err.splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(line.strip() for line in lines) == text


def test_an_inherited_value_is_said_with_the_file_that_sets_it() -> None:
    Path("child.toml").write_text('extends = "mill.toml"\n[labour]\nwage = 0.2\n', encoding="utf-8")
    Path("grandchild.toml").write_text('extends = "child.toml"\n', encoding="utf-8")
    assert remarks(load("child.toml")) == [f"outside the plausible range: {WAGE}"]
    assert remarks(load("grandchild.toml")) == [f"outside the plausible range: {WAGE[:-1]}; set in child.toml)"]


def test_a_child_is_held_to_its_parents_figures() -> None:
    Path("child.toml").write_text('extends = "shougang"\n[figures]\nsite_jobs = false\n', encoding="utf-8")
    assert any(
        "is held to the figures of shougang.toml: site_enterprises, site_taxes;" in it
        for it in remarks(load("child.toml"))
    )


def test_more_values_than_four_are_counted() -> None:
    given = {f"mechanisms.letting.{key}": 0.9 for key in ("attachment", "moving_cost", "consider")}
    (said,) = remarks(load("mill.toml", given | {"labour.wage": 0.2, "market.payout": 0.9}))
    assert said.endswith("and 1 more (sim describe)")


def test_commands_say_it_on_stderr() -> None:
    few = ("--months", "3", "--workers", "1")
    ran = call("run", "mill.toml", "--set", "labour.wage=0.2", "--no-figures", "--replicates", "1", *few)
    assert ran.stderr.count("mill: outside the plausible range: labour.wage") == 1
    assert "plausible" not in ran.stdout
    late = "levers.tax_relief={'2030-01'=0.2}"
    more = ("--set", late, "--name", "late", "--replicates", "2", "--given", "labour.wage=0.2", *few)
    compared = call("what-if", "mill.toml", *more)
    assert compared.stderr.count("labour.wage 200,000 yuan/year") == 1  # of both, said once
    assert "late: levers.tax_relief never acts in the run, which ends in 2022-03" in compared.stderr
    appraised = call("appraise", "mill.toml", *more)
    assert "late: levers.tax_relief never acts in the run, which ends in 2022-03" in appraised.stderr


def test_outcomes_without_a_value_are_named() -> None:
    text = SITE.replace("[run]", 'headline = ["jobs", "site_occupancy"]\n[run]', 1)
    Path("mill.toml").write_text(text, encoding="utf-8")
    ran = call("run", "mill.toml", "--months", "3", "--no-figures", "--replicates", "1", "--workers", "1")
    assert "mill: site_occupancy: no value in this run" in ran.stderr
