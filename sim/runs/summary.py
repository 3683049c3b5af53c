"""An ensemble in a few numbers: median, intervals, and how it stands to the article's figures."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.formats import number
from sim.language import later
from sim.runs.replicate import Cells
from sim.runs.table import Table

if TYPE_CHECKING:
    from sim.scenario import Scenario

_SURE = 0.95  # how often the interval of a median covers it
LOW, HIGH = 5.0, 95.0  # percentiles over replicates: the 90% interval
# What spreadsheets take for a formula; numbers and intervals are none.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?!$|inf$|[\d.,]+%?(e[+-]?\d+)?( to [+-]?[\d.,]+%?)?$)")
COVERED = later("covered")  # why a figure is met: the interval holds it
WIDEST_RATIO = 3.0  # of the interval's ends, for a figure to be met
WIDEST_SHARE = 0.1  # width of the interval of a share, for a figure to be met


@dataclass(frozen=True)
class Row:
    """One outcome of an ensemble in one month, in the outcome's unit; None where there is no value.

    Attributes
    ----------
    outcome, unit
        Name and unit.
    median, mean
        Over replicates.
    low, high
        The interval of 90% of the worlds.
    p25, p75
        Quartiles.
    month
        The calendar month: that of the article's figure, else the last one.
    replicates
        Number of replicates with a value.
    article, bound
        The article's figure, and whether it is ``about``, ``at least`` or ``at most`` that.
    met, reason
        Whether the interval meets the figure, and why.
    crps
        Continuous ranked probability score against the figure; 0 is best.
    median_low, median_high
        The 95% interval of the median.
    """

    outcome: str
    unit: str
    median: float | None
    low: float | None
    high: float | None
    p25: float | None
    p75: float | None
    mean: float | None
    month: str
    replicates: int
    article: float | None = None
    bound: str = ""
    met: bool | None = None
    reason: str = ""
    crps: float | None = None
    median_low: float | None = None
    median_high: float | None = None


def summarise(table: Table, scenario: Scenario) -> tuple[Row, ...]:
    """A row an outcome: in the article's month where the article gives a figure, else in the last month."""
    return tuple(_row(table, name, scenario) for name in table.names)


def _row(table: Table, name: str, scenario: Scenario) -> Row:
    figure, last = scenario.reported_figures.get(name), table.months - 1
    month = last if figure is None else scenario.month_of(figure.month)
    reached = 0 <= month <= last
    if not reached:
        month = last
    drawn = table.of(name)[:, month]
    drawn = drawn[np.isfinite(drawn)]
    unit = table.unit(name)
    low = p25 = median = p75 = high = mean = None
    if len(drawn):
        low, p25, median, p75, high = (float(x) for x in np.percentile(drawn, (LOW, 25.0, 50.0, 75.0, HIGH)))
        mean = float(np.mean(drawn))
    _, sure_low, sure_high = median_interval(drawn)
    plain = Row(name, unit, median, low, high, p25, p75, mean, scenario.calendar(month), len(drawn),
                median_low=sure_low, median_high=sure_high)  # fmt: skip
    if figure is None:
        return plain
    value = float(figure.value)
    reason: str
    if not reached:
        met, reason, score = None, later("the run does not reach {month}", month=figure.month), None
    elif low is None or high is None:
        met, reason, score = None, later("no replicate gives a value"), None
    else:
        met, reason = judge(low, high, len(drawn), unit, value, figure.bound)
        score = crps(drawn, value)
    return replace(plain, article=value, bound=figure.bound, met=met, reason=reason, crps=score)


def judge(
    low: float, high: float, replicates: int, unit: str, value: float, bound: str,
    said: Callable[[float], str] = number,
) -> tuple[bool | None, str]:  # fmt: skip
    """Whether a figure, ``value`` with its kind of bound, is met by a 90% interval, and the reason.

    It is met if the interval covers it (of a bound also: lies wholly on its allowed side) and is narrow enough to say
    something. One replicate has no interval: neither met nor not. ``said`` writes a number of the reason.
    """
    if replicates < 2:
        return None, later("one replicate has no interval")
    below, above = high < value, low > value
    if below and bound != "at most":
        return False, later("the interval ends at {value}, below it", value=said(high))
    if above and bound != "at least":
        return False, later("the interval begins at {value}, above it", value=said(low))
    if unit.startswith("share"):
        if high - low > WIDEST_SHARE:
            return False, later("too wide: {width}, more than {widest}", width=said(high - low),
                                widest=said(WIDEST_SHARE))  # fmt: skip
    elif low <= 0 <= high and low < high:
        return False, later("too wide: the interval reaches zero")
    elif low < high and (ends := max(high / low, low / high)) > WIDEST_RATIO:
        ratio, widest = number(ends), f"{WIDEST_RATIO:g}"
        return False, later("too wide: its ends are as {ratio} to 1, more than {widest}", ratio=ratio, widest=widest)
    return True, later("above") if above else later("below") if below else COVERED


def median_interval(drawn: Cells) -> tuple[float | None, float | None, float | None]:
    """Median of a sample and its 95% interval, whatever the distribution; None where too few (below 6) give one.

    Between order statistics, whose coverage is known exactly, as Hettmansperger and Sheather (1986), "Confidence
    intervals based on interpolated order statistics", Statistics and Probability Letters 4, interpolate.
    """
    count = len(drawn)
    if not count:
        return None, None, None
    rank, part = _median_rank(count)
    ranked = np.sort(drawn)
    middle = float(np.median(ranked))
    if not rank:
        return middle, None, None
    low = (1 - part) * ranked[rank - 1] + part * ranked[rank]
    high = (1 - part) * ranked[count - rank] + part * ranked[count - rank - 1]
    return middle, float(low), float(high)


@cache
def _median_rank(count: int) -> tuple[int, float]:
    """The largest rank from either end that covers the median in 95% of samples (0: none), and the part to the next."""
    below, covers, rank = 0, 1.0, 0
    while True:
        below += math.comb(count, rank)  # of 2 ** count: the median lies below the next rank
        after = 1.0 - 2.0 * (below / 2**count)
        if after < _SURE:
            break
        covers, rank = after, rank + 1
    if not rank:
        return 0, 0.0
    gap = (covers - _SURE) / (covers - after)
    return rank, (count - rank) * gap / (rank + (count - 2 * rank) * gap)


def crps(drawn: Cells, value: float) -> float:
    """Continuous ranked probability score of an ensemble against a value, in its unit: 0 is best.

    Mean |x - value| less half the mean |x - x'| over all pairs (Gneiting and Raftery 2007, equation 21).
    """
    count = len(drawn)
    ranked = np.sort(drawn)
    weights = 2.0 * np.arange(count) - (count - 1)
    return float(np.mean(np.abs(drawn - value)) - np.sum(weights * ranked) / (count * count))


def csv_bytes(heads: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows under their heads, numbers in full."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_no_formula(cell) for cell in row] for row in rows)
    return sink.getvalue().encode(errors="backslashreplace")


def _no_formula(cell: Any) -> Any:
    """A cell as it is, with a quote before a text that spreadsheets would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def records_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows of equal keys, which are the heads; None is empty."""
    return csv_bytes(list(rows[0]), (row.values() for row in rows))


def to_csv(rows: Iterable[Row]) -> bytes:
    """A row an outcome, numbers in full."""
    return records_csv([vars(row) for row in rows])
