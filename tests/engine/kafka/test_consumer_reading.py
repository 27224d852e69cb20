"""What is read of partitions, how far, and what of it is committed."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.engine.kafka import consumer as consumers
from streams.engine.kafka.transport import Batch
from tests.brokers import KafkaCluster
from tests.engine.kafka.city import PARTIALS, PARTITIONS, City, TPs, values
from tests.running import eventually


async def test_the_broker_is_asked_how_many_partitions_any_topic_has(city: City) -> None:
    async with city.worker("anna").at_work() as anna:
        counts = await anna.app.consumer.partitions()
    topics = (city.prefix + "queue", city.prefix + PARTIALS, city.prefix + "nothing")
    assert [counts.get(topic) for topic in topics] == [PARTITIONS, 6, None]


async def test_a_worker_waits_for_topics_that_are_still_to_be_created(
    bootstrap: str, prefix: str
) -> None:
    city = City(bootstrap, prefix)
    worker = city.worker("anna")
    running = asyncio.create_task(worker.app.run())
    await asyncio.sleep(0.5)
    await city.create_topics()
    await eventually(lambda: len(worker.owned) == 38)
    await worker.app.stop()
    await running


async def test_a_commit_that_the_broker_does_not_take_raises(city: City) -> None:
    anna, bert = city.worker("anna"), city.worker("bert")
    async with anna.at_work():
        await anna.app.consumer.commit({city.tp("queue", 0): 3})
        assert await city.committed(city.tp("queue", 0)) == [3]
        assert await anna.app.consumer.committed(city.tp("queue", 0)) == 3
        assert await anna.app.consumer.committed(city.tp("queue", 1)) is None
        async with bert.at_work():
            await eventually(lambda: len(anna.owned) == len(bert.owned) == 19)
            (lost,) = [tp for tp in bert.owned if tp.topic.endswith(".queue")][:1]
            with pytest.raises(KafkaError):
                await anna.app.consumer.commit({lost: 9})
        assert await city.committed(lost) != [9]


async def test_a_slow_agent_is_not_buried_in_batches(city: City) -> None:
    await city.send("queue", *values(200))
    worker = city.worker("anna")
    worker.app.consumer.max_poll_records = 1
    go_on = asyncio.Event()

    async def wait(batch: Batch) -> None:
        await go_on.wait()

    worker.work = wait
    async with worker.at_work():
        tp = city.tp("queue", 0)
        await eventually(lambda: (worker.app.consumer.position(tp) or 0) > 0)
        await asyncio.sleep(0.5)
        assert worker.app.consumer.position(tp) == consumers.MAX_BATCHES
        assert worker.app.consumer.read_to_end_at(tp) is None
        worker.app.consumer.max_poll_records = 50
        go_on.set()
        await eventually(lambda: sum(worker.batches) == 200)
    assert worker.seen == {tp: values(200)}
    assert max(worker.batches) == 50


async def test_what_was_fetched_and_given_back_is_not_taken_for_read(city: City) -> None:
    """Else the last checkpoint of a worker that stops would call everything after it late."""
    await city.send("queue", *values(3))
    worker = city.worker("anna")
    worker.app.consumer.max_poll_records = 1
    go_on = asyncio.Event()
    tp = city.tp("queue", 0)
    ends: list[int | None] = []

    async def wait(batch: Batch) -> None:
        await go_on.wait()

    async def last_checkpoint(tps: TPs) -> None:
        ends.append(worker.app.consumer.read_to_end_at(tp))

    worker.work = wait
    worker.app.on_revoked = last_checkpoint
    async with worker.at_work():
        await eventually(lambda: worker.app.consumer.position(tp) == 3)
        stopping = asyncio.create_task(worker.app.stop())
        await asyncio.sleep(0.3)
        ends.append(worker.app.consumer.read_to_end_at(tp))
        go_on.set()
        await stopping
    assert worker.seen == {tp: values(1)}
    assert ends == [None, None]


async def test_a_partition_that_is_held_back_waits_and_loses_nothing(city: City) -> None:
    worker = city.worker("anna")
    async with worker.at_work():
        worker.app.consumer.pause([city.tp("queue", 0)])
        await city.send("queue", *values(10), partition=0)
        await city.send("queue", *values(10), partition=1)
        await eventually(lambda: sum(worker.batches) == 10)
        await asyncio.sleep(0.5)
        assert list(worker.seen) == [city.tp("queue", 1)]
        worker.app.consumer.resume([city.tp("queue", 0)])
        await eventually(lambda: sum(worker.batches) == 20)
    assert worker.seen[city.tp("queue", 0)] == values(10)


async def test_when_a_topic_has_been_read_to_its_end_is_known_for_empty_ones_too(
    city: City,
) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=city.bootstrap, transactional_id=city.prefix + "pbx"
    ) as producer:
        async with producer.transaction():
            await producer.send(city.prefix + "queue", b"a call", partition=0)
        # What was taken back again is nothing to read, though it has an offset.
        await producer.begin_transaction()
        await producer.send_and_wait(city.prefix + "queue", b"no call", partition=0)
        await producer.abort_transaction()
    worker = city.worker("anna")
    busy, empty = city.tp("queue", 0), city.tp("queue", 1)
    consumer = worker.app.consumer
    async with worker.at_work():
        await eventually(lambda: None not in (consumer.read_to_end_at(tp) for tp in (busy, empty)))
        assert worker.seen == {busy: [b"a call"]}
        assert consumer.position(busy) == consumer.highwater(busy) == 4
        assert await consumer.end_offsets([busy, empty]) == {busy: 4, empty: 0}
        before = consumer.read_to_end_at(empty)
        assert before is not None
        await eventually(lambda: (consumer.read_to_end_at(empty) or 0) > before)


async def test_a_silent_broker_does_not_pass_for_a_silent_city(
    kafka: KafkaCluster, prefix: str
) -> None:
    city = City(kafka.bootstrap, prefix)
    await city.create_topics()
    worker = city.worker("anna")
    tp = city.tp("queue", 0)
    async with worker.at_work():
        await eventually(lambda: worker.app.consumer.read_to_end_at(tp) is not None)
        kafka.pause()
        try:
            await asyncio.sleep(0.5)  # what was on its way has arrived
            before = worker.app.consumer.read_to_end_at(tp)
            await asyncio.sleep(1.5)
            assert worker.app.consumer.read_to_end_at(tp) == before
        finally:
            kafka.resume()
        assert before is not None
        await eventually(lambda: (worker.app.consumer.read_to_end_at(tp) or 0) > before)
