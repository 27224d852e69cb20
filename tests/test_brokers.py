"""Apache Kafka runs here: a record goes in and comes out, and a broker may die and come back."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.brokers import KafkaCluster, KafkaMissingError, kafka_jars


async def create(cluster: KafkaCluster, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, len(cluster.ids))])
    finally:
        await admin.close()


async def send(cluster: KafkaCluster, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=cluster.bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic, value)


async def read(cluster: KafkaCluster, topic: str, count: int) -> list[bytes]:
    values: list[bytes] = []
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=cluster.bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        async with asyncio.timeout(30):
            while len(values) < count:
                values.append((await consumer.getone()).value)
    return values


async def test_a_record_comes_out_as_it_went_in(kafka: KafkaCluster) -> None:
    await create(kafka, "there-and-back")
    await send(kafka, "there-and-back", b"a call")
    assert await read(kafka, "there-and-back", 1) == [b"a call"]


async def test_three_brokers_go_on_without_one_and_it_catches_up(kafka3: KafkaCluster) -> None:
    await create(kafka3, "outage")
    await send(kafka3, "outage", b"before")
    kafka3.kill(2)
    await send(kafka3, "outage", b"during")
    kafka3.start_broker(2)
    await send(kafka3, "outage", b"after")
    assert await read(kafka3, "outage", 3) == [b"before", b"during", b"after"]


def test_without_java_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(KafkaMissingError, match="no `java`"):
        kafka_jars()
