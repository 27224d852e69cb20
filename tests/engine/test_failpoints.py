"""Killed at every step of a checkpoint, a worker loses nothing and counts nothing twice.

Each test kills a worker at one failpoint, amid two weeks of real calls, and holds what its
successor publishes to the books of a run in which nobody died.
"""

from __future__ import annotations

import signal
import uuid
from pathlib import Path

import pytest

from streams.engine.failpoints import FAILPOINTS, VARIABLE
from streams.engine.kafka import topics
from streams.engine.kafka.publish import Publisher
from streams.settings import Settings
from tests.bank import real_books, real_calls
from tests.brokers import KafkaCluster
from tests.engine.carrying_on import carries_on
from tests.running import (
    WorkerProcess,
    fresh_topics,
    latest_of,
    published_intervals,
)

#: At which passing of the place to die, so that it is neither in the first checkpoint nor after all
#: work is done. A checkpoint writes once per partition, and commits once; contacts leave only when
#: the backlog has been read.
PASSING = {
    "before sending": 5,
    "sent, not acknowledged": 5,
    "acknowledged, transaction open": 6,
    "written, not committed": 2,
    "committed": 2,
    "revoking": 1,
    "recovering": 1,
    "final, not evicted": 1,
}


def test_every_failpoint_is_killed_at() -> None:
    assert set(PASSING) == set(FAILPOINTS)


@pytest.mark.in_turn("place", parts=4)
@pytest.mark.parametrize("place", FAILPOINTS)
async def test_killed_there_the_books_are_the_same(
    place: str, kafka: KafkaCluster, tmp_path: Path
) -> None:
    settings = Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.02,
        session_seconds=1.5,
    )
    await fresh_topics(settings)
    async with Publisher(settings) as publisher:
        await publisher.publish(real_calls())
    workers: list[WorkerProcess] = []

    def die_at(name: str) -> None:
        failpoint = f"{name}:{PASSING[name]}"
        worker = WorkerProcess(settings, tmp_path, name, **{VARIABLE: failpoint})
        workers.append(worker)
        if name == "revoking":
            worker.wait_ready()
            worker.child.terminate()
        assert worker.wait() == -signal.SIGKILL, worker.text()

    try:
        if place == "recovering":
            die_at("committed")  # so that there is something to recover
        die_at(place)
        ended = await latest_of(settings.broker, topics.JOURNEYS)
        all_ended = len(ended) == real_books().totals["city"]["contacts"]
        final = await published_intervals(settings.broker)
        assert not all_ended or final != real_books().intervals, "it died after its work"

        await carries_on(settings, tmp_path)
    finally:
        for worker in workers:
            worker.kill()
