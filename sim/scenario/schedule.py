"""A value that changes over the months."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from sim.declare import Value


@dataclass(frozen=True)
class Schedule:
    """A value for each of several periods.

    Parameters
    ----------
    months
        Months from which the values apply: ascending offsets from the start of the run, possibly negative.
    values
        The value from each of these months on.
    linear
        Whether values between two months are interpolated.
    before
        The value before the first of these months.

    Examples
    --------
    >>> from sim.scenario import Schedule
    >>> Schedule((0, 12), (0.0, 1.2), linear=True, before=0.0).at(6)
    0.6

    """

    months: tuple[int, ...]
    values: tuple[Value, ...]
    linear: bool
    before: Value

    def at(self, month: int) -> Value:
        """The value in a month.

        Parameters
        ----------
        month
            Month of the run.

        Returns
        -------
        float, int, bool or str
            The last value given, or an interpolated one; ``before`` where none is given yet.

        """
        index = bisect_right(self.months, month) - 1
        if index < 0:
            return self.before
        value = self.values[index]
        if not self.linear or index == len(self.months) - 1:
            return value
        passed = (month - self.months[index]) / (self.months[index + 1] - self.months[index])
        return value + passed * (self.values[index + 1] - value)  # type: ignore[operator]
