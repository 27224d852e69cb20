"""Records by the batch: how Kafka's records reach the agents.

Faust hands its agents one record at a time, with four tasks and three turns of the event loop for
each, and its consumer commits offsets on its own: before outputs have left the process, past
failures, and past events whose agent raised. Here an agent gets what one fetch brought from one
partition as one `Batch`, and no offset is ever committed but by `Consumer.commit`. What Faust is
good at stays: the app and its settings, agents and streams, the tree of services, the web server.

It all hangs on Faust's own extension points: an app has a transport, and a transport brings its
own consumer and conductor. Each class says what it replaces upstream and why;
`tests/engine/test_upstream_guard.py` fails when any of that changes.

The consumer lives on the event loop of the app. (Faust's lives in a thread of its own, and every
fetch, seek and commit crosses over and back; nothing is won by it under the interpreter lock.)

From an agent's point of view::

    app = App("reachline", broker="kafka://127.0.0.1:9092", groups=[INPUT_TOPICS])
    app.on_assigned = restore  # before anything is fetched; says where to start
    app.on_revoked = checkpoint  # before anybody else gets the partitions

    @app.agent(app.topic("contact.queue"))
    async def queue(batches):
        async for batch in batches:
            ...  # an exception here ends the worker, and nothing is committed
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any
from weakref import WeakSet

import faust
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.structs import OffsetAndMetadata
from faust.agents import Agent
from faust.app.base import BootStrategy
from faust.transport import base
from faust.transport.conductor import Conductor
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth, server_list
from mode import Service
from mode.utils.queues import ThrowableQueue

from streams.engine.assignor import Assignor

#: Most records in one turn of the fetch loop; `Consumer.max_poll_records` may be set at any time.
#: 2000 records are some 10 ms of work: long enough that the path costs nothing per record, short
#: enough that heartbeats and web requests get their turn.
MAX_POLL_RECORDS = 2000

#: The fetch loop rests while agents have this many batches before them. With one, fetching and work
#: take turns and a tenth of the rate is lost; more than a few are only older when their turn comes.
MAX_BATCHES = 4

#: How long the broker may hold a fetch that finds nothing. A partition that was still being worked
#: on when the fetch went out has to wait for it: half a second, aiokafka's default, would be seen
#: on the wall. Five empty answers a second cost nothing.
FETCH_WAIT_MS = 200

#: The part of the rebalance time-out that giving up partitions may take: the broker's clock has run
#: since before this worker heard of the rebalance, and afterwards the rejoin has to reach it.
_REVOKE_SHARE = 0.8

#: Seconds between two looks for topics that are still to be created; each look logs a line.
_TOPICS_AGAIN = 1.0

#: How long one call of `getmany` waits; only how often the loop turns with nothing to do.
_POLL_MS = 1000


class Batch:
    """What one fetch brought from one partition: records in the order of their offsets."""

    __slots__ = ("_done", "records", "tp")

    def __init__(
        self,
        tp: TopicPartition,
        records: list[ConsumerRecord[bytes, bytes]],
        done: Callable[[TopicPartition], None],
    ) -> None:
        self.tp = tp
        self.records = records
        self._done = done

    def __len__(self) -> int:
        return len(self.records)

    @property
    def next_offset(self) -> int:
        """The offset to go on from when this batch has been dealt with."""
        return int(self.records[-1].offset) + 1

    def done(self) -> None:
        """No agent has this batch before it any longer."""
        self._done(self.tp)


class BatchQueue(ThrowableQueue):  # type: ignore[misc]
    """The way from the fetch loop to one agent.

    An agent that asks for the next batch is done with the one before: that is the only
    acknowledgement there is. Replaces the queue of `faust/app/base.py:1950`, and with it Faust's
    acks (`faust/transport/consumer.py:825-853`, `faust/_cython/streams.pyx:112-155`): a `Batch` is
    no Faust event, so the stream hands it through untouched.
    """

    _current: Batch | None = None

    async def get(self) -> Batch:
        self._finish()
        self._current = await super().get()
        return self._current

    def drop(self) -> None:
        """Take back what the agent has not begun."""
        waiting: deque[Batch] = self._queue
        while waiting:
            waiting.popleft().done()

    def _finish(self) -> None:
        finished, self._current = self._current, None
        if finished is not None:
            finished.done()


class Consumer(Service):  # type: ignore[misc]
    """Fetches batches for the agents, and takes partitions over and gives them up.

    Stands in the place of `faust.transport.drivers.aiokafka.Consumer` without deriving from it:
    everything in that class serves single records, their acks and the commits that follow from them
    (`faust/transport/consumer.py:393-1258`). It keeps of its interface what the rest of Faust asks
    of a consumer when there are no tables: to be a service, and `unacked`.

    A partition's way: *assigned* (paused, nothing fetched) -> `App.on_assigned` restores its state
    and says where to start -> fetched -> *revoked*: fetching stops, agents finish the batch they
    have begun -> `App.on_revoked` -> only now the group's rebalance goes on. A rebalance that comes
    during `on_assigned` cancels it, and `on_revoked` is not called for what was never taken over.
    """

    def __init__(self, app: App, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.app = app
        self.unacked: WeakSet[Any] = WeakSet()  # asked for by faust/streams.py:1245, ever empty
        self._unacked_messages = self.unacked  # the same, by faust/_cython/streams.pyx:56
        self.max_poll_records = MAX_POLL_RECORDS
        #: Partitions whose state is restored and whose records flow.
        self.owned: frozenset[TopicPartition] = frozenset()
        #: Of those being assigned, the ones that nobody else can have owned since this worker did:
        #: what it remembers of them is current.
        self.retained: frozenset[TopicPartition] = frozenset()
        self.generation = -1
        self._queues: dict[str, list[BatchQueue]] = {}
        self._unfinished: Counter[TopicPartition] = Counter()
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._held_back: set[TopicPartition] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._count()

    # -- what the engine uses

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit the offsets to go on from; returns when the broker has them, else raises.

        Raises KafkaError when the group has gone on without this worker, TimeoutError when the
        broker does not answer. Replaces `AIOKafkaConsumerThread._commit` (`faust/transport/drivers/
        aiokafka.py:794-825`), which reports a lost group as False, and its caller, which then goes
        on as if committed (`faust/transport/consumer.py:1080`).
        """
        if not offsets:
            return  # aiokafka takes offence at nothing to commit
        async with asyncio.timeout(self.app.conf.broker_request_timeout):
            await self._kafka.commit(
                {tp: OffsetAndMetadata(offset, "") for tp, offset in offsets.items()}
            )

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        """Fetch nothing more from these. Batches already with the agents come through."""
        self._held_back.update(partitions)
        self._kafka.pause(*self._held_back.intersection(self._kafka.assignment()))

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        """Fetch from these again."""
        released = self._held_back.intersection(partitions)
        self._held_back -= released
        self._kafka.resume(*released.intersection(self.owned))

    def seek(self, tp: TopicPartition, offset: int) -> None:
        """Go on from `offset`. Batches already with the agents come through."""
        self._kafka.seek(tp, offset)

    def position(self, tp: TopicPartition) -> int | None:
        """The offset to be fetched next; None when not assigned or not yet known."""
        state = self._state(tp)
        return state.position if state is not None and state.has_valid_position else None

    def highwater(self, tp: TopicPartition) -> int | None:
        """The offset after the last record, as the last answered fetch had it; None before one."""
        state = self._state(tp)
        return None if state is None else state.highwater

    def read_to_end_at(self, tp: TopicPartition) -> int | None:
        """When everything in the partition was last known to be read and dealt with.

        In microseconds since the epoch, from the last fetch that the broker answered, so it stands
        still when the broker does; None while records wait. It moves on for an empty partition too.
        """
        state = self._state(tp)
        if state is None or state.timestamp is None or self._unfinished[tp]:
            return None
        if not state.has_valid_position or state.position < state.highwater:
            return None
        return int(state.timestamp) * 1000

    async def end_offsets(
        self, partitions: Collection[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Ask the broker for the ends of partitions, as far as transactions are complete."""
        ends: dict[TopicPartition, int] = await self._kafka.end_offsets(list(partitions))
        return ends

    async def committed(self, tp: TopicPartition) -> int | None:
        """The offset that the group last committed; None when it never did."""
        offset: int | None = await self._kafka.committed(tp)
        return offset

    async def partitions_of(self, topic: str) -> int:
        """How many partitions a topic has; 0 when there is no such topic."""
        await self._kafka._client._wait_on_metadata(topic)
        return len(self._kafka.partitions_for_topic(topic) or ())

    # -- what the app uses

    async def subscribe(self, queues: Mapping[str, list[BatchQueue]]) -> None:
        """Join the group for these topics; each batch goes to all of its topic's queues.

        Waits until they all exist: a group that is formed without one of them does not look for it
        again before the metadata is five minutes old.
        """
        self._queues = dict(queues)
        while missing := set(queues) - await self._kafka.topics():
            self.log.warning("waiting for topics that do not exist: %s", ", ".join(sorted(missing)))
            await self.sleep(_TOPICS_AGAIN)
            if self.should_stop:
                return
        self._kafka.subscribe(list(queues), listener=_Listener(self))

    async def on_start(self) -> None:
        conf = self.app.conf
        self._assignor = Assignor(self.app.groups)
        # Replaces `_create_worker_consumer` (faust/transport/drivers/aiokafka.py:568-630), which
        # reads uncommitted records and assigns without co-partitioning when there are no tables.
        self._kafka = AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            bootstrap_servers=server_list(self.app.transport.url, self.app.transport.default_port),
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset=conf.consumer_auto_offset_reset,
            isolation_level="read_committed",
            check_crcs=conf.broker_check_crcs,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
            **credentials_to_aiokafka_auth(conf.broker_credentials, conf.ssl_context),
        )
        await self._kafka.start()

    @Service.task  # type: ignore[untyped-decorator]
    async def _watch(self) -> None:
        # aiokafka tells of a failed join (no permission, topics that do not fit) only to whoever is
        # fetching, and before the first assignment nobody is.
        while not self.should_stop:
            await self.app.or_crash(self._check())
            await self.sleep(1.0)

    async def _check(self) -> None:
        self._kafka._coordinator.check_errors()

    async def release(self) -> None:
        """Stop fetching and give up every partition, as at a revocation."""
        await self._revoked(self.owned)

    async def on_stop(self) -> None:
        await self._halt()
        await self._kafka.stop()  # leaves the group, so that others need not wait for a time-out

    # -- taking over and giving up

    async def _assigned(self, tps: frozenset[TopicPartition]) -> None:
        generation = self._kafka._coordinator.generation
        if generation != self.generation + 1:
            self.retained = frozenset()  # the group went through a generation without us
        self.retained &= tps
        self.generation = generation
        self._assignor.remember(generation, tps)
        self._held_back &= self.retained
        self._kafka.pause(*tps)
        # In tasks of their own, because aiokafka sends no heartbeats while its listener runs
        # (aiokafka/consumer/group_coordinator.py:720-738): restoring takes the time that it takes.
        self._spawn(self._take_over(tps))
        self._spawn(self._fetch())

    async def _take_over(self, tps: frozenset[TopicPartition]) -> None:
        for tp, offset in (await self.app.on_assigned(tps) or {}).items():
            self._kafka.seek(tp, offset)
        self.owned = self.retained = tps
        self._kafka.resume(*tps - self._held_back)

    async def _revoked(self, tps: frozenset[TopicPartition]) -> None:
        await self._halt()
        for queues in self._queues.values():
            for queue in queues:
                queue.drop()
        owned, self.owned = self.owned, frozenset()
        if owned and not self.crashed:
            # After an exception there is no checkpoint: what went wrong may be in the state.
            async with asyncio.timeout(self.app.conf.broker_rebalance_timeout * _REVOKE_SHARE):
                if not (await self.wait(self._idle.wait())).stopped:
                    await self.app.on_revoked(owned)

    # -- the fetch loop

    async def _fetch(self) -> None:
        # Replaces `_drain_messages` (faust/transport/consumer.py:1170-1249) and Faust's `Fetcher`.
        # Cancelling it loses nothing: getmany hands records out in the step that returns them.
        while True:
            await self._room.wait()
            fetched = await self._kafka.getmany(
                timeout_ms=_POLL_MS, max_records=self.max_poll_records
            )
            for tp, records in fetched.items():
                queues = self._queues[tp.topic]
                self._unfinished[tp] += len(queues)
                for queue in queues:
                    queue.force_put_nowait(Batch(tp, records, self._finished))
            self._count()

    def _finished(self, tp: TopicPartition) -> None:
        self._unfinished[tp] -= 1
        self._count()

    def _count(self) -> None:
        batches = self._unfinished.total()
        (self._idle.clear if batches else self._idle.set)()
        (self._room.set if batches < MAX_BATCHES else self._room.clear)()

    # -- odds and ends

    def _state(self, tp: TopicPartition) -> Any:
        subscription = self._kafka._subscription.subscription
        if subscription is None or subscription.assignment is None:
            return None
        return subscription.assignment.state_value(tp)

    def _spawn(self, work: Any) -> None:
        self._tasks.append(asyncio.create_task(self.app.or_crash(work)))

    async def _halt(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """aiokafka's callbacks. It logs what they raise and goes on with the rebalance; we crash."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        if not self._consumer.app.should_stop:
            await self._consumer.app.or_crash(self._consumer._revoked(frozenset(revoked)))

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        if not self._consumer.app.should_stop:
            await self._consumer.app.or_crash(self._consumer._assigned(frozenset(assigned)))


class BatchConductor(Conductor):  # type: ignore[misc]
    """Tells the consumer which queues want which topics, once.

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
    """An agent that takes the worker with it when it ends.

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

    `groups` are the sets of topics whose equal partitions must be on one worker. Set the two hooks
    before `start()`; an exception in either ends the worker.
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

    def __init__(self, id: str, *, groups: Iterable[Collection[str]] = (), **options: Any) -> None:
        self.groups = list(groups)
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
        """Give up the partitions, stop the agents, leave the group; whoever calls waits for all.

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
        # Replaces faust/app/base.py:1723-1739, whose last commit covers what it has just dropped.
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
