"""Two paired worlds beside each other: where they part, by which mechanism, and what comes of it for whom.

Both run month by month. After each mechanism the tables of enterprises are compared column by column, enterprises
being found by identity, never by row.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.language import Sentence, later
from sim.model.state.accounts import ACCOUNTS, PEOPLE
from sim.model.state.enterprises import FREE, INCUMBENT, OPERATING, ORIGINS, STATUSES
from sim.notebooks import in_notebooks
from sim.runs.errors import Incompatible
from sim.runs.event_log import EVENTS, NUMBER, EventLog
from sim.runs.replicate import ecosystem
from sim.runs.seeds import own_seeds, world_seed
from sim.studies.changes import Change, changes

if TYPE_CHECKING:
    from sim.agents.model import EcosystemModel
    from sim.model.state.world import World
    from sim.scenario import Scenario

OPENING = "population"  # what comes before the first mechanism
# State that belongs to no enterprise, the most telling first.
_IN_BOTH, _IN_NEITHER = later("operating in both"), later("operating in neither")
ORIGIN_WORDS = {
    "incumbent": later("incumbent"), "independent": later("independent"), "spin_off": later("spin_off"),
    "maker": later("maker"), "tenant": later("tenant"),
}  # fmt: skip
_SHARED = ("sites", "platforms", "posted", "sectors", "hours", "hours_offered", "links", "counts", "books")
_NOT_STATE = {"books.flows", "books.month", "books.payments", "books.began"}  # what moved, not what is
_INDEXED = {"books.accounts": ACCOUNTS, "books.people": PEOPLE, "books.skilled": PEOPLE}
_MAPPED = ("platform", "site")  # columns of numbers that may name different places in the two worlds


class Divergence(NamedTuple):
    """The first difference of a state between two worlds.

    Attributes
    ----------
    month, mechanism
        Month from the start, and the mechanism after which the state differs.
    what
        A column of the table of enterprises, or another part of the state.
    identity
        The enterprise; 0 where the state belongs to none.
    first, second
        The values in the two worlds.
    """

    month: int
    mechanism: str
    what: str
    identity: int
    first: Any
    second: Any


@dataclass(frozen=True)
class Month:
    """Numbers of enterprises at the end of a month.

    Attributes
    ----------
    month
        Month from the start.
    alive, differing
        Enterprises in either world, and those of them whose state differs.
    only_first, only_second
        Enterprises in one world only.
    other_staff
        Enterprises of both worlds whose staff differs.
    by_mechanism
        Enterprises that differ, by the mechanism in which they first did.
    """

    month: int
    alive: int
    differing: int
    only_first: int
    only_second: int
    other_staff: int
    by_mechanism: dict[str, int]


@dataclass(frozen=True)
class Fate:
    """One enterprise in the two worlds; pairs are (first world, second world).

    Attributes
    ----------
    identity, origin, born
        Its identity, its origin, and its month of registration.
    diverged
        Where it first differs; None where it never does.
    ends
        Status at the end: operating, suspended, registered or struck off; None where it never existed.
    reasons
        Reason of its last stop.
    staff
        People at the end.
    taxes
        Million yuan over the run.
    """

    identity: int
    origin: str
    born: int
    diverged: Divergence | None
    ends: tuple[str | None, str | None]
    reasons: tuple[str, str]
    staff: tuple[int, int]
    taxes: tuple[float, float]


@dataclass(frozen=True)
class GroupTotal:
    """Jobs and taxes of one group of enterprises in the two worlds, weighted; pairs are (first world, second world).

    Attributes
    ----------
    group, enterprises
        The group, and its number of enterprises, unweighted.
    jobs
        People at the end.
    taxes
        Million yuan over the run.
    """

    group: str
    enterprises: int
    jobs: tuple[float, float]
    taxes: tuple[float, float]


@in_notebooks
@dataclass(frozen=True)
class Trace:
    """Two worlds on one seed, month by month.

    Attributes
    ----------
    folder
        Name of the folder of the tables and the figure.
    version
        Version of the model.
    first_name, second_name, scenario
        Names of the scenarios, and the first one.
    changed
        Keys whose values differ (``Change``).
    seed, replicate, world_seed
        Seed of the scenarios, number of the world, and its own seed.
    weight
        Number of real enterprises that one stands for: jobs and taxes are multiplied by it, counts are not.
    first, first_enterprise
        First difference of any state, and of an enterprise; None where there is none.
    months
        A ``Month`` for each month.
    fates
        A ``Fate`` for each enterprise.

    Examples
    --------
    >>> found = sim.trace("shougang-idle", "shougang", months=6)
    >>> found.changed[0].key
    'sites.shougang.renovation'
    >>> sum(it.enterprises for it in found.group_totals) == len(found.fates)
    True
    """

    folder: str
    version: str
    first_name: str
    second_name: str
    scenario: Scenario
    changed: tuple[Change, ...]
    seed: int
    replicate: int
    world_seed: int
    weight: float
    first: Divergence | None
    first_enterprise: Divergence | None
    months: tuple[Month, ...]
    fates: tuple[Fate, ...]

    def __repr__(self) -> str:
        it = self.first
        where = "no difference" if it is None else f"the first difference is in month {it.month}, by {it.mechanism}"
        return f"<Trace of {self.first_name} and {self.second_name}: {where}>"

    @property
    def startups_only(self) -> tuple[Counter[str], Counter[str]]:
        """Startups of the first world only, and of the second only, by origin."""
        found: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        for fate in self.fates:
            if None in fate.ends:
                found[fate.ends[0] is None][fate.origin] += 1
        return found

    @property
    def survivors_only(self) -> tuple[Counter[str], Counter[str]]:
        """Enterprises of both worlds that operate at the end in the first only, and in the second only.

        They are counted by their status in the other world.
        """
        found: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        for fate in self.fates:
            operate = [end == STATUSES[OPERATING] for end in fate.ends]
            if None not in fate.ends and operate[0] != operate[1]:
                lost = int(operate[0])  # the world in which it does not operate
                reason = fate.reasons[lost]
                found[1 - lost][f"{fate.ends[lost]}, {reason}" if reason else str(fate.ends[lost])] += 1
        return found

    @property
    def group_totals(self) -> tuple[GroupTotal, ...]:
        """Jobs and taxes of every enterprise, each in one group: they add up to those of the two worlds."""
        groups: dict[str, list[Fate]] = {}
        for fate in self.fates:
            groups.setdefault(self._group(fate), []).append(fate)
        both = self.first_name, self.second_name
        order = [_startups_of(name, origin) for name in both for origin in ORIGINS]
        order += [_operating_in(name) for name in both] + [_IN_BOTH, _IN_NEITHER]
        return tuple(
            GroupTotal(
                name,
                len(groups[name]),
                self._sums([fate.staff for fate in groups[name]]),
                self._sums([fate.taxes for fate in groups[name]]),
            )
            for name in order
            if name in groups
        )

    def _sums(self, pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
        return self.weight * sum(one for one, _ in pairs), self.weight * sum(other for _, other in pairs)

    def _group(self, fate: Fate) -> str:
        names = self.first_name, self.second_name
        if None in fate.ends:
            return _startups_of(names[fate.ends[0] is None], fate.origin)
        operate = [end == STATUSES[OPERATING] for end in fate.ends]
        if all(operate):
            return _IN_BOTH
        return _operating_in(names[operate[1]]) if any(operate) else _IN_NEITHER


def _startups_of(name: str, origin: str) -> Sentence:
    return later("startups of {name} only: {origin}", name=name, origin=ORIGIN_WORDS[origin])


def _operating_in(name: str) -> Sentence:
    return later("operating in {name} only", name=name)


def trace_worlds(first: Scenario, second: Scenario, replicate: int = 0) -> Trace:
    """Run one replicate of both scenarios in step; ``Incompatible`` where start, months or seed differ."""
    for key in ("run.start", "run.months", "run.seed"):
        if first.values[key] != second.values[key]:
            raise Incompatible(
                f"{first.name} has {key} {first.values[key]} and {second.name} has {second.values[key]}: "
                "worlds are traced side by side where they are equal"
            )
    if own_seeds(first) != own_seeds(second):
        raise Incompatible(f"{first.name} and {second.name} have other seeds of their own")
    pair = _Pair(first, second, world_seed(first, replicate))
    months = tuple(pair.run(first.months))
    names = (first.name, second.name) if first.name != second.name else (f"{first.name} (1)", f"{second.name} (2)")
    version = ecosystem(first.catalogue).version
    which = hashlib.sha256(f"{first.digest()} {second.digest()} {first.months} {pair.seed} {version}".encode())
    return Trace(
        f"trace-{first.name}-vs-{second.name}-{which.hexdigest()[:8]}", version, *names, first,
        changes(first, second), first.seed, replicate, pair.seed, pair.sides[0].model.world.weight,
        pair.first, pair.first_enterprise, months, tuple(pair.fates()),
    )  # fmt: skip


@dataclass
class _Moment:
    """One side after one mechanism: identities where they changed, columns that changed, shared state if asked for."""

    mechanism: str
    identity: Any
    columns: dict[str, Any]
    shared: dict[str, Any]


@dataclass
class _Side:
    """One of the two worlds: its table as last seen, and what it did in the month at hand."""

    model: EcosystemModel
    log: EventLog
    codes: dict[str, int]
    columns: dict[str, Any] = field(default_factory=dict)
    moments: list[_Moment] = field(default_factory=list)
    taxes: list[tuple[Any, Any]] = field(default_factory=list)
    look_at_shared: bool = True

    def __post_init__(self) -> None:
        self.watch(OPENING, self.model.world)
        self.model.watchers.append(self.watch)

    def watch(self, mechanism: str, world: World) -> None:
        """Keep what the mechanism changed."""
        table, changed = world.enterprises, {}
        if mechanism == "taxes":
            paid = self.columns["cash"] - table.cash  # nothing else moves cash in this mechanism
            self.taxes.append((table.identity[paid != 0.0], paid[paid != 0.0]))
        for name in table.columns:
            now = getattr(table, name)
            if name in _MAPPED:
                now = self._coded(name, now)
            if name not in self.columns or not np.array_equal(now, self.columns[name]):
                self.columns[name] = changed[name] = now.copy()
        new = {"identity", "status"} & changed.keys()
        identity = np.where(table.status != FREE, table.identity, 0) if new else None
        shared = dict(_shared(world)) if self.look_at_shared else {}
        self.moments.append(_Moment(mechanism, identity, changed, shared))

    def _coded(self, kind: str, numbers: Any) -> Any:
        """Places by a number that means the same in both worlds: by name, own platforms by identity."""
        world = self.model.world
        places: list[Any] = list(world.platforms if kind == "platform" else world.sites)
        named = world.settings.platforms if kind == "platform" else world.settings.sites
        keys = [f"{kind} {it.name if it.name in named else it.identity}" for it in places]
        return np.array([*[self.codes.setdefault(key, len(self.codes)) for key in keys], -1])[numbers]


class _Pair:
    """Two sides in step."""

    def __init__(self, first: Scenario, second: Scenario, seed: int) -> None:
        from sim.agents.model import EcosystemModel

        self.seed = seed
        self.first: Divergence | None = None
        self.first_enterprise: Divergence | None = None
        self.divergences: dict[int, Divergence] = {}
        codes = self._codes = dict[str, int]()
        self.sides = []
        for scenario in (first, second):
            model = EcosystemModel(scenario, rng=seed)
            self.sides.append(_Side(model, EventLog(model), codes))
        self._columns = tuple(self.sides[0].model.enterprises.columns)
        self._indexed = _INDEXED | {"counts": tuple(first.catalogue.counters)}
        self._opening = [side.moments[0].identity[side.moments[0].identity != 0] for side in self.sides]
        self._tables: list[dict[str, Any]] = [{}, {}]
        self._rows: list[Any] = []  # of the enterprises that both worlds have, in each
        self._alone: list[Any] = []  # identities of the others, in each
        self._differs: dict[str, Any] = {}
        self._count: Any = None  # of columns that differ, an enterprise that both have
        self._marked: Any = None  # whether it has ever differed
        self._identities: list[Any] = [np.zeros(0, np.int64)] * 2
        self._compare(0)

    def run(self, months: int) -> Iterator[Month]:
        for month in range(months):
            for side in self.sides:
                side.model.step()
            self._compare(month)
            yield self._month(month)

    def _compare(self, month: int) -> None:
        """Compare what both did in the month, mechanism by mechanism."""
        for moments in zip(*[side.moments for side in self.sides], strict=True):
            for table, moment in zip(self._tables, moments, strict=True):
                table.update(moment.columns)
            if moments[0].identity is not None or moments[1].identity is not None:
                self._align(moments)
                names = self._columns
            else:
                changed = moments[0].columns.keys() | moments[1].columns.keys()
                names = tuple(name for name in self._columns if name in changed)
            self._mark(month, moments[0].mechanism, names)
            if self.first is None:
                self.first = self._first_shared(month, moments) or self.first_enterprise
        for side in self.sides:
            side.moments.clear()
            side.look_at_shared = self.first is None

    def _align(self, moments: tuple[_Moment, ...]) -> None:
        for index, moment in enumerate(moments):
            if moment.identity is not None:
                self._identities[index] = moment.identity
        rows = [np.flatnonzero(identities) for identities in self._identities]
        there = [identities[some] for identities, some in zip(self._identities, rows, strict=True)]
        self._both, *places = np.intersect1d(there[0], there[1], assume_unique=True, return_indices=True)
        self._rows = [some[at] for some, at in zip(rows, places, strict=True)]
        self._alone = [np.setdiff1d(one, self._both, assume_unique=True) for one in there]
        self._differs = {}
        self._count = np.zeros(len(self._both), np.int64)
        known = np.fromiter(self.divergences, np.int64, len(self.divergences))
        self._marked = np.isin(self._both, known)

    def _mark(self, month: int, mechanism: str, names: tuple[str, ...]) -> None:
        """Find who differs in these columns now, and keep where each first did."""
        for name in names:
            differs = self._tables[0][name][self._rows[0]] != self._tables[1][name][self._rows[1]]
            before = self._differs.get(name)
            self._count += differs if before is None else differs.astype(np.int64) - before
            self._differs[name] = differs
        new = np.flatnonzero((self._count > 0) & ~self._marked)
        self._marked[new] = True
        if len(new):
            self._names = {code: key.partition(" ")[2] for key, code in self._codes.items()}
            table = np.stack([self._differs[name][new] for name in names])
            for index, which in zip(new.tolist(), np.argmax(table, axis=0).tolist(), strict=True):
                name = names[which]
                values: list[Any] = [self._tables[side][name][self._rows[side][index]].item() for side in (0, 1)]
                if name in _MAPPED:
                    values = [self._names.get(value) for value in values]
                self._keep(Divergence(month, mechanism, name, int(self._both[index]), *values))
        for side, alone in enumerate(self._alone):
            for identity in alone.tolist():
                if identity not in self.divergences:
                    self._keep(Divergence(month, mechanism, "existence", identity, side == 0, side == 1))

    def _keep(self, divergence: Divergence) -> None:
        self.divergences[divergence.identity] = divergence
        if self.first_enterprise is None:
            self.first_enterprise = divergence

    def _first_shared(self, month: int, moments: tuple[_Moment, ...]) -> Divergence | None:
        one, other = (moment.shared for moment in moments)
        for name in sorted(dict.fromkeys((*one, *other)), key=lambda name: _SHARED.index(name.partition(".")[0])):
            old: Any = one.get(name)
            new: Any = other.get(name)
            if np.array_equal(old, new):
                continue
            what = name
            if isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and old.shape == new.shape:
                index = int(np.flatnonzero((old != new).ravel())[0])
                words = self._indexed.get(name)
                what = f"{name}.{words[index] if words else index}"
                old, new = old.ravel()[index].item(), new.ravel()[index].item()
            elif isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
                old, new = (None if it is None else f"{len(it)} of them" for it in (old, new))
            return Divergence(month, moments[0].mechanism, what, 0, old, new)
        return None

    def _month(self, month: int) -> Month:
        there = self._both[self._count > 0].tolist()
        alone = [identities.tolist() for identities in self._alone]
        by = Counter(self.divergences[identity].mechanism for identity in (*there, *alone[0], *alone[1]))
        alive = len(self._both) + len(alone[0]) + len(alone[1])
        differing = len(there) + len(alone[0]) + len(alone[1])
        staff = int(np.count_nonzero(self._differs["staff"]))
        return Month(month, alive, differing, len(alone[0]), len(alone[1]), staff, dict(by.most_common()))

    def fates(self) -> Iterator[Fate]:
        """Every enterprise that was in either world, by month of birth and identity."""
        stories = [_story(side, opening) for side, opening in zip(self.sides, self._opening, strict=True)]
        for identity in sorted(stories[0].keys() | stories[1].keys(), key=lambda it: (self._born(stories, it), it)):
            one, other = (story.get(identity, _NEVER) for story in stories)
            known = one if one.end is not None else other
            yield Fate(
                identity, known.origin, known.born, self.divergences.get(identity), (one.end, other.end),
                (one.reason, other.reason), (one.staff, other.staff), (one.taxes, other.taxes),
            )  # fmt: skip

    @staticmethod
    def _born(stories: list[dict[int, _Story]], identity: int) -> int:
        return (stories[0].get(identity) or stories[1][identity]).born


@dataclass(frozen=True)
class _Story:
    """One enterprise in one world."""

    origin: str
    born: int
    end: str | None
    reason: str = ""
    staff: int = 0
    taxes: float = 0.0


_NEVER = _Story("", 0, None)


def _story(side: _Side, opening: Any) -> dict[int, _Story]:
    """Every enterprise that ever was in a world; -1 is the month of those that were there from the start."""
    log, table = side.log.columns(), side.model.enterprises
    found = {identity: _Story(ORIGINS[INCUMBENT], -1, "struck off") for identity in opening.tolist()}
    for name in ("founded", "arrived"):
        rows = np.flatnonzero(log["event"] == NUMBER[name])
        for identity, origin, month in zip(
            *(log[it][rows].tolist() for it in ("identity", "origin", "month")), strict=True
        ):
            found[identity] = _Story(ORIGINS[origin if name == "founded" else INCUMBENT], month, "struck off")
    for name in ("stopped", "left"):  # a reason of its own has only who never began to operate
        words = EVENTS[NUMBER[name]].words
        rows = np.flatnonzero(log["event"] == NUMBER[name])
        for identity, detail in zip(log["identity"][rows].tolist(), log["detail"][rows].tolist(), strict=True):
            if name == "stopped" or words[detail] == "never started":
                found[identity] = replace(found[identity], reason=words[detail])
    rows = np.flatnonzero(table.alive)
    now = (getattr(table, name)[rows].tolist() for name in ("identity", "status", "staff"))
    for identity, status, staff in zip(*now, strict=True):
        reason = found[identity].reason if STATUSES[status] != STATUSES[OPERATING] else ""
        found[identity] = replace(found[identity], end=STATUSES[status], reason=reason, staff=staff)
    paid: Counter[int] = Counter()
    for identities, amounts in side.taxes:
        for identity, amount in zip(identities.tolist(), amounts.tolist(), strict=True):
            paid[identity] += amount
    return {identity: replace(story, taxes=paid[identity]) for identity, story in found.items()}


def _shared(world: World) -> Iterator[tuple[str, Any]]:
    """The state of a world that belongs to no enterprise, by name: numbers, texts and copies of arrays."""
    for part in _SHARED:
        if part == "links":
            yield part, _links(world)
        else:
            yield from _flat(part, getattr(world, part))


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if name in _NOT_STATE:
        return
    if isinstance(value, np.ndarray):
        yield name, value.copy()
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _flat(f"{name}.{getattr(part, 'name', index)}", part)
    elif hasattr(value, "_asdict"):
        yield from ((f"{name}.{key}", part) for key, part in value._asdict().items())
    elif hasattr(value, "__dict__"):
        for key, part in vars(value).items():
            if not key.startswith("_"):  # views of the arrays
                yield from _flat(f"{name}.{key}", part)
    else:
        yield name, value


def _links(world: World) -> Any:
    """Supply links by identity, in the order of identities: shape (links, 3)."""
    links, identity = world.links, world.enterprises.identity
    if not len(links):
        return np.zeros((0, 3), np.int64)
    supplier = np.where(links.supplier >= 0, identity[links.supplier], -1)
    ends = [identity[links.buyer], links.ordinal, supplier]
    return np.stack(ends, axis=1)[np.lexsort(ends[1::-1])]
