"""Partitions of a role are taken over behind a writer of their own, and given up with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiokafka import TopicPartition

from streams.engine.kafka.broker_time import BrokerTime
from streams.engine.kafka.forms import Written
from streams.engine.kafka.writer import WriteError
from streams.engine.roles import role
from streams.engine.roles.role import Role
from streams.settings import Settings


class Writers:
    """Every writer that was made, and what became of it."""

    def __init__(self) -> None:
        self.story: list[str] = []
        self.fails_to_stop: str | None = None

    def __call__(
        self, settings: Settings, transactional_id: str, timeout: float, *_: object
    ) -> Writer:
        assert timeout == role.WRITE_TIMEOUT
        return Writer(self, transactional_id)

    def told(self) -> list[str]:
        """What has happened since somebody asked."""
        told, self.story = self.story, []
        return told


class Writer:
    def __init__(self, writers: Writers, name: str) -> None:
        self.name = name
        self._writers = writers

    async def start(self) -> None:
        await asyncio.sleep(0)
        self._writers.story.append(f"started {self.name}")

    async def stop(self) -> None:
        await asyncio.sleep(0)
        if self.name == self._writers.fails_to_stop:
            raise WriteError(f"{self.name}: Kafka has not answered")
        self._writers.story.append(f"stopped {self.name}")


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch) -> Writers:
    writers = Writers()
    monkeypatch.setattr(role, "Writer", writers)
    return writers


def queues(*partitions: int) -> list[TopicPartition]:
    return [TopicPartition("queue", partition) for partition in partitions]


def new_role() -> Role[object]:
    return Role("source", ["queue", "hangup"], Settings(app="city"), Written(), BrokerTime())


def owners(writers: Writers) -> Callable[[set[int]], Awaitable[dict[int, object]]]:
    """Makes an owner of each partition, and says so."""

    async def create(partitions: set[int]) -> dict[int, object]:
        writers.story.append(f"created {sorted(partitions)}")
        return {partition: object() for partition in partitions}

    return create


def test_which_partitions_are_of_the_role() -> None:
    source = new_role()
    tps = [TopicPartition("hangup", 1), TopicPartition("alerts", 2), *queues(0, 1)]
    assert source.partitions(tps) == {0, 1}
    source.owners = {0: "zero", 1: "one", 2: "two"}
    assert source.among(tps) == ["zero", "one"]


async def test_a_partition_is_restored_only_behind_its_own_writer(writers: Writers) -> None:
    """Who restores before the former owner is fenced may miss what that one still writes."""
    source = new_role()
    await source.take_over([*queues(0, 2), TopicPartition("hangup", 2)], [], owners(writers))
    assert writers.told() == ["started city-source-0", "started city-source-2", "created [0, 2]"]
    assert source.owners.keys() == source.writers.keys() == {0, 2}


async def test_what_nobody_else_can_have_had_is_kept_and_all_else_made_anew(
    writers: Writers,
) -> None:
    source = new_role()
    await source.take_over(queues(0, 1, 2), [], owners(writers))
    before, writer = dict(source.owners), source.writers[0]
    writers.told()
    await source.take_over(queues(0, 1, 3), queues(0), owners(writers))
    assert source.owners[0] is before[0] and source.writers[0] is writer
    assert source.owners[1] is not before[1], "somebody may have had it meanwhile"
    assert source.owners.keys() == source.writers.keys() == {0, 1, 3}
    told = writers.told()
    assert {*told[:2]} == {"stopped city-source-1", "stopped city-source-2"}
    assert told[2:] == ["started city-source-1", "started city-source-3", "created [1, 3]"]


async def test_a_take_over_that_was_cancelled_is_cleared_up_by_the_next(writers: Writers) -> None:
    source = new_role()

    async def for_ever(_: set[int]) -> dict[int, object]:
        await asyncio.Event().wait()
        raise AssertionError

    first = asyncio.create_task(source.take_over(queues(0), [], for_ever))
    await asyncio.sleep(0.01)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert source.owners == {}, "half an owner is none"
    # Retained through the rebalance, as the group sees it; but nothing of it was restored.
    await source.take_over(queues(0), queues(0), owners(writers))
    assert source.owners.keys() == {0}
    assert writers.told() == [
        *("started city-source-0", "stopped city-source-0"),
        *("started city-source-0", "created [0]"),
    ]


async def test_everything_is_given_up_whatever_one_writer_says(writers: Writers) -> None:
    source = new_role()
    await source.take_over(queues(0, 1), [], owners(writers))
    writers.told()
    writers.fails_to_stop = "city-source-0"
    await source.release()
    assert writers.told() == ["stopped city-source-1"]
    assert source.owners == source.writers == {}
