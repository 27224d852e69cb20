"""One record of Asterisk's log with its call, and what became of it: events, or why not."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from streams.domain import instants
from streams.domain.events import CallStart, Direction, Event, Hangup, LeftReason, Queue
from streams.domain.instants import HOUR, SECOND
from streams.domain.plan.queues import Queues
from streams.sources.asterisk_calls import Call, Calls
from streams.sources.asterisk_records import NO_ONE, Record, born
from streams.sources.callers import Callers
from streams.sources.pseudonyms import Pseudonyms

STAFF: Final = "of agents, not of a call"
SERVER: Final = "of the server, not of a call"
RINGING: Final = "rings or stops ringing"
TOLD_LATER: Final = "told with the call's next event"
NUMBER_DIALLED: Final = "a dialled number, where the name of an entrance belongs"
SAID_BEFORE: Final = "said by an earlier record"
ASKING: Final = "an agent asks in another queue: no caller"
UNMAPPED: Final = "its queue feeds no line of the plan"
UNKNOWN_CALL: Final = "of a call that no queue or menu has told of"
UNKNOWN_EVENT: Final = "a kind of record that is not known"

NO_EVENTS_BECAUSE: Final = (
    STAFF,
    SERVER,
    RINGING,
    TOLD_LATER,
    NUMBER_DIALLED,
    SAID_BEFORE,
    ASKING,
    UNMAPPED,
    UNKNOWN_CALL,
    UNKNOWN_EVENT,
)
"""Why a record has no events."""

_OF_THE_QUEUE: Final = frozenset(
    {
        *("CONNECT", "ABANDON", "COMPLETECALLER", "COMPLETEAGENT", "AGENTDUMP", "SYSCOMPAT"),
        *("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "WITHDRAW", "BLINDTRANSFER", "TRANSFER"),
    }
)
"""What is logged of an agent's channel after the caller took its place in a queue is the caller's;
what the dialplan writes of it is its own."""

_DIALPLANS_NOBODY: Final = frozenset({"asterisk", "s"})
"""What Asterisk puts for the number of a caller who has none: its own name, or the extension where
calls without a number begin."""

_REFUSALS: Final = ("full", "closed")
"""Why somebody was not let into a queue. The manager tells of these without a word of the dialplan,
the log does not: so they are counted apart from those who were in it."""

_LONGEST_BEFORE: Final = 12 * HOUR
"""A channel's id says when the call began, unless that is this long ago: then its clock was wrong,
or the id is used again."""


class Told(NamedTuple):
    """What became of a record.

    Attributes:
        events: what it told; empty, and there is a reason.
        reason: one of ``NO_EVENTS_BECAUSE``.
        call: the ``call_id`` that it is of, "" if of none.
    """

    events: list[Event]
    reason: str | None = None
    call: str = ""


class Context:
    """What every record of one server is read by.

    Attributes:
        calls: what is known after the records so far.
        revision: of every event.
    """

    def __init__(
        self,
        queues: Queues,
        pseudonyms: Pseudonyms,
        server: str,
        calls: Calls,
        country: str | None,
        revision: int,
    ) -> None:
        self._queues = queues
        self._pseudonyms = pseudonyms
        self._callers = Callers(pseudonyms, country, _DIALPLANS_NOBODY)
        self._server = server
        self.calls = calls
        self.revision = revision

    def call_id(self, call: str) -> str:
        """The ``call_id`` of a channel's id."""
        return f"{self._server}-{call}" if self._server else call

    def person(self, number: str) -> str | None:
        """The pseudonym of who has a number; None of one who is nobody."""
        return self._callers.of(number)

    def member(self, name: str) -> str | None:
        """The pseudonym of a queue's member; None where none is named."""
        return None if name in ("", NO_ONE) else self._pseudonyms.of(name)

    def line(self, queue: str, at: int) -> str | None:
        """The line that a queue feeds."""
        return None if queue == NO_ONE else self._queues.line(queue, at)

    def chosen(self, line: str, at: int) -> str | None:
        """The line that a menu leads to."""
        return None if line == NO_ONE else self._queues.chosen(line, at)


