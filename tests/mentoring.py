"""Mentoring: a young enterprise may meet a mentor, who raises its productivity a little."""

from __future__ import annotations

from typing import NamedTuple

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.types import Index, f8, i1, i2, i8, typed
from sim.model.record.reading import counted
from sim.model.state.enterprises import INCUMBENT, OPERATING, reads, writes
from sim.model.state.world import World


@typed
class Rules(NamedTuple):
    """Mentors of young enterprises."""

    enabled: bool = switch()
    yearly: float = parameter(
        0.5, "1/year", "meetings of a young enterprise", assumption("no source"), bounds=(0, 12), plausible=(0.1, 1.0)
    )
    gain: float = parameter(
        0.02, "share", "mean gain in productivity", assumption("no source"), bounds=(0, 1), plausible=(0.0, 0.05)
    )
    young: int = parameter(
        36, "month", "age up to which one meets mentors", assumption("a rule"), bounds=(0, 600), plausible=(12, 60)
    )


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    origin: i1
    born: i2


@writes
class Writes(NamedTuple):
    mentored: i2
    productivity: f8


MENTORED = Column("mentored", "i2", "meetings", "meetings with a mentor so far", recorded=True)
EVENTS = Counters("mentoring_meetings")
(MEETINGS,) = EVENTS
meeting = block("mentoring", 0, "meets", "gain")


@equation
def raised(productivity: float, u: float, p: Rules) -> float:
    """Productivity after a meeting: a gain between none and twice the mean."""
    return productivity * (1.0 + 2.0 * u * p.gain)


@compiled
def meet(lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, counts: i8) -> None:
    """Meetings of a month."""
    for i in range(lo, hi):
        u = meeting(seed, r.identity[i], month)
        young = (r.status[i] == OPERATING) & (r.origin[i] != INCUMBENT) & (month - r.born[i] <= p.young)
        if young and u.meets < p.yearly / 12.0:
            w.productivity[i] = raised(w.productivity[i], u.gain, p)
            w.mentored[i] += 1
            counts[MEETINGS] += 1


def apply(world: World) -> None:
    """A month of meetings."""
    rules = world.rules("mentoring")
    if rules.enabled:
        world.loop(meet, Reads, Writes, rules, sums=(world.counters("mentoring"),))


MECHANISM = Mechanism(
    "mentoring",
    Rules,
    steps=(Step("meet", apply, after="absorption", loops=(meet,), draws=(meeting,)),),
    columns=(MENTORED,),
    counters=EVENTS,
    draws=(meeting,),
    outcomes=(
        counted("mentoring_meetings", "meetings with mentors", 1),
        Outcome(
            "mentored", "meetings", "meetings of an enterprise so far, mean", value=lambda m: m.mean_of("mentored")
        ),
    ),
)
