"""Who is in a set: rows and identities, who of them is still there, and the views that are made of them."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np

from sim.agents.views import CLASS_TYPES, Enterprise, view_of

OBJECT = -1  # in place of a row: the member is a platform, a site or an agent of a user's own


@dataclass(frozen=True, slots=True)
class Members:
    """Rows (OBJECT for one that has none) and identities, int64 and of equal length."""

    rows: Any
    identities: Any

    @classmethod
    def of(cls, entries: Iterable[tuple[int, int]]) -> Members:
        """Members from pairs of row and identity."""
        pairs = np.array(list(entries), np.int64).reshape(-1, 2)
        return cls(pairs[:, 0].copy(), pairs[:, 1].copy())

    @property
    def objects(self) -> Any:
        """Mask of the members that have no row."""
        return self.rows == OBJECT

    def take(self, which: Any) -> Members:
        """The members at these positions, or those that a mask or a slice picks."""
        return Members(self.rows[which], self.identities[which])

    def then(self, others: Members) -> Members:
        """These members and others after them."""
        return Members(np.append(self.rows, others.rows), np.append(self.identities, others.identities))

    def entries(self) -> Iterator[tuple[int, int]]:
        """Pairs of row and identity, in plain numbers."""
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
    """The identities of platforms, sites and a user's own agents of a type, mesa.Agent for all."""
    return [identity for identity, agent in model._objects.items() if kind in (mesa.Agent, type(agent))]


def living(model: Any, kind: type) -> Members:
    """All of a type that are there now: enterprises in the order of the table, then the others as registered."""
    rows, objects = np.flatnonzero(mask_of(model, kind)), registered(model, kind)
    firms = Members(rows, model.enterprises.identity[rows])
    return firms.then(Members.of((OBJECT, identity) for identity in objects)) if objects else firms


def still_there(model: Any, members: Members) -> Members:
    """The members that have not left; the very same object where nobody has."""
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
    """Whether an agent is one of the model's and has not left."""
    if isinstance(agent, Enterprise):
        return agent._model is model and agent._present()
    return isinstance(agent, mesa.Agent) and model._objects.get(agent.unique_id) is agent


def entry(model: Any, agent: Any) -> tuple[int, int]:
    """Row and identity of an agent; ValueError where it is not one of the model's or has left."""
    if not belongs(model, agent):
        raise ValueError(f"{agent!r} is not an agent of this model")
    return (agent._row if isinstance(agent, Enterprise) else OBJECT), agent.unique_id


def agents_of(model: Any, members: Members) -> list[Any]:
    """The agents of ``members``, all of them there, in a list; the model holds them from now on."""
    agents = []
    for row, identity in members.entries():
        if row != OBJECT and identity not in model._views:
            model._views[identity] = view_of(model, row)
        agents.append(model._objects[identity] if row == OBJECT else model._views[identity])
    return agents


def each(model: Any, members: Members) -> Iterator[Any]:
    """The agents of ``members``, made one by one; those that leave before their turn are left out.

    A view made here is let go when nobody has kept it by the time the next but one is asked for: until then the
    variable of a loop holds it.
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
    """Hold the first of the views that a loop made no longer, unless somebody refers to it, strongly or weakly."""
    identity = made[0].unique_id
    if weakref.getweakrefcount(made[0]) or identity not in model._views:
        del made[0]
        return
    trace = weakref.ref(made.pop(0))
    del model._views[identity]
    kept = trace()
    if kept is not None:
        model._views[identity] = kept
