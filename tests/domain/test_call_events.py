"""What was told under one call id: told twice, in any order, in parts, in whatever number."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from streams.domain import call_events
from streams.domain.call_events import Contact
from streams.domain.contact import MOST_EVENTS, Piece, pieces
from streams.domain.instants import HOUR
from streams.domain.rows import ROW_WIDTH, encode
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
    assert len(contact.rows) == ROW_WIDTH


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
    assert len(contact.rows) < ROW_WIDTH * 2 * MOST_EVENTS
    (piece,) = contact.pieces()
    assert piece.too_many
    assert contact.newest == at("9:00") + (4 * MOST_EVENTS - 1) * 1_000_000


def test_long_fields_are_too_much_before_there_are_too_many() -> None:
    event_id, agent = "e" * 120, "a" * 64
    story = Story().start("9:00")
    for second in range(MOST_EVENTS - 10):
        event, instant = Story().answer(at("9:01") + second * 1_000_000, "waste").facts[0]
        fields = {"event_id": f"{event_id}{second}", "agent": agent, "language": "x" * 64}
        story.facts.append((structs.replace(event, **fields), instant))
    contact = told(story.facts)
    assert contact.pieces()[0].too_many
    assert len(encode(contact.stored())) < 4096


def test_an_id_used_day_after_day_is_put_in_order_a_few_times_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = 0

    def counting(rows: list[Any]) -> list[Piece]:
        nonlocal times
        times += 1
        return pieces(rows)

    monkeypatch.setattr(call_events, "pieces", counting)
    contact = Contact("call")
    for day in range(400):
        story = Story().start(at("9:00") + day * 24 * HOUR)
        for second in range(1, 5):
            story.enter(at("9:00") + day * 24 * HOUR + second * 1_000_000, "waste")
        for number, (event, instant) in enumerate(story.facts):
            contact.merge(structs.replace(event, event_id=f"{day}-{number}"), instant)
    assert times < 5
    assert len(contact.pieces()) == 400
