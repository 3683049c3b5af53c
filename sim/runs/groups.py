"""Several short tasks sent as one: a dask client passes a few hundred tasks a second, however short they are."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from statistics import median
from typing import Any

PACE = 100  # groups a second: a fifth of what a client passes, the rest is for the values
MOST = 16  # tasks in a group: beyond, the values cost the client more than the groups
_RECENT = 32  # groups whose times count

Task = tuple[int, Sequence[Any]]


class TaskGroups:
    """Numbered tasks in groups, in their order, formed one at a time.

    The first group has one task, and sizes at most double. A size keeps to ``PACE`` by the times measured so far. It is
    at most the remaining tasks / (2 x workers), so no worker waits long at the end (guided self-scheduling;
    Polychronopoulos and Kuck 1987).
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._left = iter(tasks)
        self._ahead: deque[Task] = deque()
        self._apart: deque[Task] = deque()
        self._seconds: deque[float] = deque(maxlen=_RECENT)
        self._size = 1

    def __bool__(self) -> bool:
        """Whether there is another one."""
        self._look_ahead(1)
        return bool(self._apart or self._ahead)

    @property
    def measured(self) -> bool:
        """Whether it is known how long a task takes."""
        return bool(self._seconds)

    def took(self, seconds: float, tasks: int) -> None:
        """Record the seconds that a group took."""
        self._seconds.append(seconds / tasks)

    def apart(self, group: Iterable[Task]) -> None:
        """Queue these tasks again, one by one, before all others."""
        self._apart.extend(group)

    def cut(self, workers: int) -> list[Task]:
        """The next group, for one of so many workers; IndexError where there is none."""
        if self._apart:
            return [self._apart.popleft()]
        if self._seconds:
            paced = workers / (PACE * max(median(self._seconds), 1e-6))
            self._size = max(1, int(min(paced, MOST, 2 * self._size)))
        self._look_ahead(2 * workers * self._size if self._size > 1 else 1)
        self._size = min(self._size, max(1, math.ceil(len(self._ahead) / (2 * workers))))
        return [self._ahead.popleft() for _ in range(self._size)]

    def _look_ahead(self, count: int) -> None:
        self._ahead.extend(islice(self._left, max(0, count - len(self._ahead))))
