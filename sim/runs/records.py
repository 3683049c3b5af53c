"""Records of followed worlds, kept with a result: one file for each replicate in its folder ``records``.

A file is the SHA-256 digest (32 bytes) of the rest, then the digest of the request and a compressed ``npz``.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from sim.runs.follow import Firms, Followed, Reached
from sim.runs.store import RECORDS, write_whole

_DIGEST = 32  # bytes
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


def write_record(folder: Path, replicate: int, request: str, data: bytes) -> None:
    """Keep the record of a replicate in a result's folder."""
    body = request.encode() + data
    write_whole(_file(folder, replicate), hashlib.sha256(body).digest() + body)


def read_record(folder: Path, replicate: int, request: str) -> Followed | None:
    """The record of a replicate; None where there is none, it is damaged, or it is of another request."""
    data = _intact(folder, replicate, request)
    return from_bytes(data) if data else None


def has_record(folder: Path, replicate: int, request: str) -> bool:
    """Whether the record of a replicate can be read."""
    return bool(_intact(folder, replicate, request))


def _intact(folder: Path, replicate: int, request: str) -> bytes:
    """The bytes of a record; empty where there is no intact one of the request."""
    try:
        data = _file(folder, replicate).read_bytes()
    except OSError:
        return b""
    body, head = data[_DIGEST:], request.encode()
    whole = hashlib.sha256(body).digest() == data[:_DIGEST] and body.startswith(head)
    return body[len(head) :] if whole else b""


def _file(folder: Path, replicate: int) -> Path:
    return folder / RECORDS / f"{replicate}.world"


def _narrow(column: Any) -> Any:
    """The column in the smallest type of whole numbers that holds it."""
    if column.dtype == bool or not len(column):
        return column
    low, high = int(column.min()), int(column.max())
    return next((column.astype(it) for it in _SMALL if np.iinfo(it).min <= low and high <= np.iinfo(it).max), column)


def _wide(column: Any) -> Any:
    return column if column.dtype == bool else column.astype(np.int64)
