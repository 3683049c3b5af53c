"""bamengine's macro model as it ships: defaults, its populations grown in proportion, a period at a time."""

from __future__ import annotations

from typing import Any

import bamengine
from serve import serve


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        # Its defaults are 100 firms, 500 households and 10 banks.
        firms = max(10, round(request["firms"] * 100 / 610))
        populations = {"n_firms": firms, "n_households": 5 * firms, "n_banks": max(1, firms // 10)}
        kernel = "numba" if request["variant"] == "numba" else "python"
        log = {"default_level": "ERROR"}
        self.model = bamengine.Simulation.init(seed=request["seed"], goods_kernel=kernel, logging=log, **populations)
        self.agents = sum(populations.values())

    def month(self) -> None:
        self.model.step()
        if self.model.ec.collapsed:
            raise RuntimeError("the economy of bamengine collapsed: its further periods do nothing")


if __name__ == "__main__":
    serve(Peer, "bamengine", "numpy", "numba")
