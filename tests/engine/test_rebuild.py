"""State that was lost is noticed, and made anew from the raw topics to the same books."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition

from streams.domain.events import kind
from streams.domain.instants import DAY, text
from streams.engine.kafka import topics
from streams.engine.kafka.forms import NEWEST
from streams.engine.kafka.outputs import Outputs
from streams.engine.kafka.publish import Publisher
from streams.engine.rebuild import _Rebuild
from streams.engine.roles.routes import Routes
from streams.settings import Settings
from streams.sinks.journeys import journey_record
from tests.bank import real_calls
from tests.brokers import KafkaCluster
from tests.engine.carrying_on import carries_on
from tests.running import (
    ROOT,
    WorkerProcess,
    fresh_topics,
    latest_of,
    published_intervals,
    records_of,
    without,
)
from tests.stories import PLAN, Story, at, judged


@pytest.fixture
def settings(kafka: KafkaCluster) -> Settings:
    return Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.02,
        session_seconds=1.5,
    )


def rebuilt(settings: Settings) -> subprocess.CompletedProcess[str]:
    """What `reachline rebuild` says."""
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", "rebuild", "--broker", settings.broker],
        env={"REACHLINE_APP": settings.app, "PATH": "", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def refused(settings: Settings, directory: Path, name: str) -> str:
    """The one line with which a worker declines to start."""
    worker = WorkerProcess(settings, directory, name)
    try:
        assert worker.wait(60) == 1
    finally:
        worker.kill()
    (said,) = [line for line in worker.text().splitlines() if line.startswith("reachline: ")]
    assert "Traceback" not in worker.text()
    return said


async def midway(settings: Settings, directory: Path) -> None:
    """Has a worker killed amid two weeks of real calls."""
    await fresh_topics(settings)
    async with Publisher(settings) as publisher:
        await publisher.publish(real_calls())
    worker = WorkerProcess(settings, directory, "first", REACHLINE_FAILPOINT="committed:3")
    assert worker.wait() < 0
    assert len(await latest_of(settings.broker, topics.STATE)) > 10, "there is nothing to lose"


async def test_a_lost_changelog_is_rebuilt(settings: Settings, tmp_path: Path) -> None:
    await midway(settings, tmp_path)
    await without(settings, topics.STATE)
    said = refused(settings, tmp_path, "refused")
    assert "it has been lost or set back; stop the workers and run `reachline rebuild`" in said
    await asyncio.sleep(2)  # until the group has noticed
    done = rebuilt(settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("partition") == 2
    await carries_on(settings, tmp_path)


async def test_a_changelog_with_a_hole_is_rebuilt(settings: Settings, tmp_path: Path) -> None:
    await midway(settings, tmp_path)
    contacts = [key for key in await latest_of(settings.broker, topics.STATE) if key[:1] == b"c"]
    state = await records_of(settings.broker, topics.STATE)
    partition = {record.key: record.partition for record in state}
    producer = AIOKafkaProducer(bootstrap_servers=settings.broker)
    await producer.start()
    lost = contacts[0]
    await producer.send_and_wait(topics.STATE, None, key=lost, partition=partition[lost])
    await producer.stop()
    assert "records of the state are missing" in refused(settings, tmp_path, "refused")
    await asyncio.sleep(2)
    assert rebuilt(settings).returncode == 0
    await carries_on(settings, tmp_path)


async def test_everything_but_the_raw_topics_is_rebuilt(settings: Settings, tmp_path: Path) -> None:
    """State, partial figures and intervals lost after all work was done."""
    await midway(settings, tmp_path)
    await carries_on(settings, tmp_path)
    await without(settings, topics.STATE, topics.PARTIALS, topics.INTERVALS)
    assert await published_intervals(settings.broker) == {}
    done = rebuilt(settings)
    assert done.returncode == 0, done.stderr
    await carries_on(settings, tmp_path)


async def test_no_rebuild_under_a_running_worker(settings: Settings, tmp_path: Path) -> None:
    await fresh_topics(settings)
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        done = rebuilt(settings)
        assert done.returncode == 1
        assert "are running: stop them first" in done.stderr
        assert worker.running
    finally:
        worker.kill()


async def test_newer_state_is_refused(settings: Settings, tmp_path: Path) -> None:
    await fresh_topics(settings)
    producer = AIOKafkaProducer(bootstrap_servers=settings.broker)
    await producer.start()
    headers = [("form", b"99")]
    await producer.send_and_wait(topics.STATE, b"?", key=b"k", partition=0, headers=headers)
    await producer.stop()
    said = refused(settings, tmp_path, "refused")
    assert (
        f"in form 99 by a newer release, and this one knows up to {NEWEST}: run the newer" in said
    )


async def test_a_topic_made_anew_is_noticed(settings: Settings, tmp_path: Path) -> None:
    """Its offsets begin again, and what comes now would be taken for what was read before."""
    await midway(settings, tmp_path)
    await without(settings, "contact.queue")
    assert "has been truncated or created again" in refused(settings, tmp_path, "refused")


# An id that is used again


class Topics:
    """Topics in memory: what a rebuild reads, and what it writes."""

    def __init__(self, stories: list[Story]) -> None:
        self.records: dict[str, list[tuple[bytes, bytes]]] = {}
        self.written: list[Outputs] = []
        for story in stories:
            for event, _ in story.facts:
                value = msgspec.json.encode(event)
                self.add(f"contact.{kind(event)}", event.call_id.encode(), value)

    def add(self, topic: str, key: bytes, value: bytes) -> None:
        self.records.setdefault(topic, []).append((key, value))

    async def read(
        self, tps: list[TopicPartition]
    ) -> AsyncIterator[tuple[TopicPartition, list[ConsumerRecord[bytes, bytes]]]]:
        for tp in tps:
            found = [
                ConsumerRecord(tp.topic, 0, offset, NOW // 1000, 1, key, value, None, 0, 0, ())
                for offset, (key, value) in enumerate(self.records.get(tp.topic, []))
            ]
            if found:
                yield tp, found

    async def write(self, outputs: Outputs) -> None:
        self.written.append(outputs)

    def journeys(self) -> list[tuple[str, int]]:
        """The contacts that were published as over, by id and beginning."""
        values = [
            orjson.loads(value or b"null")
            for outputs in self.written
            for _, value in outputs[topics.JOURNEYS, 0]
        ]
        return [(each["call_id"], each["begun"]) for each in values]


NOW = at("12:00", "2026-11-30")


async def test_of_an_id_used_again_the_second_journey_is_published_too() -> None:
    """The first was published before the state was lost, the second was not."""
    first = Story("c").start("9:00").enter("9:00:10", "waste").hang_up("9:05")
    second = Story("c")
    for event, instant in first.facts:
        again = f"again-{event.event_id}"
        later = msgspec.structs.replace(event, event_id=again, at=text(instant + 7 * DAY))
        second.facts.append((later, instant + 7 * DAY))
    days = at("9:00") + 9 * DAY  # later, something comes on every topic
    other = Story("other").start(days).choose(days, "waste").enter(days, "waste").hang_up(days)
    there = Topics([first, second, other])
    contact = first.contact()
    (piece,) = contact.pieces()
    outcome = judged(contact, PLAN, NOW)
    assert outcome is not None
    key, value = journey_record("c", piece, outcome)
    there.add(topics.JOURNEYS, key, value or b"")
    ends = {TopicPartition(topic, 0): len(found) for topic, found in there.records.items()}
    rebuild: Any = _Rebuild(Settings(), PLAN, Routes(1, 1, 1), ends, there)  # type: ignore[arg-type]
    rebuild._writers[0] = there
    await rebuild._rebuild(0)
    assert there.journeys() == [("c", at("9:00") + 7 * DAY)]
