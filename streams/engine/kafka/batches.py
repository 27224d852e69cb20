"""What an agent gets at a time, and the queue that it gets it from."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from aiokafka import ConsumerRecord, TopicPartition
from mode.utils.queues import ThrowableQueue


class Batch:
    """What one fetch brought from one partition: records in the order of their offsets."""

    __slots__ = ("_done", "records", "tp")

    def __init__(
        self,
        tp: TopicPartition,
        records: list[ConsumerRecord[bytes, bytes]],
        done: Callable[[TopicPartition], None],
    ) -> None:
        self.tp = tp
        self.records = records
        self._done = done

    def __len__(self) -> int:
        return len(self.records)

    def done(self) -> None:
        """Says that an agent is done with this batch, or will not get it."""
        self._done(self.tp)


class BatchQueue(ThrowableQueue):  # type: ignore[misc]
    """The way from the fetch loop to one agent.

    An agent that asks for the next batch is done with the one before: that is the only
    acknowledgement there is. Replaces the queue of `faust/app/base.py:1950`, and with it Faust's
    acks (`faust/transport/consumer.py:825-853`, `faust/_cython/streams.pyx:112-155`): a `Batch` is
    no Faust event, so the stream hands it through untouched.
    """

    _current: Batch | None = None

    async def get(self) -> Batch:
        self._finish()
        self._current = await super().get()
        return self._current

    def discard(self) -> set[TopicPartition]:
        """Discards what the agent has not begun; returns the partitions that had some."""
        waiting: deque[Batch] = self._queue
        discarded = set()
        while waiting:
            batch = waiting.popleft()
            batch.done()
            discarded.add(batch.tp)
        return discarded

    def _finish(self) -> None:
        finished, self._current = self._current, None
        if finished is not None:
            finished.done()
