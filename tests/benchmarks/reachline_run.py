"""One Reachline worker catching up with what is in Kafka, in a process of its own.

    python -m tests.benchmarks.reachline_run BOOTSTRAP EVENTS PLAN INTERVALS

Ends when every event is in a durable checkpoint, its figures are on the boards, and the records of
the boards are durable too. Then, untimed, the group's committed offsets are compared with the ends
of the topics. Prints what it took as JSON, with the final intervals that the worker has published
(``INTERVALS`` of them are waited for).
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import uvloop
from aiokafka import TopicPartition

from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.worker import Worker
from streams.settings import Settings
from tests.benchmarks.loading import final_intervals
from tests.benchmarks.measuring import LIMIT, Took, peak_megabytes
from tests.benchmarks.workers import caught_up
from tests.brokers import free_port
from tests.running import eventually

_COMMITTED = 5.0
"""Seconds in which to find that the offsets are committed: they were before the clock stopped."""

PATIENCE = 10.0
"""Seconds without a new final interval after which no more are expected."""

_WITHIN = 0.9 * LIMIT
"""Seconds for each wait: a run that hangs reports how far it came before it is killed."""


class _Watch:
    """From when partitions are owned until the last event is durable, in wall and CPU time."""

    def __init__(self, worker: Worker, events: int) -> None:
        self.worker = worker
        self.events = events

    def _applied(self) -> int:
        return sum(self.worker.counts.events.values())

    async def _until(self, condition: Callable[[], object]) -> None:
        """Waits for a condition that the worker signals nowhere."""
        await eventually(
            condition, _WITHIN, lambda: f"{self._applied():,} of {self.events:,} events are applied"
        )

    async def complete(self) -> Took:
        """Waits until every event is in a checkpoint, whose records are on the boards."""
        worker = self.worker
        await self._until(lambda: worker.contact_owners)
        # Nothing, unless events came before this could look.
        skipped, wall, cpu = self._applied(), time.monotonic(), time.process_time()
        await self._until(
            lambda: (
                self._applied() >= self.events
                and not any(source.pending for source in worker.contact_owners.values())
            )
        )
        merged = worker.last_checkpoint
        await self._until(lambda: worker.last_checkpoint != merged)
        ends = await worker.app.consumer.end_offsets(
            [TopicPartition(topics.PARTIALS, partition) for partition in worker.line_owners]
        )
        # The last offset is that of a transaction's marker.
        await self._until(
            lambda: all(
                tp.partition in worker.line_owners
                and worker.line_owners[tp.partition].position >= end - 1
                for tp, end in ends.items()
            )
        )
        shown = worker.last_checkpoint
        await self._until(lambda: worker.last_checkpoint != shown)
        return {
            "events": self.events - skipped,
            "seconds": time.monotonic() - wall,
            "cpu": time.process_time() - cpu,
        }


async def catch_up(
    bootstrap: str,
    events: int,
    plan: str,
    app: str,
    intervals: int,
    around: AbstractContextManager[object] | None = None,
) -> Took:
    """Runs a worker until it has caught up, within ``around``; what it took and has counted."""
    # A long session, so that a busy machine slows the worker down instead of sending it away.
    settings = Settings(broker=bootstrap, app=app, web_port=free_port(), session_seconds=45.0)
    worker = Worker(settings, Plan.load(plan))
    running = asyncio.create_task(worker.run())
    try:
        watching = asyncio.create_task(_Watch(worker, events).complete())
        with around or nullcontext():
            await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        took = await watching
        took["whole_cpu"] = time.process_time()
        took["megabytes"] = peak_megabytes()
        async with asyncio.timeout(_COMMITTED):
            await caught_up(bootstrap, app, [])
        took["contacts"] = sum(len(s.ledger.contacts) for s in worker.contact_owners.values())
        took["late"] = worker.counts.late
        took["refused"] = sum(worker.counts.refused.values())
        took["checkpoints"] = sum(worker.checkpoints.counts)
        took["seconds_in_checkpoints"] = worker.checkpoints.sum
        took["answer"] = await final_intervals(bootstrap, intervals, PATIENCE)
        return took
    finally:
        await worker.stop()
        await asyncio.wait({running})


def main() -> None:
    bootstrap, events, plan, intervals = sys.argv[1:5]
    app = f"benchmark-{uuid.uuid4().hex[:8]}"
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took = runner.run(catch_up(bootstrap, int(events), plan, app, int(intervals)))
    print(json.dumps(took))


if __name__ == "__main__":
    main()
