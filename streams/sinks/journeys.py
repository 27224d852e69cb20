"""Ended journeys, as ``contact.journeys`` tells them: facts, visits, and how each was counted."""

from typing import Any

import orjson

from streams.domain.journey import Contact
from streams.domain.visits import NEVER, Reading, Visit


def journey_record(contact: Contact, reading: Reading) -> tuple[bytes, bytes]:
    """A journey as a record, keyed by its call id."""
    return contact.call_id.encode(), orjson.dumps(journey(contact, reading))


def journey(contact: Contact, reading: Reading) -> dict[str, Any]:
    """A contact's facts and what they came to; instants in us since 1970, nothing left out."""
    origin = contact.origin or (None, None, None, None)
    return {
        "call_id": contact.call_id,
        "begun": reading.begun,
        "outcome": reading.outcome,
        "started": contact.started,
        "caller": origin[0],
        "entry": origin[1],
        "channel": origin[2],
        "language": origin[3],
        "hungup": contact.hungup,
        "hangup_reason": contact.hangup_reason,
        "visits": [_visit(visit) for visit in reading.visits],
        "facts": contact.facts(),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "line": visit.line,
        "number": visit.number if visit.number >= 0 else None,
        "vendor": visit.terms.vendor,
        "contract": visit.terms.contract.id,
        "begun": visit.begun,
        "entered": visit.entered,
        "answered": visit.answered,
        "ended": visit.ended,
        "disposition": visit.disposition,
        "in_hours": visit.terms.open,
        "wait": visit.wait,
        "within": visit.within,
        "reached": visit.reached,
        "decided": None if visit.service_at == NEVER else visit.service_at,
    }
