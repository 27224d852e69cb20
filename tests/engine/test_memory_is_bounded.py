"""Memory holds what is open and recent, however long it runs and whatever it is told; and nobody
but the plan makes a series."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from random import Random

import orjson
import pytest
from aiokafka import ConsumerRecord

from streams.domain import call_events, contact, event_reader, instants, walk
from streams.domain.bookings import EVICTED_AT_ONCE
from streams.domain.events import KINDS
from streams.domain.instants import DAY, MINUTE, SECOND, parse
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Record
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.routes import Routes
from streams.sinks.alert_metrics import AlertsCollector
from streams.sinks.alertmanager import Alertmanagers
from streams.sinks.links import Links
from streams.sinks.prometheus import WHOLE, ShownScopes
from tests import metrics
from tests.faults.numbered_calls import PLAN, Call

BEGUN = parse("2026-11-02T00:00:00Z")
EVERY = 4 * MINUTE  # a call
STEP = 20 * MINUTE  # between two checkpoints


class Stream:
    """A worker's owners joined without a broker: one source partition, all lines, all callers."""

    def __init__(self) -> None:
        self.plan = plan = Plan.read(PLAN, "plan")
        routes = Routes(1, 1, 1)
        self.source = ContactOwner(0, plan, routes, Counts())
        self.lines = LineOwner(0, plan, routes, 0)
        self.callers = CallerOwner(0, routes, end=0)
        self.kept: dict[bytes, bytes] = {}  # what the compacted changelog holds
        self._offsets: dict[str, int] = {}

    def records(self, topic: str, told: list[Record]) -> list[ConsumerRecord[bytes, bytes]]:
        records = []
        for key, value in told:
            offset = self._offsets[topic] = self._offsets.get(topic, -1) + 1
            now = 2**41  # of the record, later than any event
            records.append(ConsumerRecord(topic, 0, offset, now, 1, key, value, None, 0, 0, ()))
        return records

    def checkpoint(self, clock: int) -> None:
        outputs = self.source.checkpoint(clock, 1)
        for key, value in outputs[topics.STATE, 0]:
            if value is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = value
        calls = outputs.get((topics.CALLERS, 0), [])
        self.callers.apply(self.records(topics.CALLERS, calls))
        told = self.callers.outputs(1).get((topics.PARTIALS, 0), [])
        partials = outputs[topics.PARTIALS, 0] + told
        self.lines.apply(self.records(topics.PARTIALS, partials))
        self.lines.outputs(1)
        self.lines.published()

    def labels(self) -> set[tuple[str, str]]:
        """Every label of the figures' and the alerts' series, with every value that it has."""
        boards = [self.lines.board]
        nobody = Alertmanagers([], self.plan, Links("", ""), clock=lambda: 0, certain=lambda: True)
        scopes = ShownScopes(self.plan, lambda: boards, kinds=WHOLE)
        alerts = AlertsCollector(self.plan, lambda: boards, nobody, zeros=True)
        return {
            label
            for family in metrics.read(scopes, alerts)
            for sample in family.samples
            for label in sample.labels.items()
        }


Told = tuple[int, str, Record]
"""When a record comes, on which topic, and what it is."""


def call(number: int) -> Iterator[Told]:
    """A usual call."""
    for at, event in Call.of(1, number, BEGUN + number * EVERY).events():
        yield at, f"contact.{event['event']}", (event["call_id"].encode(), orjson.dumps(event))


def hostile(draw: Random, at: int) -> Iterator[Told]:
    """Events that nobody has sent before, nor will again: most are refused, and of the others only
    the instant is counted."""

    def word(longest: int = 60) -> str:
        signs = "az09|:=,;{}[]\"'\n\x00\x1b\u00e9\u202e\u2028\ufeff\U0001f4de"
        return "".join(draw.choices(signs, k=draw.randrange(3, longest)))

    def event(kind: str, **fields: object) -> Told:
        call_id = f"{word()}{draw.random()}"
        named = {"event_id": word(), "call_id": call_id, "at": instants.text(at)}
        return at, f"contact.{kind}", (call_id.encode(), orjson.dumps(named | fields))

    line = draw.choice(("waste", "migration"))
    yield event("call-start", entry=word(), channel=word(), language=word())
    yield event("call-start", caller=f"tel:+{draw.randrange(10**9, 10**10)}")
    yield event("menu-choice", line=word())
    yield event("menu-choice", line=line, option=word(), menu=word())
    yield event("queue", line=word(), phase="entered")
    yield event("queue", line=line, phase="left", reason="transfer", to_line=word())
    yield event("queue", line=line, phase="left", reason=word())
    yield event("queue", line=line, phase="answered", agent=f"a{word()}", visit=at % 10_000)
    yield event("hangup", by="caller", vendor=word())
    yield event("hangup", at=word())
    yield event(draw.choice(tuple(KINDS)), event=word())
    yield at, "contact.hangup", (word().encode(), draw.randbytes(40))


