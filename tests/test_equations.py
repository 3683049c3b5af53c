"""Each equation has the sign and the size that hand arithmetic gives it, and a changed one is seen."""

from __future__ import annotations

import pytest
from command import plain_python
from soak.mutants import MECHANISMS, mutants, survivors

pytestmark = pytest.mark.once  # arithmetic is the same on every interpreter


def test_equations_are_as_hand_arithmetic_has_them() -> None:
    assert plain_python("import json, equations; print(json.dumps(equations.wrong()))") == []


def test_mutants_that_once_survived_are_killed() -> None:
    """A lever's sign, utilities booked to the wrong side, a fee of a quarter: each is seen by hand arithmetic."""
    wanted = {
        "demand.py": "1.0 + levers.demand -> 1.0 - levers.demand",
        "letting.py": "-rents.utilities[r.site[i]] -> +rents.utilities[r.site[i]]",
        "adoption.py": "-fees.yearly[r.platform[i]] / 12.0 -> -fees.yearly[r.platform[i]] * 12.0",
    }
    chosen = [
        it
        for name, change in wanted.items()
        for it in mutants(MECHANISMS / name)
        if f"{it.before} -> {it.after}" == change
    ]
    assert len(chosen) == len(wanted)
    assert survivors(chosen) == []
