"""Of which version of the model stored figures are, in the words of documents."""

from __future__ import annotations

from sim.language import tr
from sim.version import sources_digest


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
    return tr("of an earlier version of the model: {version}", version=version)


def is_of_this_model(said: str) -> bool:
    """Whether the words of ``of_model``, in any language, name the version that is here."""
    return sources_digest() in said
