"""Of which version of the model stored figures are, in the words of documents."""

from __future__ import annotations

from sim.version import sources_digest


def of_model(version: str | None) -> str:
    """The version of the model that made figures; says so where it is not the one that is here.

    >>> of_model("0.1.0+48f9f888298df8cf")
    'of an earlier version of the model: 0.1.0+48f9f888298df8cf'
    >>> of_model(None)
    'of an unknown version of the model'
    """
    if not version:
        return "of an unknown version of the model"
    if version.rpartition("+")[2] == sources_digest():
        return f"of the model {version}"
    return f"of an earlier version of the model: {version}"
