"""How long an acknowledged event takes to be seen: ``python -m tests.benchmarks.latency``.

Calls are published as they happen, at a given rate of events, to a worker as it runs in production;
its ``/metrics`` page is read all the while. The k-th call-start that the broker has acknowledged is
taken as seen when the city's count of contacts has reached k. Some time lies between two readings
of the page, and is in the figures: reading it costs the worker something, so nobody reads it again
before three times as long has gone by as the last reading took.

Then what one scrape costs the worker with 10, 100 and 1,000 lines.
"""

import argparse
import asyncio
import sys
import time
import uuid
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final
from zlib import crc32

from aiokafka import AIOKafkaProducer

from streams.domain import instants
from streams.domain.events import KINDS
from streams.engine.kafka import topic_admin
from streams.settings import Settings
from tests.benchmarks import loading, traffic
from tests.benchmarks.contenders import PARTITIONS
from tests.benchmarks.measuring import CACHE, RESULTS, keep, machine, stoppable
from tests.benchmarks.traffic import EVENTS_PER_CALL, Traffic
from tests.benchmarks.workers import Worker, caught_up
from tests.brokers import KafkaCluster

RATES: Final = (100, 5_000, 50_000)
SECONDS: Final = 20
LINES: Final = (10, 100, 1000)

_BOUNDS: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_TICK: Final = 0.02
"""Seconds for which events are gathered into one batch, as a producer's linger does."""

_READ_EVERY: Final = 0.05

_PREPARED_PER_SECOND: Final = 30_000
"""Events that are put into batches in a second on a slow machine."""

_SETTLING: Final = 3
"""Seconds at the start that are left out."""

_SCRAPES: Final = 5
_SCRAPING: Final = 3.0
"""How many scrapes are measured at least, and for how many seconds."""

_SEEN: Final = 'contact_city_contacts{window="60m"} '


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.latency")
    parser.add_argument("--rate", type=int, action="append", help="events per second")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--lines", type=int, action="append", help="of the scraped worker")
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    stoppable()
    CACHE.mkdir(parents=True, exist_ok=True)
    path = arguments.results / "latency.json"
    result: dict[str, Any] = {"machine": machine(), "rates": {}, "scrapes": {}}
    failed = False
    for kind, numbers, measured in (
        ("rates", arguments.rate or RATES, lambda rate: latency(rate, arguments.seconds)),
        ("scrapes", arguments.lines or LINES, scrape),
    ):
        for number in numbers:
            try:
                row = result[kind][str(number)] = asyncio.run(measured(number))
            except Exception as problem:  # the others are worth having without it
                print(f"{kind} {number}: {problem!r}", file=sys.stderr, flush=True)
                failed = True
                continue
            print(f"{kind} {number}: {row}", file=sys.stderr, flush=True)
            keep(path, result)
    return int(failed)


@dataclass
class _Tick:
    """What is published at once: when, which batches, and how many calls begin in them."""

    due: float
    batches: dict[tuple[str, int], Any]
    calls: int = 0


class Cluster:
    """A Kafka with the topics, and a worker on it."""

    def __init__(self, lines: int) -> None:
        self.kafka = KafkaCluster(1)
        self._lines = lines
        self.app = f"latency-{uuid.uuid4().hex[:8]}"

    async def __aenter__(self) -> "Cluster":
        worker: Worker | None = None
        try:
            self.kafka.start()
            self.bootstrap = self.kafka.bootstrap
            await topic_admin.create(Settings(broker=self.bootstrap, partitions=PARTITIONS))
            plan = CACHE / f"plan-{self._lines}.toml"
            plan.write_text(traffic.plan(Traffic(1, lines=self._lines)))
            worker = self.worker = Worker(self.bootstrap, self.app, plan)
            worker.ready()
        except BaseException:
            if worker is not None:
                worker.stop()
            self.kafka.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.worker.stop()
        self.kafka.stop()


