"""The books of good calls alone, and what differs from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson

from streams.domain.books import INTERVAL, books
from streams.domain.call_events import Contact
from streams.domain.event_reader import Reader, Refusal
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, Tally
from tests.faults import numbered_calls as calls
from tests.faults.fuzzed_records import PLAN, Event
from tests.faults.recount import recount
from tests.running import Intervals, differences

PLAN_OF_ALL: Final = calls.PLAN + PLAN
_PLAN: Final = Plan.read(PLAN_OF_ALL, "plan")
_LATER: Final = 2_000_000_000 * SECOND
"""After every call: all of them are over."""


def harmed(found: Intervals, events: list[Event]) -> list[str]:
    """Where published books are not those of good events alone, on the lines of these: by the
    domain's reading, and by a recount that shares no code with it."""
    alone = of(contacts_of(events))
    lines = {scope for scope, _ in alone if scope.startswith(LINE)}
    return [*differences(_only(found, lines), _only(alone, lines)), *_not_recounted(found, events)]


def of(contacts: Iterable[Contact]) -> Intervals:
    """The quarter-hours of some contacts, read at once."""
    return filled(books(contacts, _PLAN, _LATER, INTERVAL).intervals)


def contacts_of(events: list[Event]) -> Iterable[Contact]:
    """The contacts that good events make up, each event read once."""
    reader = Reader(_PLAN.knows)
    found: dict[str, Contact] = {}
    for event in events:
        read = reader.read(orjson.dumps(event), _LATER)
        assert not isinstance(read, Refusal), read
        found.setdefault(event["call_id"], Contact(event["call_id"])).merge(*read)
    return found.values()


def _not_recounted(found: Intervals, events: list[Event]) -> list[str]:
    """Where the books of the good calls' lines are not what a recount of their events says."""
    wrong = []
    counts = recount(map(orjson.dumps, events), calls.LOST_AFTER * SECOND)
    for (line, start), count in counts.items():
        of_line = found.get((LINE + line, start), Tally())
        wrong += [
            f"{line} {start} {name}: found {of_line[name]}, recounted {count[name]}"
            for name in ("line_offered", "queue_offered", "answered", "overflowed", "lost")
            if line != CITY and of_line[name] != count[name]
        ]
    return wrong


def filled(intervals: Intervals) -> Intervals:
    """Those in which something is counted, without what follows from callers."""
    return {key: each for key, each in intervals.items() if not each.empty()}


def _only(intervals: Intervals, scopes: set[str]) -> Intervals:
    """Those of some scopes."""
    return {key: each for key, each in intervals.items() if key[0] in scopes}
