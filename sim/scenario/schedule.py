"""A value that changes over the months."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from sim.declare import Value


@dataclass(frozen=True)
class Schedule:
    """Values from given months on; ``months`` are ascending offsets from the start of the run, possibly negative."""

    months: tuple[int, ...]
    values: tuple[Value, ...]
    linear: bool
    before: Value

    def at(self, month: int) -> Value:
        """The value in a month: the last one given, or interpolated; ``before`` the first month."""
        index = bisect_right(self.months, month) - 1
        if index < 0:
            return self.before
        value = self.values[index]
        if not self.linear or index == len(self.months) - 1:
            return value
        passed = (month - self.months[index]) / (self.months[index + 1] - self.months[index])
        return value + passed * (self.values[index + 1] - value)  # type: ignore[operator]
