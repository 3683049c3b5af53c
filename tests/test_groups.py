"""Groups of tasks: sizes that follow from the times, every task once and in order, and few taken ahead."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any

import pytest

from sim.runs.groups import MOST, PACE, TaskGroups

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

WORKERS = 10


class Counted:
    """Numbered tasks, and how many were taken."""

    def __init__(self, count: int) -> None:
        self._count, self.taken = count, 0

    def __iter__(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        for number in range(self._count):
            self.taken += 1
            yield number, (number,)


def test_before_a_time_is_known_tasks_go_singly_and_one_is_taken_ahead() -> None:
    tasks = Counted(5)
    groups = TaskGroups(tasks)
    for number in range(5):
        assert groups
        assert groups.cut(WORKERS) == [(number, (number,))]
        assert tasks.taken == number + 1
    assert not groups
    assert not TaskGroups([])


@pytest.mark.parametrize(
    ("seconds", "sizes"),
    [
        (WORKERS / PACE / 5, [1, 2, 4, 5, 5]),
        (WORKERS / PACE / 1000, [1, 2, 4, 8, 16, MOST]),
        (WORKERS / PACE * 1000, [1, 1, 1]),
        (0.0, [1, 2, 4, 8, 16, MOST]),
    ],
)
def test_groups_grow_to_what_keeps_the_pace(seconds: float, sizes: list[int]) -> None:
    tasks = Counted(10_000)
    groups = TaskGroups(tasks)
    found = []
    for size in sizes:
        found.append(groups.cut(WORKERS))
        groups.took(seconds * size, size)
    assert [len(group) for group in found] == sizes
    assert [number for group in found for number, _ in group] == list(range(sum(sizes)))
    assert tasks.taken <= sum(sizes) + 2 * WORKERS * (sizes[-1] if sizes[-1] > 1 else 0)


def test_a_few_slow_or_quick_ones_change_nothing() -> None:
    groups = TaskGroups(Counted(10_000))
    for seconds in [60.0] * 3 + [WORKERS / PACE / 2] * 10 + [0.0] * 3:  # some compile first, some fail at once
        groups.took(seconds, 1)
    assert [len(groups.cut(WORKERS)) for _ in range(4)] == [2, 2, 2, 2]


@pytest.mark.parametrize("count", [1, 19, 20, 21, 100, 317, 1000])
def test_towards_the_end_groups_shrink_and_no_task_is_lost(count: int) -> None:
    groups = TaskGroups(Counted(count))
    groups.took(0.0, 1)
    left, numbers = count, []
    while groups:
        group = groups.cut(WORKERS)
        assert 1 <= len(group) <= max(1, ceil(left / (2 * WORKERS)))
        left -= len(group)
        if left < 2 * WORKERS:
            assert len(group) <= 2
        numbers += [number for number, _ in group]
    assert numbers == list(range(count))


def test_tasks_asked_for_apart_come_first_and_singly() -> None:
    groups = TaskGroups(Counted(1_000))
    groups.took(0.0, 1)
    assert [number for number, _ in groups.cut(WORKERS)] == [0, 1]
    groups.apart([(0, (0,)), (1, (1,))])
    assert groups.cut(WORKERS) == [(0, (0,))]
    assert groups.cut(WORKERS) == [(1, (1,))]
    assert [number for number, _ in groups.cut(WORKERS)] == [2, 3, 4, 5]
    last = TaskGroups([])
    last.apart([(7, ())])
    assert last, "what is apart is a group, though no other task is left"