async def latency(
    rate: int, seconds: int, bad: Callable[[bytes], bytes] | None = None
) -> dict[str, Any]:
    """The times from acknowledged to seen at this rate, after a few seconds to settle in; with
    ``bad``, each event is followed by what that makes of it."""
    async with Cluster(lines=4) as cluster:
        # Put into batches beforehand, for a start that lies far enough ahead: that takes CPU too.
        start = int(time.time()) + 5 + rate * seconds // _PREPARED_PER_SECOND
        calls = Traffic(
            round(rate * seconds / EVENTS_PER_CALL) + 1,
            per_second=rate / EVENTS_PER_CALL,
            start=start,
            talk=2,
            cut=seconds,
        )
        producer = AIOKafkaProducer(
            bootstrap_servers=cluster.bootstrap, acks="all", max_batch_size=1 << 20
        )
        await producer.start()
        try:
            ticks = await asyncio.to_thread(_prepared, producer, calls, bad)
            unprepared = max(0.0, time.time() - start)
            await asyncio.sleep(max(0.0, start - time.time()))
            acknowledged: list[float] = []
            seen: list[tuple[float, int]] = []
            before = cluster.worker.cpu()
            reading = asyncio.create_task(_read(cluster.worker, seen))
            late = await _publish(producer, ticks, acknowledged)
            published = time.time()
            while time.time() < published + 20 and (not seen or seen[-1][1] < len(acknowledged)):
                await asyncio.sleep(0.1)
            used = cluster.worker.cpu() - before
            reading.cancel()
        finally:
            await producer.stop()
        took = _times(acknowledged, seen, start + _SETTLING)
        gaps = sorted(after - before for (before, _), (after, _) in pairwise(seen))
        return _histogram(took) | {
            "events_per_second": rate,
            "calls": len(took),
            "unseen": len(acknowledged) - (seen[-1][1] if seen else 0),
            "publisher_behind_seconds": round(max(late, unprepared), 3),
            "worker_cpu_share": round(used / seconds, 3),
            "readings": len(seen),
            "seconds_between_readings": round(gaps[len(gaps) // 2], 3) if gaps else None,
        }


async def _read(worker: Worker, seen: list[tuple[float, int]]) -> None:
    while True:
        asked = time.time()
        page = (await asyncio.to_thread(worker.page, "/metrics")).decode()
        now = time.time()
        begin = page.find(_SEEN)
        if begin >= 0:
            value = page[begin + len(_SEEN) : page.index("\n", begin)]
            seen.append((now, int(float(value))))
        await asyncio.sleep(max(_READ_EVERY, 3 * (now - asked)))


def _prepared(
    producer: AIOKafkaProducer, calls: Traffic, bad: Callable[[bytes], bytes] | None
) -> list[_Tick]:
    """The events as batches per topic and partition, one for every tick in which they happen."""
    topic_of: dict[str, str] = {kind: f"{loading.PREFIX}{kind}" for kind in KINDS}
    ticks: list[_Tick] = []
    due = 0.0
    for value in traffic.events(calls):
        at = _instant(value)
        if at > due:
            due = at + _TICK
            ticks.append(_Tick(due, {}))
        kind = value[10 : value.index(b'"', 10)].decode()
        key = loading.key(value)
        place = topic_of[kind], crc32(key) % PARTITIONS
        batch = ticks[-1].batches.get(place)
        if batch is None:
            batch = ticks[-1].batches[place] = producer.create_batch()
        batch.append(timestamp=None, key=key, value=value)
        if bad is not None:
            batch.append(timestamp=None, key=key, value=bad(value))
        ticks[-1].calls += kind == "call-start"
    return ticks


async def _publish(
    producer: AIOKafkaProducer, ticks: list[_Tick], acknowledged: list[float]
) -> float:
    """Sends each batch when its instant has come; gives by how much it fell behind at most."""
    late = 0.0
    waiting: set[asyncio.Task[None]] = set()

    async def acknowledge(sent: list["asyncio.Future[object]"], calls: int) -> None:
        await asyncio.gather(*sent)
        acknowledged.extend([time.time()] * calls)

    for tick in ticks:
        await asyncio.sleep(max(0.0, tick.due - time.time()))
        late = max(late, time.time() - tick.due)
        sent = [
            await producer.send_batch(batch, topic, partition=partition)
            for (topic, partition), batch in tick.batches.items()
        ]
        task = asyncio.create_task(acknowledge(sent, tick.calls))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)
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
    async with Cluster(lines) as cluster:
        start = int(time.time()) - 550  # older than the grace would be late
        calls = Traffic(20_000, lines=lines, per_second=100.0, start=start)
        placed = loading.by_call(traffic.events(calls), loading.PREFIX)
        await loading.load(cluster.bootstrap, placed, PARTITIONS)
        await caught_up(cluster.bootstrap, cluster.app, [cluster.worker])
        await asyncio.sleep(2.0)
        times: list[float] = []
        size = 0
        idle = await _idle(cluster.worker, 5.0)
        before, begun = cluster.worker.cpu(), time.monotonic()
        # Until it can be told from the system's clock ticks of 10 ms.
        while len(times) < _SCRAPES or time.monotonic() - begun < _SCRAPING:
            asked = time.monotonic()
            size = len(await asyncio.to_thread(cluster.worker.page, "/metrics"))
            times.append(time.monotonic() - asked)
        spent = cluster.worker.cpu() - before - idle * (time.monotonic() - begun)
        return {
            "scrapes": len(times),
            "milliseconds": round(median(times) * 1000, 1),
            "cpu_milliseconds": round(max(0.0, spent) / len(times) * 1000, 1),
            "kilobytes": size // 1024,
        }


async def _idle(worker: Worker, seconds: float) -> float:
    """The share of a core that a worker uses when nothing comes."""
    before = worker.cpu()
    await asyncio.sleep(seconds)
    return (worker.cpu() - before) / seconds


if __name__ == "__main__":
    sys.exit(main())
