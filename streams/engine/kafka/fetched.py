"""The records of a fetch, whatever comes: one that can't be read is given as one that says so.

aiokafka raises for a batch whose checksum is wrong, that is cut off, or is compressed in a way that
it does not know, and for a record with a header whose name is not UTF-8. The consumer never comes
past that place, and with it every worker ends. Here each such record is given as one that has a
header without a name, which says why, and nothing else; the records before and after it are given
as they are. `streams.domain.event_reader.Reader` refuses it.

Two names are replaced. `aiokafka.consumer.consumer.Fetcher` gets a client that looks at each answer
before it is taken apart (`damaged`). It asks once more for what seems damaged: what the network has
changed comes right then. ``aiokafka.consumer.fetcher.MemoryRecords`` gives the batches: a sound one
is read by aiokafka as ever, and a second time, record by record, when that fails.
`tests/engine/kafka/test_upstream_guard.py` fails when what this leans on changes.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.consumer import consumer, fetcher
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from aiokafka.record.default_records import _DefaultRecordPy
from aiokafka.record.legacy_records import _LegacyRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

from streams.engine.kafka import damaged, topics
from streams.engine.kafka.record_by_record import CONTENT, unreadable, why, why_not

log = logging.getLogger(__name__)

_LENGTH_AT: Final = 8  # bytes into a batch, after its first offset
_LOG_OVERHEAD: Final = 12  # bytes before those that the length counts
_ABORT: Final = struct.pack(">HH", ABORT_MARKER.version, ABORT_MARKER.type_)
_MAGIC_AT: Final = 16
_length: Final = struct.Struct(">i")


class _Salvaged(bytes):
    """What is left of a damaged batch, in place of the bytes of its fetch; without any of them, for
    nobody is to read them again."""

    records: list[Any]
    next_offset: int


class _Looking:
    """A client, for a fetcher, that looks at the answers of fetches before anybody else does."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._asked_again: dict[TopicPartition, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def send(self, node: int, request: Any, **options: Any) -> Any:
        response = await self._client.send(node, request, **options)
        if isinstance(request, FetchRequest):
            offsets = {
                TopicPartition(topic, partition): offset
                for topic, partitions in request.topics
                for partition, offset, _ in partitions
            }
            response.topics = [
                (topic, [self._looked_at(topic, each, offsets) for each in partitions])
                for topic, partitions in response.topics
            ]
        return response

    def _looked_at(
        self, topic: str, answer: tuple[Any, ...], offsets: dict[TopicPartition, int]
    ) -> tuple[Any, ...]:
        partition, _, end, *_, data = answer
        tp = TopicPartition(topic, partition)
        if not data or tp not in offsets:
            return answer
        return (*answer[:-1], self._readable(tp, data, offsets[tp], end))

    def _readable(self, tp: TopicPartition, data: bytes, offset: int, end: int) -> bytes:
        sound = damaged.sound_until(data, offset, end)
        if sound == len(data):
            return data
        if sound:
            return data[:sound]
        if self._asked_again.get(tp) != offset:
            self._asked_again[tp] = offset
            return b""
        del self._asked_again[tp]
        salvaged = _Salvaged()
        # Of our own topics everything is believed as it is, so nothing of a damaged batch may be.
        salvaged.records, salvaged.next_offset = damaged.salvaged(
            data, offset, end, trusted=tp.topic in topics.INPUTS
        )
        lost = [each for each in salvaged.records if why(each) is not None]
        log.warning(
            "a damaged batch",
            extra={
                "topic": tp.topic,
                "partition": tp.partition,
                "offset": offset,
                "until": salvaged.next_offset,
                "why": why(lost[0]) if lost else damaged.CHECKSUM,
                "read": len(salvaged.records) - len(lost),
                "unreadable": len(lost),
            },
        )
        return salvaged


class _Fetcher(fetcher.Fetcher):  # type: ignore[misc]
    """A fetcher whose client looks at each answer."""

    def __init__(self, client: Any, subscriptions: Any, **options: Any) -> None:
        super().__init__(_Looking(client), subscriptions, **options)


