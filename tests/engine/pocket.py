"""A whole deployment in a test's pocket: topics in memory, the owners of all partitions, no clock.

Events are appended to their topics; the partitions' owners merge them, write checkpoints, crash and
are restored from what they wrote, or their state is rebuilt, as `reachline worker` and `reachline
rebuild` do. Whoever tests says what happens when; in between nothing does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any
from unittest.mock import patch
from zlib import crc32

import orjson
from aiokafka import ConsumerRecord, TopicPartition

from streams.domain import instants
from streams.domain.instants import DAY
from streams.domain.ledger import Ledger
from streams.domain.plan import Plan
from streams.domain.windows import Windows
from streams.engine import rebuild
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs, position_key
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.routes import Routes
from streams.engine.state.restored import Restored
from streams.settings import Settings
from tests.calls import Told
from tests.stories import PLAN

Records = list[ConsumerRecord]

_APPENDED = instants.parse("2028-06-01T00:00:00Z") // 1000
"""When all records were appended: after whatever the tests tell of."""


class Topics:
    """Topics in memory: what a `LogReader` reads, and a `Writer` writes."""

    def __init__(self) -> None:
        self.logs: dict[tuple[str, int], Records] = {}

    def log(self, topic: str, partition: int) -> Records:
        return self.logs.setdefault((topic, partition), [])

    def append(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> None:
        log = self.log(topic, partition)
        log.append(
            ConsumerRecord(topic, partition, len(log), _APPENDED, 1, key, value, None, 0, 0, ())
        )

    def write(self, outputs: Outputs) -> None:
        for (topic, partition), records in outputs.items():
            for key, value in records:
                self.append(topic, partition, key, value)

    def of(self, *names: str) -> Iterable[ConsumerRecord]:
        """The records of some topics, partition by partition."""
        for (topic, _), log in sorted(self.logs.items()):
            if topic in names:
                yield from log

    def latest(self, topic: str) -> dict[bytes, bytes]:
        """What is left of a topic when it is compacted."""
        found = {record.key: record.value for record in self.of(topic)}
        return {key: value for key, value in found.items() if value is not None}

    async def read(
        self, tps: Collection[TopicPartition], starts: Mapping[TopicPartition, int] | None = None
    ) -> AsyncIterator[tuple[TopicPartition, Records]]:
        for tp in tps:
            found = self.log(tp.topic, tp.partition)[(starts or {}).get(tp, 0) :]
            if found:
                yield tp, found


class _Writer:
    """A writer whose transactions are always committed."""

    written: Topics

    def __init__(self, settings: Settings, name: str, patience: float) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def write(self, outputs: Outputs) -> None:
        self.written.write(outputs)


class Deployment:
    """The owners of all partitions.

    Attributes:
        topics: all that was written.
        sources: partitions of each input topic.
        plan: by which whoever starts next judges.
        routes: which partition something goes to.

    Args:
        partials: partitions of the line partials.
    """

    def __init__(self, sources: int, plan: Plan = PLAN, partials: int = 2) -> None:
        self.plan = plan
        self.topics = Topics()
        self.sources = sources
        self.routes = Routes(sources, partials, 2)
        self._owners = {n: self._owner(n) for n in range(sources)}
        self._watermarks = dict.fromkeys(range(sources), 0)
        self._lines = self._line_owners()
        self._callers = self._caller_owners()

    def _owner(self, source: int) -> ContactOwner:
        return ContactOwner(source, self.plan, self.routes, Counts())

    def _line_owners(self) -> list[LineOwner]:
        found = []
        for there in range(self.routes.partials):
            end = len(self.topics.log(topics.PARTIALS, there))
            found.append(LineOwner(there, self.plan, self.routes, end))
            found[-1].restore(self.topics.log(topics.ALERTS, there), max(self._watermarks.values()))
        return found

    def _caller_owners(self) -> list[CallerOwner]:
        return [
            CallerOwner(
                there,
                self.routes,
                len(self.topics.log(topics.CALLERS, there)),
                day_of=self.plan.day_of,
            )
            for there in range(self.routes.callers)
        ]

    def windows(self, scope: str) -> Windows:
        """The rolling windows of a scope, as its owner shows them."""
        return self._lines[self.routes.of_scope(scope)].board.scope(scope).windows

    def ledger(self, source: int) -> Ledger:
        """The books of a source partition."""
        return self._owners[source].ledger

    def send(self, call_id: str, event: Told) -> None:
        """An event is appended to its topic."""
        value = {**event, "call_id": call_id, "at": instants.text(event["at"])}
        source = crc32(call_id.encode()) % self.sources
        key, topic = call_id.encode(), f"contact.{event['event']}"
        self.topics.append(topic, source, key, orjson.dumps(value))

    def merge(self, source: int, kinds: Iterable[str] = topics.INPUTS) -> None:
        """The source partition's owner merges what there is of these topics."""
        owner = self._owners[source]
        for topic in kinds:
            records = self.topics.log(topic, source)[owner.positions.get(topic, 0) :]
            if records:
                owner.merge(topic, records)

    def checkpoint(self, source: int, watermark: int, lazily: bool = False) -> None:
        """The owner comes to a watermark, and all that it changes is written and applied."""
        owner = self._owners[source]
        self._watermarks[source] = max(watermark, self._watermarks[source])
        self.topics.write(owner.checkpoint(self._watermarks[source], 1, lazily))
        assert owner.imbalance == 0
        for callers in self._callers:
            callers.apply(self.topics.log(topics.CALLERS, callers.partition)[callers.position :])
            self.topics.write(callers.outputs(1))
        for lines in self._lines:
            lines.apply(self.topics.log(topics.PARTIALS, lines.partition)[lines.position :])
            self.topics.write(lines.outputs(1))

    def crash(self, source: int) -> None:
        """All that the owner has in memory is lost; its successor begins with what was written."""
        restored = Restored()
        for record in self.topics.log(topics.STATE, source):
            assert record.key is not None
            restored.apply(record.key, record.value)
        owner = self._owners[source] = self._owner(source)
        for _ in owner.restore(restored):
            pass
        self._callers = self._caller_owners()
        self._lines = self._line_owners()

    def rebuild(self) -> None:
        """The state is lost and made again from the raw topics; all owners start on it."""
        for (topic, _), log in self.topics.logs.items():
            if topic == topics.STATE:
                log.clear()
        positions = {
            TopicPartition(topic, source): position
            for source, owner in self._owners.items()
            for topic, position in owner.positions.items()
        }
        reading: Any = self.topics
        _Writer.written = self.topics
        work = rebuild._Rebuild(Settings(), self.plan, self.routes, positions, reading)
        with patch.object(rebuild, "Writer", _Writer):
            asyncio.run(work.run(lambda done: None))
        for source in self._owners:
            self.crash(source)

    def close(self, watermark: int) -> None:
        """Everything is merged, and over."""
        for source in self._owners:
            self.merge(source)
            while self._owners[source].ledger.contacts or self._owners[source].evicts:
                self.checkpoint(source, watermark)
                watermark += 1
        for source in self._owners:
            self.checkpoint(source, watermark)
        for source in self._owners:  # every promise is kept or broken then
            self.checkpoint(source, watermark + 20 * DAY)

    def late(self) -> set[bytes]:
        """The positions of the late records."""
        return {record.key for record in self.topics.of(topics.LATE) if record.key is not None}

    def accepted(self) -> Records:
        """The raw records less the late ones."""
        late = self.late()
        return [each for each in self.topics.of(*topics.INPUTS) if position_key(each) not in late]
