"""Whether a statistic is at rest: its mean over years does not change, and the seeds suffice to tell."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from sim.evidence.facts import REST_MONTHS, mean_of_known

_ERRORS = 2.0  # standard errors on either side

State = Literal["holds", "drifts", "unresolved"]


class Rest(NamedTuple):
    """The change of the block that decides, as the logarithm of its mean over the first block's.

    Attributes
    ----------
    state
        ``holds`` where every block's change with two standard errors lies within the tolerance, ``drifts`` where that
        of any lies beyond it, else ``unresolved``.
    block
        Index of the block that decides, from 1 on.
    changes
        Its change in each world, shape (worlds,).
    change, low, high
        Their mean, with two standard errors on either side.
    """

    state: State
    block: int
    changes: Any
    change: float
    low: float
    high: float


def block_means(values: Any, months: int = REST_MONTHS) -> Any:
    """Means of blocks of months, shape (worlds, blocks), of ``values`` (worlds, months) where there is any.

    A last block that is not full is left out; a block without any value is NaN.
    """
    blocks = values.shape[1] // months
    return mean_of_known(values[:, : blocks * months].reshape(len(values), blocks, months))


def rest(values: Any, tolerance: float, months: int = REST_MONTHS) -> Rest | None:
    """Whether ``values`` (worlds, months) are at rest within ``tolerance``; None where nothing can be compared.

    Worlds with a block that is not above 0 are left out.

    Examples
    --------
    >>> import numpy as np
    >>> years = np.arange(120) / 12
    >>> rest(np.array([[100.0] * 120, [102.0] * 120]), 0.1).state
    'holds'
    >>> rest(100 * np.exp(0.05 * years) * np.array([[1.0], [1.01]]), 0.1).state
    'drifts'
    """
    means = block_means(values, months)
    means = means[(np.isfinite(means) & (means > 0.0)).all(axis=1)]
    if len(means) < 2 or means.shape[1] < 2:
        return None
    changes = np.log(means[:, 1:] / means[:, :1])
    mean, error = changes.mean(axis=0), _ERRORS * changes.std(axis=0, ddof=1) / np.sqrt(len(changes))
    least, most = np.abs(mean) - error, np.abs(mean) + error
    drifts, holds = bool((least > tolerance).any()), bool((most <= tolerance).all())
    decides = int((least if drifts else most).argmax())
    state: State = "drifts" if drifts else "holds" if holds else "unresolved"
    middle, half = float(mean[decides]), float(error[decides])
    return Rest(state, decides + 1, changes[:, decides], middle, middle - half, middle + half)
