"""A worker: the Faust app, its agents, and what it does when partitions come and go."""

import asyncio
import gc
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from functools import partial

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from streams.domain.board import Board
from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.engine import checkpoint_loop as checkpoints
from streams.engine.clocks import Clock, WallClock
from streams.engine.failpoints import failpoint
from streams.engine.http.pages import serve
from streams.engine.kafka import topics
from streams.engine.kafka.access import check_access
from streams.engine.kafka.read_to_end import read_back, read_to_end
from streams.engine.kafka.transport import App, Batch
from streams.engine.roles.alignment import too_far_ahead
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.contact_owner import UNKNOWN, Counts, Source
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.periods import Periods
from streams.engine.roles.role import Role
from streams.engine.roles.routes import Routes
from streams.engine.state.stored import Restored
from streams.settings import Settings
from streams.sinks.alertmanager import LASTS, Alertmanagers, addresses
from streams.sinks.links import Links

log = logging.getLogger(__name__)

COMMIT_PATIENCE = 30.0
"""Seconds for which commits of offsets may fail. Nothing is lost meanwhile, for the state has its
own positions; but who can't commit for longer is not in the group that it believes itself in."""

PENDING_AT_MOST = 25_000
"""Events merged and not yet in a checkpoint, above which intake waits for it: half a second's work,
so that heartbeats get their turn, and a slow broker slows the worker down instead of filling its
memory."""

MERGED_AT_ONCE = 50
"""Records merged between two looks at the time."""

TURN = 0.1
"""Seconds of merging after which heartbeats and scrapes get their turn amid a batch. A batch takes
some hundredths; but where all calls come under one call id, each event of it takes as long."""

COLLECT_AFTER = (50_000, 20, 20)
"""New objects before Python looks for garbage that refers to itself. Events and contacts never do;
at Python's own 700 the looking took a tenth to a third of the worker's time."""

CATCHING_UP = 20_000
"""Records not yet read above which checkpoints are made by the amount of work, not by the clock:
nobody looks at figures of yesterday, and a contact is read once instead of at every event."""

CATCHING_UP_SECONDS = 2.0
"""The longest between two checkpoints while catching up."""

LONG_AGO = HOUR
"""How far a partition's clock must be behind for its contacts to be read lazily, while catching up:
nothing of then is in the longest rolling window any more."""


class CommitError(Exception):
    """Offsets do not move; the worker must end."""


