"""Whether two programs do the same core month: equal in distribution, or refused.

Firms do not meet, so firms of all seeds are one sample: columns are held side by side by Kolmogorov and Smirnov's
two-sample test. Counts and ties between columns are held seed by seed by Welch's t-test. Bonferroni's correction over
every test of the whole bench keeps the chance of refusing any equal pair at ``LEVEL``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LEVEL = 0.01
COLUMNS = ("staff", "sales", "productivity")
COUNTS = ("successes", "exits")
TIES = ("staff_gap", "sales_productivity")
TESTS = len(COLUMNS) + len(COUNTS) + len(TIES)


@dataclass(frozen=True)
class Verdict:
    """The least likely of all tests of a pair, and whether that is too unlikely for equals."""

    test: str
    p: float
    bound: float
    p_values: dict[str, float]

    @property
    def equal(self) -> bool:
        return self.p >= self.bound


def judge(sample: dict[str, Any], reference: dict[str, Any], pairs: int) -> Verdict:
    """Hold a peer's answer to ``sample`` to the reference's; ``pairs`` are judged in all."""
    import numpy as np
    from scipy.stats import ks_2samp, ttest_ind

    p_values = {}
    for name in COLUMNS:
        first, second = (np.concatenate([seed[name] for seed in found["columns"]]) for found in (sample, reference))
        p_values[name] = float(ks_2samp(first, second, method="asymp").pvalue)
    by_seed: dict[str, Callable[[dict[str, Any]], list[float]]] = {
        **{name: lambda found, name=name: [seed[name] for seed in found["counts"]] for name in COUNTS},
        **{name: lambda found, name=name: [tie(seed, name) for seed in found["columns"]] for name in TIES},
    }
    for name, values in by_seed.items():
        p_values[name] = float(ttest_ind(values(sample), values(reference), equal_var=False).pvalue)
    test = min(p_values, key=lambda name: p_values[name])
    return Verdict(test, p_values[test], LEVEL / (TESTS * pairs), p_values)


def tie(columns: dict[str, list[float]], name: str) -> float:
    """A tie between columns, which no column shows alone.

    ``staff_gap`` is the mean distance of ln(staff * productivity / sales) from 0, ``sales_productivity`` the
    correlation of the logarithms of sales and productivity.
    """
    import numpy as np

    staff, sales, productivity = (np.log(np.asarray(columns[column], float)) for column in COLUMNS)
    if name == "staff_gap":
        return float(np.mean(np.abs(staff + productivity - sales)))
    return float(np.corrcoef(sales, productivity)[0, 1])
