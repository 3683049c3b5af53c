"""A value that changes over the months."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from sim.declare import Value


@dataclass(frozen=True)
class Schedule:
    """Values from given months on; ``months`` are offsets from the start of the run, rising, and may be negative."""

    months: tuple[int, ...]
    values: tuple[Value, ...]
    linear: bool
    before: Value

    def at(self, month: int) -> Value:
        """The value in a month: the last one given, or on the line between two points; ``before`` earlier than all."""
        place = bisect_right(self.months, month) - 1
        if place < 0:
            return self.before
        value = self.values[place]
        if not self.linear or place == len(self.months) - 1:
            return value
        passed = (month - self.months[place]) / (self.months[place + 1] - self.months[place])
        return value + passed * (self.values[place + 1] - value)  # type: ignore[operator]
