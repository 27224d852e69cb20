"""One row of call records becomes the events of its call, by the rule that is for it."""

from collections.abc import Iterable

import msgspec
import pytest

from streams.domain.events import CallStart, Event, Hangup, Queue
from streams.domain.instants import SECOND, parse
from streams.domain.ndjson import ndjson
from streams.sources import calls
from streams.sources.call_counts import BadRow
from streams.sources.call_events import LONGEST_ID, Records
from streams.sources.mapping import Mapping
from streams.sources.pseudonyms import Pseudonyms

KEY = Pseudonyms(b"5d0b1f7a92e34c68")

SWITCHBOARD = """
[file]
delimiter = ";"
encoding = "latin-1"
order = "at"

[time]
zone = "Europe/Brussels"
format = "iso"

[call]
id = "{uniqueid}"
leg = "{sequence}"
line = "{dst}"
caller = "{src}"
anonymous = ["anonymous"]
language = "{lang}"
agent = "{dstchannel}"

[lines]
"600" = "waste"
"601" = "migration"
"699" = "voicemail-desk"

[[row]]
when = { lastapp = "Playback" }
leave_out = true

[[row]]
when = { disposition = "ANSWERED", answer = "*" }
start = "start"
choice = { at = "start", plus = "menu" }
entered = { at = "start", plus = "menu" }
answered = "answer"
hangup = { at = "end", by = "agent", reason = "normal" }

[[row]]
when = { disposition = ["VOICEMAIL"] }
start = "start"
entered = { at = "start", plus = "menu" }
left = { at = "end", reason = "voicemail" }
hangup = "end"

[[row]]
start = "start"
entered = { at = "start", plus = "menu" }
hangup = "end"
"""


SWITCHBOARD_HEADER = (
    "uniqueid;sequence;src;dst;lang;start;menu;answer;end;disposition;lastapp;dstchannel\n"
)


@pytest.fixture
def mapping() -> Mapping:
    return Mapping.parse(SWITCHBOARD)


def read(text: str, mapping: Mapping, key: Pseudonyms | None = None) -> tuple[list[Event], list]:
    bad: list[BadRow] = []
    lines = text.splitlines(keepends=True)
    return list(calls.events(lines, mapping, bad.append, "calls.csv", key)), bad


def at(events: Iterable[Event]) -> dict[str, str]:
    """Each event's clock, by its name."""
    return {event.event_id.rpartition("-")[2]: event.at for event in events}


def test_an_answered_call(mapping: Mapping) -> None:
    row = (
        '171.1;1;"+32 3 22 11 333";600;nl;2026-03-02 10:00:00;13;'
        "2026-03-02 10:00:40.5;2026-03-02 10:02:00;ANSWERED;Queue;SIP/jan\n"
    )
    events, bad = read(SWITCHBOARD_HEADER + row, mapping, KEY)
    assert bad == []
    caller, agent = KEY.of("+3232211333"), KEY.of("SIP/jan")
    assert [msgspec.json.decode(ndjson(event)) for event in events] == [
        {"event": "call-start", "event_id": "171.1-1-start", "call_id": "171.1",
         "at": "2026-03-02T10:00:00+01:00", "caller": caller, "language": "nl"},
        {"event": "menu-choice", "event_id": "171.1-1-choice", "call_id": "171.1",
         "at": "2026-03-02T10:00:13+01:00", "line": "waste"},
        {"event": "queue", "event_id": "171.1-1-entered", "call_id": "171.1",
         "at": "2026-03-02T10:00:13+01:00", "line": "waste", "phase": "entered", "visit": 1},
        {"event": "queue", "event_id": "171.1-1-answered", "call_id": "171.1",
         "at": "2026-03-02T10:00:40.500000+01:00", "line": "waste", "phase": "answered",
         "visit": 1, "agent": agent},
        {"event": "hangup", "event_id": "171.1-1-hangup", "call_id": "171.1",
         "at": "2026-03-02T10:02:00+01:00", "reason": "normal", "by": "agent"},
    ]  # fmt: skip


def test_a_second_leg_belongs_to_the_same_call(mapping: Mapping) -> None:
    rows = (
        "9;1;x;600;nl;2026-03-02 10:00:00;0;2026-03-02 10:00:40;"
        "2026-03-02 10:02:00;ANSWERED;Queue;a\n"
        "9;2;x;699;nl;2026-03-02 10:02:00;0;;2026-03-02 10:03:00;VOICEMAIL;Queue;\n"
    )
    events, bad = read(SWITCHBOARD_HEADER + rows, mapping, KEY)
    assert bad == []
    assert {event.call_id for event in events} == {"9"}
    left = next(e for e in events if isinstance(e, Queue) and e.phase == "left")
    assert (left.line, left.reason, left.at) == (
        "voicemail-desk",
        "voicemail",
        "2026-03-02T10:03:00+01:00",
    )


def test_a_row_that_answers_to_no_earlier_rule_takes_the_last(mapping: Mapping) -> None:
    row = "9;1;anonymous;600;;2026-03-02 10:00:00;1:05;;2026-03-02 10:03:00;BUSY;Queue;\n"
    events, _ = read(SWITCHBOARD_HEADER + row, mapping, KEY)
    start, entered, hangup = events
    assert isinstance(start, CallStart) and start.caller is None
    assert isinstance(entered, Queue) and entered.at == "2026-03-02T10:01:05+01:00"
    assert isinstance(hangup, Hangup)


