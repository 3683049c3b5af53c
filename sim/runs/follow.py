"""A world followed: what each enterprise adds, by identity, what each account pays, by month, and whom measures reach.

This is what an appraisal needs of a world, whichever world it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.model.ecosystem import Ecosystem, Past
from sim.model.mechanisms.orders import ORDERED
from sim.model.mechanisms.resources import running_cost
from sim.model.mechanisms.taxes import PAID, STATED
from sim.model.state.accounts import (
    ACCOUNTS,
    CONVERSION_GRANT,
    ELSEWHERE,
    KNOWLEDGE_PROGRAMME,
    LEAVERS,
    PLATFORM_STAFF,
    RENOVATION,
    TENANT_SERVICES,
    TICKS,
    TRAINING,
    TRANSFERS,
    UNEMPLOYED,
    ticks,
)
from sim.model.state.enterprises import INCUMBENT, OPERATING
from sim.runs.tax_kinds import PAID as PAID_KINDS
from sim.runs.tax_kinds import STATED as STATED_KINDS
from sim.runs.tax_kinds import Assessment

if TYPE_CHECKING:
    from sim.model.state.world import World
    from sim.scenario import Scenario

# Named payments between accounts other than enterprises', by what is kept of them: resources used, ticks.
OTHER = "other_resources"
USED = {"renovation": (RENOVATION,), "programmes": (TRAINING, KNOWLEDGE_PROGRAMME), "platform_staff": (PLATFORM_STAFF,),
        OTHER: (TENANT_SERVICES,)}  # fmt: skip
# Of government's payments to other accounts.
GRANTS = {"conversion_grant": (CONVERSION_GRANT,), "programme_outlay": (TRAINING, KNOWLEDGE_PROGRAMME)}
# Flows of a month in ticks, then levels at its end.
FLOWS = (
    *TRANSFERS, *(f"account_{name}" for name in ACCOUNTS), *USED, *GRANTS, "host_staff", "tax_relief",
)  # fmt: skip
LEVELS = (
    "assets", "jobs", "residents_at_work", "from_elsewhere", "unskilled_idle", "worker_pay", "floor_elsewhere",
    "floor_let", "orders_delivered",
)  # fmt: skip
STREAMS = FLOWS + LEVELS

# How a measure can reach an enterprise, in the order of the month.
MEMBER, FOUNDED, TENANT, TICKET, RELIEF = range(5)
MOVED = 1  # added to twice the place of a tenant that moved in as an existing firm

_SOLD, _TAXED = ("demand", "orders", "exports"), "taxes"
_SALES = ("sales_home", "sales_abroad")
_NOWHERE = -1


class Firms(NamedTuple):
    """Enterprises ever seen in a world, sorted by identity."""

    identity: Any
    jobs: Any  # at the end
    operating: Any  # at the end, 0 or 1
    value_added: Any  # ticks over the run
    taxes: Any  # ticks over the run
    size_class: Any  # at first sight
    newcomer: Any
    sector: Any  # at first sight
    sales_home: Any  # ticks over the run, as the next five
    sales_abroad: Any
    vat: Any  # 0 everywhere, as the next three, where a mechanism of a user's own levies otherwise
    income_tax: Any
    vat_stated: Any
    income_stated: Any


class Reached(NamedTuple):
    """When measures reached enterprises, as far as they were in force: spells of months without a break."""

    identity: Any
    kind: Any  # MEMBER...
    code: Any  # twice the place, and MOVED; 0 for kinds without a place
    first: Any
    last: Any


@dataclass(frozen=True)
class Followed:
    """What is kept of a followed world; ``places`` are the names of platforms and sites, by place."""

    streams: Any  # months x STREAMS, int64
    firms: Firms
    reached: Reached
    places: tuple[str, ...]


class FollowedWorld(Ecosystem):
    """A world that keeps what an appraisal needs of it; its outcomes are those of any world."""

    def __init__(self, scenario: Scenario, seed: int, past: Past | None = None) -> None:
        super().__init__(scenario, seed, past=past)
        self._streams: list[Any] = []
        self._gone: list[Firms] = []
        self._named = set(self.settings.platforms)
        self._row_changes = -1  # of the table, when it was last tracked
        self._known: Any = np.zeros(0, np.int64)  # identity by row
        self._columns: dict[str, Any] = {
            name: np.zeros(0, kind)
            for name, kind in (
                ("value_added", np.int64), ("taxes", np.int64), ("size_class", np.int8), ("newcomer", bool),
                ("sector", np.int8), *((name, np.int64) for name in (*_SALES, *PAID_KINDS, *STATED_KINDS)),
            )
        }  # fmt: skip
        self._places: dict[str, int] = {}
        self._spells = {kind: _Spells() for kind in range(5)}
        self._parts: dict[str, int] = {}
        self._are_kinds_known = True  # whether the taxes of each kind are those that enterprises paid
        self.world.books.settle()
        self._opening = self.world.books.accounts.copy()  # of the month
        self._track()

    def _apply(self, mechanism: str, apply: Callable[[World], Any]) -> None:
        world, table = self.world, self.world.enterprises
        sold, paid = mechanism in _SOLD, mechanism == _TAXED
        if sold or paid:
            cash = table.cash.copy()
        if paid:
            assessed = Assessment(world)
        if mechanism == "finance":
            funded = table.funded.copy()
        super()._apply(mechanism, apply)
        self._track()
        if sold or paid:
            flow = ((table.cash - cash) * TICKS).astype(np.int64)
            own = self._columns["value_added" if sold else "taxes"]
            own += flow if sold else -flow
        if paid:
            self._split(assessed.by_kind(world), -flow)
        if mechanism == "exports":  # sales are as they stay
            self._columns["sales_abroad"] += (table.exports * TICKS).astype(np.int64)
            self._columns["sales_home"] += ((table.revenue - table.exports) * TICKS).astype(np.int64)
        if mechanism == "resources":
            self._book_host_staff()
        if mechanism == "letting":
            self._reach(TENANT, self._site_codes())
        elif mechanism in ("adoption", "newborns"):
            self._reach(MEMBER, self._codes(table.platform, world.platforms))
        if mechanism == "newborns":
            self._reach(FOUNDED, np.where(table.alive & (table.born == world.month), 0, _NOWHERE))
        elif paid:
            rules = world.rules("taxes")
            young = (table.status == OPERATING) & (world.month - table.started < rules.young)
            self._reach(RELIEF, np.where(young & ((flow != 0) | (table.revenue > rules.exempt)), 0, _NOWHERE))
        elif mechanism == "finance":
            new = (table.funded != 0) & (funded == 0) & table.alive
            if new.any():
                self._spells[TICKET].add(world.month, table.identity[new])
        elif mechanism == "record":
            self._month()

    def followed(self) -> Followed:
        """All that is kept, of the months done."""
        table = self.world.enterprises
        here = self._rows(np.flatnonzero(self._known), table)
        firms = Firms(*(np.concatenate(parts) for parts in zip(*[*self._gone, here], strict=True)))
        if not self._are_kinds_known:
            firms = firms._replace(**{name: 0 * getattr(firms, name) for name in (*PAID_KINDS, *STATED_KINDS)})
        order = np.argsort(firms.identity)
        spells = [(kind, *it) for kind, spells in self._spells.items() for it in spells.all()]
        kinds = [np.full(len(identity), kind, np.int8) for kind, identity, *_ in spells]
        columns = [np.concatenate(parts) for parts in zip(*[it[1:] for it in spells], strict=True)] if spells else []
        reached = Reached(columns[0], np.concatenate(kinds), *columns[1:]) if spells else Reached(*_none())
        streams = np.array(self._streams, np.int64).reshape(len(self._streams), len(STREAMS))
        return Followed(streams, Firms(*(column[order] for column in firms)), reached, tuple(self._places))

    def _rows(self, rows: Any, table: Any = None) -> Firms:
        """What is known of rows; with a table, their jobs now."""
        none = np.zeros(len(rows), np.int64)
        staff = none if table is None else table.staff[rows].astype(np.int64)
        status = none if table is None else (table.status[rows] == OPERATING).astype(np.int64)
        return Firms(self._known[rows], staff, status, **{name: it[rows] for name, it in self._columns.items()})

    def _split(self, kinds: dict[str, Any], paid: Any) -> None:
        """Keep the month's taxes by kind, if they are what enterprises paid."""
        self._are_kinds_known &= bool((sum(kinds[name] for name in PAID_KINDS) == paid).all())
        for name, ticks_of in kinds.items():
            self._columns[name] += ticks_of

    def _track(self) -> None:
        """Follow identities from row to row: keep those that left, begin those that came."""
        table = self.world.enterprises
        if table.row_changes == self._row_changes:
            return
        self._row_changes = table.row_changes
        if more := table.size - len(self._known):
            self._known = np.append(self._known, np.zeros(more, np.int64))
            for name, column in self._columns.items():
                self._columns[name] = np.append(column, np.zeros(more, column.dtype))
        changed = np.flatnonzero(table.identity != self._known)
        if len(changed):
            left = changed[self._known[changed] != 0]
            self._gone.append(self._rows(left))
            for column in self._columns.values():
                column[changed] = 0
            self._known[changed] = table.identity[changed]
            self._columns["size_class"][changed] = table.size_class[changed]
            self._columns["newcomer"][changed] = table.origin[changed] != INCUMBENT
            self._columns["sector"][changed] = table.sector[changed]

    def _reach(self, kind: int, codes: Any) -> None:
        self._spells[kind].update(self.world.month, self.world.enterprises.identity, codes)

    def _site_codes(self) -> Any:
        table = self.world.enterprises
        codes = self._codes(table.site, self.world.sites)
        return np.where(codes >= 0, codes + MOVED * (table.moved_in != 0), codes)

    def _codes(self, column: Any, there: Any) -> Any:
        """Twice the place of each row, by the index of a platform or a site in a column."""
        codes = np.full(max((it.index for it in there), default=-1) + 2, _NOWHERE, np.int16)  # -1 is its last
        for it in there:
            codes[it.index] = 2 * self._places.setdefault(it.name, len(self._places))
        return codes[column]

    def _book_host_staff(self) -> None:
        """Keep what hosts pay the staff of their platforms."""
        self._parts["host_staff"] = sum(
            int(ticks(running_cost(self.world, it) / self.world.weight_of(it)))
            for it in self.world.platforms
            if it.name in self._named and self.world.host_row(it) >= 0
        )

    def _month(self) -> None:
        """Keep the month just done."""
        world, parts = self.world, self._parts
        table, books = world.enterprises, world.books
        books.settle()
        for name, payments in {**USED, **GRANTS}.items():
            parts[name] = int(books.payments[list(payments)].sum())
        for account, amount in zip(ACCOUNTS, (books.accounts - self._opening).tolist(), strict=True):
            parts[f"account_{account}"] = amount
        parts |= dict(zip(TRANSFERS, books.month.tolist(), strict=True))
        parts["tax_relief"] = int(world.taxes[STATED] - world.taxes[PAID])
        jobs, talent = int(table.staff.sum()), int(table.talent.sum())
        people = books.people
        parts["assets"] = int(np.rint(table.assets[table.alive] * TICKS).astype(np.int64).sum())
        parts["jobs"] = jobs
        parts["from_elsewhere"] = -int(people[ELSEWHERE])
        parts["residents_at_work"] = -int(people[UNEMPLOYED] + people[LEAVERS])
        parts["unskilled_idle"] = int(people[UNEMPLOYED] - books.skilled[UNEMPLOYED]) + int(people[LEAVERS])
        paid = jobs + talent * (world.posted.talent_wage - 1.0)
        parts["worker_pay"] = int(-parts["wages"] / paid) if paid else 0
        outside = (table.status == OPERATING) & (table.site < 0)
        parts["floor_elsewhere"] = int(table.floor[outside].sum())
        parts["floor_let"] = sum(site.let for site in world.sites)
        parts["orders_delivered"] = int(world.counters("orders")[ORDERED])  # enterprises' sales to each other
        self._streams.append(np.array([parts.get(name, 0) for name in STREAMS], np.int64))
        self._parts = {}
        self._opening = books.accounts.copy()


