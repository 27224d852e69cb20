"""What a worker says of itself to whoever restarts it, and when it gives up by itself."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace

import aiohttp
import pytest

from streams.domain.plan import Plan
from streams.engine.http import telemetry
from streams.engine.worker import Worker
from streams.settings import Settings
from tests.brokers import KafkaCluster, free_port
from tests.running import fresh_topics

STALLED = 0.8
"""Seconds here: several checkpoints, and a test that does not last half a minute."""


async def test_a_worker_whose_checkpoints_are_stuck_is_not_healthy(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "UNHEALTHY_AFTER", STALLED)
    settings = Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.1,
        web_port=free_port(),
    )
    await fresh_topics(settings)
    worker = Worker(settings, Plan.default())
    running = asyncio.create_task(worker.run())
    async with aiohttp.ClientSession() as client:

        async def comes_to(status: int, page: str) -> None:
            url = f"http://127.0.0.1:{settings.web_port}/{page}"
            while True:
                try:
                    async with client.get(url) as answer:
                        if answer.status == status:
                            return
                except aiohttp.ClientConnectionError:
                    assert not running.done(), running.result()
                await asyncio.sleep(0.05)

        try:
            async with asyncio.timeout(40):
                await comes_to(200, "ready")
                await comes_to(200, "healthy")
                async with (
                    worker.checkpoint_loop._one_at_a_time
                ):  # as if the one that is made never came back
                    await comes_to(503, "healthy")
                    await comes_to(200, "ready")
                await comes_to(200, "healthy")
        finally:
            await worker.stop()
            await running


async def test_a_worker_for_whom_nothing_is_left_is_ready(kafka: KafkaCluster) -> None:
    """A spare one: an upgrade must not wait for it for ever."""
    settings = Settings(
        broker=kafka.bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=1, session_seconds=3
    )
    await fresh_topics(settings)
    workers = [Worker(replace(settings, web_port=free_port()), Plan.default()) for _ in range(2)]
    assert not any(worker.ready() for worker in workers)
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        async with asyncio.timeout(40):
            while not all(worker.ready() for worker in workers) or not all(
                worker.app.consumer.generation == workers[0].app.consumer.generation >= 1
                for worker in workers
            ):
                await asyncio.sleep(0.1)
        assert sorted(len(worker.contact_owners) for worker in workers) == [0, 1]
    finally:
        for worker in workers:
            await worker.stop()
        await asyncio.gather(*running)
