"""What brokers say of topics: which they are, how many partitions, and what may be done."""

from __future__ import annotations

import pytest
from aiokafka.errors import IncompatibleBrokerVersion

from streams.engine.kafka import clients, topics
from streams.engine.kafka.described import MAY_READ, MAY_WRITE, describe, ids_of
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.running import fresh_topics, without


async def test_topics_are_described(bootstrap: str) -> None:
    settings = Settings(broker=bootstrap, partitions=3)
    await fresh_topics(settings)
    async with clients.admin(settings) as admin:
        found = await describe(admin._client, [*topics.ALL, "contact.never"])
    assert found.keys() == {*topics.ALL}
    assert {each.partitions for each in found.values()} == {3}
    assert all(each.allows(MAY_READ) and each.allows(MAY_WRITE) for each in found.values())


async def test_a_topic_made_anew_has_another_id(kafka: KafkaCluster) -> None:
    settings = Settings(broker=kafka.bootstrap, partitions=2)
    await fresh_topics(settings)
    seen = []
    for _ in range(2):
        async with clients.admin(settings) as admin:
            seen.append(ids_of(await describe(admin._client, topics.ALL)))
        await without(settings, "contact.queue")
    assert {name for name in topics.ALL if seen[0][name] != seen[1][name]} == {"contact.queue"}


async def test_a_broker_that_is_too_old_is_said() -> None:
    class Old:
        def get_random_node(self) -> int:
            return 1

        async def send(self, node: int, request: object) -> None:
            raise NotImplementedError

    with pytest.raises(IncompatibleBrokerVersion):
        await describe(Old(), topics.ALL)
