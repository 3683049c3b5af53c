"""Members of a set: rows and identities, which of them are still present, and their views."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np

from sim.agents.views import CLASS_TYPES, Enterprise, view_of

OBJECT = -1  # instead of a row: a platform, a site or a user's agent


@dataclass(frozen=True, slots=True)
class Members:
    """Rows (OBJECT for members without one) and identities, int64 arrays of equal length."""

    rows: Any
    identities: Any

    @classmethod
    def of(cls, entries: Iterable[tuple[int, int]]) -> Members:
        """Members from pairs of row and identity."""
        pairs = np.array(list(entries), np.int64).reshape(-1, 2)
        return cls(pairs[:, 0].copy(), pairs[:, 1].copy())

    @property
    def objects(self) -> Any:
        """Mask of the members without a row."""
        return self.rows == OBJECT

    def take(self, which: Any) -> Members:
        """The members at these positions, or of a mask or slice."""
        return Members(self.rows[which], self.identities[which])

    def then(self, others: Members) -> Members:
        """These members and others after them."""
        return Members(np.append(self.rows, others.rows), np.append(self.identities, others.identities))

    def entries(self) -> Iterator[tuple[int, int]]:
        """Pairs of row and identity, as Python ints."""
        return zip(self.rows.tolist(), self.identities.tolist(), strict=True)


def mask_of(model: Any, kind: type) -> Any:
    """The rows in use whose enterprises are of a type, mesa.Agent for all (bool, shape ``(size,)``)."""
    table = model.enterprises
    if kind is mesa.Agent:
        return table.alive
    if kind in CLASS_TYPES:
        return table.alive & (table.size_class == CLASS_TYPES.index(kind))
    return np.zeros(table.size, np.bool_)


def registered(model: Any, kind: type) -> list[int]:
    """The identities of platforms, sites and a user's agents of a type, mesa.Agent for all."""
    return [identity for identity, agent in model._objects.items() if kind in (mesa.Agent, type(agent))]


def living(model: Any, kind: type) -> Members:
    """All present members of a type: enterprises in the order of the table, then the others as registered."""
    rows, objects = np.flatnonzero(mask_of(model, kind)), registered(model, kind)
    firms = Members(rows, model.enterprises.identity[rows])
    return firms.then(Members.of((OBJECT, identity) for identity in objects)) if objects else firms


def present(model: Any, members: Members) -> Members:
    """The members that have not left; the same object if none has."""
    here = model.enterprises.columns["identity"][members.rows] == members.identities
    objects = members.objects
    if objects.any():
        here[objects] = [identity in model._objects for identity in members.identities[objects].tolist()]
    return members if here.all() else members.take(here)


def of_type(model: Any, members: Members, wanted: type | tuple[type, ...]) -> Members:
    """The members that are instances of a type."""
    passed = np.array([issubclass(kind, wanted) for kind in CLASS_TYPES])
    mask = passed[model.enterprises.columns["size_class"][members.rows]]
    objects = members.objects
    if objects.any():
        mask[objects] = [isinstance(agent, wanted) for agent in agents_of(model, members.take(objects))]
    return members.take(mask)


def belongs(model: Any, agent: object) -> bool:
    """Whether an agent belongs to the model and has not left."""
    if isinstance(agent, Enterprise):
        return agent._model is model and agent._present()
    return isinstance(agent, mesa.Agent) and model._objects.get(agent.unique_id) is agent


def entry(model: Any, agent: Any) -> tuple[int, int]:
    """Row and identity of an agent; ValueError if it does not belong to the model or has left."""
    if not belongs(model, agent):
        raise ValueError(f"{agent!r} is not an agent of this model")
    return (agent._row if isinstance(agent, Enterprise) else OBJECT), agent.unique_id


def agents_of(model: Any, members: Members) -> list[Any]:
    """The agents of ``members``, all present; the model keeps their views from now on."""
    agents = []
    for row, identity in members.entries():
        if row != OBJECT and identity not in model._views:
            model._views[identity] = view_of(model, row)
        agents.append(model._objects[identity] if row == OBJECT else model._views[identity])
    return agents


def each(model: Any, members: Members) -> Iterator[Any]:
    """Yield the agents of ``members`` one by one; those that leave before their turn are skipped.

    A view made here is released, unless the caller keeps it, when the next but one is requested: until then the
    caller's loop variable refers to it.
    """
    made: list[Enterprise] = []
    try:
        for row, identity in members.entries():
            if row == OBJECT:
                if identity in model._objects:
                    yield model._objects[identity]
                continue
            if model.enterprises.columns["identity"].item(row) != identity:
                continue
            if identity not in model._views:
                model._views[identity] = view_of(model, row)
                made.append(model._views[identity])
            yield model._views[identity]
            if len(made) > 1:
                _release(model, made)
    finally:
        while made:
            _release(model, made)


def _release(model: Any, made: list[Enterprise]) -> None:
    """Release the first of the views that a loop made, unless it has another reference, strong or weak."""
    identity = made[0].unique_id
    if weakref.getweakrefcount(made[0]) or identity not in model._views:
        del made[0]
        return
    trace = weakref.ref(made.pop(0))
    del model._views[identity]
    kept = trace()
    if kept is not None:
        model._views[identity] = kept
