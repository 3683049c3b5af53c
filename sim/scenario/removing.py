"""Platforms, sites and figures of a parent that a child leaves out: ``shougang = false`` in ``[sites]``."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.entries import Layer
from sim.scenario.keys import Path


def remove(layers: Sequence[Layer]) -> None:
    """Take out of each layer what a layer above it leaves out; the lowest layer comes first.

    A table that is set again above begins from the defaults. What no layer below has is a fault.
    """
    for number, layer in enumerate(layers):
        below = layers[:number]
        for path in layer.removed:
            found = [_take_out(lower, path) for lower in below]
            if not any(found) and all(it.whole for it in layers):
                there = dict.fromkeys(name for lower in below for name in lower.names.get(path[0], ()))
                allowed = ", ".join(there) or "nothing, as they have none"
                layer.refuse(path, f"is in no file that this one extends, allowed: {allowed}")


def _take_out(layer: Layer, path: Path) -> bool:
    """Whether the layer had the table."""
    kind, name = path
    start = f"{kind}.{name}."
    layer.entries = {key: value for key, value in layer.entries.items() if key[:2] != path}
    layer.sources = {key: source for key, source in layer.sources.items() if not key.startswith(start)}
    return layer.names.get(kind, {}).pop(name, path) is None
