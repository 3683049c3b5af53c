"""Long runs: without growth or levers a world neither dies out nor runs away, and stays itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from worlds import nation, run, scenario

from sim.agents.model import EcosystemModel
from sim.model.state.enterprises import OPERATING
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

MONTHS = 300
SEEDS = (1, 2, 3)
BAND = (0.7, 1.5)  # of the start, for stock, shares and similarity

STILL = {"population__enterprises": 1500, "market__growth": 0.0, "run__spin_up": 0}


@pytest.fixture(scope="module")
def nations() -> list[EcosystemModel]:
    return [run(scenario("manufacturing", **STILL), MONTHS, rng=seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def places() -> list[EcosystemModel]:
    return [run(scenario("shougang-idle", **STILL), MONTHS, rng=seed) for seed in SEEDS]


def relative(models: list[EcosystemModel], outcome: str) -> Any:
    """An outcome relative to its first month, the middle one of the worlds in each month."""
    return np.median([np.array(model.record[outcome]) / model.record[outcome][0] for model in models], axis=0)


def assert_within(values: Any, band: tuple[float, float] = BAND) -> None:
    assert band[0] <= values.min(), values[::50]
    assert values.max() <= band[1], values[::50]


def test_the_stock_of_a_nation_stays_near_its_start(nations: list[EcosystemModel]) -> None:
    assert_within(relative(nations, "firms_operating"))


def test_the_stock_of_a_place_stays_near_its_start(places: list[EcosystemModel]) -> None:
    assert_within(relative(places, "firms_operating"))


@pytest.mark.parametrize("outcome", ["jobs", "revenue", "assets"])
def test_what_enterprises_do_stays_near_its_start(outcome: str, nations: list[EcosystemModel]) -> None:
    assert_within(relative(nations, outcome))


@pytest.mark.parametrize("outcome", ["big_asset_share", "big_revenue_share", "big_export_share"])
def test_shares_stay_near_their_start(outcome: str, nations: list[EcosystemModel]) -> None:
    assert_within(relative(nations, outcome))


@pytest.mark.parametrize("worlds", ["nations", "places"])
def test_similarity_keeps_its_spread(worlds: str, request: pytest.FixtureRequest) -> None:
    assert_within(relative(request.getfixturevalue(worlds), "knowledge_spread"))


def test_the_classes_stay(nations: list[EcosystemModel]) -> None:
    for outcome in ("firms_big", "firms_medium", "firms_small"):
        assert_within(relative(nations, outcome), (0.5, 2.0))


@pytest.mark.parametrize("worlds", ["nations", "places"])
def test_nothing_runs_away(worlds: str, request: pytest.FixtureRequest) -> None:
    for model in request.getfixturevalue(worlds):
        for name, values in model.record.items():
            assert math.isfinite(values[-1]) or math.isnan(values[-1]), name
        assert np.abs(model.world.books.accounts).max() < 2**52  # amounts on the grid still add exactly
        for column, values in model.enterprises.columns.items():
            assert np.isfinite(values).all(), column


# --- sectors that empty and sectors that open


def test_a_sector_that_empties_sells_no_fortune_to_the_first_who_comes_back() -> None:
    model = run(nation(mechanisms__industries__enabled=False), 3)
    table, sectors = model.enterprises, model.world.sectors
    emptied = np.flatnonzero(table.sector == 3)
    assert len(emptied) > 20
    table.sector[emptied] = 0
    model.run_for(3)
    back = emptied[table.status[emptied] == OPERATING][0]
    table.sector[back] = 3
    before = float(table.revenue[back])
    for _ in range(6):
        model.step()
        there = (table.sector == 3) & (table.status == OPERATING)
        assert float(table.revenue[back]) < 60.0 * before
        assert table.revenue[there].sum() < 1.5 * sectors.demand[3] / 12.0


@pytest.mark.parametrize(
    "settings",
    [
        nation(population__enterprises=600, mechanisms__industries__opening=0.05),
        scenario("haier", mechanisms__industries__opening=0.05),
        # Where nothing answers to entry, who weighs a move goes on moving.
        nation(population__enterprises=600, mechanisms__industries__opening=0.05, market__coupled=False,
               mechanisms__industries__weighing=False),
    ],
    ids=["coupled", "place", "uncoupled"],
)  # fmt: skip
def test_new_sectors_do_not_multiply_without_end(settings: Scenario) -> None:
    model = run(settings, 160)
    table, opened = model.enterprises, model.world.sectors.opened >= 0
    assert opened.any()
    assert table.lines[opened[table.sector]].sum() < 0.2 * table.lines.sum()


def test_a_lead_lasts_where_nobody_catches_up() -> None:
    """The control: what keeps shares near their start."""
    still = STILL | {"mechanisms__frontier__shock": 0.0}
    led = [run(scenario("manufacturing", **still, mechanisms__frontier__enabled=it), 120) for it in (False, True)]
    spread = [model.enterprises.quality[model.enterprises.status == OPERATING].std() for model in led]
    assert spread[0] > 1.5 * spread[1] > 0.0
