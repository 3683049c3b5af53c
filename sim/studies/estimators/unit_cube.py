"""Designs in the unit cube whose answers give indices: Morris's trajectories and Saltelli's cross-sampled matrices.

Both are SALib's; the same seed gives the same design.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = 16  # of Morris's grid: 4 are usual, and would make the variance over the design two thirds too large
Unit = NDArray[np.float64]


def trajectories(count: int, samples: int, seed: int) -> Unit:
    """Morris's design in the unit cube: trajectories x (count + 1) points x count, one coordinate a step."""
    from SALib.sample import morris

    rows = morris.sample(problem(count), samples, num_levels=LEVELS, seed=1 + seed % 2**31)
    return np.asarray(rows, dtype=np.float64).reshape(samples, count + 1, count)


def saltelli(count: int, samples: int, seed: int) -> Unit:
    """Saltelli's design in the unit cube: samples x (count + 2) points x count: A, A with one column of B, B."""
    from SALib.sample import sobol

    rows = sobol.sample(problem(count), samples, calc_second_order=False, seed=1 + seed % 2**31)
    return np.asarray(rows, dtype=np.float64).reshape(samples, count + 2, count)


def problem(count: int) -> dict[str, Any]:
    """The unit cube as SALib has it."""
    return {"num_vars": count, "names": [str(number) for number in range(count)], "bounds": [[0.0, 1.0]] * count}
