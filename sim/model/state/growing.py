"""Columns that grow on demand."""

from __future__ import annotations

from typing import Any

import numpy as np


class Growing:
    """Columns of equal length, one of each type given; the first rows are in use."""

    def __init__(self, *dtypes: Any) -> None:
        self._size = 0
        self._columns: list[Any] = [np.zeros(0, dtype) for dtype in dtypes]

    def __len__(self) -> int:
        return self._size

    def _used(self, column: int) -> Any:
        """The rows in use of one column, a view."""
        return self._columns[column][: self._size]

    def _lengthen(self, more: int) -> int:
        """Take ``more`` rows into use; returns the number before."""
        before, self._size = self._size, self._size + more
        if self._size > len(self._columns[0]):
            self._columns = [longer(column, before, self._size * 9 // 8) for column in self._columns]
        return before


def longer(column: Any, used: int, capacity: int) -> Any:
    """A copy of the used part of a column, with room for ``capacity`` numbers."""
    made = np.zeros(capacity, column.dtype)
    made[:used] = column[:used]
    return made
