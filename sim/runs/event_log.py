"""Events of enterprises, found by comparing their table before and after each mechanism.

The model records no events itself. An event is a condition on columns, so any world can be logged, and the events agree
with the model's counts.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.mechanisms.adoption import hosts_of
from sim.model.state.enterprises import CLASSES, FREE, NEVER, OPERATING, ORIGINS, REGISTERED, SUSPENDED
from sim.model.state.world import World

if TYPE_CHECKING:
    from sim.agents.model import EcosystemModel

SEEN = (
    "identity", "host", "status", "origin", "size_class", "sector", "staff", "platform", "site", "moved_in", "floor",
    "funded", "lines", "project_began", "solved", "asked", "cash",
)  # fmt: skip
Seen = namedtuple("Seen", SEEN)  # type: ignore[misc]

DESCRIBED = ("identity", "host", "origin", "size_class", "sector", "staff", "platform", "site")
LOGGED = ("month", "mechanism", "event", "detail", *DESCRIBED, "amount")

NO_LINES, DISTRESS = 0, 1
_SOLVED = 7  # bits of all three components of a project
_FUNDING = ("newborns", "letting", "finance")  # mechanisms in which an outsider may buy equity


@dataclass(frozen=True)
class Step:
    """The table before and after one mechanism, row by row."""

    world: World
    mechanism: str
    before: Any
    after: Any

    @cached_property
    def stayed(self) -> Any:
        """Mask of the rows with the same enterprise before and after."""
        return self._held(self.before) & self._held(self.after) & (self.before.identity == self.after.identity)

    @cached_property
    def born(self) -> Any:
        return self._held(self.after) & ~self.stayed

    @cached_property
    def left(self) -> Any:
        return self._held(self.before) & ~self.stayed

    @staticmethod
    def _held(columns: Any) -> Any:
        return columns.status != FREE

    def becomes(self, old: int, new: int) -> Any:
        """Mask of the rows whose status changed from ``old`` to ``new``."""
        return self.stayed & (self.before.status == old) & (self.after.status == new)

    @cached_property
    def launched(self) -> Any:
        """Mask of the hosts of named platforms launched in this step, which the model does not count as adopters."""
        world = self.world
        hosts = [it.host if it.name in world.settings.platforms else 0 for it in world.platforms]
        here = np.array([*hosts, 0], np.int64)[self.after.platform]
        return self.stayed & (self.before.platform != self.after.platform) & (here == self.after.identity) & (here > 0)


Mask = Callable[[Step], Any]


@dataclass(frozen=True)
class Event:
    """A kind of event: the mechanisms in which it can occur, its condition, and what is recorded.

    For each row, ``detail`` is an index into ``words`` and ``amount`` a number in ``unit``. The enterprise is described
    as it is before the event where ``was`` is set, else as after it.
    """

    name: str
    mechanisms: tuple[str, ...]
    meaning: str
    happened: Mask
    words: tuple[str, ...] = ()
    detail: Mask | None = None
    unit: str = ""
    amount: Mask | None = None
    was: bool = False


EVENTS = (
    Event("founded", ("newborns",), "a startup is registered; detail: channel", lambda s: s.born,
          ORIGINS, lambda s: s.after.origin),
    Event("started", ("newborns",), "a registered startup begins to operate",
          lambda s: (s.after.status == OPERATING) & (s.born | (s.before.status == REGISTERED))),
    Event("arrived", ("letting",), "comes from beyond the catchment of a place, as a tenant of a site; amount: staff",
          lambda s: s.born, unit="people", amount=lambda s: s.after.staff),
    Event("launched", ("adoption",), "a named platform opens at its host", lambda s: s.launched),
    Event("adopted", ("adoption",), "becomes a member of a platform; detail: whose platform",
          lambda s: s.stayed & (s.after.platform >= 0) & (s.before.platform != s.after.platform) & ~s.launched,
          ("another's", "own"), lambda s: hosts_of(s.world)[s.after.platform] == s.after.identity),
    Event("quit", ("adoption",), "leaves its platform",
          lambda s: s.stayed & (s.before.platform >= 0) & (s.after.platform < 0), was=True),
    Event("let", ("letting",), "becomes tenant of a site; detail: as newborn or from elsewhere; amount: floor",
          lambda s: (s.after.site >= 0) & (s.born | (s.stayed & (s.before.site != s.after.site))),
          ("newborn", "moved in"), lambda s: s.after.moved_in, "m2", lambda s: s.after.floor),
    Event("moved_out", ("letting",), "a tenant leaves its site running; amount: floor",
          lambda s: s.stayed & (s.before.site >= 0) & (s.before.site != s.after.site), unit="m2",
          amount=lambda s: s.before.floor, was=True),
    Event("matched", ("matching",), "a request for knowledge is answered; amount: wait",
          lambda s: _under_way(s) & (s.after.asked == NEVER) & bool(s.world.rules("matching").enabled), unit="month",
          amount=lambda s: np.where(s.before.asked == NEVER, 0, s.world.month - s.before.asked)),
    Event("funded", _FUNDING,
          "an outsider buys a share; detail: who; amount: the ticket, where cash changed by nothing else",
          lambda s: (s.after.funded == 1) & (s.born | (s.stayed & (s.before.funded == 0))),
          ("at founding", "site", "investor"), lambda s: np.full(len(s.after.cash), _FUNDING.index(s.mechanism)),
          "million yuan", lambda s: np.where(s.born, np.nan, s.after.cash - s.before.cash)),
    Event("project_begun", ("projects", "chain"), "a project begins; detail: of its own accord or a customer's part",
          lambda s: s.stayed & (s.before.project_began == NEVER) & (s.after.project_began != NEVER),
          ("own", "customer's"), lambda s: np.full(len(s.after.cash), int(s.mechanism == "chain"))),
    Event("project_succeeded", ("projects",), "a project reaches its end; amount: duration",
          lambda s: _ended(s) & (s.after.solved == _SOLVED), unit="month",
          amount=lambda s: s.world.month - s.before.project_began),
    Event("project_abandoned", ("projects",), "a project is given up; amount: duration",
          lambda s: _ended(s) & (s.after.solved != _SOLVED), unit="month",
          amount=lambda s: s.world.month - s.before.project_began),
    Event("class_changed", ("review",), "December's review finds another class; detail: from, to",
          lambda s: s.stayed & (s.before.size_class != s.after.size_class),
          tuple(f"{old} to {new}" for old in CLASSES for new in CLASSES),
          lambda s: s.before.size_class * len(CLASSES) + s.after.size_class),
    Event("stopped", ("finance",), "stops operating; detail: why; amount: cash",
          lambda s: s.becomes(OPERATING, SUSPENDED), ("no lines", "distress"),
          lambda s: np.where(s.after.lines == 0, NO_LINES, DISTRESS), "million yuan", lambda s: s.after.cash, was=True),
    Event("resumed", ("finance",), "operates again", lambda s: s.becomes(SUSPENDED, OPERATING)),
    Event("left", ("finance",), "is struck off; detail: from what state; amount: cash paid out, or debt where negative",
          lambda s: s.left, ("stopped", "never started"),
          lambda s: s.before.status == REGISTERED,
          "million yuan", lambda s: s.before.cash, was=True),
)  # fmt: skip
NUMBER = {event.name: number for number, event in enumerate(EVENTS)}


def _under_way(step: Step) -> Any:
    return step.stayed & (step.after.status == OPERATING) & (step.after.project_began != NEVER)


def _ended(step: Step) -> Any:
    return step.stayed & (step.before.project_began != NEVER) & (step.after.project_began == NEVER)


class EventLog:
    """Events of one world from now on, in order of month, mechanism, kind and identity.

    ``columns`` returns arrays of equal length. Names are indices into ``mechanisms``, ``EVENTS``, an event's ``words``,
    and the world's platforms and sites (-1 for none).
    """

    def __init__(self, model: EcosystemModel) -> None:
        self.world = model.world
        self.mechanisms: list[str] = []
        self._parts: list[tuple[Any, ...]] = []
        self._before = self._copy()
        model.watchers.append(self.watch)

    def watch(self, mechanism: str, world: World) -> None:
        """Record the events of the mechanism that just ran."""
        possible = [event for event in EVENTS if mechanism in event.mechanisms]
        after = _seen(world)
        if possible:
            step = Step(world, mechanism, _extended(self._before, world.enterprises.size), after)
            if mechanism not in self.mechanisms:
                self.mechanisms.append(mechanism)
            for event in possible:
                self._note(event, step, self.mechanisms.index(mechanism))
        self._before = self._copy()

    def columns(self) -> dict[str, Any]:
        """The log, one array a column."""
        kinds = [np.int64] * 12 + [np.float64]
        parts = zip(*self._parts, strict=True) if self._parts else [[np.zeros(0, kind)] for kind in kinds]
        return {
            name: np.concatenate(list(part)).astype(kind) for name, part, kind in zip(LOGGED, parts, kinds, strict=True)
        }

    def _note(self, event: Event, step: Step, mechanism: int) -> None:
        rows = np.flatnonzero(event.happened(step))
        if not len(rows):
            return
        described = step.before if event.was else step.after
        rows = rows[np.argsort(described.identity[rows])]
        same = np.ones(len(rows), np.int64)
        detail = event.detail(step)[rows] if event.detail else -same
        amount = event.amount(step)[rows] if event.amount else np.full(len(rows), np.nan)
        who = [getattr(described, name)[rows] for name in DESCRIBED]
        self._parts.append((same * step.world.month, same * mechanism, same * NUMBER[event.name], detail, *who, amount))

    def _copy(self) -> Any:
        return Seen(*[it.copy() for it in _seen(self.world)])


def _seen(world: World) -> Any:
    """The used part of the columns."""
    return Seen(*[getattr(world.enterprises, name) for name in SEEN])


def _extended(columns: Any, size: int) -> Any:
    """The columns, extended by free rows to ``size``."""
    more = size - len(columns.identity)
    return columns if not more else Seen(*[np.concatenate([it, np.zeros(more, it.dtype)]) for it in columns])
