"""Events of Asterisk's manager interface as the records that its ``queue_log`` has of the same.

So both say the same under the same ids, and what one of them lacks the other gives: the log is read
after a gap. The interface tells less than the log of how a caller left a queue. Asterisk counts as
abandoned who left by time-out, because nobody was there, or by command, too, and says so by the
same event; the variable ``QUEUESTATUS``, which it sets right after, tells them apart. So an ending
waits for what comes next of its channel:

=====================  ==========================  ==============================================
QueueCallerAbandon     QUEUESTATUS                 EXITWITHTIMEOUT, EXITEMPTY, WITHDRAW
                       Hangup                      ABANDON
                       anything else of it, or     EXITWITHTIMEOUT: the call goes on
                       ``_PATIENCE``
QueueCallerLeave       AgentConnect                CONNECT
                       anything else, as above     EXITWITHKEY, the ending without a word of its own
=====================  ==========================  ==============================================

After a gap in what is heard, only what is certain is told of a call; the log has the rest. A caller
who was refused (``QUEUESTATUS`` of one who never joined) is BLOCKED; the queue is that of
the last ``Newexten`` of the application. What a dialplan says with ``UserEvent(Reachline,Record:
queue|member|EVENT|...)`` is a record as it is.
"""

from typing import Final

from msgspec import Struct

from streams.domain.instants import SECOND
from streams.sources.ami_events import MISSED, kind_of
from streams.sources.ami_messages import Message
from streams.sources.asterisk_records import NO_ONE

_PATIENCE: Final = 30 * SECOND
"""How long an ending waits. Asterisk sets the variable, or connects the agent, within milliseconds;
a script that runs before the agent is connected takes seconds."""

_FORGOTTEN: Final = 12 * 3600 * SECOND
"""After which a channel of which nothing was told is forgotten, as its call is."""

_MOST: Final = 20_000
"""Channels that are known at once, as of calls (``asterisk_calls``): 4 MB of what is kept."""

_CLOCKS: Final = 5 * SECOND
"""By which two ways to say when the server began may differ: its time of running has whole
seconds, and takes a moment to come here."""

_BY_STATUS: Final = {
    "TIMEOUT": "EXITWITHTIMEOUT",
    "LEAVEEMPTY": "EXITEMPTY",
    "LEAVEUNAVAIL": "EXITEMPTY",
    "WITHDRAW": "WITHDRAW",
}
_REFUSED: Final = ("FULL", "JOINEMPTY", "JOINUNAVAIL")


class Channel(Struct, omit_defaults=True):
    """A caller's channel.

    Attributes:
        at: its newest event.
        queue: that it joined; ``tries``: that it tries to join.
        joined: it is in a queue, or was.
        ending: an ending that waits: ``abandon`` or ``leave``; ``ended``: when that was, in us.
        lengths: position, original position and wait of the ending.
        why: the text of a withdrawal.
        transfer: the parameters of a transfer, before the lengths.
        gap: not all was heard of it: of its endings only those are told that nothing else explains.
    """

    at: int
    queue: str = ""
    tries: str = ""
    joined: bool = False
    ending: str = ""
    ended: int = 0
    lengths: list[str] = []
    why: str = ""
    transfer: list[str] = []
    gap: bool = True


