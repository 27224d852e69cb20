"""What a worker can own partitions of: taking them over and giving them up.

Three roles: the source partitions (the same partition of the four input topics), the partitions of
line partials, and those of callers' calls. Each partition of a role has an owner object with its
state and a writer with a transactional id of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Generic, TypeVar

from aiokafka import TopicPartition

from streams.engine.kafka.broker_time import BrokerTime
from streams.engine.kafka.forms import Written
from streams.engine.kafka.writer import Writer
from streams.settings import Settings

Owner = TypeVar("Owner")

WRITE_TIMEOUT = 30.0
"""Seconds for one transaction. A broker that loses its leader has a new one in about ten."""


class Role(Generic[Owner]):
    """One role of a worker.

    Attributes:
        owners: by partition; those assigned now, with their complete state.
        writers: by partition.
    """

    def __init__(
        self,
        name: str,
        topics: Collection[str],
        settings: Settings,
        written: Written,
        time: BrokerTime,
    ) -> None:
        self.owners: dict[int, Owner] = {}
        self.writers: dict[int, Writer] = {}
        self._name = f"{settings.app}-{name}"
        self._topics = frozenset(topics)
        self._settings = settings
        self._written = written
        self._time = time

    def partitions(self, tps: Collection[TopicPartition]) -> set[int]:
        """Which of these partitions belong to the role."""
        return {tp.partition for tp in tps if tp.topic in self._topics}

    def among(self, tps: Collection[TopicPartition]) -> list[Owner]:
        """The owners of those of these partitions that belong to the role."""
        mine = self.partitions(tps)
        return [owner for partition, owner in self.owners.items() if partition in mine]

    async def take_over(
        self,
        tps: Collection[TopicPartition],
        retained: Collection[TopicPartition],
        create: Callable[[set[int]], Awaitable[dict[int, Owner]]],
    ) -> None:
        """Takes over the role's share of an assignment.

        An owner that nobody else can have replaced meanwhile is kept as it is. Every other is
        discarded, and created again behind a new writer, which fences the writer before it.
        Cancelled midway, each partition has either a complete owner or none, and the next
        assignment clears up.
        """
        mine = self.partitions(tps)
        kept = mine & self.partitions(retained) & set(self.owners) & set(self.writers)
        for partition in set(self.owners) - kept:
            del self.owners[partition]
        await self._stop(set(self.writers) - kept)
        new = mine - kept
        for partition in new:
            self.writers[partition] = Writer(
                self._settings,
                f"{self._name}-{partition}",
                WRITE_TIMEOUT,
                self._written,
                self._time,
            )
        await asyncio.gather(*(self.writers[partition].start() for partition in sorted(new)))
        self.owners.update(await create(new))

    async def release(self) -> None:
        """Gives up every partition."""
        self.owners.clear()
        await self._stop(set(self.writers))

    async def _stop(self, partitions: set[int]) -> None:
        stopped = [self.writers.pop(partition) for partition in partitions]
        await asyncio.gather(*(writer.stop() for writer in stopped), return_exceptions=True)
