"""What is shipped as fitted is what the calibrations gave, and posteriors lie beside them."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from command import script
from pyarrow import parquet

import sim
from sim.evidence.facts import calibrated, checks
from sim.model.catalogue import load, model_catalogue
from sim.runs.posterior_sample import read_sample
from sim.scenario.describing import describe
from sim.studies.questions.rotation import kept_rotations

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

FOLDER = Path(__file__).parents[1] / "scenarios" / "calibration"
FITTED = sorted(FOLDER.glob("*.fitted.toml"))


def test_every_calibration_has_its_result() -> None:
    targets = {path.name.removesuffix(".targets.toml") for path in FOLDER.glob("*.targets.toml")}
    assert targets == {path.name.removesuffix(".fitted.toml") for path in FITTED}
    assert len(targets) == 4


@pytest.mark.parametrize("path", FITTED, ids=lambda path: path.name)
def test_the_shipped_values_are_the_fitted_ones(path: Path) -> None:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    fitted, base = sim.load(path), sim.load(document["extends"])
    moved = tomllib.loads(path.with_name(path.name.replace("fitted", "targets")).read_text(encoding="utf-8"))["keys"]
    assert {key: base.values[key] for key in moved} == {key: fitted.values[key] for key in moved}
    assert {row.kind for row in describe(base) if row.key in moved} == {"fitted"}


@pytest.mark.parametrize("path", FITTED, ids=lambda path: path.name)
def test_a_posterior_is_beside_it(path: Path) -> None:
    moved = tomllib.loads(path.with_name(path.name.replace("fitted", "targets")).read_text(encoding="utf-8"))["keys"]
    table = parquet.read_table(path.with_name(path.name.replace("fitted.toml", "posterior.parquet")))
    assert set(moved) <= set(table.column_names)
    assert table.num_rows > 30


def test_the_kept_rotations_are_of_these_targets() -> None:
    kept = kept_rotations(model_catalogue().outcomes)
    assert {it.name for it in kept} == {"manufacturing", "economy", "shougang"}
    assert not [f"{it.name}: {it.stale}" for it in kept if it.stale]
    assert all(len(it.groups) > 1 for it in kept)


def test_what_is_fitted_is_a_fact_that_is_checked() -> None:
    assert set(calibrated()) <= set(checks(model_catalogue()))
    assert 20 <= len(calibrated()) < len(checks(model_catalogue())) - 20


def test_shipping_a_fitted_value_changes_that_number_and_nothing_else(tmp_path: Path) -> None:
    root = FOLDER.parents[1]
    tool = script(FOLDER / "ship.py")
    parts = ("scenarios", "sim/parameters", "sim/model")
    for part in parts:
        shutil.copytree(root / part, tmp_path / part)
    files = [path for part in parts for path in (root / part).rglob("*.*")]
    kept = {path.relative_to(root): path.read_bytes() for path in files if path.suffix in {".toml", ".py"}}
    for path in FITTED:
        tool.ship(path, tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept
    moved = tmp_path / "moved.fitted.toml"
    moved.write_text(
        'extends = "shougang"\n[population]\nstaff_median = 9.5\n[mechanisms.demand]\nramp = 0.1\n', "utf-8"
    )
    tool.ship(moved, tmp_path)
    changed = {name for name in kept if (tmp_path / name).read_bytes() != kept[name]}
    assert changed == {Path("scenarios/shougang.toml"), Path("sim/model/mechanisms/demand.py")}
    assert "staff_median = 9.5\n" in (tmp_path / "scenarios/shougang.toml").read_text("utf-8")
    nowhere = tmp_path / "nowhere.fitted.toml"
    nowhere.write_text('extends = "shougang"\n[population]\nno_such = 1.0\n', "utf-8")
    with pytest.raises(SystemExit, match=r"population\.no_such is set nowhere"):
        tool.ship(nowhere, tmp_path)


# An area of one's own is fitted to nothing.
FITTED_ONES = [path for path in sorted(FOLDER.parent.glob("*.toml")) if path.stem != "place"]


@pytest.mark.parametrize("path", FITTED_ONES, ids=lambda path: path.stem)
def test_what_extends_a_calibrated_scenario_draws_its_parameters(path: Path) -> None:
    """By name and by file: a child draws what its parent does, unless it sets a value of its own."""
    by_name, by_file = load(path.stem), load(path)
    drawn = read_sample("posterior", by_name).moved(by_name)
    assert drawn
    assert read_sample("posterior", by_file).moved(by_file) == drawn
    parent = tomllib.loads(path.read_text()).get("extends", "").removesuffix(".toml")
    if parent in ("shougang", "haier"):
        assert set(drawn) <= set(read_sample("posterior", load(parent)).moved(load(parent)))
