"""The manager interface and the log tell of one call, each by a clock of its own: it counts once.

Each writes an event into the second in which it came to it. Between the two lies a boundary of
seconds at times, and more where a machine's clock is off; so the same event has two times:

    log       |enters     |       |times out, enters again |      |is answered
    manager        |enters   |times out     |enters again      |is answered

Whatever lies between, whichever is read first, and whatever the manager's reader has missed, the
contact is the one that the log alone tells.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.domain.events import Event
from streams.sources import asterisk_calls
from streams.sources.ami_messages import Message
from streams.sources.asterisk_calls import Calls
from streams.sources.asterisk_records import parse
from tests.ami import SCENARIOS
from tests.asterisk import (
    BEGIN,
    NOW,
    contacts,
    log,
    shown,
    translated,
    translator,
    visits,
    waits_of,
)
from tests.sources.test_ami_records import events_of, records

Row = tuple[object, ...]
OFFSETS = (-2.0, -1.5, -1.0, -0.5, -0.001, 0.4, 0.999, 1.0, 1.5, 2.0)


def comes_to(events: Iterable[Event]) -> dict[str, object]:
    """Of each contact its outcome, and of each visit its line, disposition and wait."""
    return {call: (each.outcome, visits(each)) for call, each in contacts([*events]).items()}


def of_the_log(lines: list[str]) -> list[Event]:
    return translated(lines, by_order=True, revision=1).events


def moved(message: Message, seconds: float) -> Message:
    """The same, by a clock that is so far ahead."""
    if "timestamp" not in message:
        return message
    whole, fraction = message["timestamp"].split(".")
    at = int(whole) * 1_000_000 + int(fraction) + round(seconds * 1e6)
    return {**message, "timestamp": f"{at // 1_000_000}.{at % 1_000_000:06}"}


@pytest.mark.parametrize("seconds", OFFSETS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_each_kind_of_event_on_either_side_of_a_second(name: str, seconds: float) -> None:
    messages, lines = SCENARIOS[name]
    logged = of_the_log(lines)
    told = events_of(records([moved(message, seconds) for message in messages]))
    assert comes_to([*told, *logged]) == comes_to([*logged, *told]) == comes_to(logged)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", SCENARIOS)
def test_each_event_by_another_delay(name: str, seed: int) -> None:
    """In their order, for the interface is one stream."""
    messages, lines = SCENARIOS[name]
    rng, delays, at = random.Random(seed), [], -2.0
    for _ in messages:
        delays.append(at)
        at = min(2.0, at + rng.choice((0, 0, 0.3, 1, 2)))
    told = events_of(records([*map(moved, messages, delays)]))
    logged = of_the_log(lines)
    assert comes_to([*told, *logged]) == comes_to(logged)


@st.composite
def calls(draw: st.DrawFn) -> list[Row]:
    """The records of one call that goes through queues, most of them within a second or two."""
    gaps = st.sampled_from((0, 0, 1, 1, 2, 3, 10))
    at, rows = 0, list[Row]()

    def logs(queue: str, member: str, event: str, *parameters: object) -> None:
        nonlocal at
        rows.append((at, "1", queue, member, event, *parameters))
        at += draw(gaps)

    if draw(st.booleans()):
        logs("NONE", "NONE", "MENUCHOICE", 3, "waste", "2026-11")
    for n in range(draw(st.integers(1, 4))):
        queue = draw(st.sampled_from(("waste", "waste", "1509")))
        if draw(st.integers(0, 5)) == 0:
            logs(queue, "NONE", "BLOCKED", draw(st.sampled_from(("FULL", "JOINEMPTY", "CLOSED"))))
            continue
        entered = at
        logs(queue, "NONE", "ENTERQUEUE", "", "+3232210000", 1)
        if draw(st.integers(0, 4)) == 0:
            logs(queue, "PJSIP/70", "AGENTDUMP")
        ends = ("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "ABANDON", "CONNECT", "CONNECT")
        end = draw(st.sampled_from(ends))
        if end != "CONNECT":
            key = (0,) if end == "EXITWITHKEY" else ()
            logs(queue, "NONE", end, *key, 1, 1, at - entered)
            if end == "ABANDON":
                return rows
            continue
        answered, hold = at, at - entered
        logs(queue, "PJSIP/71", "CONNECT", hold, f"{BEGIN}.9{n}", 1)
        end = draw(st.sampled_from(("COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER")))
        if end == "BLINDTRANSFER":
            logs(queue, "PJSIP/71", end, "1509", "internal", hold, at - answered, 1)
        else:
            logs(queue, "PJSIP/71", end, hold, at - answered, 1)
            return rows
    return rows


REFUSED_TWICE: list[Row] = [(0, "1", "waste", "NONE", "BLOCKED", "FULL"),
                            (1, "1", "waste", "NONE", "BLOCKED", "FULL")]  # fmt: skip


@settings(max_examples=60)
@given(calls(), st.lists(st.integers(-2, 2), min_size=24, max_size=24), st.integers(0, 2**24 - 1))
@example(REFUSED_TWICE, [-1] * 24, 0)
def test_whatever_is_late_and_whatever_was_missed(
    rows: list[Row], delays: list[int], missed: int
) -> None:
    told, clock = list[Row](), -(10**9)
    for n, (at, *rest) in enumerate(rows):
        clock = max(clock, int(str(at)) + delays[n % 24])
        if not missed >> n % 24 & 1:
            told.append((clock, *rest))
    heard = translated(log(*told), by_order=True).events
    logged = of_the_log(log(*rows))
    assert comes_to([*heard, *logged]) == comes_to([*logged, *heard]) == comes_to(logged)


@settings(max_examples=60)
@given(calls(), st.data())
def test_a_log_that_is_read_from_the_middle_and_again_is_the_log(
    rows: list[Row], data: st.DataObject
) -> None:
    """Who began in the middle has counted too few: the earlier one of an id counts."""
    seconds = [row[0] for row in rows]  # of one second, who began in it has another order
    begin = data.draw(
        st.sampled_from([n for n in range(len(rows)) if seconds[n] not in seconds[:n]])
    )
    lines = log(*rows)
    later = of_the_log(lines[begin:])
    whole = of_the_log(lines)
    derived = [each for each in later if each.event_id not in {e.event_id for e in whole}]
    assert not derived, "what is concluded has the id of what it stands for"
    assert comes_to([*later, *whole])[f"{BEGIN}.1"] == comes_to(whole)[f"{BEGIN}.1"]


def test_in_pieces_it_has_the_same_ids() -> None:
    lines = log(*waits_of("1"), *waits_of("1", 100), *waits_of("2", 101))
    pieces, calls_ = list[Event](), Calls(by_order=True)
    for each in lines:
        by = translator(calls=calls_, revision=1)
        pieces += by.translate(parse(each), NOW).events
        calls_ = Calls.load(by.calls.stored(), by_order=True)
    assert pieces == of_the_log(lines)
    assert len({(event.call_id, event.event_id) for event in pieces}) == len(pieces)


def test_who_comes_back_hours_later_is_not_counted_anew() -> None:
    """A call that was left alone for longer than those are kept that are known by their times."""
    lines = log((0, "1", "waste", "NONE", "ENTERQUEUE", "", "", 1),
                (9, "1", "waste", "NONE", "EXITWITHTIMEOUT", 1, 1, 9),
                (9_000, "1", "waste", "NONE", "ENTERQUEUE", "", "", 1),
                (9_009, "1", "waste", "NONE", "ABANDON", 1, 1, 9))  # fmt: skip
    events = of_the_log(lines)
    assert [event.event_id for event in events] == [
        "start-1", "entered-waste-1", "left-waste-1", "entered-waste-2", "hangup-1",
    ]  # fmt: skip
    assert {*map(shown, events)} == {*translated(lines).shown}


def test_what_is_kept_of_many_calls_fits_into_one_record() -> None:
    by = translator(calls=Calls(by_order=True))
    for each in log(*waits_of("1"), (89, "1", "1509", "NONE", "ENTERQUEUE", "", "", 1)):
        by.translate(parse(each), NOW)
    assert len(by.calls.stored()) * asterisk_calls._MOST < 10 << 20
