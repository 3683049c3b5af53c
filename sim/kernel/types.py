"""Types of columns and numbers in machine code, declared as annotations.

``f8`` is a one-dimensional contiguous array of float64; ``f8_2d`` has two dimensions. ``int`` and ``float`` have 64
bits. An ``Index`` is an unsigned row: compilers vectorise loops whose index cannot be negative.
"""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.declare import Parameter
from sim.kernel.checks import Array, Kind, Number, Text, Tuple, checked_new, kind_of

i1: TypeAlias = Annotated[NDArray[np.int8], Array("i1", 1)]
i2: TypeAlias = Annotated[NDArray[np.int16], Array("i2", 1)]
i4: TypeAlias = Annotated[NDArray[np.int32], Array("i4", 1)]
i8: TypeAlias = Annotated[NDArray[np.int64], Array("i8", 1)]
u1: TypeAlias = Annotated[NDArray[np.uint8], Array("u1", 1)]
u2: TypeAlias = Annotated[NDArray[np.uint16], Array("u2", 1)]
u4: TypeAlias = Annotated[NDArray[np.uint32], Array("u4", 1)]
u8: TypeAlias = Annotated[NDArray[np.uint64], Array("u8", 1)]
f4: TypeAlias = Annotated[NDArray[np.float32], Array("f4", 1)]
f8: TypeAlias = Annotated[NDArray[np.float64], Array("f8", 1)]
b1: TypeAlias = Annotated[NDArray[np.bool_], Array("?", 1)]

i8_2d: TypeAlias = Annotated[NDArray[np.int64], Array("i8", 2)]
f8_2d: TypeAlias = Annotated[NDArray[np.float64], Array("f8", 2)]

i8_3d: TypeAlias = Annotated[NDArray[np.int64], Array("i8", 3)]
f8_3d: TypeAlias = Annotated[NDArray[np.float64], Array("f8", 3)]

Index: TypeAlias = Annotated[int, Number("u8")]
Word: TypeAlias = Annotated[int | np.unsignedinteger[Any], Number("u8")]  # bits

_named_tuple: Any = namedtuple  # mypy requires literal fields
Class = TypeVar("Class", bound=type)


def typed(group: Class) -> Class:
    """Make a ``NamedTuple`` class check its fields whenever an instance is made.

    An array must have the declared type. A number is converted if its value stays the same: 3 to 3.0 and 3.0 to 3, not
    3.7. Parameters are checked against the types of their defaults. If some are text, ``group.Numbers`` is the class of
    the numbers alone: passing text to machine code takes ten times as long.

    The class is changed in place: numba identifies a ``NamedTuple`` by its class, and pickle by its name.
    """
    cls: Any = group
    kinds = _kinds(cls)
    cls._kinds_ = kinds
    if any(isinstance(kind, Text) for kind in kinds.values()):
        cls.Numbers = _without_text(cls, kinds)
    _check_at_birth(cls, kinds)
    return group


@lru_cache(maxsize=256)
def numbers(group: Any) -> Any:
    """A group of parameters for machine code: without those that are text."""
    kind: Any = getattr(type(group), "Numbers", None)
    return group if kind is None else kind(*[getattr(group, name) for name in kind._fields])


def _kinds(cls: Any) -> dict[str, Kind | None]:
    """The kind of each field; None where it is not declared."""
    defaults = cls._field_defaults
    if cls._fields and all(isinstance(defaults.get(name), Parameter) for name in cls._fields):
        return {name: kind_of(default.type) for name, default in defaults.items()}
    hints = get_type_hints(cls, include_extras=True)
    return {name: kind_of(hints.get(name, Any), f"{cls.__qualname__}.{name}") for name in cls._fields}


def _check_at_birth(cls: Any, kinds: dict[str, Kind | None]) -> None:
    """Replace ``__new__``: a subclass would be another type to numba, and pickle would not find it."""
    made, new = cls.__new__, checked_new(cls.__qualname__, kinds)
    new.__defaults__, new.__doc__ = made.__defaults__, made.__doc__
    cls.__new__ = staticmethod(new)
    cls._make = classmethod(_make)  # `_replace` calls it


def _make(cls: Any, values: Any) -> Any:
    return cls(*values)


def _without_text(cls: Any, kinds: dict[str, Kind | None]) -> Any:
    left: dict[str, Kind | None] = {name: kind for name, kind in kinds.items() if not isinstance(kind, Text)}
    made: Any = _named_tuple(f"{cls.__name__}Numbers", left, module=cls.__module__)
    made.__qualname__ = f"{cls.__qualname__}.Numbers"  # where pickle finds it
    made._kinds_ = left
    _check_at_birth(made, left)
    return made


__all__ = [
    "Array",
    "Index",
    "Kind",
    "Number",
    "Tuple",
    "Word",
    "b1",
    "f4",
    "f8",
    "f8_2d",
    "f8_3d",
    "i1",
    "i2",
    "i4",
    "i8",
    "i8_2d",
    "i8_3d",
    "numbers",
    "typed",
    "u1",
    "u2",
    "u4",
    "u8",
]  # fmt: skip
