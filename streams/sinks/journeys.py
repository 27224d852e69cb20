"""Ended journeys, as ``contact.journeys`` tells them: facts, visits, and how each was counted."""

from typing import Final, Literal

import msgspec
from msgspec import Struct

from streams.domain.call_events import Contact
from streams.domain.outcome import Outcome, Visit
from streams.sinks.records import Duration, Instant, Record

Disposition = Literal[
    "answered",
    "form",
    "overflowed",
    "callback",
    "closed",
    "blocked",
    "lost",
    "short_abandoned",
    "abandoned",
    "left_before_queue",
    "open",
]
Outcome = Literal[
    "contacts_with_visit",
    "abandoned_in_menu",
    "entrance_blocked",
    "entrance_closed",
    "open_in_menu",
    "orphans",
]

ChoiceFacts = tuple[str, int, str | None, str | None]
StayFacts = tuple[
    str, int, int | None, int | None, int | None, str | None, int | None, str | None, str | None
]
Facts = tuple[
    int,
    int | None,
    list[str | None],
    list[ChoiceFacts],
    list[StayFacts],
    int | None,
    str | None,
    str | None,
]
"""``Contact.facts``: newest instant, start, its details, choices, stays, hangup, reason, by."""

_encode: Final = msgspec.json.Encoder().encode


class Visit(Struct, frozen=True):
    """One stay of a contact at a line.

    Attributes:
        number: of the visit within the contact, where the events had one.
        vendor, contract: whose it was when the visit began, and by what it is judged.
        begun: where it is booked.
        entered: its queue entry; null when it never was offered to the queue.
        in_hours: whether it began in the line's opening hours.
        wait: queue entry to answer or end.
        within: decided within the threshold; null for what is outside service level.
        reached: null for what is outside reachability.
        decided: when service level was decided.
    """

    line: str
    number: int | None
    vendor: str
    contract: str
    begun: Instant
    entered: Instant | None
    answered: Instant | None
    ended: Instant | None
    disposition: Disposition
    in_hours: bool
    wait: Duration | None
    within: bool | None
    reached: bool | None
    decided: Instant | None


class Journey(Struct, frozen=True):
    """A contact that is over: its facts and what they came to.

    Attributes:
        begun: where the contact is booked.
        caller: a pseudonym.
        facts: everything known, as lists: newest instant; start; caller, entry, channel, language;
            choices (line, at, option, menu); queue facts (line, visit number or -1, first entered,
            last entered, answered, agent, left, reason, to_line); hangup, its reason, by whom.
    """

    call_id: str
    begun: Instant
    outcome: Outcome
    started: Instant | None
    caller: str | None
    entry: str | None
    channel: str | None
    language: str | None
    hungup: Instant | None
    hangup_reason: str | None
    visits: list[Visit]
    facts: Facts


def journey_record(contact: Contact, reading: Outcome) -> Record:
    """A journey as a record, keyed by its call id."""
    return contact.call_id.encode(), _encode(journey(contact, reading))


def journey(contact: Contact, reading: Outcome) -> Journey:
    """A contact's facts and what they came to; instants in us since 1970, nothing left out."""
    caller, entry, channel, language = contact.origin or (None, None, None, None)
    return Journey(
        contact.call_id,
        reading.begun,
        reading.outcome,  # type: ignore[arg-type]
        contact.started,
        caller,
        entry,
        channel,
        language,
        contact.hungup,
        contact.hangup_reason,
        [_visit(visit) for visit in reading.visits],
        contact.facts(),
    )


def _visit(visit: Visit) -> Visit:
    terms = visit.terms
    return Visit(
        visit.line,
        visit.number if visit.number >= 0 else None,
        terms.vendor,
        terms.contract.id,
        visit.begun,
        visit.entered,
        visit.answered,
        visit.ended,
        visit.disposition,  # type: ignore[arg-type]
        terms.open,
        visit.wait,
        visit.within,
        visit.reached,
        None if visit.within is None else visit.service_at,
    )