class _Spells:
    """Runs of months in which enterprises keep a code; ``_NOWHERE`` is none."""

    def __init__(self) -> None:
        self._identity: Any = np.zeros(0, np.int64)  # these three by row
        self._code: Any = np.zeros(0, np.int16)
        self._first: Any = np.zeros(0, np.int16)
        self._last = 0  # month of the last update
        self._ended: list[tuple[Any, Any, Any, Any]] = []

    def update(self, month: int, identity: Any, codes: Any) -> None:
        """End the spells of rows whose code or enterprise is another, and begin theirs."""
        if more := len(codes) - len(self._code):
            self._identity = np.append(self._identity, np.zeros(more, np.int64))
            self._code = np.append(self._code, np.full(more, _NOWHERE, np.int16))
            self._first = np.append(self._first, np.zeros(more, np.int16))
        changed = np.nonzero((codes != self._code) | ((codes >= 0) & (identity != self._identity)))[0]
        self._end(changed)
        self._identity[changed], self._code[changed], self._first[changed] = identity[changed], codes[changed], month
        self._last = month

    def add(self, month: int, identity: Any) -> None:
        """Spells of one month."""
        zeros = np.zeros(len(identity), np.int16)
        self._ended.append((identity.copy(), zeros, zeros + np.int16(month), zeros + np.int16(month)))

    def all(self) -> list[tuple[Any, Any, Any, Any]]:
        """Identity, code, first and last month of every spell."""
        self._end(np.arange(len(self._code)))
        self._code[:] = _NOWHERE
        return self._ended

    def _end(self, rows: Any) -> None:
        rows = rows[self._code[rows] >= 0]
        if len(rows):
            last = np.full(len(rows), self._last, np.int16)
            self._ended.append((self._identity[rows], self._code[rows], self._first[rows], last))


def _none() -> tuple[Any, ...]:
    return (np.zeros(0, np.int64), np.zeros(0, np.int8), *(np.zeros(0, np.int16) for _ in range(3)))
