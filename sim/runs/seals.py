"""JSON that holds a digest of itself, so that a change of any byte of it is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_SEAL = "seal"


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def to_json(document: Mapping[str, Any]) -> bytes:
    try:
        return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # the name of a file in bytes that are no UTF-8
        return (json.dumps(document, indent=1) + "\n").encode()


def sealed(document: Mapping[str, Any]) -> bytes:
    """A document as JSON, with its own digest in it."""
    return to_json({**document, _SEAL: _seal_of(document)})


def unsealed(data: bytes) -> dict[str, Any]:
    """What ``sealed`` was given; empty where its digest says that it was changed."""
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):  # the second: of lists within lists, thousands deep
        return {}
    seal = read.pop(_SEAL, None) if isinstance(read, dict) else None
    return read if seal is not None and seal == _seal_of(read) else {}


def is_whole(data: bytes) -> bool:
    """Whether these are the very bytes that ``sealed`` wrote."""
    read = unsealed(data)
    return bool(read) and sealed(read) == data


def _seal_of(document: Mapping[str, Any]) -> str:
    return digest_of(to_json({name: value for name, value in document.items() if name != _SEAL}))