class Worker:
    """Everything that one process of the application does.

    Attributes:
        settings, plan, clock: what it goes by.
        app: the Faust app; ``await worker.run()`` runs it until ``stop()``.
        counts: what was counted since the start.
        last_checkpoint: when the last was durable, in seconds since 1970; None before the first.
        name: host and process, for metrics and logs.
    """

    def __init__(self, settings: Settings, plan: Plan, clock: Clock | None = None) -> None:
        self.settings = settings
        self.plan = plan
        self.clock = clock or WallClock()
        self.counts = Counts()
        self.checkpoints = Timings()
        self.recovered: dict[int, tuple[float, int]] = {}  # seconds, records
        self.last_checkpoint: float | None = None
        self._progressed = time.monotonic()
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        role = partial(Role, settings=settings)
        self._sources: Role[Source] = role("source", topics.INPUTS)
        self._lines: Role[LineOwner] = role("lines", [topics.PARTIALS])
        self._callers: Role[CallerOwner] = role("callers", [topics.CALLERS])
        self._routes: Routes | None = None
        self._committed = time.monotonic()
        self._refused: float | None = None  # since when commits are refused
        self._asking: asyncio.Task[None] | None = None  # whether the broker lets it in
        self._checkpointing = asyncio.Lock()
        self._broken = False
        self._room = asyncio.Event()
        self._room.set()
        self._full = asyncio.Event()
        self.alertmanagers = Alertmanagers(
            addresses(settings.alertmanagers),
            plan,
            Links(settings.runbooks, settings.grafana),
            clock=self.clock.now,
            certain=self._certain,
        )
        self.periods = Periods(settings, plan, self.clock, self.boards)
        self.app = self._create_app()
        serve(self)

    # -- running

    async def run(self) -> None:
        """Works until ``stop()``; raises what ended it, if something did: a `BrokerError` before
        anything else when no broker lets it in."""
        self._asking = asyncio.create_task(check_access(self.settings))
        try:
            await self._asking
        except asyncio.CancelledError:
            if self.app.should_stop:
                return
            raise
        gc.set_threshold(*COLLECT_AFTER)
        tasks = [
            asyncio.create_task(self.app.or_crash(self._tick())),
            asyncio.create_task(self.app.or_crash(self.alertmanagers.run())),
            asyncio.create_task(self.app.or_crash(self.periods.run())),
        ]
        try:
            await self.app.run()
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            for role in (self._sources, self._lines, self._callers):
                await role.let_go()

    async def stop(self) -> None:
        """Ends at a checkpoint and leaves the group."""
        if self._asking is not None:
            self._asking.cancel()  # where it still waits for an answer, there is nothing to leave
        await self.app.stop()

    @property
    def sources(self) -> dict[int, Source]:
        """The source partitions owned now."""
        return self._sources.owners

    @property
    def owners(self) -> dict[int, LineOwner]:
        """The partitions of line partials owned now."""
        return self._lines.owners

    def ready(self) -> bool:
        """Whether everything assigned has been recovered and is shown; nothing is, too."""
        return self.app.consumer.taken_over and all(o.shown for o in self.owners.values())

    def stalled_for(self) -> float:
        """Seconds since partitions were given to it or a checkpoint was made; 0 while it is idle or
        recovers, which has a limit of its own."""
        return time.monotonic() - self._progressed if self.app.consumer.owned else 0.0

    def boards(self) -> list[Board]:
        """The boards that may be shown."""
        return [owner.board for owner in self.owners.values() if owner.shown]

    def _create_app(self) -> App:
        settings = self.settings
        app = App(
            settings.app,
            settings,
            groups=[set(topics.INPUTS)],
            needs=topics.ALL,
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
        app.agent(app.topic(topics.PARTIALS), name=topics.PARTIALS)(self._add_up)
        app.agent(app.topic(topics.CALLERS), name=topics.CALLERS)(self._remember)
        return app

    # -- the agents

    async def _intake(self, batches: AsyncIterator[Batch]) -> None:
        async for batch in batches:
            source = self.sources[batch.tp.partition]
            turn = time.monotonic()
            for begin in range(0, len(batch), MERGED_AT_ONCE):
                if time.monotonic() - turn > TURN:
                    await asyncio.sleep(0)
                    turn = time.monotonic()
                source.take(batch.tp.topic, batch.records[begin : begin + MERGED_AT_ONCE])
            self._align(source)
            if self._pending() > PENDING_AT_MOST:
                self._room.clear()
                self._full.set()
            await self._room.wait()
            await asyncio.sleep(0)  # heartbeats, checkpoints and scrapes get their turn

    async def _add_up(self, batches: AsyncIterator[Batch]) -> None:
        async for batch in batches:
            self.owners[batch.tp.partition].take(batch.records)
            await asyncio.sleep(0)

    async def _remember(self, batches: AsyncIterator[Batch]) -> None:
        async for batch in batches:
            self._callers.owners[batch.tp.partition].take(batch.records)
            await asyncio.sleep(0)

    def _align(self, source: Source) -> None:
        """Lets the topics of a source partition wait for each other."""
        consumer = self.app.consumer
        tps = {topic: TopicPartition(topic, source.partition) for topic in topics.INPUTS}
        unread = [
            topic
            for topic, tp in tps.items()
            if topic not in source.fruitless
            and (consumer.highwater(tp) or 0) > (consumer.position(tp) or 0)
        ]
        waiting = too_far_ahead(source.newest, unread)
        consumer.pause(tps[topic] for topic in waiting)
        consumer.resume(tps[topic] for topic in tps.keys() - waiting)

    def _lag(self) -> int:
        """Input records not yet merged, as far as fetches have told; those of topics of which
        nothing was merged yet too."""
        consumer = self.app.consumer
        lag = 0
        for partition, source in self.sources.items():
            for topic in topics.INPUTS:
                tp = TopicPartition(topic, partition)
                position = source.positions.get(topic) or consumer.position(tp) or 0
                lag += max(0, (consumer.highwater(tp) or 0) - position)
        return lag

    def _pending(self) -> int:
        return sum(source.pending for source in self.sources.values())

    # -- checkpoints

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self.settings.checkpoint_seconds)
            if self._lag() > CATCHING_UP:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._full.wait(), CATCHING_UP_SECONDS)
            async with self._checkpointing:
                # Asked only now: while this waited for its turn, all may have been given up.
                owned = self.app.consumer.owned
                if owned:
                    await self._checkpoint(owned)
                    for source in self._sources.among(owned):
                        self._align(source)  # one may have come to its end
            # Owned or not: whoever gives partitions up waits for the agents, and they for room.
            self._full.clear()
            self._room.set()

    async def _checkpoint(self, owned: frozenset[TopicPartition]) -> None:
        begun = time.monotonic()
        self._broken = True
        generation = self.app.consumer.generation
        await checkpoints.of_sources(
            self._sources.among(owned),
            self._sources.writers,
            self._read_to_end,
            generation,
            self._commit,
            self.clock.now() - LONG_AGO if self._lag() > CATCHING_UP else UNKNOWN,
        )
        for line in self._lines.among(owned):
            if not line.shown:
                line.read_to(self._end_read(topics.PARTIALS, line.partition))
        changes = await checkpoints.of_lines(
            self._lines.among(owned), self._lines.writers, generation, self._commit
        )
        for change in changes:
            self.alertmanagers.tell(change.alert)
        for caller in self._callers.among(owned):
            if not caller.whole:
                caller.read_to(self._end_read(topics.CALLERS, caller.partition))
        await checkpoints.of_callers(
            self._callers.among(owned), self._callers.writers, generation, self._commit
        )
        self.last_checkpoint = time.time()
        self._progressed = time.monotonic()
        self.checkpoints.take(time.monotonic() - begun)
        self._broken = False

    def _end_read(self, topic: str, partition: int) -> int:
        """Where a partition ends that has been read to its end, be its last offsets no records;
        0 until then."""
        tp = TopicPartition(topic, partition)
        if self.app.consumer.read_to_end_at(tp) is None:
            return 0
        return self.app.consumer.position(tp) or 0

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        begun = time.monotonic()
        try:
            async with asyncio.timeout(COMMIT_PATIENCE):
                await self.app.consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError, TimeoutError) as error:
            # The group is rebalancing, or has gone on without this worker, which will hear of it.
            # What was written stands: whoever has the partitions next goes on from there.
            self._refused = self._refused or begun
            if isinstance(error, TimeoutError) or begun - self._refused > COMMIT_PATIENCE:
                raise CommitError(
                    f"offsets could not be committed for {COMMIT_PATIENCE:g} s: the group has gone "
                    "on without this worker, or the broker does not answer"
                ) from error
            log.warning("offsets not committed", extra={"why": str(error)})
        else:
            self._committed = time.monotonic()
            self._refused = None

    def _certain(self) -> bool:
        """Whether nobody else can own what this worker does: the group took its offsets lately."""
        waited = time.monotonic() - self._committed
        return waited < self.settings.session_seconds + 2 * self.settings.checkpoint_seconds

    def _read_to_end(self, tp: TopicPartition) -> int | None:
        instant = self.app.consumer.read_to_end_at(tp)
        return None if instant is None else self.clock.at(instant)

    # -- partitions come and go

    async def _assigned(self, tps: frozenset[TopicPartition]) -> Mapping[TopicPartition, int]:
        retained = self.app.consumer.retained
        self._committed = time.monotonic()
        self._refused = None
        routes = await self._find_routes()
        await self._sources.take_over(tps, retained, partial(self._recover, routes))
        await self._lines.take_over(tps, retained, partial(self._take_lines, routes))
        await self._callers.take_over(tps, retained, partial(self._take_callers, routes))
        # What has ended is over for any Alertmanager after as long as it believes in an alert.
        for line in self.owners.values():
            for alert in line.alerts(self.clock.now() - LASTS):
                self.alertmanagers.tell(alert)
        starts = {
            TopicPartition(topic, partition): position
            for partition, source in self.sources.items()
            for topic, position in source.positions.items()
        }
        for partition, line in self.owners.items():
            starts[TopicPartition(topics.PARTIALS, partition)] = line.position
        for partition, caller in self._callers.owners.items():
            starts[TopicPartition(topics.CALLERS, partition)] = caller.position
        self._progressed = time.monotonic()
        return starts

    async def _recover(self, routes: Routes, partitions: set[int]) -> dict[int, Source]:
        begun = time.monotonic()
        restored = await read_back(self.settings, partitions, self._recovering)
        await self._compare(restored)
        recovered = {}
        for partition, state in restored.items():
            source = recovered[partition] = Source(partition, self.plan, routes, self.counts)
            for _ in source.restore(state):
                await asyncio.sleep(0)
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
        return recovered

    async def _compare(self, restored: Mapping[int, Restored]) -> None:
        """Makes sure that the state is neither older nor newer than the topics that it is of."""
        consumer = self.app.consumer
        tps = [TopicPartition(topic, each) for topic in topics.INPUTS for each in restored]
        committed = await asyncio.gather(*(consumer.committed(tp) for tp in tps))
        ends = await consumer.end_offsets(tps) if tps else {}
        for tp, offset in zip(tps, committed, strict=True):
            restored[tp.partition].compare(tp.topic, offset or 0, ends[tp])

    def _recovering(self, partition: int, records: int) -> None:
        self.recovered[partition] = 0.0, records

    async def _take_lines(self, routes: Routes, partitions: set[int]) -> dict[int, LineOwner]:
        tps = [TopicPartition(topics.PARTIALS, partition) for partition in partitions]
        ends = await self.app.consumer.end_offsets(tps) if tps else {}
        taken = {}
        for tp in tps:
            taken[tp.partition] = LineOwner(tp.partition, self.plan, routes, ends[tp])
        await read_to_end(
            self.settings,
            topics.ALERTS,
            partitions,
            lambda partition, records: taken[partition].restore(records, self.clock.now()),
        )
        return taken

    async def _take_callers(self, routes: Routes, partitions: set[int]) -> dict[int, CallerOwner]:
        tps = [TopicPartition(topics.CALLERS, partition) for partition in partitions]
        ends = await self.app.consumer.end_offsets(tps) if tps else {}
        return {tp.partition: CallerOwner(tp.partition, routes, ends[tp]) for tp in tps}

    async def _revoked(self, tps: frozenset[TopicPartition]) -> None:
        failpoint("revoking")
        async with self._checkpointing:
            if self._broken:
                return  # a writer that has failed writes no more; the worker is ending
            await self._checkpoint(tps)
        # Whoever owns the lines next goes on telling of their alerts.
        self.alertmanagers.release()

    async def _find_routes(self) -> Routes:
        if self._routes is None:
            counts = await self.app.consumer.partitions()
            wrong = topics.misfits(counts, self.settings.broker)
            if wrong:
                raise topics.TopicsError("; ".join(wrong))
            sources = counts[next(iter(topics.INPUTS))]
            self._routes = Routes(sources, counts[topics.PARTIALS], counts[topics.CALLERS])
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
