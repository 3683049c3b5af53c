"""The table of enterprises: a row for each enterprise, a numpy column for each attribute.

Rows of enterprises that left are reused; identities never are. Nothing in the model depends on the order of rows:
draws are keyed by identity, and sums are of integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeVar

import numpy as np

from sim.declare import Column
from sim.kernel.compiled import compiled, equation, is_jit_disabled
from sim.kernel.types import Index, i1, i2, i4, i8, typed, u4
from sim.model.state.growing import longer
from sim.parameters import Population

SMALL, MEDIUM, BIG = 0, 1, 2
CLASSES = ("small", "medium", "big")

INCUMBENT, INDEPENDENT, SPIN_OFF, MAKER, TENANT = 0, 1, 2, 3, 4
ORIGINS = ("incumbent", "independent", "spin_off", "maker", "tenant")
ORIGIN_WORDS = tuple(name.replace("_", "-") for name in ORIGINS)  # in meanings

FREE, REGISTERED, OPERATING, SUSPENDED = 0, 1, 2, 3
STATUSES = ("free", "registered", "operating", "suspended")

AXES = 3  # of the space of knowledge

# Columns that several mechanisms write; a mechanism declares those that it alone writes.
COLUMNS = (
    Column("identity", "i8", "", "identity: never reused, the key of every draw"),
    Column("host", "i8", "identity", "identity of the parent (spin-off) or host (maker, tenant), 0 without one"),
    Column("status", "i1", "", "free row, registered, operating or suspended"),
    Column("size_class", "i1", "", "small, medium or big by the size standard, reviewed each December"),
    Column("origin", "i1", "", "incumbent, independent, spin-off, maker or site tenant"),
    Column("sector", "i1", "", "index of the sector; modulo 3 its stage in the supply chain"),
    Column("exporter", "i1", "", "1 for an exporter, or one that stopped as such"),
    Column("funded", "i1", "", "1 once an outside investor has bought a share"),
    Column("platform", "i2", "", "index of the platform it is a member of, -1 without", exit=-1),
    Column("site", "i2", "", "index of the idle site it is a tenant of, -1 without", exit=-1),
    Column("born", "i2", "month", "month of registration, negative for incumbents"),
    Column("started", "i2", "month", "month in which operation started, -9999 before"),
    Column("lines", "i4", "lines", "product lines"),
    Column("staff", "i4", "people", "founders and employees"),
    Column("talent", "i4", "people", "skilled staff, within staff"),
    Column("staff_year_ago", "i4", "people", "staff in the same month of last year's review"),
    Column("project_began", "i2", "month", "month in which the project under way began, -9999 without one"),
    Column("asked", "i2", "month", "month of the open request for knowledge, -9999 without one"),
    Column("solved", "i1", "", "bits of the components of the project that are solved"),
    Column("breadth", "i1", "sources", "kinds of partner that the project draws on, 0 to 4"),
    Column("reached", "i1", "", "1 once a partner has answered in the project"),
    Column("researched", "i1", "", "1 once a project has been worked on since January"),
    Column("cash", "f8", "million yuan", "cash; changes by named transfers only"),
    Column("assets", "f8", "million yuan", "fixed and working assets"),
    Column("productivity", "f8", "", "efficiency relative to the sector's at the start"),
    Column("quality", "f8", "", "quality of its lines relative to the sector's at the start"),
    Column("knowledge_0", "f8", "", "knowledge of materials and process"),
    Column("knowledge_1", "f8", "", "knowledge of devices and electronics"),
    Column("knowledge_2", "f8", "", "knowledge of software and markets"),
    Column("appeal", "f8", "million yuan a year", "sum of the sizes of its lines at the sector's opening demand"),
    Column("line_size", "f8", "million yuan a year", "size to which one of its lines reverts"),
    Column("worker_revenue", "f8", "million yuan a year", "revenue per worker at productivity 1"),
    Column("capital_intensity", "f4", "million yuan", "assets per worker of a firm of 100 staff"),
    Column("floor", "i4", "m2", "floor in use"),
    Column("borrowed_hours", "i4", "hours a month", "equipment hours borrowed from a host"),
    Column("revenue", "f8", "million yuan a month", "sales of the month"),
    Column("exports", "f8", "million yuan a month", "sales abroad within the month's sales"),
    Column("revenue_year", "f8", "million yuan", "sales since January"),
    Column("revenue_12", "f8", "million yuan", "sales of the last full year"),
    Column("profit_year", "f8", "million yuan", "taxable profit since January"),
)

_RENAMED = {"number": "index"} | {f"met_{axis}": f"partner_knowledge_{axis}" for axis in range(AXES)}
NEVER = -9999

View = TypeVar("View")
Class = TypeVar("Class", bound=type)


def reads(columns: Class) -> Class:
    """Declare a ``NamedTuple`` class of columns that a loop reads and never writes.

    With ``NUMBA_DISABLE_JIT`` these arrays are read-only, so that a loop that writes one fails.
    """
    return _declared(columns, "reads")


def writes(columns: Class) -> Class:
    """Declare a ``NamedTuple`` class of columns that a loop writes, and may read."""
    return _declared(columns, "writes")


def _declared(columns: Class, intent: str) -> Class:
    kind: Any = typed(columns)
    kind.intent = intent
    return columns


@writes
class NoWrites(NamedTuple):
    """The columns of a loop that writes none."""


@equation
def classify(staff: float, revenue: float, standard: Population) -> int:
    """Class from staff and yearly revenue (million yuan); a class requires both."""
    if staff >= standard.big_staff and revenue >= standard.big_revenue:
        return BIG
    if staff >= standard.medium_staff and revenue >= standard.medium_revenue:
        return MEDIUM
    return SMALL


@compiled
def gather(marks: i1, first: Index, last: Index, identity: i8, rows: u4, who: i8) -> int:
    """Put the marked rows of a block into ``rows`` and their identities into ``who``; returns their number.

    Rows are unsigned: a signed index would be checked for wrap-around at each use.
    """
    number: Any = np.uint64(0)
    for i in range(first, last):
        rows[number] = i
        number += np.uint64(marks[i - first])
    for k in range(number):
        who[k] = identity[rows[k]]
    return int(number)


@compiled
def end_tenancies(rows: i8, site: i2, floor: i4, back: i8) -> None:
    """End tenancies; ``back`` sums the floor (m2) returned to each site."""
    for i in rows:
        if site[i] >= 0:
            back[site[i]] += floor[i]
        site[i] = -1
        floor[i] = 0


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The present name of a renamed column or attribute, or the known name most like this one; empty where none is."""
    names = list(known)
    if (present := _RENAMED.get(name, "")) in names:
        return present
    return next(iter(get_close_matches(name, names, 1)), "")


