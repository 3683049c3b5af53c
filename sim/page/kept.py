"""Finished worlds in memory, the latest used last, up to a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from sim.page.queue import Key
from sim.runs.executor import Failure

MOST = 400_000_000  # bytes


class Kept:
    """Worlds by key."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._bytes = most, 0
        self._worlds: OrderedDict[Key, Any] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self._worlds

    def get(self, key: Key) -> Any:
        """The world, or the failure that it was; None where it is not kept."""
        if key in self._worlds:
            self._worlds.move_to_end(key)
        return self._worlds.get(key)

    def put(self, key: Key, value: Any) -> None:
        """Keep a world; those not used for longest go first."""
        if key in self._worlds:
            self._bytes -= _size(self._worlds.pop(key))
        self._worlds[key] = value
        self._bytes += _size(value)
        while self._bytes > self._most and len(self._worlds) > 1:
            self._bytes -= _size(self._worlds.popitem(last=False)[1])


def _size(value: Any) -> int:
    if isinstance(value, Failure):
        return len(value.message)
    cells, record = value
    return int(cells.nbytes) + len(record or b"")
