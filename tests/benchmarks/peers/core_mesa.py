"""The core month as plain Mesa agents: one object and one method call a firm. The rule is in RULE.md."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import mesa
from firm import Firm
from serve import serve


class Agent(Firm, mesa.Agent):
    def __init__(self, model: Ecosystem) -> None:
        mesa.Agent.__init__(self, model)
        self.start()


class Ecosystem(mesa.Model):
    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__(rng=request["seed"])
        self.rule = SimpleNamespace(**request["rule"])
        self.successes = self.exits = 0
        for _ in range(request["firms"]):
            Agent(self)
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
