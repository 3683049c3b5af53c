"""A register of firms: read from a file, kept in a scenario, and the opening population of its worlds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from command import ROOT, call
from worlds import run

from sim.agents.model import EcosystemModel
from sim.model.catalogue import load
from sim.places.register import read
from sim.scenario import ScenarioError
from sim.scenario.register import parse

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

MILLBROOK = ROOT / "scenarios" / "registers" / "millbrook.csv"
FEW = [f"{staff},{staff * 200_000},{staff * 100_000},trade,{1990 + staff % 30}" for staff in range(1, 40)]


pytestmark = pytest.mark.usefixtures("own_folder")


def register(lines: list[str], header: str = "staff,revenue,assets,sector,founded", name: str = "firms.csv") -> str:
    Path(name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return name


def faults(path: str, columns: str = "") -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(path, columns)
    return [str(fault) for fault in caught.value.faults]


def test_the_sample_town_is_read() -> None:
    town = read(str(MILLBROOK))
    assert len(town.rows) == sum(town.counts()) == 600
    assert any(math.isnan(row.revenue) for row in town.rows)
    assert any(not row.founded for row in town.rows)
    assert town.sectors()[0] == "retail"


def test_worlds_open_with_the_firms_of_the_file() -> None:
    call("new", "mill.toml", "--yes", "--firms", register(FEW), "--try", "none")
    mill = load("mill.toml")
    model = EcosystemModel(mill, rng=1)
    table = model.enterprises
    rows = np.flatnonzero(table.alive)
    staff = table.staff[rows]
    assert sorted(staff.tolist()) == list(range(1, 40))
    assert table.revenue_12[rows] == pytest.approx(staff * 0.2)
    assert table.assets[rows] == pytest.approx(staff * 0.1, rel=1e-5)
    founded = mill.month_of("1990-07") + 12 * (staff % 30)
    assert table.born[rows].tolist() == founded.tolist()
    assert len(set(table.sector[rows].tolist())) == 1
    run(mill, 12, ledger=True)  # the books balance


def test_what_the_file_does_not_say_is_drawn() -> None:
    path = register([str(staff) for staff in range(1, 40)], "staff")
    call("new", "mill.toml", "--yes", "--firms", path, "--try", "none")
    one, other = (EcosystemModel(load("mill.toml"), rng=rng).enterprises for rng in (1, 2))
    assert sorted(one.staff.tolist()) == sorted(other.staff.tolist()) == list(range(1, 40))
    assert len(set(one.sector.tolist())) > 1
    assert one.revenue_12.tolist() != other.revenue_12.tolist()
    assert load("mill.toml").values["population.worker_revenue"] == 0.25


def test_provenance_names_the_file_and_its_digest() -> None:
    path = register(FEW)
    call("new", "mill.toml", "--yes", "--firms", path)
    found = load("mill.toml").sources["mechanisms.population.register"]
    assert found.kind == "evidence"
    assert found.text == f"your file firms.csv, 39 firms, SHA-256 {read(path).digest}"
    said = call("describe", "mill.toml").stdout
    assert "40 lines" in said
    assert "your file firms.csv" in said


def test_other_firms_are_another_world() -> None:
    call("new", "mill.toml", "--yes", "--firms", register(FEW))
    call("new", "other.toml", "--yes", "--firms", register(["41,,,,", *FEW[1:]], name="other.csv"))
    assert load("mill.toml").digest() != load("other.toml").digest()
    again = Path("again.toml")
    again.write_text(load("mill.toml").to_toml(), encoding="utf-8")
    assert load(again).digest() == load("mill.toml").digest()


def test_columns_by_name_units_and_other_separators() -> None:
    header = "Company;Headcount;Sales (million yuan);Total assets (wan yuan);Established"
    lines = [f"Firm {n};1,{n:03};{n}.5;100;1998-05-17" for n in range(30)]
    found = read(register(lines, header)).rows
    assert found[7] == (1007, 7.5, 1.0, "", "1998-05")
    other = read(register(["Müller,3,x,9"] * 30, "firm,n,k,turnover"), "staff=n,sector=k").rows[0]
    assert (other.staff, other.sector, other.revenue) == (3, "x", pytest.approx(9e-6))


def test_a_decimal_comma_is_named_with_what_would_be_right() -> None:
    lines = ["3;12,5;0,5 million yuan", "4;1.234,56;1,5", "5,5;1;2", "6;1,234;2", "7;-1,5;2", *["9;1.5;2"] * 20]
    found = faults(register(lines, "staff;Sales (wan yuan);assets"), "revenue=Sales (wan yuan)")
    assert found == [
        'firms.csv:2: Sales (wan yuan): "12,5" has a decimal comma, allowed: a decimal point, as in 12.5',
        'firms.csv:2: assets: "0,5 million yuan" has a decimal comma, allowed: a decimal point, as in 0.5 million yuan',
        'firms.csv:3: Sales (wan yuan): "1.234,56" has a decimal comma, allowed: a decimal point, as in 1234.56',
        'firms.csv:3: assets: "1,5" has a decimal comma, allowed: a decimal point, as in 1.5',
        'firms.csv:4: staff: "5,5" has a decimal comma, allowed: a whole number from 1 to 1,000,000',
        'firms.csv:6: Sales (wan yuan): "-1,5" is not allowed, allowed: an amount above 0 in wan yuan, or nothing',
    ]


def test_a_decimal_comma_between_commas_makes_a_cell_too_many() -> None:
    found = faults(register(["3,12,5,100", *["9,1.5,2"] * 20], "staff,revenue,assets"))
    assert found == ["firms.csv:2: row: has 4 cells, allowed: 3, with a decimal point in numbers"]


def test_every_wrong_row_is_named_with_its_line() -> None:
    lines = [*FEW, ",5,,,", "two,,,,", "3,-5,0,x,soon", "0,,,,1999-13", "", "4,much,,,"]
    found = faults(register(lines))
    date = "a year or a date such as 1998 or 1998-05-17, or nothing"
    assert found == [
        "firms.csv:41: staff: is missing, allowed: a whole number from 1 to 1,000,000",
        'firms.csv:42: staff: "two" is not allowed, allowed: a whole number from 1 to 1,000,000',
        'firms.csv:43: revenue: "-5" is not allowed, allowed: an amount above 0 in yuan, or nothing',
        'firms.csv:43: assets: "0" is not allowed, allowed: an amount above 0 in yuan, or nothing',
        f'firms.csv:43: founded: "soon" is not allowed, allowed: {date}',
        'firms.csv:44: staff: "0" is not allowed, allowed: a whole number from 1 to 1,000,000',
        f'firms.csv:44: founded: "1999-13" is not allowed, allowed: {date}',
        'firms.csv:46: revenue: "much" is not allowed, allowed: an amount above 0 in yuan, or nothing',
    ]
    said = call("new", "mill.toml", "--yes", "--firms", "firms.csv", "--floor", "x", code=2).stderr
    assert len(said.splitlines()) == len(found) + 1
    assert not list(Path().glob("mill*"))


def test_a_file_of_another_system_or_of_rubbish_is_read_or_refused() -> None:
    """Lines that end as on an old Macintosh; a quote that never ends; a column of a thousand brackets."""
    text = "\r".join(["staff,revenue,assets,sector,founded", *FEW])
    Path("mac.csv").write_bytes(text.encode())
    assert len(read("mac.csv").rows) == len(FEW)
    Path("quote.csv").write_text("staff\n" + '"' + "1\n" * 200_000)
    said = "cannot be read (field larger than field limit (131072)), allowed: a CSV file"
    assert faults("quote.csv") == [f"quote.csv:65538: file: {said}"]
    register(FEW, "staff,revenue,assets,sector,founded" + "[" * 20_000, "brackets.csv")
    assert len(read("brackets.csv").rows) == len(FEW)


def test_files_that_are_no_register() -> None:
    assert faults("none.csv") == ["none.csv: file: No such file or directory, allowed: a CSV file"]
    assert "--columns staff=NAME" in faults(register(FEW, "a,b,c,d,e"))[0]
    assert faults(register(FEW), "staff=size,size=staff")[0].startswith(
        'sim new: --columns: "staff=size" names no column'
    )
    assert "has 3 firms, allowed: from 20" in faults(register(FEW[:3]))[0]
    Path("firms.csv").write_bytes(b"staff\n\xff\xfe")
    assert "is not UTF-8" in faults("firms.csv")[0]
    assert faults(register(["x,,,,"] * 80))[50].endswith("has 30 more faults, allowed: none")


def test_firms_founded_later_are_there_from_the_start() -> None:
    path = register([*FEW, "5,,,,2026-03"])
    call("new", "mill.toml", "--yes", "--firms", path, "--vacated", "2025-01")
    firms = parse(str(load("mill.toml").values["mechanisms.population.register"]), 6, "2025-01")
    assert max(firm.founded for firm in firms) == 12 * 2024 + 11


WRONG = [
    ("staff,revenue\n3,4", "line 1 is no header, allowed: staff,revenue,assets,sector,founded"),
    ("staff,revenue,assets,sector,founded\n3,,,", "line 2 is no firm"),
    ("staff,revenue,assets,sector,founded\n3,,,9,", "line 2 has sector 9, allowed: from 0 to 5"),
    ("staff,revenue,assets,sector,founded\n3,,,,2031-01", "line 2 is founded in the run, allowed: before it"),
    ("staff,revenue,assets,sector,founded\n0,,,,", "line 2 has 0 staff"),
    ("staff,revenue,assets,sector,founded\n1,inf,,,", "line 2 has no positive revenue or assets"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_wrong_register_in_a_scenario_is_refused(text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load("place", {"mechanisms.population.register": text})
    assert said in str(caught.value)


def test_the_number_of_firms_is_that_of_the_register() -> None:
    text = "staff,revenue,assets,sector,founded\n" + "3,,,,\n" * 30
    with pytest.raises(ScenarioError, match="is not the number of firms in the register, allowed: 30"):
        load("place", {"mechanisms.population.register": text})
    given = {"mechanisms.population.register": text, "population.enterprises": 30}
    assert EcosystemModel(load("place", given), rng=1).enterprises.staff[:30].tolist() == [3] * 30
