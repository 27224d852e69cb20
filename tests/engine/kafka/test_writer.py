"""A checkpoint's records are written in one transaction: all of them, or none that is seen."""

from __future__ import annotations

import asyncio
import uuid
from hashlib import sha256
from typing import Any

import orjson
import pytest
from aiokafka.errors import IllegalOperation, KafkaError, NotEnoughReplicasError, ProducerFenced

from streams.engine.kafka import clients, topics
from streams.engine.kafka.forms import NEWEST, Headers
from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.kafka.writer import WriteError, Writer
from streams.engine.quarantine import Quarantine
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.running import fresh_topics, records_of

ID = "test-source-0"


class Batch:
    """A batch as aiokafka builds it."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.size = 0

    def append(self, *, timestamp: None, key: bytes, value: bytes | None, headers: Headers) -> None:
        assert headers == [("form", b"%d" % NEWEST)]
        self.keys.append(key)
        self.size += len(key) + len(value or b"")


class Producer:
    """A producer whose broker acknowledges when it is told to."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.batches: list[Batch] = []
        self.sent: list[asyncio.Future[object]] = []
        self.acknowledges = True
        self.starts: KafkaError | None = None

    def __call__(self, settings: Settings, **options: Any) -> Producer:
        assert options["transactional_id"] == ID
        return self

    async def start(self) -> None:
        self.story.append("start")
        if self.starts is not None:
            raise self.starts

    async def stop(self) -> None:
        self.story.append("stop")

    async def begin_transaction(self) -> None:
        self.story.append("begin")

    async def commit_transaction(self) -> None:
        assert all(each.done() for each in self.sent), "something is not acknowledged"
        self.story.append("commit")

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(self, batch: Batch, topic: str, partition: int) -> asyncio.Future[object]:
        self.story.append(f"{topic}-{partition}")
        self.batches.append(batch)
        acknowledged = asyncio.get_running_loop().create_future()
        if self.acknowledges:
            acknowledged.set_result(None)
        self.sent.append(acknowledged)
        return acknowledged


@pytest.fixture
def producer(monkeypatch: pytest.MonkeyPatch) -> Producer:
    producer = Producer()
    monkeypatch.setattr(clients, "producer", producer)
    return producer


async def test_all_partitions_are_sent_before_one_is_waited_for(producer: Producer) -> None:
    outputs = {
        (topics.STATE, 0): [(b"a", b"1"), (b"b", None)],
        (topics.LATE, 0): [],
        (topics.PARTIALS, 3): [(b"c", b"3")],
    }
    producer.acknowledges = False
    writing = asyncio.create_task(Writer(Settings(), ID, timeout=20.0).write(outputs))
    while len(producer.sent) < 2:
        await asyncio.sleep(0)
    assert producer.story == ["begin", f"{topics.STATE}-0", f"{topics.PARTIALS}-3"]
    assert [each.keys for each in producer.batches] == [[b"a", b"b"], [b"c"]]
    producer.sent[1].set_result(None)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not writing.done()
    producer.sent[0].set_result(None)
    await writing
    assert producer.story[-1] == "commit"


async def test_what_one_batch_can_not_hold_goes_in_several_in_its_order(producer: Producer) -> None:
    keys = [b"%d" % number for number in range(7)]
    records = [(key, bytes(300_000)) for key in keys]
    await Writer(Settings(), ID, timeout=20.0).write({(topics.STATE, 0): records})
    assert [key for batch in producer.batches for key in batch.keys] == keys
    assert len(producer.batches) == 3
    assert all(batch.size <= 1_000_000 for batch in producer.batches)


async def test_a_record_larger_than_a_batch_is_one_by_itself(producer: Producer) -> None:
    records = [(b"a", b"1"), (b"b", bytes(2_000_000)), (b"c", b"3")]
    await Writer(Settings(), ID, timeout=20.0).write({(topics.STATE, 0): records})
    assert [each.keys for each in producer.batches] == [[b"a"], [b"b"], [b"c"]]


