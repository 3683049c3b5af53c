"""Supply links: directed, from buyer to supplier, kept as columns of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import draws
from sim.compiled import compiled


class Links:
    """Links as columns of equal length; a link ends with its buyer, and waits for another supplier without one."""

    def __init__(self) -> None:
        self.buyer = np.zeros(0, np.int64)  # row
        self.supplier = np.zeros(0, np.int64)  # row, -1 while the buyer looks for another
        self.ordinal = np.zeros(0, np.int64)  # place among the buyer's links

    def __len__(self) -> int:
        return len(self.buyer)

    def add(self, buyer: Any, supplier: Any, ordinal: Any) -> None:
        self.buyer = np.concatenate([self.buyer, buyer])
        self.supplier = np.concatenate([self.supplier, supplier])
        self.ordinal = np.concatenate([self.ordinal, ordinal])

    def drop(self, rows: Any, size: int) -> None:
        """Drop the links of buyers in ``rows``, and those suppliers from their buyers' links."""
        if not len(self.buyer):
            return
        gone = np.zeros(size, bool)
        gone[rows] = True
        self.supplier[(self.supplier >= 0) & gone[self.supplier]] = -1
        keep = ~gone[self.buyer]
        self.buyer, self.supplier, self.ordinal = self.buyer[keep], self.supplier[keep], self.ordinal[keep]

    def partners(self, world: Any) -> Any:
        """For each row one chain partner of the month, drawn by a priority keyed by the pair; -1 without links."""
        table = world.enterprises
        partner = np.full(table.size, -1, np.int64)
        best = np.zeros(table.size)
        choose_partners(self.buyer, self.supplier, table.identity, world.seed, world.month, partner, best)
        return partner


@compiled
def choose_partners(buyer: Any, supplier: Any, identity: Any, seed: int, month: int, partner: Any, best: Any) -> None:
    """Of each row's links in either direction the one with the highest keyed priority."""
    for link in range(len(buyer)):
        b, s = buyer[link], supplier[link]
        if s < 0:
            continue
        u_buyer, u_supplier, _, _ = draws.uniforms(seed, identity[b] ^ (identity[s] >> 1), month, draws.CHAIN)
        if u_buyer > best[b]:
            best[b], partner[b] = u_buyer, s
        if u_supplier > best[s]:
            best[s], partner[s] = u_supplier, b
