"""A city that phones, with a truth to compare with."""

from streams.simulation.callers import People
from streams.simulation.city import City
from streams.simulation.disorder import Dirt, dirty
from streams.simulation.scenario import SCENARIOS, Effect, Scenario
from streams.simulation.truth import LineTotals, Told, Totals, VisitTold

__all__ = [
    "SCENARIOS",
    "City",
    "Dirt",
    "Effect",
    "LineTotals",
    "People",
    "Scenario",
    "Told",
    "Totals",
    "VisitTold",
    "dirty",
]
