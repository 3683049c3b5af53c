"""The months of one world as the page shows them: a sample of its enterprises in a compact series, and their lives.

A frame is the opening, or the end of a month. What is told of a frame is what has changed since the one before; the
numbers of all enterprises are told beside those of the sample. The record has a limit: where it would be larger, fewer
enterprises are shown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.model.state.enterprises import BIG, CLASSES, FREE, OPERATING, ORIGINS, REGISTERED, STATUSES, SUSPENDED
from sim.page.lives import FLOWS, MATCHED, NOT_SHOWN, STATUS_WORDS, WORDS, Lives
from sim.page.sample import FIELD, lots, places
from sim.page.stepping import SteppedWorld, Waited

if TYPE_CHECKING:
    from sim.model.state.world import World
    from sim.page.stepping import SharedPast
    from sim.runs.openings import Openings
    from sim.scenario import Scenario

MOST_BYTES = 110_000
MOST_AT_FIRST = 900  # enterprises shown at the opening, and of them
MOST_BIG = 60
_FEW = 200  # shown: fewer than these and big ones are left out, too
OWN = 1  # code of a platform founded in the run; 0 is none, named platforms follow
_STATES = len(STATUSES) * len(CLASSES)


class _Change(NamedTuple):
    """What has changed in a frame: indices in the sample, and their new values."""

    index: Any
    value: Any


class Motion:
    """The record of a world from its opening on; it is told of every step that the world makes."""

    def __init__(self, model: SteppedWorld) -> None:
        world = self.world = model.world
        table = world.enterprises
        here = table.status != FREE
        big = int(np.count_nonzero(here & (table.size_class == BIG)))
        others = int(np.count_nonzero(here)) - big
        self._shares = np.array([MOST_AT_FIRST / max(1, others), MOST_BIG / max(1, big)]).clip(0.0, 1.0)
        self.ever = 0  # enterprises seen, shown or not
        self._row_identity: Any = np.zeros(0, np.int64)
        self._place: Any = np.zeros(0, np.int64)  # in the sample, by row; -1 where it is not shown
        self._who: list[tuple[Any, ...]] = []  # identity, origin, host, whether big at first, first frame
        self._number = 0
        self._state: Any = np.zeros(0, np.int64)  # as told last, by index
        self._staff: Any = np.zeros(0, np.int64)
        self._linked: Any = np.zeros(0, np.int64)  # pairs of indices
        self._links_begun: dict[int, int] = {}
        self.states: list[_Change] = []
        self.staff: list[_Change] = []
        self.links: list[tuple[int, int, int]] = []  # pair, first frame, last frame
        self.counts: list[list[int]] = []
        self._named = list(world.settings.platforms)
        self._opened: dict[str, int] = {}  # first frame of a platform or site
        self._track()
        self._lives = Lives(world)
        self._frame()
        model.watchers.append(self.watch)

    def watch(self, mechanism: str, world: World) -> None:
        """Note what the mechanism that just ran has changed."""
        was = self._place.copy()
        self._track()
        self._lives.watch(mechanism, world, was, self._place, self._codes())
        if mechanism == "record":
            self._frame()

    def _track(self) -> None:
        """Follow identities from row to row, and draw among those that came."""
        table = self.world.enterprises
        if more := table.size - len(self._place):
            self._row_identity = np.append(self._row_identity, np.zeros(more, np.int64))
            self._place = np.append(self._place, np.full(more, -1))
        identity = np.where(table.status != FREE, table.identity, 0)
        changed = np.flatnonzero(identity != self._row_identity)
        self._row_identity[changed], self._place[changed] = identity[changed], -1
        new = changed[identity[changed] != 0]
        self.ever += len(new)
        big = (table.size_class[new] == BIG).astype(np.int64)
        drawn = lots(identity[new]) < self._shares[big]
        rows = new[drawn]
        if len(rows):
            self._place[rows] = np.arange(self._number, self._number + len(rows))
            self._number += len(rows)
            frame = np.full(len(rows), len(self.counts))
            self._who.append((identity[rows], table.origin[rows].copy(), table.host[rows].copy(), big[drawn], frame))

    def _codes(self) -> Any:
        """The code of a platform by its index; the last is for none."""
        named = {name: OWN + 1 + at for at, name in enumerate(self._named)}
        return np.array([*(named.get(it.name, OWN) for it in self.world.platforms), 0], np.int64)

    def _frame(self) -> None:
        """Keep what has changed since the last frame."""
        world, table, frame = self.world, self.world.enterprises, len(self.counts)
        rows = np.flatnonzero(self._place >= 0)
        at, platform = self._place[rows], self._codes()[table.platform]
        code = (table.site.astype(np.int64) + 1) * self._base + platform
        state = np.zeros(self._number, np.int64)
        state[at] = (code * _STATES + table.status.astype(np.int64) * len(CLASSES) + table.size_class)[rows]
        staff = _filled(self._staff, self._number)
        new = np.zeros(self._number, bool)
        new[len(self._staff) :] = True
        december = frame > 0 and world.is_december
        told = at if december else at[new[at]]
        staff[told] = table.staff[self._row_of(told, at, rows)]
        self.states.append(_changed(self._state, state))
        self.staff.append(_changed(self._staff, staff))
        self._state, self._staff = state, staff
        self._follow_links(frame)
        for name, opens in (
            *((it.name, True) for it in world.platforms if it.name in self._named),
            *((it.name, world.site_is_open(it)) for it in world.sites),
        ):
            if opens:
                self._opened.setdefault(name, frame)
        self.counts.append(self._counted(platform))
        self._lives.flows = dict.fromkeys(FLOWS, 0)

    @staticmethod
    def _row_of(told: Any, at: Any, rows: Any) -> Any:
        order = np.argsort(at)
        return rows[order][np.searchsorted(at[order], told)]

    @property
    def _base(self) -> int:
        return len(self._named) + 2

    def _counted(self, platform: Any) -> list[int]:
        """Of all enterprises: operating by class, registered, stopped, jobs, members, tenants, and the month's events.

        Members are those of platforms founded in the run, then of each named one.
        """
        table = self.world.enterprises
        works = table.status == OPERATING
        here = table.status != FREE
        return [
            *np.bincount(table.size_class[works], minlength=len(CLASSES)).tolist(),
            int((table.status == REGISTERED).sum()), int((table.status == SUSPENDED).sum()),
            int(table.staff[here].sum()),
            *np.bincount(platform[here], minlength=self._base)[1:].tolist(),
            *(int((here & (table.site == it.index)).sum()) for it in self.world.sites),
            *self._lives.flows.values(),
        ]  # fmt: skip

    def _follow_links(self, frame: int) -> None:
        """Begin and end the supply links between enterprises that are shown."""
        links = self.world.links
        buyer, supplier = self._place[links.buyer], np.where(links.supplier >= 0, self._place[links.supplier], -1)
        both = (buyer >= 0) & (supplier >= 0)
        now = np.unique((buyer[both] << 32) | supplier[both])
        for pair in np.setdiff1d(self._linked, now, assume_unique=True).tolist():
            self.links.append((pair, self._links_begun.pop(pair), frame - 1))
        self._links_begun |= dict.fromkeys(np.setdiff1d(now, self._linked, assume_unique=True).tolist(), frame)
        self._linked = now

    # --- the record

    def packed(self, most: int = MOST_BYTES) -> bytes:
        """The record as JSON of at most so many bytes, with as many of the enterprises as that allows."""
        identity, origin, host, big, first = self._joined(self._who, 5)
        lot = lots(identity)
        shares = self._shares.copy()
        while True:
            keep = lot < shares[big]
            data = self._packed(keep, (identity, origin, host, big, first), shares)
            if len(data) <= most or not keep.any():
                return data
            factor = min(0.95, most / len(data))
            shares[0] *= factor
            if np.count_nonzero(keep & (big == 0)) < _FEW:
                shares[1] *= factor

    def _packed(self, keep: Any, who: tuple[Any, ...], shares: Any) -> bytes:
        identity, origin, host, _, first = (it[keep] for it in who)
        number = np.where(keep, np.cumsum(keep) - 1, -1)  # in the sample that is kept
        known = {one: at for at, one in enumerate(identity.tolist())}
        world = self.world
        platforms = {it.name: it for it in world.platforms}
        links = sorted(
            (int(number[pair >> 32]), int(number[pair & (2**32 - 1)]), begun, ended)
            for pair, begun, ended in (
                *self.links, *((pair, begun, len(self.counts) - 1) for pair, begun in self._links_begun.items()),
            )
            if keep[pair >> 32] and keep[pair & (2**32 - 1)]
        )  # fmt: skip
        record = {
            "frames": len(self.counts), "weight": round(world.weight, 2), "field": FIELD,
            "shares": [round(float(it), 4) for it in shares], "ever": self.ever, "base": self._base,
            "classes": CLASSES, "statuses": STATUS_WORDS, "flows": FLOWS, "words": WORDS,
            "origins": ORIGINS,
            "platforms": [
                {"name": name, "opens": self._opened.get(name, -1),
                 "host": known.get(platforms[name].host, -1) if name in platforms else -1}
                for name in self._named
            ],
            "sites": [{"name": it.name, "opens": self._opened.get(it.name, -1)} for it in world.sites],
            "who": [f"{one:x}" for one in identity.tolist()],
            "origin": origin.tolist(), "first": first.tolist(), "place": places(identity).tolist(),
            "host": [known.get(it, -1) for it in host.tolist()],
            "states": [_flat(it, number) for it in self.states],
            "staff": [_flat(it, number) for it in self.staff],
            "links": [part for link in links for part in link],
            "lives": self._lives_of(number),
            "counts": [list(it) for it in zip(*self.counts, strict=True)],
        }  # fmt: skip
        return json.dumps(record, separators=(",", ":")).encode()

    def _lives_of(self, number: Any) -> list[int]:
        """Events by enterprise: who, frame, words, with what; who as the difference from the one before."""
        index, frame, words, what, classes = self._joined(self._lives.events, 5)
        if not len(index):
            return []
        matched = words == MATCHED
        partner = np.where(matched & (what > 0), what - 1, 0)
        shown = number[partner]
        what = np.where(matched & (what > 0), np.where(shown >= 0, shown + 1, NOT_SHOWN - classes), what)
        kept = number[index] >= 0
        order = np.flatnonzero(kept)[np.argsort(number[index[kept]], kind="stable")]
        who = np.diff(number[index[order]], prepend=0)
        table = np.column_stack([who, frame[order], words[order], what[order]])
        return [int(it) for it in table.ravel()]

    @staticmethod
    def _joined(parts: list[tuple[Any, ...]], columns: int) -> tuple[Any, ...]:
        if not parts:
            return tuple(np.zeros(0, np.int64) for _ in range(columns))
        return tuple(np.concatenate([np.asarray(it) for it in column]) for column in zip(*parts, strict=True))


def watch_world(
    scenario: Scenario, seed: int, past: SharedPast | None, waited: Waited, openings: Openings | None = None
) -> tuple[Any, bytes]:
    """The record of a world; raises ``Stopped`` where nobody waits for it any more. It has no outcomes."""
    del past  # a branch has the bytes of a run from the start
    world = SteppedWorld(scenario, seed, waited, openings)
    motion = Motion(world)
    world.run_for(scenario.months - world.month)
    return np.zeros((0, 0)), motion.packed()


def _filled(values: Any, size: int) -> Any:
    return np.concatenate([values, np.zeros(size - len(values), np.int64)])


def _changed(before: Any, now: Any) -> _Change:
    index = np.flatnonzero(_filled(before, len(now)) != now)
    return _Change(index, now[index])


def _flat(change: _Change, number: Any) -> list[int]:
    """Pairs of index and value, the index as the difference from the one before; of those that are kept."""
    index = number[change.index]
    kept = index >= 0
    told = np.column_stack([np.diff(index[kept], prepend=0), change.value[kept]])
    return [int(it) for it in told.ravel()]
