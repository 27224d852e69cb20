"""What a source partition counts of what it reads."""

from __future__ import annotations

import orjson
from aiokafka import ConsumerRecord

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
