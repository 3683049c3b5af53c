"""Which mechanisms use what a visitor changes, from what their steps declare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.catalogue import Catalogue
    from sim.declare import Mechanism


def mechanisms_of(keys: Iterable[str], catalogue: Catalogue) -> list[Mechanism]:
    """The mechanisms with a switch that use a key: their own parameters, or a group that a step reads."""
    keys = list(keys)
    declared = {key for key, _ in catalogue.parameters()}
    return [
        it for it in catalogue.mechanisms
        if f"{it.prefix}.enabled" in declared and any(_uses(it, key) for key in keys)
    ]  # fmt: skip


def used_by(keys: Iterable[str], catalogue: Catalogue) -> tuple[str, ...]:
    """How the parameters begin that stand beside the keys, and those of the mechanisms that use them."""
    keys = list(keys)
    beside = (f"{key.rpartition('.')[0]}." for key in keys)
    return tuple(dict.fromkeys((*beside, *(f"{it.prefix}." for it in mechanisms_of(keys, catalogue)))))


def _uses(mechanism: Mechanism, key: str) -> bool:
    groups: Sequence[str] = [mechanism.prefix, *(group for step in mechanism.steps for group in step.groups)]
    return any(key.startswith(f"{group}.") for group in groups)
