"""Commits of offsets say whether the group still counts this worker in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError

from streams.engine.kafka import commits
from streams.engine.kafka.commits import COMMIT_PATIENCE, CommitError, Commits

OFFSETS = {TopicPartition("contact.queue", 0): 1}


class Group:
    """The group as the consumer knows it: it accepts offsets, refuses them, or does not answer."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.answer: Exception | None = None
        self.silent = False
        self.committed: list[Mapping[TopicPartition, int]] = []

    def commits(self) -> Commits:
        app: Any = SimpleNamespace(consumer=self)
        return Commits(app)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        if self.silent:
            await asyncio.Event().wait()
        if self.answer is not None:
            raise self.answer
        self.committed.append(offsets)


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Group:
    group = Group()
    # Not the clock of the event loop, which has its own timeouts.
    monkeypatch.setattr(commits, "time", SimpleNamespace(monotonic=lambda: group.now))
    return group


async def test_a_worker_gives_up_when_commits_are_refused_for_long_and_not_before(
    group: Group,
) -> None:
    """However long ago its last commit was: a recovery may have taken longer than its patience."""
    commits = group.commits()
    group.answer = CommitFailedError("rebalance in progress")
    group.now += 2 * COMMIT_PATIENCE
    await commits.commit(OFFSETS)
    group.now += COMMIT_PATIENCE - 1
    await commits.commit(OFFSETS)
    group.now += 2
    with pytest.raises(CommitError, match="for 30 s: the group has gone on without this worker"):
        await commits.commit(OFFSETS)


@pytest.mark.parametrize("accepts", ["a commit", "an assignment"])
async def test_whoever_is_counted_in_again_is_patient_again(group: Group, accepts: str) -> None:
    commits = group.commits()
    group.answer = CommitFailedError("rebalance in progress")
    await commits.commit(OFFSETS)
    group.now += COMMIT_PATIENCE - 1
    if accepts == "a commit":
        group.answer = None
        await commits.commit(OFFSETS)
        assert group.committed == [OFFSETS]
    else:
        commits.assigned()
    group.answer = CommitFailedError("rebalance in progress")
    group.now += 2
    await commits.commit(OFFSETS)


async def test_a_broker_that_does_not_answer_ends_the_worker_at_once(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has waited for so long already."""
    monkeypatch.setattr(commits, "COMMIT_PATIENCE", 0.01)
    group.silent = True
    with pytest.raises(CommitError, match="the broker does not answer"):
        await group.commits().commit(OFFSETS)


async def test_what_is_no_answer_of_the_group_is_not_passed_over(group: Group) -> None:
    group.answer = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await group.commits().commit(OFFSETS)


async def test_how_lately_the_group_has_accepted_something(group: Group) -> None:
    commits = group.commits()
    group.now += 10
    assert commits.accepted_within(10.5) and not commits.accepted_within(10)
    group.answer = CommitFailedError("rebalance in progress")
    await commits.commit(OFFSETS)
    assert not commits.accepted_within(10), "a refusal is no acceptance"
    group.answer = None
    await commits.commit(OFFSETS)
    assert commits.accepted_within(0.5)
    group.now += 1
    assert not commits.accepted_within(0.5)
    commits.assigned()
    assert commits.accepted_within(0.5)
