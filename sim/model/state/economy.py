"""Accounts, named transfers, counters and sectors: what enterprises share, in whole numbers where it is summed.

Money is million yuan at 2015 prices on a grid of 2^-20 million yuan (a tick, about one yuan). Amounts on the grid
add exactly in float64, and totals are whole ticks in int64, so the books balance to zero and not to a tolerance.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.kernel import maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.types import f8, i8
from sim.parameters import Labour

TICKS = 2.0**20  # a million yuan

ENTERPRISES, HOUSEHOLDS, GOVERNMENT, BANKS, ABROAD, ECONOMY, PLATFORMS, SITES = range(8)
ACCOUNTS = ("enterprises", "households", "government", "banks", "abroad", "economy", "platforms", "sites")

# A named transfer and the account at its other end. Positive amounts go to the enterprise.
TRANSFERS: dict[str, int] = {
    "opening_balance": HOUSEHOLDS,
    "sales_home": HOUSEHOLDS,
    "sales_abroad": ABROAD,
    "inputs": ECONOMY,
    "wages": HOUSEHOLDS,
    "rent": ECONOMY,
    "site_rent": SITES,
    "utilities": ECONOMY,
    "rent_subsidy": GOVERNMENT,
    "vat": GOVERNMENT,
    "income_tax": GOVERNMENT,
    "fees": PLATFORMS,
    "fee_support": GOVERNMENT,
    "research": ECONOMY,
    "foreign_contacts": ABROAD,
    "investment": ECONOMY,
    "entry_cost": ECONOMY,
    "founders_equity": HOUSEHOLDS,
    "outside_equity": BANKS,
    "platform_equity": PLATFORMS,
    "site_equity": SITES,
    "dividends": HOUSEHOLDS,
    "opening_industry": ECONOMY,
    "liquidation": HOUSEHOLDS,
    "default": BANKS,
    "platform_income": PLATFORMS,
    "moving": ECONOMY,
}
(
    OPENING_BALANCE, SALES_HOME, SALES_ABROAD, INPUTS, WAGES, RENT, SITE_RENT, UTILITIES, RENT_SUBSIDY, VAT,
    INCOME_TAX, FEES, FEE_SUPPORT, RESEARCH, FOREIGN_CONTACTS, INVESTMENT, ENTRY_COST, FOUNDERS_EQUITY,
    OUTSIDE_EQUITY, PLATFORM_EQUITY, SITE_EQUITY, DIVIDENDS, OPENING_INDUSTRY, LIQUIDATION, DEFAULT,
    PLATFORM_INCOME, MOVING,
) = range(len(TRANSFERS))  # fmt: skip
COUNTER_ACCOUNT = np.array(list(TRANSFERS.values()), np.int64)

MAX_SECTORS = 16
SUPPLIERS, MAKERS, SELLERS = 0, 1, 2  # places in the chain: sector number modulo 3

UNEMPLOYED, ELSEWHERE, LEAVERS = 0, 1, 2  # where residents are who do not work in an enterprise of the table
PEOPLE = ("unemployed", "elsewhere", "leavers")


@equation
def ticks(amount: float) -> int:
    """Million yuan in whole ticks, rounded to the nearest; below 2^31 million yuan."""
    return maths.whole_number(amount * TICKS)


@equation
def on_grid(amount: float) -> float:
    """Million yuan, rounded to the nearest tick."""
    return maths.nearest(amount * TICKS) / TICKS


@equation
def transfer(i: int, amount: float, cash: f8, flows: i8, purpose: int) -> float:
    """Book ``amount`` (million yuan, positive to the enterprise) on row ``i`` under its name; the amount booked."""
    money = on_grid(amount)
    cash[i] += money
    flows[purpose] += ticks(money)
    return money


@equation
def attraction(quality: float, productivity: float, rivalry: float, price_share: float) -> float:
    """Pull of a unit of line size: (quality / price)^rivalry with price = productivity^-price_share."""
    return attraction_of_logs(maths.log(quality), maths.log(productivity), rivalry, price_share)


@equation
def attraction_of_logs(quality: float, productivity: float, rivalry: float, price_share: float) -> float:
    """The same from the logarithms of quality and productivity."""
    return maths.exp(rivalry * (quality + price_share * productivity))


@equation
def relative_price(productivity: float, price_share: float) -> float:
    """Price relative to that at productivity 1: part of an efficiency gain is passed on."""
    return maths.exp(-price_share * maths.log(productivity))


@equation
def wage_of_worker(per_worker: float, sector_mean: float, labour: Labour) -> float:
    """A worker's wage of a month (million yuan): part of a firm's revenue per worker is shared with its staff."""
    relative = min(labour.most_relative_revenue, max(labour.least_relative_revenue, per_worker / sector_mean))
    return labour.wage / 12.0 * maths.exp(labour.wage_elasticity * maths.log(relative))


@compiled
def book(flows: i8, counter: i8, accounts: i8, month: i8) -> None:
    """Book flows by named transfer on both ends and on the month's, and clear them."""
    for purpose in range(len(flows)):
        accounts[ENTERPRISES] += flows[purpose]
        accounts[counter[purpose]] -= flows[purpose]
        month[purpose] += flows[purpose]
        flows[purpose] = 0


