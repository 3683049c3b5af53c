"""The starting population: counts and shares near their targets, and much the same in every world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from worlds import nation, scenario

from sim.agents.model import EcosystemModel
from sim.evidence.evidence import fact
from sim.kernel.statistics import hill_exponent
from sim.model.mechanisms import population as founding
from sim.model.state.accounts import TICKS, UNEMPLOYED
from sim.model.state.enterprises import BIG, CLASSES, INCUMBENT, MEDIUM, OPERATING, SMALL, classify
from sim.model.state.sectors import MAX_SECTORS
from sim.parameters import numbers

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

SEEDS = range(1, 13)

# Above-size industry in 2015: 9,633 big, 54,070 medium and 319,445 small enterprises, 97.75 million staff.
COUNTS_2015 = {SMALL: 319_445, MEDIUM: 54_070, BIG: 9_633}
STAFF_2015 = 97.75e6
BIG_ASSETS = 0.447  # the article's share


@pytest.fixture(scope="module")
def worlds() -> list[EcosystemModel]:
    return [EcosystemModel(scenario("manufacturing", run__spin_up=0), rng=seed) for seed in SEEDS]


def class_shares(model: EcosystemModel) -> Any:
    return np.bincount(model.enterprises.size_class, minlength=len(CLASSES)) / len(model.enterprises)


def big_share(model: EcosystemModel, column: str) -> float:
    """Big enterprises' part of a column over the survey population."""
    table = model.enterprises
    survey = table.revenue_12 >= model.settings.group("population").survey_revenue
    values = getattr(table, column)
    return float(values[survey & (table.size_class == BIG)].sum() / values[survey].sum())


def test_classes_are_as_many_as_in_2015() -> None:
    """By the end of 2015, to which they are fitted; at the opening they are near it."""
    models = [EcosystemModel("manufacturing", rng=seed) for seed in range(1, 6)]
    small = COUNTS_2015[SMALL] / sum(COUNTS_2015.values())
    assert class_shares(models[0])[SMALL] == pytest.approx(small, abs=0.03)
    for model in models:
        model.run_for(36)
    for name, size_class in (("firms_big", BIG), ("firms_medium", MEDIUM)):
        mean = np.mean([model.record[name][-1] for model in models])
        assert mean == pytest.approx(COUNTS_2015[size_class], rel=0.1)


def test_mean_staff_is_near_that_of_2015(worlds: list[EcosystemModel]) -> None:
    target = STAFF_2015 / sum(COUNTS_2015.values())
    for model in worlds:
        assert float(model.enterprises.staff.mean()) == pytest.approx(target, rel=0.15)


def test_big_enterprises_hold_their_share_of_assets(worlds: list[EcosystemModel]) -> None:
    shares = [big_share(model, "assets") for model in worlds]
    assert np.mean(shares) == pytest.approx(BIG_ASSETS, abs=0.03)
    assert np.quantile(shares, 0.05) < BIG_ASSETS < np.quantile(shares, 0.95)


def test_worlds_differ_little_in_their_shares(worlds: list[EcosystemModel]) -> None:
    for size_class in COUNTS_2015:
        assert np.ptp([class_shares(model)[size_class] for model in worlds]) < 0.002
    assert np.ptp([model.enterprises.staff.mean() for model in worlds]) < 0.01 * STAFF_2015 / 383_148
    assert np.std([big_share(model, "assets") for model in worlds]) < 0.03
    assert np.std([big_share(model, "revenue_12") for model in worlds]) < 0.03


def at_random(seed: int, number: int, lo: int, hi: int) -> Any:
    return np.random.default_rng(seed).uniform(2.0**-33, 1.0 - 2.0**-33, (number, 16))[lo:hi]


def spread_of(column: str, points: Callable[..., Any] | None, monkeypatch: pytest.MonkeyPatch) -> float:
    with monkeypatch.context() as patch:
        if points:  # no setting gives points without strata
            patch.setattr(founding, "lattice", points)
        models = [EcosystemModel(nation(population__enterprises=1000), rng=seed) for seed in range(40)]
    return float(np.std([big_share(model, column) for model in models]))


