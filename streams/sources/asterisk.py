"""Asterisk's ``queue_log`` as contact events, record by record.

Pure: a record goes in, its events come out, or the reason why it has none. What a record means
depends on the records of its call before it (``asterisk_calls``), on nothing else: neither on the
file, nor on where reading began. An event's id is made of the record's time and kind, so that it is
the same on every reading.

Where the manager interface tells of the same calls, that will not do: each of the two puts an event
into the second in which it wrote it, and these differ by a boundary, or by the clocks of two
machines. There an event is known by what it says and how often the call has said that before
(``by_order``). Who has missed some counts too few, so what one tells under an id and the other
means otherwise is settled by ``revision``: the log's is the higher one, and its events count.

The log says less than a contact has. A call begins with its channel, whose id tells when; menus,
refused callers and what happens after a queue are only there if the dialplan writes them, with the
application ``QueueLog``: see ``deploy/sources/asterisk.md``. Lines of one second have no order but
the file's, which each event keeps as its ``seq``.
"""

from typing import Final

from streams.domain.event_reader import DEFAULT_SKEW
from streams.domain.events import Event
from streams.domain.plan.queues import Queues
from streams.sources import asterisk_dialplan, asterisk_queue, asterisk_transfers
from streams.sources.asterisk_calls import Calls
from streams.sources.asterisk_outcome import (
    RINGING,
    SERVER,
    STAFF,
    UNKNOWN_EVENT,
    Context,
    OneRecord,
    Told,
)
from streams.sources.asterisk_records import NO_ONE, Record
from streams.sources.plausible import EARLIEST
from streams.sources.pseudonyms import Pseudonyms

_OF_STAFF: Final = frozenset(
    {
        *("ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "PENALTY"),
        *("RINGINUSE", "PAUSEREASON", "AGENTLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGIN"),
        *("AGENTCALLBACKLOGOFF", "WRAPUPSTART"),
    }
)
_MEANINGS: Final = {
    **asterisk_queue.OF_QUEUES,
    **asterisk_transfers.OF_TRANSFERS,
    **asterisk_dialplan.OF_DIALPLANS,
}


class Translator:
    """Translates the log of one server.

    Args:
        queues: which queue feeds which line.
        pseudonyms: of callers and agents.
        server: goes before the ids of calls, where several servers may give the same.
        calls: what is known already; says how events are known.
        country: as in ``callers.Callers``.
        revision: of every event.
    """

    def __init__(
        self,
        queues: Queues,
        pseudonyms: Pseudonyms,
        server: str = "",
        calls: Calls | None = None,
        country: str | None = None,
        revision: int = 0,
    ) -> None:
        known = Calls() if calls is None else calls
        self._context = Context(queues, pseudonyms, server, known, country, revision)

    @property
    def calls(self) -> Calls:
        """What is known after the records so far."""
        return self._context.calls

    def translate(self, record: Record, now: int) -> Told:
        """The events of a record.

        Args:
            now: the wall clock.

        Raises:
            ValueError: the record's time can't be.
        """
        if record.at < EARLIEST:
            raise ValueError("a time before 1990")
        if record.at > now + DEFAULT_SKEW:
            raise ValueError("a time in the future")
        event = record.event
        if event == "QUEUESTART":
            return self._restart(record)
        if event in _OF_STAFF:
            return Told([], STAFF)
        if event == "CONFIGRELOAD":
            return Told([], SERVER)
        if event in ("RINGNOANSWER", "RINGCANCELED"):
            return Told([], RINGING, self._context.call_id(record.call))
        meaning = _MEANINGS.get(event)
        if meaning is None:
            return Told([], UNKNOWN_EVENT)
        if record.call == NO_ONE:
            return Told([], SERVER)
        return meaning(OneRecord(self._context, record))

    def _restart(self, record: Record) -> Told:
        """The server begins: whoever was waiting or talking before has been cut off."""
        events: list[Event] = []
        for call_id, call in self.calls.going_on(record.at):
            if call.told:
                one = OneRecord(self._context, record, call_id, call)
                events += [*one.start(), one.hangup("system", reason="error")]
        self.calls.forget_all()
        return Told(events, None if events else SERVER)
