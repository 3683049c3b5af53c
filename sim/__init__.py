"""An ecosystem of big, medium and small enterprises that share innovation platforms and idle resources.

``scenarios``, ``outcomes`` and ``parameters`` list what there is; ``new`` writes a scenario of your own. ``load`` reads
one, ``run`` runs it, ``branch`` continues a result. ``compare`` and ``what_if`` give differences paired by seed;
``appraise`` says what a measure is worth, and to whom, ``poster`` shows it on a page; ``explain`` and ``trace`` show
where a difference comes from. ``sweep``, ``sensitivity``, ``calibrate`` and ``validate`` study parameters, ``seek`` and
``seek_value`` look for the mix of levers that gives most and the value that reaches a target, ``claims`` tests claims.
``verify`` checks files against their digests and repeats runs. ``write_report`` writes an HTML page. ``EcosystemModel``
is one world, a Mesa model.

Examples
--------
>>> import sim
>>> result = sim.run("shougang", replicates=3, months=12, workers=1, figures=False)
>>> result.table.cells.shape[:2]
(3, 12)
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim.version import __version__

if sys.platform == "win32":
    raise ImportError(
        "sim runs on Linux and macOS, whose file locks and server of processes Windows lacks: there use the Windows "
        "Subsystem for Linux"
    )

if TYPE_CHECKING:
    from sim.agents.model import EcosystemModel
    from sim.api import (
        appraise,
        branch,
        calibrate,
        claims,
        compare,
        explain,
        load,
        new,
        outcomes,
        parameters,
        plot,
        poster,
        run,
        scenarios,
        seek,
        seek_value,
        sensitivity,
        sweep,
        trace,
        validate,
        verify,
        what_if,
        write_report,
    )
    from sim.runs.result import Result

__all__ = [
    "EcosystemModel", "Result", "__version__", "appraise", "branch", "calibrate", "claims", "compare", "explain",
    "load", "new", "outcomes", "parameters", "plot", "poster", "run", "scenarios", "seek", "seek_value", "sensitivity",
    "sweep", "trace", "validate", "verify", "what_if", "write_report",
]  # fmt: skip

# What is not in sim.api. Each is imported at its first use: `import sim` alone takes no time.
_ELSEWHERE = {
    "EcosystemModel": "sim.agents.model",
    "Result": "sim.runs.result",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ELSEWHERE.get(name, "sim.api")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """``sim.parameters`` is the function, also after the package of that name is imported."""

    @property
    def parameters(self) -> Any:
        return __getattr__("parameters")

    @parameters.setter
    def parameters(self, module: ModuleType) -> None:
        """The import of ``sim.parameters`` sets it."""


sys.modules[__name__].__class__ = _Package
