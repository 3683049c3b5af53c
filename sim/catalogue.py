"""The catalogue: all declarations of a model's mechanisms, immutable.

A scenario holds the catalogue that it was read with; there is no global registry. ``sim.model`` makes that of the
shipped model, with a user's mechanisms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim.declare import Column, Mechanism, Outcome, Parameter, Step, declared

USER_BLOCKS = 2**31  # from here on, blocks of random numbers belong to users' mechanisms


class CatalogueError(ValueError):
    """Inconsistent declarations; a line for each fault."""


@dataclass(frozen=True)
class SourceFile:
    """A file that declares a mechanism: its name, bytes and their digest (16 hexadecimal digits)."""

    name: str
    digest: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Mechanisms, and what they declare by name.

    Parameters
    ----------
    mechanisms
        The shipped ones in the order of the documents, then users' in the order given.
    groups
        Parameter groups that belong to no single mechanism, by the beginning of their keys.
    named
        Groups of which a scenario names any number: platforms and sites.
    fixed
        Groups or keys that cannot change over the months.
    columns
        Columns of the table of enterprises that several mechanisms write.
    month
        The shipped steps in order, as ``mechanism.step``.
    sources
        Files of users' mechanisms.
    aliases
        Names of users' mechanisms that replace a shipped one, with the shipped name.
    user_mechanisms
        Names of the mechanisms that ``sources`` declare.
    missing
        Files of mechanisms whose code is missing, as in a stored result: nothing can be run.
    remake
        Makes the same catalogue from ``sources`` in another process.

    """

    mechanisms: tuple[Mechanism, ...]
    groups: Mapping[str, type]
    named: Mapping[str, type]
    fixed: frozenset[str]
    columns: tuple[Column, ...]
    month: tuple[str, ...]
    sources: tuple[SourceFile, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    user_mechanisms: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    remake: Callable[[tuple[SourceFile, ...]], Catalogue] | None = None

    def __post_init__(self) -> None:
        """Check the declarations; raises CatalogueError with every fault."""
        faults = [*self._twice(), *self._steps_unknown(), *self._blocks_wrong()]
        if faults:
            raise CatalogueError("\n".join(faults))

    def __reduce__(self) -> tuple[Any, ...]:
        if self.remake is None:
            raise TypeError("a catalogue without code cannot go to another process")
        return self.remake, (self.sources,)

    @cached_property
    def by_name(self) -> dict[str, Mechanism]:
        """The mechanisms by name; one that replaces another has both names."""
        found = {it.name: it for it in self.mechanisms}
        return found | {own: found[name] for own, name in self.aliases.items()}

    @cached_property
    def parameter_groups(self) -> dict[str, type]:
        """Every parameter group that a scenario has once, by prefix, in order of declaration."""
        return {**self.groups, **{it.prefix: it.rules for it in self.mechanisms if it.rules is not None}}

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """Every outcome by name."""
        return {outcome.name: outcome for it in self.mechanisms for outcome in it.outcomes}

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        """Columns of the table of enterprises: shared ones, then those of single mechanisms."""
        return (*self.columns, *(column for it in self.mechanisms for column in it.columns))

    @cached_property
    def given_at_birth(self) -> tuple[Column, ...]:
        """Columns of single mechanisms that have a value of their own at birth."""
        return tuple(column for it in self.mechanisms for column in it.columns if column.birth)

    @cached_property
    def births(self) -> tuple[Callable[..., None], ...]:
        """What mechanisms call for newcomers, in their order."""
        return tuple(it.birth for it in self.mechanisms if it.birth)

    @cached_property
    def recorded(self) -> tuple[Column, ...]:
        """Columns whose sums are kept each month."""
        return tuple(column for column in self.all_columns if column.recorded)

    @cached_property
    def counters(self) -> dict[str, int]:
        """Index of every counter in the month's array, by name."""
        names = [name for it in self.mechanisms for name in it.counters.names]
        return {name: index for index, name in enumerate(names)}

    @cached_property
    def counter_ranges(self) -> dict[str, slice]:
        """Each mechanism's slice of the month's array."""
        found, first = {}, 0
        for it in self.mechanisms:
            found[it.name] = slice(first, first + len(it.counters))
            first += len(it.counters)
        return found

    @cached_property
    def steps(self) -> tuple[tuple[Mechanism, Step], ...]:
        """The steps of a month in order, each with its mechanism."""
        order = list(self.month)
        for name, (_, step) in self._by_step.items():
            if name not in order:
                order.insert(self._index_after(step, order), name)
        return tuple(self._by_step[name] for name in order)

    @cached_property
    def _by_step(self) -> dict[str, tuple[Mechanism, Step]]:
        """Every step with its mechanism by ``mechanism.step``, in order of declaration."""
        return {f"{it.name}.{step.name}": (it, step) for it in self.mechanisms for step in it.steps}

    def _index_after(self, step: Step, order: Sequence[str]) -> int:
        """Index of a step: behind the one that it names, and behind others that name the same."""
        index = 1 + max(index for index, name in enumerate(order) if step.after in _words_of(name))
        while index < len(order) and step.after == self._by_step[order[index]][1].after:
            index += 1
        return index

    def group(self, prefix: str) -> Any:
        """The class of a group, such as ``levers`` or ``platforms.haier``; KeyError where there is none."""
        found = self.parameter_groups.get(prefix) or self.named.get(prefix.partition(".")[0])
        if found is None:
            raise KeyError(f"no group {prefix!r}")
        return found

    def parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Every parameter with its key, ``platforms.NAME`` and ``sites.NAME`` among them."""
        for prefix, group in (
            *self.parameter_groups.items(),
            *((f"{kind}.NAME", it) for kind, it in self.named.items()),
        ):
            for name, parameter in declared(group).items():
                yield f"{prefix}.{name}", parameter

    def declaration(self, key: str) -> Parameter | None:
        """The declaration of a scenario's key; None where there is none."""
        prefix, _, name = key.rpartition(".")
        try:
            return declared(self.group(prefix)).get(name)
        except KeyError:
            return None

    # Faults

    def _twice(self) -> Iterator[str]:
        """Names that two mechanisms declare."""
        kinds: dict[str, Callable[[Mechanism], Sequence[str]]] = {
            "mechanism": lambda it: (it.name,),
            "column": lambda it: [column.name for column in it.columns],
            "counter": lambda it: it.counters.names,
            "outcome": lambda it: [outcome.name for outcome in it.outcomes],
            "step": lambda it: [f"{it.name}.{step.name}" for step in it.steps],
        }
        for kind, names in kinds.items():
            seen = {column.name: "the model's state" for column in self.columns} if kind == "column" else {}
            for it in self.mechanisms:
                for name in names(it):
                    if name in seen:
                        yield f"{it.name}: the {kind} {name!r} is declared twice, by {seen[name]} too"
                    seen.setdefault(name, it.name)

    def _steps_unknown(self) -> Iterator[str]:
        for name in self.month:
            if name not in self._by_step:
                yield f"the month lists the step {name!r}, which no mechanism has"
        known = {word for name in self.month for word in _words_of(name)}
        for name, (it, step) in self._by_step.items():
            if name in self.month:
                continue
            if step.after not in known:
                allowed = ", ".join(dict.fromkeys(name.partition(".")[0] for name in self.month))
                yield (
                    f"{it.name}: the step {step.name!r} runs after {step.after!r}, allowed: a step such as "
                    f"letting.pay, or a mechanism: {allowed}"
                )
            known |= _words_of(name)

    def _blocks_wrong(self) -> Iterator[str]:
        """Blocks of random numbers that share a number."""
        seen: dict[int, Any] = {}
        for it in self.mechanisms:
            for block in it.draws:
                if seen.setdefault(block.number, block) is not block:
                    yield f"{it.name}: {block} has the number of {seen[block.number]}: give it another ordinal"


def _words_of(step: str) -> set[str]:
    """Names of a step: ``mechanism.step``, or its mechanism."""
    return {step, step.partition(".")[0]}
