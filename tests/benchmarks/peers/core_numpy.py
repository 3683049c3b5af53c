"""The core month in plain vectorised numpy: whole columns at a time. The rule is in RULE.md."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from serve import serve


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        self.rule = rule = SimpleNamespace(**request["rule"])
        self.rng = rng = np.random.default_rng(request["seed"])
        self.agents = n = request["firms"]
        self.successes = self.exits = 0
        self.productivity = np.exp(rule.spread * rng.standard_normal(n))
        self.sales = rule.size * self.productivity * np.exp(rule.opening_spread * rng.standard_normal(n))
        self.staff = np.maximum(1.0, np.floor(self.sales / self.productivity + rng.random(n)))
        self.project = rng.random(n) < rule.begin / (rule.begin + rule.succeed)

    def month(self) -> None:
        rule, rng, n = self.rule, self.rng, self.agents
        chance = rng.random(n)
        succeeds = np.flatnonzero(self.project & (chance < rule.succeed))
        self.project |= chance < rule.begin
        self.project[succeeds] = False
        self.productivity[succeeds] *= np.exp(rule.gain * rng.standard_exponential(len(succeeds)))
        self.successes += len(succeeds)
        gap = np.log(rule.size * self.productivity / self.sales)
        self.sales *= np.exp(rule.reversion * gap + rule.shock * rng.standard_normal(n))
        wanted = self.sales / self.productivity
        self.staff = np.maximum(1.0, np.floor(self.staff + rule.speed * (wanted - self.staff) + rng.random(n)))
        leavers = np.flatnonzero(self.sales < rule.exit)
        self.exits += len(leavers)
        productivity = np.exp(rule.spread * rng.standard_normal(len(leavers)))
        sales = rule.entry * np.exp(rule.entry_spread * rng.standard_normal(len(leavers)))
        self.productivity[leavers] = productivity
        self.sales[leavers] = sales
        self.staff[leavers] = np.maximum(1.0, np.floor(sales / productivity + rng.random(len(leavers))))
        self.project[leavers] = False

    def columns(self) -> dict[str, list[float]]:
        return {name: getattr(self, name).tolist() for name in ("staff", "sales", "productivity")}

    def counts(self) -> dict[str, int]:
        return {"successes": self.successes, "exits": self.exits}


if __name__ == "__main__":
    serve(Peer, "numpy")
