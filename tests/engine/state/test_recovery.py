"""A partition's state is read back from its changelog, and from nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from streams.engine.kafka import topics
from streams.engine.state import recovery
from streams.engine.state.checkpoint import REBUILDING, REBUILT
from streams.engine.state.contacts import contact_record
from streams.engine.state.recovery import read_back
from streams.settings import Settings
from tests.engine.state.test_contacts import TOLD, in_state
from tests.records import consumed

FACTS = contact_record(in_state(TOLD))


class Log:
    """What the partitions of the state hold; each fetch brings a record of each."""

    fetches: tuple[tuple[int, list[ConsumerRecord[bytes, bytes]]], ...] = (
        (0, consumed(topics.STATE, [REBUILDING])),
        (1, consumed(topics.STATE, [FACTS], 1)),
        (0, consumed(topics.STATE, [REBUILT, FACTS], first=1)),
    )
    read_of: list[TopicPartition]

    def __init__(self, settings: Settings) -> None:
        pass

    async def __aenter__(self) -> Log:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def read(
        self, tps: Collection[TopicPartition]
    ) -> AsyncIterator[tuple[TopicPartition, list[ConsumerRecord[bytes, bytes]]]]:
        Log.read_of = [*tps]
        for partition, records in self.fetches:
            yield TopicPartition(topics.STATE, partition), records


async def test_each_partition_gets_its_own_records_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "LogReader", Log)
    seen: list[tuple[int, int]] = []
    restored = await read_back(Settings(), [0, 1], lambda *of: seen.append(of))
    assert Log.read_of == [TopicPartition(topics.STATE, 0), TopicPartition(topics.STATE, 1)]
    assert {partition: state.records for partition, state in restored.items()} == {0: 3, 1: 1}
    assert not restored[0].rebuilding, "the mark was removed after it was set"
    assert restored[0].every_key() == restored[1].every_key() == [FACTS[0]]
    assert seen == [(0, 1), (1, 1), (0, 3)], "how far it is, after each fetch"


async def test_a_partition_without_a_record_is_empty_and_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "LogReader", Log)
    restored = await read_back(Settings(), [0, 1, 2], lambda *_: None)
    assert restored[2].records == 0 and restored[2].every_key() == []


async def test_for_nothing_no_broker_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(_: Settings) -> Log:
        raise AssertionError("somebody asks")

    monkeypatch.setattr(recovery, "LogReader", opened)
    assert await read_back(Settings(), [], lambda *_: None) == {}
