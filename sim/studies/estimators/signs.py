"""What can be said of a difference's sign: codes, which are compared, and their words, of which texts are made."""

from __future__ import annotations

import math
from enum import StrEnum


class Sign(StrEnum):
    """What an interval says of a difference's sign, or why it says nothing."""

    MORE = "more"
    LESS = "less"
    UNTOLD = "untold"  # the interval holds 0
    EQUAL = "equal"  # on every seed
    ALIKE = "alike"  # equal, of seeds that are not paired
    NO_INTERVAL = "no-interval"
    ONE_SEED = "one-seed"  # no interval, as there is one seed
    NO_VALUE = "no-value"


TOLD = frozenset({Sign.MORE, Sign.LESS})  # the interval leaves 0 out

_WORDS = {
    Sign.MORE: "more",
    Sign.LESS: "less",
    Sign.UNTOLD: "not distinguishable from 0",
    Sign.EQUAL: "equal on every seed",
    Sign.ALIKE: "equal",
    Sign.NO_INTERVAL: "no interval",
    Sign.ONE_SEED: "no interval from one seed",
    Sign.NO_VALUE: "no value",
}


def sign_of(difference: float, low: float, high: float) -> Sign:
    """What can be said of a paired difference's sign."""
    if difference == low == high == 0:
        return Sign.EQUAL
    if not math.isfinite(low):
        return Sign.NO_INTERVAL
    if low <= 0 <= high:
        return Sign.UNTOLD
    return Sign.MORE if difference > 0 else Sign.LESS


def sign_words(sign: Sign, only_with: int | None = None) -> str:
    """A sign in words, which say so where it holds only with one replicate."""
    said = _WORDS[sign]
    return said if only_with is None or sign not in TOLD else f"{said}, only with replicate {only_with}"
