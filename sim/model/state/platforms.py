"""Innovation platforms: members, and resources counted by kind and cell of knowledge."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from sim.declare import declared
from sim.parameters import Platform

PLATFORM_ROOT = 3  # parent of identities of platforms
CELLS = 27  # 3 x 3 x 3 cells of the space of knowledge
DOMESTIC, FOREIGN, USER = 0, 1, 2
KINDS = ("domestic", "foreign", "user")
# An own platform founded in the run: the declared defaults, closed to others and so without fee, pull and makers. The
# rules of adoption set its staff and its foreign experts.
_DEFAULTS: Any = {name: parameter.default for name, parameter in declared(Platform).items()}
OWN_PLATFORM = Platform(**_DEFAULTS)._replace(
    open_to_members=False, member_pull=0.0, fee=0.0, ideas_a_month=0.0, maker_fund=0.0
)


@dataclass
class PlatformState:
    """An innovation platform; resources are people or organisations counted by kind and cell of knowledge."""

    name: str
    index: int
    identity: int
    kind: str  # own, third-party
    host: int  # identity of the host, 0 for a third party
    opens: int  # month of launch
    open_to_members: bool
    fee: float  # million yuan a year
    services: float
    interface_staff: float
    fund: float  # million yuan left for makers
    closed: bool = False
    balance: float = 0.0  # what a third party's platform earned less what it cost, million yuan
    members_reviewed: int = 0  # members at the last review of the fee
    members: int = 0
    requests: int = 0
    answers: int = 0
    counts: Any = field(default_factory=lambda: np.zeros((len(KINDS), CELLS), np.int64))
    ready: Any = None  # part of them who look at questions, shape of ``counts``; None: all

    @property
    def resources(self) -> int:
        return int(self.counts.sum())

    @property
    def answering(self) -> Any:
        """Resources who look at questions, by kind and cell."""
        return self.counts if self.ready is None else np.rint(self.counts * self.ready)

    def close(self) -> None:
        """End the platform: nobody joins, serves or runs it any more."""
        self.closed, self.open_to_members = True, False
        self.interface_staff, self.fund, self.members, self.requests, self.answers = 0.0, 0.0, 0, 0, 0
        self.counts[:] = 0


@lru_cache(maxsize=256)
def own_platform(adoption: Any) -> Platform:
    """The parameters of an own platform founded in the run, under a month's rules of adoption."""
    return OWN_PLATFORM._replace(interface_staff=adoption.own_interface_staff, foreign_share=adoption.own_foreign_share)
