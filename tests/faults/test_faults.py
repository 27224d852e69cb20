"""Whatever breaks, the books are those of a run in which nothing did: seeded runs on three brokers.

`REACHLINE_FAULT_SEEDS=12,13` runs these seeds instead of the usual; `long_run.py` runs hundreds.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.brokers import KafkaCluster
from tests.faults.chaos import begin, live

SEEDS = [
    int(each) for each in os.environ.get("REACHLINE_FAULT_SEEDS", "1,2,3,4,5,6,7,8,9,10").split(",")
]
SECONDS = float(os.environ.get("REACHLINE_FAULT_SECONDS", "30"))


@pytest.mark.in_turn("seed", parts=10)
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_books_survive(seed: int, kafka3: KafkaCluster, tmp_path: Path) -> None:
    for attempt in range(3):  # a run in which nothing was read twice proves nothing: once more
        directory = tmp_path / str(attempt)
        directory.mkdir()
        run = await begin(seed, kafka3.bootstrap, directory, kafka3)
        outcome = await live(run, SECONDS)
        assert not outcome.differences, "\n".join(outcome.differences[:20])
        if not outcome.void:
            return
    raise AssertionError(f"no replay or no rebalance was seen: {outcome}")


KINDS = [
    "kill a worker",
    "end a worker",
    "freeze a worker past its session",
    "kill at a failpoint",
    "stall a topic",
    "slow the callers",
    "scale",
    "roll",
    "correct the plan",
    "wrong wall clock",
    "other codec",
    "force compaction",
    "kill a broker",
    "freeze a broker",
]


SAID = {
    "correct the plan": "the plan judges the past otherwise",
    "wrong wall clock": "this machine's clock differs from the brokers'",
}
"""What a worker says of a fault: without it none has happened."""


@pytest.mark.in_turn("kind")
@pytest.mark.parametrize("kind", KINDS)
async def test_the_books_survive_one_kind_again_and_again(
    kind: str, kafka3: KafkaCluster, tmp_path: Path
) -> None:
    """What a mixture hides: a fault whose traces the next one of another kind would clean up."""
    run = await begin(KINDS.index(kind) + 1, kafka3.bootstrap, tmp_path, kafka3, only=kind)
    assert [*run.faults()] == [kind]
    outcome = await live(run, SECONDS / 2)
    assert not outcome.differences, "\n".join(outcome.differences[:20])
    assert SAID.get(kind, "") in "".join(worker.text() for worker in run.every)


@pytest.mark.parametrize("mutation", ["count repeats", "commit first"])
async def test_the_suite_notices(mutation: str, kafka: KafkaCluster, tmp_path: Path) -> None:
    """The test of the test: with idempotence off, or in the order of stock Faust, it turns red."""
    # Seed 1: one of those whose state is not lost.
    settings = {"mutation": mutation, "only": "kill a worker", "partitions": 2, "workers": 2}
    run = await begin(1, kafka.bootstrap, tmp_path, None, **settings)
    outcome = await live(run, 20, patience=20)
    assert outcome.differences
