"""One world whose months are shown: of which scenario and seed, what it costs, and what the page is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.formats import span_text
from sim.language import tr
from sim.page.asked import Unclear
from sim.page.motion import MOST_BYTES
from sim.page.queue import Key, Wanted
from sim.runs.executor import Failure

if TYPE_CHECKING:
    from sim.page.answers import Side
    from sim.page.kept import Kept

_TIMES = 1.7  # what a world takes whose months are noted, to one that only runs


@dataclass(frozen=True)
class OneSeed:
    """One world to be shown; ``number`` is its seed's, from 1."""

    label: str
    number: int
    wanted: Wanted

    @classmethod
    def of(cls, side: Side, number: Any, seeds: int, step: Callable[..., Any]) -> OneSeed:
        """That of a side and a seed; Unclear where it is none of the answer's seeds."""
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= seeds:
            raise Unclear(f"seed: {str(number)[:20]} is not of this answer, allowed: 1 to {seeds}")
        request = side.request
        key = Key(f"{request.digest}, its months", number - 1)
        return cls(side.label, number, Wanted(key, *request.world(number - 1), step=step))

    def cost(self, seconds: float, kept: Kept) -> str:
        """What it takes, before it is run; ``seconds`` a world."""
        if self.wanted.key in kept:
            return tr("It is there: nothing to run.")
        places = {"label": self.label, "seed": self.number, "size": MOST_BYTES // 1000}
        if not seconds:
            return tr("One world to run, {label} on seed {seed}; at most {size} kB to send.", **places)
        return tr("One world to run, {label} on seed {seed}, about {time}; at most {size} kB to send.",
                  time=span_text(_TIMES * seconds), **places)  # fmt: skip

    def told(self, value: Any) -> dict[str, Any]:
        """What the page is told: the record, or why there is none."""
        if isinstance(value, Failure):
            return {"said": tr("This world failed: {message}", message=value.message)}
        return {"said": "", "of": self.label, "seed": self.number, "record": value[1].decode()}
