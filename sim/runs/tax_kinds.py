"""Taxes of a month by kind and enterprise, stated and paid: the model's own loops, run once more on copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.mechanisms.taxes import Reads, Sums, Writes, levy_income, levy_vat
from sim.model.state.accounts import TICKS, TRANSFERS
from sim.model.state.taxation import rules_of

if TYPE_CHECKING:
    from sim.model.state.world import World

PAID, STATED = ("vat", "income_tax"), ("vat_stated", "income_stated")  # by kind


class Assessment:
    """What the taxes of a month are assessed on, kept before they are levied."""

    def __init__(self, world: World) -> None:
        table = world.enterprises
        self._profit = table.profit_year.copy()
        self._losses = table.losses.copy()

    def by_kind(self, world: World) -> dict[str, Any]:
        """Ticks of each tax by row, as ``PAID`` and ``STATED`` name them, once the taxes are levied."""
        relief, input_share = float(world.group("levers").tax_relief), float(world.group("market").input_share)
        vat = self._levied(world, levy_vat, self._profit, relief, input_share)
        found = {"vat": vat, "vat_stated": vat}
        if relief:
            found["vat_stated"] = self._levied(world, levy_vat, self._profit, 0.0, input_share)
        found["income_tax"] = found["income_stated"] = np.zeros_like(vat)
        if world.is_december:
            left = self._profit - vat / TICKS
            found["income_tax"] = found["income_stated"] = self._levied(world, levy_income, left, relief)
            if relief:
                found["income_stated"] = self._levied(world, levy_income, left, 0.0)
        return found

    def _levied(self, world: World, levy: Any, profit: Any, relief: float, *share: float) -> Any:
        """What a loop takes from each row with this relief; without relief it is what is stated."""
        table = world.enterprises
        rules, none = rules_of(world.rules("taxes")), np.zeros(0, np.int64)
        cash = np.zeros(table.size)
        if rules.enabled:
            sums = Sums(np.zeros(3, np.int64), none, np.zeros(len(TRANSFERS), np.int64))
            written = Writes(profit.copy(), self._losses.copy(), cash)
            levy(0, table.size, world.seed, world.month, table.view(Reads), written, rules, relief, *share, sums)
        return (-cash * TICKS).astype(np.int64)
