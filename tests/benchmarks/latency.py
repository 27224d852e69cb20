"""How long an acknowledged event takes to be seen: ``python -m tests.benchmarks.latency``.

Calls are published as they happen, at a given rate of events, to a worker as it runs in production;
its ``/metrics`` page is read all the while. The k-th call-start that the broker has acknowledged is
taken as seen when the city's count of contacts has reached k. Between two readings of the page lie
some 50 ms, which are in the figures.

Then what one scrape costs the worker with 10, 100 and 1,000 lines.
"""

import argparse
import asyncio
import json
import sys
import time
import uuid
from bisect import bisect_left
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from aiokafka import AIOKafkaProducer

from streams.domain import instants
from streams.engine import topics
from streams.settings import Settings
from tests.benchmarks import loading, traffic
from tests.benchmarks.__main__ import CACHE, RESULTS
from tests.benchmarks.contenders import PARTITIONS
from tests.benchmarks.measuring import machine
from tests.benchmarks.traffic import EVENTS_PER_CALL, Traffic
from tests.benchmarks.workers import Worker, caught_up
from tests.brokers import KafkaCluster

RATES: Final = (100, 5_000, 50_000)
SECONDS: Final = 30
LINES: Final = (10, 100, 1000)

_BOUNDS: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_TICK: Final = 0.02
"""Seconds for which events are gathered into one batch, as a producer's linger does."""

_READ_EVERY: Final = 0.05
_SEEN: Final = 'contact_city_contacts{window="60m"} '


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.latency")
    parser.add_argument("--rate", type=int, action="append", help="events per second")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--lines", type=int, action="append", help="of the scraped worker")
    arguments = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {"machine": machine(), "rates": {}, "scrapes": {}}
    for rate in arguments.rate or RATES:
        row = result["rates"][str(rate)] = asyncio.run(latency(rate, arguments.seconds))
        print(f"{rate} events/s: {told(row)}", file=sys.stderr)
    for lines in arguments.lines or LINES:
        row = result["scrapes"][str(lines)] = asyncio.run(scrape(lines))
        print(f"{lines} lines: {row}", file=sys.stderr)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latency.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0


def told(row: dict[str, Any]) -> str:
    """A row in words."""
    parts = [f"{name} {value:.3f} s" for name, value in row["quantiles"].items()]
    return ", ".join(parts)


class _Cluster:
    """A Kafka with the topics, and a worker on it."""

    def __init__(self, lines: int) -> None:
        self.kafka = KafkaCluster(1)
        self._lines = lines
        self.app = f"latency-{uuid.uuid4().hex[:8]}"

    async def __aenter__(self) -> "_Cluster":
        await asyncio.to_thread(self.kafka.start)
        self.bootstrap = self.kafka.bootstrap
        await topics.create(Settings(broker=self.bootstrap, partitions=PARTITIONS))
        plan = CACHE / f"plan-{self._lines}.toml"
        plan.write_text(traffic.plan(Traffic(1, lines=self._lines)))
        self.worker = Worker(self.bootstrap, self.app, plan)
        await asyncio.to_thread(self.worker.ready)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.worker.stop)
        self.kafka.stop()


async def latency(rate: int, seconds: int) -> dict[str, Any]:
    """The times from acknowledged to seen at this rate, after a few seconds to settle in."""
    async with _Cluster(lines=4) as cluster:
        # Written beforehand, for a start that lies far enough ahead: making events takes CPU too.
        events = rate * seconds
        start = int(time.time()) + 5 + events // 60_000
        calls = Traffic(
            round(rate * seconds / EVENTS_PER_CALL) + 1,
            per_second=rate / EVENTS_PER_CALL,
            start=start,
            talk=2,
            cut=seconds,
        )
        path = CACHE / f"live-{uuid.uuid4().hex}.ndjson"
        try:
            with path.open("wb", buffering=1 << 20) as file:
                file.writelines(value + b"\n" for value in traffic.events(calls))
            acknowledged: list[float] = []
            seen: list[tuple[float, int]] = []
            before = cluster.worker.cpu()
            reading = asyncio.create_task(_read(cluster.worker, seen))
            late = await _publish(cluster.bootstrap, path, acknowledged)
            published = time.time()
            while time.time() < published + 20 and (not seen or seen[-1][1] < len(acknowledged)):
                await asyncio.sleep(0.1)
            reading.cancel()
        finally:
            path.unlink(missing_ok=True)
        took = _times(acknowledged, seen, start + 3)
        return _histogram(took) | {
            "events_per_second": rate,
            "calls": len(took),
            "unseen": len(acknowledged) - (seen[-1][1] if seen else 0),
            "publisher_behind_seconds": round(late, 3),
            "worker_cpu_share": round((cluster.worker.cpu() - before) / seconds, 3),
            "readings": len(seen),
        }


