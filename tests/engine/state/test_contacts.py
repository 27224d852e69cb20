"""Records of contacts in state: their bytes, and that a contact comes back with all that it had."""

import msgspec

from streams.domain import rows
from streams.domain.contact import MOST_EVENTS
from streams.domain.instants import SECOND
from streams.domain.open_contact import OpenContact
from streams.engine.state.contacts import (
    CONTACT_PREFIX,
    contact_record,
    contact_removed,
    from_contact_record,
)
from tests.stories import Story, at

NINE = at("9:00")


def in_state(story: Story) -> OpenContact:
    contact = OpenContact(story.call_id)
    for event, instant in story.facts:
        contact.merge(event, instant)
    return contact


TOLD = (
    Story("pbx1|17", caller="ann")
    .start("9:00")
    .choose("9:00:10", "waste")
    .enter("9:00:12", "waste", visit=1)
    .answer("9:00:30", "waste", visit=1)
    .leave("9:01", "waste", "transfer", visit=1, to="desk")
    .enter("9:01:01", "desk", visit=2)
    .hang_up("9:05", "normal")
)


def test_the_bytes_are_those_that_other_releases_know() -> None:
    asked = Story("c1", caller="ann").start("9:00").enter("9:00:10", "waste").hang_up("9:00:20")
    key, value = contact_record(in_state(asked))
    assert key == b"c|c1" and value is not None
    assert msgspec.msgpack.decode(value) == [
        *(NINE, rows.CALL_START, "c1-0", "", "ann"),
        *(NINE + 10 * SECOND, rows.QUEUE_ENTERED, "c1-1", "waste", None),
        *(NINE + 20 * SECOND, rows.HANGUP, "c1-2", "", None),
    ]
    assert contact_removed("c1") == (b"c|c1", None)


def test_a_contact_comes_back_with_everything_that_is_known_of_it() -> None:
    contact = in_state(TOLD)
    key, value = contact_record(contact)
    assert value is not None
    again = from_contact_record(key.removeprefix(CONTACT_PREFIX), value)
    assert again.call_id == "pbx1|17"
    assert again.stored() == contact.stored()
    assert contact_record(again) == (key, value)


def test_who_comes_back_is_known_to_be_stored_and_how_old_its_oldest_event_is() -> None:
    contact = in_state(TOLD)
    assert not contact.is_stored
    _, value = contact_record(contact)
    assert value is not None
    again = from_contact_record(b"pbx1|17", value)
    assert again.is_stored and again.oldest == NINE


def test_what_came_in_no_order_is_written_as_it_came_and_put_in_order_when_it_is_read() -> None:
    contact = OpenContact(TOLD.call_id)
    for event, instant in reversed(TOLD.facts):
        contact.merge(event, instant)
    key, value = contact_record(contact)
    assert value is not None
    assert msgspec.msgpack.decode(value)[:: rows.ROW_WIDTH] == [
        instant for _, instant in reversed(TOLD.facts)
    ]
    again = from_contact_record(key.removeprefix(CONTACT_PREFIX), value)
    assert again.stored() == in_state(TOLD).stored()


def test_too_many_events_are_written_as_what_is_kept_of_them() -> None:
    story = Story("c1").start("9:00")
    for _ in range(MOST_EVENTS):
        story.choose("9:00:10", "waste")
    _, value = contact_record(in_state(story))
    assert value is not None and len(value) < 4096
