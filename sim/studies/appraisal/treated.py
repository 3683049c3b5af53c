"""Who is treated: the enterprises that a policy, platform or site reaches, by the keys in which two scenarios differ.

Of a difference of assumption nobody is treated, so it has no chain from gross to net and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.state.enterprises import OPERATING
from sim.runs.errors import Incompatible
from sim.studies.changes import changes

if TYPE_CHECKING:
    from sim.model.state.world import World
    from sim.scenario import Scenario

# Kinds of treatment.
SITE, TENANTS, PLATFORM, MEMBERS, FOUNDED, RELIEF, TICKET = (
    "site", "tenants", "platform", "members", "founded", "relief", "ticket",
)  # fmt: skip
# Who is treated, in words.
WORDS = {
    SITE: "tenants", TENANTS: "tenants", PLATFORM: "members", MEMBERS: "members", FOUNDED: "firms founded",
    RELIEF: "firms with relief", TICKET: "firms financed",
}  # fmt: skip

LEVERS: Mapping[str, str] = {
    "levers.rent_subsidy": TENANTS,
    "levers.conversion_grant": TENANTS,
    "levers.platform_support": MEMBERS,
    "levers.entry_cost_cut": FOUNDED,
    "levers.tax_relief": RELIEF,
    "levers.finance": TICKET,
}
# Levers of which no single enterprise can be said to be treated, with their prices.
UNTREATED = frozenset(
    {
        "levers.talent_supply",
        "levers.talent_cost",
        "levers.knowledge_programme",
        "levers.knowledge_programme_cost",
        "levers.demand",
    }
)
# Levers for which the model charges nobody.
FREE = frozenset({"levers.entry_cost_cut", "levers.finance", "levers.demand"})
# What nobody decides about a site or a platform that is in both scenarios.
ASSUMED = frozenset(
    {
        "sites.conversion_cost",
        "sites.conversion_log_sd",
        "sites.neighbours",
        "sites.utilities",
        "platforms.contacts_per_staff",
        "platforms.campaign_log_sd",
        "platforms.member_pull",
        "platforms.lifetime",
        "platforms.foreign_share",
        "platforms.user_share",
        "platforms.ideas_a_month",
    }
)


@dataclass(frozen=True)
class Treatment:
    """One kind of treatment: at a named site or platform, or by the key of a lever that differs."""

    kind: str
    name: str


def treatments(first: Scenario, second: Scenario) -> tuple[Treatment, ...]:
    """How the second scenario treats enterprises that the first does not, in order of declaration.

    ``Incompatible`` where a key differs that is no policy, platform or site, or where nothing differs.
    """
    found: dict[Treatment, None] = {}
    refused = []
    changed = changes(first, second)
    for key in (it.key for it in changed):
        group, _, rest = key.partition(".")
        name, _, leaf = rest.rpartition(".")
        if key in LEVERS:
            found[Treatment(LEVERS[key], key)] = None
        elif key in UNTREATED:
            continue
        elif group in ("sites", "platforms") and not (_in_both(key, first, second) and f"{group}.{leaf}" in ASSUMED):
            found[Treatment(SITE if group == "sites" else PLATFORM, name)] = None
        else:
            refused.append(key)
    if refused:
        more = f" and {len(refused) - 5} more" if len(refused) > 5 else ""
        raise Incompatible(
            f"{first.name} and {second.name} differ in {', '.join(refused[:5])}{more}: an assumption is no measure, "
            "so nobody is treated and there is no chain from gross to net, allowed: a difference in levers, platforms "
            "or sites only (of assumptions: sim what-if, sim explain)"
        )
    if not changed:
        raise Incompatible(f"{first.name} and {second.name} say the same: there is nothing to appraise")
    return tuple(found)


def _in_both(key: str, first: Scenario, second: Scenario) -> bool:
    return key in first.values and key in second.values


class Treated:
    """Marks the rows that a world's treatments reach, mechanism by mechanism; ``other`` is the scenario without."""

    def __init__(self, chosen: tuple[Treatment, ...], other: Scenario) -> None:
        self._of: dict[str, list[str]] = {}
        for it in chosen:
            self._of.setdefault(it.kind, []).append(it.name)
        self._other = other
        self._funded: Any = None

    def rows(self, mechanism: str, world: World, paid: Any) -> Any:
        """Mask of the rows treated by a mechanism of this month; ``paid`` are the taxes that it booked, or None."""
        table, kinds = world.enterprises, self._of
        found = np.zeros(table.size, bool)
        if mechanism == "letting" and (SITE in kinds or self._acts(TENANTS, world)):
            found |= _at(table.site, [it.index for it in world.sites if it.name in kinds.get(SITE, ())])
            if self._acts(TENANTS, world):
                found |= table.site >= 0
        elif mechanism in ("adoption", "newborns") and (PLATFORM in kinds or self._acts(MEMBERS, world)):
            found |= _at(table.platform, [it.index for it in world.platforms if it.name in kinds.get(PLATFORM, ())])
            if self._acts(MEMBERS, world):
                found |= table.platform >= 0
        if mechanism == "newborns" and self._acts(FOUNDED, world):
            found |= table.alive & (table.born == world.month)
        if mechanism == "taxes" and self._acts(RELIEF, world):
            rules = world.rules("taxes")
            young = (table.status == OPERATING) & (world.month - table.started < rules.young)
            found |= young & ((paid != 0) | (table.revenue > rules.exempt))
        if mechanism == "finance" and self._funded is not None and self._acts(TICKET, world):
            found |= (table.funded != 0) & (self._funded == 0) & table.alive
        if TICKET in kinds:
            self._funded = table.funded.copy()
        return found

    def _acts(self, kind: str, world: World) -> bool:
        """Whether a lever of this kind has another value than without it in this month."""
        return any(
            getattr(world.group("levers"), key.rpartition(".")[2])
            != getattr(self._other.group("levers", world.month), key.rpartition(".")[2])
            for key in self._of.get(kind, ())
        )


def _at(places: Any, chosen: list[int]) -> Any:
    """Mask of the rows at one of the chosen places."""
    return np.isin(places, chosen) if chosen else np.zeros(len(places), bool)
