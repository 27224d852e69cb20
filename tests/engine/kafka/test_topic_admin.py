"""Topics are created as they must be, and what differs is said with its remedy."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from aiokafka.admin import NewTopic

from streams.engine.kafka import topic_admin, topics
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.running import fresh_topics
from tests.topics import deleted, made_by_hand, partitions_of


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
    await made_by_hand(kafka3.bootstrap, topics.ALERTS, copies=3, min_insync_replicas="1")
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


async def test_sizes_are_checked(kafka: KafkaCluster) -> None:
    """Topics of before, or made by hand, with what brokers give by themselves."""
    settings = Settings(broker=kafka.bootstrap, partitions=2)
    await fresh_topics(settings)
    kept = {"retention_ms": str(400 * 24 * 3_600_000), "cleanup_policy": "delete"}
    await made_by_hand(kafka.bootstrap, topics.JOURNEYS, **kept)
    appended = kept | {"message_timestamp_type": "LogAppendTime"}
    await made_by_hand(kafka.bootstrap, "contact.queue", max_message_bytes="100000", **appended)
    enough = str(topics.LARGEST_RECORD * 2)
    await made_by_hand(kafka.bootstrap, topics.LATE, max_message_bytes=enough, **kept)
    queue, journeys = await topic_admin.problems(settings)
    assert queue.startswith(
        "contact.queue: max.message.bytes is 100000, should be at least 1048576; "
    )
    assert journeys == (
        "contact.journeys: max.message.bytes is 1048588, should be at least 16777216; "
        f"`kafka-configs.sh --bootstrap-server {kafka.bootstrap} --alter --topic contact.journeys "
        "--add-config max.message.bytes=16777216`"
    )


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
