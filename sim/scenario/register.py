"""The firms of a place as a scenario keeps them: one a line, in the units of the model."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.scenario import months

COLUMNS = ("staff", "revenue", "assets", "sector", "founded")
HEADER = ",".join(COLUMNS)
MOST_STAFF = 1_000_000
UNKNOWN = -1  # of a sector or a month of founding


class Firm(NamedTuple):
    """One firm; NaN and ``UNKNOWN`` stand for what the register does not say."""

    staff: int
    revenue: float  # million yuan a year
    assets: float  # million yuan
    sector: int
    founded: int  # months since January of year 0


def parse(text: str, sectors: int, start: str) -> list[Firm]:
    """The firms of a register, by staff; ValueError names the first line that is wrong.

    Parameters
    ----------
    text
        A line of names, ``HEADER``, and a line for each firm; all but staff may be empty.
    sectors
        Number of sectors, which are numbered from 0.
    start
        First month of the run, after which no firm is founded.

    """
    header, *lines = text.strip().splitlines() or [""]
    if header.strip() != HEADER:
        raise ValueError(f"line 1 is no header, allowed: {HEADER}")
    firms = [_firm(line, number, sectors, months.number(start)) for number, line in enumerate(lines, 2)]
    return sorted(firms, key=lambda firm: firm.staff)


def _firm(line: str, number: int, sectors: int, start: int) -> Firm:
    parts = [part.strip() for part in line.split(",")]
    try:
        staff, revenue, assets, sector, founded = parts
        firm = Firm(
            int(staff),
            float(revenue or "nan"),
            float(assets or "nan"),
            int(sector or UNKNOWN),
            months.number(founded) if founded else UNKNOWN,
        )
    except ValueError:
        raise ValueError(f"line {number} is no firm, allowed: {HEADER}") from None
    if not 1 <= firm.staff <= MOST_STAFF:
        raise ValueError(f"line {number} has {firm.staff} staff, allowed: from 1 to {MOST_STAFF}")
    if not all(math.isnan(it) or 0 < it < math.inf for it in (firm.revenue, firm.assets)):
        raise ValueError(f"line {number} has no positive revenue or assets, allowed: above 0, or empty")
    if not UNKNOWN <= firm.sector < sectors:
        raise ValueError(f"line {number} has sector {firm.sector}, allowed: from 0 to {sectors - 1}")
    if firm.founded >= start:
        raise ValueError(f"line {number} is founded in the run, allowed: before it")
    return firm
