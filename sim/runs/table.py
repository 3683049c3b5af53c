"""The table of outcomes: replicates x months x outcomes, and its one Parquet form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from sim.declare import Outcome
from sim.runs.replicate import Cells

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Table:
    """Outcomes of some replicates.

    Attributes
    ----------
    replicates
        Numbers of the replicates.
    names, units
        Name and unit of each outcome.
    cells
        Values of shape (replicates, months, outcomes); month 0 is the first one simulated, NaN is no value.
    months
        Number of months.

    Examples
    --------
    >>> table = sim.run("shougang", replicates=3, months=12, workers=1, figures=False).table
    >>> table.of("startups").shape, table.unit("startups")
    ((3, 12), 'enterprises')
    """

    replicates: tuple[int, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    cells: Cells

    def __repr__(self) -> str:
        count, months, names = self.cells.shape
        return f"<Table of {count} replicates x {months} months x {names} outcomes>"

    @property
    def months(self) -> int:
        return int(self.cells.shape[1])

    def of(self, name: str) -> Cells:
        """One outcome, of shape (replicates, months)."""
        return self.cells[:, :, self.names.index(name)]

    def unit(self, name: str) -> str:
        """Unit of an outcome."""
        return self.units[self.names.index(name)]

    def only(self, replicates: Sequence[int]) -> Table:
        """The table of those of ``replicates`` that are in this one, in that order."""
        rows = {replicate: row for row, replicate in enumerate(self.replicates)}
        wanted = tuple(replicate for replicate in replicates if replicate in rows)
        if wanted == self.replicates:
            return self
        return Table(wanted, self.names, self.units, self.cells[[rows[replicate] for replicate in wanted]])

    def frame(self) -> DataFrame:
        """A row for each replicate and month as pandas: ``replicate``, ``month``, then the outcomes."""
        frame: DataFrame = _arrow(self, {}).to_pandas()
        return frame


def gather(parts: Mapping[int, Cells], outcomes: Mapping[str, Outcome], months: int) -> Table:
    """The table of replicates kept one by one, each months x outcomes."""
    numbers = tuple(sorted(parts))
    shape = (len(numbers), months, len(outcomes))
    cells = np.stack([parts[number] for number in numbers]) if numbers else np.empty(shape)
    return Table(numbers, tuple(outcomes), tuple(outcome.unit for outcome in outcomes.values()), cells)


def to_bytes(table: Table, about: Mapping[str, str]) -> bytes:
    """Parquet: the same table gives the same bytes. ``about`` goes into its metadata."""
    return to_parquet(_arrow(table, about), use_dictionary=False)


def to_parquet(table: pa.Table, *, use_dictionary: bool = True) -> bytes:
    """Parquet: the same table gives the same bytes."""
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd", use_dictionary=use_dictionary)
    return bytes(sink.getvalue())


def from_bytes(data: bytes) -> Table:
    """The table of Parquet bytes; ``ValueError`` where they are not one."""
    try:  # not read_table, which would import pandas
        read = parquet.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
        fields = [read.schema.field(number) for number in range(2, read.num_columns)]
        replicate, month = (_numbers(read, name) for name in ("replicate", "month"))
    except (pa.ArrowException, OSError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"not a table of outcomes: {error}") from None
    numbers = np.unique(replicate)
    months = len(month) // max(1, len(numbers))
    if not (
        np.array_equal(replicate, np.repeat(numbers, months))
        and np.array_equal(month, np.tile(np.arange(months), len(numbers)))
    ):
        raise ValueError("not a table of outcomes: replicate and month are not complete and sorted")
    columns = [_numbers(read, field.name).reshape(len(numbers), months) for field in fields]
    return Table(
        tuple(int(number) for number in numbers),
        tuple(field.name for field in fields),
        tuple((field.metadata or {}).get(b"unit", b"").decode() for field in fields),
        np.stack(columns, axis=2),
    )


def _arrow(table: Table, about: Mapping[str, str]) -> pa.Table:
    count, months, _ = table.cells.shape
    fields = [
        pa.field("replicate", pa.int64(), nullable=False, metadata={"unit": ""}),
        pa.field("month", pa.int64(), nullable=False, metadata={"unit": "months since the start"}),
    ]
    numbers = np.array(table.replicates, dtype=np.int64)
    months_of_all = np.tile(np.arange(months, dtype=np.int64), count)
    columns = [_column(np.repeat(numbers, months)), _column(months_of_all)]
    for index, (name, unit) in enumerate(zip(table.names, table.units, strict=True)):
        fields.append(pa.field(name, pa.float64(), nullable=False, metadata={"unit": unit}))
        columns.append(_column(table.cells[:, :, index].reshape(-1)))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=dict(about)))


# pa.array and to_numpy would import pandas, which takes longer than all the rest of an answer from what is there.


def _column(numbers: NDArray[Any]) -> pa.Array:
    whole = np.ascontiguousarray(numbers)
    return pa.Array.from_buffers(pa.from_numpy_dtype(whole.dtype), len(whole), [None, pa.py_buffer(whole)])


def _numbers(read: pa.Table, name: str) -> NDArray[Any]:
    chunks = read.column(name).chunks
    return np.concatenate([np.from_dlpack(chunk) for chunk in chunks]) if chunks else np.empty(0)
