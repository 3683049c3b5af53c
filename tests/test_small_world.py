"""A small world with everything in it: its books balance, and its numbers are those that are kept."""

from __future__ import annotations

import pytest
from small_world import MONTHS, fault, kept

from sim.model.mechanisms import levers

pytestmark = pytest.mark.once  # of a compiled world


def test_a_small_world_is_as_it_was() -> None:
    numbers = kept()
    assert fault(numbers) == ""
    name = "jobs"
    assert len(numbers[name]) == MONTHS
    changed = numbers | {name: [*numbers[name][:-1], numbers[name][-1] + 1.0]}  # the control
    assert fault(changed) == f"numbers: jobs in the first {MONTHS} months"


def test_a_broken_book_of_a_small_world_is_seen() -> None:
    code = levers.apply.__code__

    def apply(world):  # type: ignore[no-untyped-def]
        world.enterprises.cash[0] += 1.0

    levers.apply.__code__ = apply.__code__
    try:
        assert fault(kept()).startswith("books: levers, month 0")
    finally:
        levers.apply.__code__ = code
