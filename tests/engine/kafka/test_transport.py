"""Records reach the agents by the batch, and whatever ends an agent ends the worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka.errors import KafkaError

from streams.engine.kafka.transport import App, Batch
from streams.settings import Settings
from tests.engine.kafka.city import INPUTS, PARTIALS, PARTITIONS, PATIENCE, City, TPs, values
from tests.running import eventually


async def test_records_arrive_by_the_batch_in_their_order_and_each_once(city: City) -> None:
    for partition in (0, 5):
        await city.send("queue", *values(3000), partition=partition)
    worker = city.worker("anna")
    async with worker.at_work():
        await eventually(lambda: sum(worker.batches) >= 6000)
        await asyncio.sleep(0.3)  # time for a record too many to show up
    assert worker.seen == {city.tp("queue", p): values(3000) for p in (0, 5)}
    assert len(worker.batches) < 600


async def test_two_workers_share_and_a_calls_topics_stay_together(city: City) -> None:
    anna, bert = city.worker("anna"), city.worker("bert")
    async with anna.at_work(), bert.at_work():
        await eventually(lambda: len(anna.owned) == len(bert.owned) == 4 * 4 + 3)
        for worker in (anna, bert):
            together = {frozenset(worker.partitions(topic)) for topic in INPUTS}
            assert len(together) == 1
        assert anna.partitions("queue") | bert.partitions("queue") == set(range(PARTITIONS))
        assert len(anna.partitions(PARTIALS)) == len(bert.partitions(PARTIALS)) == 3


async def test_an_agents_exception_ends_the_worker_and_nothing_is_committed(city: City) -> None:
    await city.send("queue", *values(10))
    worker = city.worker("anna")

    async def stumble(batch: Batch) -> None:
        raise ValueError("no such line")

    worker.work = stumble
    with pytest.raises(ValueError, match="no such line"):
        await asyncio.wait_for(worker.app.run(), PATIENCE)
    assert worker.chapters == ["assigned"]
    assert await city.committed(city.tp("queue", 0)) == [None]
    successor = city.worker("bert")
    async with successor.at_work():
        await eventually(lambda: sum(successor.batches) == 10)
    assert successor.seen == {city.tp("queue", 0): values(10)}


async def test_an_agent_that_just_ends_ends_the_worker_too(city: City) -> None:
    await city.send("queue", b"a call")
    app = App(city.prefix + "group", Settings(broker=city.bootstrap), web_enabled=False)

    @app.agent(app.topic(city.prefix + "queue"), name="short-lived")
    async def intake(stream: AsyncIterator[Batch]) -> None:
        async for _ in stream:
            return

    with pytest.raises(RuntimeError, match="agent short-lived ended"):
        await asyncio.wait_for(app.run(), PATIENCE)


@pytest.mark.parametrize("hook", ["on_assigned", "on_revoked"])
async def test_a_hooks_exception_ends_the_worker(city: City, hook: str) -> None:
    worker = city.worker("anna")

    async def fail(tps: TPs) -> None:
        raise OSError("the changelog is gone")

    setattr(worker.app, hook, fail)
    with pytest.raises(OSError, match="the changelog is gone"):
        async with worker.at_work():
            pass


async def test_topics_that_do_not_fit_end_the_worker_with_their_names(city: City) -> None:
    worker = city.worker("anna")
    worker.app.groups = [[city.prefix + topic for topic in [*INPUTS, PARTIALS]]]
    with pytest.raises(KafkaError, match="same number of partitions"):
        await asyncio.wait_for(worker.app.run(), PATIENCE)


async def test_every_caller_of_stop_waits_for_the_last_checkpoint(city: City) -> None:
    worker = city.worker("anna")
    finished = []

    async def slow_checkpoint(tps: TPs) -> None:
        await asyncio.sleep(0.3)
        finished.append(tps)

    worker.app.on_revoked = slow_checkpoint
    async with worker.at_work():
        first = asyncio.create_task(worker.app.stop())
        await asyncio.sleep(0.1)
        assert not finished
        await worker.app.stop()
        assert finished
        await first
