"""Topics that change under a running worker end it, and those that do not disturb nobody."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import NodeNotReadyError

from streams.engine.kafka import topics, watched
from streams.engine.kafka.described import Described
from streams.engine.kafka.topics import TopicsError
from streams.engine.kafka.watched import Watched

READ, OUT = "contact.queue", topics.DEAD
FOUND = {name: Described(uuid.uuid4(), 2, 0) for name in (READ, OUT)}


class Broker:
    """What topics there are by now."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **now: Described | None) -> None:
        self.now: dict[str, Described] = dict(FOUND)
        monkeypatch.setattr(watched, "describe", self)
        monkeypatch.setattr(watched, "_EVERY", 0.0)
        self.fails = False

    async def __call__(self, client: Any, names: Any) -> dict[str, Described]:
        if self.fails:
            raise NodeNotReadyError
        return self.now


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    return Broker(monkeypatch)


async def test_what_stays_or_may_change_disturbs_nobody(broker: Broker) -> None:
    seen = Watched(FOUND, [READ])
    await seen.compare(None)
    broker.now[OUT] = Described(uuid.uuid4(), 3, 0)  # somebody has cleared the dead letters away
    await seen.compare(None)
    broker.fails = True
    await seen.compare(None)


@pytest.mark.parametrize(
    ("topic", "now", "said"),
    [
        (READ, Described(uuid.uuid4(), 2, 0), "truncated or created again"),
        (READ, FOUND[READ]._replace(partitions=3), "has 3 partitions now, and had 2"),
        (OUT, FOUND[OUT]._replace(partitions=1), "has 1 partitions now, and had 2"),
    ],
)
async def test_what_changes_ends_it(broker: Broker, topic: str, now: Described, said: str) -> None:
    seen = Watched(FOUND, [READ])
    broker.now[topic] = now
    with pytest.raises(TopicsError, match=f"{topic}: .*{said}"):
        await seen.compare(None)


async def test_a_topic_that_has_gone_is_looked_for_twice(broker: Broker) -> None:
    seen = Watched(FOUND, [READ])
    gone = broker.now.pop(READ)
    await seen.compare(None)
    broker.now[READ] = gone
    await seen.compare(None)
    del broker.now[READ]
    await seen.compare(None)
    with pytest.raises(TopicsError, match=r"no longer there.*reachline topics create"):
        await seen.compare(None)


def test_a_place_before_one_that_was_read_is_another_topic() -> None:
    tp = TopicPartition(READ, 0)
    seen = Watched(FOUND, [READ])
    for position in (None, 7, 7, None, 9):
        seen.moved(tp, position)
    with pytest.raises(TopicsError, match=r"contact\.queue: has been truncated or created again"):
        seen.moved(tp, 8)
    seen.begin_again()
    seen.moved(tp, 3)  # taken over from the state


def test_ids_are_kept_of_inputs_alone_and_of_none_where_there_are_none() -> None:
    assert READ in Watched(FOUND).ids and OUT not in Watched(FOUND).ids
    assert Watched({READ: Described(uuid.UUID(int=0), 2, 0)}).ids == {}
