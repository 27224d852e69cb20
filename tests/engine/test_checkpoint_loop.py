"""A checkpoint is written, acknowledged, and only then committed; told to people after that.

Killed at each of these steps, in `tests/engine/test_failpoints.py`, a worker loses nothing.

It is longer than a module should be, because one loop is followed through every way of ending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.domain.instants import SECOND
from streams.engine import checkpoint_loop
from streams.engine.checkpoint_loop import (
    CATCHING_UP,
    LONG_AGO,
    CheckpointLoop,
    of_callers,
    of_contacts,
    of_lines,
)
from streams.engine.clocks import WallClock
from streams.engine.kafka import topics
from streams.engine.kafka.broker_time import BrokerTime
from streams.engine.kafka.forms import Written
from streams.engine.kafka.writer import WriteError
from streams.engine.quarantine import Quarantine
from streams.engine.roles.contact_owner import UNKNOWN
from streams.settings import Settings

FIRST = next(iter(topics.INPUTS))
NOW = 1_000_000


class Steps:
    """What was done, in its order; a partition's write waits until it is acknowledged."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.acknowledged = asyncio.Event()
        self.acknowledged.set()
        self.fails: set[int] = set()

    def writers(self, *partitions: int) -> Any:
        return {partition: Writer(self, partition) for partition in partitions}

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        listed = sorted((tp.topic, tp.partition, offset) for tp, offset in offsets.items())
        self.done.append(f"committed {listed}")


class Writer:
    def __init__(self, steps: Steps, partition: int) -> None:
        self._steps = steps
        self._partition = partition
        self.written = Written()

    async def write(self, outputs: object) -> None:
        self._steps.done.append(f"sent {self._partition}")
        if self._partition in self._steps.fails:
            raise WriteError("Kafka has not answered")
        await self._steps.acknowledged.wait()
        self._steps.done.append(f"written {self._partition}")


class Contacts:
    """The owner of a source partition."""

    evicts = False

    def __init__(self, partition: int, newest: int = NOW) -> None:
        self.partition = partition
        self.positions = {FIRST: 10 + partition}
        self.newest = newest
        self.lazily: list[bool] = []
        self.ends: dict[str, int | None] = {}

    def watermark(self, ends: dict[str, int | None]) -> int:
        self.ends = ends
        return self.newest

    def checkpoint(self, watermark: int, generation: int, lazily: bool) -> dict[Any, Any]:
        assert (watermark, generation) == (self.newest, 7)
        self.lazily.append(lazily)
        return {(topics.STATE, self.partition): [(b"k", b"v")]}


class Others:
    """The owner of line partials, or of callers' calls."""

    shown = complete = True

    def __init__(self, partition: int, steps: Steps, outputs: dict[Any, Any]) -> None:
        self.partition = partition
        self.position = 20 + partition
        self._steps = steps
        self._outputs = outputs

    def outputs(self, generation: int) -> dict[Any, Any]:
        assert generation == 7
        return self._outputs

    def published(self) -> list[Any]:
        self._steps.done.append(f"told {self.partition}")
        return [SimpleNamespace(alert=f"alert {self.partition}")]


SOMETHING = {(topics.ALERTS, 0): [(b"k", b"v")]}


async def contacts_of(steps: Steps, owners: Any, lazily_before: int = UNKNOWN) -> None:
    writers = steps.writers(*(owner.partition for owner in owners))
    await of_contacts(owners, writers, Quarantine(), lambda _: NOW, 7, steps.commit, lazily_before)


async def test_partitions_are_written_side_by_side_and_committed_together_at_the_end() -> None:
    steps = Steps()
    steps.acknowledged.clear()
    making = asyncio.create_task(contacts_of(steps, [Contacts(0), Contacts(1)]))
    await asyncio.sleep(0.01)
    assert steps.done == ["sent 0", "sent 1"]
    steps.acknowledged.set()
    await making
    assert steps.done[2:] == [
        *("written 0", "written 1"),
        f"committed [('{FIRST}', 0, 10), ('{FIRST}', 1, 11)]",
    ]


async def test_nothing_is_committed_when_a_write_fails_and_none_goes_on_unseen() -> None:
    steps = Steps()
    steps.fails = {0}
    steps.acknowledged.clear()
    making = asyncio.create_task(contacts_of(steps, [Contacts(0), Contacts(1)]))
    await asyncio.sleep(0.01)
    assert not making.done(), "the other write is still on its way"
    steps.acknowledged.set()
    with pytest.raises(WriteError):
        await making
    assert steps.done == ["sent 0", "sent 1", "written 1"]


async def test_who_has_read_nothing_commits_nothing() -> None:
    steps, owner = Steps(), Contacts(0)
    owner.positions = {}
    await contacts_of(steps, [owner])
    assert steps.done == ["sent 0", "written 0"]


async def test_of_long_ago_contacts_are_read_lazily() -> None:
    steps, old, new = Steps(), Contacts(0, NOW - 1), Contacts(1, NOW)
    await contacts_of(steps, [old, new], lazily_before=NOW)
    assert (old.lazily, new.lazily) == ([True], [False])
    assert old.ends == dict.fromkeys(topics.INPUTS, NOW)


