"""Batches as no producer should send them and no disk should give them back, and the log of a
partition that holds them beside sound ones.

Two things are left as a broker makes them, for it makes them itself: the offsets of a batch whose
checksum is right, and that each begins where the one before has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, NamedTuple
from zlib import crc32

from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

from streams.engine.kafka import fetched
from streams.engine.kafka.record_by_record import HEADER
from tests.wire import CODECS, Sent, batch

_ATTRIBUTES_AT: Final = 21
"""Bytes into a batch; from there on the checksum covers it."""

_LAST_AT: Final = 23
_COUNT_AT: Final = 57


class Lying(NamedTuple):
    """A batch as it lies in a partition.

    Attributes:
        data: its bytes.
        count: of how many offsets it is.
    """

    data: bytes
    count: int


Damage = Callable[[Random, Sequence[Sent], int, int], Lying]
"""Made of what it is to hold, the offset of its first record, and the instant in milliseconds."""


def sound(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """Of any compression."""
    return Lying(batch(records, draw.choice(sorted(CODECS)), first, timestamp=now), len(records))


def compacted(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """Some of its records have been taken away, the last too, or all; its last offset stays."""
    count = len(records)
    some = draw.choice((range(count), draw.sample(range(count), count // 2)))
    data = batch(records, draw.choice(sorted(CODECS)), first, some, timestamp=now)
    last = (count - 1).to_bytes(4, "big")
    return Lying(_checked(data[:_LAST_AT] + last + data[_LAST_AT + 4 :]), count)


def flipped(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """One to eight bytes are others, of its header too; so the checksum is wrong."""
    data, count = sound(draw, records, first, now)
    found = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 8))):
        at = draw.randrange(8, draw.choice((len(found), HEADER.size)))
        found[at] = draw.choice((found[at] ^ 1 << draw.randrange(8), draw.randrange(256)))
    return Lying(bytes(found), count)


def misplaced(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """Its first offset is another, which no checksum covers."""
    data, count = sound(draw, records, first, now)
    other = first + draw.choice((1, 2, 200, 2**40, -1, -2, -200))
    return Lying(other.to_bytes(8, "big", signed=True) + data[8:], count)


def cut_off(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """The end of it is missing, or all but its beginning."""
    data, count = sound(draw, records, first, now)
    return Lying(data[: draw.randrange(1, len(data))], count)


def rubbish(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """Where it was, anything is: noise, zeros, or its own second half twice."""
    data, count = sound(draw, records, first, now)
    half = data[len(data) // 2 :]
    other = draw.choice((draw.randbytes(len(data)), bytes(len(data)), half + half))
    return Lying(other, count)


def counts_wrong(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """It says that it holds more or fewer records; the checksum is right."""
    data, count = sound(draw, records, first, now)
    said = draw.choice((0, 1, count + 1, count * 2, 2**31 - 1, -1))
    return Lying(
        _checked(data[:_COUNT_AT] + said.to_bytes(4, "big", signed=True) + data[61:]), count
    )


def codec_wrong(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """It says another compression, also one that there is none of; the checksum is right."""
    data, count = sound(draw, records, first, now)
    found = bytearray(data)
    found[_ATTRIBUTES_AT + 1] = found[_ATTRIBUTES_AT + 1] & ~7 | draw.randrange(8)
    return Lying(_checked(bytes(found)), count)


def content_wrong(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """Bytes of its records are others; the checksum is right."""
    data, count = sound(draw, records, first, now)
    found = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 8))):
        found[draw.randrange(HEADER.size, len(found))] = draw.choice((0, 1, 0x7F, 0x80, 0xFF))
    return Lying(_checked(bytes(found)), count)


def marked(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """A transaction's marker, of an abort, a commit, or of no kind there is."""
    data = batch([], control=draw.choice((0, 1, 1, 7, -1)), first=first)
    if draw.random() < 0.3:  # its key is shorter than a marker's, or something else
        found = bytearray(data)
        found[draw.randrange(HEADER.size, len(found))] = draw.randrange(256)
        data = _checked(bytes(found))
    return Lying(data, 1)