class Fetched:
    """The batches of one fetch of one partition; replaces `MemoryRecords`."""

    def __init__(self, data: bytes) -> None:
        self._salvaged = data if isinstance(data, _Salvaged) else None
        self._is_old = data[_MAGIC_AT : _MAGIC_AT + 1] in (b"\0", b"\1")  # as then all of it is
        self._records = MemoryRecords(b"" if self._is_old else bytes(data))
        self._data = data
        self._begin = 0

    def size_in_bytes(self) -> int:
        """How many bytes were fetched; none of what was salvaged of them."""
        return len(self._data)

    def has_next(self) -> bool:
        """Whether there is another batch."""
        if self._is_old:
            return self._end() <= len(self._data)
        return self._salvaged is not None or bool(self._records.has_next())

    def next_batch(self) -> Any:
        """The next batch; None after the last."""
        if self._salvaged is not None:
            salvaged, self._salvaged = self._salvaged, None
            return _Remains(salvaged)
        batch = None if self._is_old else self._records.next_batch()
        if batch is None and not (self._is_old and self.has_next()):
            return None
        begin = self._begin
        self._begin = end = self._end()
        if batch is None:
            # Not the one in C, which reads beyond what it is given.
            return _Old(_LegacyRecordBatchPy(self._data[begin:end], self._data[_MAGIC_AT]))
        if batch.is_control_batch:
            return _Marker(batch)
        return _Batch(batch, self._data, begin, end)

    def _end(self) -> int:
        """Of the batch that begins here; beyond the fetch if there is none as a whole."""
        begin = self._begin + _LENGTH_AT
        if begin + _length.size > len(self._data):
            return len(self._data) + 1
        return self._begin + _LOG_OVERHEAD + int(_length.unpack_from(self._data, begin)[0])


class _Sound:
    """A batch whose checksum is right, as `_Looking` has found."""

    __slots__ = ("_batch", "base_offset", "is_transactional", "next_offset", "producer_id")

    def __init__(self, batch: Any) -> None:
        self._batch = batch
        self.base_offset = batch.base_offset
        self.is_transactional = batch.is_transactional
        self.next_offset = batch.next_offset
        self.producer_id = batch.producer_id

    def validate_crc(self) -> bool:
        """Whether the checksum is right: it need not be computed again."""
        return True


class _Batch(_Sound):
    """One that is read again, record by record, where its own reader fails.

    What comes twice by that is passed over by its offset (`PartitionRecords._unpack_records`).
    """

    __slots__ = ("_begin", "_data", "_end")
    is_control_batch = False

    def __init__(self, batch: Any, data: bytes, begin: int, end: int) -> None:
        super().__init__(batch)
        self._data = data
        self._begin = begin
        self._end = end

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except Exception:  # compressions and records have errors of many kinds
            data = self._data[self._begin : self._end]
            yield from damaged.read(data, self.base_offset, self.next_offset, why_not(data))


class _Marker(_Sound):
    """What ends a transaction. Compaction leaves the empty batch of one, and aiokafka raises for
    that and for one that it can't read. Either is taken for an abort's: that ends what was aborted
    before of its producer, as a commit would have too."""

    __slots__ = ()
    is_control_batch = True

    def __next__(self) -> Any:
        try:
            record = next(self._batch)
            ControlRecord.parse(record.key)
        except Exception:  # as above, and that there is none
            return _DefaultRecordPy(self.base_offset, damaged.UNTIMED, 0, _ABORT, None, [])
        return record


class _Old:
    """A message of Kafka before 0.11, or some in a compressed one. The first of them have no
    timestamp, and aiokafka gives None for that."""

    is_control_batch = is_transactional = False
    producer_id = None

    def __init__(self, batch: Any) -> None:
        self.next_offset = batch.next_offset
        self._batch = batch

    def validate_crc(self) -> bool:
        """Whether the checksum is right, as `_Looking` has found."""
        return True

    def __iter__(self) -> Iterator[Any]:
        given, end = -1, self.next_offset
        with suppress(Exception):  # as above
            for each in self._batch:
                if given < each.offset < end:
                    given = each.offset
                    at = damaged.UNTIMED if each.timestamp is None else each.timestamp
                    yield _DefaultRecordPy(given, at, 0, each.key, each.value, [])
        if given < end - 1:
            yield unreadable(end - 1, damaged.UNTIMED, CONTENT)


class _Remains:
    """A batch of what was left of a damaged one."""

    is_control_batch = is_transactional = False
    producer_id = None

    def __init__(self, salvaged: _Salvaged) -> None:
        self.base_offset = self.next_offset = salvaged.next_offset
        self._records = salvaged.records

    def validate_crc(self) -> bool:
        """That it is wrong is known, and dealt with."""
        return True

    def __iter__(self) -> Iterator[Any]:
        return iter(self._records)


def install() -> None:
    """Has every consumer of this process read in this way."""
    consumer.Fetcher = _Fetcher
    fetcher.MemoryRecords = Fetched
