"""The worlds of a variant and of the baseline with some values moved in both: of each only the last month is kept.

They are made a few at a time, in the order in which they are to be run, and come after everybody's answers. Where they
are screened, all assumptions are moved on one seed, and those that move the difference most on the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from sim.formats import span_text
from sim.language import tr
from sim.page.queue import Key, Wanted
from sim.runs.ensemble import Request
from sim.runs.executor import Failure
from sim.runs.replicate import Cells, Model
from sim.scenario import Scenario
from sim.studies.questions.claims import Values
from sim.studies.worlds import can_be

_AT_ONCE = 8  # worlds that are made and waited for: what is not waited for yet can still be given up
_MONTH = ", its last month"


class Case(NamedTuple):
    """What is moved in the variant and in the baseline, on how many seeds, and at which stage it is run.

    ``assumption`` is the number of that which is moved alone, in two cases, low and high; -1 of all other cases.
    """

    variant: Values
    base: Values
    seeds: int
    stage: int = 0
    assumption: int = -1


class Screen(NamedTuple):
    """How many assumptions stay, of those that move the outcome in this column."""

    most: int
    column: int


def last_month(step: Callable[..., Any], *asked: Any) -> tuple[Cells, bytes]:
    """The last month of a world that ``step`` runs."""
    return last_of(step(*asked))


def last_of(world: tuple[Cells, bytes]) -> tuple[Cells, bytes]:
    """The last month of a world, without its record; a copy, as a view would hold the whole."""
    return world[0][-1:].copy(), b""


class Moved:
    """Worlds by case, side and seed; those with nothing moved are the answer's own.

    Of a stage the first seed of all cases is run before any second one.
    """

    def __init__(
        self, model: Model, sides: tuple[Scenario, Scenario], cases: Sequence[Case], step: Callable[..., Any],
        screen: Screen | None = None,
    ) -> None:  # fmt: skip
        self._model, self._sides, self._step = model, sides, partial(last_month, step)
        self._cases, self._screen = cases, screen
        self._counts = np.array([it.seeds for it in cases])  # seeds
        self.stay: set[int] | None = None  # assumptions, once they are screened
        self._digests: dict[tuple[int, int], str] = {}
        self.seeds = max(it.seeds for it in cases)
        self._values = np.full((len(cases), 2, self.seeds, len(model.outcomes)), np.nan)
        self._waiting: dict[Key, list[tuple[int, int, int]]] = {}
        self._order = self._in_order()
        self._open: dict[Key, Wanted] = {}
        self._left = np.zeros((len(cases), self.seeds), np.int64)
        for index, case in enumerate(cases):
            self._left[index, : case.seeds] = 2
        self.worlds = self._worlds(self._counts)
        if screen:  # at most: which assumptions stay is not known
            moved = np.array([it.assumption >= 0 for it in cases])
            few = self._worlds(np.where(moved, 1, self._counts))
            self.worlds = few + 4 * screen.most * (int(self._counts[moved].max()) - 1)
        self.done = 0

    def _worlds(self, seeds: Any) -> int:
        """Worlds that are to be run, of so many seeds of each case; those with nothing moved are the answer's."""
        sides = np.array([bool(it.variant) + bool(it.base) for it in self._cases])
        return int((sides * seeds).sum())

    def _in_order(self) -> Iterator[tuple[int, int, int] | None]:
        """Case, side and seed of each world; None where the next one is not known yet."""
        for stage in sorted({it.stage for it in self._cases}):
            of_assumptions = [at for at, it in enumerate(self._cases) if it.stage == stage and it.assumption >= 0]
            for replicate in range(self.seeds):
                if replicate == 1 and self._screen and of_assumptions:
                    while self._left[of_assumptions, 0].any():
                        yield None
                    self._choose(self._screen)
                for index, case in enumerate(self._cases):
                    if case.stage == stage and replicate < self._counts[index]:
                        yield index, 0, replicate
                        yield index, 1, replicate

    def _choose(self, screen: Screen) -> None:
        """Leave out the assumptions that move the difference least on the first seed."""
        ends: dict[int, list[float]] = {}
        difference = self._values[:, 1, 0, screen.column] - self._values[:, 0, 0, screen.column]
        for index, case in enumerate(self._cases):
            if case.assumption >= 0:
                ends.setdefault(case.assumption, []).append(float(difference[index]))
        moves = {it: float(np.nan_to_num(np.ptp(found))) for it, found in ends.items()}
        self.stay = set(sorted(moves, key=lambda it: -moves[it])[: screen.most])
        for index, case in enumerate(self._cases):
            if case.assumption >= 0 and case.assumption not in self.stay:
                self._counts[index] = 1
                self._left[index, 1:] = 0
        self.worlds = self._worlds(self._counts)

    def _request(self, index: int, side: int) -> Request:
        case = self._cases[index]
        values = case.variant if side else case.base
        scenario = self._sides[side]
        return Request(replace(scenario, values={**scenario.values, **values}), self._model.version)

    def _key(self, index: int, side: int, replicate: int, request: Request) -> Key:
        case = self._cases[index]
        if (index, side) not in self._digests:
            self._digests[index, side] = request.digest + (_MONTH if (case.variant if side else case.base) else "")
        return Key(self._digests[index, side], replicate)

    def wanted(self) -> list[Wanted]:
        """The next worlds that are waited for; none where all are there."""
        while len(self._open) < _AT_ONCE and (at := next(self._order, None)):
            request = self._request(*at[:2])
            key = self._key(*at, request)
            self._waiting.setdefault(key, []).append(at)
            if key not in self._open:
                own = key.digest.endswith(_MONTH)
                step = self._step if own else None
                self._open[key] = Wanted(key, *request.world(at[2]), step=step, late=own)
        return list(self._open.values())

    def take(self, key: Key, value: Any) -> bool:
        """Take a world that is done; whether it was waited for here."""
        if self._open.pop(key, None) is None:
            return False
        for index, side, replicate in self._waiting.pop(key):
            self._left[index, replicate] -= 1
            self.done += key.digest.endswith(_MONTH)
            if not isinstance(value, Failure):
                self._values[index, side, replicate] = value[0][-1]
        return True

    @property
    def whole(self) -> bool:
        """Whether all worlds are there."""
        return not self._left.any()

    @property
    def there(self) -> Any:
        """Whether both worlds of a case and seed are there, cases x seeds."""
        return (self._counts[:, None] > np.arange(self.seeds)) & (self._left == 0)

    def differences(self) -> Cells:
        """The variant less the baseline, cases x seeds x outcomes; NaN where a world is not there or has no value."""
        return np.where(self.there[:, :, None], self._values[:, 1] - self._values[:, 0], np.nan)


