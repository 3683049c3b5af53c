"""Orders along links: buyers order part of their inputs from the suppliers to which they are linked, and pay them.

An order is a fixed part of the buyer's sales, as in a table of inputs and outputs (Leontief 1986; between firms: Inoue &
Todo 2019). A supplier gives up other sales for it when it is agreed, so that an agreement changes no sales by itself;
from then on the supplier sells what its buyers need. An agreement ends when the buyer has another one for the link, or
with either end. Goods are delivered within the month: sellers order first, then makers. What is not ordered along links
is bought outside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Outcome, Step, assumption, parameter
from sim.kernel import draws
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.types import f4, f8, i1, i4, i8, typed, u4
from sim.model.record.reading import counted
from sim.model.state.accounts import INPUTS, ORDERS, SALES_HOME, TICKS, on_grid, ticks, transfer
from sim.model.state.enterprises import OPERATING, reads, writes
from sim.model.state.sectors import MAKERS, SELLERS
from sim.model.state.world import World

EVENTS = Counters("orders_agreed", "ordered", "orders_missed", "sales_given_up")
AGREED, ORDERED, MISSED, GIVEN_UP = EVENTS  # all but the first in ticks

agreeing = block("orders", 0, "agrees", number=50)  # keyed by buyer and ordinal of the link


@typed
class Rules(NamedTuple):
    """Orders along links."""

    enabled: bool = parameter(
        False,
        "",
        "whether goods and money flow along links; otherwise links carry knowledge only",
        assumption("switch"),
    )
    ordered: float = parameter(
        0.3, "share", "part of an enterprise's inputs that it wants to order from the suppliers to which it is linked",
        assumption("main suppliers have a third of purchases"), bounds=(0, 1), plausible=(0.1, 0.6),
    )  # fmt: skip
    capacity: float = parameter(
        0.7, "share", "most of a supplier's sales that are orders of its buyers, when they are agreed",
        assumption("few suppliers live on linked buyers alone"), bounds=(0, 1), plausible=(0.4, 0.9),
    )  # fmt: skip
    agree: float = parameter(
        2.0, "1/year", "hazard at which a link with a supplier and no agreement with it comes to one",
        assumption("half a year of samples and negotiation"), bounds=(0, 100), plausible=(0.5, 6.0),
    )  # fmt: skip
    premium: float = parameter(
        0.1, "share", "extra cost of agreed inputs while the supplier cannot deliver and they are bought elsewhere",
        assumption("hasty purchases cost more"), bounds=(0, 5), plausible=(0.0, 0.3),
    )  # fmt: skip


@typed
class Costs(NamedTuple):
    """What a sale costs, as a share of it: parameters of the market and of new modes."""

    input_share: float
    mode_cost: float


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    sector: i1
    mode: i1


@writes
class Writes(NamedTuple):
    revenue: f8
    revenue_year: f8
    profit_year: f8
    cash: f8


@typed
class Agreements(NamedTuple):
    """Columns of links: both ends, the ordinal among the buyer's, and the order that is agreed."""

    buyer: u4
    supplier: i4
    ordinal: i1
    agreed: i4
    per_sale: f4
    given_up: f4


@typed
class Sums(NamedTuple):
    """Sums by row, in ticks: of money, or of shares of sales."""

    links: i8  # of a buyer
    wanted: i8  # money that buyers without an agreement want from a supplier
    given_up: i8  # share of its other sales that a supplier gives up
    orders: i8  # money of delivered orders, by supplier
    paid: i8  # by buyer
    missed: i8  # by buyer: agreed, but not delivered


@equation
def order_wanted(sales: float, links: int, p: Rules, input_share: float) -> float:
    """What a buyer wants to order along one of its links (million yuan a month)."""
    return p.ordered * input_share * sales / max(links, 1)


@equation
def part_agreed(wanted: float, given_up: float, sales: float, p: Rules) -> float:
    """Part of what all new buyers want from a supplier for which it has capacity left."""
    free = max(0.0, p.capacity - given_up) * sales
    return min(1.0, free / wanted) if wanted > 0.0 else 0.0


@equation
def order(per_sale: float, sales: float) -> float:
    """A month's order (million yuan): a fixed part of the buyer's sales."""
    return on_grid(per_sale * sales)


