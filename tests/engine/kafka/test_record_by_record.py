"""A batch is read record by record: what can be is given, and nothing is read beyond its end."""

from __future__ import annotations

import pytest
from aiokafka.errors import UnsupportedCodecError
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.kafka.record_by_record import (
    CODEC,
    CONTENT,
    HEADER,
    HEADER_NAME,
    readable,
    records,
    unreadable,
    why,
    why_not,
)
from tests.wire import CODECS, Sent, batch

SENT: list[Sent] = [
    (b"c1", b'{"event":"queue"}' * 20, [(b"ce_id", b"1"), (b"empty", None)]),
    (None, None, []),
    (b"", b"", []),
]


@pytest.mark.parametrize("codec", CODECS)
def test_of_a_whole_batch_each_record_is_given_as_it_was_sent(codec: str) -> None:
    given_ = [
        (each.offset, each.timestamp, each.key, each.value, list(each.headers))
        for each in records(batch(SENT, codec, first=40))
    ]
    assert given_ == [
        (40 + n, 1_000 + n, key, value, [(name.decode(), said) for name, said in headers if name])
        for n, (key, value, headers) in enumerate(SENT)
    ]


def test_where_the_broker_has_put_its_own_time_each_record_has_it() -> None:
    appended = bytearray(batch(SENT))
    appended[22] |= 8
    assert {each.timestamp for each in records(bytes(appended))} == {1_002}


def test_a_record_that_can_not_be_read_says_why_and_the_others_are_given() -> None:
    strange: list[Sent] = [(b"1", b"1", [(b"\xff", b"")]), *SENT, (b"2", b"2", [(None, b"")])]
    found = list(records(batch(strange)))
    assert [why(each) for each in found] == [HEADER_NAME, None, None, None, CONTENT]
    assert [each.offset for each in readable(found)] == [1, 2, 3]


@given(st.binary(max_size=200), st.integers(0, 7))
def test_whatever_the_bytes_there_is_an_end(junk: bytes, attributes: int) -> None:
    header = HEADER.pack(0, len(junk) + 49, 0, 2, 0, attributes, 2, 0, 0, -1, -1, -1, 3)
    for each in records(header + junk):
        assert each.value is None or len(each.value) <= len(junk) or attributes
    assert list(records(header[: len(junk) % HEADER.size])) == []


def test_why_a_sound_batch_can_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = bytearray(batch(SENT))
    assert why_not(bytes(strange)) == CONTENT
    strange[22] |= 5
    assert why_not(bytes(strange)) == CODEC
    assert list(records(bytes(strange))) == []
    compressed = batch(SENT * 3, "zstd")
    monkeypatch.setattr("aiokafka.codec.cramjam", None)
    with pytest.raises(UnsupportedCodecError, match="zstd: the library"):
        why_not(compressed)


def test_what_is_given_instead_of_a_record() -> None:
    assert why(unreadable(7, -1, "cut off")) == "cut off"
    assert (unreadable(7, -1, "cut off").offset, unreadable(7, -1, "x").value) == (7, None)
