"""The core month as plain Mesa agents: one object and one method call a firm. The rule is in RULE.md."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import mesa
from serve import serve


class Firm(mesa.Agent):
    def __init__(self, model: Ecosystem) -> None:
        super().__init__(model)
        rule, random = model.rule, model.random
        self.productivity = math.exp(rule.spread * random.gauss(0.0, 1.0))
        self.sales = rule.size * self.productivity * math.exp(rule.opening_spread * random.gauss(0.0, 1.0))
        self.staff = max(1, math.floor(self.sales / self.productivity + random.random()))
        self.project = random.random() < rule.begin / (rule.begin + rule.succeed)

    def month(self) -> None:
        model = self.model
        rule, random = model.rule, model.random
        if self.project:
            if random.random() < rule.succeed:
                self.project = False
                self.productivity *= math.exp(rule.gain * random.expovariate(1.0))
                model.successes += 1
        elif random.random() < rule.begin:
            self.project = True
        gap = math.log(rule.size * self.productivity / self.sales)
        self.sales *= math.exp(rule.reversion * gap + rule.shock * random.gauss(0.0, 1.0))
        wanted = self.sales / self.productivity
        self.staff = max(1, math.floor(self.staff + rule.speed * (wanted - self.staff) + random.random()))
        if self.sales < rule.exit:
            model.exits += 1
            self.start_anew()

    def start_anew(self) -> None:
        rule, random = self.model.rule, self.model.random
        self.productivity = math.exp(rule.spread * random.gauss(0.0, 1.0))
        self.sales = rule.entry * math.exp(rule.entry_spread * random.gauss(0.0, 1.0))
        self.staff = max(1, math.floor(self.sales / self.productivity + random.random()))
        self.project = False


class Ecosystem(mesa.Model):
    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__(rng=request["seed"])
        self.rule = SimpleNamespace(**request["rule"])
        self.successes = self.exits = 0
        for _ in range(request["firms"]):
            Firm(self)
        self.month = self.shuffled if request["variant"] == "shuffle_do" else self.ordered

    def ordered(self) -> None:
        self.agents.do("month")

    def shuffled(self) -> None:
        self.agents.shuffle_do("month")


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        self.model = Ecosystem(request)
        self.month = self.model.month
        self.agents = len(self.model.agents)

    def columns(self) -> dict[str, list[float]]:
        return {name: list(self.model.agents.get(name)) for name in ("staff", "sales", "productivity")}

    def counts(self) -> dict[str, int]:
        return {"successes": self.model.successes, "exits": self.model.exits}


if __name__ == "__main__":
    serve(Peer, "mesa")
