"""What changes in a city, for those who watch it."""

from dataclasses import replace

from streams.domain import instants
from streams.domain.instants import HOUR
from streams.simulation import SCENARIOS, Effect
from streams.simulation.incidents import incidents
from tests.plans import ANTWERP

TUESDAY = instants.parse("2026-03-03T12:00:00+01:00")


def test_what_is_told_of_a_scenario_names_its_lines() -> None:
    told = {
        name: [
            (each.at - begins, f"{each.what}: {each.how}")
            for begins in [scenario.span(ANTWERP, TUESDAY)[0]]
            for each in incidents(scenario, ANTWERP, begins)
        ]
        for name, scenario in SCENARIOS.items()
    }
    assert told["outage"] == [
        (2 * HOUR, "outage begins: nobody answers Migration"),
        (3 * HOUR, "outage ends: agents are back on Migration"),
    ]
    assert told["storm"] == [
        (2 * HOUR, "storm begins: 5 times the callers on all lines"),
        (3.5 * HOUR, "storm goes on: 2 times the callers on all lines"),
        (4.5 * HOUR, "storm ends: as many callers as usual on all lines"),
    ]
    assert told["trunk"][0][1] == "trunk begins: no events arrive of Migration, whose calls go on"
    assert told["breach"] == [
        (
            0,
            "breach begins: 60% of the agents are there for Migration, Desk appointment or "
            "document request and Waste",
        )
    ]
    assert told["normal"] == told["night"] == []
    (effect,) = SCENARIOS["outage"].effects
    waste = replace(SCENARIOS["outage"], effects=(replace(effect, lines=("waste",)),))
    begins, _ = waste.span(ANTWERP, TUESDAY)
    assert incidents(waste, ANTWERP, begins)[0].how == "nobody answers Waste"


def test_they_come_in_the_order_of_time_though_effects_do_not() -> None:
    half = Effect("agents", 0.5, ("waste",), after=2 * HOUR, lasts=HOUR)
    none = Effect("agents", 0, ("waste",), after=0, lasts=HOUR)
    found = incidents(replace(SCENARIOS["outage"], effects=(half, none)), ANTWERP, TUESDAY)
    assert [(each.at - TUESDAY, f"{each.what}: {each.how}") for each in found] == [
        (0, "outage begins: nobody answers Waste"),
        (HOUR, "outage ends: agents are back on Waste"),
        (2 * HOUR, "outage goes on: 50% of the agents are there for Waste"),
        (3 * HOUR, "outage ends: agents are back on Waste"),
    ]
