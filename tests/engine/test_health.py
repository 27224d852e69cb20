"""What ``/healthy`` says to whoever restarts workers that are stuck."""

from __future__ import annotations

import asyncio
import uuid

import aiohttp
import pytest

from streams.domain.plan import Plan
from streams.engine import telemetry
from streams.engine.worker import Worker
from streams.settings import Settings
from tests.brokers import free_port
from tests.running import fresh_topics

STALLED = 0.8
"""Seconds here: several checkpoints, and a test that does not last half a minute."""


async def test_a_worker_whose_checkpoints_are_stuck_is_not_healthy(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "STALLED", STALLED)
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
                async with worker._checkpointing:  # as if the one that is made never came back
                    await comes_to(503, "healthy")
                    await comes_to(200, "ready")
                await comes_to(200, "healthy")
        finally:
            await worker.stop()
            await running
