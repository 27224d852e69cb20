"""What the dialplan writes into Asterisk's log, with ``QueueLog`` and ``QueueUpdate``."""

from typing import Final

from streams.domain import instants
from streams.domain.events import CallStart, Event, MenuChoice
from streams.domain.privacy import holds_number
from streams.sources.asterisk_outcome import (
    NUMBER_DIALLED,
    SAID_BEFORE,
    TOLD_LATER,
    UNKNOWN_CALL,
    UNMAPPED,
    Meaning,
    OneRecord,
    Told,
)
from streams.sources.asterisk_records import number

_JOINED: Final = frozenset(
    {"TIMEOUT", "LEAVEEMPTY", "LEAVEUNAVAIL", "CONTINUE", "WITHDRAW", "COMPLETED", "ANSWERED"}
)
"""Values of QUEUESTATUS after a caller was in the queue, which has written its own line then."""

_ENTRY: Final = 64
"""Characters of an event's ``entry``."""


def _dialled(one: OneRecord) -> Told:
    entry = one.record.text(0).strip()
    if holds_number(entry):  # no event may have one
        return one.nothing(NUMBER_DIALLED)
    if entry and entry.isprintable() and len(entry) <= _ENTRY:
        one.call.entry = entry
    return one.nothing(TOLD_LATER)


def _chose(one: OneRecord) -> Told:
    """``option|line|menu``; the line is one of the plan, or a queue that feeds one; without it, the
    record's queue."""
    record, call = one.record, one.call
    line = one.context.chosen(record.text(1) or record.queue, one.at)
    if line is None:
        return one.nothing(UNMAPPED)
    call.told = True
    if call.where in ("left", "over"):
        call.where = "menu"
    event = MenuChoice(
        one.event_id("choice"), one.call_id, instants.text(one.at), line, seq=call.next(),
        option=_word(record.text(0)), menu=_word(record.text(2)), revision=one.context.revision,
    )  # fmt: skip
    # Who calls is said by the queue: until then the call's start waits.
    return Told([*(one.start() if call.caller else ()), event], None, one.call_id)


def _word(text: str) -> str | None:
    text = text.strip()
    if not text.isprintable() or len(text) > _ENTRY or holds_number(text):
        return None
    return text or None


def _gave_up_in_menu(one: OneRecord) -> Told:
    if one.call.where == "over":
        return one.nothing(SAID_BEFORE)
    return one.told(one.hangup("caller"))


def _hung_up(one: OneRecord) -> Told:
    """Of a hangup handler, at the end of every call; which may have been told before."""
    one.call.gone = True
    if not one.call.told:
        return one.nothing(UNKNOWN_CALL)
    if one.call.where == "over":
        return one.nothing(SAID_BEFORE)
    said = one.record.text(0).casefold()
    by = next((who for who in ("caller", "agent", "system") if who == said), None)
    return one.told(one.hangup(by))


def _refused(one: OneRecord) -> Told:
    """Could not join the queue, which writes no line of its own then."""
    why = one.record.text(0).upper() if one.record.event == "BLOCKED" else one.record.event
    if why in _JOINED or (not why and one.call.where != "menu"):
        return one.nothing(SAID_BEFORE)
    one.stands("left")
    if one.line is None:
        return one.nothing(UNMAPPED)
    return one.told(one.queue("left", "closed" if why == "CLOSED" else "full"))


def _called(one: OneRecord) -> Told:
    """``status|talk|number``, of the application ``QueueUpdate``: the city has called somebody."""
    record, call = one.record, one.call
    if call.told:
        return one.nothing(SAID_BEFORE)
    if one.line is None:
        return one.nothing(UNMAPPED)
    talked = record.seconds(1) or 0
    answered = record.text(0).upper() in ("ANSWER", "ANSWERED") or talked > 0
    begun = min(one.begun(), one.at - talked)
    person = number(record.text(2))
    call.told = call.started = True
    events: list[Event] = [
        CallStart(
            one.event_id("start", "-start"), one.call_id, instants.text(begun), seq=-1,
            direction="outbound", caller=one.context.person(person),
            revision=one.context.revision,
        )
    ]  # fmt: skip
    if answered:
        events.append(
            one.queue("answered", agent=one.agent(), at=one.at - talked, direction="outbound")
        )
    return Told([*events, one.hangup(None, direction="outbound")], None, one.call_id)


OF_DIALPLANS: Final[dict[str, Meaning]] = {
    "DID": _dialled,
    "MENUCHOICE": _chose,
    "MENUHANGUP": _gave_up_in_menu,
    "HANGUP": _hung_up,
    "BLOCKED": _refused,
    "FULL": _refused,
    "JOINEMPTY": _refused,
    "JOINUNAVAIL": _refused,
    "OUTCALL": _called,
}
"""By event."""
