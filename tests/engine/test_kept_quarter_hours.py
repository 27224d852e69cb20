"""Quarter-hours as the workers keep them, read by statements and running periods."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from streams.domain import instants
from streams.domain.books import INTERVAL
from streams.domain.events import CallStart
from streams.domain.instants import HOUR
from streams.domain.tally import LINE, Tally
from streams.engine import audit as evidence
from streams.engine.kafka import topics
from streams.engine.kafka.publish import Publisher
from streams.engine.state.partials import figures_record, restart_record, watermark_record
from streams.engine.state.provisional import Partials
from streams.settings import Settings
from tests.running import WorkerProcess, fresh_topics

START = INTERVAL * 1_900_000
SCOPES = [LINE + "a", LINE + "b"]
Records = list[ConsumerRecord[bytes, bytes]]


def partials(partition: int) -> Records:
    """What a worker leaves in one partition of partials: that it began, a figure, its clock."""
    told = [
        restart_record(1, 0),
        figures_record(1, 0, (SCOPES[partition], INTERVAL, START), Tally.of(contacts=5), False),
        watermark_record(1, 0, START + INTERVAL, START + INTERVAL, {}),
    ]
    return [
        ConsumerRecord(topics.PARTIALS, partition, offset, 0, 0, key, value, None, 0, 0, ())
        for offset, (key, value) in enumerate(told)
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_what_a_worker_told_anew_in_one_partition_voids_nothing_in_another(
    monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
) -> None:
    class Log:
        def partitions(self, topic: str) -> list[TopicPartition]:
            return [TopicPartition(topic, 0)]

        async def read(self, *_: object) -> AsyncIterator[Records]:
            for partition in order:
                yield partials(partition)

        async def read_since(self, *_: object) -> AsyncIterator[Records]:
            for nothing in ():
                yield nothing

    @asynccontextmanager
    async def opened(_: Settings) -> AsyncIterator[Log]:
        yield Log()

    monkeypatch.setattr(evidence, "_open", opened)
    found = await evidence.kept(Settings(), START, START + INTERVAL)
    assert {key[0]: tally["contacts"] for key, tally in found.intervals.items()} == dict.fromkeys(
        SCOPES, 5
    )
    assert found.provisional == {(scope, START) for scope in SCOPES}


async def test_read_on_it_is_what_it_is_read_from_the_start(bootstrap: str, tmp_path: Path) -> None:
    settings = Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.1,
        session_seconds=6.0,
    )
    await fresh_topics(settings)
    now = time.time_ns() // 1000
    since, until = now - HOUR, now + HOUR
    partials = Partials()
    taken: Counter[int] = Counter()
    apply = partials.apply
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        for said in (1, 2):
            at = instants.text(now)
            async with Publisher(settings) as publisher:
                await publisher.publish(
                    CallStart(event_id=f"{said}-{n}", call_id=f"{said}-{n}", at=at)
                    for n in range(10)
                )

            def counted(records: Records, said: int = said) -> None:
                taken[said] += len(records)
                apply(records)

            partials.apply = counted  # type: ignore[method-assign]
            async with asyncio.timeout(30):
                while True:
                    with suppress(evidence.AuditError):
                        whole = await evidence.kept(settings, since, until)
                        if sum(t["contacts"] for t in whole.intervals.values()) == 10 * said:
                            break
                    await asyncio.sleep(0.1)
            onward = await evidence.kept(settings, since, until, partials)
            assert onward.intervals == whole.intervals
            assert onward.provisional == whole.provisional == set(whole.intervals)
        assert 0 < taken[2] <= sum(partials.positions.values()) - taken[1]
    finally:
        worker.kill()
    await fresh_topics(settings)
    said_of_it = "no such topic"
    while "no such topic" in said_of_it:  # brokers tell of topics a moment after they are made
        with pytest.raises(evidence.AuditError) as refused:
            await evidence.kept(settings, since, until, partials)
        said_of_it = str(refused.value)
    assert "created again" in said_of_it
