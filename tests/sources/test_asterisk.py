"""Asterisk's log as contact events: whole calls, and what each record comes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.events import CallStart, Queue
from streams.domain.ndjson import ndjson
from streams.sources import asterisk_outcome as outcome
from streams.sources.asterisk_calls import Calls
from streams.sources.asterisk_records import parse
from tests.asterisk import (
    BEGIN,
    NOW,
    PSEUDONYMS,
    contacts,
    log,
    translated,
    translator,
    visits,
    waits_of,
)


def test_a_call_that_waits_and_talks() -> None:
    found = translated(log(*waits_of("41", 12)))
    assert found.shown == [
        "0 start",
        "12 entered waste",
        "40 answered waste",
        "100 hangup caller",
    ]
    assert visits(contacts(found.events)[f"{BEGIN}.41"]) == [("waste", "answered", 28)]
    start, _, answered, _ = found.events
    assert isinstance(start, CallStart) and isinstance(answered, Queue)
    assert start.caller == PSEUDONYMS.of("+3232210000")
    assert answered.agent == PSEUDONYMS.of("PJSIP/71")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (("41", "waste", "PJSIP/71", "RINGNOANSWER", 15000), outcome.RINGING),
        (("41", "waste", "PJSIP/71", "RINGCANCELED", 1500), outcome.RINGING),
        (("41", "waste", "PJSIP/71", "WRAPUPSTART"), outcome.STAFF),
        (("NONE", "waste", "PJSIP/71", "PAUSE", "lunch"), outcome.STAFF),
        (("MANAGER", "waste", "PJSIP/71", "ADDMEMBER", ""), outcome.STAFF),
        (("NONE", "NONE", "NONE", "CONFIGRELOAD"), outcome.SERVER),
        (("41", "NONE", "NONE", "DID", "business"), outcome.TOLD_LATER),
        (("41", "NONE", "NONE", "DID", "+3232211333"), outcome.NUMBER_DIALLED),
        (("41", "waste", "NONE", "STARTCALL", "a", "b"), outcome.UNKNOWN_EVENT),
    ],
)
def test_what_is_no_ending_has_a_reason(record: tuple[object, ...], reason: str) -> None:
    entry = (0, "41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1)
    found = translated(log(entry, (15, *record)))
    assert found.reasons == [None, reason]
    assert len(found.events) == 2


def test_a_restart_loses_who_waits_and_cuts_off_who_talks() -> None:
    found = translated(
        log(
            (0, "41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            *waits_of("42")[:2],
            *waits_of("43"),
            (5, "44", "waste", "NONE", "ENTERQUEUE", "", "0470123457", 1),
            (9, "44", "waste", "NONE", "EXITWITHTIMEOUT", 1, 1, 4),
            (200, "NONE", "NONE", "NONE", "QUEUESTART"),
        )
    )
    assert found.shown[-2:] == ["200 hangup error system"] * 2
    known = contacts(found.events)
    assert [str(known[f"{BEGIN}.{n}"].visits[0].disposition) for n in range(41, 45)] == [
        *("lost", "answered", "answered", "overflowed")
    ]
    again = translated(log((0, "NONE", "NONE", "NONE", "QUEUESTART")))
    assert again.reasons == [outcome.SERVER]


def test_an_id_that_is_used_again_is_another_call() -> None:
    lines = log(*waits_of("41"), *waits_of("41", 13 * 3600))
    assert translated(lines).shown[4] == f"{13 * 3600} start"  # its id was made too long ago


# Whose queue


def test_a_queue_of_no_line_tells_nothing_and_costs_no_other() -> None:
    found = translated(
        log(
            (0, "41", "garden", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (20, "41", "garden", "NONE", "EXITWITHTIMEOUT", 1, 1, 20),
            (20, "41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (30, "41", "waste", "NONE", "ABANDON", 1, 1, 10),
            (40, "42", "garden", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (50, "42", "garden", "NONE", "ABANDON", 1, 1, 10),
        )
    )
    nothing = outcome.UNMAPPED
    assert found.reasons == [nothing, nothing, None, None, nothing, nothing]
    assert [*contacts(found.events)] == [f"{BEGIN}.41"]


@pytest.mark.parametrize(("second", "said"), [(-BEGIN, "before 1990"), (90_000, "in the future")])
def test_a_time_that_cannot_be_is_refused(second: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        translated(log((second, "41", "waste", "NONE", "ENTERQUEUE", "", "1", 1)))


# Nobody is named


def test_no_number_and_no_name_gets_out() -> None:
    """Whatever field they stand in."""
    number, name = "0470123456", "Ann Peeters"
    found = translated(
        log(
            (0, "41", "waste", "NONE", "ENTERQUEUE", f"http://x/{number}", number, 1, name),
            (9, "41", "waste", f"Local/{number}@from-queue/n", "CONNECT", 9, "1.2", 4),
            (20, "41", "waste", name, "BLINDTRANSFER", number, "out", 9, 11, 1),
            (30, "42", "waste", name, "WITHDRAW", 1, 1, 9, number),
            (31, "43", "waste", name, "OUTCALL", "ANSWER", 10, number),
            (32, "44", "waste", "NONE", "BLOCKED", number),
            (33, "45", "waste", "NONE", "MENUHANGUP", number),
            (34, "46", "waste", "NONE", "HANGUP", number),
        )
    )
    written = b"".join(map(ndjson, found.events)) + found.calls.stored()
    assert number.encode() not in written and b"Peeters" not in written


# Cut anywhere


CITY = log(
    *waits_of("41"),
    (3, "47", "NONE", "NONE", "DID", "+3232211333"),
    (4, "47", "NONE", "NONE", "MENUCHOICE", 1, "waste", "short"),
    (10, "47", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
    (10, "47", "waste", "NONE", "EXITEMPTY", 1, 1, 0),
    (10, "47", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
    (10, "47", "waste", "NONE", "EXITEMPTY", 1, 1, 0),
    (11, "47", "queue2", "NONE", "ENTERQUEUE", "", "0470123456", 1),
    (12, "48", "waste", "NONE", "ENTERQUEUE", "", "0470123457", 1),
    (20, "48", "waste", "PJSIP/7009", "CONNECT", 8, "1.2", 4),
    (25, "49", "1509", "NONE", "ENTERQUEUE", "", "7009", 1),
    (27, "49", "waste", "PJSIP/7009", "ATTENDEDTRANSFER", "APP", "Queue", 8, 7, 1),
    (32, "48", "1509", "PJSIP/7010", "CONNECT", 7, "1.3", 2),
    (90, "48", "1509", "PJSIP/7010", "COMPLETECALLER", 7, 58, 1),
    (95, "48", "NONE", "NONE", "HANGUP", "caller"),
    (99, "NONE", "NONE", "NONE", "QUEUESTART"),
)


@given(cuts=st.sets(st.integers(0, len(CITY))))
def test_cut_anywhere_and_taken_up_there_it_tells_the_same(cuts: set[int]) -> None:
    whole = translated(CITY).events
    told, by = [], translator()
    for number, each in enumerate(CITY):
        if number in cuts:
            by = translator(calls=Calls.load(by.calls.stored()))
        told += by.translate(parse(each), NOW).events
    assert told == whole


def test_read_twice_it_tells_the_same_ids() -> None:
    ids = [(event.call_id, event.event_id) for event in translated(CITY).events]
    assert len(set(ids)) == len(ids)
    assert translated(CITY).events == translated(CITY).events
