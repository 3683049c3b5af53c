"""Agents as a Mesa user knows them, over a table: views of its rows, and sets that read its columns."""

from sim.agents.lazy import LazyAgents
from sim.agents.platforms_and_sites import IdleSite, InnovationPlatform
from sim.agents.population import Population
from sim.agents.views import BigEnterprise, Enterprise, EnterpriseLeft, MediumEnterprise, SmallEnterprise

__all__ = [
    "BigEnterprise",
    "Enterprise",
    "EnterpriseLeft",
    "IdleSite",
    "InnovationPlatform",
    "LazyAgents",
    "MediumEnterprise",
    "Population",
    "SmallEnterprise",
]
