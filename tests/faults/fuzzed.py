"""One episode of fuzzing: good calls phone, and many times as many records come amid them that
should not.

All that a worker does from the bytes of a fetch to what it publishes is done here, in one process
and without a broker: a fetch is looked at and taken apart (`fuzzed_batches.Log`), an owner merges
what it gives, checkpoints are written, and read back where a worker has died. At the end

- each record was accepted, kept as late, or told to the dead letters;
- what was accepted of good calls is what was sent of them;
- the lines of good calls have the books of these calls alone, by the domain's reading and by a
  recount that shares no code with it; and all that is published is the books of what was accepted.

It is longer than a module should be, because what is sent, read and judged is of one state.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import msgspec
import orjson
from aiokafka import TopicPartition

import streams.engine.kafka.clients  # noqa: F401 - it changes how fetches are read
from streams.domain.call_events import Contact
from streams.domain.instants import DAY, SECOND
from streams.domain.ledger import Ledger
from streams.domain.plan import Plan
from streams.engine.audit import tally
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs
from streams.engine.quarantine import Quarantine
from streams.sinks.records import Interval
from tests.engine.pocket import Deployment, Topics
from tests.faults import numbered_calls as calls
from tests.faults.fuzzed_batches import DAMAGES, Log, sound
from tests.faults.fuzzed_books import PLAN_OF_ALL, filled, harmed, of
from tests.faults.fuzzed_records import AIMED, ANY, RARE, Event, plausible, repeated
from tests.running import Intervals, differences
from tests.wire import Sent

BEGUN: Final = 1_795_000_000 * SECOND
ROUND: Final = 60 * SECOND
"""Of the city's time between two looks at the topics: quarter-hours pass in some of them."""

FETCH: Final = 1 << 20
"""Bytes of a fetch, as workers have it: several batches, for of one alone nothing tells that its
first offset is another, which no checksum covers."""

GOOD: Final = "a good event"

Place = tuple[str, int]
"""Topic and offset."""


@dataclass
class Counted:
    """What came of records.

    Attributes:
        sent: how many, by what they were.
        came: what became of them, by what they were and that.
        reasons: why they were refused.
        restarts: how often a worker began again from its state.
        good: good events that were sent.
        differences: everything that is not as it should be.
    """

    sent: Counter[str] = field(default_factory=Counter)
    came: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    differences: list[str] = field(default_factory=list)


class _Measured(Topics):
    """Topics into which nothing is written that a broker would not take."""

    def __init__(self) -> None:
        super().__init__()
        self._quarantine = Quarantine()

    def write(self, outputs: Outputs) -> None:
        super().write(self._quarantine(outputs))


@contextmanager
def watched(accepted: list[tuple[Any, int]]) -> Iterator[None]:
    """Has every event noted that a ledger accepts."""
    accept = Ledger.accept

    def noted(self: Ledger, event: Any, at: int) -> bool:
        taken = accept(self, event, at)
        if taken:
            accepted.append((event, at))
        return taken

    Ledger.accept = noted  # type: ignore[method-assign]
    try:
        yield
    finally:
        Ledger.accept = accept  # type: ignore[method-assign]


