"""Holds what a run left in its topics to what its raw topics say, both ways.

For every interval of every scope, and every call: nothing missing, nothing extra, nothing else.
Three readings of the accepted events must agree: the application's, made live amid faults; the
domain's, read at once; and for each line's main counts a recount that shares no code with either.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from streams.domain.books import INTERVAL, books
from streams.domain.call_events import Contact
from streams.domain.counts import ONE
from streams.domain.event_reader import Reader, Refusal
from streams.domain.events import Event
from streams.domain.instants import DAY, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.engine.kafka import topics
from streams.engine.state.partials import Figures, read_partial
from tests.faults.numbered_calls import LOST_AFTER
from tests.faults.recount import Answers, Count, instant, recount, vendors_recounted
from tests.running import Intervals, differences, latest_of, published_intervals, records_of

COUNTED = (
    "line_offered",
    "queue_offered",
    "answered",
    "left_before_queue",
    "overflowed",
    "lost",
    "wait_sum",
    "contacts",
    "contacts_with_visit",
    "abandoned_in_menu",
    "open_in_menu",
    "orphans",
)


class Raw:
    """What was sent and what of it the application declared late.

    Attributes:
        values: the events accepted, as they were sent.
        contacts: the calls that they make up.
        late: how many were declared late.
        wrong: what is not as it should be with the late topic itself.
    """

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.contacts: dict[str, Contact] = {}
        self.late = 0
        self.refused = 0
        self.newest = 0
        self.wrong: list[str] = []

    def take(self, value: bytes, event: Event, at: int) -> None:
        """An event that was accepted."""
        self.newest = max(self.newest, at)
        self.values.append(value)
        self.contacts.setdefault(event.call_id, Contact(event.call_id)).merge(event, at)


async def read_raw(bootstrap: str, plan: Plan) -> Raw:
    """The raw topics less the late topic, by where each record lies."""
    raw = Raw()
    late: dict[bytes, bytes | None] = {}
    for record in await records_of(bootstrap, topics.LATE):
        assert record.key is not None
        if record.key in late:
            raw.wrong.append(f"late twice: {record.key!r}")
        late[record.key] = record.value
    raw.late = len(late)
    reader = Reader(plan.knows)
    dead: set[bytes] = set()
    for topic, kind in topics.INPUTS.items():
        for record in await records_of(bootstrap, topic):
            place = f"{topic}|{record.partition}|{record.offset}".encode()
            if place in late:
                assert record.value is not None
                told = reader.read(late.pop(place) or b"", record.timestamp * 1000)
                if told != reader.read(record.value, record.timestamp * 1000, kind):
                    raw.wrong.append(f"late, but not as it was sent: {place!r}")
                continue
            outcome = reader.read_record(
                record.value, record.timestamp * 1000, kind, dict(record.headers)
            )
            if isinstance(outcome, Refusal) or record.key != outcome[0].call_id.encode():
                dead.add(place)
                continue
            assert record.value is not None
            raw.take(record.value, *outcome)
    raw.wrong += [f"late, but never sent: {place!r}" for place in late]
    letters = [record.key for record in await records_of(bootstrap, topics.DEAD)]
    raw.refused = len(dead)
    if Counter(letters) != Counter(dead):
        raw.wrong.append(f"dead letters: {len(letters)} told, {len(dead)} refused")
    return raw


def wanted_intervals(raw: Raw, plan: Plan) -> Intervals:
    """The intervals of the accepted events, read at once."""
    whole = books(raw.contacts.values(), plan, raw.newest + DAY, INTERVAL)
    return filled(whole.intervals)


async def differences_of(
    bootstrap: str,
    plan_file: Path,
    sources: int,
    apart: str = "",
    answers: Answers | None = None,
    corrected: bool = False,
    rebuilt: bool = False,
) -> tuple[Raw, list[str]]:
    """Everything that is not as it should be; nothing, if all is well.

    Args:
        bootstrap: the broker.
        plan_file: by what the last worker judges.
        sources: partitions of the inputs.
        apart: a count that is not asked for: not every worker knew it.
        answers: who answers which line, for the recount of vendors.
        corrected: workers went on by other plans before: no reading by one plan is what must have
            come of it.
        rebuilt: all was judged anew, so that what was final may have moved.
    """
    plan = Plan.load(str(plan_file))
    raw = await read_raw(bootstrap, plan)
    wrong = list(raw.wrong)
    wanted = less(wanted_intervals(raw, plan), apart)
    found = less(await published_intervals(bootstrap), apart)
    if not corrected:
        wrong += differences(found, wanted)
    if not (rebuilt or apart):
        wrong += await _moved(bootstrap)
    wrong += recounted(found, raw)
    if answers is not None:
        lines = recount(raw.values, LOST_AFTER * SECOND)
        wrong += vendors_recounted(lines, _of_vendors(found), answers)
    wrong += await _journeys(bootstrap, raw)
    wrong += await _partials(bootstrap, found, sources, apart)
    wrong += await _state(bootstrap)
    wrong += await _alerts(bootstrap)
    return raw, wrong


def filled(intervals: Intervals) -> Intervals:
    """Without those in which nothing is counted."""
    return {key: tally for key, tally in intervals.items() if not tally.empty()}


def recounted(found: Intervals, raw: Raw) -> list[str]:
    """The application's main counts against a recount without its code."""
    wrong = []
    counts = recount(raw.values, LOST_AFTER * SECOND)
    told = {
        (scope.removeprefix(LINE), start): tally
        for (scope, start), tally in found.items()
        if scope == CITY or scope.startswith(LINE)
    }
    for key in counts.keys() | told.keys():
        count, tally = counts.get(key, Counter()), told.get(key, Tally())
        for name in COUNTED:
            city = name.startswith(("contacts", "abandoned_in", "open_in", "orphans"))
            if city == (key[0] == CITY) and count[name] != tally[name]:
                wrong.append(f"{key} {name}: found {tally[name]}, recounted {count[name]}")
        abandoned = tally["abandoned"] + tally["short_abandoned"]
        if key[0] != CITY and count["abandoned"] != abandoned:
            wrong.append(f"{key} abandoned: found {abandoned}, recounted {count['abandoned']}")
    return wrong


