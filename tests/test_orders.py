"""Orders along links, and incomes that return as demand: nulls, books, and multipliers by matrix algebra."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import different_outcomes, last, run, town

from sim.agents.model import EcosystemModel
from sim.model.state.accounts import ORDERS
from sim.model.state.enterprises import OPERATING

pytestmark = pytest.mark.once

# Sales at home alone, without new modes and with demand given: what orders do is seen by itself.
PLAIN = {
    "mechanisms__exports__enabled": False, "mechanisms__industries__enabled": False,
    "mechanisms__incomes__closure": "given", "market__sector_shock": 0.0,
}  # fmt: skip
ACTS = 8  # month in which the demand of one sector rises


def sectors_sales(model: EcosystemModel) -> Any:
    """Sales of the month by sector (million yuan)."""
    table = model.enterprises
    return np.bincount(table.sector, table.revenue * (table.status == OPERATING), 9)


def coefficients(model: EcosystemModel) -> Any:
    """Orders per yuan of a buyer's sales, from each row (second axis) to each row (first axis)."""
    table, links = model.enterprises, model.world.links
    matrix = np.zeros((table.size, table.size))
    there = (links.agreed >= 0) & (table.status[links.agreed] == OPERATING)
    np.add.at(matrix, (links.agreed[there], links.buyer[there]), links.per_sale[there].astype(float))
    return matrix


def before_and_after(sector: int, **given: Any) -> tuple[EcosystemModel, EcosystemModel]:
    """Two worlds that are one until the demand of a sector rises by a fifth, in the month of the rise."""
    rise = {"levers__demand": {"2011-01": 0.0, "2011-09": 0.2}, "levers__demand_sector": sector}
    none = {"levers__demand": 0.0, "levers__demand_sector": sector}
    kept = {"mechanisms__orders__agree": {"2011-01": 6.0, "2011-09": 0.0}}  # no new agreements in that month
    old, new = (run(town(**PLAIN | kept | it | given), ACTS + 1) for it in (none, rise))
    return old, new


def test_without_links_demand_is_given() -> None:
    alone = {"mechanisms__chain__enabled": False}
    ordered, given = (run(town(**alone, mechanisms__orders__ordered=it), 12) for it in (0.4, 0.0))
    assert not different_outcomes(ordered, given)


def test_no_part_ordered_is_the_mechanism_switched_off() -> None:
    none = run(town(mechanisms__orders__ordered=0.0), 12)
    off = run(town(mechanisms__orders__enabled=False), 12)
    assert not different_outcomes(none, off)


def test_an_agreement_changes_no_sales_by_itself() -> None:
    model = run(town(**PLAIN, mechanisms__orders__agree=100.0), 1)
    orders = model.record["orders"][0]
    assert orders > 0.05 * model.record["revenue"][0]
    assert abs(model.record["orders_beyond_given_up"][0]) < 1e-5 * orders
    links, table = model.world.links, model.enterprises
    given_up = np.bincount(links.agreed[links.agreed >= 0], links.given_up[links.agreed >= 0], table.size)
    assert 0.1 < given_up.max() <= 0.7 + 1e-5


def test_what_buyers_pay_suppliers_get() -> None:
    model = run(town(), 24, ledger=True)
    assert min(model.record["orders"]) > 0.0
    assert sum(model.record["orders_missed"]) > 0.0
    assert (model.record._months["flows"][:, ORDERS] == 0).all()


@pytest.mark.parametrize("sector", [1, 2])
def test_multipliers_are_those_of_the_leontief_inverse(sector: int) -> None:
    old, new = before_and_after(sector)
    table, links, matrix = old.enterprises, old.world.links, coefficients(old)
    assert np.array_equal(matrix, coefficients(new))
    inverse = np.linalg.inv(np.eye(table.size) - matrix)
    final = [model.enterprises.revenue - matrix @ model.enterprises.revenue for model in (old, new)]
    more = final[1] - final[0]
    rise = more[table.sector == sector].sum()
    # All else sells as much to others as before, but for those who stopped in the month.
    assert np.abs(more[table.sector != sector]).max() < 1e-4 * rise
    response = new.enterprises.revenue - old.enterprises.revenue
    assert response == pytest.approx(inverse @ more, abs=1e-4 * rise)
    up = table.sector % 3 < sector % 3
    assert response[up].sum() > 0.01 * response[table.sector == sector].sum()
    assert len(links.buyer) > 0


def test_a_sectors_multiplier_is_that_of_the_table_of_its_links() -> None:
    """Aggregated to sectors the table predicts what suppliers gain, but for firms that differ within a sector."""
    old, new = before_and_after(2)
    table, sales = old.enterprises, sectors_sales(old)
    ones = np.eye(9)[table.sector]
    by_sector = ones.T @ (coefficients(old) * table.revenue) @ ones / np.maximum(sales, 1e-9)
    response = sectors_sales(new) - sales
    first = np.zeros(9)
    first[2] = response[2]
    predicted = np.linalg.inv(np.eye(9) - by_sector) @ first
    makers, suppliers = [1, 4, 7], [0, 3, 6]
    assert response[makers].sum() == pytest.approx(predicted[makers].sum(), rel=0.02)
    assert response[suppliers].sum() == pytest.approx(predicted[suppliers].sum(), rel=0.25)
    assert 1.0 < predicted.sum() / response[2] < 1.0 / (1.0 - 0.4 * 0.78)


def test_without_orders_nobody_else_sells_more() -> None:
    old, new = before_and_after(2, mechanisms__orders__ordered=0.0)
    response = sectors_sales(new) - sectors_sales(old)
    assert response[2] > 0.0
    assert np.abs(np.delete(response, 2)).max() < 1e-9


def test_a_buyer_pays_for_the_part_that_it_asks_for() -> None:
    free, paid = (run(town(**PLAIN, mechanisms__chain__part_price=it), 18, ledger=True) for it in (0.0, 2.0))
    dear = run(town(**PLAIN, mechanisms__chain__part_price=1000.0), 18)
    assert paid.record["parts_asked"][-1] > 0
    assert dear.record["parts_asked"][-1] < free.record["parts_asked"][-1]


# --- incomes


def test_incomes_of_which_nothing_is_spent_leave_demand_as_it_is() -> None:
    nothing = run(town(mechanisms__incomes__bought_here=0.0), 24)
    given = run(town(mechanisms__incomes__closure="given"), 24)
    assert not different_outcomes(nothing, given)


def test_more_demand_brings_more_where_incomes_are_spent() -> None:
    rise = {"levers__demand": {"2011-01": 0.0, "2012-02": 0.2}}
    spent: dict[str, Any] = PLAIN | {"mechanisms__incomes__bought_here": 1.0}
    gain, returned = {}, {}
    for closure in ("given", "income"):
        old, new = (run(town(**spent | {"mechanisms__incomes__closure": closure} | it), 36) for it in ({}, rise))
        gain[closure] = last(new, "revenue") - last(old, "revenue")
        returned[closure] = last(new, "returned_demand") - last(old, "returned_demand")
    assert gain["income"] > 1.01 * gain["given"] > 0.0
    assert returned["given"] == 0.0
    assert returned["income"] > 0.005


def test_a_world_whose_incomes_are_usual_keeps_its_demand() -> None:
    model = run(town(levers__demand=0.0), 12)
    assert set(model.record["returned_demand"]) == {1.0}
