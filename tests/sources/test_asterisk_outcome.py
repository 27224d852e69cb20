"""What an event of Asterisk's log is made of, and what a record says of the time before it."""

from __future__ import annotations

import pytest

from streams.domain.events import CallStart
from tests.asterisk import BEGIN, contacts, log, translated, visits, waits_of


def test_a_log_that_begins_with_a_talk_says_when_it_began() -> None:
    """Each record has the lengths of what was before it."""
    for ending in log(*waits_of("41", 12))[1:]:
        found = translated([ending])
        (contact,) = contacts(found.events).values()
        assert visits(contact) == [("waste", "answered", 28)]


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (("NONE", "ABANDON", 1, 1, 60), "60 hangup caller"),
        (("NONE", "EXITWITHTIMEOUT", 1, 1, 60), "60 left waste timeout"),
        (("NONE", "EXITEMPTY", 1, 1, 60), "60 left waste overflow"),
        (("NONE", "EXITWITHKEY", 2, 1, 1, 60), "60 left waste exit_key"),
        (("NONE", "WITHDRAW", 1, 1, 60), "60 left waste overflow"),
    ],
)
def test_a_log_that_begins_with_an_end_says_the_wait(ending: tuple[object, ...], told: str) -> None:
    found = translated(log((60, "41", "waste", *ending)))
    assert found.shown == ["0 start", "0 entered waste", told]


def test_the_server_goes_before_the_ids_of_its_calls() -> None:
    found = translated(log(*waits_of("41")), server="pbx1")
    assert {event.call_id for event in found.events} == {f"pbx1-{BEGIN}.41"}
    assert found.shown[0] == "0 start"


@pytest.mark.parametrize(
    "number", ["", "anonymous", "Unknown", "<unknown>", '"Anonymous" <anonymous>', "asterisk"]
)
def test_a_withheld_number_is_nobodys(number: str) -> None:
    entry = (0, "41", "waste", "NONE", "ENTERQUEUE", "", number, 1)
    start = translated(log(entry)).events[0]
    assert isinstance(start, CallStart) and start.caller is None


@pytest.mark.parametrize(
    "record",
    [
        ("PJSIP/71", "CONNECT", 0, "1.2", 0),
        ("PJSIP/71", "COMPLETEAGENT", 0, 0, 1),
        ("NONE", "ABANDON", 1, 1, 0),
    ],
)
def test_events_of_one_instant_keep_the_order_of_a_call(record: tuple[object, ...]) -> None:
    found = translated(log((30, "41", "waste", *record)))
    _, *events = found.events
    assert {event.at for event in events} == {events[0].at}
    orders = [event.seq or 0 for event in events]
    assert len(events) > 1 and orders == sorted(set(orders))
