"""Logs are read to where they end, and whoever waits for that too long is told of what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.engine.kafka import clients, read_to_end, topics
from streams.engine.kafka.read_to_end import LogReader, ReadError
from streams.settings import Settings
from tests.records import consumed

A, B = TopicPartition(topics.STATE, 0), TopicPartition(topics.STATE, 1)


class Log:
    """Partitions as a consumer sees them: offsets at which a record lies, and their ends."""

    def __init__(self, held: Mapping[TopicPartition, tuple[list[int], int]]) -> None:
        self.held = held
        self.at: dict[TopicPartition, int] = {}
        self.silent_after: float = float("inf")
        self.story: list[str] = []

    def __call__(self, settings: Settings) -> Log:
        return self

    async def start(self) -> None:
        self.story.append("start")
        if self.silent_after < 0:
            await asyncio.Event().wait()

    async def stop(self) -> None:
        self.story.append("stop")

    def assign(self, tps: list[TopicPartition]) -> None:
        assert isinstance(tps, list)
        self.at = dict.fromkeys(tps, -1)

    async def seek_to_beginning(self, *tps: TopicPartition) -> None:
        self.at |= dict.fromkeys(tps, 0)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self.at[tp] = offset

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: self.held[tp][1] for tp in tps}

    async def position(self, tp: TopicPartition) -> int:
        return self.at[tp]

    async def getmany(self, *tps: TopicPartition, timeout_ms: int, max_records: int) -> Any:
        """What one fetch brings: some records of one partition, or a hole is passed."""
        self.silent_after -= 1
        if self.silent_after < 0:
            await asyncio.Event().wait()
        tp = tps[0]
        records, end = self.held[tp]
        found = [offset for offset in records if offset >= self.at[tp]][:max_records]
        if not found:
            self.at[tp] = end
            return {}
        self.at[tp] = found[-1] + 1
        return {tp: [consumed(tp.topic, [(b"k", b"v")], tp.partition, each)[0] for each in found]}


async def read(
    log: Log, monkeypatch: pytest.MonkeyPatch, starts: dict[TopicPartition, int], at_once: int = 2
) -> list[tuple[TopicPartition, list[int]]]:
    monkeypatch.setattr(clients, "reader", log)
    async with LogReader(Settings(), at_once) as reader:
        return [
            (tp, [record.offset for record in records])
            async for tp, records in reader.read([*log.held], starts)
        ]


async def test_every_record_is_read_in_its_order_over_all_holes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Compaction leaves holes, and the last offsets are a transaction's marks."""
    log = Log({A: ([3, 4, 9], 12), B: ([0], 1)})
    assert await read(log, monkeypatch, {}) == [(A, [3, 4]), (A, [9]), (B, [0])]
    assert log.story == ["start", "stop"]


async def test_a_partition_may_be_read_from_an_offset_on(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log({A: ([3, 4, 9], 12), B: ([0, 1], 2)})
    assert await read(log, monkeypatch, {A: 4, B: 2}) == [(A, [4, 9])]


async def test_of_an_empty_log_nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log({A: ([], 0)})
    log.silent_after = 0
    assert await read(log, monkeypatch, {}) == []
    assert await read(Log({}), monkeypatch, {}) == []


async def test_a_log_that_ends_before_its_start_was_made_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ReadError, match=r"contact\.state: was truncated or created again"):
        await read(Log({A: ([0], 1)}), monkeypatch, {A: 2})


async def test_whoever_waits_for_records_too_long_is_told_of_which(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_to_end, "STALLED", 0.1)
    log = Log({B: ([0, 1, 2], 3), A: ([0], 1)})
    log.silent_after = 1
    with pytest.raises(ReadError) as error:
        await read(log, monkeypatch, {})
    assert str(error.value) == (
        "contact.state: partitions 0, 1 could not be read to the end: nothing came for 0.1 s"
    )
    assert log.story == ["start", "stop"]


async def test_a_broker_that_does_not_answer_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_to_end, "STALLED", 0.1)
    log = Log({A: ([0], 1)})
    log.silent_after = -1
    with pytest.raises(ReadError, match=r"the broker did not answer for 0\.1 s"):
        await read(log, monkeypatch, {})
    assert log.story == ["start", "stop"], "no connection is left"


async def test_records_that_keep_coming_may_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is limited is how long nothing comes, not how much there is."""
    monkeypatch.setattr(read_to_end, "STALLED", 0.3)

    class Slow(Log):
        async def getmany(self, *tps: TopicPartition, timeout_ms: int, max_records: int) -> Any:
            await asyncio.sleep(0.1)
            return await super().getmany(*tps, timeout_ms=timeout_ms, max_records=max_records)

    found = await read(Slow({A: ([*range(6)], 6)}), monkeypatch, {}, at_once=1)
    assert [offsets for _, offsets in found] == [[each] for each in range(6)]


async def test_where_to_begin_for_an_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    log: Any = Log({})

    async def offsets_for_times(asked: dict[TopicPartition, int]) -> dict[TopicPartition, Any]:
        assert asked == {A: 1_700, B: 1_700}
        return {A: SimpleNamespace(offset=7), B: None}

    log.offsets_for_times = offsets_for_times
    monkeypatch.setattr(clients, "reader", log)
    async with LogReader(Settings()) as reader:
        assert await reader.offsets_at([A, B], 1_700_999) == {A: 7}


async def test_all_topics_are_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To ask for one by its name creates it, where brokers do that."""

    class Cluster:
        def topics(self) -> set[str]:
            return {"contact.queue", "new"}

        def partitions_for_topic(self, topic: str) -> set[int] | None:
            return {2, 0, 1} if topic == "contact.queue" else None

    async def fetch_all_metadata() -> Cluster:
        return Cluster()

    log: Any = Log({})
    log._client = SimpleNamespace(fetch_all_metadata=fetch_all_metadata)
    monkeypatch.setattr(clients, "reader", log)
    async with LogReader(Settings()) as reader:
        assert await reader.partitions() == {
            "contact.queue": [TopicPartition("contact.queue", each) for each in range(3)],
            "new": [],
        }


async def test_what_can_not_be_read_of_ours_ends_the_reading_or_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Events are given as they are: who reads them refuses them."""
    (lost,) = consumed(topics.STATE, [(b"k", b"v")], 0, 4)
    lost.headers = ((None, b"cut off"),)
    kept = consumed(topics.STATE, [(b"k", b"v")], 0, 5)
    monkeypatch.setattr(clients, "reader", Log({A: ([], 0)}))
    said = r"contact\.state: partition 0, offset 4: cut off; stop the workers and run `reachline"
    with pytest.raises(ReadError, match=said):
        LogReader(Settings())._readable(A, [lost, *kept])
    assert LogReader(Settings(), complete=False)._readable(A, [lost, *kept]) == kept
    event = TopicPartition("contact.queue", 0)
    assert LogReader(Settings())._readable(event, [lost]) == [lost]
