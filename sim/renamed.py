"""Keywords of calls under their former names, for one version."""

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
