"""How cost and memory grow: ``python -m tests.benchmarks.scale [--only lines]``.

One thing is varied at a time: partitions, workers, lines, contacts open at once. Workers run as in
production; events are published once they are ready, and what counts is the CPU that they use from
then until the last event is committed, per event, and the memory that they hold then. With open
contacts the worker is then ended and another one started, on the state that the first one left.
"""

import argparse
import asyncio
import json
import sys
import time
import uuid
from pathlib import Path
from statistics import median_low
from typing import Any, Final

from streams.engine.kafka import topic_admin
from streams.settings import Settings
from tests.benchmarks import loading, traffic
from tests.benchmarks.measuring import CACHE, RESULTS, keep, machine, stoppable
from tests.benchmarks.traffic import ANSWERED, EVENTS_PER_CALL, LATE, Traffic
from tests.benchmarks.workers import Worker, caught_up, cpu_of
from tests.brokers import KafkaCluster

PARTITIONS: Final = (1, 4, 16, 64)
WORKERS: Final = (1, 2, 4)
LINES: Final = (4, 100, 1000)
OPEN: Final = (10_000, 100_000, 1_000_000)

LINES_ROUNDS: Final = 3
"""So often is every number of lines measured: what is looked for is a difference of a tenth."""

EVENTS: Final = 200_000
BEGUN_IN: Final = 300
"""Seconds of event time in which all calls begin. They, the longest call (4 minutes) and the time
that it takes to publish them fit in the grace of 15 minutes: workers that wait for events stand at
the wall clock, and what is older than the grace would be late."""

STAYING: Final = (ANSWERED, ANSWERED, ANSWERED, LATE) * 5
"""How calls go that are to stay open: all of them come to somebody and talk on."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale")
    parser.add_argument(
        "--only", action="append", choices=("partitions", "workers", "lines", "open")
    )
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--most-open", type=int, default=max(OPEN))
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    stoppable()
    CACHE.mkdir(parents=True, exist_ok=True)
    path = arguments.results / "scale.json"
    result: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    result["machine"] = machine()
    events = arguments.events
    kinds = {
        "lines": {n: Run(lines=n, events=events) for n in LINES},
        "partitions": {n: Run(partitions=n, events=events) for n in PARTITIONS},
        "workers": {n: Run(partitions=8, workers=n, events=events) for n in WORKERS},
        "open": {n: Run(open_calls=n) for n in OPEN if n <= arguments.most_open},
    }
    failed = False
    for kind, runs in kinds.items():
        if arguments.only and kind not in arguments.only:
            continue
        rows: dict[int, list[dict[str, Any]]] = {}
        for _ in range(LINES_ROUNDS if kind == "lines" else 1):
            for number, run in runs.items():
                try:
                    row = asyncio.run(run.once())
                except Exception as problem:  # the others are worth having without it
                    print(f"{kind} {number}: {problem!r}", file=sys.stderr, flush=True)
                    failed = True
                    continue
                rows.setdefault(number, []).append(row)
                print(f"{kind} {number}: {row}", file=sys.stderr, flush=True)
                result[kind] = {str(n): middle_of(each) for n, each in rows.items()}
                keep(path, result)
    return int(failed)


def middle_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Several measurements of the same as one: of every figure its median."""
    return {
        name: value if isinstance(value, list) else median_low([row[name] for row in rows])
        for name, value in rows[0].items()
    }


