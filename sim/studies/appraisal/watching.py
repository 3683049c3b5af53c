"""One world of an appraisal: what each enterprise adds, by identity, and what each account pays, by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.model.ecosystem import Ecosystem
from sim.model.mechanisms.resources import running_cost
from sim.model.mechanisms.taxes import PAID, STATED
from sim.model.state.accounts import (
    ABROAD,
    ACCOUNTS,
    COUNTER_ACCOUNT,
    ECONOMY,
    ELSEWHERE,
    GOVERNMENT,
    HOUSEHOLDS,
    LEAVERS,
    TICKS,
    TRANSFERS,
    UNEMPLOYED,
    ticks,
)
from sim.model.state.enterprises import INCUMBENT, OPERATING
from sim.studies.appraisal.treated import Treated

if TYPE_CHECKING:
    from sim.model.state.world import World
    from sim.scenario import Scenario

# Payments between accounts other than enterprises', by the mechanism that makes them: resources used, ticks.
USED = {"idle_space": "renovation", "levers": "programmes", "resources": "platform_staff"}
OTHER = "other_resources"
# Of government's payments to other accounts.
GRANTS = {"idle_space": "conversion_grant", "levers": "programme_outlay"}
# Flows of a month in ticks, then levels at its end.
FLOWS = (
    *TRANSFERS, *(f"account_{name}" for name in ACCOUNTS), *USED.values(), OTHER, *GRANTS.values(), "host_staff",
    "tax_relief",
)  # fmt: skip
LEVELS = (
    "assets", "jobs", "residents_at_work", "from_elsewhere", "unskilled_idle", "worker_pay", "floor_elsewhere",
    "floor_let",
)  # fmt: skip
STREAMS = FLOWS + LEVELS

_SOLD, _TAXED = ("demand", "exports"), "taxes"


class Firms(NamedTuple):
    """Enterprises ever seen in a world, sorted by identity."""

    identity: Any
    jobs: Any  # at the end
    operating: Any  # at the end, 0 or 1
    value_added: Any  # ticks over the run
    taxes: Any  # ticks over the run
    treated: Any
    moved: Any  # treated by moving in, as an existing firm
    size_class: Any  # at first sight
    newcomer: Any


class WatchedWorld:
    """Runs a world and keeps what an appraisal needs of it."""

    def __init__(self, scenario: Scenario, seed: int, treated: Treated) -> None:
        self.model = Ecosystem(scenario, seed)
        self.months: list[Any] = []  # of STREAMS, an int64 vector for each month
        self._treated = treated
        self._gone: list[Firms] = []
        world = self.model.world
        self._named = set(world.settings.platforms)
        self._known: Any = np.zeros(0, np.int64)  # identity by row
        self._columns: dict[str, Any] = {
            name: np.zeros(0, kind)
            for name, kind in (
                ("value_added", np.int64), ("taxes", np.int64), ("treated", bool), ("moved", bool),
                ("size_class", np.int8), ("newcomer", bool),
            )
        }  # fmt: skip
        self._cash: Any = np.zeros(0)
        self._month: Any = np.zeros(len(TRANSFERS), np.int64)  # of the books, at the last look
        self._parts: dict[str, int] = {}
        world.books.settle()
        self._accounts = world.books.accounts.copy()
        self._look(world)
        self.model.watchers.append(self._watch)

    def run(self, months: int) -> WatchedWorld:
        """Run the months."""
        self.model.run_for(months)
        return self

    @property
    def streams(self) -> Any:
        """Months x ``STREAMS``, int64."""
        return np.array(self.months, np.int64).reshape(len(self.months), len(STREAMS))

    @property
    def firms(self) -> Firms:
        """All enterprises ever seen."""
        table = self.model.world.enterprises
        here = self._rows(np.flatnonzero(self._known), table)
        joined = [np.concatenate(parts) for parts in zip(*[*self._gone, here], strict=True)]
        order = np.argsort(joined[0])
        return Firms(*(column[order] for column in joined))

    def _rows(self, rows: Any, table: Any = None) -> Firms:
        """What is known of rows; with a table, their jobs now."""
        staff = np.zeros(len(rows), np.int64) if table is None else table.staff[rows].astype(np.int64)
        status = np.zeros(len(rows), np.int64) if table is None else (table.status[rows] == OPERATING).astype(np.int64)
        own = {name: column[rows] for name, column in self._columns.items()}
        return Firms(self._known[rows], staff, status, **own)

    def _look(self, world: World) -> None:
        """Follow identities from row to row: keep those that left, begin those that came."""
        table = world.enterprises
        more = table.size - len(self._known)
        if more:
            self._known = np.append(self._known, np.zeros(more, np.int64))
            self._cash = np.append(self._cash, np.zeros(more))
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
        self._flow = (table.cash - self._cash) * TICKS
        self._cash = table.cash.copy()

    def _watch(self, mechanism: str, world: World) -> None:
        self._look(world)
        own, paid = self._columns, None
        if mechanism in _SOLD:
            own["value_added"] += self._flow.astype(np.int64)
        elif mechanism == _TAXED:
            paid = -self._flow.astype(np.int64)
            own["taxes"] += paid
        found = self._treated.rows(mechanism, world, paid)
        if mechanism == "letting":
            own["moved"] |= found & ~own["treated"] & (world.enterprises.moved_in != 0)
        own["treated"] |= found
        self._pay(mechanism, world)
        if mechanism == "record":
            self._record(world)

    def _pay(self, mechanism: str, world: World) -> None:
        """Add up what accounts other than enterprises' paid each other in a mechanism."""
        books, parts = world.books, self._parts
        flows = books.month - self._month
        change = books.accounts - self._accounts
        residual = change + np.bincount(COUNTER_ACCOUNT, flows, len(ACCOUNTS)).astype(np.int64)
        used = int(residual[ECONOMY] + residual[ABROAD] + residual[HOUSEHOLDS])
        name = USED.get(mechanism, OTHER)
        parts[name] = parts.get(name, 0) + used
        if mechanism in GRANTS:
            parts[GRANTS[mechanism]] = parts.get(GRANTS[mechanism], 0) - int(residual[GOVERNMENT])
        if mechanism == "resources":
            parts["host_staff"] = sum(
                int(ticks(running_cost(world, it) / world.weight_of(it)))
                for it in world.platforms
                if it.name in self._named and world.host_row(it) >= 0
            )
        for account, amount in zip(ACCOUNTS, change.tolist(), strict=True):
            parts[f"account_{account}"] = parts.get(f"account_{account}", 0) + amount
        self._month, self._accounts = books.month.copy(), books.accounts.copy()

    def _record(self, world: World) -> None:
        """Record the month just done."""
        table, books, parts = world.enterprises, world.books, self._parts
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
        self.months.append(np.array([parts.get(name, 0) for name in STREAMS], np.int64))
        self._parts = {}
        self._month = np.zeros(len(TRANSFERS), np.int64)
