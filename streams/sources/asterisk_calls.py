"""What is known of the calls of one Asterisk while its ``queue_log`` is read.

It is kept with the position up to which the log was read, so that a reader that goes on there tells
the same as one that was never interrupted. So nothing of it names a person: numbers and members are
in it as pseudonyms.

A call is forgotten by the age of its last record, never by how many were read since: whoever reads
the log in other pieces forgets the same. Where events are known by their order in the call, it is
kept as long as one id is one contact: what comes after it was forgotten would be counted anew.
"""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec
from msgspec import Struct

from streams.domain.instants import HOUR, MINUTE

Where = Literal["menu", "waiting", "talking", "left", "over"]

_KEPT: Final[dict[Where, int]] = {
    # As long as one id is one contact: then it is another call under an old id.
    "menu": 12 * HOUR,
    "waiting": 12 * HOUR,
    "talking": 12 * HOUR,
    # Most of these are over, and nothing says so. What comes back later is still this call, for its
    # events have the ids that they would have had.
    "left": 1 * HOUR,
    # Long enough for what follows a talk: a survey, the line of a hangup handler.
    "over": 15 * MINUTE,
}

_KEPT_BY_ORDER: Final = 12 * HOUR
"""The same where events are known by their order, unless its channel is gone: that, nothing more
comes of."""

_MOST: Final = 20_000
"""Calls at once. A city has hundreds; this bounds what a broken log can take, and what is kept with
each batch to 10 MB: no record may be larger than 16 MB."""

_FORM: Final = 1
"""Of the stored state; another is not read, and the log is read as one that begins here."""


class Call(Struct, omit_defaults=True):
    """One call.

    Attributes:
        at: its newest record; ``since``: its first.
        where: where the caller is.
        queue: where it waits or talks, or did last.
        entered: when it came into that queue; 0: that is not known.
        told: an event of it was written; ``started``: its call-start was.
        caller, agent: pseudonyms; the agent is who talks, ``extension`` where the agent is called.
        entry: the number that was dialled.
        asks_for: it is no caller but an agent's question in another queue, on behalf of that call.
        taken_by: the call that it was joined to: what is logged of it is that call's.
        order: of its entry into the queue, among the events of that second.
        second, ids, events: the second of its newest event, how often each kind of record came in
            it, and how many events it had.
        told_before: how many events of each meaning it had so far, where they are known by that.
        gone: its channel is, so no record of it can follow.
    """

    at: int
    since: int
    where: Where = "menu"
    queue: str = ""
    entered: int = 0
    told: bool = False
    started: bool = False
    caller: str | None = None
    agent: str | None = None
    extension: str | None = None
    entry: str | None = None
    asks_for: str | None = None
    taken_by: str | None = None
    order: int = 0
    second: int = 0
    ids: dict[str, int] = {}
    events: int = 0
    told_before: dict[str, int] = {}
    gone: bool = False

    def stamp(self, at: int, event: str) -> str:
        """What tells a record from others of its kind in its second; nothing for the first."""
        if at != self.second:
            self.second, self.ids, self.events = at, {}, 0
        times = self.ids[event] = self.ids.get(event, 0) + 1
        return "" if times == 1 else f"-{times}"

    def turn(self, meaning: str) -> int:
        """Which of the call's events of a meaning the next one is, from 1 on."""
        turn = self.told_before[meaning] = self.told_before.get(meaning, 0) + 1
        return turn

    def next(self) -> int:
        """The order of the next event in this second."""
        self.events += 1
        return self.events - 1


class _Stored(Struct):
    form: int
    calls: dict[str, Call]


class Calls:
    """The calls that are known.

    Args:
        by_order: their events are known by their order in the call.
    """

    def __init__(self, calls: dict[str, Call] | None = None, *, by_order: bool = False) -> None:
        self._calls = {} if calls is None else calls
        self.by_order = by_order
        self._pruned_at = 0
        self._by_extension = {
            call.extension: call_id
            for call_id, call in self._calls.items()
            if call.where == "talking" and call.extension is not None
        }

    @staticmethod
    def load(stored: bytes, *, by_order: bool = False) -> "Calls":
        """The calls of ``stored()``; none where that is of another form."""
        try:
            found = msgspec.json.decode(stored, type=_Stored)
        except msgspec.DecodeError:
            return Calls(by_order=by_order)
        return Calls(found.calls if found.form == _FORM else None, by_order=by_order)

    def stored(self) -> bytes:
        """All calls, to be kept."""
        return msgspec.json.encode(_Stored(_FORM, self._calls))

    def known(self, call_id: str, at: int) -> Call | None:
        """The call of this id that is going on at the instant."""
        call = self._calls.get(call_id)
        return call if call is not None and self._kept(call, at) else None

    def of(self, call_id: str, at: int) -> Call:
        """The same; a new one if there is none."""
        call = self.known(call_id, at)
        if call is None:
            self._prune(at)
            call = self._calls[call_id] = Call(at, at)
        return call

    def talks(self, call_id: str, extension: str | None) -> None:
        """The call talks to an agent who is called at this extension."""
        self._calls[call_id].extension = extension
        if extension is not None:
            self._by_extension[extension] = call_id

    def talking_at(self, extension: str, at: int) -> str | None:
        """The call that talks to an agent who is called at this extension."""
        call_id = self._by_extension.get(extension, "")
        call = self.known(call_id, at)
        if call is None or call.where != "talking" or call.extension != extension:
            return None
        return call_id

    def going_on(self, at: int) -> Iterator[tuple[str, Call]]:
        """The calls of which an end is still to come, oldest first."""
        for call_id, call in [*self._calls.items()]:
            if call.where in ("menu", "waiting", "talking") and self._kept(call, at):
                yield call_id, call

    def forget_all(self) -> None:
        """The server has begun anew."""
        self._calls.clear()
        self._by_extension.clear()

    def _prune(self, at: int) -> None:
        if at - self._pruned_at > MINUTE or at < self._pruned_at:
            self._pruned_at = at
            for call_id in [
                known for known, call in self._calls.items() if not self._kept(call, at)
            ]:
                del self._calls[call_id]
            for extension, call_id in [*self._by_extension.items()]:
                if call_id not in self._calls:
                    del self._by_extension[extension]
        while len(self._calls) >= _MOST:
            del self._calls[next(iter(self._calls))]

    def _kept(self, call: Call, at: int) -> bool:
        long = self.by_order and not call.gone
        return at - call.at <= (_KEPT_BY_ORDER if long else _KEPT[call.where])
