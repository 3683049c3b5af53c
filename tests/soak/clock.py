"""How much of an attack is made: it stops when it has done its share or its time is up, and says where it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Semaphore
from typing import Any, TypeVar

Made = TypeVar("Made")

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


def at_once(turn: Turn, make: Callable[[int], Made], threads: int, last: int | None = None) -> Iterator[Made]:
    """What is made of each number, by several threads: for attacks on commands, which wait more than they compute."""
    free = Semaphore(threads)
    with ThreadPoolExecutor(threads) as pool:
        waiting = []
        numbers = turn.numbers(lambda: len(waiting), last)
        while True:
            free.acquire()  # before the time is looked at
            if (number := next(numbers, None)) is None:
                break
            waiting.append(pool.submit(make, number))
            waiting[-1].add_done_callback(lambda _: free.release())
        for it in waiting:
            yield it.result()
