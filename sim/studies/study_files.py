"""The files of a study that keeps its worlds in one table: its digest, its answer and its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import Any

from sim.catalogue import Catalogue
from sim.runs.declarations import declarations
from sim.runs.ensemble import Request
from sim.runs.provenance import provenance
from sim.runs.replicate import Model
from sim.runs.store import Store, clean, short_digest
from sim.scenario import Scenario
from sim.studies.worlds import StoredWorlds


def digest_of_study(kind: str, scenario: Scenario, version: str, design: Mapping[str, Any]) -> str:
    """Of all that can change a number of the study, ten digits."""
    return short_digest((kind, Request(scenario, version).digest, design))


def about_study(
    kind: str, scenario: Scenario, digest: str, design: Mapping[str, Any], model: Model
) -> dict[str, Any]:  # fmt: skip
    """What the manifest of a study of one scenario begins with."""
    return clean(
        {
            "kind": kind,
            "name": scenario.name,
            "digest": digest,
            "scenario": scenario.digest(),
            "model": model.version,
            "optuna": metadata.version("optuna"),
            "seed": scenario.seed,
            "start": scenario.calendar(0),
            "months": scenario.months,
            "month": scenario.calendar(scenario.months - 1),
            "replicates": scenario.replicates,
            "design": design,
        }
    )


def publish(
    store: Store, about: Mapping[str, Any], catalogue: Catalogue, worlds: StoredWorlds, files: Mapping[str, bytes],
    seconds: float, workers: int,
) -> dict[str, Any]:  # fmt: skip
    """Write the files and the manifest, which begins with ``about``, unless they are there."""
    before, failures = store.manifest(), list(worlds.failures.values())
    outputs = {name: store.write(name, data) for name, data in files.items()}
    known = before.get("outputs", {})
    if before.get("failures") == failures and all(known.get(name) == it for name, it in outputs.items()):
        store.tidy()
        return before
    manifest = {
        **about,
        "failures": failures,
        "outputs": outputs,
        "wall_seconds": round(seconds, 3),
        "workers": workers,
        **declarations(catalogue),
        **provenance(),
    }
    store.seal(manifest)
    store.tidy()
    return manifest
