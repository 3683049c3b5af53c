"""Supply links: directed, from buyer to supplier, kept as columns of their own."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from sim import draws, threads
from sim.compiled import compiled, equation
from sim.threads import BLOCK

_AT_A_TIME = 262_144  # links whose bids are held at once


class Links:
    """Links as columns of equal length; a link ends with its buyer, and waits for another supplier without one.

    The order of links plays no part: the last one takes the place of one that ends.
    """

    def __init__(self) -> None:
        self._size = 0
        self._columns: list[Any] = [np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int8)]

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
        most = min(self._size, _AT_A_TIME)
        found, asker = np.empty(most, np.int32), np.empty(2 * most + 1, np.int32)
        bids, best = np.empty(2 * most + 1, np.int64), np.full(len(rows), -1)
        place_of = places_of(rows, len(asks))
        for first in range(0, self._size, _AT_A_TIME):
            buyer, supplier = self.buyer[first : first + _AT_A_TIME], self.supplier[first : first + _AT_A_TIME]
            given = world.seed, world.month, buyer, supplier, world.enterprises.identity, asks, found, asker, bids
            numbers: dict[int, int] = {}
            threads.run(partial(_bid, numbers, given), len(buyer), ())
            take_bids(place_of, asker, bids, np.array(list(numbers.items())), best)
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
def bid_of(priority: float, row: int) -> Any:
    """A priority, and a row below it, in one whole number: the highest one holds the row of the highest priority."""
    return (np.int64(priority * 2.0**32) << np.int64(31)) | np.int64(row)


@compiled
def bid_for_partners(
    lo: int, hi: int, seed: int, month: int, buyer: Any, supplier: Any, identity: Any, asks: Any,
    found: Any, asker: Any, bids: Any,
) -> int:  # fmt: skip
    """Put down each row that asks with a bid for the other end of each of its links; return how many there are.

    They lie from twice the first link's place on. Priorities are keyed by the pair.
    """
    asked: Any = lo
    for link in range(lo, hi):
        found[asked] = link
        asked += np.uint64((supplier[link] >= 0) & (asks[buyer[link]] | asks[supplier[link]]))
    end = np.uint64(2) * lo
    key, u_buyer, u_supplier = np.empty(BLOCK, np.int64), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, asked, BLOCK):
        last = min(first + BLOCK, asked)
        for k in range(first, last):
            key[k - first] = identity[buyer[found[k]]] ^ (identity[supplier[found[k]]] >> 1)
        for k in range(first, last):
            u_buyer[k - first], u_supplier[k - first], _, _ = draws.uniforms(seed, key[k - first], month, draws.CHAIN)
        for k in range(first, last):
            b, s = buyer[found[k]], supplier[found[k]]
            asker[end], bids[end] = b, bid_of(u_buyer[k - first], s)
            end += np.uint64(asks[b])
            asker[end], bids[end] = s, bid_of(u_supplier[k - first], b)
            end += np.uint64(asks[s])
    return int(end - np.uint64(2) * lo)


def _bid(numbers: dict[int, int], given: tuple[Any, ...], lo: int, hi: int) -> None:
    numbers[int(lo)] = bid_for_partners(lo, hi, *given)


@compiled
def places_of(rows: Any, size: int) -> Any:
    """The place of each of ``rows`` among them, shape ``(size,)``; anything for other rows."""
    place_of = np.empty(size, np.int32)
    for k in range(len(rows)):
        place_of[rows[k]] = k
    return place_of


@compiled
def take_bids(place_of: Any, asker: Any, bids: Any, parts: Any, best: Any) -> None:
    """Keep the highest bid of each row that asks in ``best``; ``parts`` are first links and numbers of bids."""
    for part in range(len(parts)):
        first = 2 * parts[part, 0]
        for place in range(first, first + parts[part, 1]):
            k = place_of[asker[place]]
            best[k] = max(best[k], bids[place])
