"""Ranges of state: a world stops, and says why, before a number leaves the range in which its type is exact.

Ranges are checked at the end of each month. People, lines, floor and hours lie below half of what their type holds, so
that what at most doubles within a month is seen before it overflows. Money is finite; amounts of a month are rounded to
whole ticks exactly, and sums of ticks over all months are exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel.compiled import compiled
from sim.kernel.types import Index, f8, i4, i8
from sim.model.state.accounts import ACCOUNTS, TICKS, TRANSFERS
from sim.model.state.enterprises import NoWrites, reads
from sim.model.state.sectors import MAX_SECTORS
from sim.model.state.world import World

MOST_WHOLE = 2**30  # people, lines, m2 or hours of one enterprise
# Ticks a month: below 2^51 an amount is rounded to ticks exactly; about 20 times the assets of China's manufacturing.
MOST_FLOW = 2**51
MOST_BALANCE = 2**60  # ticks
MOST_MONEY = MOST_FLOW / TICKS  # million yuan of one enterprise
MOST_INDEX = 1e6  # productivity and quality, relative to the sector's at the start
# Sums by sector from which demand is shared, in ticks.
_PULLS = tuple(
    f"{what} in sector {sector}"
    for sector in range(1, MAX_SECTORS + 1)
    for what in ("pull", "pull by productivity", "pull by quality")
)


class OutOfRange(ArithmeticError):
    """State that left its range; the message has the column, value, enterprise and month."""


@reads
class Reads(NamedTuple):
    lines: i4
    staff: i4
    talent: i4
    floor: i4
    borrowed_hours: i4
    cash: f8
    assets: f8
    appeal: f8
    revenue: f8
    revenue_year: f8
    productivity: f8
    quality: f8


# The least and most of each column, in the order of ``Reads``.
_RANGES = (*((0, MOST_WHOLE),) * 5, (-MOST_MONEY, MOST_MONEY), *((0.0, MOST_MONEY),) * 4, *((0.0, MOST_INDEX),) * 2)


@compiled
def count_outside(lo: Index, hi: Index, seed: int, month: int, r: Reads, w: NoWrites, outside: i8) -> None:
    """Count the rows that are outside of a range, by column."""
    outside[0] += whole_outside(lo, hi, r.lines)
    outside[1] += whole_outside(lo, hi, r.staff)
    outside[2] += whole_outside(lo, hi, r.talent)
    outside[3] += whole_outside(lo, hi, r.floor)
    outside[4] += whole_outside(lo, hi, r.borrowed_hours)
    outside[5] += real_outside(lo, hi, r.cash, -MOST_MONEY, MOST_MONEY)
    outside[6] += real_outside(lo, hi, r.assets, 0.0, MOST_MONEY)
    outside[7] += real_outside(lo, hi, r.appeal, 0.0, MOST_MONEY)
    outside[8] += real_outside(lo, hi, r.revenue, 0.0, MOST_MONEY)
    outside[9] += real_outside(lo, hi, r.revenue_year, 0.0, MOST_MONEY)
    outside[10] += real_outside(lo, hi, r.productivity, 0.0, MOST_INDEX)
    outside[11] += real_outside(lo, hi, r.quality, 0.0, MOST_INDEX)


@compiled
def whole_outside(lo: Index, hi: Index, values: i4) -> int:
    """Rows whose number is negative or too large."""
    number = 0
    for i in range(lo, hi):
        number += (values[i] < 0) | (values[i] > MOST_WHOLE)
    return number


@compiled
def real_outside(lo: Index, hi: Index, values: f8, least: float, most: float) -> int:
    """Rows whose number is too small, too large or none."""
    number = hi - lo
    for i in range(lo, hi):
        number -= (values[i] >= least) & (values[i] <= most)
    return number


def check_ranges(world: World) -> None:
    """Raise ``OutOfRange`` where an enterprise's state, a month's flow or an account's balance left its range."""
    outside = np.zeros(len(_RANGES), np.int64)
    world.loop(count_outside, Reads, NoWrites, sums=(outside,))
    if outside.any():
        _fail(world, int(np.flatnonzero(outside)[0]))
    books = world.books
    sums_of = (
        (tuple(TRANSFERS), books.month, MOST_FLOW),
        (ACCOUNTS, books.accounts, MOST_BALANCE),
        (_PULLS, world.pulls.ravel(), MOST_FLOW),
    )
    for names, sums, most in sums_of:
        if (worst := beyond(sums, most)) >= 0:
            _fail_sum(world, names[worst], int(sums[worst]), most)


@compiled
def beyond(sums: i8, most: int) -> int:
    """The index of the sum farthest from 0, if that is beyond ``most``; else -1."""
    worst, found = most, -1
    for index in range(len(sums)):
        if abs(sums[index]) > worst:
            worst, found = abs(sums[index]), index
    return found


def _fail_sum(world: World, name: str, ticks: int, most: int) -> None:
    amount, bound = ticks / TICKS, most / TICKS
    said = f"{name} of all enterprises: {amount:,.0f} million yuan in {_when(world)}"
    raise OutOfRange(f"{said}, beyond {bound:,.0f}: sums are no longer exact")


def _fail(world: World, column: int) -> None:
    name, (least, most) = Reads._fields[column], _RANGES[column]
    values = getattr(world.enterprises, name)
    row = int(np.flatnonzero(~((values >= least) & (values <= most)))[0])
    raise OutOfRange(
        f"{name} of enterprise {int(world.enterprises.identity[row])} is {values[row]:,} in {_when(world)}, "
        f"outside of {least:,.0f} to {most:,.0f}"
    )


def _when(world: World) -> str:
    return str(world.settings.calendar(world.month))
