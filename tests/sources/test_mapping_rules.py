"""The tables `[[row]]`: which rows a rule is for, which events it makes, and its mistakes."""

from typing import Any

import pytest

from streams.sources.checking import Check
from streams.sources.mapping_rules import EVENTS, Moment, Rule, read_rules


def mistakes(*rows: object) -> list[str]:
    check = Check()
    read_rules(list(rows), check)
    return check.mistakes


def only(**row: Any) -> Rule:
    check = Check()
    (rule,) = read_rules([row], check)
    assert check.mistakes == []
    return rule


def test_a_moment_is_a_column_or_says_more() -> None:
    rule = only(
        start="began",
        answered={"at": ["talk", "queue"], "plus": "wait", "not_before": "start"},
        hangup={"at": "end", "plus": ["wait", "talk"], "reason": "closed", "by": "system"},
    )
    assert rule.moments == (
        ("start", Moment(("began",))),
        ("answered", Moment(("talk", "queue"), plus=("wait",), not_before="start")),
        ("hangup", Moment(("end",), plus=("wait", "talk"), reason="closed", by="system")),
    )


def test_events_come_in_the_order_of_a_call_whatever_the_order_in_the_file() -> None:
    said: dict[str, Any] = dict.fromkeys(reversed(EVENTS), "at")
    said["left"] = {"at": "at", "reason": "overflow"}
    assert [name for name, _ in only(**said).moments] == list(EVENTS)


def test_a_rule_is_for_rows_in_which_each_column_has_one_of_its_values() -> None:
    rule = only(when={"outcome": ["HANG", "BUSY"], "agent": "*"}, start="at")
    assert dict(rule.when) == {"outcome": {"HANG", "BUSY"}, "agent": {"*"}}
    assert only(start="at").when == ()


def test_rows_are_left_out_or_make_events_and_never_both_or_neither() -> None:
    assert only(when={"outcome": "TEST"}, leave_out=True).moments == ()
    assert only(leave_out=False, start="at").moments
    for row in ({}, {"leave_out": False}, {"leave_out": True, "start": "at"}):
        (said,) = mistakes(row)
        assert said.startswith("row 1: must name events (start, choice,")
    assert "row 1.leave_out: must be true or false" in mistakes({"leave_out": "yes"})


@pytest.mark.parametrize("rows", [None, [], {"start": "at"}])
def test_without_any_rule_nothing_is_made(rows: object) -> None:
    check = Check()
    assert read_rules(rows, check) == ()
    assert check.mistakes == ["row: no [[row]]: nothing says which events a row makes"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"when": "always", "start": "at"}, ".when: must be a table of columns and their values"),
        ({"when": {"kind": 1}, "start": "at"}, ".when.kind: must be a text or a list of texts"),
        ({"strat": "at", "start": "at"}, ".strat: unknown; did you mean 'start'?"),
        ({"start": {"plus": "wait"}}, ".start.at: missing: the column of its time"),
        ({"start": {"at": "at", "plus": 5}}, ".start.plus: must be a text or a list of texts"),
        ({"entered": {"at": "at", "reason": "closed"}}, ".entered.reason: unknown; known are at, "
         "plus, minus, not_before"),
        ({"left": {"at": "at", "reason": "full", "by": "agent"}}, ".left.by: unknown; known are "
         "at, plus, minus, not_before, reason"),
        ({"hangup": {"at": "at", "by": "nobody"}}, ".hangup.by: 'nobody' is none of caller, "
         "agent, system"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_row(row: dict[str, Any], said: str) -> None:
    assert mistakes({"start": "at"}, row) == [f"row 2{said}"]


def test_a_reason_is_one_that_such_an_event_can_have() -> None:
    (missing,) = mistakes({"left": "at"})
    assert missing.startswith("row 1.left.reason: missing: one of transfer, overflow,")
    for event, other in (("left", "normal"), ("hangup", "voicemail")):
        (said,) = mistakes({event: {"at": "at", "reason": other}})
        assert said.startswith(f"row 1.{event}.reason: {other!r} is none of ")


def test_a_moment_is_not_before_an_earlier_one_of_its_rule() -> None:
    assert mistakes({"answered": {"at": "at", "not_before": "hangup"}, "hangup": "end"}) == [
        "row 1.answered.not_before: 'hangup' is none of "
    ]
    assert not mistakes({"answered": "at", "hangup": {"at": "end", "not_before": "answered"}})
