"""Quarter-hours as the workers keep them, read by statements and running periods."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiokafka import ConsumerRecord

from streams.domain.books import INTERVAL
from streams.domain.tally import LINE, Tally
from streams.engine import evidence, stored, topics
from streams.settings import Settings

START = INTERVAL * 1_900_000
SCOPES = [LINE + "a", LINE + "b"]
Records = list[ConsumerRecord[bytes, bytes]]


def partials(partition: int) -> Records:
    """What a worker leaves in one partition of partials: that it began, a figure, its clock."""
    told = [
        stored.anew_record(1, 0),
        stored.figures_record(
            1, 0, (SCOPES[partition], INTERVAL, START), Tally.of(contacts=5), False
        ),
        stored.clock_record(1, 0, START + INTERVAL, START + INTERVAL, {}),
    ]
    return [
        ConsumerRecord(topics.PARTIALS, partition, offset, 0, 0, key, value, None, 0, 0, ())
        for offset, (key, value) in enumerate(told)
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_what_a_worker_told_anew_in_one_partition_voids_nothing_in_another(
    monkeypatch: pytest.MonkeyPatch, order: tuple[int, int]
) -> None:
    class Broker:
        def __init__(self, _: Settings) -> None: ...

        async def __aenter__(self) -> Broker:
            return self

        async def __aexit__(self, *_: object) -> None: ...

        def partitions(self, _: str) -> list[int]:
            return [0]

        async def read(
            self, topic: str, since: int | None, take: Callable[[Records], object]
        ) -> None:
            for partition in order if topic == topics.PARTIALS else ():
                take(partials(partition))

    monkeypatch.setattr(evidence, "_Broker", Broker)
    found = await evidence.kept(Settings(), START, START + INTERVAL)
    assert {key[0]: tally["contacts"] for key, tally in found.intervals.items()} == dict.fromkeys(
        SCOPES, 5
    )
    assert found.provisional == {(scope, START) for scope in SCOPES}
