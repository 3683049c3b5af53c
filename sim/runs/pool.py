"""The workers that run this package's model here. Quick to import: they may start before anything else does."""

from __future__ import annotations

from sim.runs.executor import Workers


def local_workers(count: int | None = None) -> Workers:
    """Processes on this machine, forked with the model loaded."""
    return Workers(count, preload=("sim.runs.ready",))
