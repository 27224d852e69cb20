"""The manager interface tells what the log tells, under the same ids."""

from __future__ import annotations

import msgspec
import pytest

from streams.domain.events import Event
from streams.domain.instants import SECOND
from streams.sources import ami_records
from streams.sources.ami_events import is_of_use
from streams.sources.ami_messages import Message
from streams.sources.ami_records import Channel, ManagerRecords
from tests.ami import SCENARIOS, answered, event, gives_up, hangs_up, joins, leaves, over, status
from tests.asterisk import BEGIN, contacts, translated, visits

AT = BEGIN * SECOND


def records(messages: list[Message], restart: bool = False) -> list[str]:
    """The lines of a scenario; with `restart` by another process for each event."""
    manager, found = ManagerRecords(), list[str]()
    for message in messages:
        assert is_of_use(message)
        found += manager.records(message, AT + 500 * SECOND)
        if restart:
            kept = msgspec.json.encode(manager.channels)
            manager = ManagerRecords(msgspec.json.decode(kept, type=dict[str, Channel]))
    return found + manager.due(AT + 600 * SECOND)


def events_of(lines: list[str]) -> list[Event]:
    return translated(lines, by_order=True).events


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_say_the_same_under_the_same_ids(name: str) -> None:
    messages, lines = SCENARIOS[name]
    told, logged = events_of(records(messages)), events_of(lines)
    assert told == logged
    assert events_of(records(messages, restart=True)) == logged


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_a_gap_has_swallowed_the_log_gives_back(name: str) -> None:
    """Whatever is lost in the middle: together with the log the contact is that of the log."""
    messages, lines = SCENARIOS[name]
    log = translated(lines, by_order=True, revision=1).events
    whole = contacts(log)
    for begin in range(len(messages)):
        for end in range(begin + 1, len(messages) + 1):
            back: Message = {"event": "FullyBooted", "uptime": "9999"}
            told = events_of(records([*messages[:begin], back, *messages[end:]]))
            both = contacts([*told, *log])
            assert {call: visits(outcome) for call, outcome in both.items()} == {
                call: visits(outcome) for call, outcome in whole.items()
            }, (begin, end)


def test_old_spellings_are_read() -> None:
    """Those of Asterisk 11."""
    old = [
        {**joins(0, "1"), "event": "Join"},
        {**leaves(28, "1"), "event": "Leave"},
        event(28, "AgentConnect", "1", Queue="waste", Member="PJSIP/71", MemberName="PJSIP/71",
              Holdtime=28, Ringtime=4, BridgedChannel=f"{BEGIN}.91"),
        event(88, "AgentComplete", "1", Queue="waste", MemberName="PJSIP/71", HoldTime=28,
              TalkTime=60, Reason="caller"),
    ]  # fmt: skip
    assert events_of(records(old)) == events_of(SCENARIOS["answered"][1])


def test_without_a_time_of_its_own_an_event_is_of_when_it_came() -> None:
    message = {**joins(0, "1")}
    del message["timestamp"]
    assert ManagerRecords().records(message, AT + 7_300_000)[0].startswith(f"{BEGIN + 7}|")
    message["timestamp"] = "yesterday"
    assert ManagerRecords().records(message, AT + 7_300_000)[0].startswith(f"{BEGIN + 7}|")


def test_an_ending_waits_for_what_comes_next_for_so_long() -> None:
    manager = ManagerRecords()
    for message in (joins(0, "1"), gives_up(9, "1", 9), leaves(9, "1"), joins(0, "2"),
                    leaves(9, "2")):  # fmt: skip
        manager.records(message, AT)
    assert manager.due(AT + 39 * SECOND) == []
    assert [line.split("|")[4] for line in manager.due(AT + 41 * SECOND)] == [
        "EXITWITHTIMEOUT",
        "EXITWITHKEY",
    ]
    assert manager.due(AT + 100 * SECOND) == []


def test_who_hangs_up_after_a_survey_is_over_then() -> None:
    """The interface says when a call ends, whatever the dialplan did after the queue."""
    told = events_of(
        records([joins(0, "1"), gives_up(9, "1", 9), leaves(9, "1"), status(9, "1", "TIMEOUT"),
                 hangs_up(50, "1")])
    )  # fmt: skip
    assert [type(each).__name__ for each in told][-1] == "Hangup"
    assert told[-1].at == "2026-11-18T11:07:30Z"


def test_a_server_that_began_anew_has_lost_its_calls() -> None:
    manager, found = ManagerRecords(), list[str]()
    told = [
        ({"event": "FullyBooted", "uptime": "100"}, 100),
        (joins(101, "1"), 101),
        *((message, 110) for message in answered(110, "1", 9)),
        (joins(120, "2"), 120),
        (gives_up(121, "2", 1), 121),
        ({"event": "FullyBooted", "uptime": "130"}, 131),  # the network was away
        ({"event": "FullyBooted", "uptime": "3"}, 150),
    ]
    for message, second in told:
        found += manager.records(message, AT + second * SECOND)
    assert [line.split("|")[4] for line in found] == [
        "ENTERQUEUE", "CONNECT", "ENTERQUEUE", "QUEUESTART",
    ]  # fmt: skip
    assert found[-1].startswith(f"{BEGIN + 147}|NONE")
    assert manager.channels == {}
    assert ManagerRecords().records({"event": "FullyBooted"}, AT) == []


def test_a_transfer_that_nobody_has_explained_is_one_to_somewhere() -> None:
    lines = records([joins(0, "1"), *answered(28, "1", 28), over(60, "1", "transfer", 28, 32)])
    assert lines[-1].split("|")[4] == "ATTENDEDTRANSFER"
    (left,) = [each for each in events_of(lines) if getattr(each, "phase", "") == "left"]
    assert left.at == "2026-11-18T11:07:40Z"


def test_an_event_of_no_channel_says_nothing() -> None:
    assert ManagerRecords().records({"event": "QueueCallerJoin"}, AT) == []


def test_bars_and_line_ends_in_a_field_are_no_fields_of_their_own() -> None:
    message = joins(0, "1", "wa|ste", "1\n2|3")
    (line,) = ManagerRecords().records(message, AT)
    assert line == f"{BEGIN}|{BEGIN}.1|wa_ste|NONE|ENTERQUEUE||1 2_3|1"


def test_channels_are_bounded_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami_records, "_MOST", 2)
    manager = ManagerRecords()
    for call in "123":
        manager.records(joins(0, call), AT)
    assert [*manager.channels] == [f"{BEGIN}.2", f"{BEGIN}.3"]
    manager.due(AT + 13 * 3600 * SECOND)
    assert manager.channels == {}
