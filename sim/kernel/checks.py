"""Type checks of arguments, generated as one function each: the cheapest form.

Machine code reinterprets a float64 as an int64, and truncates a float given for an integer, without an error. So each
argument is checked first: by one condition for all, and where that fails one by one, for the message.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Annotated, Any, TypeAlias, get_args, get_origin

import numpy as np

Space: TypeAlias = dict[str, Any]
_SCALARS: dict[str, tuple[type, ...]] = {
    "i8": (int, np.int64), "u8": (np.uint64,), "f8": (float, np.float64), "?": (bool, np.bool_)
}  # fmt: skip


class Mismatch(TypeError):
    """An argument of another type than declared; the caller adds its name."""


@dataclass(frozen=True)
class Array:
    """A contiguous, writable array of one type."""

    dtype: str
    dimensions: int

    def __str__(self) -> str:
        dimensions = "" if self.dimensions == 1 else f" of {self.dimensions} dimensions"
        return f"a contiguous {np.dtype(self.dtype).name} array{dimensions}"

    def condition(self, name: str, space: Space, *, exactly: bool) -> str:  # noqa: ARG002
        dtype = _constant(np.dtype(self.dtype), space)
        # An unpickled array has a dtype that is equal and not identical.
        return (
            f"({name}.dtype is {dtype} or {name}.dtype == {dtype})"
            f" and {name}.flags.carray and {name}.ndim == {self.dimensions}"
        )

    def convert(self, given: Any, *, whole_floats: bool) -> Any:  # noqa: ARG002  one signature for all kinds
        if (
            type(given) is np.ndarray
            and given.dtype == np.dtype(self.dtype)
            and given.ndim == self.dimensions
            and given.flags.carray
        ):
            return given
        raise Mismatch(_named(given))


@dataclass(frozen=True)
class Number:
    """A whole number (i8, u8), a float (f8) or a truth value (?)."""

    dtype: str

    def __str__(self) -> str:
        return {"i8": "a whole number", "u8": "a whole number from 0 up", "f8": "a number", "?": "True or False"}[
            self.dtype
        ]

    def condition(self, name: str, space: Space, *, exactly: bool) -> str:
        names = [_constant(kind, space) for kind in _SCALARS[self.dtype][: 1 if exactly else 2]]
        tests = " or ".join(f"type({name}) is {it}" for it in names)
        return f"({tests})"

    def convert(self, given: Any, *, whole_floats: bool) -> Any:
        if self.dtype == "?":
            if isinstance(given, bool | np.bool_):
                return bool(given)
        elif self.dtype == "f8":
            if isinstance(given, Real):
                return float(given)
        else:
            if whole_floats and isinstance(given, float | np.floating) and float(given).is_integer():
                given = int(given)
            if isinstance(given, Integral | np.bool_):
                least, most = (0, 2**64) if self.dtype == "u8" else (-(2**63), 2**63)
                if least <= (value := operator.index(int(given))) < most:
                    return np.uint64(value) if self.dtype == "u8" else value
        raise Mismatch(_named(given))


@dataclass(frozen=True)
class Text:
    """Text, which machine code does not take."""

    def __str__(self) -> str:
        return "text"

    def condition(self, name: str, space: Space, *, exactly: bool) -> str:  # noqa: ARG002
        return f"type({name}) is {_constant(str, space)}"

    def convert(self, given: Any, *, whole_floats: bool) -> Any:  # noqa: ARG002
        if isinstance(given, str):
            return given
        raise Mismatch(_named(given))


@dataclass(frozen=True)
class Named:
    """An instance of a typed class, whose fields were checked when it was made."""

    cls: Any

    def __str__(self) -> str:
        return str(self.cls.__qualname__)

    @property
    def machine(self) -> Any:
        """The class that machine code takes."""
        return getattr(self.cls, "Numbers", self.cls)

    def condition(self, name: str, space: Space, *, exactly: bool) -> str:  # noqa: ARG002
        return f"type({name}) is {_constant(self.machine, space)}"

    def convert(self, given: Any, *, whole_floats: bool) -> Any:  # noqa: ARG002
        if type(given) is self.machine:
            return given
        if type(given) is self.cls:  # parameters, with text among them
            return self.machine(*[getattr(given, name) for name in self.machine._fields])
        raise Mismatch(_named(given))


@dataclass(frozen=True)
class Tuple:
    """A plain tuple of fixed length."""

    kinds: tuple[Kind, ...]

    def __str__(self) -> str:
        return f"a tuple of {', '.join(map(str, self.kinds))}"

    def condition(self, name: str, space: Space, *, exactly: bool) -> str:
        each = [
            f"({kind.condition(f'{name}[{index}]', space, exactly=exactly)})" for index, kind in enumerate(self.kinds)
        ]
        return " and ".join([f"type({name}) is tuple and len({name}) == {len(self.kinds)}", *each])

    def convert(self, given: Any, *, whole_floats: bool) -> Any:
        if type(given) is not tuple or len(given) != len(self.kinds):
            raise Mismatch(_named(given))
        return tuple(kind.convert(it, whole_floats=whole_floats) for kind, it in zip(self.kinds, given, strict=True))


Kind: TypeAlias = Array | Number | Text | Named | Tuple
_PLAIN: dict[Any, Kind] = {int: Number("i8"), float: Number("f8"), bool: Number("?"), str: Text()}


def kind_of(annotation: Any, where: str = "") -> Kind | None:
    """The kind that an annotation declares; None for ``Any``."""
    if annotation is Any:
        return None
    if (plain := _PLAIN.get(annotation)) is not None:
        return plain
    if get_origin(annotation) is Annotated:
        for it in annotation.__metadata__:
            if isinstance(it, Array | Number):
                return it
    if get_origin(annotation) is tuple and Ellipsis not in get_args(annotation):
        kinds = [kind_of(it, where) for it in get_args(annotation)]
        return None if None in kinds else Tuple(tuple(kind for kind in kinds if kind is not None))
    if isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields"):
        if "_kinds_" in vars(annotation):
            return None if None in vars(annotation)["_kinds_"].values() else Named(annotation)
        hints = getattr(annotation, "__annotations__", {})
        if not hints or any(it in (Any, "Any") for it in hints.values()):
            return None
        raise TypeError(f"{where}: {annotation.__qualname__} must be @typed")
    raise TypeError(f"{where}: {annotation!r} has no type in machine code")


def checked_call(name: str, kinds: Mapping[str, Kind], then: Callable[..., Any]) -> Any:
    """A method that checks its arguments and calls ``then`` with them by position.

    A float is refused for a whole number.
    """
    names = ", ".join(kinds)
    space: Space = {"_then": then, "_slowly": _one_by_one(f"{name}(), ", kinds, exactly=False)}
    text = f"""