def _read_only(values: Any) -> Any:
    """A read-only view of an array."""
    view = values.view()
    view.flags.writeable = False
    return view


class Enterprises:
    """Columns of equal length; the first ``size`` rows are in use or free again."""

    def __init__(self, columns: Sequence[Column], capacity: int) -> None:
        self.size = 0
        self.columns: dict[str, Any] = {column.name: np.zeros(max(capacity, 16), column.dtype) for column in columns}
        self._exits = {column.name: column.exit for column in columns if column.exit}
        self._free: Any = np.zeros(0, np.int64)
        self._views: dict[type, Any] = {}
        self.row_changes = 0  # times that rows were taken or freed, before which no row's identity changes

    def __getattr__(self, name: str) -> Any:
        """The used part of a column, by its name: a view of shape ``(size,)``, an attribute until the table grows."""
        if (columns := self.__dict__.get("columns")) is None or name not in columns:
            raise AttributeError(f"no column {name!r}")
        found = self.__dict__[name] = columns[name][: self.size]
        return found

    def __getstate__(self) -> dict[str, Any]:
        """The state without views, which refer to the columns."""
        return {name: value for name, value in self.__dict__.items() if name not in self.columns} | {"_views": {}}

    @property
    def alive(self) -> Any:
        """Mask of the rows in use, shape ``(size,)``: registered, operating or suspended enterprises."""
        return self.status != FREE

    def __len__(self) -> int:
        return int(np.count_nonzero(self.alive))

    def __iter__(self) -> Iterator[int]:
        """The rows in use, in the order of the table."""
        return iter(np.flatnonzero(self.alive).tolist())

    def view(self, columns: type[View]) -> View:
        """The columns of a ``NamedTuple`` class as an instance of it, with the unused rows at their end.

        Cached until the table grows.
        """
        found: Any = self._views.get(columns)
        if found is None:
            kind: Any = columns
            given = [self.columns[name] for name in kind._fields]
            if is_jit_disabled() and getattr(kind, "intent", "") == "reads":
                found = tuple.__new__(kind, [_read_only(values) for values in given])
            else:
                found = kind(*given)
            self._views[kind] = found
        view: View = found
        return view

    def add(self, number: int) -> Any:
        """Empty rows for ``number`` newcomers (int64, shape ``(number,)``), the lowest free rows first."""
        self.row_changes += 1
        self._free.sort()
        reused, self._free = self._free[:number], self._free[number:]
        missing = number - len(reused)
        if self.size + missing > len(self.columns["identity"]):
            self._grow(self.size + missing)
        if not missing:
            return reused
        rows = np.concatenate([reused, np.arange(self.size, self.size + missing)])
        self.size += missing
        for name in self.columns:
            self.__dict__.pop(name, None)
        return rows

    def release(self, rows: Any) -> None:
        """Free the rows of enterprises that left, and clear their columns."""
        self.row_changes += 1
        for name, values in self.columns.items():
            values[rows] = self._exits.get(name, 0)
        self._free = np.concatenate([self._free, rows])

    def _grow(self, needed: int) -> None:
        capacity = max(needed, len(self.columns["identity"]) * 3 // 2)
        for name, values in self.columns.items():
            self.columns[name] = longer(values, len(values), capacity)
        self._views = {}
