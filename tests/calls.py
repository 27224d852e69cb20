"""Contacts as sets of events for tests: plausible calls, and junk.

An event is a plain dictionary with the fields of the published events and ``at`` in microseconds,
so that the walk of ``streams`` and the one of a pencil (``tests.domain.slow_walk``) read the same.

*Plausible* calls begin, choose, queue, are answered or not, are transferred and hang up, on the
clocks of two machines; then they are shuffled, doubled and cut, as topics do. *Junk* is any event
at any time.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain import rows as rows_of
from streams.domain.contact import flat
from streams.domain.events import Event
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.rows import Row

Told = dict[str, Any]

KINDS = (
    "call-start",
    "menu-choice",
    *("entered", "entered", "answered", "answered", "returned", "left", "left"),
    "hangup",
)
LINES = ("waste", "migration", "desk", "archive")
REASONS = rows_of.LEFT_REASONS
BEGIN = 1_795_000_000 * SECOND  # a Wednesday in November 2026, 11:06:40 UTC


_NOTHING_TOLD = {
    "seq": None,
    "direction": None,
    "channel": None,
    "entry": None,
    "language": None,
    "menu": None,
    "caller": None,
    "option": None,
    "informed": None,
    "visit": None,
    "reason": None,
    "to_line": None,
    "urgent": None,
    "vendor": None,
    "agent": None,
    "by": None,
}


def row(event: Told) -> Row:
    """The event as the product keeps it."""
    told = SimpleNamespace(**{**_NOTHING_TOLD, "revision": 0, **event})
    kinds = {"call-start": rows_of.start, "menu-choice": rows_of.choice, "hangup": rows_of.hangup}
    return kinds.get(event["event"], rows_of.queue)(told, event["at"])


def event(told: Told, call_id: str) -> tuple[Event, int]:
    """The event as it is read, and its instant."""
    at = told["at"]
    named = {**told, "call_id": call_id, "at": instants.text(at)}
    read: Event = msgspec.convert(named, Event)  # type: ignore[arg-type]
    return read, at


def rows(events: list[Told]) -> list[Any]:
    """The events as the product keeps them, one after another."""
    return flat(row(event) for event in events)


def with_bytes(events: list[Told]) -> list[Told]:
    """The events with the bytes by which they are stored, for whoever knows only the events."""
    return [{**event, "stored": rows_of.encode(list(row(event)))} for event in events]


class Call:
    """A call as a phone system tells it, event by event; ``at`` in seconds since its beginning."""

    def __init__(self, begin: int = BEGIN) -> None:
        self.begin = begin
        self.events: list[Told] = []

    def _add(self, event: str, at: float, **told: Any) -> Call:
        known = {key: value for key, value in told.items() if value is not None}
        event_id = known.pop("event_id", f"e{len(self.events):03}")
        instant = self.begin + round(at * SECOND)
        self.events.append({"event": event, "event_id": event_id, "at": instant, **known})
        return self

    def start(self, at: float, **told: Any) -> Call:
        return self._add("call-start", at, **told)

    def choose(self, at: float, line: str, **told: Any) -> Call:
        return self._add("menu-choice", at, line=line, **told)

    def enter(self, at: float, line: str, visit: int | None = None, **told: Any) -> Call:
        return self._add("queue", at, line=line, phase="entered", visit=visit, **told)

    def answer(self, at: float, line: str, visit: int | None = None, **told: Any) -> Call:
        return self._add("queue", at, line=line, phase="answered", visit=visit, **told)

    def give_back(self, at: float, line: str, visit: int | None = None, **told: Any) -> Call:
        return self._add("queue", at, line=line, phase="returned", visit=visit, **told)

    def leave(
        self,
        at: float,
        line: str,
        reason: str,
        to: str | None = None,
        visit: int | None = None,
        **told: Any,
    ) -> Call:
        return self._add(
            "queue", at, line=line, phase="left", reason=reason, to_line=to, visit=visit, **told
        )

    def hang_up(self, at: float, reason: str | None = None, **told: Any) -> Call:
        return self._add("hangup", at, reason=reason, **told)


@st.composite
def plausible(draw: st.DrawFn) -> list[Told]:
    """One call as it could have happened, in whatever order it is told of."""
    call = Call()
    outgoing = draw(st.integers(0, 9)) == 0
    numbered = draw(st.integers(0, 3)) == 0
    whole_seconds = draw(st.booleans())
    # How far the clock of the queues is off: a telling number of thousandths (``clocks_differ``).
    queues_off = draw(st.sampled_from((0, 0, 0, 0, -3.001, -1.001, 0.999, 1.999, 3.999)))
    now = 0.0
    visits = 0

    def passes(most: int) -> float:
        nonlocal now
        now += draw(st.integers(0, most)) if whole_seconds else draw(st.integers(1, 10 * most)) / 10
        return now

    def number() -> int | None:
        return visits if numbered else None

    direction = "outbound" if outgoing else draw(st.sampled_from((None, "inbound")))
    call.start(
        0,
        direction=direction,
        entry=draw(st.sampled_from((None, "main", "business"))),
        caller=draw(st.sampled_from((None, "ann", "bob"))),
    )
    line = draw(st.sampled_from(LINES[:2]))
    if not outgoing:
        if draw(st.integers(0, 9)) == 0:
            call.choose(passes(10), draw(st.sampled_from(LINES[:2])))
        if draw(st.integers(0, 9)) > 0:
            call.choose(passes(10), line)
    stays = draw(st.integers(0 if draw(st.integers(0, 9)) == 0 else 1, 4))
    for _ in range(stays):
        visits += 1
        call.enter(passes(3) + queues_off, line, number())
        for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
            loops = draw(st.sampled_from(("lap", "left", "turn")))
            if loops == "left":
                call.leave(passes(20) + queues_off, line, "timeout", visit=number())
                call.enter(passes(1) + queues_off, line, number())
            elif loops == "lap":
                call.enter(passes(20) + queues_off, line, number())
            else:
                call.leave(passes(20) + queues_off, line, "overflow", visit=number())
                call.enter(passes(1) + queues_off, LINES[3])
                call.leave(passes(20) + queues_off, LINES[3], "overflow")
                call.enter(passes(1) + queues_off, line, number())
        ending = draw(st.sampled_from(("answered",) * 6 + ("left", "gone", "open")))
        if ending == "answered":
            call.answer(passes(60) + queues_off, line, number())
            given_back = draw(st.sampled_from((None,) * 6 + ("returned", "entered")))
            if given_back == "returned":
                call.give_back(passes(20) + queues_off, line, number())
            elif given_back == "entered":
                call.enter(passes(20) + queues_off, line, number())
            if given_back and draw(st.booleans()):
                call.answer(passes(60) + queues_off, line, number())
            onward = draw(st.sampled_from((None, None, *LINES)))
            if onward is None:
                passes(300)
                break
            if draw(st.integers(0, 4)) > 0:
                call.leave(passes(120) + queues_off, line, "transfer", to=onward, visit=number())
            line = onward
        elif ending == "left":
            reason = draw(st.sampled_from(REASONS))
            to = draw(st.sampled_from(LINES)) if reason == "transfer" else None
            call.leave(passes(60) + queues_off, line, reason, to=to, visit=number())
            if to is None and draw(st.booleans()):
                break
            line = to or draw(st.sampled_from(LINES))
        else:
            passes(100)
            break
    if draw(st.integers(0, 9)) > 0:
        reason = draw(st.sampled_from((None, None, None, "normal", "busy", "closed", "error")))
        call.hang_up(passes(5), reason, by=draw(st.sampled_from((None, "caller", "agent"))))
    if draw(st.integers(0, 5)) == 0:  # what the source's own order is
        for place, event in enumerate(call.events):
            event["seq"] = place
    if draw(st.booleans()):  # ids in no order
        ids = draw(st.permutations([event["event_id"] for event in call.events]))
        for event, event_id in zip(call.events, ids, strict=True):
            event["event_id"] = event_id
    return call.events


def clocks_differ(events: list[Told]) -> bool:
    """Whether a plausible call was told by two clocks that differ."""
    return any(event["at"] // 1000 % 100 for event in events)


@st.composite
def disturbed(draw: st.DrawFn) -> list[Told]:
    """A plausible call as four topics tell of it: shuffled, doubled and cut."""
    told = draw(plausible())
    told += draw(st.lists(st.sampled_from(told), max_size=3))
    kept = draw(st.permutations(told))
    cut = draw(st.sampled_from((0, 0, 1, 2)))
    return list(kept[: max(1, len(kept) - cut)])


@st.composite
def junk(draw: st.DrawFn) -> list[Told]:
    """Any events at any times: cut, corrected, colliding, and of several contacts."""
    lines = LINES[: draw(st.integers(1, len(LINES)))]
    # Few instants and few distances, so that ties, limits and cuts are hit.
    distances = (0, 0, 1, 5, 6, 20, 30, 31, 100, 3600, 12 * 3600, 12 * 3600 + 1)
    at = BEGIN
    events: list[Told] = []
    for index in range(draw(st.integers(1, 14))):
        at += draw(st.sampled_from(distances[: draw(st.sampled_from((2, 4, 8, 12)))])) * SECOND
        kind = draw(st.sampled_from(KINDS))
        event: Told = {
            "event": kind,
            "event_id": f"e{draw(st.integers(0, 99))}" if index % 5 else f"e{index}",
            "at": at,
        }
        if draw(st.integers(0, 3)) == 0:
            event["seq"] = draw(st.integers(0, 5))
        if draw(st.integers(0, 9)) == 0:
            event["revision"] = draw(st.integers(1, 2))
        if kind == "hangup":
            reason = draw(st.sampled_from((None, "busy", "closed", "error")))
            if reason:
                event["reason"] = reason
        elif kind != "call-start":
            event["line"] = draw(st.sampled_from(lines))
        if kind in ("entered", "answered", "returned", "left"):
            event["event"] = "queue"
            event["phase"] = kind
            number = draw(st.sampled_from((None, None, 1, 2)))
            if number is not None:
                event["visit"] = number
        if kind == "left":
            event["reason"] = draw(st.sampled_from(("transfer", *REASONS)))
            to_line = draw(st.sampled_from((None, *lines)))
            if to_line is not None:
                event["to_line"] = to_line
        events.append(event)
    return list(draw(st.permutations(events)))


SPAN = 14 * 13 * HOUR + MINUTE
"""Longer than all the events of one call id of junk lie apart."""
