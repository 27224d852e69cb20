"""Reading logs to their ends, outside any consumer group.

A worker reads its state back in this way, a rebuild the raw topics, an audit what the broker still
has of a period. All of them see only what is committed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final, Self, TypeAlias

from aiokafka import ConsumerRecord, TopicPartition

from streams.engine.kafka import clients, forms, topics
from streams.engine.kafka.record_by_record import why
from streams.settings import Settings

log = logging.getLogger(__name__)

Records: TypeAlias = "list[ConsumerRecord[bytes, bytes]]"

STALLED: Final = 60.0
"""Seconds without a record after which reading counts as stuck: the broker answers an empty fetch
within half a second, and electing a new leader takes it about ten."""

RECORDS_AT_ONCE: Final = 10_000
"""Records of one fetch at most."""

_STOP_LIMIT: Final = 5.0  # seconds; a broker that does not answer need not know that we leave

_PROGRESS_EVERY: Final = 5.0  # seconds between two lines of progress in the log

_REMEDY: Final = "; stop the workers and run `reachline rebuild`"

_FROM_THE_START: Final[Mapping[TopicPartition, int]] = MappingProxyType({})


class ReadError(Exception):
    """A log could not be read to its end; the message says which."""


class LogReader:
    """Reads partitions to their ends; ``async with LogReader(settings) as reader``.

    Args:
        settings: how to reach the broker.
        at_once: records of one fetch at most, for readers that must not keep others waiting.
        complete: whether a record of our own topics that can't be read ends the reading; otherwise
            it is passed over, and one of a newer release is given as it is. Those of the inputs
            are given, and refused by who reads events.
    """

    def __init__(
        self, settings: Settings, at_once: int = RECORDS_AT_ONCE, complete: bool = True
    ) -> None:
        self._consumer = clients.reader(settings)
        self._at_once = at_once
        self._complete = complete

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(STALLED):
                await self._consumer.start()
        except TimeoutError as error:
            await self._stop()
            raise ReadError(f"the broker did not answer for {STALLED:g} s") from error
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def _stop(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_LIMIT):
                await self._consumer.stop()

    async def partitions(self) -> dict[str, list[TopicPartition]]:
        """The partitions of every topic that there is."""
        # All topics at once: to ask for one by its name is to create it, where brokers do that.
        cluster = await self._consumer._client.fetch_all_metadata()
        return {
            topic: [
                TopicPartition(topic, each)
                for each in sorted(cluster.partitions_for_topic(topic) or ())
            ]
            for topic in cluster.topics()
        }

    async def offsets_at(
        self, tps: Collection[TopicPartition], instant: int
    ) -> dict[TopicPartition, int]:
        """The offset of the first record that was written at or after an instant (us since 1970);
        without partitions that have none."""
        found = await self._consumer.offsets_for_times(dict.fromkeys(tps, max(0, instant // 1000)))
        return {tp: start.offset for tp, start in found.items() if start is not None}

    async def read(
        self,
        tps: Collection[TopicPartition],
        starts: Mapping[TopicPartition, int] = _FROM_THE_START,
    ) -> AsyncIterator[tuple[TopicPartition, Records]]:
        """Reads partitions to where their ends are now: what one fetch brought of a partition at a
        time.

        Args:
            tps: the partitions.
            starts: the offsets to begin at, for partitions that are not read from their start.

        Records of ours are given in the newest form.

        Raises:
            ReadError: nothing came for ``STALLED`` seconds, a log ends before its start, or a
                record of ours can't be read.
            FormError: a record of ours is of a newer release.
        """
        if not tps:
            return
        consumer = self._consumer
        now = asyncio.get_running_loop().time
        progress = moved = now()
        read = 0
        try:
            async with asyncio.timeout_at(moved + STALLED):
                unread = await self._begin(tps, starts)
            while unread:
                async with asyncio.timeout_at(moved + STALLED):
                    fetched = await consumer.getmany(
                        *unread, timeout_ms=500, max_records=self._at_once
                    )
                    # Transaction markers and compaction leave holes: only the position says where
                    # the end is, not the records.
                    unread = {
                        tp: end for tp, end in unread.items() if await consumer.position(tp) < end
                    }
                for tp, records in fetched.items():
                    read += len(records)
                    yield tp, self._readable(tp, records)
                if fetched:
                    moved = now()
                if now() - progress > _PROGRESS_EVERY:
                    progress = now()
                    left = sorted(f"{tp.topic}-{tp.partition}" for tp in unread)
                    log.info("reading", extra={"left": left, "records": read})
        except TimeoutError as error:
            raise ReadError(
                f"{_named(tps)} could not be read to the end: nothing came for {STALLED:g} s"
            ) from error

    def _readable(self, tp: TopicPartition, records: Records) -> Records:
        if tp.topic in topics.INPUTS:
            return records
        found = forms.read(records, newer_too=not self._complete)
        if self._complete and len(found) < len(records):
            lost = next(each for each in records if why(each) is not None)
            remedy = _REMEDY if tp.topic == topics.STATE else ""
            raise ReadError(
                f"{tp.topic}: partition {tp.partition}, offset {lost.offset}: {why(lost)}{remedy}"
            )
        return found

    async def _begin(
        self, tps: Collection[TopicPartition], starts: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, int]:
        """Goes to the starts; gives the ends of the partitions in which something is to be read."""
        consumer = self._consumer
        consumer.assign([*tps])  # aiokafka takes no views of a mapping
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        for tp, start in starts.items():
            if start > ends[tp]:
                raise ReadError(f"{tp.topic}: was truncated or created again while it was read")
            consumer.seek(tp, start)
        return {tp: end for tp, end in ends.items() if end > starts.get(tp, 0)}


def _named(tps: Collection[TopicPartition]) -> str:
    topics = ", ".join(sorted({tp.topic for tp in tps}))
    listed = ", ".join(str(partition) for partition in sorted({tp.partition for tp in tps}))
    return f"{topics}: partitions {listed}"
