"""Which topics there must be, with how many partitions, and what a worker says that lacks one."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from streams.engine.kafka import topics
from streams.engine.kafka.writer import Writer
from streams.settings import Settings
from tests.running import WorkerProcess, fresh_topics, records_of
from tests.topics import made_by_hand

OURS = {*topics.ALL} - {*topics.INPUTS}
WHOLE = dict.fromkeys(topics.ALL, 4)


def test_every_topic_has_its_specification() -> None:
    assert [spec.name for spec in topics.specs(Settings())] == [*topics.ALL, topics.SOURCES]


@pytest.mark.parametrize("name", sorted(OURS))
async def test_each_topic_takes_the_largest_record_that_is_written(
    bootstrap: str, name: str
) -> None:
    """A call that goes round and round has a journey of megabytes, and without room for it the
    worker would end, and each one after it."""
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    writer = Writer(settings, f"test-{uuid.uuid4().hex[:8]}", 30)
    await writer.start()
    try:
        await writer.write({(name, 1): [(b"k", b"x" * (topics.LARGEST_RECORD - 2_048))]})
    finally:
        await writer.stop()
    assert len(await records_of(bootstrap, name)) == 1


@pytest.mark.parametrize("name", [topics.DEAD, topics.LATE, topics.JOURNEYS])
def test_what_a_source_partition_writes_has_a_partition_for_each(name: str) -> None:
    assert topics.misfits(WHOLE, "k:9092") == []
    (said,) = topics.misfits(WHOLE | {name: 3}, "k:9092")
    assert said.startswith(f"{name}: 3 partitions, must be at least 4, as many as the inputs have")
    assert f"--topic {name} --partitions 4" in said
    assert topics.misfits(WHOLE | {name: 5}, "k:9092") == []


@pytest.mark.parametrize("name", [topics.INTERVALS, topics.ALERTS])
def test_what_an_owner_of_lines_writes_has_a_partition_for_each(name: str) -> None:
    several = WHOLE | dict.fromkeys((topics.PARTIALS, topics.INTERVALS, topics.ALERTS), 6)
    assert topics.misfits(several, "k:9092") == []
    (said,) = topics.misfits(several | {name: 5}, "k:9092")
    assert said.startswith(f"{name}: 5 partitions, must be at least 6")


@pytest.mark.parametrize("count", [3, 5])
def test_the_state_has_as_many_partitions_as_the_inputs(count: int) -> None:
    (said,) = topics.misfits(WHOLE | {topics.STATE: count}, "k:9092")
    assert said.startswith(f"{topics.STATE}: {count} partitions, must be 4, as many as the inputs")
    assert "reachline rebuild" in said


def test_inputs_that_differ_are_named_with_their_partitions() -> None:
    (said, *_) = topics.misfits(WHOLE | {"contact.hangup": 5}, "k:9092")
    assert "contact.queue 4" in said and "contact.hangup 5" in said


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_topic_that_is_missing_is_named_with_the_command(name: str) -> None:
    present = {each: count for each, count in WHOLE.items() if each != name}
    assert topics.misfits(present, "k:9092") == [f"{name}: missing; run `reachline topics create`"]


async def test_a_worker_whose_dead_letters_have_no_room_says_so_at_its_start(
    bootstrap: str, tmp_path: Path
) -> None:
    """As where a broker has made the topic by itself, with one partition: it used to end at the
    first dead letter of another, and each one after it."""
    settings = Settings(
        broker=bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=2, session_seconds=6
    )
    await fresh_topics(settings)
    await made_by_hand(bootstrap, topics.DEAD, 1)
    worker = WorkerProcess(settings, tmp_path)
    try:
        assert worker.wait() == 1
        (said,) = [line for line in worker.text().splitlines() if line.startswith("reachline: ")]
        assert f"{topics.DEAD}: 1 partitions, must be at least 2" in said
    finally:
        worker.kill()
