"""What goes wrong at a vendor's lines is one incident, however they are spread over partitions.

Two vendors answer two lines each. From 9:20 callers of some lines are refused, and those of
others wait in vain; when each begins and ends is drawn. A replay says which alerts that is; a
deployment of any number of partitions, whose owners die now and then, has to say the same.
"""

from __future__ import annotations

import random
from typing import Final
from zlib import crc32

import msgspec
import pytest

from streams.domain.alarms import SEAL, replayed
from streams.domain.detector import Alert
from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.state.alerts import from_alert_record
from tests.engine.pocket import Deployment
from tests.stories import Fact, Story, at, contacts

VENDORS: Final = {"acme": ("waste", "permits"), "bell": ("taxes", "housing")}
LINES: Final = [line for lines in VENDORS.values() for line in lines]

PLAN: Final = Plan.read(
    "\n".join(
        [
            '[city]\nname = "Testburg"',
            *(f'[[vendor]]\nid = "{id_}"\nname = "{id_.title()}"' for id_ in VENDORS),
            *(
                f'[[line]]\nid = "{line}"\nvendor = "{id_}"'
                for id_, lines in VENDORS.items()
                for line in lines
            ),
        ]
    )
)

BEGIN, END = at("8:00"), at("12:00")
STEP: Final = 4 * MINUTE


def a_morning(seed: int) -> list[Fact]:
    """A caller per line and minute; each line's trouble as it was drawn."""
    draw = random.Random(seed)
    facts: list[Fact] = []
    for line in LINES:
        begins = at("9:20") + draw.randrange(40) * MINUTE
        ends = begins + draw.randrange(15, 30) * MINUTE
        refused = draw.random() < 0.6
        for n in range(220):
            begun = BEGIN + n * MINUTE + draw.randrange(60) * SECOND
            entered = begun + 10 * SECOND
            story = Story(f"{line}{n}").start(begun).choose(entered, line)
            if not begins <= begun < ends:
                story.enter(entered, line).answer(entered + 5 * SECOND, line)
                story.hang_up(entered + 2 * MINUTE)
            elif refused:
                story.hang_up(entered + SECOND, "busy")
            else:
                story.enter(entered, line).hang_up(entered + 6 * MINUTE)
            facts += story.facts
    return sorted(facts, key=lambda fact: fact[1])


def live(facts: list[Fact], sources: int, partials: int, crashes: random.Random) -> Deployment:
    """The deployment after the morning."""
    city = Deployment(sources, PLAN, partials)
    coming = iter([*facts, (None, END + 1)])
    event, instant = next(coming)
    for clock in range(BEGIN, END + 1, STEP):
        while event is not None and instant <= clock:
            key, value = event.call_id.encode(), msgspec.json.encode(event)
            kind = msgspec.json.decode(value)["event"]
            city.topics.append(f"contact.{kind}", crc32(key) % sources, key, value)
            event, instant = next(coming)
        for source in range(sources):
            city.merge(source)
            city.checkpoint(source, clock)
        if crashes.random() < 0.08:
            city.crash(crashes.randrange(sources))
    return city


def told(city: Deployment) -> dict[str, Alert]:
    """What people were told in the end, by the id of the alert."""
    found = (from_alert_record(*each) for each in city.topics.latest(topics.ALERTS).items())
    return {alert.id: alert for alert in found if alert is not None}


# Of these mornings all is over at the end: of what is still open a replay knows the newest call,
# and who reads the topic what was told of it last.
@pytest.mark.in_turn("seed")
@pytest.mark.parametrize("seed", [2, 3, 4, 6])
def test_any_partitioning_tells_the_incidents_of_a_replay(seed: int) -> None:
    facts = a_morning(seed)
    expected = {each.id: each for each in replayed(contacts(facts), PLAN, END - SEAL)}
    merged = [each for each in expected.values() if each.severity == "page"]
    assert max(len(each.lines) for each in merged) > 1  # something is merged at all
    assert all(each.resolved_at is not None for each in merged)
    for partials in (1, 2, 5):
        sources = 1 + (seed + partials) % 3
        city = live(facts, sources, partials, random.Random(f"{seed} {partials}"))
        assert told(city) == expected, (sources, partials)
        [once] = {each.partition for each in city.topics.of(topics.ALERTS)}
        assert once == city.routes.of_decisions
