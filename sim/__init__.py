"""An ecosystem of big, medium and small enterprises that share innovation platforms and idle resources.

>>> scenario = sim.load("shougang", overrides={"population.enterprises": 500})
>>> result = sim.run(scenario, replicates=20)
>>> result.outcomes, result.summary, result.figures
>>> sim.compare("shougang", "shougang-idle").table
>>> sim.what_if("shougang", {"sites.shougang.rent": 0.0004}).table
>>> sim.sweep("shougang", {"sites.shougang.rent": "0.0002:0.0006:5"})
>>> sim.calibrate("manufacturing", "scenarios/calibration/example.toml").posterior
>>> sim.explain("shougang-idle", "shougang", "startups")
>>> sim.validate("shougang")
>>> model = sim.EcosystemModel("shougang", rng=1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.version import __version__

if TYPE_CHECKING:
    from sim.agents.model import EcosystemModel
    from sim.api import (
        branch,
        calibrate,
        claims,
        compare,
        explain,
        run,
        sensitivity,
        sweep,
        trace,
        validate,
        what_if,
        write_report,
    )
    from sim.model.catalogue import load
    from sim.runs.result import Result

__all__ = [
    "EcosystemModel", "Result", "__version__", "branch", "calibrate", "claims", "compare", "explain", "load",
    "run", "sensitivity", "sweep", "trace", "validate", "what_if", "write_report",
]  # fmt: skip

# Each is imported when first asked for: `import sim` alone takes no time.
_HOMES = {
    "EcosystemModel": "sim.agents.model",
    "Result": "sim.runs.result",
    "branch": "sim.api",
    "calibrate": "sim.api",
    "claims": "sim.api",
    "compare": "sim.api",
    "explain": "sim.api",
    "load": "sim.model.catalogue",
    "run": "sim.api",
    "sensitivity": "sim.api",
    "sweep": "sim.api",
    "trace": "sim.api",
    "validate": "sim.api",
    "what_if": "sim.api",
    "write_report": "sim.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
