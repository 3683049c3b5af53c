"""Several short tasks sent as one: a client passes a few hundred tasks a second, whatever is in them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from statistics import median
from typing import Any

PACE = 100  # groups a second that may come back: a fifth of what a client passes, the rest is for the values
MOST = 16  # in a group: beyond, what each value costs the client counts for more than what a group does
_RECENT = 32  # groups whose times count

Task = tuple[int, Sequence[Any]]


class TaskGroups:
    """Numbered tasks in groups, in their order, each cut when it is asked for.

    They begin with one task and at most double. As many go into one as keep to ``PACE`` by the times measured so
    far, and no more than the remaining tasks / (2 x workers): so they become single ones towards the end, and no
    worker waits long for another (guided self-scheduling; Polychronopoulos and Kuck 1987). Of long tasks one is taken
    ahead; of short ones as many as tell whether the end is near.
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
        """A group came back after so many seconds of its worker."""
        self._seconds.append(seconds / tasks)

    def apart(self, group: Iterable[Task]) -> None:
        """Have these tasks again, each by itself, before all others."""
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
