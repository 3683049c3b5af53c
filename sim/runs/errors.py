"""What can be wrong with results, for those who ask."""

from __future__ import annotations


class ResultError(ValueError):
    """A folder that holds no result that can be trusted."""


class NothingRan(ResultError):
    """A result of which every replicate failed."""


class Incompatible(ValueError):
    """Results that cannot be compared, with the reason."""


class WrongAddress(ValueError):
    """What cannot be asked of a cluster, or no address of one."""


class ClusterError(ConnectionError):
    """A cluster that cannot be used: no scheduler answers, it went away, or no worker has this model."""


class TooLarge(ValueError):
    """Runs that are estimated to take longer than is allowed."""
