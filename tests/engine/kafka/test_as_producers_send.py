"""What producers of another make send: compressed batches, and headers of all kinds."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from pathlib import Path

import orjson
import pytest
from aiokafka.errors import KafkaError

from streams.domain.instants import HOUR, SECOND
from streams.domain.plan import Plan
from streams.engine import audit as evidence
from streams.engine.kafka import topics
from streams.engine.rebuild import rebuild
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.faults.numbered_calls import PLAN, Call
from tests.faults.verifier import differences_of
from tests.running import (
    WorkerProcess,
    fresh_topics,
    latest_of,
    records_of,
    settings_of_town,
    without,
)
from tests.wire import CODECS, Sent, send

PARTITIONS = 2
CALLS = 100
BEGUN = time.time_ns() // 1000 - 48 * HOUR

Batches = dict[tuple[str, int], list[Sent]]


@pytest.fixture
def settings(kafka: KafkaCluster, tmp_path: Path) -> Settings:
    return settings_of_town(kafka.bootstrap, tmp_path, PLAN, PARTITIONS)


def calls() -> Batches:
    """All events of some calls, by where they go."""
    batches: Batches = defaultdict(list)
    for number in range(CALLS):
        for _, event in Call.of(7, number, BEGUN + number * SECOND).events():
            key = event["call_id"].encode()
            there = f"contact.{event['event']}", number % PARTITIONS
            batches[there].append((key, orjson.dumps(event), [(b"traceparent", b"00-1")]))
    return batches


async def booked(settings: Settings, accepted: int, refused: int) -> None:
    """Waits until the books are those of all that was sent."""
    assert settings.plan is not None
    deadline = time.monotonic() + 60
    while True:
        raw, wrong = await differences_of(settings.broker, Path(settings.plan), PARTITIONS)
        if not wrong or time.monotonic() > deadline:
            break
        await asyncio.sleep(1)
    assert not wrong, "\n".join(wrong[:10])
    assert (len(raw.values), raw.refused) == (accepted, refused)


@pytest.mark.in_turn("codec")
@pytest.mark.parametrize("codec", CODECS)
async def test_events_are_booked_whatever_they_are_compressed_with(
    settings: Settings, tmp_path: Path, codec: str
) -> None:
    await fresh_topics(settings)
    batches = calls()
    for (topic, partition), records in batches.items():
        await send(settings.broker, topic, partition, records, codec)
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        await booked(settings, sum(map(len, batches.values())), 0)
        assert worker.stop() == 0, worker.text()
    finally:
        worker.kill()


async def test_a_header_that_is_not_text_costs_its_record_and_no_other(
    settings: Settings, tmp_path: Path
) -> None:
    """In every topic, at the beginning, the end and in the middle of a batch, several in one,
    compressed and not. Whoever reads the topics after the workers survives it in the same way."""
    await fresh_topics(settings)
    wanted, accepted, codecs = set(), 0, sorted(CODECS)
    for number, ((topic, partition), records) in enumerate(sorted(calls().items())):
        accepted += len(records)
        bad: Sent = (b"c1", b'{"event":"queue"}', [(b"ce_id", b"1"), (b"num\xe9ro", b"x")])
        middle = len(records) // 2
        mixed = [bad, *records[:middle], bad, bad, *records[middle:], bad]
        first = await send(settings.broker, topic, partition, mixed, codecs[number % len(codecs)])
        places = [first + at for at, record in enumerate(mixed) if record is bad]
        wanted |= {f"{topic}|{partition}|{offset}".encode() for offset in places}
    assert len(wanted) == 4 * PARTITIONS * len(topics.INPUTS)
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        await booked(settings, accepted, len(wanted))
        refused = worker.metrics()["contact_refused_total"]
        assert {dict(labels)["reason"] for labels, count in refused.items() if count} == {
            "unreadable"
        }
        assert worker.stop() == 0, worker.text()
    finally:
        worker.kill()
    letters = await latest_of(settings.broker, topics.DEAD)
    assert letters.keys() == wanted
    assert {orjson.loads(each)["detail"] for each in letters.values()} == {
        "headers: a name that is not UTF-8"
    }

    assert settings.plan is not None
    plan = Plan.load(settings.plan)
    read = await evidence.raw(settings, plan, BEGUN, late=True)
    assert len(read.contacts) == CALLS

    await without(settings, topics.STATE)
    await rebuild(settings, plan, lambda done: None)
    again = WorkerProcess(settings, tmp_path, "again")
    try:
        again.wait_ready()
        await booked(settings, accepted, len(wanted))
        assert len(await records_of(settings.broker, topics.DEAD)) == len(wanted), "told again"
    finally:
        again.kill()


@pytest.mark.in_turn("codec")
@pytest.mark.parametrize("codec", CODECS)
async def test_kafka_itself_refuses_a_header_without_a_name(settings: Settings, codec: str) -> None:
    await fresh_topics(settings)
    nameless: Sent = (b"c1", b'{"event":"queue"}' * 20, [(None, b"x")])
    with pytest.raises(KafkaError):
        await send(settings.broker, "contact.queue", 0, [nameless], codec)
    assert await records_of(settings.broker, "contact.queue") == []
