"""The frontier: who lags behind it catches up, who leads loses nothing to imitators, and growth adds up by source."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import last, nation, run

from sim.kernel.draws import child_identity
from sim.model.mechanisms import frontier
from sim.model.record import productivity
from sim.model.state.accounts import TICKS
from sim.model.state.enterprises import OPERATING
from sim.parameters import numbers

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

FIRMS = 20_000
OFF = {"mechanisms.frontier.enabled": False}
RULES = "mechanisms.frontier"


def moved(start: float, months: int = 12, best: float = 1.0, **rules: float) -> Any:
    """Logarithms of productivity and quality after some months of firms that start alike."""
    p = numbers(nation().group(RULES))._replace(**rules)
    identity = np.array([child_identity(7, 0, 0, ordinal) for ordinal in range(FIRMS)])
    reads = frontier.Reads(identity, np.full(FIRMS, OPERATING, np.int8), np.zeros(FIRMS, np.int8))
    writes = frontier.Writes(np.full(FIRMS, np.exp(start)), np.full(FIRMS, np.exp(start)))
    for month in range(months):
        frontier.move(0, FIRMS, 1, month, reads, writes, p, (np.full(16, best), np.full(16, best)))
    return np.log(writes.productivity), np.log(writes.quality)


def test_a_gap_closes_at_the_rate_of_catching_up_down_to_the_protected_lead() -> None:
    still: dict[str, float] = {"trend": 0.0, "shock": 0.0, "protected_lead": 0.2, "catch_up": 0.12}
    for trait in moved(0.0, **still):
        assert trait[0] == pytest.approx(0.8 - 0.8 * 0.99**12)
    for trait in moved(0.9, **still):  # within what leaders keep to themselves
        assert trait[0] == pytest.approx(0.9)


def test_who_stands_still_falls_back_by_the_trend_and_leaders_by_no_more() -> None:
    for catch_up in (0.0, 0.5):
        leader, _ = moved(2.0, trend=0.03, shock=0.0, catch_up=catch_up)
        assert leader[0] == pytest.approx(2.0 - 0.03)


def test_random_change_has_the_declared_spread_and_no_mean_and_traits_are_independent() -> None:
    one, other = (trait - 2.0 for trait in moved(2.0, trend=0.0, shock=0.08))
    for change in (one, other):
        assert change.std() == pytest.approx(0.08, rel=0.03)
        assert abs(change.mean()) < 4.0 * 0.08 / FIRMS**0.5
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_the_frontier_is_abroad_until_the_best_of_a_sector_are_beyond_it() -> None:
    p = nation(**{f"{RULES}.abroad": 0.5, f"{RULES}.best": 0.9}).group(RULES)
    behind, ahead = np.full(100, 1.0), np.linspace(1.0, np.e**2, 101)
    assert frontier.frontier_of(behind, p) == 0.5
    assert np.exp(frontier.frontier_of(ahead, p)) == pytest.approx(np.quantile(ahead, 0.9))
    assert frontier.frontier_of(np.zeros(0), p) == 0.5


def test_without_it_its_parameters_change_nothing() -> None:
    plain, otherwise = (run(nation(**given), 6) for given in (OFF, OFF | {f"{RULES}.catch_up": 0.4}))
    assert last(plain, "jobs") == last(otherwise, "jobs")
    assert last(run(nation(), 6), "jobs") != last(plain, "jobs")


def sums_of(base: dict[int, tuple[float, float]], now: dict[int, tuple[float, float]]) -> tuple[Any, Any]:
    """Sums at the base and now of enterprises, each with sales and the logarithm of productivity."""
    size = 1 + max(*base, *now)
    columns = np.zeros((2, size))
    writes, both = productivity.Writes(columns[0], columns[1]), []
    for year in (base, now):
        status, a, sales = np.zeros(size, np.int8), np.ones(size), np.zeros(size)
        for i, (sold, log) in year.items():
            status[i], sales[i], a[i] = OPERATING, sold, np.exp(log)
        sums: Any = np.zeros(8, np.int64)
        productivity.compare(0, size, 1, 0, productivity.Reads(status, a, sales), writes, 0.0, sums)
        both.append(sums)
    return both[0], both[1]


def test_growth_is_decomposed_as_by_hand_and_adds_up() -> None:
    base = {0: (4.0, 0.0), 1: (4.0, 0.4), 2: (2.0, -0.5)}  # the last one leaves
    now = {0: (4.0, 0.2), 1: (8.0, 0.5), 3: (4.0, 0.6)}  # and another one enters
    before = (0.0 + 1.6 - 1.0) / 10.0
    within = 0.4 * 0.2 + 0.4 * 0.1
    between = (0.25 - 0.4) * (0.0 - before) + (0.5 - 0.4) * (0.4 - before)
    cross = (0.25 - 0.4) * 0.2 + (0.5 - 0.4) * 0.1
    entry, leaving = 0.25 * (0.6 - before), -0.2 * (-0.5 - before)
    found = productivity.sources_of_growth(*sums_of(base, now))
    assert found == pytest.approx((within, between, cross, entry, leaving), abs=1e-5)
    assert sum(found) == pytest.approx((0.8 + 4.0 + 2.4) / 16.0 - before, abs=1e-5)


def test_the_sources_of_growth_add_up_in_a_run() -> None:
    model = run(nation(**{"run.start": "2011-01"}), 132)
    parts = [last(model, f"productivity_{name}") for name in ("within", "between", "cross", "entry", "exit")]
    assert last(model, "productivity_growth") == pytest.approx(sum(parts), abs=1e-9)
    assert last(model, "labour_productivity_90_10") > 1.5
    assert np.isnan(np.asarray(model.record["productivity_growth"])[:131]).all()
    sums = model.world.kept["productivity"]
    sold = model.enterprises.base_sales.sum()
    assert int(sums[productivity.ALL]) / TICKS == pytest.approx(sold, rel=1e-6)