async def test_nothing_is_committed_past_a_batch_that_was_refused(producer: Producer) -> None:
    producer.acknowledges = False
    writer = Writer(Settings(), ID, timeout=20.0)
    writing = asyncio.create_task(writer.write({(topics.STATE, 0): [(b"a", b"1")]}))
    while not producer.sent:
        await asyncio.sleep(0)
    producer.sent[0].set_exception(NotEnoughReplicasError())
    with pytest.raises(WriteError, match=f"{ID}: too few copies of a topic are up to date"):
        await writing
    assert "commit" not in producer.story


async def test_who_is_not_let_in_leaves_no_connection(producer: Producer) -> None:
    producer.starts = ProducerFenced()
    with pytest.raises(WriteError, match=f"{ID}: another worker has taken over"):
        await Writer(Settings(), ID, timeout=20.0).start()
    assert producer.story == ["start", "stop"]


async def test_who_is_fenced_between_two_batches_is_told_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """aiokafka refuses the second with no more than that there is no transaction."""
    writer = Writer(Settings(), ID, timeout=5.0)
    manager = writer._producer._txn_manager

    async def begun() -> None:
        manager.set_pid_and_epoch(1, 0)
        manager.begin_transaction()

    async def fenced(*_: object, **__: object) -> None:
        manager.fatal_error(ProducerFenced())
        raise IllegalOperation("Can't send messages while not in transaction")

    monkeypatch.setattr(writer._producer, "begin_transaction", begun)
    monkeypatch.setattr(writer._producer, "send_batch", fenced)
    with pytest.raises(WriteError) as said:
        await writer.write({(topics.STATE, 0): [(b"k", b"v")]})
    assert str(said.value) == "test-source-0: another worker has taken over, and writes now"
    writer._producer._closed = True  # it never was open


# On Apache Kafka


async def test_a_journey_that_no_broker_takes_costs_no_other_record(settings: Settings) -> None:
    writer = Writer(settings, settings.app, timeout=20.0)
    await writer.start()
    journeys: list[Record] = [
        (b"c1", b"{}"),
        (b"c2", b"x" * (topics.LARGEST_RECORD - 1023)),
        (b"c3", b"x" * (topics.LARGEST_RECORD - 1026)),
    ]
    try:
        outputs: Outputs = {(topics.JOURNEYS, 1): journeys, (topics.STATE, 1): [(b"k", b"v")]}
        await writer.write(Quarantine()(outputs))
    finally:
        await writer.stop()
    kept = await records_of(settings.broker, topics.JOURNEYS)
    assert [each.key for each in kept] == [b"c1", b"c3"]
    assert len(await records_of(settings.broker, topics.STATE)) == 1
    (letter,) = await records_of(settings.broker, topics.DEAD)
    told = orjson.loads(letter.value or b"")
    assert (
        letter.partition == 1
        and told["digest"] == sha256(b"c2" + (journeys[1][1] or b"")).hexdigest()
    )


@pytest.fixture
async def settings(kafka: KafkaCluster) -> Settings:
    settings = Settings(broker=kafka.bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=2)
    await fresh_topics(settings)
    return settings


async def test_a_write_that_is_not_acknowledged_fails(
    kafka: KafkaCluster, settings: Settings
) -> None:
    first = Writer(settings, settings.app, timeout=20.0)  # a new broker is slow at first
    await first.start()
    await first.write({(topics.STATE, 0): [(b"key", b"before")]})
    await first.stop()
    writer = Writer(settings, settings.app, timeout=1.0)
    await writer.start()
    kafka.pause()
    try:
        with pytest.raises(WriteError, match=f"{settings.app}: .*Kafka has not answered for 1 s"):
            await writer.write({(topics.STATE, 0): [(b"key", b"lost")]})
    finally:
        kafka.resume()
        await writer.stop()
    values = [record.value for record in await records_of(settings.broker, topics.STATE)]
    assert values == [b"before"]


async def test_a_record_that_no_broker_takes_is_named(settings: Settings) -> None:
    writer = Writer(settings, settings.app, timeout=5.0)
    await writer.start()
    try:
        with pytest.raises(WriteError, match=r"contact\.state: a record of \d+ bytes"):
            await writer.write({(topics.STATE, 0): [(b"key", bytes(topics.LARGEST_RECORD + 1))]})
    finally:
        await writer.stop()
