"""A Mesa ``AgentSet`` over the table: lengths, columns and selections come from arrays; views are made on demand.

There are two kinds of set. A live set (``model.agents``, ``model.agents_by_type[...]``) has the present agents of the
table. A fixed set (from ``select``, ``sort``, ``shuffle``, ``groupby`` and ``copy``) has given identities, less those
that have left.
"""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from sim.agents.members import Members, agents_of, belongs, each, entry, living, mask_of, of_type, present, registered
from sim.agents.values import numeric, plain, reduced, values_of
from sim.agents.views import CLASS_TYPES, Enterprise, checked, follow_class, writable

try:
    from mesa.agentset import GroupBy  # Mesa from 3.5 on
except ImportError:
    from mesa.agent import GroupBy


class Groups(GroupBy):  # type: ignore[misc]
    """Mesa's ``GroupBy`` whose ``agg`` reads columns."""

    def agg(self, attr_name: str, func: Callable[[Any], Any]) -> dict[Any, Any]:
        """A function of an attribute's values in each group.

        Parameters
        ----------
        attr_name
            The attribute.
        func
            As in ``Population.agg``.

        Returns
        -------
        dict
            The result by group.
        """
        return {
            name: group.agg(attr_name, func)
            if isinstance(group, Population)
            else func([getattr(agent, attr_name) for agent in group])
            for name, group in self.groups.items()
        }


