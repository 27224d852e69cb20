"""A simulated town for tests, its days, and what happened on them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from streams.domain import instants
from streams.domain.call_events import Contact
from streams.domain.event_reader import Reader, Refusal
from streams.domain.instants import DAY
from streams.domain.plan import Plan
from streams.simulation import SCENARIOS, City, ContactTruth, Scenario
from streams.simulation.emit import Emitted
from tests.totals import Totals

PLAN_TEXT = """
    [city]
    name = "Testville"
    time_zone = "Europe/Brussels"
    languages = ["nl", "fr"]

    [[contract]]
    id = "strict"
    threshold = 30
    boundary = "<"
    clock = "choice"
    short_abandons = "excluded"

    [[hours]]
    id = "day"
    mon-fri = "08:00-18:00"

    [[line]]
    id = "waste"
    option = "1"
    hours = "day"
    expected_per_hour = 50
    [[line]]
    id = "desk"
    option = "2"
    hours = "day"
    expected_per_hour = 40
    contract = "strict"
    [[line]]
    id = "migration"
    option = "3"
    hours = "day"
    [[line]]
    id = "second"
    tier = 2
    hours = "day"
"""
PLAN = Plan.read(PLAN_TEXT)
TUESDAY = instants.parse("2026-03-03T00:00:00+01:00")


def city(name: str = "normal", seed: int = 1, **how: Any) -> City:
    scenario = SCENARIOS[name]
    start, until = scenario.span(PLAN, TUESDAY)
    return City(PLAN, seed, scenario, start=start, until=until, **how)


def days(count: int, scenario: Scenario = SCENARIOS["normal"], seed: int = 1) -> City:
    return City(PLAN, seed, scenario, start=TUESDAY, until=TUESDAY + count * DAY)


def read_by_the_domain(events: Iterable[Emitted]) -> dict[str, Contact]:
    reader = Reader(PLAN.knows)
    contacts: dict[str, Contact] = {}
    for at, event in events:
        accepted = reader.read(json.dumps(event).encode(), at)
        assert not isinstance(accepted, Refusal), accepted
        read, instant = accepted
        contacts.setdefault(read.call_id, Contact(read.call_id)).merge(read, instant)
    return contacts


def truth(made: City) -> Iterator[ContactTruth]:
    """What happens to each contact, in the order in which they end."""
    over: list[ContactTruth] = []
    for _ in made.events(over.append):
        yield from over
        over.clear()
    yield from over


def totals_of(made: City) -> Totals:
    return Totals.of(truth(made), PLAN)


def service_level(totals: Totals, line: str) -> float:
    of = totals.lines[line]
    return of.answered_within / (of.queue_offered - of.dispositions["callback"])