class Run:
    """One measurement.

    Attributes:
        partitions, workers, lines: how many.
        events: how many are caught up with.
        open_calls: instead of calls that end, so many that stay open; and a restart with them.
    """

    def __init__(
        self,
        partitions: int = 4,
        workers: int = 1,
        lines: int = 4,
        events: int = EVENTS,
        open_calls: int | None = None,
    ) -> None:
        self.partitions = partitions
        self.workers = workers
        self.lines = lines
        self.events = events
        self.open_calls = open_calls

    def _traffic(self) -> Traffic:
        start = int(time.time()) - BEGUN_IN - 320
        if self.open_calls is None:
            calls = round(self.events / EVENTS_PER_CALL)
            return Traffic(calls, self.lines, calls / BEGUN_IN, start)
        # These talk for longer than anybody measures: nothing ends them.
        return Traffic(
            self.open_calls,
            self.lines,
            self.open_calls / BEGUN_IN,
            start,
            talk=12_000,
            cut=BEGUN_IN + 240,
            ways=STAYING,
        )

    async def once(self) -> dict[str, Any]:
        """Starts a broker and the workers, lets them catch up, and takes the measures."""
        kafka = KafkaCluster(1)
        app = f"scale-{uuid.uuid4().hex[:8]}"
        workers: list[Worker] = []
        try:
            kafka.start()
            await topic_admin.create(Settings(broker=kafka.bootstrap, partitions=self.partitions))
            calls = self._traffic()
            plan = CACHE / f"plan-{calls.lines}.toml"
            plan.write_text(traffic.plan(calls))
            for _ in range(self.workers):
                workers.append(Worker(kafka.bootstrap, app, plan))
            for worker in workers:
                worker.ready()
            idle = sum(worker.megabytes() for worker in workers)
            before = sum(worker.cpu() for worker in workers)
            broker = _broker_cpu(kafka)
            placed = loading.by_call(traffic.events(calls), loading.PREFIX)
            begun = time.monotonic()
            events = await loading.load(kafka.bootstrap, placed, self.partitions)
            await caught_up(kafka.bootstrap, app, workers)
            seconds = time.monotonic() - begun
            used = sum(worker.cpu() for worker in workers) - before
            row: dict[str, Any] = {
                "events": events,
                "cpu_us_per_event": round(used / events * 1e6, 2),
                "broker_cpu_us_per_event": round((_broker_cpu(kafka) - broker) / events * 1e6, 2),
                "seconds": round(seconds, 1),
                "shares": [round(worker.cpu(), 1) for worker in workers],
                "idle_megabytes": round(idle),
                "megabytes": round(sum(worker.megabytes() for worker in workers)),
                "peak_megabytes": round(sum(worker.megabytes(peak=True) for worker in workers)),
                "disk_megabytes": round(_size(kafka.directory) / 1e6),
            }
            if self.open_calls is not None:
                row |= await self._restart(kafka, app, plan, workers, idle)
            return row
        finally:
            for worker in workers:
                worker.stop()
            kafka.stop()

    async def _restart(
        self, kafka: KafkaCluster, app: str, plan: Path, workers: list[Worker], idle: float
    ) -> dict[str, Any]:
        """Ends the worker and starts another, which reads the state back and goes on."""
        await asyncio.sleep(1.0)
        page = workers[0].page("/metrics").decode().splitlines()
        open_ = sum(
            float(row.rsplit(" ", 1)[1]) for row in page if row.startswith("contact_open_contacts{")
        )
        first = workers.pop()
        row = {
            "open_contacts": round(open_),
            "bytes_per_contact": round((first.megabytes() - idle) * 2**20 / max(open_, 1)),
        }
        first.stop()
        begun = time.monotonic()
        workers.append(Worker(kafka.bootstrap, app, plan))
        workers[0].ready()
        # One call more, all of its events: processing again is more than being ready.
        call = Traffic(1, start=int(time.time()) - 60, talk=2)
        placed = loading.by_call(traffic.events(call), loading.PREFIX)
        await loading.load(kafka.bootstrap, placed, self.partitions)
        await caught_up(kafka.bootstrap, app, workers)
        return row | {
            "restart_seconds": round(time.monotonic() - begun, 2),
            "restart_cpu": round(workers[0].cpu(), 2),
            "restarted_megabytes": round(workers[0].megabytes()),
            "restarted_bytes_per_contact": round(
                (workers[0].megabytes() - idle) * 2**20 / max(open_, 1)
            ),
        }


def _broker_cpu(kafka: KafkaCluster) -> float:
    return sum(cpu_of(child.pid) for child in kafka._children.values())


def _size(directory: Path) -> int:
    """Bytes on the disk: Kafka's indexes are mostly holes."""
    return sum(each.stat().st_blocks * 512 for each in directory.rglob("*") if each.is_file())


if __name__ == "__main__":
    sys.exit(main())
