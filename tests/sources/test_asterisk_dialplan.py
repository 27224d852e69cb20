"""What a dialplan writes into the log: menus, refused callers, hang-ups, calls of the city."""

from __future__ import annotations

import pytest

from streams.domain.books import books
from streams.domain.event_reader import dialled
from streams.domain.events import CallStart, MenuChoice
from streams.domain.instants import DAY, parse
from streams.domain.plan import Plan
from streams.domain.tally import LINE
from streams.sources import asterisk_outcome as outcome
from tests import stories
from tests.asterisk import BEGIN, NOW, PSEUDONYMS, contacts, log, translated, visits, waits_of

CALL = f"{BEGIN}.41"


def test_a_choice_begins_the_visit_and_the_caller_is_told_with_the_queue() -> None:
    found = translated(
        log(
            (5, "41", "NONE", "NONE", "DID", "business"),
            (9, "41", "NONE", "NONE", "MENUCHOICE", 1, "waste", "2026-11", ""),
            *waits_of("41", 12),
        )
    )
    assert found.shown == [
        "9 choice waste 1",
        "0 start",
        "12 entered waste",
        "40 answered waste",
        "100 hangup caller",
    ]
    choice, start, *_ = found.events
    assert isinstance(choice, MenuChoice) and choice.menu == "2026-11"
    assert isinstance(start, CallStart) and start.entry == "business"
    assert start.caller == PSEUDONYMS.of("+3232210000")
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "answered", 28)]
    assert contact.visits[0].chosen is not None


@pytest.mark.parametrize(
    ("queue", "parameters", "line"),
    [
        ("NONE", (1, "desk"), "desk"),
        ("NONE", (2, "queue2"), "desk"),
        ("queue2", (2,), "desk"),
        ("NONE", (2, "garden"), None),
        ("NONE", (2,), None),
    ],
)
def test_a_choice_leads_to_a_line_or_a_queue(
    queue: str, parameters: tuple[object, ...], line: str | None
) -> None:
    found = translated(log((9, "41", queue, "NONE", "MENUCHOICE", *parameters)))
    assert [event.line for event in found.events if isinstance(event, MenuChoice)] == [
        *([line] if line else [])
    ]
    assert found.reasons == [None if line else outcome.UNMAPPED]


def test_who_chooses_again_and_hangs_up_on_the_way() -> None:
    found = translated(
        log(
            (9, "41", "NONE", "NONE", "MENUCHOICE", 1, "waste"),
            (9, "41", "NONE", "NONE", "MENUCHOICE", 2, "desk"),
            (15, "41", "NONE", "NONE", "HANGUP", "caller"),
        )
    )
    assert found.shown[2:] == ["0 start", "15 hangup caller"]
    (contact,) = contacts(found.events).values()
    assert [str(visit.disposition) for visit in contact.visits] == [
        *("chose_again", "left_before_queue")
    ]


def test_who_hangs_up_in_the_menu_is_a_contact_without_a_visit() -> None:
    line = (17, "41", "NONE", "NONE", "MENUHANGUP", "2026-11")
    found = translated(log(line, (17, "41", "NONE", "NONE", "HANGUP")))
    assert found.shown == ["0 start", "17 hangup caller"]
    assert found.reasons == [None, outcome.SAID_BEFORE]
    (contact,) = contacts(found.events).values()
    assert not contact.visits


@pytest.mark.parametrize(
    ("why", "disposition"),
    [
        ("FULL", "blocked"),
        ("JOINEMPTY", "blocked"),
        ("JOINUNAVAIL", "blocked"),
        ("", "blocked"),
        ("CLOSED", "closed"),
    ],
)
def test_who_may_not_join_is_refused(why: str, disposition: str) -> None:
    found = translated(log((7, "41", "waste", "NONE", "BLOCKED", why)))
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", disposition, 0)]


