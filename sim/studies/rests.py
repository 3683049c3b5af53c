"""What a conclusion rests on: the parameters in force, by the kind of their source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, get_args

from sim.declare import Kind, Source
from sim.formats import percent
from sim.language import later, listed, tr
from sim.scenario.schedule import Schedule

if TYPE_CHECKING:
    from sim.scenario import Scenario

KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_WORDS = (later("article"), later("evidence"), later("fitted"), later("assumption"))
_WORDS = {
    "article": (later("{count} from the article"), later("{low} to {high} from the article")),
    "evidence": (later("{count} evidence"), later("{low} to {high} evidence")),
    "fitted": (later("{count} fitted"), later("{low} to {high} fitted")),
    "assumption": (later("{count} assumed"), later("{low} to {high} assumed")),
}
_SHARES = {
    "article": later("{share} article"), "evidence": later("{share} evidence"), "fitted": later("{share} fitted"),
    "assumption": later("{share} assumption"), "seed": later("{share} seed"),
}  # fmt: skip
_WHERE = "_sector"  # ends the key that says where a lever acts


def rests_on(*scenarios: Scenario, but: Collection[str] = ()) -> dict[str, int]:
    """How many parameters are in force in any of the scenarios, by the kind of their source, ``but`` some keys.

    The numbers are the same for every outcome; a sensitivity study measures on which parameters one depends. A source
    is that of the first scenario which has the parameter.
    """
    found: dict[str, Source] = {}
    for scenario in scenarios:
        found = in_force(scenario) | found
    counted = Counter(source.kind for key, source in found.items() if key not in but)
    return {kind: counted[kind] for kind in KINDS}


def in_force(scenario: Scenario) -> dict[str, Source]:
    """The source of every parameter that a scenario's outcomes can depend on.

    Not in force are those of mechanisms that are off in every month, levers that are not pulled (with where they act,
    and, where none is, their costs), and dates that never come. Switches and the run's length, start and seeds are no
    figures.
    """
    pulled = any(_moves(scenario, key) for key in scenario.values if _is_lever(scenario, key))

    def acts(key: str) -> bool:
        if _is_lever(scenario, key) or key.endswith(_WHERE):
            return _moves(scenario, key.removesuffix(_WHERE))
        return pulled

    return {
        key: source_of(scenario, key)
        for key, value in scenario.values.items()
        if not key.startswith("run.")
        and not isinstance(value, bool)
        and value != ""
        and _is_on(scenario, key.rpartition(".")[0])
        and (not key.startswith("levers.") or acts(key))
    }


def source_of(scenario: Scenario, key: str) -> Source:
    """The source of a value in a scenario."""
    known = scenario.catalogue.declaration(key)
    return scenario.sources.get(key) or (known.source if known else Source("assumption", "not declared"))


def rests_text(*counts: Mapping[str, int]) -> str:
    """Counts in words, the most first: ``61 assumed, 12 fitted, 9 evidence``; of several the least and the most."""
    said = []
    for kind in sorted(KINDS, key=lambda kind: -max(it[kind] for it in counts)):
        low, high = min(it[kind] for it in counts), max(it[kind] for it in counts)
        if high:
            one, several = _WORDS[kind]
            said.append(tr(one, count=high) if low == high else tr(several, low=low, high=high))
    return listed(said) or tr("none")


def shares_text(shares: Mapping[str, float]) -> str:
    """Shares of a variance in words, the largest first: ``64% assumption, 20% seed``."""
    return listed(
        tr(_SHARES[kind], share=percent(shares[kind])) for kind in sorted(shares, key=lambda kind: -shares[kind])
    )


def _is_lever(scenario: Scenario, key: str) -> bool:
    """Whether zero means no change: true of a lever, not of its costs."""
    known = scenario.catalogue.declaration(key)
    return key.startswith("levers.") and known is not None and known.default == 0


def _moves(scenario: Scenario, key: str) -> bool:
    value = scenario.values[key]
    return any((value.before, *value.values)) if isinstance(value, Schedule) else bool(value)


def _is_on(scenario: Scenario, group: str) -> bool:
    switch = f"{group}.enabled"
    return switch not in scenario.values or _moves(scenario, switch)
