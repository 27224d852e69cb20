"""Batches that are damaged, at any place: what is sound beside them is read, and nothing stops."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder

import streams.engine.kafka.clients  # noqa: F401 - what it changes is looked at here
from streams.engine.kafka import damaged, fetched
from streams.engine.kafka.record_by_record import CODEC, CONTENT, why
from tests.wire import CODECS, Sent, batch

TP = TopicPartition("contact.queue", 0)
EVENT = b'{"event":"queue","event_id":"e%d","call_id":"c%d","at":"2026-11-21T09:00:12Z"}'
FUZZED = 4_000
"""Damaged logs that each run tries: some ten seconds."""


def told(first: int, count: int) -> list[Sent]:
    return [(b"c%d" % n, EVENT % (n, n), []) for n in range(first, first + count)]


class Log:
    """A partition whose broker knows where each batch lies, whatever has become of its bytes."""

    def __init__(self) -> None:
        self.batches: list[bytes] = []
        self.firsts: list[int] = []
        self.end = 0

    def append(self, count: int, codec: str = "none", control: int | None = None) -> None:
        self.batches.append(batch(told(self.end, count), codec, self.end, control=control))
        self.firsts.append(self.end)
        self.end += count

    def fetch(self, offset: int, most: int) -> bytes:
        """As brokers answer: the batch of this offset as a whole, and what follows up to a size."""
        (at, *_) = [n for n, first in enumerate(self.firsts) if first <= offset][::-1]
        bytes_ = b"".join(self.batches[at:])
        return bytes_[: max(most, len(self.batches[at]))]

    def read(self, most: int = 1 << 20) -> list[Any]:
        """What a consumer gives of it, from its first record to its last."""
        looking, position, found, fetches = fetched._Looking(None), 0, [], 0
        while position < self.end:
            fetches += 1
            assert fetches < 20 * len(self.batches) + 2 * self.end, "it does not come on"
            data = looking._readable(TP, self.fetch(position, most), position, self.end)
            records = PartitionRecords(
                *(TP, fetcher.MemoryRecords(data), [], position, None, None, True, READ_COMMITTED)
            )
            found += list(records)
            assert position <= records.next_fetch_offset <= self.end
            position = records.next_fetch_offset
        return found


def readable(found: list[Any]) -> dict[int, bytes]:
    return {each.offset: each.value for each in found if why(each) is None}


def reasons(found: list[Any]) -> dict[int, str]:
    said = {each.offset: why(each) for each in found}
    return {offset: reason for offset, reason in said.items() if reason is not None}


def three(codec: str = "none") -> Log:
    log = Log()
    for count in (3, 4, 3):
        log.append(count, codec)
    return log


@pytest.mark.parametrize("codec", CODECS)
def test_a_checksum_that_is_wrong_costs_its_batch_at_most(codec: str) -> None:
    log = three(codec)
    whole = log.batches[1]
    log.batches[1] = whole[:-1] + bytes([whole[-1] ^ 0xFF])
    found = log.read()
    assert [each.offset for each in found] == list(range(10))
    assert {0, 1, 2, 7, 8, 9} <= readable(found).keys()
    assert set(reasons(found).values()) <= {damaged.CHECKSUM, CONTENT}


def test_beside_a_damaged_record_the_others_of_its_batch_are_read() -> None:
    log = three()
    middle = bytearray(log.batches[1])
    middle[middle.index(b"c5") - 1] = 0xFF  # the length of its key
    log.batches[1] = bytes(middle)
    found = log.read()
    assert [each.offset for each in found] == list(range(10))
    assert reasons(found) == {5: CONTENT}
    assert len(readable(found)) == 9


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("cut", [1, 30, 62])
def test_a_batch_that_is_cut_off_is_told_and_passed(codec: str, cut: int) -> None:
    """In the middle of the log, and as the last that there is."""
    for number in (1, 2):
        log = three(codec)
        log.batches[number] = log.batches[number][:-cut]
        found = log.read()
        assert [each.offset for each in found] == list(range(10))
        cut_off = set(range(3, 7)) if number == 1 else set(range(7, 10))
        assert set(range(10)) - cut_off <= readable(found).keys()
        # The first byte after it may be what its last was.
        assert reasons(found) or len(readable(found)) == 10


def test_the_end_of_a_fetch_in_the_midst_of_a_batch_is_no_damage() -> None:
    log = three()
    for most in range(1, sum(map(len, log.batches)) + 1, 7):
        assert len(readable(log.read(most))) == 10


def test_an_unknown_compression_is_said_and_its_records_are_told() -> None:
    log = three("gzip")
    strange = bytearray(log.batches[1])
    strange[22] |= 7
    crc = damaged.calc_crc32c(bytes(strange[21:]))
    strange[17:21] = crc.to_bytes(4, "big")
    log.batches[1] = bytes(strange)
    found = log.read()
    assert reasons(found) == dict.fromkeys(range(3, 7), CODEC)


def test_a_known_compression_whose_library_is_missing_is_no_fault_of_the_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Good events would be refused by a mistake of the installation."""
    log = three("zstd")
    monkeypatch.setattr("aiokafka.codec.cramjam", None)
    with pytest.raises(Exception, match="zstd"):
        log.read()


def test_what_the_network_has_changed_is_right_the_second_time() -> None:
    log = three()
    looking = fetched._Looking(None)
    data = log.fetch(0, 1 << 20)
    broken = data[:-1] + b"!"
    position = looking._readable(TP, broken, 0, log.end)
    assert len(position) == len(data) - len(log.batches[2])  # up to the damage
    assert looking._readable(TP, log.batches[2][:-1] + b"!", 7, log.end) == b""
    assert looking._readable(TP, log.batches[2], 7, log.end) == log.batches[2]


