"""The core month of a firm as an object, for the frameworks whose agents are objects. The rule is in RULE.md."""

from __future__ import annotations

import math
from typing import Any


class Firm:
    """What a framework's agent inherits besides: ``model`` has ``rule``, ``random``, ``successes`` and ``exits``."""

    model: Any

    def start(self) -> None:
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
            self.start_again()

    def start_again(self) -> None:
        rule, random = self.model.rule, self.model.random
        self.productivity = math.exp(rule.spread * random.gauss(0.0, 1.0))
        self.sales = rule.entry * math.exp(rule.entry_spread * random.gauss(0.0, 1.0))
        self.staff = max(1, math.floor(self.sales / self.productivity + random.random()))
        self.project = False