def _of_vendors(found: Intervals) -> Count:
    return {
        (scope.removeprefix(VENDOR), start): Counter({name: tally[name] for name in COUNTED})
        for (scope, start), tally in found.items()
        if scope.startswith(VENDOR)
    }


async def _moved(bootstrap: str) -> list[str]:
    """Final quarter-hours that were told otherwise later."""
    told: dict[bytes | None, bytes | None] = {}
    wrong = []
    for record in await records_of(bootstrap, topics.INTERVALS):
        if told.setdefault(record.key, record.value) != record.value:
            wrong.append(f"{record.key!r}: final as {told[record.key]!r}, then {record.value!r}")
    return wrong


async def _journeys(bootstrap: str, raw: Raw) -> list[str]:
    """Each contact is told once, with the events that were sent."""
    wrong = []
    sent = {
        (call_id, piece.told[0]): piece.told
        for call_id, contact in raw.contacts.items()
        for piece in contact.pieces()
    }
    told: Counter[tuple[str, int]] = Counter()
    for record in await records_of(bootstrap, topics.JOURNEYS):
        assert record.value is not None
        journey = orjson.loads(record.value)
        key = journey["call_id"], journey["facts"][0]
        told[key] += 1
        events = sent.get(key)
        if events is None:
            wrong.append(f"{key}: told, but never heard of")
        elif orjson.dumps(events) != orjson.dumps(journey["facts"]):
            wrong.append(f"{key}: told {journey['facts']}, sent {events}")
    wrong += [f"{key}: told {n} times" for key, n in told.items() if n > 1]
    wrong += [f"{key}: never told" for key in sent if key not in told]
    return wrong


async def _partials(bootstrap: str, published: Intervals, sources: int, apart: str) -> list[str]:
    """What the source partitions told last adds up to what was published."""
    sums: Intervals = {}
    for key, value in (await latest_of(bootstrap, topics.PARTIALS)).items():
        told = read_partial(key, value)
        # Sources beyond are callers' histories, which are beside the books.
        if isinstance(told, Figures) and told.width == INTERVAL and told.source < sources:
            sums.setdefault((told.scope, told.start), Tally()).plus(told.tally)
    return [f"partials: {each}" for each in differences(less(filled(sums), apart), published)]


def less(intervals: Intervals, apart: str) -> Intervals:
    """The intervals without one of their counts."""
    for tally in intervals.values() if apart else ():
        tally.packed -= tally[apart] * ONE[apart]
    return intervals


async def _state(bootstrap: str) -> list[str]:
    """When every call is over, no call and no tally is left in state."""
    left = Counter(
        key[:2] for key in await latest_of(bootstrap, topics.STATE) if key[:2] in (b"c|", b"p|")
    )
    return [f"state: {n} of {kind!r} are left" for kind, n in left.items()]


async def _alerts(bootstrap: str) -> list[str]:
    """An alert opens once, under one id, and once it has ended it is over.

    Which alerts there are is not held to a replay: events that come after their decision was sealed
    are passed over by a detector, and in these runs many do.
    """
    wrong = []
    known: dict[str, dict[str, Any]] = {}
    for record in await records_of(bootstrap, topics.ALERTS):
        assert record.key is not None
        if record.value is None or record.key.startswith(b"state|"):
            continue
        alert = orjson.loads(record.value)
        before = known.get(alert["id"])
        known[alert["id"]] = alert
        if before is not None and before["resolved_at"] is not None and before != alert:
            wrong.append(f"alert {alert['id']}: told on after its end")
        if before is not None and any(before[name] != alert[name] for name in _FIXED):
            wrong.append(f"alert {alert['id']}: {before} became {alert}")
    spans: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for alert in known.values():
        ends = instant(alert["resolved_at"]) if alert["resolved_at"] else 2**62
        span = (instant(alert["opened_at"]), ends, alert["id"])
        spans.setdefault((alert["scope"], alert["kind"]), []).append(span)
    for each in spans.values():
        for one, next_ in pairwise(sorted(each)):
            if next_[0] < one[1]:
                wrong.append(f"alerts overlap: {one} and {next_}")
    return wrong


_FIXED = ("line", "kind", "opened_at")


if __name__ == "__main__":
    told, differing = asyncio.run(
        differences_of(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
    )
    print(orjson.dumps([told.late, differing]).decode())
