"""An assignment is taken over with its state, and reading goes on where that state ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from streams.engine.clocks import WallClock
from streams.engine.kafka import topics
from streams.engine.kafka.broker_time import BrokerTime
from streams.engine.kafka.forms import Written
from streams.engine.roles import ownership, role
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.ownership import Ownership
from streams.engine.roles.routes import Routes
from streams.engine.state.errors import StateError
from streams.engine.state.restored import Restored
from streams.settings import Settings
from tests.stories import PLAN, at

QUEUE = "contact.queue"
EVENT = (
    b'{"event":"queue","event_id":"1","call_id":"c","at":"2026-11-18T09:00:00Z","line":"waste",'
    b'"phase":"entered"}'
)


class Writer:
    """The writer of a partition; nobody else's."""

    def __init__(self, *_: object) -> None:
        self.stopped = False

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped = True


class Broker:
    """Topics of two partitions, as they are found by who takes them over."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(topics.ALL, 2)
        self.retained: frozenset[TopicPartition] = frozenset()
        self.commits: dict[TopicPartition, int] = {}
        self.ends: dict[TopicPartition, int] = {}
        self.state: dict[int, Restored] = {}
        self.alerts_of: list[list[TopicPartition]] = []
        self.asked = 0

    def ownership(self) -> Ownership:
        app: Any = SimpleNamespace(consumer=self, written=Written(), broker_time=BrokerTime())
        return Ownership(Settings(), PLAN, WallClock(), Counts(), app)

    async def partitions(self) -> dict[str, int]:
        self.asked += 1
        return self.counts

    async def committed(self, tp: TopicPartition) -> int | None:
        return self.commits.get(tp)

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        assert tps, "nothing is asked of nobody"
        return {tp: self.ends.get(tp, 0) for tp in tps}

    async def read_back(
        self, _: Settings, partitions: Collection[int], progress: Callable[[int, int], None]
    ) -> dict[int, Restored]:
        restored = {each: self.state.get(each, Restored()) for each in partitions}
        for each, state in restored.items():
            progress(each, state.records)
        return restored

    # As a reader of logs
    async def __aenter__(self) -> Broker:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def read(self, tps: list[TopicPartition]) -> AsyncIterator[tuple[TopicPartition, Any]]:
        self.alerts_of.append(sorted(tps))
        for tp in tps:
            yield tp, []


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(role, "Writer", Writer)
    monkeypatch.setattr(ownership, "read_back", broker.read_back)
    monkeypatch.setattr(ownership, "LogReader", lambda *_, **__: broker)
    return broker


def assigned(*partitions: int) -> frozenset[TopicPartition]:
    """These partitions of everything that is read."""
    read = (*topics.INPUTS, topics.PARTIALS, topics.CALLERS)
    return frozenset(TopicPartition(topic, each) for topic in read for each in partitions)


def after_one_event() -> Restored:
    """The state of a partition of whose queue the first event is in a checkpoint."""
    owner = ContactOwner(0, PLAN, Routes(2, 2, 2), Counts())
    when = at("9:00") // 1000
    owner.merge(QUEUE, [ConsumerRecord(QUEUE, 0, 0, when, 1, b"c", EVENT, None, 0, 0, ())])
    restored = Restored()
    for key, value in owner.checkpoint(at("9:00"), generation=1)[topics.STATE, 0]:
        restored.apply(key, value)
    return restored


async def test_reading_goes_on_where_the_state_ends(broker: Broker) -> None:
    queue = TopicPartition(QUEUE, 0)
    broker.state = {0: after_one_event()}
    broker.commits, broker.ends = {queue: 1}, {queue: 5, TopicPartition(topics.PARTIALS, 0): 9}
    owned = broker.ownership()
    starts = await owned.take_over(assigned(0, 1))
    # What lines and callers remember is made anew from the start of their partitions.
    remembered = {tp for tp in assigned(0, 1) if tp.topic not in topics.INPUTS}
    assert starts == {queue: 1} | dict.fromkeys(remembered, 0)
    assert [*owned.contacts.owners[0].ledger.contacts] == ["c"]
    assert not owned.contacts.owners[1].ledger.contacts
    assert broker.alerts_of == [[TopicPartition(topics.ALERTS, each) for each in (0, 1)]]
    assert not owned.lines.owners[0].shown and owned.lines.owners[1].shown
    assert owned.callers.owners.keys() == {0, 1}


async def test_how_long_a_recovery_took_is_kept(broker: Broker) -> None:
    broker.state = {0: after_one_event()}
    broker.ends = {TopicPartition(QUEUE, 0): 1}
    owned = broker.ownership()
    await owned.take_over(assigned(0))
    (recovery,) = owned.recovered.values()
    assert recovery.records == broker.state[0].records > 0 and recovery.seconds > 0


@pytest.mark.parametrize(
    ("committed", "end", "says"),
    [(2, 5, "it has been lost or set back"), (1, 0, "has been truncated or created again")],
)
async def test_state_that_is_not_of_its_topics_is_refused(
    broker: Broker, committed: int, end: int, says: str
) -> None:
    queue = TopicPartition(QUEUE, 0)
    broker.state = {0: after_one_event()}
    broker.commits, broker.ends = {queue: committed}, {queue: end}
    owned = broker.ownership()
    with pytest.raises(StateError, match=says):
        await owned.take_over(assigned(0))
    assert owned.contacts.owners == {}


async def test_topics_that_do_not_fit_are_refused_before_anything_is_read(broker: Broker) -> None:
    broker.counts[QUEUE] = 3
    with pytest.raises(topics.TopicsError, match="the input topics differ in partitions"):
        await broker.ownership().take_over(assigned(0))
    assert broker.alerts_of == []


async def test_what_is_kept_through_a_rebalance_is_neither_read_nor_asked_for_again(
    broker: Broker,
) -> None:
    owned = broker.ownership()
    await owned.take_over(assigned(0))
    before = owned.contacts.owners[0], owned.lines.owners[0], owned.callers.owners[0]
    broker.retained = assigned(0)
    await owned.take_over(assigned(0, 1))
    assert (owned.contacts.owners[0], owned.lines.owners[0], owned.callers.owners[0]) == before
    assert broker.alerts_of == [[TopicPartition(topics.ALERTS, each)] for each in (0, 1)]
    assert broker.asked == 1, "how many partitions there are does not change under a worker"
    await owned.take_over(assigned(0))
    assert len(broker.alerts_of) == 2, "for nothing new nobody reads"


async def test_everything_is_given_up(broker: Broker) -> None:
    owned = broker.ownership()
    await owned.take_over(assigned(0, 1))
    roles = (owned.contacts, owned.lines, owned.callers)
    writers: list[Any] = [writer for each in roles for writer in each.writers.values()]
    await owned.release()
    assert len(writers) == 6 and all(writer.stopped for writer in writers)
    assert not any(each.owners or each.writers for each in roles)


async def test_the_partitions_of_a_worker_share_the_room_for_contacts(broker: Broker) -> None:
    owned = broker.ownership()
    await owned.take_over(frozenset(TopicPartition(QUEUE, each) for each in range(2)))
    room = owned.room()
    for number, owner in owned.contacts.owners.items():
        record = ConsumerRecord(
            QUEUE, number, 0, at("9:00") // 1000, 1, b"c", EVENT, None, 0, 0, ()
        )
        owner.merge(QUEUE, [record])
        assert len(owner.ledger.contacts) == 1
        assert owned.room() == room - 1 - number
