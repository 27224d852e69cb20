"""A worker that was paused past its session can neither write nor show what is not its own."""

from __future__ import annotations

import uuid
from pathlib import Path

from bank import real_books, real_calls
from brokers import KafkaCluster
from running import WorkerProcess, all_published, fresh_topics, records_of

from streams.engine import topics
from streams.engine.publish import Publisher
from streams.settings import Settings


async def test_a_paused_worker_overwrites_nothing_of_its_successor(
    kafka: KafkaCluster, tmp_path: Path
) -> None:
    settings = Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.2,
        session_seconds=1.5,
    )
    await fresh_topics(settings)
    async with Publisher(kafka.bootstrap) as publisher:
        await publisher.publish(real_calls())
    zombie = WorkerProcess(settings, tmp_path, "zombie")
    successor = None
    try:
        zombie.wait_ready()
        zombie.pause()  # amid its work: with events in hand and perhaps a transaction open
        successor = WorkerProcess(settings, tmp_path, "successor")
        successor.wait_ready()
        await all_published(settings.broker, real_books().intervals)
        before = len(await records_of(settings.broker, topics.JOURNEYS))
        zombie.resume()
        assert zombie.wait(30) == 1
        said = [line for line in zombie.text().splitlines() if line.startswith("reachline: ")]
        assert len(said) == 1, zombie.text()
        assert "another worker has taken over" in said[0]
        assert "Traceback" not in zombie.text()
        await all_published(settings.broker, real_books().intervals)
        assert len(await records_of(settings.broker, topics.JOURNEYS)) == before
        assert successor.get("/ready")[0] == 200
    finally:
        zombie.kill()
        if successor is not None:
            successor.kill()
