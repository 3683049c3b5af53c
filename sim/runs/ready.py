"""What the workers' server imports: the model, with its compiled loops loaded, so that workers are forked with them.

Loading the loops takes as long as several short worlds, and each worker would do it for itself.
"""

from __future__ import annotations

import contextlib
import gc
import sys

gc.disable()  # what is imported here stays: to look through it over and over finds nothing
# Numba looks for scipy's linear algebra. No loop of the model uses it, and to import it takes as long as a world.
_HIDDEN = "scipy" not in sys.modules
if _HIDDEN:
    sys.modules["scipy"] = None  # type: ignore[assignment]

import concurrent.futures.process  # noqa: E402, F401

import sim.runs.executor  # noqa: E402, F401
from sim.declare import Value  # noqa: E402
from sim.kernel.compiled import is_warm  # noqa: E402
from sim.model.catalogue import load  # noqa: E402
from sim.model.ecosystem import Ecosystem  # noqa: E402
from sim.runs.replicate import run_checked  # noqa: E402, F401

# Small worlds in which everything happens soon: together they call nearly every loop. What they miss loads later.
_WORLDS: tuple[tuple[str, dict[str, Value], int], ...] = (
    ("shougang", {"population.enterprises": 1500, "sites.shougang.opens": "2011-03"}, 25),
    ("haier", {"population.enterprises": 300, "platforms.haier.opens": "2013-01"}, 4),
)


def load_kernels() -> None:
    """Run the small worlds."""
    for name, settings, months in _WORLDS:
        Ecosystem(load(name, settings), 1).run_for(months)


if is_warm():  # else a worker compiles what it calls, where what goes wrong is seen
    with contextlib.suppress(Exception):
        load_kernels()
if _HIDDEN:
    del sys.modules["scipy"]
gc.freeze()  # nor do workers look through it, and its memory stays shared
gc.enable()
