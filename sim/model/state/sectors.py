"""Sectors, and what markets post: demand, prices, wages and rationing."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.kernel import maths
from sim.kernel.compiled import equation
from sim.model.state.enterprises import NEVER
from sim.parameters import Labour

MAX_SECTORS = 16
SUPPLIERS, MAKERS, SELLERS = 0, 1, 2  # stages of the supply chain: sector index modulo 3


@equation
def attraction(quality: float, productivity: float, rivalry: float, price_share: float) -> float:
    """Pull of a unit of line size: (quality / price)^rivalry with price = productivity^-price_share."""
    return attraction_of_logs(maths.log(quality), maths.log(productivity), rivalry, price_share)


@equation
def attraction_of_logs(quality: float, productivity: float, rivalry: float, price_share: float) -> float:
    """The same from the logarithms of quality and productivity."""
    return maths.exp(rivalry * (quality + price_share * productivity))


@equation
def relative_price(productivity: float, price_share: float) -> float:
    """Price relative to that at productivity 1: part of an efficiency gain is passed through."""
    return maths.exp(-price_share * maths.log(productivity))


@equation
def wage_of_worker(per_worker: float, usual: float, sector_mean: float, labour: Labour) -> float:
    """A worker's monthly wage (million yuan): it rises with the firm's revenue per worker, relative to the sector's.

    Part of what that exceeds or falls short of the firm's ``usual`` revenue per worker, at productivity 1, is rent that
    the firm keeps or bears.
    """
    relative = maths.log(between_bounds(per_worker / sector_mean, labour))
    rent = maths.log(between_bounds(per_worker / max(usual, 1e-9), labour))
    return labour.wage / 12.0 * maths.exp(labour.wage_elasticity * (relative - labour.rents_kept * rent))


@equation
def between_bounds(relative: float, labour: Labour) -> float:
    """Relative revenue per worker, within the bounds beyond which wages do not follow it."""
    return min(labour.most_relative_revenue, max(labour.least_relative_revenue, relative))


class Posted(NamedTuple):
    """Prices and shares posted at the end of last month, at which this month's markets clear."""

    wage: float  # of workers, relative to the start
    staff_fill: float  # share of the staff sought that can be hired
    talent_wage: float  # relative to a worker's
    talent_fill: float  # share of requests for talent that is granted
    hours_fill: float  # share of requests for equipment hours that is granted
    hurdle: float  # merit from which outside finance is given
    finance_fill: float  # share of asking enterprises that found finance last month
    answered: float  # share of open requests that a platform answered last month
    makers_taking: float  # share of the makers backed by platforms that founded, when last any were
    returned: float  # factor on demand by incomes that are spent


class Sectors:
    """Sectors as arrays of length ``MAX_SECTORS``; the stage of the supply chain is the index modulo 3."""

    def __init__(self) -> None:
        self.open = np.zeros(MAX_SECTORS, np.int8)
        self.opened = np.full(MAX_SECTORS, NEVER, np.int64)  # month
        self.demand = np.zeros(MAX_SECTORS)  # million yuan a year at opening prices
        self.opening_demand = np.zeros(MAX_SECTORS)
        self.mature_demand = np.zeros(MAX_SECTORS)  # where a new sector's S-curve ends
        self.adopted = np.zeros(MAX_SECTORS)  # share of a new sector's buyers who have taken it up
        self.taken_from = np.full(MAX_SECTORS, -1, np.int64)  # old sector that loses demand to it
        self.cycle = np.zeros(MAX_SECTORS)  # logarithm of demand over its path
        self.pull = np.zeros(MAX_SECTORS)  # last month's sum over enterprises, million yuan a year
        self.opening_pull = np.zeros(MAX_SECTORS)
        self.price = np.ones(MAX_SECTORS)  # relative to the opening price
        self.quality = np.ones(MAX_SECTORS)  # mean over pull
        self.productivity = np.ones(MAX_SECTORS)  # mean over pull
        self.best_productivity = np.zeros(MAX_SECTORS)  # logarithm at the frontier
        self.best_quality = np.zeros(MAX_SECTORS)
        self.sales_factor = np.ones(MAX_SECTORS)  # sales a year for a pull of 1
        self.saturation = np.ones(MAX_SECTORS)  # pull for demand, relative to the opening
        self.mode_open = np.zeros(MAX_SECTORS, np.int8)
        self.base_knowledge = np.full((MAX_SECTORS, 3), 0.5)  # known to all in the sector
        self.worker_revenue = np.ones(MAX_SECTORS)  # million yuan a year, mean over operating enterprises
        self._views: dict[type, Any] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an array; views refer to the one before, so they are dropped."""
        self.__dict__["_views"] = {}
        super().__setattr__(name, value)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_views": {}}

    def view(self, columns: Any) -> Any:
        """The arrays of a ``NamedTuple`` class, as an instance of it; cached until an array is replaced."""
        found = self._views.get(columns)
        if found is None:
            found = self._views[columns] = columns(*[getattr(self, name) for name in columns._fields])
        return found
