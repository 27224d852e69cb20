"""The job on stock Faust: a table of calls, a table of counts, each with its changelog.

    python faust_run.py BOOTSTRAP EVENTS PARTITIONS PREFIX

A key of the counts is line, quarter-hour and partition: a plain table, because Faust's own windows
write more and expire by the wall clock. Settings beyond the defaults are those that its
documentation names for throughput, and what was measured to help: uvloop, the compiled fast path,
a linger and large batches for the changelog, a large buffer; no stand-by replicas.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
import uuid

import job
import report
from mode.loop import use

use("uvloop")

import faust  # noqa: E402 - after the loop is chosen

bootstrap, wanted, partitions, prefix = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

app = faust.App(
    f"faust-{uuid.uuid4().hex[:8]}",
    broker=f"kafka://{bootstrap}",
    store="memory://",
    datadir=tempfile.mkdtemp(),
    topic_partitions=partitions,
    topic_replication_factor=1,
    table_standby_replicas=0,
    consumer_auto_offset_reset="earliest",
    stream_buffer_maxsize=65536,
    producer_linger=0.02,
    producer_max_batch_size=1 << 20,
    cython_optimizations=True,
    web_enabled=False,
    worker_redirect_stdouts=False,
)
source = app.topic(
    *(prefix + name for name in ("call-start", "menu-choice", "queue", "hangup")),
    key_type=bytes,
    value_type=bytes,
    key_serializer="raw",
    value_serializer="raw",
)
calls = app.Table("calls", partitions=partitions)
counts = app.Table("counts", partitions=partitions)

watch: report.Stopwatch | None = None
seen = skipped = 0


@app.agent(source)
async def fold(stream):
    global watch, seen, skipped
    async for event in stream.events():
        call = event.key.decode()
        facts, differences = job.apply(calls.get(call), job.decode(event.value))
        calls[call] = facts
        for line, quarter, difference in differences:
            key = f"{line}|{quarter}|{event.message.partition}"
            counts[key] = job.add(counts.get(key), difference)
        seen += 1
        if watch is None:
            watch, skipped = report.Stopwatch(), seen
        elif seen >= wanted:
            break
    asyncio.get_running_loop().create_task(finish())


async def finish() -> None:
    # Durable as Faust understands it: the changelog has left, the offsets are committed.
    with contextlib.suppress(Exception):
        await app.consumer.commit()
    took = watch.took(seen - skipped)
    cells: dict[tuple[str, int], list[int]] = {}
    for key, each in counts.items():
        line, quarter, _ = key.split("|")
        cell = line, int(quarter)
        cells[cell] = job.add(cells.get(cell), each)
    report.write(took, job.answer(cells))
    os._exit(0)  # its orderly end takes seconds that are nobody's concern here


if __name__ == "__main__":
    faust.Worker(app, loglevel="ERROR", quiet=True).execute_from_commandline()
