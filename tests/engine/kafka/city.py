"""A city that phones, as far as the transport needs one: its topics, and workers that read them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.engine.kafka.transport import App, Batch
from streams.settings import Settings
from tests.running import eventually

INPUTS = ["call-start", "menu-choice", "queue", "hangup"]
PARTIALS = "line-partials"
PARTITIONS = 8

#: No wait in these tests takes longer than a rebalance among workers that answer.
PATIENCE = 20.0

TPs = frozenset[TopicPartition]


class City:
    """Topics of one test on one broker, and the calls that are sent to them."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.bootstrap = bootstrap
        self.prefix = prefix

    async def create_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.create_topics(
                [NewTopic(self.prefix + name, PARTITIONS, 1) for name in INPUTS]
                + [NewTopic(self.prefix + PARTIALS, 6, 1)]
            )
        finally:
            await admin.close()

    def tp(self, topic: str, partition: int) -> TopicPartition:
        return TopicPartition(self.prefix + topic, partition)

    async def send(self, topic: str, *values: bytes, partition: int = 0) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            for value in values:
                await producer.send(self.prefix + topic, value, partition=partition)
            await producer.flush()

    async def committed(self, *tps: TopicPartition) -> list[int | None]:
        async with AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=self.prefix + "group"
        ) as consumer:
            return [await consumer.committed(tp) for tp in tps]

    def worker(self, name: str, **settings: Any) -> Worker:
        return Worker(self, name, settings)


class Worker:
    """A worker that writes down what it lives through, and commits only when it is revoked."""

    def __init__(self, city: City, name: str, settings: dict[str, Any]) -> None:
        self.name = name
        self.seen: dict[TopicPartition, list[bytes]] = {}
        self.batches: list[int] = []
        self.story: list[tuple[str, TPs]] = []
        self.next: dict[TopicPartition, int] = {}
        self.work: Callable[[Batch], Awaitable[None]] | None = None
        self.app = App(
            city.prefix + "group",
            Settings(broker=city.bootstrap),
            groups=[[city.prefix + topic for topic in INPUTS]],
            web_enabled=False,
            **{"broker_session_timeout": 6.0, "broker_heartbeat_interval": 0.3} | settings,
        )
        self.app.on_assigned = self.on_assigned
        self.app.on_revoked = self.on_revoked
        for topic in [*INPUTS, PARTIALS]:
            self.app.agent(self.app.topic(city.prefix + topic), name=topic)(self.intake)

    async def intake(self, stream: AsyncIterator[Batch]) -> None:
        async for batch in stream:
            if self.work is not None:
                await self.work(batch)
            self.batches.append(len(batch))
            self.seen.setdefault(batch.tp, []).extend(record.value for record in batch.records)
            self.next[batch.tp] = batch.records[-1].offset + 1

    async def on_assigned(self, tps: TPs) -> Mapping[TopicPartition, int] | None:
        self.story.append(("assigned", tps))
        return None

    async def on_revoked(self, tps: TPs) -> None:
        await self.commit(tps)
        self.story.append(("revoked", tps))

    async def commit(self, tps: TPs) -> None:
        await self.app.consumer.commit({tp: self.next[tp] for tp in tps if tp in self.next})

    @property
    def chapters(self) -> list[str]:
        return [what for what, _ in self.story]

    @property
    def owned(self) -> TPs:
        return self.app.consumer.owned

    def partitions(self, topic: str) -> set[int]:
        return {tp.partition for tp in self.owned if tp.topic.endswith("." + topic)}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Worker]:
        """Runs until the end of the block, and then must not have crashed."""
        running = asyncio.create_task(self.app.run())
        try:
            await eventually(lambda: bool(self.owned) or running.done())
            yield self
        finally:
            await self.app.stop()
            await asyncio.wait_for(running, PATIENCE)


def values(count: int) -> list[bytes]:
    return [b"%05d" % n for n in range(count)]
