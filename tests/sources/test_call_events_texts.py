"""Rows whose texts differ by rule: transfers, directions, ids of a chain, several visits."""

import pytest

from streams.domain.events import CallStart, Event, Queue
from streams.domain.instants import parse
from streams.sources.call_events import Records
from streams.sources.mapping import Mapping

NOW = parse("2026-03-03T00:00:00Z")
BEGUN = 1_772_442_000
"""2026-03-02T09:00:00Z."""

MORE = """
time = { zone = "UTC", format = "epoch" }
[call]
id = ["{first}", "{own}"]
line = "{line}"
to_line = "{next}"
direction = "{way}"
entry = "{dialled}"
[lines]
"600" = "waste"
"601" = "migration"
[[row]]
when = { kind = "two" }
entered = "start"
left = { at = "end", reason = "overflow" }
go_on = true
[[row]]
when = { kind = "two" }
leg = "second"
line = "desk"
entered = "end"
[[row]]
when = { kind = "out" }
direction = "outbound"
start = "start"
hangup = "end"
[[row]]
when = { kind = "passed" }
entered = "start"
left = { at = "end", reason = "transfer" }
[[row]]
when = { kind = "call" }
entered = "start"
answered = "start"
hangup = "end"
"""


def more(mapping: str = MORE, **values: str) -> list[Event]:
    usual = {"first": "", "own": "7", "line": "600", "next": "", "way": "", "dialled": "9000"}
    usual |= {"kind": "call", "start": str(BEGUN), "end": str(BEGUN + 60)}
    return Records(Mapping.parse(mapping), None).of(usual | values, NOW).events


def test_the_first_id_that_is_there_is_the_calls_and_the_last_distinguishes_its_rows() -> None:
    assert {(event.call_id, event.event_id) for event in more()[:1]} == {("7", "7-entered")}
    assert {(e.call_id, e.event_id) for e in more(first="6")[:1]} == {("6", "6-7-entered")}
    assert [event.event_id for event in more(first="7")] == [event.event_id for event in more()]
    with pytest.raises(ValueError, match="the call's id is empty"):
        more(own="")


def test_a_row_that_ends_in_a_transfer_has_left_for_the_other_line() -> None:
    *_, left = more(next="601")
    assert isinstance(left, Queue)
    assert (left.event_id, left.phase, left.reason, left.to_line) == (
        "7-left",
        "left",
        "transfer",
        "migration",
    )
    *_, left = more(next="601", kind="passed")
    assert isinstance(left, Queue) and left.to_line == "migration"


def test_a_transfer_to_where_nobody_of_ours_is_has_no_line() -> None:
    *_, left = more(next="0032-number")
    assert isinstance(left, Queue) and (left.reason, left.to_line) == ("transfer", None)


def test_the_way_and_what_was_dialled_are_on_the_first_event_whichever_it_is() -> None:
    entered, *others = more(way="Incoming")
    assert (entered.direction, entered.entry) == ("inbound", "9000")
    assert {(event.direction, event.entry) for event in others} == {(None, None)}


def test_a_rule_has_texts_of_its_own() -> None:
    start, _hangup = more(kind="out", way="in", line="699")
    assert isinstance(start, CallStart) and start.direction == "outbound"
    with pytest.raises(ValueError, match="is neither inbound nor outbound"):
        more(way="sideways")


def test_several_rules_make_several_visits_of_one_row() -> None:
    first, left, second = more(kind="two")
    assert [event.event_id for event in (first, left, second)] == [
        "7-entered",
        "7-left",
        "7-second-entered",
    ]
    assert isinstance(first, Queue) and isinstance(second, Queue)
    assert (first.line, second.line) == ("waste", "desk"), "a rule's own line is the plan's"


def test_two_rules_that_make_one_event_are_reported() -> None:
    with pytest.raises(ValueError, match="two rules make the same event"):
        more(MORE.replace('leg = "second"\n', ""), kind="two")
    with pytest.raises(ValueError, match="two rules make two calls of it"):
        more(MORE.replace('leg = "second"', 'id = "{dialled}"'), kind="two")


def test_visits_that_are_days_apart_are_not_of_one_call() -> None:
    apart = MORE.replace('left = { at = "end", reason = "overflow" }\n', "")
    assert len(more(apart, kind="two")) == 2
    with pytest.raises(ValueError, match="its visits are further apart than a call is long"):
        more(apart, kind="two", start=str(BEGUN - 100_000))


def test_a_length_can_be_taken_away() -> None:
    """As of records that say when a call began, how long it was and how long somebody talked."""
    said = '{ at = "start", plus = "whole", minus = "talk" }'
    mapping = MORE.replace('answered = "start"', f"answered = {said}")
    _, answered, _ = more(mapping, whole="65", talk="0:01:00")
    assert answered.at == "2026-03-02T09:00:05+00:00"
    assert {"whole", "talk"} <= set(Mapping.parse(mapping).used())
    with pytest.raises(ValueError, match="answered is 2 hours before entered"):
        more(mapping, whole="0", talk="2:00:00")


@pytest.mark.parametrize("key", ["line", "entry"])
def test_a_text_that_no_event_can_hold_costs_the_row(key: str) -> None:
    """An event that nobody accepts would be lost further on."""
    column = {"line": "line", "entry": "dialled"}[key]
    mapping = MORE.replace('[lines]\n"600" = "waste"\n"601" = "migration"\n', "")
    assert more(mapping, **{column: "x" * 64})
    with pytest.raises(ValueError, match=f"{key} has 65 characters, at most 64"):
        more(mapping, **{column: "x" * 65})


@pytest.mark.parametrize("key", ["language", "channel"])
@pytest.mark.parametrize("number", ["0470123456", "+32 470 12 34 56", "tel:0470123456"])
def test_a_number_in_a_column_that_was_mixed_up_is_refused_and_not_repeated(
    key: str, number: str
) -> None:
    mapping = MORE.replace('entry = "{dialled}"', f'{key} = "{{dialled}}"')
    with pytest.raises(ValueError, match=f"{key}: a telephone number, which no event") as caught:
        more(mapping, dialled=number)
    assert number not in str(caught.value)
    assert more(mapping, dialled="nl"), "a word is one"
