"""What the workers' server imports: the model, with its compiled loops loaded, so that workers are forked with them.

Loading the loops takes as long as several short worlds, and each worker would do it for itself.
"""

from __future__ import annotations

import contextlib
import gc
import sys

gc.disable()  # imported objects stay: collecting them again and again finds nothing
# Numba imports scipy's linear algebra, which no loop of the model uses and which takes as long as a world.
_HIDDEN = "scipy" not in sys.modules
if _HIDDEN:
    sys.modules["scipy"] = None  # type: ignore[assignment]

import concurrent.futures.process  # noqa: E402, F401

from sim.model.catalogue import load  # noqa: E402, F401
from sim.runs import code, follow, record_bytes  # noqa: E402, F401
from sim.runs.leftovers import remove_at_exit  # noqa: E402
from sim.runs.replicate import run_checked  # noqa: E402, F401

remove_at_exit()

if code.is_model_compiled():  # else a worker compiles what it calls, and reports errors
    with contextlib.suppress(Exception):
        code.load_model()
if _HIDDEN:
    del sys.modules["scipy"]
gc.freeze()  # workers do not collect them either, so their memory stays shared
gc.enable()
