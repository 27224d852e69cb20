"""Batches reach the owners of their partitions, and intake waits when it must."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.domain.instants import MINUTE
from streams.engine import intake
from streams.engine.intake import MERGED_AT_ONCE, PENDING_AT_MOST, TURN, Intake
from streams.engine.kafka import topics
from streams.engine.kafka.batches import Batch
from streams.engine.kafka.forms import NEWEST
from streams.engine.roles.alignment import ALIGNED_WITHIN

FIRST, *OTHERS = topics.INPUTS


class Owner:
    """The owner of a partition, who notes what it is given."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.pending = 0
        self.merged: list[tuple[str, list[Any]]] = []
        self.applied: list[Any] = []
        self.newest: dict[str, int] = {}
        self.fruitless: set[str] = set()
        self.positions: dict[str, int] = {}

    def merge(self, topic: str, records: list[Any]) -> None:
        self.merged.append((topic, records))
        self.pending += len(records)

    def apply(self, records: list[Any]) -> None:
        self.applied += records


class City:
    """Two partitions of each role, their owners, and what their consumer knows and was asked."""

    def __init__(self) -> None:
        self.contacts, self.lines, self.callers = ({0: Owner(0), 1: Owner(1)} for _ in range(3))
        self.positions: dict[TopicPartition, int] = {}
        self.ends: dict[TopicPartition, int] = {}
        self.waiting: set[TopicPartition] = set()
        roles = {"contacts": self.contacts, "lines": self.lines, "callers": self.callers}
        ownership: Any = SimpleNamespace(
            **{name: SimpleNamespace(owners=owners) for name, owners in roles.items()}
        )
        app: Any = SimpleNamespace(consumer=self)
        self.intake = Intake(app, ownership)

    def position(self, tp: TopicPartition) -> int | None:
        return self.positions.get(tp)

    def highwater(self, tp: TopicPartition) -> int | None:
        return self.ends.get(tp)

    def pause(self, tps: Iterable[TopicPartition]) -> None:
        self.waiting |= {*tps}

    def resume(self, tps: Iterable[TopicPartition]) -> None:
        self.waiting -= {*tps}


class Numbered(int):
    """A record that is its number; those above 100 can't be read."""

    @property
    def headers(self) -> tuple[Any, ...]:
        return ((None, b"cut off"),) if self > 100 else (("form", b"%d" % NEWEST),)


async def batches(topic: str, *brought: tuple[int, int]) -> AsyncIterator[Batch]:
    """Batches of a topic: of which partition, and how many records."""
    for partition, count in brought:
        records: list[Any] = [Numbered(number) for number in range(count)]
        yield Batch(TopicPartition(topic, partition), records, lambda _: None)


async def test_records_reach_the_owner_of_their_partition_in_their_order() -> None:
    city = City()
    await city.intake.events(batches("contact.queue", (0, 2 * MERGED_AT_ONCE + 1), (1, 3)))
    merged = [record for _, records in city.contacts[0].merged for record in records]
    assert merged == [*range(2 * MERGED_AT_ONCE + 1)]
    assert city.contacts[1].merged == [("contact.queue", [0, 1, 2])]
    await city.intake.partials(batches(topics.PARTIALS, (1, 2)))
    assert [each.applied for each in city.lines.values()] == [[], [0, 1]]
    await city.intake.calls(batches(topics.CALLERS, (0, 3)))
    assert [each.applied for each in city.callers.values()] == [[0, 1, 2], []]


async def test_of_our_own_topics_what_can_not_be_read_is_passed_over() -> None:
    """It is said in the log already; a board goes on without it, for none comes back by waiting."""
    city = City()
    await city.intake.partials(batches(topics.PARTIALS, (0, 103)))
    await city.intake.calls(batches(topics.CALLERS, (0, 103)))
    for owner in (city.lines[0], city.callers[0]):
        assert owner.applied == [*range(101)]
    await city.intake.events(batches("contact.queue", (0, 103)))
    assert sum(len(records) for _, records in city.contacts[0].merged) == 103


