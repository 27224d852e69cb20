"""Ids of contacts that have left state: kept for twelve hours, and no more of them than there may
be in memory."""

from __future__ import annotations

import pytest

from streams.domain import retired
from streams.domain.contact import GAP
from streams.domain.instants import HOUR, MINUTE
from streams.engine.kafka import topics
from streams.engine.state.restored import Restored
from streams.engine.state.retired import (
    RETIRED_PREFIX,
    RetiredIds,
    from_retired_record,
    retired_key,
    retired_record,
    retired_removed,
)
from tests.calls import BEGIN, Call
from tests.engine.pocket import Deployment


class Partition:
    """One partition whose callers hang up in the menu; each leaves with a checkpoint of its own."""

    def __init__(self) -> None:
        self.deployment = Deployment(1)
        self.now = BEGIN

    def leaves(self, *call_ids: str, after: int = 16 * MINUTE) -> None:
        for call_id in call_ids:
            for event in Call(self.now).start(0).hang_up(5).events:
                self.deployment.send(call_id, event)
        self.deployment.merge(0)
        self.comes_to(self.now + after)

    def comes_to(self, now: int) -> None:
        self.now = now
        self.deployment.checkpoint(0, now)
        self.deployment.checkpoint(0, now)  # removes what the one before covers

    def stored(self) -> dict[str, int]:
        """The ids that are in the state, each with its newest instant."""
        found: dict[str, int] = {}
        for key, value in self.deployment.topics.latest(topics.STATE).items():
            if key.startswith(RETIRED_PREFIX):
                found |= from_retired_record(value).newest
        return found

    def restored(self) -> list[str]:
        """The ids that a successor knows, in the order in which they left."""
        self.deployment.crash(0)
        return [*self.deployment.ledger(0).retired]


IDS = RetiredIds(BEGIN, {"pbx1-17": BEGIN - HOUR, 'a "quoted" id': BEGIN})


def test_the_bytes_are_those_that_other_releases_know() -> None:
    assert retired_record(41, IDS) == (
        b"g|41",
        b'[%d,{"pbx1-17":%d,"a \\"quoted\\" id":%d}]' % (BEGIN, BEGIN - HOUR, BEGIN),
    )


def test_what_is_written_is_read_and_removed_under_the_same_key() -> None:
    key, value = retired_record(41, IDS)
    assert value is not None and from_retired_record(value) == IDS
    assert key == retired_key(41) and key.startswith(RETIRED_PREFIX)
    assert retired_removed(41) == (key, None)
    assert retired_key(4) != retired_key(41)


def test_an_id_is_known_for_twelve_hours() -> None:
    partition = Partition()
    partition.leaves("a")
    left = partition.now
    partition.comes_to(left + GAP)
    assert partition.stored() == {"a": BEGIN + 5_000_000}
    partition.comes_to(left + GAP + 1)
    assert partition.stored() == {}


def test_an_id_that_left_again_is_forgotten_in_its_turn() -> None:
    """The first time it has left late, for the watermark stood still: it is still known."""
    partition = Partition()
    partition.leaves("a", after=3 * HOUR)
    partition.comes_to(BEGIN + GAP + MINUTE)
    partition.leaves("b")
    partition.leaves("a")
    assert partition.restored() == ["b", "a"]


def test_the_state_has_no_more_ids_than_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten a checkpoint and room for thirty: whole checkpoints are forgotten, and none too early."""
    monkeypatch.setattr("streams.domain.retired.RETIRED_KEPT", 30)
    partition = Partition()
    for number in range(8):
        partition.leaves(*(f"{number}-{each}" for each in range(10)))
        assert len(partition.stored()) == min(10 * (number + 1), 30)
    known = [f"{number}-{each}" for number in (5, 6, 7) for each in range(10)]
    assert sorted(partition.restored()) == known
    assert partition.deployment.ledger(0).retired.forgotten == 0


def test_what_can_no_longer_be_asked_for_is_not_stored() -> None:
    """A rebuild reads a year of contacts at one watermark: nothing can come of most of them."""
    partition = Partition()
    for call_id, begun in (("last-year", BEGIN), ("this-hour", BEGIN + 365 * 24 * HOUR)):
        for event in Call(begun).start(0).hang_up(5).events:
            partition.deployment.send(call_id, event)
    partition.deployment.merge(0)
    partition.comes_to(BEGIN + 365 * 24 * HOUR + HOUR)
    assert [*partition.stored()] == ["this-hour"]
    restored = Restored()
    for record in partition.deployment.topics.log(topics.STATE, 0):
        assert record.key is not None
        restored.apply(record.key, record.value)
    restored.check()
    assert retired.RETIRED_KEPT >= len(partition.restored()) == 1
