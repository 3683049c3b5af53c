"""Finished worlds in memory: those used last, and those that answers stand on, each up to a number of bytes."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Any

from sim.page.queue import Key
from sim.runs.executor import Failure

MOST = 400_000_000  # bytes
MOST_HELD = 1_000_000_000  # bytes that all visitors' answers stand on


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


class Held:
    """Bytes of the worlds that the answers of all visitors stand on; one that several hold is counted once."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self.most, self.bytes = most, 0
        self._holders: Counter[Key] = Counter()
        self._sizes: dict[Key, int] = {}

    def take(self, key: Key, value: Any) -> bool:
        """One more holds a world; False, and it does not, where all would hold too many bytes."""
        if key not in self._sizes:
            size = _size(value)
            if self.bytes + size > self.most:
                return False
            self._sizes[key] = size
            self.bytes += size
        self._holders[key] += 1
        return True

    def leave(self, keys: Iterable[Key]) -> None:
        """One less holds each of these."""
        for key in keys:
            self._holders[key] -= 1
            if not self._holders[key]:
                del self._holders[key]
                self.bytes -= self._sizes.pop(key)


def _size(value: Any) -> int:
    if isinstance(value, Failure):
        return len(value.message)
    cells, record = value
    return int(cells.nbytes) + len(record or b"")
