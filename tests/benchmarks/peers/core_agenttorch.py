"""The core month in AgentTorch: one substep of three transitions over tensors. The rule is in RULE.md."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from agent_torch.core import Registry, Runner
from agent_torch.core.substep import SubstepTransition
from serve import serve

COLUMNS, COUNTS = ("productivity", "sales", "staff", "project"), ("successes", "exits")


def uniform(n: int) -> torch.Tensor:
    return torch.rand(n, dtype=torch.float64)


def normal(n: int) -> torch.Tensor:
    return torch.randn(n, dtype=torch.float64)


def whole(people: torch.Tensor) -> torch.Tensor:
    """Staff in whole people, at least one."""
    return torch.floor(people + uniform(len(people))).clamp_(min=1.0)


class Transition(SubstepTransition):
    """What the three have alike; the framework passes each a copy of the state, which it may write into."""

    def __init__(self, config: dict[str, Any], *arguments: Any) -> None:
        super().__init__(config, *arguments)
        self.rule = SimpleNamespace(**config["simulation_metadata"]["rule"])

    def forward(self, state: dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002  its interface
        firms = {name: state["agents"]["firms"][name] for name in COLUMNS}
        count = self.counted(**firms, rule=self.rule)
        return {name: state["environment"][name] + count for name in self.input_variables if name in COUNTS} | {
            name: firms[name] for name in self.input_variables if name in COLUMNS
        }


class Projects(Transition):
    changes = ("productivity", "project", "successes")

    def counted(self, productivity: Any, project: Any, rule: Any, **_: Any) -> int:
        chance = uniform(len(project))
        succeeds = (project & (chance < rule.succeed)).nonzero().squeeze(1)
        project |= chance < rule.begin
        project[succeeds] = False
        gained = torch.empty(len(succeeds), dtype=torch.float64).exponential_()
        productivity[succeeds] *= torch.exp(rule.gain * gained)
        return len(succeeds)


class GrowthAndJobs(Transition):
    changes = ("sales", "staff")

    def counted(self, productivity: Any, sales: Any, staff: Any, rule: Any, **_: Any) -> int:
        gap = torch.log(rule.size * productivity / sales)
        sales *= torch.exp(rule.reversion * gap + rule.shock * normal(len(sales)))
        staff.copy_(whole(staff + rule.speed * (sales / productivity - staff)))
        return 0


class Exit(Transition):
    changes = (*COLUMNS, "exits")

    def counted(self, productivity: Any, sales: Any, staff: Any, project: Any, rule: Any) -> int:
        leavers = (sales < rule.exit).nonzero().squeeze(1)
        n = len(leavers)
        productivity[leavers] = torch.exp(rule.spread * normal(n))
        sales[leavers] = rule.entry * torch.exp(rule.entry_spread * normal(n))
        staff[leavers] = whole(sales[leavers] / productivity[leavers])
        project[leavers] = False
        return n


def opening(rule: Any, n: int) -> dict[str, torch.Tensor]:
    """Firms as they are before the first month."""
    productivity = torch.exp(rule.spread * normal(n))
    sales = rule.size * productivity * torch.exp(rule.opening_spread * normal(n))
    staff, project = whole(sales / productivity), uniform(n) < rule.begin / (rule.begin + rule.succeed)
    return dict(zip(COLUMNS, (productivity, sales, staff, project), strict=True))


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        if request["variant"] == "one thread":  # its default is all cores
            torch.set_num_threads(1)
        torch.manual_seed(request["seed"])
        self.agents, registry = request["firms"], Registry()
        for name, column in opening(SimpleNamespace(**request["rule"]), self.agents).items():
            registry.register(lambda shape, arguments, it=column: it, name, "initialization")  # noqa: ARG005  as above
        steps = (Projects, GrowthAndJobs, Exit)
        for step in steps:
            registry.register(step, step.__name__, "transition")
        made = {"shape": [self.agents], "dtype": "float", "learnable": False, "value": None}
        columns = {
            name: {**made, "name": name, "initialization_function": {"generator": name, "arguments": {}}}
            for name in COLUMNS
        }
        counts = {name: {**made, "name": name, "initialization_function": None, "value": [0]} for name in COUNTS}
        places = {name: f"agents/firms/{name}" for name in COLUMNS} | {name: f"environment/{name}" for name in COUNTS}
        transitions = {
            step.__name__: {
                "generator": step.__name__,
                "input_variables": {name: places[name] for name in step.changes},
                "output_variables": list(step.changes),
                "arguments": None,
            }
            for step in steps
        }
        self.runner = Runner(
            {
                "simulation_metadata": {
                    "device": "cpu", "calibration": False, "num_substeps_per_step": 1, "num_steps_per_episode": 1,
                    "rule": request["rule"],
                },
                "state": {
                    "agents": {"firms": {"properties": columns}}, "environment": counts, "objects": None,
                    "network": None,
                },
                "substeps": {
                    "0": {
                        "active_agents": ["firms"], "observation": {"firms": None}, "policy": {"firms": None},
                        "transition": transitions,
                    }
                },
            },
            registry,
        )  # fmt: skip
        self.runner.init()

    def month(self) -> None:
        self.runner.step(1)
        self.runner.state_trajectory.clear()  # it keeps every month's copy: memory of a long run, which nobody reads

    def columns(self) -> dict[str, list[float]]:
        firms = self.runner.state["agents"]["firms"]
        return {name: firms[name].tolist() for name in ("staff", "sales", "productivity")}

    def counts(self) -> dict[str, int]:
        return {name: int(self.runner.state["environment"][name]) for name in COUNTS}


if __name__ == "__main__":
    serve(Peer, "agent-torch", "torch")
