"""Lines that are read together are what they are one by one: the same events, the same refusals."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.domain.event_lines import LinesReader
from streams.domain.event_reader import MAX_BYTES, Reader, Refusal
from tests.domain.test_event_reader import NOW, QUEUE, START
from tests.stories import PLAN

LEFT = QUEUE | {"phase": "left", "reason": "transfer"}
CHOICE = {**START, "event": "menu-choice", "line": "waste"}
GOOD = [START, QUEUE, LEFT, CHOICE, {**START, "event": "hangup"}, START | {"caller": "k-1"}]
ODD = [  # the first nine are decoded, and then looked at
    START | {"caller": "0475 12 34 56"},
    QUEUE | {"phase": "answered", "agent": "+32 3 22 11 333"},
    QUEUE | {"phase": "left"},
    LEFT | {"to_line": "nowhere"},
    LEFT | {"to_line": "waste"},
    QUEUE | {"line": "nowhere"},
    CHOICE | {"line": "nowhere"},
    START | {"at": "yesterday"},
    START | {"at": "2027-11-18T09:00:00Z"},
    LEFT | {"reason": "bored"},
    START | {"at": 1},
    START | {"revision": 2**40},
    START | {"event": "hang-up"},
    {},
]
as_json = st.sampled_from(GOOD + ODD).map(lambda event: json.dumps(event).encode())
broken = st.sampled_from(
    [
        *(b"", b" ", b"\r", b"{", b"}", b"{}", b"[]", b"\xff", b"null", b"[" * 2000),
        b'{"event":"queue","event":"hangup"}',
        b"\xef\xbb\xbf" + json.dumps(START).encode(),
        json.dumps(START).encode() + b"\r",
        json.dumps(START).encode() + b" ",
        json.dumps(START).encode() * 2,
        json.dumps(START).encode().replace(b",", b",\n"),
        json.dumps(START | {"more": {}}).encode().replace(b"{}", b"\n{}\n"),
        json.dumps(START | {"more": "x"}).encode().replace(b"x", b"}\n{"),
        b" " * (MAX_BYTES + 1),
        json.dumps(START | {"more": "x" * MAX_BYTES}).encode(),
    ]
)
decoded = st.sampled_from(GOOD + ODD[:9]).map(lambda event: json.dumps(event).encode())
good = st.sampled_from(GOOD).map(lambda event: json.dumps(event).encode())
some_lines = st.one_of(
    st.lists(decoded), st.lists(st.one_of(good, good, good, as_json, broken))
).map(b"\n".join)

ONE = json.dumps(START).encode()


@given(some_lines)
@example(b"\n".join(json.dumps(event).encode() for event in GOOD + ODD[:9]))
@example(ONE + ONE + b"\n")
@example(ONE + ONE + b"\n\n" + ONE)
@example(ONE + ONE + b"\n" + ONE.replace(b",", b",\n", 1))
@example(b"\n" + ONE + ONE)
@example(ONE.replace(b"}", b',"more":\n{}}') + b"\n" + ONE + ONE)
def test_lines_together_are_what_they_are_one_by_one(lines: bytes) -> None:
    together, one_by_one = LinesReader(PLAN.knows), Reader(PLAN.knows)
    expected: list[Any] = [
        one_by_one.read(line, NOW) if line.strip() else None for line in lines.split(b"\n")
    ]
    assert together.read_lines(lines, NOW) == expected
    assert together.unknown_to_lines == one_by_one.unknown_to_lines


def test_a_refusal_is_that_of_its_own_line() -> None:
    lines = b"\n".join(json.dumps(event).encode() for event in (START, ODD[5], QUEUE))
    first, second, third = LinesReader(PLAN.knows).read_lines(lines, NOW)
    assert isinstance(second, Refusal) and second.reason == "unknown_line"
    assert not isinstance(first, Refusal) and not isinstance(third, Refusal)


@pytest.mark.parametrize("event", GOOD)
def test_what_is_right_is_not_read_twice(event: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reader, "read", lambda *_: pytest.fail("read again"))
    lines = b"\n".join([json.dumps(event).encode()] * 3)
    assert all(LinesReader(PLAN.knows).read_lines(lines, NOW))