def lived(stream: Stream, count: int, enemies: int = 0) -> Iterator[int]:
    """Lives through that many days, with so many hostile events' dozens between two checkpoints;
    gives how many pieces of memory are held at the end of each."""
    draw = Random("hostile")
    number = 0
    waiting: list[Told] = []
    for now in range(BEGUN, BEGUN + count * DAY, STEP):
        while BEGUN + number * EVERY < now + STEP:
            number += 1
            waiting += call(number)
        for _ in range(enemies):
            waiting += hostile(draw, now + draw.randrange(STEP))
        waiting.sort()
        while waiting and waiting[0][0] <= now:
            _, topic, told = waiting.pop(0)
            stream.source.merge(topic, stream.records(topic, [told]))
        stream.checkpoint(now)
        if (now - BEGUN + STEP) % DAY == 0:
            yield memory()


def memory() -> int:
    """How many pieces of memory are held, but for caches that have a bound of their own."""
    instants._hours.clear()
    instants._seconds.clear()
    instants._tails.clear()
    call_events._words.clear()
    contact._combinations.clear()
    walk._remembered.clear()
    event_reader.is_agent.cache_clear()
    event_reader._holds_number.cache_clear()
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.slow
def test_days_of_traffic_take_no_more_than_the_first_days() -> None:
    stream = Stream()
    idle = memory()  # without what other tests have left behind
    held = [blocks - idle for blocks in lived(stream, 19)]
    # Callers are remembered for fifteen days, all else for hours. Days differ by a few calls;
    # what is never let go of would add an eleventh of it all on each.
    assert held[18] < held[15] * 1.10, held
    assert len(stream.source.ledger.contacts) < 30
    assert len(stream.source.ledger.bookings.intervals) < 10
    assert len(stream.kept) < 1_000


@pytest.mark.slow
def test_hostile_events_make_no_series_and_leave_nothing_behind() -> None:
    quiet, stream = Stream(), Stream()
    usual = list(lived(quiet, 2))
    held = list(lived(stream, 2, enemies=15))
    events = sum(stream.source._counts.events.values())
    refused = sum(stream.source._counts.refused.values())
    assert refused > 10_000 and events - refused > 10_000
    # All channels that the plan does not name are one; an alert of the whole city has no line.
    assert stream.labels() - {("line", "")} == quiet.labels() | {("channel", "other")}
    # The second day adds no more than usual: a piece of every event would be thousands.
    assert held[1] - held[0] < usual[1] - usual[0] + 1_000, (held, usual)
    # Five a time are calls: those that came to a line are lost after ten minutes, those that did
    # not after four hours.
    assert len(stream.source.ledger.contacts) < 30 + 15 * (4 + 12)
    assert len(stream.kept) < 1_000


@pytest.mark.slow
def test_a_clock_that_jumps_by_months_writes_no_record_that_is_too_large() -> None:
    """Calls of half a year all end at one settling: they leave over several checkpoints."""
    stream = Stream()
    number = 7_000
    for n in range(number):
        call = Call.of(1, n, BEGUN - 180 * DAY + n * 37 * MINUTE)
        for _, event in call.events():
            topic = f"contact.{event['event']}"
            told = (event["call_id"].encode(), orjson.dumps(event))
            stream.source.merge(topic, stream.records(topic, [told]))
    largest = left = checkpoints = 0
    clock = BEGUN + 2 * DAY
    while stream.source.ledger.contacts or stream.source.evicts:
        outputs = stream.source.checkpoint(clock, 1)
        largest = max(largest, *(len(value or b"") for _, value in outputs[topics.STATE, 0]))
        left += len(outputs[topics.JOURNEYS, 0])
        assert len(stream.source._changelog._evicted) <= 2 * EVICTED_AT_ONCE
        clock += SECOND
        checkpoints += 1
        assert checkpoints < 100
    assert left == number
    assert checkpoints > 3
    assert largest < topics.LARGEST_RECORD / 2
