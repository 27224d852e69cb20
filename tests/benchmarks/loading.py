"""Events into Kafka's topics, as fast as one process can: what every contender then reads."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.domain.counts import COUNTS
from streams.domain.disposition import DISPOSITIONS
from streams.domain.events import KINDS
from streams.domain.tally import LINE
from streams.engine.kafka import topic_admin, topics
from streams.settings import Settings

PREFIX: Final = "contact."
BY_LINE: Final = "by-line"
"""The topic for those who only fill windows: the events that name a line, keyed by it."""

_BY_LETTER: Final = dict(zip(b"cmqh", KINDS, strict=True))
_LETTER: Final = len('{"event":"')
_CALL: Final = b'"call_id":"'
_LINE: Final = b'"line":"'
_BATCH: Final = 400_000
"""Bytes per record batch: what a phone system's producer with some linger sends under load."""

Placed = tuple[str, bytes, bytes]
"""Topic, key and value of a record."""


def key(value: bytes) -> bytes:
    """The call id of an event as the benchmark writes it."""
    start = value.index(_CALL) + len(_CALL)
    return value[start : start + 32]


def line(value: bytes) -> bytes | None:
    """The line that an event names, if it names one."""
    start = value.find(_LINE) + len(_LINE)
    return value[start : value.index(b'"', start)] if start >= len(_LINE) else None


def by_call(values: Iterator[bytes], prefix: str) -> Iterator[Placed]:
    """Each event on the topic of its kind, keyed by its call."""
    names = {letter: prefix + kind for letter, kind in _BY_LETTER.items()}
    for value in values:
        yield names[value[_LETTER]], key(value), value


def by_line(values: Iterator[bytes], prefix: str) -> Iterator[Placed]:
    """The events that name a line, on one topic, keyed by the line."""
    for value in values:
        named = line(value)
        if named is not None:
            yield prefix + BY_LINE, named, value


def values(path: Path, limit: int) -> Iterator[bytes]:
    """The first events of a file."""
    with path.open("rb") as lines:
        for text in islice(lines, limit):
            yield text[:-1]


async def load(bootstrap: str, placed: Iterator[Placed], partitions: int) -> int:
    """Publishes records in their order; gives how many."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", max_batch_size=1 << 20, linger_ms=5
    )
    await producer.start()
    open_batches: dict[tuple[str, int], tuple[Any, int]] = {}
    sent: list[asyncio.Future[object]] = []
    count = 0
    try:
        for topic, record_key, value in placed:
            count += 1
            partition = crc32(record_key) % partitions
            batch, size = open_batches.get((topic, partition)) or (producer.create_batch(), 0)
            batch.append(timestamp=None, key=record_key, value=value)
            size += len(value) + 40
            if size > _BATCH:
                sent.append(await producer.send_batch(batch, topic, partition=partition))
                batch, size = producer.create_batch(), 0
            open_batches[topic, partition] = batch, size
        for (topic, partition), (batch, size) in open_batches.items():
            if size:
                sent.append(await producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
    return count


async def create(bootstrap: str, names: list[str], partitions: int) -> None:
    """Creates topics as Kafka has them by default."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, partitions, 1) for name in names])
    finally:
        await admin.close()


async def forget(settings: Settings) -> None:
    """Removes everything that a worker wrote, so that the next one begins with the events alone."""
    own = [spec.name for spec in topics.specs(settings) if spec.name not in topics.INPUTS]
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.broker)
    await admin.start()
    try:
        present = set(await admin.list_topics())
        await admin.delete_topics([name for name in own if name in present])
        while present.intersection(own):
            await asyncio.sleep(0.1)
            present = set(await admin.list_topics())
    finally:
        await admin.close()
    await topic_admin.create(settings)


async def final_intervals(bootstrap: str, expected: int, patience: float) -> dict[str, list[int]]:
    """What a worker has published as final per line and quarter-hour, as peers hand it in.

    Reads until ``expected`` of them are there, or nothing new came for as long as the patience.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", enable_auto_commit=False
    )
    await consumer.start()
    found: dict[str, list[int]] = {}
    try:
        partitions = await topic_partitions(consumer, topics.INTERVALS)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while len(found) < expected:
            fetched = await consumer.getmany(timeout_ms=int(patience * 1000))
            if not fetched:
                break
            for records in fetched.values():
                for record in records:
                    interval = json.loads(record.value)
                    scope = interval["scope"]
                    if scope.startswith(LINE):
                        cell = f"{scope.removeprefix(LINE)}|{interval['start'] // 1_000_000}"
                        counts = as_counts(
                            interval.get("counts")
                            or dict(zip(COUNTS, interval["tally"][0], strict=False))
                        )
                        if any(counts):
                            found[cell] = counts
    finally:
        await consumer.stop()
    return found


async def topic_partitions(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    """A topic's partitions."""
    await consumer._client._wait_on_metadata(topic)
    return [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]


def as_counts(tally: Mapping[str, int]) -> list[int]:
    """A tally's counts by name as those of ``traffic.COUNTS``."""
    abandoned = tally["abandoned"] + tally["short_abandoned"]
    return [
        tally["line_offered"],
        tally["queue_offered"],
        tally["answered"],
        tally["answered_within"],
        abandoned,
        sum(tally.get(name, 0) for name in DISPOSITIONS) - tally["answered"] - abandoned,
    ]
