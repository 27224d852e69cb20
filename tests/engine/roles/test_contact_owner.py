"""What a source partition counts of what it reads."""

from __future__ import annotations

import orjson
from aiokafka import ConsumerRecord

from streams.domain import instants
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.routes import Routes
from tests.stories import PLAN, at


def test_a_line_that_nobody_knows_is_left_out_and_counted() -> None:
    event = {
        "event": "queue",
        "event_id": "1",
        "call_id": "c",
        "at": "2026-11-18T09:00:00Z",
        "line": "waste",
        "phase": "left",
        "reason": "transfer",
        "to_line": "nowhere",
    }
    counts = Counts()
    source = ContactOwner(0, PLAN, Routes(1, 1, 1), counts)
    timestamp = at("12:00") // 1000
    records = [
        ConsumerRecord(
            "contact.queue", 0, offset, timestamp, 1, b"c", orjson.dumps(event), None, 0, 0, ()
        )
        for offset in range(2)
    ]
    source.merge("contact.queue", records)
    assert counts.unknown_to_lines == 2
    assert source.ledger.contacts["c"].rows
    assert not sum(counts.refused.values())


def test_an_event_may_be_ahead_of_its_record_and_time_is_not() -> None:
    """A producer whose clock is four minutes ahead seals nobody's quarter-hour."""
    source = ContactOwner(0, PLAN, Routes(1, 1, 1), Counts())
    for offset, (event, appended) in enumerate(
        ((at("9:04"), at("9:00")), (at("9:01"), at("9:02")))
    ):
        said = {
            "event": "hangup",
            "event_id": f"{offset}",
            "call_id": "c",
            "at": instants.text(event),
        }
        record = ConsumerRecord(
            *("contact.hangup", 0, offset, appended // 1000, 1, b"c"),
            *(orjson.dumps(said), None, 0, 0, ()),
        )
        source.merge("contact.hangup", [record])
        assert source.newest["contact.hangup"] == at(f"9:0{offset}")
    assert len(source.ledger.contacts) == 1


def test_where_there_is_no_room_for_another_contact_its_events_are_refused_and_may_come_again() -> (
    None
):
    """Who sends ever new ids fills the dead letters, not the memory; calls that are known go on."""
    counts, room = Counts(), 2
    source = ContactOwner(0, PLAN, Routes(1, 1, 1), counts, lambda: room)
    offset = 0

    def starts(*call_ids: str, event: str = "call-start") -> None:
        nonlocal offset
        records = []
        for call_id in call_ids:
            said = {
                "event": event,
                "event_id": "1",
                "call_id": call_id,
                "at": instants.text(at("9:00")),
            }
            key = call_id.encode()
            place = (f"contact.{event}", 0, offset, at("9:00") // 1000, 1, key)
            records.append(ConsumerRecord(*place, orjson.dumps(said), None, 0, 0, ()))
            offset += 1
        source.merge(f"contact.{event}", records)

    starts("a", "b", "c", "a")
    assert [*source.ledger.contacts] == ["a", "b"]
    assert counts.refused["too_many_contacts"] == 1
    room = 0
    starts("a", "b", event="hangup")
    assert counts.refused["too_many_contacts"] == 1
    outputs = source.checkpoint(at("9:01"), 1)
    (letter,) = outputs["contact.dead-letters", 0]
    assert b'"reason":"too_many_contacts"' in letter[1] and b"open_contacts" in letter[1]
    room = 1
    starts("c", event="hangup")
    assert [*source.ledger.contacts] == ["a", "b", "c"]
