"""What a flood of dead letters costs the good events: ``python -m tests.benchmarks.flood``.

Every good event is followed by a bad one of the same call, on the same topic and partition.

- *Live*: how long an acknowledged good event takes to be seen at a rate that the worker can bear,
  with the flood and without. This is what callers and wallboards feel.
- *Catching up*, where the worker has no time to spare: its CPU per good event, with the flood and
  without, and what of the difference is only that twice as many records are fetched.

Quiet and flooded runs alternate; the medians are printed and kept.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, Final

from aiokafka import AIOKafkaConsumer

from streams.engine.kafka import topics
from tests.benchmarks import loading, traffic
from tests.benchmarks.contenders import PARTITIONS
from tests.benchmarks.latency import Cluster, latency
from tests.benchmarks.loading import Placed
from tests.benchmarks.measuring import CACHE, RESULTS, keep, machine, stoppable
from tests.benchmarks.traffic import EVENTS_PER_CALL, Traffic
from tests.benchmarks.workers import Worker, caught_up

RATE: Final = 2_000
SECONDS: Final = 20
EVENTS: Final = 100_000
ROUNDS: Final = 3

_BEGUN_IN: Final = 300
"""Seconds of event time in which all calls begin: what is older than the grace would be late."""


class Bad:
    """Makes bad events of good ones, one kind after the other."""

    def __init__(self) -> None:
        self._kinds = cycle(
            (
                lambda value: value[:-20],
                lambda value: value.replace(b'"at":"2', b'"at":"on 2'),
                lambda value: value.replace(b'"event_id":', b'"id":'),
                lambda value: value.replace(b'{"event":"', b'{"event":"new-'),
                lambda value: value.replace(b'"at":"2', b'"at":"3'),  # in a thousand years
            )
        )

    def __call__(self, value: bytes) -> bytes:
        made: bytes = next(self._kinds)(value)
        return made


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.flood")
    parser.add_argument("--rate", type=int, default=RATE, help="good events per second")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--events", type=int, default=EVENTS, help="good ones to catch up with")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    stoppable()
    CACHE.mkdir(parents=True, exist_ok=True)
    live: dict[str, list[dict[str, Any]]] = {"quiet": [], "flooded": []}
    behind: dict[str, list[dict[str, float]]] = {"quiet": [], "flooded": []}
    for _ in range(arguments.rounds):
        for name in live:
            flooded = name == "flooded"
            bad = Bad() if flooded else None
            row = asyncio.run(latency(arguments.rate, arguments.seconds, bad))
            live[name].append(
                row["quantiles"] | {"cpu_share": row["worker_cpu_share"], "unseen": row["unseen"]}
            )
            behind[name].append(asyncio.run(catching_up(arguments.events, flooded)))
            print(f"{name}: {live[name][-1]} {behind[name][-1]}", file=sys.stderr, flush=True)
    result = {
        "machine": machine(),
        "rate": arguments.rate,
        "live": {name: _middle(rows) for name, rows in live.items()},
        "catching_up": {name: _middle(rows) for name, rows in behind.items()},
    }
    keep(arguments.results / "flood.json", result)
    print(result)
    return 0


async def catching_up(events: int, flooded: bool) -> dict[str, float]:
    """What a good event costs a worker that has all of them before it, its start left out, and what
    it costs to fetch the same records and do nothing."""
    async with Cluster(lines=4) as cluster:
        calls = round(events / EVENTS_PER_CALL)
        start = int(time.time()) - _BEGUN_IN - 320
        good = loading.by_call(
            traffic.events(Traffic(calls, 4, calls / _BEGUN_IN, start)), loading.PREFIX
        )
        starting = cluster.worker.cpu()
        cluster.worker.stop()
        records = await loading.load(
            cluster.bootstrap, _followed(good, Bad()) if flooded else good, PARTITIONS
        )
        begun = time.monotonic()
        cluster.worker = Worker(cluster.bootstrap, cluster.app, CACHE / "plan-4.toml")
        await caught_up(cluster.bootstrap, cluster.app, [cluster.worker])
        seconds = time.monotonic() - begun
        used = cluster.worker.cpu() - starting
        fetched = await _fetched(cluster.bootstrap, records)
    number = records / 2 if flooded else records
    return {
        "cpu_us_per_good_event": round(used / number * 1e6, 2),
        "fetching_us_per_good_event": round(fetched / number * 1e6, 2),
        "seconds": round(seconds, 2),
    }


def _followed(placed: Iterator[Placed], bad: Bad) -> Iterator[Placed]:
    for topic, key, value in placed:
        yield topic, key, value
        yield topic, key, bad(value)


async def _fetched(bootstrap: str, records: int) -> float:
    """The CPU seconds that it takes to fetch so many records."""
    consumer = AIOKafkaConsumer(
        *topics.INPUTS, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        begun = time.process_time()
        while records > 0:
            fetched = await consumer.getmany(timeout_ms=1000, max_records=2000)
            records -= sum(map(len, fetched.values()))
        return time.process_time() - begun
    finally:
        await consumer.stop()


def _middle(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {name: median(row[name] for row in rows) for name in rows[0]}


if __name__ == "__main__":
    sys.exit(main())
