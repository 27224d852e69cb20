"""The state made anew from the raw topics, when its changelog was lost or is not whole.

What was accepted live is known exactly: everything up to the last checkpoint, less what lies on
the late topic. So every source partition is read once as a whole, nothing in it late, and brought
to the clock that it last told; the books that come of it are those that there were. In order:

1. the workers are stopped; the partitions' writers are fenced, and every partition of the state is
   marked, so that no worker starts on a half of it;
2. partition by partition: the old keys are removed and the new state written in one transaction,
   with all figures that a board still needs;
3. intervals beyond what the partials keep are published by the rebuild itself, absolute as ever;
4. the marks are taken away.

Stopped anywhere, it is run again. It holds one partition's contacts in memory: about 1 KB for each.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import for_code

from streams.domain.books import INTERVAL, SLOT
from streams.domain.decisions import DECIDED
from streams.domain.instants import DAY
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.plan.model import LONGEST_LOST_AFTER
from streams.domain.tally import Tally
from streams.domain.visits import NEVER, resolve
from streams.engine.kafka import clients, topics
from streams.engine.kafka.read_to_end import read_to_end
from streams.engine.kafka.writer import Outputs, Writer
from streams.engine.roles.contact_owner import UNKNOWN, Counts, Source
from streams.engine.roles.routes import Routes
from streams.engine.state import stored
from streams.engine.state.stored import (
    Figures,
    Published,
    Record,
    Restored,
    StateError,
    WatermarkRecord,
)
from streams.settings import Settings
from streams.sinks.records import interval_record

_PARTIALS_KEPT: Final = 6 * DAY
"""Intervals younger than this are told to the boards again, which publish them; the topic keeps a
week."""

_DECISIONS_KEPT: Final = DAY
"""Decisions older than this are not told again: the detectors have been fed them long ago."""

_PATIENCE: Final = 120.0
"""Seconds for one transaction: one of a rebuild may hold a year of intervals."""


class RebuildError(Exception):
    """The state can't be rebuilt; the message says why and what to do."""


@dataclass
class Rebuilt:
    """What a rebuild of one partition did.

    Attributes:
        partition: of the state.
        events: that were read.
        late: of them, left out because they had come late.
        contacts: that are in state again.
    """

    partition: int
    events: int = 0
    late: int = 0
    contacts: int = 0


async def rebuild(settings: Settings, plan: Plan, tell: Callable[[Rebuilt], None]) -> None:
    """Rebuilds the state of every partition.

    Raises:
        BrokerError: no broker lets the client in.
        RebuildError: a worker is running, or the topics are not there.
    """
    positions, routes = await _committed(settings)
    work = _Rebuild(settings, plan, routes, positions)
    await work.run(tell)


