"""Records of Asterisk's queues: into a queue, to an agent, out of it, the end of a talk."""

from typing import Final, Literal

from streams.domain.events import Event, LeftReason
from streams.sources.asterisk_outcome import (
    ASKING,
    SAID_BEFORE,
    UNMAPPED,
    Meaning,
    OneRecord,
    Told,
    queue_name,
)
from streams.sources.asterisk_records import caller, extension
from streams.sources.asterisk_transfers import question_of, take_over

_CALLBACK: Final = ("callback", "terugbel", "rückruf", "rueckruf", "rappel")
"""With what those who take a caller out of a queue say that they call back: English, Dutch, German,
French."""


def _entered(one: OneRecord) -> Told:
    call = one.call
    number = caller(one.record)
    call.caller = one.context.person(number) or call.caller
    call.taken_by = None
    asking_for = None if call.told else _talks_to(one, number)
    one.stands("waiting")
    call.entered = one.at
    if asking_for is not None:
        call.asks_for, call.order = asking_for, call.next()
        return one.nothing(ASKING)
    if one.line is None:
        return one.nothing(UNMAPPED)
    starting = one.start()
    event = one.queue("entered")
    call.order = event.seq or 0
    return Told([*starting, event], None, one.call_id)


def _talks_to(one: OneRecord, number: str) -> str | None:
    """The call whose agent calls from this number while talking: an agent who asks a colleague is
    no caller of the city."""
    extension_called = one.context.person(number)
    if extension_called is None:
        return None
    return one.context.calls.talking_at(extension_called, one.at)


def _connected(one: OneRecord) -> Told:
    call, waited = one.call, one.record.seconds(0)
    taken: list[Event] = []
    if call.asks_for is None and call.queue != queue_name(one.record.queue):
        question = question_of(one, waited)
        if question is not None:
            taken = take_over(one, question)
    elif call.asks_for is not None:
        call.agent = one.agent()
        one.stands("talking")
        return one.nothing(ASKING)
    before = taken or ([] if one.line is None else one.entry(waited))
    one.stands("talking")
    call.agent = one.agent()
    one.context.calls.talks(one.call_id, one.context.person(extension(one.record.member)))
    if one.line is None:
        return one.nothing(UNMAPPED)
    return one.told(*before, one.queue("answered", agent=call.agent))


def _dumped(one: OneRecord) -> Told:
    if one.call.asks_for is not None:
        return one.nothing(ASKING)
    one.stands("waiting")
    if one.line is None:
        return one.nothing(UNMAPPED)
    return one.told(one.queue("returned"))


def _left(reason: LeftReason) -> Meaning:
    def meaning(one: OneRecord) -> Told:
        return _leaves(one, reason)

    return meaning


def _leaves(one: OneRecord, reason: LeftReason) -> Told:
    if one.call.asks_for is not None:
        one.call.where, one.call.asks_for = "over", None
        return one.nothing(ASKING)
    before = [] if one.line is None else one.entry(one.record.seconds(2))
    one.stands("left")
    if one.line is None:
        return one.nothing(UNMAPPED)
    return one.told(*before, one.queue("left", reason))


def _left_by_key(one: OneRecord) -> Told:
    one.record = one.record._replace(parameters=one.record.parameters[1:])
    return _leaves(one, "exit_key")


def _withdrawn(one: OneRecord) -> Told:
    """Taken out by command, with a word of whoever gave it."""
    word = one.record.text(3).casefold().replace(" ", "").replace("-", "")
    called_back = any(each in word for each in _CALLBACK)
    return _leaves(one, "callback" if called_back else "overflow")


def _left_empty(one: OneRecord) -> Told:
    if one.call.where == "waiting" and one.call.queue == queue_name(one.record.queue):
        return _leaves(one, "overflow")
    return one.nothing(SAID_BEFORE)


def _abandoned(one: OneRecord) -> Told:
    return _over(one, "caller", one.record.seconds(2))


def _unable(one: OneRecord) -> Told:
    return _over(one, "system", None, reason="error")


def _over(
    one: OneRecord,
    by: Literal["caller", "agent", "system"],
    waited: int | None,
    reason: Literal["error"] | None = None,
) -> Told:
    call = one.call
    if call.asks_for is not None:
        call.where, call.asks_for = "over", None
        return one.nothing(ASKING)
    before = [] if one.line is None else one.entry(waited)
    if one.line is None and not call.told:
        call.where = "over"
        return one.nothing(UNMAPPED)
    return one.told(*before, one.hangup(by, reason))


def _completed(one: OneRecord) -> Told:
    by: Literal["caller", "agent"] = "caller" if one.record.event == "COMPLETECALLER" else "agent"
    if one.call.asks_for is not None or (one.line is None and not one.call.told):
        return _over(one, by, None)
    return one.told(*one.talked(0, 1), one.hangup(by))


def _passed_on(one: OneRecord) -> Told:
    if one.call.asks_for is not None:
        return _over(one, "agent", None)
    before = one.talked(-3, -2) if len(one.record.parameters) > 4 else []
    one.stands("left")
    if one.line is None:
        return one.nothing(UNMAPPED)
    to = one.context.line(one.record.text(0), one.at)
    to = None if to == one.line else to
    return one.told(*before, one.queue("left", "transfer", to_line=to))


OF_QUEUES: Final[dict[str, Meaning]] = {
    "ENTERQUEUE": _entered,
    "CONNECT": _connected,
    "AGENTDUMP": _dumped,
    "EXITWITHKEY": _left_by_key,
    "WITHDRAW": _withdrawn,
    "LEAVEEMPTY": _left_empty,
    "LEAVEUNAVAIL": _left_empty,
    "ABANDON": _abandoned,
    "SYSCOMPAT": _unable,
    "COMPLETECALLER": _completed,
    "COMPLETEAGENT": _completed,
    "BLINDTRANSFER": _passed_on,
    "TRANSFER": _passed_on,
    "EXITWITHTIMEOUT": _left("timeout"),
    "EXITEMPTY": _left("overflow"),
}
"""By event."""
