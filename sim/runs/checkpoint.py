"""A world as bytes: its complete state between two months, from which a run continues without any difference.

The bytes are the SHA-256 digest (32 bytes) of the rest, then a zstd-compressed ``npz`` of numpy: a member for each
array, and the other values as JSON in the member ``about``. Damage is detected, and reading executes no code.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.model.record.tally import Recorder, snapshot
from sim.model.state.accounts import Books
from sim.model.state.enterprises import Enterprises
from sim.model.state.growing import Growing
from sim.model.state.idle import IdleResources
from sim.model.state.links import Links
from sim.model.state.platforms import PlatformState
from sim.model.state.ring import Ring
from sim.model.state.sectors import Posted, Sectors
from sim.model.state.sites import SiteState
from sim.model.state.world import World

if TYPE_CHECKING:
    from sim.agents.model import EcosystemModel
    from sim.scenario import Scenario

# Attributes that are rebuilt, by class: the scenario is the branch's, and views depend on the memory of the columns.
DERIVED: dict[type, frozenset[str]] = {
    World: frozenset({"settings", "catalogue"}),
    Enterprises: frozenset({"_views"}),
    Sectors: frozenset({"_views"}),
    Recorder: frozenset({"world"}),
}
_STATES = {
    it.__name__: it
    for it in (World, Enterprises, Sectors, Books, Links, Ring, IdleResources, PlatformState, SiteState, Recorder)
}
_ABOUT = "about"
_DIGEST = 32  # bytes
_PLAIN = (bool, int, float, str, type(None))


class Damaged(ValueError):
    """Bytes that are not an intact checkpoint."""


def world_bytes(model: EcosystemModel, stamp: Mapping[str, Any]) -> bytes:
    """The world of a model between two months, with ``stamp``, its seed and its month; equal worlds give equal bytes.

    Raises TypeError for a part of the world of an unknown type.
    """
    stamp = {**stamp, "seed": model.seed, "month": model.month}
    return to_bytes({"world": model.world, "recorder": model.recorder}, stamp)


def to_bytes(parts: Mapping[str, Any], stamp: Mapping[str, Any]) -> bytes:
    """Parts of a world by name, with a stamp; raises TypeError for a part of an unknown type."""
    arrays: dict[str, Any] = {}
    about = {"stamp": stamp, "parts": {name: _packed(part, name, arrays) for name, part in parts.items()}}
    arrays[_ABOUT] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    sink = io.BytesIO()
    np.savez(sink, **arrays)
    body: bytes = pa.compress(sink.getbuffer(), "zstd", asbytes=True)  # numpy's own deflate takes twenty times as long
    return hashlib.sha256(body).digest() + body


def stamp_of(data: bytes) -> dict[str, Any]:
    """The stamp of a checkpoint, with ``seed`` and ``month``; raises Damaged."""
    with _opened(data) as arrays:
        stamp: dict[str, Any] = _about(arrays)["stamp"]
    return stamp


def restore(data: bytes, scenario: Scenario) -> EcosystemModel:
    """A model that continues from a checkpoint with ``scenario``; raises Damaged."""
    from sim.agents.model import EcosystemModel

    checkpoint = _Checkpoint(data)
    model = EcosystemModel(scenario, rng=checkpoint.seed, past=checkpoint)
    _put(model.recorder, checkpoint.parts["recorder"], checkpoint.arrays)
    model.steps = model.month
    model.running = model.month < scenario.months
    model._settle()
    return model


def from_bytes(data: bytes) -> dict[str, Any]:
    """The parts of a world by name, as given to ``to_bytes``; raises Damaged."""
    with _opened(data) as members:
        about, arrays = _about(members), {name: members[name] for name in members.files}
    return {name: _unpacked(part, arrays) for name, part in about["parts"].items()}


class _Checkpoint:
    """The world of a checkpoint, as a past that a model continues from."""

    def __init__(self, data: bytes) -> None:
        with _opened(data) as members:
            about, self.arrays = _about(members), {name: members[name] for name in members.files}
        self.seed: int = about["stamp"]["seed"]
        self.parts: dict[str, list[Any]] = about["parts"]

    def restore(self, world: World) -> bool:
        _put(world, self.parts["world"], self.arrays)
        return True

    def keep(self, world: World) -> None:
        """Nothing is kept of a world that continues from a checkpoint."""


def _opened(data: bytes) -> Any:
    body = data[_DIGEST:]
    if hashlib.sha256(body).digest() != data[:_DIGEST]:
        raise Damaged("its digest does not match")
    with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as stream:
        return np.load(io.BytesIO(stream.read()), allow_pickle=False)


def _about(arrays: Mapping[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(arrays[_ABOUT].tobytes())
    return about


def _attributes(value: Any) -> dict[str, Any]:
    """The attributes of an object that are stored; of columns with spare room, the used part."""
    state = value.__getstate__() if isinstance(value, Enterprises) else vars(value)
    kept = {name: part for name, part in state.items() if name not in DERIVED.get(type(value), ())}
    if isinstance(value, Enterprises):
        kept["columns"] = {name: column[: value.size] for name, column in value.columns.items()}
    elif isinstance(value, Growing):
        kept["_columns"] = [column[: len(value)] for column in value._columns]
    elif isinstance(value, Recorder):
        kept["_months"] = {name: value.months[name] for name in value.months.dtype.names}
    return kept


def _packed(value: Any, path: str, arrays: dict[str, Any]) -> list[Any]:
    """A value as JSON: its kind and its parts; arrays go into ``arrays`` under their path."""
    if type(value) in _PLAIN:
        return ["plain", value]
    if isinstance(value, np.ndarray | np.generic):
        arrays[path] = np.asarray(value)
        return ["array" if isinstance(value, np.ndarray) else "scalar", path]
    if type(value) is list:
        return ["list", [_packed(part, f"{path}.{index}", arrays) for index, part in enumerate(value)]]
    if type(value) is dict:
        return ["dict", {name: _packed(part, f"{path}.{name}", arrays) for name, part in value.items()}]
    if isinstance(value, Posted):
        return ["Posted", {name: _packed(part, f"{path}.{name}", arrays) for name, part in value._asdict().items()}]
    if type(value) in _STATES.values():
        kept = _attributes(value)
        return [
            type(value).__name__, {name: _packed(part, f"{path}.{name}", arrays) for name, part in kept.items()}
        ]  # fmt: skip
    raise TypeError(f"{path} is a {type(value).__name__}, which a checkpoint cannot hold")


def _unpacked(packed: list[Any], arrays: Mapping[str, Any]) -> Any:
    kind, parts = packed
    if kind == "plain":
        return parts
    if kind in ("array", "scalar"):
        return arrays[parts] if kind == "array" else arrays[parts][()]
    if kind == "list":
        return [_unpacked(part, arrays) for part in parts]
    found = {name: _unpacked(part, arrays) for name, part in parts.items()}
    if kind == "dict":
        return found
    if kind == "Posted":
        return Posted(**found)
    made = object.__new__(_STATES[kind])
    made.__dict__.update({name: {} for name in DERIVED.get(_STATES[kind], ())}, **found)
    return made


def _put(target: Any, packed: list[Any], arrays: Mapping[str, Any]) -> None:
    """Set the stored attributes of an existing object."""
    found = {name: _unpacked(part, arrays) for name, part in packed[1].items()}
    if isinstance(target, Recorder):
        months = np.zeros(found["done"], snapshot(target.world.catalogue))
        for name, values in found["_months"].items():
            months[name] = values
        found["_months"] = months
    vars(target).update(found)
