"""The outcomes of a result in long format, and as a dataset with dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.runs.table import Table
from sim.scenario import Fault, Scenario, ScenarioError
from sim.scenario.keys import meant

if TYPE_CHECKING:
    from pandas import DataFrame


def tidy(table: Table, seeds: Sequence[int], scenario: Scenario, outcomes: Sequence[str] | None) -> DataFrame:
    """A row for each replicate, month and outcome, in this order; words are categories, which take little memory."""
    from pandas import Categorical, DataFrame, Index

    names = _known(table, outcomes)
    count, months = len(table.replicates), table.months
    dates = [scenario.calendar(month) for month in range(months)]
    units = [table.unit(name) for name in names]
    kinds = list(dict.fromkeys(units))
    each = np.arange(count * months * len(names))
    outcome, month, replicate = each % len(names), each // len(names) % months, each // (len(names) * months)
    places = [table.names.index(name) for name in names]
    return DataFrame(
        {
            "replicate": np.array(table.replicates, np.int64)[replicate],
            "seed": np.array(seeds, np.int64)[replicate],
            "month": month,
            "date": Categorical.from_codes(month, Index(dates)),
            "outcome": Categorical.from_codes(outcome, Index(names)),
            "value": table.cells[:, :, places].reshape(-1),
            "unit": Categorical.from_codes(np.array([kinds.index(unit) for unit in units])[outcome], Index(kinds)),
        }
    )


def dataset(table: Table, seeds: Sequence[int], scenario: Scenario, outcomes: Sequence[str] | None) -> Any:
    """An ``xarray.Dataset``: a variable for each outcome over replicate and month."""
    names = _known(table, outcomes)
    frame = table.frame().set_index(["replicate", "month"])[names]
    made: Any = frame.to_xarray()  # pandas imports xarray, and says how to install it where it is not there
    made = made.assign_coords(
        seed=("replicate", list(seeds)), date=("month", [scenario.calendar(month) for month in range(table.months)])
    )
    for name in names:
        known = scenario.catalogue.outcomes.get(name)
        made[name].attrs = {"units": table.unit(name), "long_name": known.meaning if known else name}
    return made


def _known(table: Table, outcomes: Sequence[str] | None) -> list[str]:
    """The outcomes asked for; ScenarioError with each that the table has not."""
    asked = list(dict.fromkeys(table.names if outcomes is None else outcomes))
    if wrong := [name for name in asked if name not in table.names]:
        raise ScenarioError(Fault("outcomes", 0, it, f"is no outcome, {meant(it, table.names)}") for it in wrong)
    return asked
