"""The everyday unit in which an outcome is shown: one for all that stands beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.runs.summary import Row
from sim.studies.questions.compare import Difference
from sim.units import Everyday, everyday


def row_unit(row: Row) -> Everyday:
    """The unit of an outcome's row: median, interval and the article's figure."""
    return everyday(row.unit, row.median)


def difference_unit(it: Difference) -> Everyday:
    """The unit of both means and their difference."""
    return everyday(it.unit, it.baseline, it.variant, it.difference)


def sweep_unit(unit: str, stats: Mapping[str, Any]) -> Everyday:
    """The unit of an outcome at all points of a sweep, and of the differences."""
    values = np.concatenate([np.asarray(stats[name], float) for name in ("mean", "difference")])
    return everyday(unit, *values.tolist())
