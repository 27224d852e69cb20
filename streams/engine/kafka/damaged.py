"""Batches that can't be read: found in the bytes of a fetch, and read as far as they can be.

A disk or a network changes bytes, a broker cuts a file off. aiokafka raises for such a batch, asks
for it again and never comes past it. Here a fetch is looked through first: what is sound is handed
on as it came, and it ends before the first damage, so that the next fetch begins there: which
transactions were aborted the broker says by fetch. One that begins with damage is read record by
record up to the next sound batch, and for each offset that can't be read so, it is said why.

A batch is sound if its checksum is right, and its offsets follow those before it and lie before the
partition's end: the checksum does not cover the first offset.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple
from zlib import crc32

from aiokafka.record.default_records import _DefaultRecordPy
from aiokafka.record.util import calc_crc32c

from streams.engine.kafka.record_by_record import HEADER, records, unreadable

_LENGTH_FROM: Final = 12  # bytes into a batch; its length counts from there
_MAGIC_AT: Final = 16
_COVERED_FROM: Final = 21  # by the checksum
_CURRENT: Final = 2  # the magic of batches since Kafka 0.11

CHECKSUM: Final = "a batch that is damaged: its checksum is wrong"
TRUNCATED: Final = "a batch that is cut off"
OFFSETS: Final = "a batch that is damaged: its offsets are not those of its place"

MOST_LOST: Final = 100_000
"""Offsets that are told one by one of one damage: a megabyte holds fewer records of ours. Of the
rest it is told how many they are."""

_APART: Final = 86_400_000
"""Milliseconds that the two timestamps of a batch are apart at most: a producer waits for minutes
until a batch is sent, and for hours where the brokers are away."""

UNTIMED: Final = -1
"""The timestamp of a record that has none."""


class _Batch(NamedTuple):
    """A batch in the bytes of a fetch: where it begins and ends, and its offsets."""

    begin: int
    end: int
    first: int
    next_offset: int


def sound_until(data: bytes, offset: int, ends: int) -> int:
    """How many bytes of a fetch may be read as they are: all, if nothing is wrong.

    A batch at the end that is not there as a whole is not wrong; the next fetch begins with it.

    Args:
        data: of one partition.
        offset: from which it was asked for.
        ends: the partition's end, behind its last record.
    """
    begin, expected = 0, offset
    before = suspect = None  # the batch before, and whether offsets are missing in front of it
    while begin < len(data):
        batch = _sound(data, begin, expected, ends)
        if batch is None:
            if begin and (suspect is None or not _contradicts(data, begin, expected)):
                return len(data) if _is_tail(data, begin) else begin
            return suspect if suspect is not None else begin
        if data[begin + _MAGIC_AT] != data[_MAGIC_AT]:
            return begin  # aiokafka reads all of a fetch in the format of its first batch
        suspect = begin if batch.first > expected else None
        begin, expected, before = batch.end, batch.next_offset, batch
    if suspect and before is not None and before.next_offset != ends:
        return suspect  # it may name a wrong place: once more, with what follows it
    return len(data)


def salvaged(
    data: bytes, offset: int, ends: int, trusted: bool = True
) -> tuple[list[_DefaultRecordPy], int]:
    """What can be read of a fetch that begins with damage, up to the next sound batch.

    Args:
        data, offset, ends: as above.
        trusted: whether a record is given that can be read, though its batch is damaged. Who reads
            events looks at each field of it.

    Returns:
        the records, and in their places what says why one can't be read; and the offset to go on
        from, which is above the one that was asked for.
    """
    following = _next_sound(data, offset, ends)
    damaged = data if following is None else data[: following.begin]
    until = _believed(damaged, offset, ends if following is None else following.first)
    if until is None:
        until = offset + 1 if following is None else following.first
    why = _why(damaged)
    found = (read if trusted else _nothing)(damaged, offset, until, why)
    latest = _latest(damaged, None if following is None else data[following.begin :])
    return [each if each.timestamp <= latest else _untimed(each) for each in found], until


def read(data: bytes, offset: int, until: int, why: str) -> list[_DefaultRecordPy]:
    """Each record of one batch that can be read, and for the other offsets ``why`` they can't.

    Args:
        data: the batch, or what is left of it.
        offset: where to begin.
        until: where it ends; no offset from there on is believed.
    """
    found, previous = [], -1
    for record in records(data):
        if previous < record.offset < until:
            found.append(record)
            previous = record.offset
    given = [record for record in found if record.offset >= offset]
    # Zeros on a disk say that they are no records, and a wrong place that all of them were before.
    if given and len(found) == _count(data):
        return given  # the offsets between them are of records that compaction has removed
    return list(_filled(given, offset, until, why))


def _latest(data: bytes, following: bytes | None) -> int:
    """The latest timestamp that is believed of a damaged batch, in ms: an event far ahead of its
    time would be let in by one that is damaged. Its two timestamps are hardly damaged alike, and
    what lies behind it was appended later."""
    if len(data) < HEADER.size:
        return UNTIMED
    bounds = []
    for each in (data, following or data):
        _, _, _, _, _, _, _, earliest, latest, *_ = HEADER.unpack_from(each)
        bounds.append(latest)
        if each is data and abs(latest - earliest) > _APART:
            return UNTIMED
    return int(min(bounds))


def _untimed(record: _DefaultRecordPy) -> _DefaultRecordPy:
    return _DefaultRecordPy(
        record.offset, UNTIMED, 0, record.key, record.value, list(record.headers)
    )


def _nothing(data: bytes, offset: int, until: int, why: str) -> list[_DefaultRecordPy]:
    return list(_filled([], offset, until, why))


def _filled(
    given: list[_DefaultRecordPy], offset: int, until: int, why: str
) -> Iterator[_DefaultRecordPy]:
    """The records, and for each offset without one why there is none; of very many, how many."""
    there = {record.offset: record for record in given}
    end = min(until, offset + MOST_LOST)
    for each in range(offset, end):
        more = (
            f"; nor can the {until - end} offsets after it" if each == end - 1 < until - 1 else ""
        )
        yield there.get(each) or unreadable(each, UNTIMED, why + more)


# -- what is sound


def _sound(data: bytes, begin: int, expected: int, ends: int) -> _Batch | None:
    """The batch that begins there; None if it is not whole, or not what its place wants."""
    batch = _whole(data, begin)
    if batch is None:
        return None
    if data[begin + _MAGIC_AT] < _CURRENT:
        return batch if expected <= batch.first < ends else None
    # The first of a fetch may have begun before the offset that was asked for.
    starts = batch.first >= expected or not begin
    return batch if starts and expected < batch.next_offset <= ends else None


def _whole(data: bytes, begin: int) -> _Batch | None:
    """The batch that begins there, if it is there as a whole and its checksum is right."""
    if len(data) < begin + HEADER.size:
        return None
    first, length, epoch, magic, checksum, _, last, *_ = HEADER.unpack_from(data, begin)
    end = begin + _LENGTH_FROM + length
    if length < 0 or not begin + _COVERED_FROM < end <= len(data):
        return None
    if magic in (0, 1):  # the checksum of before 0.11 stands in the epoch's place
        right = crc32(memoryview(data)[begin + _MAGIC_AT : end]) == epoch & 0xFFFFFFFF
        # A message, or some in a compressed one, which has the offset of the last of them.
        return _Batch(begin, end, first, first + 1) if right else None
    if magic != _CURRENT or end < begin + HEADER.size:
        return None
    if calc_crc32c(memoryview(data)[begin + _COVERED_FROM : end].tobytes()) != checksum:
        return None
    return _Batch(begin, end, first, first + last + 1)


def _is_tail(data: bytes, begin: int) -> bool:
    """Whether what begins there goes on beyond the fetch."""
    if len(data) < begin + _LENGTH_FROM:
        return True
    _, length = struct.unpack_from(">qi", data, begin)
    return bool(begin + _LENGTH_FROM + length > len(data))


def _contradicts(data: bytes, begin: int, expected: int) -> bool:
    """Whether what begins there says that the batch before it has offsets too high."""
    if len(data) < begin + _LENGTH_FROM:
        return False
    (first,) = struct.unpack_from(">q", data, begin)
    return bool(first < expected)


def _next_sound(data: bytes, offset: int, ends: int) -> _Batch | None:
    """The first sound batch behind a damage, wherever it begins: lengths may be damaged, too."""
    magic = data.find(_CURRENT, _MAGIC_AT + 1)
    while magic != -1:
        batch = _whole(data, magic - _MAGIC_AT)
        if batch is not None and offset < batch.first < batch.next_offset <= ends:
            return batch
        magic = data.find(_CURRENT, magic + 1)
    return None


# -- what is damaged


def _believed(data: bytes, offset: int, ends: int) -> int | None:
    """Where a damaged batch ends, if it says so twice: a place that is too far would pass over
    sound batches.

    Args:
        data: from the batch on, as far as nothing in it is sound.
        offset: from which it is read.
        ends: where the next sound batch begins, or the partition ends.
    """
    if len(data) < HEADER.size:
        return None
    first, length, _, _, _, _, last, *_, count = HEADER.unpack_from(data)
    until, end = int(first + last + 1), _LENGTH_FROM + length
    if not first <= offset < until <= ends:
        return None
    if count == last + 1 or until == ends:
        return until
    if 0 < end <= len(data) - _LENGTH_FROM and struct.unpack_from(">q", data, end)[0] == until:
        return until
    return None


def _why(data: bytes) -> str:
    if _whole(data, 0) is not None:
        return OFFSETS
    if len(data) < HEADER.size or _is_tail(data, 0):
        return TRUNCATED
    return CHECKSUM


def _count(data: bytes) -> int | None:
    """How many records a batch says it has; None if its header is not there."""
    return int(HEADER.unpack_from(data)[-1]) if len(data) >= HEADER.size else None
