"""What can be wrong with results, for those who ask."""

from __future__ import annotations


class ResultError(ValueError):
    """A folder that holds no result that can be trusted."""


class NothingRan(ResultError):
    """A result of which every replicate failed."""


class Incompatible(ValueError):
    """Results that cannot be compared, with the reason."""


class NoRecords(ValueError):
    """Results without the records that an appraisal needs; ``command`` makes them."""

    def __init__(self, reason: str, command: str) -> None:
        super().__init__(f"{reason}: {command}")
        self.reason, self.command = reason, command


class WrongAddress(ValueError):
    """What cannot be asked of a cluster, or no address of one."""


class WrongEnvironment(ValueError):
    """A variable of the environment with a value that it cannot have."""


class ClusterError(ConnectionError):
    """A cluster that cannot be used: no scheduler answers, it went away, or no worker has this model."""


class TooLarge(ValueError):
    """Runs that are estimated to take longer than is allowed."""