def made(self, {names}):
    try:
        fit = {_all(kinds, space, exactly=False)}
    except AttributeError:  # of what is no array
        fit = False
    if fit:
        return _then({names})
    return _then(*_slowly({names}))
"""
    return _written(text, name, space)


def checked_new(name: str, kinds: Mapping[str, Kind | None]) -> Any:
    """The ``__new__`` of a named tuple that checks its fields; a field of kind None takes anything.

    For a whole number 3.0 is accepted, 3.7 is not.
    """
    names = ", ".join(kinds)
    space: Space = {"_then": tuple.__new__, "_slowly": _one_by_one(f"{name}.", kinds, exactly=True)}
    text = f"""
def made(_cls, {names}):
    try:
        fit = {_all(kinds, space, exactly=True)}
    except AttributeError:
        fit = False
    if fit:
        return _then(_cls, ({names}{"," if kinds else ""}))
    return _then(_cls, _slowly({names}))
"""
    return _written(text, f"{name}.__new__", space)


def _all(kinds: Mapping[str, Kind | None], space: Space, *, exactly: bool) -> str:
    each = [kind.condition(it, space, exactly=exactly) for it, kind in kinds.items() if kind is not None]
    return " and ".join(each) or "True"


def _one_by_one(where: str, kinds: Mapping[str, Kind | None], *, exactly: bool) -> Callable[..., tuple[Any, ...]]:
    """A function that converts each argument, or raises a TypeError that names it."""

    def one_by_one(*given: Any) -> tuple[Any, ...]:
        taken = []
        for it, (name, kind) in zip(given, kinds.items(), strict=True):
            try:
                taken.append(it if kind is None else kind.convert(it, whole_floats=exactly))
            except Mismatch as found:
                raise TypeError(f"{where}{name}: found {found}, wanted {kind}") from None
        return tuple(taken)

    return one_by_one


def _written(text: str, name: str, space: Space) -> Any:
    exec(compile(text, f"<checks of {name}>", "exec"), space)  # noqa: S102  as namedtuple does it
    made = space["made"]
    made.__name__, made.__qualname__ = name.rpartition(".")[2], name  # for Python's own messages
    return made


def _constant(value: Any, space: Space) -> str:
    """The name of a constant in the namespace of the generated text."""
    for name, known in space.items():
        if known is value:
            return name
    name = f"_c{len(space)}"
    space[name] = value
    return name


def _named(given: Any) -> str:
    """A short description of what was found."""
    if type(given) is np.ndarray:
        flags = given.flags
        faults = [
            word
            for word, wrong in (
                ("not contiguous", not flags.c_contiguous), ("read-only", not flags.writeable),
                ("not aligned", not flags.aligned),
            )
            if wrong
        ]  # fmt: skip
        shape = "" if given.ndim == 1 else f" of {given.ndim} dimensions"
        kind = given.dtype.name if given.dtype.isnative else given.dtype.str
        return f"a {kind} array{shape}" + (f", {' and '.join(faults)}" if faults else "")
    if isinstance(given, int | float | str | bool | np.generic | None):
        text = repr(given)
        return f"{text[:40]} ({type(given).__name__})"
    return f"a {type(given).__qualname__}"
