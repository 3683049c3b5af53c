"""Operating enterprises sorted by identity: a ring for consistent hashing, on which keyed points find partners.

A newcomer changes only the choices whose point falls just before it, and the order of rows has no effect.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.kernel.compiled import compiled
from sim.kernel.types import f8, i1, i2, i8, typed, u4
from sim.model.state.enterprises import OPERATING, Enterprises
from sim.model.state.growing import Growing

_NOBODY = np.int64(2**63 - 1)  # an identity above all


@typed
class OnRing(NamedTuple):
    """The ring's enterprises, sorted by identity, with their rows and stages of the supply chain."""

    identity: i8
    row: u4
    stage: i1


@typed
class Tenants(NamedTuple):
    """The ring's enterprises that are tenants of a site."""

    identity: i8
    row: i8


class Ring(Growing):
    """The ring as columns of equal length, updated each month."""

    def __init__(self) -> None:
        super().__init__(np.int64, np.uint32, np.int8)
        self._on: Any = np.zeros(0, np.int8)  # marks the rows on the ring
        self._off: Any = np.zeros(0, np.int64)  # identities still on the ring whose rows are free

    @property
    def identity(self) -> Any:
        """Identities, sorted."""
        return self._used(0)

    @property
    def row(self) -> Any:
        """Rows in the table of enterprises."""
        return self._used(1)

    @property
    def stage(self) -> Any:
        """Stages of the supply chain, which never change."""
        return self._used(2)

    @property
    def everyone(self) -> OnRing:
        """The ring as an argument of loops."""
        return OnRing(self.identity, self.row, self.stage)

    def sort(self, table: Enterprises) -> None:
        """Merge enterprises that have started since, and remove those that no longer operate."""
        if len(self._on) < table.size:
            self._on = np.concatenate([self._on, np.zeros(table.size - len(self._on), np.int8)])
        came, gone = mark_changes(table.status, table.identity, self._on)
        if len(gone) or len(self._off):
            gone = np.concatenate([gone, self._off])
            gone.sort()
            self._off = np.zeros(0, np.int64)
            self._size = remove(gone, self.identity, self.row, self.stage)
        if len(came):
            came = came[np.argsort(table.identity[came])]
            self._lengthen(len(came))
            merge(table.identity[came], came, table.sector[came] % 3, self.identity, self.row, self.stage)

    def release(self, table: Enterprises, rows: Any) -> None:
        """Record the identities of ``rows`` before they are freed and reused."""
        on = rows[rows < len(self._on)]
        on = on[self._on[on] == 1]
        self._off = np.concatenate([self._off, table.identity[on]])
        self._on[on] = 0

    def tenants(self, table: Enterprises) -> Tenants:
        """Those on the ring that are tenants of a site."""
        rows = tenant_rows(self._on, table.site)
        if len(rows):
            rows = rows[np.argsort(table.identity[rows])]
        return Tenants(table.identity[rows], rows)

    def has_twice(self, table: Enterprises) -> bool:
        """Whether two enterprises share one identity: two on the ring, two others, or one and another."""
        others = table.alive
        others[: len(self._on)] &= self._on == 0
        apart, ring = np.sort(table.identity[others]), self.identity
        found = ring[np.minimum(np.searchsorted(ring, apart), len(ring) - 1)] == apart if len(ring) else apart[:0]
        return bool((ring[1:] == ring[:-1]).any() or (apart[1:] == apart[:-1]).any() or found.any())

    def row_of(self, table: Enterprises, identity: int) -> int:
        """Row of the enterprise with this identity, -1 if it left."""
        index = int(np.searchsorted(self.identity, identity))
        if index < self._size and self.identity[index] == identity:
            row = int(self.row[index])
            return row if table.identity[row] == identity else -1
        return -1


@compiled
def mark_changes(status: i1, identity: i8, on: i1) -> tuple[i8, i8]:
    """Mark in ``on`` the rows that operate; returns those that were not marked, and identities of those that end."""
    came, went = 0, 0
    for i in range(np.uint64(len(status))):
        came += (status[i] == OPERATING) & (on[i] == 0)
        went += (status[i] != OPERATING) & (on[i] == 1)
    new, old = np.empty(came, np.int64), np.empty(went, np.int64)
    if came + went == 0:
        return new, old
    k, j = 0, 0
    for i in range(np.uint64(len(status))):
        if (status[i] == OPERATING) == (on[i] == 1):
            continue
        if status[i] == OPERATING:
            new[k], on[i] = i, 1
            k += 1
        else:
            old[j], on[i] = identity[i], 0
            j += 1
    return new, old


@compiled
def tenant_rows(on: i1, site: i2) -> i8:
    """Marked rows that are tenants of a site."""
    number = 0
    for i in range(np.uint64(len(on))):
        number += (on[i] == 1) & (site[i] >= 0)
    rows, k = np.empty(number, np.int64), 0
    for i in range(np.uint64(len(on)) if number else np.uint64(0)):
        if on[i] == 1 and site[i] >= 0:
            rows[k] = i
            k += 1
    return rows


@compiled
def remove(gone: i8, identity: i8, row: u4, stage: i1) -> int:
    """Remove the identities in ``gone``, which is sorted; returns the new size."""
    out, goes = 0, gone[0] if len(gone) else _NOBODY
    index = np.uint64(np.searchsorted(identity, goes))  # before it nothing changes
    for old in range(index, np.uint64(len(identity))):
        identity[index], row[index], stage[index] = identity[old], row[old], stage[old]
        if identity[old] == goes:
            out += 1
            goes = gone[out] if out < len(gone) else _NOBODY
        else:
            index += np.uint64(1)
    return int(index)


@compiled
def merge(came: i8, came_row: i8, came_stage: i1, identity: i8, row: u4, stage: i1) -> None:
    """Merge the identities in ``came``, which is sorted, into the ring, whose last ``len(came)`` elements are free."""
    old = len(identity) - len(came) - 1
    for new in range(len(came) - 1, -1, -1):
        while old >= 0 and identity[old] > came[new]:
            index = old + new + 1
            identity[index], row[index], stage[index] = identity[old], row[old], stage[old]
            old -= 1
        index = old + new + 1
        identity[index], row[index], stage[index] = came[new], came_row[new], came_stage[new]


@compiled
def successors(ring: i8, points: f8) -> i8:
    """Indices of the first identities on the sorted ring at or after ``points`` of the circle, from 0 to 1.

    Identities are uniform, so that interpolation search comes near, and a few steps do the rest. Each guess is made for
    all points before the next, so that memory accesses overlap.
    """
    count, size = len(points), len(ring)
    index, point = np.zeros(count, np.int64), np.empty(count, np.int64)
    if size == 0:
        return index
    for k in range(count):
        index[k], point[k] = min(int(points[k] * size), size - 1), int(points[k] * 9.2e18)
    for _ in range(2):
        for k in range(count):
            index[k] = min(max(index[k] + int((point[k] - ring[index[k]]) * (size / 2.0**63)), 0), size - 1)
    for k in range(count):
        here = index[k]
        while here > 0 and ring[here - 1] >= point[k]:
            here -= 1
        while here < size and ring[here] < point[k]:
            here += 1
        index[k] = here if here < size else 0
    return index
