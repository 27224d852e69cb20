"""A worker for the faults suite: on a faster clock, leaving a trace, and on request wrong.

The product knows nothing of this. What it adds to `reachline worker`:

- `FAULTS_CLOCK="ORIGIN,START,SPEED"`: at the machine's instant ORIGIN the clock shows START, both
  in us, and runs SPEED times as fast; all workers of a run show the same.
- `FAULTS_TRACE=FILE`: a line per batch taken and per assignment, so that replays and rebalances
  can be counted from outside, whatever becomes of the worker.
- `FAULTS_WALL=SECONDS`: so far ahead is the machine's wall clock; the run's clock, which stands for
  the brokers', goes on as it does.
- `FAULTS_MUTATION=NAME`: breaks what the suite is there to hold; the suite must notice.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import TopicPartition

from streams import logs, settings
from streams.commands.common import CommandError, load_plan
from streams.commands.worker import end_on_signals, run_loop
from streams.domain.ledger import Ledger
from streams.engine import checkpoint_loop as checkpoints
from streams.engine.clocks import Clock, FastClock, WallClock
from streams.engine.kafka import topics
from streams.engine.quarantine import Quarantine
from streams.engine.roles.contact_owner import ContactOwner
from streams.engine.roles.ownership import Ownership
from streams.engine.worker import Worker


def clock() -> Clock:
    """The clock that all workers of a run share."""
    given = os.environ.get("FAULTS_CLOCK")
    if not given:
        return WallClock()
    origin, start, speed = given.split(",")
    wall = WallClock().now()
    return _RunClock(int(start) + round((wall - int(origin)) * float(speed)), float(speed))


_time, _time_ns = time.time, time.time_ns


class _RunClock(FastClock):
    """A fast clock that no wrong wall clock moves; an Alertmanager is told its instants as they
    are."""

    def now(self) -> int:
        return self.at(_time_ns() // 1000)

    def machine(self, shown: int) -> int:
        return shown


def move_wall_clock(seconds: float) -> None:
    """Whoever asks for the time is told another one; the monotonic clock goes on as it does."""
    time.time = lambda: _time() + seconds
    time.time_ns = lambda: _time_ns() + round(seconds * 1e9)


def trace(file: Path) -> None:
    """Has every batch and every assignment written down before it is worked on."""
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    merge = ContactOwner.merge
    assigned = Worker._assigned

    def traced_merge(self: ContactOwner, topic: str, records: list[Any]) -> None:
        span = f"{records[0].offset} {records[-1].offset} {len(records)}"
        os.write(log, f"take {topic} {self.partition} {span}\n".encode())
        merge(self, topic, records)

    async def traced_assigned(self: Worker, tps: frozenset[TopicPartition]) -> Any:
        os.write(log, f"assigned {self.app.consumer.generation}\n".encode())
        return await assigned(self, tps)

    ContactOwner.merge = traced_merge  # type: ignore[method-assign]
    Worker._assigned = traced_assigned  # type: ignore[method-assign]


def count_repeats() -> None:
    """Idempotence off: an event that is heard again is taken for another call's."""
    accept = Ledger.accept

    def accept_again(self: Ledger, event: Any, at: int) -> bool:
        known = self.contacts.get(event.call_id)
        if known is not None and not known.copy().merge(event, at):
            event = msgspec.structs.replace(event, call_id=f"{event.call_id}~{event.event_id}")
        return accept(self, event, at)

    Ledger.accept = accept_again  # type: ignore[method-assign]


def commit_first() -> None:
    """The order of stock Faust: offsets are committed before the state is written, and reading goes
    on from them."""
    of_contacts = checkpoints.of_contacts

    async def early(
        owners: Iterable[ContactOwner],
        writers: Mapping[int, Any],
        quarantine: Quarantine,
        read_to_end: Any,
        generation: int,
        commit: Callable[[Mapping[TopicPartition, int]], Awaitable[None]],
        lazily_before: int,
    ) -> None:
        owners = list(owners)
        offsets = {
            TopicPartition(topic, owner.partition): position
            for owner in owners
            for topic, position in owner.positions.items()
        }
        await commit(offsets)
        await asyncio.sleep(0.15)  # the broker's answer to the state, on a bad day

        async def no_commit(offsets: Mapping[TopicPartition, int]) -> None:
            pass

        await of_contacts(
            owners, writers, quarantine, read_to_end, generation, no_commit, lazily_before
        )

    async def compared(self: Ownership, restored: Any) -> None:
        for partition, state in restored.items():
            if state.checkpoint is not None:
                for topic in topics.INPUTS:
                    tp = TopicPartition(topic, partition)
                    offset = await self._app.consumer.committed(tp)
                    if offset:
                        state.checkpoint.positions[topic] = offset

    checkpoints.of_contacts = early
    Ownership._compare = compared  # type: ignore[method-assign]


MUTATIONS = {"count repeats": count_repeats, "commit first": commit_first}


def main() -> int:
    logs.configure()
    given = settings.load(os.environ)
    if "FAULTS_TRACE" in os.environ:
        trace(Path(os.environ["FAULTS_TRACE"]))
    if "FAULTS_MUTATION" in os.environ:
        MUTATIONS[os.environ["FAULTS_MUTATION"]]()

    shown = clock()
    if "FAULTS_WALL" in os.environ:
        move_wall_clock(float(os.environ["FAULTS_WALL"]))

    async def work() -> None:
        worker = Worker(given, load_plan(given.plan), shown)
        end_on_signals(worker)
        await worker.run()

    try:
        run_loop(work())
    except CommandError as error:
        print(f"reachline: {error}", file=sys.stderr)
        return error.status
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
