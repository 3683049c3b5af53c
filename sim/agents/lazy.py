"""A lazy Mesa model: ``agents`` and ``agents_by_type`` over a table instead of registered objects."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from sim.agents.platforms_and_sites import IdleSite, InnovationPlatform
from sim.agents.population import Population
from sim.agents.views import BigEnterprise, Enterprise, MediumEnterprise, SmallEnterprise

TYPES = (BigEnterprise, MediumEnterprise, SmallEnterprise, InnovationPlatform, IdleSite)


class LazyAgents(mesa.Model):  # type: ignore[misc]
    """A Mesa model whose enterprises are rows of ``enterprises``; platforms and sites are registered objects.

    A subclass sets ``enterprises`` and ``month``, implements ``leave``, calls ``agents.forget(rows)`` before it frees
    rows and ``agents.reclass(rows)`` after their class has changed. A user's Mesa agents may be added to ``agents``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._views: dict[int, Enterprise] = {}  # views in use, by identity
        self._objects: dict[int, Any] = {}  # platforms, sites and a user's agents, by identity
        self._populations: dict[type, Population] = {}
        super().__init__(*args, **kwargs)

    @property
    def agents(self) -> Population:
        """All agents: enterprises in the order of the table, then platforms, sites and others as registered."""
        return self._population(mesa.Agent)

    @property
    def agent_types(self) -> list[type]:
        """The five types of the model, present or not, and the types of a user's agents."""
        return list(dict.fromkeys((*TYPES, *map(type, self._objects.values()))))

    @property
    def agents_by_type(self) -> dict[type, Population]:
        """The agents of each of ``agent_types``; an enterprise is under its present class."""
        return {kind: self._population(kind) for kind in self.agent_types}

    def leave(self, rows: Any) -> None:
        """Strike enterprises off, with the bookings of an ordinary exit.

        Parameters
        ----------
        rows
            Rows of the table of enterprises, as int64.
        """
        raise NotImplementedError

    def register_agent(self, agent: Any) -> None:
        """Register a platform, a site or a user's agent.

        Parameters
        ----------
        agent
            The agent.

        Raises
        ------
        TypeError
            For an enterprise: enterprises are founded, not registered.
        ValueError
            Where another agent has its identity.
        """
        if isinstance(agent, Enterprise):
            raise TypeError(f"{agent!r} is a row of the table and cannot be registered")
        if agent.unique_id is None:  # from Mesa 3.5 on the model numbers agents
            agent.unique_id = self.agent_id_counter
            self.agent_id_counter += 1
        if self._objects.setdefault(agent.unique_id, agent) is not agent:
            raise ValueError(f"{agent!r} has the identity of {self._objects[agent.unique_id]!r}")

    def deregister_agent(self, agent: Any) -> None:
        """Remove a user's agent; an enterprise leaves as by ``remove``.

        Parameters
        ----------
        agent
            The agent.

        Raises
        ------
        KeyError
            Where it is not registered.
        TypeError
            For a platform or a site, which stays for the whole run.
        """
        if isinstance(agent, Enterprise | InnovationPlatform | IdleSite):
            agent.remove()
        else:
            del self._objects[agent.unique_id]

    def remove_all_agents(self) -> None:
        """Remove all enterprises and a user's agents; platforms and sites stay for the whole run."""
        self.leave(np.flatnonzero(self.enterprises.alive))
        for agent in [agent for agent in self._objects.values() if not isinstance(agent, TYPES)]:
            agent.remove()
        super().remove_all_agents()

    def _population(self, kind: type) -> Population:
        if kind not in self._populations:
            self._populations[kind] = Population(self, kind)
        return self._populations[kind]
