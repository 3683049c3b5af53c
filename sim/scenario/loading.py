"""From a file, the files that it extends and the overrides to one scenario, or to every fault in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.scenario import keys
from sim.scenario.entries import Layer, fill
from sim.scenario.extending import chain
from sim.scenario.faults import ScenarioError
from sim.scenario.merging import merged
from sim.scenario.overrides import override_layer
from sim.scenario.reading import Document
from sim.scenario.scenario import Scenario


def load(
    path_or_name: str | Path, overrides: Mapping[str, Any] | None = None, folder: str | Path | None = None
) -> Scenario:
    """The scenario of a file, or of a name such as ``shougang``; names are searched in ``folder`` first.

    Raises ScenarioError with every fault of the file, of the files that it extends and of the overrides.
    """
    given = str(path_or_name)
    files = [_layer(document) for document in chain(given, folder)]
    over = [_overriding(overrides, files)] if overrides else []
    scenario = merged([*reversed(files), *over], given)
    faults = [fault for layer in (*files, *over) for fault in sorted(layer.faults)]
    if faults:
        raise ScenarioError(faults)
    return scenario


def _layer(document: Document) -> Layer:
    layer = Layer(document.path, document.located.line, document.whole, faults=list(document.faults))
    return fill(layer, document.table)


def _overriding(overrides: Mapping[str, Any], files: list[Layer]) -> Layer:
    names = {kind: {name for layer in files for name in layer.names.get(kind, ())} for kind in keys.known().named}
    return override_layer(overrides, names)
