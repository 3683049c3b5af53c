"""What happens to the enterprises that are shown: the events of the log, and who answered a request.

An event's condition is the event log's. The model keeps of a partner only what it knows; the partner is the enterprise
that knows just this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.language import later
from sim.model.state.enterprises import CLASSES, OPERATING, ORIGINS
from sim.runs.event_log import EVENTS, SEEN, Seen, Step
from sim.studies.rests import KIND_WORDS

if TYPE_CHECKING:
    from sim.model.state.world import World

# Who answered, where it is not the index of an enterprise plus 1.
A_RESOURCE, STAYS, ALIKE, NOT_SHOWN = 0, -1, -2, -3  # from NOT_SHOWN down by class

# How each event is told; "{}" is the platform, the site or the partner.
_AS = {"independent": later("founded on its own"), "spin_off": later("founded as a spin-off"),
       "maker": later("founded by a maker on a platform"), "tenant": later("founded as a tenant"),
       "incumbent": later("founded before the first month")}  # fmt: skip
_WHO = {"at founding": later("an outsider bought a share: at its founding"),
        "site": later("an outsider bought a share: the site's fund"),
        "investor": later("an outsider bought a share: an investor")}  # fmt: skip
_WHOSE = {"another's": later("joined the platform {}"), "own": later("joined a platform of its own")}
_BECAME = {
    ("small", "small"): later("became small (small before)"),
    ("medium", "small"): later("became small (medium before)"),
    ("small", "medium"): later("became medium (small before)"), ("small", "big"): later("became big (small before)"),
    ("medium", "medium"): later("became medium (medium before)"),
    ("medium", "big"): later("became big (medium before)"),
    ("big", "small"): later("became small (big before)"), ("big", "medium"): later("became medium (big before)"),
    ("big", "big"): later("became big (big before)"),
}  # fmt: skip
TOLD = {
    "founded": [_AS[it] for it in ORIGINS],
    "started": [later("began to operate")],
    "arrived": [later("came from beyond the place")],
    "launched": [later("opened the platform {}")],
    "adopted": list(_WHOSE.values()),
    "quit": [later("left the platform {}")],
    "let": [later("has floor at the site {} from its founding"), later("moved in to the site {}")],
    "moved_out": [later("moved out of the site {}")],
    "matched": [later("its request for knowledge was answered by {}")],
    "funded": list(_WHO.values()),
    "project_succeeded": [later("a project succeeded")],
    "class_changed": [_BECAME[old, new] for old in CLASSES for new in CLASSES],
    "stopped": [later("stopped: no product lines left"), later("stopped: in distress")],
    "resumed": [later("operates again")],
    "left": [later("was struck off, stopped before"), later("was struck off, never started")],
}
STATUS_WORDS = (later("gone"), later("registered"), later("operating"), later("stopped"))  # of the model's, on the page
_ORIGINS = (later("independent"), later("spin-off"), later("maker"), later("tenant"), later("incumbent"))
# What a record says in English, and the page's script in its own language.
RECORDED = [
    *dict.fromkeys(words for told in TOLD.values() for words in told), *STATUS_WORDS, *_ORIGINS, *KIND_WORDS,
    later("small"), later("medium"), later("big"),
]  # fmt: skip
WORDS = [words for told in TOLD.values() for words in told]
_FIRST = dict(zip(TOLD, np.cumsum([0, *map(len, TOLD.values())]).tolist(), strict=False))
_EVENTS = [it for it in EVENTS if it.name in TOLD]
MATCHED = _FIRST["matched"]
FLOWS = ("founded", "let", "matched", "stopped", "left")  # counted each month, of all enterprises


class Lives:
    """Events of one world, month by month: of those shown each one, of all enterprises how many of some kinds.

    ``events`` has arrays of who (the index in the sample), frame, words (an index into ``WORDS``), with what (a code
    for a platform, a site or a partner), and the partner's class.
    """

    def __init__(self, world: World) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.flows = dict.fromkeys(FLOWS, 0)  # of the month
        self._before = _seen(world)
        self._met = _partner_knowledge(world)

    def watch(self, mechanism: str, world: World, was: Any, now: Any, platforms: Any) -> None:
        """Note what the mechanism that just ran did to rows whose indices in the sample were and are now these.

        ``platforms`` are the codes of platforms by index.
        """
        after = _seen(world)
        possible = [it for it in _EVENTS if mechanism in it.mechanisms]
        if possible:
            step = Step(world, mechanism, Seen(*(_longer(it, len(after.status)) for it in self._before)), after)
            for event in possible:
                happened = event.happened(step)
                if event.name in self.flows:
                    self.flows[event.name] += int(np.count_nonzero(happened))
                index = _longer(was, len(now), -1) if event.was else now
                rows = np.flatnonzero(happened & (index >= 0))
                if len(rows):
                    self._note(event, step, rows, index, platforms)
        self._before, self._met = after, _partner_knowledge(world)

    def _note(self, event: Any, step: Step, rows: Any, index: Any, platforms: Any) -> None:
        described = step.before if event.was else step.after
        detail = event.detail(step)[rows] if event.detail and len(TOLD[event.name]) > 1 else np.zeros(len(rows), int)
        what, classes = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        if event.name in ("launched", "adopted", "quit"):
            what = platforms[described.platform[rows]]
        elif event.name in ("let", "moved_out"):
            what = described.site[rows] + 1
        elif event.name == "matched":
            what, classes = self._partners(step.world, rows, index)
        frame = np.full(len(rows), step.world.month + 1)
        self.events.append((index[rows], frame, _FIRST[event.name] + detail, what, classes))

    def _partners(self, world: World, rows: Any, index: Any) -> tuple[Any, Any]:
        """Who answered the requests of ``rows``, and its class where it is an enterprise."""
        table = world.enterprises
        met, before = _partner_knowledge(world)[rows], _longer(self._met, table.size)[rows]
        known = np.column_stack([getattr(table, f"knowledge_{axis}") for axis in range(3)]).astype(np.float32)
        there = np.flatnonzero(table.status == OPERATING)
        there = there[np.argsort(known[there, 0], kind="stable")]
        first = np.searchsorted(known[there, 0], met[:, 0], "left")
        last = np.searchsorted(known[there, 0], met[:, 0], "right")
        what, classes = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        for at in range(len(rows)):
            if (met[at] == before[at]).all():
                what[at] = STAYS
                continue
            same = there[first[at] : last[at]]
            same = same[(known[same] == met[at]).all(axis=1)]
            if len(same) == 1:
                one = same[0]
                classes[at] = table.size_class[one]
                what[at] = index[one] + 1 if index[one] >= 0 else NOT_SHOWN - classes[at]
            elif len(same):
                what[at] = ALIKE
        return what, classes


def _seen(world: World) -> Any:
    return Seen(*(getattr(world.enterprises, name).copy() for name in SEEN))


def _partner_knowledge(world: World) -> Any:
    table = world.enterprises
    return np.column_stack([getattr(table, f"partner_knowledge_{axis}") for axis in range(3)])


def _longer(column: Any, size: int, none: int = 0) -> Any:
    """The column, extended to ``size`` rows."""
    more = size - len(column)
    return column if not more else np.concatenate([column, np.full((more, *column.shape[1:]), none, column.dtype)])
