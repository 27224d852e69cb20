"""Topics as they must be, and what is said of those that are not."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.cli import main
from streams.engine.kafka import topic_admin, topics
from streams.engine.kafka.writer import Writer
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.running import WorkerProcess, fresh_topics, records_of, until

OURS = {*topics.ALL} - {*topics.INPUTS}
WHOLE = dict.fromkeys(topics.ALL, 4)


async def deleted(bootstrap: str, *names: str) -> None:
    """Topics that somebody has deleted."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(list(names))
        while {*names} & {*await admin.list_topics()}:
            await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def partitions_of(bootstrap: str) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = await admin.describe_topics()
    finally:
        await admin.close()
    return {
        each["topic"]: len(each["partitions"])
        for each in found
        if each["topic"].startswith("contact.")
    }


async def created(
    capsys: pytest.CaptureFixture[str], settings: Settings, *words: str
) -> tuple[int, str, str]:
    """`reachline topics create`: its status and what it says, on both ways."""
    command = ["topics", "create", "--broker", settings.broker, *words]
    status = await asyncio.to_thread(main, command)
    return status, *capsys.readouterr()


async def made_anew(
    bootstrap: str, topic: str, partitions: int = 2, copies: int = 1, **config: str
) -> None:
    """Somebody has made the topic by hand."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        while topic in await admin.list_topics():
            await asyncio.sleep(0.1)
        named = {name.replace("_", "."): value for name, value in config.items()}
        answer = await admin.create_topics(
            [NewTopic(topic, partitions, copies, topic_configs=named)]
        )
        assert not answer.topic_errors[0][1], answer
        while topic not in await admin.list_topics():
            await asyncio.sleep(0.1)
    finally:
        await admin.close()


def test_every_topic_has_its_specification() -> None:
    assert [spec.name for spec in topics.specs(Settings())] == [*topics.ALL]


async def test_what_is_created_is_as_it_should_be(bootstrap: str) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    assert await topic_admin.problems(settings) == []
    assert await topic_admin.create(settings) == []


async def test_a_record_counts_as_written_when_two_brokers_have_it(kafka3: KafkaCluster) -> None:
    """Whatever the brokers' default, and whoever asks."""
    await fresh_topics(Settings(broker=kafka3.bootstrap, partitions=2, replication=3))
    anybody = Settings(broker=kafka3.bootstrap)
    assert await topic_admin.problems(anybody) == []
    await made_anew(kafka3.bootstrap, topics.ALERTS, copies=3, min_insync_replicas="1")
    said: list[str] = []
    async with asyncio.timeout(30):  # until all three brokers know
        while not said:
            said = [each for each in await topic_admin.problems(anybody) if "insync" in each]
    (wrong,) = said
    assert wrong.startswith(f"{topics.ALERTS}: min.insync.replicas is 1, should be 2; ")
    assert wrong.endswith("--add-config min.insync.replicas=2`")


@pytest.mark.parametrize(("replication", "wanted"), [(1, None), (2, None), (3, "2"), (5, "2")])
def test_copies_that_must_be_there(replication: int, wanted: str | None) -> None:
    assert topic_admin._durable(replication).get("min.insync.replicas") == wanted


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


async def test_sizes_are_checked(kafka: KafkaCluster) -> None:
    """Topics of before, or made by hand, with what brokers give by themselves."""
    settings = Settings(broker=kafka.bootstrap, partitions=2)
    await fresh_topics(settings)
    kept = {"retention_ms": str(400 * 24 * 3_600_000), "cleanup_policy": "delete"}
    await made_anew(kafka.bootstrap, topics.JOURNEYS, **kept)
    appended = kept | {"message_timestamp_type": "LogAppendTime"}
    await made_anew(kafka.bootstrap, "contact.queue", max_message_bytes="100000", **appended)
    enough = str(topics.LARGEST_RECORD * 2)
    await made_anew(kafka.bootstrap, topics.LATE, max_message_bytes=enough, **kept)
    queue, journeys = await topic_admin.problems(settings)
    assert queue.startswith(
        "contact.queue: max.message.bytes is 100000, should be at least 1048576; "
    )
    assert journeys == (
        "contact.journeys: max.message.bytes is 1048588, should be at least 16777216; "
        f"`kafka-configs.sh --bootstrap-server {kafka.bootstrap} --alter --topic contact.journeys "
        "--add-config max.message.bytes=16777216`"
    )


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


