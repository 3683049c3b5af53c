"""Spin-up: months before the first, in which nothing is switched on and nothing is recorded.

Projects, cash, ages, suspended enterprises and links of the opening are drawn one by one; they become consistent with
each other and with the model's dynamics before the run begins. Variants of a policy share this past bit for bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.mechanisms import population
from sim.model.state.accounts import ENTERPRISES, HOUSEHOLDS, TICKS
from sim.model.state.enterprises import INCUMBENT
from sim.model.state.world import World

if TYPE_CHECKING:
    from sim.model.ecosystem import Ecosystem

SWITCHED = ("levers", "industries", "idle_space", "adoption", "resources")  # mechanisms that are off before month 0


def run(model: Ecosystem) -> None:
    """Run the months before the first one, then begin the accounts anew."""
    world = model.world
    while world.month < 0:
        model.apply_steps(without=SWITCHED)
        world.month += 1
    begin(world)


def begin(world: World) -> None:
    """Make all enterprises incumbents, set the host anew, and begin accounts, people and counts at month 0."""
    table, books = world.enterprises, world.books
    table.origin[table.alive] = INCUMBENT
    population.set_host(world)
    world.counts[:] = 0
    world.ended[:] = 0
    world.lives[:] = 0
    books.accounts[:] = 0
    books.accounts[ENTERPRISES] = int((table.cash[table.alive] * TICKS).astype(np.int64).sum())
    books.accounts[HOUSEHOLDS] = -books.accounts[ENTERPRISES]
    books.month[:] = 0
    books.people[:] = 0
    books.skilled[:] = 0
    population.gather_people(world)
