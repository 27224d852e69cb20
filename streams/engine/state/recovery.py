"""Reading a partition's state back from its changelog, before anything is fetched for it.

The partition's writer is started first. That fences the former owner and ends whatever transaction
it left open, so the end of the changelog can't move any more.
"""

from collections.abc import Callable, Collection

from aiokafka import TopicPartition

from streams.engine.failpoints import failpoint
from streams.engine.kafka import topics
from streams.engine.kafka.read_to_end import LogReader
from streams.engine.state.restored import Restored
from streams.settings import Settings


async def read_back(
    settings: Settings, partitions: Collection[int], progress: Callable[[int, int], None]
) -> dict[int, Restored]:
    """Reads the state of these partitions.

    Args:
        settings: how to reach the broker.
        partitions: of the state topic.
        progress: called with a partition and how many of its records were read so far.

    Raises:
        ReadError: the state could not be read to its end.
    """
    restored = {partition: Restored() for partition in partitions}
    if not restored:
        return restored
    async with LogReader(settings) as reader:
        tps = [TopicPartition(topics.STATE, partition) for partition in partitions]
        async for tp, records in reader.read(tps):
            failpoint("recovering")
            state = restored[tp.partition]
            for record in records:
                assert record.key is not None
                state.apply(record.key, record.value)
            progress(tp.partition, state.records)
    return restored
