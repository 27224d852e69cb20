"""Callers whom an agent of Asterisk joins to somebody else, perhaps in another queue.

The agent calls that queue by a channel of its own, which looks like another caller. A question is
what such a channel is here: it waits, and is nobody. When the agent lets go, the caller has its
place.
"""

from typing import Final

from streams.domain.events import Event
from streams.domain.instants import SECOND
from streams.sources.asterisk_calls import Call
from streams.sources.asterisk_outcome import (
    ASKING,
    UNKNOWN_CALL,
    UNMAPPED,
    Meaning,
    OneRecord,
    Told,
    queue_name,
)

_CLOCKS: Final = 2 * SECOND
"""By which the length of a wait, and the times of its two ends, may differ: each is cut to whole
seconds."""


def question_of(one: OneRecord, waited: int | None) -> Call | None:
    """The question in this queue that has waited as long: its place is the caller's now, though no
    record says that the agent has passed the caller on."""
    for _, other in one.context.calls.going_on(one.at):
        if (
            other.asks_for == one.call_id
            and other.where == "waiting"
            and other.queue == queue_name(one.record.queue)
            and waited is not None
            and abs(other.entered + waited - one.at) <= _CLOCKS
        ):
            return other
    return None


def take_over(one: OneRecord, question: Call) -> list[Event]:
    """The caller takes the place in the queue that the agent has kept."""
    line = one.context.line(question.queue, question.entered)
    events: list[Event] = []
    if line is not None:
        events.append(one.queue("entered", line=line, at=question.entered, seq=question.order))
        if question.where == "talking":
            events.append(one.queue("answered", line=line, agent=question.agent))
    one.call.where, one.call.queue = question.where, question.queue
    one.call.entered, one.call.agent = question.entered, question.agent
    question.where, question.taken_by, question.asks_for = "over", one.call_id, None
    return events


def _joined(one: OneRecord) -> Told:
    """An agent joins the caller to somebody else, perhaps to a queue in which the agent waits by
    another channel. Then the line is of that channel, with the name of the queue in which the agent
    had answered."""
    queue = queue_name(one.record.queue)
    call = one.call
    if call.where == "talking" and call.queue == queue and call.asks_for is None:
        asks = (each for _, each in one.context.calls.going_on(one.at))
        question = next((each for each in asks if each.asks_for == one.call_id), None)
        return _joins(one, question)
    agent = one.agent()
    with_agent = [
        (call.asks_for == call_id, other.at, call_id, other)
        for call_id, other in one.context.calls.going_on(one.at)
        if other is not call and other.where == "talking" and other.queue == queue
        and (call.asks_for == call_id or other.agent == agent)
    ]  # fmt: skip
    if with_agent:
        _, _, call_id, other = max(with_agent, key=lambda found: found[:3])
        return _joins(OneRecord(one.context, one.record, call_id, other), call, one)
    if call.asks_for is not None:
        return one.nothing(ASKING)
    return _passed_on_unseen(one)


def _joins(one: OneRecord, question: Call | None, agents: OneRecord | None = None) -> Told:
    """The caller leaves the queue for the place of the agent's question, if there is one.

    Args:
        one: the record as the caller's.
        question: what the agent asked in another queue.
        agents: the record as the agent's, where it is of the agent's channel.
    """
    if question is not None and question.where not in ("waiting", "talking"):
        question = None
    to = None if question is None else one.context.line(question.queue, one.at)
    events: list[Event] = []
    if one.line is not None:
        events.append(one.queue("left", "transfer", to_line=None if to == one.line else to))
    one.stands("left")
    if question is not None:
        events += take_over(one, question)
    if agents is not None and agents.call.told:
        # It was taken for a caller, as its number is not the agent's. What the city dials itself
        # is no caller, whichever of a contact's events says so.
        events.append(agents.hangup("agent", direction="outbound"))
    if not events:
        return one.nothing(UNMAPPED)
    return one.told(*events)


def _passed_on_unseen(one: OneRecord) -> Told:
    before = one.talked(-3, -2)
    if not before and not one.call.told:
        return one.nothing(UNMAPPED if one.line is None else UNKNOWN_CALL)
    one.stands("left")
    if one.line is None:
        return one.nothing(UNMAPPED)
    return one.told(*before, one.queue("left", "transfer"))


OF_TRANSFERS: Final[dict[str, Meaning]] = {
    "ATTENDEDTRANSFER": _joined,
}
"""By event."""
