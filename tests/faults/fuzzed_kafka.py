"""Fuzzed records through Apache Kafka, and a worker that reads them.

    run(seed, records) -> Counted

Good calls of two days ago are sent amid mutated records, in batches of every compression. Of what
brokers take from producers all is sent (`fuzzed_records`); what they refuse, a disk may make of it:
some batches that hold no good event are damaged on the broker's disk, before a worker is started.
It must read to the end, and end as it is asked to.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from zlib import crc32

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from streams.domain.instants import HOUR, SECOND
from streams.engine.kafka import topics
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.faults import numbered_calls as calls
from tests.faults.fuzzed import GOOD, Counted, good, named
from tests.faults.fuzzed_books import PLAN_OF_ALL, harmed
from tests.faults.fuzzed_records import AIMED, ANY, RARE, Event, plausible, repeated
from tests.running import (
    WorkerProcess,
    fresh_topics,
    published_intervals,
    records_of,
    settings_of_town,
)
from tests.wire import CODECS, Sent, send_by

PARTITIONS = 2
DAMAGED = 0.02
"""Of the batches without a good event."""

PATIENCE = 120.0
"""Seconds for a worker to read a hundred thousand records, and to let go of the calls."""

Laid = tuple[str, Sent]
"""What was done to a record, and the record."""

Laying = dict[tuple[str, int], list[Laid]]
"""By topic and partition."""


async def run(seed: int, records: int) -> Counted:
    """An episode on a broker of its own."""
    cluster = KafkaCluster()
    try:
        cluster.start()
        with tempfile.TemporaryDirectory() as directory:
            return await through(cluster, Path(directory), seed, records)
    finally:
        cluster.stop()


async def through(kafka: KafkaCluster, directory: Path, seed: int, records: int) -> Counted:
    """An episode on a broker that there is."""
    settings = settings_of_town(kafka.bootstrap, directory, PLAN_OF_ALL, PARTITIONS)
    await fresh_topics(settings)
    await _by_their_senders(settings)
    sending = _Sending(seed, settings, kafka)
    await sending.send(records)
    worker = WorkerProcess(settings, directory)
    try:
        worker.wait_ready()
        deadline = time.monotonic() + PATIENCE
        while not _done(worker) and worker.running and time.monotonic() < deadline:
            await asyncio.sleep(0.5)
        wrong = await sending.differences()
        while wrong and worker.running and time.monotonic() < deadline:
            await asyncio.sleep(1)  # the last quarter-hours are on their way
            wrong = await sending.differences()
        status = worker.stop()
        if status:
            wrong.append(f"the worker ended with {status}: {worker.text()[-2_000:]}")
    finally:
        worker.kill()
    counted = await sending.counted()
    counted.differences = wrong
    return counted


async def _by_their_senders(settings: Settings) -> None:
    """Has the input topics keep the timestamps that are sent. By the broker's all would be of
    today, and what a mutation moves by a day would be in time, and good calls of two days ago
    late."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.broker)
    await admin.start()
    try:
        await admin.alter_configs(
            [
                ConfigResource(
                    ConfigResourceType.TOPIC,
                    topic,
                    configs={"message.timestamp.type": "CreateTime"},
                )
                for topic in topics.INPUTS
            ]
        )
    finally:
        await admin.close()


def _done(worker: WorkerProcess) -> bool:
    """Whether it knows where its topics end, has come there, and let go of every good call."""
    lag = worker.metrics().get("contact_lag_records", {})
    return len(lag) == PARTITIONS * len(topics.INPUTS) and not sum(lag.values())