class ManagerRecords:
    """Makes records of events, in their order.

    Args:
        channels: what is known of calls that go on.
        begun: when the server began, as far as known.
    """

    def __init__(self, channels: dict[str, Channel] | None = None, begun: int = 0) -> None:
        self._channels = {} if channels is None else channels
        self._records: list[str] = []
        self._passed_at = 0
        self.begun = begun

    @property
    def channels(self) -> dict[str, Channel]:
        """What is to be kept."""
        return self._channels

    def records(self, message: Message, read_at: int) -> list[str]:
        """Lines of the log that an event tells, oldest first.

        Args:
            read_at: when it came, which is its time unless it says one (``timestampevents``).
        """
        at = _time(message.get("timestamp", ""), read_at)
        kind = kind_of(message)
        self._records = []
        if kind in (MISSED, "fullybooted"):
            for each in self._channels.values():
                each.ending, each.gap = "", True
        self._passes(at)
        if kind == "fullybooted":
            self._booted(message, read_at)
            return self._records
        call = message.get("uniqueid", "")
        if kind in ("blindtransfer", "attendedtransfer"):
            call = message.get("transfereeuniqueid", "") or call
        if not call:
            return self._records
        channel = self._channels.get(call)
        if channel is None:
            if len(self._channels) >= _MOST:
                del self._channels[next(iter(self._channels))]
            channel = self._channels[call] = Channel(at)
        channel.at = max(channel.at, at)
        getattr(self, f"_{kind}")(message, call, channel, at)
        return self._records

    def due(self, now: int) -> list[str]:
        """Lines of endings for which nothing more has come in time."""
        self._records = []
        self._passes(now)
        return self._records

    # Events, by their names

    def _queuecallerjoin(self, message: Message, call: str, channel: Channel, at: int) -> None:
        self._goes_on(call, channel)
        channel.queue, channel.tries, channel.joined = message.get("queue", ""), "", True
        channel.gap = False
        number = message.get("calleridnum", "")
        number = "" if number == "<unknown>" else number
        position = message.get("position", "1")
        self._tell(at, call, channel.queue, NO_ONE, "ENTERQUEUE", "", number, position)

    def _queuecallerabandon(self, message: Message, call: str, channel: Channel, at: int) -> None:
        self._goes_on(call, channel)
        channel.ending, channel.ended = "abandon", at
        channel.queue = message.get("queue", channel.queue)
        names = ("position", "originalposition", "holdtime")
        channel.lengths = [message.get(name, "") for name in names]

    def _queuecallerleave(self, message: Message, call: str, channel: Channel, at: int) -> None:
        if channel.ending == "abandon":
            return  # it follows
        if channel.gap:
            return  # that may be answered, or given up
        channel.ending, channel.ended, channel.lengths = "leave", at, []
        channel.queue = message.get("queue", channel.queue)

    def _agentconnect(self, message: Message, call: str, channel: Channel, at: int) -> None:
        channel.ending = ""
        channel.queue, channel.joined = message.get("queue", channel.queue), True
        agents = message.get("destuniqueid") or message.get("bridgedchannel") or ""
        hold, ring = message.get("holdtime", ""), message.get("ringtime", "")
        self._tell(at, call, channel.queue, _member(message), "CONNECT", hold, agents, ring)

    def _agentcomplete(self, message: Message, call: str, channel: Channel, at: int) -> None:
        channel.ending = ""
        lengths = (message.get("holdtime", ""), message.get("talktime", ""), "1")
        why = message.get("reason", "").lower()
        member, queue = _member(message), message.get("queue", channel.queue)
        if why != "transfer":
            event = "COMPLETECALLER" if why == "caller" else "COMPLETEAGENT"
            self._tell(at, call, queue, member, event, *lengths)
            return
        if channel.gap and not channel.transfer:
            return
        event, *to = channel.transfer or ["ATTENDEDTRANSFER", "BRIDGE", ""]
        channel.transfer = []
        self._tell(at, call, queue, member, event, *to, *lengths)

    def _agentdump(self, message: Message, call: str, channel: Channel, at: int) -> None:
        self._tell(at, call, message.get("queue", channel.queue), _member(message), "AGENTDUMP")

    def _agentringnoanswer(self, message: Message, call: str, channel: Channel, at: int) -> None:
        queue, length = message.get("queue", channel.queue), message.get("ringtime", "")
        self._tell(at, call, queue, _member(message), "RINGNOANSWER", length)

    def _blindtransfer(self, message: Message, call: str, channel: Channel, at: int) -> None:
        if message.get("result", "Success").lower() == "success":
            to = message.get("extension", ""), message.get("context", "")
            channel.transfer = ["BLINDTRANSFER", *to]

    def _attendedtransfer(self, message: Message, call: str, channel: Channel, at: int) -> None:
        if message.get("result", "Success").lower() == "success":
            kind = message.get("desttype", "").upper()
            name = "destapp" if kind == "APP" else "destbridgeuniqueid"
            channel.transfer = ["ATTENDEDTRANSFER", kind, message.get(name, "")]

    def _varset(self, message: Message, call: str, channel: Channel, at: int) -> None:
        value = message.get("value", "")
        if message.get("variable", "").upper() == "QUEUE_WITHDRAW_INFO":
            channel.why = value
            return
        status = value.upper()
        if channel.ending and status == "WITHDRAW" and channel.gap and not channel.why:
            channel.ending = ""
        elif channel.ending and status in _BY_STATUS:
            self._ends(call, channel, _BY_STATUS[status])
        elif status in _REFUSED and not channel.ending:
            self._tell(at, call, channel.tries or NO_ONE, NO_ONE, "BLOCKED", status)

    def _newexten(self, message: Message, call: str, channel: Channel, at: int) -> None:
        self._goes_on(call, channel)
        channel.tries = message.get("appdata", "").partition(",")[0].strip()

    def _userevent(self, message: Message, call: str, channel: Channel, at: int) -> None:
        self._goes_on(call, channel)
        channel.gap = False
        queue, member, event, *parameters = [*message.get("record", "").split("|"), "", "", ""][:9]
        channel.joined = True
        self._tell(at, call, queue or NO_ONE, member or NO_ONE, event, *parameters)

    def _hangup(self, message: Message, call: str, channel: Channel, at: int) -> None:
        if channel.ending == "abandon":
            self._ends(call, channel, "ABANDON")
        else:
            self._goes_on(call, channel)
        if channel.joined:
            self._tell(at, call, NO_ONE, NO_ONE, "HANGUP")
        del self._channels[call]

    def _booted(self, message: Message, read_at: int) -> None:
        """The server says for how long it has run: whether it is the one that was there before."""
        uptime = message.get("uptime", "")
        if not uptime.isdecimal():
            return
        begun = read_at - int(uptime) * SECOND
        if self.begun and begun > self.begun + _CLOCKS:
            self._channels.clear()
            self._tell(begun, NO_ONE, NO_ONE, NO_ONE, "QUEUESTART")
        if not self.begun or begun > self.begun + _CLOCKS:
            self.begun = begun

    # Endings

    def _goes_on(self, call: str, channel: Channel) -> None:
        """The channel does something else: an ending that waited was none of the call."""
        if channel.ending:
            known = {"abandon": "EXITWITHTIMEOUT", "leave": "EXITWITHKEY"}
            self._ends(call, channel, known[channel.ending])

    def _ends(self, call: str, channel: Channel, event: str) -> None:
        parameters = [*channel.lengths]
        if event == "EXITWITHKEY":
            parameters = ["", *parameters]
        if event == "WITHDRAW":
            parameters.append(channel.why[:40])
        channel.ending, channel.why = "", ""
        self._tell(channel.ended, call, channel.queue, NO_ONE, event, *parameters)

    def _passes(self, now: int) -> None:
        if abs(now - self._passed_at) < SECOND:
            return
        self._passed_at = now
        for call, channel in [*self._channels.items()]:
            if channel.ending and now - channel.ended > _PATIENCE:
                self._goes_on(call, channel)
            if now - channel.at > _FORGOTTEN:
                del self._channels[call]

    def _tell(self, at: int, call: str, queue: str, member: str, *rest: str) -> None:
        fields = (str(at // SECOND), call, queue, member, *rest)
        clean = (" ".join(field.replace("|", "_").split()) for field in fields)
        self._records.append("|".join(clean).rstrip("|"))


def _time(text: str, read_at: int) -> int:
    """The instant that an event says, or when it came."""
    seconds, _, fraction = text.partition(".")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 11):
        return read_at
    digits = fraction if fraction.isascii() and fraction.isdecimal() else "0"
    return int(seconds) * SECOND + int(digits[:6].ljust(6, "0"))


def _member(message: Message) -> str:
    """As the log names a member: by its name, which is its interface where it has none."""
    for name in ("membername", "interface", "member"):
        if message.get(name):
            return message[name]
    return NO_ONE
