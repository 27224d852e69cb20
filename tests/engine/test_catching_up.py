"""A worker that comes back to a long backlog works it off with one reading per call."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter

import pytest
from bank import real_books, real_calls
from brokers import free_port
from running import fresh_topics

from streams.domain.instants import MINUTE
from streams.domain.ledger import Ledger
from streams.domain.places import HeldContact
from streams.domain.plan import Plan
from streams.engine.alignment import ALIGNED_WITHIN, too_far_ahead
from streams.engine.publish import Publisher
from streams.engine.worker import Worker
from streams.settings import Settings

NOON = 1_795_003_200_000_000


@pytest.mark.parametrize("bootstrap", ["embedded"], indirect=True)
async def test_of_a_long_backlog_each_call_is_read_once(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        session_seconds=6.0,
        web_port=free_port(),
    )
    await fresh_topics(settings)
    async with Publisher(bootstrap) as publisher:
        await publisher.publish(real_calls())
    read = Counter[str]()
    judge = Ledger._read

    def counted(ledger: Ledger, contact: HeldContact) -> None:
        read[contact.call_id] += 1
        judge(ledger, contact)

    monkeypatch.setattr(Ledger, "_read", counted)
    worker = Worker(settings, Plan.default())
    running = asyncio.create_task(worker.run())
    calls = real_books().whole["city"]["contacts"]
    async with asyncio.timeout(120):
        while len(read) < calls or any(each.ledger.contacts for each in worker.sources.values()):
            await asyncio.sleep(0.1)
    await worker.stop()
    await running
    assert worker.counts.late == 0
    assert read.total() < 1.2 * calls  # the last of them are read as they come


def test_nobody_waits_while_all_are_near_each_other() -> None:
    newest = {"start": NOON + 4 * MINUTE, "choice": NOON + MINUTE, "queue": NOON}
    assert too_far_ahead(newest, newest) == set()


def test_whoever_is_far_ahead_of_the_slowest_waits() -> None:
    newest = {"start": NOON + ALIGNED_WITHIN + 1, "choice": NOON + ALIGNED_WITHIN, "queue": NOON}
    assert too_far_ahead(newest, newest) == {"start"}


def test_for_a_topic_that_brings_nothing_nobody_waits() -> None:
    newest = {"start": NOON + 60 * MINUTE, "choice": NOON + 60 * MINUTE, "queue": NOON}
    assert too_far_ahead(newest, ["start", "choice"]) == set()
    assert too_far_ahead({}, ["start"]) == set()
    assert too_far_ahead({"start": NOON + 60 * MINUTE}, ["start", "queue"]) == set()
