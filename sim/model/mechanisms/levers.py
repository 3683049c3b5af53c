"""Levers of policy on talent and knowledge programmes, and their cost; other mechanisms read their own lever."""

from __future__ import annotations

from sim.declare import Mechanism, Outcome, Step
from sim.model.state.accounts import ELSEWHERE, KNOWLEDGE_PROGRAMME, TICKS, TRAINING, UNEMPLOYED
from sim.model.state.enterprises import OPERATING
from sim.model.state.world import World
from sim.parameters import Levers


def apply(world: World) -> None:
    """A month of talent supply and knowledge programmes."""
    levers, books = world.group("levers"), world.books
    if levers.talent_supply:
        add_talent(world, levers.talent_supply, levers.talent_cost)
    if levers.knowledge_programme:
        operating = int((world.enterprises.status == OPERATING).sum())
        cost = levers.knowledge_programme * levers.knowledge_programme_cost / 12.0
        books.pay(KNOWLEDGE_PROGRAMME, cost * operating)


def add_talent(world: World, supply: float, cost: float) -> None:
    """Train unemployed residents first, then attract skilled people: ``supply`` is a yearly share of all skilled."""
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
    books.pay(TRAINING, max(0.0, cost * (trained + attracted)))


OUTCOMES = (
    Outcome("fiscal_cost", "million yuan", "public spending on levers and tax relief since the start", -1,
            value=lambda m: (m["fiscal"] + m["taxes"][:, 0] - m["taxes"][:, 1]) / TICKS * m.weight),
)  # fmt: skip

SPEND = Step("spend", apply, state=("accounts", "people"))

MECHANISM = Mechanism("levers", Levers, prefix="levers", steps=(SPEND,), outcomes=OUTCOMES)
