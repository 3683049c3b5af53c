"""The opening population of a place, fitted to a table of its firms by size class."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from statistics import NormalDist

FLOORS = (10, 100, 300)  # staff from which a firm is small, medium, big: the size standard by staff alone
WORDS = ("under 10", "10 to 99", "100 to 299", "300 and more")
_LARGEST = 30_000.0
_EXPONENTS = (1.01, 3.0)  # of the tail
_USUAL = 1.35  # exponent of a tail of which the table says nothing
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Opening:
    """A lognormal body of staff joined to a truncated Pareto tail, as ``population.*`` has it."""

    enterprises: int
    staff_median: float
    staff_log_sd: float
    tail_from: float
    tail_exponent: float
    largest_staff: float

    def counts(self) -> list[int]:
        """Firms in each class."""
        below = [0.0, *(self._below(floor) for floor in FLOORS), 1.0]
        return [round((high - low) * self.enterprises) for low, high in itertools.pairwise(below)]

    def _below(self, staff: float) -> float:
        """Share of firms with less staff."""
        body = _NORMAL.cdf(math.log(min(staff, self.tail_from) / self.staff_median) / self.staff_log_sd)
        if staff <= self.tail_from:
            return body
        return body + (1 - body) * _pareto(staff, self.tail_from, self.tail_exponent, self.largest_staff)


def fitted(counts: tuple[int, int, int, int]) -> Opening:
    """The opening with these numbers of firms by class, or as near as its form allows."""
    number = sum(counts)
    # A class without firms has a quarter of one: less than is drawn.
    under, small, medium, big = (max(count, 0.25) / number for count in counts)
    first = _NORMAL.inv_cdf(under / (under + small + medium + big))
    second = _NORMAL.inv_cdf((under + small) / (under + small + medium + big))
    spread = math.log(FLOORS[1] / FLOORS[0]) / (second - first)
    median = min(5000.0, FLOORS[0] * math.exp(-first * spread))
    if median < 1.0:  # a median of one person, and the firms under 10 as they are
        median, spread = 1.0, math.log(FLOORS[0]) / first
    spread = min(3.0, max(0.1, spread))
    largest = _LARGEST if counts[3] else float(FLOORS[2])
    exponent = _exponent(medium / (medium + big)) if counts[2] and counts[3] else _USUAL
    return Opening(number, round(median, 4), round(spread, 4), float(FLOORS[1]), round(exponent, 4), largest)


def _exponent(medium: float) -> float:
    """The tail's exponent at which this share of its firms is medium."""
    low, high = _EXPONENTS
    for _ in range(60):
        middle = (low + high) / 2
        if _pareto(FLOORS[2], FLOORS[1], middle, _LARGEST) < medium:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _pareto(staff: float, start: float, exponent: float, largest: float) -> float:
    """Share of the tail's firms with less staff."""
    if staff >= largest:
        return 1.0
    return (1 - (start / staff) ** exponent) / (1 - (start / largest) ** exponent)
