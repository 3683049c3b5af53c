"""The value at which a mean over seeds reaches a target, with its interval.

The mean is a curve over one key, on common seeds: a few points along the range find where it crosses the target, then
false position with bisection closes in. The interval is that of a test turned round: the values at which the target
lies in the 95% interval of the mean. It covers the value that many seeds would give as often as that interval covers
the mean, however the curve bends, and has no end on a side where the range ends before the target can be told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sim.runs.replicate import Cells
from sim.studies.estimators.choice import seeds_to_tell
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.verdicts import effect, is_distinct

FOUND, OUTSIDE, NOISE = "found", "outside", "noise"
FIRST = 5  # points along the range
STEPS, END_STEPS = 8, 4  # of closing in on the value, and on each end of its interval
_WHOLE_STEPS = 120  # halved every third time: to the very number in any range
_WIDTH = 1 / 1000  # of the range: near enough
_ERROR = 1 / 50  # of the standard error: near enough too

Evaluate = Callable[[Sequence[float]], Sequence[Cells]]


@dataclass(frozen=True)
class Root:
    """Where a curve reaches a target.

    Attributes
    ----------
    state
        ``found``, ``outside`` where no value in the range reaches it, ``noise`` where seeds are too few to tell.
    value
        The value; NaN where none was found.
    low, high
        Its 95% interval; an end of the range where ``open_low`` or ``open_high``.
    open_low, open_high
        Whether the interval may go on beyond the range.
    crossings
        How often the curve crosses the target at the points tried.
    seeds
        About how many seeds would tell, where noise hides it.
    curve
        Value by value, the outcome on every seed.
    """

    state: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    open_low: bool = False
    open_high: bool = False
    crossings: int = 0
    seeds: int | None = None
    curve: dict[float, Cells] = field(default_factory=dict)

    def at(self, x: float) -> Interval:
        """Mean and 95% interval of the outcome at a value that was tried."""
        return effect(self.curve[x])


def find_root(
    low: float, high: float, target: float, evaluate: Evaluate, *, whole: bool = False, near: float = math.nan
) -> Root:
    """The value between two ends at which the mean reaches a target.

    Parameters
    ----------
    low, high
        The ends.
    target
        Of the mean.
    evaluate
        Gives the outcome on every seed at each of some values, always on the same seeds.
    whole
        Whether only whole numbers can be tried.
    near
        Of several crossings that nearest to this value is taken; without it the first.
    """
    return _Search(low, high, target, evaluate, whole, near).run()


class _Search:
    def __init__(self, low: float, high: float, target: float, evaluate: Evaluate, whole: bool, near: float) -> None:
        self._low, self._high, self._target, self._near = low, high, target, near
        self._evaluate, self._whole = evaluate, whole
        self._curve: dict[float, Cells] = {}

    def run(self) -> Root:
        line = np.linspace(self._low, self._high, FIRST)
        self._add([self._placed(float(x)) for x in line])
        if not all(math.isfinite(self._at(x).mean) for x in self._curve):
            usable = {x: it for x, it in self._curve.items() if math.isfinite(effect(it).mean)}
            if len(usable) < 2:
                return self._answer(Root(OUTSIDE))
            self._curve = usable
        order = self._order()
        most, least = max(order, key=self._mean), min(order, key=self._mean)
        slope = self._curve[most] - self._curve[least]
        pairs = list(pairwise(order))
        crossed = [it for it in pairs if self._off(it[0]) * self._off(it[1]) <= 0]
        if not crossed:
            reach = [self._at(x) for x in order]
            hidden = not is_distinct(effect(slope)) and any(it.low <= self._target <= it.high for it in reach)
            return self._answer(Root(NOISE, seeds=seeds_to_tell(slope)) if hidden else Root(OUTSIDE))
        if not is_distinct(effect(slope)):
            return self._answer(Root(NOISE, seeds=seeds_to_tell(slope), crossings=self._crossings()))
        bracket = min(crossed, key=self._distance) if math.isfinite(self._near) else crossed[0]
        crossings = self._crossings()
        value = self._close_in(*bracket, self._off)
        rises = self._mean(bracket[1]) > self._mean(bracket[0])
        # Left of the value the curve is on one side of the target, and the farther end of the band crosses it last.
        left, right = (self._above, self._below) if rises else (self._below, self._above)
        start, open_low = self._end(value, left, -1)
        end, open_high = self._end(value, right, 1)
        if open_low and open_high:
            return self._answer(Root(NOISE, seeds=seeds_to_tell(slope), crossings=crossings))
        if self._whole:
            start, end = float(math.floor(start)), float(math.ceil(end))
        return self._answer(
            Root(FOUND, value, min(start, value), max(end, value), open_low, open_high, crossings=crossings)
        )

    def _answer(self, root: Root) -> Root:
        curve = {x: self._curve[x] for x in self._order()}
        return Root(**{**vars(root), "curve": curve})

    # --- the curve

    def _placed(self, x: float) -> float:
        """A value that can be tried: of whole numbers the nearest, of others few digits."""
        return min(max(float(round(x)) if self._whole else float(f"{x:.6g}"), self._low), self._high)

    def _add(self, values: Sequence[float]) -> None:
        new = [x for x in dict.fromkeys(values) if x not in self._curve]
        if new:
            self._curve |= dict(zip(new, self._evaluate(new), strict=True))

    def _order(self) -> list[float]:
        return sorted(self._curve)

    def _at(self, x: float) -> Interval:
        return effect(self._curve[x])

    def _mean(self, x: float) -> float:
        return float(self._at(x).mean)

    def _off(self, x: float) -> float:
        return self._mean(x) - self._target

    def _above(self, x: float) -> float:
        """The upper end of the band, less the target."""
        return float(self._at(x).high) - self._target

    def _below(self, x: float) -> float:
        return float(self._at(x).low) - self._target

    def _crossings(self) -> int:
        """How often the points reach the target: neighbours on either side of it, and points on it without a break."""
        sides = [float(np.sign(self._off(x))) for x in self._order()]
        across = sum(a * b < 0 for a, b in pairwise(sides))
        return across + sum(b == 0 and a != 0 for a, b in pairwise([1.0, *sides]))

    def _distance(self, pair: tuple[float, float]) -> float:
        low, high = pair
        return max(low - self._near, self._near - high, 0.0)

    # --- closing in

    def _close_in(self, a: float, b: float, off: Callable[[float], float], steps: int = STEPS) -> float:
        """Where ``off`` is 0 between two values at which it has two signs: false position, halved where it is slow."""
        for step in range(_WHOLE_STEPS if self._whole else steps):
            f_a, f_b = off(a), off(b)
            if f_a == 0:
                return a
            if f_b == 0:
                return b
            if b - a <= (1 if self._whole else _WIDTH * (self._high - self._low)):
                break
            x = (a + b) / 2 if step % 3 == 2 else a + (b - a) * f_a / (f_a - f_b)
            margin = 0.02 * (b - a)
            x = self._placed(min(max(x, a + margin), b - margin))
            if x in (a, b):
                x = self._placed((a + b) / 2)
            if x in (a, b):
                break
            self._add([x])
            if not math.isfinite(off(x)):
                break
            a, b = (x, b) if f_a * off(x) > 0 else (a, x)
            if not self._whole and abs(off(x)) <= _ERROR * self._error(x):
                return x
        f_a, f_b = off(a), off(b)
        if self._whole:
            return a if abs(f_a) <= abs(f_b) else b
        return a + (b - a) * f_a / (f_a - f_b)

    def _error(self, x: float) -> float:
        finite = self._curve[x][np.isfinite(self._curve[x])]
        return float(np.std(finite, ddof=1) / math.sqrt(len(finite))) if len(finite) > 1 else 0.0

    def _end(self, value: float, edge: Callable[[float], float], side: int) -> tuple[float, bool]:
        """The end of the interval on one side of the value, and whether the range ends before it.

        Values at which too few seeds have the outcome for an interval are passed over; at the value itself there is
        no end then.
        """
        inner = self._placed(value)
        self._add([inner])
        order = [x for x in self._order() if (x - inner) * side > 0 and math.isfinite(edge(x))]
        before, sign = inner, edge(inner)
        if not math.isfinite(sign):
            return (self._high if side > 0 else self._low), True
        if sign == 0:  # nothing varies
            return value, False
        for x in order if side > 0 else reversed(order):
            if edge(x) * sign <= 0:
                a, b = sorted((before, x))
                if self._whole:
                    return self._between(a, b, edge), False
                return self._close_in(a, b, edge, END_STEPS), False
            before = x
        return (self._high if side > 0 else self._low), True

    def _between(self, a: float, b: float, edge: Callable[[float], float]) -> float:
        """Where an edge is 0 on the straight line between neighbours of whole numbers, after closing in on them."""
        while b - a > 1:
            x = self._placed((a + b) / 2)
            self._add([x])
            if not math.isfinite(edge(x)):
                break
            a, b = (x, b) if edge(a) * edge(x) > 0 else (a, x)
        f_a, f_b = edge(a), edge(b)
        return a if f_a == f_b else a + (b - a) * f_a / (f_a - f_b)
