"""Which end is a visit's where rows are attempts, in whatever order and pieces they come."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from streams.domain.events import CallStart, Event, Hangup, Queue
from streams.sources import last_attempts
from streams.sources.call_events import Record
from streams.sources.last_attempts import ANOTHER_WITHIN, HeldEnd, LastAttempts


def attempt(name: str, end: int, answered: bool = False, call: str = "7", leg: str = "") -> Record:
    stem = f"{call}-{leg}-{name}"
    events: list[Event] = [
        CallStart(f"{stem}-start", call, "2026-11-20T09:00:00Z"),
        Queue(f"{stem}-entered", call, "2026-11-20T09:00:00Z", "a", "entered"),
    ]
    if answered:
        events.append(Queue(f"{stem}-answered", call, "2026-11-20T09:00:01Z", "a", "answered"))
    events.append(Hangup(f"{stem}-hangup", call, f"2026-11-20T09:00:{end:02}Z"))
    return Record(call, stem, leg, name, events=events)


def ends(told: list[Event]) -> list[str]:
    return [event.event_id for event in told if isinstance(event, Hangup)]


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_one_end_is_told_whatever_the_order(order: tuple[int, ...]) -> None:
    rows = [attempt("1", 10), attempt("2", 20, answered=True), attempt("3", 20)]
    attempts = LastAttempts()
    told: list[Event] = []
    for number, row in enumerate(order):
        told += attempts.events(rows[row], number)
        attempts = LastAttempts(msgspec.json.decode(
            msgspec.json.encode(attempts.held), type=list[HeldEnd]
        ))  # fmt: skip
    told += attempts.due(ANOTHER_WITHIN + 9)
    assert ends(told) == ["7--2-hangup"]
    assert len(told) == 8, "all else is told at once"
    assert attempts.held == [] == attempts.all()


def test_the_last_of_those_that_nobody_answered_waits_and_is_told() -> None:
    attempts = LastAttempts()
    assert ends(attempts.events(attempt("1", 10), 0)) == []
    assert ends(attempts.events(attempt("2", 20), 100)) == []
    assert attempts.due(ANOTHER_WITHIN) == [], "another may follow the second"
    assert ends(attempts.due(ANOTHER_WITHIN + 100)) == ["7--2-hangup"]


def test_each_leg_has_an_end_of_its_own() -> None:
    attempts = LastAttempts()
    attempts.events(attempt("1", 10, leg="a"), 0)
    attempts.events(attempt("1", 20, leg="b"), 0)
    assert ends(attempts.all()) == ["7-a-1-hangup", "7-b-1-hangup"]


def test_a_corrected_attempt_has_each_version() -> None:
    attempts = LastAttempts()
    attempts.events(attempt("1", 10), 0)
    attempts.events(attempt("1", 12), 1)
    assert [event.at[-3:] for event in attempts.all()] == ["10Z", "12Z"]


def test_a_later_talk_of_the_visit_is_told_too() -> None:
    attempts = LastAttempts()
    told = attempts.events(attempt("1", 10, answered=True), 0)
    told += attempts.events(attempt("2", 30, answered=True), 1)
    assert ends(told) == ["7--1-hangup", "7--2-hangup"]


def test_a_row_without_an_end_changes_nothing() -> None:
    attempts = LastAttempts()
    row = attempt("1", 10)
    row.events.pop()
    assert attempts.events(row, 0) == row.events and attempts.held == []


def test_more_than_there_is_room_for_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_attempts, "_MOST", 1)
    attempts = LastAttempts()
    attempts.events(attempt("1", 10, call="7"), 0)
    assert ends(attempts.events(attempt("1", 10, call="8"), 0)) == ["7--1-hangup"]