async def test_the_doctor_and_whoever_creates_topics_say_the_same(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    await made_anew(bootstrap, topics.DEAD, 1, retention_ms=str(30 * 24 * 3_600_000))
    await deleted(bootstrap, topics.ALERTS)
    wrong = await topic_admin.problems(settings)
    assert [each.split(": ")[0] for each in wrong[:2]] == [topics.ALERTS, topics.DEAD]
    assert await asyncio.to_thread(main, ["doctor", "--broker", bootstrap]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("WRONG")] == [f"WRONG {one}" for one in wrong]
    status, out, err = await created(capsys, settings)
    assert (status, out) == (1, f"created {topics.ALERTS}\n")
    assert err.splitlines() == wrong[1:]


async def test_another_number_of_partitions_than_asked_for_is_said(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    status, out, err = await created(capsys, settings, "--partitions", "6")
    assert status == 1
    assert out == ""
    (said,) = err.splitlines()
    assert said.startswith("--partitions 6: the topics have 2, which is left as it is")
    assert "while state is kept" in said
    await made_anew(bootstrap, topics.CALLERS, 3)
    _, _, err = await created(capsys, settings, "--partitions", "2")
    said = err.splitlines()[0]
    assert said.startswith(f"--partitions 2: {topics.CALLERS} has 3")
    assert set((await partitions_of(bootstrap)).values()) == {2, 3}


async def test_who_asks_for_what_there_is_hears_nothing_of_it(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    well = (0, "topics are as they should be\n", "")
    words = ("--partitions", "2", "--replication", "1")
    assert await created(capsys, settings, *words) == well
    assert await created(capsys, settings) == well


async def test_fewer_copies_than_asked_for_are_said(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    status, _, err = await created(capsys, settings, "--replication", "3")
    assert status == 1
    (said,) = err.splitlines()
    assert said.startswith("--replication 3: the topics have 1, which is left as it is")


async def test_what_is_missing_gets_as_many_partitions_as_the_inputs_have(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the settings say by then: a topic of fewer would end the workers."""
    settings = Settings(broker=bootstrap, partitions=3)
    await fresh_topics(settings)
    await deleted(bootstrap, topics.DEAD, "contact.queue")
    assert set(await topic_admin.create(replace(settings, partitions=2))) == {
        topics.DEAD,
        "contact.queue",
    }
    assert set((await partitions_of(bootstrap)).values()) == {3}


async def test_a_worker_without_topics_names_the_command_once(
    bootstrap: str, tmp_path: Path
) -> None:
    """It waits for them: in a cluster, workers start beside the job that makes the topics."""
    settings = Settings(
        broker=bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=2, session_seconds=6
    )
    await fresh_topics(settings)
    await deleted(bootstrap, *await partitions_of(bootstrap))
    worker = WorkerProcess(settings, tmp_path)
    try:
        until(lambda: "reachline topics create" in worker.text(), 30, worker.text)
        await asyncio.sleep(3)
        told = [json.loads(line) for line in worker.text().splitlines()]
        (said,) = [each for each in told if each["level"] == "warning"]
        assert said["message"].startswith("waiting for topics that do not exist")
        assert said["message"].endswith("create them with `reachline topics create`")
        assert all(name in said["message"] for name in WHOLE)
        assert worker.running and worker.get("/ready")[0] == 503
        await topic_admin.create(settings)
        worker.wait_ready()
        assert worker.stop() == 0
    finally:
        worker.kill()


async def test_a_worker_whose_dead_letters_have_no_room_says_so_at_its_start(
    bootstrap: str, tmp_path: Path
) -> None:
    """As where a broker has made the topic by itself, with one partition: it used to end at the
    first dead letter of another, and each one after it."""
    settings = Settings(
        broker=bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=2, session_seconds=6
    )
    await fresh_topics(settings)
    await made_anew(bootstrap, topics.DEAD, 1)
    worker = WorkerProcess(settings, tmp_path)
    try:
        assert worker.wait() == 1
        (said,) = [line for line in worker.text().splitlines() if line.startswith("reachline: ")]
        assert f"{topics.DEAD}: 1 partitions, must be at least 2" in said
    finally:
        worker.kill()


async def test_more_copies_than_brokers_are_refused_in_words(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a topic that no test has created: what is there need not be."""
    monkeypatch.setattr(topic_admin, "specs", lambda settings: [topics.TopicSpec("contact.never")])
    with pytest.raises(topics.TopicsError) as refused:
        await topic_admin.create(Settings(broker=bootstrap, replication=3))
    assert str(refused.value) == (
        "replication 3 is more than the cluster has brokers (1): --replication or "
        "REACHLINE_REPLICATION says how many copies are kept"
    )


class Refusing:
    """A broker that creates no topic, and has none."""

    def __init__(self, code: int, *why: str | None) -> None:
        self.topic_errors = [("contact.queue", code, *why)]

    def __call__(self, settings: Settings) -> Refusing:
        return self

    async def __aenter__(self) -> Refusing:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def describe_topics(self) -> list[object]:
        return []

    async def create_topics(self, asked: list[NewTopic]) -> Refusing:
        return self

    async def list_topics(self) -> list[str]:
        return []


@pytest.mark.parametrize(
    ("broker", "why"),
    [
        (Refusing(29, None), "the broker does not allow this user to create it"),
        (Refusing(31, "Authorization failed."), "the broker does not allow this user to create it"),
        (
            Refusing(44, "At least 2 copies, please."),
            "the broker refuses to create it: At least 2 copies, please.",
        ),
        (Refusing(7), "the broker refuses to create it: the broker did not answer in time"),
        (Refusing(42, None), "the broker refuses to create it: Kafka: invalid request"),
    ],
)
async def test_a_topic_that_may_not_be_created(
    broker: Refusing, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_admin.clients, "admin", broker)
    with pytest.raises(topics.TopicsError) as refused:
        await topic_admin.create(Settings())
    assert str(refused.value).startswith(f"contact.queue: {why}")