class _Rebuild:
    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        routes: Routes,
        positions: Mapping[TopicPartition, int],
    ) -> None:
        self._settings = settings
        self._app = settings.app
        self._plan = plan
        self._routes = routes
        self._positions = dict(positions)
        self._clocks: dict[int, int] = {}
        self._whole_from = UNKNOWN
        self._old: dict[tuple[str, int], Tally] = {}
        self._writers: dict[int, Writer] = {}

    async def run(self, tell: Callable[[Rebuilt], None]) -> None:
        try:
            for partition in range(self._routes.sources):
                writer = Writer(self._settings, f"{self._app}-source-{partition}", _PATIENCE)
                await writer.start()
                self._writers[partition] = writer
                await writer.write({(topics.STATE, partition): [stored.REBUILDING]})
            await self._read_clocks()
            for partition in range(self._routes.sources):
                tell(await self._rebuild(partition))
            await self._publish()
            for partition, writer in self._writers.items():
                await writer.write({(topics.STATE, partition): [stored.REBUILT]})
        finally:
            for writer in self._writers.values():
                await writer.stop()

    async def _read_clocks(self) -> None:
        """How far each source partition had come, by its own word."""

        def take(partition: int, records: "list[ConsumerRecord[bytes, bytes]]") -> None:
            for record in records:
                assert record.key is not None
                if record.value is not None:
                    told = stored.read_partial(record.key, record.value)
                    if isinstance(told, WatermarkRecord):
                        before = self._clocks.get(told.source, told.settled_at)
                        self._clocks[told.source] = max(before, told.settled_at)
                        self._advance(told.source, told.positions)

        partials = range(self._routes.partials)
        await read_to_end(self._settings, topics.PARTIALS, partials, take)

    def _advance(self, partition: int, positions: Mapping[str, int]) -> None:
        """A checkpoint had come to these positions, whether they were committed or not."""
        for topic, position in positions.items():
            tp = TopicPartition(topic, partition)
            self._positions[tp] = max(position, self._positions.get(tp, 0))

    async def _rebuild(self, partition: int) -> Rebuilt:
        done = Rebuilt(partition)
        old = Restored()
        await self._read(topics.STATE, partition, lambda r: old.take(r.key, r.value))
        with suppress(StateError):  # written by a newer version: the committed offsets must do
            if old.checkpoint is not None:
                self._advance(partition, old.checkpoint.positions)
                self._clocks.setdefault(partition, old.checkpoint.clock)
        late: set[bytes] = set()
        await self._read(topics.LATE, partition, lambda r: late.add(r.key))
        told: set[bytes] = set()
        await self._read(topics.JOURNEYS, partition, lambda r: told.add(r.key))

        source = Source(partition, self._plan, self._routes, Counts())
        for topic in topics.INPUTS:
            await self._feed(source, topic, late, done)
        clock = self._clocks.get(partition)
        if clock is None:
            clock = self._earliest_clock(source, told)
        garbage: list[Record] = [(key, None) for key in old.every_key()]
        begun = False
        while source.departing or not begun:
            begun = True
            outputs = source.checkpoint(clock, 0)
            outputs[topics.STATE, partition] = garbage + outputs[topics.STATE, partition]
            garbage = []
            outputs[topics.JOURNEYS, partition] = [
                record for record in outputs[topics.JOURNEYS, partition] if record[0] not in told
            ]
            # Every refusal and every late event before these offsets has been told.
            outputs[topics.DEAD, partition] = outputs[topics.LATE, partition] = []
            self._set_aside(outputs, clock)
            await self._writers[partition].write(outputs)
            clock += 1  # what found no room in this checkpoint comes with the next
        done.contacts = len(source.ledger.contacts)
        return done

    def _earliest_clock(self, source: Source, told: set[bytes]) -> int:
        """The earliest that the clock can have been when its own word is lost: what it had come to
        by the events, and for every journey that was told the instant at which that ended."""
        clock = source.clock(dict.fromkeys(topics.INPUTS))
        for contact in source.ledger.contacts.values():
            if contact.call_id.encode() in told:
                reading = resolve(contact, self._plan, NEVER)
                if reading is not None:
                    clock = max(clock, max(contact.newest, reading.done_at) + GRACE + 1)
        return clock

    async def _feed(self, source: Source, topic: str, late: set[bytes], done: Rebuilt) -> None:
        partition = source.partition
        end = self._positions.get(TopicPartition(topic, partition), 0)
        first = True

        def take(_: int, records: "list[ConsumerRecord[bytes, bytes]]") -> None:
            nonlocal first
            if first and records and records[0].offset > 0:
                # Retention has taken what was before: calls of then are no longer whole.
                begins = records[0].timestamp * 1000 + LONGEST_LOST_AFTER
                self._whole_from = max(self._whole_from, begins)
            first = False
            accepted = []
            for record in records:
                if record.offset >= end:
                    continue
                done.events += 1
                if b"%b|%d|%d" % (topic.encode(), partition, record.offset) in late:
                    done.late += 1
                else:
                    accepted.append(record)
            source.take(topic, accepted)

        await read_to_end(self._settings, topic, [partition], take)
        if end:
            source.positions[topic] = end

    async def _read(
        self, topic: str, partition: int, take: "Callable[[ConsumerRecord[bytes, bytes]], None]"
    ) -> None:
        def each(_: int, records: "list[ConsumerRecord[bytes, bytes]]") -> None:
            for record in records:
                take(record)

        await read_to_end(self._settings, topic, [partition], each)

    def _set_aside(self, outputs: Outputs, clock: int) -> None:
        """Takes out of the partials what boards don't need, and keeps its intervals."""
        for (topic, _), records in outputs.items():
            if topic == topics.PARTIALS:
                records[:] = [record for record in records if not self._is_old(record, clock)]

    def _is_old(self, record: Record, clock: int) -> bool:
        if record[1] is None:
            return False
        told = stored.read_partial(record[0], record[1])
        if not isinstance(told, Figures):
            return False
        if told.scope.startswith(DECIDED):
            return told.start < clock - _DECISIONS_KEPT
        if told.width == SLOT or told.start >= self._horizon():
            return False
        if told.final:
            self._old.setdefault((told.scope, told.start), Tally()).plus(told.tally)
        return True

    def _horizon(self) -> int:
        """Before this every interval is final in all partitions, and long published."""
        slowest = min(self._clocks.get(each, UNKNOWN) for each in range(self._routes.sources))
        return slowest - slowest % INTERVAL - _PARTIALS_KEPT

    async def _publish(self) -> None:
        """The intervals set aside; and the owners are told from where on to publish again."""
        intervals: list[list[Record]] = [[] for _ in range(self._routes.partials)]
        for (scope, start), tally in sorted(self._old.items()):
            if start >= self._whole_from:
                of_scope = intervals[self._routes.of_scope(scope)]
                of_scope.append(interval_record(scope, start, tally))
        before = Published(self._horizon() + GRACE, frozenset())
        for there in range(self._routes.partials):
            writer = Writer(self._settings, f"{self._app}-lines-{there}", _PATIENCE)
            await writer.start()
            try:
                await writer.write(
                    {
                        (topics.INTERVALS, there): intervals[there],
                        (topics.PARTIALS, there): [stored.published_record(0, before)],
                    }
                )
            finally:
                await writer.stop()


async def _committed(settings: Settings) -> tuple[dict[TopicPartition, int], Routes]:
    """The group's committed offsets and the topics' partitions, if no worker is running."""
    async with clients.admin(settings) as admin:
        present = {each["topic"]: len(each["partitions"]) for each in await admin.describe_topics()}
        missing = {*topics.INPUTS, topics.STATE, topics.PARTIALS, topics.CALLERS} - set(present)
        if missing:
            listed = ", ".join(sorted(missing))
            raise RebuildError(f"no topics {listed}: run `reachline topics create` first")
        for response in await admin.describe_consumer_groups([settings.app]):
            for code, _, _, _, _, members, *_ in response.groups:
                if code:
                    raise for_code(code)(f"group {settings.app}")
                if members:
                    raise RebuildError(
                        f"{len(members)} workers of {settings.app} are running: stop them first"
                    )
        offsets = await admin.list_consumer_group_offsets(settings.app)
    sources = present[next(iter(topics.INPUTS))]
    routes = Routes(sources, present[topics.PARTIALS], present[topics.CALLERS])
    return _inputs(offsets.items()), routes


def _inputs(offsets: Iterable[tuple[TopicPartition, object]]) -> dict[TopicPartition, int]:
    return {
        tp: offset.offset  # type: ignore[attr-defined]
        for tp, offset in offsets
        if tp.topic in topics.INPUTS
    }
