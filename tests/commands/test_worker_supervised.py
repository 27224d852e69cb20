"""What a supervisor sees of each kind of trouble, as `deploy/supervisor.md` has it in its table."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from streams.engine.kafka import topics
from streams.settings import Settings
from tests.brokers import KafkaCluster, free_port
from tests.running import ROOT, WorkerProcess, fresh_topics, until
from tests.topics import deleted, made_by_hand, partitions_of

PAGE = (ROOT / "deploy" / "supervisor.md").read_text()
NONE = "none"
FROZEN_FOR = 60
"""Seconds; a write waits for half of that."""


class Row(NamedTuple):
    """A row of the table."""

    ready: str
    healthy: str
    status: str
    last_line: str
    fresh: str


def table() -> dict[str, Row]:
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if line.startswith("| ") and not line.startswith("| trouble")
    ]
    return {trouble: Row(*cells) for trouble, *cells in rows}


TABLE = table()


class Seen:
    """What was seen of a worker while it was in trouble."""

    def __init__(self, worker: WorkerProcess, of: Row) -> None:
        self._worker = worker
        self._row = of

    async def pages(self, limit: float = 60) -> None:
        """Its pages come to answer as the table says; who has ended answers nothing."""
        wanted = tuple(0 if each == NONE else int(each) for each in self._row[:2])

        def answered() -> tuple[int, ...]:
            return tuple(self._worker.get(page)[0] for page in ("/ready", "/healthy"))

        await asyncio.to_thread(until, lambda: answered() == wanted, limit, self._worker.text)

    async def end(self, limit: float = 60) -> None:
        """It ends by itself, or as it was asked to, with that status and that last line."""
        status = await asyncio.to_thread(self._worker.wait, limit)
        assert status == int(self._row.status), self._worker.text()
        *_, last = self._worker.text().splitlines()
        assert any(each in last for each in self._row.last_line.split(", or: ")), last
        assert "Traceback" not in self._worker.text()


def settings_of(bootstrap: str) -> Settings:
    return Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.25,
        session_seconds=10,
    )


async def _no_topics(settings: Settings) -> None:
    await fresh_topics(settings)
    await deleted(settings.broker, *await partitions_of(settings.broker))


async def _topics_that_do_not_fit(settings: Settings) -> None:
    await fresh_topics(settings)
    await made_by_hand(settings.broker, topics.LATE, 1)


FROM_THE_START: dict[str, Callable[[Settings], Awaitable[None]]] = {
    "there are no topics": _no_topics,
    "topics do not fit each other": _topics_that_do_not_fit,
}


@pytest.mark.parametrize("trouble", FROM_THE_START)
async def test_what_is_wrong_with_the_topics(trouble: str, bootstrap: str, tmp_path: Path) -> None:
    settings = settings_of(bootstrap)
    await FROM_THE_START[trouble](settings)
    worker = WorkerProcess(settings, tmp_path)
    try:
        seen = Seen(worker, TABLE[trouble])
        await seen.end()
        await seen.pages()
    finally:
        worker.kill()


async def test_what_is_wrong_before_a_broker_is_asked(tmp_path: Path) -> None:
    nowhere = settings_of(f"127.0.0.1:{free_port()}")
    plan = tmp_path / "plan.toml"
    plan.write_text("[city]\ntime_zone = 'Europe/Brussel'\n[[line]]\nid = 'waste'\n")
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = str(taken.sockets[0].getsockname()[1])
    workers = {
        "no broker answers": WorkerProcess(nowhere, tmp_path, "alone"),
        "the plan is wrong": WorkerProcess(replace(nowhere, plan=str(plan)), tmp_path, "plan"),
        "a setting is wrong": WorkerProcess(nowhere, tmp_path, "setting", REACHLINE_PARTITIONS="x"),
        "another program has the port": WorkerProcess(
            nowhere, tmp_path, "port", REACHLINE_WEB_PORT=port
        ),
    }
    try:
        for trouble, worker in workers.items():
            seen = Seen(worker, TABLE[trouble])
            await seen.end()
            await seen.pages()
    finally:
        taken.close()
        for worker in workers.values():
            worker.kill()


async def _is_asked_to_end(worker: WorkerProcess, kafka: KafkaCluster, seen: Seen) -> None:
    await seen.pages()
    worker.child.terminate()
    await seen.end()


async def _is_killed(worker: WorkerProcess, kafka: KafkaCluster, seen: Seen) -> None:
    worker.kill()
    assert 128 - worker.child.returncode == 137, "as a shell says it"
    await seen.pages()


async def _is_frozen(worker: WorkerProcess, kafka: KafkaCluster, seen: Seen) -> None:
    worker.pause()
    await seen.pages()


async def _goes_on_after_a_minute(worker: WorkerProcess, kafka: KafkaCluster, seen: Seen) -> None:
    worker.pause()
    await asyncio.sleep(FROZEN_FOR)
    worker.resume()
    await seen.pages(20)
    await seen.end()


async def _the_broker_stands_still(worker: WorkerProcess, kafka: KafkaCluster, seen: Seen) -> None:
    kafka.pause()
    try:
        await seen.pages()
        await seen.end()
    finally:
        kafka.resume()


MEANWHILE: dict[str, Callable[[WorkerProcess, KafkaCluster, Seen], Awaitable[None]]] = {
    "the worker is asked to end": _is_asked_to_end,
    "the worker is killed": _is_killed,
    "the worker is frozen": _is_frozen,
    "it was frozen for a minute, and goes on": _goes_on_after_a_minute,
    "the broker stands still": _the_broker_stands_still,
}


@pytest.mark.in_turn("trouble")
@pytest.mark.parametrize("trouble", MEANWHILE)
async def test_what_happens_while_it_works(
    trouble: str, kafka: KafkaCluster, tmp_path: Path
) -> None:
    """And its neighbour has all of its partitions soon."""
    settings, row = settings_of(kafka.bootstrap), TABLE[trouble]
    await fresh_topics(settings)
    worker = WorkerProcess(settings, tmp_path, "worker")
    neighbour = None
    try:
        await asyncio.to_thread(worker.wait_ready)
        if "broker" not in trouble:
            neighbour = WorkerProcess(settings, tmp_path, "neighbour")
            await asyncio.to_thread(until, lambda: owns(neighbour) == owns(worker) == 1, 60)
        await MEANWHILE[trouble](worker, kafka, Seen(worker, row))
        if neighbour is not None:
            await asyncio.to_thread(until, lambda: owns(neighbour) == 2, 60, neighbour.text)
            if row.last_line == "recovered":
                *_, last = neighbour.text().splitlines()
                assert row.last_line in last
    finally:
        worker.kill()
        if neighbour is not None:
            neighbour.kill()


def owns(worker: WorkerProcess | None) -> int:
    """How many source partitions it says that it owns."""
    assert worker is not None
    return len(worker.metrics().get("contact_state_owner", ())) if worker.running else 0


def test_each_row_of_the_table_is_one_of_these() -> None:
    before = {
        "no broker answers",
        "the plan is wrong",
        "a setting is wrong",
        "another program has the port",
    }
    assert {*TABLE} == {*FROM_THE_START, *MEANWHILE, *before}