async def _read(worker: Worker, seen: list[tuple[float, int]]) -> None:
    while True:
        page = (await asyncio.to_thread(worker.page, "/metrics")).decode()
        now = time.time()
        place = page.find(_SEEN)
        if place >= 0:
            value = page[place + len(_SEEN) : page.index("\n", place)]
            seen.append((now, int(float(value))))
        await asyncio.sleep(_READ_EVERY)


async def _publish(bootstrap: str, path: Path, acknowledged: list[float]) -> float:
    """Sends each event when its instant has come; gives by how much it fell behind at most."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=1 << 20)
    await producer.start()
    late = 0.0
    waiting: set[asyncio.Task[None]] = set()

    async def acknowledge(sent: list["asyncio.Future[object]"], calls: int) -> None:
        await asyncio.gather(*sent)
        acknowledged.extend([time.time()] * calls)

    try:
        values = loading.values(path, 2**62)
        value = next(values, None)
        at = _instant(value) if value else 0.0
        while value is not None:
            await asyncio.sleep(max(0.0, at + _TICK - time.time()))
            now = time.time()
            late = max(late, now - at - _TICK)
            batches: dict[tuple[str, int], Any] = {}
            calls = 0
            while value is not None and at <= now:
                key = loading.key(value)
                (topic, _, _) = next(loading.by_call(iter((value,)), loading.PREFIX))
                place = topic, crc32(key) % PARTITIONS
                batch = batches.get(place) or batches.setdefault(place, producer.create_batch())
                batch.append(timestamp=None, key=key, value=value)
                calls += topic == "contact.call-start"
                value = next(values, None)
                at = _instant(value) if value else 0.0
            sent = [
                await producer.send_batch(batch, topic, partition=partition)
                for (topic, partition), batch in batches.items()
            ]
            task = asyncio.create_task(acknowledge(sent, calls))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
        await asyncio.gather(*waiting)
    finally:
        await producer.stop()
    return late


def _instant(value: bytes) -> float:
    start = value.index(b'"at":"') + 6
    return instants.parse(value[start : value.index(b'"', start)].decode()) / instants.SECOND


def _times(acknowledged: list[float], seen: list[tuple[float, int]], begin: float) -> list[float]:
    """From acknowledged to seen, of the calls acknowledged since ``begin`` that were seen."""
    counts = [count for _, count in seen]
    took = []
    for number, at in enumerate(sorted(acknowledged), 1):
        place = bisect_left(counts, number)
        if at >= begin and place < len(seen):
            took.append(max(0.0, seen[place][0] - at))
    return sorted(took)


def _histogram(took: list[float]) -> dict[str, Any]:
    buckets = {f"{bound:g}": sum(each <= bound for each in took) for bound in _BOUNDS}
    quantiles = {
        f"p{round(part * 100, 1):g}": round(took[min(len(took) - 1, int(len(took) * part))], 4)
        for part in (0.5, 0.9, 0.99, 0.999)
        if took
    }
    return {"quantiles": quantiles, "buckets": buckets}


async def scrape(lines: int) -> dict[str, Any]:
    """What one reading of ``/metrics`` takes and costs with that many lines in use."""
    async with _Cluster(lines) as cluster:
        start = int(time.time()) - 1800
        calls = Traffic(40_000, lines=lines, per_second=30.0, start=start, cut=1700)
        placed = loading.by_call(traffic.events(calls), loading.PREFIX)
        await loading.load(cluster.bootstrap, placed, PARTITIONS)
        await caught_up(cluster.bootstrap, cluster.app, [cluster.worker])
        await asyncio.sleep(2.0)
        times = []
        size = 0
        idle = await _idle(cluster.worker, 5.0)
        before, begun = cluster.worker.cpu(), time.monotonic()
        for _ in range(10):
            asked = time.monotonic()
            size = len(await asyncio.to_thread(cluster.worker.page, "/metrics"))
            times.append(time.monotonic() - asked)
        spent = cluster.worker.cpu() - before - idle * (time.monotonic() - begun)
        return {
            "milliseconds": round(sorted(times)[5] * 1000, 1),
            "cpu_milliseconds": round(spent / 10 * 1000, 1),
            "kilobytes": size // 1024,
        }


async def _idle(worker: Worker, seconds: float) -> float:
    """The share of a core that a worker uses when nothing comes."""
    before = worker.cpu()
    await asyncio.sleep(seconds)
    return (worker.cpu() - before) / seconds


if __name__ == "__main__":
    sys.exit(main())
