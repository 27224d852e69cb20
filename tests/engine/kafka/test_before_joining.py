"""What is wrong from the start ends a worker before it joins, and disturbs no other."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import DeleteGroupsRequest

from streams.engine.kafka import before_joining, codecs, topic_admin, topics
from streams.engine.kafka.before_joining import NotReadyError, check
from streams.engine.kafka.described import Described
from streams.engine.kafka.forms import NEWEST
from streams.engine.kafka.publish import Publisher
from streams.settings import Settings
from tests.bank import real_books, real_calls
from tests.brokers import KafkaCluster
from tests.engine.test_rebuild import rebuilt
from tests.running import WorkerProcess, all_published, fresh_topics, records_of, until, without
from tests.topics import deleted, made_by_hand, partitions_of


def settings_for(bootstrap: str) -> Settings:
    return Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.1,
        session_seconds=3,
    )


async def published_real_calls(settings: Settings) -> None:
    async with Publisher(settings) as publisher:
        await publisher.publish(real_calls())


def ended(worker: WorkerProcess) -> str:
    """The one line with which a worker ends by itself."""
    try:
        assert worker.wait(60) == 1
    finally:
        worker.kill()
    assert "Traceback" not in worker.text()
    (said,) = [line for line in worker.text().splitlines() if line.startswith("reachline: ")]
    return said


async def test_without_topics_it_names_the_command_and_ends(bootstrap: str, tmp_path: Path) -> None:
    settings = settings_for(bootstrap)
    await fresh_topics(settings)
    await deleted(bootstrap, *await partitions_of(bootstrap))
    said = ended(WorkerProcess(settings, tmp_path))
    assert said.startswith("reachline: these topics do not exist, or this user may not see them: ")
    assert said.endswith("; create them with `reachline topics create`")
    assert all(name in said for name in topics.ALL)
    await topic_admin.create(settings)
    await check(settings)


@pytest.mark.parametrize("name", [topics.DEAD, topics.LATE, topics.JOURNEYS])
async def test_topics_of_fewer_partitions_than_the_inputs(bootstrap: str, name: str) -> None:
    settings = settings_for(bootstrap)
    await fresh_topics(settings)
    await made_by_hand(bootstrap, name, 1)
    with pytest.raises(topics.TopicsError, match=f"{name}: 1 partitions, must be at least 2"):
        await check(settings)


async def test_topics_too_small_for_what_is_written(bootstrap: str) -> None:
    settings = settings_for(bootstrap)
    await fresh_topics(settings)
    await made_by_hand(bootstrap, topics.JOURNEYS, 2, max_message_bytes="100000")
    said = f"{topics.JOURNEYS}: max.message.bytes is 100000, should be at least 16777216; `kafka-c"
    with pytest.raises(topics.TopicsError, match=said):
        await check(settings)


async def test_a_codec_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its batches would be taken for damaged ones."""
    monkeypatch.setattr(codecs, "missing", lambda: ["zstd"])
    with pytest.raises(NotReadyError, match="compression: zstd can't be read"):
        await check(Settings())


def test_rights_that_are_missing_are_named_with_their_topics() -> None:
    everything = Described(uuid.uuid4(), 2, 1 << 3 | 1 << 4)
    found = dict.fromkeys(topics.ALL, everything)
    assert before_joining._of_rights(found) == []
    found["contact.queue"] = everything._replace(operations=1 << 4)
    found[topics.DEAD] = found[topics.LATE] = everything._replace(operations=1 << 3)
    assert before_joining._of_rights(found) == [
        "the broker does not allow this user to read contact.queue",
        f"the broker does not allow this user to write to {topics.LATE}, {topics.DEAD}",
    ]
    unknown = everything._replace(operations=-(2**31))
    assert before_joining._of_rights(dict.fromkeys(topics.ALL, unknown)) == []


@pytest.mark.parametrize("form", [3, 99])
async def test_a_form_to_be_written_that_is_none_of_this_release(form: int) -> None:
    with pytest.raises(NotReadyError, match=rf"form: {form}: this release writes 4 to {NEWEST}"):
        await check(Settings(form=form))


