"""What makes a Mesa model lazy: ``agents`` and ``agents_by_type`` over a table instead of registered objects."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from sim.agents.platforms_and_sites import IdleSite, InnovationPlatform
from sim.agents.population import Population
from sim.agents.views import BigEnterprise, Enterprise, MediumEnterprise, SmallEnterprise

TYPES = (BigEnterprise, MediumEnterprise, SmallEnterprise, InnovationPlatform, IdleSite)


class LazyAgents(mesa.Model):  # type: ignore[misc]
    """A Mesa model whose enterprises are rows of ``enterprises``; platforms and sites are few and registered.

    A model of this kind sets ``enterprises`` and ``month``, implements ``leave``, calls ``agents.forget(rows)`` before
    rows are released and ``agents.reclass(rows)`` after their class has changed. Ordinary Mesa agents of a user's own
    may be added, and are ``agents`` like the others.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._views: dict[int, Enterprise] = {}  # by identity: the views that somebody holds
        self._objects: dict[int, Any] = {}  # by identity: platforms, sites, a user's own agents
        self._populations: dict[type, Population] = {}
        super().__init__(*args, **kwargs)

    @property
    def agents(self) -> Population:
        """All agents: enterprises in the order of the table, then platforms, sites and others as registered."""
        return self._population(mesa.Agent)

    @property
    def agent_types(self) -> list[type]:
        """The five types of the model, present or not, and the types of a user's own agents."""
        return list(dict.fromkeys((*TYPES, *map(type, self._objects.values()))))

    @property
    def agents_by_type(self) -> dict[type, Population]:
        """The agents of each of ``agent_types``; an enterprise is under the class that it has now."""
        return {kind: self._population(kind) for kind in self.agent_types}

    def leave(self, rows: Any) -> None:
        """Let the enterprises of these rows (int64) leave by an ordinary exit, booked as such."""
        raise NotImplementedError

    def register_agent(self, agent: Any) -> None:
        """Take in a platform, a site or an agent of a user's own; enterprises are founded, not registered."""
        if isinstance(agent, Enterprise):
            raise TypeError(f"{agent!r} is a row of the table and cannot be registered")
        if agent.unique_id is None:  # Mesa from 3.5 on leaves the numbering to the model
            agent.unique_id = self.agent_id_counter
            self.agent_id_counter += 1
        if self._objects.setdefault(agent.unique_id, agent) is not agent:
            raise ValueError(f"{agent!r} has the identity of {self._objects[agent.unique_id]!r}")

    def deregister_agent(self, agent: Any) -> None:
        """Let an agent of a user's own go, KeyError where it is not there; an enterprise leaves as by ``remove``."""
        if isinstance(agent, Enterprise | InnovationPlatform | IdleSite):
            agent.remove()
        else:
            del self._objects[agent.unique_id]

    def remove_all_agents(self) -> None:
        """Let all enterprises and a user's own agents leave; platforms and sites stay for the whole run."""
        self.leave(np.flatnonzero(self.enterprises.alive))
        for agent in [agent for agent in self._objects.values() if not isinstance(agent, TYPES)]:
            agent.remove()
        super().remove_all_agents()

    def _population(self, kind: type) -> Population:
        if kind not in self._populations:
            self._populations[kind] = Population(self, kind)
        return self._populations[kind]
