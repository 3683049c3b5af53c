"""The mechanisms of the model, and its month in order."""

from __future__ import annotations

from sim.declare import Mechanism, Step
from sim.model.mechanisms import (
    absorption,
    adoption,
    chain,
    demand,
    entry,
    exports,
    finance,
    frontier,
    growth,
    idle_space,
    incomes,
    industries,
    jobs,
    lending,
    letting,
    levers,
    matching,
    newborns,
    orders,
    population,
    projects,
    resources,
    taxes,
)
from sim.model.record import outcomes, productivity, review

# In the order of the documents.
MECHANISMS: tuple[Mechanism, ...] = (
    population.MECHANISM,
    entry.MECHANISM,
    newborns.MECHANISM,
    adoption.MECHANISM,
    resources.MECHANISM,
    projects.MECHANISM,
    matching.MECHANISM,
    industries.MECHANISM,
    absorption.MECHANISM,
    frontier.MECHANISM,
    chain.MECHANISM,
    idle_space.MECHANISM,
    lending.MECHANISM,
    letting.MECHANISM,
    growth.MECHANISM,
    demand.MECHANISM,
    orders.MECHANISM,
    incomes.MECHANISM,
    jobs.MECHANISM,
    finance.MECHANISM,
    taxes.MECHANISM,
    exports.MECHANISM,
    levers.MECHANISM,
    review.MECHANISM,
    productivity.MECHANISM,
    outcomes.MECHANISM,
)

# Before the first month; mechanisms fill their own columns.
OPENING = Step(
    "found",
    population.found,
    loops=(population.fill, population.sum_sectors),
    groups=("population", "market", "labour"),
    transfers=("opening_balance",),
    draws=population.MECHANISM.draws,
    state=(
        "people",
        "sectors.base_knowledge",
        "sectors.demand",
        "sectors.open",
        "sectors.opening_demand",
        "sectors.opening_pull",
        "sectors.pull",
        "sectors.worker_revenue",
    ),
)

MONTH = (
    "levers.spend",  # policy adds talent and programmes
    "industries.open",  # new sectors grow, open and are followed
    "idle_space.renovate",  # floor is released and renovated, equipment hours are offered
    "adoption.join",  # platforms open, enterprises join and leave, fees are paid
    "resources.recruit",  # platforms recruit and lose resources
    "entry.consider",  # ideas are considered, each at its best channel
    "newborns.start",  # ideas pursued are registered; registered enterprises start, young teams grow
    "letting.let",  # tenants come and go, rents are posted
    "lending.lend",  # idle resources are let at posted prices
    "matching.match",  # requests for knowledge meet resources
    "finance.fund",  # investors give tickets
    "projects.work",  # projects advance, succeed or are abandoned
    "absorption.learn",  # contacts transfer knowledge, knowledge depreciates
    "frontier.move",  # firms catch up to the frontier, or fall back
    "chain.renew",  # buyers choose suppliers, successes ask for parts
    "growth.grow",  # permanent shocks and the drift of whole firms
    "demand.sell",  # lines come and go, sectors clear, sales are booked
    "orders.deliver",  # part of inputs is ordered along links
    "exports.export",  # part of sales is exported
    "demand.burn",  # energy is bought
    "jobs.employ",  # staff follow sales, wages are paid
    "letting.pay",  # rents are paid
    "taxes.levy",  # taxes are stated and paid
    "finance.invest",  # assets depreciate and are bought, dividends are paid
    "finance.close",  # enterprises stop, resume and are struck off
    "review.december",  # classes and the year's statistics, each December
    "productivity.decompose",  # growth of productivity by source, each tenth December
    "frontier.post",  # the sectors' frontiers, each December
    "incomes.spend",  # incomes of the last year, on which next month's demand depends
    "demand.post",  # aggregates on which next month's market clears
    "jobs.post",  # next month's wage and rationing of talent
)
