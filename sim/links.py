"""Supply links: directed, from buyer to supplier, kept as columns of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import draws, threads
from sim.compiled import compiled, equation
from sim.threads import BLOCK


class Links:
    """Links as columns of equal length; a link ends with its buyer, and waits for another supplier without one.

    The order of links plays no part: the last one takes the place of one that ends.
    """

    def __init__(self) -> None:
        self._size = 0
        self._columns: list[Any] = [np.zeros(0, np.uint32), np.zeros(0, np.int32), np.zeros(0, np.int8)]

    def __len__(self) -> int:
        return self._size

    @property
    def buyer(self) -> Any:
        """Row of the buyer."""
        return self._columns[0][: self._size]

    @property
    def supplier(self) -> Any:
        """Row of the supplier, -1 while the buyer looks for another."""
        return self._columns[1][: self._size]

    @property
    def ordinal(self) -> Any:
        """Place among the buyer's links."""
        return self._columns[2][: self._size]

    def add(self, buyer: Any, supplier: Any, ordinal: Any) -> None:
        before, self._size = self._size, self._size + len(buyer)
        for number, values in enumerate((buyer, supplier, ordinal)):
            column = self._columns[number]
            if self._size > len(column):
                column = np.zeros(self._size * 9 // 8, column.dtype)
                column[:before] = self._columns[number][:before]
                self._columns[number] = column
            column[before : self._size] = values

    def drop(self, rows: Any, size: int) -> None:
        """Drop the links of buyers in ``rows``, and those suppliers from their buyers' links."""
        gone = np.zeros(size, np.int8)
        gone[rows] = 1
        self._size = end_links(self.buyer, self.supplier, self.ordinal, gone)

    def partners(self, world: Any, rows: Any, asks: Any) -> Any:
        """One chain partner of the month for each of ``rows``, which ``asks`` marks among all; -1 without links."""
        given = world.seed, world.month, self.buyer, self.supplier, world.enterprises.identity, asks
        place_of = places_of(rows, len(asks))
        parts: list[Any] = []

        def bid(lo: int, hi: int) -> None:
            best = np.full(len(rows), -1)
            bid_for_partners(lo, hi, *given, place_of, best)
            parts.append(best)

        threads.run(bid, self._size, ())
        best = np.max(parts, axis=0)  # each thread has bids of its own
        return np.where(best >= 0, best & 0x7FFFFFFF, -1)


@compiled
def end_links(buyer: Any, supplier: Any, ordinal: Any, gone: Any) -> int:
    """End links of buyers marked as gone, let those of gone suppliers wait, and return how many links are left."""
    link, size = 0, len(buyer)
    while link < size:
        if gone[buyer[link]]:
            size -= 1
            buyer[link], supplier[link], ordinal[link] = buyer[size], supplier[size], ordinal[size]
            continue
        if gone[supplier[link]] and supplier[link] >= 0:
            supplier[link] = -1
        link += 1
    return size


@equation
def bid_of(priority: float, row: Any) -> Any:
    """A priority, and a row below it, in one whole number: the highest one holds the row of the highest priority."""
    return (np.int64(priority * 2.0**32) << np.int64(31)) | np.int64(row)


@compiled
def bid_for_partners(
    lo: int, hi: int, seed: int, month: int, buyer: Any, supplier: Any, identity: Any, asks: Any, place_of: Any,
    best: Any,
) -> None:  # fmt: skip
    """Bid for the other end of each link of a row that asks, and keep the highest bid of each in ``best``.

    Priorities are keyed by the pair.
    """
    found, key = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    asker, bid = np.empty(np.uint64(2) * BLOCK, np.uint32), np.empty(np.uint64(2) * BLOCK, np.int64)
    u_buyer, u_supplier = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last, number, end = min(first + BLOCK, hi), 0, 0
        for link in range(first, last):
            found[number] = link
            number += (supplier[link] >= 0) & (asks[buyer[link]] | asks[supplier[link]])
        for k in range(number):
            key[k] = identity[buyer[found[k]]] ^ (identity[np.uint32(supplier[found[k]])] >> 1)
        for k in range(number):
            u_buyer[k], u_supplier[k], _, _ = draws.uniforms(seed, key[k], month, draws.CHAIN)
        for k in range(number):
            b, s = buyer[found[k]], np.uint32(supplier[found[k]])
            asker[end], bid[end] = b, bid_of(u_buyer[k], s)
            end += asks[b]
            asker[end], bid[end] = s, bid_of(u_supplier[k], b)
            end += asks[s]
        for k in range(end):
            place = place_of[asker[k]]
            best[place] = max(best[place], bid[k])


@compiled
def places_of(rows: Any, size: int) -> Any:
    """The place of each of ``rows`` among them, shape ``(size,)``; anything for other rows."""
    place_of = np.empty(size, np.uint32)
    for k in range(len(rows)):
        place_of[rows[k]] = k
    return place_of
