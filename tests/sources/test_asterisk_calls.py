"""What is known of calls, for how long, and that it can be kept."""

from __future__ import annotations

import pytest

from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.sources import asterisk_calls
from streams.sources.asterisk_calls import Calls
from tests.asterisk import BEGIN

NOON = BEGIN * SECOND


@pytest.mark.parametrize(
    ("where", "kept"),
    [("menu", 12 * HOUR), ("waiting", 12 * HOUR), ("left", HOUR), ("over", 15 * MINUTE)],
)
def test_a_call_is_forgotten_by_its_age(where: asterisk_calls.Where, kept: int) -> None:
    calls = Calls()
    calls.of("a", NOON).where = where
    assert calls.known("a", NOON + kept) is not None
    assert calls.known("a", NOON + kept + 1) is None
    assert calls.of("a", NOON + kept + 1).where == "menu"


def test_what_is_known_can_be_kept() -> None:
    calls = Calls()
    call = calls.of("a", NOON)
    call.where, call.queue = "talking", "waste"
    calls.talks("a", "pseudonym")
    again = Calls.load(calls.stored())
    assert again.known("a", NOON) == call
    assert again.talking_at("pseudonym", NOON) == "a"
    assert again.stored() == calls.stored()


@pytest.mark.parametrize("stored", [b"", b"{}", b'{"form":2,"calls":{}}', b'{"form":1,"calls":[]}'])
def test_what_another_release_has_kept_is_not_misread(stored: bytes) -> None:
    assert Calls.load(stored).stored() == Calls().stored()


def test_who_has_gone_on_talks_there_no_more() -> None:
    calls = Calls()
    calls.of("a", NOON).where = "talking"
    calls.talks("a", "x")
    assert calls.talking_at("x", NOON) == "a"
    calls.talks("a", "y")
    assert calls.talking_at("x", NOON) is None
    calls.of("a", NOON).where = "left"
    assert calls.talking_at("y", NOON) is None


def test_a_broken_log_takes_no_more_memory_than_so_many_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asterisk_calls, "_MOST", 3)
    calls = Calls()
    for n in range(10):
        calls.of(f"c{n}", NOON)
        calls.talks(f"c{n}", f"x{n}")
    assert [call_id for call_id, _ in calls.going_on(NOON)] == ["c7", "c8", "c9"]


def test_old_calls_take_no_memory() -> None:
    calls = Calls()
    for n in range(100):
        calls.of(f"c{n}", NOON + n * MINUTE).where = "over"
    assert calls.stored().count(b'"over"') < 20


def test_records_of_a_kind_are_told_apart_within_their_second() -> None:
    call = Calls().of("a", NOON)
    assert [call.stamp(NOON, "CONNECT") for _ in range(3)] == ["", "-2", "-3"]
    assert call.stamp(NOON, "ABANDON") == ""
    assert [call.next(), call.next()] == [0, 1]
    assert call.stamp(NOON + SECOND, "CONNECT") == ""
    assert call.next() == 0
