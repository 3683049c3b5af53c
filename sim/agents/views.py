"""Enterprises as Mesa agents: each a light view of one row of the table.

A view has a model, a row and an identity. Each access compares its identity with the row's, so that the view of an
enterprise that left never reads the next one in the same row.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from functools import lru_cache
from numbers import Real
from typing import Any

import mesa
import numpy as np

from sim.catalogue import Catalogue
from sim.declare import Column
from sim.model.catalogue import model_catalogue
from sim.model.state.enterprises import AXES, CLASSES, ORIGINS, STATUSES, nearest_name

REFUSED = {
    "identity": "an identity never changes",
    "unique_id": "an identity never changes",
    "status": "a status changes in the model's month; remove() closes an enterprise",
    "size_class": "the class follows from staff and revenue at the review in December",
    "cash": "cash changes by named transfers only: use model.transfer",
    "model": "an enterprise stays in its model",
    "pos": "an enterprise has no position",
}


class EnterpriseLeft(ReferenceError):
    """The enterprise of this view has left: only its ``unique_id``, ``repr``, hash and equality can still be used.

    Examples
    --------
    >>> model = sim.EcosystemModel("shougang", rng=1)
    >>> enterprise = model.agents[1]
    >>> enterprise.remove()
    >>> enterprise.staff
    Traceback (most recent call last):
        ...
    sim.agents.views.EnterpriseLeft: ...
    """


def hint(name: str, names: Iterable[str]) -> str:
    """The end of a message that refuses ``name``: the nearest of ``names``, if there is one."""
    near = nearest_name(name, names)
    return f"; did you mean {near!r}?" if near else ""


def writable(model: Any, name: str) -> Column:
    """The column that a user may set by this name; AttributeError with the reason if there is none."""
    known = _settable(model.settings.catalogue)
    if name in known:
        return known[name]
    if name in REFUSED:
        raise AttributeError(f"{name} cannot be set: {REFUSED[name]}")
    if hasattr(Enterprise, name) and not name.startswith("_"):
        raise AttributeError(f"{name} cannot be set: it follows from other attributes")
    raise AttributeError(f"an enterprise has no attribute {name!r} to set{hint(name, known)}")


@lru_cache(maxsize=64)
def _settable(catalogue: Catalogue) -> dict[str, Column]:
    """Columns that a user may set, cached for each assignment."""
    return {column.name: column for column in catalogue.all_columns if column.name not in REFUSED}


def checked(column: Column, value: Any) -> int | float:
    """``value`` as a number of the column's type; TypeError or ValueError if it is none."""
    unit = f" ({column.unit})" if column.unit else ""
    if np.dtype(column.dtype).kind == "f":
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{column.name} is a number{unit}, not {value!r}")
        if not math.isfinite(value):
            raise ValueError(f"{column.name} is a finite number{unit}, not {value!r}")
        return float(value)
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{column.name} is a whole number{unit}, not {value!r}") from None
    limits = np.iinfo(column.dtype)
    if not limits.min <= number <= limits.max:
        raise ValueError(f"{column.name} lies between {limits.min} and {limits.max}{unit}, {number} does not")
    return number


