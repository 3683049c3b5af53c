"""Idle resources beside floor: the kinds, their posted prices and what of the requests was let last month."""

from __future__ import annotations

import numpy as np

IDLE_KINDS = ("equipment", "laboratory", "data", "specialist")
EQUIPMENT, LABORATORY, DATA, SPECIALIST = range(len(IDLE_KINDS))


class IdleResources:
    """What the market for idle resources posts, by kind in the order of ``IDLE_KINDS``."""

    def __init__(self) -> None:
        self.prices = np.zeros(len(IDLE_KINDS))  # million yuan a unit, 0 before the market opens
        self.fill = np.ones(len(IDLE_KINDS))  # share of what was sought that was let
