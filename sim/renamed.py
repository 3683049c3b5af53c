"""Keywords of calls and attributes of results under their former names, for one version."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


def renamed(**new: str) -> Callable[[Callable[_Given, _Made]], Callable[_Given, _Made]]:
    """Let a function take keywords by their former names, with a DeprecationWarning: ``@renamed(old="new")``."""

    def taking(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
        @wraps(function)
        def call(*args: Any, **given: Any) -> _Made:
            for old in [name for name in given if name in new]:
                if new[old] in given:
                    raise TypeError(f"{function.__name__}() takes {new[old]}= or its former name {old}=, not both")
                warnings.warn(f"{old}= is now {new[old]}=", DeprecationWarning, stacklevel=2)
                given[new[old]] = given.pop(old)
            return function(*args, **given)

        return call

    return taking


class FormerName:
    """An attribute by its former name, with a DeprecationWarning: ``old = FormerName("new")``."""

    def __init__(self, new: str) -> None:
        self._new, self._old = new, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self._old = name

    def __get__(self, it: Any, owner: type) -> Any:
        if it is None:
            return self
        warnings.warn(f"{owner.__name__}.{self._old} is now {self._new}", DeprecationWarning, stacklevel=2)
        return getattr(it, self._new)
