"""The books: accounts, named transfers and people, in whole numbers.

Money is million yuan at 2015 prices on a grid of 2^-20 million yuan (a tick, about one yuan). Amounts on the grid add
exactly in float64 and totals are int64 ticks, so the books balance exactly.
"""

from __future__ import annotations

import numpy as np

from sim.kernel import maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.types import Index, f8, i8

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
    "interest": BANKS,
    "orders": ENTERPRISES,  # from enterprise to enterprise: all bookings add up to 0
    "lending": ENTERPRISES,  # likewise
    "energy": ECONOMY,
    "maker_dividends": PLATFORMS,
}
(
    OPENING_BALANCE, SALES_HOME, SALES_ABROAD, INPUTS, WAGES, RENT, SITE_RENT, UTILITIES, RENT_SUBSIDY, VAT,
    INCOME_TAX, FEES, FEE_SUPPORT, RESEARCH, FOREIGN_CONTACTS, INVESTMENT, ENTRY_COST, FOUNDERS_EQUITY,
    OUTSIDE_EQUITY, PLATFORM_EQUITY, SITE_EQUITY, DIVIDENDS, OPENING_INDUSTRY, LIQUIDATION, DEFAULT,
    PLATFORM_INCOME, MOVING, INTEREST, ORDERS, LENDING, ENERGY, MAKER_DIVIDENDS,
) = range(len(TRANSFERS))  # fmt: skip
COUNTER_ACCOUNT = np.array(list(TRANSFERS.values()), np.int64)

# A named payment between two accounts, neither of enterprises: payer and payee.
PAYMENTS: dict[str, tuple[int, int]] = {
    "renovation": (SITES, ECONOMY),
    "conversion_grant": (GOVERNMENT, SITES),
    "tenant_services": (SITES, ECONOMY),
    "training": (GOVERNMENT, ECONOMY),
    "knowledge_programme": (GOVERNMENT, ECONOMY),
    "platform_staff": (PLATFORMS, HOUSEHOLDS),
}
(
    RENOVATION, CONVERSION_GRANT, TENANT_SERVICES, TRAINING, KNOWLEDGE_PROGRAMME, PLATFORM_STAFF,
) = range(len(PAYMENTS))  # fmt: skip
_PARTIES = tuple(PAYMENTS.values())

UNEMPLOYED, ELSEWHERE, LEAVERS = 0, 1, 2  # residents outside the enterprises
PEOPLE = ("unemployed", "elsewhere", "leavers")
STAFF, TALENT = 0, 1  # of people who change their place of work


@equation
def ticks(amount: float) -> int:
    """Million yuan in ticks, rounded to the nearest; for amounts below 2^31 million yuan."""
    return maths.whole_number(amount * TICKS)


@equation
def on_grid(amount: float) -> float:
    """Million yuan, rounded to the nearest tick."""
    return maths.nearest(amount * TICKS) / TICKS


@equation
def transfer(i: int, amount: float, cash: f8, flows: i8, purpose: int) -> float:
    """Book ``amount`` (million yuan, positive to the enterprise) on row ``i``, and return it rounded to ticks."""
    money = on_grid(amount)
    cash[i] += money
    flows[purpose] += ticks(money)
    return money


@compiled
def transfer_block(first: Index, last: Index, amounts: f8, cash: f8, flows: i8, purpose: int) -> None:
    """Book ``amounts`` on a block of rows, as ``transfer`` does on one; one sum, so that the loop vectorises."""
    total = 0
    for i in range(first, last):
        money = on_grid(amounts[i - first])
        cash[i] += money
        total += ticks(money)
    flows[purpose] += total


@compiled
def book(flows: i8, counter: i8, accounts: i8, month: i8) -> None:
    """Book flows on both accounts and on the month's total, and clear them."""
    for purpose in range(len(flows)):
        accounts[ENTERPRISES] += flows[purpose]
        accounts[counter[purpose]] -= flows[purpose]
        month[purpose] += flows[purpose]
        flows[purpose] = 0


@compiled
def hire(people: i8, skilled: i8, staff: int, talent: int) -> None:
    """Take people, and skilled people among them, from the unemployed; the rest come from elsewhere."""
    for stock, number in ((people, staff), (skilled, talent)):
        stock[UNEMPLOYED] -= number
        if stock[UNEMPLOYED] < 0:
            stock[ELSEWHERE] += stock[UNEMPLOYED]
            stock[UNEMPLOYED] = 0
    missing = max(0, skilled[UNEMPLOYED] - people[UNEMPLOYED])
    people[UNEMPLOYED] += missing
    people[ELSEWHERE] -= missing


class Books:
    """Balances of accounts and flows by named transfer, in ticks; people outside enterprises."""

    def __init__(self) -> None:
        self.accounts = np.zeros(len(ACCOUNTS), np.int64)
        self.began = np.zeros(len(ACCOUNTS), np.int64)  # the accounts when the month began
        self.flows = np.zeros(len(TRANSFERS), np.int64)  # not settled yet
        self.month = np.zeros(len(TRANSFERS), np.int64)  # of the month
        self.payments = np.zeros(len(PAYMENTS), np.int64)  # of the month
        self.people = np.zeros(len(PEOPLE), np.int64)
        self.skilled = np.zeros(len(PEOPLE), np.int64)
        self.residents = 0
        self.residents_skilled = 0
        self.fiscal_cost = 0  # ticks paid by government this month

    def settle(self) -> None:
        """Book the flows since the last call on both accounts, and clear them."""
        book(self.flows, COUNTER_ACCOUNT, self.accounts, self.month)

    def pay(self, payment: int, amount: float) -> int:
        """Make a named payment of million yuan between accounts other than enterprises'; returns ticks."""
        payer, payee = _PARTIES[payment]
        whole = int(ticks(amount))
        self.payments[payment] += whole
        self.accounts[payer] -= whole
        self.accounts[payee] += whole
        if payer == GOVERNMENT:
            self.fiscal_cost += whole
        return whole
