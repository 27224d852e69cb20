"""Several rows of one call: which of their hangups is the call's.

A phone system that writes a row per leg writes an end in each. The end of a leg that another one
follows is no hangup: the caller was transferred, or went on unanswered. Where it writes a row per
attempt to reach an agent, only the last one's end is the visit's.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from streams.domain import instants
from streams.domain.events import Event, Hangup, Queue
from streams.sources.call_events import Record

_MOST_HELD: Final = 100_000
"""Calls of which an end waits for another leg, at some 100 MB: days of a large city. Of a call
whose next leg comes later than that, the hangup stands as it was written."""


class Ending(NamedTuple):
    """The end of a leg, until it is known whether another one follows."""

    end: int
    begin: int
    answered: bool
    hangup: Hangup
    record: Record


def joined(records: Iterable[Record]) -> Iterator[Event]:
    """The events of records, each call's last hangup being its only one.

    The ends of legs come when all records were read, or others filled the room.
    """
    held: OrderedDict[str, dict[str, list[Ending]]] = OrderedDict()
    for record in records:
        yield from (event for event in record.events if type(event) is not Hangup)
        end = ending(record)
        if end is None:
            continue
        known = held.setdefault(record.call_id, {}).setdefault(record.leg, [])
        if known and known[0].record.stem == record.stem:
            known.append(end)  # the same record, corrected
        elif not known or _last(end) > _last(known[0]):
            known[:] = [end]  # of attempts the last one ends the leg
        if len(held) > _MOST_HELD:
            yield from _ends(held.popitem(last=False)[1])
    for of_call in held.values():
        yield from _ends(of_call)


def ending(record: Record) -> Ending | None:
    """The end that a record tells; None if it tells none."""
    hangup = next((event for event in record.events if type(event) is Hangup), None)
    if hangup is None:
        return None
    at = [instants.parse(event.at) for event in record.events]
    answered = any(type(e) is Queue and e.phase == "answered" for e in record.events)
    return Ending(max(at), min(at), answered, hangup, record)


def _last(ending: Ending) -> tuple[int, bool, int]:
    return ending.end, ending.answered, ending.begin


def _ends(of_call: dict[str, list[Ending]]) -> Iterator[Event]:
    """What the ends of a call's legs are, in the order of the legs."""
    legs = sorted(of_call.values(), key=lambda endings: (endings[-1].end, endings[-1].begin))
    for endings, following in pairwise(legs):
        for ending in endings:
            yield from _followed(ending, following[-1].record)
    for ending in legs[-1]:
        yield ending.hangup


def _followed(ending: Ending, by: Record) -> Iterator[Event]:
    """What the end of a leg is, as another leg follows it."""
    queued = [event for event in ending.record.events if type(event) is Queue]
    if not queued or queued[-1].phase == "left":
        return
    last, then = queued[-1], [event for event in by.events if type(event) is Queue]
    answered = any(event.phase == "answered" for event in queued)
    yield Queue(
        f"{ending.record.stem}-left",
        last.call_id,
        ending.hangup.at,
        last.line,
        "left",
        ending.record.revision,
        visit=last.visit,
        reason="transfer" if answered else "overflow",
        to_line=then[0].line if answered and then else None,
    )
