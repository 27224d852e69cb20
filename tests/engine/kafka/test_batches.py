"""The queue from the fetch loop to an agent: asking for the next batch is done with this one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from mode.utils.queues import FlowControlEvent

from streams.engine.kafka.batches import Batch, BatchQueue

A, B = TopicPartition("contact.queue", 0), TopicPartition("contact.queue", 1)


class Fetched:
    """Batches, and which of them were said to be done."""

    def __init__(self) -> None:
        self.done: list[TopicPartition] = []
        self.queue = BatchQueue(flow_control=FlowControlEvent(initially_suspended=False))

    def bring(self, tp: TopicPartition, count: int = 1) -> Batch:
        records: list[Any] = [None] * count
        batch = Batch(tp, records, self.done.append)
        self.queue.force_put_nowait(batch)
        return batch


async def test_a_batch_is_done_when_the_next_is_asked_for_and_not_before() -> None:
    fetched = Fetched()
    first, second = fetched.bring(A, 3), fetched.bring(B)
    assert await fetched.queue.get() is first
    assert len(first) == 3 and fetched.done == []
    assert await fetched.queue.get() is second
    assert fetched.done == [A]


async def test_an_agent_that_waits_for_more_is_done_with_what_it_had() -> None:
    fetched = Fetched()
    fetched.bring(A)
    await fetched.queue.get()
    waiting = asyncio.create_task(fetched.queue.get())
    await asyncio.sleep(0)
    assert fetched.done == [A] and not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    last = fetched.bring(B)
    assert await fetched.queue.get() is last
    assert fetched.done == [A], "each is done once"


async def test_what_is_discarded_is_what_the_agent_has_not_begun() -> None:
    fetched = Fetched()
    fetched.bring(A)
    fetched.bring(B)
    fetched.bring(B)
    await fetched.queue.get()
    assert fetched.queue.discard() == {B}
    assert fetched.done == [B, B], "the one that it has begun it finishes"
    assert fetched.queue.empty() and fetched.queue.discard() == set()
