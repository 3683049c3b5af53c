"""Records of followed worlds, kept with a result: one file for each replicate in its folder ``records``.

A file is the SHA-256 digest (32 bytes) of the rest, then the digest of the request, the format and the bytes of the
record. A record of another format counts as none, so that its world runs again where a record is wanted.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sim.disk import write_whole
from sim.runs.follow import Followed
from sim.runs.record_bytes import from_bytes
from sim.runs.store import RECORDS

_DIGEST = 32  # bytes
_FORMAT = "/2"  # with sectors, sales, and taxes by kind


def write_record(folder: Path, replicate: int, request: str, data: bytes) -> None:
    """Keep the record of a replicate in a result's folder."""
    body = f"{request}{_FORMAT}".encode() + data
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
    body, head = data[_DIGEST:], f"{request}{_FORMAT}".encode()
    whole = hashlib.sha256(body).digest() == data[:_DIGEST] and body.startswith(head)
    return body[len(head) :] if whole else b""


def _file(folder: Path, replicate: int) -> Path:
    return folder / RECORDS / f"{replicate}.world"