async def test_amid_a_slow_batch_heartbeats_get_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """All calls under one call id: each event of it takes as long as all before it together."""
    now = 1_000.0
    turns = 0
    seen: list[int] = []  # turns of others until each slice

    class Slow(Owner):
        def merge(self, topic: str, records: list[Any]) -> None:
            nonlocal now
            now += TURN / 2
            seen.append(turns)
            assert 0 < len(records) <= MERGED_AT_ONCE

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    city = City()
    city.contacts[0] = Slow(0)
    monkeypatch.setattr(intake, "time", SimpleNamespace(monotonic=lambda: now))
    beating = asyncio.create_task(others())
    await city.intake.events(batches("contact.queue", (0, 10 * MERGED_AT_ONCE + 1)))
    beating.cancel()
    assert len(seen) == 11
    assert all(later > earlier for earlier, later in zip(seen, seen[3:], strict=False))


async def test_intake_waits_for_a_checkpoint_when_too_much_is_in_none() -> None:
    city = City()
    city.contacts[0].pending = PENDING_AT_MOST - 1
    reading = asyncio.create_task(city.intake.events(batches("contact.queue", (1, 1), (1, 1))))
    async with asyncio.timeout(5):
        await city.intake.full(60)  # said at once, not after a minute
    await asyncio.sleep(0)
    assert sum(each.pending for each in city.contacts.values()) == PENDING_AT_MOST + 1
    assert not reading.done()
    city.intake.make_room()
    async with asyncio.timeout(5):
        await reading
    full = asyncio.create_task(city.intake.full(60))
    await asyncio.sleep(0.01)
    assert not full.done()
    full.cancel()


async def test_a_topic_that_runs_ahead_waits_for_the_others() -> None:
    city, owner = City(), Owner(1)
    tps = {topic: TopicPartition(topic, 1) for topic in topics.INPUTS}
    city.ends = dict.fromkeys(tps.values(), 10)
    city.positions = dict.fromkeys(tps.values(), 5)
    owner.newest = dict.fromkeys(OTHERS, 0) | {FIRST: ALIGNED_WITHIN + MINUTE}
    city.intake.align(owner)  # type: ignore[arg-type]
    assert city.waiting == {tps[FIRST]}
    owner.newest |= dict.fromkeys(OTHERS, MINUTE)
    city.intake.align(owner)  # type: ignore[arg-type]
    assert city.waiting == set()


@pytest.mark.parametrize("why", ["read to the end", "brings only what is refused"])
async def test_nobody_waits_for_a_topic_that_moves_nothing_on(why: str) -> None:
    city, owner = City(), Owner(0)
    tps = {topic: TopicPartition(topic, 0) for topic in topics.INPUTS}
    city.ends = dict.fromkeys(tps.values(), 10)
    city.positions = {tps[FIRST]: 5}
    owner.newest = dict.fromkeys(OTHERS, 0) | {FIRST: ALIGNED_WITHIN + MINUTE}
    if why == "read to the end":
        city.positions |= {tps[topic]: 10 for topic in OTHERS}
    else:
        owner.fruitless = {*OTHERS}
    city.intake.align(owner)  # type: ignore[arg-type]
    assert city.waiting == set()


def test_how_much_is_not_read_yet() -> None:
    """What is merged counts, else what was fetched; nothing is known of what nobody fetched."""
    city = City()
    tps = [TopicPartition(FIRST, partition) for partition in (0, 1)]
    city.ends = {tps[0]: 100, tps[1]: 100, TopicPartition(OTHERS[0], 0): 7}
    city.positions = {tps[0]: 90, tps[1]: 90}
    city.contacts[0].positions = {FIRST: 60}
    assert city.intake.lag() == 40 + 10 + 7
    city.ends[tps[0]] = 50  # as the last answered fetch had it
    assert city.intake.lag() == 10 + 7
