"""Contacts as they are read at an instant: their pieces, and all that follows from them."""

from collections.abc import Iterable
from itertools import chain

from streams.domain import caller_history as callers
from streams.domain import decisions
from streams.domain.alike import Alike, Known
from streams.domain.contact import Piece
from streams.domain.decisions import Told
from streams.domain.entries import entries
from streams.domain.judge import judge
from streams.domain.open_contact import NEVER_READ, OpenContact
from streams.domain.outcome import NEVER, Outcome
from streams.domain.plan import Plan
from streams.domain.tally import Entry


class Reading:
    """One contact as it is read.

    Attributes:
        contact: which.
        pieces: what its events make up; none when nothing of it has begun.
        outcomes: what those of them come to that have begun.
        ahead: when the next one begins, else ``NEVER``.
        decided: what was decided of them.
        calls: what they tell of their callers.
        alike: what it is instead of these three, if it is judged like another one: it was never
            read before, and is over.
    """

    __slots__ = ("ahead", "alike", "calls", "contact", "decided", "outcomes", "pieces")

    def __init__(self, contact: OpenContact, pieces: list[Piece]) -> None:
        self.contact = contact
        self.pieces = pieces
        self.outcomes: list[tuple[Piece, Outcome]] = []
        self.ahead = NEVER
        self.decided: list[Told] = []
        self.calls: list[callers.Call] = []
        self.alike: Alike | None = None

    def booked(self) -> list[Entry]:
        """All that the contact adds to the books."""
        return [*chain.from_iterable(entries(outcome) for _, outcome in self.outcomes)]


def read(contacts: Iterable[OpenContact], plan: Plan, now: int) -> list[Reading]:
    """Reads contacts, one step of it for all of them after another: see ``READ_TOGETHER``."""
    found = [
        # While topics are read at different paces, many contacts begin beyond the watermark.
        Reading(contact, contact.pieces() if _has_begun(contact, now) else [])
        for contact in contacts
    ]
    for each in found:
        for piece in each.pieces:
            outcome = judge(piece, plan, now)
            if outcome is None:
                each.ahead = min(each.ahead, piece.ats[0])
            else:
                each.outcomes.append((piece, outcome))
    for each in found:
        call_id = each.contact.call_id
        for piece, outcome in each.outcomes:
            each.decided += decisions.told(call_id, piece, plan, outcome, now)
    for each in found:
        call_id = each.contact.call_id
        for _, outcome in each.outcomes:
            call = callers.call(call_id, outcome)
            if call is not None:
                each.calls.append(call)
    return found


def read_once(
    contacts: Iterable[OpenContact], plan: Plan, now: int, known: Known, over: int
) -> list[Reading]:
    """Reads contacts as ``read`` does, but those that are judged like another one. These are over:
    they were never read before, and all of them is older than ``over``."""
    found: list[Reading | None] = []
    others: list[OpenContact] = []
    for contact in contacts:
        reading = None
        if contact.as_of == NEVER_READ and contact.newest < over:
            pieces = contact.pieces()
            alike = known.find(pieces[0], now) if len(pieces) == 1 else None
            if alike is not None and alike[0].told is not None:
                reading = Reading(contact, pieces)
                reading.alike = alike
        if reading is None:
            others.append(contact)
        found.append(reading)
    if not others:
        return found  # type: ignore[return-value]
    judged = iter(read(others, plan, now))
    return [next(judged) if reading is None else reading for reading in found]


def as_read(contact: OpenContact, plan: Plan) -> Reading:
    """A contact that has rested, as it was read last."""
    (found,) = read([contact.as_read()], plan, contact.as_of)
    return found


def _has_begun(contact: OpenContact, now: int) -> bool:
    return contact.oldest <= now or contact.as_of > NEVER_READ
