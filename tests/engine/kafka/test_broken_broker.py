"""When the broker stops answering, the worker says so and ends; it does not limp."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError

from streams.domain.plan import Plan
from streams.engine.kafka import commits, read_to_end, topics
from streams.engine.kafka.commits import CommitError
from streams.engine.kafka.publish import Publisher
from streams.engine.kafka.read_to_end import LogReader, ReadError
from streams.engine.kafka.writer import WriteError, Writer
from streams.engine.roles import role
from streams.engine.state import recovery
from streams.engine.worker import Worker
from streams.settings import Settings
from tests.bank import real_books, real_calls
from tests.brokers import KafkaCluster, free_port
from tests.running import WorkerProcess, all_published, fresh_topics


@pytest.fixture
async def settings(kafka: KafkaCluster) -> Settings:
    settings = Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        web_port=free_port(),
        partitions=2,
        checkpoint_seconds=0.1,
        session_seconds=1.5,
    )
    await fresh_topics(settings)
    return settings


async def test_a_recovery_that_does_not_end_is_given_up(
    kafka: KafkaCluster, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_to_end, "STALLED", 2.0)
    await much_state(settings)
    try:
        with pytest.raises(ReadError, match=r"contact\.state: partitions 0, 1 .* for 2 s"):
            async with LogReader(settings) as reader:
                async for _ in reader.read(
                    [TopicPartition(topics.STATE, 0), TopicPartition(topics.STATE, 1)]
                ):
                    kafka.pause()
    finally:
        kafka.resume()


async def much_state(settings: Settings) -> None:
    """More state than one fetch brings."""
    writer = Writer(settings, settings.app, timeout=10.0)
    await writer.start()
    for partition in range(2):
        for number in range(20):
            records = [(b"key%d" % number, bytes(1_000_000))]
            await writer.write({(topics.STATE, partition): records})
    await writer.stop()


async def test_the_worker_ends_when_its_recovery_does_not(
    kafka: KafkaCluster, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_to_end, "STALLED", 2.0)
    monkeypatch.setattr(
        recovery, "failpoint", lambda name: kafka.pause()
    )  # at the first of the state
    await much_state(settings)
    worker = Worker(settings, Plan.default())
    try:
        with pytest.raises(ReadError, match=r"contact\.state: partitions 0, 1 .* for 2 s"):
            await asyncio.wait_for(worker.run(), 90)
        assert not worker.ready()
    finally:
        kafka.resume()


async def fails(offsets: object) -> None:
    raise CommitFailedError("the group has gone on")


async def hangs(offsets: object) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("commit", [fails, hangs])
async def test_the_worker_ends_when_its_commits_do_not_move(
    commit: Callable[[object], Awaitable[None]],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commits, "COMMIT_PATIENCE", 2.0)
    worker = Worker(settings, Plan.default())
    running = asyncio.create_task(worker.run())
    while not worker.ready():
        await asyncio.sleep(0.05)
    consumer = worker.app.consumer
    works = consumer.commit
    if commit is fails:
        # A rebalance fails a commit or two: that is no reason to end.
        consumer.commit = commit
        await asyncio.sleep(0.5)
        consumer.commit = works
        await asyncio.sleep(2.5)
        assert not running.done()
    consumer.commit = commit
    begun = time.monotonic()
    with pytest.raises(CommitError, match="offsets could not be committed for 2 s"):
        await asyncio.wait_for(running, 60)
    assert time.monotonic() - begun < 30


async def test_the_worker_ends_when_its_writes_do_not_come_back(
    kafka: KafkaCluster, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its replacement carries on where its last whole checkpoint was. A worker that waits for
    a commit just then says that of its commits."""
    monkeypatch.setattr(role, "WRITE_TIMEOUT", 2.0)
    monkeypatch.setattr(commits, "COMMIT_PATIENCE", 2.0)
    async with Publisher(settings) as publisher:
        await publisher.publish(real_calls())
    worker = Worker(settings, Plan.default())
    running = asyncio.create_task(worker.run())
    while not worker.ready():
        await asyncio.sleep(0.05)
    kafka.pause()
    begun = time.monotonic()
    try:
        with pytest.raises((WriteError, CommitError), match=r"Kafka has not answered|for 2 s"):
            await asyncio.wait_for(running, 60)
        assert time.monotonic() - begun < 30
    finally:
        kafka.resume()
    successor = WorkerProcess(settings, tmp_path, "successor")
    try:
        successor.wait_ready()
        await all_published(settings.broker, real_books().intervals)
    finally:
        successor.kill()
