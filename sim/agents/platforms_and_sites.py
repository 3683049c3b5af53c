"""Platforms and sites as Mesa agents, each over a record of the model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

import mesa

from sim.agents.views import hint

READ_ONLY = ("model", "name", "index", "identity", "unique_id", "pos", "state")


class RecordAgent(mesa.Agent):  # type: ignore[misc]
    """A platform or site as a Mesa agent; it registers itself with the model.

    The fields and properties of ``state``, the model's record of it, are its attributes.
    """

    __slots__ = ("_index", "_model", "_state", "_title", "_unique_id")
    _index: int
    _title: str
    _unique_id: int

    def __init__(self, model: Any, name: str, index: int, state: Any) -> None:
        # Mesa's __init__ is not called: Mesa 3.3 keeps every model alive whose agents call it.
        self.__setstate__((model, name, index, state, state.identity))
        model.register_agent(self)

    @property
    def model(self) -> Any:
        """The model that the agent belongs to."""
        return self._model

    @property
    def name(self) -> str:
        """Its name in the scenario."""
        return self._title

    @property
    def index(self) -> int:
        """Its index in the columns of the enterprises."""
        return self._index

    @property
    def unique_id(self) -> int:
        """Its identity (63 bits)."""
        return self._unique_id

    @property
    def pos(self) -> None:
        """None: it has no position on a grid."""

    @property
    def state(self) -> Any:
        """The model's record of it."""
        return self._state

    def remove(self) -> None:
        """Raise TypeError: what a scenario names stays for the whole run."""
        raise TypeError(f"{self!r} belongs to the scenario and cannot be removed; leave it out of the scenario")

    def __getattr__(self, name: str) -> Any:
        """Attributes of the record."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._fields() or isinstance(getattr(type(self._state), name, None), property):
            return getattr(self._state, name)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint(name, self._fields())}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in READ_ONLY:
            raise AttributeError(f"{name} of {self!r} cannot be set")
        if name not in self._fields():
            raise AttributeError(f"{type(self).__name__} has no field {name!r}{hint(name, self._fields())}")
        setattr(self._state, name, value)

    def _fields(self) -> Iterable[str]:
        """The names of the record's fields."""
        return [field.name for field in fields(self._state)] if is_dataclass(self._state) else vars(self._state)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._fields()})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._title}>"

    def __reduce__(self) -> tuple[Any, ...]:
        values = (self._model, self._title, self._index, self._state, self._unique_id)
        return type(self).__new__, (type(self),), values

    def __setstate__(self, values: tuple[Any, str, int, Any, int]) -> None:
        for slot, value in zip(("_model", "_title", "_index", "_state", "_unique_id"), values, strict=True):
            object.__setattr__(self, slot, value)


class InnovationPlatform(RecordAgent):
    """An innovation platform of a big enterprise or a third party.

    Examples
    --------
    >>> model = sim.EcosystemModel("haier", rng=1)  # opens its platform in 2013-10
    >>> model.run_for(10)
    >>> model.platforms
    [<InnovationPlatform haier>]
    >>> model.platforms[0].index
    0
    """

    __slots__ = ()


class IdleSite(RecordAgent):
    """Space and equipment that a big enterprise has vacated.

    Examples
    --------
    >>> model = sim.EcosystemModel("shougang", rng=1)
    >>> site = model.sites[0]
    >>> site.name, site.index
    ('shougang', 0)
    """

    __slots__ = ()