class _Sending:
    """What is sent, and what must come of it."""

    def __init__(self, seed: int, settings: Settings, kafka: KafkaCluster) -> None:
        self._draw = Random(f"{seed} fuzzed through Kafka")
        self._seed = seed
        self._settings = settings
        self._kafka = kafka
        self._good: list[Event] = []
        self._kinds: dict[tuple[str, int, int], str] = {}
        self._damaged: list[tuple[str, int, int]] = []

    async def send(self, records: int) -> None:
        """Sends about so many, and damages some batches where they lie."""
        begun = time.time_ns() // 1000 - 48 * HOUR
        number = sent = 0
        told: list[tuple[int, Event]] = []
        async with AIOKafkaProducer(bootstrap_servers=self._settings.broker) as producer:
            while told or number == 0:
                laid: Laying = defaultdict(list)
                for _ in range(20 if len(self._kinds) < records else 0):
                    begun += SECOND
                    number += 1
                    told += calls.Call.of(self._seed, number, begun).events()
                for _ in range(self._draw.randrange(600, 1_200)):
                    sent += 1
                    self._lay(laid, *self._mutated(sent, begun))
                told.sort(key=lambda each: each[0])
                begun += 20 * SECOND
                while told and told[0][0] <= begun:
                    _, event = told.pop(0)
                    self._good.append(event)
                    self._lay(laid, f"contact.{event['event']}", GOOD, good(event))
                await self._send(producer, laid, begun // 1_000)
        for topic, partition, first in self._damaged:
            _spoil(self._kafka, topic, partition, first, self._draw)

    def _mutated(self, number: int, now: int) -> tuple[str, str, Sent]:
        draw = self._draw
        if draw.random() < 0.1 and self._good:
            event = draw.choice(self._good[-200:])
            topic, mutation = f"contact.{event['event']}", draw.choice((*AIMED, repeated))
        else:
            topic, event = plausible(draw, number, now)
            mutation = draw.choice(ANY) if draw.random() < 0.99 else draw.choice(RARE)
        key, value, headers = mutation(draw, event)
        # What has no name a broker refuses.
        sent = [(b"\xff" if name is None else name, content) for name, content in headers]
        return topic, named(mutation), (key, value, sent)

    def _lay(self, laid: Laying, topic: str, kind: str, record: Sent) -> None:
        partition = crc32(record[0] or b"") % PARTITIONS
        some = laid[topic, partition]
        at = len(some) if kind == GOOD else self._draw.randrange(len(some) + 1)
        some.insert(at, (kind, record))

    async def _send(self, producer: AIOKafkaProducer, laid: Laying, now: int) -> None:
        """In batches; some are of one partition, damaged, and hold no good event."""
        draw = self._draw
        for (topic, partition), found in laid.items():
            left = found
            while left:
                count = draw.choice((1, 10, 50, 50))
                some, left = left[:count], left[count:]
                records = [record for _, record in some]
                codec = draw.choice(sorted(CODECS))
                first, _ = await send_by(producer, topic, partition, records, codec, now)
                damaged = draw.random() < DAMAGED and all(kind != GOOD for kind, _ in some)
                if damaged:
                    self._damaged.append((topic, partition, first))
                for offset, (kind, _) in enumerate(some, first):
                    self._kinds[topic, partition, offset] = "a batch: flipped" if damaged else kind

    async def differences(self) -> list[str]:
        """Where the books of the good calls' lines are not those of these calls alone."""
        return harmed(await published_intervals(self._settings.broker), self._good)

    async def counted(self) -> Counted:
        """What came of the records."""
        counted = Counted()
        late = {
            _place(record.key) for record in await records_of(self._settings.broker, topics.LATE)
        }
        dead = {}
        for record in await records_of(self._settings.broker, topics.DEAD):
            letter = orjson.loads(record.value or b"")
            dead[letter["topic"], letter["partition"], letter["offset"]] = letter["reason"]
        counted.reasons = Counter(dead.values())
        for place, kind in self._kinds.items():
            came = "refused" if place in dead else "late" if place in late else "accepted"
            counted.sent[kind] += 1
            counted.came[kind, came] += 1
        return counted


def _place(key: bytes | None) -> tuple[str, int, int]:
    topic, partition, offset = (key or b"").decode().split("|")
    return topic, int(partition), int(offset)


def _spoil(kafka: KafkaCluster, topic: str, partition: int, first: int, draw: Random) -> None:
    """One to eight bytes of a batch are others on the broker's disk, beyond its first offset."""
    (log,) = kafka._home(1).glob(f"data/{topic}-{partition}/*.log")
    with log.open("r+b") as file:
        begin = 0
        while True:
            file.seek(begin)
            head = file.read(12)
            length = 12 + int.from_bytes(head[8:], "big")
            if int.from_bytes(head[:8], "big") == first:
                break
            begin += length
        for _ in range(draw.choice((1, 1, 2, 8))):
            file.seek(begin + draw.randrange(21, length))
            byte = file.read(1)[0]
            file.seek(-1, 1)
            file.write(bytes([byte ^ 1 << draw.randrange(8)]))
