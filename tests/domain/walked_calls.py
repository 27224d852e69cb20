"""Calls as the walk goes through them: what tests of its chapters ask of one."""

from streams.domain.contact import pieces
from streams.domain.instants import SECOND
from streams.domain.walk import line_named_by, walk
from streams.domain.walked import NO_ROW, POSITIONS, Walk
from tests import calls
from tests.calls import Call


def walked(call: Call) -> Walk:
    (contact,) = pieces(calls.rows(call.events))
    return walk(contact)


def visits(call: Call) -> list[tuple[str, str]]:
    """Each visit's line, and what became of it by the walk alone."""
    (contact,) = pieces(calls.rows(call.events))
    found = walk(contact)
    return [
        (
            line_named_by(contact.rows, visit.line),
            "answered" if visit.answered != NO_ROW else visit.reason or POSITIONS[found.position],
        )
        for visit in found.visits
    ]


def waits(call: Call) -> list[int]:
    """Each visit's time in the queue, in seconds."""
    (contact,) = pieces(calls.rows(call.events))
    ats = contact.ats
    return [
        sum(ats[until] - ats[since] for since, until in visit.laps if until != NO_ROW) // SECOND
        for visit in walk(contact).visits
    ]