class Population(AgentSet):  # type: ignore[misc]
    """An ordered set of a model's agents, as Mesa's ``AgentSet``, that reads columns instead of agents where it can.

    ``model.agents`` and ``model.agents_by_type[...]`` always hold the agents that are there now. A set made by
    ``select``, ``sort``, ``shuffle``, ``groupby`` or ``copy`` is fixed, less the agents that have left. The model keeps
    the views that a user keeps, so that Mesa's own sets, which hold agents weakly, can be filled with them.

    Parameters
    ----------
    model
        The model.
    kind
        Type of the agents of a live set (``mesa.Agent`` for all); None for a fixed set.
    members
        The agents of a fixed set.

    Examples
    --------
    >>> from sim.agents import Enterprise
    >>> model = sim.EcosystemModel("shougang", rng=1)
    >>> enterprises = model.agents.select(agent_type=Enterprise)
    >>> enterprises.agg("staff", sum) == sum(enterprises.get("staff"))
    True
    >>> sorted(enterprises.groupby("class_name").agg("staff", max))
    ['big', 'medium', 'small']
    """

    def __init__(self, model: Any, kind: type | None, members: Members | None = None) -> None:
        """``kind`` is the type of a live set (mesa.Agent for all), None for a fixed set of ``members``."""
        self._model = model
        self._kind = kind
        self._chosen: Any = members  # of a live set: the order set in place, None for the table's

    # Contents

    @property
    def random(self) -> Random:
        """The model's generator of the standard library."""
        return self._model.random

    @property
    def rng(self) -> np.random.Generator:
        """The model's numpy generator, used to shuffle."""
        return self._model.rng

    def __len__(self) -> int:
        """The number of present agents."""
        if self._kind is None:
            return len(self._members().rows)
        return int(np.count_nonzero(mask_of(self._model, self._kind))) + len(registered(self._model, self._kind))

    def __iter__(self) -> Iterator[Any]:
        """The present agents; those that leave before their turn are skipped."""
        return each(self._model, self._members())

    def __reversed__(self) -> Iterator[Any]:
        return each(self._model, self._members().take(slice(None, None, -1)))

    def __contains__(self, agent: object) -> bool:
        """Whether the agent is in the set and has not left."""
        if not belongs(self._model, agent):
            return False
        if self._kind is None:
            return bool(np.any(self._members().identities == agent.unique_id))  # type: ignore[attr-defined]
        kind = CLASS_TYPES[agent.size_class] if isinstance(agent, Enterprise) else type(agent)
        return self._kind in (mesa.Agent, kind)

    def __getitem__(self, item: Any) -> Any:
        """The agent at a position, or as in Mesa the list of agents of a slice."""
        members = self._members()
        if isinstance(item, slice):
            return agents_of(self._model, members.take(item))
        position = operator.index(item)
        if not -len(members.rows) <= position < len(members.rows):
            raise IndexError(f"position {position} in a set of {len(members.rows)} agents")
        return agents_of(self._model, members.take([position]))[0]

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """The position of an agent.

        Parameters
        ----------
        value
            The agent.
        start, stop
            Where to look, as in ``list.index``.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        ValueError
            Where it is not there.
        """
        if value in self:
            members = self._members()
            positions = np.flatnonzero(members.identities == value.unique_id)
            if int(positions[0]) in range(*slice(start, stop).indices(len(members.rows))):
                return int(positions[0])
        raise ValueError(f"{value!r} is not in the set")

    def count(self, value: Any) -> int:
        """How often an agent is in the set.

        Parameters
        ----------
        value
            The agent.

        Returns
        -------
        int
            1 or 0.
        """
        return int(value in self)

    def to_list(self) -> list[Any]:
        """The agents as a list."""
        return agents_of(self._model, self._members())

    def copy(self) -> Population:
        """The present agents, as a fixed set."""
        return self._fixed(self._members())

    __copy__ = copy

    def __repr__(self) -> str:
        return f"<Population of {len(self):,} agents>"

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    # Choosing and ordering

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: int | float = math.inf,
        inplace: bool = False,
        agent_type: type | tuple[type, ...] | None = None,
    ) -> Population:
        """Choose agents.

        Parameters
        ----------
        filter_func
            A condition on an agent.
        at_most
            The most to choose: a number or, as a float up to 1.0, a share of the set.
        inplace
            Whether to change this set, a fixed one, instead of making another.
        agent_type
            A type, or several; an enterprise has that of its class too.

        Returns
        -------
        Population
            A fixed set; this one with ``inplace``.

        Raises
        ------
        TypeError
            For ``inplace`` on a live set, which follows the model.

        Examples
        --------
        >>> from sim.agents import SmallEnterprise
        >>> model = sim.EcosystemModel("shougang", rng=1)
        >>> small = model.agents.select(lambda it: it.staff > 5, at_most=10, agent_type=SmallEnterprise)
        >>> len(small), min(small.get("staff")) > 5
        (10, True)
        """
        members = self._members()
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(members.rows) * at_most)
        limit = None if at_most == math.inf else max(0, math.ceil(at_most))
        if agent_type:
            members = of_type(self._model, members, agent_type)
        if filter_func:
            evaluated = self._evaluated(filter_func, members)
            members = Members.of(islice((pair for passed, pair in evaluated if passed), limit))
        return self._kept(members.take(slice(limit))) if inplace else self._fixed(members.take(slice(limit)))

    def shuffle(self, inplace: bool = False) -> Population:
        """Put the agents in a random order, drawn from the model's ``rng``.

        Parameters
        ----------
        inplace
            Whether to order this set, which may be a live one, instead of making another.

        Returns
        -------
        Population
            A fixed set in that order; this one with ``inplace``.
        """
        return self._ordered(self._shuffled(), inplace)

    def sort(self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False) -> Population:
        """Order the agents, stably as in Mesa.

        Parameters
        ----------
        key
            An attribute, or a function of an agent.
        ascending
            Whether the lowest comes first.
        inplace
            Whether to order this set, which may be a live one, instead of making another.

        Returns
        -------
        Population
            A fixed set in that order; this one with ``inplace``.
        """
        members = self._members()
        if callable(key):
            keyed = list(self._evaluated(key, members))
        else:
            values = values_of(self._model, key, members)
            if numeric(values):
                if ascending:
                    order = np.argsort(values, kind="stable")
                else:  # stable too
                    order = len(values) - 1 - np.argsort(values[::-1], kind="stable")[::-1]
                return self._ordered(members.take(order), inplace)
            keyed = list(zip(plain(values), members.entries(), strict=True))
        keyed.sort(key=operator.itemgetter(0), reverse=not ascending)
        return self._ordered(Members.of(pair for _, pair in keyed), inplace)

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> Groups:
        """Group the agents, in the order of the first members of the groups.

        Parameters
        ----------
        by
            An attribute, or a function of an agent.
        result_type
            ``"agentset"``, or ``"list"`` for groups that are lists of agents.

        Returns
        -------
        Groups
            Mesa's ``GroupBy``, whose ``agg`` reads columns.
        """
        members = self._members()
        values: Any = None if callable(by) else values_of(self._model, by, members)
        groups: dict[Any, Members] = {}
        if numeric(values):
            keys, firsts, inverse = np.unique(values, return_index=True, return_inverse=True)
            positions = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
            groups = {keys[group].item(): members.take(positions[group]) for group in np.argsort(firsts).tolist()}
        else:
            gathered: dict[Any, list[tuple[int, int]]] = defaultdict(list)
            pairs = self._evaluated(by, members) if callable(by) else zip(plain(values), members.entries(), strict=True)
            for value, pair in pairs:
                gathered[value].append(pair)
            groups = {value: Members.of(pairs) for value, pairs in gathered.items()}
        if result_type == "agentset":
            return Groups({value: self._fixed(group) for value, group in groups.items()})
        return Groups({value: self._fixed(group).to_list() for value, group in groups.items()})

    # Reading, writing and doing

    def get(
        self, attr_names: str | Iterable[str], handle_missing: str = "error", default_value: Any = None
    ) -> list[Any]:
        """Read an attribute of every agent, or several.

        Parameters
        ----------
        attr_names
            One name, or several.
        handle_missing
            ``"error"``, or ``"default"`` to take ``default_value`` where an agent has no such attribute.
        default_value
            That value.

        Returns
        -------
        list
            A value for each agent; a list of values for each where several are read.

        Raises
        ------
        AttributeError
            Where an agent has no such attribute.
        ValueError
            Where ``handle_missing`` is neither.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is 'error' or 'default', not {handle_missing!r}")
        missing = () if handle_missing == "error" else (default_value,)
        members = self._members()
        if isinstance(attr_names, str):
            return plain(values_of(self._model, attr_names, members, *missing))
        several = [plain(values_of(self._model, name, members, *missing)) for name in attr_names]
        return list(map(list, zip(*several, strict=True)))

    def agg(self, attribute: str, func: Callable[[Any], Any] | Iterable[Callable[[Any], Any]]) -> Any:
        """Aggregate an attribute's values.

        Parameters
        ----------
        attribute
            The attribute.
        func
            A function, or several. Those of numpy receive an array, others a list of plain numbers; the built-in
            ``sum`` adds in numpy's order.

        Returns
        -------
        Any
            What the function gives; a list where several are given.
        """
        values = values_of(self._model, attribute, self._members())
        if callable(func):
            return reduced(func, values)
        return [reduced(one, values) for one in func]

    def set(self, attr_name: str, value: Any) -> Population:
        """Set an attribute of every agent.

        Parameters
        ----------
        attr_name
            The attribute.
        value
            Its value, in its unit.

        Returns
        -------
        Population
            This set.

        Raises
        ------
        TypeError, ValueError
            Where an agent refuses the value; no enterprise is changed then.
        AttributeError
            Where an agent has no such attribute, or it cannot be set.
        """
        members = self._members()
        objects = members.objects
        rows = members.rows[~objects]
        number = checked(writable(self._model, attr_name), value) if len(rows) else None
        for agent in agents_of(self._model, members.take(objects)):
            setattr(agent, attr_name, value)
        if len(rows):
            self._model.enterprises.columns[attr_name][rows] = number
        return self

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Population:
        """Call a method or function on every agent, in the order of the set.

        Parameters
        ----------
        method
            The name of a method of the agents, or a function of an agent.
        *args, **kwargs
            What it is called with besides.

        Returns
        -------
        Population
            This set.
        """
        _run(_caller(method, args, kwargs), each(self._model, self._members()))
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Population:
        """Call a method or function on every agent, in a random order.

        Parameters
        ----------
        method
            The name of a method of the agents, or a function of an agent.
        *args, **kwargs
            What it is called with besides.

        Returns
        -------
        Population
            This set.
        """
        _run(_caller(method, args, kwargs), each(self._model, self._shuffled()))
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """The results of a method or function on every agent.

        Parameters
        ----------
        method
            The name of a method of the agents, or a function of an agent.
        *args, **kwargs
            What it is called with besides.

        Returns
        -------
        list
            A result for each agent.
        """
        return list(map(_caller(method, args, kwargs), each(self._model, self._members())))

    # Membership of a fixed set; a live set follows the table

    def add(self, agent: Any) -> None:
        """Add an agent to a fixed set.

        Parameters
        ----------
        agent
            An agent of the same model.

        Raises
        ------
        TypeError
            For a live set, which follows the model.
        """
        if agent not in self:
            self._kept(self._members().then(self._gathered([agent])))

    def discard(self, agent: Any) -> None:
        """Remove an agent from a fixed set, if it is in it.

        Parameters
        ----------
        agent
            The agent.

        Raises
        ------
        TypeError
            For a live set, which follows the model.
        """
        if agent in self:
            members = self._members()
            self._kept(members.take(members.identities != agent.unique_id))

    def remove(self, agent: Any) -> None:
        """Remove an agent from a fixed set.

        Parameters
        ----------
        agent
            The agent.

        Raises
        ------
        KeyError
            Where it is not in the set.
        TypeError
            For a live set, which follows the model.
        """
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    # Updates by the model

    def reclass(self, rows: Any = None) -> None:
        """Update the class of views; the model calls it.

        Parameters
        ----------
        rows
            Rows of the table. Default: all.
        """
        views = self._model._views
        if rows is None:
            held = list(views.values())
        else:
            identities = self._model.enterprises.identity[rows].tolist() if views else ()
            held = [views[identity] for identity in identities if identity in views]
        for view in held:
            if view._present():
                follow_class(view)

    def forget(self, rows: Any) -> None:
        """Release the views of enterprises that are leaving; the model calls it.

        Parameters
        ----------
        rows
            Rows of the table.
        """
        views = self._model._views
        for identity in self._model.enterprises.identity[rows].tolist() if views else ():
            views.pop(identity, None)

    # Internals

    def _members(self) -> Members:
        """The present members, in the order of the set."""
        if self._kind is None:
            self._chosen = present(self._model, self._chosen)
            return self._chosen
        now = living(self._model, self._kind)
        if self._chosen is None:
            return now
        known = self._chosen.take(np.isin(self._chosen.identities, now.identities))
        return known.then(now.take(~np.isin(now.identities, known.identities)))

    def _shuffled(self) -> Members:
        members = self._members()
        return members.take(self.rng.permutation(len(members.rows)))

    def _evaluated(self, function: Callable[[Any], Any], members: Members) -> Iterator[tuple[Any, tuple[int, int]]]:
        """The value of ``function`` for each member, with its row and identity; no reference to a view is kept."""
        return map(lambda agent: (function(agent), entry(self._model, agent)), each(self._model, members))  # noqa: C417

    def _gathered(self, agents: Iterable[Any]) -> Members:
        return Members.of(entry(self._model, agent) for agent in agents)

    def _fixed(self, members: Members) -> Population:
        return Population(self._model, None, members)

    def _ordered(self, members: Members, inplace: bool) -> Population:
        """The members in a new order, as a new set or in place."""
        if not inplace:
            return self._fixed(members)
        self._chosen = members
        return self

    def _kept(self, members: Members) -> Population:
        """The set itself with other members."""
        if self._kind is not None:
            raise TypeError("model.agents follows the model; change a copy(), or close an enterprise by remove()")
        self._chosen = members
        return self

    def _update(self, agents: Iterable[Any]) -> Population:
        return self._kept(self._gathered(agents))

    def _from_iterable(self, it: Iterable[Any]) -> Population:
        """The constructor of the set operators (``|``, ``&``, ``-``, ``^``)."""
        return self._fixed(self._gathered(dict.fromkeys(it)))


def _caller(method: str | Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[Any], Any]:
    if isinstance(method, str):
        return operator.methodcaller(method, *args, **kwargs)
    return lambda agent: method(agent, *args, **kwargs)


def _run(call: Callable[[Any], Any], agents: Iterable[Any]) -> None:
    for _ in map(call, agents):  # no variable refers to a view, so that each can be released
        pass