async def test_who_can_not_work_takes_no_line_off_a_healthy_neighbour(
    kafka: KafkaCluster, tmp_path: Path
) -> None:
    settings = settings_for(kafka.bootstrap)
    await fresh_topics(settings)
    healthy = WorkerProcess(settings, tmp_path, "healthy")
    try:
        healthy.wait_ready()
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        small = {topics.SIZE: "100000"}
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topics.ALERTS, configs=small)]
        )
        await admin.close()
        for number in range(3):
            said = ended(WorkerProcess(settings, tmp_path, f"wrong-{number}"))
            assert f"{topics.ALERTS}: max.message.bytes is 100000" in said
            assert healthy.get("/ready")[0] == 200
        assert healthy.text().count('"recovered"') == 1, "its partitions were shared out again"
    finally:
        healthy.kill()


async def test_without_the_group_it_goes_on_from_its_state(
    kafka: KafkaCluster, tmp_path: Path
) -> None:
    settings = settings_for(kafka.bootstrap)
    await fresh_topics(settings)
    await published_real_calls(settings)
    worker = WorkerProcess(settings, tmp_path, "first", REACHLINE_FAILPOINT="committed:3")
    assert worker.wait() < 0
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    coordinator = await admin.find_coordinator(settings.app)
    code = 68  # not empty, until the session is over
    while code:
        answer = await admin._client.send(coordinator, DeleteGroupsRequest([settings.app]))
        ((_, code),) = answer.results
        await asyncio.sleep(0.2)
    await admin.close()
    worker = WorkerProcess(settings, tmp_path, "second")
    try:
        worker.wait_ready()
        await all_published(settings.broker, real_books().intervals)
        assert worker.text().count("the group has no offsets; reading goes on from the pos") == 1
        assert worker.stop() == 0, worker.text()
        again = WorkerProcess(settings, tmp_path, "third")
        again.wait_ready()
        assert again.stop() == 0 and "the group has no offsets" not in again.text()
    finally:
        worker.kill()


async def test_an_input_made_anew_ends_who_reads_it_and_is_noticed_however_long_it_is_by_then(
    kafka: KafkaCluster, tmp_path: Path
) -> None:
    """Nothing in it is taken for what was read before, and a rebuild goes on with it."""
    settings = settings_for(kafka.bootstrap)
    await fresh_topics(settings)
    await published_real_calls(settings)
    worker = WorkerProcess(settings, tmp_path, "reading")
    worker.wait_ready()
    until(worker.has_read_all, 60)
    await without(settings, "contact.queue")
    await published_real_calls(settings)
    wanted = "contact.queue: has been truncated or created again, and what it held is gone; stop "
    assert wanted in ended(worker)
    for number in range(2):
        await published_real_calls(settings)
        assert wanted in ended(WorkerProcess(settings, tmp_path, f"again-{number}"))
    await asyncio.sleep(4)  # until the group has noticed
    done = rebuilt(settings)
    assert done.returncode == 0, done.stderr
    worker = WorkerProcess(settings, tmp_path, "rebuilt")
    try:
        worker.wait_ready()
        until(worker.has_read_all, 60)
        read = worker.metrics()["contact_events_total"][frozenset({("topic", "contact.queue")})]
        assert read == len(await records_of(settings.broker, "contact.queue"))
        assert worker.stop() == 0
    finally:
        worker.kill()


async def test_an_input_that_grows_ends_who_reads_it(kafka: KafkaCluster, tmp_path: Path) -> None:
    settings = settings_for(kafka.bootstrap)
    await fresh_topics(settings)
    worker = WorkerProcess(settings, tmp_path)
    worker.wait_ready()
    await grown(kafka.bootstrap, "contact.hangup", 4)
    assert "contact.hangup: has 4 partitions now, and had 2" in ended(worker)
    said = ended(WorkerProcess(settings, tmp_path, "again"))
    assert "the input topics differ in partitions" in said and "contact.hangup 4" in said


async def grown(bootstrap: str, topic: str, partitions: int) -> None:
    from aiokafka.admin import NewPartitions

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_partitions({topic: NewPartitions(partitions)})
    finally:
        await admin.close()
