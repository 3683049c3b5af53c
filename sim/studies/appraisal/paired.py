"""Enterprises of two worlds side by side, found in both by their identity."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model.state.enterprises import CLASSES
from sim.runs.follow import Firms
from sim.studies.appraisal.treated import Treated

AGES = ("incumbent", "newcomer")
GROUPS = tuple(f"{size}_{age}" for size in CLASSES for age in AGES)


class Paired:
    """The enterprises of either world in order of identity; a value is 0 where an enterprise is not there.

    Class, age and sector are those at first sight in the world without, or in the other where it is only there.
    ``group`` is the index in ``GROUPS``.
    """

    def __init__(self, a: Firms, b: Firms, reached: Treated) -> None:
        self._a, self._b = a, b
        self.identity = np.union1d(a.identity, b.identity)
        self._in_a, self._in_b = (np.searchsorted(self.identity, it.identity) for it in (a, b))
        self.seen_a = self._spread(np.ones(len(a.identity), bool), self._in_a)
        self.seen_b = self._spread(np.ones(len(b.identity), bool), self._in_b)
        there = np.searchsorted(self.identity, reached.identity)
        self.treated = self._spread(np.ones(len(there), bool), there)
        self.moved = self._spread(reached.moved, there)
        self.sector = self._at_first("sector")
        self.group = len(AGES) * self._at_first("size_class") + self._at_first("newcomer")

    def of(self, name: str) -> tuple[Any, Any]:
        """What enterprises have in the world without and in the world with."""
        return self._spread(getattr(self._a, name), self._in_a), self._spread(getattr(self._b, name), self._in_b)

    def _at_first(self, name: str) -> Any:
        without, with_it = self.of(name)
        return np.where(self.seen_a, without, with_it).astype(np.int64)

    def _spread(self, values: Any, places: Any) -> Any:
        column = np.zeros(len(self.identity), np.asarray(values).dtype)
        column[places] = values
        return column
