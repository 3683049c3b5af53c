"""Load a scenario from a file, the files that it extends and the overrides, or report every fault in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.catalogue import Catalogue
from sim.scenario import keys
from sim.scenario.entries import Layer, fill
from sim.scenario.extending import chain
from sim.scenario.faults import ScenarioError
from sim.scenario.keys import Known
from sim.scenario.merging import merged
from sim.scenario.overrides import override_layer
from sim.scenario.reading import Document
from sim.scenario.removing import remove
from sim.scenario.scenario import Scenario


def load(
    path_or_name: str | Path,
    catalogue: Catalogue,
    overrides: Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
) -> Scenario:
    """The scenario of a file, or of a name such as ``shougang``, searched in ``folder`` first.

    ``catalogue`` declares the keys and outcomes. Raises ScenarioError with every fault of the file, of the files that
    it extends and of the overrides.
    """
    given = str(path_or_name)
    known = keys.known(catalogue)
    files = [_layer(document, known) for document in chain(given, folder)]
    remove(files[::-1])
    over = [_overriding(overrides, files, known)] if overrides else []
    scenario = merged([*reversed(files), *over], given, catalogue)
    faults = [fault for layer in (*files, *over) for fault in sorted(layer.faults)]
    if faults:
        raise ScenarioError(faults)
    return scenario


def _layer(document: Document, known: Known) -> Layer:
    layer = Layer(document.path, document.located.line, document.whole, faults=list(document.faults))
    return fill(layer, document.table, known)


def _overriding(overrides: Mapping[str, Any], files: list[Layer], known: Known) -> Layer:
    names = {kind: {name for layer in files for name in layer.names.get(kind, ())} for kind in known.named}
    return override_layer(overrides, names, known)
