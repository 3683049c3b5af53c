"""What the opening and each step of the month read and change, from their declarations.

Columns are the fields of the tuples that a step's loops take; all else stands in the step itself. Tests hold what is
declared to a world that runs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from sim.catalogue import Catalogue
from sim.declare import Mechanism, Step
from sim.kernel.draws import Block
from sim.model.month import OPENING
from sim.model.state.accounts import TRANSFERS

_PACKAGE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Uses:
    """Names of columns, groups of parameters, transfers and other state, and blocks of random numbers."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    groups: tuple[str, ...]
    draws: tuple[Block, ...]
    transfers: tuple[str, ...]
    state: tuple[str, ...]


class Part(NamedTuple):
    """A step of the month with its place in it, or the opening, whose place is 0."""

    number: int
    mechanism: Mechanism
    step: Step

    @property
    def name(self) -> str:
        """Such as ``letting.pay``."""
        return f"{self.mechanism.name}.{self.step.name}"


def parts(catalogue: Catalogue) -> tuple[Part, ...]:
    """The opening, and the steps of a month in order."""
    opening = Part(0, catalogue.by_name["population"], OPENING)
    return opening, *(Part(number, it, step) for number, (it, step) in enumerate(catalogue.steps, start=1))


@cache
def uses(part: Part, catalogue: Catalogue) -> Uses:
    """What a part of the month declares, in the order of the tables that list it."""
    step, columns = part.step, [column.name for column in catalogue.all_columns]
    own = [part.mechanism.prefix] if part.mechanism.rules is not None else []
    return Uses(
        reads=_in_order(columns, columns_of(step, "reads")),
        writes=_in_order(columns, {*columns_of(step, "writes"), *step.writes}),
        groups=tuple(dict.fromkeys([*own, *(_keys_of(group, catalogue) for group in step.groups)])),
        draws=tuple(sorted(step.draws, key=lambda block: block.number)),
        transfers=_in_order(TRANSFERS, step.transfers),
        state=tuple(sorted(step.state)),
    )


def columns_of(step: Step, intent: str) -> set[str]:
    """Columns in the tuples that a step's loops take, for reading or for writing."""
    return {name for loop in step.loops for kind in _tuples_of(loop) if kind.intent == intent for name in kind._fields}


def _tuples_of(loop: Any) -> Iterator[Any]:
    """The tuples of columns among the arguments of a loop, compiled or not."""
    hints = get_type_hints(getattr(loop, "py_func", loop))
    return (kind for name, kind in hints.items() if name != "return" and hasattr(kind, "intent"))


def outside_steps(it: Mechanism) -> tuple[str, ...]:
    """What a mechanism gives to others to call: for rows of the opening population, and for those of newcomers."""
    return tuple(f"{it.name}.{name_of(given)}" for given in (it.founding, it.birth) if given is not None)


def name_of(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)


def blocks_of(catalogue: Catalogue) -> dict[Block, tuple[Mechanism, ...]]:
    """Every block of random numbers with the mechanisms that declare it, by number."""
    found: dict[Block, tuple[Mechanism, ...]] = {}
    for it in catalogue.mechanisms:
        for block in it.draws:
            found[block] = (*found.get(block, ()), it)
    return dict(sorted(found.items(), key=lambda item: item[0].number))


def drawn_by(block: Block, catalogue: Catalogue) -> tuple[str, ...]:
    """Steps that use a block; where none does, what its mechanisms give to others to call."""
    found = tuple(part.name for part in parts(catalogue) if block in part.step.draws)
    return found or tuple(name for it in blocks_of(catalogue)[block] for name in outside_steps(it))


def name_of_block(block: Block) -> str:
    """The variable that holds a block in the file that declares it; its number where none does."""
    for name, value in vars(sys.modules.get(block.module, sys)).items():
        if value is block:
            return name
        if isinstance(value, tuple | list) and any(it is block for it in value):
            return f"{name}[{[it is block for it in value].index(True)}]"
    return f"{block.mechanism} {block.number}"


def file_of(module_or_file: str) -> str:
    """A file of the package as its path below the project's folder; any other by its name."""
    module = sys.modules.get(module_or_file)
    path = Path((module.__file__ if module else module_or_file) or "")
    return str(path.relative_to(_PACKAGE.parent)) if path.is_relative_to(_PACKAGE) else path.name


def _keys_of(group: str, catalogue: Catalogue) -> str:
    """How the keys of a group begin: those of a platform or site with NAME in its place."""
    return f"{group}.NAME" if group in catalogue.named else group


def _in_order(order: Iterable[str], names: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in order if name in names)
