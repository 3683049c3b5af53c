"""Who loses the sales that the treated gain, by where they sell, whether in the same sectors, class and age.

By difference of two worlds on one seed, which is exact: sales are booked to each enterprise. The model has no record
of it, and could have none: a sector's enterprises sell by the pull of all of them, so that no sale changes hands.
"""

from __future__ import annotations

import numpy as np

from sim.language import later
from sim.studies.appraisal.paired import GROUPS, Paired

SALES = {"sales_home": later("at home"), "sales_abroad": later("abroad")}
# Others: in sectors in which the treated sell more with the measure than without, and in all other sectors.
SAME, OTHER = "same", "other"
_WHO = ("treated", *(f"{sector}_{group}" for sector in (SAME, OTHER) for group in GROUPS))
SELLERS = tuple(f"{name}.{who}" for name in SALES for who in _WHO)


def sellers(both: Paired) -> dict[str, int]:
    """The terms of ``SELLERS`` in ticks: changes, which add up to that of all sales in each seed."""
    changes = {name: with_it - without for name, (without, with_it) in ((it, both.of(it)) for it in SALES)}
    gained = np.zeros(int(both.sector.max(initial=0)) + 1, np.int64)
    np.add.at(gained, both.sector[both.treated], sum(changes.values())[both.treated])
    same = gained[both.sector] > 0
    found = {}
    for name, change in changes.items():
        found[f"{name}.treated"] = int(change[both.treated].sum())
        for sector, rows in ((SAME, ~both.treated & same), (OTHER, ~both.treated & ~same)):
            for code, group in enumerate(GROUPS):
                found[f"{name}.{sector}_{group}"] = int(change[rows & (both.group == code)].sum())
    return found
