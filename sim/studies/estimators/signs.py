"""What can be said of a difference's sign: codes, which are compared, and their words, of which texts are made."""

from __future__ import annotations

import math
from enum import StrEnum

from sim.language import Sentence, later


class Sign(StrEnum):
    """What an interval says of a difference's sign, or why it says nothing."""

    MORE = "more"
    LESS = "less"
    UNCLEAR = "unclear"  # the interval holds 0
    EQUAL = "equal"  # on every seed
    ALIKE = "alike"  # equal, of seeds that are not paired
    NO_INTERVAL = "no-interval"
    ONE_SEED = "one-seed"  # no interval, as there is one seed
    NO_VALUE = "no-value"


CLEAR = frozenset({Sign.MORE, Sign.LESS})  # the interval leaves 0 out

_WORDS = {
    Sign.MORE: later("more"),
    Sign.LESS: later("less"),
    Sign.UNCLEAR: later("not distinguishable from 0"),
    Sign.EQUAL: later("equal on every seed"),
    Sign.ALIKE: later("equal"),
    Sign.NO_INTERVAL: later("no interval"),
    Sign.ONE_SEED: later("no interval from one seed"),
    Sign.NO_VALUE: later("no value"),
}


def sign_of(difference: float, low: float, high: float) -> Sign:
    """What can be said of a paired difference's sign."""
    if difference == low == high == 0:
        return Sign.EQUAL
    if not math.isfinite(low):
        return Sign.NO_INTERVAL
    if low <= 0 <= high:
        return Sign.UNCLEAR
    return Sign.MORE if difference > 0 else Sign.LESS


def sign_words(sign: Sign, only_with: Sentence | None = None) -> Sentence:
    """A sign in words, which say so where it holds only with one replicate, named ``only_with``."""
    said = _WORDS[sign]
    if only_with is None or sign not in CLEAR:
        return said
    return later("{verdict}, only with {which}", verdict=said, which=only_with)


def replicate_words(number: int) -> Sentence:
    """The name of a replicate, by which commands take it."""
    return later("replicate {replicate}", replicate=number)
