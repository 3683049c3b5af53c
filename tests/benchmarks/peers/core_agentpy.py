"""The core month as agentpy agents: one object and one method call a firm. The rule is in RULE.md."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import agentpy
from firm import Firm
from serve import serve


class Agent(Firm, agentpy.Agent):
    def setup(self) -> None:
        self.start()


class Ecosystem(agentpy.Model):
    def setup(self) -> None:
        self.rule = SimpleNamespace(**self.p.rule)
        self.successes = self.exits = 0
        self.firms = agentpy.AgentList(self, self.p.firms, Agent)

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
