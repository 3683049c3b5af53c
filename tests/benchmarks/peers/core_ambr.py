"""The core month in ambr: its vectorised lane, columns read and written back together. The rule is in RULE.md."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ambr
import numpy as np
from serve import serve


class Ecosystem(ambr.Model):
    def setup(self) -> None:
        self.rule = rule = SimpleNamespace(**self.p["rule"])
        self.successes = self.exits = 0
        rng, n = self.rng, self.p["firms"]
        productivity = np.exp(rule.spread * rng.standard_normal(n))
        sales = rule.size * productivity * np.exp(rule.opening_spread * rng.standard_normal(n))
        self.add_agents(
            n,
            productivity=productivity,
            sales=sales,
            staff=np.maximum(1.0, np.floor(sales / productivity + rng.random(n))),
            project=rng.random(n) < rule.begin / (rule.begin + rule.succeed),
        )

    def step_vectorized(self) -> None:
        self.projects()
        self.growth_and_jobs()
        self.exit()

    def projects(self) -> None:
        rule, rng = self.rule, self.rng
        chance = rng.random(len(self.agents))
        productivity, project = self.agents.numpy("productivity", "project")
        succeeds = project & (chance < rule.succeed)
        gained = np.ones(len(chance))
        gained[succeeds] = np.exp(rule.gain * rng.standard_exponential(np.count_nonzero(succeeds)))
        self.agents.set(productivity=productivity * gained, project=(project | (chance < rule.begin)) & ~succeeds)
        self.successes += int(np.count_nonzero(succeeds))

    def growth_and_jobs(self) -> None:
        rule, rng, n = self.rule, self.rng, len(self.agents)
        productivity, sales, staff = self.agents.numpy("productivity", "sales", "staff")
        gap = np.log(rule.size * productivity / sales)
        sales = sales * np.exp(rule.reversion * gap + rule.shock * rng.standard_normal(n))
        moved = staff + rule.speed * (sales / productivity - staff) + rng.random(n)
        self.agents.set(sales=sales, staff=np.maximum(1.0, np.floor(moved)))

    def exit(self) -> None:
        rule, rng = self.rule, self.rng
        leavers = self.agents.where(self.agents.sales < rule.exit)
        n = len(leavers)
        if n == 0:
            return
        self.exits += n
        productivity = np.exp(rule.spread * rng.standard_normal(n))
        sales = rule.entry * np.exp(rule.entry_spread * rng.standard_normal(n))
        leavers.set(
            productivity=productivity,
            sales=sales,
            staff=np.maximum(1.0, np.floor(sales / productivity + rng.random(n))),
            project=np.zeros(n, bool),
        )


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        values = {"rule": request["rule"], "firms": request["firms"], "seed": request["seed"], "show_progress": False}
        self.model = Ecosystem(values).cpu(mode="vectorized")
        self.model.setup()
        self.model._setup_done = True  # its only way to set up apart from the first step
        self.month = self.model.run_step
        self.agents = request["firms"]

    def columns(self) -> dict[str, list[float]]:
        return {name: self.model.agents.numpy(name).tolist() for name in ("staff", "sales", "productivity")}

    def counts(self) -> dict[str, int]:
        return {"successes": self.model.successes, "exits": self.model.exits}


if __name__ == "__main__":
    serve(Peer, "ambr", "polars", "numpy")
