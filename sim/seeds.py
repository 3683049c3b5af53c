"""What is a seed: a whole number of any integer type, within bounds."""

from __future__ import annotations

import operator

from sim.scenario.faults import shown

LARGEST = 2**63 - 1
ALLOWED = f"a whole number from 0 to {LARGEST}"


def whole(value: object) -> int:
    """A seed of any integer type as an int; ValueError says what is wrong."""
    try:
        seed = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        seed = None
    if seed is None or not 0 <= seed <= LARGEST:
        raise ValueError(f"{shown(value)} is no seed, allowed: {ALLOWED}")
    return seed
