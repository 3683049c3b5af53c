"""Idle sites: floor, tenants, money, taxes and rule of admission of each; matches of enterprises with places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.kernel import draws
from sim.kernel.compiled import compiled
from sim.kernel.draws import block
from sim.kernel.types import typed

SITE_ROOT = 4  # parent of identities of sites

match = block("letting", 1, "site", "outside", number=38)


@compiled
def lasting_match(seed: int, identity: int, site: int) -> tuple[float, float]:
    """Matches of an enterprise or a founder with a site, and with one place outside: Gumbel, the same in all months."""
    return draws.gumbel(match(seed, identity, site).site), draws.gumbel(match(seed, identity, 0).outside)


@typed
class Admission(NamedTuple):
    """Whom a site admits."""

    least_talent: float  # people
    least_staff: float
    most_staff: float
    oldest: float  # months
    first_sector: int
    last_sector: int


@compiled
def is_admissible(staff: float, talent: float, age: int, sector: int, rule: Admission) -> bool:
    """Whether a site's rule admits an enterprise of this staff, skilled staff, age (months) and sector."""
    return (
        talent >= rule.least_talent
        and rule.least_staff <= staff <= rule.most_staff
        and age <= rule.oldest
        and rule.first_sector <= sector <= rule.last_sector
    )


EVERYONE = Admission(0.0, 0.0, 1e9, 1e9, 0, 127)


def admission_of(rules: Any) -> Admission:
    """The rule of admission among the parameters of a site."""
    return Admission(*[getattr(rules, name) for name in Admission._fields])


class Charge(NamedTuple):
    """What a site's tenants pay (million yuan a m2 and year)."""

    rent: float  # posted
    utilities: float
    subsidy: float  # what the public pays of the rent

    @property
    def net(self) -> float:
        return self.rent - self.subsidy + self.utilities


@dataclass
class SiteState:
    """An idle site. Floor is in whole m2; idle + renovated = floor, renovated = vacant + let.

    In a nation's sample a tenant represents ``weight`` real ones, and so does a m2 of its floor.
    """

    name: str
    index: int
    identity: int
    vacated: int  # month
    opens: int  # month
    floor: int
    rent: float  # posted, million yuan a m2 and year
    fund: float  # million yuan left for tenants
    fund_paid_in: float  # million yuan paid into the fund so far
    tightness: float = 1.0  # posted rent over the owner's
    relocated: bool = False
    idle: int = 0
    renovated: int = 0
    let: int = 0
    buildings: int = 0  # renovated so far
    work: float = 0.0  # million yuan spent on the building under renovation
    admission: float = 1.0  # share of applicants admitted, posted
    tenants: int = 0
    admitted: int = 0
    admitted_newborn: int = 0
    jobs: int = 0
    taxes: int = 0  # ticks since opening
    taxes_year: list[int] = field(default_factory=lambda: [0] * 12)  # ticks in each of the last 12 months

    @property
    def vacant(self) -> int:
        return self.renovated - self.let

    @property
    def occupancy(self) -> float:
        return self.let / self.renovated if self.renovated else 0.0
