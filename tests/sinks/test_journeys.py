"""Journeys: what a contact came to, in the words of the domain, with nothing left out."""

from typing import Any, get_args

import msgspec
import orjson

from streams.domain import outcome as outcomes
from streams.domain import rows
from streams.domain.disposition import DISPOSITIONS, OPEN
from streams.domain.instants import HOUR, SECOND
from streams.domain.judge import judge
from streams.sinks import journeys
from streams.sinks.journeys import Journey, journey_record
from tests.stories import PLAN, Story, at


def told(story: Story) -> dict[str, Any]:
    """The journey as whoever reads the topic gets it."""
    (piece,) = story.contact().pieces()
    outcome = judge(piece, PLAN, at("23:00"))
    assert outcome is not None
    key, value = journey_record(story.call_id, piece, outcome)
    assert key == story.call_id.encode()
    assert msgspec.json.encode(msgspec.json.decode(value, type=Journey)) == value
    found: dict[str, Any] = orjson.loads(value)
    return found


def test_an_answered_call() -> None:
    found = told(
        Story("c1", caller="ann")
        .start("9:00")
        .choose("9:00:10", "migration")
        .enter("9:00:12", "migration", visit=4)
        .answer("9:00:30", "migration", visit=4)
        .leave("9:01", "migration", "exit_key", visit=4)
        .hang_up("9:01:01", "normal")
    )
    nine = at("9:00")
    visit = found.pop("visits")[0]
    facts = found.pop("facts")
    assert found == {
        "call_id": "c1",
        "begun": nine,
        "outcome": "contacts_with_visit",
        "started": nine,
        "caller": "ann",
        "entry": None,
        "channel": None,
        "language": None,
        "hungup": nine + 61 * SECOND,
        "hangup_reason": "normal",
    }
    assert visit == {
        "line": "migration",
        "number": 4,
        "vendor": "acme",
        "contract": "paid",
        "begun": nine + 10 * SECOND,
        "entered": nine + 12 * SECOND,
        "answered": nine + 30 * SECOND,
        "ended": nine + 60 * SECOND,
        "disposition": "answered",
        "in_hours": True,
        "wait": 18 * SECOND,
        "within": True,
        "reached": True,
        "decided": nine + 30 * SECOND,
    }
    assert facts[:5] == [nine, rows.CALL_START, "c1-0", "", "ann"]
    assert len(facts) == 6 * rows.ROW_WIDTH


def test_what_is_not_known_is_null() -> None:
    """A visit without a number that was never offered to the queue, outside hours."""
    found = told(Story("c1").choose("20:00", "migration").hang_up("20:00:05"))
    (visit,) = found["visits"]
    assert (found["started"], found["caller"]) == (None, None)
    assert visit["number"] is visit["entered"] is visit["wait"] is visit["decided"] is None
    assert visit["within"] is None and visit["in_hours"] is False
    assert visit["disposition"] == "left_before_queue"


def test_a_service_level_that_is_not_decided_has_no_instant_of_it() -> None:
    short = told(Story("c1").start("9:00").enter("9:00:10", "migration").hang_up("9:00:12"))
    late = told(Story("c2").start("9:00").enter("9:00:10", "migration").hang_up("9:03"))
    assert short["visits"][0]["within"] is short["visits"][0]["decided"] is None
    assert late["visits"][0]["within"] is False
    assert at("9:00:10") < late["visits"][0]["decided"] <= at("9:03") < at("9:00") + HOUR


def test_words_of_the_outputs_are_those_of_the_domain() -> None:
    assert {*get_args(journeys.Disposition)} == {*DISPOSITIONS, OPEN}
    assert {*get_args(journeys.Outcome)} == {
        outcomes.WITH_VISIT,
        outcomes.MENU_ABANDONED,
        outcomes.ENTRANCE_BLOCKED,
        outcomes.ENTRANCE_CLOSED,
        outcomes.OPEN_IN_MENU,
        outcomes.ORPHAN,
        outcomes.OUTGOING,
        outcomes.TOO_MANY_EVENTS,
    }
