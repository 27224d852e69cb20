"""The four kinds of event: call-start, menu-choice, queue, hangup.

What may stand in each field is said by its type. The published JSON Schemas are made from the types
below, and ``event_reader`` reads by them.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from streams.domain import instants
from streams.domain.privacy import PSEUDONYM_PATTERN

Kind = Literal["call-start", "menu-choice", "queue", "hangup"]
KINDS: Final[tuple[Kind, ...]] = ("call-start", "menu-choice", "queue", "hangup")

LeftReason = Literal[
    "transfer", "overflow", "timeout", "exit_key", "voicemail", "callback", "closed", "full"
]
HangupReason = Literal["normal", "busy", "closed", "error"]
Direction = Literal["inbound", "outbound"]
Phase = Literal["entered", "answered", "returned", "left"]

# 128 characters hold two UUIDs and a prefix. No patterns here: they cost 0.7 us a field, and what
# a line id may look like is the plan's to say.
Id = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="Never a number that somebody is called at.",
    ),
]
LineId = Annotated[str, Meta(min_length=1, max_length=64, description="Line id of the plan.")]
Pseudonym = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="Keyed pseudonym, never a telephone number.",
        extra_json_schema={"pattern": PSEUDONYM_PATTERN},
    ),
]
Word = Annotated[str, Meta(max_length=64)]
Instant = Annotated[
    str,
    Meta(
        max_length=64,
        description="RFC 3339 date-time with offset.",
        extra_json_schema={"format": "date-time", "pattern": instants.PATTERN},
    ),
]
Revision = Annotated[
    int,
    Meta(ge=0, le=2**31 - 1, description="Above 0: a later, corrected version of this event_id."),
]
# Within what every JSON reader keeps exactly.
Order = Annotated[
    int,
    Meta(
        ge=-(2**53) + 1,
        le=2**53 - 1,
        description="The source's own order of events of one contact at equal instants.",
    ),
]
VisitNumber = Annotated[
    int, Meta(ge=0, le=9_999, description="Number of the visit within the contact.")
]


class CallStart(Struct, tag_field="event", tag="call-start", frozen=True, gc=False):
    """A contact begins: the call reaches the entrance.

    Attributes:
        event_id: unique per event at its source.
        call_id: the contact; the record's key.
        at: when it happened.
        direction: `inbound` by default; what the city dials itself is `outbound`.
        channel: `phone` by default; tickets of a desk and others go the same way.
        entry: which number or entrance was dialled.
        language: that the caller hears.
        caller: the outside party, also of an outgoing call.
        menu: version of the menu that is heard.
    """

    event_id: Id
    call_id: Id
    at: Instant
    revision: Revision = 0
    seq: Order | None = None
    direction: Direction | None = None
    channel: Word | None = None
    entry: Word | None = None
    language: Word | None = None
    caller: Pseudonym | None = None
    menu: Word | None = None


class MenuChoice(Struct, tag_field="event", tag="menu-choice", frozen=True, gc=False):
    """The caller chooses a line in the menu.

    Attributes:
        event_id: unique per event at its source.
        call_id: the contact; the record's key.
        at: when it happened.
        direction: `inbound` by default; what the city dials itself is `outbound`.
        channel: `phone` by default; tickets of a desk and others go the same way.
        entry: which number or entrance was dialled.
        language: that the caller hears.
        option: digit that was pressed.
        menu: version of the menu.
        informed: id of an announcement that was heard to its end.
    """

    event_id: Id
    call_id: Id
    at: Instant
    line: LineId
    revision: Revision = 0
    seq: Order | None = None
    direction: Direction | None = None
    channel: Word | None = None
    entry: Word | None = None
    language: Word | None = None
    option: Word | None = None
    menu: Word | None = None
    informed: Word | None = None


class Queue(Struct, tag_field="event", tag="queue", frozen=True, gc=False):
    """The caller enters a line's queue, is answered, given back to it, or leaves it.

    Attributes:
        event_id: unique per event at its source.
        call_id: the contact; the record's key.
        at: when it happened.
        direction: `inbound` by default; what the city dials itself is `outbound`.
        channel: `phone` by default; tickets of a desk and others go the same way.
        entry: which number or entrance was dialled.
        language: that the caller hears.
        phase: which of the four it is; `answered` when joined to a human, `returned` when that
            was given back.
        reason: why the queue was left; required with `left`.
        to_line: where a transfer leads; passed over when the plan has no such line.
        urgent: whether that transfer is urgent.
        vendor: who was offered it, where a line has several at once.
        agent: who answered.
    """

    event_id: Id
    call_id: Id
    at: Instant
    line: LineId
    phase: Phase
    revision: Revision = 0
    seq: Order | None = None
    direction: Direction | None = None
    channel: Word | None = None
    entry: Word | None = None
    language: Word | None = None
    visit: VisitNumber | None = None
    reason: LeftReason | None = None
    to_line: str | None = None
    urgent: bool | None = None
    vendor: Word | None = None
    agent: Pseudonym | None = None


class Hangup(Struct, tag_field="event", tag="hangup", frozen=True, gc=False):
    """The contact ends.

    Attributes:
        event_id: unique per event at its source.
        call_id: the contact; the record's key.
        at: when it happened.
        reason: `normal` by default; `busy` and `closed` where the system refused the call, `error`
            where it lost it.
        by: who ended it.
        direction: `inbound` by default; what the city dials itself is `outbound`.
        channel: `phone` by default; tickets of a desk and others go the same way.
        entry: which number or entrance was dialled.
        language: that the caller hears.
        informed: id of an announcement that was heard to its end.
    """

    event_id: Id
    call_id: Id
    at: Instant
    revision: Revision = 0
    seq: Order | None = None
    direction: Direction | None = None
    channel: Word | None = None
    entry: Word | None = None
    language: Word | None = None
    reason: HangupReason | None = None
    by: Literal["caller", "agent", "system"] | None = None
    informed: Word | None = None


Event = CallStart | MenuChoice | Queue | Hangup

TYPES: Final[dict[str, type[Event]]] = {
    "call-start": CallStart,
    "menu-choice": MenuChoice,
    "queue": Queue,
    "hangup": Hangup,
}


def kind(event: Event) -> Kind:
    """The event's kind, as in its field ``event``."""
    tag: Kind = event.__struct_config__.tag  # type: ignore[assignment]
    return tag
