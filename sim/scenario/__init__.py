"""Scenario files: read, extended, overridden and checked.

``load`` returns a Scenario or raises a ScenarioError with every fault.
"""

from __future__ import annotations

from sim.scenario.describing import Row, describe, schedule_text
from sim.scenario.faults import Fault, ScenarioError
from sim.scenario.listing import Listed, shipped
from sim.scenario.loading import load
from sim.scenario.overrides import overrides
from sim.scenario.scenario import NEVER, Origin, ReportedFigure, Scenario
from sim.scenario.schedule import Schedule
from sim.scenario.schema import schema
from sim.scenario.values import range_text

__all__ = [
    "NEVER",
    "Fault",
    "Listed",
    "Origin",
    "ReportedFigure",
    "Row",
    "Scenario",
    "ScenarioError",
    "Schedule",
    "describe",
    "load",
    "overrides",
    "range_text",
    "schedule_text",
    "schema",
    "shipped",
]
