"""How much of an attack is made: it stops when it has done its share or its time is up, and says where it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_end: list[float] = []


def limit(seconds: float) -> None:
    """Attacks end after so many seconds from now."""
    _end[:] = [time.monotonic() + seconds]


def is_over() -> bool:
    """Whether the time is up."""
    return bool(_end) and time.monotonic() > _end[0]


@dataclass
class Turn:
    """A part of an attack: how much it does, and its first number; processes at once take numbers from one counter.

    All that is random in an attack comes from its numbers, so that a later part goes on where an earlier one ended.
    """

    most: int
    first: int = 0
    counter: Any = None  # of multiprocessing, in place of ``first``

    def numbers(self, done: Callable[[], int], last: int | None = None) -> Iterator[int]:
        """Numbers, below ``last`` where there is one, until enough is done or the time is up."""
        while done() < self.most and not is_over():
            number = self._taken()
            if last is not None and number >= last:
                return
            yield number

    def _taken(self) -> int:
        if self.counter is None:
            self.first += 1
            return self.first - 1
        with self.counter.get_lock():
            self.counter.value += 1
            return int(self.counter.value) - 1
