"""Batches of records as producers of another make send them: compressed, with any headers."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import DefaultRecordBase, _DefaultRecordBatchBuilderPy
from aiokafka.record.util import calc_crc32c

CODECS: Final = {
    "none": DefaultRecordBase.CODEC_NONE,
    "gzip": DefaultRecordBase.CODEC_GZIP,
    "snappy": DefaultRecordBase.CODEC_SNAPPY,
    "lz4": DefaultRecordBase.CODEC_LZ4,
    "zstd": DefaultRecordBase.CODEC_ZSTD,
}

Headers = Sequence[tuple[bytes | None, bytes | None]]
Sent = tuple[bytes | None, bytes | None, Headers]
"""Key, value and headers; the names of headers are bytes, for not all that come are text."""

BROKEN: Final = [b"something else", ValueError("no frame")]
"""What a library of a compression gives that does not work."""


def breaks(answer: bytes | Exception) -> Callable[[bytes], bytes]:
    """A decompression that gives this instead of what it was given."""

    def decode(payload: bytes) -> bytes:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return decode


_ATTRIBUTES_AT = 21  # bytes into a batch; the codec is in the lower of the two


class _Name(str):
    """A header's name that is sent as the bytes that were given, or as none."""

    raw: bytes

    def encode(self, *_: object) -> bytes:  # type: ignore[override]
        return self.raw


class _Null(bytes):
    """A name that is none."""


def _length(of: Any) -> int:
    return -1 if type(of) is _Null else len(of)


def _add(builder: Any, offset: int, timestamp: int | None, record: Sent) -> None:
    key, value, headers = record
    named = []
    for raw, content in headers:
        name = _Name()
        name.raw = _Null() if raw is None else raw
        named.append((name, content))
    builder.append(offset, timestamp, key, value, named, len_func=_length)


def _builder(codec: str) -> Any:
    return _DefaultRecordBatchBuilderPy(2, CODECS[codec], 0, -1, -1, -1, 1 << 30)


def batch(
    records: Iterable[Sent],
    codec: str = "none",
    first: int = 0,
    gaps: Iterable[int] = (),
    control: int | None = None,
    timestamp: int | None = None,
) -> bytes:
    """One batch as it lies in a partition.

    Args:
        records: what it holds.
        codec: the name of its compression; left out where that saves nothing.
        first: the offset of its first record.
        gaps: of its offsets, counted from 0, those that compaction has taken away.
        control: makes it a transaction's marker of this kind, 0 of an abort and 1 of a commit.
        timestamp: of each record; without it they count up.
    """
    builder = _builder(codec)
    left_out = {*gaps}
    for offset, record in enumerate(records):
        if offset not in left_out:
            _add(builder, offset, 1_000 + offset if timestamp is None else timestamp, record)
    built = builder.build()
    if control is not None:
        return _marker(first, control)
    built[:8] = first.to_bytes(8, "big")  # which the checksum does not cover
    return bytes(built)


def _marker(first: int, kind: int) -> bytes:
    builder = _DefaultRecordBatchBuilderPy(2, 0, 1, 7, 0, -1, 1 << 10)
    builder.append(0, 1_000, struct.pack(">hh", 0, kind), struct.pack(">hi", 0, 0), [])
    built = builder.build()
    built[_ATTRIBUTES_AT + 1] |= DefaultRecordBase.CONTROL_MASK
    built[17:21] = calc_crc32c(bytes(built[_ATTRIBUTES_AT:])).to_bytes(4, "big")
    built[:8] = first.to_bytes(8, "big")
    return bytes(built)


def codec_of(built: bytes) -> str:
    """The name of a batch's compression."""
    (name,) = [name for name, code in CODECS.items() if code == built[_ATTRIBUTES_AT + 1] & 7]
    return name


async def send(
    bootstrap: str, topic: str, partition: int, records: Sequence[Sent], codec: str = "none"
) -> int:
    """Sends records as one batch; the offset of the first, once the broker has them."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        first, used = await send_by(producer, topic, partition, records, codec)
    assert used == codec
    return first


async def send_by(
    producer: AIOKafkaProducer,
    topic: str,
    partition: int,
    records: Sequence[Sent],
    codec: str,
    timestamp: int | None = None,
) -> tuple[int, str]:
    """The same by a producer that there is, with this timestamp in milliseconds or now; and the
    compression, which is none if it saves nothing."""
    made = producer.create_batch()
    made._builder = builder = _builder(codec)
    for offset, record in enumerate(records):
        _add(builder, offset, timestamp, record)
    made._relative_offset = len(records)
    made.close()
    acknowledged = await producer.send_batch(made, topic, partition=partition)
    return int((await acknowledged).offset), codec_of(made._build())
