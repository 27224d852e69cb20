"""Records by the batch: how Kafka's records reach the agents.

Faust hands its agents one record at a time, with four tasks and three turns of the event loop for
each, and its consumer commits offsets on its own: before outputs have left the process, past
failures, and past events whose agent raised. Here an agent gets what one fetch brought from one
partition as one `Batch`, and no offset is ever committed but by `Consumer.commit`. What Faust is
good at stays: the app and its settings, agents and streams, the tree of services, the web server.

It all hangs on Faust's own extension points: an app has a transport, and a transport brings its
own consumer and conductor. Each class says what it replaces upstream and why;
`tests/engine/test_upstream_guard.py` fails when any of that changes.

From an agent's point of view::

    app = App("reachline", Settings(broker="kafka-1:9092"), groups=[INPUT_TOPICS])
    app.on_assigned = restore  # before anything is fetched; says where to start
    app.on_revoked = checkpoint  # before anybody else gets the partitions

    @app.agent(app.topic("contact.queue"))
    async def queue(batches):
        async for batch in batches:
            ...  # an exception here ends the worker, and nothing is committed
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any

import faust
from aiokafka import TopicPartition
from faust.agents import Agent
from faust.app.base import BootStrategy
from faust.transport import base
from faust.transport.conductor import Conductor
from mode import Service

from streams.engine.kafka.batches import Batch, BatchQueue
from streams.engine.kafka.broker_time import BrokerTime
from streams.engine.kafka.consumer import Consumer
from streams.engine.kafka.forms import Written
from streams.settings import Settings

__all__ = ["App", "Batch", "Transport"]


class BatchConductor(Conductor):  # type: ignore[misc]
    """Subscribes the consumer to the topics of all queues, once.

    Replaces `Conductor._subscriber` (faust/transport/conductor.py:311-354), which waits for tables,
    watches for agents that come later, and dispatches record by record.
    """

    @Service.task  # type: ignore[untyped-decorator]
    async def _subscriber(self) -> None:
        await self.app.agents.wait_until_agents_started()
        queues: dict[str, list[BatchQueue]] = {}
        for channel in self:
            for topic in channel.topics:
                queues.setdefault(topic, []).append(channel.queue)
        if queues and not self.should_stop:
            await self.app.or_crash(self.app.consumer.subscribe(queues))


class BatchAgent(Agent):  # type: ignore[misc]
    """An agent whose end ends the worker.

    Replaces `Agent._execute_actor` (faust/agents/agent.py:694-714), which starts an agent that
    raised again as if its event had been dealt with, and does not notice one that returns.
    """

    async def _execute_actor(self, coro: Awaitable[None], aref: Any) -> None:
        await self.app.or_crash(coro)
        if not self.app.should_stop:
            await self.app.crash(RuntimeError(f"agent {self.name} ended while its topic goes on"))


class _Boot(BootStrategy):  # type: ignore[misc]
    """What an app starts: the web server, the consumer, the agents. The producers are ours."""

    enable_kafka_producer = False
    enable_sensors = False  # they watch single events

    def kafka_consumer(self) -> Iterable[Service]:
        return [self.app.consumer]

    def tables(self) -> Iterable[Service]:
        return []


class App(faust.App):  # type: ignore[misc]
    """A Faust app whose agents get batches, and that owns its offsets.

    `kafka` says how the broker is spoken to; Faust's own settings of that are not asked. `groups`
    are the sets of topics whose equal partitions must be on one worker; `needs` are topics without
    which no work begins, beside those that the agents read. Set the two hooks before
    `start()`; an exception in either ends the worker.
    """

    BootStrategy = _Boot

    #: Awaited with the partitions of a new assignment, before anything of them is fetched. Gives
    #: the offset to start from for each; those that it leaves out start where the group committed.
    on_assigned: Callable[
        [frozenset[TopicPartition]], Awaitable[Mapping[TopicPartition, int] | None]
    ]
    #: Awaited with the partitions given up, after the agents have finished what they had begun and
    #: before anybody else can have them. Not awaited after a crash.
    on_revoked: Callable[[frozenset[TopicPartition]], Awaitable[None]]

    def __init__(
        self,
        id: str,
        kafka: Settings,
        *,
        groups: Iterable[Collection[str]] = (),
        needs: Iterable[str] = (),
        **options: Any,
    ) -> None:
        self.kafka = kafka
        self.groups = list(groups)
        self.needs = frozenset(needs)
        self.written = Written(kafka.form)
        self.broker_time = BrokerTime()
        self.on_assigned = _from_the_commits
        self.on_revoked = _nothing_to_keep
        self._stopping: asyncio.Task[None] | None = None
        super().__init__(id, **{"Agent": BatchAgent, "autodiscover": False, **options})

    async def or_crash(self, work: Awaitable[None]) -> None:
        """Await `work`; any exception of it is the end of the worker."""
        try:
            await work
        except Exception as problem:
            await self.crash(problem)

    async def run(self) -> None:
        """Start, work until `stop()` is called, and raise what ended it, if something did.

        Instead of Faust's `Worker`, which wants the main thread, its own loop and the signals.
        """
        try:
            await self.start()
            await self.wait_until_stopped()
        finally:
            await self.stop()
        if self.crash_reason is not None:
            raise self.crash_reason

    async def stop(self) -> None:
        """Give up the partitions, stop the agents, leave the group; every caller waits for it.

        In `mode/services.py:934` a second caller returns at once, and a cancelled one stops
        half-way: in the middle of the last checkpoint, perhaps.
        """
        if self._stopping is None:
            self._stopping = asyncio.create_task(super().stop())
        await asyncio.shield(self._stopping)

    def _new_transport(self) -> Transport:
        # Replaces faust/app/base.py:1932, which looks a transport up by the scheme of the URL: this
        # app and this transport only make sense together, whatever the URL says.
        return Transport(self.conf.broker_consumer, self)

    def FlowControlQueue(self, maxsize: int | None = None, **options: Any) -> BatchQueue:  # noqa: N802
        """Replaces faust/app/base.py:1950: every channel's queue is a queue of batches."""
        return BatchQueue(maxsize or 0, flow_control=self.flow_control, **options)

    async def _stop_consumer(self) -> None:
        # Replaces faust/app/base.py:1723-1739, whose last commit covers what it has just discarded.
        if self._consumer is not None and self.consumer.started:
            await self.or_crash(self.consumer.release())

    async def _wait_for_table_recovery_completed(self) -> bool:
        return False  # faust/app/base.py:637 waits for tables; there are none

    def _create_directories(self) -> None:
        """Replaces faust/app/base.py:1972: nothing is kept on disk, so nothing is created."""


async def _from_the_commits(partitions: frozenset[TopicPartition]) -> None:
    return None


async def _nothing_to_keep(partitions: frozenset[TopicPartition]) -> None:
    return None


class Transport(base.Transport):  # type: ignore[misc]
    """Kafka, read by the batch."""

    Conductor = BatchConductor
    default_port = 9092
    driver_version = "aiokafka, by the batch"

    def create_consumer(self, callback: Any, **kwargs: Any) -> Consumer:
        # faust/transport/base.py:87 passes callbacks for single records and for Faust's rebalance.
        return Consumer(self.app, loop=self.loop, beacon=kwargs["beacon"])
