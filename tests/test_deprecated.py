"""Keys under their old names: read as the new ones, with a remark that names file, line and version."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.declare import DeprecatedKey
from sim.scenario import ScenarioError, deprecated
from sim.scenario.deprecated import Renamed


@pytest.fixture(autouse=True)
def _old_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deprecated.RENAMED, "labour.pay", Renamed("labour.wage", "2.0"))
    monkeypatch.setitem(deprecated.RENAMED, "sites.NAME.price", Renamed("sites.NAME.rent", "2.0"))


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(f'extends = "shougang"\n{text}')
    return path


def test_an_old_key_is_read_as_the_new_one_with_a_remark(tmp_path: Path) -> None:
    path = written(tmp_path, '[labour]\npay = 0.05\n[sites.shougang]\nprice = "20 yuan/m2/month"\n')
    with pytest.warns(DeprecatedKey) as told:
        scenario = sim.load(path)
    assert scenario.values["labour.wage"] == 0.05
    assert scenario.values["sites.shougang.rent"] == pytest.approx(0.00024)
    assert scenario.origins["labour.wage"].location == "mine.toml:3"
    assert [str(it.message) for it in told] == [
        "mine.toml:3: labour.pay is now labour.wage; sim 2.0 will not know the old name",
        "mine.toml:5: sites.shougang.price is now sites.shougang.rent; sim 2.0 will not know the old name",
    ]


def test_an_override_too() -> None:
    with pytest.warns(DeprecatedKey, match=r"labour\.pay is now labour\.wage"):
        assert sim.load("shougang", {"labour.pay": 0.05}).values["labour.wage"] == 0.05


def test_a_fault_of_the_value_is_on_the_line_of_the_old_key(tmp_path: Path) -> None:
    with pytest.warns(DeprecatedKey), pytest.raises(ScenarioError, match=r"mine\.toml:3: labour\.wage"):
        sim.load(written(tmp_path, "[labour]\npay = -1.0\n"))


def test_both_names_are_refused(tmp_path: Path) -> None:
    with pytest.warns(DeprecatedKey), pytest.raises(ScenarioError, match=r"old name of labour\.wage, which"):
        sim.load(written(tmp_path, "[labour]\nwage = 0.05\npay = 0.06\n"))
