"""Which enterprises of a world are shown, and where: both by a hash of their identity, the same in every month.

An enterprise is drawn once, for its whole life, so that the sample has the same share of enterprises in every month. A
smaller share draws some of those that a larger one draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FIELD = 1024  # places along each side
_LOTS = 2.0**32


def hashed(identity: Any) -> Any:
    """64 bits for each identity (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        bits = np.asarray(identity, np.int64).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))


def lots(identity: Any) -> Any:
    """A number in [0, 1) for each identity: drawn are those below the share."""
    return (hashed(identity) >> np.uint64(32)).astype(float) / _LOTS


def places(identity: Any) -> Any:
    """The place of each identity in the field: x times ``FIELD`` plus y."""
    return (hashed(identity) % np.uint64(FIELD * FIELD)).astype(np.int64)
