"""What a phone system tells of its calls: the events, in the form of their topics."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from streams.domain import instants
from streams.domain.instants import MINUTE
from streams.simulation.queueing import Caller, Desk

Event = dict[str, Any]


class Telling:
    """Writes events down in the order in which they happen.

    Attributes:
        told: what has been told since it was last cleared.
    """

    __slots__ = ("_minute", "_offset", "_prefix", "_zone", "told")

    def __init__(self, zone: ZoneInfo) -> None:
        self.told: Final[list[tuple[int, Event]]] = []
        self._zone = zone
        self._minute = -1
        self._prefix = self._offset = ""

    def start(self, at: int, caller: Caller, entry: str, language: str | None) -> None:
        event = self._event(at, "call-start", caller)
        if caller.caller is not None:
            event["caller"] = caller.caller
        event["entry"] = entry
        if language is not None:
            event["language"] = language
        self.told.append((at, event))

    def choice(self, at: int, caller: Caller, desk: Desk) -> None:
        event = self._event(at, "menu-choice", caller)
        event["line"] = desk.line
        if desk.terms.option is not None:
            event["option"] = desk.terms.option
        self._tell_of(desk, at, caller, event)

    def entered(self, at: int, caller: Caller) -> None:
        self._tell_of(caller.desk, at, caller, self._queue(at, caller, "entered"))

    def answered(self, at: int, caller: Caller) -> None:
        event = self._queue(at, caller, "answered")
        event["agent"] = f"{caller.desk.line}-{caller.agent}"
        self._tell_of(caller.desk, at, caller, event)

    def left(self, at: int, caller: Caller, reason: str, to: Desk | None = None) -> None:
        event = self._queue(at, caller, "left")
        event["reason"] = reason
        if to is not None:
            event["to_line"] = to.line
        self._tell_of(caller.desk, at, caller, event)

    def hangup(self, at: int, caller: Caller, reason: str, by: str) -> None:
        event = self._event(at, "hangup", caller)
        event["reason"] = reason
        event["by"] = by
        self.told.append((at, event))

    def _queue(self, at: int, caller: Caller, phase: str) -> Event:
        event = self._event(at, "queue", caller)
        event["line"] = caller.desk.line
        event["visit"] = caller.number
        event["phase"] = phase
        return event

    def _tell_of(self, desk: Desk, at: int, caller: Caller, event: Event) -> None:
        if desk.silent:
            caller.silent = True
        else:
            self.told.append((at, event))

    def _event(self, at: int, kind: str, caller: Caller) -> Event:
        caller.told += 1
        return {
            "event": kind,
            "event_id": f"{caller.call_id}-{caller.told}",
            "call_id": caller.call_id,
            "at": self._text(at),
        }

    def _text(self, at: int) -> str:
        """RFC 3339 to the millisecond, in the city's own time."""
        minute = at // MINUTE
        if minute != self._minute:
            local = instants.to_datetime(minute * MINUTE).astimezone(self._zone).isoformat()
            self._minute, self._prefix, self._offset = minute, local[:17], local[19:]
        return f"{self._prefix}{at % MINUTE / 1_000_000:06.3f}{self._offset}"
