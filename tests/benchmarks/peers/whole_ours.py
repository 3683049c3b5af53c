"""Our full model, a month at a time: the shipped ``manufacturing`` scenario, all mechanisms on."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from serve import serve

import sim


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        scenario = sim.load("manufacturing", overrides={"population.enterprises": request["firms"]})
        self.model = sim.EcosystemModel(scenario, rng=request["seed"])
        self.month = self.model.step

    @property
    def agents(self) -> int:
        return len(self.model.enterprises)

    def digest(self) -> str:
        """SHA-256 of every column of every enterprise, in the order of identities."""
        table = self.model.enterprises
        rows = np.fromiter(table, np.int64)
        rows = rows[np.argsort(table.identity[rows])]
        found = hashlib.sha256()
        for name in sorted(table.columns):
            found.update(name.encode() + b"\0" + getattr(table, name)[rows].tobytes())
        return found.hexdigest()


if __name__ == "__main__":
    serve(Peer, "enterprise-ecosystem-sim", "numpy", "numba")
