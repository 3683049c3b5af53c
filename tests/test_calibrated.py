"""What is shipped as fitted is what the calibrations gave, and posteriors lie beside them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pyarrow import parquet

import sim
from sim.facts import calibrated, checks
from sim.scenario.describing import describe

FOLDER = Path(__file__).parents[1] / "scenarios" / "calibration"
FITTED = sorted(FOLDER.glob("*.fitted.toml"))


def test_every_calibration_has_its_result() -> None:
    targets = {path.name.removesuffix(".targets.toml") for path in FOLDER.glob("*.targets.toml")}
    assert targets == {path.name.removesuffix(".fitted.toml") for path in FITTED}
    assert len(targets) == 5


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


def test_what_is_fitted_is_a_fact_that_is_checked() -> None:
    assert set(calibrated()) <= set(checks())
    assert 20 <= len(calibrated()) < len(checks()) - 20
