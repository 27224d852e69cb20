"""Reading state back from the changelog, by partition, before anything is fetched for it.

The partition's writer is started first: that fences its former owner and has the broker settle
whatever transaction that one left open, so the end of the changelog can't move any more.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from aiokafka import ConsumerRecord, TopicPartition

from streams.engine.failpoints import failpoint
from streams.engine.kafka import clients, topics
from streams.engine.state.stored import Restored
from streams.settings import Settings

log = logging.getLogger(__name__)

STALLED = 60.0
"""Seconds without a record after which a recovery counts as stuck: the broker answers an empty
fetch within half a second, and electing a new leader takes it about ten."""

_STOP_LIMIT = 5.0  # seconds; a broker that does not answer has nothing to be told

_TOLD_EVERY = 5.0  # seconds between two lines of progress in the log


class RecoveryError(Exception):
    """State could not be read back; the worker must end and be started again."""


async def read_back(
    settings: Settings,
    partitions: Collection[int],
    progress: Callable[[int, int], None] = lambda partition, records: None,
) -> dict[int, Restored]:
    """Reads the state of these partitions.

    Args:
        settings: how the broker is spoken to.
        partitions: of the state topic.
        progress: told how many records of a partition were read so far.

    Raises:
        RecoveryError: no progress for ``STALLED`` seconds.
        StateError: the state was written by a newer version.
    """
    restored = {partition: Restored() for partition in partitions}

    def take(partition: int, records: "list[ConsumerRecord[bytes, bytes]]") -> None:
        failpoint("recovering")
        state = restored[partition]
        for record in records:
            assert record.key is not None
            state.take(record.key, record.value)
        progress(partition, state.records)

    await read_to_end(settings, topics.STATE, partitions, take)
    return restored


async def read_to_end(
    settings: Settings,
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
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(STALLED) as patience:
            await _read(
                settings,
                [TopicPartition(topic, partition) for partition in partitions],
                take,
                lambda: patience.reschedule(loop.time() + STALLED),
            )
    except TimeoutError as error:
        listed = ", ".join(str(partition) for partition in sorted(partitions))
        raise RecoveryError(
            f"{topic}: partitions {listed} could not be read to their ends: nothing came for "
            f"{STALLED:g} s"
        ) from error


async def _read(
    settings: Settings,
    tps: Sequence[TopicPartition],
    take: "Callable[[int, list[ConsumerRecord[bytes, bytes]]], None]",
    moved: Callable[[], None],
) -> None:
    consumer = clients.consumer(
        settings,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=topics.LARGEST_RECORD,
    )
    try:
        await consumer.start()
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        told = time.monotonic()
        read = 0
        unread = {tp for tp in tps if ends[tp] > 0}
        while unread:
            fetched = await consumer.getmany(*unread, timeout_ms=500, max_records=10_000)
            for tp, records in fetched.items():
                take(tp.partition, records)
                read += len(records)
                moved()
            # Transaction markers and compaction leave holes: the position tells, not the records.
            unread = {tp for tp in unread if await consumer.position(tp) < ends[tp]}
            now = time.monotonic()
            if now - told > _TOLD_EVERY:
                told = now
                left = sorted(tp.partition for tp in unread)
                log.info("recovering", extra={"topic": tps[0].topic, "left": left, "records": read})
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_LIMIT):
                await consumer.stop()