class Enterprise(mesa.Agent):  # type: ignore[misc]
    """A view of one enterprise as a Mesa agent: every column of the table is an attribute, a plain Python number.

    Views come from ``model.agents``. Columns can be set, except those that the model computes; other attributes cannot
    be added, as they would be lost with the view.

    Attributes
    ----------
    staff, talent
        People, and the skilled among them.
    cash, assets
        Million yuan.
    born
        Month of registration, from the start of the run; negative before it.
    size_class, status, origin, sector
        Numbers whose names are ``class_name``, ``status_name``, ``origin_name`` and ``sector_name``.

    Examples
    --------
    >>> model = sim.EcosystemModel("shougang", rng=1)
    >>> enterprise = model.agents[1]
    >>> enterprise.class_name, enterprise.status_name, enterprise.origin_name
    ('small', 'operating', 'incumbent')
    >>> enterprise.staff = 12
    >>> enterprise.staff
    12
    """

    __slots__ = ("_identity", "_model", "_row")
    _identity: int
    _model: Any
    _row: int

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        raise TypeError("enterprises are founded by the model; model.agents gives views of them")

    @property
    def unique_id(self) -> int:
        """The enterprise's identity (63 bits); it can still be read after the enterprise has left."""
        return self._identity

    @property
    def model(self) -> Any:
        """The model that the enterprise belongs to."""
        self._current_row()
        return self._model

    @property
    def pos(self) -> None:
        """None: an enterprise has no position."""
        self._current_row()

    @property
    def status_name(self) -> str:
        """``registered``, ``operating`` or ``suspended``."""
        return STATUSES[self.status]

    @property
    def origin_name(self) -> str:
        """``incumbent``, ``independent``, ``spin_off``, ``maker`` or ``tenant``."""
        return ORIGINS[self.origin]

    @property
    def class_name(self) -> str:
        """``small``, ``medium`` or ``big``."""
        return CLASSES[self.size_class]

    @property
    def sector_name(self) -> str:
        """Name of the sector, from the model's ``sector_names``."""
        return str(self.model.sector_names[self.sector])

    @property
    def knowledge(self) -> tuple[float, ...]:
        """Knowledge on each axis: materials and process, devices and electronics, software and markets."""
        return tuple(getattr(self, f"knowledge_{axis}") for axis in range(AXES))

    @property
    def age(self) -> int:
        """Months since registration."""
        return int(self.model.month - self.born)

    def remove(self) -> None:
        """Close the enterprise, booked as any other exit."""
        self._model.leave(np.array([self._current_row()], np.int64))

    def step(self) -> None:
        """Do nothing: ``model.step()`` moves all enterprises."""
        self._current_row()

    def advance(self) -> None:
        """Do nothing, as ``step``."""
        self._current_row()

    def _present(self) -> bool:
        """Whether the enterprise has not left."""
        return bool(self._model.enterprises.columns["identity"].item(self._row) == self._identity)

    def _current_row(self) -> int:
        """The row; EnterpriseLeft if the enterprise has left."""
        if not self._present():
            raise EnterpriseLeft(f"{self!r}: the enterprise has left; model.agents has the present ones")
        return self._row

    def __getattr__(self, name: str) -> Any:
        """Columns of a user's mechanisms; other names are refused."""
        if name.startswith("_"):  # used by copy, pickle and notebooks, also after the enterprise has left
            raise AttributeError(name)
        row, columns = self._current_row(), self._model.enterprises.columns
        if name in columns:
            return columns[name].item(row)
        public = [known for known in dir(self) if not known.startswith("_")]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint(name, public)}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._model.enterprises.columns})

    def __setattr__(self, name: str, value: Any) -> None:
        row = self._current_row()
        self._model.enterprises.columns[name][row] = checked(writable(self._model, name), value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name} cannot be deleted: it is a column of the table")

    def __repr__(self) -> str:
        number = str(self._identity)
        shown = number if len(number) <= 6 else f"{number[:4]}…"
        return f"<{type(self).__name__} {shown} {f'staff={self.staff}' if self._present() else 'left'}>"

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Enterprise):
            return NotImplemented
        return self._identity == other._identity and self._model is other._model

    def __copy__(self) -> Enterprise:
        return self  # a second view of one enterprise would be a second agent

    def __reduce__(self) -> tuple[Any, ...]:
        return _blank, (type(self), self._identity), (self._model, self._row)

    def __setstate__(self, state: tuple[Any, int]) -> None:
        object.__setattr__(self, "_model", state[0])
        object.__setattr__(self, "_row", state[1])


class BigEnterprise(Enterprise):
    """A big enterprise by the size standard."""

    __slots__ = ()


class MediumEnterprise(Enterprise):
    """A medium enterprise by the size standard."""

    __slots__ = ()


class SmallEnterprise(Enterprise):
    """A small or micro enterprise by the size standard."""

    __slots__ = ()


CLASS_TYPES: tuple[type[Enterprise], ...] = (SmallEnterprise, MediumEnterprise, BigEnterprise)


def view_of(model: Any, row: int) -> Enterprise:
    """A new view of a row in use, which must have none yet."""
    columns = model.enterprises.columns
    view = _blank(CLASS_TYPES[columns["size_class"].item(row)], columns["identity"].item(row))
    view.__setstate__((model, row))
    return view


def follow_class(view: Enterprise) -> None:
    """Set a view's class to that of its enterprise; the object and its hash stay."""
    object.__setattr__(view, "__class__", CLASS_TYPES[view.size_class])


def _blank(kind: type[Enterprise], identity: int) -> Enterprise:
    """A view with an identity and no row yet, so that it can be hashed while it is unpickled."""
    view = kind.__new__(kind)
    object.__setattr__(view, "_identity", identity)
    return view


def _attribute(column: Column) -> property:
    """A property that reads ``column`` in the view's row; ``Enterprise.__setattr__`` writes it."""
    name = column.name

    def read(view: Enterprise) -> Any:
        columns = view._model.enterprises.columns
        if columns["identity"].item(view._row) != view._identity:
            view._current_row()
        return columns[name].item(view._row)

    return property(read, doc=f"{column.meaning[0].upper()}{column.meaning[1:]} [{column.unit or 'no unit'}].")


for _column in model_catalogue().all_columns:
    setattr(Enterprise, _column.name, _attribute(_column))
