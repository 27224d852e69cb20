"""The state, made again from the raw topics when its changelog was lost or is not complete.

What was accepted live is known exactly: everything up to the last checkpoint, less what lies on
the late topic. So every source partition is read once from beginning to end, nothing in it late,
and brought to the watermark that it published last; that gives the books that there were. In order:

1. the workers are stopped; the partitions' writers are fenced, and every partition of the state is
   marked, so that no worker starts on a half of it;
2. partition by partition: the old keys are removed and the new state written in one transaction,
   with all figures that a board still needs;
3. intervals older than what the partials keep are published by the rebuild itself, absolute as
   always; so is that there is nothing where the plan before had booked something;
4. the marks are removed.

Stopped anywhere, it is run again. It has one partition's contacts in memory: about 1 KB for each.

It is longer than a module should be, because its steps have one order, and each is safe to repeat
because of the one before.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec
from aiokafka import TopicPartition
from aiokafka.errors import for_code
from aiokafka.structs import OffsetAndMetadata

from streams.domain.judge import judge
from streams.domain.ledger import GRACE
from streams.domain.outcome import NEVER
from streams.domain.plan import Plan
from streams.domain.plan.model import LONGEST_LOST_AFTER
from streams.engine.kafka import clients, topics
from streams.engine.kafka.before_joining import ends_of, made_anew
from streams.engine.kafka.described import Described, describe
from streams.engine.kafka.forms import Written
from streams.engine.kafka.outputs import Record, position_key
from streams.engine.kafka.read_to_end import LogReader, Records
from streams.engine.kafka.remembered import metadata
from streams.engine.kafka.watched import Watched
from streams.engine.kafka.writer import Writer
from streams.engine.old_intervals import OldIntervals
from streams.engine.quarantine import Quarantine
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.judging import UNKNOWN
from streams.engine.roles.routes import Routes
from streams.engine.stale_figures import StaleFigures
from streams.engine.state.checkpoint import REBUILDING, REBUILT
from streams.engine.state.errors import StateError
from streams.engine.state.partials import (
    Figures,
    Published,
    WatermarkRecord,
    published_record,
    read_partial,
)
from streams.engine.state.restored import Restored
from streams.settings import Settings

_PATIENCE: Final = 120.0
"""Seconds for one transaction: one of a rebuild may hold a year of intervals."""


_UNKNOWN_ENDS: Final[Mapping[TopicPartition, int]] = MappingProxyType({})


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


async def rebuild(settings: Settings, plan: Plan, progress: Callable[[Rebuilt], None]) -> None:
    """Rebuilds the state of every partition.

    Args:
        settings: how to reach the broker.
        plan: by which the events are judged.
        progress: called after each partition.

    Raises:
        BrokerError: no broker lets the client in.
        RebuildError: a worker is running, or the topics are not there.
        ReadError: a topic could not be read to its end.
        WriteError: the state could not be written.
    """
    group = await _group(settings)
    async with LogReader(settings, complete=False) as reader:
        work = _Rebuild(settings, plan, group.routes, group.positions, reader, group.ends)
        if group.anew:
            # Of before nothing can be told any more that is not published.
            work.complete_from = time.time_ns() // 1000
        await work.run(progress)
    await _commit(settings, group, work.positions)


class _Rebuild:
    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        routes: Routes,
        positions: Mapping[TopicPartition, int],
        reader: LogReader,
        ends: Mapping[TopicPartition, int] = _UNKNOWN_ENDS,
    ) -> None:
        self._settings = settings
        self._app = settings.app
        self._written = Written(settings.form)
        self._plan = plan
        self._routes = routes
        self._ends = ends
        self.positions = {tp: min(each, ends.get(tp, each)) for tp, each in positions.items()}
        self._reader = reader
        self._watermarks: dict[int, int] = {}
        self.complete_from = UNKNOWN  # retention has removed events of before
        self._old = OldIntervals(routes, self._watermarks)
        self._stale = StaleFigures(routes)
        self._writers: dict[int, Writer] = {}

    async def run(self, progress: Callable[[Rebuilt], None]) -> None:
        try:
            for partition in range(self._routes.sources):
                writer = Writer(self._settings, f"{self._app}-source-{partition}", _PATIENCE)
                await writer.start()
                self._writers[partition] = writer
                await writer.write({(topics.STATE, partition): [REBUILDING]})
            await self._read_watermarks()
            for partition in range(self._routes.sources):
                progress(await self._rebuild(partition))
            await self._publish()
            for partition, writer in self._writers.items():
                await writer.write({(topics.STATE, partition): [REBUILT]})
        finally:
            for writer in self._writers.values():
                await writer.stop()

    async def _read_watermarks(self) -> None:
        """How far each source partition had come, as it published itself."""
        tps = [TopicPartition(topics.PARTIALS, each) for each in range(self._routes.partials)]
        async for _, records in self._reader.read(tps):
            for record in records:
                assert record.key is not None
                if record.value is None:
                    continue
                partial = read_partial(record.key, record.value)
                if isinstance(partial, WatermarkRecord):
                    before = self._watermarks.get(partial.source, partial.watermark)
                    self._watermarks[partial.source] = max(before, partial.watermark)
                    self._advance(partial.source, partial.positions)
                elif isinstance(partial, Figures):
                    self._stale.published(partial)

    def _advance(self, partition: int, positions: Mapping[str, int]) -> None:
        """A checkpoint had come to these positions, whether they were committed or not."""
        for topic, position in positions.items():
            tp = TopicPartition(topic, partition)
            position = min(position, self._ends.get(tp, position))
            self.positions[tp] = max(position, self.positions.get(tp, 0))

    async def _rebuild(self, partition: int) -> Rebuilt:
        done = Rebuilt(partition)
        old = await self._old_state(partition)
        late = await self._keys(topics.LATE, partition)
        published = await self._journeys(partition)
        owner = ContactOwner(partition, self._plan, self._routes, Counts())
        for topic in topics.INPUTS:
            await self._merge(owner, topic, late, done)
        watermark = self._watermarks.get(partition)
        if watermark is None:
            watermark = self._earliest_watermark(owner, published)
        garbage: list[Record] = [(key, None) for key in old.every_key()]
        begun = False
        while owner.evicts or not begun:
            begun = True
            outputs = owner.checkpoint(watermark, 0)
            outputs[topics.STATE, partition] = garbage + outputs[topics.STATE, partition]
            garbage = []
            journeys = outputs[topics.JOURNEYS, partition]
            outputs[topics.JOURNEYS, partition] = [
                each for each in journeys if _contact_of(*each) not in published
            ]
            # Every refusal and every late event before these offsets has been published.
            outputs[topics.DEAD, partition] = outputs[topics.LATE, partition] = []
            self._stale.booked(outputs)
            self._old.set_aside(outputs, watermark)
            await self._writers[partition].write(Quarantine()(self._written.told(outputs)))
            watermark += 1  # what found no room in this checkpoint comes with the next
        if stale := self._stale.of_source(partition):
            await self._writers[partition].write(self._written.told(stale))
        done.contacts = len(owner.ledger.contacts)
        return done

    async def _old_state(self, partition: int) -> Restored:
        """The state that is there; what its last checkpoint says counts."""
        old = Restored()
        async for _, records in self._reader.read([TopicPartition(topics.STATE, partition)]):
            for record in records:
                assert record.key is not None
                old.apply(record.key, record.value)
        with suppress(StateError):  # written by a newer version: the committed offsets must do
            if old.checkpoint is not None:
                self._advance(partition, old.checkpoint.positions)
                self._watermarks.setdefault(partition, old.checkpoint.watermark)
        return old

    async def _keys(self, topic: str, partition: int) -> set[bytes]:
        """Every key in a partition."""
        keys: set[bytes] = set()
        async for _, records in self._reader.read([TopicPartition(topic, partition)]):
            keys.update(record.key for record in records if record.key is not None)
        return keys

    async def _journeys(self, partition: int) -> set[tuple[bytes, int]]:
        """The contacts whose journeys are published."""
        published: set[tuple[bytes, int]] = set()
        async for _, records in self._reader.read([TopicPartition(topics.JOURNEYS, partition)]):
            for record in records:
                if record.key is not None and record.value is not None:
                    published.add(_contact_of(record.key, record.value))
        return published

    def _earliest_watermark(self, owner: ContactOwner, published: set[tuple[bytes, int]]) -> int:
        """The earliest that the watermark can have been when its record is lost: what it had come
        to by the events, and for every published journey the instant at which that ended."""
        watermark = owner.watermark(dict.fromkeys(topics.INPUTS))
        ids = {call_id for call_id, _ in published}
        for contact in owner.ledger.contacts.values():
            call_id = contact.call_id.encode()
            if call_id not in ids:
                continue
            for piece in contact.pieces():
                outcome = judge(piece, self._plan, NEVER)
                if outcome is not None and (call_id, outcome.begun) in published:
                    ended = max(piece.newest, outcome.done_at)
                    watermark = max(watermark, ended + GRACE + 1)
        return watermark

    async def _merge(
        self, owner: ContactOwner, topic: str, late: set[bytes], done: Rebuilt
    ) -> None:
        """Merges what was accepted of one input topic."""
        tp = TopicPartition(topic, owner.partition)
        end = self.positions.get(tp, 0)
        first = True
        async for _, records in self._reader.read([tp]):
            if first:
                first = False
                self._note_retention(records)
            read = [record for record in records if record.offset < end]
            accepted = [record for record in read if position_key(record) not in late]
            done.events += len(read)
            done.late += len(read) - len(accepted)
            owner.merge(topic, accepted)
        if end:
            owner.positions[topic] = end

    def _note_retention(self, records: Records) -> None:
        """Retention may have removed what was before the first records: calls of then are no longer
        complete."""
        first, *_ = records
        if first.offset > 0:
            begins = first.timestamp * 1000 + LONGEST_LOST_AFTER
            self.complete_from = max(self.complete_from, begins)

    async def _publish(self) -> None:
        """Publishes the intervals set aside, and from where on the owners publish again."""
        before = Published(self._old.horizon() + GRACE, frozenset(), frozenset())
        for there, intervals in enumerate(self._old.records(self.complete_from)):
            keys = await self._keys(topics.INTERVALS, there)
            intervals += self._stale.of_intervals(sorted(keys), self.complete_from)
            writer = Writer(self._settings, f"{self._app}-lines-{there}", _PATIENCE)
            await writer.start()
            try:
                await writer.write(
                    {
                        (topics.INTERVALS, there): intervals,
                        (topics.PARTIALS, there): [published_record(0, before)],
                    }
                )
            finally:
                await writer.stop()


class _Begun(msgspec.Struct):
    """As much of a journey as tells which contact of its call id it is."""

    begun: int


_begun: Final = msgspec.json.Decoder(_Begun)


def _contact_of(key: bytes, value: bytes | None) -> tuple[bytes, int]:
    """Which contact a journey is of: an id may be used again, so its beginning is part of it."""
    assert value is not None
    return key, _begun.decode(value).begun


class _Group(NamedTuple):
    """What the group of the workers has left.

    Attributes:
        positions: how far each partition of the inputs was read.
        routes: how many partitions there are.
        ends: how far it can have been read: to the end of the topic that there is now.
        anew: input topics that were created again since.
        found: all topics.
    """

    positions: dict[TopicPartition, int]
    routes: Routes
    ends: dict[TopicPartition, int]
    anew: list[str]
    found: dict[str, Described]


async def _group(settings: Settings) -> _Group:
    """What the group has left, if no worker is running."""
    async with clients.admin(settings) as admin:
        found = await describe(admin._client, topics.ALL)
        missing = {*topics.INPUTS, topics.STATE, topics.PARTIALS, topics.CALLERS} - found.keys()
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
    sources = found[next(iter(topics.INPUTS))].partitions
    routes = Routes(sources, found[topics.PARTIALS].partitions, found[topics.CALLERS].partitions)
    anew = made_anew(offsets, found)
    ends = await ends_of(
        settings, [TopicPartition(topic, n) for topic in topics.INPUTS for n in range(sources)]
    )
    ends = {tp: 0 if tp.topic in anew else end for tp, end in ends.items()}
    return _Group(_inputs(offsets.items()), routes, ends, anew, found)


async def _commit(
    settings: Settings, group: _Group, positions: Mapping[TopicPartition, int]
) -> None:
    """Has the group say what the state says now: of which topics it is, and how far."""
    said = metadata(Watched(group.found).ids, Written(settings.form).form)
    offsets = {tp: OffsetAndMetadata(offset, "") for tp, offset in positions.items()}
    for there in range(group.routes.partials):  # boards are read from the beginning in any case
        offsets[TopicPartition(topics.PARTIALS, there)] = OffsetAndMetadata(0, said)
    consumer = clients.consumer(settings, group_id=settings.app)
    consumer.assign([*offsets])
    try:
        await consumer.start()
        await consumer.commit(offsets)
    finally:
        await consumer.stop()


def _inputs(offsets: Iterable[tuple[TopicPartition, object]]) -> dict[TopicPartition, int]:
    return {
        tp: offset.offset  # type: ignore[attr-defined]
        for tp, offset in offsets
        if tp.topic in topics.INPUTS
    }
