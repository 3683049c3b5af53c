"""Groups of enterprises in statistics: class, origin, exporter or not, age; and years of life.

A table of groups has a column for each of ``GROUPS``. An enterprise belongs to one class, one origin, one group by
exports and one age group, and may be micro as well. A cell is one combination of these.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.kernel.compiled import equation
from sim.kernel.types import i8, i8_3d
from sim.model.state.enterprises import CLASSES, ORIGINS, SPIN_OFF
from sim.parameters import Population

AGES = ("age_0", "age_1", "age_2", "age_3", "age_4", "age_5_9", "age_10_14", "age_15_24", "age_25_up")
GROUPS = (*CLASSES, "micro", *ORIGINS, "exporter", "non_exporter", *AGES)
MICRO, FIRST_ORIGIN, EXPORTER = (GROUPS.index(name) for name in ("micro", ORIGINS[0], "exporter"))
FIRST_AGE = GROUPS.index(AGES[0])
CELLS = len(CLASSES) * 2 * len(ORIGINS) * 2 * len(AGES)  # 2: micro or not; exporter or not

# Lives: enterprise-months at risk and ends, by year of life.
REGISTER, SPIN_OFFS, OTHERS = range(3)  # struck off, by years since registration; stopped, by years since the start
AT_RISK, ENDED = range(2)
YEARS = 10  # of life that are recorded
YOUNG = 60  # months of operation up to which an enterprise is young
LIVES = (3, 2, YEARS)


@equation
def age_group(months: int) -> int:
    """Index of the age group, from months since registration."""
    group = 0
    for edge in (12, 24, 36, 48, 60, 120, 180, 300):
        group += 1 if months >= edge else 0
    return group


@equation
def is_micro(staff: int, revenue: float, standard: Population) -> bool:
    """Whether an enterprise is micro: staff or yearly revenue (million yuan) is below the standard's floor."""
    return (staff < standard.micro_staff) | (revenue < standard.micro_revenue)


@equation
def was_micro(staff: int, revenue: float, staff_year_ago: int, revenue_12: float, standard: Population) -> bool:
    """The same by last year's staff and sales where there were any: an enterprise that stops has none now."""
    sold = revenue_12 if revenue_12 > 0.0 else revenue
    return is_micro(staff_year_ago if staff_year_ago > 0 else staff, sold, standard)


@equation
def cell_of(size_class: int, micro: bool, origin: int, exporter: int, age: int) -> int:
    """Index of a cell of enterprises that belong to the same groups."""
    kind: Any = np.int64(size_class) * 2 + np.int64(micro)
    return ((kind * len(ORIGINS) + origin) * 2 + exporter) * len(AGES) + age


@equation
def kind_of_cell(cell: int) -> tuple[int, bool, int, int, int]:
    """Class, micro or not, origin, exporter or not and age of a cell."""
    rest, age = divmod(cell, len(AGES))
    rest, exporter = divmod(rest, 2)
    rest, origin = divmod(rest, len(ORIGINS))
    size_class, micro = divmod(rest, 2)
    return size_class, micro == 1, origin, exporter, age


@equation
def add_to_groups(table: i8, size_class: int, micro: bool, origin: int, exporter: int, age: int, amount: int) -> None:
    """Add an amount to every group of an enterprise; ``age`` is the index of its age group."""
    table[size_class] += amount
    table[MICRO] += amount if micro else 0
    table[FIRST_ORIGIN + origin] += amount
    table[EXPORTER if exporter == 1 else EXPORTER + 1] += amount
    table[FIRST_AGE + age] += amount


@equation
def add_to_lives(lives: i8_3d, whose: int, what: int, months: int) -> None:
    """Count a month at risk or an end, ``months`` into a life."""
    if months < 12 * YEARS:
        lives[whose, what, months // 12] += 1


@equation
def kind_of_startup(origin: int) -> int:
    """The kind of operating lives that a startup of this origin is counted with."""
    return SPIN_OFFS if origin == SPIN_OFF else OTHERS
