"""The space of knowledge: three axes, cells, distances, needs and tastes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.types import f8_2d, i1, i8, typed

# What a project's first, second and third component need on each axis of the space.
materials_needed = block("knowledge", 0, "first", "second", "third", number=23)
devices_needed = block("knowledge", 1, "first", "second", "third", number=24)
software_needed = block("knowledge", 2, "first", "second", "third", number=25)
NEEDS = (materials_needed, devices_needed, software_needed)
taste_of_pair = block("knowledge", 3, "taste", number=19)  # keyed by both identities

CELL = 0.4  # width of a cell on each axis; three cells cover 0 to 1.2


@equation
def distance(a_0: float, a_1: float, a_2: float, b_0: float, b_1: float, b_2: float) -> float:
    """Euclidean distance of two points of knowledge."""
    d_0, d_1, d_2 = a_0 - b_0, a_1 - b_1, a_2 - b_2
    return math.sqrt(d_0 * d_0 + d_1 * d_1 + d_2 * d_2)


@equation
def shortfall(a_0: float, a_1: float, a_2: float, b_0: float, b_1: float, b_2: float) -> float:
    """Distance of a point of knowledge ``a`` from all points that have at least ``b`` on each axis."""
    return distance(min(a_0, b_0), min(a_1, b_1), min(a_2, b_2), b_0, b_1, b_2)


@equation
def kept_in(there: float, here: float, unfit: float) -> float:
    """Share of customers kept in another sector: knowledge lies ``there`` from its base, ``here`` from the old one."""
    return maths.exp(-unfit * max(0.0, there - here))


@typed
class Frontier(NamedTuple):
    """Distance of the knowledge that projects need from the sectors' base knowledge."""

    base: f8_2d  # known to all in a sector, by sector and axis
    lead: float
    reach: float


@equation
def needed(u_first: float, u_second: float, u_third: float, component: int, frontier: Frontier) -> float:
    """Knowledge that a component of a project needs on an axis, above its sector's base: normal."""
    draw = u_first if component == 0 else (u_second if component == 1 else u_third)
    return frontier.lead + frontier.reach * draws.normal(draw)


@compiled
def needs(seed: int, identity: i8, began: i8, component: i8, sector: i1, frontier: Frontier) -> f8_2d:
    """Knowledge that components of several projects need, shape (axes, components).

    A function of identity and the month in which the project began, so it need not be stored.
    """
    number = len(identity)
    need = np.empty((3, number))
    for k in range(number):
        u = materials_needed(seed, identity[k], began[k])
        need[0, k] = needed(u.first, u.second, u.third, component[k], frontier)
    for k in range(number):
        u = devices_needed(seed, identity[k], began[k])
        need[1, k] = needed(u.first, u.second, u.third, component[k], frontier)
    for k in range(number):
        u = software_needed(seed, identity[k], began[k])
        need[2, k] = needed(u.first, u.second, u.third, component[k], frontier)
    for axis in range(3):
        for k in range(number):
            need[axis, k] += frontier.base[sector[k], axis]
    return need


@equation
def first_open(solved: int) -> int:
    """Index of the first unsolved component of three."""
    return 0 if solved & 1 == 0 else (1 if solved & 2 == 0 else 2)


@equation
def cell_at(k_0: float, k_1: float, k_2: float) -> int:
    """The cell in which a point lies; one beyond the cells lies in the nearest."""
    p_0, p_1, p_2 = min(2, max(0, int(k_0 / CELL))), min(2, max(0, int(k_1 / CELL))), min(2, max(0, int(k_2 / CELL)))
    return 9 * p_0 + 3 * p_1 + p_2


@equation
def in_cell(cell: int, axis: int, u: float) -> float:
    """The coordinate on an axis of a point at share ``u`` of a cell's width."""
    coordinate = cell // 9 if axis == 0 else (cell // 3 % 3 if axis == 1 else cell % 3)
    return (coordinate + u) * CELL


@compiled
def pick_cell(u: float, counts: i8, t_0: float, t_1: float, t_2: float, taste: float) -> int:
    """The cell of the best resource for a need at (t_0, t_1, t_2); -1 if all 27 ``counts`` are zero.

    Utility is minus distance plus a Gumbel taste of scale ``taste``: the best resource lies in a cell with probability
    proportional to the cell's count times exp(-gap / taste) (McFadden 1974).
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
    """Distance of a cell's centre from a point."""
    return distance(in_cell(cell, 0, 0.5), in_cell(cell, 1, 0.5), in_cell(cell, 2, 0.5), t_0, t_1, t_2)


@equation
def pair_taste(seed: int, a: int, b: int, month: int) -> float:
    """Gumbel taste of one enterprise for another, keyed by the pair."""
    return draws.gumbel(taste_of_pair(seed, a ^ (b >> 1), month).taste)