async def test_an_alert_is_told_only_when_it_is_durable() -> None:
    """And who has nothing to publish writes nothing, but how far it read is committed."""
    steps = Steps()
    owners: Any = [Others(0, steps, SOMETHING), Others(1, steps, {(topics.ALERTS, 1): []})]
    changes: Any = await of_lines(owners, steps.writers(0, 1), Quarantine(), 7, steps.commit)
    partials = topics.PARTIALS
    assert steps.done == [
        *("sent 0", "written 0"),
        f"committed [('{partials}', 0, 20), ('{partials}', 1, 21)]",
        *("told 0", "told 1"),
    ]
    assert [change.alert for change in changes] == ["alert 0", "alert 1"]
    steps.fails, steps.done = {0}, []
    with pytest.raises(WriteError):
        await of_lines(owners, steps.writers(0, 1), Quarantine(), 7, steps.commit)
    assert steps.done == ["sent 0"]


async def test_what_callers_change_is_written_before_it_is_committed() -> None:
    steps = Steps()
    owners: Any = [Others(0, steps, SOMETHING), Others(1, steps, {})]
    await of_callers(owners, steps.writers(0, 1), Quarantine(), 7, steps.commit)
    callers = topics.CALLERS
    assert steps.done == [
        *("sent 0", "written 0"),
        f"committed [('{callers}', 0, 20), ('{callers}', 1, 21)]",
    ]
    await of_callers([], {}, Quarantine(), 7, steps.commit)
    assert len(steps.done) == 3


class Role:
    def __init__(self, steps: Steps, *owners: Any) -> None:
        self._owners = owners
        self.writers = steps.writers(*(owner.partition for owner in owners))

    def among(self, tps: object) -> list[Any]:
        return [*self._owners] if tps else []


class City:
    """A worker that owns a partition of each role, and what its loop asks of it."""

    def __init__(self) -> None:
        self.steps = steps = Steps()
        self.contacts = Contacts(0)
        self.owned = frozenset({TopicPartition(FIRST, 0)})
        self.unread = 0
        self.told: list[object] = []
        self.aligned = self.rooms = 0
        lines = Others(0, steps, SOMETHING)
        self.generation = 7
        ownership: Any = SimpleNamespace(
            contacts=Role(steps, self.contacts),
            lines=Role(steps, lines),
            callers=Role(steps, Others(0, steps, {})),
        )
        as_any: Any = self
        time = BrokerTime(lambda: NOW, lambda: NOW / SECOND)
        time.heard(1, NOW)
        app: Any = SimpleNamespace(consumer=self, broker_time=time)
        self.loop = CheckpointLoop(
            Settings(checkpoint_seconds=0.01),
            WallClock(),
            app,
            ownership,
            as_any,
            as_any,
            SimpleNamespace(send=self.told.append),  # type: ignore[arg-type]
        )

    # As its consumer and its commits
    def read_to_end_at(self, tp: TopicPartition) -> float | None:
        return NOW / SECOND

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self.steps.commit(offsets)

    # As its intake
    def lag(self) -> int:
        return self.unread

    async def full(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def align(self, owner: object) -> None:
        self.aligned += 1

    def make_room(self) -> None:
        self.rooms += 1


async def test_the_last_checkpoint_is_made_and_its_alerts_are_told() -> None:
    city = City()
    assert city.loop.last is None
    assert await city.loop.last_of(city.owned)
    assert city.told == ["alert 0"]
    assert sum(city.loop.timings.counts) == 1 and city.loop.last is not None


async def test_who_has_failed_makes_no_last_checkpoint() -> None:
    """Its writer may have written half, and its successor is ahead of it."""
    city = City()
    city.steps.fails = {0}
    with pytest.raises(WriteError):
        await city.loop.last_of(city.owned)
    city.steps.done.clear()
    assert not await city.loop.last_of(city.owned)
    assert city.steps.done == [] and city.told == []


async def test_again_and_again_and_room_is_made_whatever_is_owned() -> None:
    """Who gives its partitions up waits for the agents, and they for room."""
    city = City()
    running = asyncio.create_task(city.loop.run())
    async with asyncio.timeout(5):
        while city.rooms < 3:
            await asyncio.sleep(0)
    assert sum(city.loop.timings.counts) >= 3 and city.aligned >= 3
    city.owned = frozenset()
    made, rooms = sum(city.loop.timings.counts), city.rooms
    async with asyncio.timeout(5):
        while city.rooms < rooms + 3:
            await asyncio.sleep(0)
    assert sum(city.loop.timings.counts) <= made + 1
    running.cancel()


@pytest.mark.parametrize("unread", [CATCHING_UP, CATCHING_UP + 1])
async def test_only_a_backlog_is_read_lazily(unread: int) -> None:
    city = City()
    city.unread = unread
    city.contacts.newest = WallClock().now() - 2 * LONG_AGO
    await city.loop.last_of(city.owned)
    assert city.contacts.lazily == [unread > CATCHING_UP]


async def test_who_owns_nothing_does_not_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(
        checkpoint_loop, "time", SimpleNamespace(monotonic=lambda: now, time=lambda: now)
    )
    city = City()
    now += 40
    assert city.loop.stalled_for() == 40
    city.loop.progressed()
    now += 1
    assert city.loop.stalled_for() == 1
    city.owned = frozenset()
    assert city.loop.stalled_for() == 0
