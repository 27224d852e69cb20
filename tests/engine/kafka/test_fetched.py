"""Records with headers that aiokafka can't read: those beside them are read all the same."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from hypothesis import given
from hypothesis import strategies as st

import streams.engine.kafka.clients  # noqa: F401 - what it changes is looked at here
from streams.engine.kafka import record_by_record
from tests.wire import CODECS, Sent, batch, codec_of

LONG = b'{"event":"queue"}' * 40
NOT_TEXT, NAMELESS = (
    ((None, record_by_record.HEADER_NAME.encode()),),
    ((None, record_by_record.CONTENT.encode()),),
)

good_names = st.sampled_from((b"ce_id", b"traceparent", "caf\u00e9".encode(), b""))
bad_names = st.sampled_from((b"\xff", b"caf\xe9", b"\xc3", b"\xed\xa0\x80", None))
# Some of it is worth compressing.
contents = st.one_of(st.none(), st.binary(max_size=20), st.just(LONG))


def records(names: st.SearchStrategy[Any]) -> st.SearchStrategy[Sent]:
    return st.tuples(contents, contents, st.lists(st.tuples(names, contents), max_size=3))


def fetched(data: bytes, start: int = 0) -> list[Any]:
    """What a consumer gives of the bytes of one fetch."""
    tp = TopicPartition("contact.queue", 0)
    return list(
        PartitionRecords(
            *(tp, fetcher.MemoryRecords(data), [], start, None, None, True, READ_COMMITTED)
        )
    )


def is_text(name: bytes | None) -> bool:
    try:
        return name is not None and name.decode() is not None
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("codec", CODECS)
def test_one_header_that_is_not_text_costs_one_record(codec: str) -> None:
    """A tracing agent of the phone system's that writes its names in Latin-1."""
    sent: list[Sent] = [
        (b"c1", LONG, [(b"ce_id", b"1")]),
        (b"c1", LONG, [(b"ce_id", b"2"), (b"op\xe9rateur", b"x")]),
        (b"c2", LONG, []),
    ]
    lying = batch(sent, codec, first=40)
    assert codec_of(lying) == codec
    given = fetched(lying)
    assert [(each.offset, each.value) for each in given] == [(40, LONG), (41, None), (42, LONG)]
    assert [each.headers for each in given] == [(("ce_id", b"1"),), NOT_TEXT, ()]
    assert [each.timestamp for each in given] == [1_000, 1_001, 1_002]


@given(st.data())
def test_whatever_the_headers_each_record_is_given_once_and_in_order(data: st.DataObject) -> None:
    """Several batches in one fetch, good ones and bad ones, compressed and not, with records that
    compaction took away, from any offset of the first on."""
    bytes_, wanted, first = b"", [], 0
    last_of_first = None
    for _ in range(data.draw(st.integers(1, 3))):
        sent = data.draw(st.lists(records(good_names | bad_names), min_size=1, max_size=6))
        gaps = data.draw(st.sets(st.integers(0, len(sent) - 1), max_size=len(sent) - 1))
        bytes_ += batch(sent, data.draw(st.sampled_from(sorted(CODECS))), first, gaps)
        for offset, (key, value, headers) in enumerate(sent):
            if offset in gaps:
                continue
            if all(is_text(name) for name, _ in headers):
                named = tuple((name.decode(), each) for name, each in headers if name is not None)
                wanted.append((first + offset, key, value, named))
            else:
                first_bad = next(name for name, _ in headers if not is_text(name))
                why = NAMELESS if first_bad is None else NOT_TEXT
                wanted.append((first + offset, None, None, why))
        if last_of_first is None:
            last_of_first = wanted[-1][0]
        first += len(sent)
    start = data.draw(st.integers(0, last_of_first))
    given = [(each.offset, each.key, each.value, each.headers) for each in fetched(bytes_, start)]
    assert given == [each for each in wanted if each[0] >= start]


def checked(data: bytes) -> bytes:
    """A batch with the checksum that it has to have."""
    return data[:17] + calc_crc32c(data[21:]).to_bytes(4, "big") + data[21:]


@pytest.mark.parametrize("magic", [0, 1])
@pytest.mark.parametrize("codec", [0, 1, 2])
def test_messages_of_kafka_before_0_11_are_read(magic: int, codec: int) -> None:
    """The first format has no timestamps: -1, as brokers give them for a record without one."""
    builder = LegacyRecordBatchBuilder(magic, codec, 1 << 20)
    for n in range(3):
        builder.append(n, 7, b"k%d" % n, LONG)
    data = bytearray(builder.build())
    if codec:
        data[:8] = (2).to_bytes(8, "big")  # the broker says the last of them
    found = fetched(bytes(data))
    assert [(each.offset, each.key, each.value) for each in found] == [
        (n, b"k%d" % n, LONG) for n in range(3)
    ]
    assert {each.timestamp for each in found} == {7 if magic else -1}


@pytest.mark.parametrize("magic", [0, 1])
@pytest.mark.parametrize("codec", [0, 1, 2])
@pytest.mark.parametrize("length", [b"\x7f\xff\xff\xff", b"\xff\xff\xff\xfe"])
def test_a_message_of_before_0_11_whose_content_is_damaged_is_told(
    magic: int, codec: int, length: bytes
) -> None:
    """Its checksum is right, and the length of its key is not, or what is compressed is no frame:
    aiokafka's reader in C reads beyond the message, or ends the worker."""
    builder = LegacyRecordBatchBuilder(magic, codec, 1 << 20)
    builder.append(0, 7, b"k", LONG)
    data = bytearray(builder.build())
    key_at = 18 + 8 * magic
    data[key_at : key_at + 4] = length
    if codec:
        data[-9:] = b"something"
    data[12:16] = crc32(data[16:]).to_bytes(4, "big")
    (found,) = fetched(bytes(data))
    assert found.offset == 0
    assert record_by_record.why(found) == record_by_record.CONTENT or found.value == b""


@pytest.mark.parametrize(
    "marker",
    [
        pytest.param(checked(batch([], control=0)[:57] + bytes(4)), id="compacted away"),
        pytest.param(checked(batch([], control=0)[:61] + b"\x02\x00"), id="cut off"),
        pytest.param(checked(batch([], control=7)), id="of no kind there is"),
    ],
)
def test_a_transaction_marker_that_cant_be_read_stops_nothing(marker: bytes) -> None:
    """A compacted topic keeps the empty batch of the last marker of a producer."""
    whole = marker[:8] + (len(marker) - 12).to_bytes(4, "big") + marker[12:]
    data = batch([(b"a", LONG, [])]) + (1).to_bytes(8, "big") + whole[8:]
    data += batch([(b"b", LONG, [])], first=2)
    assert [each.offset for each in fetched(data)] == [0, 2]
