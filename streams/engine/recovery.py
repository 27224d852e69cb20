"""Reading state back from the changelog, by partition, before anything is fetched for it.

The partition's writer is started first: that fences its former owner and has the broker settle
whatever transaction that one left open, so the end of the changelog can't move any more.
"""

import logging
import time
from collections.abc import Callable, Collection

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

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

    def take(partition: int, records: "list[ConsumerRecord[bytes, bytes]]") -> None:
        reach("recovering")
        state = restored[partition]
        for record in records:
            assert record.key is not None
            state.take(record.key, record.value)
        progress(partition, state.records)

    await read_to_end(bootstrap, topics.STATE, partitions, take)
    return restored


async def read_to_end(
    bootstrap: str,
    topic: str,
    partitions: Collection[int],
    take: "Callable[[int, list[ConsumerRecord[bytes, bytes]]], None]",
) -> None:
    """Reads partitions of a topic from their start to where their ends are now.

    Raises:
        RecoveryError: no progress for ``STALLED`` seconds.
    """
    if not partitions:
        return
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=topics.LARGEST_RECORD,
    )
    await consumer.start()
    try:
        tps = [TopicPartition(topic, partition) for partition in partitions]
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        moved = told = time.monotonic()
        read = 0
        unread = {tp for tp in tps if ends[tp] > 0}
        while unread:
            fetched = await consumer.getmany(*unread, timeout_ms=500, max_records=10_000)
            now = time.monotonic()
            for tp, records in fetched.items():
                take(tp.partition, records)
                read += len(records)
                moved = now
            # Transaction markers and compaction leave holes: the position tells, not the records.
            unread = {tp for tp in unread if await consumer.position(tp) < ends[tp]}
            if unread and now - moved > STALLED:
                raise RecoveryError(
                    f"{topic}: partitions {sorted(tp.partition for tp in unread)} could not be "
                    f"read to their ends: nothing came for {STALLED:.0f} s"
                )
            if now - told > _TOLD_EVERY:
                told = now
                log.info("recovering", extra={"topic": topic, "left": len(unread), "records": read})
    finally:
        await consumer.stop()
