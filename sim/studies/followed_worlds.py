"""The worlds of a study of mixes: the outcomes of the last month and, where money counts, what an appraisal needs.

The base month to which values are discounted is the first in which a mix's worlds differ from those without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim.declare import Value
from sim.runs.batch import Run
from sim.runs.options import RunOptions
from sim.runs.record_bytes import from_bytes
from sim.runs.replicate import Cells, Model, run_checked, run_recorded_checked
from sim.runs.store import Rows, Store
from sim.runs.table import to_parquet
from sim.scenario import Scenario
from sim.studies.appraisal.totals import kept_totals, totals_width
from sim.studies.points import Point
from sim.studies.worlds import StoredWorlds

MIXES = "mixes-worlds.parquet"
_FOLLOWED, _PLAIN = "followed", "plain"


class FollowedWorlds(StoredWorlds):
    """Worlds whose rows are the outcomes of the last month; with ``followed`` also ``kept_totals``."""

    def __init__(
        self, base: Scenario, model: Model, store: Store, options: RunOptions, *, followed: bool, expected: int,
        smaller: str,
    ) -> None:  # fmt: skip
        self.outcomes = tuple(model.outcomes)
        self.followed = followed
        width = len(self.outcomes) + (totals_width(base.months) if followed else 0)
        super().__init__(
            base, model, store, options, table=MIXES, width=width, expected=expected, smaller=smaller
        )  # fmt: skip

    def parquet(self) -> bytes:
        order = sorted(self._used)
        cells = np.array([self._rows[it] for it in order]).reshape(len(order), self._width)
        columns: dict[str, Any] = {
            "digest": pa.array([it[0] for it in order], pa.string()),
            "replicate": pa.array([it[1] for it in order], pa.int64()),
            "numbers": pa.FixedSizeListArray.from_arrays(pa.array(cells.ravel()), self._width),
        }
        table = pa.table(columns).replace_schema_metadata({"numbers": self._numbers})
        return to_parquet(table, use_dictionary=False)

    @property
    def _numbers(self) -> str:
        """What a row holds, in words: two tables with the same words have the same rows."""
        return " ".join([_FOLLOWED if self.followed else _PLAIN, str(self._width), *self.outcomes])

    def _rows_of(self, data: bytes) -> Rows:
        table = parquet.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
        if (table.schema.metadata or {}).get(b"numbers", b"").decode() != self._numbers:
            return {}
        cells = table.column("numbers").combine_chunks().flatten().to_numpy().reshape(-1, self._width)
        keys = zip(table.column("digest").to_pylist(), table.column("replicate").to_pylist(), strict=True)
        return dict(zip(keys, cells, strict=True))

    def _read(self) -> tuple[Callable[..., Cells], Run, tuple[Any, ...]]:
        if not self.followed:
            return _read_plain, self._model.run, (len(self.outcomes),)
        assert self._model.recorded is not None, self._model.version
        return _read_followed, self._model.recorded, (len(self.outcomes),)


def _read_plain(base: Scenario, changes: Mapping[str, Value], seed: int, run: Any, outcomes: int) -> Cells:
    scenario = Point(base, changes).scenario
    return run_checked(run, scenario, seed, scenario.months, outcomes)[-1].copy()


def _read_followed(base: Scenario, changes: Mapping[str, Value], seed: int, recorded: Any, outcomes: int) -> Cells:
    scenario = Point(base, changes).scenario
    cells, record = run_recorded_checked(recorded, scenario, seed, scenario.months, outcomes)
    return np.concatenate([cells[-1], kept_totals(from_bytes(record))])
