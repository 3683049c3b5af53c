"""What the steps of some months change, and what they ask for, step by step: held against what they declare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from worlds import LEFT_OFF, flat, town

from sim.kernel import draws
from sim.model.ecosystem import Ecosystem
from sim.model.mechanisms import population
from sim.model.state.accounts import COUNTER_ACCOUNT, ENTERPRISES, TRANSFERS
from sim.model.state.enterprises import Enterprises
from sim.model.state.world import World
from sim.scenario import Scenario

Names = dict[str, set[str]]
# Of the world itself: what hands things on within a month, and what is looked at elsewhere.
_NO_STATE = {
    "settings", "seed", "month", "weight", "catalogue", "enterprises", "sectors", "books", "counts", "kept", "posted",
    "platforms", "sites", "links", "ring", "ideas", "reclassed", "left", "ended", "lives",
}  # fmt: skip


def names_of_steps(world: World) -> list[str]:
    return [f"{it.name}.{step.name}" for it, step in world.catalogue.steps]


class Changes:
    """Columns, transfers and state beside the table that each step of the town has changed."""

    def __init__(self, months: int) -> None:
        self.told: list[str] = []  # what watchers were told, in order
        self.columns: Names = defaultdict(set)
        self.transfers: Names = defaultdict(set)
        self.state: Names = defaultdict(set)
        model = Ecosystem(town(), 1)
        self._steps = [*names_of_steps(model.world), "record"]
        self._all = [column.name for column in model.world.catalogue.all_columns]
        own = [it for it in model.world.catalogue.mechanisms if it.columns]
        self._given = {column.name for it in own for column in it.columns if column.birth or it.birth}
        model.watchers.append(self._watch)
        for _ in range(months):
            model.world.begin_month()  # what it does once more makes no difference, and is not the first step's doing
            self._keep(model.world)
            model.step()

    def _keep(self, world: World) -> None:
        self._table = {name: getattr(world.enterprises, name).copy() for name in self._all}
        self._month = world.books.month.copy()
        self._beside = dict(_beside(world))

    def _watch(self, mechanism: str, world: World) -> None:
        step = self._steps[len(self.told) % len(self._steps)]
        self.told.append(mechanism)
        identity, before = world.enterprises.identity, self._table["identity"]
        there = (identity[: len(before)] == before).nonzero()[0]
        was = np.concatenate([before, np.zeros(len(identity) - len(before), np.int64)])
        born = ((was == 0) & (identity != 0)).nonzero()[0]
        for name in self._all:
            now, old = getattr(world.enterprises, name), self._table[name]
            # What a newcomer has of single mechanisms' columns is given by their declaration.
            fresh = name not in self._given and now[born].any()
            if (now[there] != old[there]).any() or fresh:
                self.columns[step].add(name)
        booked = (world.books.month != self._month).nonzero()[0]
        self.transfers[step].update(list(TRANSFERS)[number] for number in booked)
        beside = dict(_beside(world))
        self.state[step].update(name for (name, at), value in beside.items() if value != self._beside.get((name, at)))
        self._keep(world)


def _beside(world: World) -> Iterator[tuple[tuple[str, str], Any]]:
    """State beside the table by the name it has in the document and its own place."""
    for name in ("sectors", "posted"):
        for path, value in flat(getattr(world, name), name).items():
            yield (path, path), np.asarray(value).tobytes()
    for name in ("sites", "platforms"):
        for number, it in enumerate(getattr(world, name)):
            for key, value in vars(it).items():
                yield (f"{name}.{key}", f"{number}"), np.asarray(value).tobytes()
    yield ("platforms", ""), len(world.platforms)
    yield ("people", ""), (world.books.people.tobytes(), world.books.skilled.tobytes())
    yield ("links", ""), (world.links.buyer.tobytes(), world.links.supplier.tobytes())
    yield ("accounts", ""), _paid_beside_enterprises(world)
    for name in vars(world).keys() - _NO_STATE:
        if not name.startswith("_"):
            yield (f"world.{name}", ""), repr(flat(getattr(world, name), name))


def _paid_beside_enterprises(world: World) -> bytes:
    """Balances of the accounts without this month's transfers of enterprises."""
    accounts = world.books.accounts.copy()
    accounts[ENTERPRISES] -= world.books.month.sum()
    np.add.at(accounts, COUNTER_ACCOUNT, world.books.month)
    return accounts.tobytes()


def asked(months: int) -> dict[str, dict[str, list[str]]]:
    """Parameter groups, blocks of random numbers and columns for loops that each step asks for, in plain Python.

    By the step, ``population.found`` and what mechanisms give to others to call among them: ``exports.at_birth``.
    """
    groups: Names = defaultdict(set)
    blocks: Names = defaultdict(set)
    columns: Names = defaultdict(set)
    current = [""]

    def named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            outer, current[0] = current[0], name
            try:
                return function(*given)
            finally:
                current[0] = outer

        return call

    group, uniforms, view = Scenario.group, draws.uniforms, Enterprises.view

    def ask_group(self: Scenario, prefix: str, *month: int) -> Any:
        kind = prefix.partition(".")[0]
        groups[current[0]].add(kind if kind in {"platforms", "sites"} else prefix)
        return group(self, prefix, *month)

    def draw(seed: int, identity: int, month: int, purpose: int) -> Any:
        blocks[current[0]].add(str(int(purpose)))
        return uniforms(seed, identity, month, purpose)

    def look(self: Enterprises, kind: Any) -> Any:
        columns[current[0]].update(kind._fields)
        return view(self, kind)

    Scenario.group, draws.uniforms, Enterprises.view = ask_group, draw, look  # type: ignore[assignment, method-assign]
    population.found = named("population.found", population.found)
    settings = town()
    for it in settings.catalogue.mechanisms:
        for step in it.steps:
            object.__setattr__(step, "apply", named(f"{it.name}.{step.name}", step.apply))
        for key in ("founding", "birth"):
            if (given := getattr(it, key)) is not None:
                object.__setattr__(it, key, named(f"{it.name}.{given.__name__}", given))
    Ecosystem(settings, 1).run_for(months)
    Ecosystem(town(population__world="place"), 1).run_for(4)  # enterprises come from beyond it
    Ecosystem(town(**LEFT_OFF, mechanisms__projects__begin=12.0), 1).run_for(6)
    found = {"groups": groups, "blocks": blocks, "columns": columns}
    return {what: {step: sorted(names) for step, names in by.items() if step} for what, by in found.items()}
