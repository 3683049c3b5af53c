"""Worlds for tests: a small eventful town, the shipped scenarios, and the whole state of a world by name."""

from __future__ import annotations

import copy
import hashlib
import math
from collections.abc import Callable
from dataclasses import is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import ROOT, TESTS

from sim.agents.model import EcosystemModel
from sim.model.catalogue import load, model_catalogue
from sim.model.state.enterprises import Enterprises
from sim.model.state.links import Links
from sim.model.state.ring import Ring
from sim.scenario import Scenario

TOWN = TESTS / "town.toml"
# What the town leaves off, by its switches.
CHOICES = {
    "mechanisms__industries__buyers": True,
    "mechanisms__industries__weighing": True,
    "mechanisms__industries__preparing": True,
    "mechanisms__entry__choosing": True,
}
LENDING = {"mechanisms__lending__enabled": True}
ENERGY = {"market__energy_bought": True}
LEFT_OFF = CHOICES | LENDING | ENERGY
SHIPPED = tuple(sorted(path.stem for path in (ROOT / "scenarios").glob("*.toml")))
# What says how a world goes on, and is no part of its state.
NOT_STATE = frozenset({"settings", "world", "catalogue", "_views"})
BY_ROW = frozenset({"enterprises", "links", "ring", "succeeded", "left"})  # state that names rows


@cache
def _loaded(path: str, overrides: tuple[tuple[str, Any], ...]) -> Scenario:
    return load(path, dict(overrides))


def scenario(name: str | Path, **overrides: Any) -> Scenario:
    """A scenario with overrides; two underscores stand for a dot: ``levers__demand=0.1``."""
    given = {key.replace("__", "."): value for key, value in overrides.items()}
    if all(isinstance(value, int | float | str | bool) for value in given.values()):
        return _loaded(str(name), tuple(given.items()))
    return load(name, given)


def town(**overrides: Any) -> Scenario:
    return scenario(TOWN, **overrides)


def nation(**overrides: Any) -> Scenario:
    """Manufacturing, of 200 enterprises, from its opening on."""
    return scenario("manufacturing", **{"population__enterprises": 200, "run__spin_up": 0} | overrides)


def run(settings: Scenario, months: int, rng: int = 1, ledger: bool = False) -> EcosystemModel:
    model = EcosystemModel(settings, rng=rng, ledger=ledger)
    model.run_for(months)
    return model


def flat(value: Any, name: str = "world") -> dict[str, Any]:
    """Every number and text of a world by its path, arrays as they are; the scenario is left out."""
    if isinstance(value, np.ndarray | np.generic | int | float | str | None):
        return {name: value}
    if isinstance(value, Enterprises):
        used = {key: column[: value.size] for key, column in value.columns.items()}
        return {f"{name}.{key}": column for key, column in used.items()} | {f"{name}.free": np.sort(value._free)}
    if isinstance(value, Links | Ring):
        value = vars(value) | {"_columns": [column[: len(value)] for column in value._columns]}
    if isinstance(value, dict):
        items = list(value.items())
    elif hasattr(value, "_asdict"):
        items = list(value._asdict().items())
    elif isinstance(value, list | tuple):
        items = list(enumerate(value))
    elif is_dataclass(value) or hasattr(value, "__dict__"):
        items = [(key, part) for key, part in vars(value).items() if key not in NOT_STATE]
    else:
        raise TypeError(f"{name} is a {type(value).__name__}")
    return {path: part for key, child in items for path, part in flat(child, f"{name}.{key}").items()}


def state(model: EcosystemModel) -> dict[str, str]:
    """A digest of every part of the model's state and of its record."""
    return {name: _digest(part) for name, part in (flat(model.world) | flat(dict(model.record), "record")).items()}


def state_by_identity(model: EcosystemModel) -> dict[str, str]:
    """The same, whatever the order of rows and links: enterprises and links in the order of identities."""
    world, table = model.world, model.enterprises
    rest = {key: part for key, part in vars(world).items() if key not in BY_ROW | NOT_STATE}
    rows = np.flatnonzero(table.alive)
    rows = rows[np.argsort(table.identity[rows])]
    parts = flat(rest) | flat(dict(model.record), "record")
    parts |= {f"enterprises.{key}": column[rows] for key, column in table.columns.items()}
    links = world.links
    supplier = np.where(links.supplier >= 0, table.identity[links.supplier], -1)
    ends = [table.identity[links.buyer], supplier, links.ordinal]
    order = np.lexsort(ends[::-1])
    parts |= {"ring.identity": world.ring.identity, "ring.stage": world.ring.stage}
    agreed = np.where(links.agreed >= 0, table.identity[links.agreed], -1)
    parts |= {
        f"links.{number}": part[order] for number, part in enumerate((*ends, agreed, links.per_sale, links.given_up))
    }
    return {name: _digest(part) for name, part in parts.items()}


def _digest(part: Any) -> str:
    if isinstance(part, np.ndarray | np.generic | float | int):
        values = np.asarray(part)
        kind = "f8" if values.dtype.kind == "f" else "i8"
        return hashlib.sha256(f"{values.shape}".encode() + values.astype(kind).tobytes()).hexdigest()[:16]
    return repr(part)


def permuted(model: EcosystemModel, seed: int) -> EcosystemModel:
    """The same world with the rows of its table and of its links in another order."""
    model = copy.deepcopy(model)
    world, table, links = model.world, model.enterprises, model.world.links
    rng = np.random.default_rng(seed)
    old = rng.permutation(table.size)  # the row that comes to each place
    place = np.argsort(old)
    for values in table.columns.values():
        values[: table.size] = values[old]
    table._free = place[table._free]
    rng.shuffle(table._free)
    order = rng.permutation(len(links))
    links.buyer[:], links.ordinal[:] = place[links.buyer][order], links.ordinal[order]
    for ends in (links.supplier, links.agreed):
        ends[:] = np.where(ends >= 0, place[ends], -1)[order]
    links.per_sale[:], links.given_up[:] = links.per_sale[order], links.given_up[order]
    on = np.zeros(table.size, np.int8)
    on[: len(world.ring._on)] = world.ring._on
    world.ring._on, world.ring.row[:] = on[old], place[world.ring.row]
    world.succeeded = world.succeeded[old] if len(world.succeeded) == len(old) else world.succeeded
    assert not len(world.struck_off)
    return model


def different(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The names under which two states differ, or that only one of them has."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def different_outcomes(one: EcosystemModel, other: EcosystemModel) -> list[str]:
    """The outcomes whose records differ in any bit of any month."""
    pairs = ((name, values, other.record[name]) for name, values in one.record.items())
    return [name for name, a, b in pairs if np.array(a).tobytes() != np.array(b).tobytes()]


def around(monkeypatch: pytest.MonkeyPatch, step: str, wrapper: Callable[[Callable[..., Any]], Any]) -> None:
    """From now on a step of the month, such as ``finance.close``, is what ``wrapper`` makes of it."""
    catalogue = model_catalogue()  # the one that every scenario without mechanisms of a user's own holds
    steps = [
        (it, replace(one, apply=wrapper(one.apply)) if f"{it.name}.{one.name}" == step else one)
        for it, one in catalogue.steps
    ]
    assert steps != list(catalogue.steps), step
    monkeypatch.setitem(vars(catalogue), "steps", tuple(steps))


def last(model: EcosystemModel, name: str) -> float:
    value = model.record[name][-1]
    assert not math.isnan(value), name
    return value
