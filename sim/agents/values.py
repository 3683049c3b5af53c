"""Values of an attribute over many agents, from arrays where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.agents.members import Members, agents_of, each
from sim.model.state.enterprises import AXES, CLASSES, ORIGINS, STATUSES

NAMED = {"class_name": ("size_class", CLASSES), "origin_name": ("origin", ORIGINS), "status_name": ("status", STATUSES)}
REDUCTIONS: dict[Any, Any] = {sum: np.sum, min: np.min, max: np.max}


def values_of(model: Any, name: str, members: Members, *missing: Any) -> Any:
    """An attribute's values: an array if all come from the table, else a list.

    AttributeError if a member lacks it, unless ``missing`` is given instead.
    """
    if name == "unique_id":
        return members.identities
    objects = members.objects
    if objects.any():
        values = np.empty(len(objects), object)
        others = agents_of(model, members.take(objects))
        values[objects] = _filled([getattr(agent, name, *missing) for agent in others])
        values[~objects] = _filled(plain(values_of(model, name, members.take(~objects), *missing)))
        return values.tolist()
    vector = _vector(model, name, members.rows)
    if vector is not None:
        return vector
    return list(map(lambda agent: getattr(agent, name, *missing), each(model, members)))  # noqa: C417  holds no view


def plain(values: Any) -> list[Any]:
    """Values as a list of Python objects."""
    return values if isinstance(values, list) else values.tolist()


def numeric(values: Any) -> bool:
    """Whether values are an array of numbers."""
    return isinstance(values, np.ndarray) and values.dtype.kind in "if"


def reduced(function: Callable[[Any], Any], values: Any) -> Any:
    """``function`` of values: numpy's functions take an array of numbers, others a list as in Mesa."""
    if numeric(values) and len(values):
        if function in REDUCTIONS:
            return REDUCTIONS[function](values).item()
        if isinstance(function, np.ufunc) or str(getattr(function, "__module__", "")).split(".")[0] == "numpy":
            return function(values)
    return function(plain(values))


def _vector(model: Any, name: str, rows: Any) -> Any:
    """An attribute of these rows as an array; None if it does not come from columns."""
    columns = model.enterprises.columns
    if name in columns:
        values = columns[name][rows]
        return values if values.dtype.kind == "f" else values.astype(np.int64, copy=False)
    if name in NAMED:
        source, names = NAMED[name]
        return np.array(names, object)[columns[source][rows]]
    if name == "age":
        return model.month - columns["born"][rows].astype(np.int64)
    if name == "knowledge":
        return _filled(list(zip(*[columns[f"knowledge_{axis}"][rows].tolist() for axis in range(AXES)], strict=True)))
    return None


def _filled(values: list[Any]) -> Any:
    """An array of objects, also where the values are tuples."""
    array = np.empty(len(values), object)
    for index, value in enumerate(values):
        array[index] = value
    return array
