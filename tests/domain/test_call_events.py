"""What was told under one call id: told twice, in any order, in parts, in whatever number."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.call_events import Contact
from streams.domain.contact import MOST_EVENTS
from streams.domain.instants import HOUR
from streams.domain.rows import WIDTH
from tests.stories import Fact, Story, at, events

NOON = at("12:00")


def told(facts: list[Fact]) -> Contact:
    contact = Contact("call")
    for event, instant in facts:
        contact.merge(event, instant)
    return contact


def test_an_event_told_twice_is_one() -> None:
    contact = Contact("call")
    ((event, instant),) = Story().start("9:00").facts
    assert contact.merge(event, instant)
    assert not contact.merge(event, instant)
    assert contact.knows(event, instant)
    assert not contact.knows(event, instant + 1)
    assert len(contact.rows) == WIDTH


@given(st.data())
def test_what_is_stored_is_a_function_of_the_set(data: st.DataObject) -> None:
    facts = data.draw(events(NOON, NOON + 2 * HOUR, calls=1))
    again = data.draw(st.permutations(facts + data.draw(st.lists(st.sampled_from(facts)))))
    stored: list[Any] = told(facts).stored()
    assert told(again).stored() == stored
    read = Contact.from_stored("call", stored)
    assert read.stored() == stored
    assert read.newest == told(facts).newest
    assert [piece.told for piece in read.pieces()] == [piece.told for piece in told(facts).pieces()]


def test_a_copy_goes_its_own_way() -> None:
    story = Story().start("9:00").hang_up("9:05")
    contact = told(story.facts[:1])
    twin = contact.copy()
    twin.merge(*story.facts[1])
    assert sorted(contact.instants()) == [at("9:00")]
    assert sorted(twin.instants()) == [at("9:00"), at("9:05")]


def test_an_id_used_again_the_next_day_is_two_contacts() -> None:
    facts = Story().start("9:00").hang_up("9:05").facts
    later = Story().start(at("9:00") + 24 * HOUR).facts
    again = [(event, instant) for event, instant in later]
    event, instant = again[0]
    contact = told(facts)
    contact.merge(type(event)("other", "call", event.at), instant)
    assert len(contact.pieces()) == 2
    assert contact.newest == at("9:00") + 24 * HOUR


def test_what_is_kept_of_a_flood_is_bounded_whatever_is_asked_of_it() -> None:
    story = Story().start("9:00")
    for second in range(4 * MOST_EVENTS):
        story.enter(at("9:00") + second * 1_000_000, "waste")
    contact = told(story.facts)
    assert len(contact.rows) < WIDTH * 2 * MOST_EVENTS
    (piece,) = contact.pieces()
    assert piece.too_many
    assert contact.newest == at("9:00") + (4 * MOST_EVENTS - 1) * 1_000_000
