"""The worlds that visitors wait for: one queue, ordered by seed and then by arrival.

So every visitor has a first pair before anyone has a second. What an answer rests on comes after all answers. A world
that several visitors wait for is run once; it is left out, or ended, when the last of them no longer waits.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sim.page.stepping import SharedPast
    from sim.scenario import Scenario


class Key(NamedTuple):
    """A world: the digest of its request, and the number of the replicate."""

    digest: str
    replicate: int


@dataclass(frozen=True)
class Wanted:
    """A world that somebody waits for, and what it takes to run it: by the pool's own step unless another is given.

    One that is ``late`` comes after all that are not.
    """

    key: Key
    scenario: Scenario
    seed: int
    past: SharedPast | None = None
    step: Callable[..., Any] | None = None
    late: bool = False


@dataclass
class Entry:
    """A world in the queue or at work, and who waits for it, with the number of each one's arrival."""

    wanted: Wanted
    waiting: dict[Hashable, int] = field(default_factory=dict)
    deaths: int = 0  # of workers at it

    @property
    def place(self) -> tuple[bool, int, int]:
        """Its place in the queue."""
        return self.wanted.late, self.wanted.key.replicate, min(self.waiting.values())


class Queue:
    """Worlds that are waited for, at work or not."""

    def __init__(self) -> None:
        self._arrivals = count()
        self._queued: dict[Key, Entry] = {}
        self._at_work: dict[Key, Entry] = {}

    def __len__(self) -> int:
        return len(self._queued)

    def want(self, who: Hashable, worlds: Sequence[Wanted]) -> list[Key]:
        """From now on ``who`` waits for these worlds and no others; the worlds at work that nobody waits for now."""
        arrival = next(self._arrivals)
        keys = {it.key for it in worlds}
        for it in worlds:
            entry = self._at_work.get(it.key) or self._queued.setdefault(it.key, Entry(it))
            entry.waiting.setdefault(who, arrival)
        return self._leave(who, [key for key in (*self._queued, *self._at_work) if key not in keys])

    def _leave(self, who: Hashable, keys: Iterable[Key]) -> list[Key]:
        cut = []
        for key in keys:
            entry = self._queued.get(key) or self._at_work[key]
            waited = entry.waiting.pop(who, None) is not None
            if not entry.waiting and waited:
                if key in self._queued:
                    del self._queued[key]
                else:
                    cut.append(key)
        return cut

    def next(self) -> Entry | None:
        """The next world, which is at work from now on."""
        if not self._queued:
            return None
        entry = min(self._queued.values(), key=lambda it: it.place)
        del self._queued[entry.wanted.key]
        self._at_work[entry.wanted.key] = entry
        return entry

    def done(self, key: Key) -> list[Hashable]:
        """A world is done; who waits for it."""
        entry = self._at_work.pop(key, None)
        return [] if entry is None else list(entry.waiting)

    def again(self, key: Key) -> None:
        """A world at work did not end well: back into the queue where somebody waits for it."""
        entry = self._at_work.pop(key, None)
        if entry is not None and entry.waiting:
            self._queued[key] = entry
