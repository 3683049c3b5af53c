"""Of which version of the model stored figures are, in the words of documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sim.language import tr
from sim.version import __version__, sources_digest

# Hashes of the same worlds by version of the model, written by ``make same``; an installed package has none.
SAME_BYTES = Path(__file__).resolve().parents[3] / "docs" / "same-bytes.json"


def of_model(version: str | None) -> str:
    """The version of the model that made figures; says so where it is not the one that is here.

    >>> of_model("0.1.0+48f9f888298df8cf")
    'of an earlier version of the model: 0.1.0+48f9f888298df8cf'
    >>> of_model(None)
    'of an unknown version of the model'
    """
    if not version:
        return tr("of an unknown version of the model")
    if version.rpartition("+")[2] == sources_digest():
        return tr("of the model {version}", version=version)
    if gives_same_bytes(version, hashes_by_version()):
        return tr("of the model {version}, the bytes of which {own} gives too", version=version, own=_own())
    return tr("of an earlier version of the model: {version}", version=version)


def is_of_this_model(said: str) -> bool:
    """Whether the words of ``of_model``, in any language, name the version that is here."""
    return sources_digest() in said


def holds(version: str | None) -> bool:
    """Whether figures of a version hold for the one that is here: it is this one, or gives the same bytes."""
    return is_of_this_model(of_model(version))


def gives_same_bytes(version: str, hashes: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether the version that is here gives the same bytes in all worlds as another one.

    >>> own = f"{__version__}+{sources_digest()}"
    >>> gives_same_bytes("0.9", {"0.9": {"a": "1"}, own: {"a": "1"}})
    True
    >>> gives_same_bytes("0.9", {"0.9": {"a": "1", "b": "2"}, own: {"a": "1", "b": "3"}})
    False
    """
    own = hashes.get(_own())
    return bool(own) and hashes.get(version) == own


def hashes_by_version() -> dict[str, dict[str, str]]:
    """The hash of each world by version of the model; empty where none are kept."""
    if not SAME_BYTES.is_file():
        return {}
    found: dict[str, dict[str, str]] = json.loads(SAME_BYTES.read_text(encoding="utf-8"))
    return found


def _own() -> str:
    """The version that is here, without mechanisms of a user."""
    return f"{__version__}+{sources_digest()}"
