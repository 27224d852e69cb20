"""A worker: the Faust app, its five agents, and what it does when partitions come and go."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from aiokafka import TopicPartition

from streams.domain.board import Board
from streams.domain.plan import Plan
from streams.engine import checkpoints, topics
from streams.engine.clocks import Clock, WallClock
from streams.engine.failpoints import reach
from streams.engine.lines import LineOwner
from streams.engine.recovery import read_back, read_to_end
from streams.engine.routes import Routes
from streams.engine.source import Counts, Source
from streams.engine.transport import App, Batch
from streams.engine.web import serve
from streams.engine.writer import Writer
from streams.settings import Settings

log = logging.getLogger(__name__)

PENDING_AT_MOST = 200_000
"""Events merged and not yet in a checkpoint, above which intake waits for it: about 100 MB, and a
second of work, so that a slow broker slows the worker down instead of filling its memory."""

WRITE_TIMEOUT = 30.0
"""Seconds for one transaction. A broker that loses its leader has a new one in about ten."""


class Worker:
    """Everything that one process of the application does.

    Attributes:
        settings, plan, clock: what it goes by.
        app: the Faust app; ``await worker.run()`` runs it until ``stop()``.
        sources: the source partitions owned now.
        owners: the partitions of line partials owned now.
        counts: what was counted since the start.
        name: host and process, for metrics and logs.
    """

    def __init__(self, settings: Settings, plan: Plan, clock: Clock | None = None) -> None:
        self.settings = settings
        self.plan = plan
        self.clock = clock or WallClock()
        self.counts = Counts()
        self.sources: dict[int, Source] = {}
        self.owners: dict[int, LineOwner] = {}
        self.checkpoints = Timings()
        self.recovered: dict[int, tuple[float, int]] = {}  # seconds, records
        self.last_checkpoint: float | None = None
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._writers: dict[int, Writer] = {}
        self._line_writers: dict[int, Writer] = {}
        self._routes: Routes | None = None
        self._checkpointing = asyncio.Lock()
        self._room = asyncio.Event()
        self._room.set()
        self._ticking: asyncio.Task[None] | None = None
        self.app = self._create_app()
        serve(self)

    # -- running

    async def run(self) -> None:
        """Works until ``stop()``; raises what ended it, if something did."""
        self._ticking = asyncio.create_task(self.app.or_crash(self._tick()))
        try:
            await self.app.run()
        finally:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
            await self._let_go(self._writers, set(self._writers))
            await self._let_go(self._line_writers, set(self._line_writers))

    async def stop(self) -> None:
        """Ends at a checkpoint and leaves the group."""
        await self.app.stop()

    def ready(self) -> bool:
        """Whether everything assigned has been recovered and is shown."""
        return bool(self.app.consumer.owned) and all(o.shown for o in self.owners.values())

    def boards(self) -> list[Board]:
        """The boards that may be shown."""
        return [owner.board for owner in self.owners.values() if owner.shown]

    def _create_app(self) -> App:
        settings = self.settings
        app = App(
            settings.app,
            broker=";".join(f"kafka://{host}" for host in settings.broker.split(",")),
            groups=[set(topics.INPUTS)],
            broker_session_timeout=settings.session_seconds,
            broker_heartbeat_interval=settings.session_seconds / 3,
            broker_rebalance_timeout=60.0,
            consumer_auto_offset_reset="earliest",
            web_enabled=True,
            web_bind=settings.web_host,
            web_host=settings.web_host,
            web_port=settings.web_port,
            web_in_thread=False,
        )
        app.on_assigned = self._assigned
        app.on_revoked = self._revoked
        for topic in topics.INPUTS:
            app.agent(app.topic(topic), name=topic)(self._intake)
        app.agent(app.topic(topics.PARTIALS), name=topics.PARTIALS)(self._lines)
        return app

    # -- the agents

    async def _intake(self, batches: AsyncIterator[Batch]) -> None:
        async for batch in batches:
            source = self.sources[batch.tp.partition]
            source.take(batch.tp.topic, batch.records)
            if self._pending() > PENDING_AT_MOST:
                self._room.clear()
            await self._room.wait()
            await asyncio.sleep(0)  # heartbeats, checkpoints and scrapes get their turn

    async def _lines(self, batches: AsyncIterator[Batch]) -> None:
        async for batch in batches:
            self.owners[batch.tp.partition].take(batch.records)
            await asyncio.sleep(0)

    def _pending(self) -> int:
        return sum(source.pending for source in self.sources.values())

    # -- checkpoints

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self.settings.checkpoint_seconds)
            consumer = self.app.consumer
            if consumer.owned:
                await self._checkpoint(consumer.owned)

    async def _checkpoint(self, owned: frozenset[TopicPartition]) -> None:
        async with self._checkpointing:
            begun = time.monotonic()
            consumer = self.app.consumer
            mine = {tp.partition for tp in owned if tp.topic in topics.INPUTS}
            await checkpoints.of_sources(
                [source for partition, source in self.sources.items() if partition in mine],
                self._writers,
                self._read_to_end,
                consumer.generation,
                self._commit,
            )
            lines = {tp.partition for tp in owned if tp.topic == topics.PARTIALS}
            await checkpoints.of_lines(
                [owner for partition, owner in self.owners.items() if partition in lines],
                self._line_writers,
                self._commit,
            )
            self.last_checkpoint = time.time()
            self.checkpoints.take(time.monotonic() - begun)
            self._room.set()

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self.app.consumer.commit(offsets)

    def _read_to_end(self, tp: TopicPartition) -> int | None:
        instant = self.app.consumer.read_to_end_at(tp)
        return None if instant is None else self.clock.at(instant)

    # -- partitions come and go

    async def _assigned(self, tps: frozenset[TopicPartition]) -> Mapping[TopicPartition, int]:
        consumer = self.app.consumer
        routes = await self._find_routes()
        sources = {tp.partition for tp in tps if tp.topic in topics.INPUTS}
        lines = {tp.partition for tp in tps if tp.topic == topics.PARTIALS}
        kept = {tp.partition for tp in consumer.retained if tp.topic in topics.INPUTS}
        kept_lines = {tp.partition for tp in consumer.retained if tp.topic == topics.PARTIALS}
        kept &= set(self.sources)
        kept_lines &= set(self.owners)

        await self._let_go(self._writers, set(self._writers) - kept)
        await self._let_go(self._line_writers, set(self._line_writers) - kept_lines)
        for partition in set(self.sources) - kept:
            del self.sources[partition]
        for partition in set(self.owners) - kept_lines:
            del self.owners[partition]

        await self._start_writers(self._writers, sources - kept, "source")
        await self._start_writers(self._line_writers, lines - kept_lines, "lines")
        await self._recover(sources - kept, routes)
        await self._take_lines(lines - kept_lines, routes)
        starts = {
            TopicPartition(topic, partition): position
            for partition in sources
            for topic, position in self.sources[partition].positions.items()
        }
        for partition in lines:
            starts[TopicPartition(topics.PARTIALS, partition)] = self.owners[partition].position
        return starts

    async def _recover(self, partitions: set[int], routes: Routes) -> None:
        begun = time.monotonic()
        restored = await read_back(self.settings.broker, partitions, self._recovering)
        for partition, state in restored.items():
            source = Source(partition, self.plan, routes, self.counts)
            source.restore(state)
            self.sources[partition] = source
            self.recovered[partition] = time.monotonic() - begun, state.records
        if partitions:
            log.info(
                "recovered",
                extra={
                    "partitions": sorted(partitions),
                    "seconds": round(time.monotonic() - begun, 3),
                    "records": sum(state.records for state in restored.values()),
                },
            )

    def _recovering(self, partition: int, records: int) -> None:
        self.recovered[partition] = 0.0, records

    async def _take_lines(self, partitions: set[int], routes: Routes) -> None:
        tps = [TopicPartition(topics.PARTIALS, partition) for partition in partitions]
        ends = await self.app.consumer.end_offsets(tps) if tps else {}
        for tp in tps:
            committed = await self.app.consumer.committed(tp) or 0
            self.owners[tp.partition] = LineOwner(
                tp.partition, self.plan, routes, committed, ends[tp]
            )
        await read_to_end(
            self.settings.broker,
            topics.ALERTS,
            partitions,
            lambda partition, records: self.owners[partition].restore(records),
        )

    async def _revoked(self, tps: frozenset[TopicPartition]) -> None:
        reach("revoking")
        await self._checkpoint(tps)

    async def _start_writers(self, into: dict[int, Writer], partitions: set[int], of: str) -> None:
        async def start(partition: int) -> None:
            name = f"{self.settings.app}-{of}-{partition}"
            writer = Writer(self.settings.broker, name, WRITE_TIMEOUT)
            await writer.start()
            into[partition] = writer

        await asyncio.gather(*(start(partition) for partition in sorted(partitions)))

    async def _let_go(self, writers: dict[int, Writer], partitions: set[int]) -> None:
        gone = [writers.pop(partition) for partition in partitions]
        await asyncio.gather(*(writer.stop() for writer in gone), return_exceptions=True)

    async def _find_routes(self) -> Routes:
        if self._routes is None:
            counts = {
                topic: await self.app.consumer.partitions_of(topic)
                for topic in (*topics.INPUTS, topics.PARTIALS, topics.STATE)
            }
            inputs = {counts[topic] for topic in (*topics.INPUTS, topics.STATE)}
            if len(inputs) != 1:
                listed = ", ".join(f"{topic} {count}" for topic, count in counts.items())
                raise topics.TopicsError(
                    f"the input topics and {topics.STATE} must have equal partitions: {listed}"
                )
            self._routes = Routes(inputs.pop(), counts[topics.PARTIALS], counts[topics.PARTIALS])
        return self._routes


class Timings:
    """How long something took, in buckets for a Prometheus histogram."""

    BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

    def __init__(self) -> None:
        self.counts = [0] * (len(self.BOUNDS) + 1)
        self.sum = 0.0

    def take(self, seconds: float) -> None:
        """Counts one duration."""
        self.sum += seconds
        for index, bound in enumerate(self.BOUNDS):
            if seconds <= bound:
                self.counts[index] += 1
                return
        self.counts[-1] += 1
