"""The events that a phone system emits of its calls, in the form of their topics."""

from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from streams.domain import instants
from streams.domain.instants import MINUTE
from streams.simulation.queueing import Caller, Line

Event = dict[str, Any]
"""An event in the fields of its topic."""


class Emitted(NamedTuple):
    """An event with its instant: when it happened, or when it arrives."""

    at: int
    event: Event


class Emitter:
    """Writes events in the order in which they happen.

    Attributes:
        emitted: the events since it was last cleared.
    """

    __slots__ = ("_minute", "_offset", "_prefix", "_zone", "emitted")

    def __init__(self, zone: ZoneInfo) -> None:
        self.emitted: Final[list[Emitted]] = []
        self._zone = zone
        self._minute = -1
        self._prefix = self._offset = ""

    def start(self, at: int, caller: Caller, entry: str, language: str | None) -> None:
        event = self._event(at, "call-start", caller)
        if caller.pseudonym is not None:
            event["caller"] = caller.pseudonym
        event["entry"] = entry
        if language is not None:
            event["language"] = language
        self.emitted.append(Emitted(at, event))

    def choice(self, at: int, caller: Caller, line: Line) -> None:
        event = self._event(at, "menu-choice", caller)
        event["line"] = line.id
        if line.terms.option is not None:
            event["option"] = line.terms.option
        self._of_line(line, at, caller, event)

    def entered(self, at: int, caller: Caller) -> None:
        self._of_line(caller.line, at, caller, self._queue(at, caller, "entered"))

    def answered(self, at: int, caller: Caller) -> None:
        event = self._queue(at, caller, "answered")
        event["agent"] = f"{caller.line.id}-{caller.agent}"
        self._of_line(caller.line, at, caller, event)

    def left(self, at: int, caller: Caller, reason: str, to: Line | None = None) -> None:
        event = self._queue(at, caller, "left")
        event["reason"] = reason
        if to is not None:
            event["to_line"] = to.id
        self._of_line(caller.line, at, caller, event)

    def hangup(self, at: int, caller: Caller, reason: str, by: str) -> None:
        event = self._event(at, "hangup", caller)
        event["reason"] = reason
        event["by"] = by
        self.emitted.append(Emitted(at, event))

    def _queue(self, at: int, caller: Caller, phase: str) -> Event:
        event = self._event(at, "queue", caller)
        event["line"] = caller.line.id
        event["visit"] = caller.visit
        event["phase"] = phase
        return event

    def _of_line(self, line: Line, at: int, caller: Caller, event: Event) -> None:
        """Emits an event of a line, unless the line's telemetry is silent."""
        if line.silent:
            caller.silent = True
        else:
            self.emitted.append(Emitted(at, event))

    def _event(self, at: int, kind: str, caller: Caller) -> Event:
        caller.events += 1
        return {
            "event": kind,
            "event_id": f"{caller.call_id}-{caller.events}",
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