def test_zeros_where_a_batch_was_are_told() -> None:
    """As a disk gives back what was not yet written when the power failed: they say of themselves
    that they are no records."""
    for number in range(3):
        log = three()
        log.batches[number] = bytes(len(log.batches[number]))
        found = log.read()
        assert [each.offset for each in found] == list(range(10))
        assert len(reasons(found)) == (4 if number == 1 else 3)


def test_a_place_before_the_one_that_was_asked_for_is_told() -> None:
    """The first batch of a fetch may begin before it, but not end there."""
    log = Log()
    for count in (9, 4, 3):
        log.append(count)
    log.batches[1] = (2).to_bytes(8, "big") + log.batches[1][8:]
    found = log.read()
    assert [each.offset for each in found] == list(range(16))
    assert reasons(found) == dict.fromkeys(range(9, 13), damaged.OFFSETS)


def test_messages_of_before_0_11_end_a_fetch_of_batches() -> None:
    """aiokafka reads all of a fetch in the format of its first batch, and finds no checksum right:
    that would end every worker."""
    log = three()
    builder = LegacyRecordBatchBuilder(1, 0, 1 << 20)
    for n in range(4):
        builder.append(3 + n, 1_000, b"c%d" % (3 + n), EVENT % (3 + n, 3 + n))
    log.batches[1] = bytes(builder.build())
    assert readable(log.read()) == {n: EVENT % (n, n) for n in range(10)}
    for at in range(16, len(log.batches[1]), 7):
        old = bytearray(log.batches[1])
        old[at] ^= 0x40
        log.batches[1], whole = bytes(old), log.batches[1]
        given = readable(log.read())
        assert {0, 1, 2, 7, 8, 9} <= given.keys()
        log.batches[1] = whole


@pytest.mark.parametrize("field", [27, 35], ids=["first", "latest"])
def test_a_timestamp_that_is_damaged_lets_nothing_in_from_the_future(field: int) -> None:
    """An event that is a day ahead would be in time by it, and hold every window's newest edge."""
    for number in (1, 2):
        log = three()
        bytes_ = bytearray(log.batches[number])
        bytes_[field + 1] = 0x40
        log.batches[number] = bytes(bytes_)
        found = log.read()
        assert len(readable(found)) == 10
        assert max(each.timestamp for each in found) < 2_000


def test_a_transaction_marker_that_is_damaged_hides_no_later_record() -> None:
    log = Log()
    log.append(3)
    log.append(1, control=0)
    log.append(3)
    assert readable(log.read()).keys() == {0, 1, 2, 4, 5, 6}
    marker = log.batches[1]
    log.batches[1] = marker[:-1] + bytes([marker[-1] ^ 0xFF])
    found = log.read()
    assert {0, 1, 2, 4, 5, 6} <= readable(found).keys()
    assert [each.offset for each in found] == list(range(7))


def test_the_first_offset_which_no_checksum_covers() -> None:
    """Higher, lower, by little and by much; of the first batch, one amid others, and the last."""
    for number in range(3):
        for change in (1, 2, 5, 200, 2**40, 2**62, -1, -2, -5, -(2**40)):
            log = three()
            first = log.firsts[number] + change
            log.batches[number] = first.to_bytes(8, "big", signed=True) + log.batches[number][8:]
            found = log.read()
            offsets = [each.offset for each in found]
            assert offsets == sorted({*offsets})
            beside = set(range(10)) - set(
                range(log.firsts[number], log.firsts[number] + (4 if number == 1 else 3))
            )
            given = readable(found)
            assert all(given.get(n) == EVENT % (n, n) for n in beside), (number, change)


def test_records_of_a_byte_and_the_largest() -> None:
    log = Log()
    for value in (b"", b"1", b"x" * (16 << 20), b"2"):
        log.batches.append(batch([(None, value, [])], first=log.end))
        log.firsts.append(log.end)
        log.end += 1
    assert [len(each.value) for each in log.read()] == [0, 1, 16 << 20, 1]
    large = log.batches[2]
    log.batches[2] = large[: len(large) // 2] + b"?" + large[len(large) // 2 + 1 :]
    found = log.read()
    assert [each.offset for each in found] == [0, 1, 2, 3]
    assert readable(found)[3] == b"2"


def test_bytes_changed_anywhere_stop_nothing_and_harm_no_batch_beside() -> None:
    """One to eight bytes of one batch among three, at any place, its header's too."""
    draw = Random("flipped")
    for _ in range(FUZZED):
        log = Log()
        for _ in range(3):
            log.append(draw.randint(1, 5), draw.choice(sorted(CODECS)))
        number = draw.randrange(3)
        bytes_ = bytearray(log.batches[number])
        for _ in range(draw.choice((1, 1, 1, 2, 8))):
            at = draw.randrange(draw.choice((len(bytes_), 61)))
            bytes_[at] = draw.choice((bytes_[at] ^ 1 << draw.randrange(8), draw.randrange(256)))
        alone = bytes_[:8] == log.batches[number][:8]  # else only the batches beside it can tell
        log.batches[number] = bytes(bytes_)
        found = log.read(draw.choice((1, 200, 1 << 20)) if alone else 1 << 20)
        offsets = [each.offset for each in found]
        assert offsets == sorted({*offsets}), "each once, and in order"
        given = readable(found)
        first = log.firsts[number]
        end = log.firsts[number + 1] if number < 2 else log.end
        for n in range(log.end):
            if not first <= n < end:
                assert given.get(n) == EVENT % (n, n), (number, n)