def of_old(draw: Random, records: Sequence[Sent], first: int, now: int) -> Lying:
    """As Kafka wrote before 0.11: a message each, or all in a compressed one; some damaged."""
    magic, codec = draw.choice((0, 1)), draw.choice((0, 0, 1, 2, 3))
    if magic == 0 and codec == 3:
        codec = 1  # it had no lz4 that others could read
    builder = LegacyRecordBatchBuilder(magic, codec, 1 << 30)
    # In a compressed one of magic 1 offsets count from its own.
    begin = 0 if codec and magic else first
    for n, (key, value, _) in enumerate(records):
        builder.append(begin + n, now, key, value)
    whole = bytearray(builder.build())
    if codec:
        whole[:8] = (first + len(records) - 1).to_bytes(8, "big")
    if draw.random() < 0.5:
        whole[draw.randrange(8, len(whole))] ^= 1 << draw.randrange(8)
    if codec and draw.random() < 0.5:  # what is damaged, with the checksum that it has to have
        whole[12:16] = crc32(whole[16:]).to_bytes(4, "big")
    return Lying(bytes(whole), len(records))


DAMAGES: Final[tuple[Damage, ...]] = (
    *(compacted, flipped, flipped, misplaced, cut_off, rubbish, counts_wrong, codec_wrong),
    *(content_wrong, marked, of_old),
)


def _checked(data: bytes) -> bytes:
    """The batch with the checksum that it has to have."""
    crc = calc_crc32c(data[_ATTRIBUTES_AT:])
    return data[:17] + crc.to_bytes(4, "big") + data[_ATTRIBUTES_AT:]


class Log:
    """A partition whose broker knows where each batch lies, whatever has become of its bytes.

    Attributes:
        tp: which.
        end: behind its last record.
    """

    def __init__(self, tp: TopicPartition) -> None:
        self.tp = tp
        self.end = 0
        self._batches: list[tuple[int, bytes]] = []
        self._looking = fetched._Looking(None)

    def append(self, lying: Lying) -> range:
        """Adds a batch; the offsets that are its."""
        offsets = range(self.end, self.end + lying.count)
        self._batches.append((self.end, lying.data))
        self.end = offsets.stop
        return offsets

    def forget(self, before: int) -> None:
        """Lets go of what nobody reads again."""
        keep = max((n for n, (first, _) in enumerate(self._batches) if first <= before), default=0)
        del self._batches[:keep]

    def read(self, position: int, most: int) -> list[Any]:
        """What a consumer gives of it from a position on to its end, in fetches of so many bytes:
        by what `_Looking` makes of a broker's answer, and aiokafka of that."""
        found: list[Any] = []
        fetches = 0
        while position < self.end:
            fetches += 1
            assert fetches < 20 * len(self._batches) + 2 * self.end, f"{self.tp} does not come on"
            data = self._looking._readable(self.tp, self._fetch(position, most), position, self.end)
            records = fetcher.MemoryRecords(data)
            if not records.has_next():
                assert not records.size_in_bytes(), "aiokafka says that a record is too large"
                continue
            given = PartitionRecords(
                *(self.tp, records, [], position, None, None, True, READ_COMMITTED)
            )
            found += list(given)
            assert position <= given.next_fetch_offset <= self.end, "beyond the partition's end"
            position = given.next_fetch_offset
        return found

    def _fetch(self, offset: int, most: int) -> bytes:
        """As brokers answer: the batch of this offset as a whole, and what follows up to a size."""
        begin = max(n for n, (first, _) in enumerate(self._batches) if first <= offset)
        some = [data for _, data in self._batches[begin:]]
        return b"".join(some)[: max(most, len(some[0]))]
