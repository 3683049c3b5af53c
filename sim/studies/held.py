"""Results that a folder holds already, under whatever name the scenario was run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sim.runs.ensemble import Request
from sim.runs.posterior_sample import PosteriorSample
from sim.runs.store import MANIFEST
from sim.scenario import Scenario


def as_stored(scenario: Scenario, version: str, out: Path, sample: PosteriorSample | None = None) -> Scenario:
    """The scenario under the name by which ``out`` holds its result already; as it is where it holds none."""
    request = Request(scenario, version, sample)
    digest = request.digest
    held = sorted(manifest.parent.name for manifest in out.glob(f"*-{digest}/{MANIFEST}"))
    if not held or request.folder in held:
        return scenario
    return replace(scenario, name=held[0].removesuffix(f"-{digest}"))
