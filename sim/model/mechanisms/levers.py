"""Levers: what a policy adds to talent and programmes this month, and what it costs; the rest read their lever."""

from __future__ import annotations

from sim.declare import Mechanism, Outcome, Step
from sim.model.state.accounts import ECONOMY, ELSEWHERE, GOVERNMENT, TICKS, UNEMPLOYED
from sim.model.state.enterprises import OPERATING
from sim.model.state.world import World
from sim.parameters import Levers


def apply(world: World) -> None:
    """Talent supply and knowledge programmes of a month."""
    levers, books = world.group("levers"), world.books
    if levers.talent_supply:
        add_talent(world, levers.talent_supply, levers.talent_cost)
    if levers.knowledge_programme:
        operating = int((world.enterprises.status == OPERATING).sum())
        books.pay(GOVERNMENT, ECONOMY, levers.knowledge_programme * levers.knowledge_programme_cost / 12.0 * operating)


def add_talent(world: World, supply: float, cost: float) -> None:
    """Train residents without work first, then attract skilled people from elsewhere: ``supply`` of all a year."""
    books = world.books
    wanted = round(supply / 12.0 * books.residents_skilled)
    untrained = int(books.people[UNEMPLOYED] - books.skilled[UNEMPLOYED])
    trained = max(min(wanted, untrained), -int(books.skilled[UNEMPLOYED]))
    books.skilled[UNEMPLOYED] += trained
    attracted = max(0, wanted - trained)
    books.people[UNEMPLOYED] += attracted
    books.people[ELSEWHERE] -= attracted
    books.skilled[UNEMPLOYED] += attracted
    books.residents_skilled += trained + attracted
    books.pay(GOVERNMENT, ECONOMY, max(0.0, cost * (trained + attracted)))


OUTCOMES = (
    Outcome("fiscal_cost", "million yuan", "public spending on levers and tax relief since the start", -1,
            value=lambda m: (m["fiscal"] + m["taxes"][:, 0] - m["taxes"][:, 1]) / TICKS * m.weight),
)  # fmt: skip

SPEND = Step("spend", apply, state=("accounts", "people"))

MECHANISM = Mechanism("levers", Levers, prefix="levers", steps=(SPEND,), outcomes=OUTCOMES)
