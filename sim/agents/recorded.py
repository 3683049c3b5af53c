"""The outcomes of a world as Mesa's runners and pages expect them: a data collector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.model.record.reading import Record


class RecordedOutcomes(mesa.DataCollector):  # type: ignore[misc]
    """What the model records anyway, each month: there is nothing to collect.

    ``model.datacollector`` may be replaced by a ``mesa.DataCollector`` with reporters of one's own.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        super().__init__()

    @property
    def model_vars(self) -> dict[str, list[float]]:
        """A value a month of every outcome, by name."""
        return {name: self._record[name] for name in self._record}

    @model_vars.setter
    def model_vars(self, value: Any) -> None:
        """Mesa begins with none."""

    @property
    def _collection_steps(self) -> list[int]:
        """Mesa from 3.5 on: the step after which each value was collected."""
        return list(range(1, 1 + len(next(iter(self.model_vars.values()), ()))))

    @_collection_steps.setter
    def _collection_steps(self, value: Any) -> None:
        """Mesa begins with none."""

    def collect(self, model: Any) -> None:
        """Nothing: the model records at the end of every step."""

    def get_model_vars_dataframe(self) -> DataFrame:
        """A row for each month, a column for each outcome."""
        from pandas import DataFrame

        return DataFrame(self.model_vars)
