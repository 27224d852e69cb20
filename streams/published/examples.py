"""Examples for the published schemas: one call, and what comes of it on each output topic.

The outputs are made by the domain itself, so that an example can't show what never happens.
"""

import json
from typing import Any, Final

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL, books, start_of
from streams.domain.call_events import Contact
from streams.domain.decision_slots import DECISION_SLOT
from streams.domain.decisions import told
from streams.domain.detector import Alert, Subject
from streams.domain.event_reader import UNKNOWN_LINE, Reader
from streams.domain.events import Kind
from streams.domain.instants import MINUTE, SECOND, parse
from streams.domain.judge import judge
from streams.domain.plan import Plan
from streams.domain.plan.judgement import around
from streams.domain.tally import LINE, Tally
from streams.engine.kafka import topics
from streams.engine.state.callers import call_record, clock_record
from streams.engine.state.partials import (
    Published,
    decided_record,
    figures_record,
    for_good_records,
    published_record,
    restart_record,
    told_judgement_record,
    waits_record,
    watermark_record,
)
from streams.sinks.alerts import alert_object
from streams.sinks.journeys import journey_record
from streams.sinks.records import DeadLetter, callers_interval_record, interval_record

OF_EVENTS: Final[dict[Kind, list[dict[str, Any]]]] = {
    "call-start": [
        {
            "event": "call-start",
            "event_id": "pbx1-988",
            "call_id": "pbx1-17",
            "at": "2026-11-21T08:59:31+01:00",
            "caller": "9f2d3f5c0a1b47e8",
            "entry": "main",
            "language": "nl",
        },
        {"event_id": "pbx1-988", "call_id": "pbx1-17", "at": "2026-11-21T07:59:31Z"},
    ],
    "menu-choice": [
        {
            "event": "menu-choice",
            "event_id": "pbx1-990",
            "call_id": "pbx1-17",
            "at": "2026-11-21T08:59:44.250+01:00",
            "line": "waste",
            "option": "3",
            "menu": "2026-10",
        }
    ],
    "queue": [
        {
            "event": "queue",
            "event_id": "pbx1-991",
            "call_id": "pbx1-17",
            "at": "2026-11-21T09:00:12.500+01:00",
            "line": "waste",
            "visit": 1,
            "phase": "entered",
        },
        {
            "event": "queue",
            "event_id": "pbx1-995",
            "call_id": "pbx1-17",
            "at": "2026-11-21T09:00:30+01:00",
            "line": "waste",
            "visit": 1,
            "phase": "answered",
            "agent": "b7c1",
        },
        {
            "event": "queue",
            "event_id": "pbx1-1003",
            "call_id": "pbx1-17",
            "at": "2026-11-21T09:02:05+01:00",
            "line": "waste",
            "visit": 1,
            "phase": "left",
            "reason": "transfer",
            "to_line": "desk",
        },
    ],
    "hangup": [
        {
            "event": "hangup",
            "event_id": "pbx1-1010",
            "call_id": "pbx1-17",
            "at": "2026-11-21T09:04:41+01:00",
            "reason": "normal",
            "by": "caller",
        }
    ],
}


def lines() -> list[dict[str, Any]]:
    """The inputs as lines of a file, with their kinds."""
    return [each for kind in OF_EVENTS.values() for each in kind if "event" in each]


def called() -> tuple[Plan, Contact, int]:
    """The inputs as a contact, the plan that they are read by, and half an hour later."""
    plan = Plan.default()
    read = Reader.of(plan).read
    contact = Contact("pbx1-17")
    for line in lines():
        outcome = read(json.dumps(line).encode(), parse(line["at"]))
        event, at = outcome
        assert isinstance(at, int), f"an example is refused: {outcome}"
        contact.merge(event, at)  # type: ignore[arg-type]
    return plan, contact, contact.newest + 30 * MINUTE


def outputs() -> dict[str, list[Any]]:
    """What comes of the inputs, per output topic."""
    plan, contact, now = called()
    (piece,) = contact.pieces()
    judged = judge(piece, plan, now)
    assert judged is not None
    call = callers.call(contact.call_id, judged)
    assert call is not None
    decided = told(contact.call_id, piece, plan, judged, now)
    scope, start = LINE + "waste", start_of(judged.begun, INTERVAL)
    tally = books([contact], plan, now).totals[scope]
    alert = Alert(
        subject=Subject(scope, "waste", "scheldelijn"),
        kind="no_entry",
        severity="page",
        cause="busy",
        since=judged.begun,
        opened_at=judged.begun + 6 * MINUTE,
        resolved_at=None,
        people=15,
        decided=16,
        figure=1 / 16,
        target=None,
        usual=0.96,
        evidence="15 of 16 contacts in 6 min came into no queue, 93.8 % where 4 % is usual: most "
        "got a busy tone.",
        lines=("waste",),
    )
    dead = DeadLetter(
        "contact.queue",
        3,
        118,
        judged.begun // 1000,
        UNKNOWN_LINE,
        "line 'garden' is not in the plan at 2026-11-21T08:00:12Z",
    )
    records: dict[str, list[tuple[bytes, bytes | None]]] = {
        topics.JOURNEYS: [journey_record(contact.call_id, piece, judged)],
        topics.PARTIALS: [
            figures_record(7, 3, (scope, INTERVAL, start), tally, False),
            decided_record(7, 3, start_of(decided[0][1], DECISION_SLOT), decided[:1]),
            *for_good_records(7, 3, 118, decided),
            waits_record(7, 3, scope, 1, judged.begun + SECOND),
            waits_record(7, 3, scope, 0, None),
            watermark_record(7, 3, now, now, held=[start]),
            restart_record(7, 3),
            told_judgement_record(3, around(plan, now)),
            published_record(7, Published(now, frozenset({(scope, start)}), frozenset({start}))),
        ],
        topics.INTERVALS: [
            interval_record(scope, start, tally),
            callers_interval_record(scope, start, Tally.of(repeat_callers=1), 2),
        ],
        topics.CALLERS: [
            call_record(call.caller, call.contact, call),
            clock_record(3, now, [start]),
        ],
        topics.ALERTS: [(b"", json.dumps(alert_object(alert)).encode())],
        topics.DEAD: [dead.record()],
    }
    return {
        topic: [json.loads(value) for _, value in shown if value is not None]
        for topic, shown in records.items()
    }
