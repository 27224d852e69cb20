"""Records reach the agents by the batch, and partitions change hands without losing one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from streams.engine.kafka import consumer as consumers
from streams.engine.kafka.transport import App, Batch
from streams.settings import Settings
from tests.brokers import KafkaCluster
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


@pytest.fixture
async def city(bootstrap: str, prefix: str) -> City:
    city = City(bootstrap, prefix)
    await city.create_topics()
    return city


def values(count: int) -> list[bytes]:
    return [b"%05d" % n for n in range(count)]


async def test_records_arrive_by_the_batch_in_their_order_and_each_once(city: City) -> None:
    for partition in (0, 5):
        await city.send("queue", *values(3000), partition=partition)
    worker = city.worker("anna")
    async with worker.at_work():
        await eventually(lambda: sum(worker.batches) >= 6000)
        await asyncio.sleep(0.3)  # time for a record too many to show up
    assert worker.seen == {city.tp("queue", p): values(3000) for p in (0, 5)}
    assert len(worker.batches) < 600


async def test_each_partition_starts_where_the_hook_says_else_at_the_beginning(city: City) -> None:
    await city.send("queue", *values(10), partition=0)
    await city.send("queue", *values(10), partition=1)
    worker = city.worker("anna")

    async def restored(tps: TPs) -> Mapping[TopicPartition, int]:
        return {city.tp("queue", 0): 7}

    worker.app.on_assigned = restored
    async with worker.at_work():
        await eventually(lambda: sum(worker.batches) >= 13)
    assert worker.seen == {city.tp("queue", 0): values(10)[7:], city.tp("queue", 1): values(10)}


async def test_nothing_is_fetched_while_state_is_restored_however_long_it_takes(
    kafka: KafkaCluster, prefix: str
) -> None:
    city = City(kafka.bootstrap, prefix)
    await city.create_topics()
    await city.send("queue", *values(10))
    worker = city.worker("anna", broker_session_timeout=1.0)
    restored = asyncio.Event()

    async def restore(tps: TPs) -> None:
        worker.story.append(("assigned", tps))
        await restored.wait()

    worker.app.on_assigned = restore
    running = asyncio.create_task(worker.app.run())
    await eventually(lambda: bool(worker.story))
    await asyncio.sleep(3.0)  # three sessions' worth of silence, were there no heartbeats
    assert worker.batches == []
    restored.set()
    await eventually(lambda: sum(worker.batches) == 10)
    assert worker.chapters == ["assigned"]  # never thrown out of the group
    await worker.app.stop()
    await running


async def test_two_workers_share_and_a_calls_topics_stay_together(city: City) -> None:
    anna, bert = city.worker("anna"), city.worker("bert")
    async with anna.at_work(), bert.at_work():
        await eventually(lambda: len(anna.owned) == len(bert.owned) == 4 * 4 + 3)
        for worker in (anna, bert):
            together = {frozenset(worker.partitions(topic)) for topic in INPUTS}
            assert len(together) == 1
        assert anna.partitions("queue") | bert.partitions("queue") == set(range(PARTITIONS))
        assert len(anna.partitions(PARTIALS)) == len(bert.partitions(PARTIALS)) == 3


async def test_a_partition_is_given_up_before_anybody_else_gets_it(
    kafka: KafkaCluster, prefix: str
) -> None:
    """Calls keep coming while bert joins and leaves again; each is dealt with once."""
    city = City(kafka.bootstrap, prefix)
    await city.create_topics()
    anna, bert = city.worker("anna"), city.worker("bert")
    moments: list[str] = []

    async def slow_checkpoint(tps: TPs) -> None:
        moments.append("anna begins to give up")
        await asyncio.sleep(0.5)
        await anna.commit(tps)
        moments.append("anna has given up")

    async def take_over(tps: TPs) -> None:
        moments.append("bert takes over")

    anna.app.on_revoked = slow_checkpoint
    bert.app.on_assigned = take_over
    sent: dict[int, list[bytes]] = {p: [] for p in range(PARTITIONS)}

    async def calls() -> None:
        async with AIOKafkaProducer(bootstrap_servers=city.bootstrap) as producer:
            for n in range(4000):
                value = b"%05d" % n
                await producer.send(city.prefix + "queue", value, partition=n % PARTITIONS)
                sent[n % PARTITIONS].append(value)
                if n % 40 == 0:
                    await asyncio.sleep(0.02)

    async with anna.at_work():
        calling = asyncio.create_task(calls())
        async with bert.at_work():
            await eventually(lambda: len(anna.owned) == len(bert.owned) == 19)
            await asyncio.sleep(0.3)
        await calling
        await eventually(lambda: sum(anna.batches) + sum(bert.batches) >= 4000)
        await asyncio.sleep(0.3)
    begins, gives_up, takes = (
        moments.index(m) for m in ("anna begins to give up", "anna has given up", "bert takes over")
    )
    assert begins < gives_up < takes
    assert bert.seen  # else nothing changed hands and this showed nothing
    for partition, expected in sent.items():
        tp = city.tp("queue", partition)
        assert sorted(anna.seen.get(tp, []) + bert.seen.get(tp, [])) == expected


async def test_an_agent_may_wait_for_a_checkpoint_while_its_partitions_are_called_back(
    kafka: KafkaCluster, prefix: str
) -> None:
    """The agent stops until a checkpoint has made room, and there are checkpoints while it owns."""
    city = City(kafka.bootstrap, prefix)
    await city.create_topics()
    await city.send("queue", *values(10))
    anna, bert = city.worker("anna"), city.worker("bert")
    waiting, bert_is_coming = asyncio.Event(), asyncio.Event()

    async def wait_for_room(batch: Batch) -> None:
        waiting.set()
        await bert_is_coming.wait()
        await eventually(lambda: not anna.app.consumer._tasks)  # anna has heard of bert
        assert anna.owned
        await anna.commit(anna.owned)

    anna.work = wait_for_room
    async with anna.at_work():
        await waiting.wait()
        bert_is_coming.set()
        async with bert.at_work():
            await eventually(lambda: len(anna.owned) == len(bert.owned) == 19)
    assert anna.seen == {city.tp("queue", 0): values(10)}
    assert bert.seen == {}


async def test_what_a_worker_keeps_through_a_rebalance_it_is_told_to_remember(city: City) -> None:
    anna, bert = city.worker("anna"), city.worker("bert")
    retained: list[TPs] = []

    async def note(tps: TPs) -> None:
        retained.append(anna.app.consumer.retained)

    anna.app.on_assigned = note
    async with anna.at_work():
        async with bert.at_work():
            await eventually(lambda: len(anna.owned) == 19)
            kept = anna.owned
        await eventually(lambda: len(anna.owned) == 38)
    assert retained == [frozenset(), kept, kept]


async def test_who_was_thrown_out_of_the_group_remembers_nothing(city: City) -> None:
    anna = city.worker("anna")
    retained: list[TPs] = []

    async def note(tps: TPs) -> None:
        retained.append(anna.app.consumer.retained)

    anna.app.on_assigned = note
    async with anna.at_work():
        # As after a pause longer than the session: the group went on, and counted one further.
        anna.app.consumer.generation -= 1
        anna.app.consumer._kafka._coordinator.request_rejoin()
        await eventually(lambda: len(retained) == 2)
    assert retained == [frozenset(), frozenset()]


async def test_a_rebalance_during_a_restore_cancels_it_and_there_is_nothing_to_give_up(
    city: City,
) -> None:
    anna, bert = city.worker("anna"), city.worker("bert")
    cancelled: list[TPs] = []

    async def restore(tps: TPs) -> None:
        if len(tps) == 38:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                cancelled.append(tps)
                raise
        anna.story.append(("assigned", tps))

    anna.app.on_assigned = restore
    running = asyncio.create_task(anna.app.run())
    await eventually(lambda: anna.app.consumer.generation > 0)
    async with bert.at_work():
        await eventually(lambda: len(anna.owned) == len(bert.owned) == 19)
        assert len(cancelled) == 1
        assert anna.chapters == ["assigned"]
        await anna.app.stop()
        await running


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


async def test_topics_that_do_not_fit_end_the_worker_with_their_names(city: City) -> None:
    worker = city.worker("anna")
    worker.app.groups = [[city.prefix + topic for topic in [*INPUTS, PARTIALS]]]
    with pytest.raises(KafkaError, match="same number of partitions"):
        await asyncio.wait_for(worker.app.run(), PATIENCE)


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


async def test_stopping_gives_everything_up_first_and_leaves_the_group_at_once(
    city: City,
) -> None:
    await city.send("queue", *values(10))
    anna, bert = city.worker("anna", broker_session_timeout=20.0), city.worker("bert")
    async with anna.at_work():
        await eventually(lambda: sum(anna.batches) == 10)
        everything = anna.owned
    assert anna.story[-1] == ("revoked", everything)
    async with asyncio.timeout(10), bert.at_work():  # well within anna's session
        assert bert.owned == everything
    assert bert.seen == {}


async def test_a_rebalance_while_a_worker_stops_waits_for_its_last_checkpoint(
    kafka: KafkaCluster, prefix: str
) -> None:
    city = City(kafka.bootstrap, prefix)
    await city.create_topics()
    anna, bert = city.worker("anna"), city.worker("bert")
    moments: list[str] = []

    async def slow_checkpoint(tps: TPs) -> None:
        await asyncio.sleep(2.0)  # several heartbeats: anna hears of bert meanwhile
        moments.append("anna has given up")

    async def take_over(tps: TPs) -> None:
        moments.append("bert takes over")

    anna.app.on_revoked = slow_checkpoint
    bert.app.on_assigned = take_over
    async with anna.at_work():
        stopping = asyncio.create_task(anna.app.stop())
        async with bert.at_work():
            await eventually(lambda: len(bert.owned) == 38)
        await stopping
    assert moments[0] == "anna has given up"


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
