"""The ledger: checks after every mechanism that money, people, floor and hours are conserved exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model.record.ranges import check_ranges
from sim.model.state.accounts import ACCOUNTS, COUNTER_ACCOUNT, ENTERPRISES, LEAVERS, PAYMENTS, TICKS, UNEMPLOYED
from sim.model.state.enterprises import OPERATING
from sim.model.state.world import World


class LedgerError(AssertionError):
    """Books that do not balance; the message has the mechanism, month, enterprise and account."""


class Ledger:
    """Checks of one world's books."""

    def __init__(self, world: World) -> None:
        self.world = world

    def check(self, mechanism: str) -> None:
        """Raise ``LedgerError`` if money, people, talent, floor or equipment hours do not balance.

        State that left its range is ``OutOfRange``: no sum of it says anything.
        """
        self._mechanism = mechanism
        check_ranges(self.world)
        self._money()
        self._flows()
        self._people()
        self._floor()
        self._hours()

    def _fail(self, account: str, text: str, row: int | None = None) -> None:
        world = self.world
        who = "" if row is None else f" of enterprise {int(world.enterprises.identity[row])}"
        month = world.settings.calendar(world.month)
        raise LedgerError(f"{self._mechanism}, month {world.month} ({month}): {account}{who}: {text}")

    def _first(self, wrong: Any) -> int | None:
        rows = np.flatnonzero(wrong & self.world.enterprises.alive)
        return int(rows[0]) if len(rows) else None

    def _money(self) -> None:
        table, books = self.world.enterprises, self.world.books
        on_grid = np.floor(table.cash * TICKS) == table.cash * TICKS
        row = self._first(~on_grid)
        if row is not None:
            self._fail("cash", f"{table.cash[row]!r} is not a whole number of ticks", row)
        held = int((table.cash[table.alive] * TICKS).astype(np.int64).sum())
        if held != int(books.accounts[ENTERPRISES]):
            booked = int(books.accounts[ENTERPRISES])
            self._fail("cash", f"enterprises hold {held} ticks, but named transfers add up to {booked}")
        total = int(books.accounts.sum())
        if total != 0:
            balances = ", ".join(f"{name} {int(value)}" for name, value in zip(ACCOUNTS, books.accounts, strict=True))
            self._fail("all accounts", f"add up to {total} ticks instead of 0 ({balances})")

    def _flows(self) -> None:
        """Named transfers and payments explain what each account has more or less than when the month began."""
        books = self.world.books
        booked = books.month.tolist()
        named = np.zeros(len(ACCOUNTS), np.int64)
        for account, amount in zip(COUNTER_ACCOUNT.tolist(), booked, strict=True):
            named[ENTERPRISES] += amount
            named[account] -= amount
        for (payer, payee), amount in zip(PAYMENTS.values(), books.payments.tolist(), strict=True):
            named[payer] -= amount
            named[payee] += amount
        moved_by = books.accounts - books.began
        wrong = np.flatnonzero(moved_by != named)
        if len(wrong):
            account = int(wrong[0])
            change, known = int(moved_by[account]), int(named[account])
            self._fail(ACCOUNTS[account], f"changed by {change} ticks this month, but named flows add up to {known}")

    def _people(self) -> None:
        table, books = self.world.enterprises, self.world.books
        for name, column, stock, residents in (
            ("people", table.staff, books.people, books.residents),
            ("talent", table.talent, books.skilled, books.residents_skilled),
        ):
            row = self._first(column < 0)
            if row is not None:
                self._fail(name, f"is {int(column[row])}, below zero", row)
            total = int(column.sum()) + int(stock.sum())
            if total != residents:
                self._fail(name, f"add up to {total}, but there are {residents}")
            if stock[UNEMPLOYED] < 0 or stock[LEAVERS] < 0:
                self._fail(name, f"without work {int(stock[UNEMPLOYED])}, leavers {int(stock[LEAVERS])}: below zero")
        if books.skilled[UNEMPLOYED] > books.people[UNEMPLOYED]:
            self._fail(
                "talent", f"without work are {int(books.skilled[UNEMPLOYED])} of {int(books.people[UNEMPLOYED])}"
            )
        row = self._first(table.talent > table.staff)
        if row is not None:
            self._fail("talent", f"is {int(table.talent[row])} of {int(table.staff[row])} staff", row)
        row = self._first((table.staff > 0) & (table.status != OPERATING))
        if row is not None:
            self._fail("people", "employed by an enterprise that does not operate", row)

    def _floor(self) -> None:
        table = self.world.enterprises
        for site in self.world.sites:
            here = table.site == site.index
            let = int(table.floor[here].sum())
            if let != site.let:
                self._fail("floor", f"{site.name}: tenants hold {let} m2, {site.let} m2 are let")
            if site.let > site.renovated:
                self._fail("floor", f"{site.name}: {site.let} m2 let of {site.renovated} m2 renovated")
            expected = site.floor if site.relocated else 0
            if site.idle + site.renovated != expected:
                self._fail("floor", f"{site.name}: idle and renovated are not the {expected} m2 there are")

    def _hours(self) -> None:
        lent = int(self.world.enterprises.borrowed_hours.sum())
        if lent > self.world.hours_offered:
            self._fail("equipment hours", f"{lent} hours lent of {self.world.hours_offered} offered")
