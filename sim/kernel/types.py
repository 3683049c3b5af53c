"""What columns, numbers and tuples of them hold: declared as annotations, which machine code is made for.

``f8`` is a one-dimensional contiguous array of float64 to a reader, to mypy and to the machine alike; ``f8_2d`` has two
dimensions. ``int``, ``float`` and ``bool`` are what they say, in 64 bits, and an ``Index`` is a row: one that cannot be
negative is one that a compiler can take several at a time.
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
Word: TypeAlias = Annotated[int | np.unsignedinteger[Any], Number("u8")]  # bits, as of the generator or of marked rows

_named_tuple: Any = namedtuple  # to mypy its fields would have to stand in the text
Class = TypeVar("Class", bound=type)


def typed(group: Class) -> Class:
    """Have a ``NamedTuple`` class check what its fields are given, once, whenever an instance is made.

    An array must be what is declared, to the bit; a number becomes what is declared where that changes nothing of its
    value: 3 is 3.0 in a field of floats and 3.0 is 3 in one of whole numbers, and 3.7 is refused there. A group of
    parameters is checked against the types of its defaults. If some of them are text, ``group.Numbers`` is the class
    of its numbers alone: machine code is handed no text, which takes ten times as long.

    The class stays what it is: numba knows a ``NamedTuple`` by its class, and pickle finds it by its name.
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
    """A group of parameters as machine code is handed it: without those that are text."""
    kind: Any = getattr(type(group), "Numbers", None)
    return group if kind is None else kind(*[getattr(group, name) for name in kind._fields])


def _kinds(cls: Any) -> dict[str, Kind | None]:
    """What each field holds; None where that is not declared."""
    defaults = cls._field_defaults
    if cls._fields and all(isinstance(defaults.get(name), Parameter) for name in cls._fields):
        return {name: kind_of(default.type) for name, default in defaults.items()}
    hints = get_type_hints(cls, include_extras=True)
    return {name: kind_of(hints.get(name, Any), f"{cls.__qualname__}.{name}") for name in cls._fields}


def _check_at_birth(cls: Any, kinds: dict[str, Kind | None]) -> None:
    """Replace what makes instances; a subclass would be another type to numba, which pickle does not find."""
    made, new = cls.__new__, checked_new(cls.__qualname__, kinds)
    new.__defaults__, new.__doc__ = made.__defaults__, made.__doc__
    cls.__new__ = staticmethod(new)
    cls._make = classmethod(_make)  # which `_replace` calls


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
