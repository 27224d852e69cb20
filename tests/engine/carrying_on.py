"""What holds once a worker has carried on where another was killed."""

from __future__ import annotations

from pathlib import Path

from streams.engine.kafka import topics
from streams.settings import Settings
from tests.bank import real_books
from tests.running import WorkerProcess, all_published, records_of


async def carries_on(settings: Settings, directory: Path) -> None:
    """A worker that starts now comes to the books of a run in which nothing was lost."""
    worker = WorkerProcess(settings, directory, "last")
    try:
        worker.wait_ready()
        await all_published(settings.broker, real_books().intervals)
        told = [record.key for record in await records_of(settings.broker, topics.JOURNEYS)]
        assert len(told) == len(set(told)), "an ended call was told twice"
        assert not await records_of(settings.broker, topics.LATE)
        assert worker.stop() == 0, worker.text()
    finally:
        worker.kill()
