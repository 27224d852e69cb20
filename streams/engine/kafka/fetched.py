"""The records of a fetch, decoded even where the name of a header is no text.

aiokafka reads headers' names as UTF-8, and one that is something else is an exception in the midst
of its batch: the consumer never comes past it, and with it every worker ends. Here such a record is
given as one that has a header without a name, and nothing else; the records before and after it are
given as they are. `streams.domain.event_reader.Reader` refuses it.

Only one name is replaced, ``aiokafka.consumer.fetcher.MemoryRecords``: a batch is read
by aiokafka as ever, and a second time, record by record, when that fails.
`tests/engine/test_upstream_guard.py` fails when what it leans on changes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy, _DefaultRecordPy
from aiokafka.record.memory_records import DefaultRecordBatch, MemoryRecords
from aiokafka.record.util import decode_varint

NAMELESS: Final[list[tuple[None, None]]] = [(None, None)]
"""The headers of a record whose headers can't be read."""

_LENGTH_AT: Final = 8  # bytes into a batch, after its first offset
_LOG_OVERHEAD: Final = 12  # bytes before those that the length counts
_length: Final = struct.Struct(">i").unpack_from


class Fetched:
    """The batches of one fetch of one partition; replaces `MemoryRecords`."""

    def __init__(self, data: bytes) -> None:
        records = MemoryRecords(data)
        self.has_next = records.has_next
        self.size_in_bytes = records.size_in_bytes
        self._next_batch = records.next_batch
        self._data = data
        self._begin = 0

    def next_batch(self) -> Any:
        """The next batch; None after the last."""
        batch = self._next_batch()
        if batch is None:
            return None
        begin = self._begin
        self._begin = end = begin + _LOG_OVERHEAD + _length(self._data, begin + _LENGTH_AT)[0]
        if type(batch) is not DefaultRecordBatch or batch.is_control_batch:
            return batch  # neither the old formats nor transaction markers have headers
        return _Batch(batch, self._data, begin, end)


class _Batch:
    """A batch that is read again by `_Lenient` where its own reader fails.

    What comes twice by that is passed over by its offset (`PartitionRecords._unpack_records`).
    """

    __slots__ = (
        *("_batch", "_begin", "_data", "_end"),
        *("base_offset", "is_transactional", "next_offset", "producer_id", "validate_crc"),
    )
    is_control_batch = False

    def __init__(self, batch: Any, data: bytes, begin: int, end: int) -> None:
        self._batch = batch
        self._data = data
        self._begin = begin
        self._end = end
        self.base_offset = batch.base_offset
        self.is_transactional = batch.is_transactional
        self.next_offset = batch.next_offset
        self.producer_id = batch.producer_id
        self.validate_crc = batch.validate_crc

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except (UnicodeDecodeError, CorruptRecordException):
            yield from _Lenient(self._data[self._begin : self._end])


class _Lenient(_DefaultRecordBatchPy):  # type: ignore[misc]
    """Reads a batch record by record; of one whose headers fail it gives the offset alone."""

    _pos: int

    def _read_msg(self) -> Any:
        begin = self._pos
        try:
            return super()._read_msg()
        except (UnicodeDecodeError, CorruptRecordException):
            self._pos = begin
            return self._without_headers()

    def _without_headers(self) -> Any:
        length, begin = decode_varint(self._buffer, self._pos)
        _, position = decode_varint(self._buffer, begin)  # attributes
        later, position = decode_varint(self._buffer, position)
        beyond, position = decode_varint(self._buffer, position)
        end = begin + length
        if not position <= end <= len(self._buffer):
            raise CorruptRecordException(f"a record of {length} bytes in a batch of fewer")
        self._pos = end
        appended = self.timestamp_type == self.LOG_APPEND_TIME
        timestamp = self.max_timestamp if appended else self.first_timestamp + later
        offset = self.base_offset + beyond
        return _DefaultRecordPy(offset, timestamp, self.timestamp_type, None, None, NAMELESS)


def install() -> None:
    """Has every consumer of this process read in this way."""
    fetcher.MemoryRecords = Fetched
