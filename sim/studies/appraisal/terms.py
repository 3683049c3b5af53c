"""From gross to net: what enterprises add in the world with a measure, less what they add without it, in exact parts.

A is the world without, B the world with, on one seed and with one opening population, so an enterprise is found in
both by its identity. A value is 0 where an enterprise is not there. On every seed the parts of a chain are whole
numbers that add up to B less A.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.runs.follow import Firms
from sim.studies.appraisal.paired import GROUPS, Paired
from sim.studies.appraisal.payers import PAYERS, payers
from sim.studies.appraisal.sellers import SELLERS, sellers
from sim.studies.appraisal.treated import Treated

# What is appraised, and its unit once weighted.
MEASURES = {"jobs": "people", "enterprises": "enterprises", "value_added": "million yuan", "taxes": "million yuan"}
MONEY = ("value_added", "taxes")
CHANGES = ("founded", "survived", "grew", "died", "unfounded")
# Terms of a chain: direct are parts of the treated's change, others of that of all others.
CHAIN = (
    "without", "with", "gross", "brought_in", "moved_in", "there_anyway", *(f"direct_{name}" for name in CHANGES),
    *(f"others_{name}" for name in CHANGES), "largest",
)  # fmt: skip
NAMES = (
    *(f"{measure}.{term}" for measure in MEASURES for term in CHAIN),
    *(f"{measure}.net_{group}" for measure in ("jobs", "enterprises") for group in GROUPS),
    *PAYERS, *SELLERS, "treated", "treated_moved_in",
)  # fmt: skip


def chains(a: Firms, b: Firms, reached: Treated, without: Any) -> dict[str, int]:
    """The terms of ``NAMES``: people, enterprises and ticks of the worlds, unweighted.

    The treated are those of B; ``without`` has the identities of those who are in the same place in A, such as tenants
    of a site who would be there without a subsidy, and the others are brought in.
    """
    both = Paired(a, b, reached)
    treated, moved, seen_a, seen_b = both.treated, both.moved, both.seen_a, both.seen_b
    (runs_a, runs_b), brought = both.of("operating"), treated & ~np.isin(both.identity, without)
    runs_a, runs_b = runs_a > 0, runs_b > 0
    kinds = {
        "founded": ~seen_a,
        "unfounded": ~seen_b,
        "survived": seen_a & seen_b & runs_b & ~runs_a,
        "died": seen_a & seen_b & runs_a & ~runs_b,
        "grew": seen_a & seen_b & (runs_a == runs_b),
    }
    found: dict[str, int] = {}
    for measure, name in zip(MEASURES, ("jobs", "operating", "value_added", "taxes"), strict=True):
        x_a, x_b = both.of(name)
        change = x_b - x_a
        terms = {
            "without": x_a.sum(),
            "with": x_b.sum(),
            "gross": x_b[treated].sum(),
            "brought_in": x_b[brought].sum(),
            "moved_in": x_a[treated & moved].sum(),
            "there_anyway": x_a[treated & ~moved].sum(),
            **{f"direct_{kind}": change[treated & rows].sum() for kind, rows in kinds.items()},
            **{f"others_{kind}": change[~treated & rows].sum() for kind, rows in kinds.items()},
            "largest": change[np.argmax(np.abs(change))] if len(change) else 0,
        }
        found |= {f"{measure}.{term}": int(value) for term, value in terms.items()}
        if measure not in MONEY:
            for code, group in enumerate(GROUPS):
                found[f"{measure}.net_{group}"] = int(change[both.group == code].sum())
    found |= payers(both) | sellers(both)
    return found | {"treated": int(treated.sum()), "treated_moved_in": int((treated & moved).sum())}
