"""Who is treated: the enterprises that a policy, platform or site reaches, by the keys in which two scenarios differ.

Of a difference of assumption nobody is treated, so it has no chain from gross to net and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.language import later
from sim.runs.errors import Incompatible
from sim.runs.follow import FOUNDED as BY_FOUNDING
from sim.runs.follow import MEMBER, MOVED, TENANT, Followed
from sim.runs.follow import RELIEF as BY_RELIEF
from sim.runs.follow import TICKET as BY_TICKET
from sim.studies.changes import changes

if TYPE_CHECKING:
    from sim.scenario import Scenario

# Kinds of treatment.
SITE, TENANTS, PLATFORM, MEMBERS, FOUNDED, RELIEF, TICKET = (
    "site", "tenants", "platform", "members", "founded", "relief", "ticket",
)  # fmt: skip
# Who is treated, in words.
WORDS = {
    SITE: later("tenants"), TENANTS: later("tenants"), PLATFORM: later("members"), MEMBERS: later("members"),
    FOUNDED: later("firms founded"), RELIEF: later("firms with relief"), TICKET: later("firms financed"),
}  # fmt: skip
# How each kind reaches an enterprise in a record.
_KINDS = {
    SITE: TENANT, TENANTS: TENANT, PLATFORM: MEMBER, MEMBERS: MEMBER, FOUNDED: BY_FOUNDING, RELIEF: BY_RELIEF,
    TICKET: BY_TICKET,
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
        "levers.demand_sector",
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
    """One kind of treatment: at a named site or platform, or by the key of a lever that differs.

    Attributes
    ----------
    kind
        ``"site"``, ``"tenants"``, ``"platform"``, ``"members"``, ``"founded"``, ``"relief"`` or ``"ticket"``.
    name
        Name of the site or platform, or key of the lever.
    """

    kind: str
    name: str


def treatments(first: Scenario, second: Scenario) -> tuple[Treatment, ...]:
    """How the second scenario treats enterprises that the first does not, in order of declaration.

    ``Incompatible`` where a key differs that is no policy, platform or site, or where nothing differs.
    """
    measures, refused = of_measures(first, second)
    found: dict[Treatment, None] = {}
    for key in measures:
        group, _, rest = key.partition(".")
        if key in LEVERS:
            found[Treatment(LEVERS[key], key)] = None
        elif key not in UNTREATED:
            found[Treatment(SITE if group == "sites" else PLATFORM, rest.rpartition(".")[0])] = None
    if refused:
        more = f" and {len(refused) - 5} more" if len(refused) > 5 else ""
        raise Incompatible(
            f"{first.name} and {second.name} differ in {', '.join(refused[:5])}{more}: an assumption is no measure, "
            "so nobody is treated and there is no chain from gross to net, allowed: a difference in levers, platforms "
            "or sites only (of assumptions: sim what-if, sim explain)"
        )
    if not measures:
        raise Incompatible(f"{first.name} and {second.name} say the same: there is nothing to appraise")
    return tuple(found)


def of_measures(first: Scenario, second: Scenario) -> tuple[list[str], list[str]]:
    """The keys that differ: those of policies, platforms and sites, which somebody decides, and all others."""
    measures: list[str] = []
    others: list[str] = []
    for key in (it.key for it in changes(first, second)):
        (measures if is_decided(key, there=_in_both(key, first, second)) else others).append(key)
    return measures, others


def is_decided(key: str, *, there: bool = True) -> bool:
    """Whether somebody decides a key: of a policy, a platform or a site; ``there``: one that is in both scenarios."""
    group, _, rest = key.partition(".")
    assumed = there and f"{group}.{rest.rpartition('.')[2]}" in ASSUMED
    return key in LEVERS or key in UNTREATED or (group in ("sites", "platforms") and not assumed)


def _in_both(key: str, first: Scenario, second: Scenario) -> bool:
    return key in first.values and key in second.values


class Treated(NamedTuple):
    """Identities that a measure reaches, in ascending order, and which of them moved in to a site for it."""

    identity: Any
    moved: Any


def treated(chosen: tuple[Treatment, ...], first: Scenario, second: Scenario, record: Followed) -> Treated:
    """Whom the treatments of the second scenario reach in its world.

    A lever reaches enterprises in the months in which it has another value than in the first.
    """
    spells = record.reached
    names = record.places
    rows, when = [], []
    for it in chosen:
        kind = _KINDS[it.kind]
        of_kind = spells.kind == kind
        if it.kind in (SITE, PLATFORM):
            if it.name not in names:
                continue
            of_kind &= spells.code // 2 == names.index(it.name)
            start = spells.first
        else:
            months = np.array(_in_force(it.name, first, second, len(record.streams)), np.int64)
            if not len(months):
                continue
            ahead = np.searchsorted(months, spells.first)
            start = months[np.minimum(ahead, len(months) - 1)]
            of_kind &= (ahead < len(months)) & (start <= spells.last)
        found = np.flatnonzero(of_kind)
        rows.append(found)
        when.append(start[found])
    if not rows:
        return Treated(np.zeros(0, np.int64), np.zeros(0, bool))
    row, month = np.concatenate(rows), np.concatenate(when)
    kind, identity = spells.kind[row], spells.identity[row]
    # An enterprise moved in for the measure if that is how it was first reached: within a month, kinds have an order.
    order = np.lexsort((kind, month, identity))
    identity, places = np.unique(identity[order], return_index=True)
    at = row[order][places]
    return Treated(identity, (spells.kind[at] == TENANT) & (spells.code[at] % 2 == MOVED))


def _in_force(key: str, first: Scenario, second: Scenario, months: int) -> list[int]:
    """The months in which a lever has another value in the second scenario."""
    name = key.rpartition(".")[2]
    return [
        month
        for month in range(months)
        if getattr(first.group("levers", month), name) != getattr(second.group("levers", month), name)
    ]
