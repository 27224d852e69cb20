"""Callers whom an agent joins to somebody else, and agents who only ask."""

from __future__ import annotations

import pytest

from streams.sources import asterisk_outcome as outcome
from tests.asterisk import BEGIN, contacts, log, translated, visits

CALLER = f"{BEGIN}.48"
TALKS = [
    (12, "48", "1500", "NONE", "ENTERQUEUE", "", "0470123457", 1),
    (20, "48", "1500", "PJSIP/7009", "CONNECT", 8, "1.2", 4),
]
ASKS = [
    (50, "49", "1509", "NONE", "DID"),
    (50, "49", "1509", "NONE", "ENTERQUEUE", "", "7009", 1),
]
JOINS = (54, "49", "1500", "PJSIP/7009", "ATTENDEDTRANSFER", "APP", "Queue", 8, 34, 1)
ANSWERED = [
    (57, "48", "1509", "PJSIP/7010", "CONNECT", 7, "1.3", 2),
    (90, "48", "1509", "PJSIP/7010", "COMPLETECALLER", 7, 33, 1),
]


@pytest.fixture(autouse=True)
def _queue_1500(monkeypatch: pytest.MonkeyPatch) -> None:
    from streams.domain.plan import Plan

    plan = Plan.read(
        '[[line]]\nid = "waste"\nqueues = ["1500"]\n[[line]]\nid = "desk"\nqueues = ["1509"]\n'
    )
    monkeypatch.setattr(translated, "__defaults__", (plan, "", None))


def test_an_agent_joins_the_caller_to_the_queue_in_which_the_agent_waits() -> None:
    """One contact, though two channels were in queues; the place that the agent has kept for the
    caller is the caller's."""
    found = translated(log(*TALKS, *ASKS, JOINS, *ANSWERED))
    assert found.reasons[2:4] == [outcome.TOLD_LATER, outcome.ASKING]
    ((call_id, contact),) = contacts(found.events).items()
    assert call_id == CALLER
    assert visits(contact) == [("waste", "answered", 8), ("desk", "answered", 7)]
    assert contact.transferred


@pytest.mark.parametrize("number", ["0322113333", "anonymous", ""])
def test_an_agent_who_calls_under_another_number_is_no_caller_in_the_end(number: str) -> None:
    asks = [ASKS[0], (*ASKS[1][:6], number, 1)]
    found = translated(log(*TALKS, *asks, JOINS, *ANSWERED))
    known = contacts(found.events)
    assert visits(known[CALLER]) == [("waste", "answered", 8), ("desk", "answered", 7)]
    assert known[f"{BEGIN}.49"].outcome == "outgoing"


def test_the_caller_may_give_up_in_that_place() -> None:
    for call in ("48", "49"):  # by whose channel is not said anywhere
        found = translated(
            log(*TALKS, *ASKS, JOINS, (70, call, "1509", "NONE", "ABANDON", 1, 1, 20))
        )
        ((call_id, contact),) = contacts(found.events).items()
        assert call_id == CALLER
        assert visits(contact) == [("waste", "answered", 8), ("desk", "abandoned", 20)]


def test_the_line_of_the_transfer_may_be_the_callers() -> None:
    joins = (54, "48", *JOINS[2:])
    found = translated(log(*TALKS, *ASKS, joins, *ANSWERED))
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "answered", 8), ("desk", "answered", 7)]


def test_a_transfer_of_which_no_line_tells_is_known_by_the_wait() -> None:
    found = translated(log(*TALKS, *ASKS, *ANSWERED))
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "answered", 8), ("desk", "answered", 7)]


def test_an_agent_may_talk_to_the_colleague_before() -> None:
    found = translated(
        log(
            *TALKS,
            *ASKS,
            (57, "49", "1509", "PJSIP/7010", "CONNECT", 7, "1.3", 2),
            (70, "48", "1500", "PJSIP/7009", "ATTENDEDTRANSFER", "BRIDGE", "b-1", 8, 50, 1),
            (90, "49", "1509", "PJSIP/7010", "COMPLETECALLER", 7, 33, 1),
        )
    )
    ((call_id, contact),) = contacts(found.events).items()
    assert call_id == CALLER
    assert [visit[:2] for visit in visits(contact)] == [("waste", "answered"), ("desk", "answered")]
    assert contact.hung_up is not None


@pytest.mark.parametrize(
    "ending",
    [
        [("NONE", "ABANDON", 1, 1, 9)],
        [("NONE", "EXITWITHTIMEOUT", 1, 1, 9)],
        [("PJSIP/7010", "CONNECT", 9, "1.3", 2), ("PJSIP/7010", "COMPLETEAGENT", 9, 5, 1)],
        [("PJSIP/7010", "AGENTDUMP"), ("NONE", "ABANDON", 1, 1, 9)],
    ],
)
def test_an_agent_who_only_asks_is_no_caller(ending: list[tuple[object, ...]]) -> None:
    last = [(59 + n, "49", "1509", *each) for n, each in enumerate(ending)]
    over = (90, "48", "1500", "PJSIP/7009", "COMPLETECALLER", 8, 70, 1)
    found = translated(log(*TALKS, *ASKS, *last, over))
    assert set(found.reasons[3:-1]) == {outcome.ASKING}
    ((call_id, contact),) = contacts(found.events).items()
    assert call_id == CALLER
    assert visits(contact) == [("waste", "answered", 8)]


def test_an_agent_who_calls_when_the_talk_is_over_is_a_caller() -> None:
    over = (30, "48", "1500", "PJSIP/7009", "COMPLETECALLER", 8, 10, 1)
    found = translated(log(*TALKS, over, *ASKS))
    assert len(contacts(found.events)) == 2


def test_a_transfer_of_a_call_that_is_not_known_is_told_by_its_lengths() -> None:
    found = translated(
        log((54, "48", "1500", "PJSIP/7009", "ATTENDEDTRANSFER", "BRIDGE", "b-1", 8, 34, 1))
    )
    (contact,) = contacts(found.events).values()
    assert visits(contact) == [("waste", "answered", 8)]
    found = translated(log((54, "48", "1500", "PJSIP/7009", "ATTENDEDTRANSFER", "BRIDGE")))
    assert found.reasons == [outcome.UNKNOWN_CALL]


def test_an_agents_channel_that_comes_to_a_queue_again_is_itself() -> None:
    again = [
        (99, "49", "1509", "NONE", "ENTERQUEUE", "", "0470123456", 1),
        (110, "49", "1509", "NONE", "ABANDON", 1, 1, 11),
    ]
    found = translated(log(*TALKS, *ASKS, JOINS, *ANSWERED, *again))
    known = contacts(found.events)
    assert visits(known[f"{BEGIN}.49"]) == [("desk", "abandoned", 11)]
    assert visits(known[CALLER]) == [("waste", "answered", 8), ("desk", "answered", 7)]


def test_after_a_restart_nobody_talks_any_more() -> None:
    elsewhere = [(second, call, "garden", *rest) for second, call, _, *rest in TALKS]
    start = (30, "NONE", "NONE", "NONE", "QUEUESTART")
    assert translated(log(*elsewhere, *ASKS)).events == []
    found = translated(log(*elsewhere, start, *ASKS))
    assert [*contacts(found.events)] == [f"{BEGIN}.49"]