class Episode(Deployment):
    """A deployment whose one owner reads what its logs give.

    Args:
        seed: of everything that is drawn.
        records: about how many.
    """

    def __init__(self, seed: int, records: int) -> None:
        super().__init__(1, Plan.read(PLAN_OF_ALL, "plan"))
        self.draw = Random(f"{seed} fuzzed")
        self.counted = Counted()
        self.logs = {topic: Log(TopicPartition(topic, 0)) for topic in topics.INPUTS}
        self._records = records
        self._seed = seed
        self._number = 0
        self._kinds: dict[Place, str] = {}
        self._given: set[Place] = set()
        self._must_be_given: set[Place] = set()
        self._good: list[Event] = []
        self._waiting: list[tuple[int, Event]] = []
        self._accepted: list[tuple[Any, int]] = []
        self._unsaved: list[tuple[Any, int]] = []
        self.topics = _Measured()

    def run(self) -> Counted:
        """Lives through it, and counts."""
        now, number = BEGUN, 0
        with watched(self._unsaved):
            while len(self._kinds) < self._records:
                now += ROUND
                for _ in range(self.draw.randrange(25)):
                    call = calls.Call.of(self._seed, number, now)
                    number += 1
                    self._waiting += call.events()
                self._append(now)
                self._read(now)
            while self._waiting:
                now += ROUND
                self._append(now)
                self._read(now)
            self._fetch()
            self.close(now + DAY)
        self._judge()
        return self.counted

    # -- what is sent

    def _append(self, now: int) -> None:
        """A batch or some of each topic, in each of them what is good amid what is not."""
        due: dict[str, list[Sent]] = defaultdict(list)
        bad: dict[str, list[tuple[str, Sent]]] = defaultdict(list)
        self._waiting.sort(key=lambda each: each[0])
        while self._waiting and self._waiting[0][0] <= now:
            _, event = self._waiting.pop(0)
            due[f"contact.{event['event']}"].append(good(event))
            self._good.append(event)
        for _ in range(self.draw.randrange(800, 2_800)):
            topic, kind, record = self._mutated(now)
            bad[topic].append((kind, record))
        for topic in topics.INPUTS:
            mixed = [(GOOD, record) for record in due[topic]]
            for kind, record in bad[topic]:
                mixed.insert(self.draw.randrange(len(mixed) + 1), (kind, record))
            while mixed:
                count = self.draw.choice((1, 3, 10, 50))
                some, mixed = mixed[:count], mixed[count:]
                self._lay(topic, some, now)
                if self.draw.random() < 0.2:
                    self._lay_damaged(topic, now)

    def _mutated(self, now: int) -> tuple[str, str, Sent]:
        """A topic, what has been done to the record, and the record."""
        draw = self.draw
        self._number += 1
        which = draw.random()
        if which < 0.1 and self._good:
            event = draw.choice(self._good[-200:])
            mutation = draw.choice((*AIMED, repeated))
            topic = f"contact.{event['event']}"
            return topic, named(mutation), mutation(draw, event)
        topic, event = plausible(draw, self._number, now)
        mutation = draw.choice(ANY) if which < 0.99 else draw.choice(RARE)
        if draw.random() < 0.03:
            topic = draw.choice(sorted(topics.INPUTS))  # where another kind belongs
        return topic, named(mutation), mutation(draw, event)

    def _lay(self, topic: str, some: list[tuple[str, Sent]], now: int) -> None:
        log = self.logs[topic]
        lying = sound(self.draw, [record for _, record in some], log.end, now // 1000)
        for offset, (kind, _) in zip(log.append(lying), some, strict=True):
            self._kinds[topic, offset] = kind
            self._must_be_given.add((topic, offset))

    def _lay_damaged(self, topic: str, now: int) -> None:
        draw, log = self.draw, self.logs[topic]
        damage = draw.choice(DAMAGES)
        some = []
        for _ in range(draw.choice((1, 2, 5, 20))):
            self._number += 1
            _, event = plausible(draw, self._number, now)
            some.append(draw.choice(ANY)(draw, event))
        for offset in log.append(damage(draw, some, log.end, now // 1000)):
            self._kinds[topic, offset] = f"a batch: {named(damage)}"

    # -- what is read

    def _read(self, now: int) -> None:
        """Some of the topics are read to their ends; now and then there is a checkpoint, or a
        worker that dies and is followed by another."""
        draw = self.draw
        if draw.random() < 0.1:
            return
        self._fetch(draw.sample(sorted(topics.INPUTS), draw.choice((4, 4, 4, 2))))
        if draw.random() < 0.12:
            read_to_end = dict.fromkeys(topics.INPUTS)
            self.checkpoint(0, self._owners[0].watermark(read_to_end), draw.random() < 0.3)
            for topic, log in self.logs.items():
                log.forget(self._owners[0].positions.get(topic, 0))
        if draw.random() < 0.02:
            self._unsaved.clear()
            self.crash(0)
            self.counted.restarts += 1

    def _fetch(self, some: Any = tuple(topics.INPUTS)) -> None:
        owner = self._owners[0]
        for topic in some:
            found = self.logs[topic].read(owner.positions.get(topic, 0), FETCH)
            self._given.update((topic, record.offset) for record in found)
            for begin in range(0, len(found), 50):
                owner.merge(topic, found[begin : begin + 50])

    def merge(self, source: int, kinds: Any = topics.INPUTS) -> None:
        self._fetch(kinds)

    def checkpoint(self, source: int, watermark: int, lazily: bool = False) -> None:
        super().checkpoint(source, watermark, lazily)
        self._accepted += self._unsaved
        self._unsaved.clear()

    # -- what has come of it

    def _judge(self) -> None:
        counted, kinds = self.counted, self._kinds
        dead = {}
        for record in self.topics.of(topics.DEAD):
            letter = orjson.loads(record.value)
            dead[letter["topic"], letter["offset"]] = letter["reason"]
        late = {
            (topic, int(offset))
            for topic, _, offset in (key.decode().split("|") for key in self.late())
        }
        counted.reasons.update(dead.values())
        for place, kind in kinds.items():
            counted.sent[kind] += 1
            if place in dead:
                came = "refused"
            elif place in late:
                came = "late"
            else:
                came = "accepted" if place in self._given else "nothing to read"
            counted.came[kind, came] += 1
        wrong = counted.differences
        wrong += [f"not given: {each}" for each in self._must_be_given - self._given]
        wrong += [f"given from nowhere: {each}" for each in self._given - kinds.keys()]
        wrong += [f"told, and not given: {each}" for each in dead.keys() - self._given]
        self._judge_books()

    def _judge_books(self) -> None:
        wrong = self.counted.differences
        sent = {(each["call_id"], each["event_id"]) for each in self._good}
        good_ids = {call_id for call_id, _ in sent}
        contacts: dict[str, Contact] = {}
        kept = set()
        for event, at in self._accepted:
            contacts.setdefault(event.call_id, Contact(event.call_id)).merge(event, at)
            if event.call_id in good_ids:
                kept.add((event.call_id, event.event_id))
        wrong += [f"good, and not accepted: {each}" for each in sent - kept]
        wrong += [f"accepted of a good call, and never sent: {each}" for each in kept - sent]

        found = self._published()
        wrong += differences(found, of(contacts.values()))
        wrong += harmed(found, self._good)

    def _published(self) -> Intervals:
        decode = msgspec.json.Decoder(Interval).decode
        found = (decode(value) for value in self.topics.latest(topics.INTERVALS).values())
        return filled({(e.scope, e.start): tally(e) for e in found if e.callers is None})


def good(event: Event) -> Sent:
    """A good event as its source sends it."""
    return event["call_id"].encode(), orjson.dumps(event), ()


def named(made: Any) -> str:
    """What a mutation is called in the table."""
    return str(made.__name__).replace("_", " ")
