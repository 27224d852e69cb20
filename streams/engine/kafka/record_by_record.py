"""A batch read record by record, where its own reader gives it up; and what is given instead of a
record that can't be read.

aiokafka reads a batch or raises, and where lengths are damaged its numbers are read from beyond the
end of the memory. Here each record is read by itself, within its bounds.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from aiokafka import codec
from aiokafka.errors import UnsupportedCodecError
from aiokafka.record.default_records import _DefaultRecordPy

HEADER: Final = struct.Struct(">qiibIhiqqqhii")
"""First offset, length, leader epoch, magic, checksum, attributes, last offset and two timestamps,
producer's id, epoch and sequence, number of records (Kafka's protocol, record batch)."""

_CODECS: Final = {0: "", 1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"}
_CODEC_MASK: Final = 7  # of the attributes
_APPENDED: Final = 8  # of the attributes: all records have the time at which they were appended

CODEC: Final = "a batch of an unknown compression"
CONTENT: Final = "a record that is damaged"
HEADER_NAME: Final = "headers: a name that is not UTF-8"


def unreadable(offset: int, timestamp: int, why: str) -> _DefaultRecordPy:
    """What is given instead of a record: a header without a name, which no sender can make, says
    why it can't be read."""
    return _DefaultRecordPy(offset, timestamp, 0, None, None, [(None, why.encode())])


def why(record: Any) -> str | None:
    """Why a record can't be read; None of one that can."""
    for name, said in record.headers:
        if name is None:
            return str(said.decode())
    return None


def readable(records: list[Any]) -> list[Any]:
    """Those of some records that can be read."""
    return [record for record in records if why(record) is None]


def why_not(data: bytes) -> str:
    """Why a batch whose checksum is right can't be read.

    Raises:
        UnsupportedCodecError: its compression is known, but its library is not installed, which is
            no fault of the batch.
    """
    name = _CODECS.get(HEADER.unpack_from(data)[5] & _CODEC_MASK)
    if name is None:
        return CODEC
    if name and not getattr(codec, f"has_{name}")():
        raise UnsupportedCodecError(f"{name}: the library of this compression is not installed")
    return CONTENT


def records(data: bytes) -> Iterator[_DefaultRecordPy]:
    """The records of a batch in the order in which they lie, until one can't be found; of one that
    is found and can't be read, why."""
    if len(data) < HEADER.size:
        return
    base, _, _, _, _, attributes, _, earliest, latest, *_ = HEADER.unpack_from(data)
    name = _CODECS.get(attributes & _CODEC_MASK)
    if name is None:
        return
    body = data[HEADER.size :]
    if name:
        try:
            body = getattr(codec, f"{name}_decode")(body)
        except Exception:  # each compression has errors of its own
            return
    position = 0
    while position < len(body):
        try:
            length, position = _varint(body, position)
            end = position + length
            if not position < end <= len(body):
                return
            _, position = _varint(body, position)  # attributes
            later, position = _varint(body, position)
            beyond, position = _varint(body, position)
        except IndexError:
            return
        offset = base + beyond
        timestamp = latest if attributes & _APPENDED else earliest + later
        try:
            yield _DefaultRecordPy(offset, timestamp, 0, *_content(body, position, end))
        except UnicodeDecodeError:
            yield unreadable(offset, timestamp, HEADER_NAME)
        except (IndexError, ValueError):
            yield unreadable(offset, timestamp, CONTENT)
        position = end


def _content(
    body: bytes, position: int, end: int
) -> tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]:
    """Key, value and headers of a record.

    Raises:
        ValueError, IndexError: it does not end where it should.
        UnicodeDecodeError: the name of a header is not UTF-8.
    """
    key, position = _bytes(body, position, end)
    value, position = _bytes(body, position, end)
    count, position = _varint(body, position)
    headers: list[tuple[str, bytes | None]] = []
    while len(headers) < count:
        name, position = _bytes(body, position, end)
        content, position = _bytes(body, position, end)
        if name is None:
            raise ValueError("a header without a name")
        headers.append((name.decode(), content))
    if position != end or count < 0:
        raise ValueError("a record of another length than it says")
    return key, value, headers


def _bytes(body: bytes, position: int, end: int) -> tuple[bytes | None, int]:
    length, position = _varint(body, position)
    if length < 0:
        return None, position
    if position + length > end:
        raise ValueError("longer than its record")
    return bytes(body[position : position + length]), position + length


def _varint(body: bytes, position: int) -> tuple[int, int]:
    """A number and where what follows it begins. aiokafka's own goes beyond the end of the memory
    that it is given.

    Raises:
        IndexError: it has no end.
    """
    value = 0
    for shift in range(0, 70, 7):
        byte = body[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), position
    raise IndexError
