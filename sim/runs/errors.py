"""What can be wrong with results, for those who ask."""

from __future__ import annotations


class ResultError(ValueError):
    """A folder that holds no result that can be trusted."""


class Incompatible(ValueError):
    """Results that cannot be compared, with the reason."""
