"""How notebooks show results: classes are marked here, and ``sim.api`` says who draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_drawn_by: list[Callable[[object], str]] = []


def in_notebooks(kind: type[T], line: Callable[[T], str] | None = None) -> type[T]:
    """A class whose objects notebooks show as HTML, with tables and figures, and elsewhere as ``line`` if given."""
    kind._repr_html_ = _html  # type: ignore[attr-defined]
    if line is not None:
        kind.__repr__ = line  # type: ignore[method-assign,assignment]
    return kind


def draw_with(draw: Callable[[object], str]) -> None:
    """Draw objects of these classes with a function that gives their HTML."""
    _drawn_by[:] = [draw]


def _html(it: object) -> str | None:
    """The HTML of an object; None, which notebooks pass over, where nobody draws."""
    return _drawn_by[0](it) if _drawn_by else None
