"""Three small worlds: their books balance, and their numbers are those that are kept."""

from __future__ import annotations

import pytest
from small_world import MONTHS, fault, kept

from sim.model.mechanisms import levers

pytestmark = pytest.mark.once  # of compiled worlds


def test_small_worlds_are_as_they_were() -> None:
    numbers = kept()
    assert fault(numbers) == ""
    jobs = numbers["nation"]["outcomes"]["jobs"]
    assert len(jobs) == MONTHS
    jobs[-1] *= 1.00001  # the control
    assert fault(numbers) == f"numbers: nation: jobs in the first {MONTHS} months"
    jobs[-1] /= 1.00001
    state = numbers["town"]["state"]
    name = next(it for it in state if it.endswith(".cash"))
    state[name] *= 1.001
    assert fault(numbers) == f"numbers: town: {name} after {MONTHS} months"


def test_a_broken_book_of_a_small_world_is_seen() -> None:
    code = levers.apply.__code__

    def apply(world):  # type: ignore[no-untyped-def]
        world.enterprises.cash[0] += 1.0

    levers.apply.__code__ = apply.__code__
    try:
        assert fault(kept()).startswith("books: levers, month 0")
    finally:
        levers.apply.__code__ = code
