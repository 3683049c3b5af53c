"""Rotations: each target as a fit to the other groups of targets predicts it, and those that are kept.

``sim calibrate --rotate`` writes ``rotation.json``. Beside the targets of a shipped calibration, ``NAME.targets.toml``
(or ``NAME.toml``), it is kept as ``NAME.rotation.json``; where those targets changed since, it is stale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.declare import Outcome
from sim.evidence.facts import TARGETS, Check
from sim.language import later
from sim.model.catalogue import load
from sim.scenario import Fault, ScenarioError
from sim.scenario.extending import folders
from sim.studies.targets import Targets, read_targets

SUFFIX = ".rotation.json"
_TARGETS = (".targets.toml", ".toml")
_MOST = 6  # changes named one by one

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rotation:
    """A rotation of a calibration that is kept beside its targets.

    Attributes
    ----------
    name, title
        Name of its file, and title of its targets.
    base
        Name of the scenario that was fitted.
    model
        Version of the model.
    candidates, replicates, seed
        Size of the calibration.
    rows
        Its targets, as ``rotation.json`` has them.
    stale
        What has changed since it was made, in words; empty where nothing has.
    """

    name: str
    base: str
    title: str
    model: str
    candidates: int
    replicates: int
    seed: int
    rows: tuple[Row, ...]
    stale: str

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of targets, each once."""
        return tuple(dict.fromkeys(str(row["group"]) for row in self.rows))


def rotation_json(targets: Targets, rows: Sequence[Row], version: str) -> dict[str, Any]:
    """What ``rotation.json`` holds: with which candidates it was made, of which keys, and a row a target."""
    settings = targets.settings
    return {
        "base": targets.base,
        "title": targets.title,
        "model": version,
        "candidates": settings.budget + settings.rotated,
        "replicates": settings.replicates,
        "seed": settings.seed,
        "keys": {it.key: it.asked() for it in targets.keys},
        "targets": list(rows),
    }


def wanted_band(asked: Row) -> tuple[float | None, float | None]:
    """In which a target's median should lie: its band, or two tolerances to the sides that are not free (None)."""
    low, high = asked["band"]
    if low is None and high is None:
        value, room = asked["value"], 2 * asked["tolerance"]
        low = None if asked["bound"] == "at most" else value - room
        high = None if asked["bound"] == "at least" else value + room
    return low, high


def lies_within(wanted: Sequence[float | None], value: float | None) -> bool:
    low, high = wanted
    return value is not None and (low is None or low <= value) and (high is None or value <= high)


def kept_rotations(outcomes: Mapping[str, Outcome]) -> list[Rotation]:
    """Those beside the shipped calibrations, by name; ScenarioError for a file that is none."""
    found: dict[str, Rotation] = {}
    for folder in folders():
        for file in sorted((folder / TARGETS).glob(f"*{SUFFIX}")):
            name = file.name.removesuffix(SUFFIX)
            if name not in found:
                found[name] = _read(file, name, outcomes)
    return list(found.values())


def rotations_of(rotations: Sequence[Rotation], checks: Sequence[Check]) -> list[Rotation]:
    """The rotations in which one of the checks was predicted."""
    names = {it.name for it in checks}
    return [it for it in rotations if any(row["fact"] in names for row in it.rows)]


def _read(file: Path, name: str, outcomes: Mapping[str, Outcome]) -> Rotation:
    try:
        told = json.loads(file.read_bytes())
        parts = {part: told[part] for part in ("base", "title", "model", "candidates", "replicates", "seed")}
        rows = tuple(told["targets"])
        for row in rows:
            _ = row["target"], row["group"], row["fitted"]["median"], row["predicted"]["median"]
        return Rotation(name=name, rows=rows, stale=_stale(told, file.with_name(name), outcomes), **parts)
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, ScenarioError):
            raise
        message = f"is no rotation ({error}), allowed: the rotation.json that sim calibrate --rotate writes"
        raise ScenarioError([Fault(str(file), 1, "file", message)]) from None


def _stale(told: Mapping[str, Any], stem: Path, outcomes: Mapping[str, Outcome]) -> str:
    """What of the targets and keys that it was made of is not as it was; nothing where all is."""
    places = [stem.with_name(f"{stem.name}{suffix}") for suffix in _TARGETS]
    file = next((it for it in places if it.exists()), None)
    if file is None:
        return later("its targets are gone: there is no {file}", file=places[0].name)
    try:
        now = read_targets(file, load(told["base"]), outcomes)
    except ScenarioError as error:
        return later("its targets cannot be read: {fault}", fault=error.faults[0])
    before = {row["target"]: row for row in told["targets"]} | told["keys"]
    after = {it.name: it.asked() for it in now.targets} | {it.key: it.asked() for it in now.keys}
    changed = [
        name for name in dict.fromkeys((*before, *after))
        if name not in before or name not in after or any(before[name].get(k) != it for k, it in after[name].items())
    ]  # fmt: skip
    if len(changed) > _MOST:
        return later("changed since: {names} and {count} more", names=", ".join(changed[:_MOST]),
                     count=len(changed) - _MOST)  # fmt: skip
    return later("changed since: {names}", names=", ".join(changed)) if changed else ""