@pytest.mark.parametrize("column", ["staff", "assets", "revenue_12"])
def test_strata_make_worlds_more_alike_than_chance(column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same quantiles at points without strata."""
    assert spread_of(column, None, monkeypatch) < 0.8 * spread_of(column, at_random, monkeypatch)


def test_points_are_even_on_every_axis() -> None:
    points = founding.lattice(3, 5000, 0, 5000)
    assert points.min() > 0.0
    assert points.max() < 1.0
    for axis in range(points.shape[1]):
        counts = np.bincount((points[:, axis] * 50).astype(int), minlength=50)
        assert counts.min() > 80, axis
        assert counts.max() < 120, axis
    traits = np.corrcoef(points.T) - np.eye(points.shape[1])
    assert np.abs(traits).max() < 0.1, np.unravel_index(np.abs(traits).argmax(), traits.shape)
    assert not np.array_equal(points, founding.lattice(4, 5000, 0, 5000))
    assert np.array_equal(points[700:900], founding.lattice(3, 5000, 700, 900))


ROWS = {"manufacturing": "industry", "shougang": "industry", "economy": "accommodation_and_catering"}


@pytest.mark.parametrize(
    ("name", "staff", "revenue", "expected"),
    [
        ("manufacturing", 1000, 400.0, BIG), ("manufacturing", 999, 400.0, MEDIUM),
        ("manufacturing", 1000, 399.99, MEDIUM), ("manufacturing", 50_000, 19.0, SMALL),
        ("manufacturing", 300, 20.0, MEDIUM), ("manufacturing", 299, 400.0, SMALL),
        ("manufacturing", 300, 19.99, SMALL), ("manufacturing", 20, 3.0, SMALL), ("manufacturing", 0, 0.0, SMALL),
        ("manufacturing", 5000, 9000.0, BIG),
        ("economy", 300, 100.0, BIG), ("economy", 299, 100.0, MEDIUM), ("economy", 300, 99.99, MEDIUM),
        ("economy", 100, 20.0, MEDIUM), ("economy", 99, 400.0, SMALL), ("economy", 1000, 19.99, SMALL),
    ],
)  # fmt: skip
def test_classes_follow_the_scenario_s_standard(name: str, staff: int, revenue: float, expected: int) -> None:
    """Big or medium from two floors on; below either, the next class."""
    assert classify(staff, revenue, numbers(scenario(name).group("population"))) == expected


@pytest.mark.parametrize("name", ROWS)
def test_floors_are_those_of_the_standard_of_2011(name: str) -> None:
    population = scenario(name).group("population")
    for what in ("staff", "revenue"):
        for floor, size in (("big", "big"), ("medium", "medium"), ("micro", "small")):
            said = fact(f"size_standard_2011.{ROWS[name]}.{size}.{what}_min").value
            assert getattr(population, f"{floor}_{what}") == said
            assert said > 0


def test_the_review_goes_by_the_scenario_s_standard() -> None:
    """A year on, by floors of its own, by which more are big than by the industry's."""
    own = nation(population__big_staff=200, population__big_revenue=40.0, population__medium_staff=100)
    model = EcosystemModel(own, rng=3)
    model.run_for(12)
    table = model.enterprises
    big = table.alive & (table.staff >= 200) & (table.revenue_12 >= 40.0)
    assert (big == (table.alive & (table.size_class == BIG))).all()
    assert model.record["firms_big"][-1] == big.sum() * model.world.weight
    assert big.sum() > (table.alive & (table.staff >= 1000)).sum()


def test_sizes_join_a_lognormal_body_to_a_truncated_pareto_tail() -> None:
    population = nation().group("population")
    quantiles = (np.arange(20_000) + 0.5) / 20_000
    staff = np.array([founding.staff_quantile(u, population) for u in quantiles])
    assert np.all(np.diff(staff) >= 0.0)
    assert staff.max() <= population.largest_staff
    assert np.median(staff) == pytest.approx(population.staff_median, rel=0.01)
    untruncated = staff[(staff > population.tail_from) & (staff < 0.1 * population.largest_staff)]
    log_density, log_staff = np.histogram(np.log(untruncated), bins=10, density=True)
    slope = np.polyfit(log_staff[:-1], np.log(log_density), 1)[0]
    assert slope == pytest.approx(-population.tail_exponent, rel=0.08)
    assert hill_exponent(staff, top=0.05) == pytest.approx(population.tail_exponent, rel=0.15)


def test_columns_are_whole_and_in_bounds(worlds: list[EcosystemModel]) -> None:
    table, population = worlds[0].enterprises, worlds[0].settings.group("population")
    for name, values in table.columns.items():
        assert np.isfinite(values[: table.size]).all(), name
    assert (table.status == OPERATING).all()
    assert (table.origin == INCUMBENT).all()
    assert (table.born < 0).all()
    assert (table.talent <= table.staff).all()
    for name in ("staff", "assets", "productivity", "quality", "appeal", "line_size", "lines", "worker_revenue"):
        assert (getattr(table, name) > 0).all(), name
    for axis in range(3):
        knowledge = getattr(table, f"knowledge_{axis}")
        assert knowledge.min() >= 0.0
        assert knowledge.max() <= 1.5
        assert knowledge.std() > 0.5 * population.knowledge_spread
    assert table.cash.sum() == pytest.approx(population.cash_months * table.revenue_12.sum() / 12.0, rel=1e-6)
    assert table.revenue_12 == pytest.approx(12.0 * table.revenue)
    assert table.line_size * table.lines == pytest.approx(table.appeal)
    assert len(set(table.identity.tolist())) == len(table)


def test_sectors_open_with_what_their_enterprises_sell(worlds: list[EcosystemModel]) -> None:
    world, table = worlds[0].world, worlds[0].enterprises
    sectors = world.settings.group("population").sectors
    assert world.sectors.open.sum() == sectors
    for sector in range(MAX_SECTORS):
        revenue = table.revenue_12[table.sector == sector].sum()
        assert world.sectors.opening_demand[sector] == pytest.approx(revenue, abs=len(table) / TICKS)
    counts = np.bincount(table.sector, minlength=sectors)
    assert counts.min() > 0.9 * len(table) / sectors
    assert len(counts) == sectors


def test_residents_are_staff_and_those_without_work(worlds: list[EcosystemModel]) -> None:
    books, table = worlds[0].world.books, worlds[0].enterprises
    labour = worlds[0].settings.group("labour")
    unemployed = int(books.people[UNEMPLOYED])
    assert books.residents == int(table.staff.sum()) + unemployed
    assert unemployed / books.residents == pytest.approx(labour.unemployment, rel=0.01)
    assert books.residents_skilled == int(table.talent.sum() + books.skilled[UNEMPLOYED])


@pytest.mark.parametrize("number", [20, 21, 50])
def test_a_handful_of_enterprises_is_a_world_too(number: int) -> None:
    model = EcosystemModel(nation(population__enterprises=number), rng=5, ledger=True)
    assert len(model.enterprises) == number
    model.run_for(14)


def test_without_the_mechanism_there_is_nobody() -> None:
    model = EcosystemModel(nation(mechanisms__population__enabled=False), rng=1, ledger=True)
    assert len(model.enterprises) == 0
    model.run_for(13)


def test_who_sells_more_with_a_worker_works_with_more() -> None:
    """Logarithms of assets and revenue per worker correlate as the scenario says, whatever the sizes."""
    for asked in (0.0, 0.7):
        settings = nation(population__enterprises=5000, population__capital_revenue_correlation=asked)
        table, population = EcosystemModel(settings, rng=2).enterprises, settings.group("population")
        size = population.worker_revenue_elasticity * np.log(table.staff / 100.0)
        revenue = np.log(12.0 * table.revenue / table.staff) - size
        assert np.corrcoef(revenue, np.log(table.capital_intensity))[0, 1] == pytest.approx(asked, abs=0.03)
