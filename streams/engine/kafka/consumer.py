"""Fetching records, owning partitions, committing offsets.

The consumer lives on the event loop of the app. (Faust's lives in a thread of its own, and every
fetch, seek and commit crosses over and back; nothing is won by it under the interpreter lock.)

It is longer than a module should be, because a partition's way, from assigned to revoked, is one
state.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Collection, Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.structs import OffsetAndMetadata
from mode import Service

from streams.engine.host import ConsumerHost
from streams.engine.kafka import clients
from streams.engine.kafka.assignor import Assignor
from streams.engine.kafka.batches import Batch, BatchQueue
from streams.engine.kafka.remembered import metadata
from streams.engine.kafka.topics import PARTIALS, STATE
from streams.engine.kafka.watched import Watched, watched

log = logging.getLogger(__name__)

#: Most records in one turn of the fetch loop; `Consumer.max_poll_records` may be set at any time.
#: They are some 10 ms of work: long enough that the way to the agent costs nothing per record,
#: short enough that heartbeats and web requests get their turn.
MAX_POLL_RECORDS = 2000

#: The fetch loop rests while agents have this many batches. With one, fetching and work take turns
#: and a tenth of the rate is lost; more than a few are only older when their turn comes.
MAX_BATCHES = 4

#: How long the broker may wait before it answers a fetch that finds nothing. A partition that was
#: still being worked on when the fetch went out has to wait for it: half a second, aiokafka's
#: default, would be seen on the wall. Five empty answers a second cost nothing.
FETCH_WAIT_MS = 200

#: The part of the rebalance time-out that giving up partitions may take: the broker has counted
#: since before this worker knew of the rebalance, and afterwards the rejoin has to reach it.
_REVOKE_SHARE = 0.8

#: Seconds between two looks for topics that are still to be created.
_TOPICS_AGAIN = 1.0

#: How long leaving the group may take, in seconds: one request, or a broker that is not there.
LEAVE_LIMIT = 5.0

#: How long one call of `getmany` waits; only how often the loop turns with nothing to do.
_POLL_MS = 1000


class Consumer(Service):  # type: ignore[misc]
    """Fetches batches for the agents, and takes partitions over and gives them up.

    Replaces `faust.transport.drivers.aiokafka.Consumer` without deriving from it:
    everything in that class serves single records, their acks and the commits that follow from them
    (`faust/transport/consumer.py:393-1258`). Of its interface it keeps what the rest of Faust asks
    of a consumer when there are no tables: to be a service, and `unacked`.

    A partition's way: *assigned* (paused, nothing fetched) -> `App.on_assigned` restores its state
    and says where to start -> fetched -> *revoked*: fetching stops, agents finish the batch they
    have begun -> `App.on_revoked` -> only now the group's rebalance goes on. A rebalance that comes
    during `on_assigned` cancels it, and `on_revoked` is not called for what was never taken over.
    """

    def __init__(self, app: ConsumerHost, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.app = app
        self.unacked: WeakSet[Any] = WeakSet()  # asked for by faust/streams.py:1245, always empty
        self._unacked_messages = self.unacked  # the same, by faust/_cython/streams.pyx:56
        self.max_poll_records = MAX_POLL_RECORDS
        #: Partitions whose state is restored and whose records flow.
        self.owned: frozenset[TopicPartition] = frozenset()
        #: Of those being assigned, the ones that nobody else can have owned since this worker did:
        #: their state in memory is current.
        self.retained: frozenset[TopicPartition] = frozenset()
        #: Whether everything that the group assigned has been taken over, even if that is nothing.
        self.taken_over = False
        self.generation = -1
        self._queues: dict[str, list[BatchQueue]] = {}
        self._unfinished: Counter[TopicPartition] = Counter()
        #: Partitions with records that were discarded unread while partitions were given up.
        self._discarded: set[TopicPartition] = set()
        #: By partition, when the last fetch was answered: as aiokafka has it, and by the monotonic
        #: clock.
        self._answered: dict[TopicPartition, tuple[int, float]] = {}
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._held_back: set[TopicPartition] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._giving_up = asyncio.Lock()
        self._watched = Watched({})
        self._count()

    # -- what the engine uses

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit the offsets to go on from; returns when the broker has them, else raises.

        With those of the partials goes what the group remembers.

        Raises KafkaError when the group has gone on without this worker, TimeoutError when the
        broker does not answer. Replaces `AIOKafkaConsumerThread._commit` (`faust/transport/drivers/
        aiokafka.py:794-825`), which reports a lost group as False, and its caller, which then goes
        on as if committed (`faust/transport/consumer.py:1080`).
        """
        if not offsets:
            return  # aiokafka refuses to commit nothing
        said = metadata(self._watched.ids, self.app.written.form)
        async with asyncio.timeout(self.app.conf.broker_request_timeout):
            await self._kafka.commit(
                {
                    tp: OffsetAndMetadata(offset, said if tp.topic == PARTIALS else "")
                    for tp, offset in offsets.items()
                }
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

    def position(self, tp: TopicPartition) -> int | None:
        """The offset to be fetched next; None when not assigned or not yet known."""
        state = self._state(tp)
        return state.position if state is not None and state.has_valid_position else None

    def highwater(self, tp: TopicPartition) -> int | None:
        """The offset after the last record, as the last answered fetch had it; None before one."""
        state = self._state(tp)
        return None if state is None else state.highwater

    def read_to_end_at(self, tp: TopicPartition) -> float | None:
        """When everything in the partition was last known to be read and dealt with.

        In seconds of the monotonic clock, from the last fetch that the broker answered, so it
        stands still when the broker does; None while records wait. It moves on for an empty
        partition too.
        """
        state = self._state(tp)
        if (
            state is None
            or state.timestamp is None
            or self._unfinished[tp]
            or tp in self._discarded
        ):
            return None
        if not state.has_valid_position or state.position < state.highwater:
            return None
        known, answered = self._answered.get(tp, (None, 0.0))
        if known != state.timestamp:
            # aiokafka writes it down by a clock that somebody may set: it was no later than now.
            now = time.monotonic()
            answered = min(now, now - (time.time() - float(state.timestamp) / 1000))
            self._answered[tp] = state.timestamp, answered
        return answered

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

    async def partitions(self) -> dict[str, int]:
        """Ask the broker how many partitions each topic has that there is."""
        # All topics at once: to ask for one by its name is to create it, where brokers do that.
        cluster = await self._kafka._client.fetch_all_metadata()
        return {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in cluster.topics()}

    # -- what the app uses

    async def subscribe(self, queues: Mapping[str, list[BatchQueue]]) -> None:
        """Join the group for these topics; each batch goes to all of its topic's queues.

        Waits until they all exist, and those that the app needs besides: a group that is formed
        without one of them does not look for it again before the metadata is five minutes old.
        """
        self._queues = dict(queues)
        needed = {*queues, *self.app.needs}
        said: set[str] = set()
        while missing := needed - await self._kafka.topics():
            if missing != said:
                said = missing
                log.warning(
                    "waiting for topics that do not exist, or that this user may not see: %s; "
                    "create them with `reachline topics create`",
                    ", ".join(sorted(missing)),
                )
            await self.sleep(_TOPICS_AGAIN)
            if self.should_stop:
                return
        self._watched = await watched(self._kafka._client, needed, {*queues, STATE})
        self._kafka.subscribe(list(queues), listener=_Listener(self))

    async def on_start(self) -> None:
        conf = self.app.conf
        self._assignor = Assignor(self.app.groups, self.app.written)
        # Replaces `_create_worker_consumer` (faust/transport/drivers/aiokafka.py:568-630), which
        # reads uncommitted records and assigns without co-partitioning when there are no tables.
        self._kafka = clients.consumer(
            self.app.kafka,
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[self._assignor],
            auto_offset_reset=conf.consumer_auto_offset_reset,
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
        )
        await self._kafka.start()

    @Service.task  # type: ignore[untyped-decorator]
    async def _watch(self) -> None:
        # aiokafka raises a failed join (no permission, topics that do not fit) only while something
        # fetches, and before the first assignment nothing does.
        while not self.should_stop:
            await self.app.or_crash(self._check())
            await self.sleep(1.0)

    async def _check(self) -> None:
        self._kafka._coordinator.check_errors()
        for tp in self.owned:
            self._watched.moved(tp, self.position(tp))
        await self._watched.compare(self._kafka._client)

    async def release(self) -> None:
        """Stop fetching and give up every partition, as at a revocation."""
        await self._give_up()

    async def on_stop(self) -> None:
        await self._halt()
        with suppress(TimeoutError):  # a broker that does not answer notices by itself
            async with asyncio.timeout(LEAVE_LIMIT):
                await self._kafka.stop()  # leaves the group: others need not wait for a time-out

    # -- taking over and giving up

    async def _assigned(self, tps: frozenset[TopicPartition]) -> None:
        generation = self._kafka._coordinator.generation
        if generation != self.generation + 1:
            self.retained = frozenset()  # the group had a generation without this worker
        self.retained &= tps
        self.generation = generation
        self._assignor.remember(generation, tps)
        self._held_back &= self.retained
        self._kafka.pause(*tps)
        self.taken_over = False
        # In tasks of their own, because aiokafka sends no heartbeats while its listener runs
        # (aiokafka/consumer/group_coordinator.py:720-738): restoring may take minutes.
        self._spawn(self._take_over(tps))
        self._spawn(self._fetch())

    async def _take_over(self, tps: frozenset[TopicPartition]) -> None:
        self._watched.begin_again()
        for tp, offset in (await self.app.on_assigned(tps) or {}).items():
            self._kafka.seek(tp, offset)
        self._discarded.clear()
        self.owned = self.retained = tps
        self._kafka.resume(*tps - self._held_back)
        self.taken_over = True

    async def _give_up(self) -> None:
        self.taken_over = False
        async with self._giving_up:  # a rebalance while the app stops waits for that
            await self._halt()
            for queues in self._queues.values():
                for queue in queues:
                    self._discarded |= queue.discard()
            if not self.owned or self.crashed:
                return  # no checkpoint after an exception: what went wrong may be in the state
            async with asyncio.timeout(self.app.conf.broker_rebalance_timeout * _REVOKE_SHARE):
                # Until the agents are done the partitions count as owned: an agent may be waiting
                # for the very checkpoint that makes room again.
                if not (await self.wait(self._idle.wait())).stopped:
                    owned, self.owned = self.owned, frozenset()
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
                self._watched.moved(tp, records[0].offset)
                self._watched.moved(tp, records[-1].offset + 1)
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

    # -- inner parts

    def _state(self, tp: TopicPartition) -> Any:
        subscription = self._kafka._subscription.subscription
        if subscription is None or subscription.assignment is None:
            return None
        return subscription.assignment.state_value(tp)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
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
        await self._consumer.app.or_crash(self._consumer._give_up())

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        if not self._consumer.app.should_stop:
            await self._consumer.app.or_crash(self._consumer._assigned(frozenset(assigned)))
