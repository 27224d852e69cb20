"""Reading state back from the changelog, by partition, before anything is fetched for it.

The partition's writer is started first: that fences its former owner and has the broker settle
whatever transaction that one left open, so the end of the changelog can't move any more.
"""

import logging
import time
from collections.abc import Callable, Collection

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.engine import topics
from streams.engine.failpoints import reach
from streams.engine.stored import Restored

log = logging.getLogger(__name__)

STALLED = 60.0
"""Seconds without a record after which a recovery counts as stuck: the broker answers an empty
fetch within half a second, and electing a new leader takes it about ten."""

_TOLD_EVERY = 5.0  # seconds between two lines of progress in the log


class RecoveryError(Exception):
    """State could not be read back; the worker must end and be started again."""


async def read_back(
    bootstrap: str,
    partitions: Collection[int],
    progress: Callable[[int, int], None] = lambda partition, records: None,
) -> dict[int, Restored]:
    """Reads the state of these partitions.

    Args:
        bootstrap: of the broker.
        partitions: of the state topic.
        progress: told how many records of a partition were read so far.

    Raises:
        RecoveryError: no progress for ``STALLED`` seconds.
        StateError: the state was written by a newer version.
    """
    restored = {partition: Restored() for partition in partitions}
    if not partitions:
        return restored
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=topics.LARGEST_RECORD,
    )
    await consumer.start()
    try:
        tps = [TopicPartition(topics.STATE, partition) for partition in partitions]
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        moved = told = time.monotonic()
        unread = {tp for tp in tps if ends[tp] > 0}
        while unread:
            reach("recovering")
            fetched = await consumer.getmany(*unread, timeout_ms=500, max_records=10_000)
            now = time.monotonic()
            for tp, records in fetched.items():
                state = restored[tp.partition]
                for record in records:
                    state.take(record.key, record.value)
                progress(tp.partition, state.records)
                moved = now
            # Transaction markers and compaction leave holes: the position tells, not the records.
            unread = {tp for tp in unread if await consumer.position(tp) < ends[tp]}
            if unread and now - moved > STALLED:
                raise RecoveryError(f"the state of {sorted(unread)} could not be read to its end")
            if now - told > _TOLD_EVERY:
                told = now
                log.info(
                    "recovering",
                    extra={"left": len(unread), "records": sum(r.records for r in restored.values())},
                )
    finally:
        await consumer.stop()
    return restored
