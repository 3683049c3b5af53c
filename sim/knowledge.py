"""The space of knowledge: three axes, cells, distances, and the ring on which keyed points find partners."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim import draws, maths
from sim.compiled import compiled, equation

CELL = 0.4  # width of a cell on each axis; three cells cover 0 to 1.2


@equation
def distance(a_0: float, a_1: float, a_2: float, b_0: float, b_1: float, b_2: float) -> float:
    """Euclidean distance of two points of knowledge."""
    d_0, d_1, d_2 = a_0 - b_0, a_1 - b_1, a_2 - b_2
    return math.sqrt(d_0 * d_0 + d_1 * d_1 + d_2 * d_2)


@equation
def needed(seed: int, identity: int, began: int, component: int, axis: int, lead: float, reach: float) -> float:
    """Knowledge that a component of a project needs on an axis, above what its sector knows: ahead, with spread.

    A pure function of identity and the month in which the project began, so it is nowhere stored.
    """
    u_0, u_1, u_2, _ = draws.uniforms(seed, identity, began, draws.PLACE_0 + axis)
    word = u_0 if component == 0 else (u_1 if component == 1 else u_2)
    return lead + reach * draws.normal(word)


@equation
def in_cell(cell: int, axis: int, u: float) -> float:
    """A place within a cell on an axis, uniform over the cell's width."""
    place = cell // 9 if axis == 0 else (cell // 3 % 3 if axis == 1 else cell % 3)
    return (place + u) * CELL


@compiled
def pick_cell(u: float, counts: Any, t_0: float, t_1: float, t_2: float, taste: float) -> int:
    """The cell of the resource liked best for a need at (t_0, t_1, t_2); -1 where all 27 ``counts`` are zero.

    Each resource is liked by its nearness plus a Gumbel taste of scale ``taste``; the best of all lies in a cell with
    probability in proportion to its number times exp(-gap / taste) (McFadden 1974).
    """
    total = 0.0
    for cell in range(len(counts)):
        total += counts[cell] * maths.exp(-cell_gap(cell, t_0, t_1, t_2) / taste)
    if total <= 0.0:
        return -1
    below = 0.0
    for cell in range(len(counts)):
        below += counts[cell] * maths.exp(-cell_gap(cell, t_0, t_1, t_2) / taste)
        if u * total < below:
            return cell
    return len(counts) - 1


@equation
def cell_gap(cell: int, t_0: float, t_1: float, t_2: float) -> float:
    """Distance of a cell's middle from a point."""
    return distance(in_cell(cell, 0, 0.5), in_cell(cell, 1, 0.5), in_cell(cell, 2, 0.5), t_0, t_1, t_2)


@compiled
def ring_place(ring: Any, u: float) -> int:
    """Index of the first identity on the sorted ring at or after the keyed point ``u`` of the circle.

    Identities lie evenly, so that guesses by proportion come near; a few steps do the rest.
    """
    size, point = len(ring), int(u * 9.2e18)
    if size == 0:
        return 0
    place = min(int(u * size), size - 1)
    for _ in range(2):
        place = min(max(place + int((point - ring[place]) * (size / 2.0**63)), 0), size - 1)
    while place > 0 and ring[place - 1] >= point:
        place -= 1
    while place < size and ring[place] < point:
        place += 1
    return place if place < size else 0


@compiled
def merge_ring(ring: Any, ring_row: Any, gone: Any, came: Any, came_row: Any, sector: Any) -> tuple[Any, Any, Any]:
    """Identities, rows and places in the chain of the ring without those ``gone`` and with those that ``came``.

    The identities of all three are sorted.
    """
    size = len(ring) - len(gone) + len(came)
    identity, row, chain = np.empty(size, np.int64), np.empty(size, np.int32), np.empty(size, np.int8)
    out, new, old = 0, 0, 0
    for place in range(size):
        while out < len(gone) and ring[old] == gone[out]:
            out += 1
            old += 1
        if new < len(came) and (old == len(ring) or came[new] < ring[old]):
            identity[place], row[place] = came[new], came_row[new]
            new += 1
        else:
            identity[place], row[place] = ring[old], ring_row[old]
            old += 1
    for place in range(size):
        chain[place] = sector[row[place]] % 3
    return identity, row, chain


@equation
def pair_taste(seed: int, a: int, b: int, month: int) -> float:
    """Gumbel taste of one enterprise for another, keyed by the pair."""
    return draws.gumbel(draws.uniforms(seed, a ^ (b >> 1), month, draws.PAIR)[0])
