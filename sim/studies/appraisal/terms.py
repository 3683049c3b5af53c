"""From gross to net: what enterprises add in the world with a measure, less what they add without it, in exact parts.

A is the world without, B the world with, on one seed and with one opening population, so an enterprise is found in
both by its identity. A value is 0 where an enterprise is not there. On every seed the parts of a chain are whole
numbers that add up to B less A.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model.state.enterprises import CLASSES
from sim.runs.follow import Firms
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
AGES = ("incumbent", "newcomer")
GROUPS = tuple(f"{size}_{age}" for size in CLASSES for age in AGES)
NAMES = (
    *(f"{measure}.{term}" for measure in MEASURES for term in CHAIN),
    *(f"{measure}.net_{group}" for measure in ("jobs", "enterprises") for group in GROUPS),
    "treated", "treated_moved_in",
)  # fmt: skip


def chains(a: Firms, b: Firms, reached: Treated, without: Any) -> dict[str, int]:
    """The terms of ``NAMES``: people, enterprises and ticks of the worlds, unweighted.

    The treated are those of B; ``without`` has the identities of those who are in the same place in A, such as tenants
    of a site who would be there without a subsidy, and the others are brought in.
    """
    identity = np.union1d(a.identity, b.identity)
    in_a, in_b = np.searchsorted(identity, a.identity), np.searchsorted(identity, b.identity)

    def spread(values: Any, places: Any) -> Any:
        column = np.zeros(len(identity), np.asarray(values).dtype)
        column[places] = values
        return column

    seen_a, seen_b = spread(np.ones(len(in_a), bool), in_a), spread(np.ones(len(in_b), bool), in_b)
    runs_a, runs_b = spread(a.operating, in_a) > 0, spread(b.operating, in_b) > 0
    in_p = np.searchsorted(identity, reached.identity)
    treated, moved = spread(np.ones(len(in_p), bool), in_p), spread(reached.moved, in_p)
    brought = treated & ~np.isin(identity, without)
    kinds = {
        "founded": ~seen_a,
        "unfounded": ~seen_b,
        "survived": seen_a & seen_b & runs_b & ~runs_a,
        "died": seen_a & seen_b & runs_a & ~runs_b,
        "grew": seen_a & seen_b & (runs_a == runs_b),
    }
    size = np.where(seen_a, spread(a.size_class, in_a), spread(b.size_class, in_b))
    newcomer = np.where(seen_a, spread(a.newcomer, in_a), spread(b.newcomer, in_b))
    found: dict[str, int] = {}
    for measure, name in zip(MEASURES, ("jobs", "operating", "value_added", "taxes"), strict=True):
        x_a, x_b = spread(getattr(a, name), in_a), spread(getattr(b, name), in_b)
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
                rows = (size == code // len(AGES)) & (newcomer == bool(code % len(AGES)))
                found[f"{measure}.net_{group}"] = int(change[rows].sum())
    return found | {"treated": int(treated.sum()), "treated_moved_in": int((treated & moved).sum())}
