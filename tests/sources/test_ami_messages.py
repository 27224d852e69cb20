"""Messages out of bytes that end anywhere, and are not always messages."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources import ami_messages
from streams.sources.ami_messages import Message, Messages, action

SAID = (
    b"Asterisk Call Manager/9.0.0\r\n"
    b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
    b"Event: FullyBooted\r\nUptime: 7\r\n\r\n"
    b"Event: AgentConnect\r\nMemberName: Zo\xc3\xab: 71\r\nqueue: waste\r\nQueue: twice\r\n\r\n"
    b"Event: Old\nMemberName: Zo\xeb\n\n"
    b"no message\r\n\r\n"
    b"Name: alone\r\n\r\n"
    b"Event: Last\r\n\r\n"
)
READ: list[Message] = [
    {"response": "Success", "message": "Authentication accepted"},
    {"event": "FullyBooted", "uptime": "7"},
    {"event": "AgentConnect", "membername": "Zoë: 71", "queue": "waste"},
    {"event": "Old", "membername": "Zoë"},
    {"event": "Last"},
]


@given(st.lists(st.integers(0, len(SAID)), max_size=12))
def test_wherever_packets_end_the_messages_are_the_same(cuts: list[int]) -> None:
    messages, found = Messages(), list[Message]()
    ends = [0, *sorted(cuts), len(SAID)]
    for begin, end in pairwise(ends):
        found += messages.feed(SAID[begin:end])
    assert found == READ
    assert messages.version == "Asterisk Call Manager/9.0.0"
    assert messages.passed_over == 1


def test_a_message_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami_messages, "LONGEST_MESSAGE", 50)
    messages, found = Messages(), list[Message]()
    for piece in (b"Event: Long\r\n", *[b"X: 1234567890\r\n"] * 20, b"\r\n", b"Event: A\r\n\r\n"):
        found += messages.feed(piece)
        assert len(messages._rest) < 100
    assert found == [{"event": "A"}] and messages.passed_over == 1


@given(st.binary(max_size=200))
def test_whatever_comes_is_no_traceback(read: bytes) -> None:
    for message in Messages().feed(read + b"\r\n\r\n"):
        assert "event" in message or "response" in message


def test_an_action_is_lines_and_no_value_is_two() -> None:
    assert action("Login", Username="a") == b"Action: Login\r\nUsername: a\r\n\r\n"
    with pytest.raises(ValueError, match="more than one line"):
        action("Login", Username="a\r\nAction: Originate")
