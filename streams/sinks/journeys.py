"""Ended journeys, as ``contact.journeys`` tells them: events, visits, and how each was counted."""

from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from streams.domain import outcome as outcomes
from streams.domain.alike import Alike
from streams.domain.contact import Piece
from streams.domain.walked import NO_ROW
from streams.sinks.records import Duration, Instant, Record

Disposition = Literal[
    "answered",
    "form",
    "chose_again",
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
    "outgoing",
    "too_many_events",
]

_encode: Final = msgspec.json.Encoder().encode


class Visit(Struct, frozen=True):
    """One stay of a contact at a line.

    Attributes:
        number: of the visit within the contact, where the events had one.
        vendor, contract: whose it was when the visit began, and by what it is judged.
        begun: where it is booked.
        entered: its queue entry; null when it never was offered to the queue.
        in_hours: whether the contact was in opening hours.
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
    """A contact that is over: its events and what they came to.

    Attributes:
        begun: where the contact is booked.
        caller: a pseudonym.
        facts: the events, one after another in canonical order, each as five values: its instant;
            a number for its kind, phase, reason and visit number; its id; its line; and what else
            it told.
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
    facts: list[Any]


def journey_record(call_id: str, piece: Piece, outcome: outcomes.Outcome) -> Record:
    """A journey as a record, keyed by its call id."""
    return call_id.encode(), _encode(journey(call_id, piece, outcome))


def journey(call_id: str, piece: Piece, outcome: outcomes.Outcome) -> Journey:
    """A contact's events and what they came to; instants in us since 1970, nothing left out."""
    told = outcome.properties
    return Journey(
        call_id,
        outcome.begun,
        outcome.outcome,  # type: ignore[arg-type]
        outcome.started,
        outcome.caller,
        told.entry,
        told.channel,
        told.language,
        outcome.hung_up,
        None if outcome.walk is None else outcome.walk.hung_up,
        [_visit(visit) for visit in outcome.visits],
        piece.told,
    )


def alike_record(call_id: str, alike: Alike) -> Record:
    """The journey of a contact that is judged like another one, as a record."""
    return call_id.encode(), _encode(journey_alike(call_id, alike))


def journey_alike(call_id: str, alike: Alike) -> Journey:
    """The same as ``journey`` gives."""
    judged, piece, here, told, caller = alike
    of, ats, terms, properties = judged.journey, piece.ats, here.terms, told.properties
    assert of is not None
    visit = Visit(
        terms.line,
        of.number,
        terms.vendor,
        terms.contract.id,
        ats[judged.begun],
        None if of.entered is None else of.entered.of(ats),
        None if judged.answered == NO_ROW else ats[judged.answered],
        None if of.ended is None else of.ended.of(ats),
        of.disposition,  # type: ignore[arg-type]
        of.in_hours,
        None if of.wait is None else ats[of.wait.until] - ats[of.wait.since],
        of.within,
        of.reached,
        None if of.service_at is None else of.service_at.of(ats),
    )
    return Journey(
        call_id,
        ats[0],
        judged.outcome,  # type: ignore[arg-type]
        ats[0],
        caller,
        properties.entry,
        properties.channel,
        properties.language,
        ats[judged.hangup],
        judged.hung_up,
        [visit],
        piece.told,
    )


def _visit(visit: outcomes.Visit) -> Visit:
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
        visit.in_hours,
        visit.wait,
        visit.within,
        visit.reached,
        None if visit.within is None else visit.service_at,
    )
