"""The core month as agentpy agents: one object and one method call a firm. The rule is in RULE.md."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import agentpy
from serve import serve


class Firm(agentpy.Agent):
    def setup(self) -> None:
        rule, random = self.model.rule, self.model.random
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


class Ecosystem(agentpy.Model):
    def setup(self) -> None:
        self.rule = SimpleNamespace(**self.p.rule)
        self.successes = self.exits = 0
        self.firms = agentpy.AgentList(self, self.p.firms, Firm)

    def step(self) -> None:
        self.firms.month()


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        self.model = Ecosystem({"rule": request["rule"], "firms": request["firms"], "seed": request["seed"]})
        self.model.sim_setup()
        self.month = self.model.sim_step
        self.agents = len(self.model.firms)

    def columns(self) -> dict[str, list[float]]:
        return {name: list(getattr(self.model.firms, name)) for name in ("staff", "sales", "productivity")}

    def counts(self) -> dict[str, int]:
        return {"successes": self.model.successes, "exits": self.model.exits}


if __name__ == "__main__":
    serve(Peer, "agentpy")