def test_a_call_in_the_hour_that_autumn_has_twice(mapping: Mapping) -> None:
    # Begun at 2:58 summer time, answered at 2:01 by the clock: winter time by then.
    row = "9;1;x;600;;2026-10-25 02:58:00;0;2026-10-25 02:01:00;2026-10-25 03:01:00;ANSWERED;Q;\n"
    events, _ = read(SWITCHBOARD_HEADER + row, mapping, KEY)
    assert at(events)["start"] == "2026-10-25T02:58:00+02:00"
    assert at(events)["answered"] == "2026-10-25T02:01:00+01:00"


def test_a_call_that_goes_on_in_the_second_of_the_two_hours(mapping: Mapping) -> None:
    # Begun at 2:30 summer time, answered at 2:10 winter time: what comes later is winter too,
    # though by the clock it could be before.
    row = "9;1;x;600;;2026-10-25 02:30:00;0;2026-10-25 02:10:00;2026-10-25 02:45:00;ANSWERED;Q;\n"
    events, bad = read(SWITCHBOARD_HEADER + row, mapping, KEY)
    assert not bad
    assert at(events)["start"] == "2026-10-25T02:30:00+02:00"
    assert at(events)["answered"] == "2026-10-25T02:10:00+01:00"
    assert at(events)["hangup"] == "2026-10-25T02:45:00+01:00"


def test_clocks_that_differ_by_seconds_do_so_in_that_hour_too(mapping: Mapping) -> None:
    row = "9;1;x;600;;2026-10-25 02:30:05;0;2026-10-25 02:30:00;2026-10-25 02:31:00;ANSWERED;Q;\n"
    events, _ = read(SWITCHBOARD_HEADER + row, mapping, KEY)
    assert at(events)["answered"] == "2026-10-25T02:30:00+02:00"
    assert at(events)["hangup"] == "2026-10-25T02:31:00+02:00"


def test_no_number_is_left_in_any_event(mapping: Mapping) -> None:
    row = "9;1;0475123456;600;;2026-03-02 10:00:00;0;;2026-03-02 10:03:00;BUSY;Queue;0475123456\n"
    events, _ = read(SWITCHBOARD_HEADER + row, mapping, KEY)
    assert events
    assert not any(b"475123456" in ndjson(event) for event in events)


RULES = """
time = { zone = "UTC", format = "epoch", never = ["0"] }
[call]
id = "{id}"
line = "{line}"
[lines]
"600" = "waste"
[[row]]
when = { kind = "test" }
leave_out = true
[[row]]
when = { kind = "ivr", agent = "*" }
start = "start"
hangup = { at = ["end", "start"], reason = "closed", by = "system" }
[[row]]
when = { kind = "call" }
start = "start"
entered = { at = "start", plus = ["menu", "hold"] }
left = { at = "left", not_before = "entered", reason = "overflow" }
"""
NOW = parse("2026-03-03T00:00:00Z")
BEGUN = 1_772_442_000
"""2026-03-02T09:00:00Z."""


def row(**values: str) -> list[Event]:
    usual = {"id": "7", "line": "600", "kind": "call", "agent": "0", "start": str(BEGUN)}
    usual |= {"menu": "5", "hold": "0:10", "left": str(BEGUN + 60), "end": ""}
    return Records(Mapping.parse(RULES), None).of(usual | values, NOW).events


def test_lengths_of_time_are_added_to_the_column_of_a_moment() -> None:
    start, entered, left = row()
    assert isinstance(left, Queue) and (left.line, left.reason) == ("waste", "overflow")
    assert [event.at[11:19] for event in (start, entered, left)] == [
        "09:00:00",
        "09:00:15",
        "09:01:00",
    ]


@pytest.mark.parametrize("left", [str(BEGUN + 3), "0"])
def test_what_would_be_before_an_earlier_moment_or_never_is_at_that_moment(left: str) -> None:
    _, entered, last = row(left=left)
    assert last.at == entered.at


def test_a_row_that_is_left_out_has_no_events_whatever_else_stands_in_it() -> None:
    assert row(kind="test", id="", start="never") == []


def test_any_value_is_any_but_none() -> None:
    """An agent is `*` in the rule, and 0 is never a time nor an agent here."""
    start, hangup = row(kind="ivr", agent=" 12 ")
    assert isinstance(hangup, Hangup) and (hangup.reason, hangup.by) == ("closed", "system")
    assert hangup.at == start.at, "the first column of the two that has a time"
    (_, later) = row(kind="ivr", agent="12", end=str(BEGUN + 9))
    assert later.at[11:19] == "09:00:09"
    for agent in ("0", " ", ""):
        with pytest.raises(ValueError, match=r"no \[\[row\]\] of the mapping is for kind = 'ivr'"):
            row(kind="ivr", agent=agent)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"id": ""}, "the call's id is empty"),
        ({"id": "8" * (LONGEST_ID + 1)}, "the call's id has 120 characters, at most 119"),
        ({"start": "0"}, "start: no time in start"),
        ({"id": "+32470123456"}, "call_id: a telephone number, which no event may have there"),
        ({"line": ""}, "the line is empty"),
        ({"start": str(NOW // SECOND + 7_200)}, "start: a time 2 hours in the future"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(values: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError) as caught:
        row(**values)
    assert str(caught.value) == said


def test_an_id_of_the_longest_length_is_one_that_events_can_have() -> None:
    assert all(len(event.event_id) <= 128 for event in row(id="8" * LONGEST_ID))
