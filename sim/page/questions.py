"""What a visitor asks about an answer: why, what it rests on, how sure.

The cost is said first, what is known is shown as worlds are done, and a newer move ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sim.language import tr
from sim.page.asked import Unclear
from sim.page.kept import Kept
from sim.page.moved import last_of
from sim.page.queue import Key, Wanted
from sim.page.rests import Rests
from sim.page.sure import Sure
from sim.page.why import Why
from sim.report.html.markup import join, tag
from sim.runs.executor import Failure
from sim.runs.replicate import Model
from sim.scenario import Scenario

WHY, RESTS, SURE = "why", "rests", "sure"
QUESTIONS = (WHY, RESTS, SURE)
MOST_WORLDS = 20_000  # of a question
FEW = 20  # assumptions that stay where they are screened
SAID_EVERY = 0.7  # seconds
_AT_ONCE = 24  # kept worlds that are taken before the event loop is free for others

Question = Why | Rests | Sure


class Pair(NamedTuple):
    """A variant and the baseline, of which something is asked."""

    base: Scenario
    variant: Scenario
    outcome: str
    seeds: int
    labels: tuple[str, str]
    difference: float


def _last(value: Any) -> Any:
    """The last month of a world, which is all that a question needs of it."""
    return value if isinstance(value, Failure) else last_of(value)


class Questions:
    """The questions of a visitor that are being answered; ``tell`` takes what the page is told of one."""

    def __init__(
        self, model: Model, step: Callable[..., Any], later: Callable[[Callable[[], None]], None],
        tell: Callable[[dict[str, Any]], None], wait: Callable[[], None],
    ) -> None:  # fmt: skip
        self._model, self._step, self._later, self._tell, self._wait = model, step, later, tell, wait
        self._asked: dict[str, Question] = {}
        self._said: dict[str, float] = {}
        self._of_why: dict[Key, Any] = {}
        self._there = 0  # worlds of why that need not be run

    def clear(self) -> None:
        """None is asked any more."""
        self._asked.clear()
        self._of_why.clear()

    def stop(self, what: str) -> None:
        """End a question; what is known of it stays on the page."""
        found = self._asked.pop(what, None)
        if found is not None:
            said = tr("Stopped: what is there stays, and is kept for when it is run again.")
            self._tell({"what": what, "state": said})

    def cost(self, what: str, pair: Pair, seconds: float, workers: int, kept: Kept) -> None:
        """Say what a question costs."""
        question = self._made(what, pair)
        if question.refusal:
            self._tell({"what": what, "cost": "", "said": tag("p", question.refusal)})
            return
        cost = question.cost(seconds, workers, kept) if isinstance(question, Why) else question.cost(seconds, workers)
        few = ""
        if not isinstance(question, Why) and question.assumptions > FEW:
            screened = self._made(what, pair, FEW)
            assert not isinstance(screened, Why)
            few = screened.cost(seconds, workers)
        said = join(tag("p", cost), tag("p", few) if few else None)  # the second speaks of the first
        self._tell({"what": what, "cost": cost, "said": said, "few": FEW if few else 0})

    def run(self, what: str, pair: Pair, worlds: Mapping[Key, Any], kept: Kept, *, few: bool = False) -> None:
        """Ask it from now on; of ``few`` the assumptions are screened."""
        question = self._made(what, pair, FEW if few else 0)
        if question.refusal:
            self._tell({"what": what, "cost": "", "said": tag("p", question.refusal)})
            return
        self._asked[what] = question
        if isinstance(question, Why):
            self._of_why = {it.key: _last(kept.get(it.key)) for it in question.wanted() if it.key in kept}
            self._there = len(self._of_why)
        self._said[what] = 0.0
        self.top_up(worlds, kept)

    def _made(self, what: str, pair: Pair, few: int = 0) -> Question:
        if what == WHY:
            return Why(self._model, *pair[:5])
        made: Rests | Sure
        if what == RESTS:
            made = Rests(self._model, *pair[:5], self._step, few)
        elif what == SURE:
            made = Sure(self._model, *pair, self._step, few)
        else:
            raise Unclear(f"question: {str(what)[:20]} is not known, allowed: {', '.join(QUESTIONS)}")
        if not made.refusal and made.progress[1] > MOST_WORLDS:
            raise Unclear(f"{what}: {made.progress[1]:,} worlds, allowed here: at most {MOST_WORLDS:,}")
        return made

    def wanted(self) -> list[Wanted]:
        """The worlds that are waited for."""
        found = [it for question in self._asked.values() for it in question.wanted()]
        return [it for it in found if it.key not in self._of_why]

    def top_up(self, worlds: Mapping[Key, Any], kept: Kept) -> None:
        """Take the worlds that are there, a few at a time, say what is known, and wait for the rest."""
        if not self._asked:
            return
        more = False
        for what, question in list(self._asked.items()):
            try:
                more |= self._go_on(what, question, worlds, kept)
            except Exception as error:  # noqa: BLE001  the visit goes on, and the other visits do
                self._asked.pop(what, None)
                self._tell({"what": what, "state": f"This could not be answered: {type(error).__name__}: {error}"})
        if more and self._asked:
            self._later(lambda: self.top_up(worlds, kept))
        else:
            self._wait()

    def _go_on(self, what: str, question: Question, worlds: Mapping[Key, Any], kept: Kept) -> bool:
        """Take what is there; whether there may be more of it."""
        if isinstance(question, Why):
            self._answer_why(question, worlds)
            return False
        taken = 0
        while taken < _AT_ONCE:
            ready = [(it.key, worlds.get(it.key) or kept.get(it.key)) for it in question.wanted()]
            ready = [(key, value) for key, value in ready if value is not None]
            for key, value in ready:
                question.take(key, value)
            taken += len(ready)
            if not ready:
                break
        self._say(what, question)
        return taken >= _AT_ONCE

    def arrived(self, key: Key, worlds: Mapping[Key, Any], kept: Kept) -> None:
        """A world is done."""
        if WHY in self._asked:
            self._of_why[key] = _last(kept.get(key))
        self.top_up(worlds, kept)

    def _answer_why(self, question: Why, worlds: Mapping[Key, Any]) -> None:
        found = question.answer({**self._of_why, **worlds})
        if found:
            del self._asked[WHY]
            self._of_why.clear()
            self._tell({"what": WHY, "said": found})
            return
        wanted = question.wanted()
        done = sum(it.key in self._of_why for it in wanted)
        if self._is_due(WHY):
            self._tell({"what": WHY, "done": done - self._there, "of": len(wanted) - self._there, "running": True})

    def _is_due(self, what: str) -> bool:
        """Whether it is time to say how far a question has come; it counts as said."""
        now = time.monotonic()
        due = now - self._said[what] >= SAID_EVERY
        if due:
            self._said[what] = now
        return due

    def _say(self, what: str, question: Rests | Sure) -> None:
        whole = question.whole
        if not whole and not self._is_due(what):
            return
        done, of = question.progress
        told: dict[str, Any] = {"what": what, "done": done, "of": of}
        if (found := question.answer()) is not None:
            told["said"] = join(found)
        if whole:
            del self._asked[what]
            told.setdefault("said", tag("p", tr("No seed gives a value.")))
        self._tell(told | {"running": not whole})
