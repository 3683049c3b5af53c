"""Mesa agents and agent sets over the table of enterprises: views of rows, and sets that read columns."""

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