@pytest.mark.parametrize("status", ["TIMEOUT", "LEAVEEMPTY", "CONTINUE", "WITHDRAW", ""])
def test_a_dialplan_may_write_the_status_of_every_call(status: str) -> None:
    """After a wait the queue has written its own line."""
    waits = [
        (0, "41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
        (30, "41", "waste", "NONE", "EXITWITHTIMEOUT", 1, 1, 30),
    ]
    found = translated(log(*waits, (30, "41", "waste", "NONE", "BLOCKED", status)))
    assert found.reasons[2] == outcome.SAID_BEFORE
    assert visits(contacts(found.events)[CALL]) == [("waste", "overflowed", 30)]


def test_a_hangup_handler_ends_what_nothing_else_does() -> None:
    waits = [
        (0, "41", "waste", "NONE", "ENTERQUEUE", "", "0470123456", 1),
        (30, "41", "waste", "NONE", "EXITWITHTIMEOUT", 1, 1, 30),
    ]
    found = translated(log(*waits, (45, "41", "NONE", "NONE", "HANGUP", 16)))
    assert found.shown[-1] == "45 hangup"
    assert contacts(found.events)[CALL].hung_up is not None


def test_the_hangup_of_a_channel_that_no_queue_has_seen_is_nothing() -> None:
    found = translated(log((45, "41", "NONE", "NONE", "HANGUP", 16)))
    assert found.reasons == [outcome.UNKNOWN_CALL]


def test_an_agents_channel_that_hangs_up_ends_no_callers_call() -> None:
    found = translated(
        log(
            *waits_of("48")[:2],
            (50, "49", "queue2", "NONE", "ENTERQUEUE", "", "71", 1),
            (54, "49", "waste", "PJSIP/71", "ATTENDEDTRANSFER", "APP", "Queue", 28, 26, 1),
            (54, "49", "NONE", "NONE", "HANGUP", 16),
            (57, "48", "queue2", "PJSIP/72", "CONNECT", 7, "1.3", 2),
        )
    )
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "answered", 28), ("desk", "answered", 7)]
    assert contact.hung_up is None


def test_a_call_of_the_city_is_outgoing() -> None:
    found = translated(log((90, "41", "waste", "PJSIP/71", "OUTCALL", "ANSWER", 60, "0470123456")))
    assert found.shown == [
        "0 start outbound",
        "30 answered waste outbound",
        "90 hangup outbound",
    ]
    start = found.events[0]
    assert isinstance(start, CallStart) and start.caller == PSEUDONYMS.of("0470123456")
    (contact,) = contacts(found.events).values()
    assert contact.outcome == "outgoing" and contact.answered
    missed = translated(log((90, "41", "waste", "PJSIP/71", "OUTCALL", "NOANSWER", 0, "0470")))
    assert missed.shown == ["0 start outbound", "90 hangup outbound"]


@pytest.mark.parametrize(
    ("number", "kept"), [("+32470123456", 1), ("0470/12.34.56", 1), ("0470999999", 0)]
)
def test_a_call_of_the_city_keeps_the_promise_to_whom_it_calls(number: str, kept: int) -> None:
    """However either spells the number; and of another it keeps none."""
    plan = Plan.read(
        """
        [city]
        country = "BE"
        [[line]]
        id = "waste"
        queues = ["600"]
        callback_within = "4 h"
        """
    )
    found = translated(
        log(
            (0, "41", "600", "NONE", "ENTERQUEUE", "", "0470123456", 1),
            (60, "41", "600", "NONE", "WITHDRAW", 1, 1, 60, "callback"),
            (900, "42", "600", "PJSIP/71", "OUTCALL", "ANSWER", 60, number),
        ),
        plan,
        country="BE",
    )
    known = stories.contacts((event, parse(event.at)) for event in found.events)
    totals = books(known, plan, NOW + 90 * DAY).totals
    line = totals[LINE + "waste"]
    assert (line["callbacks_kept"], line["callbacks_broken"]) == (kept, 1 - kept)


@pytest.mark.parametrize("number", ["+3232211333", "4900000000", "03 221 13 33", "0032-3-2211333"])
def test_a_dialled_number_is_in_no_event_and_costs_none(number: str) -> None:
    """The reader of events would refuse the call's start for it, and who calls with it."""
    found = translated(
        log(
            (0, "41", "waste", "NONE", "DID", number),
            (0, "41", "NONE", "NONE", "MENUCHOICE", number, "waste"),
            *waits_of("41", 1),
        )
    )
    assert found.reasons == [outcome.NUMBER_DIALLED, None, None, None, None]
    assert all(dialled(event) is None for event in found.events)
    assert number not in str(found.events)
    assert found.shown[:2] == ["0 choice waste", "0 start"]
