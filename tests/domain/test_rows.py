"""An event as five plain values: equal events are equal rows, and rows can be cut and merged."""

from typing import Any

import pytest

from streams.domain import rows
from streams.domain.events import CallStart, Hangup, MenuChoice, Queue
from streams.domain.rows import (
    DIRECTION_FIELD,
    HANGUP_REASONS,
    INFORMED_FIELD,
    LEFT_REASONS,
    MENU_FIELD,
    SEQ,
    SEQUENCE_FIELD,
    SIDES,
    URGENT_FIELD,
    USUAL_FIELD,
    hangup_reason,
    hung_up_by,
    kind,
    left_reason,
    number,
    told,
)

ID: dict[str, Any] = {"event_id": "e", "call_id": "c", "at": "2026-11-18T09:00:00Z"}


def test_an_event_that_tells_nothing_besides_has_only_its_usual_value() -> None:
    assert rows.start(CallStart(**ID, caller="ann"), 7) == (7, rows.CALL_START, "e", "", "ann")
    choice = MenuChoice(**ID, line="waste", option="2")
    assert rows.choice(choice, 7) == (7, rows.MENU_CHOICE, "e", "waste", "2")
    answer = Queue(**ID, line="waste", phase="answered", agent="kim")
    assert rows.queue(answer, 7) == (7, rows.QUEUE_ANSWERED, "e", "waste", "kim")
    assert rows.hangup(Hangup(**ID), 7) == (7, rows.HANGUP, "e", "", None)


def test_an_empty_word_tells_nothing() -> None:
    plain = rows.start(CallStart(**ID), 7)
    assert rows.start(CallStart(**ID, caller="", entry="", menu=""), 7) == plain
    numbered = CallStart(**ID, caller="", seq=3), CallStart(**ID, seq=3)
    assert rows.start(numbered[0], 7) == rows.start(numbered[1], 7)


def test_what_is_told_besides_is_found_under_its_name() -> None:
    left = Queue(
        **ID,
        line="waste",
        phase="left",
        reason="transfer",
        to_line="desk",
        urgent=False,
        direction="inbound",
        seq=0,
    )
    *_, more = rows.queue(left, 7)
    names = USUAL_FIELD, SEQUENCE_FIELD, DIRECTION_FIELD, URGENT_FIELD, MENU_FIELD, INFORMED_FIELD
    assert [told(more, name) for name in names] == ["desk", 0, "inbound", False, None, None]


@pytest.mark.parametrize("seq", [None, 0, 5])
@pytest.mark.parametrize("visit", [None, 0, 1, 9_999])
def test_a_code_keeps_the_number_of_a_visit_apart_from_all_else(
    visit: int | None, seq: int | None
) -> None:
    for reason in LEFT_REASONS:
        left = Queue(**ID, line="waste", phase="left", reason=reason, visit=visit, seq=seq)
        _, code, *_ = rows.queue(left, 7)
        assert (kind(code), left_reason(code)) == ("left", reason)
        assert number(code) == (-1 if visit is None else visit)
        assert bool(code & SEQ) is (seq is not None)


@pytest.mark.parametrize("reason", HANGUP_REASONS)
@pytest.mark.parametrize("by", SIDES)
def test_the_code_of_a_hangup_says_why_and_by_whom(reason: Any, by: Any) -> None:
    _, code, *_ = rows.hangup(Hangup(**ID, reason=reason, by=by), 7)
    assert (kind(code), hangup_reason(code), hung_up_by(code)) == ("hangup", reason, by)
