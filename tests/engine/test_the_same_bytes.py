"""Whatever the order, the repetition, the partitions and the crashes: the same bytes come out.

What comes out of a deployment is a function of the set of its events less those that came late, and
nothing else: quarter-hours, journeys and callers' calls, byte for byte, as a walk through each
contact alone gives them. ``pocket`` is the deployment; Hypothesis says what happens to it.

It is longer than a module should be, because each thing that may happen on the way is told beside
what comes out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import orjson
import pytest
from aiokafka import ConsumerRecord
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL, Books
from streams.domain.call_events import Contact
from streams.domain.entries import entries
from streams.domain.event_reader import Reader, Refusal
from streams.domain.instants import DAY, HOUR, SECOND
from streams.domain.judge import judge
from streams.domain.rows import encode
from streams.domain.statement.standing import standing
from streams.domain.tally import Tally
from streams.engine import audit
from streams.engine.kafka import topics
from streams.engine.state.callers import call_record, from_clock_record
from streams.sinks.journeys import journey_record
from streams.sinks.records import Interval, interval_record
from streams.sources.replay import replay
from tests import calls
from tests.calls import BEGIN, SPAN, Call, Told
from tests.engine.pocket import Deployment
from tests.examples import examples
from tests.stories import PLAN

END = BEGIN + 2 * SPAN + 2 * DAY
"""All that these calls tell of is over, and so is their grace."""

FAR = END + 20 * DAY
"""And every callback of theirs is kept or broken."""

STEPS = (0, 1, 10, 600, 1_000, 4_000, 13 * 3_600)
"""By how many seconds a watermark moves on where it does not follow the events."""

LATER = (0, 0, 20, 600, 3_000, 13 * 3_600, 20 * 3_600, 5 * 86_400)
"""How many seconds after the first a call begins: from beside it to an id used again in a week."""

IDS = ("a", "d")
"""Where there are two partitions, each is on one of its own."""

Came = tuple[str, Told]
Bytes = dict[str, list[tuple[bytes, bytes]]]


def contacts_of(records: list[ConsumerRecord]) -> list[Contact]:
    """The contacts that raw records tell of."""
    reader = Reader(PLAN.knows)
    found: dict[str, Contact] = {}
    for record in records:
        read = reader.read(record.value, record.timestamp * 1000)
        assert not isinstance(read, Refusal), read
        event, at = read
        found.setdefault(event.call_id, Contact(event.call_id)).merge(event, at)
    return list(found.values())


def walked(contacts: list[Contact]) -> Bytes:
    """What must come out of these contacts: each is walked alone, and no ledger is asked."""
    books = Books(INTERVAL)
    journeys, known = [], []
    by_caller: dict[str, list[callers.Call]] = {}
    for contact in contacts:
        for piece in contact.pieces():
            outcome = judge(piece, PLAN, END)
            assert outcome is not None
            journeys.append(journey_record(contact.call_id, piece, outcome))
            for entry in entries(outcome):
                books.add(entry)
            call = callers.call(contact.call_id, outcome)
            if call is not None:
                known.append(call_record(call.caller, call.contact, call))
                by_caller.setdefault(call.caller, []).append(call)
    assert books.imbalance() == 0
    intervals = [interval_record(*key, tally) for key, tally in books.intervals.items()]
    of_callers = Books(INTERVAL)
    for calls_of_one in by_caller.values():
        for entry in callers.entries(calls_of_one, FAR):
            of_callers.add(entry)
    return {
        "intervals": sorted(intervals),
        "of callers": sorted(
            interval_record(*key, tally) for key, tally in of_callers.intervals.items()
        ),
        "journeys": sorted(journeys),  # type: ignore[type-var]
        "callers": sorted(known),  # type: ignore[type-var]
    }


def came_out(deployment: Deployment) -> Bytes:
    """What a deployment has published; an interval or a journey never otherwise than at first."""
    intervals: dict[bytes, bytes] = {}
    for record in deployment.topics.of(topics.INTERVALS):
        assert intervals.setdefault(record.key, record.value) == record.value, record.key
    filled = [each for each in intervals.items() if any(orjson.loads(each[1])["counts"].values())]
    of_callers: dict[tuple[str, int], Tally] = {}
    for _, value in filled:
        interval = msgspec.json.decode(value, type=Interval)
        if interval.callers is not None:
            key = interval.scope, interval.start
            of_callers.setdefault(key, Tally()).plus(audit.tally(interval))
    journeys = {(record.key, record.value) for record in deployment.topics.of(topics.JOURNEYS)}
    return {
        "intervals": sorted(each for each in filled if b"|callers|" not in each[0]),
        "of callers": sorted(interval_record(*key, tally) for key, tally in of_callers.items()),
        "journeys": sorted(journeys),
        "callers": sorted(
            each
            for each in deployment.topics.latest(topics.CALLERS).items()
            if not from_clock_record(*each)
        ),
    }


@st.composite
def arrivals(draw: st.DrawFn, call: st.SearchStrategy[list[Told]]) -> list[Came]:
    """Events of a few calls, some under one id, as they arrive: in the order in which they
    happened, a little late, or in any order at all; some of them twice."""
    came: list[Came] = []
    for _ in range(draw(st.integers(1, 3))):
        call_id, after = draw(st.sampled_from(IDS)), draw(st.sampled_from(LATER)) * SECOND
        came += [(call_id, {**event, "at": event["at"] + after}) for event in draw(call)]
    came += draw(st.lists(st.sampled_from(came), max_size=3))
    order = draw(st.sampled_from(("happened", "delayed", "any")))
    if order == "any":
        return list(draw(st.permutations(came)))
    most = 0 if order == "happened" else 14 * 60
    delays = [draw(st.integers(0, most)) * SECOND for _ in came]
    arrived = sorted(range(len(came)), key=lambda n: (came[n][1]["at"] + delays[n], n))
    return [came[n] for n in arrived]


def happen(
    data: st.DataObject, came: list[Came], disturb: Callable[[Deployment, int], None]
) -> Deployment:
    """Has events arrive at a deployment, to which anything may happen in between."""
    deployment = Deployment(data.draw(st.integers(1, 2), label="partitions"))
    watermark = BEGIN
    for call_id, event in came:
        deployment.send(call_id, event)
        if data.draw(st.integers(0, 2)):
            continue
        source = data.draw(st.integers(0, deployment.sources - 1))
        kinds = data.draw(st.sampled_from(([*topics.INPUTS], ["contact.queue"])))
        deployment.merge(source, kinds)
        what = data.draw(st.sampled_from(("checkpoint", "lazily", "disturbed")))
        if what == "disturbed":
            disturb(deployment, source)
            continue
        if data.draw(st.booleans()):
            watermark = max(watermark, event["at"])
        else:
            watermark += data.draw(st.sampled_from(STEPS)) * SECOND
        deployment.checkpoint(source, watermark, what == "lazily")
    deployment.close(max(END, watermark))
    return deployment


def the_same(data: st.DataObject, call: st.SearchStrategy[list[Told]]) -> None:
    deployment = happen(data, data.draw(arrivals(call)), Deployment.crash)
    assert came_out(deployment) == walked(contacts_of(deployment.accepted()))


@settings(max_examples=examples(50))
@given(st.data())
def test_of_plausible_calls_the_same_bytes_come_out(data: st.DataObject) -> None:
    the_same(data, calls.disturbed())


@settings(max_examples=examples(50))
@given(st.data())
def test_of_junk_the_same_bytes_come_out(data: st.DataObject) -> None:
    the_same(data, calls.junk())


@pytest.mark.slow
@pytest.mark.in_turn("tenth")
@pytest.mark.parametrize("tenth", range(10))
def test_of_thousands_of_calls_the_same_bytes_come_out(tenth: int) -> None:
    @seed(tenth)
    @settings(max_examples=200, database=None)
    @given(st.data())
    def a_tenth(data: st.DataObject) -> None:
        the_same(data, calls.disturbed() | calls.junk())

    a_tenth()


def rebuilt_now_and_then(data: st.DataObject, call: st.SearchStrategy[list[Told]]) -> None:
    """State is lost after a checkpoint of all: what was merged after the last is not committed."""

    def rebuild(deployment: Deployment, source: int) -> None:
        for each in range(deployment.sources):
            deployment.checkpoint(each, 0)
        deployment.rebuild()

    deployment = happen(data, data.draw(arrivals(call)), rebuild)
    assert came_out(deployment) == walked(contacts_of(deployment.accepted()))


@settings(max_examples=examples(30))
@given(st.data())
def test_a_rebuild_amid_plausible_calls_changes_no_byte(data: st.DataObject) -> None:
    rebuilt_now_and_then(data, calls.disturbed())


@settings(max_examples=examples(30))
@given(st.data())
def test_a_rebuild_amid_junk_changes_no_byte(data: st.DataObject) -> None:
    rebuilt_now_and_then(data, calls.junk())


@pytest.mark.slow
@pytest.mark.in_turn("tenth")
@pytest.mark.parametrize("tenth", range(10))
def test_rebuilds_amid_thousands_of_calls_change_no_byte(tenth: int) -> None:
    @seed(tenth)
    @settings(max_examples=200, database=None)
    @given(st.data())
    def a_tenth(data: st.DataObject) -> None:
        rebuilt_now_and_then(data, calls.disturbed() | calls.junk())

    a_tenth()


def restated(data: st.DataObject, call: st.SearchStrategy[list[Told]], file: Path) -> None:
    """What an audit reads of the broker, with the late events and without, and what a replay reads
    of the same events in a file."""
    deployment = happen(data, data.draw(arrivals(call)), Deployment.crash)
    all_of_them, of_the_books = (
        audit._Reading(PLAN, deployment.late(), late) for late in (True, False)
    )
    for reading in (all_of_them, of_the_books):
        reading._apply(deployment.topics.of(*topics.INPUTS))
    file.write_bytes(b"\n".join(each.value for each in deployment.topics.of(*topics.INPUTS)))
    again = replay([str(file)], PLAN, END, lambda refused: None)
    assert stored(again.contacts.values()) == stored(all_of_them.contacts.values())
    assert again.accepted == len(list(deployment.topics.of(*topics.INPUTS)))

    intervals, provisional = standing(of_the_books.contacts.values(), PLAN, FAR)
    said = sorted(interval_record(*key, tally) for key, tally in intervals.items())
    published = came_out(deployment)
    together: dict[tuple[str, int], Tally] = {}
    for _, value in published["intervals"] + published["of callers"]:
        interval = msgspec.json.decode(value, type=Interval)
        key = interval.scope, interval.start
        together.setdefault(key, Tally()).plus(audit.tally(interval))
    assert sorted(interval_record(*key, tally) for key, tally in together.items()) == said
    assert not provisional
    if not deployment.late():
        assert stored(again.contacts.values()) == stored(of_the_books.contacts.values())


def stored(contacts: Iterable[Contact]) -> dict[str, bytes]:
    """Contacts as they are stored."""
    return {each.call_id: encode(each.stored()) for each in contacts}


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_replay_and_restatement_of_plausible_calls_are_the_same(
    data: st.DataObject, tmp_path: Path
) -> None:
    restated(data, calls.disturbed(), tmp_path / "events.ndjson")


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_replay_and_restatement_of_junk_are_the_same(data: st.DataObject, tmp_path: Path) -> None:
    restated(data, calls.junk(), tmp_path / "events.ndjson")


def test_the_second_journey_of_an_id_is_told_though_a_rebuild_finds_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The id is used again the next day, and its journey of then finds no room in the checkpoint
    before the state is lost."""
    monkeypatch.setattr("streams.domain.ledger.RETIRED_AT_ONCE", 1)
    deployment = Deployment(1)
    for call_id, begun in (("again", BEGIN), ("after", BEGIN + DAY), ("again", BEGIN + DAY)):
        for event in Call(begun).start(0).enter(1, "waste").hang_up(9).events:
            deployment.send(call_id, event)
        deployment.merge(0)
        deployment.checkpoint(0, begun)
        if begun == BEGIN:
            deployment.checkpoint(0, begun + HOUR)
    deployment.checkpoint(0, BEGIN + DAY + HOUR)
    assert len(list(deployment.topics.of(topics.JOURNEYS))) == 2
    deployment.rebuild()
    deployment.close(END)
    assert came_out(deployment) == walked(contacts_of(deployment.accepted()))
    journeys = list(deployment.topics.of(topics.JOURNEYS))
    assert sorted(record.key for record in journeys) == [b"after", b"again", b"again"]
