"""Small worlds that call the loops whose types are not declared yet; it goes with ``sim.kernel.inferred``."""

from __future__ import annotations

from sim.declare import Value

# Everything happens soon in them: together they call nearly every loop. What they miss loads later.
_WORLDS: tuple[tuple[str, dict[str, Value], int], ...] = (
    ("shougang", {"population.enterprises": 1500, "sites.shougang.opens": "2011-03"}, 25),
    ("haier", {"population.enterprises": 300, "platforms.haier.opens": "2013-01"}, 4),
)


def run_small_worlds() -> None:
    """Compile or load what is not declared, where anything is not."""
    from sim.kernel.compiled import LOOPS
    from sim.model.catalogue import load
    from sim.model.ecosystem import Ecosystem

    if any(loop.declared is None for name, loops in LOOPS.items() if name.startswith("sim.") for loop in loops):
        for name, settings, months in _WORLDS:
            Ecosystem(load(name, settings), 1).run_for(months)
