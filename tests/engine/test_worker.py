"""Real calls through a broker and one or two workers: the books are those of a replay."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.domain.books import Books
from streams.domain.tally import CITY, LINE, VENDOR
from streams.engine import worker as worker_module
from streams.engine.kafka.publish import Publisher
from streams.engine.kafka.writer import Writer
from streams.engine.state.errors import StateError
from streams.engine.worker import REBALANCE_SECONDS, Worker, beside_the_stream
from streams.settings import Settings
from tests.bank import real_books, real_calls
from tests.running import (
    WorkerProcess,
    all_published,
    fresh_topics,
    until,
)


@pytest.fixture
def settings(bootstrap: str) -> Settings:
    return Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=4,
        checkpoint_seconds=0.1,
        session_seconds=6.0,  # the least that the embedded broker takes
        metrics="all",  # the books are of all time
    )


async def published(settings: Settings) -> None:
    async with Publisher(settings) as publisher:
        await publisher.publish(real_calls())


async def succeeding(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """The settings of who comes after a worker that was killed.

    The embedded broker keeps a dead member in its group for ever (Apache Kafka until its session
    is over), so there the successor is a group of its own; the state is the same. Its transactions
    are its own, too: what the dead one has left open is ended here, as a successor in its group
    does, or nothing that comes after it is read for a minute.
    """
    if request.node.callspec.params["bootstrap"] != "embedded":
        return settings
    for role in ("source", "lines", "callers"):
        for partition in range(settings.partitions):
            writer = Writer(settings, f"{settings.app}-{role}-{partition}", timeout=10.0)
            await writer.start()
            await writer.stop()
    return replace(settings, app=f"{settings.app}-next")


def shown(workers: list[WorkerProcess], name: str, **labels: str) -> float:
    """The sum of a metric's samples with these labels over all workers."""
    wanted = set(labels.items())
    return sum(
        value
        for worker in workers
        for found, value in worker.metrics().get(name, {}).items()
        if wanted <= found
    )


def holds(workers: list[WorkerProcess], wanted: Books) -> None:
    """The metrics show the books, whole, each scope once."""
    for scope, tally in wanted.totals.items():
        if scope == CITY:
            continue
        kind = "line" if scope.startswith(LINE) else "vendor"
        labels = {kind: scope.removeprefix(LINE).removeprefix(VENDOR), "window": "all"}
        for name in ("answered", "abandoned", "left_before_queue"):
            found = shown(workers, f"contact_{kind}_visits", disposition=name, **labels)
            assert found == tally[name], (scope, name)
    assert shown(workers, "contact_city_contacts", window="all") == wanted.totals[CITY]["contacts"]
    assert shown(workers, "contact_books_imbalance") == 0


async def test_one_worker_gives_the_books_of_a_replay(settings: Settings, tmp_path: Path) -> None:
    await fresh_topics(settings)
    await published(settings)
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        await all_published(settings.broker, real_books().intervals)
        until(lambda: worker.metrics() != {}, 5)
        holds([worker], real_books())
        assert worker.get("/healthy")[0] == 200
        assert shown([worker], "contact_late_total") == 0
        assert sum(worker.metrics()["contact_lag_records"].values()) == 0
        assert worker.stop() == 0, worker.text()
    finally:
        worker.kill()


@pytest.mark.slow
@pytest.mark.in_turn("bootstrap")
async def test_a_worker_ended_and_one_killed_midway_leave_no_trace(
    settings: Settings,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """One ends at a checkpoint, one is killed, a third goes on."""
    await fresh_topics(settings)
    await published(settings)
    workers = []
    try:
        for turn in range(3):
            worker = WorkerProcess(settings, tmp_path, f"worker{turn}")
            workers.append(worker)
            worker.wait_ready()  # and most of the calls not yet read
            if turn == 0:
                assert worker.stop() == 0, worker.text()
            elif turn == 1:
                worker.kill()
                settings = await succeeding(settings, request)
        await all_published(settings.broker, real_books().intervals)
        holds(workers[-1:], real_books())
    finally:
        for worker in workers:
            worker.kill()


def test_who_waits_for_partitions_longer_than_a_rebalance_stalls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a broker that is frozen: it used to be healthy for ever."""
    now = 1_000.0
    monkeypatch.setattr(worker_module, "time", SimpleNamespace(monotonic=lambda: now))
    consumer = SimpleNamespace(taken_over=False, owned=frozenset())
    waiting: Any = SimpleNamespace(
        app=SimpleNamespace(consumer=consumer),
        checkpoint_loop=SimpleNamespace(stalled_for=lambda: 7.0),
        _recovering=False,
        _waits_since=now,
    )

    def stalled() -> float:
        return Worker.stalled_for(waiting)

    now += REBALANCE_SECONDS
    assert stalled() == 0
    now += 40
    assert stalled() == 40
    waiting._recovering = True  # which has a limit of its own
    assert stalled() == 0
    waiting._recovering, consumer.taken_over = False, True
    assert stalled() == 7
    consumer.taken_over = False
    assert stalled() == 0, "a rebalance begins, and it waits anew"
    now += REBALANCE_SECONDS + 3
    assert stalled() == 3


async def test_what_fails_beside_the_stream_says_so_and_begins_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker_module, "BEGINS_AGAIN_AFTER", 0)
    done: list[str] = []

    async def work() -> None:
        done.append("begun")
        if len(done) == 1:
            raise KeyError("a caller's number")
        if len(done) == 2:
            raise StateError("kept otherwise")
        if len(done) == 4:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await beside_the_stream("running periods", work)
    assert len(done) == 4
    said = [(each.message, each.what, each.why) for each in caplog.records]  # type: ignore[attr-defined]
    again = "failed, and begins again", "running periods"
    assert said == [
        (*again, "an unforeseen failure; REACHLINE_TRACEBACK=1 shows where it comes from"),
        (*again, "kept otherwise"),
    ]
