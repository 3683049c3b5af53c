"""The record of a followed world as bytes: a compressed ``npz`` of numpy, each column in the smallest type it fits."""

from __future__ import annotations

import io
import json
import zlib
from typing import Any

import numpy as np

from sim.runs.follow import Firms, Followed, Reached

_SMALL = (np.int8, np.int16, np.int32)


def to_bytes(record: Followed) -> bytes:
    """A record, compressed; equal records give equal bytes."""
    arrays = {"streams": record.streams}
    for part in (record.firms, record.reached):
        arrays |= {name: _narrow(column) for name, column in part._asdict().items() if name != "identity"}
    arrays["identity"], arrays["reached_identity"] = _narrow(record.firms.identity), _narrow(record.reached.identity)
    arrays["places"] = np.frombuffer(json.dumps(record.places).encode(), np.uint8)
    sink = io.BytesIO()
    np.savez(sink, **arrays)
    return zlib.compress(sink.getbuffer(), 1)


def from_bytes(data: bytes) -> Followed:
    """The record of some bytes."""
    with np.load(io.BytesIO(zlib.decompress(data)), allow_pickle=False) as arrays:
        firms = Firms(**{name: _wide(arrays[name]) for name in Firms._fields})
        names = {name: "reached_identity" if name == "identity" else name for name in Reached._fields}
        reached = Reached(**{name: _wide(arrays[key]) for name, key in names.items()})
        return Followed(arrays["streams"], firms, reached, tuple(json.loads(arrays["places"].tobytes())))


def _narrow(column: Any) -> Any:
    """The column in the smallest type of whole numbers that holds it."""
    if column.dtype == bool or not len(column):
        return column
    low, high = int(column.min()), int(column.max())
    return next((column.astype(it) for it in _SMALL if np.iinfo(it).min <= low and high <= np.iinfo(it).max), column)


def _wide(column: Any) -> Any:
    return column if column.dtype == bool else column.astype(np.int64)