class OfMoved:
    """A question that is answered by moved worlds."""

    _moved: Moved

    def wanted(self) -> list[Wanted]:
        """The next worlds that are waited for."""
        return self._moved.wanted()

    def take(self, key: Key, value: Any) -> bool:
        """Take a world that is done; whether it was waited for."""
        return self._moved.take(key, value)

    @property
    def progress(self) -> tuple[int, int]:
        """Worlds that are done, and of how many."""
        return self._moved.done, self._moved.worlds

    @property
    def whole(self) -> bool:
        """Whether all worlds are there."""
        return self._moved.whole


def possible(sides: tuple[Scenario, Scenario], variant: Values, base: Values) -> bool:
    """Whether neither scenario contradicts itself with these values."""
    return all(
        can_be(replace(it, values={**it.values, **values})) for it, values in zip(sides, (base, variant), strict=True)
    )


def cost_words(what: str, worlds: int, seconds: float, workers: int, first: int = 0) -> str:
    """What a question costs, before it is run: worlds, and the time where that of a world is known."""
    spent = seconds / max(1, workers)
    places = {"what": what, "worlds": f"{worlds:,}", "time": span_text(worlds * spent)}
    if seconds and first:
        return tr("{what}: {worlds} worlds to run, about {time}; a first look, on one seed, after {look}. A newer "
                  "change ends it.", look=span_text(first * spent), **places)  # fmt: skip
    if seconds:
        return tr("{what}: {worlds} worlds to run, about {time}. A newer change ends it.", **places)
    return tr("{what}: {worlds} worlds to run. A newer change ends it.", **places)