@compiled
def agree(
    stage: int, seed: int, month: int, links: Agreements, r: Reads, w: Writes, p: Rules, input_share: float, sums: Sums,
    events: i8,
) -> None:  # fmt: skip
    """Buyers at a stage agree on orders with new suppliers.

    All who want something new from a supplier get the same part of it, so that the order of links has no effect.
    """
    hazard, count = draws.monthly(p.agree), 0
    agrees = np.empty(len(links.buyer), np.uint32)
    for link in range(len(links.buyer)):
        i, j, before = links.buyer[link], links.supplier[link], links.agreed[link]
        if r.sector[i] % 3 != stage:
            continue
        if before >= 0:
            sums.given_up[before] += ticks(float(links.given_up[link]))
        if j < 0 or j == before or r.status[j] != OPERATING or r.status[i] != OPERATING:
            continue
        if w.revenue[i] <= 0.0 or w.revenue[j] <= 0.0:
            continue
        if agreeing(seed, r.identity[i] ^ (links.ordinal[link] + 1), month).agrees < hazard:
            agrees[count] = link
            count += 1
            sums.wanted[j] += ticks(order_wanted(w.revenue[i], sums.links[i], p, input_share))
    for link in agrees[:count]:
        i, j = links.buyer[link], links.supplier[link]
        wanted, given_up = sums.wanted[j] / TICKS, sums.given_up[j] / TICKS
        amount = part_agreed(wanted, given_up, w.revenue[j], p) * order_wanted(
            w.revenue[i], sums.links[i], p, input_share
        )
        links.agreed[link] = j
        links.per_sale[link] = amount / w.revenue[i]
        links.given_up[link] = amount / w.revenue[j]
        events[AGREED] += 1


@compiled
def add_orders(stage: int, links: Agreements, r: Reads, w: Writes, sums: Sums) -> None:
    """Add the month's orders of buyers at a stage, by supplier and by buyer."""
    sums.given_up[:] = 0
    for link in range(len(links.buyer)):
        i, j = links.buyer[link], links.agreed[link]
        if r.sector[i] % 3 != stage:
            continue
        amount = ticks(order(float(links.per_sale[link]), w.revenue[i]))
        if j >= 0 and r.status[j] == OPERATING:
            sums.given_up[j] += ticks(float(links.given_up[link]))
            sums.orders[j] += amount
            sums.paid[i] += amount
        else:
            sums.missed[i] += amount


@compiled
def deliver(r: Reads, w: Writes, p: Rules, costs: Costs, sums: Sums, flows: i8, events: i8) -> None:
    """Book a stage's orders: suppliers sell them in place of other sales, buyers pay them in place of outside inputs."""
    for i in range(len(sums.paid)):
        if sums.paid[i] + sums.missed[i] > 0:
            paid, missed = sums.paid[i] / TICKS, on_grid(p.premium * (sums.missed[i] / TICKS))
            transfer(i, -paid, w.cash, flows, ORDERS)
            transfer(i, paid - missed, w.cash, flows, INPUTS)
            w.profit_year[i] -= missed
            events[ORDERED] += sums.paid[i]
            events[MISSED] += sums.missed[i]
        if sums.orders[i] > 0 or sums.given_up[i] > 0:
            sold, lost = sums.orders[i] / TICKS, on_grid(min(1.0, sums.given_up[i] / TICKS) * w.revenue[i])
            more = sold - lost
            bought = on_grid((costs.input_share + r.mode[i] * costs.mode_cost) * more)
            transfer(i, sold, w.cash, flows, ORDERS)
            transfer(i, -lost, w.cash, flows, SALES_HOME)
            transfer(i, -bought, w.cash, flows, INPUTS)
            w.revenue[i] += more
            w.revenue_year[i] += more
            w.profit_year[i] += more - bought
            events[GIVEN_UP] += ticks(lost)


@compiled
def count_links(buyer: u4, size: int) -> i8:
    """The number of links of each buyer, by row."""
    links = np.zeros(size, np.int64)
    for i in buyer:
        links[i] += 1
    return links


def apply(world: World) -> None:
    """A month's orders, from the end of the chain up."""
    rules, links, table = world.rules("orders"), world.links, world.enterprises
    if not rules.enabled or rules.ordered <= 0.0 or not len(links):
        return
    costs = Costs(world.group("market").input_share, world.rules("industries").mode_cost)
    links.has_agreements = True
    agreements, events = links.view(Agreements), world.counters("orders")
    reading, writing, number = table.view(Reads), table.view(Writes), count_links(links.buyer, table.size)
    for stage in (SELLERS, MAKERS):
        sums = Sums(number, *np.zeros((5, table.size), np.int64))
        agree(stage, world.seed, world.month, agreements, reading, writing, rules, costs.input_share, sums, events)
        add_orders(stage, agreements, reading, writing, sums)
        deliver(reading, writing, rules, costs, sums, world.books.flows, events)


OUTCOMES = (
    counted("orders_agreed", "orders agreed between buyers and suppliers", 1),
    Outcome("orders", "million yuan a month", "orders delivered along links", 1,
            value=lambda m: m.money_of("ordered")),
    Outcome("orders_missed", "million yuan a month", "agreed orders whose supplier could not deliver", -1,
            value=lambda m: m.money_of("orders_missed")),
    Outcome("orders_beyond_given_up", "million yuan a month", "orders delivered, less the sales that suppliers gave up for them", 1,
            value=lambda m: m.money_of("ordered") - m.money_of("sales_given_up")),
)  # fmt: skip

MECHANISM = Mechanism(
    "orders", Rules, counters=EVENTS, draws=(agreeing,), outcomes=OUTCOMES, steps=(
        Step(
            "deliver", apply, loops=(agree, add_orders, deliver), groups=("market", "mechanisms.industries"),
            transfers=("orders", "sales_home", "inputs"), draws=(agreeing,), state=("links",),
        ),
    ),
)  # fmt: skip