class OneRecord:
    """A record with its call: makes events of them."""

    def __init__(
        self,
        context: Context,
        record: Record,
        call_id: str = "",
        call: Call | None = None,
    ) -> None:
        self.context = context
        self.record = record
        self.at = record.at
        if call is None:
            call_id = context.call_id(record.call)
            call = context.calls.of(call_id, self.at)
            if call.taken_by is not None and record.event in _OF_THE_QUEUE:
                call_id = call.taken_by
                call = context.calls.of(call_id, self.at)
        self.call_id, self.call = call_id, call
        self.call.at = max(self.call.at, self.at)
        self._stem = f"{record.time}-{record.event.lower()}" + call.stamp(self.at, record.event)
        self.line = context.line(record.queue, self.at)

    # Outcomes

    def told(self, *events: Event) -> Told:
        """The record told these, after the call's start if that was not told before."""
        return Told([*self.start(), *events], None, self.call_id)

    def nothing(self, reason: str) -> Told:
        return Told([], reason, self.call_id)

    # Events

    def event_id(self, meaning: str, by_time: str = "") -> str:
        """The id of an event of the record.

        Args:
            meaning: what the event says; where events are known by their order, it is the next one
                of the call that says so.
            by_time: the id where they are known by their times, behind the record's own.
        """
        if self.context.calls.by_order:
            return f"{meaning}-{self.call.turn(meaning)}"
        return self._stem + by_time

    def start(self) -> list[Event]:
        """The call's start, once."""
        call = self.call
        call.told = True
        if call.started:
            return []
        call.started = True
        at = self.begun()
        by_order = self.context.calls.by_order
        event_id = self.event_id("start") if by_order else f"{at // SECOND}-start"
        return [
            CallStart(
                event_id, self.call_id, instants.text(at), seq=-1, entry=call.entry,
                caller=call.caller, revision=self.context.revision,
            )
        ]  # fmt: skip

    def begun(self) -> int:
        """When the call came in."""
        at, since = born(self.call_id), self.call.since
        return at if at is not None and 0 <= since - at <= _LONGEST_BEFORE else since

    def hangup(
        self,
        by: Literal["caller", "agent", "system"] | None,
        reason: Literal["error"] | None = None,
        direction: Direction | None = None,
    ) -> Event:
        self.call.where = "over"
        return Hangup(
            self.event_id("hangup"), self.call_id, instants.text(self.at), seq=self.call.next(),
            direction=direction, reason=reason, by=by, revision=self.context.revision,
        )  # fmt: skip

    def queue(
        self,
        phase: Literal["entered", "answered", "returned", "left"],
        reason: LeftReason | None = None,
        *,
        line: str | None = None,
        to_line: str | None = None,
        agent: str | None = None,
        at: int | None = None,
        seq: int | None = None,
        direction: Direction | None = None,
    ) -> Event:
        """An event of the record's line, or of another."""
        line = self.line if line is None else line
        assert line is not None, "asked before"
        at = self.at if at is None else at
        if seq is None or at == self.at:
            seq = self.call.next()
        word = "refused" if reason in _REFUSALS else phase
        return Queue(
            self.event_id(f"{word}-{line}", f"-{phase}"), self.call_id, instants.text(at), line,
            phase, seq=seq, direction=direction, reason=reason, to_line=to_line, agent=agent,
            revision=self.context.revision,
        )  # fmt: skip

    # What a record says of the time before it

    def entry(self, waited: int | None, before: int = 0) -> list[Event]:
        """The entry into the queue, where no record told it: a log begins with calls that wait."""
        call = self.call
        if call.where in ("waiting", "talking") and call.queue == queue_name(self.record.queue):
            return []
        if waited is None:
            return []
        return [self.queue("entered", at=self.at - before - waited, seq=0)]

    def talked(self, hold: int, talk: int) -> list[Event]:
        """Entry and answer, where no record told them; these parameters have the lengths of wait
        and talk."""
        talked = self.record.seconds(talk)
        if self.line is None or talked is None:
            return []
        if self.call.where == "talking" and self.call.queue == queue_name(self.record.queue):
            return []
        entry = self.entry(self.record.seconds(hold), before=talked)
        answered = self.queue("answered", agent=self.agent(), at=self.at - talked, seq=1)
        return [*entry, answered]

    def stands(self, where: Literal["waiting", "talking", "left"]) -> None:
        self.call.where, self.call.queue = where, queue_name(self.record.queue)

    def agent(self) -> str | None:
        """The pseudonym of the member."""
        return self.context.member(self.record.member)


def queue_name(queue: str) -> str:
    """By which two spellings of a queue are compared."""
    return queue.casefold()


Meaning = Callable[[OneRecord], Told]
"""What a kind of record means."""
