"""Values of a visitor's own file are left out of links: a change that repeats one is replaced by a reference to it.

Changing a value over the months copies it into the change, as does setting a variant back to the baseline. The link
holds "as in the file" and the number of the value instead. On a page with the same file open the value is restored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.page.asked import FILE, Asked, Unclear
from sim.studies.changes import as_plain

if TYPE_CHECKING:
    from sim.scenario import Scenario

AS_IN_FILE = "as in the file"
_MARK = re.compile(rf"{AS_IN_FILE} (\d{{1,4}})")
_DIGITS = 1e-5  # the page shows six digits: a value that was typed again as it is shown is the file's


def without_own(asked: Asked, base: Scenario) -> Asked:
    """What is asked with a mark in place of each value, and each month, of the visitor's own file."""
    return _each(asked, base, _marked)


def with_own(asked: Asked, base: Scenario) -> Asked:
    """What is asked with the file's values in place of the marks; raises Unclear where the file has no such value."""
    return _each(asked, base, _unmarked)


def _each(asked: Asked, base: Scenario, way: Callable[[Any, list[Any], str], Any]) -> Asked:
    """Apply ``way`` to every value and month of the changes that the file has a value for."""
    if not asked.scenario.startswith(FILE):
        return asked

    def one(key: str, value: Any) -> Any:
        own = as_plain(base, key)
        if own is None:
            return value
        values = list(own.values()) if isinstance(own, dict) else [own]
        months = list(own) if isinstance(own, dict) else []
        if not isinstance(value, dict):
            return way(value, values, key)
        return {
            month if month in ("before", "shape") else way(month, months, key): way(point, values, key)
            for month, point in value.items()
        }

    variants = (replace(it, changes={key: one(key, value) for key, value in it.changes.items()})
                for it in asked.variants)  # fmt: skip
    return replace(asked, variants=tuple(variants))


def _marked(value: Any, own: list[Any], _: str) -> Any:
    return next((f"{AS_IN_FILE} {number}" for number, it in enumerate(own, 1) if _same(value, it)), value)


def _unmarked(value: Any, own: list[Any], key: str) -> Any:
    found = _MARK.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return value
    if not 1 <= int(found[1]) <= len(own):
        raise Unclear(f'{key}: "{value}", which the file does not have, allowed: the file that the link was made with')
    return own[int(found[1]) - 1]


def _same(one: Any, other: Any) -> bool:
    if all(isinstance(it, int | float) and not isinstance(it, bool) for it in (one, other)):
        return math.isclose(one, other, rel_tol=_DIGITS)
    return type(one) is type(other) and bool(one == other)
