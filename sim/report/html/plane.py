"""A chart with numbers along both axes, as inline SVG: points, lines, whiskers and bands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.formats import tick_labels
from sim.report.html.charts import ticks
from sim.report.html.markup import Markup, picture, tag

WIDTH, HEIGHT = 360, 250  # units of the picture: about a pixel each
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 14, 12, 24
_ROOM = 0.06  # of the range, beyond the outermost numbers


@dataclass(frozen=True)
class Plane:
    """Where numbers lie in a picture."""

    across: tuple[float, float]
    up: tuple[float, float]

    def x(self, value: float) -> float:
        low, high = self.across
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        low, high = self.up
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low), 1)

    def axes(self) -> list[Markup]:
        """The lines of the grid with their numbers, and the line of zero."""
        drawn = []
        found = ticks(*self.up, 5)
        for value, label in zip(found, tick_labels(found), strict=True):
            drawn += [tag("path", d=f"M{_LEFT} {self.y(value)}H{WIDTH - _RIGHT}", class_="grid"),
                      tag("text", label, x=_LEFT - 6, y=self.y(value) + 3.5, class_="tick y")]  # fmt: skip
        found = ticks(*self.across, 4)
        floor = HEIGHT - _BOTTOM
        for value, label in zip(found, tick_labels(found), strict=True):
            drawn += [tag("path", d=f"M{self.x(value)} {floor}v4", class_="axis"),
                      tag("text", label, x=self.x(value), y=HEIGHT - 5, class_="tick x")]  # fmt: skip
        drawn.append(tag("path", d=f"M{_LEFT} {floor}H{WIDTH - _RIGHT}", class_="axis"))
        if self.up[0] < 0 < self.up[1]:
            drawn.append(tag("path", d=f"M{_LEFT} {self.y(0.0)}H{WIDTH - _RIGHT}", class_="zero"))
        return drawn

    def dot(self, x: float, y: float, class_: str, radius: float = 2.6) -> Markup:
        return tag("circle", cx=self.x(x), cy=self.y(y), r=radius, class_=class_)

    def diamond(self, x: float, y: float, class_: str = "mark", half: int = 6) -> Markup:
        return tag("path", d=f"M{self.x(x)} {self.y(y) - half}l{half} {half}l-{half} {half}l-{half} -{half}Z",
                   class_=class_)  # fmt: skip

    def line(self, points: Iterable[tuple[float, float]], class_: str) -> Markup:
        places = [f"{self.x(x)} {self.y(y)}" for x, y in points]
        return tag("path", d="M" + "L".join(places), class_=class_) if places else Markup("")

    def area(self, low: Sequence[tuple[float, float]], high: Sequence[tuple[float, float]], class_: str) -> Markup:
        """The area between two lines."""
        places = [f"{self.x(x)} {self.y(y)}" for x, y in [*low, *reversed(high)]]
        return tag("path", d=f"M{'L'.join(places)}Z", class_=class_) if places else Markup("")

    def upright(self, x: float, class_: str) -> Markup:
        """A line from the floor to the top."""
        return tag("path", d=f"M{self.x(x)} {_TOP}V{HEIGHT - _BOTTOM}", class_=class_)

    def level(self, y: float, class_: str) -> Markup:
        """A line from side to side."""
        return tag("path", d=f"M{_LEFT} {self.y(y)}H{WIDTH - _RIGHT}", class_=class_)

    def picture(self, name: str, words: str, drawn: Sequence[Markup]) -> Markup:
        return picture(name, words, WIDTH, HEIGHT, [*self.axes(), *drawn])


def plane_of(across: Iterable[float], up: Iterable[float]) -> Plane:
    """The plane that holds numbers along both axes, with some room around them."""
    return Plane(_ends(across), _ends(up))


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = [it for it in values if math.isfinite(it)] or [0.0]
    low, high = min(known), max(known)
    room = _ROOM * (high - low) or abs(high) * _ROOM or 1.0
    return low - room, high + room
