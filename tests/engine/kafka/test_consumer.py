"""Partitions change hands: taken over with their state, given up when all of it is dealt with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaProducer, TopicPartition

from streams.engine.kafka.transport import Batch
from tests.brokers import KafkaCluster
from tests.engine.kafka.city import PARTITIONS, City, TPs, values
from tests.running import eventually


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
