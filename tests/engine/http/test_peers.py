"""Two workers, each with its own lines: the live page of either shows the whole city."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.domain import instants
from streams.domain.instants import SECOND
from streams.engine.kafka.publish import Publisher
from streams.settings import Settings
from tests.brokers import KafkaCluster, free_port
from tests.plans import ANTWERP, ANTWERP_FILE
from tests.running import WorkerProcess, fresh_topics, until

LINES = sorted(ANTWERP.lines)


@pytest.fixture
def settings(kafka: KafkaCluster) -> Settings:
    """Of Apache Kafka: the demo's broker does not share out again when a second worker joins."""
    return Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        plan=str(ANTWERP_FILE),
        partitions=8,
        checkpoint_seconds=0.1,
        session_seconds=10.0,  # longer than one of the two is frozen here
    )


@pytest.fixture
def workers(settings: Settings, tmp_path: Path) -> Iterator[list[WorkerProcess]]:
    """Two that are told of each other, and of themselves: as a service's name stands for all."""
    ports = [free_port(), free_port()]
    peers = ",".join(f"127.0.0.1:{port}" for port in ports)
    running: list[WorkerProcess] = []
    try:
        for port in ports:
            worker = WorkerProcess(
                settings,
                tmp_path,
                f"worker-{port}",
                REACHLINE_WEB_PORT=str(port),
                REACHLINE_PEERS=peers,
            )
            worker.port = port
            running.append(worker)
        yield running
    finally:
        for worker in running:
            worker.resume()
            worker.kill()


def a_caller_each(count: int) -> Iterator[dict[str, Any]]:
    """To every line so many callers, who wait: all but the first line's, who are answered."""
    now = time.time_ns() // 1_000 - 20 * SECOND
    for line in LINES:
        for number in range(count):
            call = f"{line}-{number}"
            steps: list[dict[str, Any]] = [
                {"event": "call-start"},
                {"event": "menu-choice", "line": line},
                {"event": "queue", "line": line, "phase": "entered"},
            ]
            if line == LINES[0]:
                steps.append({"event": "queue", "line": line, "phase": "answered"})
            for second, step in enumerate(steps):
                at = instants.text(now + second * SECOND)
                yield {"event_id": f"{call}-{second}", "call_id": call, "at": at} | step


def figures(worker: WorkerProcess, only_own: bool = False) -> dict[str, Any]:
    status, text = worker.get("/figures?own" if only_own else "/figures")
    return orjson.loads(text) if status == 200 else {"lines": [], "whole": None}


def known(shown: dict[str, Any]) -> set[str]:
    """The lines of which there are figures."""
    return {line["line"] for line in shown["lines"] if line["as_of"] is not None}


def waiting(shown: dict[str, Any]) -> dict[str, int]:
    return {line["line"]: line["waiting"] for line in shown["lines"]}


async def test_either_page_shows_the_city_and_the_rest_of_it_while_one_is_away(
    settings: Settings, workers: list[WorkerProcess]
) -> None:
    await fresh_topics(settings)
    async with Publisher(settings) as publisher:
        await publisher.publish(a_caller_each(3))
    for worker in workers:
        worker.wait_ready(90)
    here, there = workers

    def divided() -> bool:
        mine, others = known(figures(here, only_own=True)), known(figures(there, only_own=True))
        return bool(mine and others and not mine & others and len(mine | others) == len(LINES))

    until(divided, 60, lambda: str([figures(worker, only_own=True) for worker in workers]))
    mine = known(figures(here, only_own=True))

    everybody = dict.fromkeys(LINES, 3) | {LINES[0]: 0}
    for worker in workers:
        until(
            lambda w=worker: waiting(figures(w)) == everybody, 20, lambda w=worker: str(figures(w))
        )
        shown = figures(worker)
        assert known(shown) == set(LINES)
        assert shown["whole"]["waiting"] == 3 * (len(LINES) - 1)
        assert shown["whole"]["contacts_today"] in (0, 3 * len(LINES))  # 0: begun before midnight

    there.pause()
    until(lambda: known(figures(here)) == mine, 6, lambda: str(figures(here)))
    begun = time.monotonic()
    shown = figures(here)
    assert time.monotonic() - begun < 4, "the page waits for nobody"
    for line in shown["lines"]:
        if line["line"] in mine:
            assert line["waiting"] == everybody[line["line"]]
        else:
            assert (line["status"], line["waiting"]) == ("no_data", None)
    there.resume()
    until(lambda: known(figures(here)) == set(LINES), 20, lambda: str(figures(here)))