@compiled
def hire(people: i8, skilled: i8, staff: int, talent: int) -> None:
    """Take people, and skilled ones among them, from the unemployed; those that are too few come from elsewhere."""
    for stock, number in ((people, staff), (skilled, talent)):
        stock[UNEMPLOYED] -= number
        if stock[UNEMPLOYED] < 0:
            stock[ELSEWHERE] += stock[UNEMPLOYED]
            stock[UNEMPLOYED] = 0
    missing = max(0, skilled[UNEMPLOYED] - people[UNEMPLOYED])
    people[UNEMPLOYED] += missing
    people[ELSEWHERE] -= missing


class Posted(NamedTuple):
    """Prices and shares posted at the end of last month, on which this month's markets clear."""

    talent_wage: float  # relative to a worker's
    talent_fill: float  # share of requests for talent that is granted
    hours_fill: float  # share of requests for equipment hours that is granted
    hurdle: float  # merit from which outside finance is given
    finance_fill: float  # share of asking enterprises that found finance last month
    answered: float  # share of open requests that a platform answered last month
    makers_taking: float  # share of the makers backed by platforms that founded, when last any were


class Sectors:
    """Sectors as arrays of length ``MAX_SECTORS``; the place in the chain is the number modulo 3."""

    def __init__(self) -> None:
        self.open = np.zeros(MAX_SECTORS, np.int8)
        self.opened = np.full(MAX_SECTORS, -9999, np.int64)  # month
        self.demand = np.zeros(MAX_SECTORS)  # million yuan a year at opening prices
        self.opening_demand = np.zeros(MAX_SECTORS)
        self.mature_demand = np.zeros(MAX_SECTORS)  # where a new sector's S-curve ends
        self.taken_from = np.full(MAX_SECTORS, -1, np.int64)  # old sector that loses demand to it
        self.pull = np.zeros(MAX_SECTORS)  # last month's sum over enterprises, million yuan a year
        self.opening_pull = np.zeros(MAX_SECTORS)
        self.price = np.ones(MAX_SECTORS)  # relative to the opening price
        self.quality = np.ones(MAX_SECTORS)  # mean over pull
        self.productivity = np.ones(MAX_SECTORS)  # mean over pull
        self.sales_factor = np.ones(MAX_SECTORS)  # sales a year for a pull of 1
        self.saturation = np.ones(MAX_SECTORS)  # pull for demand, relative to the opening
        self.mode_open = np.zeros(MAX_SECTORS, np.int8)
        self.base_knowledge = np.full((MAX_SECTORS, 3), 0.5)  # knowledge that anyone in the sector has
        self.worker_revenue = np.ones(MAX_SECTORS)  # million yuan a year, mean over operating enterprises

    def view(self, columns: Any) -> Any:
        """The arrays that a ``NamedTuple`` class names, as an instance of that class."""
        return columns(*[getattr(self, name) for name in columns._fields])


class Books:
    """Balances of the accounts and this month's flows by named transfer, in ticks; people by where they are."""

    def __init__(self) -> None:
        self.accounts = np.zeros(len(ACCOUNTS), np.int64)
        self.flows = np.zeros(len(TRANSFERS), np.int64)  # that are not booked yet
        self.month = np.zeros(len(TRANSFERS), np.int64)  # of the month
        self.people = np.zeros(len(PEOPLE), np.int64)
        self.skilled = np.zeros(len(PEOPLE), np.int64)
        self.residents = 0
        self.residents_skilled = 0
        self.fiscal_cost = 0  # ticks paid by government this month

    def settle(self) -> None:
        """Book the flows since it was last asked to on both ends and on the month's, and clear them."""
        book(self.flows, COUNTER_ACCOUNT, self.accounts, self.month)

    def pay(self, payer: int, payee: int, amount: float) -> int:
        """A transfer of million yuan between two outside accounts; the ticks paid."""
        whole = int(ticks(amount))
        self.accounts[payer] -= whole
        self.accounts[payee] += whole
        if payer == GOVERNMENT:
            self.fiscal_cost += whole
        return whole
