"""Incomes that return as demand: what enterprises pay in wages, dividends and taxes is spent, in part on their goods.

With the closure ``given`` demand does not depend on incomes. With ``income`` what is paid beyond the usual, in the last
12 months, returns in declared parts as demand in all sectors: the multiplier of Keynes (1936) and Miyazawa (1976), one
round a month. The usual incomes are those of the year before month 0, or of the first year where a run has no earlier
one, and follow the declared growth of demand.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.declare import Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel.compiled import equation
from sim.kernel.types import numbers, typed
from sim.model.state.accounts import DIVIDENDS, INCOME_TAX, TICKS, VAT, WAGES
from sim.model.state.world import World

PAID = ((WAGES,), (DIVIDENDS,), (VAT, INCOME_TAX))  # transfers that are incomes of workers, owners and government
YEAR = 12


@typed
class Rules(NamedTuple):
    """Incomes that return as demand."""

    enabled: bool = switch()
    closure: str = parameter(
        "given", "", "whether demand is given, or what is paid in wages, dividends and taxes returns as demand",
        assumption("given: a partial equilibrium, the lower bound of knock-on effects"), choices=("given", "income"),
    )  # fmt: skip
    wages_spent: float = parameter(
        0.7, "share", "part of one more yuan of wages that is spent", assumption("households saved near three tenths of their income"),
        bounds=(0, 1), plausible=(0.5, 0.9),
    )  # fmt: skip
    dividends_spent: float = parameter(
        0.3, "share", "part of one more yuan of dividends that is spent", assumption("owners save most of it"),
        bounds=(0, 1), plausible=(0.1, 0.6),
    )  # fmt: skip
    taxes_spent: float = parameter(
        0.8, "share", "part of one more yuan of taxes that is spent", assumption("budgets follow revenue"), bounds=(0, 1),
        plausible=(0.5, 1.0),
    )  # fmt: skip
    bought_here: float = parameter(
        0.3, "share", "part of that spending that buys what the enterprises of the scenario sell",
        assumption("a nation's manufacturing, or a place: most is spent on services, housing and goods from elsewhere"), bounds=(0, 1),
        plausible=(0.1, 0.6),
    )  # fmt: skip


@equation
def spent_here(wages: float, dividends: float, taxes: float, p: Rules) -> float:
    """Spending on the enterprises' goods out of incomes (million yuan a year)."""
    return p.bought_here * (p.wages_spent * wages + p.dividends_spent * dividends + p.taxes_spent * taxes)


@equation
def factor_on_demand(more_spent: float, demand: float) -> float:
    """Factor on all sectors' demand (million yuan a year) by spending beyond the usual."""
    return max(0.0, 1.0 + more_spent / demand) if demand > 0.0 else 1.0


def apply(world: World) -> None:
    """Record the month's incomes, and post the factor by which next month's demand responds."""
    rules = world.rules("incomes")
    if not rules.enabled or rules.closure == "given":
        if world.posted.returned != 1.0:
            world.posted = world.posted._replace(returned=1.0)
        return
    books, done = world.books, world.month - world.first_month + 1  # months with this one
    for income, transfers in enumerate(PAID):
        world.incomes[income, world.month % YEAR] = -sum(int(books.flows[it] + books.month[it]) for it in transfers)
    year = world.incomes.sum(axis=1)
    if done <= YEAR or world.month < 0:
        world.usual_incomes[:] = year
        return
    growth = world.grown("market.growth")
    wages, dividends, taxes = (year - growth * world.usual_incomes) / TICKS
    demand = float(world.sectors.demand.sum()) * growth
    more = spent_here(float(wages), float(dividends), float(taxes), numbers(rules))
    world.posted = world.posted._replace(returned=float(factor_on_demand(more, demand)))


OUTCOMES = (
    Outcome("returned_demand", "index", "demand relative to what it would be without spending out of more incomes",
            value=lambda m: m["returned"]),
)  # fmt: skip

MECHANISM = Mechanism(
    "incomes", Rules, outcomes=OUTCOMES, steps=(
        Step(
            "spend", apply, groups=("market",),
            state=("posted.returned", "world.incomes", "world.usual_incomes"),
        ),
    ),
)  # fmt: skip
