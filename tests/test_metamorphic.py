"""What must not matter does not: in which years a world is, and in which unit its money is counted.

That all outcomes are the same at any scale is in ``test_scale``. Sectors cannot be renamed: they are numbers on a
circle of knowledge, and the luck of a sector is drawn by its number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import run, town

from sim.scenario import Scenario, Schedule

pytestmark = pytest.mark.once  # of compiled worlds
MONTHS = 14  # with a December and its income tax
QUIET = {
    f"levers__{name}": 0.0
    for name in ("talent_supply", "knowledge_programme", "entry_cost_cut", "rent_subsidy", "conversion_grant",
                 "tax_relief", "platform_support", "demand", "finance")
}  # fmt: skip


def cells(settings: Scenario, seed: int = 3) -> Any:
    return run(settings, MONTHS, seed).record.cells()


def test_a_world_some_years_later_is_the_same() -> None:
    """Without dated levers and rules the same world begins in another year, to the bit."""
    here = town(**QUIET)
    later = {
        key.replace(".", "__"): f"{int(value[:4]) + 7}{value[4:]}"
        for key, value in here.values.items()
        if isinstance(value, str) and value.startswith("201")
    }
    assert {"run__start", "sites__mill__opens"} <= set(later)
    assert not [key for key, value in here.values.items() if isinstance(value, Schedule)]
    np.testing.assert_array_equal(cells(here), cells(town(**QUIET, **later)))
    moved = town(**QUIET, **later | {"sites__mill__opens": "2018-05"})
    assert not np.array_equal(cells(here), cells(moved), equal_nan=True)  # the control


def test_money_in_another_unit_changes_no_people() -> None:
    """All amounts of money twice as large: the same people in the same places, and twice the money.

    For half a year, as books are kept in whole yuan: then one firm's cash is rounded to the other side of a threshold.
    """
    here = town(**QUIET)
    twice: dict[str, Any] = {}
    for key, value in here.values.items():
        group, _, rest = key.partition(".")
        pattern = f"{group}.NAME.{rest.rpartition('.')[2]}" if group in ("platforms", "sites") else key
        declared = here.catalogue.declaration(pattern)
        if declared is None or "million yuan" not in declared.unit or not isinstance(value, float):
            continue
        twice[key.replace(".", "__")] = value / 2 if " per million yuan" in declared.unit else value * 2
    assert len(twice) > 40
    outcomes = here.catalogue.outcomes
    old, new = (run(it, 6, 3).record.cells() for it in (here, town(**QUIET | twice)))
    for place, (name, outcome) in enumerate(outcomes.items()):
        factor = 2.0 if "yuan" in outcome.unit and "per million yuan" not in outcome.unit else 1.0
        factor = 0.5 if name == "energy_intensity" else factor
        np.testing.assert_allclose(new[:, place], factor * old[:, place], rtol=1e-4, atol=1e-3, err_msg=name)
