"""Records and batches of every wrong kind: no worker ends, and good calls' books are theirs alone.

`tests/faults/fuzz_run.py` has ten million of them; here are as many as a change can wait for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.domain.event_reader import REASONS, TOO_MANY_CONTACTS
from streams.engine.roles.contact_owner import ContactOwner
from tests.brokers import KafkaCluster
from tests.faults import fuzzed_kafka
from tests.faults.fuzzed import GOOD, Episode, named
from tests.faults.fuzzed_batches import DAMAGES
from tests.faults.fuzzed_records import AIMED, ANY, RARE, repeated


def test_no_record_and_no_batch_ends_a_worker_or_harms_a_good_call() -> None:
    counted = Episode(1, 8_000).run()
    assert not counted.differences, "\n".join(counted.differences[:20])
    assert counted.came[GOOD, "accepted"] == counted.sent[GOOD] > 100
    # Each kind was there, and was not refused for being of its kind where it need not be.
    kinds = {named(each) for each in (*ANY, *RARE, *AIMED, repeated)}
    assert kinds | {f"a batch: {named(each)}" for each in DAMAGES} <= counted.sent.keys()
    assert counted.reasons.keys() == {*REASONS} - {TOO_MANY_CONTACTS}
    for each in AIMED:
        assert counted.came[named(each), "refused"] == counted.sent[named(each)]
    assert counted.came[named(repeated), "accepted"] == counted.sent[named(repeated)]
    for came in ("accepted", "late", "refused"):
        assert sum(n for (kind, what), n in counted.came.items() if what == came) > 100, came


@pytest.mark.slow
@pytest.mark.in_turn("seed")
@pytest.mark.parametrize("seed", range(2, 12))
def test_nor_do_a_hundred_thousand(seed: int) -> None:
    counted = Episode(seed, 100_000).run()
    assert not counted.differences, "\n".join(counted.differences[:20])


def test_the_books_that_are_compared_notice_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: one record in twenty is passed over."""
    merge = ContactOwner.merge

    def some(self: ContactOwner, topic: str, records: list[Any]) -> None:
        merge(self, topic, [*_left(records)])

    def _left(records: list[Any]) -> Iterator[Any]:
        return (each for each in records if each.offset % 20 != 7)

    monkeypatch.setattr(ContactOwner, "merge", some)
    differences = Episode(1, 8_000).run().differences
    assert any("good, and not accepted" in each for each in differences)
    assert any(each.startswith("line:") for each in differences)


async def test_a_worker_reads_them_from_kafka(kafka: KafkaCluster, tmp_path: Path) -> None:
    counted = await fuzzed_kafka.through(kafka, tmp_path, seed=1, records=5_000)
    assert not counted.differences, "\n".join(counted.differences[:20])
    assert counted.came[GOOD, "accepted"] == counted.sent[GOOD] > 100
    assert counted.came["a batch: flipped", "refused"]
