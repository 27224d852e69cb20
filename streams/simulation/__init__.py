"""A city that phones, with a truth to compare with."""

from streams.simulation.callers import Behaviour
from streams.simulation.city import City
from streams.simulation.disorder import Disorder, disordered
from streams.simulation.scenario import SCENARIOS, Effect, Scenario
from streams.simulation.truth import ContactTruth, VisitTruth

__all__ = [
    "SCENARIOS",
    "Behaviour",
    "City",
    "ContactTruth",
    "Disorder",
    "Effect",
    "Scenario",
    "VisitTruth",
    "disordered",
]
