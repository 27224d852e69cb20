"""The limit: aiokafka's ``getmany`` and ``orjson.loads``, nothing kept, nothing committed.

python -m tests.benchmarks.bare_run BOOTSTRAP EVENTS
"""

import asyncio
import json
import sys
import time

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer

from streams.engine.kafka import topics
from tests.benchmarks.measuring import Took, peak_megabytes


async def read(bootstrap: str, events: int) -> Took:
    """Reads everything once."""
    consumer = AIOKafkaConsumer(
        *topics.INPUTS, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest"
    )
    await consumer.start()
    seen = 0
    wall, cpu = time.monotonic(), time.process_time()
    while seen < events:
        fetched = await consumer.getmany(timeout_ms=1000, max_records=5000)
        for records in fetched.values():
            for record in records:
                orjson.loads(record.value)
            seen += len(records)
    took = {
        "events": seen,
        "seconds": time.monotonic() - wall,
        "cpu": time.process_time() - cpu,
        "whole_cpu": time.process_time(),
        "megabytes": peak_megabytes(),
    }
    await consumer.stop()
    return took


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(read(sys.argv[1], int(sys.argv[2])))))


if __name__ == "__main__":
    main()
