"""Supply links from buyers to suppliers, stored as columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.kernel import threads
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, Word, b1, f4, i1, i4, i8, u4
from sim.model.state.growing import Growing

# Keyed by buyer and link ordinal; and by buyer and supplier, where the first two words are the priorities of their bids
# for each other.
renewal = block("chain", 0, "renewed", "point", "asked", number=27)

_ROW = 2**31 - 1  # mask of the bits of a bid that hold a row plus 1


class Links(Growing):
    """Links as columns of equal length; a link ends with its buyer, and stays open when its supplier leaves.

    Their order has no effect: the last link replaces one that ends.
    """

    def __init__(self) -> None:
        super().__init__(np.uint32, np.int32, np.int8, np.int32, np.float32, np.float32)
        self.has_agreements = False  # whether anything was ever ordered along links

    @property
    def buyer(self) -> Any:
        """Row of the buyer."""
        return self._used(0)

    @property
    def supplier(self) -> Any:
        """Row of the supplier, -1 while the link is open."""
        return self._used(1)

    @property
    def ordinal(self) -> Any:
        """Ordinal among the buyer's links."""
        return self._used(2)

    @property
    def agreed(self) -> Any:
        """Row of the supplier with which an order is agreed, -1 without."""
        return self._used(3)

    @property
    def per_sale(self) -> Any:
        """The order agreed, or last agreed, as a share of the buyer's sales."""
        return self._used(4)

    @property
    def given_up(self) -> Any:
        """Share of its other sales that the supplier gives up for it."""
        return self._used(5)

    def view(self, columns: Any) -> Any:
        """The columns of a ``NamedTuple`` class, as an instance of it."""
        return columns(*[getattr(self, name) for name in columns._fields])

    def add(self, buyer: Any, supplier: Any, ordinal: Any) -> None:
        before = self._lengthen(len(buyer))
        for column, values in enumerate((buyer, supplier, ordinal, -1, 0.0, 0.0)):
            self._used(column)[before:] = values

    def drop(self, rows: Any, size: int) -> None:
        """End the links of buyers in ``rows``, and open those of suppliers in them."""
        gone, ends = bits(rows, size), np.empty(self._size, bool)
        threads.run(touch, self._size, (), (self.buyer, self.supplier, gone, ends))
        if self.has_agreements:
            agreed = self.agreed
            agreed[np.isin(agreed, rows)] = -1
        columns = self.buyer, self.supplier, self.ordinal, self.agreed, self.per_sale, self.given_up
        self._size = end_links(ends.nonzero()[0], *columns, gone)

    def partners(self, world: Any, rows: Any, marks: Any) -> Any:
        """The month's chain partner of each of ``rows`` whose first bit in ``marks`` asks for one; -1 without links."""
        table, best = world.enterprises, np.zeros(len(rows), np.int64)
        asks, index_of = askers(rows, marks)
        given = world.seed, world.month, self.buyer, self.supplier, table.identity, asks, index_of
        threads.run(bid_for_partners, self._size, (best,), given, np.maximum)
        return (best & _ROW) - 1


@equation
def mark(words: u4, row: Word) -> None:
    """Mark a row."""
    index = np.uint32(row)
    words[index >> np.uint32(5)] |= np.uint32(1) << (index & np.uint32(31))


@compiled
def bits(rows: i8, size: int) -> u4:
    """Marks of ``rows`` as bits of 32-bit words: an eighth of the memory, so that they fit the cache."""
    words = np.zeros(size // 32 + 1, np.uint32)
    for i in rows:
        mark(words, i)
    return words


@compiled
def askers(rows: i8, marks: i1) -> tuple[u4, u4]:
    """Bits of the ``rows`` whose first bit in ``marks`` is set, and the index of each of ``rows`` among them.

    The index of other rows is undefined.
    """
    words, index_of = np.zeros(len(marks) // 32 + 1, np.uint32), np.empty(len(marks), np.uint32)
    for k in range(len(rows)):
        index_of[rows[k]] = k
        if marks[rows[k]] & 1:
            mark(words, rows[k])
    return words, index_of


@equation
def is_marked(words: u4, row: Word) -> Any:
    """1 if a row (uint32) is marked, else 0."""
    index = np.uint32(row)
    return (words[index >> np.uint32(5)] >> (index & np.uint32(31))) & np.uint32(1)


@compiled
def touch(lo: Index, hi: Index, buyer: u4, supplier: i4, gone: u4, ends: b1) -> None:
    """Mark the links whose buyer or supplier is gone; open links may be marked too."""
    for link in range(lo, hi):
        ends[link] = (is_marked(gone, buyer[link]) | is_marked(gone, np.uint32(max(supplier[link], 0)))) != 0


@compiled
def end_links(
    touched: i8, buyer: u4, supplier: i4, ordinal: i1, agreed: i4, per_sale: f4, given_up: f4, gone: u4
) -> int:
    """End the links of gone buyers, open those of gone suppliers, and return the number of links left."""
    size = len(buyer)
    for k in range(len(touched) - 1, -1, -1):
        link = touched[k]
        if is_marked(gone, buyer[link]):
            size -= 1
            buyer[link], supplier[link], ordinal[link] = buyer[size], supplier[size], ordinal[size]
            agreed[link], per_sale[link], given_up[link] = agreed[size], per_sale[size], given_up[size]
        else:
            supplier[link] = -1
    return size


@equation
def bid_of(priority: float, row: Word) -> Any:
    """A priority in the high bits and a row plus 1 in the low bits of one integer: the maximum has the best row."""
    return (np.int64(priority * 2.0**32) << np.int64(31)) | np.int64(row + 1)


@compiled
def bid_for_partners(
    lo: Index, hi: Index, seed: int, month: int, buyer: u4, supplier: i4, identity: i8, asks: u4, index_of: u4, best: i8
) -> None:  # fmt: skip
    """For each row that asks, keep in ``best`` the highest bid among the other ends of its links.

    Priorities are keyed by the pair.
    """
    found, key = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    asker, bid = np.empty(np.uint64(2) * BLOCK, np.uint32), np.empty(np.uint64(2) * BLOCK, np.int64)
    u_buyer, u_supplier = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last, number, end = min(first + BLOCK, hi), 0, 0
        for link in range(first, last):
            found[number] = link
            b, s = buyer[link], np.uint32(max(supplier[link], 0))
            number += (supplier[link] >= 0) & (is_marked(asks, b) | is_marked(asks, s))
        for k in range(number):
            key[k] = identity[buyer[found[k]]] ^ (identity[np.uint32(supplier[found[k]])] >> 1)
        for k in range(number):
            u = renewal(seed, key[k], month)
            u_buyer[k], u_supplier[k] = u.renewed, u.point
        for k in range(number):
            b, s = buyer[found[k]], np.uint32(supplier[found[k]])
            asker[end], bid[end] = b, bid_of(u_buyer[k], s)
            end += is_marked(asks, b)
            asker[end], bid[end] = s, bid_of(u_supplier[k], b)
            end += is_marked(asks, s)
        for k in range(end):
            index = index_of[asker[k]]
            best[index] = max(best[index], bid[k])
