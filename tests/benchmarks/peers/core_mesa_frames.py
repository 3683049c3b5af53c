"""The core month in mesa-frames: the firms are rows of a polars DataFrame. The rule is in RULE.md."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF
from serve import serve


def whole(people: pl.Expr, chance: np.ndarray) -> pl.Expr:
    """Staff in whole people, at least one."""
    return (people + pl.lit(pl.Series(chance))).floor().clip(lower_bound=1.0)


class Firms(AgentSetPolars):
    def __init__(self, model: Ecosystem, n: int) -> None:
        super().__init__(model)
        rule, rng = model.rule, model.random
        productivity = np.exp(rule.spread * rng.standard_normal(n))
        sales = rule.size * productivity * np.exp(rule.opening_spread * rng.standard_normal(n))
        firms = pl.DataFrame({
            "unique_id": pl.arange(n, eager=True),
            "productivity": productivity,
            "sales": sales,
            "staff": np.maximum(1.0, np.floor(sales / productivity + rng.random(n))),
            "project": rng.random(n) < rule.begin / (rule.begin + rule.succeed),
        })  # fmt: skip
        self.add(firms)

    def step(self) -> None:
        self.projects()
        self.growth_and_jobs()
        self.exit()

    def projects(self) -> None:
        rule, rng, n = self.model.rule, self.model.random, len(self)
        chance = pl.Series(rng.random(n))
        succeeds = (self["project"] & (chance < rule.succeed)).arg_true()
        gained = np.exp(rule.gain * rng.standard_exponential(len(succeeds)))
        productivity = self["productivity"]
        self.agents = self.agents.with_columns(
            productivity.scatter(succeeds, productivity.gather(succeeds) * gained),
            (self["project"] | (chance < rule.begin)).scatter(succeeds, False),
        )
        self.model.successes += len(succeeds)

    def growth_and_jobs(self) -> None:
        rule, rng, n = self.model.rule, self.model.random, len(self)
        sales, productivity, staff = pl.col("sales"), pl.col("productivity"), pl.col("staff")
        shock = pl.lit(pl.Series(rng.standard_normal(n)))
        gap = (rule.size * productivity / sales).log()
        self.agents = self.agents.with_columns(sales * (rule.reversion * gap + rule.shock * shock).exp())
        moved = staff + rule.speed * (sales / productivity - staff)
        self.agents = self.agents.with_columns(whole(moved, rng.random(n)).alias("staff"))

    def exit(self) -> None:
        rule, rng = self.model.rule, self.model.random
        leavers = (self["sales"] < rule.exit).arg_true()
        n = len(leavers)
        self.model.exits += n
        productivity = np.exp(rule.spread * rng.standard_normal(n))
        sales = rule.entry * np.exp(rule.entry_spread * rng.standard_normal(n))
        staff = np.maximum(1.0, np.floor(sales / productivity + rng.random(n)))
        self.agents = self.agents.with_columns(
            self["productivity"].scatter(leavers, productivity),
            self["sales"].scatter(leavers, sales),
            self["staff"].scatter(leavers, staff),
            self["project"].scatter(leavers, False),
        )


class Ecosystem(ModelDF):
    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__(request["seed"])
        self.rule = SimpleNamespace(**request["rule"])
        self.successes = self.exits = 0
        self.firms = Firms(self, request["firms"])
        self.agents.add(self.firms)

    def step(self) -> None:
        self.agents.do("step")


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        self.model = Ecosystem(request)
        self.month = self.model.step
        self.agents = request["firms"]

    def columns(self) -> dict[str, list[float]]:
        firms = self.model.get_agents_of_type(Firms)
        return {name: firms[name].to_list() for name in ("staff", "sales", "productivity")}

    def counts(self) -> dict[str, int]:
        return {"successes": self.model.successes, "exits": self.model.exits}


if __name__ == "__main__":
    serve(Peer, "mesa-frames", "polars", "numpy")
