"""Topics as they must be, and what is said of those that are not."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.engine import topics
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.running import fresh_topics


async def made_anew(bootstrap: str, topic: str, **config: str) -> None:
    """Somebody has made the topic by hand."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        while topic in await admin.list_topics():
            await asyncio.sleep(0.1)
        named = {name.replace("_", "."): value for name, value in config.items()}
        answer = await admin.create_topics([NewTopic(topic, 2, 3, topic_configs=named)])
        assert not answer.topic_errors[0][1], answer
        while topic not in await admin.list_topics():
            await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def test_what_is_created_is_as_it_should_be(bootstrap: str) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    assert await topics.problems(settings) == []
    assert await topics.create(settings) == []


async def test_a_record_counts_as_written_when_two_brokers_have_it(kafka3: KafkaCluster) -> None:
    """Whatever the brokers' default, and whoever asks."""
    await fresh_topics(Settings(broker=kafka3.bootstrap, partitions=2, replication=3))
    anybody = Settings(broker=kafka3.bootstrap)
    assert await topics.problems(anybody) == []
    await made_anew(kafka3.bootstrap, topics.ALERTS, min_insync_replicas="1")
    said: list[str] = []
    async with asyncio.timeout(30):  # until all three brokers know
        while not said:
            said = [each for each in await topics.problems(anybody) if "insync" in each]
    assert said == [f"{topics.ALERTS}: min.insync.replicas is 1, should be 2"]


@pytest.mark.parametrize(("replication", "wanted"), [(1, None), (2, None), (3, "2"), (5, "2")])
def test_copies_that_must_be_there(replication: int, wanted: str | None) -> None:
    assert topics._durable(replication).get("min.insync.replicas") == wanted
