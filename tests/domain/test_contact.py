"""The set of a contact: whatever is told, in whatever order, as often as may be."""

from typing import Any

import pytest

from streams.domain.contact import MOST_EVENTS, Piece, pieces, properties
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.rows import decode, encode
from streams.domain.walk import walk
from tests import calls
from tests.calls import BEGIN, Call, Told


def contacts(call: Call) -> list[Piece]:
    return pieces(calls.rows(call.events))


def contact_of(call: Call) -> Piece:
    (contact,) = contacts(call)
    return contact


def ids(contact: Piece) -> list[str]:
    """The ids of the events that count."""
    found: list[str] = contact.rows[2::5]
    return found


# Told twice, told otherwise


def test_an_event_told_twice_is_one() -> None:
    call = Call().start(0).hang_up(5)
    assert contact_of(call).told == pieces(calls.rows(call.events * 3))[0].told


def test_topics_that_come_one_after_another_make_the_same_contact() -> None:
    call = Call().start(0).choose(1, "waste").enter(2, "waste").answer(3, "waste").hang_up(5)
    backwards = pieces(calls.rows(call.events[::-1]))
    assert [each.told for each in backwards] == [contact_of(call).told]


@pytest.mark.parametrize(
    ("one", "other", "counts"),
    [
        ({"at": 5}, {"at": 4, "revision": 1}, 4),
        ({"at": 5, "revision": 2}, {"at": 4, "revision": 1}, 5),
        ({"at": 5}, {"at": 4}, 4),
    ],
)
def test_of_two_under_one_id_the_newer_version_counts_then_the_earlier(
    one: Told, other: Told, counts: int
) -> None:
    call = Call().hang_up(event_id="e", **one).hang_up(event_id="e", **other)
    contact = contact_of(call)
    assert contact.conflicting == 1
    assert contact.rows[::5] == [BEGIN + counts * SECOND]


def test_of_two_alike_under_one_id_the_smaller_bytes_count() -> None:
    call = Call().choose(0, "waste", event_id="e").choose(0, "desk", event_id="e")
    for events in (call.events, call.events[::-1]):
        (contact,) = pieces(calls.rows(events))
        assert (contact.rows[3], contact.conflicting) == ("desk", 1)


def test_what_does_not_count_is_kept_so_that_it_is_not_counted_anew() -> None:
    call = Call().hang_up(5, event_id="e").hang_up(4, event_id="e")
    kept = contact_of(call).told
    assert pieces(kept + calls.rows(call.events))[0].conflicting == 1


# One id, several contacts


@pytest.mark.parametrize(("apart", "contacts_of_it"), [(12 * 3600, 1), (12 * 3600 + 0.000001, 2)])
def test_more_than_twelve_hours_between_neighbours_are_two_contacts(
    apart: float, contacts_of_it: int
) -> None:
    assert len(contacts(Call().start(0).start(apart))) == contacts_of_it


def test_an_event_in_between_makes_one_contact_of_two() -> None:
    call = Call().start(0).hang_up(20 * 3600)
    assert len(contacts(call)) == 2
    assert len(contacts(call.enter(10 * 3600, "waste"))) == 1


def test_a_source_that_counts_its_events_anew_in_the_next_contact_loses_none() -> None:
    call = Call().start(0, event_id="1").start(24 * 3600, event_id="1")
    assert [each.conflicting for each in contacts(call)] == [0, 0]


# Bounds


def crowd(events: int) -> Call:
    call = Call().start(0, direction="outbound")
    for n in range(events - 1):
        call.enter(n + 1, "waste")
    return call


def test_a_contact_of_more_events_than_are_kept_says_so() -> None:
    assert not contact_of(crowd(MOST_EVENTS)).too_many
    contact = contact_of(crowd(MOST_EVENTS + 1))
    assert contact.too_many
    assert len(contact.told) // 5 == 3
    assert (contact.oldest, contact.newest) == (BEGIN, BEGIN + MOST_EVENTS * SECOND)


def test_a_contact_of_more_bytes_than_are_kept_says_so() -> None:
    call = Call()
    for n in range(40):
        call.choose(n, "waste", option="x" * 2_000)
    assert contact_of(call).too_many


def test_what_is_kept_of_too_many_is_the_same_in_whatever_parts_they_came() -> None:
    events = crowd(MOST_EVENTS + 50).events
    whole = pieces(calls.rows(events))
    for cut in (1, 30, MOST_EVENTS, MOST_EVENTS + 20):
        parts: list[Any] = []
        for part in (events[cut:], events[:cut]):
            parts = [value for each in pieces(parts + calls.rows(part)) for value in each.told]
        assert parts == whole[0].told


def test_a_contact_of_too_many_reaches_as_far_as_it_did() -> None:
    events = crowd(MOST_EVENTS + 1).events
    far = Call()
    for n in range(4):
        far.enter(11 * 3600 * (n + 1), "waste", event_id=f"far{n}")
    (kept,) = pieces(calls.rows([*events, *far.events]))
    assert kept.newest == BEGIN + 44 * HOUR
    again = pieces(kept.told + calls.rows(Call().hang_up(50 * 3600).events))
    assert len(again) == 1


# What is true of the whole contact


def test_a_property_is_that_of_the_first_event_that_tells_it() -> None:
    call = Call().start(0, entry="main").choose(1, "waste", language="nl", entry="business")
    contact = contact_of(call.hang_up(5, language="nl", direction="outbound"))
    told = properties(contact.rows, walk(contact).order)
    assert (told.entry, told.language, told.direction) == ("main", "nl", "outbound")
    assert (told.channel, told.menu, told.conflicting, told.outgoing) == (None, None, 1, True)


def test_a_plain_call_tells_nothing_of_itself() -> None:
    contact = contact_of(Call().start(0, caller="ann").choose(1, "waste", option="1"))
    assert properties(contact.rows, walk(contact).order) == (None,) * 5 + (0,)


# As of an instant, and at rest


def test_as_of_an_instant_there_are_the_events_until_then() -> None:
    contact = contact_of(Call().start(0).enter(2, "waste").hang_up(5))
    seen = contact.as_of(BEGIN + 4 * SECOND)
    assert seen is not None and ids(seen) == ["e000", "e001"]
    assert contact.as_of(BEGIN - MINUTE) is None


@pytest.mark.parametrize("events", [1, 2, 3, 4, 200, 14_000])
def test_rows_are_read_as_they_were_written(events: int) -> None:
    flat = calls.rows(crowd(events + 1).events)
    assert decode(encode(flat)) == flat
