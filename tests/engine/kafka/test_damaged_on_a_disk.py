"""What a broker serves from a disk that has gone bad, what transactions leave, and the extremes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from streams.engine.kafka import topics
from streams.engine.kafka.read_to_end import LogReader, ReadError
from streams.engine.kafka.writer import Writer
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.engine.kafka.test_as_producers_send import booked, calls
from tests.faults.numbered_calls import PLAN
from tests.running import WorkerProcess, fresh_topics, latest_of, settings_of_town
from tests.wire import CODECS, send

PARTITIONS = 2


@pytest.fixture
def settings(kafka: KafkaCluster, tmp_path: Path) -> Settings:
    return settings_of_town(kafka.bootstrap, tmp_path, PLAN, PARTITIONS)


def spoil(kafka: KafkaCluster, topic: str, partition: int, first: int, at: int) -> None:
    """A byte of the batch that begins with this offset is another on the broker's disk."""
    (log,) = kafka._home(1).glob(f"data/{topic}-{partition}/*.log")
    with log.open("r+b") as file:
        bytes_ = file.read()
        begin = 0
        while int.from_bytes(bytes_[begin : begin + 8], "big") != first:
            begin += 12 + int.from_bytes(bytes_[begin + 8 : begin + 12], "big")
        end = begin + 12 + int.from_bytes(bytes_[begin + 8 : begin + 12], "big")
        place = begin + at if at >= 0 else end + at
        file.seek(place)
        file.write(bytes([bytes_[place] ^ 0x55]))


@pytest.mark.in_turn("codec")
@pytest.mark.parametrize("codec", CODECS)
async def test_a_batch_whose_checksum_is_wrong_is_told_and_those_beside_it_are_booked(
    kafka: KafkaCluster, settings: Settings, tmp_path: Path, codec: str
) -> None:
    """In each topic one batch of three, at another place of it each time: its content, how many
    records it has, its compression."""
    await fresh_topics(settings)
    spoiled: dict[tuple[str, int], range] = {}
    total = 0
    for number, ((topic, partition), records) in enumerate(sorted(calls().items())):
        total += len(records)
        third = len(records) // 3
        for part in (records[:third], records[third : 2 * third], records[2 * third :]):
            first = await send(settings.broker, topic, partition, part, codec)
            if first == third:
                spoiled[topic, partition] = range(first, first + len(part))
        spoil(kafka, topic, partition, third, (-9, 60, 22, 130, 64)[number % 5])
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        async with asyncio.timeout(30):
            while worker.text().count('"a damaged batch"') < len(spoiled):
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        letters = await latest_of(settings.broker, topics.DEAD)
        await booked(settings, total - len(letters), len(letters))
        assert letters
        for value in letters.values():
            letter = orjson.loads(value)
            assert letter["offset"] in spoiled[letter["topic"], letter["partition"]]
            assert letter["reason"] in ("unreadable", "malformed_field", "missing_field")
        assert worker.text().count('"a damaged batch"') == len(spoiled)
        assert worker.stop() == 0, worker.text()
    finally:
        worker.kill()


async def test_a_state_that_is_damaged_is_said_with_its_place_and_the_remedy(
    kafka: KafkaCluster, settings: Settings
) -> None:
    """To go on without a part of it would be to count wrong."""
    await fresh_topics(settings)
    writer = Writer(settings, f"{settings.app}-test", 30)
    await writer.start()
    await writer.write({(topics.STATE, 1): [(b"k%d" % n, b"v" * 100) for n in range(3)]})
    await writer.write({(topics.STATE, 1): [(b"k3", b"v" * 100)]})
    await writer.stop()
    spoil(kafka, topics.STATE, 1, 0, 64)
    tps = [TopicPartition(topics.STATE, 1)]
    with pytest.raises(ReadError, match=r"contact\.state: partition 1, offset \d: .*rebuild"):
        async with LogReader(settings) as reader:
            async for _ in reader.read(tps):
                pass
    async with LogReader(settings, complete=False) as reader:
        found = [each.key async for _, records in reader.read(tps) for each in records]
    assert b"k3" in found


async def test_transactions_and_the_smallest_and_largest_records(
    settings: Settings, tmp_path: Path
) -> None:
    """Markers are passed over, what was aborted is not counted, one byte and a megabyte are
    refused, and each good event is booked."""
    await fresh_topics(settings)
    total, refused = 0, 0
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.broker,
        transactional_id=f"{settings.app}-phones",
        max_request_size=1 << 20,
        max_batch_size=1 << 20,
    )
    await producer.start()
    try:
        for (topic, partition), records in sorted(calls().items()):
            for commit, part in ((False, records[:5]), (True, records[:9]), (True, records[9:])):
                await producer.begin_transaction()
                for key, value, _ in part:
                    await producer.send(topic, value, key, partition)
                if commit:
                    for value in (b"1", b"x" * ((1 << 20) - 200)):
                        await (await producer.send(topic, value, b"c", partition))
                        refused += 1
                    await producer.commit_transaction()
                    total += len(part)
                else:
                    await producer.abort_transaction()
    finally:
        await producer.stop()
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        await booked(settings, total, refused)
        assert worker.stop() == 0, worker.text()
    finally:
        worker.kill()
